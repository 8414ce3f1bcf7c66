package github

import "github.com/bylaw-app/bylaw/internal/bylaw"

// CommentEvent is about a comment in the conversation of a pull request.
type CommentEvent struct {
	Number int // of the pull request
	ID     int64
	Author bylaw.Account
	Body   string
	Before string        // for edited: what stood there; "" if the body did not change
	Editor bylaw.Account // for edited and deleted: who did it; otherwise Login is empty
	At     bylaw.Time    // when it was written
	Edited bylaw.Time    // for edited: when
}

type commentBody struct {
	envelope
	Issue struct {
		Number      int       `json:"number"`
		PullRequest *struct{} `json:"pull_request"`
	} `json:"issue"`
	Comment struct {
		ID        int64  `json:"id"`
		User      login  `json:"user"`
		Body      string `json:"body"`
		CreatedAt moment `json:"created_at"`
		UpdatedAt moment `json:"updated_at"`
	} `json:"comment"`
	Changes struct {
		Body struct {
			From string `json:"from"`
		} `json:"body"`
	} `json:"changes"`
}

func (in *commentBody) tell(e *Event, _ int64) {
	if in.Issue.PullRequest == nil {
		e.Why = "The comment is not on a pull request."
		return
	}
	e.Comment = CommentEvent{
		Number: in.Issue.Number, ID: in.Comment.ID, Author: in.Comment.User.account(),
		Body: in.Comment.Body, Before: in.Changes.Body.From, At: in.Comment.CreatedAt.Time,
	}
	switch e.Action {
	case "created":
		e.Kind = KindComment
	case "edited":
		e.Kind, e.Comment.Editor, e.Comment.Edited = KindComment, e.Sender, in.Comment.UpdatedAt.Time
	case "deleted":
		e.Kind, e.Comment.Editor = KindComment, e.Sender
	}
}
