package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Standing is a comment of ours, as it stands on a pull request.
type Standing struct {
	ID   int64
	Body string
}

// CreateComment writes a comment on a pull request and returns its number. It is not idempotent: after
// an [Error] of kind Unavailable the comment may exist, and [Client.FindComment] tells. Forbidden and
// Invalid say that GitHub wants no comment there, as in a locked conversation; NotFound, that the pull
// request is gone or its comments are switched off.
func (c *Client) CreateComment(ctx context.Context, ref bylaw.Ref, body string) (int64, error) {
	at := restPath("repos", ref.Owner, ref.Repo, "issues", fmt.Sprint(ref.Number), "comments")
	var created struct {
		ID int64 `json:"id"`
	}
	_, err := c.rest(ctx, "comment on "+ref.String(), http.MethodPost, at, map[string]string{"body": body}, &created)
	return created.ID, err
}

// UpdateComment gives a comment other words. An [Error] of kind NotFound says that it is gone.
func (c *Client) UpdateComment(ctx context.Context, ref bylaw.Ref, id int64, body string) error {
	at := restPath("repos", ref.Owner, ref.Repo, "issues", "comments", fmt.Sprint(id))
	_, err := c.rest(ctx, "change comment on "+ref.String(), http.MethodPatch, at, map[string]string{"body": body}, nil)
	return err
}

// FindComment returns the oldest comment of the App on a pull request in which the mark stands, and
// whether there is one. A person's comment, or another App's, is not ours, whatever stands in it.
func (c *Client) FindComment(ctx context.Context, ref bylaw.Ref, mark string) (Standing, bool, error) {
	type item struct {
		ID   int64  `json:"id"`
		Body string `json:"body"`
		Via  *struct {
			ID int64 `json:"id"`
		} `json:"performed_via_github_app"`
		User login `json:"user"`
	}
	at := restPath("repos", ref.Owner, ref.Repo, "issues", fmt.Sprint(ref.Number), "comments")
	all, err := pages[[]item](ctx, c, "find comment on "+ref.String(), at, nil)
	if err != nil {
		return Standing{}, false, err
	}
	for _, i := range slices.Concat(all...) {
		// What a person does through an App is performed via it as well, and stays the person's.
		if i.Via != nil && i.Via.ID == c.app && c.app != 0 && i.User.account().Kind == bylaw.KindBot && strings.Contains(i.Body, mark) {
			return Standing{ID: i.ID, Body: i.Body}, true, nil
		}
	}
	return Standing{}, false, nil
}

// commented reports whether a program has written a comment that looks like ours.
func commented(pull *pullAnswer) bool {
	return slices.ContainsFunc(pull.Comments.Nodes, func(n comment) bool {
		return n.Author.account().Kind == bylaw.KindBot && strings.Contains(n.Body, bylaw.StickyMark)
	})
}
