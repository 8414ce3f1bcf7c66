package server

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestWriteOfOneThatWasSilent has a process write a check run after another one has taken over and written a newer
// result: the old one must not be GitHub's last word.
func TestWriteOfOneThatWasSilent(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		silent := w.newServer(t, database, "silent")
		silent.Workers = 1
		writing, speak := make(chan struct{}, 10), make(chan struct{})
		held := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch {
				writing <- struct{}{}
				<-speak
			}
			w.gate.ServeHTTP(rw, r)
		}))
		t.Cleanup(held.Close)
		silent.App.BaseURL = held.URL
		_, stop := w.run(t, silent)
		number := w.open(t, "one")
		w.settled(t, silent.Store)
		review, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: "bob", State: "APPROVED"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // check runs, which are to say "success"
			<-writing
		}

		w.pass(lease + time.Second)
		other := w.newServer(t, database, "other")
		w.run(t, other)
		if err := w.DismissReview(widgets, number, review, "carol", "look again"); err != nil {
			t.Fatal(err)
		}
		w.settled(t, other.Store)
		close(speak)
		if err := stop(); err != nil { // after its word
			t.Fatal(err)
		}
		w.settled(t, other.Store)
		if got := w.conclusion(number); got != "action_required" {
			t.Errorf("GitHub shows %q, want action_required", got)
		}
		for name, runs := range w.created(number) {
			if runs > 1 {
				t.Errorf("%s was created %d times", name, runs)
			}
		}
	})
}

// TestLostWorkIsBrokenOff: another process has taken over what this one is at.
func TestLostWorkIsBrokenOff(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "silent")
	s.Workers, s.Lease = 1, 300*time.Millisecond
	w.run(t, s)
	reopen := w.gate.shut()
	defer reopen()
	number := w.open(t, "one")
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.until(t, "an evaluation", func() bool { _, waiting, _ := w.gate.count(); return waiting == 1 })
	if err := s.Store.ClearLeases(t.Context()); err != nil {
		t.Fatal(err)
	}
	if claims, err := s.Store.Claim(t.Context(), "other", lease, 10); err != nil || len(claims) != 1 {
		t.Fatalf("claims %v, %v", claims, err)
	}
	w.until(t, "the evaluation to be broken off", func() bool { _, waiting, _ := w.gate.count(); return waiting == 0 })
	if got := w.conclusion(number); got != "" {
		t.Errorf("GitHub shows %q", got)
	}
}

// TestADisownedCheckRunIsNotAdopted: a process finds check runs of which its database knows nothing, is about to write new
// ones beside them, and is killed before GitHub has heard of it. The next one leaves the old ones as they are as well.
func TestADisownedCheckRunIsNotAdopted(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		lost := w.newServer(t, sqlite(t), "lost")
		_, stop := w.run(t, lost)
		number := w.open(t, "one")
		w.settled(t, lost.Store)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		sha := w.Head("acme", "widgets", number)
		before := w.CheckRuns("acme", "widgets", sha)

		s := w.newServer(t, database, "test")
		if err := s.Store.Raise(t.Context(), publishJob(9, widgets, sha)); err != nil {
			t.Fatal(err)
		}
		claims, err := s.Store.Claim(t.Context(), "killed", lease, 1)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		shown, names := map[string]int64{}, []string{}
		for _, run := range before {
			shown[run.Name], names = run.ID, append(names, run.Name)
		}
		if _, err := s.Store.DisownChecks(t.Context(), widgets, sha, shown, w.now()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Store.Intend(t.Context(), claims[0], store.Intention{Repository: widgets, SHA: sha, Names: names, Installation: 9}); err != nil {
			t.Fatal(err)
		}
		if err := s.Store.ClearLeases(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		w.run(t, s)
		w.approve(t, number, "bob")
		w.settled(t, s.Store)
		if got := w.conclusion(number); got != "success" {
			t.Errorf("GitHub shows %q, want success", got)
		}
		after := w.CheckRuns("acme", "widgets", sha)
		if len(after) != 2*len(before) {
			t.Errorf("%d check runs stand there, want the old %d and as many new ones", len(after), len(before))
		}
		for _, old := range before {
			i := slices.IndexFunc(after, func(run fakegithub.CheckRun) bool { return run.ID == old.ID })
			if diff := cmp.Diff(old, after[i]); diff != "" {
				t.Errorf("the old one was changed (-was +is):\n%s", diff)
			}
		}
	})
}
