package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// findHead finds the open pull requests of a commit that no webhook has named, as those of forks.
func (w *worker) findHead(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	ref := refOf(c.Job, 0)
	pulls, err := w.App.Client(c.Installation).PullsAtHead(ctx, ref.Owner, ref.Repo, p.SHA)
	if err != nil {
		return store.Finished{}, "", err
	}
	var out store.Finished
	for _, pull := range pulls {
		out.FollowUps = append(out.FollowUps, pullJob(c.Installation, c.Repository, pull.Number, "found by its head"))
	}
	if len(pulls) == 0 { // pushed before it is proposed: the pull request is looked at when it is opened
		key := previewKey(c.Installation, c.Repository, p.SHA)
		_, _, generation, err := w.Store.Fact(ctx, key)
		if err == nil {
			err = w.Store.SaveFact(ctx, key, generation, []byte("true"))
		}
		if err != nil {
			return out, "", fmt.Errorf("note preview: %w", err)
		}
		if out.FollowUps, err = w.greetAgain(ctx, c, p.SHA); err != nil {
			return out, "", err
		}
	}
	return out, fmt.Sprintf("%d pull requests", len(pulls)), nil
}

// findGroup finds the pull requests of a merge group and has each judged anew; the group's own check
// is posted when all of them are.
func (w *worker) findGroup(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	group, found, err := w.Store.Group(ctx, c.Repository, p.SHA)
	if err != nil {
		return store.Finished{}, "", fmt.Errorf("look up merge group: %w", err)
	}
	if !found || !group.DestroyedAt.IsZero() {
		return store.Finished{}, "the merge group is gone", nil
	}
	ref := refOf(c.Job, 0)
	numbers, err := w.App.Client(c.Installation).GroupPulls(ctx, ref.Owner, ref.Repo, strings.TrimPrefix(group.BaseRef, "refs/heads/"), group.HeadSHA, group.HeadRef)
	if err != nil {
		return store.Finished{}, "", err
	}
	group.Pulls = numbers
	if err := w.Store.SaveGroup(ctx, group); err != nil {
		return store.Finished{}, "", fmt.Errorf("keep merge group: %w", err)
	}
	var out store.Finished
	for _, number := range numbers {
		out.FollowUps = append(out.FollowUps, queuedJob(c.Installation, c.Repository, number, group))
	}
	return out, fmt.Sprintf("pull requests %v", numbers), nil
}

// How what follows for everybody is spread over time: the first ones begin at once, the others after one another. At
// most 1,500 of the 2,000 points that an installation has in a minute go to pull requests; the rest is for what
// people do meanwhile. Of a repository it is not known before how many it has.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
const (
	atOnce         = 24
	pullPace       = 40 * time.Millisecond
	repositoryPace = 5 * pullPace
)

// inTurn is when the nth of many is looked at; zero is now.
func (w *worker) inTurn(n int, pace time.Duration) time.Time {
	if n < atOnce {
		return time.Time{}
	}
	return w.Now().Add(time.Duration(n-atOnce+1) * pace)
}

// newestFirst puts those first that were changed last: somebody is at them.
func newestFirst(pulls []github.SweptPull) {
	slices.SortStableFunc(pulls, func(a, b github.SweptPull) int {
		return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), b.Number-a.Number)
	})
}

