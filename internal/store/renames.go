package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Identity is which repository of GitHub has a name now.
type Identity struct {
	ID           int64 // GitHub's number of it, which stays when it is renamed or transferred
	Name         string
	Installation int64 // that reaches it
}

// Move is what was kept under one name and is under another one now.
type Move struct {
	From, To     string
	Installation int64 // through which it was reached under the old name
	Aside        bool  // nobody knows yet how GitHub calls it now: another repository has its name
}

// Moving is what the store cannot know of a move.
type Moving struct {
	Key    func(key, from, to string) string // the key of a job, with the name to in the place of from
	Leave  string                            // the key of the claim in which it was noticed: that row stays as it is
	Entry  func(Move) (AuditEntry, error)    // what the audit log, if there is one, says of it
	Forget func(Move) []string               // prefixes of keys of cached facts
	Raise  func(Move) []Job
}

// Identify notes which repository has a name. What is kept of it under another name moves there, and what is kept of
// another repository under this name is set aside first, under a name that no repository can have: so no two are
// ever mixed, and the other one is found again by its number. One whose number is not known yet is taken for the one
// that has the name. All of it is one transaction, and the moves are returned; mostly there are none.
//
// Work moves along, to be done anew: claims of it are lost. The audit log stays as it is, under the name that it
// began with, and goes on.
func (s *Store) Identify(ctx context.Context, is Identity, m Moving) ([]Move, error) {
	if is.ID == 0 || is.Name == "" {
		return nil, fmt.Errorf("identify repository %q: it has no number or no name", is.Name)
	}
	rows, err := lookUp(ctx, s, scanIdentity, identitySQL, is.Name, is.ID)
	if err == nil && (len(rows) == 0 || len(rows) == 1 && rows[0] == is) {
		return nil, nil
	}
	var moves []Move
	if err == nil {
		err = s.change(ctx, func(tx *sql.Tx) (err error) {
			moves, err = s.identify(ctx, tx, is, m)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("identify repository %s: %w", is.Name, err)
	}
	if len(moves) > 0 {
		s.signal()
	}
	return moves, nil
}

const identitySQL = "SELECT github_id, name, installation FROM repositories WHERE name = $1 OR github_id = $2 ORDER BY name"

func scanIdentity(r row) (i Identity, err error) { return i, r.Scan(&i.ID, &i.Name, &i.Installation) }

// Called returns by which name a repository is kept that GitHub has given a number, and whether it is.
func (s *Store) Called(ctx context.Context, id int64) (name string, known bool, err error) {
	if id == 0 {
		return "", false, nil
	}
	i, known, err := lookUpOne(ctx, s, scanIdentity, "SELECT github_id, name, installation FROM repositories WHERE github_id = $1 ORDER BY checked_at DESC LIMIT 1", id)
	if err != nil {
		return "", false, fmt.Errorf("look up repository %d: %w", id, err)
	}
	return i.Name, known, nil
}

func (s *Store) identify(ctx context.Context, tx *sql.Tx, is Identity, m Moving) ([]Move, error) {
	if err := s.lock(ctx, tx, lockNames); err != nil {
		return nil, err
	}
	rows, err := list(ctx, tx, scanIdentity, identitySQL, is.Name, is.ID)
	if err != nil {
		return nil, err
	}
	elsewhere := slices.ContainsFunc(rows, func(r Identity) bool { return r.Name != is.Name })
	var moves []Move
	for _, r := range rows { // whoever has the name gives it up first
		if r.Name != is.Name || r.ID == is.ID || r.ID == 0 && !elsewhere {
			continue
		}
		aside, err := freeName(ctx, tx, fmt.Sprintf("%s@%d", r.Name, r.ID))
		if err != nil {
			return nil, err
		}
		moves = append(moves, Move{From: r.Name, To: aside, Installation: r.Installation, Aside: true})
	}
	for _, r := range rows {
		if r.Name != is.Name {
			moves = append(moves, Move{From: r.Name, To: is.Name, Installation: r.Installation})
		}
	}
	for _, move := range moves {
		if err := s.move(ctx, tx, move, m); err != nil {
			return nil, fmt.Errorf("move %s to %s: %w", move.From, move.To, err)
		}
	}
	for _, statement := range []string{
		"UPDATE repositories SET github_id = $2, installation = $3 WHERE name = $1 AND github_id IN (0, $2)",
		"UPDATE pulls SET installation = $3 WHERE repository = $1 AND installation <> $3 AND CAST($2 AS BIGINT) > 0",
		"UPDATE work SET installation = $3 WHERE repository = $1 AND installation <> $3 AND CAST($2 AS BIGINT) > 0",
	} {
		if _, err := tx.ExecContext(ctx, statement, is.Name, is.ID, is.Installation); err != nil {
			return nil, err
		}
	}
	return moves, nil
}

// freeName is a name under which nothing is kept yet.
func freeName(ctx context.Context, tx *sql.Tx, name string) (string, error) {
	free := name
	for n := 2; ; n++ {
		_, taken, err := first(ctx, tx, scanInt, `
			SELECT 1 FROM repositories WHERE name = $1 UNION SELECT 1 FROM audit_logs WHERE repository = $1 OR log = $1
			UNION SELECT 1 FROM audit_ends WHERE repository = $1`, free)
		if err != nil || !taken {
			return free, err
		}
		free = fmt.Sprintf("%s.%d", name, n)
	}
}

// namedTables are the tables in which each row is kept by the name of its repository and by the columns of key.
// (TestEverythingMovesWithItsRepository)
var namedTables = []struct{ table, key string }{
	{"heads", "number, sha"},
	{"commands", "number, comment_id"},
	{"command_texts", "number, comment_id, digest"},
	{"pulls", "number"},
	{"runs", "id"},
	{"outcomes", "run_id, policy"},
	{"checks", "sha, name"},
	{"merge_groups", "head_sha"},
	{"merge_group_pulls", "number, head_sha"},
	{"sticky", "number"},
	{"own_policies", "policy"},
}

func (s *Store) move(ctx context.Context, tx *sql.Tx, move Move, m Moving) error {
	// First, for it waits for everybody who is finishing work, so that what they keep under the old name moves along.
	if err := s.moveWork(ctx, tx, move, m); err != nil {
		return err
	}
	for _, t := range namedTables {
		var same strings.Builder
		for column := range strings.SplitSeq(t.key, ", ") {
			fmt.Fprintf(&same, " AND known.%[1]s = %[2]s.%[1]s", column, t.table)
		}
		update := fmt.Sprintf("UPDATE %[1]s SET repository = $2 WHERE repository = $1 AND NOT EXISTS (SELECT 1 FROM %[1]s AS known WHERE known.repository = $2%[2]s)", t.table, same.String())
		if t.table == "runs" || t.table == "outcomes" { // their keys are without the name
			update = fmt.Sprintf("UPDATE %s SET repository = $2 WHERE repository = $1", t.table)
		}
		if _, err := tx.ExecContext(ctx, update, move.From, move.To); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+t.table+" WHERE repository = $1", move.From); err != nil { // what came under the new name is newer
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM repositories WHERE name = $1", move.To); err != nil {
		return err
	}
	rename := "UPDATE repositories SET name = $2 WHERE name = $1"
	if move.Aside { // nobody reads it, and nothing is asked for under this name
		rename = "UPDATE repositories SET name = $2, configured = FALSE, checked_at = 1, public_since = 0 WHERE name = $1"
	}
	if _, err := tx.ExecContext(ctx, rename, move.From, move.To); err != nil {
		return err
	}
	if err := forget(ctx, tx, m.Forget(move)); err != nil {
		return err
	}
	if err := s.moveLog(ctx, tx, move, m); err != nil {
		return err
	}
	_, err := s.raise(ctx, tx, m.Raise(move))
	return err
}

// moveWork gives rows of work the new name, and takes them away from whoever is at them: what that one finds may
// be kept under the old name. Where something is set aside its work stays, for it may be that of who has the name now.
func (s *Store) moveWork(ctx context.Context, tx *sql.Tx, move Move, m Moving) error {
	keys, err := list(ctx, tx, scanName, "SELECT key FROM work WHERE repository = $1 AND key <> $2 ORDER BY key", move.From, m.Leave)
	if err != nil {
		return err
	}
	const released = "fence = fence + 1, claimed = 0, lease_owner = '', lease_until = 0"
	for _, key := range keys {
		to := key
		if !move.Aside {
			to = m.Key(key, move.From, move.To)
		}
		if to != key {
			merged, err := affected(ctx, tx, `
				UPDATE work SET want = want + 1, attempts = 0, failed = FALSE, due_at = CASE WHEN want > done AND due_at < $3 THEN due_at ELSE $3 END
				WHERE key = $2 AND EXISTS (SELECT 1 FROM work AS old WHERE old.key = $1 AND old.want > old.done)`, key, to, millis(s.now()))
			if err != nil {
				return err
			}
			if merged == 0 {
				_, err = tx.ExecContext(ctx, "UPDATE work SET key = $2, repository = $3, "+released+" WHERE key = $1 AND NOT EXISTS (SELECT 1 FROM work AS known WHERE known.key = $2)", key, to, move.To)
			}
			if err == nil { // it was done, or is merged
				_, err = tx.ExecContext(ctx, "DELETE FROM work WHERE key = $1", key)
			}
			if err != nil {
				return err
			}
			continue
		}
		repository := move.To
		if move.Aside {
			repository = move.From
		}
		if _, err := tx.ExecContext(ctx, "UPDATE work SET repository = $2, "+released+" WHERE key = $1", key, repository); err != nil {
			return err
		}
	}
	return nil
}
