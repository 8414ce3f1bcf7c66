package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	lease   = 60 * time.Second // of a claim, unless the server says otherwise
	poll    = time.Second      // for work of other processes, when no news of it came
	jobTime = 5 * time.Minute
)

// worker works off what the store has to do.
type worker struct {
	*Server
	slots chan struct{} // one for each job at work
	seats *seats        // one for each evaluation that is not waiting for GitHub

	mu     sync.Mutex
	held   []*holding
	grants map[int64]int64 // what was last heard of each installation, see grantKey
}

// holding is a claim that is at work.
type holding struct {
	store.Claim
	lose context.CancelCauseFunc // breaks the work off
}

// lease is how long a claim lasts that is not renewed.
func (w *worker) lease() time.Duration { return cmp.Or(w.Lease, lease) }

// run claims and does work until taking ends, and returns when all of it is done. working is the
// context of the work itself, which may outlast taking.
func (w *worker) run(taking, working context.Context) {
	var jobs sync.WaitGroup
	beating, stop := context.WithCancel(working)
	var beat sync.WaitGroup
	beat.Go(func() { w.beat(beating) })
	beat.Go(func() { w.tidy(beating) })
	beat.Go(func() { w.plan(beating) })
	defer func() {
		jobs.Wait()
		stop()
		beat.Wait()
		if err := w.Store.Release(context.WithoutCancel(working), w.Owner); err != nil {
			w.Log.Warn("claims not given back; they run out with their leases", "err", err)
		}
	}()
	for {
		select {
		case w.slots <- struct{}{}:
		case <-taking.Done():
			return
		}
		free := 1
	more:
		for free < cap(w.slots) {
			select {
			case w.slots <- struct{}{}:
				free++
			default:
				break more
			}
		}
		w.door.waitQuiet(taking, politeness)
		claims, err := w.Store.Claim(taking, w.Owner, w.lease(), free)
		if err != nil && taking.Err() == nil {
			w.Log.Error("work not claimed", "err", err)
		}
		for range free - len(claims) {
			<-w.slots
		}
		for _, c := range claims {
			ours, held := w.hold(working, c)
			jobs.Go(func() {
				defer func() { <-w.slots }()
				next, judged := w.work(ours, c, nil)
				for w.drop(held); next != nil; w.drop(held) {
					ours, held = w.hold(working, *next)
					next, judged = w.work(ours, *next, judged)
				}
			})
		}
		if len(claims) == min(free, store.MostClaimed) { // there may be more
			continue
		}
		select {
		case <-w.Store.Wake():
		case <-time.After(w.wait(taking)):
		case <-taking.Done():
			return
		}
	}
}

// wait is how long nothing will be due, as far as this process knows; never longer than the poll.
func (w *worker) wait(ctx context.Context) time.Duration {
	due, some, err := w.Store.NextDue(ctx)
	if err != nil || !some {
		return poll
	}
	return min(max(due.Sub(w.Now()), 5*time.Millisecond), poll)
}

// beat renews the leases of everything at work, and breaks off what another process has taken over.
func (w *worker) beat(ctx context.Context) {
	tick := time.NewTicker(w.lease() / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w.mu.Lock()
		all := slices.Clone(w.held)
		w.mu.Unlock()
		if len(all) == 0 {
			continue
		}
		keys := make([]string, len(all))
		for i, h := range all {
			keys[i] = h.Key
		}
		until := w.Now().Add(w.lease())
		held, err := w.Store.Extend(ctx, w.Owner, w.lease(), keys)
		if err != nil {
			if ctx.Err() == nil {
				w.Log.Warn("leases not renewed", "err", err)
			}
			continue
		}
		for _, h := range all {
			if slices.Contains(held, h.Key) {
				w.renewed(h, until)
			} else {
				h.lose(errLost)
			}
		}
	}
}

const (
	// keptFor is how long what only the work needs is kept: much longer than GitHub delivers again, which is for
	// three days.
	keptFor = 14 * 24 * time.Hour
	// recordsKept is how long what was decided is kept, if Server.Keep says nothing: a year, and time to report on it.
	recordsKept = 400 * 24 * time.Hour
)

