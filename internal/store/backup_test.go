package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestBackupIsOneMomentOfADatabaseThatIsWrittenTo(t *testing.T) {
	t.Parallel()
	d := newSQLite(t)
	s := d.open(t)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	begun := make(chan struct{})
	var once sync.Once
	for range 4 {
		writers.Go(func() {
			for ctx.Err() == nil {
				check(t, s.Raise(t.Context(), Job{Key: "a"}, Job{Key: "b"}))
				must(s.Append(t.Context(), AuditEntry{Repository: "acme/widgets", Kind: "run"}))(t)
				once.Do(func() { close(begun) })
			}
		})
	}
	<-begun
	file := filepath.Join(t.TempDir(), "backup 1.db")
	check(t, s.Backup(t.Context(), file))
	stop()
	writers.Wait()
	if info := must(os.Stat(file))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("want mode 0600, got %o", info.Mode().Perm())
	}
	if err := s.Backup(t.Context(), file); !errors.Is(err, fs.ErrExist) {
		t.Errorf("want a file that is there left alone, got %v", err)
	}

	restored := database{file, d.clock}.open(t)
	check(t, restored.VerifyAudit(t.Context(), "acme/widgets"))
	entries := must(restored.Audit(t.Context(), "acme/widgets", 0, 100000))(t)
	if len(entries) == 0 {
		t.Error("want what was written before in the backup")
	}
	rows := must(restored.Queue(t.Context(), 10))(t)
	if len(rows) != 2 {
		t.Errorf("want both jobs, got %+v", rows)
	}
	var wants []int64
	for _, c := range must(restored.Claim(t.Context(), "w", time.Minute, 10))(t) {
		wants = append(wants, c.Want)
	}
	if len(wants) != 2 || wants[0] != wants[1] {
		t.Errorf("want both jobs raised as often, got %v", wants)
	}
	for _, c := range must(s.Claim(t.Context(), "w", time.Minute, 10))(t) { // the original is still one that can be written to
		must(s.Finish(t.Context(), c, Finished{}))(t)
	}
}

func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(ctx, file); err == nil {
		t.Error("want an error")
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("want no file, got %v", err)
	}
	if err := (&Store{postgres: true}).Backup(t.Context(), file); !errors.Is(err, ErrPostgres) {
		t.Errorf("want PostgreSQL left to its own tools, got %v", err)
	}
}
