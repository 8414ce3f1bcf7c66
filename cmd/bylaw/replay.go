package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/store"
)

// replayOptions are the flags of `bylaw replay`.
type replayOptions struct {
	rules        string
	set          []string
	json         bool
	repository   string
	since, until string
	database     string
}

func replayCommand(s streams) *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:   "replay PATH... | [--database URL]",
		Short: "Judge recorded pull requests under other rules, and say what changes",
		Long: "Judges recorded pull requests again and says for which of them the conclusion changes, by which rule, whom that\n" +
			"concerns and since when. Nothing is posted, and nothing is read but the records: people, organizations and how near\n" +
			"these are stay as they were recorded; rosters and `relations` of the rules are not looked at.\n\n" +
			"  bylaw replay --rules FOLDER runs.jsonl                      under the bylaw.yml and the policies of a folder\n" +
			"  bylaw replay --set POLICY.PARAMETER=VALUE... runs.jsonl     as recorded, but for these parameters\n" +
			"  bylaw replay runs.jsonl                                     as recorded, by the built-in policies of this version;\n" +
			"                                                              a community's own need --rules, which has their text\n" +
			"  bylaw replay --rules FOLDER --database bylaw.db             what the service has judged: the last run of each head\n\n" +
			"A PATH holds one run (`bylaw check --json`) or one snapshot on each line; - is standard input. A snapshot that was\n" +
			"never judged is compared with success or, with --set, with the same rules without the change; without --rules these\n" +
			"are the built-in policies with their defaults. --set POLICY.enabled=true switches a policy on.\n\n" +
			"--json prints {\"kind\": \"run\", ref, head, taken_at, change, from, to, headline, organizations, defaults, policies} for each\n" +
			"record, {\"kind\": \"unreadable\", file, line, msg, fix} for one that cannot be read, in their order, and at last\n" +
			"{\"kind\": \"summary\", judged, same, stricter, milder, broken, unreadable, defaults, first, last, first_change,\n" +
			"last_change, policies, organizations}. A change is same, stricter, milder or broken (it can no longer be judged).\n\n" +
			"Exit codes: 0 nothing changes, 1 something changes, 2 wrong usage, 3 a record could not be read or judged, or there is none.",
		RunE: func(c *cobra.Command, paths []string) error { return runReplay(c.Context(), s, o, paths) },
	}
	f := c.Flags()
	f.StringVar(&o.rules, "rules", "", "folder whose .github/bylaw.yml is the law")
	f.StringArrayVar(&o.set, "set", nil, "POLICY.PARAMETER=VALUE, written as in bylaw.yml; may be repeated")
	f.BoolVar(&o.json, "json", false, "print JSON, one line for each record and one for all")
	f.StringVar(&o.repository, "repository", "", "only pull requests of this repository, OWNER/NAME")
	f.StringVar(&o.since, "since", "", "only what was recorded on this date or later (2026-01-31, UTC)")
	f.StringVar(&o.until, "until", "", "only what was recorded before this date")
	f.StringVar(&o.database, "database", "", "path of the service's SQLite file, or its postgres:// URL (default, where no PATH is given: BYLAW_DATABASE)")
	return c
}

func runReplay(ctx context.Context, s streams, o replayOptions, paths []string) error {
	if o.database == "" && len(paths) == 0 {
		o.database = s.getenv("BYLAW_DATABASE") // and nothing where nobody has set it: whoever forgot the files should hear so
	}
	if (o.database == "") == (len(paths) == 0) {
		return usagef("name files of recorded runs, or the service's database with --database or BYLAW_DATABASE, not both; see `bylaw replay --help`")
	}
	if _, _, ok := bylaw.SplitRepository(o.repository); o.repository != "" && !ok {
		return usagef("%q is not a repository; write OWNER/NAME", o.repository)
	}
	period, err := periodOf(o)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if info, err := os.Stat(path); path != "-" && (err != nil || info.IsDir()) {
			return usagef("%s is not a file that can be read", path)
		}
	}
	// Few records are held at a time, so memory is no matter; to collect garbage less often saves a fifth of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(check.ReplayGCPercent))
	engine, builtIn, err := newEngine()
	if err != nil {
		return err
	}
	defer engine.Workers.Close()
	checker := &check.Checker{Engine: engine, BuiltIn: builtIn, Now: time.Now}
	rules, err := otherRules(ctx, s, o, checker)
	if err != nil {
		return err
	}
	records := recordsIn(s, paths)
	if o.database != "" {
		kept, err := lookInto(ctx, s, o.database)
		if err != nil {
			return err
		}
		defer kept.Close()
		records = recordsOf(kept.Runs(ctx, o.repository, period))
	}
	out := replayPrinter{s: s, json: o.json}
	if o.rules == "" {
		for _, b := range builtIn {
			out.known = append(out.known, b.ID)
		}
	}
	defer s.progress("")
	err = checker.Replay(ctx, check.Replay{
		Rules: rules, Result: out.result, Unreadable: out.unreadable,
		Keep: func(f *bylaw.Snapshot) bool {
			return (o.repository == "" || strings.EqualFold(o.repository, f.Repository.FullName())) &&
				!f.TakenAt.Before(period.Since) && (period.Until.IsZero() || f.TakenAt.Before(period.Until))
		},
	}, records)
	if err != nil {
		return err
	}
	return out.end(rules)
}

