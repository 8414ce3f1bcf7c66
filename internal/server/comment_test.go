package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

// titled is a policy that tells in a comment what it misses.
const titled = `# METADATA
# title: The title is fine
# description: It says "fine".
# custom: {comment: true}
package bylaw.titled

accept if contains(input.title, "fine")

findings contains {"msg": "The title is not fine.", "fix": "say fine"} if not accept
`

// newCommenter makes a server with that policy.
func (w *town) newCommenter(t *testing.T, owner string) *Server {
	t.Helper()
	s := w.newServer(t, sqlite(t), owner)
	s.BuiltIn = append(s.BuiltIn, policy.Source{
		ID: "titled", Origin: "built into Bylaw", BuiltIn: true, Library: s.BuiltIn[0].Library,
		Modules: []policy.Module{{File: "titled/titled.rego", Text: titled}},
	})
	return s
}

func (w *town) wantComments(t *testing.T) {
	t.Helper()
	rules := map[string]string{".github/bylaw.yml": "version: 1\npolicies:\n  titled:\n"}
	if _, err := w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Author: "alice", Files: rules}); err != nil {
		t.Fatal(err)
	}
}

func (w *town) retitle(t *testing.T, number int, title string) {
	t.Helper()
	if err := w.EditPull(widgets, number, "alice", fakegithub.Edit{Title: &title}); err != nil {
		t.Fatal(err)
	}
}

// commentWrites counts the comments that were written and changed.
func (w *town) commentWrites() int {
	return w.Count(func(c fakegithub.Call) bool { return c.Method != "GET" && strings.Contains(c.Route, "/comments") })
}

// TestKilledBetweenCommentAndNote ends the service when GitHub has written the comment and nobody has heard of it.
// The next one finds it, and writes no second one.
func TestKilledBetweenCommentAndNote(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.wantComments(t)
	s := w.newCommenter(t, "test")
	working, kill := context.WithCancel(t.Context())
	deadly := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comments") {
			w.ServeHTTP(httptest.NewRecorder(), r)
			kill()
			<-r.Context().Done()
			return
		}
		w.ServeHTTP(rw, r)
	}))
	t.Cleanup(deadly.Close)
	s.App.BaseURL = deadly.URL
	number := w.open(t, "one")
	if err := s.Store.Raise(t.Context(), pullJob(9, widgets, number, "opened")); err != nil {
		t.Fatal(err)
	}
	doomed := &worker{Server: s}
	for working.Err() == nil {
		claims, err := s.Store.Claim(t.Context(), s.Owner, lease, 1)
		if err != nil || len(claims) == 0 {
			t.Fatalf("no comment was written: %v", err)
		}
		for next := &claims[0]; next != nil; next, _ = doomed.work(working, *next, nil) {
		}
	}
	if n := len(w.Comments("acme", "widgets", number)); n != 1 {
		t.Fatalf("%d comments stand, want 1", n)
	}
	if row, known, err := s.Store.Sticky(t.Context(), widgets, number); err != nil || !known || row.CommentID != 0 || row.IntendedAt.IsZero() {
		t.Fatalf("the service has heard of it: %+v, %v, %v", row, known, err)
	}

	if err := s.Store.ClearLeases(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := *w.newCommenter(t, "next") // a new process, on the same database
	next.Store = s.Store
	w.run(t, &Server{App: next.App, Store: s.Store, Engine: next.Engine, BuiltIn: next.BuiltIn, Secrets: next.Secrets, Log: next.Log, Now: next.Now, Owner: "next", Workers: 4})
	w.ended(t, s.Store)
	if row, _, err := s.Store.Sticky(t.Context(), widgets, number); err != nil || row.CommentID == 0 || !row.IntendedAt.IsZero() {
		t.Errorf("it is not found: %+v, %v", row, err)
	}
	w.retitle(t, number, "A fine change")
	w.settled(t, s.Store)
	comments := w.Comments("acme", "widgets", number)
	if len(comments) != 1 || !strings.Contains(comments[0].Body, "All in order") {
		t.Errorf("got %+v", comments)
	}
}

