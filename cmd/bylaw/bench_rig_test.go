//go:build linux

package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/schema"
)

// The benchmarks of the whole service. The service, GitHub, the database server and this load generator are each a
// process of their own; nothing is asserted about times. Each iteration is a whole run, so
//
//	go test ./cmd/bylaw -run none -bench 'Event|Burst|Cost|Rotation|Processes' -benchtime 1x -count 5 | benchstat -
//
// Beside each figure stands that of the floor, which is measured in the same run: who does the same read and the same
// write as the service, with the service's own bodies over a connection that is open, and nothing else.

// rig is the service as it runs somewhere: processes of it on one database, before one GitHub.
type rig struct {
	hub      *benchHub
	services []*benchService
	client   *http.Client
	turn     int
}

// benchService is one process of `bylaw serve`.
type benchService struct {
	url string
	pid int
}

const benchSecret = "a secret of the benchmarks"

// newRig starts a GitHub with a world and so many processes of the service. The database is a new SQLite file, or
// with postgres a new schema. settings are added to the environment of the service.
func newRig(b *testing.B, world fakegithub.World, postgres bool, processes int, settings ...string) *rig {
	b.Helper()
	machine(b)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	pemFile := filepath.Join(folder, "app.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(pemFile, text, 0o600); err != nil {
		b.Fatal(err)
	}
	r := &rig{hub: startGitHub(b, world, key), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}}
	database := filepath.Join(folder, "bylaw.db")
	if postgres {
		database = benchPostgres(b)
	}
	for range processes {
		r.services = append(r.services, startService(b, append([]string{
			"BYLAW_APP_ID=" + strconv.Itoa(stageApp), "BYLAW_PRIVATE_KEY_FILE=" + pemFile, "BYLAW_WEBHOOK_SECRET=" + benchSecret,
			"BYLAW_API_URL=" + r.hub.url, "BYLAW_DATABASE=" + database,
			"BYLAW_CHECKS_PER_MINUTE=1000000", // counted, but no limit: it is about the service
		}, settings...)))
	}
	return r
}

func startGitHub(b *testing.B, world fakegithub.World, key *rsa.PrivateKey) *benchHub {
	b.Helper()
	cmd := again(b, benchGitHubName)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start(b, cmd, func() { in.Close() })
	told := benchGitHubWorld{World: world, Key: x509.MarshalPKCS1PublicKey(&key.PublicKey), Secret: benchSecret}
	if err := json.NewEncoder(in).Encode(told); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("GitHub does not start: %v", err)
	}
	return &benchHub{url: strings.TrimSpace(line)}
}

func startService(b *testing.B, settings []string) *benchService {
	b.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	cmd := again(b, benchServiceName, "serve")
	cmd.Env = append(append(os.Environ(), settings...), "BYLAW_LISTEN="+address)
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = log // as an operator has it: every line is written
	start(b, cmd, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	s := &benchService{url: "http://" + address, pid: cmd.Process.Pid}
	for end := time.Now().Add(30 * time.Second); ; {
		response, err := http.Get(s.url + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return s
			}
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(log.Name())
			b.Fatalf("the service does not start: %v\n%s", err, said)
		}
		runtime.Gosched()
	}
}

// again is this program once more, as another command.
func again(b *testing.B, name string, args ...string) *exec.Cmd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	return &exec.Cmd{Path: self, Args: append([]string{name}, args...)}
}

// start starts a process and ends it with the benchmark, at the latest after 30 seconds by force.
func start(b *testing.B, cmd *exec.Cmd, end func()) {
	b.Helper()
	if cmd.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		end()
		force := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer force.Stop()
		_ = cmd.Wait()
	})
}

// benchPostgres makes a schema of its own, and says how durable the server is.
func benchPostgres(b *testing.B) string {
	b.Helper()
	address := schema.New(b)
	db, err := sql.Open("pgx", address)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var fsync string
	if err := db.QueryRowContext(b.Context(), "SHOW fsync").Scan(&fsync); err != nil {
		b.Fatal(err)
	}
	b.Logf("PostgreSQL: fsync %s", fsync)
	return address
}

// machine says once where the figures come from.
var machine = func() func(b *testing.B) {
	var once sync.Once
	return func(b *testing.B) {
		once.Do(func() {
			load, _ := os.ReadFile("/proc/loadavg")
			model := "unknown"
			info, _ := os.ReadFile("/proc/cpuinfo")
			for line := range strings.Lines(string(info)) {
				if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
					model = strings.TrimSpace(value)
				}
			}
			// benchstat takes lines of this form as what the figures depend on.
			fmt.Printf("machine: %s, %d cores, %s\nload: %s", model, runtime.NumCPU(), runtime.Version(), load)
		})
	}
}()

