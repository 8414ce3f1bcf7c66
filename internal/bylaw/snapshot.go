package bylaw

import (
	"slices"
	"strings"
)

// SnapshotFormat is the version of the snapshot's shape. It grows when a fact changes its meaning or
// goes away; facts that are added do not change it.
const SnapshotFormat = 1

// Snapshot is every fact about one pull request at one moment: the `input` of a policy, together
// with the policy's parameters. Every fact is always present; a list that is empty was read and is
// empty. What could not be read whole is named in Incomplete, and then no policy is asked.
//
// The struct tags are the source of policies/input.schema.json: "doc" describes a fact to the author
// of a policy, "enum" lists the only values that it can have.
type Snapshot struct {
	Format             int            `json:"format" doc:"Version of this shape: 1."`
	TakenAt            Time           `json:"taken_at" doc:"When the facts were read. The only clock of a policy."`
	Event              string         `json:"event" doc:"What asked for this evaluation, such as pull_request.opened."`
	Repository         Repository     `json:"repository"`
	Number             int            `json:"number" doc:"Number of the pull request."`
	URL                string         `json:"url" doc:"Address of the pull request on the web; empty when there is none."`
	Title              string         `json:"title"`
	Body               string         `json:"body"`
	Author             Account        `json:"author" doc:"Who opened the pull request."`
	State              string         `json:"state" enum:"open,closed,merged"`
	Draft              bool           `json:"draft"`
	CreatedAt          Time           `json:"created_at"`
	ReadyAt            Time           `json:"ready_at" doc:"Since when it waits for review: when it was opened, or last taken out of draft. Empty while it is a draft."`
	MergedAt           Time           `json:"merged_at" doc:"Empty unless merged."`
	MergedBy           Account        `json:"merged_by" doc:"Login empty unless merged."`
	Base               Base           `json:"base" doc:"The branch to be changed."`
	Head               Head           `json:"head" doc:"The proposed commit."`
	Labels             []Label        `json:"labels"`
	Files              []File         `json:"files" doc:"Files that the pull request changes."`
	Commits            []Commit       `json:"commits"`
	Reviews            []Review       `json:"reviews" doc:"All submitted reviews, oldest first."`
	RequestedReviewers []string       `json:"requested_reviewers" doc:"Logins who were asked and have not reviewed since."`
	Commands           []Command      `json:"commands" doc:"Lines of comments that begin with /bylaw, oldest first."`
	People             []Person       `json:"people" doc:"Everybody concerned, and everybody in a roster who could review."`
	Organizations      []Organization `json:"organizations" doc:"Organizations of these people, of disclosures, and those after which changed files are named."`
	Teams              []Team         `json:"teams" doc:"Teams of the organization that a parameter of a policy names."`
	Rosters            []string       `json:"rosters" doc:"Files that say who is who, as configured; after the name of their repository when that is another one."`
	Governance         Governance     `json:"governance" doc:"What this pull request does to the rules themselves."`
	SameHead           []int          `json:"same_head" doc:"Other open pull requests that propose the same commit."`
	Local              bool           `json:"local" doc:"Nobody is known, only files: somebody looks at them on their own computer. Only policies whose METADATA says custom.local are asked then."`
	Incomplete         []Incomplete   `json:"incomplete"`
}

// Repository is the governed repository.
type Repository struct {
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	Private       bool   `json:"private"`
	DefaultBranch string `json:"default_branch"`
}

// FullName is "owner/name".
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

// Kinds of accounts. GitHub shows a deleted account as "ghost"; nothing is known of it.
const (
	KindUser    = "user"
	KindBot     = "bot"
	KindDeleted = "deleted"
)

// Account is somebody on GitHub. Logins are written as GitHub writes them and compared without
// regard to case.
type Account struct {
	Login string `json:"login" doc:"Empty for a deleted account."`
	ID    int64  `json:"id" doc:"GitHub's number of the account, 0 when not known."`
	Kind  string `json:"kind" enum:"user,bot,deleted"`
}

