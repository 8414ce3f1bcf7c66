package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/setup"
	"github.com/bylaw-app/bylaw/internal/store"
)

// kindWelcome greets a repository on which the App was just installed.
const kindWelcome = "welcome"

// welcomePace is the time between two greetings of one installation. A greeting is at most 3 reads and 1 write, 8 of
// the 900 points that an installation has in a minute: a thousand repositories take 34 minutes and a quarter of them.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit
const welcomePace = 2 * time.Second

// welcomes raises a greeting for each repository on which the App was just installed. Other news of installations,
// such as new permissions, greet nobody.
func (i *intake) welcomes() {
	if i.event.Action != "created" && i.event.Action != "added" {
		return
	}
	for n, name := range i.event.Installed.Added {
		j := welcomeJob(i.event.Installation, name, "")
		j.DueAt = i.server.Now().Add(time.Duration(n) * welcomePace)
		i.raise(j)
	}
}

// welcomeJob greets a repository. A sha says that its greeting stands there and was asked for again.
func welcomeJob(installation int64, repository, sha string) store.Job {
	j := job(kindWelcome, repository, installation, repository, payload{SHA: sha})
	j.Priority = priorityFanOut
	return j
}

// greetAgain is the greeting anew of a commit on which somebody has pressed "Re-run": GitHub shows it as queued from
// then on, until somebody completes it. Of any other commit nothing follows.
func (w *worker) greetAgain(ctx context.Context, c store.Claim, sha string) ([]store.Job, error) {
	at, greeted, _, err := w.Store.Fact(ctx, welcomeKey(c.Repository))
	if err != nil {
		return nil, fmt.Errorf("look up whether it was greeted: %w", err)
	}
	if !greeted || string(at) != sha {
		return nil, nil
	}
	return []store.Job{welcomeJob(c.Installation, c.Repository, sha)}, nil
}

// welcomeKey is the note on which commit a repository was greeted. It is kept as long as any fact: who installs the App again
// after that needs the name of the check once more, for GitHub forgets it within a week.
func welcomeKey(repository string) string { return "welcome " + repository }

// welcome posts the first check on the default branch of a repository, once, so that its name can be chosen as
// required. Where a configuration is in force there is none: `bylaw` stands on the pull requests there, and a success
// on the head of the default branch could be taken for the verdict on a pull request that proposes that commit.
func (w *worker) welcome(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	var done store.Finished
	at, greeted, generation, err := w.Store.Fact(ctx, welcomeKey(c.Repository))
	if err != nil {
		return done, "", fmt.Errorf("look up whether it was greeted: %w", err)
	}
	if greeted && (p.SHA == "" || p.SHA != string(at)) {
		return done, "it was greeted before", nil
	}
	client := w.App.Client(c.Installation)
	owner, repo, _ := bylaw.SplitRepository(c.Repository)
	outline, err := client.Outline(ctx, owner, repo)
	switch {
	case missing(err):
		return done, "GitHub does not show it to us any more", nil
	case err != nil:
		return done, "", err
	case outline.Configured:
		return done, "it is configured", nil
	case outline.Archived || outline.HeadSHA == "":
		return done, "it is empty or archived", nil
	}
	gate, err := client.Gate(ctx, owner, repo, outline.Branch)
	if refused := new(github.Error); errors.As(err, &refused) && (refused.Kind == github.Forbidden || refused.Kind == github.NotFound) { // some plans have no rules
		gate, err = github.Gate{Unread: "GitHub does not show the App what guards the default branch"}, nil
	}
	if err != nil {
		return done, "", err
	}
	sha := outline.HeadSHA
	if greeted {
		sha = string(at)
	}
	known, err := w.Store.Checks(ctx, c.Repository, sha)
	if err != nil {
		return done, "", fmt.Errorf("look up published checks: %w", err)
	}
	for _, k := range known {
		if k.Name == bylaw.CheckName && !greeted {
			return done, "a pull request has that head, and its verdict stands there", nil
		}
	}
	hold, err := w.write(ctx, c, sha, []bylaw.Check{setup.Welcome(outline, gate, w.App.ID)}, known)
	if err != nil || !hold.until.IsZero() {
		done.RecheckAt = hold.until
		return done, hold.why, err
	}
	if err := w.Store.SaveFact(ctx, welcomeKey(c.Repository), generation, []byte(sha)); err != nil {
		return done, "", fmt.Errorf("note the greeting: %w", err)
	}
	return done, "greeted", nil
}
