package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Condition is the state of a database that somebody asks about before, or while, the service runs.
type Condition struct {
	Engine     string       // "SQLite" or "PostgreSQL"
	File       string       // of SQLite
	Missing    bool         // there is no SQLite file yet; the folder exists and takes one
	Pending    []string     // migrations that the service will apply when it starts
	Newer      bool         // a newer program has written to it, and this one will refuse it
	Volatile   string       // the setting of PostgreSQL with which a power cut loses what was committed; "" is none
	Free       uint64       // bytes that are free for an SQLite file; 0 when that is not known
	Configured []Repository // those that are known to use Bylaw
}

// Inspect looks at a database without changing it: nothing is created and no migration is applied. Whether it
// can be written is tried, and taken back. An error is one sentence for the operator and holds no password.
func Inspect(ctx context.Context, url string) (Condition, error) {
	s := &Store{now: time.Now, wake: make(chan struct{}, 1)}
	defer s.Close() // after an error there may be nothing to close
	var out Condition
	open := s.openPostgres
	out.Engine = "PostgreSQL"
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		open, out.Engine = s.openSQLite, "SQLite"
		file, _, err := sqliteFile(url)
		if err != nil {
			return out, fmt.Errorf("inspect store: %w", err)
		}
		out.File, out.Free = file, free(filepath.Dir(file))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			out.Missing = true
			return out, takesFile(filepath.Dir(file))
		}
	}
	if err := open(ctx, url); err != nil {
		return out, fmt.Errorf("inspect store: %w", err)
	}
	if err := s.inspect(ctx, &out); err != nil {
		return out, fmt.Errorf("inspect store: %w", err)
	}
	return out, nil
}

var errTakenBack = errors.New("taken back")

func (s *Store) inspect(ctx context.Context, out *Condition) error {
	var applied []string
	err := s.change(ctx, func(tx *sql.Tx) (err error) {
		if applied, err = s.applied(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "CREATE TABLE bylaw_inspect (one BIGINT)"); err != nil {
			return fmt.Errorf("the database cannot be written: %w", err)
		}
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		return err
	}
	steps, err := s.steps()
	if err != nil {
		return err
	}
	out.Newer = allKnown(applied, steps) != nil
	for _, step := range steps {
		if !slices.Contains(applied, step.name) {
			out.Pending = append(out.Pending, step.name)
		}
	}
	if s.postgres {
		for _, setting := range []string{"fsync", "full_page_writes"} {
			var value string
			if err := s.read.QueryRowContext(ctx, "SHOW "+setting).Scan(&value); err != nil {
				return err
			}
			if value == "off" && out.Volatile == "" {
				out.Volatile = setting + " = off"
			}
		}
	}
	if len(applied) == 0 || len(out.Pending) > 0 {
		return nil // the table may be another one
	}
	out.Configured, err = list(ctx, s.read, scanRepository, "SELECT "+repositoryColumns+" FROM repositories WHERE configured ORDER BY name")
	return err
}

// takesFile reports whether a folder takes a new file.
func takesFile(folder string) error {
	if !isFolder(folder) {
		return fmt.Errorf("inspect store: the folder %s of the database file does not exist", folder)
	}
	file, err := os.CreateTemp(folder, ".bylaw-")
	if err != nil {
		return fmt.Errorf("inspect store: the folder %s of the database file cannot be written", folder)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
