package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Repository is whether a repository uses Bylaw, as last seen.
type Repository struct {
	Name         string // "owner/name"
	ID           int64  // GitHub's number of it; 0 when not known. See Identify
	Installation int64
	Configured   bool
	Rules        []string  // the files that its configuration names; nil when not known
	CheckedAt    time.Time // zero is now
	Threshold    int       // of the transparency report, as its configuration sets it; 0 when it does not. See SaveThreshold

	PublicSince time.Time // since when everybody may read it, as far as is known; zero is never. See NoteVisibility
}

// SaveRepository keeps what was seen of a repository. Rules and a number that are not known leave those that are. Nothing
// is kept of one that has another name by now.
func (s *Store) SaveRepository(ctx context.Context, r Repository) error {
	var rules []byte
	if r.Rules != nil {
		var err error
		if rules, err = json.Marshal(r.Rules); err != nil {
			return fmt.Errorf("save repository %s: %w", r.Name, err)
		}
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO repositories (name, installation, configured, checked_at, rules, github_id)
			SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BOOLEAN), CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS BIGINT)
			WHERE $6 = 0 OR NOT EXISTS (SELECT 1 FROM repositories AS other WHERE other.github_id = $6 AND other.name <> $1)
			ON CONFLICT (name) DO UPDATE SET installation = excluded.installation, configured = excluded.configured, checked_at = excluded.checked_at,
			  rules = CASE WHEN excluded.rules = '' THEN repositories.rules ELSE excluded.rules END,
			  github_id = CASE WHEN excluded.github_id = 0 THEN repositories.github_id ELSE excluded.github_id END`,
			r.Name, r.Installation, r.Configured, s.orNow(r.CheckedAt), string(rules), r.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("save repository %s: %w", r.Name, err)
	}
	return nil
}

// SaveThreshold keeps the threshold that a repository's configuration sets. It does nothing for a repository that was
// never seen.
func (s *Store) SaveThreshold(ctx context.Context, name string, threshold int) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE repositories SET threshold = $2 WHERE name = $1", name, threshold)
		return err
	})
	if err != nil {
		return fmt.Errorf("save threshold of %s: %w", name, err)
	}
	return nil
}

const repositoryColumns = "name, installation, configured, checked_at, rules, public_since, threshold, github_id"

func scanRepository(r row) (Repository, error) {
	var repository Repository
	var checked, public int64
	var rules string
	err := r.Scan(&repository.Name, &repository.Installation, &repository.Configured, &checked, &rules, &public, &repository.Threshold, &repository.ID)
	repository.CheckedAt, repository.PublicSince = moment(checked), moment(public)
	if err == nil && rules != "" {
		err = json.Unmarshal([]byte(rules), &repository.Rules)
	}
	return repository, err
}

// Repository returns one repository and whether it was ever seen.
func (s *Store) Repository(ctx context.Context, name string) (Repository, bool, error) {
	r, found, err := lookUpOne(ctx, s, scanRepository, "SELECT "+repositoryColumns+" FROM repositories WHERE name = $1", name)
	if err != nil {
		return Repository{}, false, fmt.Errorf("read repository %s: %w", name, err)
	}
	return r, found, nil
}

// Repositories lists the repositories seen in an installation, by name.
func (s *Store) Repositories(ctx context.Context, installation int64) ([]Repository, error) {
	all, err := list(ctx, s.read, scanRepository, `
		SELECT `+repositoryColumns+` FROM repositories WHERE installation = $1 ORDER BY name`, installation)
	if err != nil {
		return nil, fmt.Errorf("list repositories of installation %d: %w", installation, err)
	}
	return all, nil
}
