package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/schema"
)

func TestBurst(t *testing.T) {
	t.Parallel()
	t.Run("one process on SQLite", func(t *testing.T) { t.Parallel(); burst(t, sqlite(t), 1) })
	t.Run("two processes on PostgreSQL", func(t *testing.T) { t.Parallel(); burst(t, schema.New(t), 2) })
}

// burst has 40 pull requests opened, labelled and approved all at once, before processes that share a database
// and the webhooks. Bob's approval meets the rule, Anna's does not.
func burst(t *testing.T, database string, processes int) {
	const pulls = 40
	w := newTown(t)
	var doors []*httputil.ReverseProxy
	var last *Server
	for i := range processes {
		last = w.newServer(t, database, fmt.Sprint("process ", i))
		address, _ := w.run(t, last)
		door, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		doors = append(doors, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(door) }})
	}
	var turn atomic.Int64
	balancer := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		doors[int(turn.Add(1))%len(doors)].ServeHTTP(rw, r)
	}))
	t.Cleanup(balancer.Close)
	w.Hook.URL = balancer.URL + "/webhook"
	w.AutoDeliver = true

	var people errgroup.Group
	for i := range pulls {
		people.Go(func() error {
			number, err := w.OpenPull(widgets, fakegithub.Pull{
				Author: "alice", Title: fmt.Sprint("Change ", i), Head: fmt.Sprint("branch-", i),
				Commits: []fakegithub.Commit{{Files: map[string]string{fmt.Sprintf("core/%d.go", i): "package core\n"}}},
			})
			if err != nil {
				return err
			}
			if err := w.SetLabel(widgets, number, "alice", "core"); err != nil {
				return err
			}
			reviewer := map[bool]string{true: "bob", false: "anna"}[number%2 == 0]
			if _, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: reviewer, State: "APPROVED"}); err != nil {
				return err
			}
			return w.RemoveLabel(widgets, number, "alice", "core")
		})
	}
	if err := people.Wait(); err != nil {
		t.Fatal(err)
	}
	w.settled(t, last.Store)
	for number := 1; number <= pulls; number++ {
		want := map[bool]string{true: "success", false: "action_required"}[number%2 == 0]
		if got := w.conclusion(number); got != want {
			t.Errorf("pull request %d: GitHub shows %q, want %q", number, got, want)
		}
		times := w.created(number)
		for name, runs := range times {
			if runs > 1 {
				t.Errorf("pull request %d: %s was created %d times", number, name, runs)
			}
		}
		if len(times) != 2 {
			t.Errorf("pull request %d has the checks %v", number, times)
		}
	}
	for _, d := range w.Deliveries() {
		if !d.OK() {
			t.Errorf("%s %s was answered %d %s", d.Event, d.Action, d.StatusCode, d.Error)
		}
	}
	if err := last.Store.VerifyAudit(t.Context(), widgets); err != nil {
		t.Error(err)
	}
}
