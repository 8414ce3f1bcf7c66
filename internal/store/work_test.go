package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func keysOf(claims []Claim) []string {
	var keys []string
	for _, c := range claims {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

// take claims exactly one key.
func take(t *testing.T, s *Store, owner string) Claim {
	t.Helper()
	claims := must(s.Claim(t.Context(), owner, time.Minute, 10))(t)
	if len(claims) != 1 {
		t.Fatalf("want one claim, got %v", keysOf(claims))
	}
	return claims[0]
}

func nothing(t *testing.T, s *Store) {
	t.Helper()
	if claims := must(s.Claim(t.Context(), "nobody", time.Minute, 10))(t); len(claims) > 0 {
		t.Fatalf("want nothing to claim, got %v", keysOf(claims))
	}
}

func TestJobsOfOneKeyAreMerged(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		later := Job{Key: "a", Kind: "check", Installation: 1, Repository: "acme/widgets", Payload: "old", DueAt: start.Add(time.Hour), Priority: 1}
		check(t, s.Raise(t.Context(), later))
		nothing(t, s)
		check(t, s.Raise(t.Context(), Job{Key: "a", Kind: "check", Installation: 1, Repository: "acme/widgets", Payload: "new"}))
		check(t, s.Raise(t.Context(), later))
		want := Claim{
			Job:   Job{Key: "a", Kind: "check", Installation: 1, Repository: "acme/widgets", Payload: "old", DueAt: start},
			Owner: "w", Want: 3, Fence: 1, Attempts: 1, LeaseUntil: start.Add(time.Minute),
		}
		c := take(t, s, "w")
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("claim (-want +got):\n%s", diff)
		}
		if got := must(s.Finish(t.Context(), c, Finished{}))(t); got != (Standing{Ours: true}) {
			t.Errorf("want a finish that is ours and the newest, got %+v", got)
		}
		nothing(t, s)
		if _, due, err := s.NextDue(t.Context()); due || err != nil {
			t.Errorf("want nothing due, got %v %v", due, err)
		}
	})
}

func TestRaiseDuringARunLeadsToExactlyOneMore(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		c := take(t, s, "w")
		<-s.Wake()
		for range 3 {
			check(t, s.Raise(t.Context(), Job{Key: "a"}))
		}
		<-s.Wake()
		nothing(t, s)
		if got := must(s.Standing(t.Context(), c))(t); got != (Standing{Ours: true, Newer: true}) {
			t.Errorf("want the claim outdated, got %+v", got)
		}
		got := must(s.Finish(t.Context(), c, Finished{FollowUps: []Job{{Key: "follow"}}}))(t)
		if got != (Standing{Ours: true, Newer: true}) {
			t.Errorf("want the finish outdated, got %+v", got)
		}
		<-s.Wake()
		claims := must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
		if len(claims) != 2 || claims[0].Key != "a" || claims[0].Want != 4 || claims[1].Key != "follow" {
			t.Errorf("want the fourth generation of a, and the follow-up, got %+v", claims)
		}
	})
}

func TestDelayedJobDuringARunIsNotHurried(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		c := take(t, s, "w")
		check(t, s.Raise(t.Context(), Job{Key: "a", DueAt: start.Add(time.Hour), Priority: 1}))
		must(s.Finish(t.Context(), c, Finished{}))(t)
		nothing(t, s)
		d.pass(time.Hour)
		if c := take(t, s, "w"); c.Priority != 1 {
			t.Errorf("want the priority of the later job, got %d", c.Priority)
		}
	})
}

