package server

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// publishAgain has everything on the head of a pull request written anew, as somebody's button does.
func publishAgain(t *testing.T, w *town, s *store.Store, number int) {
	t.Helper()
	sha := w.Head("acme", "widgets", number)
	_, err := s.Accept(t.Context(), store.Intake{
		Delivery: store.Delivery{GUID: "again " + sha}, ForgetChecks: []store.ForgetCheck{{Repository: widgets, SHA: sha}},
		Jobs: []store.Job{publishJob(9, widgets, sha)},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// writes counts what was written to GitHub.
func (w *town) writes() (n int) {
	for _, call := range w.Calls() {
		if call.Route == routeRuns || call.Method == "PATCH" {
			n++
		}
	}
	return n
}

// TestOutdatedVerdictIsNotPublished: while a pull request is looked at again its last verdict is not written.
func TestOutdatedVerdictIsNotPublished(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	number := w.open(t, "one")
	w.approve(t, number, "bob")
	w.settled(t, s.Store)
	reopen := w.gate.shut()
	defer reopen()
	w.ResetCalls()
	if err := w.SetLabel(widgets, number, "alice", "core"); err != nil {
		t.Fatal(err)
	}
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.until(t, "an evaluation", func() bool { _, waiting, _ := w.gate.count(); return waiting == 1 })
	publishAgain(t, w, s.Store, number)
	w.until(t, "the publishing to wait", func() bool { return len(queue(t, s.Store)) == 1 })
	if n := w.writes(); n > 0 {
		t.Errorf("%d writes of an outdated verdict", n)
	}
	reopen()
	w.settled(t, s.Store)
	if n := w.writes(); n != 2 {
		t.Errorf("%d writes in the end, want 2", n)
	}
}

// TestRefusalIsNotPutOff: an approval is dismissed, and ever new events follow. The commit must not stay accepted.
func TestRefusalIsNotPutOff(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	number := w.open(t, "one")
	review, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: "bob", State: "APPROVED"})
	if err != nil {
		t.Fatal(err)
	}
	w.settled(t, s.Store)
	if err := w.DismissReview(widgets, number, review, "anna", "no"); err != nil {
		t.Fatal(err)
	}
	busy := pullJob(9, widgets, number, "an event")
	w.until(t, "a refusal", func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := s.Store.Raise(t.Context(), busy); err != nil {
				t.Fatal(err)
			}
		}
		return w.conclusion(number) == "action_required"
	})
}

// TestTroubleIsNotPublishedAway: a pull request that cannot be judged any more says so on every check, whoever
// publishes.
func TestTroubleIsNotPublishedAway(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	number := w.open(t, "one")
	w.approve(t, number, "bob")
	w.settled(t, s.Store)
	mend := w.AddFault(fakegithub.Fault{Route: "/graphql", Status: 403})
	if err := w.SetLabel(widgets, number, "alice", "core"); err != nil {
		t.Fatal(err)
	}
	w.ended(t, s.Store)
	publishAgain(t, w, s.Store, number)
	w.ended(t, s.Store)
	stand := func(want string) {
		t.Helper()
		for name := range w.created(number) {
			run, _ := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), name)
			if run.Conclusion != want {
				t.Errorf("%s is %s, want %s", name, run.Conclusion, want)
			}
		}
	}
	stand("failure")
	mend()
	if err := w.RemoveLabel(widgets, number, "alice", "core"); err != nil {
		t.Fatal(err)
	}
	w.settled(t, s.Store)
	stand("success")
}