func periodOf(o replayOptions) (p store.Period, err error) {
	for flag, date := range map[string]struct {
		text string
		into *time.Time
	}{"since": {o.since, &p.Since}, "until": {o.until, &p.Until}} {
		if date.text == "" {
			continue
		}
		if *date.into, err = time.Parse(time.DateOnly, date.text); err != nil {
			return p, usagef("--%s %q is not a date such as 2026-01-31", flag, date.text)
		}
	}
	if !p.Since.IsZero() && !p.Until.IsZero() && !p.Since.Before(p.Until) {
		return p, usagef("there is no day from --since %s until before --until %s", o.since, o.until)
	}
	return p, nil
}

// otherRules are the rules that the flags name. What is wrong with them is said, and then there are none.
func otherRules(ctx context.Context, s streams, o replayOptions, checker *check.Checker) (check.OtherRules, error) {
	var folder *bylaw.Tree
	if o.rules != "" {
		t, err := governanceTree(o.rules, "")
		if err != nil {
			return check.OtherRules{}, err
		}
		if _, stands := t.File(bylaw.ConfigPath); !stands {
			return check.OtherRules{}, usagef("there is no %s in %s", bylaw.ConfigPath, o.rules)
		}
		folder = &t
	}
	rules, problems, err := checker.ReadOtherRules(ctx, folder)
	if err != nil {
		return rules, err
	}
	for _, p := range problems {
		fmt.Fprintf(s.err, "bylaw: %v\n", &p)
	}
	if len(problems) > 0 {
		return rules, exit(exitUndecided)
	}
	for _, change := range o.set {
		if err := rules.Set(change); err != nil {
			return rules, usagef("--set: %w", err)
		}
	}
	return rules, nil
}

func recordsIn(s streams, paths []string) iter.Seq2[check.Unread, error] {
	return func(yield func(check.Unread, error) bool) {
		for _, path := range paths {
			if path == "-" {
				for read, err := range check.Lines("standard input", s.in) {
					if !yield(read, err) {
						return
					}
				}
				continue
			}
			if !yieldFile(path, yield) {
				return
			}
		}
	}
}

func yieldFile(path string, yield func(check.Unread, error) bool) bool {
	file, err := os.Open(path)
	if err != nil {
		return yield(nil, err)
	}
	defer file.Close()
	for read, err := range check.Lines(path, file) {
		if !yield(read, err) {
			return false
		}
	}
	return true
}

func recordsOf(runs iter.Seq2[store.Run, error]) iter.Seq2[check.Unread, error] {
	return func(yield func(check.Unread, error) bool) {
		for run, err := range runs {
			read := func() (check.Record, error) {
				name := fmt.Sprintf("run %s of %s#%d", run.ID, run.Repository, run.Number)
				line, err := check.JoinRecord(run.Snapshot, run.Verdicts, run.Conclusion)
				if err != nil {
					return check.Record{}, &bylaw.Problem{File: name, Msg: "what the database keeps of it is not JSON"}
				}
				return check.ReadRecord(name, 0, line)
			}
			if !yield(read, err) {
				return
			}
		}
	}
}

// replayPrinter prints a replay as it goes on.
type replayPrinter struct {
	s     streams
	json  bool
	count check.Tallying
	seen  int

	known   []string // the policies whose text is known; nil: all that the rules name
	unknown []string // those that could not be judged for that, in order
}

