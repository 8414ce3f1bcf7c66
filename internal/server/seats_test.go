package server

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// TestWaitingForGitHubTakesNoSeat: more evaluations wait for GitHub than the machine has processors.
func TestWaitingForGitHubTakesNoSeat(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	many := runtime.GOMAXPROCS(0) + 3
	s.Workers = many
	w.run(t, s)
	first := w.open(t, "first") // which learns for all who may write
	w.settled(t, s.Store)
	reopen := w.gate.shut()
	defer reopen()
	for i := range many {
		w.open(t, fmt.Sprint("branch-", i))
	}
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.until(t, "all to be read at the same time", func() bool { _, waiting, _ := w.gate.count(); return waiting == many })
	reopen()
	w.settled(t, s.Store)
	for number := first; number <= first+many; number++ {
		if got := w.conclusion(number); got != "action_required" {
			t.Errorf("pull request %d: GitHub shows %q", number, got)
		}
	}
}

// TestSeats: a seat is free while its evaluation waits, in however many parts, and taken again after that.
func TestSeats(t *testing.T) {
	t.Parallel()
	all := newSeats(1, &door{})
	ctx, leave, err := all.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := all.take(ended(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("a second one was seated: %v", err)
	}
	if err := ctx.Value(seatKey{}).(*seat).sit(ended(t)); err != nil {
		t.Errorf("a part of an evaluation that has its seat waits for another one: %v", err)
	}
	var parts errgroup.Group
	for range 3 {
		parts.Go(func() error {
			_, err := whileWaiting(ctx, func() (int, error) {
				_, stand, err := all.take(t.Context()) // which would never come if one part kept the seat
				if err == nil {
					stand()
				}
				return 0, err
			})
			return err
		})
	}
	if err := parts.Wait(); err != nil {
		t.Error(err)
	}
	if len(all.places) != 1 {
		t.Errorf("%d seats are taken after all parts are back, want 1", len(all.places))
	}
	leave()
	leave()
	if len(all.places) != 0 {
		t.Errorf("%d seats are taken in the end", len(all.places))
	}
	ctx, leave, err = all.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	policies := &policy.Engine{Workers: &policy.Workers{Command: func() *exec.Cmd {
		if len(all.places) != 0 {
			t.Error("waiting for a worker process takes a seat")
		}
		return exec.Command("") // there is none
	}}}
	if _, err := policies.Evaluate(ctx, policy.Source{ID: "own"}, &policy.Input{Snapshot: &bylaw.Snapshot{}}, policy.Given{}); err == nil {
		t.Error("a policy was evaluated by nobody")
	}
	if len(all.places) != 1 {
		t.Errorf("%d seats are taken after that, want 1", len(all.places))
	}
	leave()
	failed := errors.New("GitHub does not answer")
	if _, err := whileWaiting(t.Context(), func() (int, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Errorf("without a seat: %v", err)
	}
}

func ended(t *testing.T) context.Context {
	ctx, end := context.WithCancel(t.Context())
	end()
	return ctx
}
