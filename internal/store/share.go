package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

const (
	// mostShared bounds how many share one commit, so that nobody waits long for the others.
	mostShared = 256
	// mostBeside is how many of the others share the commit of urgent ones.
	mostBeside = 8
)

// sharing lets those who write to an SQLite file at the same time share one commit, and so one wait for the
// disk: it has a single writer, and the next ones come together while one commits. The zero value is ready.
type sharing struct {
	mu      sync.Mutex
	urgent  []*sharer
	waiting []*sharer
	running chan struct{} // closed when the one who commits has ended; nil when nobody does
}

// sharer is somebody who waits for a commit. done holds one answer.
type sharer struct {
	do   func(context.Context, *sql.Tx) error
	done chan error
}

// share is like change, but do may run in a transaction with those of others. Each of them is all or
// nothing for itself; nobody is answered before the commit. do runs with the context that it is given, not
// with the caller's: to break off one statement would take everything that was written with it away.
//
// When ctx ends share returns at once. What it was asked for is then either not begun and never will be, or
// under way: it may still be committed, as with every answer that gets lost. do must therefore write only
// to variables that are not read when share fails.
//
// On PostgreSQL every transaction has its own connection, and the server lets commits share a write by
// itself: sharing them here as well was slower (BenchmarkAccept).
func (s *Store) share(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	return s.shareAmong(ctx, &s.sharing.waiting, do)
}

// shareFirst is share for what GitHub waits for: few others share its commit, so that it comes soon.
func (s *Store) shareFirst(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	return s.shareAmong(ctx, &s.sharing.urgent, do)
}

func (s *Store) shareAmong(ctx context.Context, queue *[]*sharer, do func(context.Context, *sql.Tx) error) error {
	if s.postgres {
		return s.change(ctx, func(tx *sql.Tx) error { return do(ctx, tx) })
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	one := &sharer{do: do, done: make(chan error, 1)}
	s.sharing.mu.Lock()
	*queue = append(*queue, one)
	if s.sharing.running == nil {
		s.sharing.running = make(chan struct{})
		go s.commitShared()
	}
	s.sharing.mu.Unlock()
	select {
	case err := <-one.done:
		if caught := new(panicked); errors.As(err, &caught) {
			panic(caught)
		}
		return err
	case <-ctx.Done():
		s.sharing.mu.Lock()
		*queue = slices.DeleteFunc(*queue, func(w *sharer) bool { return w == one })
		s.sharing.mu.Unlock()
		return ctx.Err()
	}
}

// run calls do, and returns its panic as an error: it is the caller's, and not that of those who share its commit.
func (w *sharer) run(ctx context.Context, tx *sql.Tx) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	return w.do(ctx, tx)
}

// panicked is a panic on its way to whom it belongs, with the place where it happened.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }

// more tells whether anybody waits. If not, the one who commits must go.
func (h *sharing) more() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.urgent)+len(h.waiting) > 0 {
		return true
	}
	close(h.running)
	h.running = nil
	return false
}

// next takes those who wait by now, the urgent ones and then the oldest; everybody may have left.
func (h *sharing) next() []*sharer {
	h.mu.Lock()
	defer h.mu.Unlock()
	batch := shift(&h.urgent, mostShared)
	if len(batch) > 0 {
		return append(batch, shift(&h.waiting, mostBeside)...)
	}
	return shift(&h.waiting, mostShared)
}

func shift(queue *[]*sharer, most int) []*sharer {
	n := min(len(*queue), most)
	first := slices.Clone((*queue)[:n])
	*queue = slices.Delete(*queue, 0, n)
	return first
}

// rest waits until nobody commits.
func (h *sharing) rest() {
	h.mu.Lock()
	running := h.running
	h.mu.Unlock()
	if running != nil {
		<-running
	}
}

// commitShared commits until nobody waits any more.
func (s *Store) commitShared() {
	ctx := context.Background()
	for s.sharing.more() {
		// Only whoever has the writer knows who will have come by then.
		tx, err := s.write.BeginTx(ctx, nil)
		batch := s.sharing.next()
		answers := make([]error, len(batch))
		if err == nil {
			err = together(ctx, tx, batch, answers)
			if err != nil && len(batch) > 1 { // perhaps the fault of one of them: each for itself
				for i, one := range batch {
					answers[i] = s.changeOnce(ctx, func(tx *sql.Tx) error { return one.run(ctx, tx) })
				}
				err = nil
			}
		}
		for i, one := range batch {
			one.done <- errors.Join(err, answers[i])
		}
	}
}

// together runs a batch in tx and commits it. answers become the faults of single ones, of which nothing is
// written; an error is one of them all.
func together(ctx context.Context, tx *sql.Tx, batch []*sharer, answers []error) error {
	defer tx.Rollback() // does nothing after Commit
	if len(batch) == 0 {
		return nil
	}
	if len(batch) == 1 {
		if err := batch[0].run(ctx, tx); err != nil {
			return err
		}
		return tx.Commit()
	}
	for i, one := range batch {
		if _, err := tx.ExecContext(ctx, "SAVEPOINT sharer"); err != nil {
			return err
		}
		end := "RELEASE sharer"
		if answers[i] = one.run(ctx, tx); answers[i] != nil {
			end = "ROLLBACK TO sharer; RELEASE sharer"
		}
		// A full disk may have rolled everything back already: https://www.sqlite.org/lang_transaction.html
		if _, err := tx.ExecContext(ctx, end); err != nil {
			return errors.Join(answers[i], err)
		}
	}
	return tx.Commit()
}