func (p *replayPrinter) result(r check.Replayed) error {
	p.count.Add(r)
	p.seen++
	p.s.progress("%d judged", p.seen)
	for _, of := range r.Policies {
		if p.known != nil && of.To == bylaw.Broken && !slices.Contains(p.known, of.Policy) && !slices.Contains(p.unknown, of.Policy) {
			p.unknown = append(p.unknown, of.Policy)
		}
	}
	switch {
	case p.json:
		return json.NewEncoder(p.s.out).Encode(struct {
			Kind string `json:"kind"`
			check.Replayed
		}{"run", r})
	case r.Change == check.Same:
		return nil
	}
	from := string(r.From)
	if from == "" {
		from = "not judged"
	}
	p.s.progress("")
	_, err := fmt.Fprintf(p.s.out, "%-24s  %s  %-32s  %s\n", r.Ref, r.TakenAt.Format(time.DateOnly), from+" -> "+p.to(r), r.Headline)
	return err
}

// to is what a pull request comes to, in words.
func (p *replayPrinter) to(r check.Replayed) string {
	if r.Change == check.Broke {
		return check.Broke
	}
	return string(r.To)
}

func (p *replayPrinter) unreadable(problem bylaw.Problem) error {
	p.count.Unreadable++
	if !p.json {
		_, err := fmt.Fprintf(p.s.err, "bylaw: %v\n", &problem)
		return err
	}
	return json.NewEncoder(p.s.out).Encode(struct {
		Kind string `json:"kind"`
		File string `json:"file"`
		Line int    `json:"line"`
		Msg  string `json:"msg"`
		Fix  string `json:"fix"`
	}{"unreadable", problem.File, problem.Line, problem.Msg, problem.Fix})
}

// end prints what it comes to, and ends with the exit code that it means.
func (p *replayPrinter) end(rules check.OtherRules) error {
	t := p.count.Tally()
	if p.json {
		err := json.NewEncoder(p.s.out).Encode(struct {
			Kind string `json:"kind"`
			check.Tally
		}{"summary", t})
		if err != nil {
			return err
		}
	} else if err := p.summary(t); err != nil {
		return err
	}
	if rules.Relations {
		fmt.Fprintln(p.s.err, "bylaw: how near organizations are was recorded; `relations` of these rules was not looked at")
	}
	if len(p.unknown) > 0 {
		slices.Sort(p.unknown)
		fmt.Fprintf(p.s.err, "bylaw: %s: not built in, so the text is not among the records; name the folder with the community's rules, "+
			"such as a checkout of its default branch: bylaw replay --rules FOLDER\n", strings.Join(p.unknown, ", "))
	}
	if t.Defaults > 0 {
		fmt.Fprintf(p.s.err, "bylaw: %d were recorded without the parameters of their policies; the defaults were taken\n", t.Defaults)
	}
	switch {
	case t.Judged == 0 && t.Unreadable == 0:
		fmt.Fprintln(p.s.err, "bylaw: there is no record to judge")
		return exit(exitUndecided)
	case t.Unreadable+t.Broken > 0:
		return exit(exitUndecided)
	case t.Same < t.Judged:
		return exit(exitNotAccepted)
	}
	return nil
}

func (p *replayPrinter) summary(t check.Tally) error {
	p.s.progress("")
	if t.Same < t.Judged {
		fmt.Fprintln(p.s.out)
	}
	fmt.Fprintf(p.s.out, "%d judged%s: %d same, %d stricter, %d milder, %d broken; %d could not be read\n",
		t.Judged, days(", recorded", t.First, t.Last), t.Same, t.Stricter, t.Milder, t.Broken, t.Unreadable)
	if t.Same == t.Judged {
		return nil
	}
	fmt.Fprintf(p.s.out, "The changes were%s\n", days(" recorded", t.FirstChange, t.LastChange))
	table := tabwriter.NewWriter(p.s.out, 0, 0, 3, ' ', 0)
	for _, rows := range []struct {
		title string
		rows  []check.Named
	}{{"Rule", t.Policies}, {"Author's organization", t.Organizations}} {
		fmt.Fprintf(table, "\n%s\tJudged\tSame\tStricter\tMilder\tBroken\n", rows.title)
		for _, r := range rows.rows {
			fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\n", r.Name, r.Judged, r.Same, r.Stricter, r.Milder, r.Broken)
		}
	}
	return table.Flush()
}

func days(what string, first, last bylaw.Time) string {
	from, to := first.Format(time.DateOnly), last.Format(time.DateOnly)
	switch {
	case first.IsZero():
		return ""
	case from == to:
		return what + " on " + from
	}
	return what + " from " + from + " to " + to
}
