package server

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

// attempts counts how often each delivery was sent since the test began, by GUID.
func (w *town) attempts() map[string]int {
	times := map[string]int{}
	for _, d := range w.Deliveries() {
		if d.Sent {
			times[d.GUID]++
		}
	}
	return times
}

// recoverNow has failed deliveries made again, and waits for all that follows.
func (w *town) recoverNow(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Raise(t.Context(), recoveryJob()); err != nil {
		t.Fatal(err)
	}
	w.settled(t, s)
}

// TestDeliveriesOfAnOutage: while nobody was there GitHub's deliveries failed. The next process has them made again
// when it starts, each once, and what only they say is known.
func TestDeliveriesOfAnOutage(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		for _, old := range []bool{false, true} {
			w := newTown(t)
			w.OldDeliveries = old
			first := w.newServer(t, database, "first")
			first.RecoverEvery = 0
			_, stop := w.run(t, first)
			number := w.open(t, "one")
			w.settled(t, first.Store)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			w.pass(20 * time.Minute)
			if err := w.SetPermission(widgets, "bob", "read", "alice"); err != nil { // nothing of the pull request shows it
				t.Fatal(err)
			}
			w.approve(t, number, "bob")
			w.approve(t, number, "carol")
			sha, err := w.Push(widgets, number, "anna", fakegithub.Commit{Files: map[string]string{"core/more.go": "package core\n"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			failed := map[string]bool{}
			for _, d := range w.Deliveries() {
				if !d.OK() {
					failed[d.GUID] = true
				}
			}
			if len(failed) < 4 {
				t.Fatalf("only %d deliveries have failed", len(failed))
			}
			w.pass(20 * time.Minute)

			next := w.newServer(t, database, "next")
			next.RecoverEvery = 0
			w.run(t, next)
			w.until(t, "everything to be delivered", func() bool {
				if err := w.Deliver(t.Context()); err != nil {
					t.Fatal(err)
				}
				for guid, times := range w.attempts() {
					if failed[guid] && times < 2 {
						return false
					}
				}
				return len(queue(t, next.Store)) == 0
			})
			if got := w.conclusion(number); got != "action_required" {
				t.Errorf("GitHub shows %q", got)
			}
			heads, err := next.Store.Heads(t.Context(), widgets, number)
			if last := heads[len(heads)-1]; err != nil || last.SHA != sha || last.PushedBy != "anna" {
				t.Errorf("the last head is %+v, %v", last, err)
			}
			for range 3 {
				w.pass(recoverEvery)
				w.recoverNow(t, next.Store)
			}
			for guid, times := range w.attempts() {
				if want := 1 + btoi(failed[guid]); times != want {
					t.Errorf("delivery %s was made %d times, want %d", guid, times, want)
				}
			}
			next.Store.Close()
			database = sqlite(t) // for the other kind of GitHub
		}
	})
}

// TestDeliveryThatKeepsFailing is asked for ever less often, and not for ever.
func TestDeliveryThatKeepsFailing(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		s.RecoverEvery = recoverEvery
		w.run(t, s)
		deaf := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }))
		defer deaf.Close()
		w.Hook.URL = deaf.URL
		w.Ping()
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		guid := w.Deliveries()[0].GUID
		var made []time.Duration
		for at, seen := time.Duration(0), 1; at < 5*24*time.Hour; at += 20 * time.Minute {
			w.recoverNow(t, s.Store)
			for n := w.attempts()[guid]; seen < n; {
				seen, made = seen+1, append(made, at)
			}
			w.pass(20 * time.Minute)
		}
		if len(made) != mostTimes {
			t.Fatalf("asked for after %v, want %d times", made, mostTimes)
		}
		for i := 3; i < len(made); i++ { // the first may have been made when the service started
			if made[i]-made[i-1] <= made[i-1]-made[i-2] {
				t.Errorf("asked for after %v, want ever longer pauses", made)
			}
		}
	})
}

