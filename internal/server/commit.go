package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// lookAgain is when a commit is looked at again whose verdicts were waited for. Every verdict raises the
// publishing of its commit itself; this is for what nobody has thought of.
const lookAgain = time.Minute

// commit is what is known of the pull requests that a commit stands for: the open ones whose head it is, and
// those of a merge group.
type commit struct {
	sha     string
	known   []store.Check       // what we have posted on it
	numbers []int               // of the pull requests that were looked at
	runs    []bylaw.Run         // their latest runs, as latest reads them; of one that could not be judged a run that says so
	pending []bylaw.Ref         // those that nobody has judged and nobody is about to
	late    []bylaw.Ref         // those that are about to be judged, and were not refused before
	entries map[int]audit.Named // of the latest runs, in the audit log, by pull request
	waits   string              // what must be waited for before anything may be posted; "" is nothing
	judged  *judged             // what was judged just now; nil when nothing was
}

// commitOf reads what is known of a commit, of which now was judged just now, if it is not nil.
func (w *worker) commitOf(ctx context.Context, c store.Claim, sha string, now *judged) (*commit, error) {
	out := &commit{sha: sha, entries: map[int]audit.Named{}, judged: now}
	var err error
	if out.known, err = w.Store.Checks(ctx, c.Repository, sha); err != nil {
		return nil, fmt.Errorf("look up published checks: %w", err)
	}
	group, grouped, err := w.Store.Group(ctx, c.Repository, sha)
	if err != nil {
		return nil, fmt.Errorf("look up merge group: %w", err)
	}
	if grouped && group.DestroyedAt.IsZero() {
		if len(group.Pulls) == 0 {
			out.waits = "the pull requests of the merge group are not known yet"
		}
		for _, number := range group.Pulls {
			if err := w.addQueued(ctx, c, out, number, group); err != nil {
				return nil, err
			}
		}
	}
	// The same commit can be a group's head and, for instance after it was merged, a pull request's.
	judged, told, err := w.Store.HeadOf(ctx, c.Repository, sha)
	if err != nil {
		return nil, fmt.Errorf("look up pull requests of a commit: %w", err)
	}
	for _, number := range judged {
		if err := w.addProposed(ctx, c, out, number); err != nil {
			return nil, err
		}
	}
	for _, number := range told {
		if err := w.addHeardOf(ctx, c, out, number); err != nil {
			return nil, err
		}
	}
	for _, run := range slices.Clone(out.runs) {
		if run.Snapshot.Head.SHA != sha {
			continue // of the group: who shares its own head is not queued
		}
		for _, number := range run.Snapshot.SameHead {
			if err := w.addHeardOf(ctx, c, out, number); err != nil {
				return nil, err
			}
			_, known, err := w.Store.Pull(ctx, c.Repository, number)
			if err != nil {
				return nil, fmt.Errorf("look up pull request: %w", err)
			}
			if !known && !slices.Contains(out.numbers, number) {
				out.numbers = append(out.numbers, number)
				out.pending = append(out.pending, refOf(c.Job, number))
			}
		}
	}
	return out, nil
}

// addQueued adds a pull request of a merge group. The queue waits for a verdict that was begun after the
// group was asked for: an earlier one could rest on facts of before.
func (w *worker) addQueued(ctx context.Context, c store.Claim, out *commit, number int, group store.Group) error {
	late, trouble, givenUp, err := w.outstanding(ctx, c, number)
	if err != nil {
		return err
	}
	out.numbers = append(out.numbers, number)
	run, found, err := w.latest(ctx, c, number, out)
	if err != nil {
		return err
	}
	judged := found && countsFor(run, group)
	switch {
	case trouble != "" && (judged || givenUp): // what stands there is outdated, or nothing will come
		out.runs = append(out.runs, out.notJudged(refOf(c.Job, number), trouble))
	case !judged || late && !refused(run):
		out.waits = fmt.Sprintf("pull request %d is not judged since it was queued", number)
	default:
		out.runs = append(out.runs, run)
	}
	return nil
}

// countsFor reports whether a run was begun after a merge group was asked for. A run knows that to the
// second, so one of the same second does not count.
func countsFor(run bylaw.Run, group store.Group) bool {
	return !run.Snapshot.TakenAt.Before(firstFor(group))
}

// firstFor is the earliest time at which a run that counts for a merge group may begin.
func firstFor(group store.Group) time.Time { return bylaw.At(group.RequestedAt).Add(time.Second) }

// addProposed adds an open pull request whose head the commit is.
func (w *worker) addProposed(ctx context.Context, c store.Claim, out *commit, number int) error {
	if err := w.addHeardOf(ctx, c, out, number); err != nil || slices.Contains(out.numbers, number) {
		return err
	}
	out.numbers = append(out.numbers, number)
	run, found, err := w.latest(ctx, c, number, out)
	switch {
	case err != nil:
		return err
	case !found || run.Snapshot.Head.SHA != out.sha:
		out.pending = append(out.pending, refOf(c.Job, number))
	default:
		out.runs = append(out.runs, run)
	}
	return nil
}

