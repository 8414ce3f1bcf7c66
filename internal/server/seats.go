package server

import (
	"context"
	"sync"

	"github.com/bylaw-app/bylaw/internal/policy"
)

// seats bound how many evaluations use the processor at a time, so that webhooks are answered between them. The
// others wait for GitHub, or for a worker process that evaluates a community's own policy within limits of its own:
// whoever waits gives its seat up until the answer is there. nil bounds nothing.
type seats struct {
	places chan struct{} // one for each seat that is taken
	door   *door
}

func newSeats(n int, d *door) *seats { return &seats{places: make(chan struct{}, n), door: d} }

// take waits for a seat. The context that it returns is for the evaluation; leave is called at its end.
func (s *seats) take(ctx context.Context) (_ context.Context, leave func(), err error) {
	if s == nil {
		return ctx, func() {}, ctx.Err()
	}
	at := &seat{all: s}
	if err := at.sit(ctx); err != nil {
		return nil, nil, err
	}
	ctx = context.WithValue(ctx, seatKey{}, at)
	return policy.Meanwhile(ctx, func(wait func()) {
		_, _ = whileWaiting(ctx, func() (struct{}, error) { wait(); return struct{}{}, nil }) // without a seat ctx has ended
	}), at.stand, nil
}

type seatKey struct{}

// seat is that of one evaluation.
type seat struct {
	all *seats

	mu      sync.Mutex
	taken   bool
	waiting int           // how many parts of the evaluation wait for somebody else
	sitting chan struct{} // closed when the part that takes the seat has it, or has given up; nil when none does
}

// sit takes the seat for all parts of the evaluation. Only one of them waits for it: the others wait for that one, for
// the evaluation does not end before all of its parts, and would keep from one what it waits for.
func (s *seat) sit(ctx context.Context) error {
	s.mu.Lock()
	for s.sitting != nil {
		sitting := s.sitting
		s.mu.Unlock()
		select {
		case <-sitting:
		case <-ctx.Done():
			return ctx.Err()
		}
		s.mu.Lock()
	}
	if s.taken || s.waiting > 0 { // another part has come back before, or is still away
		s.mu.Unlock()
		return nil
	}
	sitting := make(chan struct{})
	s.sitting = sitting
	s.mu.Unlock()
	s.all.door.waitQuiet(ctx, politeness)
	var err error
	select {
	case s.all.places <- struct{}{}:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sitting = nil
	close(sitting)
	switch {
	case err != nil:
		return err
	case s.waiting > 0: // another part has left meanwhile
		<-s.all.places
	default:
		s.taken = true
	}
	return nil
}

func (s *seat) stand() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken {
		s.taken = false
		<-s.all.places
	}
}

// whileWaiting gives up the seat of an evaluation, if there is one, while wait waits for somebody else, and takes one
// again afterwards. Parts of one evaluation may wait at the same time.
func whileWaiting[T any](ctx context.Context, wait func() (T, error)) (T, error) {
	s, seated := ctx.Value(seatKey{}).(*seat)
	if !seated {
		return wait()
	}
	s.mu.Lock()
	s.waiting++
	s.mu.Unlock()
	s.stand()
	answer, err := wait()
	s.mu.Lock()
	s.waiting--
	s.mu.Unlock()
	if err != nil {
		return answer, err
	}
	return answer, s.sit(ctx)
}
