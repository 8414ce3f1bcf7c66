package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/page"
	"github.com/bylaw-app/bylaw/internal/server"
	"github.com/bylaw-app/bylaw/internal/store"
)

// stage is the real service and a GitHub that lives in this process, both on loopback.
type stage struct {
	gh                    *fakegithub.GitHub
	store                 *store.Store
	githubURL, serviceURL string
	database              string // of the service: a file, into which others may look
	key                   *rsa.PrivateKey
	secret                string
	firstRepo             string
	undo                  []func()

	ahead    atomic.Int64     // seconds by which the stage's clock is ahead: every step takes its time
	reviews  map[string]int64 // last review of "owner/name#7 login"
	comments map[string]int64 // last comment of "owner/name#7 login"
	group    string           // head of the last merge group
	faults   []func()         // each takes one fault of GitHub away
}

// now is the clock of everything on the stage.
func (st *stage) now() time.Time { return time.Now().Add(time.Duration(st.ahead.Load()) * time.Second) }

const stageApp = 4242 // number of the App on the stage

// openStage starts both. Whatever the service sends to GitHub passes through wrap, if it is not nil. Everybody may
// look at the pages, unless a change says otherwise.
func openStage(ctx context.Context, world fakegithub.World, logs slog.Handler, wrap func(http.Handler) http.Handler, change ...func(*page.Site)) (st *stage, err error) {
	st = &stage{secret: rand.Text(), reviews: map[string]int64{}, comments: map[string]int64{}}
	st.firstRepo = world.Repositories[0].Owner + "/" + world.Repositories[0].Name
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if st.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return st, fmt.Errorf("make a key: %w", err)
	}
	if st.gh, err = fakegithub.New(world); err != nil {
		return st, &bylaw.Problem{File: "world.yml", Msg: "the world cannot be made: " + err.Error()}
	}
	st.undo = append(st.undo, st.gh.Close)
	folder, err := os.MkdirTemp("", "bylaw-demo-")
	if err != nil {
		return st, fmt.Errorf("make a folder for the database: %w", err)
	}
	st.undo = append(st.undo, func() { _ = os.RemoveAll(folder) })
	st.database = filepath.Join(folder, "bylaw.db")
	if st.store, err = store.Open(ctx, st.database, st.now); err != nil {
		return st, err
	}
	st.undo = append(st.undo, func() { _ = st.store.Close() })

	hub, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return st, fmt.Errorf("listen on loopback: %w", err)
	}
	st.githubURL = "http://" + hub.Addr().String()
	var handler http.Handler = st.gh
	if wrap != nil {
		handler = wrap(handler)
	}
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(hub) }()
	st.undo = append(st.undo, func() { _ = web.Close() })

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return st, fmt.Errorf("listen on loopback: %w", err)
	}
	st.serviceURL = "http://" + listener.Addr().String()
	st.gh.Now = st.now
	st.gh.AuthNow = time.Now // as those who sign tokens do
	st.gh.App = fakegithub.App{ID: stageApp, Slug: "bylaw", Name: "Bylaw", Key: &st.key.PublicKey}
	st.gh.Hook = fakegithub.Hook{URL: st.serviceURL + "/webhook", Secret: st.secret}

	engine, builtIn, err := newEngine()
	if err != nil {
		return st, err
	}
	st.undo = append(st.undo, engine.Workers.Close)
	srv := &server.Server{
		App:   &github.App{ID: stageApp, Key: st.key, BaseURL: st.githubURL, Now: st.now},
		Store: st.store, Engine: engine, BuiltIn: builtIn, Secrets: [][]byte{[]byte(st.secret)},
		Log: slog.New(logs), Now: st.now, Owner: "demo", Workers: 4,
		RecoverEvery: -1, SweepEvery: -1, // no webhook is lost here, and calls are counted
	}
	if srv.URL, err = url.Parse(st.serviceURL); err != nil {
		return st, fmt.Errorf("read own address: %w", err)
	}
	site := &page.Site{
		Store: st.store, App: srv.App, BuiltIn: builtIn, Log: srv.Log, Now: st.now, URL: srv.URL, Public: true, Outstanding: srv.Outstanding,
		SignIn: &github.SignIn{ClientID: st.gh.ClientID(), ClientSecret: st.gh.ClientSecret(), BaseURL: st.githubURL},
	}
	for _, do := range change {
		do(site)
	}
	srv.Pages = site.Handler()
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = srv.Run(running, listener) }()
	st.undo = append(st.undo, func() { stop(); <-ended })
	return st, nil
}

