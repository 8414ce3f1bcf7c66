package server

import (
	"slices"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestAskAReviewer: each time the button is pressed one more person is asked, as long as there is one.
func TestAskAReviewer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	number := w.open(t, "one")
	w.settled(t, s.Store)
	for i, press := range []struct {
		who  string
		want []string
	}{
		{"dave", nil}, // he neither may write nor made the pull request
		{"alice", []string{"bob"}},
		{"anna", []string{"bob", "carol"}},
		{"alice", []string{"bob", "carol"}},
	} {
		run, _ := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), bylaw.CheckName)
		if err := w.RequestAction(widgets, run.ID, bylaw.ActionAsk, press.who); err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
		if got := w.RequestedReviewers("acme", "widgets", number); !slices.Equal(got, press.want) {
			t.Errorf("after press %d, by %s: %v are asked, want %v", i+1, press.who, got, press.want)
		}
	}
}
