package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/roster"
)

func rosterCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "roster",
		Short: "Look at files that say who is who",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usagef("say what: `bylaw roster lint` or `bylaw roster diff`")
		},
	}
	c.AddCommand(rosterLintCommand(s), rosterDiffCommand(s))
	return c
}

// pathHelp says how a roster is named on the command line.
const pathHelp = "A PATH may be followed by a colon and a format; otherwise the format is recognized. The formats are\n"

func rosterLintCommand(s streams) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "lint PATH[:FORMAT]...",
		Short: "Say what is odd in rosters, line by line",
		Long:  "Says what is odd in rosters, line by line. Ends with 0 when nothing is, and with 1 otherwise.\n" + pathHelp + strings.Join(roster.Formats(), ", ") + ".",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, given []string) error {
			var all []roster.Finding
			for _, name := range given {
				path, format := splitFormat(name)
				data, err := os.ReadFile(path)
				if err != nil {
					return usagef("%s cannot be read", path)
				}
				all = append(all, roster.Lint(path, format, data)...)
			}
			if asJSON {
				if err := json.NewEncoder(s.out).Encode(append([]roster.Finding{}, all...)); err != nil {
					return err
				}
			} else {
				for _, f := range all {
					fmt.Fprintf(s.out, "%s [%s]\n", f.Error(), f.Kind)
				}
			}
			if len(all) > 0 {
				return exit(exitNotAccepted)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return c
}

func rosterDiffCommand(s streams) *cobra.Command {
	organizations := ""
	c := &cobra.Command{
		Use:   "diff OLD[:FORMAT] NEW[:FORMAT]",
		Short: "Say who has another employer or role in the new version of a roster",
		Long:  "Says who has another employer or role in the new version of a roster. Ends with 1 when somebody has.\n" + pathHelp + strings.Join(roster.Formats(), ", ") + ".",
		Args:  args(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, given []string) error {
			before, err := readBook(given[:1], organizations)
			if err != nil {
				return err
			}
			after, err := readBook(given[1:], organizations)
			if err != nil {
				return err
			}
			_, differences := roster.Compare(before, after)
			for _, d := range differences {
				place := d.File
				if d.Line > 0 {
					place = fmt.Sprintf("%s:%d", d.File, d.Line)
				}
				fmt.Fprintf(s.out, "%s: %s\n", place, d.Msg)
			}
			if len(differences) > 0 {
				return exit(exitNotAccepted)
			}
			return nil
		},
	}
	c.Flags().StringVar(&organizations, "organizations", "", "organizations file, by which spellings are one employer")
	return c
}

// splitFormat takes apart PATH[:FORMAT]. A path that exists as it stands has no format.
func splitFormat(name string) (path, format string) {
	if _, err := os.Stat(name); err == nil {
		return name, ""
	}
	if i := strings.LastIndexByte(name, ':'); i > 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// readBook reads rosters and an organizations file from disk. A roster that cannot be relied on is an
// error that names file and line.
func readBook(names []string, organizations string) (roster.Book, error) {
	var b roster.Book
	if organizations != "" {
		data, err := os.ReadFile(organizations)
		if err != nil {
			return b, usagef("%s cannot be read", organizations)
		}
		known, faults := roster.ReadOrganizations(organizations, data)
		if len(faults) > 0 {
			return b, &faults[0]
		}
		b.Organizations = known
	}
	for _, name := range names {
		path, format := splitFormat(name)
		data, err := os.ReadFile(path)
		if err != nil {
			return b, usagef("%s cannot be read", path)
		}
		r, faults := roster.Read(path, format, data)
		if len(faults) > 0 {
			return b, &faults[0]
		}
		b.Rosters = append(b.Rosters, r)
	}
	return b, nil
}

// readRemoved reads the list of those of whom nothing is told.
func readRemoved(name string) (roster.Removed, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("%s cannot be read", name)
	}
	removed, faults := roster.ReadRemoved(name, data)
	if len(faults) > 0 {
		return nil, &faults[0]
	}
	return removed, nil
}