// lookAtRepository has every open pull request of a repository looked at again. Where nothing is
// configured that is noted, and only those are looked at that were judged before, so that no verdict
// outlives its rules.
func (w *worker) lookAtRepository(ctx context.Context, c store.Claim) (store.Finished, string, error) {
	ref := refOf(c.Job, 0)
	known, _, err := w.Store.Repository(ctx, c.Repository)
	if err != nil {
		return store.Finished{}, "", fmt.Errorf("look up repository: %w", err)
	}
	swept, err := w.App.Client(c.Installation).Sweep(ctx, []github.SweepOf{{Owner: ref.Owner, Name: ref.Repo, Rules: known.Rules}})
	if err != nil {
		return store.Finished{}, "", err
	}
	now := swept[0]
	if missing(now.Err) {
		return store.Finished{}, "GitHub does not show it to us any more", nil
	}
	if now.Err != nil {
		return store.Finished{}, "", now.Err
	}
	known, found, err := w.identified(ctx, c, now.Is)
	if moved := new(renamed); errors.As(err, &moved) {
		return store.Finished{FollowUps: []store.Job{nameJob(c.Installation, moved.name)}}, moved.Error(), nil
	}
	if err != nil {
		return store.Finished{}, "", err
	}
	if err := w.noteConfigured(ctx, c, known, found, now.Configured, nil); err != nil {
		return store.Finished{}, "", err
	}
	if err := w.Store.SaveLaw(ctx, c.Repository, now.Law); err != nil { // so that no sweep does this again
		return store.Finished{}, "", err
	}
	var numbers []int
	if now.Configured {
		newestFirst(now.Pulls)
		for _, pull := range now.Pulls {
			numbers = append(numbers, pull.Number)
		}
	} else { // those that were judged while there were rules
		judged, err := w.Store.OpenPulls(ctx, c.Repository)
		if err != nil {
			return store.Finished{}, "", fmt.Errorf("look up open pull requests: %w", err)
		}
		slices.SortStableFunc(judged, func(a, b store.Pull) int { return b.ChangedAt.Compare(a.ChangedAt) })
		for _, pull := range judged {
			numbers = append(numbers, pull.Number)
		}
	}
	var out store.Finished
	for i, number := range numbers {
		j := pullJob(c.Installation, c.Repository, number, "the rules or who may write have changed")
		j.Priority, j.DueAt = priorityFanOut, w.inTurn(i, pullPace)
		out.FollowUps = append(out.FollowUps, j)
	}
	return out, fmt.Sprintf("%d open pull requests", len(numbers)), nil
}

// lookAtInstallation has the repositories of an installation looked at again.
func (w *worker) lookAtInstallation(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	var names []string
	if p.FanOut == fanOutConfigured {
		known, err := w.Store.Repositories(ctx, c.Installation)
		if err != nil {
			return store.Finished{}, "", fmt.Errorf("look up repositories: %w", err)
		}
		for _, r := range known {
			if r.Configured {
				names = append(names, r.Name)
			}
		}
	} else {
		repositories, err := w.App.Client(c.Installation).Reached(ctx)
		if err != nil {
			return store.Finished{}, "", err
		}
		slices.SortStableFunc(repositories, func(a, b github.Reached) int { return b.PushedAt.Compare(a.PushedAt) })
		for _, r := range repositories {
			names = append(names, r.FullName())
		}
	}
	var out store.Finished
	for i, name := range names {
		j := repositoryJob(c.Installation, name)
		j.DueAt = w.inTurn(i, repositoryPace)
		out.FollowUps = append(out.FollowUps, j)
	}
	return out, fmt.Sprintf("%d repositories", len(names)), nil
}

// askReviewer requests a review of the first person who could give what is missing and was not asked
// yet. Who made the pull request may ask for that, and who may write to the repository.
func (w *worker) askReviewer(ctx context.Context, c store.Claim, p payload) (store.Finished, string, error) {
	client, ref := w.App.Client(c.Installation), refOf(c.Job, p.Number)
	kept, found, err := w.Store.LatestRun(ctx, c.Repository, p.Number)
	if err != nil {
		return store.Finished{}, "", fmt.Errorf("look up latest run: %w", err)
	}
	if !found {
		return store.Finished{}, "it is not judged yet", nil
	}
	var run bylaw.Run
	if err := errors.Join(json.Unmarshal(kept.Snapshot, &run.Snapshot), json.Unmarshal(kept.Verdicts, &run.Verdicts)); err != nil {
		return store.Finished{}, "", fmt.Errorf("read run %s: %w", kept.ID, err)
	}
	if !strings.EqualFold(p.Who, run.Snapshot.Author.Login) {
		may, err := client.CanPush(ctx, ref.Owner, ref.Repo, p.Who)
		if err != nil {
			return store.Finished{}, "", err
		}
		if !may {
			return store.Finished{}, "who asked may neither write to the repository nor made the pull request", nil
		}
	}
	// The run may be older than the last request: one that changes no verdict is not kept.
	requested, err := client.RequestedReviewers(ctx, ref)
	if err != nil {
		return store.Finished{}, "", err
	}
	for _, v := range run.Verdicts {
		if v.Conclusion == bylaw.Success {
			continue
		}
		for _, login := range v.Reviewers {
			if slices.ContainsFunc(requested, func(asked string) bool { return strings.EqualFold(asked, login) }) {
				continue
			}
			err := client.RequestReviewer(ctx, ref, login)
			if refused := new(github.Error); errors.As(err, &refused) && refused.Kind == github.Invalid {
				continue // no collaborator any more
			}
			return store.Finished{}, "asked " + login, err
		}
	}
	return store.Finished{}, "nobody is left to ask", nil
}
