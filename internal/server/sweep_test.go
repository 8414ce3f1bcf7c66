package server

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

// quiet waits until all work is done, without a webhook being delivered.
func (w *town) quiet(t *testing.T, s *store.Store) {
	t.Helper()
	w.until(t, "the end of the work", func() bool { return len(queue(t, s)) == 0 })
}

// sweepNow has the installation swept, and waits for all that follows.
func (w *town) sweepNow(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Raise(t.Context(), sweepJob(9)); err != nil {
		t.Fatal(err)
	}
	w.quiet(t, s)
}

// asked counts the calls since the last count, by operation or route. Tokens are left out.
func (w *town) asked() map[string]int {
	counts := map[string]int{}
	for _, c := range w.Calls() {
		name := c.Method + " " + c.Route
		if c.Operation != "" {
			name = c.Operation
		}
		if c.Route != "/app/installations/{installation_id}/access_tokens" {
			counts[name]++
		}
	}
	w.ResetCalls()
	return counts
}

// TestAnHourWithoutWebhooks: GitHub delivers nothing for an hour in which everything changes that can change. One
// sweep, and every check is right.
func TestAnHourWithoutWebhooks(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		pulls := map[string]int{}
		for _, name := range []string{"quiet", "approved", "dismissed", "pushed", "labelled", "closed", "merged", "carol"} {
			pulls[name] = w.open(t, name)
		}
		review, err := w.SubmitReview(widgets, pulls["dismissed"], fakegithub.Review{Author: "bob", State: "APPROVED"})
		if err != nil {
			t.Fatal(err)
		}
		w.approve(t, pulls["pushed"], "bob")
		w.approve(t, pulls["quiet"], "bob")
		w.approve(t, pulls["carol"], "carol")
		w.approve(t, pulls["labelled"], "anna")
		w.settled(t, s.Store)
		w.pass(time.Minute)
		w.sweepNow(t, s.Store) // which learns the rules, and what changed in the second of its reading
		w.asked()

		w.pass(time.Hour / 2)
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		w.approve(t, pulls["approved"], "bob")
		do(w.DismissReview(widgets, pulls["dismissed"], review, "anna", "no"))
		_, err = w.Push(widgets, pulls["pushed"], "alice", fakegithub.Commit{Files: map[string]string{"core/more.go": "package core\n"}})
		do(err)
		do(w.SetLabel(widgets, pulls["labelled"], "alice", "core"))
		do(w.ClosePull(widgets, pulls["closed"], "alice"))
		do(w.MergePull(widgets, pulls["merged"], "bob"))
		do(w.SetPermission(widgets, "bob", "read", "alice"))
		do(w.SetPermission(widgets, "dave", "write", "alice"))
		fresh := w.open(t, "fresh")
		w.approve(t, fresh, "carol")
		w.Lose()
		w.pass(time.Hour / 2)

		w.sweepNow(t, s.Store)
		right := func(want map[string]string) {
			t.Helper()
			for name, number := range pulls {
				if got := w.conclusion(number); want[name] != "" && got != want[name] {
					t.Errorf("%s: GitHub shows %q, want %q", name, got, want[name])
				}
			}
		}
		pulls["fresh"] = fresh
		right(map[string]string{
			"quiet": "action_required", "approved": "action_required", "dismissed": "action_required", "pushed": "action_required",
			"labelled": "action_required", "carol": "success", "fresh": "success",
		})
		for name, want := range map[string]string{"closed": store.PullClosed, "merged": store.PullMerged} {
			if got, _, err := s.Store.Pull(t.Context(), widgets, pulls[name]); err != nil || got.State != want {
				t.Errorf("%s: the store has %q, %v", name, got.State, err)
			}
		}
		calls := w.asked()
		for name, want := range map[string]int{"Sweep": 1, "Read": 9, "GET /installation/repositories": 1, "GET /repos/{owner}/{repo}/collaborators": 1} {
			if calls[name] != want {
				t.Errorf("%s: %d times, want %d; in all %v", name, calls[name], want, calls)
			}
		}

		// A roster changes: Carol comes to Acme. Nothing of any pull request shows that.
		w.pass(time.Hour)
		_, err = w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Author: "alice", Files: map[string]string{
			"governance/affiliations.yml": `version: 1
people:
  - {github: alice, id: 101, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: anna, id: 102, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: bob, id: 103, affiliations: [{organization: Globex, from: 2021-01-01}]}
  - {github: carol, id: 104, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: dave, id: 105, affiliations: [{organization: Initech, from: 2021-01-01}]}
`,
		}})
		do(err)
		w.Lose()
		w.sweepNow(t, s.Store)
		right(map[string]string{"carol": "action_required", "fresh": "action_required"})

		// Somebody says something, which might be more: only that pull request is read, and only once.
		w.pass(time.Minute)
		w.sweepNow(t, s.Store)
		w.pass(time.Hour)
		_, err = w.Comment(widgets, fresh, "carol", "I see.")
		do(err)
		w.Lose()
		w.pass(time.Minute)
		w.asked()
		w.sweepNow(t, s.Store)
		if diff := cmp.Diff(map[string]int{"GET /installation/repositories": 1, "Sweep": 1, "Read": 1}, w.asked()); diff != "" {
			t.Errorf("a sweep after a comment (-want +got):\n%s", diff)
		}

		// Now all is as it was judged: two calls, and no more.
		w.sweepNow(t, s.Store)
		if diff := cmp.Diff(map[string]int{"GET /installation/repositories": 1, "Sweep": 1}, w.asked()); diff != "" {
			t.Errorf("a sweep without news (-want +got):\n%s", diff)
		}
	})
}

