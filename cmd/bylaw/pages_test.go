package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/lack"
	"github.com/bylaw-app/bylaw/internal/page"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestPagesInABrowser plays the story of the demo against the real service, follows a check run's link in Chromium,
// signs in, and looks at every kind of page: on a desktop and on a phone, in the light and in the dark, once with
// scripts switched off. On every page axe-core looks for what keeps people out, and nothing is wider than the
// screen. BYLAW_TEST_SCREENSHOTS names a folder for pictures.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		width, height int64
		dark, scripts bool
	}{
		{"desktop", 1280, 900, false, true},
		{"desktop dark", 1280, 900, true, true},
		{"phone", 360, 740, false, true},
		{"phone dark", 360, 740, true, true},
		{"without scripts", 1280, 900, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tab := openTab(t)
			st := demoStage(t, func(s *page.Site) { s.Public, s.Operators = false, []string{"bob"} })
			scheme := map[bool]string{true: "dark", false: "light"}[test.dark]
			do := func(actions ...chromedp.Action[chromedp.Void]) {
				t.Helper()
				if err := chromedp.Do(tab, actions...); err != nil {
					at, _ := chromedp.Run(tab, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
					t.Fatalf("%v, at %s", err, at)
				}
			}
			do(chromedp.EmulateViewport(test.width, test.height), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !test.scripts}))
			look := func(name string) {
				t.Helper()
				shoot(t, tab, test.name+" "+name)
				if test.scripts {
					inspect(t, tab, name)
				}
			}
			says := func(texts ...string) {
				t.Helper()
				got, err := chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText"))
				if err != nil {
					t.Fatal(err)
				}
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
			do(chromedp.Navigate(check.DetailsURL), appears("main h1"))
			says("Nothing here")
			look("nothing here")
			do(press(`main a[href^="/sign-in"]`), appears(".button"))
			look("sign in")
			do(press(".button"), appears(".banner.good"))
			says("Turn widgets both ways", "Accepted", "Approved by bob, from outside Acme Corp", "Signed in as bob", "may not write to this repository", "1 of 4 counted")
			look("pull")
			for range 5 {
				do(press("details:not([open]) > summary"))
			}
			says("core/turn.go", "Globex", "declared in the community's own file", "Digest of this decision", "have the digests that stand in it")
			look("pull with facts")
			do(press(`#main table tr:nth-child(2) th a[href*="/decision/"]`), appears(".banner.act"))
			says("Somebody has to act", "This is not the latest decision", "Who could give what is missing", "What to do:", "Is it wrong whom somebody works for?")
			look("decision")
			do(press(`.trail a`), appears("#policies"))
			says("widgets/turner", "#7 Turn widgets both ways", "governance_files")
			look("repository")
			do(press(`#main a[href$="/policy/conflict_of_interest"]`), appears("#params"))
			says("How often it was met")
			do(press("#main details:not([open]) > summary"))
			look("policy")
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
			do(chromedp.Navigate(st.serviceURL+"/widgets/turner/audit"), appears(".filters"))
			says("Looked at because a review was given, by bob", "Check runs written", "Proposed by alice")
			look("audit")
			do(press(".filters button"), arrives("kind="))
			do(chromedp.Navigate(st.serviceURL+"/widgets/turner/audit?kind=bypass"), appears(".bypass"))
			says("Pushed without a pull request", "By alice")
			look("audit of bypasses")
			do(chromedp.Navigate(st.serviceURL+"/widgets/turner"), appears("#policies"), press(`.tabs a[href$="/report"]`), appears("#counted"))
			says("Changes judged", "fewer than 5", "It names nobody")
			look("report")
			do(press(`.tabs a[href*="from="]`), arrives("from="))
			do(chromedp.Navigate(st.serviceURL+"/widgets/turner/report?from=2026-05-01&to=2026-04-01"), appears(".note.stop"))
			look("report that cannot be made")
			do(chromedp.Navigate(st.serviceURL+"/widgets/turner/decisions"), appears("#main table"))
			look("decisions")
			later := store.Job{Key: "repository widgets/turner", Kind: "repository", Installation: 1, Repository: "widgets/turner", DueAt: st.now().Add(time.Hour)}
			if err := st.store.Raise(t.Context(), later); err != nil {
				t.Fatal(err)
			}
			do(press(`.who a[href="/queue"]`), appears("#main table"))
			look("queue")
			do(press(`.brand`), appears("#repositories"))
			says("widgets/turner")
			look("front")
			do(press(`.who button`), appears(`.who a[href^="/sign-in"]`))
			look("front of nobody")
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

func command[P, R any](do cdp.Command[P, R], p P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, do, p)
		return out, err
	}
}

