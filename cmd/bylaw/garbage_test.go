package main

import (
	"math"
	"testing"
)

func TestGarbageBeside(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		live    uint64
		percent int
		limit   int64
	}{
		{0, 400, 160 << 20}, {79 << 20, 400, 160 << 20}, {80 << 20, 100, math.MaxInt64}, {1 << 40, 100, math.MaxInt64},
	} {
		if percent, limit := garbageBeside(test.live); percent != test.percent || limit != test.limit {
			t.Errorf("beside %d bytes may pile up %d percent up to %d, want %d and %d", test.live, percent, limit, test.percent, test.limit)
		}
	}
}
