package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	// spare is the share of an installation's hourly requests below which it is not swept: the rest is for what
	// people have just done.
	spare = 1.0 / 3
	// sweepPace is the time between two pull requests that a sweep has looked at again.
	sweepPace = 100 * time.Millisecond
	// late is how long after a change its webhook has surely come, if it comes at all.
	late = 2 * time.Minute
)

// longAgo is when a repository was looked at that is not reached now: if it comes back, it is looked at.
var longAgo = time.UnixMilli(1)

// sweepAll has every installation swept, one after the other over the time until the next sweeps.
func (w *worker) sweepAll(ctx context.Context) (store.Finished, string, error) {
	often, never := every(w.SweepEvery, sweepEvery)
	if never {
		return store.Finished{}, "sweeps are switched off", nil
	}
	installations, err := w.App.Installations(ctx)
	if err != nil {
		return store.Finished{}, "", err
	}
	now := w.Now()
	out := store.Finished{RecheckAt: now.Add(often)}
	for i, installation := range installations {
		if installation.Suspended {
			continue
		}
		j := sweepJob(installation.ID)
		j.DueAt = now.Add(often * time.Duration(i) / time.Duration(len(installations)))
		out.FollowUps = append(out.FollowUps, j)
	}
	return out, fmt.Sprintf("%d installations", len(out.FollowUps)), nil
}

// sweep compares what GitHub shows of an installation with what is kept of it, and has looked at what changed without
// a webhook. Repositories without a configuration that nobody has pushed to cost nothing, all others
// together one request for each 20 of them.
func (w *worker) sweep(ctx context.Context, c store.Claim) (store.Finished, string, error) {
	client := w.App.Client(c.Installation)
	if yields, note := w.yields(client); yields {
		return store.Finished{}, note, nil
	}
	began := w.Now()
	reached, err := client.Reached(ctx)
	if err != nil {
		return store.Finished{}, "", err
	}
	s := &sweeping{worker: w, claim: c, began: began}
	if err := s.names(ctx, reached); err != nil {
		return store.Finished{}, "", err
	}
	if err == nil {
		s.laws, err = w.Store.Laws(ctx, c.Installation)
	}
	if err == nil {
		s.failing, err = w.Store.Failing(ctx, c.Installation, began.Add(-overlap))
	}
	if err != nil {
		return store.Finished{}, "", err
	}
	all, err := s.choose(ctx, reached)
	if err != nil {
		return store.Finished{}, "", err
	}
	note := "done"
	for some := range slices.Chunk(all, github.SweptAtOnce) {
		if yields, why := w.yields(client); yields {
			note = why
			break
		}
		swept, err := client.Sweep(ctx, some)
		if err != nil {
			return store.Finished{}, "", err
		}
		for _, one := range swept {
			if err := s.compare(ctx, one); err != nil {
				return store.Finished{}, "", err
			}
		}
	}
	if err := s.keep(ctx); err != nil {
		return store.Finished{}, "", err
	}
	return store.Finished{}, fmt.Sprintf("%d repositories, %d to be looked at: %s", len(all), len(s.jobs), note), nil
}

// yields reports whether the installation has too few requests left for sweeps. The next one comes by itself.
func (w *worker) yields(client *github.Client) (bool, string) {
	share, until := client.Spare()
	if share >= spare {
		return false, ""
	}
	return true, fmt.Sprintf("only %.0f %% of the requests are left until %s", 100*share, until.UTC().Format(time.TimeOnly))
}

// sweeping is a sweep under way: what it starts from, and what it has found.
type sweeping struct {
	*worker
	claim store.Claim
	began time.Time
	known map[string]store.Repository // by name
	laws  map[string]string           // by name of the repository

	failing bool // deliveries have failed lately: what they would have told comes with the next attempt

	jobs         []store.Job
	repositories []store.Repository // to be kept
	newLaws      map[string]string  // to be kept, by name of the repository
	ended        []store.Group      // to be kept
	lost         bool               // a webhook that would have told of it did surely not come
}

// choose lists the repositories worth a look: those with rules, those never seen, and those that were pushed to
// since they were seen to have none. Those with rules that GitHub lists no more are noted as without.
func (s *sweeping) choose(ctx context.Context, reached []github.Reached) ([]github.SweepOf, error) {
	var all []github.SweepOf
	there := map[string]bool{}
	for _, r := range reached {
		name := r.FullName()
		there[name] = true
		known, found := s.known[name]
		if found && !known.Configured && r.PushedAt.Before(known.CheckedAt.Add(-late)) {
			continue
		}
		of := github.SweepOf{Owner: r.Owner, Name: r.Name, Rules: known.Rules}
		groups, err := s.Store.StandingGroups(ctx, name)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			if branch := baseOf(g); !slices.Contains(of.Queues, branch) {
				of.Queues = append(of.Queues, branch)
			}
		}
		all = append(all, of)
	}
	for name, r := range s.known {
		if r.Configured && !there[name] {
			s.gone(name)
		}
	}
	return all, nil
}

// baseOf is the branch that a merge group is to be merged into.
func baseOf(g store.Group) string { return strings.TrimPrefix(g.BaseRef, "refs/heads/") }

// gone notes that a repository is not reached now.
func (s *sweeping) gone(name string) {
	s.repositories = append(s.repositories, store.Repository{Name: name, Installation: s.claim.Installation, CheckedAt: longAgo})
}

