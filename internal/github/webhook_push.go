package github

import (
	"slices"
	"strings"
)

// PushEvent is about a branch that changed.
type PushEvent struct {
	Branch  string
	SHA     string   // the new tip; "" when the branch was deleted
	Before  string   // the tip until then; "" when the branch is new
	Forced  bool     // whether commits were taken away
	Commits []string // that the push brought, the oldest first; GitHub lists no more than 2,048
	Default bool     // whether it is the default branch

	// Paths are the files that the pushed commits touched, sorted. Truncated says that there can be
	// more: then anything may have changed.
	Paths     []string
	Truncated bool
}

// Limits beyond which a push does not tell all:
// https://docs.github.com/webhooks/webhook-events-and-payloads#push (2,048 commits), and the 3,000
// files that GitHub lists of a commit.
const (
	maxPushCommits = 2048
	maxCommitFiles = 3000
)

type pushBody struct {
	envelope
	Ref     string `json:"ref"`
	Before  string `json:"before"`
	After   string `json:"after"`
	Created bool   `json:"created"`
	Deleted bool   `json:"deleted"`
	Forced  bool   `json:"forced"`
	Commits []struct {
		ID       string   `json:"id"`
		Added    []string `json:"added"`
		Removed  []string `json:"removed"`
		Modified []string `json:"modified"`
	} `json:"commits"`
}

func (in *pushBody) tell(e *Event, _ int64) {
	if !strings.HasPrefix(in.Ref, "refs/heads/") {
		e.Why = "The push is not to a branch."
		return
	}
	p := PushEvent{Branch: branch(in.Ref), Default: branch(in.Ref) == e.DefaultBranch, Paths: []string{}, Forced: in.Forced}
	if !in.Created {
		p.Before = in.Before
	}
	if !in.Deleted {
		p.SHA = in.After
	}
	// A forced push takes commits away, and a new branch may bring more than its commits; neither is listed.
	p.Truncated = in.Forced || in.Created || in.Deleted || len(in.Commits) == 0 || len(in.Commits) >= maxPushCommits
	for _, c := range in.Commits {
		if c.ID != "" {
			p.Commits = append(p.Commits, c.ID)
		}
		touched := slices.Concat(c.Added, c.Removed, c.Modified)
		p.Truncated = p.Truncated || len(touched) >= maxCommitFiles
		p.Paths = append(p.Paths, touched...)
	}
	slices.Sort(p.Paths)
	p.Paths = slices.Compact(p.Paths)
	e.Kind, e.Push = KindPush, p
}

func branch(ref string) string { return strings.TrimPrefix(ref, "refs/heads/") }
