package server

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/schema"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/policies"
)

const (
	appID    = 42
	hookWord = "a secret of the tests"
	widgets  = "acme/widgets"
	patience = 60 * time.Second // until a test gives up
)

var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// clock is a clock that tests move on.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// town is a GitHub with one governed repository, in which Alice and Anna work for Acme, Bob for Globex and
// Carol for Initech; Dave may only read.
type town struct {
	*fakegithub.GitHub
	*clock
	url  string
	gate *gate
}

func newTown(t *testing.T) *town {
	t.Helper()
	return newTownOf(t, townWorld())
}

// townWorld is the town as it begins.
func townWorld() fakegithub.World {
	return fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme"}},
		Users:         []fakegithub.User{{Login: "alice", ID: 101}, {Login: "anna", ID: 102}, {Login: "bob", ID: 103}, {Login: "carol", ID: 104}, {Login: "dave", ID: 105}},
		Repositories: []fakegithub.Repository{{
			Owner: "acme", Name: "widgets", MergeQueue: true,
			Collaborators: map[string]string{"alice": "write", "anna": "write", "bob": "write", "carol": "write"},
			Files: map[string]string{
				".github/bylaw.yml": `version: 1
rosters:
  - path: governance/affiliations.yml
policies:
  conflict_of_interest:
    severity: {major: {paths: ["core/**"]}}
`,
				"governance/affiliations.yml": `version: 1
people:
  - {github: alice, id: 101, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: anna, id: 102, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: bob, id: 103, affiliations: [{organization: Globex, from: 2021-01-01}]}
  - {github: carol, id: 104, affiliations: [{organization: Initech, from: 2021-01-01}]}
`,
			},
		}},
		Installations: []fakegithub.Installation{{ID: 9, Account: "acme"}},
	}
}

func newTownOf(t *testing.T, world fakegithub.World) *town {
	t.Helper()
	gh, err := fakegithub.New(world)
	if err != nil {
		t.Fatal(err)
	}
	out := &town{GitHub: gh, clock: &clock{}, gate: &gate{next: gh}}
	web := httptest.NewServer(out.gate)
	t.Cleanup(web.Close)
	t.Cleanup(gh.Close)
	out.url = web.URL
	gh.Now, gh.AuthNow = out.now, time.Now
	gh.App = fakegithub.App{ID: appID, Slug: "bylaw", Name: "Bylaw", Key: &appKey().PublicKey}
	gh.Hook.Secret = hookWord
	return out
}

// open makes a pull request of Alice and returns its number.
func (w *town) open(t *testing.T, branch string) int {
	t.Helper()
	number, err := w.OpenPull(widgets, fakegithub.Pull{
		Author: "alice", Title: "Change " + branch, Head: branch,
		Commits: []fakegithub.Commit{{Files: map[string]string{"core/" + branch + ".go": "package core\n"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func (w *town) approve(t *testing.T, number int, login string) {
	t.Helper()
	if _, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: login, State: "APPROVED"}); err != nil {
		t.Fatal(err)
	}
}

// conclusion is what GitHub shows of bylaw's check on a pull request, "" if there is none.
func (w *town) conclusion(number int) string {
	run, _ := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), bylaw.CheckName)
	return run.Conclusion
}

// created counts the check runs that stand on the head of a pull request, by name.
func (w *town) created(number int) map[string]int {
	times := map[string]int{}
	for _, run := range w.CheckRuns("acme", "widgets", w.Head("acme", "widgets", number)) {
		times[run.Name]++
	}
	return times
}

// until waits until something holds. It looks whenever a check run changes, and every few milliseconds, for
// not everything that can change says so.
func (w *town) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline, look := time.After(patience), time.NewTicker(5*time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-w.Changed():
		case <-look.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// settled waits until every webhook is delivered and all work is done.
func (w *town) settled(t *testing.T, s *store.Store) {
	t.Helper()
	w.until(t, "the end of the work", func() bool {
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(queue(t, s)) == 0
	})
}

// gate stands in front of GitHub and can hold back the reading of pull requests.
type gate struct {
	next http.Handler

	mu            sync.Mutex
	hold          chan struct{} // nil: open
	inside, most  int           // readings at the same time
	reads, behind int
}

func (g *gate) shut() (reopen func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	hold := make(chan struct{})
	g.hold = hold
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.hold = nil
		close(hold)
	})
}

func (g *gate) count() (reads, waiting, most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reads, g.behind, g.most
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !bytes.Contains(body, []byte("query Read(")) {
		g.next.ServeHTTP(w, r)
		return
	}
	g.mu.Lock()
	hold := g.hold
	g.reads++
	g.inside++
	g.most = max(g.most, g.inside)
	g.behind += btoi(hold != nil)
	g.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	g.next.ServeHTTP(w, r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.behind -= btoi(hold != nil)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// newServer makes a server on a database, and closes the database in the end.
func (w *town) newServer(t *testing.T, database, owner string) *Server {
	t.Helper()
	s, err := store.Open(t.Context(), database, w.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return &Server{
		App: &github.App{ID: appID, Key: appKey(), BaseURL: w.url, Now: w.now}, Store: s, Engine: &policy.Engine{}, BuiltIn: builtIn,
		Secrets: [][]byte{[]byte(hookWord)}, Log: slog.New(slog.NewTextHandler(logTo{t}, nil)), Now: w.now, Owner: owner, Workers: 4,
		RecoverEvery: -1, SweepEvery: -1, // but in tests of them
	}
}

// run starts a server where webhooks go to. The stop function ends it as SIGTERM does and returns what Run
// returns; it is called in the end.
func (w *town) run(t *testing.T, s *Server) (address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stop server: %v", err)
		}
	})
	address = "http://" + listener.Addr().String()
	w.Hook.URL = address + "/webhook"
	return address, stop
}

// logTo writes a server's log into the test's.
type logTo struct{ t *testing.T }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// engines runs a test on a new database of each engine.
func engines(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqlite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, schema.New(t))
	})
}

func sqlite(t *testing.T) string { return filepath.Join(t.TempDir(), "bylaw.db") }

// delivery is a signed webhook, as GitHub sends it.
func delivery(t *testing.T, guid, event string, body []byte) *http.Request {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(hookWord))
	mac.Write(body)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhook", bytes.NewReader(body))
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", guid)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

// deliver hands a webhook to a server and returns the answer.
func deliver(s *Server, r *http.Request) (status int, message string) {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	var answer struct{ Message string }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		return w.Code, fmt.Sprintf("no JSON: %s", w.Body)
	}
	return w.Code, answer.Message
}

// queue lists what is not done.
func queue(t *testing.T, s *store.Store) []store.QueueRow {
	t.Helper()
	rows, err := s.Queue(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// raised does nothing with all jobs that are due, marks them as done, and returns their keys.
func raised(t *testing.T, s *store.Store) []string {
	t.Helper()
	claims, err := s.Claim(t.Context(), "test", time.Minute, 1000)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, c := range claims {
		keys = append(keys, c.Key)
		if _, err := s.Finish(t.Context(), c, store.Finished{}); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}
