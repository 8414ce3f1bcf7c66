package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// checkOptions are the flags of `bylaw check`.
type checkOptions struct {
	from         string
	rules        string
	organization string
	git          string
	files        bool
	base, head   string
	author       string
	approvedBy   []string
	post         bool
	json         bool
	markdown     bool
}

func checkCommand(s streams) *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check [OWNER/REPO#N | --files PATH...]",
		Short: "Evaluate one pull request and print the report",
		Long: "Evaluates a pull request with the same engine as the service and prints the same report.\n\n" +
			"  bylaw check OWNER/REPO#N           live, with GITHUB_TOKEN or the App's credentials (see `bylaw serve --help`)\n" +
			"  bylaw check --from FOLDER          recorded facts: snapshot.yml, law/, head/, ...\n" +
			"  bylaw check --from FILE.jsonl      recorded runs or snapshots, one on each line, under the rules in --rules\n" +
			"  bylaw check --git . --base main    a local clone, without network: its commits, not what is edited since\n" +
			"  bylaw check --files PATH...        files and folders as they are, under the rules of the repository in which they stand\n",
		Args: args(cobra.ArbitraryArgs),
		RunE: func(c *cobra.Command, given []string) error {
			return runCheck(c.Context(), s, o, given)
		},
	}
	f := c.Flags()
	f.StringVar(&o.from, "from", "", "folder of recorded facts, or file of snapshots")
	f.StringVar(&o.rules, "rules", "", "with --from FILE and --files: folder whose .github/bylaw.yml is the law; otherwise the working directory, or the files' own repository")
	f.StringVar(&o.organization, "organization", "", "with --git, --files and --from FILE: folder with a checkout of <organization>/.github, whose configuration gives the defaults; without it they are not looked at")
	f.BoolVar(&o.files, "files", false, "the arguments are files and folders, each file looked at as if it was to be added; only policies about content are asked")
	f.StringVar(&o.git, "git", "", "folder of a local clone")
	f.StringVar(&o.base, "base", "", "with --git: revision to merge into; its rules apply")
	f.StringVar(&o.head, "head", "HEAD", "with --git: revision to be merged")
	f.StringVar(&o.author, "author", "", "with --git: login of who would open the pull request; without it, policies about people are not asked")
	f.StringArrayVar(&o.approvedBy, "approved-by", nil, "with --git: login of somebody who would approve; may be repeated")
	f.BoolVar(&o.post, "post", false, "post the check runs as well; needs the App's credentials")
	f.BoolVar(&o.json, "json", false, "print the runs as JSON, one on each line")
	f.BoolVar(&o.markdown, "markdown", false, "print the report as it is posted on GitHub")
	return c
}

func runCheck(ctx context.Context, s streams, o checkOptions, given []string) error {
	ways := 0
	for _, chosen := range []bool{o.from != "", o.git != "", o.files, len(given) > 0 && !o.files} {
		if chosen {
			ways++
		}
	}
	o.author = loginArg(o.author)
	for i, login := range o.approvedBy {
		o.approvedBy[i] = loginArg(login)
	}
	notLogins := slices.DeleteFunc(append(slices.Clone(o.approvedBy), o.author), func(login string) bool {
		return login == "" || roster.IsLogin(login)
	})
	switch {
	case ways != 1, len(given) > 1 && !o.files:
		return usagef("name one pull request: OWNER/REPO#N, --from PATH or --git FOLDER; or files: --files PATH...")
	case o.files && len(given) == 0:
		return usagef("--files needs the names of files or folders")
	case len(notLogins) > 0:
		return usagef("%q is not a GitHub login", notLogins[0])
	case o.git != "" && o.base == "":
		return usagef("--git needs --base: the branch to merge into")
	case o.organization != "" && len(given) > 0 && !o.files:
		return usagef("--organization is for --git, --files and --from FILE; of a pull request on GitHub the defaults are read there")
	case o.post && (len(given) == 0 || o.files):
		return usagef("--post needs a pull request on GitHub: OWNER/REPO#N")
	}
	engine, builtIn, err := newEngine()
	if err != nil {
		return err
	}
	defer engine.Workers.Close()
	checker := &check.Checker{Engine: engine, BuiltIn: builtIn, Now: time.Now}
	switch {
	case o.files:
		return checkLoose(ctx, s, o, checker, given)
	case o.git != "":
		return checkClone(ctx, s, o, checker)
	case o.from != "":
		return checkRecorded(ctx, s, o, checker)
	default:
		return checkLive(ctx, s, o, checker, given[0])
	}
}

