package github_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func TestWebURL(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"":                             "https://github.com",
		"https://api.github.com/":      "https://github.com",
		"https://ghes.example/api/v3":  "https://ghes.example",
		"https://ghes.example/api/v3/": "https://ghes.example",
		"https://api.octo.ghe.com":     "https://octo.ghe.com",
		"http://127.0.0.1:8000":        "http://127.0.0.1:8000",
		"https://api.example":          "https://api.example",
	} {
		if got := github.WebURL(api); got != want {
			t.Errorf("of %q: got %q, want %q", api, got, want)
		}
	}
}

func TestWhatIsRegistered(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	w.App.Owner, w.App.Permissions, w.App.Events = "acme", map[string]string{"checks": "write"}, []string{"push"}
	w.Hook = fakegithub.Hook{URL: "https://rules.example/webhook", InsecureSSL: "1", ContentType: "form"}
	about, clock, err := w.app.About(t.Context())
	if err != nil || about.Slug != "bylaw-app" || about.Owner != "acme" || !about.Organization || about.WebURL != "https://github.com/apps/bylaw-app" || about.Permissions["checks"] != "write" || !slices.Equal(about.Events, []string{"push"}) {
		t.Errorf("about: %+v, %v", about, err)
	}
	if time.Since(clock).Abs() > time.Minute {
		t.Errorf("GitHub's clock: %s", clock)
	}
	hook := do[github.HookConfig](t)(w.app.HookConfig(t.Context()))
	if want := (github.HookConfig{URL: "https://rules.example/webhook", ContentType: "form", Insecure: true}); hook != want {
		t.Errorf("hook: got %+v, want %+v", hook, want)
	}
	grants := do[[]github.Grant](t)(w.app.Grants(t.Context()))
	if len(grants) != 1 || grants[0].Account != "acme" || grants[0].Permissions["checks"] != "write" || grants[0].WebURL == "" {
		t.Errorf("grants: %+v", grants)
	}

	// A refused App still learns the time, by which it may see why.
	w.AddFault(fakegithub.Fault{Route: "/app", Status: 401, Header: http.Header{"Date": {"Mon, 05 Jan 2026 09:00:00 GMT"}}})
	_, clock, err = w.app.About(t.Context())
	wantKind(t, err, github.Unauthorized)
	if !clock.Equal(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("GitHub's clock: %s", clock)
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change           func(*fakegithub.World)
		required, pinned bool
		byPull, unread   bool
	}{
		"nothing":            {change: func(w *fakegithub.World) { w.Repositories[0].MergeQueue = false }},
		"ruleset":            {change: func(w *fakegithub.World) { w.Repositories[0].RequiredChecks = checks(appID) }, required: true, pinned: true, byPull: true},
		"from anybody":       {change: func(w *fakegithub.World) { w.Repositories[0].RequiredChecks = checks(0) }, required: true, byPull: true},
		"from another":       {change: func(w *fakegithub.World) { w.Repositories[0].RequiredChecks = checks(5) }, required: true, byPull: true},
		"protection":         {change: func(w *fakegithub.World) { protect(w, checks(appID), true) }, required: true, pinned: true, byPull: true},
		"protection of some": {change: func(w *fakegithub.World) { protect(w, checks(0), false) }, required: true},
		"no permission": {change: func(w *fakegithub.World) {
			protect(w, checks(appID), true)
			w.Installations[0].Permissions = map[string]string{"contents": "read"}
		}, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := startingWorld()
			world.Installations[0].Permissions = map[string]string{"administration": "read", "contents": "read"}
			test.change(&world)
			w := start(t, world)
			gate := do[github.Gate](t)(w.c.Gate(t.Context(), "acme", "widgets", "main"))
			required, pinned := gate.Requires("bylaw", appID)
			if required != test.required || pinned != test.pinned || gate.PullRequests != test.byPull || (gate.Unread != "") != test.unread {
				t.Errorf("got %+v: required %t, pinned %t", gate, required, pinned)
			}
		})
	}
}

func checks(app int64) []fakegithub.RequiredCheck {
	return []fakegithub.RequiredCheck{{Context: "build"}, {Context: "bylaw", AppID: app}}
}

func protect(w *fakegithub.World, required []fakegithub.RequiredCheck, byPull bool) {
	w.Repositories[0].MergeQueue = false
	w.Repositories[0].Protection = &fakegithub.Protection{RequiredChecks: required, PullRequests: byPull}
}
