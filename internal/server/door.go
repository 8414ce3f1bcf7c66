package server

import (
	"context"
	"sync"
	"time"
)

// door counts the webhooks that are being taken. GitHub waits for those, and for nothing else: while many come at
// once, what is done with them can begin a moment later. The zero value is ready.
type door struct {
	mu     sync.Mutex
	inside int
	quiet  chan struct{} // closed when nobody is inside any more; nil until somebody asks
}

// politeness is how long work waits at most for webhooks to be taken. However many come, it goes on.
const politeness = 50 * time.Millisecond

// enter says that a webhook is being taken, until leave is called.
func (d *door) enter() (leave func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inside++
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.inside--; d.inside == 0 && d.quiet != nil {
			close(d.quiet)
			d.quiet = nil
		}
	})
}

// waitQuiet waits until no webhook is being taken, at most for so long.
func (d *door) waitQuiet(ctx context.Context, most time.Duration) {
	d.mu.Lock()
	if d.inside == 0 {
		d.mu.Unlock()
		return
	}
	if d.quiet == nil {
		d.quiet = make(chan struct{})
	}
	quiet := d.quiet
	d.mu.Unlock()
	patience := time.NewTimer(most)
	defer patience.Stop()
	select {
	case <-quiet:
	case <-patience.C:
	case <-ctx.Done():
	}
}
