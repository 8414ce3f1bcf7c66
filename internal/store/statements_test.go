package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// TestStatementsArePreparedOnce: the same text is one statement of a connection, also if it is asked again while
// its own rows are still being read; then the second answer is its own.
func TestStatementsArePreparedOnce(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "bylaw.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn, err := s.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const upTo = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n"
	count := func(most int) (rows int) {
		all, err := list(t.Context(), conn, scanInt, upTo, most)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	kept := func() (n int) {
		if err := conn.Raw(func(c any) error { n = len(c.(*prepared).statements); return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := count(3); got != 3 {
		t.Errorf("%d rows, want 3", got)
	}
	before := kept()
	outer, err := conn.QueryContext(t.Context(), upTo, 4)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for outer.Next() {
		if got := count(read); got != max(read, 1) {
			t.Errorf("in row %d: %d rows", read, got)
		}
		read++
	}
	if err := outer.Err(); err != nil || read != 4 {
		t.Errorf("%d rows around the others, want 4; %v", read, err)
	}
	if err := outer.Close(); err != nil {
		t.Fatal(err)
	}
	if got := count(2); got != 2 || kept() != before {
		t.Errorf("%d rows, want 2; %d statements are kept, want %d", got, kept(), before)
	}
}

// TestAFailedStatementIsUsedAgain: neither an error nor a context that ends spoils a statement for the next one.
func TestAFailedStatementIsUsedAgain(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "bylaw.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	insert := func(ctx context.Context, until any) error {
		return s.change(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO holds (installation, until) VALUES (1, $1)", until)
			return err
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for name, fail := range map[string]func() error{
		"NULL is refused": func() error { return insert(t.Context(), nil) },
		"the caller went": func() error { return insert(ended, 5) },
	} {
		if fail() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := insert(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if got, _, err := first(t.Context(), s.read, scanInt, "SELECT until FROM holds WHERE installation = 1"); err != nil || got != 7 {
		t.Errorf("kept %d, %v", got, err)
	}
}
