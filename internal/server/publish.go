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
	stands, err := w.commitOf(ctx, c, p.SHA, p.judged)
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
	wrote, hold, err := w.post(ctx, c, p.SHA, checks, stands.known)
	if err != nil {
		return out, "", err
	}
	if !hold.until.IsZero() {
		j := publishJob(c.Installation, c.Repository, p.SHA)
		j.DueAt = hold.until
		out.FollowUps = append(out.FollowUps, j)
		return out, hold.why, nil
	}
	written := 0
	if wrote != nil {
		out.Wrote, written = wrote, len(wrote.Written)
		out.Audit, err = postedEntry(c, p.SHA, stands.numbers, named, standing(stands.known, wrote.Written))
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

// hold says until when nothing may be written, and why. The zero value holds nobody.
type hold struct {
	until time.Time
	why   string
}

// write posts check runs, and notes how that ended.
func (w *worker) write(ctx context.Context, c store.Claim, sha string, checks []bylaw.Check, known []store.Check) (hold, error) {
	wrote, hold, err := w.post(ctx, c, sha, checks, known)
	if err == nil && wrote != nil {
		err = w.noteWritten(ctx, c, *wrote)
	}
	return hold, err
}

// post posts the check runs whose content differs from what stands there, at the same time, unless it is held. How that
// ended is for the caller to note, in the transaction that ends its claim; nil is that nothing was written. If one
// fails it is noted here. A failure does not break off the others: nobody would know whether GitHub had done what they
// asked.
func (w *worker) post(ctx context.Context, c store.Claim, sha string, checks []bylaw.Check, known []store.Check) (*store.Outcome, hold, error) {
	due := slices.DeleteFunc(slices.Clone(checks), func(content bylaw.Check) bool { return stands(content, known) })
	if len(due) == 0 {
		return nil, hold{}, nil
	}
	found, until, err := w.begun(ctx, c, sha, due, known)
	if err != nil || !until.IsZero() {
		return nil, hold{until: until, why: "a check run may be on its way to GitHub"}, err
	}
	intention := store.Intention{Repository: c.Repository, SHA: sha, Installation: c.Installation, Most: w.most(c, due)}
	for _, content := range due {
		intention.Names = append(intention.Names, content.Name)
	}
	rows, until, err := w.Store.Intend(ctx, c, intention)
	switch {
	case err != nil || !until.IsZero():
		return nil, hold{until: until, why: "the installation has written as many check runs as it may"}, err
	case rows == nil:
		return nil, hold{}, errLost
	}
	sending, done, err := w.leased(ctx, c)
	if err != nil {
		return nil, hold{}, err
	}
	defer done()
	client := w.App.Client(c.Installation)
	owner, repo, _ := bylaw.SplitRepository(c.Repository)
	var group errgroup.Group
	well := make([]bool, len(due))
	for i, content := range due {
		group.Go(func() error {
			return recovered(func() error {
				run, err := client.Publish(sending, owner, repo, sha, content, toChange(rows[i], found[content.Name]))
				if err == nil {
					rows[i].RunID, rows[i].Digest, well[i] = run.ID, run.Digest+" "+run.Annotations, true
				}
				return err
			})
		})
	}
	err = group.Wait()
	outcome := store.Outcome{Again: publishJob(c.Installation, c.Repository, sha)}
	for i, row := range rows {
		if well[i] {
			outcome.Written = append(outcome.Written, row)
		} else {
			outcome.Doubtful = append(outcome.Doubtful, row)
		}
	}
	if err != nil {
		return nil, hold{}, errors.Join(err, w.noteWritten(ctx, c, outcome))
	}
	return &outcome, hold{}, nil
}

// standing are the check runs that stand on a commit after some were written, by name.
func standing(known, written []store.Check) []store.Check {
	all := slices.Clone(written)
	for _, k := range known {
		if _, found := named(written, k.Name); !found {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b store.Check) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// toChange is the run that GitHub is asked to change: the one that is kept or, if somebody began to write one and
// was never heard of, the newest one that was found.
func toChange(kept store.Check, found bylaw.Posted) github.Known {
	_, annotations := splitDigest(kept.Digest)
	switch {
	case found.ID == 0 || found.ID == kept.RunID: // it is written again, whatever GitHub made of the last time
		return github.Known{ID: kept.RunID, Annotations: annotations}
	case kept.RunID == 0:
		return github.Known{ID: found.ID, Digest: found.Digest}
	}
	return github.Known{ID: found.ID}
}

// noteWritten notes how the writing of check runs ended. If another process has taken over meanwhile, nobody knows
// whose content stands there: then they are written again, by whoever is next.
func (w *worker) noteWritten(ctx context.Context, c store.Claim, outcome store.Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	ours, err := w.Store.NoteWritten(ctx, c, outcome)
	if err != nil {
		return fmt.Errorf("note published checks: %w", err)
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

// stands reports whether a check run stands on GitHub as it should.
func stands(content bylaw.Check, known []store.Check) bool {
	k, found := named(known, content.Name)
	if !found || k.RunID == 0 || k.Intended {
		return false
	}
	digest, _ := splitDigest(k.Digest)
	return digest == content.Digest()
}

// named is what is kept of the check run of a name, and whether anything is.
func named(known []store.Check, name string) (store.Check, bool) {
	i := slices.IndexFunc(known, func(k store.Check) bool { return k.Name == name })
	if i < 0 {
		return store.Check{}, false
	}
	return known[i], true
}

// arrives is within which time a request that was sent is answered or given up, and somewhat more.
const arrives = 12 * time.Second

// begun finds our newest check runs on GitHub of those whose writing was begun and of which nothing was heard since,
// perhaps because a process was killed. If one was to be created and GitHub does not show it, the request may still
// be under way, and a second one would make a second run: then later says when to look again. Runs that were disowned are
// none of them.
func (w *worker) begun(ctx context.Context, c store.Claim, sha string, due []bylaw.Check, known []store.Check) (found map[string]bylaw.Posted, later time.Time, err error) {
	owner, repo, _ := bylaw.SplitRepository(c.Repository)
	found = map[string]bylaw.Posted{}
	for _, k := range known {
		if !k.Intended || !slices.ContainsFunc(due, func(content bylaw.Check) bool { return content.Name == k.Name }) {
			continue
		}
		posted, err := w.App.Client(c.Installation).FindPosted(ctx, owner, repo, sha, k.Name)
		if err != nil {
			return nil, time.Time{}, err
		}
		until := k.UpdatedAt.Add(arrives)
		switch {
		case len(posted) > 0 && posted[0].ID > k.Disowned:
			found[k.Name] = posted[0]
		case k.RunID == 0 && until.After(w.Now()) && until.After(later):
			later = until
		}
	}
	return found, later, nil
}

// most is how many check runs the installation may write in a minute for check runs such as these to be among them;
// 0 is no limit. What follows for everybody leaves room for what a person does meanwhile, and what refuses something
// that a person has just done does not wait: an acceptance may stand there.
func (w *worker) most(c store.Claim, due []bylaw.Check) int {
	refuses := slices.ContainsFunc(due, func(content bylaw.Check) bool { return content.Conclusion.Stricter(bylaw.Success) })
	switch {
	case w.ChecksPerMinute == 0:
		return 0
	case c.Priority >= priorityFanOut:
		return w.ChecksPerMinute - w.ChecksPerMinute/4
	case refuses:
		return math.MaxInt
	}
	return w.ChecksPerMinute
}

// splitDigest takes apart what the store keeps of a published check: the digest of its content, and
// that of its annotations.
func splitDigest(s string) (content, annotations string) {
	content, annotations, _ = strings.Cut(s, " ")
	return content, annotations
}
