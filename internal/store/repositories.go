package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Repository is whether a repository uses Bylaw, as last seen.
type Repository struct {
	Name         string // "owner/name"
	Installation int64
	Configured   bool
	CheckedAt    time.Time // zero is now
}

// SaveRepository keeps what was seen of a repository.
func (s *Store) SaveRepository(ctx context.Context, r Repository) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO repositories (name, installation, configured, checked_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET installation = excluded.installation, configured = excluded.configured, checked_at = excluded.checked_at`,
			r.Name, r.Installation, r.Configured, s.orNow(r.CheckedAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("save repository %s: %w", r.Name, err)
	}
	return nil
}

func scanRepository(r row) (Repository, error) {
	var repository Repository
	var checked int64
	err := r.Scan(&repository.Name, &repository.Installation, &repository.Configured, &checked)
	repository.CheckedAt = moment(checked)
	return repository, err
}

// Repository returns one repository and whether it was ever seen.
func (s *Store) Repository(ctx context.Context, name string) (Repository, bool, error) {
	r, found, err := first(ctx, s.read, scanRepository, "SELECT name, installation, configured, checked_at FROM repositories WHERE name = $1", name)
	if err != nil {
		return Repository{}, false, fmt.Errorf("read repository %s: %w", name, err)
	}
	return r, found, nil
}

// Repositories lists the repositories seen in an installation, by name.
func (s *Store) Repositories(ctx context.Context, installation int64) ([]Repository, error) {
	all, err := list(ctx, s.read, scanRepository, `
		SELECT name, installation, configured, checked_at FROM repositories WHERE installation = $1 ORDER BY name`, installation)
	if err != nil {
		return nil, fmt.Errorf("list repositories of installation %d: %w", installation, err)
	}
	return all, nil
}
