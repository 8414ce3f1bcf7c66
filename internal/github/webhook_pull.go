package github

import "github.com/bylaw-app/bylaw/internal/bylaw"

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

type pull struct {
	Number int `json:"number"`
	Head   struct {
		SHA string `json:"sha"`
	} `json:"head"`
}

func (p *pull) event() PullEvent {
	return PullEvent{Number: p.Number, HeadSHA: p.Head.SHA}
}

// pullChatter are the actions that change no fact. An action that is not known may.
var pullChatter = map[string]bool{
	"assigned": true, "unassigned": true, "milestoned": true, "demilestoned": true, "locked": true, "unlocked": true,
	"enqueued": true, "dequeued": true, "auto_merge_enabled": true, "auto_merge_disabled": true,
}

type pullBody struct {
	envelope
	PullRequest struct {
		pull
		CreatedAt moment `json:"created_at"`
		UpdatedAt moment `json:"updated_at"`
	} `json:"pull_request"`
}

func (in *pullBody) tell(e *Event, _ int64) {
	if pullChatter[e.Action] || in.PullRequest.Number == 0 {
		return
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
}

type reviewBody struct {
	envelope
	PullRequest pull `json:"pull_request"`
}

func (in *reviewBody) tell(e *Event, _ int64) {
	if in.PullRequest.Number != 0 {
		e.Kind, e.Pull = KindPull, in.PullRequest.event()
	}
}

type groupBody struct {
	envelope
	MergeGroup struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
}

func (in *groupBody) tell(e *Event, _ int64) {
	switch e.Action {
	case "checks_requested":
		e.Kind = KindGroup
	case "destroyed":
		e.Kind = KindGroupDestroyed
	}
	g := in.MergeGroup
	e.Group = GroupEvent{HeadSHA: g.HeadSHA, HeadRef: g.HeadRef, Base: branch(g.BaseRef)}
}
