// Package store keeps what Bylaw must not forget: deliveries, the work they raise, finished runs, what was
// published, and the audit log. It is the only door to SQL and has two engines, an SQLite file and
// PostgreSQL, which run the same statements but where a comment says why not.
//
// The store knows nothing of GitHub, policies or snapshots: bodies are opaque bytes, keys are opaque
// strings, repositories are "owner/name" as the caller spells them. It must not call anybody, and it must
// not decide anything: it only makes each decision of its callers atomic and durable. When a method
// returns without an error, what it wrote survives a power cut.
//
// Reads answer (value, false, nil) when nothing is found; an error is always a database that cannot be
// read. Times are kept in milliseconds and come back in UTC; the zero time means "none". Processes that
// share a PostgreSQL must have clocks that differ by much less than a lease.
//
// Open brings the tables up to date, while processes of the version before go on working on them. A version
// cannot be started any more once a newer one was: to go back means to restore a backup.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	read     *sql.DB
	write    *sql.DB // the same as read on PostgreSQL; a single connection on SQLite
	postgres bool
	now      func() time.Time
	wake     chan struct{}
	sharing  sharing

	neighbours neighbours // on PostgreSQL
	doubts     []string
}

// Open opens the database that url names and brings its tables up to date: postgres:// and postgresql://
// are PostgreSQL 12 or newer, anything else is the path (or file: URL) of an SQLite file, which is created
// when missing, in a folder that exists. An SQLite file is for one process that works; others may look in,
// and writers wait for each other up to ten seconds. now is the clock of everything the store decides by time.
//
// An error is one sentence for the operator and holds no password.
func Open(ctx context.Context, url string, now func() time.Time) (*Store, error) {
	s := &Store{now: now, wake: make(chan struct{}, 1)}
	open := s.openSQLite
	if isPostgres(url) {
		open = s.openPostgres
	}
	if err := open(ctx, url); err != nil {
		return nil, fmt.Errorf("open store: %w", errors.Join(err, s.Close()))
	}
	if err := s.migrate(ctx); err != nil {
		return nil, fmt.Errorf("open store: %w", errors.Join(err, s.Close()))
	}
	if s.postgres {
		s.meet(ctx)
	}
	return s, nil
}

// Doubts returns what speaks against trusting the database with what GitHub will not send again, a sentence for
// the operator each; none when it survives a power cut. A database that is sure to lose commits is refused by Open.
func (s *Store) Doubts() []string { return s.doubts }

// Close lets go of the database. Claims that are still held run out with their leases.
func (s *Store) Close() error {
	s.sharing.rest()
	s.neighbours.part()
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Ping tells whether the database answers reads, and whether writes can begin.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.read.PingContext(ctx); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		var one int
		return tx.QueryRowContext(ctx, "SELECT 1").Scan(&one)
	})
	if err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	return nil
}

// Wake is signalled after something was committed that may have made work claimable: by this process, or on
// PostgreSQL by any process that shares the database, within some tens of milliseconds. One reader is enough:
// signals are merged, and a signal does not promise that anything is left to claim. News of other processes can
// be lost with a connection, a pooler may swallow them, and nothing tells of another process that writes to an
// SQLite file, so the reader should also call Claim about once a second, and at NextDue.
func (s *Store) Wake() <-chan struct{} { return s.wake }

// signal wakes this process and its neighbours.
func (s *Store) signal() {
	s.wakeUp()
	select {
	case s.neighbours.raised <- struct{}{}:
	default: // they are about to be told, or there are none
	}
}

func (s *Store) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default: // a signal is already waiting to be read
	}
}

// change runs do in one transaction, which is rolled back when do fails. PostgreSQL may break off one of
// two transactions that wait for each other; nothing of it was written then, so it is simply run again,
// and do must leave nothing behind outside the database but what a second run overwrites.
func (s *Store) change(ctx context.Context, do func(*sql.Tx) error) error {
	const tries = 5
	var err error
	for range tries {
		if err = s.changeOnce(ctx, do); !brokenOff(err) {
			return err
		}
	}
	return err
}

func (s *Store) changeOnce(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// brokenOff recognizes serialization_failure and deadlock_detected:
// https://www.postgresql.org/docs/15/errcodes-appendix.html
func brokenOff(err error) bool {
	var state interface{ SQLState() string }
	if !errors.As(err, &state) {
		return false
	}
	return state.SQLState() == "40001" || state.SQLState() == "40P01"
}
