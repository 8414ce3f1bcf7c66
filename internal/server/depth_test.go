package server

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// TestVerdictIsTwoCallsDeep holds back every call to GitHub until all those are there that do not wait for each
// other: a verdict needs two such rounds, the reading and the writing.
func TestVerdictIsTwoCallsDeep(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rounds := &rounds{next: w.GitHub, arrived: make(chan *heldCall, 100)}
	web := httptest.NewServer(rounds)
	t.Cleanup(web.Close)
	w.url = web.URL
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	rounds.let(t, w, s) // the first of all, to which other rules apply
	w.open(t, "first")
	rounds.let(t, w, s)

	number := w.open(t, "one")
	rounds.want(t, w, s, "a new head", []string{"GET files", "POST Read"}, []string{"POST check-runs", "POST check-runs"})
	w.approve(t, number, "anna")
	rounds.want(t, w, s, "a review", []string{"POST Read"}, []string{"PATCH check-runs", "PATCH check-runs"})
	w.pass(2 * time.Second)
	if _, err := w.Push(widgets, number, "alice", fakegithub.Commit{Message: "More", Files: map[string]string{"core/more.go": "package core\n"}}); err != nil {
		t.Fatal(err)
	}
	rounds.want(t, w, s, "a push", []string{"GET files", "POST Read"}, []string{"POST check-runs", "POST check-runs"})
	if err := w.SetLabel(widgets, number, "alice", "core"); err != nil {
		t.Fatal(err)
	}
	rounds.want(t, w, s, "nothing new", []string{"POST Read"})
	if _, err := w.Comment(widgets, number, "bob", "Nice."); err != nil {
		t.Fatal(err)
	}
	rounds.want(t, w, s, "chatter")
}

// TestFirstVerdictIsFiveCallsDeep: a service that knows nothing needs a token, the facts, the rules that the
// configuration names, since when they stand, and the writing; eight calls.
func TestFirstVerdictIsFiveCallsDeep(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	rounds := &rounds{next: w.GitHub, arrived: make(chan *heldCall, 100)}
	web := httptest.NewServer(rounds)
	t.Cleanup(web.Close)
	w.url = web.URL
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	w.open(t, "one")
	rounds.want(t, w, s, "the first event", []string{"POST access_tokens"}, []string{"GET collaborators", "GET files", "POST Read"},
		[]string{"POST Files"}, []string{"POST Dates"}, []string{"POST check-runs", "POST check-runs"})
}

// rounds stands in front of GitHub and hands each call to the test, which says when it goes on.
type rounds struct {
	next    http.Handler
	arrived chan *heldCall
}

type heldCall struct {
	name string
	on   chan struct{}
}

var (
	operation = regexp.MustCompile(`query (\w+)`)
	lastWord  = regexp.MustCompile(`[a-z_-]+$`)
)

func (r *rounds) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	name := lastWord.FindString(strings.TrimRight(q.URL.Path, "/0123456789"))
	if m := operation.FindSubmatch(body); m != nil && name == "graphql" {
		name = string(m[1])
	}
	call := &heldCall{name: q.Method + " " + name, on: make(chan struct{})}
	r.arrived <- call
	select {
	case <-call.on:
	case <-q.Context().Done():
		return
	}
	r.next.ServeHTTP(w, q)
}

// want delivers what has happened and lets the rounds pass, each as soon as all of its calls are there, and then
// nothing more.
func (r *rounds) want(t *testing.T, w *town, s *Server, event string, rounds ...[]string) {
	t.Helper()
	w.pass(2 * time.Second) // GitHub's clock ticks in seconds, and the newest head is the one that arrived last
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, want := range rounds {
		var held []*heldCall
		var names []string
		for len(held) < len(want) {
			w.until(t, event+": a call that waits for none of "+strings.Join(names, ", "), func() bool {
				select {
				case call := <-r.arrived:
					held, names = append(held, call), append(names, call.name)
					return true
				default:
					return false
				}
			})
		}
		slices.Sort(names)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s, round %d (-want +got):\n%s", event, i+1, diff)
		}
		for _, call := range held {
			close(call.on)
		}
	}
	for _, name := range r.let(t, w, s) {
		t.Errorf("%s: one call more: %s", event, name)
	}
}

// let lets all calls pass until the work is done, and names them.
func (r *rounds) let(t *testing.T, w *town, s *Server) (names []string) {
	t.Helper()
	w.until(t, "the end of the work", func() bool {
		for {
			select {
			case call := <-r.arrived:
				names = append(names, call.name)
				close(call.on)
				continue
			default:
			}
			if err := w.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			return len(queue(t, s.Store)) == 0
		}
	})
	return names
}
