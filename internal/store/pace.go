package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	paceSpan  = 10 * time.Second
	paceSpans = 7 // which surely hold the last minute
)

// pace counts that an installation is about to write so many check runs, of which all processes together may
// write most in a minute. If they would be more nothing is counted, and notBefore says when there may be room;
// it is zero if they may be written now. Those that are more than most alone may be written after a quiet minute.
func (s *Store) pace(ctx context.Context, tx *sql.Tx, installation int64, writes, most int) (notBefore time.Time, err error) {
	if most == 0 {
		return time.Time{}, nil
	}
	if err := s.lock(ctx, tx, -installation); err != nil { // the other locks are positive
		return time.Time{}, err
	}
	now := millis(s.now()) / paceSpan.Milliseconds()
	type span struct{ at, writes int64 }
	scan := func(r row) (v span, err error) { return v, r.Scan(&v.at, &v.writes) }
	spans, err := list(ctx, tx, scan, "SELECT span, writes FROM check_writes WHERE installation = $1 AND span > $2 ORDER BY span", installation, now-paceSpans)
	if err != nil {
		return time.Time{}, err
	}
	sum := int64(writes)
	for _, v := range spans {
		sum += v.writes
	}
	for _, v := range spans { // the oldest go first
		if sum <= int64(most) {
			break
		}
		sum -= v.writes
		notBefore = moment((v.at + paceSpans) * paceSpan.Milliseconds())
	}
	if !notBefore.IsZero() {
		return notBefore, nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO check_writes (installation, span, writes) VALUES ($1, $2, $3)
			ON CONFLICT (installation, span) DO UPDATE SET writes = check_writes.writes + excluded.writes`, installation, now, writes)
	if err == nil && (len(spans) == 0 || spans[len(spans)-1].at < now) { // once for each span is enough
		_, err = tx.ExecContext(ctx, "DELETE FROM check_writes WHERE installation = $1 AND span <= $2", installation, now-paceSpans)
	}
	return time.Time{}, err
}
