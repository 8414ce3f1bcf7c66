package fakegithub_test

import (
	"fmt"
	"net/http/httptest"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// A world, a server, somebody acts, and the results are read.
func Example() {
	gh, err := fakegithub.New(fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme"}},
		Users:         []fakegithub.User{{Login: "alice"}, {Login: "bob"}},
		Repositories: []fakegithub.Repository{{
			Owner: "acme", Name: "widgets", Files: map[string]string{"README.md": "Widgets\n"},
			Collaborators: map[string]string{"bob": "write"},
		}},
		Installations: []fakegithub.Installation{{Account: "acme"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gh.Close()
	server := httptest.NewServer(gh) // the base URL of the clients under test
	defer server.Close()

	number, _ := gh.OpenPull("acme/widgets", fakegithub.Pull{
		Author: "alice", Title: "Say more", ForkOwner: "alice",
		Commits: []fakegithub.Commit{{Files: map[string]string{"README.md": "Widgets, and more\n"}}},
	})
	_, _ = gh.SubmitReview("acme/widgets", number, fakegithub.Review{Author: "bob", State: "APPROVED"})
	for _, d := range gh.Deliveries() {
		fmt.Println(d.Event, d.Action)
	}
	// Output:
	// pull_request opened
	// pull_request_review submitted
}
