package browser_test

import (
	"testing"

	"github.com/bylaw-app/bylaw/internal/browser"
)

// TestAxeFindsWhatIsWrong: a page that keeps people out does not pass as one without violations.
func TestAxeFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	tab := browser.Open(t, browser.Screen{})
	tab.Visit(`data:text/html,<html><body><input><p style="color:%23bbb;background:white">faint</p>`, "p")
	if len(tab.Violations()) == 0 {
		t.Error("axe-core finds nothing")
	}
}