// TestOneRecoveryForAll processes that share a store.
func TestOneRecoveryForAll(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		lists := func() int {
			return w.Count(func(c fakegithub.Call) bool { return c.Route == "/app/hook/deliveries" })
		}
		var s *Server
		searched := func(before int) func() bool {
			return func() bool {
				due, _, err := s.Store.NextDue(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return lists() > before && due.After(w.now().Add(recoverEvery/2))
			}
		}
		for _, owner := range []string{"first", "second", "third"} {
			before := lists()
			s = w.newServer(t, database, owner)
			s.RecoverEvery = 0
			w.run(t, s)
			w.until(t, "the search of the start", searched(before))
		}
		for range 3 {
			before := lists()
			w.pass(recoverEvery)
			w.until(t, "the next search", searched(before))
			if n := lists() - before; n != 1 {
				t.Errorf("%d searches in one interval", n)
			}
		}
	})
}

// TestManyFailedDeliveries: a search goes on page by page, and asks for no more at once than GitHub takes.
func TestManyFailedDeliveries(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	s.RecoverEvery = recoverEvery
	address, _ := w.run(t, s)
	w.until(t, "the search of the start", func() bool {
		state, err := s.Store.Recovery(t.Context())
		return err == nil && !state.RanAt.IsZero() && len(queue(t, s.Store)) == 0
	})
	w.Hook.URL = "http://127.0.0.1:1/webhook"
	const many = 2*mostAsks + 50
	for range many {
		w.Ping()
	}
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Hook.URL = address + "/webhook"
	// The second page is away for a while: the search goes on where it stopped.
	mend := w.AddFault(fakegithub.Fault{Method: "GET", Route: "/app/hook/deliveries", Nth: 2, Times: 1, Status: 502})
	defer mend()
	made := func() (n int) {
		for _, times := range w.attempts() {
			n += times - 1
		}
		return n
	}
	if err := s.Store.Raise(t.Context(), recoveryJob()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{mostAsks, 2 * mostAsks, many, many} {
		w.until(t, "the search", func() bool {
			if err := w.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			rows := queue(t, s.Store)
			if len(rows) == 1 && rows[0].State == store.Retry {
				w.pass(max(0, rows[0].Due.Sub(w.now())))
			}
			return made() >= want && len(rows) == 0
		})
		if n := made(); n != want {
			t.Errorf("%d redeliveries, want %d", n, want)
		}
		w.pass(soon)
	}
}

// TestGivenUpIsTriedAgain: what only a person could mend is looked at again once it is mended, without an event.
func TestGivenUpIsTriedAgain(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		mend := w.AddFault(fakegithub.Fault{Route: "/graphql", Status: 403})
		number := w.open(t, "one")
		w.ended(t, s.Store)
		if got := w.conclusion(number); got != string(bylaw.Failure) {
			t.Errorf("while it is refused GitHub shows %q", got)
		}
		w.pass(sometimes + time.Second)
		w.until(t, "one more attempt", func() bool {
			rows := queue(t, s.Store)
			return len(rows) == 1 && rows[0].State == store.Failed && rows[0].Attempts == hopeless+1
		})
		mend()
		w.pass(sometimes + time.Second)
		w.quiet(t, s.Store)
		if got := w.conclusion(number); got != string(bylaw.ActionRequired) {
			t.Errorf("in the end GitHub shows %q", got)
		}
	})
}

