package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/store"
)

// judged is the latest run of a pull request as its evaluation made it, for whoever goes on from there: nobody reads
// again what was just written down.
type judged struct {
	id  string // of the run that is kept
	run bylaw.Run
}

// evaluate judges one pull request, keeps the run, and has its result published. What it judged is noted in p.
func (w *worker) evaluate(ctx context.Context, c store.Claim, p *payload) (store.Finished, string, error) {
	ref := refOf(c.Job, p.Number)
	heads, err := w.Store.Heads(ctx, c.Repository, p.Number)
	if err != nil {
		return store.Finished{}, "", fmt.Errorf("look up heads: %w", err)
	}
	comments, err := w.Store.Commands(ctx, c.Repository, p.Number)
	if err != nil {
		return store.Finished{}, "", fmt.Errorf("look up commands: %w", err)
	}
	ask := check.Ask{Event: p.Event, Comments: toldComments(comments)}
	for _, h := range heads {
		ask.Arrivals = append(ask.Arrivals, bylaw.Arrival{SHA: h.SHA, At: bylaw.At(h.ArrivedAt), By: h.PushedBy})
	}
	var known store.Repository
	var found bool
	ask.Found = func(is bylaw.Identity) (err error) {
		known, found, err = w.identified(ctx, c, is)
		return err
	}
	result, err := w.judge(ctx, ref, ask)
	if moved := new(renamed); errors.As(err, &moved) {
		again := withPayload(pullJob(c.Installation, moved.name, p.Number, ""), *p)
		return store.Finished{FollowUps: []store.Job{again}}, moved.Error(), nil
	}
	if err != nil {
		return store.Finished{}, "", err
	}
	if err := w.noteConfigured(ctx, c, known, found, result.Configured, result.Rules); err != nil {
		return store.Finished{}, "", err
	}
	if err := w.noteThreshold(ctx, c.Repository, known, result.Threshold); err != nil {
		return store.Finished{}, "", err
	}
	if err := w.noteForPages(ctx, c.Repository, known, result); err != nil {
		return store.Finished{}, "", err
	}
	if len(result.Run.Report.Checks) == 0 {
		out, err := w.afterRules(ctx, c, p.Number)
		return out, nothingConfigured, err
	}
	if result.Commented {
		if err := w.Store.NoteSticky(ctx, c.Repository, p.Number); err != nil {
			return store.Finished{}, "", err
		}
	}
	if err := w.noteposted(ctx, c.Repository, result); err != nil {
		return store.Finished{}, "", err
	}
	finished, latest, err := w.finished(ctx, c, result.Run, askedFor{by: p.Who, policies: result.Policies})
	if finished.Pull != nil {
		finished.Pull.ChangedAt = surelySeen(result.ChangedAt, result.Run.Snapshot.TakenAt)
	}
	p.judged = &judged{id: latest, run: result.Run}
	return finished, string(result.Run.Report.Conclusion), err
}

// judge checks a pull request while it has a seat.
func (w *worker) judge(ctx context.Context, ref bylaw.Ref, ask check.Ask) (check.Result, error) {
	ctx, leave, err := w.seats.take(ctx)
	if err != nil {
		return check.Result{}, err
	}
	defer leave()
	return w.check().Check(ctx, ref, ask)
}

// toldComments are comments with commands as webhooks told of them.
func toldComments(kept []store.Command) []bylaw.Comment {
	var out []bylaw.Comment
	for _, k := range kept {
		c := bylaw.Comment{
			ID: k.CommentID, Author: bylaw.Account{Login: k.Author, ID: k.AuthorID, Kind: bylaw.KindUser},
			EditedAt: bylaw.At(k.EditedAt), EditedBy: k.EditedBy, Deleted: !k.DeletedAt.IsZero(),
		}
		if k.Author == "" {
			c.Author.Kind = bylaw.KindDeleted
		}
		for _, text := range k.Texts {
			c.Texts = append(c.Texts, bylaw.Text{Body: text.Body, At: bylaw.At(text.At)})
		}
		out = append(out, c)
	}
	return out
}

