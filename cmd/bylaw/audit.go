package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/roster"
	"github.com/bylaw-app/bylaw/internal/store"
)

func auditCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "audit",
		Short: "Verify and export the audit log, and find or take out a person",
		Args:  args(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(auditVerifyCommand(s), auditExportCommand(s), auditPersonCommand(s), auditRedactCommand(s))
	return c
}

// databaseFlag adds the flag that names the service's database; readDatabase opens what it names.
func databaseFlag(c *cobra.Command, into *string) {
	c.Flags().StringVar(into, "database", "", "path of the service's SQLite file, or its postgres:// URL (default: BYLAW_DATABASE)")
}

// lookInto opens the service's database only to read.
func lookInto(ctx context.Context, s streams, flag string) (*store.Store, error) {
	name, err := databaseOf(s, flag)
	if err != nil {
		return nil, err
	}
	kept, err := store.OpenToRead(ctx, name)
	return kept, orAnother(err)
}

// orAnother adds to why a database cannot be opened how another one is named, where nothing else would help.
func orAnother(err error) error {
	if u := new(store.Unusable); errors.As(err, &u) && u.Fix == "" {
		u.Fix = "name the service's database with --database or BYLAW_DATABASE"
	}
	return err
}

// readDatabase opens the service's database only to read, if it has an audit log.
func readDatabase(ctx context.Context, s streams, flag string) (*store.Store, error) {
	kept, err := lookInto(ctx, s, flag)
	if err != nil {
		return nil, err
	}
	if err := kept.HasAudit(ctx); err != nil {
		_ = kept.Close()
		return nil, err
	}
	return kept, nil
}

// repositoryArg is the one repository that may be named, "" for all.
func repositoryArg(given []string) (string, error) {
	if len(given) == 0 {
		return "", nil
	}
	if _, _, ok := bylaw.SplitRepository(given[0]); !ok {
		return "", usagef("%q is not a repository; write OWNER/REPO", given[0])
	}
	return given[0], nil
}

// verifyOptions are the flags of `bylaw audit verify`.
type verifyOptions struct {
	github   bool
	commits  int
	app      int64
	json     bool
	database string
}

func auditVerifyCommand(s streams) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [OWNER/REPO]",
		Short: "Recompute the audit log, and compare it with what GitHub holds",
		Long: "Recomputes the chain of digests of each repository's log, and compares what is kept of runs with it. With --github it\n" +
			"also compares the digests that stand at the end of the check runs `bylaw`: on the heads of open pull requests and on\n" +
			"the commits of the newest entries, one call for each. Only that shows a log that somebody wrote anew as a whole.\n\n" +
			"--github reads as the App (BYLAW_APP_ID, BYLAW_PRIVATE_KEY), or with GITHUB_TOKEN and --app, the number of the App.\n\n" +
			"--json prints {repository, log, entries, digest, removed, redacted, commits, compared, anchored, faults: [{entry, msg, where}]} for each log.\n\n" +
			"Exit codes: 0 in order, 1 something differs, 2 wrong usage, 3 it could not be read, there is no log, or with --github\n" +
			"GitHub names no entry of it.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error { return auditVerify(c.Context(), s, o, given) },
	}
	f := c.Flags()
	f.BoolVar(&o.github, "github", false, "compare with the check runs on GitHub")
	f.IntVar(&o.commits, "commits", 50, "with --github: of how many commits the check runs are read, in each repository")
	f.Int64Var(&o.app, "app", 0, "with --github and GITHUB_TOKEN: number of the App that posted the check runs")
	f.BoolVar(&o.json, "json", false, "print JSON, one line for each log")
	databaseFlag(c, &o.database)
	return c
}

