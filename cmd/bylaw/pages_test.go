package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/browser"
	"github.com/bylaw-app/bylaw/internal/page"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestPagesInABrowser plays the story of the demo against the real service, follows a check run's link in Chromium,
// signs in, and looks at every kind of page: on a desktop and on a phone, in the light and in the dark, once with
// scripts switched off. On every page axe-core looks for what keeps people out, and nothing is wider than the
// screen. BYLAW_TEST_SCREENSHOTS names a folder for pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []browser.Screen{
		{Name: "pages desktop"},
		{Name: "pages desktop dark", Dark: true},
		{Name: "pages phone", Phone: true},
		{Name: "pages phone dark", Phone: true, Dark: true},
		{Name: "pages without scripts", NoScripts: true},
	} {
		t.Run(screen.Name, func(t *testing.T) {
			t.Parallel()
			tab := browser.Open(t, screen)
			st := demoStage(t, func(s *page.Site) { s.Public, s.Operators = false, []string{"bob"} })
			says := func(texts ...string) {
				t.Helper()
				got := tab.Text()
				for _, text := range texts {
					if !strings.Contains(got, text) {
						t.Errorf("the page does not say %q:\n%s", text, got)
					}
				}
			}

			check, err := st.checkRun("widgets/turner", 7, "bylaw")
			if err != nil {
				t.Fatal(err)
			}
			if want := st.serviceURL + "/widgets/turner/pull/7"; check.DetailsURL != want {
				t.Fatalf("the check run leads to %q, want %q", check.DetailsURL, want)
			}
			tab.Visit(check.DetailsURL, "main h1")
			says("Nothing here")
			tab.Look("nothing here")
			tab.Follow(`main a[href^="/sign-in"]`, ".button")
			tab.Look("sign in")
			tab.Follow(".button", ".banner.good")
			says("Turn widgets both ways", "Accepted", "Approved by bob, from outside Acme Corp", "Signed in as bob", "may not write to this repository", "1 of 4 counted")
			tab.Look("pull")
			for range 5 {
				tab.Press("details:not([open]) > summary")
			}
			says("core/turn.go", "Globex", "declared in the community's own file", "Digest of this decision", "have the digests that stand in it")
			tab.Look("pull with facts")
			tab.Follow(`#main table tr:nth-child(2) th a[href*="/decision/"]`, ".banner.act")
			says("Somebody has to act", "This is not the latest decision", "Who could give what is missing", "What to do:", "Is it wrong whom somebody works for?")
			tab.Look("decision")
			tab.Follow(`.trail a`, "#policies")
			says("widgets/turner", "#7 Turn widgets both ways", "governance_files")
			tab.Look("repository")
			tab.Follow(`#main a[href$="/policy/conflict_of_interest"]`, "#params")
			says("How often it was met")
			tab.Press("#main details:not([open]) > summary")
			tab.Look("policy")
			past, err := audit.Private(audit.Piece{Field: audit.FieldPushedBy, Login: "alice"})
			if err == nil {
				_, err = st.store.Append(t.Context(), store.AuditEntry{
					Repository: "widgets/turner", Kind: audit.KindPushed, HeadSHA: strings.Repeat("c", 40), Private: past,
					Detail: []byte(`{"before":"1111111111","after":"2222222222","commits":["2222222222"],"not_looked":0}`),
				})
			}
			if err != nil {
				t.Fatal(err)
			}
			tab.Visit(st.serviceURL+"/widgets/turner/audit", ".filters")
			says("Looked at because a review was given, by bob", "Check runs written", "Proposed by alice")
			tab.Look("audit")
			tab.FollowTo(".filters button", "kind=")
			tab.Visit(st.serviceURL+"/widgets/turner/audit?kind=bypass", ".bypass")
			says("Pushed without a pull request", "By alice")
			tab.Look("audit of bypasses")
			tab.Visit(st.serviceURL+"/widgets/turner", "#policies")
			tab.Follow(`.tabs a[href$="/report"]`, "#counted")
			says("Changes judged", "fewer than 5", "It names nobody")
			tab.Look("report")
			tab.FollowTo(`.tabs a[href*="from="]`, "from=")
			tab.Visit(st.serviceURL+"/widgets/turner/report?from=2026-05-01&to=2026-04-01", ".note.stop")
			tab.Look("report that cannot be made")
			tab.Visit(st.serviceURL+"/widgets/turner/decisions", "#main table")
			tab.Look("decisions")
			later := store.Job{Key: "repository widgets/turner", Kind: "repository", Installation: 1, Repository: "widgets/turner", DueAt: st.now().Add(time.Hour)}
			if err := st.store.Raise(t.Context(), later); err != nil {
				t.Fatal(err)
			}
			tab.Follow(`.who a[href="/queue"]`, "#main table")
			tab.Look("queue")
			tab.Follow(`.brand`, "#repositories")
			says("widgets/turner")
			tab.Look("front")
			tab.Follow(`.who button`, `.who a[href^="/sign-in"]`)
			tab.Look("front of nobody")
		})
	}
}

// demoStage is the stage after the story of the demo, with everybody's browser in Bob's hands.
func demoStage(t *testing.T, change func(*page.Site)) *stage {
	t.Helper()
	data, err := demoFiles.ReadFile("demo/world.yml")
	if err != nil {
		t.Fatal(err)
	}
	told, err := readScript("world.yml", data)
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStage(t.Context(), told.World, slog.DiscardHandler, judged(t), change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.close)
	if err := st.gh.Browse("bob"); err != nil {
		t.Fatal(err)
	}
	for _, step := range told.Story {
		if _, _, err := st.play(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	return st
}
