package check

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// GitHub is where facts come from: the live App, recorded facts, or a local clone.
type GitHub interface {
	// Read returns the facts of a pull request and the files that are the law for it.
	Read(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error)

	// Files returns those of the named files that exist at a revision of the pull request's world, as
	// far as the snapshot of its reading says what that is.
	Files(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error)

	// Teams returns those of the named teams of the repository's organization that exist and can be seen.
	Teams(ctx context.Context, ref bylaw.Ref, names []string) ([]bylaw.Team, error)

	// Dates tells since when the lines of a file are as they are; nothing where that is not known. It is
	// asked at every evaluation, for every roster, and should know the answer for a version that it was
	// asked about before.
	Dates(ctx context.Context, ref bylaw.Ref, v bylaw.Version) (bylaw.Dated, error)

	// Elsewhere returns files of a repository that is neither the governed one nor its organization's. It
	// is not Visible if it may not be read for this pull request.
	Elsewhere(ctx context.Context, ref bylaw.Ref, want bylaw.Elsewhere) (bylaw.Tree, error)
}

// Checker evaluates pull requests. It may be used by several goroutines.
type Checker struct {
	GitHub  GitHub
	Engine  *policy.Engine
	BuiltIn []policy.Source
	Now     func() time.Time

	mu        sync.Mutex
	laws      map[string]*law              // the law of a repository when it was last read, by installation and name
	heads     map[string]*headFiles        // what was read of a head, by installation, pull request and commit
	headBytes int                          // of the files in heads, and of those that were forgotten since
	tests     map[string]policy.TestReport // of proposed policies, by digest
	others    map[string]seenElsewhere     // what was last seen of other repositories, by installation and files
	former    map[string]roster.Roster     // rosters as they stood once, by installation, file and commit
	oldBytes  int                          // of the files in former
	described map[string]policy.Metadata   // built-in policies, by id
}

// Ask says why a pull request is looked at, and what only a webhook knows.
type Ask struct {
	Event     string          // such as "pull_request.opened"
	Arrivals  []bylaw.Arrival // what webhooks told of the heads
	Comments  []bylaw.Comment // what webhooks told of comments with commands
	Anonymous bool            // nobody is known: policies that look at people are not asked
	FilesOnly bool            // nothing but files is known: policies that look at anything else are not asked

	// Found is called with the repository that GitHub has answered for, which may be called otherwise by now than it was
	// asked for, before anything is concluded from the answer. Its error ends the check, and comes back. It may be nil.
	Found func(bylaw.Identity) error
}

// Result is what came of one evaluation.
type Result struct {
	Configured bool            // false: nothing is configured for the repository, and Run holds no verdict
	Run        bylaw.Run       // without a verdict its report takes back what stood on the head, or is empty
	Posted     []bylaw.Posted  // our check runs that stood on the head
	ChangedAt  bylaw.Time      // GitHub's time of the last change of the pull request
	Commented  bool            // a comment stood on the pull request that may be ours
	Rules      []string        // files of the repository that its configuration names; never nil
	Threshold  int             // of the transparency report; 0 when nobody has said, -1 when the rules have a fault
	Policies   string          // SHA-256, in hex, of the text and the parameters of every policy that is switched on
	Own        []policy.Source // policies that are switched on and not built in, with their tests
}