// send has the service take webhooks, so many at a time, and returns when each was sent and how long until it was
// acknowledged. Several processes take turns.
func (r *rig) send(b *testing.B, hooks []benchHook, atOnce int) (sent []time.Time, acknowledged []time.Duration) {
	b.Helper()
	sent, acknowledged = make([]time.Time, len(hooks)), make([]time.Duration, len(hooks))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, h := range hooks {
		service := r.services[r.turn%len(r.services)]
		r.turn++
		group.Go(func() error {
			mac := hmac.New(sha256.New, []byte(benchSecret))
			mac.Write(h.Payload)
			request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, service.url+"/webhook", bytes.NewReader(h.Payload))
			if err != nil {
				return err
			}
			request.Header.Set("X-GitHub-Event", h.Event)
			request.Header.Set("X-GitHub-Delivery", h.GUID)
			request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
			sent[i] = time.Now()
			response, err := r.client.Do(request)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			said, err := io.ReadAll(response.Body)
			acknowledged[i] = time.Since(sent[i])
			if err == nil && response.StatusCode != http.StatusAccepted {
				err = fmt.Errorf("%s %s was answered %s %s", h.Event, h.Action, response.Status, said)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return sent, acknowledged
}

// floor does the read and the write of calls, so many times at so many at once, and returns how long each pair took
// and all of them.
func (r *rig) floor(b *testing.B, calls benchCalls, times, atOnce int) (each []time.Duration, all time.Duration) {
	b.Helper()
	each = make([]time.Duration, times)
	ask := func(method, path string, body []byte) error {
		request, err := http.NewRequestWithContext(b.Context(), method, r.hub.url+path, bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", calls.Bearer)
		response, err := r.client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("floor: %s %s: %s %w", method, path, response.Status, err)
		}
		return nil
	}
	if calls.Read == nil || calls.Write == nil {
		b.Fatal("there is nothing that the floor could repeat")
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	began := time.Now()
	for i := range times {
		group.Go(func() error {
			began := time.Now()
			if err := ask(http.MethodPost, "/graphql", calls.Read); err != nil {
				return err
			}
			err := ask(http.MethodPatch, calls.Path, calls.Write)
			each[i] = time.Since(began)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	all = time.Since(began)
	r.hub.await(b, times)
	return each, all
}

// clockTick is the unit of /proc/PID/stat, which is the same on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// processor is what the processes of the service have had of the processors so far, their children included.
func (r *rig) processor(b *testing.B) (sum time.Duration) {
	b.Helper()
	for _, s := range r.services {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.pid))
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:])) // from the third on
		for _, i := range []int{11, 12, 13, 14} {                                 // utime, stime, cutime, cstime
			ticks, err := strconv.Atoi(fields[i])
			if err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(ticks) * clockTick
		}
	}
	return sum
}

// memory is the most that one process of the service has had resident so far, in bytes.
func (r *rig) memory(b *testing.B) (most int) {
	b.Helper()
	for _, s := range r.services {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if fields := strings.Fields(line); fields[0] == "VmHWM:" {
				kB, err := strconv.Atoi(fields[1])
				if err != nil {
					b.Fatal(err)
				}
				most = max(most, kB<<10)
			}
		}
	}
	return most
}

// reportTimes reports the median and the 99th percentile.
func reportTimes(b *testing.B, name string, times []time.Duration) {
	b.Helper()
	slices.Sort(times)
	ms := func(p int) float64 {
		return float64(times[min(len(times)*p/100, len(times)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(ms(50), name+"-p50-ms")
	b.ReportMetric(ms(99), name+"-p99-ms")
}

// benchWorld are so many organizations with a repository each, governed by three policies. Alice and Anna work for
// Acme, Bob for Globex.
func benchWorld(organizations int) fakegithub.World {
	people := []string{"alice", "anna", "bob", "carol"}
	var w fakegithub.World
	for _, login := range people {
		w.Users = append(w.Users, fakegithub.User{Login: login})
	}
	for i := range organizations {
		owner := fmt.Sprint("org", i)
		w.Organizations = append(w.Organizations, fakegithub.Organization{Login: owner})
		w.Installations = append(w.Installations, fakegithub.Installation{Account: owner})
		w.Repositories = append(w.Repositories, fakegithub.Repository{
			Owner: owner, Name: "widgets", Collaborators: map[string]string{"alice": "write", "anna": "write", "bob": "write", "carol": "write"},
			Files: map[string]string{".github/bylaw.yml": benchConfig, "governance/affiliations.yml": fmt.Sprintf("# The people of %s.\n%s", owner, benchRoster)},
		})
	}
	return w
}

const benchConfig = `version: 1
rosters:
  - path: governance/affiliations.yml
policies:
  conflict_of_interest:
    conflict: {minor: ask}
  vendor_contacts:
    paths: ["community/vendor-technical-contacts/**"]
`

const benchRoster = `version: 1
people:
  - {github: alice, affiliations: [{organization: Acme}]}
  - {github: anna, affiliations: [{organization: Acme}]}
  - {github: bob, affiliations: [{organization: Globex}]}
  - {github: carol, affiliations: [{organization: Acme}]}
`

// benchPull is the opening of a pull request of Alice with ten files, which Anna and Carol, her colleagues, approve.
func benchPull(organization, number int) []benchAct {
	repo := fmt.Sprintf("org%d/widgets", organization)
	files := map[string]string{}
	for i := range 10 {
		files[fmt.Sprintf("core/%d/%d.go", number, i)] = fmt.Sprintf("package core\n\nconst N%d = %d\n", i, number)
	}
	return []benchAct{{Open: true, Repo: repo, Pull: fakegithub.Pull{
		Number: number, Title: fmt.Sprint("Change ", number), Author: "alice", Head: fmt.Sprint("change-", number),
		Commits: []fakegithub.Commit{{Message: "Change", Files: files}},
	}}, {Approve: true, Repo: repo, Number: number, By: "anna"}, {Approve: true, Repo: repo, Number: number, By: "carol"}}
}
