package github

import (
	"encoding/json"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// PullEvent is about one pull request.
type PullEvent struct {
	Number  int
	HeadSHA string

	// ArrivedAt and PushedBy tell when the head became the head, and who pushed it. They are set for
	// opened and synchronize only.
	ArrivedAt bylaw.Time
	PushedBy  string
}

// GroupEvent is about a merge group.
type GroupEvent struct {
	HeadSHA string
	HeadRef string // refs/heads/gh-readonly-queue/...
	Base    string // branch in front of which the queue stands
}

type pullBody struct {
	Number    int    `json:"number"`
	CreatedAt moment `json:"created_at"`
	UpdatedAt moment `json:"updated_at"`
	Head      struct {
		SHA string `json:"sha"`
	} `json:"head"`
}

func (p *pullBody) event() PullEvent {
	return PullEvent{Number: p.Number, HeadSHA: p.Head.SHA}
}

// pullChatter are the actions that change no fact. An action that is not known may.
var pullChatter = map[string]bool{
	"assigned": true, "unassigned": true, "milestoned": true, "demilestoned": true, "locked": true, "unlocked": true,
	"enqueued": true, "dequeued": true, "auto_merge_enabled": true, "auto_merge_disabled": true,
}

func parsePull(body []byte, _ int64, e *Event) error {
	var in struct {
		PullRequest pullBody `json:"pull_request"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	if pullChatter[e.Action] || in.PullRequest.Number == 0 {
		return nil
	}
	e.Kind, e.Pull = KindPull, in.PullRequest.event()
	switch e.Action {
	case "closed":
		e.Kind = KindPullClosed
	case "opened":
		e.Pull.ArrivedAt, e.Pull.PushedBy = in.PullRequest.CreatedAt.Time, e.Sender.Login
	case "synchronize":
		e.Pull.ArrivedAt, e.Pull.PushedBy = in.PullRequest.UpdatedAt.Time, e.Sender.Login
	}
	return nil
}

func parseReview(body []byte, _ int64, e *Event) error {
	var in struct {
		PullRequest pullBody `json:"pull_request"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	if in.PullRequest.Number != 0 {
		e.Kind, e.Pull = KindPull, in.PullRequest.event()
	}
	return nil
}

func parseGroup(body []byte, _ int64, e *Event) error {
	var in struct {
		MergeGroup struct {
			HeadSHA string `json:"head_sha"`
			HeadRef string `json:"head_ref"`
			BaseRef string `json:"base_ref"`
		} `json:"merge_group"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	switch e.Action {
	case "checks_requested":
		e.Kind = KindGroup
	case "destroyed":
		e.Kind = KindGroupDestroyed
	}
	g := in.MergeGroup
	e.Group = GroupEvent{HeadSHA: g.HeadSHA, HeadRef: g.HeadRef, Base: branch(g.BaseRef)}
	return nil
}
