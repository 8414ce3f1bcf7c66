package setup

import (
	"testing"

	"github.com/bylaw-app/bylaw/internal/browser"
)

// TestSetUpInABrowser creates the App in Chromium, on a desktop and on a phone, in the light and in the dark, once
// with scripts switched off. On every page axe-core looks for what keeps people out, and nothing is wider than the
// screen. BYLAW_TEST_SCREENSHOTS names a folder for pictures.
func TestSetUpInABrowser(t *testing.T) {
	t.Parallel()
	for _, screen := range []browser.Screen{
		{Name: "setup desktop"},
		{Name: "setup phone", Phone: true, Dark: true},
		{Name: "setup without scripts", Dark: true, NoScripts: true},
	} {
		t.Run(screen.Name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			tab := browser.Open(t, screen)
			tab.Visit(r.address, "button")
			tab.Look("begin")
			if !screen.NoScripts {
				tab.Press("summary")
				tab.Look("begin with permissions")
			}
			tab.Follow("form button", "#create")
			tab.Follow("#create", ".good")
			tab.Look("done")
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
		tab := browser.Open(t, browser.Screen{Name: "setup refused"})
		tab.Visit(r.address+"x", "h1")
		tab.Look("refused")
	})
}
