package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// benchGitHubName is the command as which the test binary is a GitHub for benchmarks, in a process of its own.
const benchGitHubName = "bench-github"

// benchServiceName is the command as which the test binary is the service for benchmarks.
const benchServiceName = "bench-bylaw"

// benchServe is `bylaw`.
func benchServe() {
	profiled("bylaw", func() int {
		return run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv})
	})
}

// profiled ends the process with what do returns. It writes profiles of its processor time and its memory to the folder
// BYLAW_BENCH_PROFILE, if that is set.
func profiled(name string, do func() int) {
	folder := os.Getenv("BYLAW_BENCH_PROFILE")
	if folder == "" {
		os.Exit(do())
	}
	profile, err := os.CreateTemp(folder, name+"-cpu-*.pprof")
	if err == nil {
		err = pprof.StartCPUProfile(profile)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, name, err)
		os.Exit(1)
	}
	code := do()
	pprof.StopCPUProfile()
	if heap, err := os.CreateTemp(folder, name+"-heap-*.pprof"); err == nil {
		_ = pprof.WriteHeapProfile(heap)
	}
	os.Exit(code)
}

// benchGitHubWorld is what the process reads from its standard input.
type benchGitHubWorld struct {
	World  fakegithub.World
	Key    []byte // public, of the App
	Secret string
}

// benchGitHub serves a world of fakegithub and, below /_bench/, what the load generator asks of it. It prints its
// address, and ends when its standard input does.
func benchGitHub() {
	profiled("github", func() int {
		if err := serveBenchGitHub(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench-github:", err)
			return 1
		}
		return 0
	})
}