func checkClone(ctx context.Context, s streams, o checkOptions, checker *check.Checker) error {
	folder, err := filepath.Abs(o.git)
	if err != nil {
		return err
	}
	clone := check.Clone{Folder: folder, Base: o.base, Head: o.head, Author: o.author, ApprovedBy: o.approvedBy, Organization: check.Folder(o.organization), Now: time.Now}
	checker.GitHub = clone
	result, err := checker.Check(ctx, clone.Ref(), check.Ask{Event: "check", Anonymous: o.author == ""})
	if err != nil {
		return err
	}
	return said(s, o, result)
}

func checkLoose(ctx context.Context, s streams, o checkOptions, checker *check.Checker, names []string) error {
	loose, err := check.FindLoose(names, o.rules, time.Now)
	if problem := new(bylaw.Problem); errors.As(err, &problem) {
		return usage{problem}
	}
	if err != nil {
		return err
	}
	loose.Organization = check.Folder(o.organization)
	checker.GitHub = loose
	result, err := checker.Check(ctx, loose.Ref(), check.Ask{Event: "check", FilesOnly: true})
	if err != nil {
		return err
	}
	return said(s, o, result)
}

func checkRecorded(ctx context.Context, s streams, o checkOptions, checker *check.Checker) error {
	info, err := os.Stat(o.from)
	if err != nil {
		return usagef("--from %s cannot be read", o.from)
	}
	if !info.IsDir() {
		return checkLines(ctx, s, o, checker)
	}
	if o.organization != "" {
		return usagef("--organization is not for --from FOLDER: the defaults are recorded in the folder organization in it")
	}
	recorded := check.Recorded{Folder: o.from}
	ref, err := recorded.Ref()
	if err != nil {
		return err
	}
	taken, err := recorded.TakenAt()
	if err != nil {
		return err
	}
	checker.GitHub, checker.Now = recorded, func() time.Time { return taken.Time }
	result, err := checker.Check(ctx, ref, check.Ask{Event: "check"})
	if err != nil {
		return err
	}
	return said(s, o, result)
}

// checkLines evaluates recorded snapshots one by one, under the rules of a folder.
func checkLines(ctx context.Context, s streams, o checkOptions, checker *check.Checker) error {
	data, err := os.ReadFile(o.from)
	if err != nil {
		return usagef("--from %s cannot be read", o.from)
	}
	folder := cmp.Or(o.rules, ".")
	rules, err := rulesIn(ctx, checker, folder, o.organization)
	if err != nil {
		return err
	}
	if !rules.Exists { // under no rules everything would pass
		return usagef("there is no %s in %s; name the folder of the rules with --rules", bylaw.ConfigPath, folder)
	}
	var worst error
	total := bytes.Count(data, []byte("\n"))
	defer s.progress("")
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for number := 1; lines.Scan(); number++ {
		s.progress("%d of %d", number, total)
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		record, err := check.ReadRecord(o.from, number, lines.Bytes())
		if err != nil {
			return err
		}
		snapshot := record.Snapshot
		ref := bylaw.Ref{Owner: snapshot.Repository.Owner, Repo: snapshot.Repository.Name, Number: snapshot.Number}
		result, err := checker.Judge(ctx, ref, snapshot, rules)
		if err != nil {
			return err
		}
		if err := said(s, o, result); err != nil {
			worst = err
		}
	}
	return worst
}

// refPattern is a pull request as people write it, or its address on the web.
var refPattern = regexp.MustCompile(`^(?:https?://[^/]+/)?([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)(?:#|/pull/)([0-9]+)/?$`)

func checkLive(ctx context.Context, s streams, o checkOptions, checker *check.Checker, name string) error {
	m := refPattern.FindStringSubmatch(name)
	if m == nil {
		return usagef("%q is not a pull request; write OWNER/REPO#N", name)
	}
	number, err := strconv.Atoi(m[3])
	if err != nil {
		return usagef("%q is not a pull request; write OWNER/REPO#N", name)
	}
	ref := bylaw.Ref{Owner: m[1], Repo: m[2], Number: number}
	client, asApp, err := liveClient(ctx, s, &ref)
	if err != nil {
		return err
	}
	if o.post && !asApp {
		return usagef("--post needs the App's credentials; GitHub lets nobody else write check runs. Set BYLAW_APP_ID and BYLAW_PRIVATE_KEY")
	}
	checker.GitHub = live{client}
	result, err := checker.Check(ctx, ref, check.Ask{Event: "check"})
	if err != nil {
		return err
	}
	if o.post && len(result.Run.Report.Checks) > 0 {
		if err := post(ctx, client, result); err != nil {
			return err
		}
	}
	return said(s, o, result)
}