func auditVerify(ctx context.Context, s streams, o verifyOptions, given []string) error {
	repository, err := repositoryArg(given)
	if err != nil {
		return err
	}
	if o.commits < 1 || o.commits > 1000 {
		return usagef("--commits must be a number from 1 to 1000")
	}
	kept, err := readDatabase(ctx, s, o.database)
	if err != nil {
		return err
	}
	defer kept.Close()
	names, err := kept.AuditedRepositories(ctx)
	if err != nil {
		return err
	}
	if repository != "" {
		spelled := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, repository) })
		switch {
		case spelled >= 0:
			names = names[spelled : spelled+1]
		case o.github: // a log that is gone as a whole is noticed by what GitHub holds
			names = []string{repository}
		default:
			names = nil
		}
	}
	if len(names) == 0 {
		of := ""
		if repository != "" {
			of = " of " + repository
		}
		fmt.Fprintf(s.err, "bylaw: there is no audit log%s in this database\n", of)
		return exit(exitUndecided)
	}
	differs, unknown := false, false
	for _, name := range names {
		var anchors audit.Anchors
		if _, _, reachable := bylaw.SplitRepository(name); o.github && reachable && !strings.Contains(name, "@") {
			if anchors, err = anchorsOf(ctx, s, o, name); err != nil {
				return err
			}
		}
		v, err := audit.Verify(ctx, kept, name, anchors, o.commits)
		if err != nil {
			return err
		}
		differs, unknown = differs || len(v.Faults) > 0, unknown || o.github && v.Compared == 0
		if err := printVerified(s, o, v); err != nil {
			return err
		}
	}
	switch {
	case differs:
		return exit(exitNotAccepted)
	case unknown:
		return exit(exitUndecided)
	}
	return nil
}

func printVerified(s streams, o verifyOptions, v audit.Verified) error {
	if o.json {
		return json.NewEncoder(s.out).Encode(v)
	}
	standing := "unchanged as far as the log itself shows"
	switch {
	case len(v.Faults) > 0:
		standing = "NOT as they were written"
	case o.github && v.Compared == 0:
		standing += ", but GitHub names none of them: whether all were written anew is not known"
	case !o.github:
		standing += "; --github compares them with what GitHub shows"
	case v.Anchored > 0:
		standing = fmt.Sprintf("as they were written up to entry %d", v.Anchored)
		if v.Anchored < v.Entries {
			standing += ", and unchanged after it as far as the log itself shows"
		}
	}
	name := v.Repository
	if v.Log != name {
		name += " (renamed; the log is that of " + v.Log + ")"
	}
	fmt.Fprintf(s.out, "%s: %d entries, %s", name, v.Entries, standing)
	if o.github {
		fmt.Fprintf(s.out, "; %d compared with GitHub, on %d commits", v.Compared, v.Commits)
	}
	if v.Removed > 0 {
		fmt.Fprintf(s.out, "; %d names and texts were taken out", v.Removed)
	}
	fmt.Fprintln(s.out)
	for _, f := range v.Faults {
		fmt.Fprintf(s.out, "  entry %d: %s", f.Entry, f.Msg)
		if f.Where != "" {
			fmt.Fprintf(s.out, " (check run bylaw on %s)", f.Where)
		}
		fmt.Fprintln(s.out)
	}
	return nil
}

// anchors reads check runs with one client.
type anchors struct {
	client *github.Client
	app    int64
}

func anchorsOf(ctx context.Context, s streams, o verifyOptions, repository string) (audit.Anchors, error) {
	owner, repo, _ := bylaw.SplitRepository(repository)
	if o.app != 0 {
		token := s.getenv("GITHUB_TOKEN")
		if token == "" {
			return nil, usagef("set GITHUB_TOKEN to a token that can read the repository")
		}
		return anchors{github.NewTokenClient(cmp.Or(s.getenv("BYLAW_API_URL"), github.APIURL), token), o.app}, nil
	}
	if s.getenv("BYLAW_APP_ID") == "" {
		return nil, usagef("set BYLAW_APP_ID and BYLAW_PRIVATE_KEY, or GITHUB_TOKEN and --app: another App's check runs say nothing")
	}
	app, err := strconv.ParseInt(s.getenv("BYLAW_APP_ID"), 10, 64)
	if err != nil {
		return nil, usagef("BYLAW_APP_ID must be the number of the GitHub App")
	}
	client, _, err := liveClient(ctx, s, &bylaw.Ref{Owner: owner, Repo: repo})
	return anchors{client, app}, err
}

