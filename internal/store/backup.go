package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrPostgres is what Backup says of a PostgreSQL, which has tools of its own for that.
var ErrPostgres = errors.New("PostgreSQL is backed up with its own tools")

// Backup writes the whole database, as it is at one moment, to a new file with mode 0600, which is on disk and
// was read back when it returns. Others go on reading and writing meanwhile. A file that is there already is
// refused with an error that is fs.ErrExist; a backup that fails leaves none.
func (s *Store) Backup(ctx context.Context, file string) (err error) {
	if s.postgres {
		return ErrPostgres
	}
	created, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err = errors.Join(err, created.Close()); err != nil {
			_ = os.Remove(file)
			err = fmt.Errorf("back up: %w", err)
		}
	}()
	if err := s.copyTo(ctx, file); err != nil {
		return err
	}
	// VACUUM INTO does not wait for the disk: https://www.sqlite.org/lang_vacuum.html
	if err := created.Sync(); err != nil {
		return err
	}
	if folder, err := os.Open(filepath.Dir(file)); err == nil {
		_ = folder.Sync() // not every system can
		_ = folder.Close()
	}
	return readBack(ctx, file)
}

func (s *Store) copyTo(ctx context.Context, file string) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = off"); err != nil { // it counts the copy as well
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO $1", file)
	_, on := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = on")
	return errors.Join(err, on)
}

// readBack reads every page of a copy.
func readBack(ctx context.Context, file string) error {
	path, query, err := sqliteFile(file)
	if err != nil {
		return err
	}
	query.Set("mode", "ro")
	db, err := sql.Open("sqlite", sqliteURL(path, query))
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("the copy cannot be read: %s", verdict)
	}
	return nil
}
