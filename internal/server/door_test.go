package server

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestDoor: work waits while webhooks are being taken, and not for long if they never end.
func TestDoor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d door
		waited := func(most time.Duration) time.Duration {
			began := time.Now()
			d.waitQuiet(t.Context(), most)
			return time.Since(began)
		}
		if took := waited(time.Hour); took != 0 {
			t.Errorf("waited %s for nobody", took)
		}
		first, second := d.enter(), d.enter()
		time.AfterFunc(time.Second, func() { first(); first() })
		time.AfterFunc(time.Minute, second)
		if took := waited(time.Millisecond); took != time.Millisecond {
			t.Errorf("waited %s for somebody who stays, want the bound", took)
		}
		if took := waited(time.Hour); took != time.Minute-time.Millisecond {
			t.Errorf("waited %s, want until the last one has left", took)
		}
	})
}
