package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestInspectChangesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bylaw.db")
	got := must(Inspect(t.Context(), file))(t)
	if !got.Missing || got.Free == 0 {
		t.Errorf("of no file: %+v", got)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file was made: %v", err)
	}
	if _, err := Inspect(t.Context(), filepath.Join(file, "nowhere", "bylaw.db")); err == nil {
		t.Error("a folder that does not exist is fine")
	}
}

func TestInspect(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/widgets", Installation: 9, Configured: true}))
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/gears", Installation: 9}))
		got := must(Inspect(t.Context(), d.url))(t)
		if got.Missing || got.Newer || len(got.Pending) != 0 || len(got.Configured) != 1 || got.Configured[0].Name != "acme/widgets" {
			t.Errorf("of a database in use: %+v", got)
		}
		last := must(s.steps())(t)
		name := last[len(last)-1].name
		exec := func(query string, args ...any) {
			if _, err := s.write.ExecContext(context.WithoutCancel(t.Context()), query, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec("DELETE FROM migrations WHERE name = $1", name)
		exec("INSERT INTO migrations (name, applied_at) VALUES ('9999_future', 0)")
		got = must(Inspect(t.Context(), d.url))(t)
		if !got.Newer || !slices.Equal(got.Pending, []string{name}) || got.Configured != nil {
			t.Errorf("of a database between versions: %+v", got)
		}
	})
}