// Same reports whether two accounts that are there are one, by GitHub's number or, where that is not known, by
// login.
func (a Account) Same(b Account) bool {
	switch {
	case a.Login == "" || b.Login == "":
		return false
	case a.ID != 0 && b.ID != 0:
		return a.ID == b.ID
	}
	return strings.EqualFold(a.Login, b.Login)
}

// Base is the branch that a pull request wants to change.
type Base struct {
	Name string `json:"name"`
	SHA  string `json:"sha" doc:"Tip of the branch when the facts were read; the last one known if the branch is gone."`
}

// Head is the commit that a pull request proposes.
type Head struct {
	Name       string `json:"name" doc:"Name of the branch."`
	SHA        string `json:"sha"`
	Repository string `json:"repository" doc:"Where the branch stands, owner/name; empty when that fork is gone."`
	Fork       bool   `json:"fork"`
	ArrivedAt  Time   `json:"arrived_at" doc:"When this commit became the head. Empty when not known."`
	PushedBy   string `json:"pushed_by" doc:"Login of who pushed it. Empty when not known."`
}

// Label is a label on the pull request.
type Label struct {
	Name  string `json:"name"`
	SetBy string `json:"set_by" doc:"Login of who set it last. Empty when not known."`
	SetAt Time   `json:"set_at"`
}

// File is one changed file.
type File struct {
	Path          string   `json:"path"`
	PreviousPath  string   `json:"previous_path" doc:"Old name of a renamed file, otherwise empty."`
	Status        string   `json:"status" enum:"added,removed,modified,renamed,copied,changed,unchanged"`
	Added         int      `json:"added" doc:"Lines added."`
	Removed       int      `json:"removed" doc:"Lines removed."`
	Organizations []string `json:"organizations" doc:"Ids of the known organizations after which the file, or a folder on its path, is named."`
	Before        Content  `json:"before" doc:"The file on the base branch, for files that the policy asks for."`
	After         Content  `json:"after" doc:"The file in the head, for files that the policy asks for."`
}

// Content is what stands in a file. It is read only for files that a policy asks for with
// custom.files in its METADATA.
type Content struct {
	Exists   bool      `json:"exists" doc:"False when the file is not there or was not asked for."`
	Text     string    `json:"text"`
	Data     any       `json:"data" doc:"The text as YAML, JSON, TOML, CSV or Markdown, by the file's name; null for others."`
	Lines    []Line    `json:"lines" doc:"The line of every value in data."`
	Problems []Problem `json:"problems" doc:"Why data could not be read."`
}

// Line is where a value of Content.Data stands.
type Line struct {
	Pointer string `json:"pointer" doc:"JSON pointer (RFC 6901), such as /contacts/0/email."`
	Line    int    `json:"line" doc:"From 1."`
}

// Commit is one commit of the pull request.
type Commit struct {
	SHA       string   `json:"sha"`
	Authors   []Author `json:"authors" doc:"The git author first, then the co-authors named in trailers."`
	Committer Author   `json:"committer"`
	Verified  bool     `json:"verified" doc:"Whether GitHub verified a signature."`
}

// Author is somebody as a git commit names them. Whoever makes a commit can write any name and
// e-mail address in it, so this is evidence against its author only.
type Author struct {
	Login  string `json:"login" doc:"Empty when the address belongs to no account."`
	ID     int64  `json:"id"`
	Domain string `json:"domain" doc:"Domain of the e-mail address. Addresses are never kept."`
}

// States of a review.
const (
	ReviewApproved         = "approved"
	ReviewChangesRequested = "changes_requested"
	ReviewCommented        = "commented"
	ReviewDismissed        = "dismissed"
)

// Review is one submitted review. The stance of a person is their last review that is not a mere
// comment.
type Review struct {
	Author      Account `json:"author"`
	State       string  `json:"state" enum:"approved,changes_requested,commented,dismissed"`
	SHA         string  `json:"sha" doc:"Commit that was reviewed, or that GitHub re-pointed the review to."`
	SubmittedAt Time    `json:"submitted_at"`
	Body        string  `json:"body"`
	CanPush     bool    `json:"can_push" doc:"Whether the author may write to the repository."`
	Stale       bool    `json:"stale" doc:"Given for another commit, or before the present head arrived."`
}

