package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFailedDeliveriesAreKept(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		if got := must(s.Recovery(t.Context()))(t); got != (Recovery{}) {
			t.Errorf("before the first search: %+v", got)
		}
		failed := func(guid string, attempt int64, after time.Duration) FailedDelivery {
			return FailedDelivery{GUID: guid, Installation: 9, Attempt: attempt, FailedAt: start.Add(after)}
		}
		state := Recovery{RanAt: start, SeenTo: start.Add(time.Second), Top: start.Add(time.Minute), Page: "v1_7"}
		keep := func(succeeded map[string]int64, all ...FailedDelivery) {
			t.Helper()
			check(t, s.SaveRecovery(t.Context(), state, all, succeeded, start.Add(-time.Hour)))
		}
		left := func(want ...FailedDelivery) {
			t.Helper()
			if diff := cmp.Diff(want, must(s.Undelivered(t.Context(), start, 2))(t)); diff != "" {
				t.Errorf("undelivered (-want +got):\n%s", diff)
			}
		}
		one, two := failed("one", 11, time.Minute), failed("two", 12, 0)
		keep(nil, one, two, failed("long ago", 3, -2*time.Hour), failed("before", 4, -time.Minute))
		if got := must(s.Recovery(t.Context()))(t); got != state {
			t.Errorf("the search stands at %+v, want %+v", got, state)
		}
		left(two, one)
		must(s.Accept(t.Context(), Intake{Delivery: Delivery{GUID: "two"}}))(t)
		left(one)
		check(t, s.Asked(t.Context(), one))
		keep(nil, one) // seen again, and no newer attempt
		left()
		one = failed("one", 21, 2*time.Minute)
		keep(nil, one, failed("one", 11, time.Minute))
		one.Asked, one.AskedAt = 1, start
		left(one)
		keep(map[string]int64{"one": 22})
		left()
		one.Attempt = 23
		keep(nil, one)
		left(one)
		check(t, s.Asked(t.Context(), one))
		one.Attempt = 33
		keep(nil, one)
		left() // asked for twice
		if !must(s.Failing(t.Context(), 9, start))(t) || must(s.Failing(t.Context(), 9, start.Add(time.Hour)))(t) || must(s.Failing(t.Context(), 8, start))(t) {
			t.Error("failing: want installation 9 in the first hour alone")
		}
	})
}

func TestGivenUpWorkIsTriedOnceMore(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "a", Installation: 1}))
		give := func(at time.Duration) {
			must(s.Fail(t.Context(), take(t, s, "w"), Failure{Reason: "403", GiveUp: true, RecheckAt: start.Add(at)}))(t)
		}
		give(time.Hour)
		nothing(t, s)
		d.pass(time.Hour)
		give(2 * time.Hour)
		nothing(t, s)
		d.pass(time.Hour)
		c := take(t, s, "w")
		if c.Attempts != 3 {
			t.Errorf("attempt %d, want the third", c.Attempts)
		}
		must(s.Finish(t.Context(), c, Finished{}))(t)
		d.pass(24 * time.Hour)
		nothing(t, s)
	})
}
