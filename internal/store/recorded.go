package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"strings"
	"time"
)

// OpenToRead opens a database that is there, only to look into it. It changes nothing: it makes no file and no
// table, and does not bring tables up to date, so that it can look into the database of a service that is
// running, and of one of another version. Only [Store.Runs], [Store.Queue], [Store.QueueCounts], [Store.Backup]
// and [Store.Close] may be used and, after [Store.HasAudit], what reads the audit log.
func OpenToRead(ctx context.Context, name string) (*Store, error) {
	s := &Store{now: time.Now}
	return s.opened(func() error {
		if isPostgres(name) {
			return s.openPostgres(ctx, name)
		}
		return s.lookIntoSQLite(ctx, name)
	})
}

// OpenBeside opens the database of a service that may be running, to raise work there again. Like OpenToRead it
// makes no table and brings none up to date. [Store.RaiseAgain] and [Store.RaiseFailed] may be used besides.
func OpenBeside(ctx context.Context, name string, now func() time.Time) (*Store, error) {
	s := &Store{now: now}
	return s.opened(func() error {
		if isPostgres(name) {
			return s.openPostgres(ctx, name)
		}
		if err := s.lookIntoSQLite(ctx, name); err != nil { // or it would be created
			return err
		}
		if err := s.read.Close(); err != nil {
			return err
		}
		return s.openSQLite(ctx, name)
	})
}

func (s *Store) opened(open func() error) (*Store, error) {
	if err := open(); err != nil {
		return nil, fmt.Errorf("open store: %w", errors.Join(err, s.Close()))
	}
	return s, nil
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

func (s *Store) lookIntoSQLite(ctx context.Context, name string) error {
	file, query, err := sqliteFile(name)
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return unusable("there is no file %s", file)
	}
	query.Set("mode", "rw") // not "rwc": nothing is created. "ro" could not read what a running service wrote last
	query.Set("_busy_timeout", "10000")
	query.Set("_query_only", "on")
	if s.read, err = sql.Open("sqlite", sqliteURL(file, query)); err != nil {
		return err
	}
	var tables int
	if err := s.read.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'runs'").Scan(&tables); err != nil {
		return sqliteFault(file, err)
	}
	if tables == 0 {
		return unusable("%s is not a database of Bylaw: it has no runs", file)
	}
	return nil
}

// Period is a span of time, half open. A zero time is without an end on that side.
type Period struct {
	Since, Until time.Time
}

// Runs yields the last run of each head of each pull request in a period, the oldest first, without
// reports. They are read one by one while the loop goes on. An empty repository is all of them.
func (s *Store) Runs(ctx context.Context, repository string, in Period) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		since, until := millis(in.Since), int64(math.MaxInt64)
		if !in.Until.IsZero() {
			until = millis(in.Until)
		}
		rows, err := s.read.QueryContext(ctx, `
			SELECT id, repository, number, head_sha, taken_at, accepted, conclusion, digest, snapshot, verdicts
			FROM runs WHERE taken_at >= $1 AND taken_at < $2
			  AND ($3 = '' OR lower(repository) = lower($3))
			  AND NOT EXISTS (SELECT 1 FROM runs AS later
			    WHERE later.repository = runs.repository AND later.number = runs.number AND later.head_sha = runs.head_sha
			      AND later.taken_at < $2 AND (later.taken_at > runs.taken_at OR later.taken_at = runs.taken_at AND later.id > runs.id))
			ORDER BY taken_at, id`, since, until, repository)
		if err != nil {
			yield(Run{}, fmt.Errorf("list runs: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var run Run
			m := &run.RunMeta
			var taken int64
			err := rows.Scan(&m.ID, &m.Repository, &m.Number, &m.HeadSHA, &taken, &m.Accepted, &m.Conclusion, &m.Digest, &run.Snapshot, &run.Verdicts)
			m.TakenAt = moment(taken)
			if err != nil {
				err = fmt.Errorf("list runs: %w", err)
			}
			if !yield(run, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Run{}, fmt.Errorf("list runs: %w", err))
		}
	}
}

// HasAudit looks whether the tables are those of this version, as far as the audit log is concerned. The error is
// a sentence for the operator.
func (s *Store) HasAudit(ctx context.Context) error {
	_, err := list(ctx, s.read, scanInt, "SELECT seq FROM audit_private WHERE seq < 0 UNION SELECT threshold FROM repositories WHERE threshold < 0")
	if err != nil {
		return fmt.Errorf("the database cannot be read, or an older version of bylaw has written it (`bylaw serve` brings it up to date): %w", err)
	}
	return nil
}