func (a anchors) Heads(ctx context.Context, repository string) ([]string, error) {
	owner, repo, _ := bylaw.SplitRepository(repository)
	pulls, err := a.client.OpenPulls(ctx, owner, repo)
	slices.SortFunc(pulls, func(a, b github.PullHead) int { return b.Number - a.Number })
	var heads []string
	for _, p := range pulls {
		heads = append(heads, p.HeadSHA)
	}
	return heads, err
}

func (a anchors) Texts(ctx context.Context, repository, sha string) ([]string, error) {
	owner, repo, _ := bylaw.SplitRepository(repository)
	return a.client.PostedTexts(ctx, owner, repo, sha, bylaw.CheckName, a.app)
}

// exportOptions are the flags of `bylaw audit export`.
type exportOptions struct {
	from, to string
	format   string
	database string
}

func auditExportCommand(s streams) *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export [OWNER/REPO]",
		Short: "Print the audit log as JSON lines or CSV",
		Long: "Prints entries of the audit log, the oldest of each repository first.\n\n" +
			"  --format jsonl   one event of OPA's decision logs on each line: labels, decision_id, bundles, path, input, result, erased,\n" +
			"                   requested_by, timestamp; under custom what the digests are made of\n" +
			"  --format csv     one line for each entry, for a spreadsheet: nothing in it is taken for a formula\n\n" +
			"Exit codes: 0 printed, 2 wrong usage, 3 it could not be read.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error { return auditExport(c.Context(), s, o, given) },
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "only entries of this date or later (2026-01-31, UTC)")
	f.StringVar(&o.to, "to", "", "only entries of before this date")
	f.StringVar(&o.format, "format", "jsonl", "jsonl or csv")
	databaseFlag(c, &o.database)
	return c
}

