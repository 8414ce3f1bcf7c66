package store

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/schema"
)

// clock is a clock that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// database is an empty database of one engine, which may be opened several times.
type database struct {
	url string
	*clock
}

func (d database) open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), d.url, d.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// engines runs a test on a new database of each engine.
func engines(t *testing.T, test func(*testing.T, database)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newSQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newPostgres(t))
	})
}

func newSQLite(t testing.TB) database {
	return database{filepath.Join(t.TempDir(), "bylaw.db"), &clock{at: start}}
}

func newPostgres(t testing.TB) database {
	t.Helper()
	return database{schema.New(t), &clock{at: start}}
}

// must fails the test when a call does.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// found fails the test when a read finds nothing.
func found[T any](value T, ok bool, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil || !ok {
			t.Fatalf("want it found, got %v %v", ok, err)
		}
		return value
	}
}
