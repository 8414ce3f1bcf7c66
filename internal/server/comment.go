package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

const (
	// sendTime is how long writing a comment may take, and lookAfter how long after its beginning GitHub
	// surely shows what came of it: only then is it looked for.
	sendTime  = 20 * time.Second
	lookAfter = 30 * time.Second

	// askAgain is after which time a content that GitHub refused is tried once more, if the pull request
	// is looked at then: a conversation can be unlocked.
	askAgain = time.Hour
)

// share is below what GitHub allows: 80 contents a minute and 500 an hour.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
var share = store.Share{Minute: 60, Hour: 400}

// comments says which comments are to be brought up to date now that the verdicts of a commit stand, and what
// the check has to tell of those that GitHub did not take. Where no policy wants a comment that is nothing.
func (w *worker) comments(ctx context.Context, c store.Claim, sha string, runs []bylaw.Run) (jobs []store.Job, note string, err error) {
	for _, run := range runs {
		number := run.Ref.Number
		was, known, err := w.Store.Sticky(ctx, c.Repository, number)
		if err != nil {
			return nil, "", err
		}
		content := run.Report.Comment
		if run.Snapshot.Head.SHA == sha && run.Snapshot.State == "open" && w.isDue(content, was, known) {
			jobs = append(jobs, commentJob(c, number))
		}
		if was.Refused != "" && was.Digest == content.Digest() {
			note += fmt.Sprintf("\nThe comment on pull request %d is missing: %s\n", number, was.Refused)
		}
	}
	return jobs, note, nil
}

// isDue reports whether a comment does not stand as it should.
func (w *worker) isDue(content bylaw.Sticky, was store.Sticky, known bool) bool {
	same := was.Digest == content.Digest()
	switch {
	case content.Body == "": // nothing is known of how it should stand
		return false
	case !known:
		return content.First()
	case !was.IntendedAt.IsZero():
		return true
	case same && was.Refused != "":
		return !w.Now().Before(was.UpdatedAt.Add(askAgain))
	case same:
		return false
	default:
		return was.CommentID != 0 || content.First()
	}
}

// afterRules has a comment say that it is over which was written while there were rules.
func (w *worker) afterRules(ctx context.Context, c store.Claim, number int) (out store.Finished, err error) {
	was, known, err := w.Store.Sticky(ctx, c.Repository, number)
	if err == nil && w.isDue(check.WithoutRules(), was, known) {
		out.FollowUps = append(out.FollowUps, commentJob(c, number))
	}
	return out, err
}

// comment brings the one comment on a pull request up to date with its latest run.
func (w *worker) comment(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	content, sha, why, err := w.commentNow(ctx, c, p.Number)
	if err != nil || why != "" {
		return store.Finished{}, why, err
	}
	was, known, err := w.Store.Sticky(ctx, c.Repository, p.Number)
	if err != nil {
		return store.Finished{}, "", err
	}
	if !w.isDue(content, was, known) {
		return store.Finished{}, "it stands as it should", nil
	}
	now := was
	if !was.IntendedAt.IsZero() && was.CommentID == 0 {
		stands, found, err := w.find(ctx, c, was)
		if err != nil {
			return store.Finished{}, "", err
		}
		if now.CommentID = stands.ID; found && strings.TrimSpace(stands.Body) == strings.TrimSpace(content.Body) {
			now.Digest = content.Digest()
			return w.kept(ctx, c, now, "found as it should stand")
		}
	}
	noted, notBefore, err := w.Store.IntendSticky(ctx, c, was, share)
	switch {
	case err != nil:
		return store.Finished{}, "", err
	case !notBefore.IsZero():
		j := commentJob(c, p.Number)
		j.DueAt = notBefore
		return store.Finished{FollowUps: []store.Job{j}}, "the installation has written as many comments as it may", nil
	case !noted:
		return store.Finished{}, "", errLost
	}
	now.Digest, now.Refused = content.Digest(), ""
	sending, done, err := w.secured(ctx, c)
	if err != nil {
		return store.Finished{}, "", err
	}
	defer done()
	note, err := w.send(sending, refOf(c.Job, p.Number), content, &now)
	if err != nil {
		return store.Finished{}, "", err
	}
	out, note, err := w.kept(ctx, c, now, note)
	if now.Refused != was.Refused && sha != "" { // the check tells it
		out.FollowUps = append(out.FollowUps, publishJob(c.Installation, c.Repository, sha))
	}
	if now.Digest == "" { // it is gone, and a new one may be due
		out.FollowUps = append(out.FollowUps, commentJob(c, p.Number))
	}
	return out, note, err
}

