package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mark is a place in a list that is read from the newest to the oldest. The zero Mark is its beginning.
// Reading on from a mark costs the same wherever it is.
type Mark struct {
	At time.Time
	ID string // of a run; the place in the chain of an audit entry, in decimal
}

// Decisions names a list of runs.
type Decisions struct {
	Repository string
	Number     int       // 0 is all pull requests
	Since      time.Time // none that is older
	Before     Mark      // those after this one in the list
	Limit      int
}

// Decisions lists runs without their bodies, the newest first.
func (s *Store) Decisions(ctx context.Context, d Decisions) ([]RunMeta, error) {
	at, id := int64(math.MaxInt64), ""
	if !d.Before.At.IsZero() {
		at, id = millis(d.Before.At), d.Before.ID
	}
	query := "SELECT " + metaColumns + " FROM runs WHERE repository = $1 AND taken_at >= $2 AND (taken_at, id) < ($3, $4)"
	args := []any{d.Repository, millis(d.Since), at, id, max(d.Limit, 0)}
	if d.Number != 0 {
		query += " AND number = $6"
		args = append(args, d.Number)
	}
	all, err := list(ctx, s.read, scanMeta, query+" ORDER BY taken_at DESC, id DESC LIMIT CAST($5 AS BIGINT)", args...)
	if err != nil {
		return nil, fmt.Errorf("list decisions of %s: %w", d.Repository, err)
	}
	return all, nil
}

// Proposal is an open pull request with its latest run, whose ID is empty when there is none.
type Proposal struct {
	Pull
	Run RunMeta
}

// Proposals lists up to limit open pull requests of a repository by number, those beyond a number.
func (s *Store) Proposals(ctx context.Context, repository string, beyond, limit int) ([]Proposal, error) {
	scan := func(r row) (p Proposal, err error) {
		m := &p.Run
		var taken int64
		err = r.Scan(&p.Repository, &p.Number, &p.HeadSHA, &p.BaseRef, &p.Author, &p.Title, &p.RunID, &taken, &m.Accepted, &m.Conclusion, &m.Title)
		m.ID, m.TakenAt, p.State = p.RunID, moment(taken), PullOpen
		return p, err
	}
	all, err := list(ctx, s.read, scan, `
		SELECT pulls.repository, pulls.number, pulls.head_sha, pulls.base_ref, pulls.author, pulls.title, COALESCE(runs.id, ''),
		  COALESCE(runs.taken_at, 0), COALESCE(runs.accepted, FALSE), COALESCE(runs.conclusion, ''), COALESCE(runs.title, '')
		FROM pulls LEFT JOIN runs ON runs.id = pulls.run_id
		WHERE pulls.repository = $1 AND pulls.number > $2 AND pulls.state = 'open' ORDER BY pulls.number LIMIT CAST($3 AS BIGINT)`,
		repository, beyond, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list proposals of %s: %w", repository, err)
	}
	return all, nil
}

// LatestOf returns the newest run of a repository with its bodies, and whether there is one.
func (s *Store) LatestOf(ctx context.Context, repository string, since time.Time) (Run, bool, error) {
	run, found, err := first(ctx, s.read, scanRun, "SELECT "+runColumns+" FROM runs WHERE repository = $1 AND taken_at >= $2 ORDER BY taken_at DESC, id DESC LIMIT 1",
		repository, millis(since))
	if err != nil {
		return Run{}, false, fmt.Errorf("read latest run of %s: %w", repository, err)
	}
	return run, found, nil
}

// Outcomes counts what a policy said in the kept runs of a repository, by outcome.
func (s *Store) Outcomes(ctx context.Context, repository, policy string, since time.Time) (map[string]int, error) {
	type count struct {
		outcome string
		n       int
	}
	scan := func(r row) (c count, err error) { return c, r.Scan(&c.outcome, &c.n) }
	all, err := list(ctx, s.read, scan, "SELECT outcome, COUNT(*) FROM outcomes WHERE repository = $1 AND policy = $2 AND taken_at >= $3 GROUP BY outcome",
		repository, policy, millis(since))
	if err != nil {
		return nil, fmt.Errorf("count outcomes of %s in %s: %w", policy, repository, err)
	}
	counts := map[string]int{}
	for _, c := range all {
		counts[c.outcome] = c.n
	}
	return counts, nil
}

// OwnPolicy is the text of a policy that a community keeps itself.
type OwnPolicy struct {
	Policy string
	Digest string // tells one text from another
	Source []byte // JSON
}