func (st *stage) close() {
	for i := len(st.undo) - 1; i >= 0; i-- {
		st.undo[i]()
	}
}

// play does one step, and waits until the service has answered everything that follows from it. It
// returns the repository and the pull request that the step is about.
func (st *stage) play(ctx context.Context, s step) (repo string, number int, err error) {
	st.ahead.Add(2)
	repo = cmp.Or(s.repo, st.firstRepo)
	if number, err = verbs[s.verb](st, repo, s.args); err != nil {
		return repo, number, fmt.Errorf("play %s: %w", s.verb, err)
	}
	return repo, number, st.settle(ctx)
}

// checkRun is the check run of a pull request that counts for a name.
func (st *stage) checkRun(repo string, number int, check string) (fakegithub.CheckRun, error) {
	owner, name, _ := bylaw.SplitRepository(repo)
	run, found := st.gh.EffectiveCheck(owner, name, st.gh.Head(owner, name, number), check)
	if !found {
		return run, fmt.Errorf("%s#%d has no check run %q", repo, number, check)
	}
	return run, nil
}

// settleTime is how long the service may take to answer everything that has happened.
const settleTime = 3 * time.Minute

// settle delivers every webhook and waits until the service has nothing more to do. While GitHub has
// faults it is enough that the service has nothing to do now: it may wait to try again, or have given up.
func (st *stage) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := st.gh.Deliver(ctx); err != nil {
			return fmt.Errorf("deliver webhooks: %w", err)
		}
		rows, err := st.store.Queue(ctx, 1000)
		if err != nil {
			return fmt.Errorf("look at the queue: %w", err)
		}
		if len(st.faults) > 0 {
			rows = slices.DeleteFunc(rows, func(r store.QueueRow) bool {
				return r.State == store.Failed || r.State != store.Running && r.Due.After(st.now())
			})
		}
		if len(rows) == 0 {
			return nil
		}
		if rows[0].State == store.Failed {
			return fmt.Errorf("the service gave up on %s: %s", rows[0].Key, rows[0].LastError)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the service is still at work on %s: %s", rows[0].Key, rows[0].LastError)
		}
	}
}

// wait lets time go by on the stage's clock, in which the service does what is due.
func (st *stage) wait(ctx context.Context, d time.Duration) error {
	st.ahead.Add(int64(d / time.Second))
	if err := st.store.Raise(ctx); err != nil { // of nothing: it only wakes the worker, which waits by the real clock
		return err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	for { // what is due by time alone does not stand in the queue before it is claimed
		due, some, err := st.store.NextDue(ctx)
		if err != nil {
			return fmt.Errorf("look at the queue: %w", err)
		}
		if !some || due.After(st.now()) {
			return st.settle(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("the service does not take up what is due")
		}
	}
}

// mend takes all faults of GitHub away, and lets time go by until the service has caught up.
func (st *stage) mend(ctx context.Context) error {
	for _, away := range st.faults {
		away()
	}
	for range 20 {
		if err := st.wait(ctx, time.Minute); err != nil {
			return err
		}
		rows, err := st.store.Queue(ctx, 1)
		if err != nil {
			return fmt.Errorf("look at the queue: %w", err)
		}
		if len(rows) == 0 || rows[0].State == store.Failed {
			st.faults = nil
			return nil
		}
	}
	return errors.New("the service has not caught up")
}