// TestUninstalledIsNotAskedForEver: what is left of an installation that is gone ends after a day.
func TestUninstalledIsNotAskedForEver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.open(t, "one")
	w.Lose()
	for _, j := range []store.Job{headJob(9, widgets, "c0ffee"), sweepJob(9), installationJob(9, "acme", fanOutAll)} {
		if err := s.Store.Raise(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Uninstall(9); err != nil {
		t.Fatal(err)
	}
	w.Lose()
	w.run(t, s)
	w.ended(t, s.Store)
	if rows := queue(t, s.Store); len(rows) != 3 {
		t.Fatalf("want three that fail, got %+v", rows)
	}
	for n := hopeless + 1; n < enough; n++ {
		w.pass(sometimes + time.Minute)
		w.until(t, "the attempt of an hour", func() bool {
			return !slices.ContainsFunc(queue(t, s.Store), func(r store.QueueRow) bool { return r.State != store.Failed || r.Attempts < n })
		})
		if rows := queue(t, s.Store); len(rows) != 3 {
			t.Fatalf("after %d attempts: %+v", n, rows)
		}
	}
	w.pass(sometimes + time.Minute)
	w.until(t, "the end", func() bool { return len(queue(t, s.Store)) == 0 })
}

// TestStoppedPolicyIsAskedAgain, ever less often, until it answers.
func TestStoppedPolicyIsAskedAgain(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	stopped := bylaw.Verdict{Outcome: bylaw.Broken, Problems: []bylaw.Problem{{Msg: "the policy did not finish in time and was stopped"}}}
	for _, test := range []struct{ since, want time.Duration }{
		{0, time.Minute}, {time.Minute, time.Minute}, {2 * time.Minute, 2 * time.Minute}, {16 * time.Minute, 16 * time.Minute}, {5 * time.Hour, time.Hour},
	} {
		run := bylaw.Run{Snapshot: bylaw.Snapshot{TakenAt: bylaw.At(began)}, Verdicts: []bylaw.Verdict{{Outcome: bylaw.Accepted}, stopped}}
		if got := afterStop(run, began.Add(-test.since)); !got.Equal(began.Add(test.want)) {
			t.Errorf("stopped for %s: again after %s, want %s", test.since, got.Sub(began), test.want)
		}
	}
	fault := bylaw.Verdict{Outcome: bylaw.Broken, Problems: []bylaw.Problem{{Msg: "a function could not be applied"}}}
	if got := afterStop(bylaw.Run{Verdicts: []bylaw.Verdict{fault}}, began); !got.IsZero() {
		t.Errorf("a fault that time does not mend is looked at again at %s", got)
	}

	// Runs that say the same leave it at the time of the first.
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	for i, test := range []struct{ at, again time.Duration }{{0, time.Minute}, {time.Minute, 2 * time.Minute}, {3 * time.Minute, 6 * time.Minute}} {
		run := bylaw.Run{Snapshot: bylaw.Snapshot{Number: 7, State: "open", TakenAt: bylaw.At(began.Add(test.at))}, Verdicts: []bylaw.Verdict{stopped}}
		c := claimed(t, s.Store, pullJob(9, widgets, 7, ""))
		out, _, err := (&worker{Server: s}).finished(t.Context(), c, run, askedFor{})
		if err != nil || !out.RecheckAt.Equal(began.Add(test.again)) {
			t.Errorf("run %d: again at %s, %v; want %s after the first", i+1, out.RecheckAt, err, test.again)
		}
		out.FollowUps = nil
		if _, err := s.Store.Finish(t.Context(), c, out); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOlderDatabase: a backup is restored that knows nothing of what has happened since. What GitHub shows on a pull request
// that did not change rests on that; it is judged again, once. After a mere outage nothing is.
func TestOlderDatabase(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	first := w.newServer(t, sqlite(t), "first")
	first.RecoverEvery = 0
	_, stop := w.run(t, first)
	number := w.open(t, "one")
	w.approve(t, number, "bob")
	w.settled(t, first.Store)
	w.recoverNow(t, first.Store)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := first.Store.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	w.pass(20 * time.Minute)
	if err := w.SetPermission(widgets, "bob", "read", "alice"); err != nil { // nothing of the pull request shows it
		t.Fatal(err)
	}
	w.settled(t, first.Store)
	if got := w.conclusion(number); got != "action_required" {
		t.Fatalf("GitHub shows %q", got)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	w.pass(20 * time.Minute)
	next := w.newServer(t, backup, "next")
	next.RecoverEvery = 0
	_, stop = w.run(t, next)
	judged := func(want bool) {
		t.Helper()
		run, found, err := next.Store.LatestRun(t.Context(), widgets, number)
		if err != nil || !found || run.Accepted != want {
			t.Errorf("it is accepted: %v, want %v; %v", run.Accepted, want, err)
		}
	}
	w.recoverNow(t, next.Store)
	judged(false)
	if got := w.conclusion(number); got != "action_required" {
		t.Errorf("GitHub shows %q", got)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	reads, _, _ := w.gate.count()
	w.pass(time.Hour)
	last := w.newServer(t, backup, "last")
	last.RecoverEvery = 0
	w.run(t, last)
	w.recoverNow(t, last.Store)
	if again, _, _ := w.gate.count(); again != reads {
		t.Errorf("after an outage %d pull requests are read", again-reads)
	}
}
