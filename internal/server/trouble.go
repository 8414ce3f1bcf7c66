package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

const troubleTitle = "This pull request could not be judged yet"

// troubleCheck says that a pull request cannot be judged, so that it is not left on an old verdict in silence.
func troubleCheck(name, trouble string) bylaw.Check {
	return bylaw.Check{
		Name: name, Conclusion: bylaw.Failure, Title: troubleTitle, Summary: trouble, Annotations: []bylaw.Annotation{},
		Actions: []bylaw.Action{{Label: "Check again", Description: "Read everything anew and judge again", Identifier: bylaw.ActionRecheck}},
	}
}

// troubleOf is what people are told of a failure, as Markdown.
func troubleOf(cause error) string {
	next := "Bylaw tries again by itself."
	const needsSomebody = "Bylaw tries again for a minute, and then once an hour. When it is mended, press *Check again*."
	if !temporary(cause) {
		next = needsSomebody
	}
	return fmt.Sprintf("%s\n\n%s A pull request that could not be judged never counts as accepted.\n", reasonOf(cause), next)
}

// reasonOf is a failure in a sentence. What it was exactly stands in the log.
func reasonOf(cause error) string {
	var refused *github.Error
	var fault *bylaw.Problem
	switch {
	case errors.As(cause, &refused):
		return refused.Sentence()
	case errors.As(cause, &fault):
		return check.Sentence(fault)
	}
	return "Bylaw itself had a fault."
}

// temporary reports whether time alone may mend a failure.
func temporary(cause error) bool {
	var refused *github.Error
	if errors.As(cause, &refused) {
		return refused.Temporary()
	}
	// A fault of the repository waits for its people, and one of ours for us.
	return !errors.As(cause, new(*bylaw.Problem)) && !errors.As(cause, new(*panicked))
}

// troubled adds to the failure of an evaluation what people are told. Only publishing writes check runs, so
// that an old failure never overtakes a new verdict: it is raised for every commit that the pull request may
// stand on. gone is true when GitHub shows neither the pull request nor its head, after it was asked often enough:
// it says so of what is there as well, for a moment.
func (w *worker) troubled(ctx context.Context, c store.Claim, p payload, cause error, f *store.Failure) (gone bool, err error) {
	heads, err := w.headsOf(ctx, c, p)
	if err != nil {
		return false, err
	}
	if missing(cause) && f.GiveUp {
		if len(heads) == 0 {
			return true, nil
		}
		owner, repo, _ := bylaw.SplitRepository(c.Repository)
		if _, err := w.App.Client(c.Installation).FindPosted(ctx, owner, repo, heads[0], bylaw.CheckName); missing(err) {
			return true, nil
		}
	}
	groups, err := w.Store.GroupsOf(ctx, c.Repository, p.Number)
	if err != nil {
		return false, fmt.Errorf("look up merge groups: %w", err)
	}
	for _, g := range groups {
		heads = append(heads, g.HeadSHA)
	}
	f.Trouble = troubleOf(cause)
	for _, sha := range heads {
		f.FollowUps = append(f.FollowUps, publishJob(c.Installation, c.Repository, sha))
	}
	return false, nil
}

// withoutPull is what a pull request leaves behind that GitHub does not show any more: it no longer counts as
// open, or every sweep would look for it.
func (w *worker) withoutPull(ctx context.Context, c store.Claim, p payload) (out store.Finished) {
	if c.Kind != kindPull {
		return out
	}
	pull, found, err := w.Store.Pull(ctx, c.Repository, p.Number)
	if err != nil {
		w.Log.Warn("pull request not noted as gone", "job", c.Key, "err", err)
	}
	if found && pull.State == store.PullOpen {
		pull.State, pull.UpdatedAt = store.PullClosed, w.Now()
		out.Pull = &pull
	}
	return out
}

// headsOf are the commits that may be the head of a pull request, as far as that is known without asking
// GitHub; the likeliest is the first.
func (w *worker) headsOf(ctx context.Context, c store.Claim, p payload) ([]string, error) {
	var heads []string
	add := func(sha string) {
		if sha != "" && !slices.Contains(heads, sha) {
			heads = append(heads, sha)
		}
	}
	told, err := w.Store.Heads(ctx, c.Repository, p.Number)
	if err != nil {
		return nil, fmt.Errorf("look up heads: %w", err)
	}
	if len(told) > 0 {
		add(told[len(told)-1].SHA)
	}
	pull, found, err := w.Store.Pull(ctx, c.Repository, p.Number)
	if err != nil {
		return nil, fmt.Errorf("look up pull request: %w", err)
	}
	if found {
		add(pull.HeadSHA)
	}
	add(p.SHA)
	return heads, nil
}

// sayTrouble tells a commit that its verdict could not be published. It may be called while its publishing
// is still claimed. If GitHub cannot even be told, the job is visible as failed to operators.
func (w *worker) sayTrouble(ctx context.Context, c store.Claim, p payload, cause error) error {
	known, err := w.Store.Checks(ctx, c.Repository, p.SHA)
	if err != nil {
		return fmt.Errorf("look up published checks: %w", err)
	}
	hold, err := w.write(ctx, c, p.SHA, []bylaw.Check{troubleCheck(bylaw.CheckName, troubleOf(cause))}, known)
	if err == nil && !hold.until.IsZero() {
		return errors.New(hold.why)
	}
	return err
}

// missing reports whether GitHub shows nothing there.
func missing(err error) bool {
	var problem *github.Error
	return errors.As(err, &problem) && (problem.Kind == github.NotFound || problem.Kind == github.ShaUnknown)
}
