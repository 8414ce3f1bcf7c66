//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	dice "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/schema"
	"github.com/bylaw-app/bylaw/internal/server"
	"github.com/bylaw-app/bylaw/internal/store"
)

// strained is the name under which this binary is `bylaw serve` with a short lease and a disk that can be full.
const strained = "bylaw-strained"

// stressLease is the lease of the processes under stress.
const stressLease = 2 * time.Second

// serveStrained serves until its standard input ends, which it does with the test. SIGUSR1 fills its disk: from
// then on no file may grow beyond its first page. SIGUSR2 makes room again.
func serveStrained() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(exitUndecided)
	}()
	disk := make(chan os.Signal, 1)
	signal.Notify(disk, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range disk {
			var limit syscall.Rlimit
			if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
				panic(err)
			}
			limit.Cur = limit.Max
			if s == syscall.SIGUSR1 {
				limit.Cur = 4096
			}
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
				panic(err)
			}
		}
	}()
	adjust := func(s *server.Server) {
		s.Lease = stressLease
		s.RecoverEvery, s.SweepEvery = -1, -1 // nothing may be lost that they would find
	}
	if err := serve(ctx, streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}, adjust); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitUndecided)
	}
}

// strain is a community at work on a GitHub in this process, and a service in processes of its own, which can be
// killed, paused and cut off from their database.
type strain struct {
	*testing.T
	gh      *fakegithub.GitHub
	wire    *wire
	seed    uint64
	env     []string
	watched string // the database, as the test looks into it
	pulls   []*proposal
}

const (
	stressApp  = 77
	stressWord = "a secret of the stress tests"
)

const stressRules = `version: 1
rosters:
  - path: governance/affiliations.yml
policies:
  conflict_of_interest:
    severity: {major: {paths: ["core/**"]}}
`

const stressRoster = `version: 1
people:
  - {github: alice, id: 101, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: anna, id: 102, affiliations: [{organization: Acme, from: 2021-01-01}]}
  - {github: bob, id: 103, affiliations: [{organization: Globex, from: 2021-01-01}]}
  - {github: carol, id: 104, affiliations: [{organization: Initech, from: 2021-01-01}]}
`

// newStrain makes a GitHub with ten governed repositories of five installations, and one more in which each pull
// request gets a comment. Alice and Anna work for Acme, Bob for Globex: only his approval is enough. wrap stands
// in front of GitHub, if it is not nil.
func newStrain(t *testing.T, database string, wrap func(http.Handler) http.Handler) *strain {
	t.Helper()
	s := &strain{T: t, seed: dice.Uint64(), watched: database}
	t.Logf("seed %d", s.seed)
	world := fakegithub.World{Users: []fakegithub.User{{Login: "alice", ID: 101}, {Login: "anna", ID: 102}, {Login: "bob", ID: 103}, {Login: "carol", ID: 104}}}
	for i := range 6 {
		owner := fmt.Sprintf("town%d", i)
		world.Organizations = append(world.Organizations, fakegithub.Organization{Login: owner})
		world.Installations = append(world.Installations, fakegithub.Installation{ID: int64(i + 1), Account: owner})
		for _, name := range []string{"widgets", "gadgets"} {
			rules := stressRules
			if owner == talking {
				rules += "    comment: true\n"
			}
			world.Repositories = append(world.Repositories, fakegithub.Repository{
				Owner: owner, Name: name, Collaborators: map[string]string{"alice": "write", "anna": "write", "bob": "write", "carol": "write"},
				Files: map[string]string{".github/bylaw.yml": rules, "governance/affiliations.yml": stressRoster},
			})
		}
	}
	var err error
	if s.gh, err = fakegithub.New(world); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.gh.Close)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s.gh.App = fakegithub.App{ID: stressApp, Slug: "bylaw", Name: "Bylaw", Key: &key.PublicKey}
	s.wire = newWire(t)
	s.gh.Hook = fakegithub.Hook{URL: s.wire.url, Secret: stressWord}
	s.gh.AutoDeliver = true
	for i := range 6 {
		s.gh.SetRateLimit(int64(i+1), 1_000_000, 1_000_000, time.Now().Add(24*time.Hour))
	}
	var handler http.Handler = s.gh
	if wrap != nil {
		handler = wrap(handler)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	s.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir(), "BYLAW_APP_ID=" + strconv.Itoa(stressApp),
		"BYLAW_PRIVATE_KEY=" + string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		"BYLAW_WEBHOOK_SECRET=" + stressWord, "BYLAW_API_URL=" + web.URL, "BYLAW_DATABASE=" + database, "BYLAW_WORKERS=8",
		"BYLAW_CHECKS_PER_MINUTE=0", // GitHub here has no limits, and an hour would be too long
	}
	return s
}

// talking is the organization whose pull requests get comments: few, for GitHub limits how many may be written.
const talking = "town5"

// service is one process of the service.
type service struct {
	address string
	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process is gone
	logs    *logBook
}

