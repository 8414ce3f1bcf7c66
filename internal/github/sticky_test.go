package github_test

import (
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// Only the App's own comment is ours: not what a person copies, and not what another program writes.
func TestFindCommentFindsOnlyOurs(t *testing.T) {
	t.Parallel()
	world := startingWorld()
	world.Users = append(world.Users, fakegithub.User{Login: "robot[bot]", Type: "Bot"})
	w := start(t, world)
	body := bylaw.StickyMark + "\nSomething is missing."
	for _, by := range []string{"alice", "robot[bot]"} {
		if _, err := w.Comment("acme/widgets", w.ref.Number, by, body); err != nil {
			t.Fatal(err)
		}
	}
	if got, found, err := w.c.FindComment(t.Context(), w.ref, bylaw.StickyMark); found || err != nil {
		t.Errorf("found %+v, %v", got, err)
	}
	for range 120 { // it stands on the second page
		if _, err := w.Comment("acme/widgets", w.ref.Number, "alice", "And another thing."); err != nil {
			t.Fatal(err)
		}
	}
	if reading := w.read(t, bylaw.Want{}); !reading.Commented { // the robot's, which may be ours as far as this shows
		t.Error("nothing is said of a comment that may be ours")
	}
	id, err := w.c.CreateComment(t.Context(), w.ref, body)
	must(t, err)
	must(t, w.c.UpdateComment(t.Context(), w.ref, id, body+" Still."))
	got, found, err := w.c.FindComment(t.Context(), w.ref, bylaw.StickyMark)
	if !found || err != nil || got.ID != id || !strings.HasSuffix(got.Body, "Still.") {
		t.Errorf("got %+v, %v, %v; want %d", got, found, err, id)
	}
	must(t, w.DeleteComment("acme/widgets", id, "alice"))
	wantKind(t, w.c.UpdateComment(t.Context(), w.ref, id, body), github.NotFound)
}
