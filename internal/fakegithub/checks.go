package fakegithub

import (
	"fmt"
	"slices"
	"time"
)

// CheckRun is a check run as an App wrote it.
type CheckRun struct {
	ID                   int64
	AppID                int64
	AppSlug              string
	Name, HeadSHA        string
	Status               string // queued, in_progress or completed
	Conclusion           string // "" until completed
	ExternalID           string
	DetailsURL           string
	Title, Summary, Text string
	Annotations          []Annotation
	Actions              []Action
	StartedAt            time.Time
	CompletedAt          time.Time // zero until completed
}

// Annotation is a remark of a check run on a file. Zero columns mean none.
type Annotation struct {
	Path        string `json:"path"`
	StartLine   int    `json:"start_line"`
	EndLine     int    `json:"end_line"`
	StartColumn int    `json:"start_column"`
	EndColumn   int    `json:"end_column"`
	Level       string `json:"annotation_level"` // notice, warning or failure
	Message     string `json:"message"`
	Title       string `json:"title"`
	RawDetails  string `json:"raw_details"`
}

// Action is a button of a check run.
type Action struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

type run struct {
	CheckRun
	suite *suite
}

// suite is the check suite of one App and commit. It begins when the commit is pushed, or with
// its first run.
type suite struct {
	id                   int64
	repo                 *repository
	app                  *app
	sha, branch, before  string
	reset                bool // re-requested and nothing written since: queued
	createdAt, updatedAt time.Time
}

func (g *GitHub) suite(r *repository, a *app, sha string) *suite {
	for _, s := range r.suites {
		if s.sha == sha && s.app == a {
			return s
		}
	}
	s := &suite{id: g.nextID(), repo: r, app: a, sha: sha, createdAt: g.now(), updatedAt: g.now()}
	r.suites = append(r.suites, s)
	return s
}

func (s *suite) runs() []*run {
	var list []*run
	for _, c := range s.repo.runs {
		if c.suite == s {
			list = append(list, c)
		}
	}
	return list
}

// conclusions in GitHub's order of priority for the conclusion of a suite.
var conclusions = []string{"action_required", "timed_out", "cancelled", "failure", "neutral", "skipped", "success"}

// state is the status and conclusion that follow from the newest runs of each name.
func (s *suite) state() (status, conclusion string) {
	runs := latest(s.runs())
	if len(runs) == 0 || s.reset {
		return "queued", ""
	}
	worst := len(conclusions)
	for _, c := range runs {
		if c.Status != "completed" {
			return "in_progress", ""
		}
		worst = min(worst, slices.Index(conclusions, c.Conclusion))
	}
	return "completed", conclusions[worst]
}

// latest keeps the newest created run of each suite and name, newest first.
func latest(runs []*run) []*run {
	type key struct {
		suite *suite
		name  string
	}
	seen := map[key]bool{}
	var list []*run
	for _, c := range slices.Backward(runs) {
		if k := (key{c.suite, c.Name}); !seen[k] {
			seen[k] = true
			list = append(list, c)
		}
	}
	return list
}

// addRun stores a new run. The newest created decides; nothing is replaced.
func (g *GitHub) addRun(r *repository, a *app, c CheckRun) *run {
	c.ID, c.AppID, c.AppSlug = g.nextID(), a.id, a.slug
	made := &run{CheckRun: c, suite: g.suite(r, a, c.HeadSHA)}
	r.runs = append(r.runs, made)
	g.wrote(made, "created")
	return made
}

// wrote tells everybody of a run that was created or changed.
func (g *GitHub) wrote(c *run, action string) {
	c.suite.updatedAt, c.suite.reset = g.now(), false
	g.touch()
	sender := g.bot()
	if c.AppID != g.App.ID {
		sender = g.foreignBot(c.suite.app)
	}
	if action == "created" {
		g.emitRun(c, "created", sender, nil)
	}
	if c.Status == "completed" {
		g.emitRun(c, "completed", sender, nil)
		if status, _ := c.suite.state(); status == "completed" {
			g.emitSuite(c.suite, "completed", sender)
		}
	}
}

