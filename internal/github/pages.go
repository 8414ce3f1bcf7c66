package github

import (
	"context"
	"errors"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// maxPages bounds how far a list is followed. What is left out shows in the counts; labels, whose
// events have no use beyond the last one each, are simply not known to have been set by somebody.
const maxPages = 50

type pageAnswer struct {
	Repository *struct {
		PullRequest *connections `json:"pullRequest"`
	} `json:"repository"`
}

// furtherPages completes the lists, all of them with one request for each step.
func (c *Client) furtherPages(ctx context.Context, ref bylaw.Ref, all *connections) error {
	if all.Commits.TotalCount >= maxCommits {
		all.Commits.PageInfo.HasNextPage = false // the rest cannot make the list whole
	}
	for range maxPages {
		older := all.TimelineItems.PageInfo.HasPreviousPage
		if !older && !all.Reviews.PageInfo.HasNextPage && !all.Commits.PageInfo.HasNextPage && !all.Comments.PageInfo.HasNextPage {
			return nil
		}
		op := "read more of " + ref.String()
		answer, err := ask[pageAnswer](ctx, c, op, pageQuery, map[string]any{
			"owner": ref.Owner, "name": ref.Repo, "number": ref.Number,
			"reviews": all.Reviews.PageInfo.HasNextPage, "reviewsAfter": all.Reviews.PageInfo.EndCursor,
			"commits": all.Commits.PageInfo.HasNextPage, "commitsAfter": all.Commits.PageInfo.EndCursor,
			"comments": all.Comments.PageInfo.HasNextPage, "commentsAfter": all.Comments.PageInfo.EndCursor,
			"timeline": older, "timelineBefore": all.TimelineItems.PageInfo.StartCursor,
		})
		if err != nil {
			return err
		}
		if answer.Repository == nil || answer.Repository.PullRequest == nil {
			return &Error{Op: op, Kind: NotFound, Err: errors.New("no such pull request")}
		}
		page := answer.Repository.PullRequest
		if page.HeadRefOID != all.HeadRefOID {
			return &Error{Op: op, Kind: Moved, Err: errors.New("the head is no longer " + all.HeadRefOID)}
		}
		all.Reviews.append(page.Reviews)
		all.Commits.append(page.Commits)
		all.Comments.append(page.Comments)
		if older {
			page.TimelineItems.Nodes = append(page.TimelineItems.Nodes, all.TimelineItems.Nodes...)
			all.TimelineItems = page.TimelineItems
		}
	}
	return nil
}

// append adds the next page, if that was asked for.
func (c *connection[T]) append(page connection[T]) {
	if c.PageInfo.HasNextPage {
		page.Nodes = append(c.Nodes, page.Nodes...)
		*c = page
	}
}
