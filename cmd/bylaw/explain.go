package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/policy"
)

func explainCommand(s streams) *cobra.Command {
	folder := "."
	c := &cobra.Command{
		Use:   "explain [POLICY]",
		Short: "Say what a policy asks for, its parameters and its written rule",
		Long:  "Without a POLICY it lists all that can be switched on here.",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			engine, builtIn, err := newEngine()
			if err != nil {
				return err
			}
			defer engine.Workers.Close()
			own, _, err := policiesIn(folder, builtIn)
			if err != nil {
				return err
			}
			sources := append(builtIn, own...)
			var names []string
			for _, source := range sources {
				in, err := engine.Inspect(c.Context(), source)
				if err != nil {
					return err
				}
				if len(given) == 0 {
					fmt.Fprintf(s.out, "%-24s %s\n", source.ID, in.Metadata.Title)
				} else if source.ID == given[0] {
					rule, err := writtenRuleIn(folder, source, in.Metadata)
					if err != nil {
						return err
					}
					return explain(s, source, in, rule)
				}
				names = append(names, source.ID)
			}
			if len(given) == 0 {
				return nil
			}
			if near := document.Nearest(given[0], names); near != "" {
				return usagef("there is no policy %q; did you mean %q?", given[0], near)
			}
			return usagef("there is no policy %q; there are %s", given[0], strings.Join(names, ", "))
		},
	}
	c.Flags().StringVar(&folder, "dir", ".", "folder whose .github/bylaw.yml and .github/bylaw hold the community's configuration and its own policies")
	return c
}

// writtenRuleIn is the rule that a community has written down for a policy, as the configuration in a folder names it,
// or its own policy does; empty when neither does.
func writtenRuleIn(folder string, source policy.Source, md policy.Metadata) ([]bylaw.Reference, error) {
	t, err := governanceTree(folder, "")
	if err != nil {
		return nil, err
	}
	if file, ok := t.File(bylaw.ConfigPath); ok {
		config, _ := policy.ReadConfig(&policy.File{Path: file.Path, Data: file.Data}, nil, map[string]policy.Metadata{source.ID: md})
		for _, p := range config.Policies { // what is wrong there is told by `bylaw config check`
			if p.ID == source.ID && len(p.Rule.Value) > 0 {
				return p.Rule.Value, nil
			}
		}
	}
	if source.BuiltIn {
		return nil, nil
	}
	return md.Rule, nil
}

func explain(s streams, source policy.Source, in policy.Inspection, rule []bylaw.Reference) error {
	w := s.out
	md := in.Metadata
	if md.Title == "" { // without METADATA there is nothing to explain but what is wrong
		return explainProblems(w, in.Problems)
	}
	fmt.Fprintf(w, "%s: %s\n\n%s\n", source.ID, md.Title, md.Description)
	for _, r := range rule {
		fmt.Fprintf(w, "\nThe written rule: %s\n", strings.TrimSpace(bylaw.PlainText(r.Description)+"\n  "+r.Ref))
	}
	if len(rule) == 0 {
		fmt.Fprintf(w, "\nThe written rule: none is named; \"written_rule: https://...\" below policies.%s in %s names one.\n", source.ID, bylaw.ConfigPath)
	}
	if source.BuiltIn {
		for _, r := range md.Rule {
			fmt.Fprintf(w, "\nIt follows the pattern of: %s\n  %s\n", r.Description, r.Ref)
		}
	}
	fmt.Fprintf(w, "\nWhen it is not met: %s\n", md.Conclusion)
	if len(in.Facts) > 0 {
		fmt.Fprintf(w, "It looks at: %s\n", strings.Join(in.Facts, ", "))
	}
	if len(md.Files) > 0 {
		files := make([]string, len(md.Files))
		for i, f := range md.Files {
			files[i] = f.String()
		}
		fmt.Fprintf(w, "It reads the content of: %s\n", strings.Join(files, ", "))
	}
	if md.Comment {
		fmt.Fprintf(w, "It writes a comment on the pull request; \"comment: false\" below policies.%s switches that off.\n", source.ID)
	}
	if properties, _ := md.Params["properties"].(map[string]any); len(properties) > 0 {
		fmt.Fprintf(w, "\nParameters, in %s below policies.%s:\n", bylaw.ConfigPath, source.ID)
		explainParams(w, "  ", properties)
	}
	return explainProblems(w, in.Problems)
}

func explainProblems(w io.Writer, problems []bylaw.Problem) error {
	for _, p := range problems {
		fmt.Fprintln(w, p.Error())
	}
	if len(problems) > 0 {
		return exit(exitNotAccepted)
	}
	return nil
}

func explainParams(w io.Writer, indent string, properties map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p, ok := properties[name].(map[string]any)
		if !ok {
			continue
		}
		line := indent + name
		if enum, ok := p["enum"].([]any); ok {
			words := make([]string, len(enum))
			for i, e := range enum {
				words[i] = fmt.Sprint(e)
			}
			line += ": one of " + strings.Join(words, ", ")
		} else if kind, _ := p["type"].(string); kind != "object" {
			line += ": " + kind
		}
		if value, ok := p["default"]; ok {
			if text, err := json.Marshal(value); err == nil {
				line += fmt.Sprintf(" (default %s)", text)
			}
		}
		fmt.Fprintln(w, line)
		if text, _ := p["description"].(string); text != "" {
			for sentence := range strings.Lines(strings.TrimSpace(text)) {
				fmt.Fprintln(w, indent+"    "+strings.TrimSpace(sentence))
			}
		}
		if below, ok := p["properties"].(map[string]any); ok {
			explainParams(w, indent+"  ", below)
		}
	}
}
