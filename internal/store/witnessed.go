package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Head is when a commit last became the head of a pull request, which GitHub tells only in the webhook.
type Head struct {
	Repository string
	Number     int
	SHA        string
	ArrivedAt  time.Time // zero is now
	PushedBy   string
}

// saveHead keeps the newest arrival of a head: a force-push can bring an old commit back, and then what was said of it
// before was said of another state. Told again of the same arrival, as by a delivery that is made again, nothing changes.
func (s *Store) saveHead(ctx context.Context, tx *sql.Tx, h Head) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO heads (repository, number, sha, arrived_at, pushed_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (repository, number, sha) DO UPDATE SET arrived_at = excluded.arrived_at, pushed_by = excluded.pushed_by
		WHERE excluded.arrived_at > heads.arrived_at`,
		h.Repository, h.Number, h.SHA, s.orNow(h.ArrivedAt), h.PushedBy)
	if err != nil {
		return fmt.Errorf("save head %s: %w", h.SHA, err)
	}
	return nil
}

// Heads lists the heads that a pull request is known to have had, the one that arrived last at the end.
func (s *Store) Heads(ctx context.Context, repository string, number int) ([]Head, error) {
	scan := func(r row) (Head, error) {
		h := Head{Repository: repository, Number: number}
		var arrived int64
		err := r.Scan(&h.SHA, &arrived, &h.PushedBy)
		h.ArrivedAt = moment(arrived)
		return h, err
	}
	all, err := lookUp(ctx, s, scan, `
		SELECT sha, arrived_at, pushed_by FROM heads WHERE repository = $1 AND number = $2 ORDER BY arrived_at, sha`,
		repository, number)
	if err != nil {
		return nil, fmt.Errorf("list heads of %s#%d: %w", repository, number, err)
	}
	return all, nil
}

const headOfSQL = `
	SELECT number, FALSE FROM pulls WHERE repository = $1 AND head_sha = $2 AND state = 'open'
	UNION ALL
	SELECT number, TRUE FROM heads WHERE repository = $1 AND sha = $2 AND NOT EXISTS
	  (SELECT 1 FROM heads AS later WHERE later.repository = heads.repository AND later.number = heads.number
	   AND (later.arrived_at > heads.arrived_at OR (later.arrived_at = heads.arrived_at AND later.sha > heads.sha)))`

// HeadOf lists the pull requests whose head a commit is, by number: the open ones that were judged on it, and those of
// which it is the latest head that was told, whether they were looked at since or not.
func (s *Store) HeadOf(ctx context.Context, repository, sha string) (judged, told []int, err error) {
	type one struct {
		number int
		told   bool
	}
	all, err := lookUp(ctx, s, func(r row) (o one, err error) { return o, r.Scan(&o.number, &o.told) }, headOfSQL, repository, sha)
	if err != nil {
		return nil, nil, fmt.Errorf("list pulls of %s with head %s: %w", repository, sha, err)
	}
	for _, o := range all {
		if o.told {
			told = append(told, o.number)
		} else {
			judged = append(judged, o.number)
		}
	}
	slices.Sort(judged)
	slices.Sort(told)
	return judged, told, nil
}