// place is where an element stands on the screen, [x, y] of a point in it; empty while there is none.
func place(ctx context.Context, target *chromedp.Target, selector string) ([]float64, error) {
	return chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const e = document.readyState === "complete" && document.querySelector(%q);
		if (!e || !e.getClientRects().length) return [];
		e.scrollIntoView({block: "center"});
		const r = e.getClientRects()[0];
		return [r.x + Math.min(r.width / 2, 20), r.y + r.height / 2];
	})()`, selector))(ctx, target)
}

// appears waits until an element is on a page that has loaded. The waiting that chromedp has never ends on these pages.
func appears(selector string) chromedp.Action[chromedp.Void] {
	return poll(selector, func(ctx context.Context, target *chromedp.Target) (bool, error) {
		at, err := place(ctx, target, selector)
		return len(at) == 2, err
	})
}

// arrives waits until the tab shows a page whose address holds a text.
func arrives(text string) chromedp.Action[chromedp.Void] {
	return poll(text, chromedp.Evaluate[bool](fmt.Sprintf(`document.readyState === "complete" && location.href.includes(%q)`, text)))
}

func poll(what string, there func(context.Context, *chromedp.Target) (bool, error)) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if yes, err := there(ctx, target); err == nil && yes {
				return out, nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return out, fmt.Errorf("wait for %s: %w", what, ctx.Err())
			}
		}
	}
}

// press clicks on an element with the mouse.
func press(selector string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		at, err := place(ctx, target, selector)
		if err != nil || len(at) != 2 {
			return out, fmt.Errorf("press %s: there is none: %w", selector, err)
		}
		return chromedp.MouseClickXY(at[0], at[1])(ctx, target)
	}
}

// openTab starts a browser of its own, or says what is missing.
func openTab(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("BYLAW_TEST_CHROMIUM")
	if path == "" {
		lack.Skip(t, "no browser: set BYLAW_TEST_CHROMIUM to the path of Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	tab, stop := chromedp.NewContext(allocated)
	t.Cleanup(stop)
	tab, stop = context.WithTimeout(tab, settleTime)
	t.Cleanup(stop)
	return tab
}

// shoot takes a picture for whoever wants to look.
func shoot(t *testing.T, tab context.Context, name string) {
	t.Helper()
	folder := os.Getenv("BYLAW_TEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "pages "+name+".png"), picture, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// inspect reports what is wrong with the page in a tab. axe-core is put there by the DevTools protocol, past the
// policy that forbids every script.
func inspect(t *testing.T, tab context.Context, name string) {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "axe.min.js"))
	if err != nil {
		lack.Skip(t, "no axe-core: `export BYLAW_TEST_ASSETS=\"$(.ci/assets)\"` fetches it")
	}
	if _, err := chromedp.Run(tab, chromedp.Evaluate[json.RawMessage](string(axe)+";null")); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join(" | "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var violations []string
	if err := json.Unmarshal([]byte(text), &violations); err != nil {
		t.Fatalf("read what axe-core says: %v", err)
	}
	for _, v := range violations {
		t.Errorf("%s: %s", name, v)
	}
	wide, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
	if err != nil || wide {
		t.Errorf("%s is wider than the screen, or: %v", name, err)
	}
}