func serveBenchGitHub(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	var told benchGitHubWorld
	if err := decoder.Decode(&told); err != nil {
		return err
	}
	key, err := x509.ParsePKCS1PublicKey(told.Key)
	if err != nil {
		return err
	}
	gh, err := fakegithub.New(told.World)
	if err != nil {
		return err
	}
	// What becomes of check runs is not told: the load generator would throw it away, and to make it takes processor time.
	gh.App = fakegithub.App{ID: stageApp, Slug: "bylaw", Name: "Bylaw", Key: key, Events: []string{"pull_request", "pull_request_review"}}
	gh.Hook.Secret = told.Secret
	for _, r := range told.World.Repositories { // its limits are for another test
		gh.SetRateLimit(gh.InstallationID(r.Owner, r.Name), 1<<30, 1<<30, time.Now().Add(24*time.Hour))
	}
	c := &benchControl{gh: gh, reviews: map[string]int64{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_bench/do", c.do)
	mux.HandleFunc("POST /_bench/latency", c.latency)
	mux.HandleFunc("GET /_bench/calls", c.calls)
	mux.Handle("/", c)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "http://"+listener.Addr().String())
	go func() { _ = http.Serve(listener, mux) }()
	_, _ = io.Copy(io.Discard, in)
	return nil
}

// benchAct is something that somebody does on GitHub.
type benchAct struct {
	Open, Approve, Dismiss bool
	Repo, By               string
	Number                 int
	Pull                   fakegithub.Pull
}

// benchHook is a webhook that GitHub would send now.
type benchHook struct {
	GUID, Event, Action string
	Payload             []byte
	Number              int
}

// benchCalls are the calls since they were last asked for, and one of each kind to repeat.
type benchCalls struct {
	Calls  []benchCall
	Bearer string // the Authorization of the last call of an installation
	Read   []byte // the last big query
	Write  []byte // the last change of the check run "bylaw"
	Path   string // of Write
}

type benchCall struct {
	Name         string // method, route, operation
	Check        string // the check run that was written
	Began, Ended time.Time
}

// benchControl does what the load generator asks, and passes the service's calls on.
type benchControl struct {
	gh *fakegithub.GitHub

	mu      sync.Mutex
	seen    benchCalls
	results int           // in seen
	under   int           // calls under way
	changed chan struct{} // closed when a call has ended
	reviews map[string]int64
}

// benchQuery finds the name of a GraphQL operation, benchName that of a check run, and benchNumber what varies.
var (
	benchQuery  = regexp.MustCompile(`query (\w+)`)
	benchName   = regexp.MustCompile(`^{"name":"([^"]*)"`)
	benchNumber = regexp.MustCompile(`^/repos/[^/]+/[^/]+|/[0-9]+`)
)

func (c *benchControl) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.mu.Lock()
	c.under++
	c.mu.Unlock()
	c.gh.ServeHTTP(w, r)
	call := benchCall{Name: r.Method + " " + benchNumber.ReplaceAllString(r.URL.Path, "/*"), Began: began, Ended: time.Now()}
	if m := benchQuery.FindSubmatch(body); m != nil && r.URL.Path == "/graphql" {
		call.Name += " " + string(m[1])
	}
	if m := benchName.FindSubmatch(body); m != nil && strings.Contains(r.URL.Path, "/check-runs") {
		call.Check = string(m[1])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under--
	if strings.HasSuffix(call.Name, " Read") {
		c.seen.Bearer, c.seen.Read = r.Header.Get("Authorization"), body
	}
	if call.Check == bylaw.CheckName {
		if r.Method == http.MethodPatch {
			c.seen.Write, c.seen.Path = body, r.URL.Path
		}
		c.results++
	}
	c.seen.Calls = append(c.seen.Calls, call)
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

func (c *benchControl) latency(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.URL.Query().Get("is"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.gh.Latency = d // nothing is under way: the load generator waits for the end of everything before
}

// do does some acts and answers with the webhooks that they bring about.
func (c *benchControl) do(w http.ResponseWriter, r *http.Request) {
	var acts []benchAct
	err := json.NewDecoder(r.Body).Decode(&acts)
	before := len(c.gh.Deliveries())
	for _, a := range acts {
		if err == nil {
			err = c.act(a)
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var hooks []benchHook
	for _, d := range c.gh.Deliveries()[before:] {
		if d.Event != "pull_request" && d.Event != "pull_request_review" {
			continue // the push of a branch and what becomes of check runs: chatter
		}
		var body struct {
			Pull struct{ Number int } `json:"pull_request"`
		}
		if err := json.Unmarshal(d.Payload, &body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		hooks = append(hooks, benchHook{d.GUID, d.Event, d.Action, d.Payload, body.Pull.Number})
	}
	_ = json.NewEncoder(w).Encode(hooks)
}

func (c *benchControl) act(a benchAct) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := fmt.Sprint(a.Repo, a.Number)
	var err error
	switch {
	case a.Open:
		_, err = c.gh.OpenPull(a.Repo, a.Pull)
	case a.Approve:
		c.reviews[key], err = c.gh.SubmitReview(a.Repo, a.Number, fakegithub.Review{Author: a.By, State: "APPROVED"})
	case a.Dismiss:
		err = c.gh.DismissReview(a.Repo, a.Number, c.reviews[key], a.By, "Not yet")
	}
	return err
}

// calls answers once so many check runs "bylaw" were written and no call is under way, and forgets the calls.
func (c *benchControl) calls(w http.ResponseWriter, r *http.Request) {
	var want int
	_, _ = fmt.Sscan(r.URL.Query().Get("results"), &want)
	for {
		c.mu.Lock()
		if c.results >= want && c.under == 0 {
			out := c.seen
			c.seen.Calls, c.results = nil, 0
			c.mu.Unlock()
			c.gh.ResetCalls()
			_ = json.NewEncoder(w).Encode(out)
			return
		}
		if c.changed == nil {
			c.changed = make(chan struct{})
		}
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// benchHub is the load generator's side of a benchGitHub.
type benchHub struct {
	url string
}

func (h *benchHub) ask(b *testing.B, method, path string, in, out any) {
	b.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	request, err := http.NewRequestWithContext(b.Context(), method, h.url+"/_bench/"+path, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%s %s: %s %s %v", method, path, response.Status, data, err)
	}
	if out != nil {
		if err := json.Unmarshal(data, out); err != nil {
			b.Fatal(err)
		}
	}
}

func (h *benchHub) do(b *testing.B, acts ...benchAct) (hooks []benchHook) {
	b.Helper()
	h.ask(b, http.MethodPost, "do", acts, &hooks)
	return hooks
}

// await waits for so many results and returns everything that was asked of GitHub since the last time.
func (h *benchHub) await(b *testing.B, results int) (calls benchCalls) {
	b.Helper()
	h.ask(b, http.MethodGet, fmt.Sprintf("calls?results=%d", results), nil, &calls)
	return calls
}

func (h *benchHub) latency(b *testing.B, d time.Duration) {
	b.Helper()
	h.ask(b, http.MethodPost, "latency?is="+d.String(), nil, nil)
}
