package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// publish posts what was judged about one commit. A check run belongs to a commit, so all pull requests
// that stand for it are looked at together, and one job at a time does so.
func (w *worker) publish(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	runs, pending, why, err := w.runsOf(ctx, c, p.SHA)
	if err != nil || why != "" {
		return store.Finished{}, why, err
	}
	var out store.Finished
	for _, ref := range pending {
		out.FollowUps = append(out.FollowUps, pullJob(c.Installation, c.Repository, ref.Number, "same head"))
	}
	report := check.Combine(runs, pending)
	known, err := w.Store.Checks(ctx, c.Repository, p.SHA)
	if err != nil {
		return out, "", fmt.Errorf("look up published checks: %w", err)
	}
	checks := append(slices.Clone(report.Checks), over(known, report.Checks)...)
	written, err := w.write(ctx, c, p.SHA, checks, known)
	return out, fmt.Sprintf("%s, %d of %d written", report.Conclusion, written, len(checks)), err
}

// runsOf returns the latest runs of the pull requests that a commit stands for, and those pull requests
// that have none yet. why says when there is nothing to publish.
func (w *worker) runsOf(ctx context.Context, c store.Claim, sha string) (runs []bylaw.Run, pending []bylaw.Ref, why string, err error) {
	group, grouped, err := w.Store.Group(ctx, c.Repository, sha)
	if err != nil {
		return nil, nil, "", fmt.Errorf("look up merge group: %w", err)
	}
	if grouped {
		if !group.DestroyedAt.IsZero() || len(group.Pulls) == 0 {
			return nil, nil, "the merge group is gone or not known yet", nil
		}
		for _, number := range group.Pulls {
			run, found, err := w.latest(ctx, c, number)
			if err != nil {
				return nil, nil, "", err
			}
			// A verdict from before the group could rest on facts of before: the queue waits for a newer one.
			if !found || run.Snapshot.TakenAt.Before(bylaw.At(group.RequestedAt).Time) {
				return nil, nil, fmt.Sprintf("pull request %d is not judged since it was queued", number), nil
			}
			runs = append(runs, run)
		}
		return runs, nil, "", nil
	}
	pulls, err := w.Store.PullsAtHead(ctx, c.Repository, sha)
	if err != nil {
		return nil, nil, "", fmt.Errorf("look up pull requests of a commit: %w", err)
	}
	if len(pulls) == 0 {
		return nil, nil, "no open pull request has this head", nil
	}
	var shared []int
	for _, pull := range pulls {
		run, found, err := w.latest(ctx, c, pull.Number)
		if err != nil {
			return nil, nil, "", err
		}
		if !found || run.Snapshot.Head.SHA != sha {
			pending = append(pending, refOf(c.Job, pull.Number))
			continue
		}
		shared = append(shared, run.Snapshot.SameHead...)
		runs = append(runs, run)
	}
	for _, number := range shared {
		if _, known, err := w.Store.Pull(ctx, c.Repository, number); err != nil {
			return nil, nil, "", fmt.Errorf("look up pull request: %w", err)
		} else if !known {
			pending = append(pending, refOf(c.Job, number))
		}
	}
	slices.SortFunc(pending, func(a, b bylaw.Ref) int { return a.Number - b.Number })
	return runs, slices.Compact(pending), "", nil
}

// latest is the latest run of a pull request, as far as it is needed to publish it.
func (w *worker) latest(ctx context.Context, c store.Claim, number int) (bylaw.Run, bool, error) {
	kept, found, err := w.Store.LatestRun(ctx, c.Repository, number)
	if err != nil || !found {
		return bylaw.Run{}, false, err
	}
	run := bylaw.Run{Ref: refOf(c.Job, number)}
	if err := errors.Join(json.Unmarshal(kept.Snapshot, &run.Snapshot), json.Unmarshal(kept.Report, &run.Report)); err != nil {
		return run, false, fmt.Errorf("read run %s: %w", kept.ID, err)
	}
	return run, true, nil
}

// over are the check runs of policies that were posted and have nothing to say any more: they must not
// stand as if they had.
func over(known []store.Check, now []bylaw.Check) []bylaw.Check {
	var out []bylaw.Check
	for _, k := range known {
		if slices.ContainsFunc(now, func(c bylaw.Check) bool { return c.Name == k.Name }) {
			continue
		}
		out = append(out, bylaw.Check{
			Name: k.Name, Conclusion: bylaw.Success, Title: "This rule does not apply any more",
			Summary: "The rule applied to an earlier state of this pull request, or is no longer switched on.\n", Annotations: []bylaw.Annotation{}, Actions: []bylaw.Action{},
		})
	}
	return out
}