// TestWhatCameAndWentUnseen: repositories, their rules, an installation and a merge group.
func TestWhatCameAndWentUnseen(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.approve(t, number, "bob")
		w.settled(t, s.Store)
		w.pass(time.Hour)
		w.sweepNow(t, s.Store)
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			w.Lose()
			w.pass(time.Hour)
			w.sweepNow(t, s.Store)
		}
		rules := func(text string) error {
			_, err := w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Author: "alice", Files: map[string]string{".github/bylaw.yml": text}})
			return err
		}
		check := func(step, want string, configured bool) {
			t.Helper()
			known, _, err := s.Store.Repository(t.Context(), widgets)
			if got := w.conclusion(number); err != nil || got != want || known.Configured != configured {
				t.Errorf("%s: GitHub shows %q, configured %v, %v; want %q, %v", step, got, known.Configured, err, want, configured)
			}
		}
		check("in the beginning", "success", true)
		do(rules("version: 2\n"))
		check("with rules that have a fault", "failure", true)
		_, err := w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Author: "alice", Removed: []string{".github/bylaw.yml"}})
		do(err)
		check("without rules", "success", false)
		before := w.asked()
		do(nil)
		if diff := cmp.Diff(map[string]int{"GET /installation/repositories": 1}, w.asked()); diff != "" {
			t.Errorf("a repository without rules that nobody pushes to (-want +got):\n%s\nbefore: %v", diff, before)
		}
		do(rules("version: 1\npolicies:\n  conflict_of_interest:\n    severity: {major: {paths: [\"core/**\"]}}\n"))
		if known, _, err := s.Store.Repository(t.Context(), widgets); err != nil || !known.Configured {
			t.Errorf("with new rules: %+v, %v", known, err)
		}
	})
}

