package server

import (
	"context"
	"fmt"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// push is what a job of kindPushed says of a push to the default branch.
type push struct {
	Before  string     `json:"before"`
	Forced  bool       `json:"forced"`
	Commits []string   `json:"commits"` // the newest, if these are too many
	More    int        `json:"more"`    // how many were left out
	At      bylaw.Time `json:"at"`
}

// pushedLater is how long after a push it is looked for pull requests: GitHub may show a moment later that a
// commit belongs to one.
const pushedLater = time.Minute

func pushedJob(e github.Event, repository string, now time.Time) store.Job {
	p := e.Push
	commits := p.Commits
	if len(commits) > github.MaxPushed {
		commits = commits[len(commits)-github.MaxPushed:]
	}
	return job(kindPushed, repository+" "+p.SHA, e.Installation, repository, payload{SHA: p.SHA, Who: e.Sender.Login, Push: &push{
		Before: p.Before, Forced: p.Forced, Commits: commits, More: len(p.Commits) - len(commits), At: bylaw.At(now),
	}})
}

// lookAtPush writes into the audit log that commits came to the default branch without a pull request, or that
// the branch was rewritten. It asks GitHub once, a minute after the push.
func (w *worker) lookAtPush(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	var out store.Finished
	if p.Push == nil {
		return out, "", fmt.Errorf("job %s says of no push", c.Key)
	}
	if at := p.Push.At.Add(pushedLater); w.Now().Before(at) {
		out.RecheckAt = at
		return out, "to be looked at in a minute", nil
	}
	var without []string
	if len(p.Push.Commits) > 0 {
		var err error
		ref := refOf(c.Job, 0)
		without, err = w.App.Client(c.Installation).WithoutPull(ctx, ref.Owner, ref.Repo, p.Push.Commits)
		if missing(err) {
			return out, "GitHub does not show it to us any more", nil
		}
		if err != nil {
			return out, "", err
		}
	}
	d := audit.Pushed{Before: p.Push.Before, After: p.SHA, Commits: append([]string{}, without...), NotLooked: p.Push.More}
	var kinds []string
	if p.Push.Forced {
		kinds = append(kinds, audit.KindForced)
	}
	if len(without) > 0 {
		kinds = append(kinds, audit.KindPushed)
	}
	for _, kind := range kinds {
		known, err := w.Store.AuditHas(ctx, c.Repository, kind, p.SHA)
		if err != nil {
			return out, "", err
		}
		if known { // it was delivered again
			continue
		}
		e, err := entry(store.AuditEntry{Repository: c.Repository, Kind: kind, HeadSHA: p.SHA}, d, audit.Piece{Field: audit.FieldPushedBy, Login: p.Who})
		if err != nil {
			return out, "", err
		}
		w.Log.Warn("bypass", "kind", kind, "ref", c.Repository, "head", p.SHA)
		out.Audit = append(out.Audit, e)
	}
	return out, fmt.Sprintf("%d of %d commits without a pull request", len(without), len(p.Push.Commits)), nil
}