// SaveOwnPolicies keeps the texts of all policies of a community's own that bind a repository, in place of
// those that did before. Nothing is written when they are the same.
func (s *Store) SaveOwnPolicies(ctx context.Context, repository string, own []OwnPolicy) error {
	type digest struct{ policy, digest string }
	scan := func(r row) (d digest, err error) { return d, r.Scan(&d.policy, &d.digest) }
	known, err := lookUp(ctx, s, scan, "SELECT policy, digest FROM own_policies WHERE repository = $1", repository)
	same := err == nil && len(known) == len(own)
	for _, p := range own {
		same = same && slices.Contains(known, digest{p.Policy, p.Digest})
	}
	if err == nil && !same {
		err = s.change(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, "DELETE FROM own_policies WHERE repository = $1", repository); err != nil {
				return err
			}
			for _, p := range own {
				_, err := tx.ExecContext(ctx, "INSERT INTO own_policies (repository, policy, digest, source, seen_at) VALUES ($1, $2, $3, $4, $5)",
					repository, p.Policy, p.Digest, blob(p.Source), millis(s.now()))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("save policies of %s: %w", repository, err)
	}
	return nil
}

// OwnPolicy returns the text of one such policy, and whether it is known.
func (s *Store) OwnPolicy(ctx context.Context, repository, policy string) (OwnPolicy, bool, error) {
	scan := func(r row) (p OwnPolicy, err error) { return p, r.Scan(&p.Policy, &p.Digest, &p.Source) }
	p, found, err := lookUpOne(ctx, s, scan, "SELECT policy, digest, source FROM own_policies WHERE repository = $1 AND policy = $2", repository, policy)
	if err != nil {
		return OwnPolicy{}, false, fmt.Errorf("read policies of %s: %w", repository, err)
	}
	return p, found, nil
}

// AuditPage names a part of the audit log of a repository.
type AuditPage struct {
	Repository   string
	Kinds        []string // none is all
	Number       int      // 0 is all
	Since, Until time.Time
	Before       Mark
	Limit        int
}

// AuditPage lists entries of the audit log, the newest first, with those private pieces that are left.
func (s *Store) AuditPage(ctx context.Context, p AuditPage) ([]AuditEntry, error) {
	at, seq := int64(math.MaxInt64), int64(0)
	if !p.Before.At.IsZero() {
		at = millis(p.Before.At)
		seq, _ = strconv.ParseInt(p.Before.ID, 10, 64) // a mark that is none is before all of its moment
	}
	until := int64(math.MaxInt64)
	if !p.Until.IsZero() {
		until = millis(p.Until)
	}
	query := "SELECT " + auditColumns + ` FROM audit
		WHERE repository = ` + logSQL + ` AND at >= $2 AND at < $3 AND (at, seq) < ($4, $5)`
	args := []any{p.Repository, millis(p.Since), until, at, seq, max(p.Limit, 0)}
	var kinds []string
	for _, kind := range p.Kinds {
		args = append(args, kind)
		kinds = append(kinds, fmt.Sprintf("$%d", len(args)))
	}
	if len(kinds) > 0 {
		query += " AND kind IN (" + strings.Join(kinds, ", ") + ")"
	}
	if p.Number != 0 {
		args = append(args, p.Number)
		query += fmt.Sprintf(" AND number = $%d", len(args))
	}
	all, err := list(ctx, s.read, scanAudit, query+" ORDER BY at DESC, seq DESC LIMIT CAST($6 AS BIGINT)", args...)
	if err == nil {
		err = fillPrivate(ctx, s.read, all)
	}
	if err != nil {
		return nil, fmt.Errorf("list audit log of %s: %w", p.Repository, err)
	}
	return all, nil
}

// NoteVisibility keeps whether everybody may read a repository, as it was seen at a moment. What was seen
// before it was last hidden says nothing. It writes only where that makes a difference, and nothing about a
// repository that is not known.
func (s *Store) NoteVisibility(ctx context.Context, name string, public bool, seen time.Time) error {
	r, found, err := s.Repository(ctx, name)
	if err == nil && (!found || public == !r.PublicSince.IsZero()) {
		return nil
	}
	if err == nil {
		err = s.change(ctx, func(tx *sql.Tx) error {
			if !public {
				return s.hide(ctx, tx, name)
			}
			_, err := tx.ExecContext(ctx, "UPDATE repositories SET public_since = $2 WHERE name = $1 AND public_since = 0 AND hidden_at < $2", name, millis(seen))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note who may read %s: %w", name, err)
	}
	return nil
}

// hide keeps everything that is known of a repository from everybody who has no access of their own.
func (s *Store) hide(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, "UPDATE repositories SET public_since = 0, hidden_at = $2 WHERE lower(name) = lower($1)", name, millis(s.now()))
	return err
}

// RepositoryCalled returns a repository by its name in any case, as GitHub compares names, and whether it is known.
func (s *Store) RepositoryCalled(ctx context.Context, name string) (Repository, bool, error) {
	r, found, err := first(ctx, s.read, scanRepository, "SELECT "+repositoryColumns+" FROM repositories WHERE lower(name) = lower($1) ORDER BY checked_at DESC LIMIT 1", name)
	if err != nil {
		return Repository{}, false, fmt.Errorf("read repository %s: %w", name, err)
	}
	return r, found, nil
}

// ConfiguredAfter lists up to limit configured repositories of all installations by name, from a name on.
func (s *Store) ConfiguredAfter(ctx context.Context, name string, limit int) ([]Repository, error) {
	all, err := list(ctx, s.read, scanRepository, "SELECT "+repositoryColumns+" FROM repositories WHERE name > $1 AND configured ORDER BY name LIMIT CAST($2 AS BIGINT)", name, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list repositories: %w", err)
	}
	return all, nil
}
