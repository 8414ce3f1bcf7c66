package github_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// sweep looks at repositories and returns them by name.
func (w *world) sweep(t *testing.T, of ...github.SweepOf) map[string]github.Swept {
	t.Helper()
	swept, err := w.c.Sweep(t.Context(), of)
	must(t, err)
	byName := map[string]github.Swept{}
	for _, s := range swept {
		byName[s.Of.Name] = s
	}
	if len(byName) != len(of) {
		t.Fatalf("%d answers to %d", len(byName), len(of))
	}
	return byName
}

func TestSweep(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	for i := range 150 {
		first.Repositories[0].PullRequests = append(first.Repositories[0].PullRequests, fakegithub.Pull{
			Number: i + 2, Title: "x", Author: "carol", Closed: i == 0,
			Commits: []fakegithub.Commit{{Message: "x", Files: map[string]string{"x": strings.Repeat("x", i+1)}}},
		})
	}
	of := []github.SweepOf{
		{Owner: "acme", Name: "widgets", Rules: []string{"OWNERS.md", ".github/workflows/"}, Queues: []string{"main", "next"}},
		{Owner: "acme", Name: "absent"},
	}
	for i := range 25 {
		name := fmt.Sprint("plain-", i)
		first.Repositories = append(first.Repositories, fakegithub.Repository{Owner: "acme", Name: name, Files: map[string]string{"x": "x"}})
		of = append(of, github.SweepOf{Owner: "acme", Name: name})
	}
	w := start(t, first)
	head := do[string](t)(w.EnqueuePull("acme/widgets", 1, "carol"))
	w.reads()
	swept := w.sweep(t, of...)
	if diff := cmp.Diff([]string{"Sweep", "Sweep", "Sweep"}, w.reads()); diff != "" { // 20 and 7 repositories, and a page of one
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	widgets := swept["widgets"]
	if len(widgets.Pulls) != 150 || !widgets.Configured || widgets.Err != nil {
		t.Errorf("widgets: %d pull requests, configured %v, %v", len(widgets.Pulls), widgets.Configured, widgets.Err)
	}
	if diff := cmp.Diff(map[string][]string{"main": {head}, "next": {}}, widgets.Queued); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
	for _, p := range widgets.Pulls {
		if p.Number == 1 && (p.HeadSHA != w.Head("acme", "widgets", 1) || p.ChangedAt.IsZero()) {
			t.Errorf("got %+v", p)
		}
	}
	wantKind(t, swept["absent"].Err, github.NotFound)
	if plain := swept["plain-24"]; !plain.Configured || plain.Err != nil { // by its organization
		t.Errorf("a repository without a configuration of its own: %+v", plain)
	}
}

// TestSweptLaw: it is another one when the rules are, and otherwise the same.
func TestSweptLaw(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	of := github.SweepOf{Owner: "acme", Name: "widgets", Rules: []string{"OWNERS.md", "rules/"}}
	law := w.sweep(t, of)["widgets"].Law
	push := func(repo, path string) {
		t.Helper()
		_, err := w.PushFiles(repo, "main", "alice", fakegithub.Commit{Author: "alice", Files: map[string]string{path: "version: 1\n# " + path + "\n"}})
		must(t, err)
	}
	for _, test := range []struct {
		repo, path string
		other      bool
	}{
		{"acme/widgets", "README.md", false},
		{"acme/widgets", "OWNERS.md", true},
		{"acme/widgets", "rules/one.rego", true},
		{"acme/widgets", bylaw.ConfigPath, true},
		{"acme/widgets", bylaw.PoliciesPath + "/own/own.rego", true},
		{"acme/.github", bylaw.ConfigPath, true},
		{"acme/.github", "people.yml", true},
	} {
		push(test.repo, test.path)
		now := w.sweep(t, of)["widgets"].Law
		if (now != law) != test.other {
			t.Errorf("after a push to %s of %s: another law %v, want %v", test.path, test.repo, now != law, test.other)
		}
		law = now
	}
}

// TestRefusedInASweep: what GitHub refuses of one repository does not silence the others; a limit does.
func TestRefusedInASweep(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	first.Repositories = append(first.Repositories, fakegithub.Repository{Owner: "acme", Name: "plain", Files: map[string]string{"x": "x"}})
	w := start(t, first)
	of := []github.SweepOf{{Owner: "acme", Name: "plain"}, {Owner: "acme", Name: "widgets"}}
	refuse := func(times int) {
		w.AddFault(fakegithub.Fault{Route: "/graphql", Times: times, Status: 200, Body: `{"data":{"rx1":null},"errors":[{"type":"FORBIDDEN","path":["rx1"],"message":"SAML"}]}`})
	}
	refuse(2) // together, and then the first one alone
	swept := w.sweep(t, of...)
	wantKind(t, swept["plain"].Err, github.Forbidden)
	if swept["widgets"].Err != nil || len(swept["widgets"].Pulls) != 1 {
		t.Errorf("the other one: %+v", swept["widgets"])
	}
	w.AddFault(fakegithub.Fault{Route: "/graphql", Times: 1, Status: 200, Body: `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`})
	_, err := w.c.Sweep(t.Context(), of)
	wantKind(t, err, github.RateLimited)
}

func TestSpare(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	if share, _ := w.c.Spare(); share != 1 {
		t.Errorf("before the first answer: %v", share)
	}
	reset := w.clock().Add(time.Hour)
	w.SetRateLimit(9, 5000, 1001, reset)
	w.sweep(t, github.SweepOf{Owner: "acme", Name: "widgets"})
	if share, until := w.c.Spare(); share != 0.2 || !until.Equal(reset) {
		t.Errorf("got %v until %s, want 0.2 until %s", share, until, reset)
	}
	w.later(time.Hour)
	if share, _ := w.c.Spare(); share != 1 {
		t.Errorf("after the reset: %v", share)
	}
}
