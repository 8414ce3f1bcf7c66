package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
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
	Disowned   int64     // GitHub's id of a run that is not ours to change, nor is any before it; see DisownChecks
	Generation int64     // counts the times it was forgotten; hand it back to NoteWritten as it was read
	UpdatedAt  time.Time // when writing was last begun, or ended
}

const checkColumns = "repository, sha, name, check_run_id, digest, intended, generation, updated_at, disowned"

func scanCheck(r row) (Check, error) {
	var c Check
	var updated int64
	err := r.Scan(&c.Repository, &c.SHA, &c.Name, &c.RunID, &c.Digest, &c.Intended, &c.Generation, &updated, &c.Disowned)
	c.UpdatedAt = moment(updated)
	return c, err
}

// Checks lists what we have published on a commit, by name.
func (s *Store) Checks(ctx context.Context, repository, sha string) ([]Check, error) {
	all, err := lookUp(ctx, s, scanCheck, checksSQL, repository, sha)
	if err != nil {
		return nil, fmt.Errorf("list checks of %s at %s: %w", repository, sha, err)
	}
	return all, nil
}

const checksSQL = "SELECT " + checkColumns + " FROM checks WHERE repository = $1 AND sha = $2 ORDER BY name"

// Intention is to write check runs on a commit.
type Intention struct {
	Repository   string
	SHA          string
	Names        []string // each once
	Installation int64
	Most         int // how many check runs all processes together write for the installation in a minute; 0 is no limit
}

// Intend notes that check runs are about to be written, and returns what is kept of each, in the order of their
// names. Until NoteWritten says how it ended they are Intended: GitHub may have done what it was asked, or
// created a run that we do not know. If the installation has no room for all of them nothing is noted, and notBefore
// says when there may be; otherwise it is zero. Nothing is noted either, and before is nil, if the claim is not ours
// any more.
func (s *Store) Intend(ctx context.Context, c Claim, in Intention) (before []Check, notBefore time.Time, err error) {
	var kept struct { // is not read if share fails
		before    []Check
		notBefore time.Time
	}
	err = s.share(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		kept.before, kept.notBefore, err = s.intend(ctx, tx, c, in)
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("intend checks of %s at %s: %w", in.Repository, in.SHA, err)
	}
	return kept.before, kept.notBefore, nil
}

func (s *Store) intend(ctx context.Context, tx *sql.Tx, c Claim, in Intention) (before []Check, notBefore time.Time, err error) {
	if ours, err := holds(ctx, tx, c); err != nil || !ours {
		return nil, time.Time{}, err
	}
	if notBefore, err = s.pace(ctx, tx, in.Installation, len(in.Names), in.Most); err != nil || !notBefore.IsZero() {
		return nil, notBefore, err
	}
	now := millis(s.now())
	for some := range slices.Chunk(in.Names, mostInserted) {
		var rows [][]any
		for _, name := range some {
			rows = append(rows, []any{in.Repository, in.SHA, name, 0, "", true, 0, now})
		}
		values, args := tuples(rows)
		noted, err := list(ctx, tx, scanCheck, "INSERT INTO checks (repository, sha, name, check_run_id, digest, intended, generation, updated_at) VALUES "+values+`
			ON CONFLICT (repository, sha, name) DO UPDATE SET intended = TRUE, updated_at = excluded.updated_at RETURNING `+checkColumns, args...)
		if err != nil {
			return nil, time.Time{}, err
		}
		for _, name := range some { // they come in any order
			before = append(before, noted[slices.IndexFunc(noted, func(k Check) bool { return k.Name == name })])
		}
	}
	return before, time.Time{}, nil
}

// Outcome is how the writing of check runs ended.
type Outcome struct {
	Written  []Check // as they stand on GitHub now
	Doubtful []Check // whose writing has failed: they stay Intended
	Again    Job     // writes them all once more
}

// NoteWritten keeps what was written to GitHub under a claim, and reports whether the claim is still ours. If it is
// not, somebody else may have written meanwhile, before us or after: all are Intended again, whatever they note, and
// Again is raised.
func (s *Store) NoteWritten(ctx context.Context, c Claim, o Outcome) (bool, error) {
	var ours bool
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if ours, err = holds(ctx, tx, c); err != nil {
			return err
		}
		return s.noteWritten(ctx, tx, o, ours)
	})
	if err != nil {
		return false, fmt.Errorf("note written checks: %w", err)
	}
	if !ours {
		s.signal()
	}
	return ours, nil
}

func (s *Store) noteWritten(ctx context.Context, tx *sql.Tx, o Outcome, ours bool) error {
	if !ours {
		return s.doubt(ctx, tx, o)
	}
	for _, k := range o.Written { // one that was forgotten, or is in doubt, since it was read must be written again
		_, err := tx.ExecContext(ctx, `
			UPDATE checks SET check_run_id = $4, digest = $5, updated_at = $7, intended = (generation <> $6)
			WHERE repository = $1 AND sha = $2 AND name = $3`,
			k.Repository, k.SHA, k.Name, k.RunID, k.Digest, k.Generation, millis(s.now()))
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) doubt(ctx context.Context, tx *sql.Tx, o Outcome) error {
	for _, k := range slices.Concat(o.Written, o.Doubtful) {
		_, err := tx.ExecContext(ctx, "UPDATE checks SET intended = TRUE, generation = generation + 1 WHERE repository = $1 AND sha = $2 AND name = $3", k.Repository, k.SHA, k.Name)
		if err != nil {
			return err
		}
	}
	_, err := s.raise(ctx, tx, []Job{o.Again})
	return err
}

// DisownChecks notes that GitHub shows check runs of ours on a commit that are not those that are kept, as after the
// loss of a database or with an older backup. They are left as they are and not changed any more: they may name
// entries of an audit log that is not known here. Whoever publishes next writes new ones beside them. What somebody
// began or ended to write since before stays as it is kept: what GitHub showed may be older. It returns the names of the
// others. shown are the runs by name; whoever looks for what a process that was killed may have written looks beyond these.
func (s *Store) DisownChecks(ctx context.Context, repository, sha string, shown map[string]int64, before time.Time) ([]string, error) {
	var disowned []string
	err := s.change(ctx, func(tx *sql.Tx) error {
		disowned = nil
		for _, name := range slices.Sorted(maps.Keys(shown)) {
			n, err := affected(ctx, tx, `
				INSERT INTO checks (repository, sha, name, check_run_id, digest, generation, updated_at, disowned) VALUES ($1, $2, $3, 0, '', 0, $4, $6)
				ON CONFLICT (repository, sha, name) DO UPDATE SET check_run_id = 0, digest = '', updated_at = excluded.updated_at,
				  disowned = CASE WHEN excluded.disowned > checks.disowned THEN excluded.disowned ELSE checks.disowned END
				WHERE checks.updated_at < $5 AND NOT checks.intended`, repository, sha, name, millis(s.now()), millis(before), shown[name])
			if err != nil {
				return err
			}
			if n > 0 {
				disowned = append(disowned, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("disown checks of %s at %s: %w", repository, sha, err)
	}
	return disowned, nil
}

func forgetCheck(ctx context.Context, tx *sql.Tx, f ForgetCheck) error {
	_, err := tx.ExecContext(ctx, "UPDATE checks SET digest = '', generation = generation + 1 WHERE repository = $1 AND sha = $2", f.Repository, f.SHA)
	if err != nil {
		return fmt.Errorf("forget checks of %s at %s: %w", f.Repository, f.SHA, err)
	}
	return nil
}
