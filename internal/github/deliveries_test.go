package github_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/judge"
)

func TestDeliveriesAreMadeAgain(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	w.Hook.URL = "http://127.0.0.1:1/webhook" // nobody is there
	const events = 150
	for i := range events {
		must(t, w.SetLabel("acme/widgets", 1, "alice", fmt.Sprint("label-", i)))
	}
	must(t, w.Deliver(t.Context()))
	total := len(w.Deliveries())
	list := func() (all []github.HookDelivery, pages int) {
		t.Helper()
		for page := ""; ; pages++ {
			some, next, err := w.app.FailedDeliveries(t.Context(), page)
			must(t, err)
			if all = append(all, some...); next == "" {
				return all, pages + 1
			}
			page = next
		}
	}
	all, pages := list()
	if len(all) != total || pages != 2 || all[0].ID <= all[1].ID || all[0].Delivered() || all[0].Installation != 9 {
		t.Fatalf("%d of %d deliveries on %d pages: %+v", len(all), total, pages, all[0])
	}
	last := all[len(all)-1]
	must(t, w.app.Redeliver(t.Context(), last.ID))
	must(t, w.Deliver(t.Context()))
	if all, _ = list(); all[0].GUID != last.GUID || all[0].ID == last.ID {
		t.Errorf("the newest attempt is %+v, want one at %s", all[0], last.GUID)
	}
	wantKind(t, w.app.Redeliver(t.Context(), 1), github.NotFound)
	_, _, err := w.app.FailedDeliveries(t.Context(), "no such page")
	wantKind(t, err, github.Invalid)
	w.later(3 * 24 * time.Hour)
	if all, _ = list(); len(all) != 0 {
		t.Errorf("after three days GitHub lists %d", len(all))
	}
}

// TestDeliveryCallsAreAsGitHubDescribes has GitHub's description judge what is asked of deliveries, and the answers.
func TestDeliveryCallsAreAsGitHubDescribes(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	judged := httptest.NewServer(judge.OpenAPI(t).Proxy(w.GitHub))
	defer judged.Close()
	app := &github.App{ID: appID, Key: appKey(), BaseURL: judged.URL, Now: w.clock}
	w.Hook.URL = "http://127.0.0.1:1/webhook"
	must(t, w.SetLabel("acme/widgets", 1, "alice", "one"))
	must(t, w.Deliver(t.Context()))
	all, _, err := app.FailedDeliveries(t.Context(), "")
	must(t, err)
	if len(all) == 0 {
		t.Fatal("nothing has failed")
	}
	last := do[[]github.HookDelivery](t)(app.LastDeliveries(t.Context()))
	if diff := cmp.Diff(all, last); diff != "" || last[0].Event != "pull_request" {
		t.Errorf("the last ones are the failed ones (-failed +last):\n%s%+v", diff, last[0])
	}
	must(t, app.Redeliver(t.Context(), all[0].ID))
}
