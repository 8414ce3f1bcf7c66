package main

import (
	"context"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// roomy is up to how much memory garbage may pile up, in bytes. Each event leaves some hundred kilobytes, and little
	// lives: by Go's own rule, which collects when as much garbage has come as lives, a small service would collect
	// after every few events.
	roomy = 160 << 20
	// mostGarbage is how much may pile up there, in percent of what lives.
	mostGarbage = 400
	// ownRule is Go's own.
	ownRule = 100
)

// letGarbagePile sets, until ctx ends, how much garbage may pile up beside what lives now, which changes with the
// installations that are known. It is not for somebody who has set GOGC or GOMEMLIMIT.
func letGarbagePile(ctx context.Context) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for {
		metrics.Read(live)
		percent, limit := garbageBeside(live[0].Value.Uint64())
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

// garbageBeside is the garbage that may pile up beside so many bytes that live, in percent of them, and up to which
// memory in all. Where half of what is roomy lives Go's own rule holds, without a limit: a process that cannot keep
// one would do nothing but collect.
func garbageBeside(live uint64) (percent int, limit int64) {
	if live >= roomy/2 {
		return ownRule, math.MaxInt64
	}
	return mostGarbage, roomy
}