// claimed raises a job and claims it.
func claimed(t *testing.T, s *store.Store, j store.Job) store.Claim {
	t.Helper()
	if err := s.Raise(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	claims, err := s.Claim(t.Context(), "test", lease, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claims %v, %v", claims, err)
	}
	return claims[0]
}

// TestWhatFollowsFromARun: other pull requests that GitHub reports on the same head, and merge groups.
func TestWhatFollowsFromARun(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	work := &worker{Server: s}
	const head, elsewhere = "1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222"
	for number, sha := range map[int]string{8: elsewhere, 9: head} {
		known := store.Pull{Repository: widgets, Number: number, HeadSHA: sha, State: store.PullOpen}
		if _, err := s.Store.Finish(t.Context(), claimed(t, s.Store, pullJob(9, widgets, number, "")), store.Finished{Pull: &known}); err != nil {
			t.Fatal(err)
		}
	}
	asked := bylaw.At(w.now()).Add(300 * time.Millisecond)
	if err := s.Store.SaveGroup(t.Context(), store.Group{Repository: widgets, HeadSHA: "group", Pulls: []int{7}, RequestedAt: asked}); err != nil {
		t.Fatal(err)
	}
	c := claimed(t, s.Store, pullJob(9, widgets, 7, ""))
	follows := func(event string, taken time.Time, sameHead ...int) (keys []string) {
		run := bylaw.Run{Snapshot: bylaw.Snapshot{Number: 7, State: "open", Event: event, SameHead: sameHead, TakenAt: bylaw.At(taken)}}
		run.Snapshot.Head.SHA = head
		out, _, err := work.finished(t.Context(), c, run, askedFor{})
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range out.FollowUps {
			keys = append(keys, j.Key)
			if j.Key == c.Key && !j.DueAt.Equal(bylaw.At(asked).Add(time.Second)) {
				t.Errorf("again at %s for a group of %s", j.DueAt, asked)
			}
		}
		slices.Sort(keys)
		return keys
	}
	for name, test := range map[string]struct{ want, got []string }{
		"begun in the second of the group": {
			[]string{"publish acme/widgets " + head, "pull acme/widgets#7"}, follows("", asked.Add(500*time.Millisecond)),
		},
		"begun in the next second": {
			[]string{"publish acme/widgets " + head, "publish acme/widgets group"}, follows("", asked.Add(time.Second)),
		},
		"one is not known, one known elsewhere, one known there": {
			[]string{"publish acme/widgets " + head, "publish acme/widgets group", "pull acme/widgets#10", "pull acme/widgets#8"}, follows("", asked.Add(time.Second), 8, 9, 10),
		},
		"looked at because another one said so": {
			[]string{"publish acme/widgets " + head, "publish acme/widgets group"}, follows(sameHead, asked.Add(time.Second), 8, 9),
		},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	alone, err1 := keep(bylaw.Run{})
	shared, err2 := keep(bylaw.Run{Snapshot: bylaw.Snapshot{SameHead: []int{8}}})
	if err1 != nil || err2 != nil || alone.Digest == shared.Digest {
		t.Errorf("who shares the head makes no difference: %v, %v", err1, err2)
	}
}

func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	s.Engine = nil // whatever asks it panics
	w.run(t, s)
	number := w.open(t, "one")
	w.until(t, "a check that says so", func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		return w.conclusion(number) == "failure"
	})
	w.ended(t, s.Store)
	if rows := queue(t, s.Store); len(rows) != 1 || rows[0].State != store.Failed || rows[0].Attempts != hopeless {
		t.Errorf("left: %+v", rows)
	}
}

// TestBrokenOffIsNoFailure ends the working while an evaluation is at GitHub.
func TestBrokenOffIsNoFailure(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	number := w.open(t, "one")
	c := claimed(t, s.Store, pullJob(9, widgets, number, "test"))
	working, stop := context.WithCancel(t.Context())
	stop()
	(&worker{Server: s}).work(working, c, nil)
	if err := s.Store.Release(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	if rows := queue(t, s.Store); len(rows) != 1 || rows[0].State != store.Waiting || rows[0].Attempts != 0 || rows[0].Trouble != "" {
		t.Errorf("left: %+v", rows)
	}
}

// TestLimitThatIsOver: GitHub names a time to come back that has passed by our clock.
func TestLimitThatIsOver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	c := claimed(t, s.Store, pullJob(9, widgets, 7, "test"))
	began := w.now()
	(&worker{Server: s}).failed(t.Context(), c, payload{Number: 7}, &github.Error{Kind: github.RateLimited, RetryAt: began.Add(-time.Hour)})
	if rows := queue(t, s.Store); len(rows) != 1 || rows[0].Due.Before(began.Add(time.Second).Truncate(time.Millisecond)) {
		t.Errorf("left: %+v, began %s", rows, began)
	}
}

// TestLimitIsNoAttempt: a job that had to wait often is given up no sooner than others, and told of no sooner.
func TestLimitIsNoAttempt(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		fail := func(cause error) store.QueueRow {
			t.Helper()
			w.pass(time.Minute)
			claims, err := s.Store.Claim(t.Context(), "test", lease, 1)
			if err != nil || len(claims) != 1 {
				t.Fatalf("claims %v, %v", claims, err)
			}
			(&worker{Server: s}).failed(t.Context(), claims[0], payload{Number: 7}, cause)
			return queue(t, s.Store)[0]
		}
		if err := s.Store.Raise(t.Context(), pullJob(9, widgets, 7, "test")); err != nil {
			t.Fatal(err)
		}
		for range hopeless {
			fail(&github.Error{Kind: github.RateLimited, RetryAt: w.now().Add(time.Second)})
		}
		if row := fail(&github.Error{Kind: github.Forbidden}); row.State != store.Retry || row.Attempts != 1 {
			t.Errorf("after the first attempt: %+v", row)
		}
	})
}

