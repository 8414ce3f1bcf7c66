package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// tokens counts the tokens that were asked for.
func (w *town) tokens() int {
	return w.Count(func(c fakegithub.Call) bool {
		return c.Method == http.MethodPost && strings.HasSuffix(c.Path, "/access_tokens")
	})
}

// TestEveryProcessHearsOfNewPermissions: one process takes the webhook, and another one does the work.
func TestEveryProcessHearsOfNewPermissions(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		works := w.newServer(t, database, "works")
		w.run(t, works)
		takes := w.newServer(t, database, "takes")
		number := w.open(t, "one")
		w.settled(t, works.Store)
		again := func() {
			t.Helper()
			if err := works.Store.Raise(t.Context(), pullJob(9, widgets, number, "test")); err != nil {
				t.Fatal(err)
			}
			w.settled(t, works.Store)
		}
		before := w.tokens()
		again()
		if got := w.tokens(); got != before {
			t.Fatalf("%d tokens for nothing", got-before)
		}
		body := []byte(`{"action":"new_permissions_accepted","installation":{"id":9,"account":{"login":"acme"}},"repositories":[{"full_name":"acme/gears"}]}`)
		if status, message := deliver(takes, delivery(t, "granted", "installation", body)); status != http.StatusAccepted {
			t.Fatalf("answered %d %s", status, message)
		}
		again()
		if got := w.tokens(); got != before+1 {
			t.Errorf("%d new tokens, want 1: the old one keeps the old permissions", got-before)
		}
	})
}

// TestRefusedTokenIsNotTriedAgain: the webhook that would have told of other permissions may be lost.
func TestRefusedTokenIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{401: 1, 403: 1, 404: 1, 500: 0} {
		w := newTown(t)
		s := w.newServer(t, sqlite(t), "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.settled(t, s.Store)
		before := w.tokens()
		w.AddFault(fakegithub.Fault{Route: "/graphql", Status: status, Times: 1})
		w.approve(t, number, "bob")
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.ended(t, s.Store)
		if got := w.conclusion(number); got != "success" {
			t.Errorf("%d: GitHub shows %q, want success", status, got)
		}
		if got := w.tokens() - before; got != want {
			t.Errorf("%d: %d new tokens, want %d", status, got, want)
		}
	}
}
