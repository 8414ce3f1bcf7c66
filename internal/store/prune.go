package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Pruned counts what Prune has removed.
type Pruned struct {
	Deliveries int64
	Runs       int64
	Facts      int64
}

// Prune removes what is older than before: deliveries, runs that are not the latest of their pull request,
// and cached facts. Work, heads, commands, checks, groups and the audit log stay. GitHub redelivers for up
// to three days, and a pruned delivery is no longer recognized, so before should lie further back.
func (s *Store) Prune(ctx context.Context, before time.Time) (Pruned, error) {
	var pruned Pruned
	for _, step := range []struct {
		count *int64
		query string
	}{
		{&pruned.Deliveries, "DELETE FROM deliveries WHERE received_at < $1"},
		{&pruned.Runs, `DELETE FROM runs WHERE taken_at < $1 AND NOT EXISTS
			(SELECT 1 FROM pulls WHERE pulls.repository = runs.repository AND pulls.number = runs.number AND pulls.run_id = runs.id)`},
		{&pruned.Facts, "DELETE FROM facts WHERE stored_at < $1"},
	} {
		err := s.change(ctx, func(tx *sql.Tx) error {
			result, err := tx.ExecContext(ctx, step.query, millis(before))
			if err != nil {
				return err
			}
			*step.count, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return pruned, fmt.Errorf("prune store: %w", err)
		}
	}
	return pruned, nil
}