// find looks for a comment that was perhaps written, and of which nobody heard.
func (w *worker) find(ctx context.Context, c store.Claim, was store.Sticky) (github.Standing, bool, error) {
	if from := was.IntendedAt.Add(lookAfter); from.After(w.Now()) {
		return github.Standing{}, false, fmt.Errorf("a comment may have been written just now; it is looked for from %s on", from.Format(time.RFC3339))
	}
	return w.App.Client(c.Installation).FindComment(ctx, refOf(c.Job, was.Number), bylaw.StickyMark)
}

// kept notes how the comment stands now.
func (w *worker) kept(ctx context.Context, c store.Claim, now store.Sticky, note string) (store.Finished, string, error) {
	ours, err := w.Store.SaveSticky(ctx, c, now)
	if err == nil && !ours { // whoever has taken over may have written before or after this
		err = errors.Join(errLost, w.Store.Raise(ctx, commentJob(c, now.Number)))
	}
	return store.Finished{}, note, err
}

// commentNow is how the comment should stand by the newest verdicts, with the commit that they are about; or
// why nothing is to be written now.
func (w *worker) commentNow(ctx context.Context, c store.Claim, number int) (content bylaw.Sticky, sha, why string, err error) {
	pull, known, err := w.Store.Pull(ctx, c.Repository, number)
	if err != nil {
		return content, "", "", fmt.Errorf("look up pull request: %w", err)
	}
	if !known || pull.State != store.PullOpen {
		return content, "", "it is not open", nil
	}
	late, _, _, err := w.outstanding(ctx, c, number)
	if err != nil {
		return content, "", "", err
	}
	standing, err := w.Store.Standing(ctx, c)
	switch {
	case err != nil:
		return content, "", "", fmt.Errorf("look up claim: %w", err)
	case !standing.Ours:
		return content, "", "", errLost
	case late || standing.Newer: // whose verdict raises the comment again
		return content, "", "it is about to be judged anew", nil
	}
	repository, found, err := w.Store.Repository(ctx, c.Repository)
	if err != nil {
		return content, "", "", fmt.Errorf("look up repository: %w", err)
	}
	if found && !repository.Configured {
		return check.WithoutRules(), "", "", nil
	}
	run, found, err := w.latest(ctx, c, number, nil)
	if err != nil {
		return content, "", "", fmt.Errorf("look up latest run: %w", err)
	}
	if !found {
		return content, "", "it is not judged yet", nil
	}
	return run.Report.Comment, run.Snapshot.Head.SHA, "", nil
}

// send changes the comment that stands, or writes the first one, and notes in now what came of it. If somebody
// has deleted it now.Digest is empty: a new one is written only when it is noted that none stands. What GitHub
// does not take is noted and no error, for asking again would not help.
func (w *worker) send(ctx context.Context, ref bylaw.Ref, content bylaw.Sticky, now *store.Sticky) (note string, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	client := w.App.Client(ref.Installation)
	switch {
	case now.CommentID != 0:
		if err = client.UpdateComment(ctx, ref, now.CommentID, content.Body); missing(err) {
			now.CommentID, now.Digest = 0, ""
			return "somebody has deleted it", nil
		}
		note = "changed"
	case !content.First():
		return "none stands, and none is needed", nil
	default:
		now.CommentID, err = client.CreateComment(ctx, ref, content.Body)
		note = "written"
	}
	if refused := new(github.Error); errors.As(err, &refused) && !refused.Temporary() && refused.Kind != github.Unauthorized {
		w.Log.Warn("comment refused", "ref", ref.String(), "err", err)
		now.Refused = "GitHub does not let Bylaw write there. Perhaps the conversation is locked."
		return "GitHub does not take it", nil
	}
	return note, err
}
