package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// RunMeta is a finished evaluation without its bodies.
type RunMeta struct {
	ID         string // chosen by the caller, because a check run links to it before it is kept
	Repository string
	Number     int
	HeadSHA    string
	TakenAt    time.Time
	Accepted   bool
	Conclusion string
	Digest     string
	Title      string // in one sentence

	// The entry of the audit log that its check run names; 0 and empty when it was kept before runs knew that. Where
	// the caller gives none, Finish gives the run's own.
	AuditSeq    int64
	AuditDigest string
	AuditLog    string    // the name of the log that it stands in: see Identify; read back, and not written
	RedactedAt  time.Time // when names were last taken out of the bodies; zero is never
}

// Run is a finished evaluation.
type Run struct {
	RunMeta
	Snapshot []byte
	Verdicts []byte
	Report   []byte

	Outcomes map[string]string // by policy; written, and not read back
}

func saveRun(ctx context.Context, tx *sql.Tx, r Run) error {
	if r.ID == "" {
		return errors.New("save run: it has no id")
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO runs (id, repository, number, head_sha, taken_at, accepted, conclusion, digest, snapshot, verdicts, report, audit_seq, audit_digest, title)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.ID, r.Repository, r.Number, r.HeadSHA, millis(r.TakenAt), r.Accepted, r.Conclusion, r.Digest,
		blob(r.Snapshot), blob(r.Verdicts), blob(r.Report), r.AuditSeq, r.AuditDigest, printable(r.Title))
	if err != nil {
		return fmt.Errorf("save run %s: %w", r.ID, err)
	}
	var outcomes [][]any
	for policy, outcome := range r.Outcomes {
		outcomes = append(outcomes, []any{r.ID, r.Repository, policy, outcome, millis(r.TakenAt)})
	}
	if err := insert(ctx, tx, "outcomes (run_id, repository, policy, outcome, taken_at)", outcomes); err != nil {
		return fmt.Errorf("save outcomes of run %s: %w", r.ID, err)
	}
	return nil
}

const (
	metaColumns = "runs.id, runs.repository, runs.number, runs.head_sha, runs.taken_at, runs.accepted, runs.conclusion, runs.digest, runs.title, " +
		"runs.audit_seq, runs.audit_digest, COALESCE((SELECT log FROM audit_logs WHERE audit_logs.repository = runs.repository), runs.repository), runs.redacted_at"
	runColumns = metaColumns + ", snapshot, verdicts, report"
)

func scanMeta(r row) (m RunMeta, err error) {
	var taken, redacted int64
	err = r.Scan(&m.ID, &m.Repository, &m.Number, &m.HeadSHA, &taken, &m.Accepted, &m.Conclusion, &m.Digest, &m.Title,
		&m.AuditSeq, &m.AuditDigest, &m.AuditLog, &redacted)
	m.TakenAt, m.RedactedAt = moment(taken), moment(redacted)
	return m, err
}

func scanRun(r row) (run Run, err error) {
	run.RunMeta, err = scanMeta(also{r, []any{&run.Snapshot, &run.Verdicts, &run.Report}})
	return run, err
}

// Run returns one run and whether it is kept.
func (s *Store) Run(ctx context.Context, id string) (Run, bool, error) {
	run, found, err := lookUpOne(ctx, s, scanRun, "SELECT "+runColumns+" FROM runs WHERE id = $1", id)
	if err != nil {
		return Run{}, false, fmt.Errorf("read run %s: %w", id, err)
	}
	return run, found, nil
}

// LatestRun returns the run that was last finished for a pull request, and whether there is one.
func (s *Store) LatestRun(ctx context.Context, repository string, number int) (Run, bool, error) {
	return latest(ctx, s, scanRun, runColumns, repository, number)
}

// LatestMeta is LatestRun without the bodies, which are long.
func (s *Store) LatestMeta(ctx context.Context, repository string, number int) (RunMeta, bool, error) {
	return latest(ctx, s, scanMeta, metaColumns, repository, number)
}

func latest[T any](ctx context.Context, s *Store, scan func(row) (T, error), columns, repository string, number int) (T, bool, error) {
	run, found, err := lookUpOne(ctx, s, scan, `
		SELECT `+columns+` FROM pulls JOIN runs ON runs.id = pulls.run_id
		WHERE pulls.repository = $1 AND pulls.number = $2`, repository, number)
	if err != nil {
		err = fmt.Errorf("read latest run of %s#%d: %w", repository, number, err)
	}
	return run, found, err
}
