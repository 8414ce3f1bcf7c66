package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// reportOptions are the flags of `bylaw report`.
type reportOptions struct {
	from, to  string
	threshold int
	json      bool
	format    string
	database  string
}

func reportCommand(s streams) *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report [OWNER/REPO | OWNER]",
		Short: "Count conflicts of interest and how they were resolved, for a community to publish",
		Long: "Counts, for each repository and a period, how many changes had a conflict of interest and how each was resolved, how\n" +
			"long a review from outside took, waivers, merges over a check that was not accepted, and pushes without a pull request,\n" +
			"beside the period of the same length before. It names nobody. Numbers below a threshold are not told, nor those from\n" +
			"which they could be reckoned: the community sets it in bylaw.yml (report: {threshold: 5}), and --threshold can only\n" +
			"raise it. Who publishes reports of overlapping periods tells more than each of them does.\n\n" +
			"--json prints {from, to, repositories: [{repository, threshold, now, before}]}; a number that is not told is null,\n" +
			"and times are in seconds.\n\n" +
			"Exit codes: 0 printed, 2 wrong usage, 3 it could not be read.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error { return runReport(c.Context(), s, o, given) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "first day of the period (2026-01-31, UTC); by default the last 30 days")
	f.StringVar(&o.to, "to", "", "first day after the period")
	f.IntVar(&o.threshold, "threshold", 0, "raise the smallest number that is told above what the community has set, or else 5")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.format, "format", "text", "text or markdown")
	databaseFlag(c, &o.database)
	return c
}

func runReport(ctx context.Context, s streams, o reportOptions, given []string) error {
	about := ""
	if len(given) > 0 {
		about = given[0]
		if _, _, ok := bylaw.SplitRepository(about); !ok {
			if about == "" || strings.Contains(about, "/") {
				return usagef("%q is neither a repository nor an owner; write OWNER/REPO or OWNER", about)
			}
			about += "/"
		}
	}
	if o.format != "text" && o.format != "markdown" {
		return usagef("--format must be text or markdown, not %q", o.format)
	}
	if o.threshold < 0 {
		return usagef("--threshold must be a number from 0")
	}
	period, err := between(o.from, o.to)
	if err != nil {
		return err
	}
	if period.Until.IsZero() {
		period.Until = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	}
	if period.Since.IsZero() {
		period.Since = period.Until.AddDate(0, 0, -30)
	}
	if !period.Since.Before(period.Until) {
		return usagef("there is no day from --from %s on", o.from)
	}
	kept, err := readDatabase(ctx, s, o.database)
	if err != nil {
		return err
	}
	defer kept.Close()
	report, err := audit.MakeReport(ctx, kept, audit.ReportQuery{Repository: about, From: period.Since, To: period.Until, Threshold: o.threshold})
	if err != nil {
		return err
	}
	switch {
	case o.json:
		return json.NewEncoder(s.out).Encode(report)
	case o.format == "markdown":
		_, err = fmt.Fprint(s.out, report.Markdown())
	default:
		_, err = fmt.Fprint(s.out, report.Text())
	}
	return err
}