// noteConfigured keeps whether a repository is configured, and which files its configuration names, so that
// every process knows which pushes change the law. known is what the store has of it, and found whether that is
// anything; rules is nil when they were not looked at.
func (w *worker) noteConfigured(ctx context.Context, c store.Claim, known store.Repository, found, configured bool, rules []string) error {
	renewed := rules != nil && (known.Rules == nil || !slices.Equal(known.Rules, rules))
	if found && known.Configured == configured && configured && !renewed {
		return nil
	}
	err := w.Store.SaveRepository(ctx, store.Repository{Name: c.Repository, ID: known.ID, Installation: c.Installation, Configured: configured, Rules: rules})
	if err != nil {
		return fmt.Errorf("note whether the repository is configured: %w", err)
	}
	return nil
}

// noteThreshold keeps the threshold of the transparency report that is law now: who makes a report reads the store alone.
// While the rules have a fault, the one before holds.
func (w *worker) noteThreshold(ctx context.Context, repository string, known store.Repository, threshold int) error {
	if threshold < 0 || known.Threshold == threshold {
		return nil
	}
	if err := w.Store.SaveThreshold(ctx, repository, threshold); err != nil {
		return fmt.Errorf("note the threshold of the report: %w", err)
	}
	return nil
}

// settles is how long after a check run was written GitHub surely shows it to everybody.
const settles = time.Minute

// noteposted compares what GitHub shows of ours on the head with what is kept of it. After the loss of a database, or
// with an older backup, they differ, and an acceptance may stand there of which nobody knows any more: what differs is
// written anew.
func (w *worker) noteposted(ctx context.Context, repository string, result check.Result) error {
	if len(result.Posted) == 0 {
		return nil
	}
	sha := result.Run.Snapshot.Head.SHA
	known, err := w.Store.Checks(ctx, repository, sha)
	if err != nil {
		return fmt.Errorf("look up published checks: %w", err)
	}
	others := map[string]int64{}
	for _, posted := range result.Posted {
		if k, found := named(known, posted.Name); found {
			content, _ := splitDigest(k.Digest)
			if k.Intended || content == "" || posted.ID == k.RunID && posted.Digest == content {
				continue
			}
		}
		others[posted.Name] = posted.ID
	}
	if len(others) == 0 {
		return nil
	}
	disowned, err := w.Store.DisownChecks(ctx, repository, sha, others, result.Run.Snapshot.TakenAt.Add(-settles))
	if len(disowned) > 0 {
		w.Log.Warn("GitHub shows other check runs of ours than were written", "ref", repository, "sha", sha, "names", disowned)
	}
	return err
}

// states are the store's words for the state of a pull request.
var states = map[string]string{"open": store.PullOpen, "closed": store.PullClosed, "merged": store.PullMerged}

