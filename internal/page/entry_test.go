package page

import (
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestEveryKindOfEntryHasWords reads the kinds from their declaration, so that none is forgotten.
func TestEveryKindOfEntryHasWords(t *testing.T) {
	t.Parallel()
	syntax, err := parser.ParseFile(token.NewFileSet(), "../audit/entry.go", nil, parser.SkipObjectResolution)
	must(t, err)
	found := 0
	ast.Inspect(syntax, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Kind") {
			return true
		}
		kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		must(t, err)
		found++
		if !slices.ContainsFunc(kinds, func(k kindWord) bool { return k.Kind == kind }) {
			t.Errorf("%s has no words", kind)
		}
		return true
	})
	if found != len(kinds) {
		t.Errorf("%d kinds are declared, and %d have words", found, len(kinds))
	}
}

// tell appends an entry to the log of acme/widgets.
func (w *town) tell(t *testing.T, kind string, number int, detail any, pieces ...audit.Piece) store.AuditEntry {
	t.Helper()
	private, err := audit.Private(pieces...)
	must(t, err)
	e, err := w.Store.Append(t.Context(), store.AuditEntry{
		Repository: "acme/widgets", Kind: kind, Number: number, HeadSHA: strings.Repeat("a", 40), Detail: jsonOf(t, detail), Private: private,
	})
	must(t, err)
	return e
}

// TestAuditLogTellsWhatEachEntrySays: of every kind; what is taken out is not made up; what went around the rules can
// be listed alone.
func TestAuditLogTellsWhatEachEntrySays(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public = true })
	b := w.browser(t)
	merged := audit.Decision{Run: "r-widgets", Event: "pull_request.closed", State: "merged", Conclusion: bylaw.ActionRequired}
	over := []audit.Piece{
		{Field: audit.FieldAskedBy, Login: "carol"},
		{Field: audit.FieldAuthor, Login: "alice"},
		{Field: audit.FieldMergedBy, Login: "dora"},
		{Field: audit.FieldTitle, Text: "waiting for a review"},
		{Field: audit.FieldGrant, Login: "erin", Name: "waive", Arguments: "conflict_of_interest", Fate: bylaw.FateDeleted},
	}
	last := w.tell(t, audit.KindMergedNotAccepted, 7, merged, over...)
	w.tell(t, audit.KindMergedNotJudged, 8, merged)
	w.tell(t, audit.KindMerged, 9, merged)
	w.tell(t, audit.KindCommand, 7, merged, audit.Piece{Field: audit.FieldCommand, Login: "bob", Name: "recuse", Fate: bylaw.FateStands, EditedBy: "mallory"})
	w.tell(t, audit.KindPosted, 7, audit.Posted{Pulls: []int{7, 8}, Entries: []int64{2, 3}, Checks: []audit.PostedCheck{{Name: "bylaw", ID: 5}, {Name: "bylaw/conflict_of_interest"}}})
	w.tell(t, audit.KindPushed, 0, audit.Pushed{Before: "1111111111", After: "2222222222", Commits: []string{"3333333333"}, NotLooked: 4}, audit.Piece{Field: audit.FieldPushedBy, Login: "frank"})
	w.tell(t, audit.KindForced, 0, audit.Pushed{Before: "1111111111", After: "4444444444", Commits: []string{"5555555555", "6666666666"}}, audit.Piece{Field: audit.FieldPushedBy, Login: "grace"})
	w.tell(t, audit.KindRenamed, 0, audit.Renamed{From: "acme/oldname", To: "acme/widgets"})
	w.tell(t, audit.KindRedacted, 0, audit.Redacted{Pieces: 2, Runs: 3, Rows: store.PersonRows{Heads: 1}}, audit.Piece{Field: audit.FieldRedactedBy, Login: "olivia"})

	log := b.get("/acme/widgets/audit").body
	for _, text := range []string{
		`<span class="mood stop">Merged although not accepted</span>`, "Looked at because it was closed, by carol", "Proposed by alice", "Merged by dora", "Waiting for a review",
		"Erin wrote /bylaw waive conflict_of_interest; the comment was deleted",
		`<span class="mood stop">Merged before it was judged</span>`, "Merged, every rule met", "Command, verdict unchanged", "Bob wrote /bylaw recuse; edited by mallory",
		"Check runs written", "Written on commit aaaaaaa", "Check runs: bylaw, bylaw/conflict_of_interest", "Their text names entry 2, entry 3", "For #7, #8",
		`<span class="mood stop">Pushed without a pull request</span>`, "The default branch got 1 commit of no pull request", "By frank", "From 1111111 to 2222222", "Commits: 3333333", "4 commits more were too many",
		`<span class="mood stop">Default branch rewritten</span>`, "It brought 2 commits", "By grace", "Renamed or transferred", "The repository was called acme/oldname until now", "It is called acme/widgets", "A person taken out", "By olivia", "Of 3 decisions, 2 names or texts of this log and 1 record",
	} {
		if !strings.Contains(log, text) {
			t.Errorf("the log does not say %q", text)
		}
	}
	if strings.Contains(log, "no longer kept") {
		t.Error("something is said to be gone")
	}
	around := b.get("/acme/widgets/audit?kind=bypass").body
	if n := strings.Count(around, `class="bypass"`); n != len(audit.Findings) || strings.Count(around, `id="entry-`) != n {
		t.Errorf("%d entries tell of what went around the rules, want %d alone", n, len(audit.Findings))
	}

	must(t, w.Store.Redact(t.Context(), store.Redaction{
		Repository: "acme/widgets", Login: "dora", Pieces: []store.PrivateRef{{Seq: last.Seq, Place: 2}, {Seq: last.Seq, Place: 3}},
		Entry: store.AuditEntry{Repository: "acme/widgets", Kind: audit.KindRedacted, Detail: []byte("{}")},
	}))
	log = b.get("/acme/widgets/audit").body
	if !strings.Contains(log, "2 names or texts are no longer kept") || strings.Contains(log, "dora") {
		t.Error("the log does not say that something is gone, or it still names dora")
	}
}