// Command is a line of a conversation comment that begins with /bylaw.
type Command struct {
	CommentID int64   `json:"comment_id"`
	Who       Account `json:"who"`
	Name      string  `json:"name" doc:"The word after /bylaw."`
	Arguments string  `json:"arguments"`
	At        Time    `json:"at" doc:"When the comment was written, or last edited."`
	EditedBy  string  `json:"edited_by" doc:"Login of who edited the comment last; empty when nobody did."`
	Fate      string  `json:"fate" enum:"stands,deleted,edited" doc:"Whether the line still stands. One that was deleted, or edited away, is told as it was first seen."`

	Organization string `json:"organization" doc:"Id of the organization that the command discloses; empty for other commands, and when it discloses something else."`
}

// Fates of a command.
const (
	FateStands  = "stands"
	FateDeleted = "deleted"
	FateEdited  = "edited"
)

// Parts that somebody can have in a change. GitHub vouches for the first two; a name in a commit is
// the word of whoever wrote the commit.
const (
	PartOpened = "opened"
	PartPushed = "pushed"
	PartNamed  = "named"
	PartNone   = "none"
)

// Person is somebody concerned with the pull request, or who could review it.
type Person struct {
	Login        string        `json:"login"`
	ID           int64         `json:"id"`
	Kind         string        `json:"kind" enum:"user,bot,deleted"`
	CanPush      bool          `json:"can_push" doc:"Whether they may write to the repository."`
	Part         string        `json:"part" enum:"opened,pushed,named,none" doc:"Their part in the change: opened it, pushed its head, or is merely named in a commit, which whoever writes it can do."`
	Roles        []Role        `json:"roles"`
	Affiliations []Affiliation `json:"affiliations"`
	AwayUntil    string        `json:"away_until" doc:"Date, no longer included, until which a roster says that they are away; empty otherwise."`
	ActiveAt     Time          `json:"active_at" doc:"When they last committed to the default branch, as far as its latest 100 commits tell; empty otherwise."`
}

// Team is a team of the organization on GitHub, with everybody in it and in the teams below it.
type Team struct {
	Name    string   `json:"name" doc:"As addresses on GitHub write it, without the organization: core-reviewers."`
	Members []string `json:"members" doc:"Logins."`
}