// finished is what a run leaves behind, and which run is the latest of its pull request then. A run that says the same
// as the one before is not kept again, unless a merge group waits for a verdict that is newer than the group, or a
// command has changed. The check run of the whole goes on naming the entry by which it came to say what it says.
func (w *worker) finished(ctx context.Context, c store.Claim, run bylaw.Run, by askedFor) (out store.Finished, latest string, err error) {
	s := run.Snapshot
	out = store.Finished{
		RecheckAt: recheckAt(run).Time,
		Pull:      &store.Pull{Repository: c.Repository, Number: s.Number, Installation: c.Installation, HeadSHA: s.Head.SHA, BaseRef: s.Base.Name, Author: s.Author.Login, Title: s.Title, State: states[s.State]},
		FollowUps: []store.Job{publishJob(c.Installation, c.Repository, s.Head.SHA)},
	}
	for _, number := range s.SameHead {
		other, known, err := w.Store.Pull(ctx, c.Repository, number)
		if err != nil {
			return out, "", fmt.Errorf("look up pull request: %w", err)
		}
		// One whose own reading says otherwise was looked at just now, if that is what raised this run.
		astray := known && (other.HeadSHA != s.Head.SHA || other.State != store.PullOpen) && s.Event != sameHead
		if !known || astray {
			out.FollowUps = append(out.FollowUps, sameHeadJob(c.Installation, c.Repository, number, s.Head.SHA))
		}
	}
	groups, err := w.Store.GroupsOf(ctx, c.Repository, s.Number)
	if err != nil {
		return out, "", fmt.Errorf("look up merge groups: %w", err)
	}
	for _, g := range groups {
		if countsFor(run, g) {
			out.FollowUps = append(out.FollowUps, publishJob(c.Installation, c.Repository, g.HeadSHA))
		} else {
			out.FollowUps = append(out.FollowUps, queuedJob(c.Installation, c.Repository, s.Number, g))
		}
	}
	before, found, err := w.Store.LatestMeta(ctx, c.Repository, s.Number)
	if err != nil {
		return out, "", fmt.Errorf("look up latest run: %w", err)
	}
	if found && before.HeadSHA != s.Head.SHA { // perhaps another pull request stays on the old head
		out.FollowUps = append(out.FollowUps, publishJob(c.Installation, c.Repository, before.HeadSHA))
	}
	kept, err := keep(run)
	if err != nil {
		return out, "", err
	}
	kept.Repository = c.Repository
	since := run.Snapshot.TakenAt.Time
	if found && before.Digest == kept.Digest {
		since = before.TakenAt
	}
	out.RecheckAt = earlier(out.RecheckAt, afterStop(run, since))
	if !found || before.Digest != kept.Digest {
		out.Run, out.Audit, err = w.anew(ctx, run, kept, by, before, found)
		return out, kept.ID, err
	}
	kept.AuditSeq, kept.AuditDigest = before.AuditSeq, before.AuditDigest
	changed, err := w.changedCommands(ctx, before, run)
	if err != nil {
		return out, "", err
	}
	if changed {
		entry, err := commandEntry(run, kept, by)
		if err != nil {
			return out, "", err
		}
		out.Audit = append(out.Audit, entry)
	}
	if !changed && len(groups) == 0 {
		return out, before.ID, nil
	}
	out.Run = kept
	return out, kept.ID, nil
}

// anew completes a run that differs from the one before, with its entry in the audit log.
func (w *worker) anew(ctx context.Context, run bylaw.Run, kept *store.Run, by askedFor, before store.RunMeta, found bool) (*store.Run, []store.AuditEntry, error) {
	if found {
		same, err := w.showsTheSame(ctx, before, run)
		if err != nil {
			return nil, nil, err
		}
		if same {
			kept.AuditSeq, kept.AuditDigest = before.AuditSeq, before.AuditDigest
		}
	}
	entry, err := w.decisionEntry(ctx, run, kept, by, before, found)
	return kept, []store.AuditEntry{entry}, err
}

// keep writes a run down. Its digest tells whether it says anything new.
func keep(run bylaw.Run) (*store.Run, error) {
	snapshot, err1 := json.Marshal(run.Snapshot)
	verdicts, err2 := json.Marshal(run.Verdicts)
	report, err3 := json.Marshal(run.Report)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("write run down: %w", err)
	}
	h := sha256.New()
	fmt.Fprintln(h, run.Snapshot.Head.SHA, run.Snapshot.State, run.Snapshot.SameHead)
	h.Write(verdicts)
	h.Write(report)
	outcomes := map[string]string{}
	for _, v := range run.Verdicts {
		outcomes[v.Policy] = string(v.Outcome)
	}
	return &store.Run{
		RunMeta: store.RunMeta{
			ID: rand.Text(), Number: run.Snapshot.Number, HeadSHA: run.Snapshot.Head.SHA, TakenAt: run.Snapshot.TakenAt.Time,
			Accepted: run.Report.Conclusion == bylaw.Success, Conclusion: string(run.Report.Conclusion), Digest: hex.EncodeToString(h.Sum(nil)), Title: run.Report.Title,
		},
		Snapshot: snapshot, Verdicts: verdicts, Report: report, Outcomes: outcomes,
	}, nil
}

// recheckAt is the earliest time at which a verdict can change by itself.
func recheckAt(run bylaw.Run) bylaw.Time {
	var earliest bylaw.Time
	for _, v := range run.Verdicts {
		if !v.RecheckAt.IsZero() && (earliest.IsZero() || v.RecheckAt.Before(earliest.Time)) && v.RecheckAt.After(run.Snapshot.TakenAt.Time) {
			earliest = v.RecheckAt
		}
	}
	return earliest
}
