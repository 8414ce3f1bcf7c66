package main

import "testing"

func TestGarbagePercent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, 400}, {1, 400}, {24 << 20, 400}, {32 << 20, 300}, {96 << 20, 100}, {1 << 40, 100},
	} {
		if got := garbagePercent(test.live); got != test.want {
			t.Errorf("beside %d bytes may pile up %d percent, want %d", test.live, got, test.want)
		}
	}
}
