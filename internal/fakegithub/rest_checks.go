package fakegithub

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// runBody is the body of the requests that create and update a check run. Absent means unchanged.
type runBody struct {
	Name        *string    `json:"name"`
	HeadSHA     *string    `json:"head_sha"`
	DetailsURL  *string    `json:"details_url"`
	ExternalID  *string    `json:"external_id"`
	Status      *string    `json:"status"`
	Conclusion  *string    `json:"conclusion"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	Actions     *[]Action  `json:"actions"`
	Output      *struct {
		Title       *string      `json:"title"`
		Summary     *string      `json:"summary"`
		Text        *string      `json:"text"`
		Annotations []Annotation `json:"annotations"`
	} `json:"output"`
}

// Limits of check runs, from "Create a check run". They count characters, except where bytes are said.
const (
	maxOutput       = 65_535
	maxAnnotations  = 50 // per request
	maxActions      = 3
	maxAnnotationKB = 64 << 10 // bytes
)

// check refuses what GitHub refuses with 422.
func (b *runBody) check(creating bool) *answer {
	refuse := func(format string, args ...any) *answer {
		a := schemaError(format, args...)
		return &a
	}
	if creating && (b.Name == nil || *b.Name == "") {
		return refuse(`"name" wasn't supplied.`)
	}
	if creating && (b.HeadSHA == nil || *b.HeadSHA == "") {
		return refuse(`"head_sha" wasn't supplied.`)
	}
	if b.Status != nil && !slices.Contains([]string{"queued", "in_progress", "completed"}, *b.Status) {
		return refuse("%s is not a member of [\"queued\", \"in_progress\", \"completed\"].", *b.Status)
	}
	if b.Conclusion != nil && !slices.Contains(conclusions, *b.Conclusion) {
		return refuse("%s is not a possible conclusion.", *b.Conclusion)
	}
	if b.Status != nil && *b.Status == "completed" && b.Conclusion == nil {
		return refuse(`"conclusion" wasn't supplied, and a completed check run needs one.`)
	}
	if b.Actions != nil {
		if len(*b.Actions) > maxActions {
			return refuse("No more than 3 actions are allowed; %d were supplied.", len(*b.Actions))
		}
		for _, a := range *b.Actions {
			for _, f := range []struct {
				name, value string
				limit       int
			}{{"label", a.Label, 20}, {"description", a.Description, 40}, {"identifier", a.Identifier, 20}} {
				if n := utf8.RuneCountInString(f.value); n == 0 || n > f.limit {
					return refuse("action %s: 1 to %d characters are allowed; %d were supplied.", f.name, f.limit, n)
				}
			}
		}
	}
	if b.Output == nil {
		return nil
	}
	if b.Output.Summary == nil || creating && b.Output.Title == nil {
		return refuse(`"title", "summary" weren't supplied.`)
	}
	for _, text := range []*string{b.Output.Summary, b.Output.Text} {
		if text != nil && utf8.RuneCountInString(*text) > maxOutput {
			return refuse("Only 65535 characters are allowed; %d were supplied.", utf8.RuneCountInString(*text))
		}
	}
	if n := len(b.Output.Annotations); n > maxAnnotations {
		return refuse("No more than 50 items are allowed; %d were supplied.", n)
	}
	for i, a := range b.Output.Annotations {
		if err := a.check(); err != nil {
			return refuse("annotation %d: %v", i, err)
		}
	}
	return nil
}

func (a Annotation) check() error {
	switch {
	case a.Path == "" || a.StartLine < 1 || a.EndLine < a.StartLine || a.Message == "":
		return fmt.Errorf("path, start_line, end_line and message are required, and lines start at 1")
	case !slices.Contains([]string{"notice", "warning", "failure"}, a.Level):
		return fmt.Errorf("annotation_level %q is not notice, warning or failure", a.Level)
	case utf8.RuneCountInString(a.Title) > 255:
		return fmt.Errorf("title is longer than 255 characters")
	case len(a.Message) > maxAnnotationKB || len(a.RawDetails) > maxAnnotationKB:
		return fmt.Errorf("message or raw_details is larger than 64 KB")
	case a.StartLine != a.EndLine && (a.StartColumn != 0 || a.EndColumn != 0):
		return fmt.Errorf("columns are only allowed when start_line and end_line are the same")
	}
	return nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// apply writes the body into a run. A conclusion completes the run; annotations are appended;
// the old completed_at stays when a new conclusion comes without one.
func (b *runBody) apply(c *CheckRun, now time.Time) {
	set(&c.Name, b.Name)
	set(&c.DetailsURL, b.DetailsURL)
	set(&c.ExternalID, b.ExternalID)
	set(&c.Status, b.Status)
	set(&c.StartedAt, b.StartedAt)
	set(&c.Actions, b.Actions)
	if b.Conclusion != nil {
		c.Status, c.Conclusion = "completed", *b.Conclusion
	}
	if c.Status != "completed" {
		c.Conclusion, c.CompletedAt = "", time.Time{}
	} else if c.CompletedAt.IsZero() {
		c.CompletedAt = now
	}
	set(&c.CompletedAt, b.CompletedAt)
	if b.Output != nil {
		set(&c.Title, b.Output.Title)
		set(&c.Summary, b.Output.Summary)
		set(&c.Text, b.Output.Text)
		c.Annotations = append(c.Annotations, b.Output.Annotations...)
	}
}

func (g *GitHub) createRun(q *request) answer {
	var body runBody
	if a := q.decode(&body); a != nil {
		return *a
	}
	if a := body.check(true); a != nil {
		return *a
	}
	// Commits of a fork's pull request can be checked in the base repository.
	if q.repo.git.commits[*body.HeadSHA] == nil {
		return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+*body.HeadSHA)
	}
	c := CheckRun{HeadSHA: *body.HeadSHA, Status: "queued", StartedAt: g.now()}
	body.apply(&c, g.now())
	return created(g.runJSON(g.addRun(q.repo, g.own(), c)))
}