// TestMergeGroupThatIsGone: its end was not told, and the queue does not show it.
func TestMergeGroupThatIsGone(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.approve(t, number, "bob")
		w.settled(t, s.Store)
		head, err := w.EnqueuePull(widgets, number, "bob")
		if err != nil {
			t.Fatal(err)
		}
		w.until(t, "the group's check", func() bool {
			if err := w.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Second)
			run, _ := w.EffectiveCheck("acme", "widgets", head, "bylaw")
			return run.Conclusion == "success"
		})
		w.settled(t, s.Store)
		stands := func() bool {
			t.Helper()
			g, found, err := s.Store.Group(t.Context(), widgets, head)
			if err != nil || !found {
				t.Fatal(found, err)
			}
			return g.DestroyedAt.IsZero()
		}
		w.pass(time.Hour)
		w.sweepNow(t, s.Store)
		if !stands() {
			t.Error("a group that the queue shows was ended")
		}
		if err := w.DequeuePull(widgets, number, "bob", "dequeued"); err != nil {
			t.Fatal(err)
		}
		w.Lose()
		w.sweepNow(t, s.Store)
		if stands() {
			t.Error("a group that the queue does not show stands")
		}
	})
}

// TestSweepYields to what people do, when few requests are left.
func TestSweepYields(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	reset := w.now().Add(time.Hour)
	w.SetRateLimit(9, 5000, 1600, reset)
	number := w.open(t, "one")
	w.settled(t, s.Store)
	w.SetRateLimit(9, 5000, 1600, reset)
	w.asked()
	w.sweepNow(t, s.Store)
	if calls := w.asked(); len(calls) != 0 {
		t.Errorf("with 1600 of 5000 requests left: %v", calls)
	}
	w.pass(time.Hour + time.Second)
	w.sweepNow(t, s.Store)
	if calls := w.asked(); calls["Sweep"] != 1 || w.conclusion(number) != "action_required" {
		t.Errorf("after the limit has started anew: %v", calls)
	}
}

// TestSweepsComeBack by themselves, once for all processes, over all installations.
func TestSweepsComeBack(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		servers := []*Server{w.newServer(t, database, "first"), w.newServer(t, database, "second")}
		if _, err := w.Install(fakegithub.Installation{ID: 10, Account: "bob"}); err != nil {
			t.Fatal(err)
		}
		w.Lose()
		count := func(route string, installation int64) int {
			return w.Count(func(c fakegithub.Call) bool { return c.Route == route && c.Installation == installation })
		}
		swept := func(installation int64) int { return count("/installation/repositories", installation) }
		listed := func() int { return count("/app/installations", 0) }
		// waits holds while the only work is a sweep that is not due yet.
		waits := func() bool {
			rows := queue(t, servers[0].Store)
			return len(rows) == 1 && rows[0].Key == "sweep 10" && rows[0].State == store.Waiting && rows[0].Due.After(w.now())
		}
		for _, s := range servers {
			before := swept(9)
			s.SweepEvery = 0
			w.run(t, s)
			w.until(t, "the sweep of the first one", func() bool { return swept(9) > before && waits() })
		}
		if n := swept(10); n != 0 {
			t.Errorf("the second one was swept %d times at once, want none before half of the time", n)
		}
		w.pass(sweepEvery / 2)
		w.until(t, "the sweep of the second one", func() bool { return swept(10) == 1 && len(queue(t, servers[0].Store)) == 0 })
		before, first := listed(), swept(9)
		w.pass(sweepEvery)
		w.until(t, "the next sweep of the first one", func() bool { return swept(9) == first+1 && waits() })
		if n := listed(); n != before+1 {
			t.Errorf("two processes listed the installations %d times, want once", n-before)
		}
	})
}

// TestSurelySeen: GitHub tells changes to the second, so one of the second of a reading may be followed by another.
func TestSurelySeen(t *testing.T) {
	t.Parallel()
	changed := bylaw.At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	for after, want := range map[time.Duration]time.Duration{
		-time.Second: -time.Second, 0: -time.Second, time.Second: -time.Second, 2 * time.Second: 0, time.Hour: 0,
	} {
		if got := surelySeen(changed, bylaw.At(changed.Add(after))); !got.Equal(changed.Add(want)) {
			t.Errorf("read %s after the change: seen to %s, want %s", after, got, changed.Add(want))
		}
	}
}
