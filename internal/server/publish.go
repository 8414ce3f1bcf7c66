package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// publish posts what was judged about one commit. A check run belongs to a commit, so all pull requests
// that stand for it are looked at together, and one job at a time does so.
func (w *worker) publish(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	stands, err := w.commitOf(ctx, c, p.SHA)
	if err != nil {
		return store.Finished{}, "", err
	}
	var out store.Finished
	for _, ref := range stands.pending {
		out.FollowUps = append(out.FollowUps, sameHeadJob(c.Installation, c.Repository, ref.Number, p.SHA))
	}
	stands.settle()
	if stands.waits != "" || len(stands.late) > 0 {
		out.RecheckAt = w.Now().Add(lookAgain)
	}
	if stands.waits != "" {
		return out, stands.waits, nil
	}
	if len(stands.numbers) == 0 {
		return out, "no open pull request has this head", nil
	}
	for i := range stands.runs {
		w.explained(&stands.runs[i])
	}
	report := check.Combine(stands.runs, stands.pending)
	checks := append(slices.Clone(report.Checks), over(stands.known, report.Checks)...)
	comments, note, err := w.comments(ctx, c, p.SHA, stands.runs)
	if err != nil {
		return store.Finished{}, "", err
	}
	out.FollowUps = append(out.FollowUps, comments...)
	checks[0].Summary += note
	named := stands.named()
	checks[0].Text = withFootnote(checks[0].Text, named)
	if overtaken, err := w.overtaken(ctx, c, stands.numbers); err != nil || overtaken && !report.Conclusion.Stricter(bylaw.Success) {
		out.RecheckAt = w.Now().Add(lookAgain)
		return out, "a pull request is about to be judged anew", err
	}
	afterwards := func(later time.Time, why string, err error) (store.Finished, string, error) {
		j := publishJob(c.Installation, c.Repository, p.SHA)
		j.DueAt = later
		out.FollowUps = append(out.FollowUps, j)
		return out, why, err
	}
	if later, err := w.onItsWay(ctx, c, p.SHA, checks, stands.known); err != nil || !later.IsZero() {
		return afterwards(later, "a check run may be on its way to GitHub", err)
	}
	if later, err := w.pace(ctx, c, checks, stands.known); err != nil || !later.IsZero() {
		return afterwards(later, "the installation has written as many check runs as it may", err)
	}
	written, err := w.write(ctx, c, p.SHA, checks, stands.known)
	if err == nil && written > 0 {
		out.Audit, err = w.postedEntry(ctx, c, p.SHA, stands.numbers, named)
	}
	return out, fmt.Sprintf("%s, %d of %d written", report.Conclusion, written, len(checks)), err
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
		annotations, stands := standing(content, known)
		if stands {
			continue
		}
		written++
		group.Go(func() error {
			return recovered(func() error {
				row, err := w.Store.IntendCheck(ctx, c.Repository, sha, content.Name)
				if err != nil {
					return fmt.Errorf("note intended check: %w", err)
				}
				run := github.Known{ID: row.RunID, Annotations: annotations}
				if row.Intended { // and never heard of: GitHub may have a run that is newer than the one known here
					posted, err := client.FindPosted(ctx, owner, repo, sha, content.Name)
					if err != nil {
						return err
					}
					switch {
					case len(posted) == 0 || posted[0].ID == row.RunID: // it is written again, whatever GitHub made of the last time
					case row.RunID == 0:
						run.ID, run.Digest = posted[0].ID, posted[0].Digest
					default:
						run = github.Known{ID: posted[0].ID}
					}
				}
				sending, done, err := w.secured(ctx, c)
				if err != nil {
					return err
				}
				defer done()
				if run, err = client.Publish(sending, owner, repo, sha, content, run); err == nil {
					row.RunID, row.Digest = run.ID, content.Digest()+" "+run.Annotations
				}
				return errors.Join(err, w.written(ctx, c, row, err == nil))
			})
		})
	}
	return written, group.Wait()
}

