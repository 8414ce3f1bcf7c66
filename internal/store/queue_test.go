package store

import (
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRaisedAgainByHand(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(),
			Job{Key: "a", Installation: 1, Repository: "acme/widgets", Payload: "seven"}, Job{Key: "b", Installation: 1}, Job{Key: "c", Installation: 2},
			Job{Key: "d", Installation: 2, DueAt: start.Add(time.Hour)}))
		for _, c := range must(s.Claim(t.Context(), "w", time.Minute, 10))(t) {
			must(s.Fail(t.Context(), c, Failure{Reason: "boom", GiveUp: c.Key != "c", RetryAt: start.Add(time.Hour)}))(t)
		}
		check(t, s.Hold(t.Context(), 2, start.Add(time.Minute)))
		want := []QueueCount{{Installation: 1, Failed: 1}, {Installation: 1, Repository: "acme/widgets", Failed: 1}, {Installation: 2, Waiting: 1, Retry: 1}}
		if diff := cmp.Diff(want, must(s.QueueCounts(t.Context()))(t)); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		for _, q := range must(s.Queue(t.Context(), 10))(t) {
			if held := q.Installation == 2; held != q.HeldUntil.Equal(start.Add(time.Minute)) {
				t.Errorf("%s: want held %v, got %s", q.Key, held, q.HeldUntil)
			}
		}

		beside := must(OpenBeside(t.Context(), d.url, d.now))(t)
		defer beside.Close()
		if !must(beside.RaiseAgain(t.Context(), "c"))(t) || must(beside.RaiseAgain(t.Context(), "none"))(t) {
			t.Error("want c known, and none not")
		}
		nothing(t, s) // its installation is held
		if n := must(beside.RaiseFailed(t.Context()))(t); n != 2 {
			t.Errorf("want both raised that had failed, got %d", n)
		}
		claims := must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
		if diff := cmp.Diff([]string{"a", "b"}, keysOf(claims)); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
		if a := claims[0]; a.Payload != "seven" || a.Attempts != 1 {
			t.Errorf("want it as it was last raised, counted anew, got %+v", a)
		}
		for _, c := range claims {
			must(s.Finish(t.Context(), c, Finished{}))(t)
		}
		d.pass(time.Minute)
		if c := take(t, s, "w"); c.Key != "c" {
			t.Errorf("want c after the hold, got %s", c.Key)
		}
	})
}

func TestOpenBesideMakesNoDatabase(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	if s, err := OpenBeside(t.Context(), d.url, d.now); err == nil {
		s.Close()
		t.Error("want a database that is not there refused")
	}
	if _, err := os.Stat(d.url); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("want no file, got %v", err)
	}
}