// TestDecisionPageNamesItsEntry, and says so when the two do not fit together.
func TestDecisionPageNamesItsEntry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ change, says string }{
		"as kept":      {"", "the facts and the report shown here have the digests that stand in it"},
		"other facts":  {`UPDATE runs SET snapshot = CAST(replace(CAST(snapshot AS TEXT), 'widgets both ways', 'widgets one way') AS BLOB) WHERE id = 'second'`, "The records do not agree."},
		"redacted":     {`UPDATE runs SET redacted_at = 1780000000000, report = CAST('{}' AS BLOB) WHERE id = 'second'`, "Names were taken out of the decision on 28 May 2026"},
		"other digest": {`UPDATE runs SET audit_digest = 'f00' WHERE id = 'second'`, "The records do not agree."},
		"an earlier's": {`UPDATE runs SET (audit_seq, audit_digest) = (SELECT seq, digest FROM audit WHERE repository = 'acme/widgets' AND seq = 1) WHERE id = 'second'`, "written for an earlier decision"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, func(s *Site) { s.Public = true })
			w.keep(t, "second", snapshot("acme/widgets", 7), verdict())
			if test.change != "" {
				db, err := sql.Open("sqlite", w.database)
				must(t, err)
				defer db.Close()
				_, err = db.ExecContext(t.Context(), test.change)
				must(t, err)
			}
			b := w.browser(t)
			page := b.get("/acme/widgets/decision/second").body
			if !strings.Contains(page, test.says) {
				t.Errorf("the page does not say %q", test.says)
			}
			if name != "as kept" {
				return
			}
			link := addresses(page)
			i := slices.IndexFunc(link, func(l string) bool { return strings.Contains(l, "#entry-2") })
			if i < 0 {
				t.Fatalf("no link leads to the entry: %q", link)
			}
			if got := b.get(link[i]).body; !strings.Contains(got, `id="entry-2"`) {
				t.Errorf("%s does not show the entry", link[i])
			}
		})
	}
}
