package page

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// kindWord is a kind of audit entries in words.
type kindWord struct{ Kind, Words string }

// kinds are all of them, in the order of the list to choose from.
var kinds = []kindWord{
	{audit.KindDecision, "Decision"},
	{audit.KindCommand, "Command, verdict unchanged"},
	{audit.KindPosted, "Check runs written"},
	{audit.KindMerged, "Merged, every rule met"},
	{audit.KindMergedNotAccepted, "Merged although not accepted"},
	{audit.KindMergedNotJudged, "Merged before it was judged"},
	{audit.KindPushed, "Pushed without a pull request"},
	{audit.KindForced, "Default branch rewritten"},
	{audit.KindRenamed, "Renamed or transferred"},
	{audit.KindRedacted, "A person taken out"},
}

// bypasses is what stands in an address for all kinds of findings together.
const bypasses = "bypass"

// wordOf finds the words of a kind, also of one that a later version may have written.
func wordOf(kind string) kindWord {
	if i := slices.IndexFunc(kinds, func(k kindWord) bool { return k.Kind == kind }); i >= 0 {
		return kinds[i]
	}
	return kindWord{kind, sentence(strings.ReplaceAll(kind, "_", " "))}
}

// auditRow is an entry of the audit log as people read it. All its text is plain.
type auditRow struct {
	store.AuditEntry
	Words      string
	Bypass     bool   // somebody went around the rules
	Pull, Run  string // local addresses; "" where there is none
	Conclusion string
	Title      string
	Lines      []string // what else it says
}

// auditRowOf reads what an entry says. Of a detail of an unknown shape only what is known is shown: the chain tells
// whether it was changed. A decision older than since is not linked, because it is not shown.
func auditRowOf(r store.Repository, e store.AuditEntry, since time.Time) auditRow {
	row := auditRow{AuditEntry: e, Words: wordOf(e.Kind).Words, Bypass: slices.Contains(audit.Findings, e.Kind)}
	if e.Number > 0 {
		row.Pull = pullPath(r, e.Number)
	}
	pieces, removed := audit.Pieces(e)
	say := func(format string, args ...any) {
		row.Lines = append(row.Lines, bylaw.PlainText(fmt.Sprintf(format, args...)))
	}
	who := func(field, format string) {
		if p := audit.Of(pieces, field); p.Login != "" {
			say(format, p.Login)
		}
	}
	switch e.Kind {
	case audit.KindPosted:
		row.posted(e.Detail, say)
	case audit.KindPushed, audit.KindForced:
		who(audit.FieldPushedBy, "by %s")
		row.pushed(e.Detail, say)
	case audit.KindRenamed:
		var d audit.Renamed
		_ = json.Unmarshal(e.Detail, &d)
		row.Title = fmt.Sprintf("The repository was called %s until now", bylaw.PlainText(d.From))
		if d.Aside {
			say("another repository has that name; how this one is called was not known then")
		} else {
			say("it is called %s; this log keeps the name that it began with", d.To)
		}
	case audit.KindRedacted:
		who(audit.FieldRedactedBy, "by %s")
		var d audit.Redacted
		_ = json.Unmarshal(e.Detail, &d)
		rows := d.Rows.Commands + d.Rows.Heads + d.Rows.Pulls - d.Rows.Needed
		row.Title = "Somebody's name and words were taken out of what is kept"
		say("of %s, %s of this log and %s", count(d.Runs, "decision"), namesOrTexts(d.Pieces), count(int(rows), "record"))
	default:
		row.decided(r, e, pieces, since, say)
		who(audit.FieldMergedBy, "merged by %s")
		who(audit.FieldAuthor, "proposed by %s")
		for _, p := range pieces {
			if p.Name != "" {
				say("%s", commandWords(p))
			}
		}
	}
	if removed > 0 {
		say("%s no longer kept", namesOrTexts(removed)+map[bool]string{true: " is", false: " are"}[removed == 1])
	}
	return row
}

func namesOrTexts(n int) string {
	if n == 1 {
		return "1 name or text"
	}
	return fmt.Sprintf("%d names or texts", n)
}

// decided reads what an entry says of a pull request.
func (row *auditRow) decided(r store.Repository, e store.AuditEntry, pieces []audit.Piece, since time.Time, say func(string, ...any)) {
	var d audit.Decision
	_ = json.Unmarshal(e.Detail, &d)
	var early struct { // as entries of before there were pieces have it
		Title    string `json:"title"`
		MergedBy string `json:"merged_by"`
	}
	_ = json.Unmarshal(e.Detail, &early)
	row.Conclusion = string(d.Conclusion)
	row.Title = sentence(cmp.Or(audit.Of(pieces, audit.FieldTitle).Text, early.Title))
	if d.Run != "" && bylaw.PlainText(d.Run) == d.Run && !e.At.Before(since) {
		row.Run = runPath(r, d.Run)
	}
	asked := audit.Of(pieces, audit.FieldAskedBy).Login
	switch {
	case d.Event != "" && asked != "":
		say("%s, by %s", why(d.Event), asked)
	case d.Event != "":
		say("%s", why(d.Event))
	case asked != "":
		say("asked for by %s", asked)
	}
	if early.MergedBy != "" {
		say("merged by %s", early.MergedBy)
	}
}