// onRun runs f with the check run of the path.
func onRun(q *request, f func(c *run) answer) answer {
	if c := q.repo.run(q.number("check_run_id")); c != nil {
		return f(c)
	}
	return notFound()
}

func (g *GitHub) updateRun(q *request) answer {
	return onRun(q, func(c *run) answer {
		if c.AppID != g.App.ID {
			return fail(http.StatusForbidden, fmt.Sprintf(
				"Invalid app_id `%d` - check run can only be modified by the GitHub App that created it.", g.App.ID))
		}
		var body runBody
		if a := q.decode(&body); a != nil {
			return *a
		}
		if a := body.check(false); a != nil {
			return *a
		}
		was := c.Status
		body.apply(&c.CheckRun, g.now())
		if body.Conclusion != nil || was != c.Status {
			g.wrote(c, "updated")
		} else {
			g.touch()
		}
		return ok(g.runJSON(c))
	})
}

func (g *GitHub) getRun(q *request) answer {
	return onRun(q, func(c *run) answer { return ok(g.runJSON(c)) })
}

func (g *GitHub) listAnnotations(q *request) answer {
	return onRun(q, func(c *run) answer {
		return ok(page(q, c.Annotations, func(a Annotation) any { return g.annotationJSON(q.repo, c.HeadSHA, a) }))
	})
}

func (g *GitHub) rerequestRun(q *request) answer {
	return onRun(q, func(c *run) answer {
		g.rerequest(c, g.actor(q))
		return created(obj{})
	})
}

// runList filters and pages runs, which are given oldest first, and lists them newest first.
func (g *GitHub) runList(q *request, runs []*run) answer {
	if q.query.Get("filter") != "all" {
		runs = latest(runs)
	} else {
		runs = slices.Clone(runs)
		slices.Reverse(runs)
	}
	runs = slices.DeleteFunc(runs, func(c *run) bool {
		name, status, app := q.query.Get("check_name"), q.query.Get("status"), q.query.Get("app_id")
		return name != "" && c.Name != name || status != "" && c.Status != status || app != "" && strconv.FormatInt(c.AppID, 10) != app
	})
	return ok(obj{"total_count": len(runs), "check_runs": page(q, runs, func(c *run) any { return g.runJSON(c) })})
}

func (r *repository) runsOf(sha string) []*run {
	return slices.DeleteFunc(slices.Clone(r.runs), func(c *run) bool { return c.HeadSHA != sha })
}

func (g *GitHub) listRuns(q *request) answer {
	c := q.repo.resolve(q.params["ref"])
	if c == nil {
		return g.noCommit(q.params["ref"])
	}
	return g.runList(q, q.repo.runsOf(c.sha))
}

func (r *repository) suitesOf(sha string) []*suite {
	return slices.DeleteFunc(slices.Clone(r.suites), func(s *suite) bool { return s.sha != sha })
}

func (g *GitHub) listSuites(q *request) answer {
	c := q.repo.resolve(q.params["ref"])
	if c == nil {
		return g.noCommit(q.params["ref"])
	}
	suites := slices.DeleteFunc(q.repo.suitesOf(c.sha), func(s *suite) bool {
		app := q.query.Get("app_id")
		return app != "" && strconv.FormatInt(s.app.id, 10) != app
	})
	return ok(obj{"total_count": len(suites), "check_suites": page(q, suites, func(s *suite) any { return g.suiteJSON(s) })})
}

// onSuite runs f with the check suite of the path.
func onSuite(q *request, f func(s *suite) answer) answer {
	for _, s := range q.repo.suites {
		if s.id == q.number("check_suite_id") {
			return f(s)
		}
	}
	return notFound()
}

func (g *GitHub) getSuite(q *request) answer {
	return onSuite(q, func(s *suite) answer { return ok(g.suiteJSON(s)) })
}

func (g *GitHub) listSuiteRuns(q *request) answer {
	return onSuite(q, func(s *suite) answer { return g.runList(q, s.runs()) })
}

func (g *GitHub) rerequestSuite(q *request) answer {
	return onSuite(q, func(s *suite) answer {
		s.reset = true
		if s.app == g.own() {
			g.emitSuite(s, "rerequested", g.actor(q))
		}
		return created(obj{})
	})
}