// write posts the check runs whose content differs from what stands there, at the same time. A failure of
// one does not break off the others: nobody would know whether GitHub had done what they asked.
func (w *worker) write(ctx context.Context, c store.Claim, sha string, checks []bylaw.Check, known []store.Check) (int, error) {
	client := w.App.Client(c.Installation)
	owner, repo, _ := bylaw.SplitRepository(c.Repository)
	var group errgroup.Group
	written := 0
	for _, content := range checks {
		var was store.Check
		if i := slices.IndexFunc(known, func(k store.Check) bool { return k.Name == content.Name }); i >= 0 {
			was = known[i]
		}
		digest, annotations := splitDigest(was.Digest)
		if was.RunID != 0 && digest == content.Digest() {
			continue
		}
		written++
		group.Go(func() error {
			standing, err := w.Store.Standing(ctx, c)
			if err != nil || !standing.Ours {
				return errors.Join(err, errLost)
			}
			row, err := w.Store.IntendCheck(ctx, c.Repository, sha, content.Name)
			if err != nil {
				return fmt.Errorf("note intended check: %w", err)
			}
			run := github.Known{ID: row.RunID, Annotations: annotations}
			if row.RunID == 0 && was.Name != "" { // intended before, and never heard of: it may have been created
				posted, err := client.FindPosted(ctx, owner, repo, sha, content.Name)
				if err != nil {
					return err
				}
				if len(posted) > 0 {
					run.ID, run.Digest = posted[0].ID, posted[0].Digest
				}
			}
			if run, err = client.Publish(ctx, owner, repo, sha, content, run); err != nil {
				return err
			}
			row.RunID, row.Digest = run.ID, content.Digest()+" "+run.Annotations
			if err := w.Store.SaveCheck(ctx, row); err != nil {
				return fmt.Errorf("note published check: %w", err)
			}
			return nil
		})
	}
	return written, group.Wait()
}

var errLost = errors.New("another process has taken over")

// splitDigest takes apart what the store keeps of a published check: the digest of its content, and
// that of its annotations.
func splitDigest(s string) (content, annotations string) {
	content, annotations, _ = strings.Cut(s, " ")
	return content, annotations
}

// sayTrouble tells a pull request that it cannot be judged, so that it is not left on an old verdict in
// silence. If GitHub cannot even be told, the job is visible as failed to operators.
func (w *worker) sayTrouble(ctx context.Context, c store.Claim, p payload, cause error) error {
	sha := w.troubledHead(ctx, c, p)
	if sha == "" {
		return errNoHead
	}
	reason, next := "Bylaw itself had a fault.", "Bylaw tries again by itself."
	const needsSomebody = "Bylaw tries again for a minute. When it is mended later, press *Check again*."
	var refused *github.Error
	var fault *bylaw.Problem
	switch {
	case errors.As(cause, &refused):
		reason = refused.Sentence()
		if !refused.Temporary() {
			next = needsSomebody
		}
	case errors.As(cause, &fault):
		reason, next = check.Sentence(fault), needsSomebody
	}
	trouble := bylaw.Check{
		Name: bylaw.CheckName, Conclusion: bylaw.Failure, Title: "This pull request could not be judged yet",
		Summary:     fmt.Sprintf("%s\n\n%s A pull request that could not be judged never counts as accepted.\n", reason, next),
		Annotations: []bylaw.Annotation{}, Actions: []bylaw.Action{{Label: "Check again", Description: "Read everything anew and judge again", Identifier: bylaw.ActionRecheck}},
	}
	known, err := w.Store.Checks(ctx, c.Repository, sha)
	if err == nil {
		_, err = w.write(ctx, c, sha, []bylaw.Check{trouble}, known)
	}
	return err
}

// troubledHead is the commit that a job is about, as far as it is known without asking GitHub.
func (w *worker) troubledHead(ctx context.Context, c store.Claim, p payload) string {
	if p.SHA != "" {
		return p.SHA
	}
	if heads, err := w.Store.Heads(ctx, c.Repository, p.Number); err == nil && len(heads) > 0 {
		return heads[len(heads)-1].SHA
	}
	if pull, found, err := w.Store.Pull(ctx, c.Repository, p.Number); err == nil && found {
		return pull.HeadSHA
	}
	return ""
}

var errNoHead = errors.New("the head of the pull request is not known")