// posted reads which check runs were written, and on what they rest.
func (row *auditRow) posted(detail []byte, say func(string, ...any)) {
	var d audit.Posted
	_ = json.Unmarshal(detail, &d)
	row.Title = "Written on commit " + short(row.HeadSHA)
	if len(d.Checks) > 0 {
		say("check runs: %s", shortList(names(d.Checks, func(c audit.PostedCheck) string { return c.Name })))
	}
	if len(d.Entries) > 0 {
		say("their text names %s", shortList(names(d.Entries, func(n int64) string { return fmt.Sprintf("entry %d", n) })))
	}
	if len(d.Pulls) > 1 {
		say("for %s", shortList(names(d.Pulls, func(n int) string { return fmt.Sprintf("#%d", n) })))
	}
}

// pushed reads what came to the default branch around the rules.
func (row *auditRow) pushed(detail []byte, say func(string, ...any)) {
	var d audit.Pushed
	_ = json.Unmarshal(detail, &d)
	commits := count(len(d.Commits), "commit")
	row.Title = fmt.Sprintf("The default branch got %s of no pull request", commits)
	if row.Kind == audit.KindForced {
		row.Title = "A forced push changed what stood on the default branch"
		say("it brought %s", commits)
	}
	if d.Before != "" || d.After != "" {
		say("from %s to %s", short(d.Before), short(d.After))
	}
	if len(d.Commits) > 0 {
		say("commits: %s", shortList(names(d.Commits, short)))
	}
	if d.NotLooked > 0 {
		say("%s more were too many to be looked at", count(d.NotLooked, "commit"))
	}
}

// shortList is a list of at most ten, with the number of the others.
func shortList(list []string) string {
	const most = 10
	if more := len(list) - most; more > 0 {
		list = append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", more))
	}
	return strings.Join(list, ", ")
}

// commandWords is a command as it was given, and what has become of it.
func commandWords(p audit.Piece) string {
	out := strings.TrimSpace(fmt.Sprintf("%s wrote /bylaw %s %s", orGhost(p.Login), p.Name, p.Arguments))
	if p.EditedBy != "" && !strings.EqualFold(p.EditedBy, p.Login) {
		out += "; edited by " + p.EditedBy
	}
	switch p.Fate {
	case bylaw.FateDeleted:
		out += "; the comment was deleted"
	case bylaw.FateEdited:
		out += "; the comment says something else now"
	}
	return out
}

// anchor is the audit entry that the check run of a decision names, and whether what is kept here fits it.
type anchor struct {
	Seq    int64
	Digest string
	Link   string // to the entry in the audit log; "" where the viewer may not see it
	Fits   bool
	Says   string
}

// anchorOf looks the entry up and compares digests: of the entry, of the entry and the decision, and of the entry and
// the facts, where it is this decision's own. That the whole log is as it was written it does not tell.
func anchorOf(r store.Repository, run store.Run, e store.AuditEntry, found bool, since time.Time) anchor {
	a := anchor{Seq: run.AuditSeq, Digest: run.AuditDigest}
	var d audit.Decision
	if !found || e.Sum() != e.Digest || e.Digest != run.AuditDigest || json.Unmarshal(e.Detail, &d) != nil {
		a.Says = "The audit log does not have this entry as it was when the decision was kept. Whoever runs this service finds out more with bylaw audit verify."
		return a
	}
	if !e.At.Before(since) {
		mark := markText(store.Mark{At: e.At, ID: fmt.Sprint(e.Seq + 1)}) // the list goes on with the one before
		a.Link = fmt.Sprintf("%s/audit?number=%d&before=%s#entry-%d", home(r), run.Number, mark, e.Seq)
	}
	a.Fits = true
	switch {
	case d.Run != run.ID:
		a.Says = "It was written for an earlier decision: the check run says the same since then."
	case !run.RedactedAt.IsZero():
		a.Says = fmt.Sprintf("It was written for this decision. Names were taken out of the decision on %s, so its facts have another digest now.", day(run.RedactedAt))
	case d.Facts == "":
		a.Says = "It was written for this decision."
	case d.Facts == digestOf(run.Snapshot) && d.Report == digestOf(run.Report):
		a.Says = "It was written for this decision, and the facts and the report shown here have the digests that stand in it."
	default:
		a.Fits, a.Says = false, "It was written for this decision, but the facts or the report kept here have other digests than stand in it: they were changed since. Whoever runs this service finds out more with bylaw audit verify."
	}
	return a
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
