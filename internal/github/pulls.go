package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// PullHead is an open pull request with its head.
type PullHead struct {
	Number  int
	HeadSHA string
	Base    string // name of the branch to be changed
}

// OpenPulls lists the open pull requests of a repository, in no particular order, with one request for
// each 100.
func (c *Client) OpenPulls(ctx context.Context, owner, repo string) ([]PullHead, error) {
	op := fmt.Sprintf("list open pull requests of %s/%s", owner, repo)
	list := []PullHead{}
	var after *string
	type open struct {
		Repository *struct {
			PullRequests connection[struct {
				Number      int    `json:"number"`
				HeadRefOID  string `json:"headRefOid"`
				BaseRefName string `json:"baseRefName"`
			}] `json:"pullRequests"`
		} `json:"repository"`
	}
	for {
		answer, err := ask[open](ctx, c, op, openQuery, map[string]any{"owner": owner, "name": repo, "after": after})
		if err != nil {
			return nil, err
		}
		if answer.Repository == nil {
			return nil, &Error{Op: op, Kind: NotFound, Err: errors.New("no such repository")}
		}
		pulls := answer.Repository.PullRequests
		for _, n := range pulls.Nodes {
			list = append(list, PullHead{Number: n.Number, HeadSHA: n.HeadRefOID, Base: n.BaseRefName})
		}
		if !pulls.PageInfo.HasNextPage {
			return list, nil
		}
		after = &pulls.PageInfo.EndCursor
	}
}

// PullsAtHead lists the open pull requests whose head is a commit. It looks through all open ones,
// because GitHub's own way from a commit to its pull requests is not sure to find those of forks.
func (c *Client) PullsAtHead(ctx context.Context, owner, repo, sha string) ([]PullHead, error) {
	list, err := c.OpenPulls(ctx, owner, repo)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(p PullHead) bool { return p.HeadSHA != sha }), nil
}

// GroupPulls lists the pull requests of a merge group, first to be merged first: those in the queue up
// to the one that ends in headSHA. headRef, the name of the group's branch, tells the last of them only, so
// that it serves for messages alone: a group that the queue does not show whole is an [Error] of kind
// Unavailable, and a branch that shows no queue one of kind NotFound.
func (c *Client) GroupPulls(ctx context.Context, owner, repo, baseBranch, headSHA, headRef string) ([]int, error) {
	op := fmt.Sprintf("read merge queue of %s/%s", owner, repo)
	type queued struct {
		Position    int     `json:"position"`
		HeadCommit  *commit `json:"headCommit"`
		PullRequest *struct {
			Number int `json:"number"`
		} `json:"pullRequest"`
	}
	type group struct {
		Repository *struct {
			MergeQueue *struct {
				Entries connection[queued] `json:"entries"`
			} `json:"mergeQueue"`
		} `json:"repository"`
	}
	var entries []queued
	var after *string
	for {
		variables := map[string]any{"owner": owner, "name": repo, "branch": baseBranch, "after": after}
		answer, err := ask[group](ctx, c, op, groupQuery, variables)
		if err != nil {
			return nil, err
		}
		if answer.Repository == nil || answer.Repository.MergeQueue == nil {
			return nil, &Error{Op: op, Kind: NotFound, Err: fmt.Errorf("no merge queue for %q", baseBranch)}
		}
		page := answer.Repository.MergeQueue.Entries
		entries = append(entries, page.Nodes...)
		if !page.PageInfo.HasNextPage {
			break
		}
		after = &page.PageInfo.EndCursor
	}
	slices.SortFunc(entries, func(a, b queued) int { return cmp.Compare(a.Position, b.Position) })
	var numbers []int
	for _, e := range entries {
		if e.PullRequest == nil {
			return nil, &Error{Op: op, Kind: Unavailable, Err: fmt.Errorf("entry %d shows no pull request", e.Position)}
		}
		numbers = append(numbers, e.PullRequest.Number)
		if e.HeadCommit.oid() == headSHA {
			return numbers, nil
		}
	}
	return nil, &Error{Op: op, Kind: Unavailable, Err: fmt.Errorf("no entry for %s of %q", headSHA, headRef)}
}

// InstallationRepositories lists the repositories that the installation reaches and that can still
// change: no archived ones.
func (c *Client) InstallationRepositories(ctx context.Context) ([]bylaw.Repository, error) {
	reached, err := c.Reached(ctx)
	if err != nil {
		return nil, err
	}
	list := []bylaw.Repository{}
	for _, r := range reached {
		list = append(list, r.Repository)
	}
	return list, nil
}

// Reached is a repository that an installation reaches.
type Reached struct {
	bylaw.Repository
	ID       int64     // GitHub's number of it
	PushedAt time.Time // the last push to any branch; zero when there was none
}

// Reached lists what InstallationRepositories does, with one request for each 100.
func (c *Client) Reached(ctx context.Context) ([]Reached, error) {
	type answer struct {
		TotalCount   int `json:"total_count"`
		Repositories []struct {
			ID            int64  `json:"id"`
			Owner         login  `json:"owner"`
			Name          string `json:"name"`
			Private       bool   `json:"private"`
			Archived      bool   `json:"archived"`
			DefaultBranch string `json:"default_branch"`
			PushedAt      moment `json:"pushed_at"`
		} `json:"repositories"`
	}
	op := "list repositories of the installation"
	all, err := pages[answer](ctx, c, op, restPath("installation", "repositories"), nil)
	if err != nil {
		return nil, err
	}
	list, n := []Reached{}, 0
	for _, page := range all {
		n += len(page.Repositories)
		for _, r := range page.Repositories {
			if !r.Archived {
				one := bylaw.Repository{Owner: r.Owner.Login, Name: r.Name, Private: r.Private, DefaultBranch: r.DefaultBranch}
				list = append(list, Reached{Repository: one, ID: r.ID, PushedAt: r.PushedAt.Time.Time})
			}
		}
	}
	if n < all[0].TotalCount {
		return nil, &Error{Op: op, Kind: Unavailable, Err: fmt.Errorf("GitHub gave %d of %d", n, all[0].TotalCount)}
	}
	return list, nil
}