// addHeardOf adds a pull request that is about to be judged. If it cannot be judged that is said. A refusal
// counts until the new verdict is there, so that nobody can put it off with ever new events; anything milder
// does not. One that nothing is raised for is not added.
func (w *worker) addHeardOf(ctx context.Context, c store.Claim, out *commit, number int) error {
	if slices.Contains(out.numbers, number) {
		return nil
	}
	late, trouble, _, err := w.outstanding(ctx, c, number)
	if err != nil || !late {
		return err
	}
	out.numbers = append(out.numbers, number)
	if trouble != "" {
		out.runs = append(out.runs, out.notJudged(refOf(c.Job, number), trouble))
		return nil
	}
	run, found, err := w.latest(ctx, c, number, out)
	switch {
	case err != nil:
		return err
	case found && run.Snapshot.Head.SHA == out.sha && refused(run):
		out.runs = append(out.runs, run)
	default:
		out.late = append(out.late, refOf(c.Job, number))
	}
	return nil
}

// refused reports whether a run keeps its pull request from being merged.
func refused(run bylaw.Run) bool { return run.Report.Conclusion.Stricter(bylaw.Success) }

// settle decides what the late ones mean: if another pull request is refused the commit is, and they are named
// as not judged yet; otherwise everything waits for them.
func (o *commit) settle() {
	switch {
	case len(o.late) == 0 || o.waits != "":
	case slices.ContainsFunc(o.runs, refused):
		o.pending = append(o.pending, o.late...)
	default:
		o.waits = fmt.Sprintf("pull request %d is about to be judged", o.late[0].Number)
	}
	slices.SortFunc(o.pending, func(a, b bylaw.Ref) int { return a.Number - b.Number })
}

// outstanding tells whether a pull request is about to be judged, and what people are told if that fails.
func (w *worker) outstanding(ctx context.Context, c store.Claim, number int) (late bool, trouble string, givenUp bool, err error) {
	row, late, err := w.Store.Outstanding(ctx, pullJob(c.Installation, c.Repository, number, "").Key)
	if err != nil {
		return false, "", false, fmt.Errorf("look up whether a pull request is about to be judged: %w", err)
	}
	return late, row.Trouble, row.State == store.Failed, nil
}

// notJudged is the run of a pull request that could not be judged: every check that stands on the commit
// says so, for each of them may be outdated.
func (o *commit) notJudged(ref bylaw.Ref, trouble string) bylaw.Run {
	run := bylaw.Run{Ref: ref, Report: bylaw.Report{Conclusion: bylaw.Failure, Title: troubleTitle, Checks: []bylaw.Check{troubleCheck(bylaw.CheckName, trouble)}}}
	for _, k := range o.known {
		if k.Name != bylaw.CheckName {
			run.Report.Checks = append(run.Report.Checks, troubleCheck(k.Name, trouble))
		}
	}
	return run
}

// factsToPublish are those facts of a snapshot that publishing its run needs. The others are many, and reading them all
// takes longer than everything else that is done with the run.
type factsToPublish struct {
	State    string `json:"state"`
	SameHead []int  `json:"same_head"`
}

// latest is the latest run of a pull request, as far as it is needed to publish it: without verdicts, and with no
// facts but factsToPublish. Its entry in the audit log is noted in out, unless that is nil.
func (w *worker) latest(ctx context.Context, c store.Claim, number int, out *commit) (bylaw.Run, bool, error) {
	run := bylaw.Run{Ref: refOf(c.Job, number)}
	meta, found, err := w.Store.LatestMeta(ctx, c.Repository, number)
	if err != nil || !found {
		return run, false, err
	}
	var s factsToPublish
	if out != nil && out.judged != nil && out.judged.id == meta.ID {
		now := out.judged.run
		s, run.Report = factsToPublish{State: now.Snapshot.State, SameHead: now.Snapshot.SameHead}, now.Report
	} else {
		kept, err := w.bodies(ctx, meta)
		if err != nil {
			return run, false, err
		}
		if err := errors.Join(json.Unmarshal(kept.Snapshot, &s), json.Unmarshal(kept.Report, &run.Report)); err != nil {
			return run, false, fmt.Errorf("read run %s: %w", meta.ID, err)
		}
	}
	run.Snapshot = bylaw.Snapshot{TakenAt: bylaw.At(meta.TakenAt), Number: meta.Number, State: s.State, Head: bylaw.Head{SHA: meta.HeadSHA}, SameHead: s.SameHead}
	if out != nil {
		out.entries[number] = audit.Named{Repository: meta.AuditLog, Seq: meta.AuditSeq, Digest: meta.AuditDigest}
	}
	return run, true, nil
}
