package github_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

// tip is the head of the default branch of acme/widgets.
func (w *world) tip(t *testing.T) string {
	t.Helper()
	r, err := w.c.Read(t.Context(), w.ref, bylaw.Want{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Law.Commit
}

// A line dates from the commit that brought it. What a pull request brought dates from its merge, whatever
// dates its commits tell.
func TestLinesDateFromWhenTheyCameToTheDefaultBranch(t *testing.T) {
	t.Parallel()
	w := startingWorld()
	w.Repositories[0].History = []fakegithub.Commit{
		{Message: "Move bob", Author: "alice", Date: day(6), Files: map[string]string{"OWNERS.md": "| alice | Acme |\n| bob | Globex |\n"}},
		{Message: "Look elsewhere", Author: "alice", Date: day(7), Files: map[string]string{"README.md": "more\n"}},
	}
	w.Repositories[0].PullRequests = append(w.Repositories[0].PullRequests, fakegithub.Pull{
		Number: 2, Title: "Add carol", Author: "alice", Head: "carol", CreatedAt: day(20), MergedBy: "alice", ClosedAt: day(21),
		Commits: []fakegithub.Commit{{Message: "Add carol", Author: "alice", Date: day(1), Files: map[string]string{"OWNERS.md": "| alice | Acme |\n| carol | Initech |\n| bob | Globex |\n"}}},
	})
	hub := start(t, w)
	got, err := hub.c.Dates(t.Context(), bylaw.Version{Repository: "acme/widgets", Commit: hub.tip(t), Path: "OWNERS.md"})
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[int]time.Time{1: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), 2: day(21), 3: day(6), 4: {}} {
		if diff := cmp.Diff(bylaw.At(want), got.Line(line)); diff != "" {
			t.Errorf("line %d (-want +got):\n%s", line, diff)
		}
	}
	if !got.ChangedAfter(bylaw.At(day(20))) || got.ChangedAfter(bylaw.At(day(21))) || !got.Whole {
		t.Errorf("changes are %v", got.Changes)
	}
	if c, ok := got.LastBefore(bylaw.At(day(20))); !ok || c.At != bylaw.At(day(6)) {
		t.Errorf("the last change before the merge is %v, want that of day 6", c)
	}
}

// What a token reaches is not what may be shown: a private repository is read only if it is shared.
func TestAPrivateRepositoryElsewhereIsReadOnlyIfItIsShared(t *testing.T) {
	t.Parallel()
	w := startingWorld()
	w.Repositories = append(w.Repositories,
		fakegithub.Repository{Owner: "acme", Name: "secret", Private: true, Files: map[string]string{"people.csv": "Name,Github Name\n"}},
		fakegithub.Repository{Owner: "acme", Name: "open", Files: map[string]string{"people.csv": "Name,Github Name\n"}})
	hub := start(t, w)
	for _, c := range []struct {
		client *github.Client
		want   bylaw.Elsewhere
		files  int // -1: it is not visible
	}{
		{hub.c, bylaw.Elsewhere{Repository: "acme/secret"}, -1},
		{hub.c, bylaw.Elsewhere{Repository: "acme/secret", Shared: true}, 1},
		{hub.app.Narrowed(9, "widgets"), bylaw.Elsewhere{Repository: "acme/secret", Shared: true}, -1},
		{hub.app.Narrowed(9, "widgets", "secret"), bylaw.Elsewhere{Repository: "acme/secret", Shared: true}, 1},
		{hub.app.Narrowed(9, "widgets"), bylaw.Elsewhere{Repository: "acme/open"}, 1},
		{hub.app.Narrowed(9, "widgets"), bylaw.Elsewhere{Repository: "acme/nothing"}, -1},
	} {
		c.want.Paths = []string{"people.csv", "no.csv"}
		tree, err := c.client.Elsewhere(t.Context(), c.want)
		if err != nil {
			t.Fatal(err)
		}
		got := len(tree.Files)
		if !tree.Visible {
			got = -1 - got
		}
		if got != c.files {
			t.Errorf("%+v: %d files (-1: not visible), want %d", c.want, got, c.files)
		}
	}
}