// Check evaluates one pull request. Faults of the repository are in the report; the error is GitHub's,
// the network's or ours, and then nothing is known and the evaluation can be tried again.
func (c *Checker) Check(ctx context.Context, ref bylaw.Ref, ask Ask) (Result, error) {
	want := bylaw.Want{Pushers: true, Arrivals: ask.Arrivals, Comments: ask.Comments}
	last := c.lawOf(ref)
	if last != nil {
		want.Law, want.Organization = last.wanted()
		want.Teams = last.teams()
	}
	taken := c.Now() // before the facts are read: what happens meanwhile may not be in them
	reading, err := c.GitHub.Read(ctx, ref, want)
	if err != nil {
		return Result{}, fmt.Errorf("snapshot %s: %w", ref, err)
	}
	if ask.Found != nil {
		if err := ask.Found(reading.Is); err != nil {
			return Result{}, err
		}
	}
	folders := func(paths []string) []string {
		return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !strings.HasSuffix(p, "/") })
	}
	reading.Law.Folders, reading.Organization.Folders = folders(want.Law), folders(want.Organization)
	standing := trees{repository: reading.Law, organization: reading.Organization, elsewhere: c.lookElsewhere(ref)}
	l, err := c.readLaw(ctx, standing, func(revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
		return c.GitHub.Files(ctx, ref, &reading.Snapshot, revision, paths)
	}, func(key string) *law {
		if last != nil && last.key == key {
			return last
		}
		return nil
	})
	if err != nil {
		return Result{}, fmt.Errorf("read law of %s: %w", ref.Repository(), err)
	}
	if last != nil && last.key == l.key {
		l.digest = last.digest
	} else {
		l.digest = l.digestPolicies()
	}
	c.keepLaw(ref, l)

	s := reading.Snapshot
	s.Format, s.TakenAt, s.Event = bylaw.SnapshotFormat, bylaw.At(taken), ask.Event
	s.Local = ask.Anonymous || ask.FilesOnly
	rules, _ := l.wanted()
	result := Result{
		Configured: l.exists, Posted: reading.Posted, ChangedAt: reading.ChangedAt, Commented: reading.Commented,
		Rules: append([]string{}, rules...), Policies: l.digest, Own: l.own(), Threshold: l.threshold(),
	}
	proposed, err := c.govern(ctx, ref, &s, l, reading)
	if err != nil {
		return Result{}, fmt.Errorf("preview rules of %s: %w", ref, err)
	}
	if !l.exists && !s.Governance.First {
		if len(result.Posted) > 0 {
			complete(reflect.ValueOf(&s).Elem())
			result.Run = bylaw.Run{Ref: ref, Snapshot: s, Verdicts: []bylaw.Verdict{}, Report: withdrawn(s)}
		}
		return result, nil
	}
	if s.Teams, err = c.teamsOf(ctx, ref, l, want.Teams, reading); err != nil {
		return Result{}, err
	}
	addPeople(&s, l.book, proposed, reading)
	if err := c.addDates(ctx, ref, &s, l); err != nil {
		return Result{}, fmt.Errorf("date rosters of %s: %w", ref.Repository(), err)
	}
	addOrganizations(&s, l.book, sameOf(l.config.Relations))
	s.Rosters = l.rosters()
	if err := c.readContents(ctx, ref, &s, l); err != nil {
		return Result{}, fmt.Errorf("read files of %s: %w", ref, err)
	}
	complete(reflect.ValueOf(&s).Elem())
	verdicts, err := c.judge(ctx, &s, l, ask)
	if err != nil {
		return Result{}, fmt.Errorf("evaluate %s: %w", ref, err)
	}
	result.Run = bylaw.Run{Ref: ref, Snapshot: s, Verdicts: verdicts}
	result.Run.Report = render(result.Run, l)
	return result, nil
}

// Rules are the rules of a repository as they stand in some files.
type Rules struct {
	Config   policy.Config
	Metadata map[string]policy.Metadata // of every policy there is, by id
	Problems []bylaw.Problem            // everything that is wrong, rosters and policies included
	Warnings []bylaw.Problem            // what is odd in rosters and organizations, and stops nothing
	Exists   bool                       // whether anything is configured

	law *law
}

// Same is how near relations bring two organizations.
func (r Rules) Same() roster.Same { return sameOf(r.Config.Relations) }

// ReadRules reads the rules that stand in the files of two trees; more brings those that their
// configurations name and the trees lack.
func (c *Checker) ReadRules(ctx context.Context, repository, organization bylaw.Tree, more func(revision bylaw.Revision, paths []string) ([]bylaw.Blob, error)) (Rules, error) {
	l, err := c.readLaw(ctx, trees{repository: repository, organization: organization}, more, func(string) *law { return nil })
	if err != nil {
		return Rules{}, fmt.Errorf("read rules of %s: %w", repository.Repository, err)
	}
	return Rules{Config: l.config, Metadata: l.metadata, Problems: l.allFaults(), Warnings: l.warnings(), Exists: l.exists, law: l}, nil
}

// Judge evaluates a snapshot that is already complete, people and governance included. It is how
// recorded snapshots are looked at again.
func (c *Checker) Judge(ctx context.Context, ref bylaw.Ref, s bylaw.Snapshot, rules Rules) (Result, error) {
	verdicts, err := c.judge(ctx, &s, rules.law, Ask{})
	if err != nil {
		return Result{}, fmt.Errorf("evaluate %s: %w", ref, err)
	}
	run := bylaw.Run{Ref: ref, Snapshot: s, Verdicts: verdicts}
	run.Report = render(run, rules.law)
	return Result{Configured: rules.Exists, Run: run}, nil
}