// liveClient speaks to GitHub as the App if its credentials are set, and otherwise with GITHUB_TOKEN.
func liveClient(ctx context.Context, s streams, ref *bylaw.Ref) (client *github.Client, asApp bool, err error) {
	api := cmp.Or(s.getenv("BYLAW_API_URL"), github.APIURL)
	if s.getenv("BYLAW_APP_ID") != "" {
		var set settings
		for _, v := range settingsTable() {
			if v.name != "BYLAW_APP_ID" && v.name != "BYLAW_PRIVATE_KEY" {
				continue
			}
			value, err := valueOf(v, s.getenv)
			if err == nil {
				err = v.read(&set, value)
			}
			if err != nil {
				return nil, false, usagef("%s: %w", v.name, err)
			}
		}
		app := &github.App{ID: set.appID, Key: set.key, BaseURL: api, UserAgent: "bylaw/" + version(), Now: time.Now}
		if ref.Installation, err = app.InstallationOf(ctx, ref.Owner, ref.Repo); err != nil {
			return nil, false, err
		}
		return app.Client(ref.Installation), true, nil
	}
	token := s.getenv("GITHUB_TOKEN")
	if token == "" {
		return nil, false, usagef("set GITHUB_TOKEN to a token that can read the repository, or BYLAW_APP_ID and BYLAW_PRIVATE_KEY")
	}
	return github.NewTokenClient(api, token), false, nil
}

// live is one client of GitHub for the checker.
type live struct{ *github.Client }

func (l live) Files(ctx context.Context, _ bylaw.Ref, s *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	return l.Client.Files(ctx, s, revision, paths)
}

func (l live) Teams(ctx context.Context, ref bylaw.Ref, names []string) ([]bylaw.Team, error) {
	return l.Client.Teams(ctx, ref.Owner, names)
}

func (l live) Dates(ctx context.Context, _ bylaw.Ref, v bylaw.Version) (bylaw.Dated, error) {
	return l.Client.Dates(ctx, v)
}

func (l live) Elsewhere(ctx context.Context, _ bylaw.Ref, want bylaw.Elsewhere) (bylaw.Tree, error) {
	return l.Client.Elsewhere(ctx, want)
}

// post writes the check runs, over those of ours that stand already.
func post(ctx context.Context, client *github.Client, result check.Result) error {
	s := result.Run.Snapshot
	for _, c := range result.Run.Report.Checks {
		known := github.Known{}
		for _, p := range result.Posted {
			if p.Name == c.Name {
				known.ID = p.ID
			}
		}
		if _, err := client.Publish(ctx, s.Repository.Owner, s.Repository.Name, s.Head.SHA, c, known); err != nil {
			return err
		}
	}
	return nil
}

// said prints a result, and ends with the exit code that it means.
func said(s streams, o checkOptions, result check.Result) error {
	if o.json {
		if err := json.NewEncoder(s.out).Encode(result.Run); err != nil {
			return err
		}
	} else if len(result.Run.Report.Checks) > 0 {
		printReport(s.out, standing(result.Run), o.markdown)
	}
	switch {
	case len(result.Run.Report.Checks) == 0:
		where := "on the default branch"
		switch {
		case o.git != "":
			where = "in " + o.base + " of this clone"
		case o.files:
			where = "where the rules are looked for; name the folder with --rules"
		}
		fmt.Fprintf(s.err, "bylaw: nothing is configured: there is no %s %s\n", bylaw.ConfigPath, where)
		return exit(exitUndecided)
	case broken(result.Run), undecided(result.Run):
		return exit(exitUndecided)
	case result.Run.Report.Conclusion != bylaw.Success:
		return exit(exitNotAccepted)
	}
	return nil
}

// standing is the report as a terminal shows it: where rules were not asked, and none of the others refuses,
// its first line does not say success.
func standing(run bylaw.Run) bylaw.Report {
	report, notAsked := run.Report, 0
	for _, v := range run.Verdicts {
		if v.Outcome == bylaw.NotAsked {
			notAsked++
		}
	}
	if notAsked == 0 || report.Conclusion != bylaw.Success {
		return report
	}
	report.Checks = slices.Clone(report.Checks)
	report.Checks[0].Conclusion = bylaw.Conclusion("not decided")
	if !undecided(run) {
		report.Checks[0].Conclusion = bylaw.Conclusion(fmt.Sprintf("nothing refused, but %s not asked", counted(notAsked, "rule")))
	}
	return report
}

// undecided reports whether no rule that could apply was asked.
func undecided(run bylaw.Run) bool {
	notAsked := false
	for _, v := range run.Verdicts {
		switch v.Outcome {
		case bylaw.NotAsked:
			notAsked = true
		case bylaw.DoesNotApply:
		default:
			return false
		}
	}
	return notAsked
}

func broken(run bylaw.Run) bool {
	for _, v := range run.Verdicts {
		if v.Outcome == bylaw.Broken {
			return true
		}
	}
	return false
}
