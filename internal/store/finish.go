package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Finished is what a run leaves behind; every part may be missing.
type Finished struct {
	RecheckAt time.Time    // when time alone may change the result; zero is never
	Pull      *Pull        // the pull request as the run saw it
	Run       *Run         // with Pull, it becomes the latest run of that pull request
	Wrote     *Outcome     // how the writing of check runs ended; NoteWritten need not be called then
	Audit     []AuditEntry // appended in this order. A run that names no entry names the first
	// FollowUps are raised even if a newer run is to come. That one may not raise them: it sees another head,
	// and nobody else would come back to the one before. Jobs are merged, so raising them twice costs little.
	FollowUps []Job
	// Next is the key of one of FollowUps that the owner of the claim goes on with, for Lease from now, if it is due
	// and nobody is at it: nobody has to find it first. "" is none.
	Next  string
	Lease time.Duration
}

// Finish ends a claim and keeps what its run produced, all in one transaction. If the claim is no longer
// ours, nothing is written, but f.Wrote is in doubt as NoteWritten has it, and Standing.Ours is false. A lease that ran
// out is still ours as long as nobody has taken the key.
func (s *Store) Finish(ctx context.Context, c Claim, f Finished) (Standing, error) {
	var standing Standing
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		standing = Standing{}
		want, ours, err := first(ctx, tx, scanInt, `
			UPDATE work SET done = $4, recheck_at = $5, claimed = 0, lease_owner = '', lease_until = 0, attempts = 0, last_error = '', trouble = ''
			WHERE key = $1 AND lease_owner = $2 AND fence = $3 RETURNING want`,
			c.Key, c.Owner, c.Fence, c.Want, millis(f.RecheckAt))
		if err == nil && f.Wrote != nil {
			err = s.noteWritten(ctx, tx, *f.Wrote, ours)
		}
		if err != nil || !ours {
			return err
		}
		standing = Standing{Ours: true, Newer: want > c.Want}
		if f.Pull != nil {
			latest := ""
			if f.Run != nil {
				latest = f.Run.ID
			}
			if err := s.savePull(ctx, tx, *f.Pull, latest); err != nil {
				return err
			}
		}
		if _, err = s.raise(ctx, tx, f.FollowUps); err != nil {
			return err
		}
		if f.Next != "" {
			next, free, err := s.claimOne(ctx, tx, f.Next, c.Owner, f.Lease)
			if err != nil {
				return err
			}
			if free {
				standing.Next = &next
			}
		}
		// At the end: until the commit nobody else appends to the log of the repository.
		run, err := s.appendAll(ctx, tx, f)
		if err != nil || run == nil {
			return err
		}
		return saveRun(ctx, tx, *run)
	})
	if err != nil {
		return Standing{}, fmt.Errorf("finish %s: %w", c.Key, err)
	}
	others := len(f.FollowUps)
	if standing.Next != nil {
		others--
	}
	if standing.Newer || standing.Ours && others > 0 || !standing.Ours && f.Wrote != nil {
		s.signal()
	}
	return standing, nil
}

// appendAll appends the entries, and returns the run with the place of its own.
func (s *Store) appendAll(ctx context.Context, tx *sql.Tx, f Finished) (*Run, error) {
	var run *Run
	if f.Run != nil {
		copied := *f.Run // a transaction that is broken off is run again
		run = &copied
	}
	for _, entry := range f.Audit {
		kept, err := s.append(ctx, tx, entry)
		if err != nil {
			return nil, err
		}
		if run != nil && run.AuditSeq == 0 {
			run.AuditSeq, run.AuditDigest = kept.Seq, kept.Digest
		}
	}
	return run, nil
}

// Failure is what a run without a result leaves behind.
type Failure struct {
	Reason    string    // for operators
	Trouble   string    // what people are told until the key is done; empty leaves what they were told before
	RetryAt   time.Time // when to try again; zero is now
	GiveUp    bool      // not to try again before the key is raised or a recheck is due
	RecheckAt time.Time // with GiveUp, when to try once more; zero leaves what was planned before
	Limited   bool      // it was not tried at all, because somebody asked to wait: it does not count as an attempt
	FollowUps []Job     // raised
}

// Fail ends a claim without a result and keeps the reason. The key is claimed again at f.RetryAt, or at once
// if it was raised meanwhile. With f.GiveUp it is kept as failed, unless it was raised meanwhile. It tells
// whether the claim was still ours; if not, nothing is written.
func (s *Store) Fail(ctx context.Context, c Claim, f Failure) (bool, error) {
	var ours bool
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		_, ours, err = first(ctx, tx, scanInt, `
			UPDATE work SET
			  due_at = CASE WHEN want > $4 THEN due_at ELSE $5 END,
			  failed = (want = $4 AND $6), last_error = $7, trouble = CASE WHEN $8 = '' THEN trouble ELSE $8 END,
			  recheck_at = CASE WHEN want = $4 AND $6 AND CAST($9 AS BIGINT) > 0 THEN CAST($9 AS BIGINT) ELSE recheck_at END,
			  attempts = CASE WHEN $10 AND attempts > 0 THEN attempts - 1 ELSE attempts END,
			  claimed = 0, lease_owner = '', lease_until = 0
			WHERE key = $1 AND lease_owner = $2 AND fence = $3 RETURNING want`,
			c.Key, c.Owner, c.Fence, c.Want, s.orNow(f.RetryAt), f.GiveUp, printable(f.Reason), printable(f.Trouble), millis(f.RecheckAt), f.Limited)
		if err != nil || !ours {
			return err
		}
		_, err = s.raise(ctx, tx, f.FollowUps)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("fail %s: %w", c.Key, err)
	}
	s.signal()
	return ours, nil
}

// Release gives back all claims of owner, to be claimed again at once: for an orderly end of the process. The
// claims do not count as attempts.
func (s *Store) Release(ctx context.Context, owner string) error {
	return s.release(ctx, "release claims of "+owner, ", attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END WHERE lease_owner = $1", owner)
}

// ClearLeases gives back the claims of everybody. Only a process that is alone with its database may do
// this, before its first Claim; it saves waiting for the leases of a process that was killed. The claims
// count as attempts: they may be what killed it.
func (s *Store) ClearLeases(ctx context.Context) error {
	return s.release(ctx, "clear leases", " WHERE lease_owner <> ''")
}

func (s *Store) release(ctx context.Context, what, rest string, args ...any) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE work SET claimed = 0, lease_owner = '', lease_until = 0"+rest, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	s.signal()
	return nil
}
