package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

func testCommand(s streams) *cobra.Command {
	builtInToo, asJSON := false, false
	c := &cobra.Command{
		Use:   "test [FOLDER]",
		Short: "Run the tests of a community's own policies",
		Long: "Runs the Rego tests of the policies in FOLDER/.github/bylaw (default: this folder), as the service would run\n" +
			"them, and says which lines no test reaches.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			folder := "."
			if len(given) == 1 {
				folder = given[0]
			}
			engine, builtIn, err := newEngine()
			if err != nil {
				return err
			}
			defer engine.Workers.Close()
			sources, problems, err := policiesIn(folder, builtIn)
			if err != nil {
				return err
			}
			if builtInToo {
				sources = append(builtIn, sources...)
			}
			var reports []policy.TestReport
			ok := len(problems) == 0
			for _, source := range sources {
				s.progress("testing %s", source.ID)
				report, err := engine.Test(c.Context(), source)
				if err != nil {
					return err
				}
				reports = append(reports, report)
				ok = ok && report.Ok()
			}
			s.progress("")
			if asJSON {
				err = json.NewEncoder(s.out).Encode(reports)
			} else {
				printTests(s, folder, problems, reports)
			}
			if err == nil && !ok {
				err = exit(exitNotAccepted)
			}
			return err
		},
	}
	c.Flags().BoolVar(&builtInToo, "built-in", false, "test the policies that ship with Bylaw as well")
	c.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	return c
}

func printTests(s streams, folder string, problems []bylaw.Problem, reports []policy.TestReport) {
	for _, p := range problems {
		fmt.Fprintln(s.out, p.Error())
	}
	if len(reports) == 0 {
		fmt.Fprintf(s.out, "there are no policies in %s/%s\n", folder, bylaw.PoliciesPath)
	}
	for _, r := range reports {
		if len(r.Problems) > 0 {
			fmt.Fprintf(s.out, "%s: the tests cannot be run\n", r.Policy)
		} else {
			fmt.Fprintf(s.out, "%s: %d of %d tests hold, %.0f %% of the lines reached\n", r.Policy, r.Passed, r.Passed+len(r.Failed), r.Coverage)
		}
		for _, p := range append(r.Problems, r.Failed...) {
			fmt.Fprintf(s.out, "  %s\n", p.Error())
		}
		if r.Passed+len(r.Failed) == 0 && len(r.Problems) == 0 {
			fmt.Fprintf(s.out, "  there is no test; add %s_test.rego\n", r.Policy)
		}
		for _, name := range r.Skipped {
			fmt.Fprintf(s.out, "  skipped: %s\n", name)
		}
		for _, line := range r.Missed {
			fmt.Fprintf(s.out, "  no test reaches %s\n", line)
		}
	}
}