// tidy removes what is old from the store, at the beginning and then once an hour.
func (w *worker) tidy(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		pruned, err := w.Store.Prune(ctx, store.Retention{Records: w.Now().Add(-cmp.Or(w.Keep, recordsKept)), Scratch: w.Now().Add(-keptFor)})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.Log.Error("old entries not removed", "err", err)
		case pruned.Total() > 0:
			w.Log.Info("old entries removed", "deliveries", pruned.Deliveries, "runs", pruned.Runs, "facts", pruned.Facts,
				"work", pruned.Work, "heads", pruned.Heads, "commands", pruned.Commands, "groups", pruned.Groups, "checks", pruned.Checks, "names", pruned.Names)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// hold notes that a claim is at work, and returns the context of that work, which ends when the claim is lost.
func (w *worker) hold(working context.Context, c store.Claim) (context.Context, *holding) {
	ctx, lose := context.WithCancelCause(working)
	h := &holding{Claim: c, lose: lose}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = append(w.held, h)
	return ctx, h
}

func (w *worker) drop(h *holding) {
	h.lose(nil)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = slices.DeleteFunc(w.held, func(held *holding) bool { return held == h })
}

func (w *worker) renewed(h *holding, until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h.LeaseUntil = until
}

// leaseUntil is when the lease of a claim ends, as far as this process knows.
func (w *worker) leaseUntil(c store.Claim) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.held {
		if h.Key == c.Key && h.Fence == c.Fence {
			return h.LeaseUntil
		}
	}
	return c.LeaseUntil
}

// errLost says that a claim is not ours any more: this process was silent for longer than a lease.
var errLost = errors.New("another process has taken over")

// secured makes sure that a claim is ours, and returns a context that ends with its lease: for writing to GitHub,
// which knows nothing of claims, so that whoever takes over writes after us. Done must be called in the end.
func (w *worker) secured(ctx context.Context, c store.Claim) (sending context.Context, done context.CancelFunc, err error) {
	standing, err := w.Store.Standing(ctx, c)
	if err != nil || !standing.Ours {
		return nil, nil, errors.Join(err, errLost)
	}
	return w.leased(ctx, c)
}

// leased is the second half of secured, for who has just heard that the claim is ours.
func (w *worker) leased(ctx context.Context, c store.Claim) (sending context.Context, done context.CancelFunc, err error) {
	until := w.leaseUntil(c)
	if now := w.Now(); until.Sub(now) < w.lease()/2 {
		held, err := w.Store.Extend(ctx, w.Owner, w.lease(), []string{c.Key})
		if err != nil || len(held) == 0 {
			return nil, nil, errors.Join(err, errLost)
		}
		until = now.Add(w.lease())
	}
	sending, done = context.WithTimeoutCause(ctx, until.Sub(w.Now()), errLost)
	return sending, done, nil
}

