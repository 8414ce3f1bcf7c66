package server

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestRosterPush touches 200 open pull requests and changes the verdicts of 120 of them: more than GitHub lets an
// installation write in a minute. Only those are written, as many at once as the limits allow, and none is refused.
// What somebody does meanwhile is answered before the rest.
func TestRosterPush(t *testing.T) {
	t.Parallel()
	const pulls, changing, checksOfEach = 200, 120, 2
	w := newTown(t)
	database := sqlite(t)
	before := w.newServer(t, database, "before")
	_, stop := w.run(t, before)
	for number := 1; number <= pulls; number++ {
		w.open(t, fmt.Sprint("branch-", number))
		w.approve(t, number, map[bool]string{true: "bob", false: "carol"}[number <= changing])
		if number%50 == 0 {
			w.settled(t, before.Store)
		}
	}
	fresh := w.open(t, "fresh")
	w.settled(t, before.Store)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	w.ResetCalls()
	w.Secondary = true // GitHub enforces its limits from now on
	writes := func() int {
		return w.Count(func(c fakegithub.Call) bool {
			return c.Method != http.MethodGet && c.Route != "/graphql" && c.Status < 300 && c.Route != "/app/installations/{installation_id}/access_tokens"
		})
	}

	s := w.newServer(t, database, "now")
	s.ChecksPerMinute = 160
	w.run(t, s)
	_, err := w.PushFiles(widgets, "main", "carol", fakegithub.Commit{Message: "Bob is at Acme", Files: map[string]string{"governance/affiliations.yml": `version: 1
people:
  - {github: alice, id: 101, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: anna, id: 102, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: bob, id: 103, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: carol, id: 104, affiliations: [{organization: Initech, from: 2021-01-01}]}
`}})
	if err != nil {
		t.Fatal(err)
	}
	w.idle(t, s.Store)
	w.pass(pulls * pullPace)
	w.idle(t, s.Store)
	if got := writes(); got != 120 { // three quarters of 160
		t.Errorf("%d check runs are written in the first minute, want 120", got)
	}

	w.approve(t, fresh, "carol")
	w.idle(t, s.Store)
	if got := w.conclusion(fresh); got != "success" {
		t.Errorf("while the others wait, GitHub shows %q on the pull request that was just approved", got)
	}
	if got := writes(); got != 120+checksOfEach {
		t.Errorf("%d check runs are written after the review, want %d", got, 120+checksOfEach)
	}

	for len(queue(t, s.Store)) > 0 {
		w.pass(10 * time.Second)
		if err := s.Store.Raise(t.Context()); err != nil { // of nothing: it wakes the worker, which waits by the real clock
			t.Fatal(err)
		}
		w.idle(t, s.Store)
	}
	// The newest one was the first to say that Bob cannot be asked any more, and was approved then.
	if got, want := writes(), checksOfEach*(changing+2); got != want {
		t.Errorf("%d check runs are written in the end, want %d: those whose verdict has changed", got, want)
	}
	if refused := w.Refused(); refused != 0 {
		t.Errorf("GitHub refused %d calls for its limits", refused)
	}
	for number := 1; number <= pulls; number++ {
		want := map[bool]string{true: "action_required", false: "success"}[number <= changing]
		if got := w.conclusion(number); got != want {
			t.Errorf("pull request %d: GitHub shows %q, want %q", number, got, want)
		}
	}
}

// TestFanOutIsSpread: of many pull requests some are looked at at once, and the others one after the other: those first
// that were changed last.
func TestFanOutIsSpread(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	const pulls = atOnce + 3
	for i := range pulls {
		w.open(t, fmt.Sprint("branch-", i))
		w.pass(time.Minute)
	}
	w.approve(t, 2, "bob")
	began := w.now()
	out, _, err := (&worker{Server: s}).lookAtRepository(t.Context(), store.Claim{Job: repositoryJob(9, widgets)})
	if err != nil || len(out.FollowUps) != pulls {
		t.Fatalf("got %d jobs, %v", len(out.FollowUps), err)
	}
	var first []string
	for _, j := range out.FollowUps[:3] {
		first = append(first, j.Key)
	}
	if want := []string{"pull acme/widgets#2", "pull acme/widgets#27", "pull acme/widgets#26"}; !slices.Equal(first, want) {
		t.Errorf("the first are %v, want those that were changed last: %v", first, want)
	}
	for i, j := range out.FollowUps {
		if i < atOnce != j.DueAt.IsZero() {
			t.Errorf("job %d is due at %s", i, j.DueAt)
		}
		if least := began.Add(time.Duration(i-atOnce+1) * pullPace); i >= atOnce && j.DueAt.Before(least) {
			t.Errorf("job %d is due at %s, want at least %s", i, j.DueAt, least)
		}
	}
}

// idle waits until every webhook is delivered and nothing can be done before some time has passed.
func (w *town) idle(t *testing.T, s *store.Store) {
	t.Helper()
	w.until(t, "everything that can be done now", func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		return !slices.ContainsFunc(queue(t, s), func(r store.QueueRow) bool { return r.State == store.Running || !r.Due.After(w.now()) })
	})
}

// TestRefusalsDoNotWait: where an installation has written as many check runs as it may, the refusal of what somebody
// has just done is written all the same.
func TestRefusalsDoNotWait(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	s.ChecksPerMinute = 10
	if err := s.Store.Raise(t.Context(), publishJob(9, widgets, "c0ffee")); err != nil {
		t.Fatal(err)
	}
	claims, err := s.Store.Claim(t.Context(), "test", lease, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("got %v, %v", claims, err)
	}
	room := func(writes, most int) bool {
		t.Helper()
		_, notBefore, err := s.Store.Intend(t.Context(), claims[0], store.Intention{Repository: widgets, SHA: "c0ffee", Names: make([]string, writes), Installation: 9, Most: most})
		if err != nil {
			t.Fatal(err)
		}
		return notBefore.IsZero()
	}
	if !room(10, 10) {
		t.Fatal("there is no room for the first ones")
	}
	for _, test := range []struct {
		conclusion bylaw.Conclusion
		priority   int
		waits      bool
	}{
		{bylaw.Success, priorityFresh, true}, {bylaw.ActionRequired, priorityFresh, false}, {bylaw.Failure, priorityFresh, false}, {bylaw.Failure, priorityFanOut, true},
	} {
		c := store.Claim{Job: store.Job{Installation: 9, Repository: widgets, Priority: test.priority}}
		most := (&worker{Server: s}).most(c, []bylaw.Check{{Name: bylaw.CheckName, Conclusion: test.conclusion}})
		if room(1, most) == test.waits {
			t.Errorf("%s with priority %d may be one of %d; want it to wait: %v", test.conclusion, test.priority, most, test.waits)
		}
	}
}
