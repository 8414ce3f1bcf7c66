// Package browser gives a test a Chromium of its own, which it drives as a person does: with an eye for what is on the
// screen, and a mouse.
package browser

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

// Screen is before which somebody sits. The zero value is a light desktop with scripts.
type Screen struct {
	Name      string // of the pictures that are taken; "" is "desktop"
	Phone     bool
	Dark      bool
	NoScripts bool
}

// Tab is one tab. What its methods cannot do fails the test at once, with what stands on the page.
type Tab struct {
	t      *testing.T
	ctx    context.Context
	screen Screen
}

// patience is how long a tab may be open.
const patience = 3 * time.Minute

// Open starts a browser, which ends with the test. The test is skipped, or fails where CI=true, if
// BYLAW_TEST_CHROMIUM does not name one.
func Open(t *testing.T, screen Screen) *Tab {
	t.Helper()
	path := os.Getenv("BYLAW_TEST_CHROMIUM")
	if path == "" {
		lack.Skip(t, "no browser: set BYLAW_TEST_CHROMIUM to the path of Chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(allocated)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, patience)
	t.Cleanup(stop)
	b := &Tab{t: t, ctx: ctx, screen: screen}
	if screen.Name == "" {
		b.screen.Name = "desktop"
	}
	width, height, scheme := int64(1280), int64(900), "light"
	if screen.Phone {
		width, height = 360, 740
	}
	if screen.Dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(width, height), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: screen.NoScripts}))
	return b
}

// Visit opens an address and waits for an element.
func (b *Tab) Visit(address, selector string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address), appears(selector))
}

// Press clicks on an element with the mouse.
func (b *Tab) Press(selector string) {
	b.t.Helper()
	b.do(press(selector))
}

// Follow clicks on an element with the mouse and waits for another one, perhaps on another page.
func (b *Tab) Follow(selector, next string) {
	b.t.Helper()
	b.do(press(selector), appears(next))
}

// FollowTo clicks on an element with the mouse and waits for a page whose address holds a text.
func (b *Tab) FollowTo(selector, address string) {
	b.t.Helper()
	b.do(press(selector), poll(address, chromedp.Evaluate[bool](fmt.Sprintf(`document.readyState === "complete" && location.href.includes(%q)`, address))))
}

// Text is what can be read on the page.
func (b *Tab) Text() string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// Look takes a picture of the page for whoever wants to look, into the folder BYLAW_TEST_SCREENSHOTS if it is set.
// The test fails if anything there keeps people out, or is wider than the screen; without scripts nobody can tell.
func (b *Tab) Look(name string) {
	b.t.Helper()
	b.shoot(name)
	if b.screen.NoScripts {
		return
	}
	for _, v := range b.Violations() {
		b.t.Errorf("%s: %s", name, v)
	}
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
	if err != nil || wide {
		b.t.Errorf("%s is wider than the screen, or: %v", name, err)
	}
}

func (b *Tab) shoot(name string) {
	b.t.Helper()
	folder := os.Getenv("BYLAW_TEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, b.screen.Name+" "+name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// Violations are what axe-core finds on the page, by the rules of WCAG 2.2 AA and its own good practices. It is put
// there by the DevTools protocol, past a policy that forbids every script.
func (b *Tab) Violations() []string {
	b.t.Helper()
	axe, err := os.ReadFile(filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "axe.min.js"))
	if err != nil {
		lack.Skip(b.t, "no axe-core: `export BYLAW_TEST_ASSETS=\"$(.ci/assets)\"` fetches it")
	}
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[json.RawMessage](string(axe)+";null")); err != nil {
		b.t.Fatal(err)
	}
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join(" | "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var out []string
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		b.t.Fatalf("read what axe-core says: %v", err)
	}
	return out
}

func (b *Tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		at, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
		b.t.Fatalf("%v, at %s", err, at)
	}
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

func press(selector string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (out chromedp.Void, err error) {
		at, err := place(ctx, target, selector)
		if err != nil || len(at) != 2 {
			return out, fmt.Errorf("press %s: there is none: %w", selector, err)
		}
		return chromedp.MouseClickXY(at[0], at[1])(ctx, target)
	}
}
