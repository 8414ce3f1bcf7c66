package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// busy keeps the only writer of an SQLite file until free is called, so that others come together.
func busy(t *testing.T, s *Store) (free func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		check(t, s.change(context.WithoutCancel(t.Context()), func(*sql.Tx) error { close(begun); <-end; return nil }))
	})
	<-begun
	return sync.OnceFunc(func() { close(end); ended.Wait() })
}

// come waits until n wait to share a commit.
func come(t *testing.T, s *Store, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		s.sharing.mu.Lock()
		waiting := len(s.sharing.urgent) + len(s.sharing.waiting)
		s.sharing.mu.Unlock()
		if waiting == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("want %d waiting, got %d", n, waiting)
		}
	}
}

func TestThoseWhoWriteTogetherShareACommit(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	free := busy(t, s)
	defer free()
	const writers = 20
	var mu sync.Mutex
	seen := map[*sql.Tx]int{}
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			check(t, s.share(t.Context(), func(_ context.Context, tx *sql.Tx) error {
				mu.Lock()
				defer mu.Unlock()
				seen[tx]++
				return nil
			}))
		})
	}
	come(t, s, writers)
	free()
	all.Wait()
	if len(seen) != 1 {
		t.Errorf("want one transaction for %d writers, got %d", writers, len(seen))
	}
}

// TestWebhooksShareTheNextCommit: they do not wait for everybody who came before.
func TestWebhooksShareTheNextCommit(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	free := busy(t, s)
	defer free()
	var mu sync.Mutex
	var order []*sql.Tx // of each commit
	with := map[*sql.Tx][]string{}
	write := func(who string, share func(context.Context, func(context.Context, *sql.Tx) error) error) {
		check(t, share(t.Context(), func(_ context.Context, tx *sql.Tx) error {
			mu.Lock()
			defer mu.Unlock()
			if with[tx] = append(with[tx], who); len(with[tx]) == 1 {
				order = append(order, tx)
			}
			return nil
		}))
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { write("worker", s.share) })
		come(t, s, i+1)
	}
	all.Go(func() { write("webhook", s.shareFirst) })
	come(t, s, 21)
	free()
	all.Wait()
	if len(order) != 2 || len(with[order[0]]) != 1+mostBeside || with[order[0]][0] != "webhook" {
		t.Errorf("want a webhook and %d others in the first of two commits, got %v", mostBeside, with)
	}
}

func TestOneBadDeliveryDoesNotFailThoseItSharesACommitWith(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	if _, err := s.write.ExecContext(t.Context(), "PRAGMA max_page_count = 400"); err != nil {
		t.Fatal(err)
	}
	huge := intake("huge", "h")
	huge.Jobs[0].Payload = strings.Repeat("x", 4<<20) // more than the file may hold: SQLite takes everything back
	nameless := intake("nameless", "")
	twice := intake("one", "a") // the same delivery at the same time
	for _, deliveries := range [][]Intake{
		{intake("one", "a"), nameless, twice, intake("two", "b")},
		{intake("three", "c"), huge, intake("four", "d")},
	} {
		free := busy(t, s)
		defer free()
		errs := make([]error, len(deliveries))
		var all sync.WaitGroup
		for i, in := range deliveries {
			all.Go(func() { _, errs[i] = s.Accept(t.Context(), in) })
			come(t, s, i+1)
		}
		free()
		all.Wait()
		for i, in := range deliveries {
			if bad := in.Delivery.GUID == "huge" || in.Delivery.GUID == "nameless"; bad != (errs[i] != nil) {
				t.Errorf("%s: want an error %v, got %v", in.Delivery.GUID, bad, errs[i])
			}
		}
	}
	for key, want := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "h": false} {
		if _, kept, err := s.Outstanding(t.Context(), key); kept != want || err != nil {
			t.Errorf("%s: want raised %v, got %v %v", key, want, kept, err)
		}
	}
	if accept(t, s, intake("nameless")) {
		t.Error("want nothing kept of a delivery that failed")
	}
}

