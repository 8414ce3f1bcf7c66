package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// The states of a Pull.
const (
	PullOpen   = "open"
	PullClosed = "closed"
	PullMerged = "merged"
)

// Pull is what the store remembers of a pull request.
type Pull struct {
	Repository   string
	Number       int
	Installation int64
	HeadSHA      string
	BaseRef      string
	Author       string
	Title        string
	State        string    // PullOpen, PullClosed or PullMerged
	RunID        string    // its latest run, empty when it has none; set by Finish only
	UpdatedAt    time.Time // zero is now
	ChangedAt    time.Time // GitHub's time of the last change that was sure to be seen; zero when not known
}

// savePull keeps what a run saw, and which run is the latest; without one, the one before is. It asks for no time:
// whoever holds the claim has the newest facts, and the clocks of several processes differ.
func (s *Store) savePull(ctx context.Context, tx *sql.Tx, p Pull, run string) error {
	if p.State != PullOpen && p.State != PullClosed && p.State != PullMerged {
		return fmt.Errorf("save pull %s#%d: unknown state %q", p.Repository, p.Number, p.State)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO pulls (repository, number, installation, head_sha, base_ref, author, state, updated_at, changed_at, title, run_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (repository, number) DO UPDATE SET
		  installation = excluded.installation, head_sha = excluded.head_sha, base_ref = excluded.base_ref,
		  author = excluded.author, state = excluded.state, updated_at = excluded.updated_at,
		  changed_at = excluded.changed_at, title = excluded.title,
		  run_id = CASE WHEN excluded.run_id = '' THEN pulls.run_id ELSE excluded.run_id END`,
		p.Repository, p.Number, p.Installation, p.HeadSHA, p.BaseRef, p.Author, p.State, s.orNow(p.UpdatedAt), millis(p.ChangedAt), printable(p.Title), run)
	if err != nil {
		return fmt.Errorf("save pull %s#%d: %w", p.Repository, p.Number, err)
	}
	return nil
}

const pullColumns = "repository, number, installation, head_sha, base_ref, author, state, run_id, updated_at, changed_at, title"

func scanPull(r row) (p Pull, err error) {
	var updated, changed int64
	err = r.Scan(&p.Repository, &p.Number, &p.Installation, &p.HeadSHA, &p.BaseRef, &p.Author, &p.State, &p.RunID, &updated, &changed, &p.Title)
	p.UpdatedAt, p.ChangedAt = moment(updated), moment(changed)
	return p, err
}

// Pull returns one pull request and whether it is known.
func (s *Store) Pull(ctx context.Context, repository string, number int) (Pull, bool, error) {
	p, found, err := lookUpOne(ctx, s, scanPull, "SELECT "+pullColumns+" FROM pulls WHERE repository = $1 AND number = $2", repository, number)
	if err != nil {
		return Pull{}, false, fmt.Errorf("read pull %s#%d: %w", repository, number, err)
	}
	return p, found, nil
}

// OpenPulls lists the open pull requests of a repository by number.
func (s *Store) OpenPulls(ctx context.Context, repository string) ([]Pull, error) {
	all, err := list(ctx, s.read, scanPull, "SELECT "+pullColumns+" FROM pulls WHERE repository = $1 AND state = 'open' ORDER BY number", repository)
	if err != nil {
		return nil, fmt.Errorf("list open pulls of %s: %w", repository, err)
	}
	return all, nil
}
