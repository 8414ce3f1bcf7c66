package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/bylaw-app/bylaw/internal/lack"
)

// TestSetUpInABrowser creates the App in Chromium, on a desktop and on a phone, in the light and in the dark, once
// with scripts switched off. On every page axe-core looks for what keeps people out, and nothing is wider than the
// screen. BYLAW_TEST_SCREENSHOTS names a folder for pictures.
func TestSetUpInABrowser(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		width, height int64
		dark          bool
		scripts       bool
	}{
		{"desktop", 1280, 900, false, true},
		{"phone", 360, 740, true, true},
		{"without scripts", 1280, 900, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			tab := openTab(t)
			scheme := "light"
			if test.dark {
				scheme = "dark"
			}
			err := chromedp.Do(tab, chromedp.EmulateViewport(test.width, test.height), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !test.scripts}))
			if err != nil {
				t.Fatal(err)
			}
			look := func(page string) {
				t.Helper()
				shoot(t, tab, test.name+" "+page)
				if test.scripts {
					inspect(t, tab, page)
				}
			}
			if err := chromedp.Do(tab, chromedp.Navigate(r.address), shown("button")); err != nil {
				t.Fatal(err)
			}
			look("begin")
			if test.scripts {
				if err := chromedp.Do(tab, press("summary")); err != nil {
					t.Fatal(err)
				}
				look("begin with permissions")
			}
			if err := chromedp.Do(tab, press("form button"), shown("#create"), press("#create"), shown(".good")); err != nil {
				t.Fatal(err)
			}
			look("done")
			if got := <-r.kept; got.ID != r.gh.App.ID {
				t.Errorf("got the App %d, GitHub has %d", got.ID, r.gh.App.ID)
			}
			if err := <-r.ended; err != nil {
				t.Errorf("it ended with %v", err)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, nil)
		tab := openTab(t)
		if err := chromedp.Do(tab, chromedp.Navigate(r.address+"x"), shown("h1")); err != nil {
			t.Fatal(err)
		}
		shoot(t, tab, "refused")
		inspect(t, tab, "refused")
	})
}

// TestAxeFindsWhatIsWrong: a page that keeps people out does not pass as one without violations.
func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	tab := openTab(t)
	if err := chromedp.Do(tab, chromedp.Navigate(`data:text/html,<html><body><input><p style="color:%23bbb;background:white">faint</p>`)); err != nil {
		t.Fatal(err)
	}
	if got := violations(t, tab); len(got) == 0 {
		t.Error("axe-core finds nothing")
	}
}

func command[P, R any](do cdp.Command[P, R], p P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, do, p)
		return out, err
	}
}

// place is where an element stands on the screen, [x, y] of its middle; empty while there is none.
func place(ctx context.Context, target *chromedp.Target, selector string) ([]float64, error) {
	return chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const e = document.readyState === "complete" && document.querySelector(%q);
		if (!e || !e.getClientRects().length) return [];
		e.scrollIntoView({block: "center"});
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`, selector))(ctx, target)
}

// shown waits until an element is on a page that has loaded. The waiting that chromedp has never ends on these pages.
func shown(selector string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			if at, err := place(ctx, target, selector); err == nil && len(at) == 2 {
				return out, nil
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return out, fmt.Errorf("wait for %s: %w", selector, ctx.Err())
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
	tab, stop = context.WithTimeout(tab, time.Minute)
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
		err = os.WriteFile(filepath.Join(folder, "setup "+name+".png"), picture, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// inspect reports what is wrong with the page in a tab.
func inspect(t *testing.T, tab context.Context, page string) {
	t.Helper()
	for _, v := range violations(t, tab) {
		t.Errorf("%s: %s", page, v)
	}
	wide, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
	if err != nil || wide {
		t.Errorf("%s is wider than the screen, or: %v", page, err)
	}
}

// violations are what axe-core finds, by the rules of WCAG 2.2 AA and its own good practices.
func violations(t *testing.T, tab context.Context) []string {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "axe.min.js"))
	if err != nil {
		lack.Skip(t, "no axe-core: `export BYLAW_TEST_ASSETS=\"$(.ci/assets)\"` fetches it")
	}
	if _, err := chromedp.Run(tab, chromedp.Evaluate[json.RawMessage](string(axe)+";null")); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](
		`axe.run(document).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html).join(" | "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(fmt.Errorf("read what axe-core says: %w", err))
	}
	return out
}
