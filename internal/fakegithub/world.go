package fakegithub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// World is how a GitHub starts. It is plain data that a person can write as JSON.
// Logins, repository names and slugs are matched without regard to case, as on GitHub.
// Whatever is named by login (authors, reviewers, members) must be declared under Users,
// except in commits, where a "Name <email>" of a stranger is allowed.
type World struct {
	// Time dates everything that has no date of its own. Zero means 2026-01-05T09:00:00Z.
	Time time.Time `json:"time"`
	// Organizations are the accounts of type Organization.
	Organizations []Organization `json:"organizations"`
	// Users are people and bots.
	Users []User `json:"users"`
	// Teams of the organizations.
	Teams []Team `json:"teams"`
	// Repositories with their files and pull requests.
	Repositories []Repository `json:"repositories"`
	// Installations of the App.
	Installations []Installation `json:"installations"`
	// OtherApps are further Apps, which report checks of their own through [GitHub.ReportCheck].
	OtherApps []OtherApp `json:"other_apps"`
	// Tokens are personal access tokens: token to login.
	Tokens map[string]string `json:"tokens"`
}

// ParseWorld reads a world from JSON. A key that the world does not have is an error.
func ParseWorld(data []byte) (World, error) {
	var w World
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		line := 1 + bytes.Count(data[:min(decoder.InputOffset(), int64(len(data)))], []byte("\n"))
		return World{}, fmt.Errorf("parse world: near line %d: %w", line, err)
	}
	return w, nil
}

// Organization is an account that owns repositories and teams.
type Organization struct {
	ID    int64  `json:"id"`    // 0: given by the fake
	Login string `json:"login"` // unique among all accounts
	// Members and Owners are logins. Active team members are members without being listed.
	Members []string `json:"members"`
	Owners  []string `json:"owners"`
}

// User is a person or a bot.
type User struct {
	ID      int64  `json:"id"`    // 0: given by the fake
	Login   string `json:"login"` // a bot's login ends in "[bot]"
	Type    string `json:"type"`  // User (the default) or Bot
	Name    string `json:"name"`  // as shown in the profile and in commits; "" means the login
	Company string `json:"company"`
	// Emails resolve commits to the account; the first is the one that the person commits with.
	// Empty means ID+LOGIN@users.noreply.github.com, which always resolves.
	Emails []string `json:"emails"`
}

// Team of an organization.
type Team struct {
	Org     string       `json:"org"`
	Slug    string       `json:"slug"`
	Name    string       `json:"name"`   // "" means the slug
	Parent  string       `json:"parent"` // slug of the parent team; its members include this team's
	Members []TeamMember `json:"members"`
}

// TeamMember is one membership of a team.
type TeamMember struct {
	Login string `json:"login"`
	Role  string `json:"role"`  // member (the default) or maintainer
	State string `json:"state"` // active (the default) or pending: invited, not yet a member
}

// Repository with its history on the default branch.
type Repository struct {
	ID            int64  `json:"id"` // 0: given by the fake
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	Description   string `json:"description"`
	Private       bool   `json:"private"`
	DefaultBranch string `json:"default_branch"` // "" means main
	// Files and Symlinks are the first commit: path to content, path to link target.
	Files    map[string]string `json:"files"`
	Symlinks map[string]string `json:"symlinks"`
	// History are the further commits of the default branch, oldest first.
	History []Commit `json:"history"`
	// Collaborators (login) and Teams (slug) to permission: read, triage, write, maintain or admin.
	Collaborators map[string]string `json:"collaborators"`
	Teams         map[string]string `json:"teams"`
	// MergeQueue says whether the default branch has a merge queue.
	MergeQueue bool `json:"merge_queue"`
	// RequiredChecks are required on the default branch, by a ruleset.
	RequiredChecks []RequiredCheck `json:"required_checks"`
	// RequirePullRequests says whether a ruleset lets changes come to the default branch by pull request only.
	RequirePullRequests bool `json:"require_pull_requests"`
	// Bypass are those for whom that ruleset need not hold.
	Bypass []Bypass `json:"bypass"`
	// Protection of the default branch, if it has any.
	Protection *Protection `json:"protection"`
	Labels     []string    `json:"labels"`
	// CustomProperties of the organization, shown wherever GitHub shows the repository.
	CustomProperties map[string]any `json:"custom_properties"`
	PullRequests     []Pull         `json:"pull_requests"`
}

