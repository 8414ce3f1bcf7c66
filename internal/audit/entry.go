package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// Kinds of entries.
const (
	KindDecision          = "decision"                 // a verdict that differs from the one before
	KindCommand           = "command"                  // a command was given, changed or taken back, and no verdict differs
	KindPosted            = "posted"                   // check runs were written
	KindMerged            = "merged"                   // merged while every rule was met
	KindMergedNotAccepted = "merged_not_accepted"      // merged although a rule was not met
	KindMergedNotJudged   = "merged_not_judged"        // merged before this version was judged
	KindPushed            = "pushed_without_pull"      // commits came to the default branch without a pull request
	KindForced            = "default_branch_rewritten" // a forced push changed the default branch
	KindRenamed           = "renamed"                  // the repository was renamed or transferred, or another one has its name
	KindRedacted          = "redacted"                 // what the store had of a person was taken out
)

// Findings are the kinds that tell of somebody who went around the rules.
var Findings = []string{KindMergedNotAccepted, KindMergedNotJudged, KindPushed, KindForced}

// Decision is the detail of entries about a pull request. Nothing in it names anybody.
type Decision struct {
	Run        string                      `json:"run"`
	Event      string                      `json:"event"` // what asked, such as pull_request.opened
	State      string                      `json:"state"` // of the pull request: open, closed, merged
	Conclusion bylaw.Conclusion            `json:"conclusion"`
	Facts      string                      `json:"facts"`    // SHA-256 of the snapshot
	Policies   string                      `json:"policies"` // SHA-256 of the policies and their parameters
	Report     string                      `json:"report"`   // SHA-256 of the report
	Judged     string                      `json:"judged"`   // SHA-256 of the verdicts; empty when it was not noted yet
	Verdicts   map[string]string           `json:"verdicts"` // outcome by policy
	Checks     map[string]bylaw.Conclusion `json:"checks"`   // what is to be posted, by the name of the check run
	Marks      []string                    `json:"marks"`    // of all verdicts, sorted
	WaitsSince bylaw.Time                  `json:"waits_since"`

	Grants      []string `json:"grants,omitempty"`      // waive and delegate, as far as they stand by their author's own hand
	Disclosures []string `json:"disclosures,omitempty"` // disclose, recuse and withdraw, also those that stand no more
}

// Posted is the detail of entries about check runs that were written on a commit.
type Posted struct {
	Pulls   []int         `json:"pulls"`
	Entries []int64       `json:"entries"` // that the text names
	Checks  []PostedCheck `json:"checks"`  // all of ours that stand on the commit then
}

// PostedCheck is one check run as it was written.
type PostedCheck struct {
	Name   string `json:"name"`
	ID     int64  `json:"id"`     // GitHub's
	Digest string `json:"digest"` // of its content; it is the external_id on GitHub
}

// Pushed is the detail of findings about a push to the default branch.
type Pushed struct {
	Before    string   `json:"before"`
	After     string   `json:"after"`
	Commits   []string `json:"commits"`    // without a pull request; of a forced push those that it brought
	NotLooked int      `json:"not_looked"` // how many commits of the push were too many to be looked at
}

// Renamed is the detail of entries about the name of the repository. The log keeps the name that it began with.
type Renamed struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Aside bool   `json:"aside,omitempty"` // another repository has its name, and how it is called itself is not known yet
}

// Piece is one private piece of an entry.
type Piece struct {
	Field     string     `json:"field"` // what it is of the entry, such as merged_by
	Login     string     `json:"login,omitempty"`
	Text      string     `json:"text,omitempty"`
	Name      string     `json:"name,omitempty"` // of a command
	Arguments string     `json:"arguments,omitempty"`
	At        bylaw.Time `json:"at,omitzero"`
	Fate      string     `json:"fate,omitempty"`
	EditedBy  string     `json:"edited_by,omitempty"`
}

// Fields of pieces.
const (
	FieldAskedBy    = "asked_by"
	FieldAuthor     = "author"
	FieldMergedBy   = "merged_by"
	FieldPushedBy   = "pushed_by"
	FieldTitle      = "title" // of the report: it may name people
	FieldGrant      = "grant"
	FieldDisclosure = "disclosure"
	FieldCommand    = "command" // of KindCommand: one that stands there now
	FieldRedactedBy = "redacted_by"
)

// Private writes pieces down for the store. Those that say nothing are left out.
func Private(pieces ...Piece) ([]store.Private, error) {
	var out []store.Private
	for _, p := range pieces {
		if p.Login == "" && p.Text == "" && p.Name == "" {
			continue
		}
		data, err := json.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("write audit entry down: %w", err)
		}
		out = append(out, store.Private{Body: data})
	}
	return out, nil
}

// Pieces reads the pieces of an entry that are left, and tells how many are not.
func Pieces(e store.AuditEntry) (left []Piece, removed int) {
	for _, p := range e.Private {
		var piece Piece
		if p.Body == nil || json.Unmarshal(p.Body, &piece) != nil {
			removed++
			continue
		}
		left = append(left, piece)
	}
	return left, removed
}

// Of finds the first piece of a field; nothing when there is none, or none any more.
func Of(pieces []Piece, field string) Piece {
	if i := slices.IndexFunc(pieces, func(p Piece) bool { return p.Field == field }); i >= 0 {
		return pieces[i]
	}
	return Piece{}
}

// Ours are the commands that grant or disclose something: those that the log tells of.
func Ours(commands []bylaw.Command) []bylaw.Command {
	return slices.DeleteFunc(slices.Clone(commands), func(c bylaw.Command) bool {
		return !slices.Contains([]string{"waive", "delegate", "disclose", "recuse", "withdraw"}, c.Name)
	})
}

// AddCommands notes what people had granted and disclosed, in the detail and in pieces. Whether it counted is
// what the verdicts say.
func (d *Decision) AddCommands(commands []bylaw.Command) (pieces []Piece) {
	for _, c := range Ours(commands) {
		piece := CommandPiece(c)
		switch c.Name {
		case "waive", "delegate":
			if c.Fate != bylaw.FateStands || c.EditedBy != "" && !strings.EqualFold(c.EditedBy, c.Who.Login) {
				continue
			}
			piece.Field = FieldGrant
			d.Grants = append(d.Grants, c.Name)
		default:
			piece.Field = FieldDisclosure
			d.Disclosures = append(d.Disclosures, c.Name)
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// CommandPiece is a command as a private piece.
func CommandPiece(c bylaw.Command) Piece {
	return Piece{Field: FieldCommand, Login: c.Who.Login, Name: c.Name, Arguments: c.Arguments, At: c.At, Fate: c.Fate, EditedBy: c.EditedBy}
}