// work does one job, and keeps what came of it. One that is broken off because working has ended is given
// back with all others, as if it had not begun. It returns what to go on with, if anything, and what was judged: that
// is before when the next one begins.
func (w *worker) work(working context.Context, c store.Claim, before *judged) (next *store.Claim, now *judged) {
	ctx, cancel := context.WithTimeout(working, jobTime)
	defer cancel()
	began := w.Now()
	var p payload
	var finished store.Finished
	var note string
	err := json.Unmarshal([]byte(c.Payload), &p)
	p.judged = before
	ctx, span := w.Tracer.Begin(ctx, c.Kind, p.Origin, slog.String("job", c.Key), slog.Int("attempts", c.Attempts))
	if err == nil {
		err = recovered(func() (err error) { finished, note, err = w.do(ctx, c, &p); return err })
	}
	line := w.Log.With("job", c.Key, "took", w.Now().Sub(began).Round(time.Millisecond))
	if caught := new(panicked); errors.As(err, &caught) {
		line.Error("panic", "value", caught.value, "stack", string(caught.stack))
	}
	var standing store.Standing
	if err == nil {
		finished.FollowUps = following(ctx, finished.FollowUps)
		follow(c, finished.FollowUps)
		finished.Next, finished.Lease = goOn(finished.FollowUps), w.lease()
		keeping, done := ctx, context.CancelFunc(func() {})
		if finished.Wrote != nil { // it stands on GitHub, whatever has become of the work meanwhile
			keeping, done = context.WithTimeout(context.WithoutCancel(ctx), noteTime)
		}
		if standing, err = w.Store.Finish(keeping, c, finished); err != nil {
			err = fmt.Errorf("keep result: %w", err)
		}
		done()
	}
	outcome := "done"
	switch {
	case err != nil && working.Err() != nil:
		outcome = "broken off"
		line.Info("broken off, to be done again", "err", err)
	case err != nil:
		outcome = "failed"
		w.failed(ctx, c, p, err)
	case !standing.Ours:
		outcome = "dropped"
		line.Warn("result dropped: another process has taken over")
	default:
		line.Info("done", "result", note, "again", standing.Newer)
		if finished.Run != nil {
			w.Metrics.Run(finished.Run.Conclusion)
		}
	}
	span.Note(slog.String("outcome", outcome), slog.String("result", note))
	span.End(err)
	w.Metrics.Job(c.Kind, outcome, began.Sub(c.DueAt), w.Now().Sub(began))
	return standing.Next, p.judged
}

// goOn is the key of what whoever has judged a pull request goes on with: publishing the verdict, unless others come
// first. "" is nothing.
func goOn(jobs []store.Job) string {
	if i := slices.IndexFunc(jobs, func(j store.Job) bool {
		return j.Kind == kindPublish && j.DueAt.IsZero() && j.Priority == priorityFresh
	}); i >= 0 {
		return jobs[i].Key
	}
	return ""
}

// follow has jobs wait as their claim has: what follows for everybody comes behind what a person has just
// done, up to the check run on GitHub.
func follow(c store.Claim, jobs []store.Job) {
	for i := range jobs {
		jobs[i].Priority = max(jobs[i].Priority, c.Priority)
	}
}

