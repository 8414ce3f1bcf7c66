package page

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestReportPageCountsAndHides: numbers stand in it from the threshold on, smaller ones as words, and nobody's name.
func TestReportPageCountsAndHides(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public = true })
	for n := range 9 {
		d := audit.Decision{State: "open", Conclusion: bylaw.ActionRequired, Marks: []string{}}
		if n < 3 {
			d.Marks = []string{bylaw.MarkConflict}
		}
		w.tell(t, audit.KindDecision, 100+n, d, audit.Piece{Field: audit.FieldAuthor, Login: "alice"})
	}
	b := w.browser(t)
	today := w.now().UTC().Format(time.DateOnly)
	got := b.get("/acme/widgets/report").body
	for _, text := range []string{
		`Changes judged</th><td role="cell" data-label="Now" class="amount">10</td>`,
		`With a conflict of interest</th><td role="cell" data-label="Now" class="amount">fewer than 5</td>`,
		"Numbers below 5 are not told", `<input type="date" name="to" value="` + today + `">`, "not shown",
	} {
		if !strings.Contains(got, text) {
			t.Errorf("the report does not say %q", text)
		}
	}
	for _, name := range []string{"alice", "anna"} {
		if strings.Contains(got, name) {
			t.Errorf("the report names %s", name)
		}
	}
	for query, want := range map[string]string{
		"from=2020-05-01&to=2020-04-01": "The last day is before the first.", "from=yesterday": "From is a date such as",
		"from=2019-01-01&to=2026-01-01": "three years at most", "from=2020-01-01&to=2020-02-01": "Nothing that everybody may see is that old.",
	} {
		page := b.get("/acme/widgets/report?" + query)
		if page.status != 200 || !strings.Contains(page.body, want) || strings.Contains(page.body, "<table") {
			t.Errorf("%s: answered %d, without %q or with numbers", query, page.status, want)
		}
	}
	b.signIn("bob", "/") // who can read the repository is told of the time before it was public as well
	if page := b.get("/acme/widgets/report").body; strings.Contains(page, "not shown") {
		t.Error("the period before is kept from somebody who may see it")
	}
	if page := b.get("/acme/widgets/report?from=2020-01-01&to=2020-02-01").body; !strings.Contains(page, "Nothing was judged in this period") {
		t.Error("a period of which nothing is known does not say so")
	}
	refused := false
	for range 40 {
		refused = refused || b.get("/acme/widgets/report").status == 429
	}
	if !refused {
		t.Error("anybody can have the whole log read as often as they like")
	}
}

func TestQuarters(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"2026-01-01": "2025-10-01 2025-12-31", "2026-03-31": "2025-10-01 2025-12-31", "2026-04-01": "2026-01-01 2026-03-31",
		"2026-11-22": "2026-07-01 2026-09-30", "2026-12-31": "2026-07-01 2026-09-30",
	} {
		day, err := time.Parse(time.DateOnly, at)
		must(t, err)
		got := quarterBefore(day)
		if text := fmt.Sprintf("%s %s", got.First.Format(time.DateOnly), got.Last.Format(time.DateOnly)); text != want {
			t.Errorf("before %s: %s, want %s", at, text, want)
		}
	}
}
