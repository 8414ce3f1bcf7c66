package main

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/policies"
)

func presetCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "preset [NAME]",
		Short: "Print a ready bylaw.yml with the rule of a real community",
		Long:  "Without a NAME it lists them. Print one into .github/bylaw.yml, and change what is different with you.",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error {
			presets, err := readPresets(policies.Presets)
			if err != nil {
				return err
			}
			if len(given) == 0 {
				return listPresets(s, presets)
			}
			var names []string
			for _, p := range presets {
				if p.name == given[0] {
					_, err := fmt.Fprint(s.out, p.text)
					return err
				}
				names = append(names, p.name)
			}
			if near := document.Nearest(given[0], names); near != "" {
				return usagef("there is no preset %q; did you mean %q?", given[0], near)
			}
			return usagef("there is no preset %q; there are %s", given[0], strings.Join(names, ", "))
		},
	}
}

// preset is the rule of a community as a bylaw.yml.
type preset struct {
	name  string
	title string // its first line, without the sign of a comment
	text  string
}

// readPresets reads the presets of all policies, in order of policies and names.
func readPresets(files fs.FS) ([]preset, error) {
	names, err := fs.Glob(files, "*/presets/*.yml")
	if err != nil {
		return nil, fmt.Errorf("list presets: %w", err)
	}
	var presets []preset
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read preset: %w", err)
		}
		title, _, _ := strings.Cut(string(text), "\n")
		presets = append(presets, preset{
			name:  strings.TrimSuffix(path.Base(name), ".yml"),
			title: strings.TrimPrefix(title, "# "),
			text:  string(text),
		})
	}
	return presets, nil
}

func listPresets(s streams, presets []preset) error {
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, p := range presets {
		fmt.Fprintf(table, "%s\t%s\n", p.name, p.title)
	}
	return table.Flush()
}
