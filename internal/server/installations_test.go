package server

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// TestManyInstallationsCostNoMoreCalls: in rotation, an event of one among many takes the same calls as if it were
// alone. BenchmarkRotation in cmd/bylaw shows the same for 1,000, and the memory.
func TestManyInstallationsCostNoMoreCalls(t *testing.T) {
	t.Parallel()
	const many = 30
	w := newTown(t)
	world := fakegithub.World{Users: []fakegithub.User{{Login: "alice", ID: 101}, {Login: "bob", ID: 103}}}
	for i := range many {
		owner := fmt.Sprint("org-", i)
		world.Organizations = append(world.Organizations, fakegithub.Organization{Login: owner})
		world.Installations = append(world.Installations, fakegithub.Installation{Account: owner})
		world.Repositories = append(world.Repositories, fakegithub.Repository{
			Owner: owner, Name: "widgets", Collaborators: map[string]string{"alice": "write", "bob": "write"},
			Files: map[string]string{
				".github/bylaw.yml": "version: 1\nrosters:\n  - path: people.yml\npolicies:\n  conflict_of_interest:\n",
				"people.yml":        fmt.Sprintf("# %s\nversion: 1\npeople:\n  - {github: alice, affiliations: [{organization: Acme}]}\n  - {github: bob, affiliations: [{organization: Globex}]}\n", owner),
			},
		})
	}
	gh, err := fakegithub.New(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gh.Close)
	gh.Now, gh.AuthNow, gh.App, gh.Hook = w.now, time.Now, w.App, w.Hook
	web := httptest.NewServer(gh)
	t.Cleanup(web.Close)
	w.GitHub, w.url = gh, web.URL
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)

	// round has something happen in each installation, and counts the calls that follow in the first, and those
	// of all of them.
	round := func(happen func(repo string) error) (first, all int) {
		t.Helper()
		w.pass(2 * time.Second)
		w.ResetCalls()
		for i := range many {
			if err := happen(fmt.Sprintf("org-%d/widgets", i)); err != nil {
				t.Fatal(err)
			}
		}
		w.settled(t, s.Store)
		one := gh.InstallationID("org-0", "widgets")
		return gh.Count(func(c fakegithub.Call) bool { return c.Installation == one }), gh.Count(nil)
	}
	open := func(branch string) func(string) error {
		return func(repo string) error {
			_, err := gh.OpenPull(repo, fakegithub.Pull{Author: "alice", Title: branch, Head: branch, Commits: []fakegithub.Commit{{Files: map[string]string{branch + ".go": "package core\n"}}}})
			return err
		}
	}
	round(open("first"))
	for _, event := range []struct {
		name   string
		happen func(repo string) error
		calls  int // of one event
	}{
		{"a new pull request", open("second"), 4}, // facts, files, two check runs
		{"a label", func(repo string) error { return gh.SetLabel(repo, 2, "alice", "core") }, 1},
		{"a review", func(repo string) error {
			_, err := gh.SubmitReview(repo, 2, fakegithub.Review{Author: "bob", State: "APPROVED"})
			return err
		}, 3},
	} {
		if first, all := round(event.happen); first != event.calls || all != many*event.calls {
			t.Errorf("%s: %d calls for the first of %d installations and %d for all; want %d each", event.name, first, many, all, event.calls)
		}
	}
}
