package github_test

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// appID is the App under test.
const appID = 42

var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// world is a GitHub in which acme/widgets has pull request 1 of bob, and the App is installed at acme.
type world struct {
	*fakegithub.GitHub
	app *github.App
	c   *github.Client
	ref bylaw.Ref
	now time.Time
	mu  sync.Mutex
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// later moves the clock of both sides.
func (w *world) later(d time.Duration) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	return w.now
}

func startingWorld() fakegithub.World {
	return fakegithub.World{
		Time:          time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
		Organizations: []fakegithub.Organization{{Login: "acme", Owners: []string{"alice"}}},
		Users: []fakegithub.User{
			{Login: "alice", Emails: []string{"alice@acme.example"}},
			{Login: "bob", Emails: []string{"Bob@Globex.example"}},
			{Login: "carol"},
			{Login: "dave"},
			{Login: "updater[bot]", Type: "Bot"},
		},
		Repositories: []fakegithub.Repository{
			{
				Owner: "acme", Name: "widgets", MergeQueue: true,
				Files: map[string]string{
					"README.md":                    "widgets\n",
					"OWNERS.md":                    "| alice | Acme |\n",
					".github/bylaw.yml":            "version: 1\n",
					".github/bylaw/own/own.rego":   "package bylaw.own\n",
					".github/bylaw/own/logo.bin":   "\xff\xfe\x00logo",
					".github/workflows/build.yml":  "on: push\n",
					".github/bylaw/own/deep/x.txt": "too deep\n",
				},
				Symlinks:         map[string]string{".github/bylaw/own/link.rego": "../../../README.md"},
				Collaborators:    map[string]string{"carol": "write", "dave": "read"},
				CustomProperties: map[string]any{"tiers": []string{"gold", "silver"}},
				PullRequests: []fakegithub.Pull{{
					Number: 1, Title: "Add a wheel", Body: "Round.", Author: "bob", Head: "wheel", ForkOwner: "bob",
					Commits: []fakegithub.Commit{{
						Message: "Add a wheel", Author: "bob", CoAuthors: []string{"carol", "Erin <erin@Initech.example>"},
						Files: map[string]string{"wheel.go": "package wheel\n"},
					}},
				}},
			},
			{Owner: "acme", Name: ".github", Files: map[string]string{
				".github/bylaw.yml": "version: 1\n", "people.yml": "people: []\n",
			}},
		},
		Installations: []fakegithub.Installation{{ID: 9, Account: "acme"}},
		Tokens:        map[string]string{"alices-token": "alice"},
	}
}

func start(t *testing.T, w fakegithub.World) *world {
	t.Helper()
	fake, err := fakegithub.New(w)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	out := &world{GitHub: fake, now: w.Time.Add(time.Hour), ref: bylaw.Ref{Installation: 9, Owner: "acme", Repo: "widgets", Number: 1}}
	fake.Now, fake.AuthNow = out.clock, time.Now
	fake.App = fakegithub.App{ID: appID, Slug: "bylaw-app", Name: "Bylaw", Key: &appKey().PublicKey}
	out.app = &github.App{ID: appID, Key: appKey(), BaseURL: server.URL, Now: out.clock}
	out.c = out.app.Client(9)
	return out
}

// do fails the test if something that people do on GitHub fails.
func do[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reads lists the calls since the last reset, without those for tokens, and forgets them.
func (w *world) reads() []string {
	list := []string{}
	for _, c := range w.Calls() {
		name := c.Operation
		if name == "" {
			name = c.Route[strings.LastIndexByte(c.Route, '/')+1:]
		}
		if name != "access_tokens" {
			list = append(list, name)
		}
	}
	w.ResetCalls()
	return list
}

func wantKind(t *testing.T, err error, kind github.Kind) {
	t.Helper()
	e, ok := errors.AsType[*github.Error](err)
	if !ok || e.Kind != kind {
		t.Errorf("got %v, want an error of kind %q", err, kind)
	}
}

func sortedBy[T any](list []T, key func(T) string) []T {
	return slices.SortedFunc(slices.Values(list), func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