func (g *GitHub) foreignBot(a *app) *account {
	return &account{id: a.id, login: a.slug + "[bot]", kind: "Bot"}
}

// ReportCheck reports a completed check of one of [World.OtherApps] and returns its id.
func (g *GitHub) ReportCheck(repo, sha, slug, name, conclusion string) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return 0, err
	}
	if r.git.commits[sha] == nil {
		return 0, fmt.Errorf("no commit %s in %s", sha, repo)
	}
	if !slices.Contains(conclusions, conclusion) {
		return 0, fmt.Errorf("unknown conclusion %q", conclusion)
	}
	for _, a := range g.apps {
		if a.slug == slug {
			return g.addRun(r, a, CheckRun{
				Name: name, HeadSHA: sha, Status: "completed", Conclusion: conclusion, StartedAt: g.now(), CompletedAt: g.now(),
			}).ID, nil
		}
	}
	return 0, fmt.Errorf("no other App %q", slug)
}

// RerequestCheckRun presses "Re-run" on one check. The run itself does not change.
func (g *GitHub) RerequestCheckRun(repo string, id int64, by string) error {
	return g.runAction(repo, id, by, func(c *run, who *account) error {
		g.rerequest(c, who)
		return nil
	})
}

func (g *GitHub) rerequest(c *run, by *account) {
	c.suite.reset = true
	if c.AppID == g.App.ID {
		g.emitRun(c, "rerequested", by, nil)
	}
}

// RequestAction presses a button of a completed check run.
func (g *GitHub) RequestAction(repo string, id int64, identifier, by string) error {
	return g.runAction(repo, id, by, func(c *run, who *account) error {
		if c.Status != "completed" || !slices.ContainsFunc(c.Actions, func(a Action) bool { return a.Identifier == identifier }) {
			return fmt.Errorf("check run %d shows no button %q", id, identifier)
		}
		if c.AppID == g.App.ID {
			g.emitRun(c, "requested_action", who, obj{"requested_action": obj{"identifier": identifier}})
		}
		return nil
	})
}

func (g *GitHub) runAction(repo string, id int64, by string, f func(c *run, who *account) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return err
	}
	who, err := g.account(by)
	if err != nil {
		return err
	}
	c := r.run(id)
	if c == nil {
		return fmt.Errorf("no check run %d in %s", id, repo)
	}
	return f(c, who)
}

func (r *repository) run(id int64) *run {
	for _, c := range r.runs {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// RerequestCheckSuite presses "Re-run all checks" for the App's suite on a commit.
func (g *GitHub) RerequestCheckSuite(repo, sha, by string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return err
	}
	who, err := g.account(by)
	if err != nil {
		return err
	}
	for _, s := range r.suites {
		if s.sha == sha && s.app == g.own() {
			s.reset = true
			g.emitSuite(s, "rerequested", who)
			return nil
		}
	}
	return fmt.Errorf("no check suite of the App on %s", sha)
}

// CheckRuns are all runs on a commit, oldest first, whoever wrote them. Nil if there are none.
func (g *GitHub) CheckRuns(owner, repo, sha string) []CheckRun {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(owner + "/" + repo)
	if err != nil {
		return nil
	}
	var list []CheckRun
	for _, c := range r.runs {
		if c.HeadSHA == sha {
			list = append(list, c.copy())
		}
	}
	return list
}

// EffectiveCheck is the run of the App under test that decides on a commit for a name:
// the newest created. False if there is none.
func (g *GitHub) EffectiveCheck(owner, repo, sha, name string) (CheckRun, bool) {
	for _, c := range slices.Backward(g.CheckRuns(owner, repo, sha)) {
		if c.Name == name && c.AppID == g.App.ID {
			return c, true
		}
	}
	return CheckRun{}, false
}

func (c *run) copy() CheckRun {
	out := c.CheckRun
	out.Annotations, out.Actions = slices.Clone(out.Annotations), slices.Clone(out.Actions)
	return out
}