// RequiredCheck is a status check that a ruleset demands.
type RequiredCheck struct {
	Context string `json:"context"`
	AppID   int64  `json:"app_id"` // 0: any source
}

// Bypass is somebody for whom a ruleset need not hold.
type Bypass struct {
	ActorType string `json:"actor_type"` // RepositoryRole, OrganizationAdmin, Team, Integration, User or DeployKey
	ActorID   int64  `json:"actor_id"`
	Mode      string `json:"bypass_mode"` // pull_request or exempt; "" means always
}

// Commit is a change on top of its parent.
type Commit struct {
	Message string `json:"message"`
	// Author and Committer are a login or "Name <email>". Without an author it is whoever
	// pushes; without a committer it is the author.
	Author    string `json:"author"`
	Committer string `json:"committer"`
	// CoAuthors, likewise, become Co-authored-by trailers of the message.
	CoAuthors []string  `json:"co_authors"`
	Date      time.Time `json:"date"` // zero: when it is pushed
	// Files are the new contents by path; Symlinks the new link targets by path.
	Files    map[string]string `json:"files"`
	Symlinks map[string]string `json:"symlinks"`
	Removed  []string          `json:"removed"`
	// Renamed maps old paths to new ones; it happens before Files are written.
	Renamed  map[string]string `json:"renamed"`
	Verified bool              `json:"verified"` // signed, with a valid signature of the committer
}

// Pull is a pull request.
type Pull struct {
	Number int    `json:"number"` // 0: the next free one
	Title  string `json:"title"`
	Body   string `json:"body"`
	Author string `json:"author"`
	Base   string `json:"base"` // branch; "" means the default branch
	Head   string `json:"head"` // branch; "" means patch-NUMBER
	// ForkOwner is the account whose fork holds the head branch; "" means the same repository.
	ForkOwner   string    `json:"fork_owner"`
	ForkPrivate bool      `json:"fork_private"`
	Draft       bool      `json:"draft"`
	CreatedAt   time.Time `json:"created_at"`
	// MergedBy, if set, says that it was merged, by this login, at ClosedAt. Closed: closed unmerged.
	MergedBy string    `json:"merged_by"`
	Closed   bool      `json:"closed"`
	ClosedAt time.Time `json:"closed_at"`
	// Commits of the head branch, oldest first; at least one.
	Commits            []Commit  `json:"commits"`
	Reviews            []Review  `json:"reviews"`
	Labels             []Label   `json:"labels"`
	Comments           []Comment `json:"comments"`
	RequestedReviewers []string  `json:"requested_reviewers"`
	RequestedTeams     []string  `json:"requested_teams"`
}

// Review of a pull request.
type Review struct {
	Author string `json:"author"`
	// State is APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING.
	State       string    `json:"state"`
	Body        string    `json:"body"`
	SubmittedAt time.Time `json:"submitted_at"` // zero: now
	// Commit is the sha that was reviewed, or the number of the commit in the pull request,
	// counted from 1; "" means the present head.
	Commit string `json:"commit"`
}

// Label on a pull request.
type Label struct {
	Name  string    `json:"name"`
	SetBy string    `json:"set_by"` // "" means the author of the pull request
	SetAt time.Time `json:"set_at"` // zero: when the pull request was opened
}

// Comment in the conversation of a pull request.
type Comment struct {
	Author    string    `json:"author"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"` // zero: when the pull request was opened
}

// Installation of the App on an account.
type Installation struct {
	ID      int64  `json:"id"` // 0: given by the fake
	Account string `json:"account"`
	// Repositories are names without the owner; empty means all of the account.
	Repositories []string `json:"repositories"`
	// Permissions such as {"checks": "write"}; metadata: read is always there. Empty means
	// checks: write, contents: read, pull_requests: write, members: read, merge_queues: read.
	Permissions map[string]string `json:"permissions"`
}

// OtherApp is an App that is not the one under test.
type OtherApp struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}