// Role is what a roster says that somebody is.
type Role struct {
	Name string `json:"name"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// Kinds of affiliations.
const (
	AffiliationEmployer    = "employer"
	AffiliationIndependent = "independent"
	AffiliationUndisclosed = "undisclosed"
	AffiliationUnknown     = "unknown"   // a line says that it is not known, or cannot be understood
	AffiliationAmbiguous   = "ambiguous" // one name means several people or organizations
)

// Sources of affiliations, strongest first. The rank of each is its place in this list, from 0; an
// affiliation whose kind is unknown or ambiguous has [RankUnknown] wherever it stands.
const (
	SourceDeclared      = "declared"       // a dated, reviewed entry in the community's own affiliations file
	SourceDeclaredStale = "declared-stale" // the same without a date, or past the date of its next review
	SourceRoster        = "roster"         // a list of members that a community keeps
	SourceEmail         = "email"          // the domain of a commit's e-mail address; anybody can write any address
	SourceGitdmStrict   = "gitdm-strict"   // collected by others; inside an interval with an end
	SourceGitdmOpen     = "gitdm-open"     // collected by others; begun at most 24 months before and not ended
	SourceGitdmUndated  = "gitdm-undated"  // collected by others; without any date, or begun longer ago and not ended
	SourceProfile       = "profile"        // what somebody writes about themselves on their page on GitHub
)

// RankUnknown is the rank of what says nothing: worse than any source.
const RankUnknown = 8

// Rank is the rank of a source, from 0 for the best; [RankUnknown] for one that does not exist.
func Rank(source string) int {
	if i := slices.Index(sources, source); i >= 0 {
		return i
	}
	return RankUnknown
}

var sources = []string{
	SourceDeclared, SourceDeclaredStale, SourceRoster, SourceEmail,
	SourceGitdmStrict, SourceGitdmOpen, SourceGitdmUndated, SourceProfile,
}

// Affiliation says that somebody works for an organization, for nobody, or does not say, from a
// date until a date. The interval is half open: on the day Until it is no longer so.
type Affiliation struct {
	Kind         string `json:"kind" enum:"employer,independent,undisclosed,unknown,ambiguous"`
	Organization string `json:"organization" doc:"Id of the organization; empty unless kind is employer."`
	From         string `json:"from" doc:"Date such as 2026-01-31; empty for always."`
	Until        string `json:"until" doc:"Date such as 2026-01-31, no longer included; empty for still."`
	Fuzzy        bool   `json:"fuzzy" doc:"The source knows only months: each date may be wrong by 31 days."`
	Source       string `json:"source" enum:"declared,declared-stale,roster,email,gitdm-strict,gitdm-open,gitdm-undated,profile"`
	Rank         int    `json:"rank" doc:"How much the evidence is worth, from 0 (declared) in the order of the sources to 7 (profile); 8 when it says nothing."`
	File         string `json:"file" doc:"File that says so, after the name of its repository when that is another one; empty for other evidence."`
	Line         int    `json:"line"`
	Evidence     string `json:"evidence" doc:"The evidence in words, when it is not a line of a file; otherwise what is special about the line."`
	RecordedAt   Time   `json:"recorded_at" doc:"When the line came to the default branch; empty when not known."`
	Proposed     bool   `json:"proposed" doc:"Stands only in this pull request's version of the roster."`
	Former       bool   `json:"former" doc:"Stood in the roster when the pull request was opened, and stands there no more."`
}

// Organization is an employer.
type Organization struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"As people write it."`

	Labels []string `json:"labels" doc:"Words that the community's file of organizations gives it, such as partner."`
	Near   []Near   `json:"near" doc:"Other organizations that are not simply another one, by renames, acquisitions and the like."`
}

// How near two organizations are, as the configuration says for each sort of relation.
const (
	NearMerged  = "merged"  // one organization under two names
	NearRelated = "related" // neither surely one nor surely two
)

// Near is an organization that is one with another, or related to it, from a date until a date, half open.
type Near struct {
	Organization string `json:"organization" doc:"Id of the other one."`
	How          string `json:"how" enum:"merged,related"`
	From         string `json:"from" doc:"Date; empty for always."`
	Until        string `json:"until" doc:"Date, no longer included; empty for still."`
}

// Governance says what a pull request does to the community's rules themselves: configuration,
// policies, rosters, the organizations file and CODEOWNERS.
type Governance struct {
	Files       []string     `json:"files" doc:"Changed files that belong to the rules."`
	Legible     bool         `json:"legible" doc:"Whether the standing configuration could be read far enough to know its rosters."`
	First       bool         `json:"first" doc:"The default branch has no configuration yet."`
	Problems    []Problem    `json:"problems" doc:"What is wrong with the proposed version."`
	Sound       bool         `json:"sound" doc:"Whether the proposed version has no fault at all, not even one that stands already."`
	Differences []Difference `json:"differences" doc:"What would change in effect."`
	Entries     []Entry      `json:"entries" doc:"People whose entry in a roster would change."`
}

// Difference is one change in effect that a pull request makes to the rules.
type Difference struct {
	File string `json:"file"`
	Line int    `json:"line" doc:"In the proposed version; 0 when nothing stands there any more."`
	Msg  string `json:"msg"`
}

// Entry is somebody whose entry in a roster is added, changed or removed by the pull request.
type Entry struct {
	Login string `json:"login"`
	File  string `json:"file"`
	Line  int    `json:"line"`
}

// Incomplete is a fact that could not be read whole, such as the files beyond GitHub's limit.
type Incomplete struct {
	Fact string `json:"fact" doc:"Name of the fact, such as files."`
	Msg  string `json:"msg" doc:"What is missing and why, in plain words."`
}
