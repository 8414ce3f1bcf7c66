package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"modernc.org/sqlite"
)

// compiling counts how often one connection of a pool has allocated. SQLite allocates much when it compiles a
// statement and next to nothing when it runs one.
func compiling(t *testing.T, db *sql.DB) (allocated int) {
	t.Helper()
	conn := must(db.Conn(t.Context()))(t)
	defer conn.Close()
	check(t, conn.Raw(func(c any) error {
		status := c.(*prepared).wholeConn.(sqlite.DBStatus)
		for _, op := range []sqlite.DBStatusOp{sqlite.DBStatusLookasideHit, sqlite.DBStatusLookasideMissSize, sqlite.DBStatusLookasideMissFull} {
			_, n, err := status.Status(op, true)
			if err != nil {
				return err
			}
			allocated += n
		}
		return nil
	}))
	return allocated
}

// TestStatementsAreNotCompiledAgain: SQLite compiles a kept statement again whenever its parameters may change its
// plan, see openPrepared.
func TestStatementsAreNotCompiledAgain(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	s.read.SetMaxOpenConns(1)
	check(t, s.Raise(t.Context(), Job{Key: "a"}, Job{Key: "b"}, Job{Key: "c"}))
	for name, run := range map[string]func(context.Context) error{
		"Claim":     func(ctx context.Context) error { _, err := s.Claim(ctx, "w", time.Minute, 1); return err },
		"NextDue":   func(ctx context.Context) error { _, _, err := s.NextDue(ctx); return err },
		"OpenPulls": func(ctx context.Context) error { _, err := s.OpenPulls(ctx, "acme/widgets"); return err },
		"HeadOf":    func(ctx context.Context) error { _, _, err := s.HeadOf(ctx, "acme/widgets", "abc"); return err },
		"Audit":     func(ctx context.Context) error { _, err := s.Audit(ctx, "acme/widgets", 1, 10); return err },
		"Decisions": func(ctx context.Context) error {
			_, err := s.Decisions(ctx, Decisions{Repository: "acme/widgets", Limit: 10})
			return err
		},
		"Proposals": func(ctx context.Context) error { _, err := s.Proposals(ctx, "acme/widgets", 0, 10); return err },
		"AuditPage": func(ctx context.Context) error {
			_, err := s.AuditPage(ctx, AuditPage{Repository: "acme/widgets", Limit: 10})
			return err
		},
		"Queue": func(ctx context.Context) error { _, err := s.Queue(ctx, 10); return err },
	} {
		var allocated [3]int
		for i := range allocated {
			compiling(t, s.read)
			compiling(t, s.write)
			check(t, run(t.Context()))
			allocated[i] = compiling(t, s.read) + compiling(t, s.write)
		}
		if first, third := allocated[0], allocated[2]; third > first/4 {
			t.Errorf("%s: allocates %d times when it is run for the first time and %d times when for the third: it is compiled again", name, first, third)
		}
	}
}