// logBook keeps what processes write, until the test is over.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// lines are those that hold a text.
func (b *logBook) lines(with string) (found []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		if strings.Contains(line, with) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// open makes room for a process, without starting it.
func (s *strain) open() *service {
	s.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	p := &service{address: free.Addr().String(), logs: &logBook{}}
	if err := free.Close(); err != nil {
		s.Fatal(err)
	}
	s.wire.to(p.address)
	s.Cleanup(func() {
		p.signal(syscall.SIGCONT)
		p.kill()
		for _, line := range p.logs.lines(`"msg":"panic"`) {
			s.Errorf("the service had a fault: %s", line)
		}
		if s.Failed() {
			warnings := slices.DeleteFunc(append(p.logs.lines(`"level":"ERROR"`), p.logs.lines(`"level":"WARN"`)...), func(line string) bool {
				return strings.Contains(line, "context canceled") // the wire lost its patience
			})
			s.Logf("warnings of the process on %s, of %d:\n%s", p.address, len(warnings), strings.Join(warnings[:min(40, len(warnings))], "\n"))
		}
	})
	return p
}

// start starts the process, again or for the first time.
func (s *strain) start(p *service) {
	s.Helper()
	program, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	p.cmd = exec.Command(program)
	p.cmd.Args = []string{strained}
	p.cmd.Env = append([]string{"BYLAW_LISTEN=" + p.address}, s.env...)
	p.cmd.Stderr = p.logs
	if _, err := p.cmd.StdinPipe(); err != nil { // ends with the test's process
		s.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	ended, cmd := make(chan struct{}), p.cmd
	p.ended = ended
	go func() { defer close(ended); _ = cmd.Wait() }()
}

func (p *service) signal(sig os.Signal) {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(sig) // it may have ended
	}
}

// kill ends the process as a loss of power does, as far as a process can tell.
func (p *service) kill() {
	p.signal(syscall.SIGKILL)
	if p.ended != nil {
		<-p.ended
	}
}

// until waits for something, looking every few milliseconds.
func (s *strain) until(what string, patience time.Duration, holds func() bool) {
	s.Helper()
	deadline, look := time.After(patience), time.NewTicker(5*time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-deadline:
			s.Fatalf("waited in vain for %s; %s", what, s.wire)
		}
	}
}

// settled waits until every webhook is taken and all that follows is done.
func (s *strain) settled() {
	s.Helper()
	kept, err := store.Open(s.Context(), s.watched, time.Now)
	if err != nil {
		s.Fatal(err)
	}
	defer kept.Close()
	var left []store.QueueRow
	quiet := func() bool {
		for _, d := range s.gh.Deliveries() {
			if !d.Sent {
				return false
			}
		}
		return s.wire.idle()
	}
	deadline, look := time.After(2*time.Minute), time.NewTicker(50*time.Millisecond)
	defer look.Stop()
	for {
		if quiet() {
			if left, err = kept.Queue(s.Context(), 1000); err != nil {
				s.Fatal(err)
			}
			if len(left) == 0 && quiet() {
				return
			}
		}
		select {
		case <-look.C:
		case <-deadline:
			s.Fatalf("the work does not end; %s; left: %+v", s.wire, left[:min(5, len(left))])
		}
	}
}

// wire takes webhooks from GitHub at once, and delivers each until the service takes it: one that is refused, or
// breaks off, is delivered again with the same GUID, as somebody does who looks for failed deliveries.
type wire struct {
	url   string
	ctx   context.Context
	slots chan struct{}
	web   *http.Client

	mu      sync.Mutex
	doors   []string
	turn    int
	waiting int            // webhooks that are not taken yet
	taken   int            // answered 202
	ignored int            // answered 200
	failed  map[string]int // deliveries that were not taken, by what came of them
}

// wireTime is GitHub's patience with a webhook, shortened: it has 10 seconds.
const wireTime = 7 * time.Second

func newWire(t *testing.T) *wire {
	ctx, stop := context.WithCancel(context.Background())
	w := &wire{
		ctx: ctx, slots: make(chan struct{}, 16), failed: map[string]int{},
		web: &http.Client{Timeout: wireTime, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	server := httptest.NewServer(w)
	w.url = server.URL
	t.Cleanup(server.Close)
	t.Cleanup(stop)
	return w
}

func (w *wire) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Sprintf("webhooks: %d taken, %d ignored, %d on their way, delivered in vain %v", w.taken, w.ignored, w.waiting, w.failed)
}

func (w *wire) to(door string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doors = append(w.doors, door)
}

func (w *wire) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting == 0
}

// count is how many webhooks were taken, and how many are on their way.
func (w *wire) count() (taken, waiting int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.taken, w.waiting
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	w.waiting++
	w.mu.Unlock()
	header := r.Header.Clone()
	go w.deliver(header, body)
	rw.WriteHeader(http.StatusAccepted)
}

func (w *wire) deliver(header http.Header, body []byte) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case w.slots <- struct{}{}:
		case <-w.ctx.Done():
			return
		}
		status, how := w.post(header, body)
		<-w.slots
		w.mu.Lock()
		switch status {
		case http.StatusAccepted:
			w.taken++
			w.waiting--
		case http.StatusOK:
			w.ignored++
			w.waiting--
		default:
			w.failed[how]++
		}
		w.mu.Unlock()
		if status == http.StatusAccepted || status == http.StatusOK {
			return
		}
		select {
		case <-again.C:
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *wire) post(header http.Header, body []byte) (status int, how string) {
	w.mu.Lock()
	w.turn++
	door := w.doors[w.turn%len(w.doors)]
	w.mu.Unlock()
	r, err := http.NewRequestWithContext(w.ctx, http.MethodPost, "http://"+door+"/webhook", bytes.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	r.Header = header
	answer, err := w.web.Do(r)
	if err != nil {
		return 0, "no answer"
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, strconv.Itoa(answer.StatusCode)
}

// stressDatabase makes a database of an engine.
func stressDatabase(t *testing.T, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		return filepath.Join(t.TempDir(), "bylaw.db")
	}
	return schema.New(t)
}

// inCI is the whole number in CI, and a tenth of it where somebody waits for the tests.
func inCI(n int) int {
	if os.Getenv("CI") == "true" {
		return n
	}
	return max(n/10, 1)
}
