package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestPace: of several who ask at the same time, as many may write as there is room for in any minute.
func TestPace(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("one", "publish"))
		c := take(t, s, "w")
		ask := func(installation int64, writes int) time.Time {
			t.Helper()
			_, notBefore, err := s.Intend(t.Context(), c, Intention{SHA: "c0ffee", Names: numbered(writes), Installation: installation, Most: 10})
			check(t, err)
			return notBefore
		}
		var may atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, notBefore, err := s.Intend(t.Context(), c, Intention{SHA: "c0ffee", Names: numbered(2), Installation: 1, Most: 10})
				if err != nil {
					t.Error(err)
				}
				if notBefore.IsZero() {
					may.Add(1)
				}
			})
		}
		all.Wait()
		if may.Load() != 5 {
			t.Errorf("%d may write two each, want 5", may.Load())
		}
		if !ask(2, 2).IsZero() {
			t.Error("another installation is held back as well")
		}
		later := ask(1, 2)
		if minute, most := start.Add(time.Minute), d.now().Add(time.Minute+paceSpan); later.Before(minute) || later.After(most) {
			t.Errorf("not before %s, want a minute after %s", later, start)
		}
		d.pass(later.Sub(start) - time.Millisecond)
		if !ask(1, 2).Equal(later) {
			t.Error("there is room before the minute is over")
		}
		d.pass(time.Millisecond)
		if !ask(1, 11).IsZero() {
			t.Error("more than the most is not written after a quiet minute")
		}
		if ask(1, 1).IsZero() {
			t.Error("there is room beside more than the most")
		}
	})
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("bylaw/", i))
	}
	return names
}