// written notes how the writing of a check run ended. If another process has taken over meanwhile, nobody knows
// whose content stands there: then it is written again, by whoever is next.
func (w *worker) written(ctx context.Context, c store.Claim, row store.Check, well bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	again := publishJob(c.Installation, c.Repository, row.SHA)
	if !well {
		if ours, err := w.Store.DoubtCheck(ctx, c, row, again); err != nil || ours {
			return err
		}
		return errLost
	}
	ours, err := w.Store.SaveWritten(ctx, c, row, again)
	if err != nil {
		return fmt.Errorf("note published check: %w", err)
	}
	if !ours {
		return errLost
	}
	return nil
}

// noteTime is how long the outcome of something that was written may take to be noted, whatever has become of the
// work meanwhile.
const noteTime = 10 * time.Second

// overtaken looks once more whether pull requests are about to be judged anew, before it is said that they are
// accepted: perhaps an approval was taken back. The new verdict publishes the commit itself.
func (w *worker) overtaken(ctx context.Context, c store.Claim, numbers []int) (bool, error) {
	for _, number := range numbers {
		if late, _, _, err := w.outstanding(ctx, c, number); err != nil || late {
			return late, err
		}
	}
	return false, nil
}

// standing reports whether a check run stands on GitHub as it should, and which annotations it has.
func standing(content bylaw.Check, known []store.Check) (annotations string, stands bool) {
	var was store.Check
	if i := slices.IndexFunc(known, func(k store.Check) bool { return k.Name == content.Name }); i >= 0 {
		was = known[i]
	}
	digest, annotations := splitDigest(was.Digest)
	return annotations, was.RunID != 0 && !was.Intended && digest == content.Digest()
}

// arrives is within which time a request that was sent is answered or given up, and somewhat more.
const arrives = 12 * time.Second

// onItsWay says when to look again for a check run whose creation was begun, perhaps by a process that was killed, and
// that GitHub does not show: the request may still be under way, and a second one would make a second run. Zero is now.
func (w *worker) onItsWay(ctx context.Context, c store.Claim, sha string, checks []bylaw.Check, known []store.Check) (later time.Time, err error) {
	owner, repo, _ := bylaw.SplitRepository(c.Repository)
	for _, k := range known {
		wanted := slices.ContainsFunc(checks, func(content bylaw.Check) bool { return content.Name == k.Name })
		until := k.UpdatedAt.Add(arrives)
		if !wanted || !k.Intended || k.RunID != 0 || !until.After(w.Now()) {
			continue
		}
		posted, err := w.App.Client(c.Installation).FindPosted(ctx, owner, repo, sha, k.Name)
		if err != nil {
			return time.Time{}, err
		}
		if len(posted) == 0 && until.After(later) {
			later = until
		}
	}
	return later, nil
}

// pace says when check runs may be written, so that GitHub does not hold back the installation; zero is now. What
// follows for everybody leaves room for what a person does meanwhile, and what refuses something that a person has
// just done does not wait: an acceptance may stand there.
func (w *worker) pace(ctx context.Context, c store.Claim, checks []bylaw.Check, known []store.Check) (time.Time, error) {
	writes, refuses := 0, false
	for _, content := range checks {
		if _, stands := standing(content, known); !stands {
			writes++
			refuses = refuses || content.Conclusion.Stricter(bylaw.Success)
		}
	}
	most := w.ChecksPerMinute
	switch {
	case writes == 0 || most == 0:
		return time.Time{}, nil
	case c.Priority >= priorityFanOut:
		most -= most / 4
	case refuses:
		most = math.MaxInt
	}
	return w.Store.Pace(ctx, c.Installation, writes, most)
}

// splitDigest takes apart what the store keeps of a published check: the digest of its content, and
// that of its annotations.
func splitDigest(s string) (content, annotations string) {
	content, annotations, _ = strings.Cut(s, " ")
	return content, annotations
}
