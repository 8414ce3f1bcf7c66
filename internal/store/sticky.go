package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Sticky is the one comment of ours on a pull request.
type Sticky struct {
	Repository string
	Number     int
	CommentID  int64     // GitHub's; 0 when none is known to stand
	Digest     string    // of the content last written; empty when it must be written again
	IntendedAt time.Time // since when nobody knows how a writing ended; zero when that is known
	Refused    string    // why GitHub did not take the content; empty when it did
	UpdatedAt  time.Time
}

// Share is how many comments an installation may write.
type Share struct {
	Minute, Hour int
}

const stickyColumns = "repository, number, comment_id, digest, intended_at, refused, updated_at"

func scanSticky(r row) (Sticky, error) {
	var c Sticky
	var intended, updated int64
	err := r.Scan(&c.Repository, &c.Number, &c.CommentID, &c.Digest, &intended, &c.Refused, &updated)
	c.IntendedAt, c.UpdatedAt = moment(intended), moment(updated)
	return c, err
}

// Sticky returns what is known of our comment on a pull request, and whether anything is; if not, it names
// the pull request all the same.
func (s *Store) Sticky(ctx context.Context, repository string, number int) (Sticky, bool, error) {
	c, found, err := lookUpOne(ctx, s, scanSticky, "SELECT "+stickyColumns+" FROM sticky WHERE repository = $1 AND number = $2", repository, number)
	if err != nil {
		return Sticky{}, false, fmt.Errorf("read comment of %s#%d: %w", repository, number, err)
	}
	if !found {
		c.Repository, c.Number = repository, number
	}
	return c, found, nil
}

// NoteSticky notes that a comment may stand of which this store knows nothing, as after the loss of a
// database. What is known already stays.
func (s *Store) NoteSticky(ctx context.Context, repository string, number int) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		now := millis(s.now())
		_, err := tx.ExecContext(ctx, "INSERT INTO sticky ("+stickyColumns+`) VALUES ($1, $2, 0, '', 1, '', $3)
			ON CONFLICT (repository, number) DO NOTHING`, repository, number, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("note comment of %s#%d: %w", repository, number, err)
	}
	return nil
}

// IntendSticky notes that the comment of a pull request is about to be written, and counts that against
// the share of the claim's installation. Until SaveSticky says how it ended, GitHub may have done what it
// was asked. Nothing is noted if the share is used up, until notBefore; nor if the claim is no longer ours
// or was is no longer what is known: of two workers, one may write.
func (s *Store) IntendSticky(ctx context.Context, c Claim, was Sticky, share Share) (noted bool, notBefore time.Time, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		noted, notBefore = false, time.Time{}
		if err := s.lock(ctx, tx, lockShare); err != nil {
			return err
		}
		ours, err := holds(ctx, tx, c)
		if err != nil || !ours {
			return err
		}
		now, _, err := first(ctx, tx, scanSticky, "SELECT "+stickyColumns+" FROM sticky WHERE repository = $1 AND number = $2", was.Repository, was.Number)
		if err != nil || now.CommentID != was.CommentID || !now.IntendedAt.Equal(was.IntendedAt) {
			return err
		}
		at := s.now()
		if notBefore, err = shareFrom(ctx, tx, c.Installation, share, at); err != nil || !notBefore.IsZero() {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO sticky_writes (installation, at) VALUES ($1, $2)", c.Installation, millis(at)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO sticky ("+stickyColumns+`) VALUES ($1, $2, 0, '', $3, '', $3)
			ON CONFLICT (repository, number) DO UPDATE SET intended_at = excluded.intended_at`, was.Repository, was.Number, millis(at))
		noted = err == nil
		return err
	})
	if err != nil {
		return false, time.Time{}, fmt.Errorf("intend comment of %s#%d: %w", was.Repository, was.Number, err)
	}
	return noted, notBefore, nil
}

// shareFrom is when the installation may write again; zero if it may now. What is older than an hour is
// forgotten.
func shareFrom(ctx context.Context, tx *sql.Tx, installation int64, share Share, now time.Time) (time.Time, error) {
	if _, err := tx.ExecContext(ctx, "DELETE FROM sticky_writes WHERE installation = $1 AND at <= $2", installation, millis(now.Add(-time.Hour))); err != nil {
		return time.Time{}, err
	}
	var from time.Time
	for _, limit := range []struct {
		most   int
		within time.Duration
	}{{share.Minute, time.Minute}, {share.Hour, time.Hour}} {
		// The oldest of the last so many writes: when it is old enough there is room for one more.
		at, full, err := first(ctx, tx, scanInt, "SELECT at FROM sticky_writes WHERE installation = $1 ORDER BY at DESC LIMIT 1 OFFSET $2", installation, limit.most-1)
		if err != nil {
			return time.Time{}, err
		}
		if free := moment(at).Add(limit.within); full && free.After(now) && free.After(from) {
			from = free
		}
	}
	return from, nil
}

// SaveSticky keeps how a writing ended, and reports whether the claim is still ours. If it is not, somebody
// else may have written meanwhile, and nobody knows who was last: then it must be written again.
func (s *Store) SaveSticky(ctx context.Context, c Claim, k Sticky) (bool, error) {
	var ours bool
	err := s.change(ctx, func(tx *sql.Tx) error {
		var err error
		if ours, err = holds(ctx, tx, c); err != nil {
			return err
		}
		if !ours {
			_, err := tx.ExecContext(ctx, `
				UPDATE sticky SET digest = '', comment_id = CASE WHEN comment_id = 0 THEN $3 ELSE comment_id END
				WHERE repository = $1 AND number = $2`, k.Repository, k.Number, k.CommentID)
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO sticky ("+stickyColumns+`) VALUES ($1, $2, $3, $4, 0, $5, $6)
			ON CONFLICT (repository, number) DO UPDATE SET
			  comment_id = excluded.comment_id, digest = excluded.digest, intended_at = 0,
			  refused = excluded.refused, updated_at = excluded.updated_at`,
			k.Repository, k.Number, k.CommentID, k.Digest, k.Refused, millis(s.now()))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("save comment of %s#%d: %w", k.Repository, k.Number, err)
	}
	return ours, nil
}

// holds reports whether a claim is still ours.
func holds(ctx context.Context, tx *sql.Tx, c Claim) (bool, error) {
	_, ours, err := first(ctx, tx, scanInt, "SELECT want FROM work WHERE key = $1 AND lease_owner = $2 AND fence = $3", c.Key, c.Owner, c.Fence)
	return ours, err
}