// renewToken drops the clients of an installation when it was heard that the App may do other things there: a token
// keeps what it was made with, up to an hour, and any process may have taken the webhook.
func (w *worker) renewToken(ctx context.Context, installation int64) error {
	if installation == 0 {
		return nil
	}
	_, _, heard, err := w.Store.Fact(ctx, grantKey(installation))
	if err != nil {
		return fmt.Errorf("look up what the App may do: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if before, known := w.grants[installation]; known && before != heard {
		w.App.Forget(installation)
	}
	if w.grants == nil {
		w.grants = map[int64]int64{}
	}
	w.grants[installation] = heard
	return nil
}

func (w *worker) do(ctx context.Context, c store.Claim, p *payload) (store.Finished, string, error) {
	if p.judged == nil { // otherwise it was done a moment ago
		if err := w.renewToken(ctx, c.Installation); err != nil {
			return store.Finished{}, "", err
		}
	}
	switch c.Kind {
	case kindPull:
		return w.evaluate(ctx, c, p)
	case kindPublish:
		return w.publish(ctx, c, *p)
	case kindHead:
		return w.findHead(ctx, c, *p)
	case kindGroup:
		return w.findGroup(ctx, c, *p)
	case kindRepository:
		return w.lookAtRepository(ctx, c)
	case kindInstallation:
		return w.lookAtInstallation(ctx, c, *p)
	case kindAsk:
		return w.askReviewer(ctx, c, *p)
	case kindComment:
		return w.comment(ctx, c, *p)
	case kindRecovery:
		return w.recoverDeliveries(ctx)
	case kindSweeps:
		return w.sweepAll(ctx)
	case kindSweep:
		return w.sweep(ctx, c)
	case kindPushed:
		return w.lookAtPush(ctx, c, *p)
	case kindWelcome:
		return w.welcome(ctx, c, *p)
	}
	return store.Finished{}, "", fmt.Errorf("unknown kind of job %q", c.Kind)
}

// How a failed job is tried again: after 2, 4, 8, ... seconds, at most every 10 minutes, each with up
// to half of it more, so that many jobs do not come back at the same moment.
const (
	firstRetry = 2 * time.Second
	lastRetry  = 10 * time.Minute
	// sayAfter is at which attempt the pull request is told that it cannot be judged.
	sayAfter = 3
	// hopeless is how many attempts a failure gets that time alone does not mend, before it is tried again only
	// once in sometimes.
	hopeless  = 6
	sometimes = time.Hour
	// enough is how many attempts it gets where GitHub shows nothing, as after the App was uninstalled: about a day.
	enough = hopeless + 24
	// longest is how long an installation is held back at most, whatever the answer says: GitHub's own limits start anew
	// within an hour, and something between us and GitHub may count in other units.
	longest = 2 * time.Hour
)

// failed keeps the reason of a failure and decides when to try again. A limit of GitHub holds back the
// whole installation, and is no attempt of this job.
func (w *worker) failed(ctx context.Context, c store.Claim, p payload, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if standing, err := w.Store.Standing(ctx, c); err == nil && !standing.Ours {
		w.Log.Warn("broken off: another process has taken over", "job", c.Key, "err", cause)
		return
	}
	wait := min(firstRetry<<min(c.Attempts-1, 20), lastRetry)
	f := store.Failure{
		Reason: reasonOf(cause), RetryAt: w.Now().Add(wait + time.Duration(rand.Int64N(int64(wait)/2))),
		GiveUp: !temporary(cause) && c.Attempts >= hopeless, RecheckAt: w.Now().Add(sometimes),
	}
	var refused *github.Error
	limited := errors.As(cause, &refused) && refused.Kind == github.RateLimited
	if refused != nil && (refused.Kind == github.Unauthorized || refused.Kind == github.Forbidden || refused.Kind == github.NotFound) {
		w.App.Forget(c.Installation) // perhaps the token is of before the App was allowed to, and nobody has told
	}
	if limited {
		f.Limited, f.RetryAt = true, refused.RetryAt
		if soonest := w.Now().Add(time.Second); f.RetryAt.Before(soonest) { // GitHub's clock is behind, or its answer old
			f.RetryAt = soonest
		}
		if latest := w.Now().Add(longest); f.RetryAt.After(latest) {
			f.RetryAt = latest
		}
		w.Metrics.Held()
		if err := w.Store.Hold(ctx, c.Installation, f.RetryAt); err != nil {
			w.Log.Error("installation not held back", "job", c.Key, "err", err)
		}
	}
	w.Log.Warn("failed", "job", c.Key, "attempts", c.Attempts, "retry", f.RetryAt, "given_up", f.GiveUp, "err", cause)
	gone := c.Kind != kindPull && c.Installation != 0 && missing(cause) && c.Attempts >= enough
	var untold error
	switch {
	case limited: // nothing can be told either
	case c.Kind == kindPull && (c.Attempts >= sayAfter || !temporary(cause)):
		gone, untold = w.troubled(ctx, c, p, cause, &f)
	case (c.Kind == kindPublish || c.Kind == kindGroup) && (c.Attempts == sayAfter || !temporary(cause) && (c.Attempts == 1 || f.GiveUp)):
		untold = w.sayTrouble(ctx, c, p, cause)
		gone = gone || f.GiveUp && missing(cause) && missing(untold)
	}
	if gone { // GitHub shows neither the pull request nor its head, or nothing for long: it is gone, or the App is
		_, err := w.Store.Finish(ctx, c, w.withoutPull(ctx, c, p))
		w.Log.Info("done", "job", c.Key, "result", "GitHub does not show it to us any more", "err", err)
		return
	}
	if untold != nil {
		w.Log.Warn("trouble not told", "job", c.Key, "err", untold)
	}
	if _, err := w.Store.Fail(ctx, c, f); err != nil {
		w.Log.Error("failure not kept; the lease runs out", "job", c.Key, "err", err)
	}
}

// panicked is a panic, caught so that one job does not end the process again and again.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// recovered calls do and returns its panic as an error.
func recovered(do func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	return do()
}
