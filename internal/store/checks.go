package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Check is a check run that we have published, or are about to.
type Check struct {
	Repository string
	SHA        string
	Name       string
	RunID      int64     // GitHub's id; 0 when none is known
	Digest     string    // of the content last written; empty when it must be written again
	Intended   bool      // writing was begun, and its outcome is not known: it must be written again
	Generation int64     // counts the times it was forgotten; hand it back to SaveCheck as it was read
	UpdatedAt  time.Time // when writing was last begun, or ended
}

const checkColumns = "repository, sha, name, check_run_id, digest, intended, generation, updated_at"

func scanCheck(r row) (Check, error) {
	var c Check
	var updated int64
	err := r.Scan(&c.Repository, &c.SHA, &c.Name, &c.RunID, &c.Digest, &c.Intended, &c.Generation, &updated)
	c.UpdatedAt = moment(updated)
	return c, err
}

// Checks lists what we have published on a commit, by name.
func (s *Store) Checks(ctx context.Context, repository, sha string) ([]Check, error) {
	all, err := list(ctx, s.read, scanCheck, "SELECT "+checkColumns+" FROM checks WHERE repository = $1 AND sha = $2 ORDER BY name", repository, sha)
	if err != nil {
		return nil, fmt.Errorf("list checks of %s at %s: %w", repository, sha, err)
	}
	return all, nil
}

// IntendCheck notes that a check run is about to be written, and returns what was kept of it before. Until
// SaveCheck says how it ended, the check is Intended: GitHub may have done what it was asked, or created a
// run that we do not know.
func (s *Store) IntendCheck(ctx context.Context, repository, sha, name string) (Check, error) {
	var check Check
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var known bool
		var err error
		check, known, err = first(ctx, tx, scanCheck, "SELECT "+checkColumns+" FROM checks WHERE repository = $1 AND sha = $2 AND name = $3", repository, sha, name)
		if err != nil {
			return err
		}
		now := millis(s.now())
		if !known {
			check = Check{Repository: repository, SHA: sha, Name: name, UpdatedAt: moment(now)}
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO checks (repository, sha, name, check_run_id, digest, intended, generation, updated_at) VALUES ($1, $2, $3, 0, '', TRUE, 0, $4)
			ON CONFLICT (repository, sha, name) DO UPDATE SET intended = TRUE, updated_at = excluded.updated_at`, repository, sha, name, now)
		return err
	})
	if err != nil {
		return Check{}, fmt.Errorf("intend check %s of %s at %s: %w", name, repository, sha, err)
	}
	return check, nil
}

// SaveCheck keeps what was published; the check is not Intended any more. If the check was forgotten since it was read (Generation), its digest
// stays empty, so that it is written once more.
func (s *Store) SaveCheck(ctx context.Context, c Check) error {
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO checks (repository, sha, name, check_run_id, digest, generation, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (repository, sha, name) DO UPDATE SET
			  check_run_id = excluded.check_run_id, updated_at = excluded.updated_at, intended = FALSE,
			  digest = CASE WHEN excluded.generation = checks.generation THEN excluded.digest ELSE '' END`,
			c.Repository, c.SHA, c.Name, c.RunID, c.Digest, c.Generation, s.orNow(c.UpdatedAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("save check %s of %s at %s: %w", c.Name, c.Repository, c.SHA, err)
	}
	return nil
}

// SaveWritten keeps what was written to GitHub under a claim, as SaveCheck does, and reports whether the claim is
// still ours. If it is not, it does as DoubtCheck.
func (s *Store) SaveWritten(ctx context.Context, c Claim, k Check, again Job) (bool, error) {
	return s.noteWritten(ctx, c, k, again, func(tx *sql.Tx) error {
		// One that was forgotten, or is in doubt, since it was read must be written again.
		_, err := tx.ExecContext(ctx, `
			UPDATE checks SET check_run_id = $4, digest = $5, updated_at = $7, intended = (generation <> $6)
			WHERE repository = $1 AND sha = $2 AND name = $3`,
			k.Repository, k.SHA, k.Name, k.RunID, k.Digest, k.Generation, s.orNow(k.UpdatedAt))
		return err
	})
}

// DoubtCheck is for a check whose writing under a claim has failed, and reports whether the claim is still ours;
// then nothing changes. If it is not, somebody else may have written meanwhile, before us or after: the check is
// Intended again, whatever they note of it, and again is raised, to write it once more.
func (s *Store) DoubtCheck(ctx context.Context, c Claim, k Check, again Job) (bool, error) {
	return s.noteWritten(ctx, c, k, again, func(*sql.Tx) error { return nil })
}

func (s *Store) noteWritten(ctx context.Context, c Claim, k Check, again Job, note func(*sql.Tx) error) (bool, error) {
	var ours bool
	err := s.change(ctx, func(tx *sql.Tx) error {
		var err error
		if ours, err = holds(ctx, tx, c); err != nil {
			return err
		}
		if ours {
			return note(tx)
		}
		_, err = tx.ExecContext(ctx, "UPDATE checks SET intended = TRUE, generation = generation + 1 WHERE repository = $1 AND sha = $2 AND name = $3", k.Repository, k.SHA, k.Name)
		if err != nil {
			return err
		}
		_, err = s.raise(ctx, tx, []Job{again})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note writing of check %s of %s at %s: %w", k.Name, k.Repository, k.SHA, err)
	}
	if !ours {
		s.signal()
	}
	return ours, nil
}

func forgetCheck(ctx context.Context, tx *sql.Tx, f ForgetCheck) error {
	_, err := tx.ExecContext(ctx, "UPDATE checks SET digest = '', generation = generation + 1 WHERE repository = $1 AND sha = $2", f.Repository, f.SHA)
	if err != nil {
		return fmt.Errorf("forget checks of %s at %s: %w", f.Repository, f.SHA, err)
	}
	return nil
}
