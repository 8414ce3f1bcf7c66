package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/judge"
)

var update = flag.Bool("update", false, "rewrite what scenarios and goldens expect")

// TestMain lets the test binary be the program itself: as `bylaw` in scenarios, as a service under stress,
// and as the worker process that runs policies.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "policy-worker" {
		main()
		return
	}
	testscript.Main(m, map[string]func(){"bylaw": main, strained: serveStrained, benchGitHubName: benchGitHub, benchServiceName: benchServe})
}

// TestScenarios walks testdata/scenario. Each file tells a world, what happens in it, and what people
// see then. Beside the commands of testscript there are:
//
//	stage FILE [FOLDER]        start the service and a GitHub with the world of FILE (world.yml); play its story.
//	                           $BYLAW_DATABASE is the service's database, for commands that look into it
//	                           The files in FOLDER stand in the first repository, beside those of the world
//	play FILE                  play the steps of FILE, a list; each is answered by the service before the next
//	checks 'OWNER/REPO#N' [NAME...]
//	                           print the check runs that count, as GitHub shows them, or only those named
//	checks group [NAME...]     the same for the last merge group
//	checks 'OWNER/REPO@BRANCH' [NAME...]
//	                           the same for the head of a branch
//	runs 'OWNER/REPO#N'        count all check runs on the head, those included that count no more, by name
//	comments 'OWNER/REPO#N'    print the comments on a pull request, numbered as this command first saw them
//	calls                      print what the service asked of GitHub since the last `calls`, by method and route
//	fault FILE                 make GitHub fail: a mapping with method, route, nth, times, status, body, html, ...
//	                           From then on a step is also answered when the service waits to try again
//	mend                       take all faults away, and let time go by until the service has caught up
//	post [FLAG...] EVENT FILE  post FILE where GitHub posts its webhooks, signed like those, and print status and answer. Flags:
//	                           -unsigned, -sha1, -secret=TEXT, -guid=TEXT, -pad=BYTES (spaces up to that length)
//	credentials                set BYLAW_* for `bylaw serve` to the App's on the stage, and to a free address;
//	                           other.pem is a key of nobody; $FINGERPRINT and $OTHER_FINGERPRINT name the two
//	keys FILE...               have GitHub accept the keys in these files as the App's, and no others
//	secret TEXT                have GitHub sign webhooks with another secret
//	handover                   wait until the `bylaw serve` of BYLAW_LISTEN is ready; it gets GitHub's webhooks from now on
//	terminate                  send SIGTERM to the commands in the background, as Docker and systemd do
//	await 'OWNER/REPO#N' WORD  wait until the check run `bylaw` has this conclusion
//	audit OWNER/REPO           print the kinds of the audit log, one on each line
//	requested 'OWNER/REPO#N'   print who is asked to review
//	[!] stdout, cmp, ...       as in testscript
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "scenario"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[stageKey{}] = &holder{wrap: judged(env.T().(testing.TB))}
			env.Vars = append(env.Vars, "HOME="+env.WorkDir, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"stage": cmdStage, "play": cmdPlay, "checks": cmdChecks, "calls": cmdCalls,
			"fault": cmdFault, "mend": cmdMend, "audit": cmdAudit, "requested": cmdRequested, "runs": cmdRuns,
			"post": cmdPost, "credentials": cmdCredentials, "handover": cmdHandover, "keys": cmdKeys, "secret": cmdSecret, "await": cmdAwait, "metrics": cmdMetrics,
			"terminate": cmdTerminate, "comments": cmdComments,
		},
	})
}

type stageKey struct{}

// holder holds the stage of one script, once there is one.
type holder struct {
	*stage
	wrap func(http.Handler) http.Handler
	log  serviceLog
	seen []int64 // comments
}

// judged has every call to GitHub judged by GitHub's own descriptions. Where these are not on the machine
// that is nil, and only [TestEveryCallIsAsGitHubDescribes] says so; in CI they must be there.
func judged(t testing.TB) func(http.Handler) http.Handler {
	if os.Getenv("BYLAW_TEST_ASSETS") == "" && os.Getenv("CI") != "true" {
		return nil
	}
	return judge.OpenAPI(t).Proxy
}

func stageOf(ts *testscript.TestScript) *stage {
	h := ts.Value(stageKey{}).(*holder)
	if h.stage == nil {
		ts.Fatalf("there is no stage; begin with `stage world.yml`")
	}
	h.log.show(ts)
	return h.stage
}

func cmdStage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: stage FILE [FOLDER]")
	}
	ctx := context.Background()
	told, err := readScript(args[0], []byte(ts.ReadFile(args[0])))
	ts.Check(err)
	if len(args) == 2 {
		addFiles(ts, &told.World.Repositories[0], args[1])
	}
	h := ts.Value(stageKey{}).(*holder)
	st, err := openStage(ctx, told.World, slog.NewTextHandler(&h.log, nil), h.wrap)
	ts.Check(err)
	ts.Defer(func() { st.close(); h.log.show(ts) })
	h.stage = st
	ts.Setenv("BYLAW_API_URL", st.githubURL)
	ts.Setenv("SERVICE", st.serviceURL)
	ts.Setenv("BYLAW_DATABASE", st.database)
	for token := range told.World.Tokens {
		ts.Setenv("GITHUB_TOKEN", token)
	}
	playAll(ts, st, told.Story)
	st.gh.ResetCalls()
}