// TestLimitThatCannotBe: something names a time to come back in years, perhaps in other units.
func TestLimitThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	c := claimed(t, s.Store, pullJob(9, widgets, 7, "test"))
	(&worker{Server: s}).failed(t.Context(), c, payload{Number: 7}, &github.Error{Kind: github.RateLimited, RetryAt: w.now().AddDate(1000, 0, 0)})
	if rows := queue(t, s.Store); len(rows) != 1 || rows[0].Due.After(w.now().Add(longest)) {
		t.Errorf("left: %+v", rows)
	}
}

// TestOldDeliveriesAreForgotten when the server starts.
func TestOldDeliveriesAreForgotten(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	in := store.Intake{Delivery: store.Delivery{GUID: "old"}}
	if _, err := s.Store.Accept(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	w.pass(keptFor + time.Hour)
	w.run(t, s)
	w.until(t, "the delivery to be forgotten", func() bool {
		got, err := s.Store.Accept(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return !got.Duplicate
	})
}

// TestRulesThatAnotherProcessHasRead: one of two processes learns of a new roster and of a new
// folder of Conftest policies, the other one of a push to them.
func TestRulesThatAnotherProcessHasRead(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		first := w.newServer(t, database, "first")
		_, stop := w.run(t, first)
		w.open(t, "one")
		w.settled(t, first.Store)
		if err := stop(); err != nil { // it goes on taking webhooks
			t.Fatal(err)
		}
		second := w.newServer(t, database, "second")
		w.run(t, second)
		_, err := w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Files: map[string]string{
			".github/bylaw.yml": "version: 1\nrosters:\n  - path: new.yml\nconftest:\n  - {dir: policy, paths: [\"deploy/**\"]}\npolicies:\n  conflict_of_interest:\n    severity: {major: {paths: [\"core/**\"]}}\n",
			"new.yml":           "version: 1\npeople:\n  - {github: alice, affiliations: [{organization: Acme}]}\n",
		}})
		if err != nil {
			t.Fatal(err)
		}
		w.settled(t, second.Store)
		for path, want := range map[string]int{"new.yml": 202, "policy/lib/names.rego": 202, "policy.md": 200, "README.md": 200} {
			body, err := json.Marshal(map[string]any{
				"ref": "refs/heads/main", "after": "a", "commits": []any{map[string]any{"modified": []string{path}}}, "installation": map[string]int{"id": 9},
				"repository": map[string]any{"name": "widgets", "default_branch": "main", "owner": map[string]string{"login": "acme"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if status, message := deliver(first, delivery(t, "push "+path, "push", body)); status != want {
				t.Errorf("a push to %s is answered %d %s, want %d", path, status, message, want)
			}
		}
	})
}

// TestGitHubShowsSomethingElse: what was kept says that a refusal stands there, as a backup does that was taken before
// somebody approved; GitHub shows an acceptance. It must not stand until the verdict changes.
func TestGitHubShowsSomethingElse(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.settled(t, s.Store)
		head := w.Head("acme", "widgets", number)
		w.pass(settles + time.Second)
		client := s.App.Client(9)
		for _, name := range []string{bylaw.CheckName, "bylaw/conflict_of_interest"} {
			posted, err := client.FindPosted(t.Context(), "acme", "widgets", head, name)
			if err != nil || len(posted) != 1 {
				t.Fatalf("%s: %v, %v", name, posted, err)
			}
			accepted := bylaw.Check{Name: name, Conclusion: bylaw.Success, Title: "Approved by bob"}
			if _, err := client.Publish(t.Context(), "acme", "widgets", head, accepted, github.Known{ID: posted[0].ID}); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.conclusion(number); got != "success" {
			t.Fatalf("GitHub shows %q", got)
		}
		w.retitle(t, number, "A fine change") // which changes no verdict
		w.settled(t, s.Store)
		if got := w.conclusion(number); got != "action_required" {
			t.Errorf("GitHub shows %q, want action_required", got)
		}
		for name, runs := range w.created(number) {
			if runs != 2 { // the one before may name an entry of an audit log that was lost
				t.Errorf("%s was created %d times, want a new one beside the other", name, runs)
			}
		}
	})
}
