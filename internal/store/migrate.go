package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Migrations are applied in the order of their names and never changed once shipped. NNNN_name.sql is for
// both engines; NNNN_name.sqlite.sql and NNNN_name.postgres.sql say the same thing to one engine each.
//
// From 0005 on they only add: tables, indexes, and columns with a default. A process that was started before
// goes on working while a newer one has migrated, so that several are replaced one after the other; what is
// not used any more is taken away by a later release than the one that stops using it. (TestMigrationsOnlyAdd)
//
//go:embed migrations/*.sql
var migrations embed.FS

// Keys of PostgreSQL's advisory locks: any numbers that nobody else in the database uses.
const (
	lockMigrate = 0x62796c6177_01
	lockClaim   = 0x62796c6177_02
	lockShare   = 0x62796c6177_03
	lockNames   = 0x62796c6177_04
)

type migration struct {
	name string // without engine and ending
	text string
}

// migrate brings the tables up to date, one transaction for each step, each under a lock, so that several
// processes may start at once, and beside older ones that run. A database that a newer program has written to is
// refused, since what that one keeps would be left out.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := s.steps()
	if err != nil {
		return err
	}
	for _, step := range steps {
		err := s.change(ctx, func(tx *sql.Tx) error {
			applied, err := s.applied(ctx, tx)
			if err != nil {
				return err
			}
			if err := allKnown(applied, steps); err != nil {
				return err
			}
			if slices.Contains(applied, step.name) {
				return nil
			}
			if _, err := tx.ExecContext(ctx, step.text); err != nil {
				return fmt.Errorf("apply %s: %w", step.name, err)
			}
			_, err = tx.ExecContext(ctx, "INSERT INTO migrations (name, applied_at) VALUES ($1, $2)", step.name, millis(s.now()))
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	return nil
}

// applied takes the lock of migrations until the end of tx and lists what has been applied.
func (s *Store) applied(ctx context.Context, tx *sql.Tx) ([]string, error) {
	if err := s.lock(ctx, tx, lockMigrate); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)"); err != nil {
		return nil, err
	}
	return list(ctx, tx, func(r row) (name string, err error) { return name, r.Scan(&name) }, "SELECT name FROM migrations")
}

func allKnown(applied []string, steps []migration) error {
	for _, name := range applied {
		if !slices.ContainsFunc(steps, func(m migration) bool { return m.name == name }) {
			return fmt.Errorf("the database has %s, which this program does not know: a newer bylaw has written to it; start that one, or restore a backup from before", name)
		}
	}
	return nil
}

func (s *Store) steps() ([]migration, error) {
	files, err := migrations.ReadDir("migrations") // sorted by name
	if err != nil {
		return nil, err
	}
	engine := "sqlite"
	if s.postgres {
		engine = "postgres"
	}
	var steps []migration
	for _, file := range files {
		name, forEngine, _ := strings.Cut(strings.TrimSuffix(file.Name(), ".sql"), ".")
		if forEngine != "" && forEngine != engine {
			continue
		}
		text, err := migrations.ReadFile(path.Join("migrations", file.Name()))
		if err != nil {
			return nil, err
		}
		steps = append(steps, migration{name, string(text)})
	}
	return steps, nil
}

// lock keeps other processes out until the end of tx. SQLite's transactions keep them out anyway.
func (s *Store) lock(ctx context.Context, tx *sql.Tx, key int64) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", key)
	return err
}