func TestLostClaimWritesNothing(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		old := take(t, s, "w")
		d.pass(time.Minute)
		// The same owner: only the fence tells the two claims apart.
		fresh := take(t, s, "w")
		if fresh.Attempts != 2 {
			t.Errorf("want the second attempt, got %d", fresh.Attempts)
		}
		everything := Finished{
			RecheckAt: start.Add(time.Second),
			Pull:      &Pull{Repository: "acme/widgets", Number: 7, State: PullOpen},
			Run:       &Run{RunMeta: RunMeta{ID: "lost", Repository: "acme/widgets", Number: 7}},
			Audit:     []AuditEntry{{Repository: "acme/widgets", Kind: "run"}},
			FollowUps: []Job{{Key: "follow"}},
		}
		if got := must(s.Finish(t.Context(), old, everything))(t); got != (Standing{}) {
			t.Errorf("want the claim lost, got %+v", got)
		}
		if must(s.Fail(t.Context(), old, Failure{Reason: "late", GiveUp: true}))(t) {
			t.Error("want the claim lost for Fail as well")
		}
		if got := must(s.Standing(t.Context(), old))(t); got != (Standing{}) {
			t.Errorf("want the claim lost, got %+v", got)
		}
		for _, table := range []string{"pulls", "runs", "audit", "audit_ends", "work WHERE key = 'follow' OR recheck_at > 0 OR failed"} {
			var n int
			check(t, s.read.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n))
			if n > 0 {
				t.Errorf("want nothing in %s, got %d rows", table, n)
			}
		}
		if got := must(s.Finish(t.Context(), fresh, Finished{}))(t); !got.Ours {
			t.Error("want the second claim to stand")
		}
	})
}

func TestFinishIsAllOrNothing(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		c := take(t, s, "w")
		bad := Finished{Audit: []AuditEntry{{Repository: "acme/widgets"}}, FollowUps: []Job{{Key: ""}}}
		if _, err := s.Finish(t.Context(), c, bad); err == nil {
			t.Fatal("want an error for a job without a key")
		}
		if got := must(s.Audit(t.Context(), "acme/widgets", 0, 10))(t); len(got) > 0 {
			t.Errorf("want no audit entries, got %d", len(got))
		}
		if got := must(s.Standing(t.Context(), c))(t); !got.Ours {
			t.Error("want the claim to stand")
		}
	})
}

func TestFinishGoesOnWithWhatIsFree(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		finish := func(next Job) *Claim {
			t.Helper()
			check(t, s.Raise(t.Context(), Job{Key: "first"}))
			c := take(t, s, "w")
			got := must(s.Finish(t.Context(), c, Finished{FollowUps: []Job{{Key: "other", DueAt: d.now().Add(time.Hour)}, next}, Next: next.Key, Lease: time.Minute}))(t)
			if !got.Ours {
				t.Fatal("want the claim to stand")
			}
			return got.Next
		}
		next := finish(Job{Key: "next", Kind: "publish", Payload: "p"})
		if next == nil || next.Key != "next" || next.Kind != "publish" || next.Payload != "p" || next.Owner != "w" || next.Attempts != 1 || !next.LeaseUntil.Equal(start.Add(time.Minute)) {
			t.Fatalf("got %+v, want the claim of next", next)
		}
		nothing(t, s)
		if again := finish(Job{Key: "next"}); again != nil {
			t.Errorf("got %+v, which somebody is at", again)
		}
		if got := must(s.Finish(t.Context(), *next, Finished{}))(t); !got.Ours || !got.Newer {
			t.Errorf("got %+v, want that it was raised meanwhile", got)
		}
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{}))(t)
		if later := finish(Job{Key: "later", DueAt: start.Add(time.Minute)}); later != nil {
			t.Errorf("got %+v, which is not due", later)
		}
		check(t, s.Hold(t.Context(), 7, start.Add(time.Minute)))
		if held := finish(Job{Key: "held", Installation: 7}); held != nil {
			t.Errorf("got %+v, whose installation is held back", held)
		}
	})
}

func TestExtendKeepsWhatIsStillOurs(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}, Job{Key: "b"}))
		must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
		d.pass(50 * time.Second)
		held := must(s.Extend(t.Context(), "w", time.Minute, []string{"b", "a"}))(t)
		if diff := cmp.Diff([]string{"a", "b"}, held); diff != "" {
			t.Errorf("held (-want +got):\n%s", diff)
		}
		d.pass(50 * time.Second)
		nothing(t, s)
		d.pass(10 * time.Second)
		must(s.Claim(t.Context(), "other", time.Minute, 1))(t)
		if held := must(s.Extend(t.Context(), "w", time.Minute, []string{"a", "b"}))(t); len(held) != 1 {
			t.Errorf("want one key held, got %v", held)
		}
	})
}

func TestReleasedClaimsAreFreeAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		c := take(t, s, "w")
		check(t, s.Release(t.Context(), "other"))
		nothing(t, s)
		check(t, s.Release(t.Context(), "w"))
		if got := must(s.Finish(t.Context(), c, Finished{}))(t); got.Ours {
			t.Error("want a released claim to be lost")
		}
		if c := take(t, s, "killed"); c.Attempts != 1 {
			t.Errorf("want the released claim not counted, got attempt %d", c.Attempts)
		}
		check(t, s.ClearLeases(t.Context()))
		if c := take(t, s, "w"); c.Attempts != 2 {
			t.Errorf("want the killed claim counted, got attempt %d", c.Attempts)
		}
	})
}

func TestFailedWorkIsTriedAgainAndThenGivenUp(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a", Kind: "check", Installation: 1, Repository: "acme/widgets"}))
		if !must(s.Fail(t.Context(), take(t, s, "w"), Failure{Reason: "GitHub says 502\x00\xff", RetryAt: start.Add(time.Minute)}))(t) {
			t.Fatal("want the claim to be ours")
		}
		nothing(t, s)
		row := QueueRow{Key: "a", Kind: "check", Installation: 1, Repository: "acme/widgets", State: Retry, Attempts: 1, Due: start.Add(time.Minute), LastError: "GitHub says 502\uFFFD"}
		if diff := cmp.Diff([]QueueRow{row}, must(s.Queue(t.Context(), 10))(t)); diff != "" {
			t.Errorf("queue (-want +got):\n%s", diff)
		}
		d.pass(time.Minute)
		c := take(t, s, "w")
		if c.Attempts != 2 {
			t.Errorf("want the second attempt, got %d", c.Attempts)
		}
		if got, late, err := s.Outstanding(t.Context(), "a"); err != nil || !late || got.State != Running || got.Trouble != "" {
			t.Errorf("want it running and nothing told, got %+v %v %v", got, late, err)
		}
		must(s.Fail(t.Context(), c, Failure{Reason: "still 502", GiveUp: true, Trouble: "GitHub is away.", FollowUps: []Job{{Key: "told"}}}))(t)
		told := take(t, s, "w")
		if told.Key != "told" {
			t.Errorf("want what follows from the failure, got %s", told.Key)
		}
		must(s.Finish(t.Context(), told, Finished{}))(t)
		d.pass(time.Hour)
		nothing(t, s)
		if _, due, err := s.NextDue(t.Context()); due || err != nil {
			t.Errorf("want nothing due, got %v %v", due, err)
		}
		if got := must(s.Queue(t.Context(), 10))(t); len(got) != 1 || got[0].State != Failed || got[0].LastError != "still 502" {
			t.Errorf("want the failure shown, got %+v", got)
		}
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		again := take(t, s, "w")
		if again.Attempts != 1 {
			t.Errorf("want attempts counted anew, got %d", again.Attempts)
		}
		if got := must(s.Queue(t.Context(), 10))(t); got[0].State != Running {
			t.Errorf("want it running, got %s", got[0].State)
		}
		if got := found(s.Outstanding(t.Context(), "a"))(t); got.Trouble != "GitHub is away." {
			t.Errorf("want the trouble kept until it is done, got %q", got.Trouble)
		}
		must(s.Finish(t.Context(), again, Finished{}))(t)
		if got, late, err := s.Outstanding(t.Context(), "a"); err != nil || late {
			t.Errorf("want nothing outstanding, got %+v %v", got, err)
		}
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		if got := found(s.Outstanding(t.Context(), "a"))(t); got.State != Waiting || got.Trouble != "" {
			t.Errorf("want it waiting and the trouble gone, got %+v", got)
		}
	})
}

