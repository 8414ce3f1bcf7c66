package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// roomForGarbage is how much garbage may pile up before it is collected, in bytes, within the two bounds below.
	// Each event leaves one or two megabytes, and little lives: Go's own rule, as much as lives, would collect a
	// small service after every few events.
	roomForGarbage = 96 << 20
	leastGarbage   = 100 // percent of what lives; Go's own rule
	mostGarbage    = 400
)

// letGarbagePile sets, until ctx ends, how much garbage may pile up beside what lives now, which changes with the
// installations that are known. It is not for somebody who has set GOGC.
func letGarbagePile(ctx context.Context) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	look := time.NewTicker(5 * time.Second)
	defer look.Stop()
	for {
		metrics.Read(live)
		debug.SetGCPercent(garbagePercent(live[0].Value.Uint64()))
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// garbagePercent is the garbage that may pile up beside so many bytes that live, in percent of them.
func garbagePercent(live uint64) int {
	if live == 0 { // nothing was collected yet
		return mostGarbage
	}
	return int(min(max(roomForGarbage*100/live, leastGarbage), mostGarbage))
}