// addFiles puts the files of a folder into a repository.
func addFiles(ts *testscript.TestScript, r *fakegithub.Repository, folder string) {
	if r.Files == nil {
		r.Files = map[string]string{}
	}
	root := os.DirFS(ts.MkAbs(folder))
	ts.Check(fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		r.Files[name] = string(data)
		return err
	}))
}

func cmdPlay(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: play FILE")
	}
	doc, err := document.Read(args[0], document.YAML, []byte(ts.ReadFile(args[0])))
	ts.Check(err)
	steps, err := readStory(args[0], doc.Value)
	ts.Check(err)
	playAll(ts, stageOf(ts), steps)
}

func playAll(ts *testscript.TestScript, st *stage, steps []step) {
	defer ts.Value(stageKey{}).(*holder).log.show(ts)
	for _, s := range steps {
		_, _, err := st.play(context.Background(), s)
		ts.Check(err)
	}
}

// pullOf takes apart "owner/name#7".
func pullOf(ts *testscript.TestScript, name string) (owner, repo string, number int) {
	m := refPattern.FindStringSubmatch(name)
	if m == nil {
		ts.Fatalf("%q is not a pull request", name)
	}
	number, err := strconv.Atoi(m[3])
	ts.Check(err)
	return m[1], m[2], number
}

func cmdChecks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: checks 'OWNER/REPO#N' [NAME...], or checks group [NAME...]")
	}
	st := stageOf(ts)
	if args[0] == "group" {
		printPosted(ts.Stdout(), st.gh, st.firstRepo, st.group, true, args[1:]...)
		return
	}
	if name, branch, ok := strings.Cut(args[0], "@"); ok {
		owner, repo, _ := strings.Cut(name, "/")
		printPosted(ts.Stdout(), st.gh, name, st.gh.Branch(owner, repo, branch), true, args[1:]...)
		return
	}
	owner, repo, number := pullOf(ts, args[0])
	printPosted(ts.Stdout(), st.gh, owner+"/"+repo, st.gh.Head(owner, repo, number), true, args[1:]...)
}

func cmdRuns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: runs OWNER/REPO#N")
	}
	out := ts.Stdout() // also where nothing is printed, so that nothing older stands there
	gh := stageOf(ts).gh
	owner, repo, number := pullOf(ts, args[0])
	counts := map[string]int{}
	for _, run := range gh.CheckRuns(owner, repo, gh.Head(owner, repo, number)) {
		counts[run.Name]++
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%d %s\n", counts[name], name)
	}
}

func cmdComments(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: comments OWNER/REPO#N")
	}
	out := ts.Stdout() // also where nothing is printed, so that nothing older stands there
	gh, h := stageOf(ts).gh, ts.Value(stageKey{}).(*holder)
	owner, repo, number := pullOf(ts, args[0])
	for _, c := range gh.Comments(owner, repo, number) {
		if !slices.Contains(h.seen, c.ID) {
			h.seen = append(h.seen, c.ID)
		}
		fmt.Fprintf(out, "comment %d of %s:\n%s", slices.Index(h.seen, c.ID)+1, c.Author, c.Body)
	}
}

func cmdCalls(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: calls")
	}
	out := ts.Stdout() // also where nothing is printed, so that nothing older stands there
	st := stageOf(ts)
	counts := map[string]int{}
	var order []string
	for _, c := range st.gh.Calls() {
		name := c.Method + " " + c.Route
		if c.Operation != "" {
			name += " " + c.Operation
		}
		if counts[name]++; counts[name] == 1 {
			order = append(order, name)
		}
	}
	slices.Sort(order)
	for _, name := range order {
		fmt.Fprintf(out, "%d %s\n", counts[name], name)
	}
	st.gh.ResetCalls()
}

func cmdFault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fault FILE")
	}
	fields, err := readMapping(args[0], []byte(ts.ReadFile(args[0])))
	ts.Check(err)
	data, err := json.Marshal(fields)
	ts.Check(err)
	fault, err := decode[fakegithub.Fault](data)
	ts.Check(err)
	st := stageOf(ts)
	st.faults = append(st.faults, st.gh.AddFault(fault))
}

func cmdMend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: mend")
	}
	ts.Check(stageOf(ts).mend(context.Background()))
}

func cmdAudit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: audit OWNER/REPO")
	}
	out := ts.Stdout() // also where nothing is printed, so that nothing older stands there
	st := stageOf(ts)
	ts.Check(st.store.VerifyAudit(context.Background(), args[0]))
	entries, err := st.store.Audit(context.Background(), args[0], 0, 1000)
	ts.Check(err)
	for _, e := range entries {
		fmt.Fprintf(out, "%s #%d\n", e.Kind, e.Number)
	}
}

func cmdRequested(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requested OWNER/REPO#N")
	}
	out := ts.Stdout() // also where nothing is printed, so that nothing older stands there
	owner, repo, number := pullOf(ts, args[0])
	for _, login := range stageOf(ts).gh.RequestedReviewers(owner, repo, number) {
		fmt.Fprintln(out, login)
	}
}

// serviceLog keeps what the service logs until the script's own goroutine shows it.
type serviceLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *serviceLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.TrimSpace(string(p)))
	return len(p), nil
}

func (l *serviceLog) show(ts *testscript.TestScript) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		ts.Logf("%s", line)
	}
	l.lines = nil
}
