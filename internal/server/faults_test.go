package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	routeRuns  = "/repos/{owner}/{repo}/check-runs"
	routeFiles = "/repos/{owner}/{repo}/pulls/{pull_number}/files"
	routeToken = "/app/installations/{installation_id}/access_tokens"
	routeWrite = "/repos/{owner}/{repo}/collaborators"
)

// ended lets time pass for the retries until nothing is left to do, or what is left was given up.
func (w *town) ended(t *testing.T, s *store.Store) {
	t.Helper()
	w.until(t, "the last retry", func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows := queue(t, s)
		for _, row := range rows {
			if row.State == store.Failed {
				continue
			}
			if wait := row.Due.Sub(w.now()); row.State != store.Running && wait > 0 {
				w.pass(wait)
				if err := s.Raise(t.Context()); err != nil { // of nothing: the worker waits by the real clock
					t.Fatal(err)
				}
			}
			return false
		}
		return true
	})
}

// TestGitHubFails has GitHub fail twice, and then recover: in the end the verdict is there, once.
func TestGitHubFails(t *testing.T) {
	t.Parallel()
	later := http.Header{"Retry-After": {"60"}}
	for name, fault := range map[string]fakegithub.Fault{
		"401 on reading":              {Route: "/graphql", Status: 401},
		"403 on reading":              {Route: "/graphql", Status: 403},
		"404 on reading":              {Route: "/graphql", Status: 404},
		"429 on reading":              {Route: "/graphql", Status: 429, Header: later},
		"500 on reading":              {Route: "/graphql", Status: 500},
		"page of the edge on reading": {Route: "/graphql", Status: 502, HTML: true},
		"answer cut on reading":       {Route: "/graphql", CutBody: 200},
		"404 on files":                {Route: routeFiles, Status: 404},
		"422 on files":                {Route: routeFiles, Status: 422},
		"files cut":                   {Route: routeFiles, CutBody: 20},
		"500 on who may write":        {Route: routeWrite, Status: 500},
		"403 on who may write":        {Route: routeWrite, Status: 403},
		"500 on the token":            {Route: routeToken, Status: 500},
		"401 on the token":            {Route: routeToken, Status: 401},
		"404 on writing":              {Method: "POST", Route: routeRuns, Status: 404},
		"422 on writing":              {Method: "POST", Route: routeRuns, Status: 422},
		"429 on writing":              {Method: "POST", Route: routeRuns, Status: 429, Header: later},
		"secondary limit on writing":  {Method: "POST", Route: routeRuns, Status: 403, Header: later, Body: `{"message":"You have exceeded a secondary rate limit."}`},
		"500 on writing":              {Method: "POST", Route: routeRuns, Status: 500},
		"500 after writing":           {Method: "POST", Route: routeRuns, Status: 502, HTML: true, After: true},
		"answer cut on writing":       {Method: "POST", Route: routeRuns, CutBody: 20},
		"500 on changing a run":       {Method: "PATCH", Route: routeRuns, Status: 500},
		"run gone, it seems":          {Method: "PATCH", Route: routeRuns, Status: 404},
		"run is not ours, it seems":   {Method: "PATCH", Route: routeRuns, Status: 403},
		"conflict on changing a run":  {Method: "PATCH", Route: routeRuns, Status: 409},
		"no answer to changing a run": {Method: "PATCH", Route: routeRuns, CutBody: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			s := w.newServer(t, sqlite(t), "test")
			w.run(t, s)
			fault.Times = 2
			w.AddFault(fault)
			number := w.open(t, "one")
			w.ended(t, s.Store)
			if got := w.conclusion(number); got != "action_required" {
				t.Errorf("GitHub shows %q, want action_required; left: %v", got, queue(t, s.Store))
			}
			w.approve(t, number, "bob")
			w.ended(t, s.Store)
			if got := w.conclusion(number); got != "success" {
				t.Errorf("GitHub shows %q after an approval, want success; left: %v", got, queue(t, s.Store))
			}
			for name, runs := range w.created(number) {
				if runs > 1 {
					t.Errorf("%s was created %d times", name, runs)
				}
			}
		})
	}
}

// TestGitHubFailsForGood: a verdict that rests on facts of before must not stand on in silence.
func TestGitHubFailsForGood(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakegithub.Fault{
		"403 on reading":     {Route: "/graphql", Status: 403},
		"404 on reading":     {Route: "/graphql", Status: 404},
		"nonsense as answer": {Route: "/graphql", Status: 200, Body: `{"data":null}`},
		"500 on reading":     {Route: "/graphql", Status: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			s := w.newServer(t, sqlite(t), "test")
			w.run(t, s)
			number := w.open(t, "one")
			w.approve(t, number, "bob")
			w.settled(t, s.Store)
			if got := w.conclusion(number); got != "success" {
				t.Fatalf("GitHub shows %q, want success", got)
			}
			w.AddFault(fault)
			if err := w.SetLabel(widgets, number, "alice", "core"); err != nil {
				t.Fatal(err)
			}
			if err := w.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.until(t, "a check that says so", func() bool {
				for _, row := range queue(t, s.Store) {
					if row.State == store.Retry {
						w.pass(max(0, row.Due.Sub(w.now())))
					}
				}
				return w.conclusion(number) == "failure"
			})
			run, _ := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), bylaw.CheckName)
			if !strings.Contains(run.Title, "could not be judged") {
				t.Errorf("the check says %q", run.Title)
			}
		})
	}
}
