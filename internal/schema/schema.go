// Package schema gives a test a PostgreSQL database of its own.
package schema

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bylaw-app/bylaw/internal/lack"
)

// New makes a schema in the server that BYLAW_TEST_POSTGRES names, which is dropped when the test ends, and returns the
// postgres:// URL by which everything happens in it. The test is skipped, or fails where CI=true, without a server.
func New(t testing.TB) string {
	t.Helper()
	server := os.Getenv("BYLAW_TEST_POSTGRES")
	if server == "" {
		lack.Skip(t, "BYLAW_TEST_POSTGRES is not set: give it the postgres:// URL of a PostgreSQL in which schemas may be created.")
	}
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := "bylaw_" + strings.ToLower(rand.Text())
	if _, err := db.Exec(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close(context.Background())
	})
	query := address.Query()
	query.Set("search_path", name)
	address.RawQuery = query.Encode()
	return address.String()
}
