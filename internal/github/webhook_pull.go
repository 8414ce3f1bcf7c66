package github

import (
	"encoding/json"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// PullEvent is about one pull request.
type PullEvent struct {
	Number  int
	HeadSHA string
	Base    string // branch to be changed
	State   string // open or closed
	Merged  bool
	By      bylaw.Account // who merged it; Login empty unless merged

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
	Reason  string // of KindGroupDestroyed: merged, invalidated, dequeued
}

type pullBody struct {
	Number    int    `json:"number"`
	State     string `json:"state"`
	Merged    bool   `json:"merged"`
	MergedBy  login  `json:"merged_by"`
	CreatedAt moment `json:"created_at"`
	UpdatedAt moment `json:"updated_at"`
	Head      struct {
		SHA string `json:"sha"`
	} `json:"head"`
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
}

func (p *pullBody) event() PullEvent {
	e := PullEvent{Number: p.Number, HeadSHA: p.Head.SHA, Base: p.Base.Ref, State: p.State, Merged: p.Merged}
	if p.Merged {
		e.By = p.MergedBy.account()
	}
	return e
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
		Reason     string `json:"reason"`
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
	e.Group = GroupEvent{HeadSHA: g.HeadSHA, HeadRef: g.HeadRef, Base: branch(g.BaseRef), Reason: in.Reason}
	return nil
}