// judge asks every policy that is switched on. One that is broken does not silence the others.
func (c *Checker) judge(ctx context.Context, s *bylaw.Snapshot, l *law, ask Ask) ([]bylaw.Verdict, error) {
	in := &policy.Input{Snapshot: s}
	verdicts := make([]bylaw.Verdict, len(l.config.Policies), len(l.config.Policies)+len(l.config.Conftest))
	packs := make([]bylaw.Verdict, len(l.config.Conftest))
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range l.config.Conftest {
		group.Go(func() (err error) {
			packs[i], err = c.judgePack(ctx, p, s, l)
			return err
		})
	}
	for i, p := range l.config.Policies {
		if ask.lacks(l.facts[p.ID]) && !l.metadata[p.ID].Local {
			verdicts[i] = policy.NotAsked(l.sources[p.ID], l.metadata[p.ID], ask.need())
			continue
		}
		problems := l.reasonNotToAsk(p.ID, s)
		if len(problems) == 0 && !s.Local {
			problems = l.teamsUnseen(p, s)
		}
		if len(problems) > 0 {
			verdicts[i] = policy.NotJudged(l.sources[p.ID], l.metadata[p.ID], problems)
			continue
		}
		group.Go(func() (err error) {
			defer func() {
				if recover() != nil { // in a library: one policy must not end the service
					verdicts[i] = policy.NotJudged(l.sources[p.ID], l.metadata[p.ID], []bylaw.Problem{{Msg: "The rule could not be run, by a fault of Bylaw itself."}})
				}
			}()
			ctx, span := telemetry.Start(ctx, "policy "+p.ID)
			verdicts[i], err = c.Engine.Evaluate(ctx, l.sources[p.ID], in, l.give(p))
			span.Note(slog.String("outcome", string(verdicts[i].Outcome)))
			span.End(err)
			return err
		})
	}
	err := group.Wait()
	for i, p := range l.config.Policies {
		verdicts[i].Params = p.Params
		if p.Params == nil {
			verdicts[i].Params = map[string]any{}
		}
		verdicts[i].Comment = p.Comment.Value
		stand(&verdicts[i], p.On, p.Rule.Value)
	}
	for i, p := range l.config.Conftest {
		stand(&packs[i], p.From, p.Rule.Value)
	}
	return append(verdicts, packs...), err
}

// stand says of a verdict under which written rule it stands, where the configuration names one, and which line
// of it switched the policy on.
func stand(v *bylaw.Verdict, on policy.Place, rule []bylaw.Reference) {
	if len(rule) > 0 {
		v.Rule = slices.Clone(rule)
	}
	if on.File != "" {
		v.SwitchedOn = bylaw.Evidence{File: named(on, on.File), Line: on.Line}
	}
}

// aboutPeople are the facts that only GitHub, or whoever asks, can give.
var aboutPeople = []string{"*", "author", "reviews", "people", "requested_reviewers", "commands", "labels", "merged_by", "teams"}

// aboutFiles are the facts that files alone give, without a pull request.
var aboutFiles = []string{"format", "taken_at", "event", "repository", "files", "organizations", "rosters", "governance", "incomplete", "local", "params"}

// lacks reports whether one of the facts that a policy looks at is not known.
func (a Ask) lacks(facts []string) bool {
	return slices.ContainsFunc(facts, func(fact string) bool {
		return a.Anonymous && slices.Contains(aboutPeople, fact) || a.FilesOnly && !slices.Contains(aboutFiles, fact)
	})
}

// need says what it would take to ask the policies that are not asked.
func (a Ask) need() string {
	if a.FilesOnly {
		return "that takes a pull request, not only files"
	}
	return "name the author with --author"
}

// reasonNotToAsk says why a policy's answer could not be relied on. Facts that are not whole silence
// all policies; a law with faults silences all but the built-in ones that are always on, by which the
// law can be mended.
func (l *law) reasonNotToAsk(id string, s *bylaw.Snapshot) []bylaw.Problem {
	if len(s.Incomplete) > 0 {
		var problems []bylaw.Problem
		for _, i := range s.Incomplete {
			problems = append(problems, bylaw.Problem{Msg: fmt.Sprintf("The %s of this pull request cannot be read whole: %s", i.Fact, i.Msg), Fix: "split the pull request into smaller ones"})
		}
		return problems
	}
	if len(l.problems) > 0 && !slices.Contains(policy.AlwaysOn, id) {
		return []bylaw.Problem{{Msg: "The rules on the default branch have a fault, so this rule cannot be relied on.", Fix: fmt.Sprintf("correct %s", l.problems[0].Place())}}
	}
	return l.broken[id]
}

// MayGovern reports whether one of the paths may belong to the rules of a repository. It says yes when
// the rules are not known here.
func (c *Checker) MayGovern(ref bylaw.Ref, paths []string) bool {
	l := c.lawOf(ref)
	return l == nil || slices.ContainsFunc(paths, l.governs)
}

func (c *Checker) lawOf(ref bylaw.Ref) *law {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.laws[lawKey(ref)]
}

// keptLaws bounds how many repositories' laws are remembered; a forgotten one costs one more read.
const keptLaws = 4096

func (c *Checker) keepLaw(ref bylaw.Ref, l *law) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.laws == nil || len(c.laws) >= keptLaws {
		c.laws = map[string]*law{}
	}
	c.laws[lawKey(ref)] = l
}

// lawKey keeps what one installation may see apart from what another one may.
func lawKey(ref bylaw.Ref) string { return fmt.Sprintf("%d %s", ref.Installation, ref.Repository()) }
