package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	recoverEvery = 5 * time.Minute
	sweepEvery   = 10 * time.Minute

	// redelivered is how long GitHub keeps deliveries and makes them again on demand.
	// https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
	redelivered = 3 * 24 * time.Hour
	// overlap is how far a search goes back behind the one before: a delivery that GitHub held back or that timed out
	// stands below others that failed before it.
	overlap = time.Hour
	// soon is when a search goes on that took too many pages, or that found more than may be asked for at once.
	soon = time.Minute

	mostPages = 30  // of one search, 100 deliveries each
	mostAsks  = 100 // redeliveries of one search: a POST is 5 of the 900 points that GitHub allows in a minute
	mostTimes = 5   // redeliveries of one delivery
)

// every is how often something is done; never is true when it is switched off.
func every(set, otherwise time.Duration) (often time.Duration, never bool) {
	if set == 0 {
		return otherwise, false
	}
	return set, set < 0
}

// plan sees to it that recovery and sweeps are among the work, from the start of the process on. From then on
// they come back by themselves, once for all processes that share the store.
func (w *worker) plan(ctx context.Context) {
	var jobs []store.Job
	if _, never := every(w.RecoverEvery, recoverEvery); !never {
		jobs = append(jobs, recoveryJob())
	}
	if _, never := every(w.SweepEvery, sweepEvery); !never {
		jobs = append(jobs, sweepsJob())
	}
	if len(jobs) == 0 {
		return
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		err := w.Store.Raise(ctx, jobs...)
		if err == nil || ctx.Err() != nil {
			return
		}
		w.Log.Error("recovery not planned, to be tried again", "err", err)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// recoverDeliveries has GitHub make deliveries again that have failed and were never accepted. Where some were lost, what
// only webhooks keep right is forgotten, and the installation is swept.
func (w *worker) recoverDeliveries(ctx context.Context) (store.Finished, string, error) {
	often, never := every(w.RecoverEvery, recoverEvery)
	if never {
		return store.Finished{}, "recovery is switched off", nil
	}
	state, err := w.Store.Recovery(ctx)
	if err != nil {
		return store.Finished{}, "", err
	}
	began := w.Now()
	away := !state.RanAt.IsZero() && began.Sub(state.RanAt) > 3*often // nobody has looked, so nobody was there
	if away && state.Top.IsZero() {                                   // once, not with every part of a long search
		older, err := w.restored(ctx, state.RanAt)
		if err == nil && older {
			err = w.lookAtAll(ctx)
		}
		if err != nil {
			return store.Finished{}, "", err
		}
	}
	whole, err := w.findFailed(ctx, &state)
	if err != nil {
		return store.Finished{}, "", err
	}
	lost, err := w.Store.Undelivered(ctx, began.Add(-redelivered), mostTimes)
	if err != nil {
		return store.Finished{}, "", err
	}
	if err := w.afterGap(ctx, away, state.RanAt.Add(-late), lost); err != nil {
		return store.Finished{}, "", err
	}
	asked, left, err := w.redeliver(ctx, lost)
	if err != nil {
		return store.Finished{}, "", err
	}
	out := store.Finished{RecheckAt: began.Add(often)}
	if !whole || left > 0 {
		out.RecheckAt = w.Now().Add(min(soon, often))
	}
	if whole {
		state.RanAt = began
	}
	if err := w.Store.SaveRecovery(ctx, state, nil, nil, time.Time{}); err != nil {
		return store.Finished{}, "", err
	}
	return out, fmt.Sprintf("%d of %d failed deliveries asked for again", asked, len(lost)), nil
}

// findFailed keeps every delivery that has failed since the last search. It goes on where that one stopped, and
// whole is false if it must be gone on with once more.
func (w *worker) findFailed(ctx context.Context, state *store.Recovery) (whole bool, err error) {
	until := w.Now().Add(-redelivered)
	if known := state.SeenTo.Add(-overlap); known.After(until) {
		until = known
	}
	succeeded := map[string]int64{}
	for range mostPages {
		if state.Top.IsZero() {
			state.Top, state.Page = w.Now(), ""
		}
		page, next, err := w.App.FailedDeliveries(ctx, state.Page)
		if refused := new(github.Error); errors.As(err, &refused) && refused.Kind == github.Invalid && state.Page != "" {
			state.Top = time.Time{} // GitHub knows the page no longer: from the beginning
			continue
		}
		if err != nil {
			return false, err
		}
		whole = next == ""
		var failed []store.FailedDelivery
		for _, d := range page {
			switch {
			case d.DeliveredAt.Before(until):
				whole = true
			case d.Delivered():
				succeeded[d.GUID] = max(succeeded[d.GUID], d.ID)
			default:
				failed = append(failed, store.FailedDelivery{GUID: d.GUID, Installation: d.Installation, Attempt: d.ID, FailedAt: d.DeliveredAt})
			}
		}
		if state.Page = next; whole {
			state.SeenTo, state.Top, state.Page = state.Top, time.Time{}, ""
		}
		if err := w.Store.SaveRecovery(ctx, *state, failed, succeeded, w.Now().Add(-keptFor)); err != nil || whole {
			return whole, err
		}
	}
	return false, nil
}

// afterGap looks after what redelivery alone may not bring back. Cached facts are kept right by webhooks, so
// those of an installation that lost some since the last search are forgotten, and all of them after nobody was there.
func (w *worker) afterGap(ctx context.Context, away bool, last time.Time, lost []store.FailedDelivery) error {
	var jobs []store.Job
	var doubtful []string
	var installations []int64
	for _, d := range lost {
		if d.Asked == 0 && d.FailedAt.After(last) && d.Installation != 0 && !slices.Contains(installations, d.Installation) {
			installations = append(installations, d.Installation)
			doubtful = append(doubtful, accessKeys(d.Installation)...)
			jobs = append(jobs, sweepJob(d.Installation))
		}
	}
	if away {
		doubtful, jobs = []string{"pushers ", "team "}, []store.Job{sweepsJob()}
	}
	if _, never := every(w.SweepEvery, sweepEvery); never {
		jobs = nil
	}
	if err := w.Store.Forget(ctx, doubtful...); err != nil {
		return fmt.Errorf("forget who may do what: %w", err)
	}
	if len(jobs) == 0 {
		return nil
	}
	return w.Store.Raise(ctx, jobs...)
}

// accessKeys are the beginnings of the names of all cached facts of who may do what in an installation.
func accessKeys(installation int64) []string {
	return []string{pushersKey(installation, ""), teamKeys(installation)}
}

// redeliver asks for another attempt at each delivery whose turn it is, the oldest first. left is how many must
// wait for the next time.
func (w *worker) redeliver(ctx context.Context, lost []store.FailedDelivery) (asked, left int, err error) {
	for _, d := range lost {
		if d.Asked > 0 && w.Now().Before(d.AskedAt.Add(pause(d.Asked))) {
			continue
		}
		if asked == mostAsks {
			left++
			continue
		}
		err := w.App.Redeliver(ctx, d.Attempt)
		refused := new(github.Error)
		if errors.As(err, &refused) && (refused.Kind == github.NotFound || refused.Kind == github.Invalid) {
			w.Log.Warn("delivery is lost: GitHub does not make it again", "delivery", d.GUID, "err", err)
			err = nil
		}
		if err != nil {
			return asked, left, err
		}
		if err := w.Store.Asked(ctx, d); err != nil {
			return asked, left, err
		}
		asked++
	}
	return asked, left, nil
}

// pause is how long a delivery rests that was asked for so many times and has failed again: 10 and 40 minutes, then
// 2 hours 40, then 10 hours 40.
func pause(asked int) time.Duration { return 10 * time.Minute << (2 * (asked - 1)) }

// afterStop is when a run is to be repeated in which a policy was stopped for its need of time or memory; zero when
// none was. It rests as long as it has been so already, between a minute and an hour, so that each pause is
// about twice the one before. since is when it was first so.
func afterStop(run bylaw.Run, since time.Time) time.Time {
	if !slices.ContainsFunc(run.Verdicts, policy.StoppedForNeed) {
		return time.Time{}
	}
	taken := run.Snapshot.TakenAt.Time
	return taken.Add(min(max(taken.Sub(since), time.Minute), sometimes))
}

// earlier is the earlier of two times, of which a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
