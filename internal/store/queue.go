package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Hold keeps all work of an installation, present and future, from being claimed until then: GitHub has
// said when it will answer again. Claims that are running go on. A longer hold is never shortened.
func (s *Store) Hold(ctx context.Context, installation int64, until time.Time) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO holds (installation, until) VALUES ($1, $2)
			ON CONFLICT (installation) DO UPDATE SET until = excluded.until WHERE excluded.until > holds.until`,
			installation, millis(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("hold installation %d: %w", installation, err)
	}
	return nil
}

// nextSQL is the first due of each installation and priority, of what is running, and of the rechecks.
const nextSQL = classesSQL + `
SELECT MIN(CASE WHEN COALESCE(holds.until, 0) > due THEN holds.until ELSE due END) FROM (
  SELECT head.installation, head.due_at AS due FROM classes JOIN work AS head ON head.key =
    (SELECT w.key FROM work AS w WHERE w.want > w.done AND NOT w.failed AND w.installation = classes.installation AND w.priority = classes.priority
       AND w.lease_owner = '' ORDER BY w.due_at, w.key LIMIT 1)
  UNION ALL
  SELECT installation, CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END FROM work WHERE lease_owner <> ''
  UNION ALL
  SELECT * FROM (SELECT 0, recheck_at FROM work WHERE recheck_at > 0 AND lease_owner = '' ORDER BY recheck_at LIMIT 1) AS recheck
) AS waiting LEFT JOIN holds ON holds.installation = waiting.installation`

// NextDue returns the earliest time at which something can be claimed, which may lie in the past, and
// false when nothing is waiting. Running work counts with the end of its lease, and a recheck as if its
// installation were not held: Claim makes it wait for that.
func (s *Store) NextDue(ctx context.Context) (time.Time, bool, error) {
	scan := func(r row) (due sql.NullInt64, err error) { return due, r.Scan(&due) }
	due, _, err := lookUpOne(ctx, s, scan, nextSQL)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("next due work: %w", err)
	}
	return moment(due.Int64), due.Valid, nil
}

// The states of a QueueRow.
const (
	Waiting = "waiting"
	Running = "running"
	Retry   = "retry"  // it has failed and will be tried again
	Failed  = "failed" // it has failed and waits to be raised again
)

// QueueRow is one key that is not done, for operators.
type QueueRow struct {
	Key          string
	Kind         string
	Installation int64
	Repository   string
	State        string
	Priority     int
	Attempts     int
	Due          time.Time // the end of the installation's hold, if that is later
	HeldUntil    time.Time // until when GitHub has asked the installation to wait; zero when it need not
	LastError    string
	Trouble      string // what people are told
}

const stateSQL = `CASE WHEN failed THEN 'failed' WHEN lease_owner <> '' AND lease_until > $1 THEN 'running'
	     WHEN last_error <> '' THEN 'retry' ELSE 'waiting' END`

const queueColumns = `
	key, kind, work.installation, repository,
	` + stateSQL + ` AS state,
	priority, attempts,
	CASE WHEN COALESCE(holds.until, 0) > due_at THEN holds.until ELSE due_at END AS due,
	CASE WHEN COALESCE(holds.until, 0) > $1 THEN holds.until ELSE 0 END,
	last_error, trouble
	FROM work LEFT JOIN holds ON holds.installation = work.installation`

func scanQueueRow(r row) (QueueRow, error) {
	var q QueueRow
	var due, held int64
	err := r.Scan(&q.Key, &q.Kind, &q.Installation, &q.Repository, &q.State, &q.Priority, &q.Attempts, &due, &held, &q.LastError, &q.Trouble)
	q.Due, q.HeldUntil = moment(due), moment(held)
	return q, err
}

// Outstanding returns how a key stands that was raised and is not done, and false when nothing is to be done.
func (s *Store) Outstanding(ctx context.Context, key string) (QueueRow, bool, error) {
	q, found, err := lookUpOne(ctx, s, scanQueueRow, "SELECT "+queueColumns+" WHERE key = $2 AND want > done", millis(s.now()), key)
	if err != nil {
		return QueueRow{}, false, fmt.Errorf("look up %s: %w", key, err)
	}
	return q, found, nil
}

// Queue lists up to limit keys that are not done: failed ones first, then in the order of priority and age.
func (s *Store) Queue(ctx context.Context, limit int) ([]QueueRow, error) {
	all, err := list(ctx, s.read, scanQueueRow, "SELECT "+queueColumns+`
		WHERE want > done ORDER BY failed DESC, priority, due_at, key LIMIT CAST($2 AS BIGINT)`, millis(s.now()), max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list queue: %w", err)
	}
	return all, nil
}

// QueueCount is how many keys of a repository are not done; Repository is empty for those of an installation as
// a whole.
type QueueCount struct {
	Installation                    int64
	Repository                      string
	Waiting, Running, Retry, Failed int
}

// QueueCounts counts what is not done, by installation and repository.
func (s *Store) QueueCounts(ctx context.Context) ([]QueueCount, error) {
	scan := func(r row) (c QueueCount, err error) {
		return c, r.Scan(&c.Installation, &c.Repository, &c.Waiting, &c.Running, &c.Retry, &c.Failed)
	}
	all, err := list(ctx, s.read, scan, `
		SELECT installation, repository, COUNT(CASE WHEN state = 'waiting' THEN 1 END), COUNT(CASE WHEN state = 'running' THEN 1 END),
		  COUNT(CASE WHEN state = 'retry' THEN 1 END), COUNT(CASE WHEN state = 'failed' THEN 1 END)
		FROM (SELECT installation, repository, `+stateSQL+` AS state FROM work WHERE want > done) AS outstanding
		GROUP BY installation, repository ORDER BY installation, repository`, millis(s.now()))
	if err != nil {
		return nil, fmt.Errorf("count queue: %w", err)
	}
	return all, nil
}

const againSQL = "UPDATE work SET want = want + 1, since = CASE WHEN want > done AND since > 0 THEN since ELSE $1 END, attempts = 0, failed = FALSE, due_at = $1 WHERE "

// RaiseAgain raises a key as it was last raised, to be done at once, and tells whether it is known. A hold of
// its installation stands.
func (s *Store) RaiseAgain(ctx context.Context, key string) (known bool, err error) {
	n, err := s.again(ctx, againSQL+"key = $2", millis(s.now()), key)
	if err != nil {
		return false, fmt.Errorf("raise %s again: %w", key, err)
	}
	return n > 0, nil
}

// RaiseFailed raises everything again that has failed and waits for that, and tells how much it was.
func (s *Store) RaiseFailed(ctx context.Context) (int, error) {
	n, err := s.again(ctx, againSQL+"want > done AND failed", millis(s.now()))
	if err != nil {
		return 0, fmt.Errorf("raise what failed: %w", err)
	}
	return int(n), nil
}

func (s *Store) again(ctx context.Context, statement string, args ...any) (n int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (err error) {
		n, err = affected(ctx, tx, statement, args...)
		return err
	})
	if err == nil && n > 0 {
		s.signal()
	}
	return n, err
}