// compare finds what changed unseen in one repository.
func (s *sweeping) compare(ctx context.Context, now github.Swept) error {
	name := now.Of.FullName()
	if missing(now.Err) {
		s.gone(name)
		return nil
	}
	if now.Err != nil {
		s.Log.Warn("repository not swept", "ref", name, "err", now.Err)
		return nil
	}
	if now.Is.Name != name || s.known[name].ID != 0 && s.known[name].ID != now.Is.ID {
		return nil // renamed just now: the next sweep finds it
	}
	judged, err := s.Store.OpenPulls(ctx, name)
	if err != nil {
		return err
	}
	atWork, err := s.Store.AboutToRun(ctx, name)
	if err != nil {
		return err
	}
	was := s.known[name]
	if now.Configured || was.Configured {
		otherLaw := was.Configured != now.Configured || s.laws[name] != now.Law
		if otherLaw && s.laws[name] != "" {
			s.Log.Info("rules changed unseen", "ref", name)
		}
		s.comparePulls(name, now, judged, atWork, otherLaw)
		if s.newLaws == nil {
			s.newLaws = map[string]string{}
		}
		s.newLaws[name] = now.Law
		if now.Configured && !was.Configured && now.Of.Name == bylaw.OrganizationRepository { // rules for all
			s.jobs = append(s.jobs, installationJob(s.claim.Installation, now.Of.Owner, fanOutAll))
		}
	}
	if !now.Configured || !was.Configured {
		s.repositories = append(s.repositories, store.Repository{Name: name, ID: now.Is.ID, Installation: s.claim.Installation, Configured: now.Configured, CheckedAt: s.began})
	}
	return s.compareGroups(ctx, name, now)
}

// comparePulls finds pull requests that are not as they were judged. What is about to be judged anyway is left out.
// With another law all are looked at, and also where a webhook was surely lost that GitHub does not know to
// have failed, so that nobody will deliver it again: who may do what may have changed in the same silence.
func (s *sweeping) comparePulls(name string, now github.Swept, judged []store.Pull, atWork map[string]bool, otherLaw bool) {
	before := map[int]store.Pull{}
	for _, p := range judged {
		before[p.Number] = p
	}
	var changed, same []int
	lost := false
	newestFirst(now.Pulls)
	for _, p := range now.Pulls {
		was, known := before[p.Number]
		delete(before, p.Number)
		switch raised := atWork[unseenJob(s.claim.Installation, name, p.Number).Key]; {
		case raised, !now.Configured && !known: // of the latter nothing says anything
		case !known || was.HeadSHA != p.HeadSHA: // not known may mean that it was closed and is open again
			changed = append(changed, p.Number)
			lost = lost || p.ChangedAt.Before(s.began.Add(-late))
		case was.ChangedAt.Before(p.ChangedAt): // perhaps only somebody has said something
			changed = append(changed, p.Number)
		default:
			same = append(same, p.Number)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(before)) { // they are closed by now
		if !atWork[unseenJob(s.claim.Installation, name, number).Key] {
			changed, lost = append(changed, number), true
		}
	}
	lost = lost && s.known[name].Configured
	if otherLaw || lost && !s.failing {
		changed = append(changed, same...)
	}
	s.lost = s.lost || lost
	for _, number := range changed {
		j := unseenJob(s.claim.Installation, name, number)
		j.DueAt = s.began.Add(sweepPace * time.Duration(len(s.jobs)))
		s.jobs = append(s.jobs, j)
	}
}

// compareGroups finds merge groups that the queue does not show any more.
func (s *sweeping) compareGroups(ctx context.Context, name string, now github.Swept) error {
	if len(now.Queued) == 0 {
		return nil
	}
	groups, err := s.Store.StandingGroups(ctx, name)
	if err != nil {
		return err
	}
	for _, g := range groups {
		heads, seen := now.Queued[baseOf(g)]
		if seen && !slices.Contains(heads, g.HeadSHA) && g.RequestedAt.Before(s.began.Add(-late)) {
			g.DestroyedAt = s.began
			s.ended = append(s.ended, g)
		}
	}
	return nil
}

// keep raises what the sweep has found, and then keeps that it was found: broken off in between, the next sweep
// finds it again.
func (s *sweeping) keep(ctx context.Context) error {
	if s.lost {
		s.Log.Warn("webhooks did not come: who may do what is read anew", "installation", s.claim.Installation)
		if err := s.Store.Forget(ctx, accessKeys(s.claim.Installation)...); err != nil {
			return fmt.Errorf("forget who may do what: %w", err)
		}
	}
	for name, law := range s.newLaws {
		if s.laws[name] != law {
			if err := s.Store.Forget(ctx, datesKey(s.claim.Installation, name, "", "")); err != nil {
				return fmt.Errorf("forget dates: %w", err)
			}
		}
	}
	for _, g := range s.ended {
		if err := s.Store.SaveGroup(ctx, g); err != nil {
			return err
		}
	}
	if len(s.jobs) > 0 {
		if err := s.Store.Raise(ctx, s.jobs...); err != nil {
			return err
		}
	}
	for _, r := range s.repositories {
		if err := s.Store.SaveRepository(ctx, r); err != nil {
			return err
		}
	}
	for name, law := range s.newLaws {
		if s.laws[name] == law {
			continue
		}
		if err := s.Store.SaveLaw(ctx, name, law); err != nil {
			return err
		}
	}
	return nil
}

// surelySeen is up to which change a reading that began at a time has surely seen the pull request: GitHub tells
// changes to the second, so another one may follow in the same second, and clocks differ a little.
func surelySeen(changed, read bylaw.Time) time.Time {
	if changed.IsZero() || !read.Before(changed.Add(2*time.Second)) {
		return changed.Time
	}
	return changed.Add(-time.Second)
}