// TestCommentAfterTheLossOfTheDatabase: a comment that no database knows of is found and changed.
func TestCommentAfterTheLossOfTheDatabase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.wantComments(t)
	first := w.newCommenter(t, "first")
	_, stop := w.run(t, first)
	number := w.open(t, "one")
	if _, err := w.Comment(widgets, number, "bob", "Not this one."); err != nil {
		t.Fatal(err)
	}
	w.settled(t, first.Store)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	last := w.newCommenter(t, "last")
	w.run(t, last)
	w.retitle(t, number, "A fine change")
	w.settled(t, last.Store)
	var ours []string
	for _, c := range w.Comments("acme", "widgets", number) {
		if c.Author != "bob" {
			ours = append(ours, c.Body)
		}
	}
	if len(ours) != 1 || !strings.Contains(ours[0], "All in order") {
		t.Errorf("got %q", ours)
	}
}

// TestCommentsArePaced: when the installation has written as many comments as it may, the next one waits, and no
// worker with it.
func TestCommentsArePaced(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.wantComments(t)
	s := w.newCommenter(t, "test")
	if err := s.Store.Raise(t.Context(), store.Job{Key: "others", Installation: 9}); err != nil {
		t.Fatal(err)
	}
	claims, err := s.Store.Claim(t.Context(), "others", time.Minute, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range share.Minute {
		if noted, _, err := s.Store.IntendSticky(t.Context(), claims[0], store.Sticky{Repository: "acme/others", Number: i}, share); !noted || err != nil {
			t.Fatalf("comment %d: %v, %v", i, noted, err)
		}
	}
	if _, err := s.Store.Finish(t.Context(), claims[0], store.Finished{}); err != nil {
		t.Fatal(err)
	}
	w.run(t, s)
	number := w.open(t, "one")
	waiting := func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows := queue(t, s.Store)
		return len(rows) == 1 && rows[0].Kind == kindComment && rows[0].State == store.Waiting && rows[0].Due.After(w.now())
	}
	w.until(t, "the comment to wait", waiting)
	if n := w.commentWrites(); n != 0 {
		t.Errorf("%d comments were written, want none", n)
	}
	w.ended(t, s.Store)
	if n := len(w.Comments("acme", "widgets", number)); n != 1 {
		t.Errorf("%d comments stand, want 1", n)
	}
}

// TestCommentsOfManyPushes: events that come while the service is at work lead to one comment, which says what the
// last verdict says.
func TestCommentsOfManyPushes(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		w.wantComments(t)
		s := w.newCommenter(t, "one")
		stores := []string{database}
		if strings.HasPrefix(database, "postgres") {
			stores = append(stores, database) // an SQLite file is for one process
		}
		var last *Server
		for i, d := range stores {
			last = w.newServer(t, d, fmt.Sprintf("process-%d", i))
			last.BuiltIn = s.BuiltIn
			w.run(t, last)
		}
		number := w.open(t, "one")
		for i := range 20 {
			if _, err := w.Push(widgets, number, "alice", fakegithub.Commit{Files: map[string]string{"core/one.go": fmt.Sprintf("package core // %d\n", i)}}); err != nil {
				t.Fatal(err)
			}
			if i%5 == 0 {
				if err := w.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.settled(t, last.Store)
		if n := w.commentWrites(); n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
		w.retitle(t, number, "A fine change")
		w.retitle(t, number, "Another change")
		w.retitle(t, number, "A fine change after all")
		w.settled(t, last.Store)
		comments := w.Comments("acme", "widgets", number)
		if len(comments) != 1 || !strings.Contains(comments[0].Body, "All in order") {
			t.Errorf("got %+v", comments)
		}
	})
}
