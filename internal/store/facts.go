package store

import (
	"context"
	"database/sql"
	"fmt"
)

type fact struct {
	value      []byte // nil when forgotten or never saved
	found      bool
	generation int64
}

const factSQL = "SELECT value, value IS NOT NULL, generation FROM facts WHERE key = $1"

func scanFact(r row) (f fact, err error) { return f, r.Scan(&f.value, &f.found, &f.generation) }

// Fact returns a cached fact and whether it is known. Either way it returns the generation that SaveFact
// needs: a webhook that forgets the fact while it is being fetched must win over what was fetched.
func (s *Store) Fact(ctx context.Context, key string) (value []byte, found bool, generation int64, err error) {
	f, known, err := lookUpOne(ctx, s, scanFact, factSQL, key)
	if err == nil && !known {
		f, err = s.place(ctx, key)
	}
	if err != nil {
		return nil, false, 0, fmt.Errorf("read fact %s: %w", key, err)
	}
	return f.value, f.found, f.generation, nil
}

// place makes the row of a fact that is about to be fetched, for Forget to find. Its generation starts at
// the present time, so that a row that was pruned and made anew does not repeat one.
func (s *Store) place(ctx context.Context, key string) (fact, error) {
	var f fact
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		now := millis(s.now())
		_, err := tx.ExecContext(ctx, "INSERT INTO facts (key, generation, stored_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING", key, now, now)
		if err != nil {
			return err
		}
		f, _, err = first(ctx, tx, scanFact, factSQL, key)
		return err
	})
	if err != nil {
		return fact{}, err
	}
	return f, nil
}

// mostFact bounds one cached fact, in bytes; Prune bounds all of them.
const mostFact = 8 << 20

// SaveFact keeps a fact that was fetched after Fact returned this generation. It does nothing if the fact
// was forgotten since, or is larger than 8 MiB: then it is fetched each time.
func (s *Store) SaveFact(ctx context.Context, key string, generation int64, value []byte) error {
	if len(value) > mostFact {
		return nil
	}
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE facts SET value = $3, stored_at = $4 WHERE key = $1 AND generation = $2",
			key, generation, blob(value), millis(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("save fact %s: %w", key, err)
	}
	return nil
}

// Forget drops all cached facts whose keys begin with one of the prefixes.
func (s *Store) Forget(ctx context.Context, prefixes ...string) error {
	return s.change(ctx, func(tx *sql.Tx) error { return forget(ctx, tx, prefixes) })
}

func forget(ctx context.Context, tx *sql.Tx, prefixes []string) error {
	for _, prefix := range prefixes {
		// Not LIKE, in which names with an underscore would mean something else.
		_, err := tx.ExecContext(ctx, `
			UPDATE facts SET generation = generation + 1, value = NULL
			WHERE substr(key, 1, length(CAST($1 AS TEXT))) = CAST($1 AS TEXT)`, prefix)
		if err != nil {
			return fmt.Errorf("forget facts %s: %w", prefix, err)
		}
	}
	return nil
}
