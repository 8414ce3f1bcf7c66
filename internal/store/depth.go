package store

import (
	"context"
	"fmt"
	"time"
)

// Depth is how many keys that are not done are in a state.
type Depth struct {
	State string // Waiting, Running, Retry or Failed
	Keys  int
	// Oldest is since when the longest waiting of them could be worked on; zero while none could.
	Oldest time.Time
}

// Depths counts the work that is not done. States without any come with 0.
func (s *Store) Depths(ctx context.Context) ([]Depth, error) {
	now := millis(s.now())
	scan := func(r row) (d Depth, err error) {
		var oldest int64
		err = r.Scan(&d.State, &d.Keys, &oldest)
		if oldest <= now {
			d.Oldest = moment(oldest)
		}
		return d, err
	}
	found, err := list(ctx, s.read, scan, `
		SELECT state, COUNT(*), MIN(due) FROM (SELECT `+queueColumns+` WHERE want > done) AS queue GROUP BY state`, now)
	if err != nil {
		return nil, fmt.Errorf("count work: %w", err)
	}
	all := []Depth{{State: Waiting}, {State: Running}, {State: Retry}, {State: Failed}}
	for i := range all {
		for _, d := range found {
			if d.State == all[i].State {
				all[i] = d
			}
		}
	}
	return all, nil
}