func auditExport(ctx context.Context, s streams, o exportOptions, given []string) error {
	repository, err := repositoryArg(given)
	if err != nil {
		return err
	}
	if o.format != "jsonl" && o.format != "csv" {
		return usagef("--format must be jsonl or csv, not %q", o.format)
	}
	period, err := between(o.from, o.to)
	if err != nil {
		return err
	}
	kept, err := readDatabase(ctx, s, o.database)
	if err != nil {
		return err
	}
	defer kept.Close()
	if o.format == "csv" {
		if err := audit.WriteCSVHead(s.out); err != nil {
			return err
		}
	}
	for e, err := range kept.AuditEntries(ctx, store.AuditQuery{Repository: repository, Period: period}) {
		switch {
		case err != nil:
		case o.format == "csv":
			err = audit.WriteCSV(s.out, e)
		default:
			err = json.NewEncoder(s.out).Encode(audit.EventOf(e, version()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// between reads the flags --from and --to.
func between(from, to string) (p store.Period, err error) {
	for _, flag := range []struct {
		name, text string
		into       *time.Time
	}{{"from", from, &p.Since}, {"to", to, &p.Until}} {
		if flag.text == "" {
			continue
		}
		if *flag.into, err = time.Parse(time.DateOnly, flag.text); err != nil {
			return p, usagef("--%s %q is not a date such as 2026-01-31", flag.name, flag.text)
		}
	}
	if !p.Since.IsZero() && !p.Until.IsZero() && !p.Since.Before(p.Until) {
		return p, usagef("there is no day from --from %s until before --to %s", from, to)
	}
	return p, nil
}

func auditPersonCommand(s streams) *cobra.Command {
	var asJSON bool
	var who person
	c := &cobra.Command{
		Use:   "person LOGIN",
		Short: "Say where something about a person is kept",
		Long: "Looks for a login in everything that is kept: runs with their facts, the audit log, commands, pushes, pull requests; and\n" +
			"for the other logins of the same account, as far as both were kept with GitHub's number of it.\n\n" +
			"--json prints {repository, runs, runs_needed, audit_pieces, audit_fixed, rows, titles, elsewhere} for each login and repository.\n\n" +
			"Exit codes: 0 nothing is kept, 1 something is, 2 wrong usage, 3 it could not be read.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			who.login = loginArg(given[0])
			traces, kept, err := tracesOf(c.Context(), s, who, readDatabase)
			if err != nil {
				return err
			}
			defer kept.Close()
			found := false
			for _, one := range traces {
				found = found || len(one.traces) > 0
				if !asJSON {
					one.print(s)
					continue
				}
				for _, t := range one.traces {
					if err := json.NewEncoder(s.out).Encode(t); err != nil {
						return err
					}
				}
			}
			if found {
				return exit(exitNotAccepted)
			}
			if !asJSON {
				fmt.Fprintln(s.out, "Nothing is kept.")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, one line for each login and repository")
	who.flags(c)
	return c
}

// person is who is looked for, and where.
type person struct {
	login    string
	account  int64
	database string
}

func (p *person) flags(c *cobra.Command) {
	c.Flags().Int64Var(&p.account, "account", 0, "GitHub's number of the account, where several had the login")
	databaseFlag(c, &p.database)
}

// foundAs is what was found of one login of a person.
type foundAs struct {
	login  string
	other  bool // it is not the one that was asked for
	traces []audit.Traces
}

func (f foundAs) print(s streams) {
	if f.other && len(f.traces) > 0 {
		fmt.Fprintf(s.out, "As %s, another login of the same account:\n", f.login)
	}
	for _, t := range f.traces {
		printTraces(s, t)
	}
}

// tracesOf looks for a person under all their logins. What is to be known of them beside that is said on stderr.
func tracesOf(ctx context.Context, s streams, who person, open func(context.Context, streams, string) (*store.Store, error)) ([]foundAs, *store.Store, error) {
	if !roster.IsLogin(who.login) {
		return nil, nil, usagef("%q is not a GitHub login", who.login)
	}
	if who.account < 0 {
		return nil, nil, usagef("--account must be GitHub's number of an account")
	}
	kept, err := open(ctx, s, who.database)
	if err != nil {
		return nil, nil, err
	}
	found, err := lookFor(ctx, s, kept, who)
	if err != nil {
		_ = kept.Close()
	}
	return found, kept, err
}

func lookFor(ctx context.Context, s streams, kept *store.Store, who person) ([]foundAs, error) {
	names, err := audit.NamesOf(ctx, kept, who.login, who.account)
	if err != nil {
		return nil, err
	}
	if len(names.Accounts) > 1 && who.account == 0 {
		fmt.Fprintf(s.err, "bylaw: the accounts %s had the login %s; --account says whose other logins are meant too\n", joined(names.Accounts), who.login)
	}
	for _, login := range names.Shared {
		fmt.Fprintf(s.err, "bylaw: another account has or had the login %s as well: what is kept by it alone may be about either\n", login)
	}
	var out []foundAs
	for i, login := range names.Logins {
		traces, err := audit.Find(ctx, kept, login)
		if err != nil {
			return nil, err
		}
		out = append(out, foundAs{login, i > 0, traces})
	}
	return out, nil
}

func joined(numbers []int64) string {
	var texts []string
	for _, n := range numbers {
		texts = append(texts, strconv.FormatInt(n, 10))
	}
	return strings.Join(texts, ", ")
}

func printTraces(s streams, t audit.Traces) {
	if t.Elsewhere > 0 {
		fmt.Fprintf(s.out, "Of no repository: %s of work that they asked for, and of being signed in\n", counted(int(t.Elsewhere), "row"))
	}
	if t.Repository == "" {
		return
	}
	fmt.Fprintf(s.out, "%s: %d runs, %d names and texts in the audit log, %d comments with commands, %d pushes, %d pull requests\n",
		t.Repository, t.Runs, t.Pieces, t.Rows.Commands, t.Rows.Heads, t.Rows.Pulls)
	if t.Titles > 0 {
		fmt.Fprintf(s.out, "  %s of others name them\n", counted(t.Titles, "title"))
	}
	if t.RunsNeeded+int(t.Rows.Needed) > 0 {
		fmt.Fprintf(s.out, "  %d runs and %d rows are of open pull requests: these are judged by them, and they stay until it is closed\n", t.RunsNeeded, t.Rows.Needed)
	}
	if t.Fixed > 0 {
		fmt.Fprintf(s.out, "  %d entries of the audit log were written before names stood apart: they cannot be taken out without breaking its chain\n", t.Fixed)
	}
}

func auditRedactCommand(s streams) *cobra.Command {
	var yes bool
	var by string
	var who person
	c := &cobra.Command{
		Use:   "redact LOGIN",
		Short: "Take a person out of what is kept, without breaking the audit log",
		Long: "Takes a login, and the other logins of the same account, out of everything that `bylaw audit person` finds, but for\n" +
			"what open pull requests are judged by. In runs\n" +
			"a stand-in takes its place, the same in all of them, and what the person wrote is emptied; in the audit log the names\n" +
			"and texts go with their salts, and the chain of digests stays whole. An entry says how much was taken out, when and by\n" +
			"whom, and not of whom. A roster that names the person brings them back with the next evaluation: `removed` in\n" +
			"bylaw.yml keeps them out. Copies and exports of the database are not changed.\n\n" +
			"Exit codes: 0 taken out, 1 something stays or, without --yes, nothing was done, 2 wrong usage, 3 it could not be done.",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			who.login = loginArg(given[0])
			return auditRedact(c.Context(), s, who, by, yes)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do it; without, only what would be taken out is said")
	c.Flags().StringVar(&by, "by", "", "who does it, for the audit log (default: the user of this process)")
	who.flags(c)
	return c
}

func auditRedact(ctx context.Context, s streams, who person, by string, yes bool) error {
	found, kept, err := tracesOf(ctx, s, who, writeDatabase)
	if err != nil {
		return err
	}
	defer kept.Close()
	traces, stays := 0, 0
	for _, one := range found {
		one.print(s)
		traces += len(one.traces)
		for _, t := range one.traces {
			stays += t.RunsNeeded + int(t.Rows.Needed) + t.Fixed
		}
	}
	switch {
	case traces == 0:
		fmt.Fprintln(s.out, "Nothing is kept.")
		return nil
	case !yes:
		fmt.Fprintln(s.out, "Nothing was done. --yes takes it out.")
		return exit(exitNotAccepted)
	}
	standIn := "redacted-" + strings.ToLower(rand.Text()[:6])
	by = cmp.Or(by, s.getenv("USER"), "unknown")
	themselves := slices.ContainsFunc(found, func(one foundAs) bool { return strings.EqualFold(one.login, by) })
	// The one that was asked for comes last: broken off, it can be asked for again, and leads to the others.
	for _, one := range slices.Backward(found) {
		login := one.login
		traces, err := audit.Find(ctx, kept, login) // anew: in one run there may be several of their logins
		if err != nil {
			return err
		}
		if themselves { // who are not named again, by no login
			by = login
		}
		if err := audit.Redact(ctx, kept, login, standIn, by, traces); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "Taken out. %s stands for the person in runs.\n", standIn)
	if stays > 0 {
		return exit(exitNotAccepted)
	}
	return nil
}

// writeDatabase opens the service's database, which must be there.
func writeDatabase(ctx context.Context, s streams, flag string) (*store.Store, error) {
	name, err := databaseOf(s, flag)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(name, "://") && !strings.HasPrefix(name, "file:") {
		if _, err := os.Stat(name); err != nil {
			return nil, usagef("there is no file %s (name the service's database with --database or BYLAW_DATABASE)", name)
		}
	}
	kept, err := store.Open(ctx, name, time.Now)
	return kept, orAnother(err)
}