// SQLite itself takes a whole transaction back after some faults, of the disk above all.
func TestTransactionThatIsTakenBackIsWrittenOneByOne(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	free := busy(t, s)
	defer free()
	var all sync.WaitGroup
	all.Go(func() { must(s.Accept(t.Context(), intake("one", "a")))(t) })
	come(t, s, 1)
	fault := errors.New("disk I/O error")
	all.Go(func() {
		err := s.share(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "ROLLBACK")
			return errors.Join(fault, err)
		})
		if !errors.Is(err, fault) {
			t.Errorf("want the fault told to whom it met, got %v", err)
		}
	})
	come(t, s, 2)
	all.Go(func() { must(s.Accept(t.Context(), intake("two", "b")))(t) })
	come(t, s, 3)
	free()
	all.Wait()
	for _, key := range []string{"a", "b"} {
		found(s.Outstanding(t.Context(), key))(t)
	}
}

func TestWhoDoesNotWaitAnyLongerHarmsNobody(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	free := busy(t, s)
	defer free()
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := s.Accept(ctx, intake("gone", "gone")); !errors.Is(err, context.Canceled) {
			t.Errorf("want the caller's own end, got %v", err)
		}
	})
	come(t, s, 1)
	all.Go(func() { must(s.Accept(t.Context(), intake("one", "a")))(t) })
	come(t, s, 2)
	leave()
	come(t, s, 1) // it is gone while the writer is still busy

	// This one leaves while it is being written.
	ctx, leave = context.WithCancel(t.Context())
	all.Go(func() {
		err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
			leave()
			_, err := s.raise(ctx, tx, []Job{{Key: "late"}})
			return err
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("want it kept or the caller's own end, got %v", err)
		}
	})
	come(t, s, 2)
	all.Go(func() { must(s.Accept(t.Context(), intake("two", "b")))(t) })
	come(t, s, 3)
	free()
	all.Wait()
	for key, want := range map[string]bool{"gone": false, "a": true, "late": true, "b": true} {
		if _, kept, err := s.Outstanding(t.Context(), key); kept != want || err != nil {
			t.Errorf("%s: want raised %v, got %v %v", key, want, kept, err)
		}
	}
	if err := s.share(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("want nothing begun for who is gone already, got %v", err)
	}
}

// TestPanicIsOfWhoCausedIt: whoever shares its commit knows nothing of it, and the process lives on.
func TestPanicIsOfWhoCausedIt(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	bad := func(context.Context, *sql.Tx) error { panic("boom") }
	share := func(do func(context.Context, *sql.Tx) error) (caught any) {
		defer func() { caught = recover() }()
		check(t, s.share(t.Context(), do))
		return nil
	}
	for _, together := range []bool{false, true} {
		free := func() {}
		var other sync.WaitGroup
		if together {
			free = busy(t, s)
			other.Go(func() { accept(t, s, intake("one", "a")) })
			come(t, s, 1)
		}
		caught := make(chan any, 1)
		go func() { caught <- share(bad) }()
		if together {
			come(t, s, 2)
		}
		free()
		if got := fmt.Sprint(<-caught); !strings.Contains(got, "boom") || !strings.Contains(got, "TestPanicIsOfWhoCausedIt") {
			t.Errorf("together %v: want the panic with its place, got %s", together, got)
		}
		other.Wait()
	}
	found(s.Outstanding(t.Context(), "a"))(t)
}

// TestWhoeverLeavesReadsNothing is for the race detector: what is under way goes on writing.
func TestWhoeverLeavesReadsNothing(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t)
	free := busy(t, s)
	defer free()
	ctx, leave := context.WithCancel(t.Context())
	begun := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		check(t, s.share(t.Context(), func(context.Context, *sql.Tx) error { close(begun); <-ctx.Done(); return nil }))
	})
	come(t, s, 1)
	const readers = 20
	for i := range readers {
		all.Go(func() { _, _, _, _ = s.Fact(ctx, fmt.Sprint("fact ", i)) })
	}
	come(t, s, 1+readers)
	free()
	<-begun
	leave()
	all.Wait()
}