func TestEventDuringAFailingRunIsNeitherDelayedNorGivenUp(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		c := take(t, s, "w")
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		must(s.Fail(t.Context(), c, Failure{Reason: "boom", RetryAt: start.Add(time.Hour), GiveUp: true}))(t)
		take(t, s, "w")
	})
}

func TestRecheckComesWhenItsTimeHasCome(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{RecheckAt: start.Add(time.Hour)}))(t)
		nothing(t, s)
		due, ok, err := s.NextDue(t.Context())
		check(t, err)
		if !ok || !due.Equal(start.Add(time.Hour)) {
			t.Errorf("want the recheck next, got %s %v", due, ok)
		}
		d.pass(time.Hour)
		take(t, s, "killed")
		nothing(t, s)
		d.pass(time.Minute) // the process died: the recheck is not lost
		c := take(t, s, "w")
		must(s.Fail(t.Context(), c, Failure{Reason: "boom", RetryAt: d.now().Add(time.Minute)}))(t)
		nothing(t, s)
		d.pass(time.Minute)
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{}))(t)
		d.pass(24 * time.Hour)
		nothing(t, s)
	})
}

func TestEventBeforeARecheckReplacesIt(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{RecheckAt: start.Add(time.Hour)}))(t)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{RecheckAt: start.Add(2 * time.Hour)}))(t)
		d.pass(time.Hour)
		nothing(t, s)
		d.pass(time.Hour)
		take(t, s, "w")
	})
}

func TestHoldKeepsAnInstallationWaiting(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a", Installation: 1}))
		check(t, s.Hold(t.Context(), 1, start.Add(time.Hour)))
		check(t, s.Hold(t.Context(), 1, start.Add(time.Minute)))
		check(t, s.Raise(t.Context(), Job{Key: "b", Installation: 1}, Job{Key: "c", Installation: 2}))
		c := take(t, s, "w")
		if c.Key != "c" {
			t.Errorf("want only the other installation's key, got %s", c.Key)
		}
		must(s.Finish(t.Context(), c, Finished{}))(t)
		due, _, err := s.NextDue(t.Context())
		check(t, err)
		if !due.Equal(start.Add(time.Hour)) {
			t.Errorf("want the end of the hold next, got %s", due)
		}
		for _, q := range must(s.Queue(t.Context(), 10))(t) {
			if !q.Due.Equal(start.Add(time.Hour)) {
				t.Errorf("%s: want due at the end of the hold, got %s", q.Key, q.Due)
			}
		}
		d.pass(time.Hour)
		if diff := cmp.Diff([]string{"a", "b"}, keysOf(must(s.Claim(t.Context(), "w", time.Minute, 10))(t))); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
	})
}

func TestInstallationsTakeTurns(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for i := range 20 {
			check(t, s.Raise(t.Context(), Job{Key: fmt.Sprintf("acme-%02d", i), Installation: 1}))
		}
		d.pass(time.Second)
		check(t, s.Raise(t.Context(),
			Job{Key: "globex-fan", Installation: 2, Priority: 1}, Job{Key: "globex-fresh", Installation: 2}, Job{Key: "initech", Installation: 3}))

		got := keysOf(must(s.Claim(t.Context(), "w", time.Minute, 4))(t))
		if diff := cmp.Diff([]string{"acme-00", "acme-01", "globex-fresh", "initech"}, got); diff != "" {
			t.Errorf("first claims (-want +got):\n%s", diff)
		}
		// Acme has two running and Globex one: the next free worker goes to Globex.
		if got := must(s.Claim(t.Context(), "w", time.Minute, 1))(t); got[0].Key != "globex-fan" {
			t.Errorf("want globex-fan, got %s", got[0].Key)
		}
		if got := must(s.Claim(t.Context(), "w", time.Minute, 100))(t); len(got) != 18 {
			t.Errorf("want the other 18, got %d", len(got))
		}
	})
}
