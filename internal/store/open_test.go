package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestCommitsAreOnDiskBeforeTheyAreAnswered(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s := newSQLite(t).open(t)
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
			var got string
			check(t, s.write.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
			if got != want {
				t.Errorf("PRAGMA %s: want %s, got %s", pragma, want, got)
			}
		}
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		d := newPostgres(t)
		s := d.open(t)
		var doubts []string // of the server, which is not ours: the two tell the same
		for setting, want := range map[string]string{"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"} {
			var got string
			check(t, s.write.QueryRowContext(t.Context(), "SHOW "+setting).Scan(&got))
			if got != want {
				doubts = append(doubts, setting)
			}
		}
		slices.Sort(doubts)
		if !slices.EqualFunc(doubts, s.Doubts(), func(setting, doubt string) bool {
			return strings.Contains(doubt, setting+" off:") && strings.Contains(doubt, "set "+setting+" = on")
		}) {
			t.Errorf("want a sentence for each of %q, got %q", doubts, s.Doubts())
		}
		d.url += "&synchronous_commit=off"
		if _, err := Open(t.Context(), d.url, d.now); err == nil || !strings.Contains(err.Error(), "synchronous_commit=off") {
			t.Errorf("want synchronous_commit=off refused, got %v", err)
		}
	})
}

func TestSeveralProcessesMayStartAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				s, err := Open(t.Context(), d.url, d.now)
				if err != nil {
					t.Error(err)
					return
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		s := d.open(t)
		scan := func(r row) (name string, err error) { return name, r.Scan(&name) }
		got := must(list(t.Context(), s.read, scan, "SELECT name FROM migrations ORDER BY name"))(t)
		if diff := cmp.Diff([]string{"0001_tables", "0002_audit_guard", "0003_trouble_and_rules", "0004_comments", "0005_sticky", "0006_queue", "0007_recovery", "0008_audit_private", "0009_pages", "0010_check_writes", "0011_report", "0012_heads", "0014_renames", "0015_since", "0016_disowned"}, got); diff != "" {
			t.Errorf("applied migrations (-want +got):\n%s", diff)
		}
	})
}

func TestDatabaseOfNewerProgramIsRefused(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		_, err := s.write.ExecContext(t.Context(), "INSERT INTO migrations (name, applied_at) VALUES ('9999_future', 0)")
		check(t, err)
		if _, err := Open(t.Context(), d.url, d.now); err == nil || !strings.Contains(err.Error(), "9999_future") {
			t.Errorf("want an error that names 9999_future, got %v", err)
		}
	})
}

func TestWorkIsThereAfterReopening(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := must(Open(t.Context(), d.url, d.now))(t)
		check(t, s.Ping(t.Context()))
		check(t, s.Raise(t.Context(), Job{Key: "a", Payload: "acme/widgets#7"}))
		check(t, s.Close())
		if err := s.Ping(t.Context()); err == nil {
			t.Error("want Ping of a closed store to fail")
		}
		claims := must(d.open(t).Claim(t.Context(), "worker", time.Minute, 10))(t)
		if len(claims) != 1 || claims[0].Payload != "acme/widgets#7" {
			t.Errorf("want the job raised before closing, got %+v", claims)
		}
	})
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	check(t, os.WriteFile(text, []byte(strings.Repeat("this is not a database\n", 100)), 0o600))
	for _, test := range []struct{ url, want string }{
		{"", "is not a file"},
		{":memory:", "is not a file"},
		{"file:x?mode=memory", "is not a file"},
		{"file://elsewhere.example/x.db", "is not a file"},
		{"mysql://alice:secret@db.example/bylaw", "mysql:// is not supported"},
		{filepath.Join(folder, "absent", "bylaw.db"), "absent of the database file does not exist"},
		{text, "notes.txt is not a database"},
		{"postgres://alice:secret@127.0.0.1:1/bylaw", "PostgreSQL at 127.0.0.1:1 does not answer (start it, or correct host and port in the postgres:// URL)"},
		{"postgres://alice:secret@[::1/bylaw", "postgres:// URL cannot be read"},
	} {
		_, err := Open(t.Context(), test.url, time.Now)
		switch {
		case err == nil:
			t.Errorf("%s: want an error", test.url)
		case !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: want %q in %q", test.url, test.want, err)
		case strings.ContainsAny(err.Error(), "\n") || slices.ContainsFunc([]string{"secret", "alice", "dial", "(26)"}, func(word string) bool { return strings.Contains(err.Error(), word) }):
			t.Errorf("%s: want one line without user, password and what the engine said, got %q", test.url, err)
		}
	}
}

func TestWhatPostgresAnswersIsASentence(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"does not let the user":           &pgconn.PgError{Code: "28P01", Message: `password authentication failed for user "alice"`},
		"has no database of the name":     &pgconn.PgError{Code: "3D000", Message: `database "alice" does not exist`},
		"it answers with code 57P03":      &pgconn.PgError{Code: "57P03", Message: "alice is early"},
		"there is no such host":           &net.DNSError{Name: "db.example"},
		"does not answer (start it, or":   context.DeadlineExceeded,
		"does not speak TLS as the postg": errors.New("tls error: server refused alice"),
	} {
		got := postgresFault("db.example:5432", fmt.Errorf("failed to connect as alice: %w", err)).Error()
		if !strings.HasPrefix(got, "PostgreSQL at db.example:5432 ") || !strings.Contains(got, want) || strings.Contains(got, "alice") {
			t.Errorf("%v: want %q and no user, got %q", err, want, got)
		}
	}
}

func TestDatabaseFileIsPrivateAndMayHaveAnyName(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for url, name := range map[string]string{
		filepath.Join(folder, "50% off? #1.db"):         "50% off? #1.db",
		"file:" + filepath.Join(folder, "two%20words"):  "two words",
		"file://" + filepath.Join(folder, "slashes.db"): "slashes.db",
	} {
		s, err := Open(t.Context(), url, time.Now)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		for _, file := range []string{name, name + "-wal"} {
			info := must(os.Stat(filepath.Join(folder, file)))(t)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s: want mode 0600, got %o", file, info.Mode().Perm())
			}
		}
		check(t, s.Close())
	}
}

// TestStoppedProcessHoldsNobodyUp: a process that is stopped in the middle of a transaction keeps its locks only
// for so long.
func TestStoppedProcessHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := newPostgres(t).open(t) // an SQLite file is for one process
	var limit string
	if err := s.write.QueryRowContext(t.Context(), "SHOW idle_in_transaction_session_timeout").Scan(&limit); err != nil || limit != "10s" {
		t.Errorf("a transaction may be idle for %q, %v", limit, err)
	}
}
