package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"time"

	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// Server takes webhooks and posts check runs. All fields up to Workers are required; none may change once Run or
// Handler was called.
type Server struct {
	App     *github.App
	Store   *store.Store
	Engine  *policy.Engine
	BuiltIn []policy.Source
	Secrets [][]byte // of the webhook; several while one is replaced by another
	Log     *slog.Logger
	Now     func() time.Time
	Owner   string // name of this process among those that share the store
	Workers int    // jobs at a time, most of which wait for GitHub; as many evaluate as there are processors, but one for webhooks

	URL   *url.URL     // where people reach the pages; nil when nobody said
	Pages http.Handler // whatever is asked for beside the webhook; nil for nothing

	Metrics        *telemetry.Metrics // nil measures nothing
	MetricsOutside bool               // somebody else answers /metrics
	Tracer         *telemetry.Tracer  // nil follows nothing

	// ChecksPerMinute is how many check runs all processes together write for one installation in a minute; 0 is
	// no limit. Of what follows for everybody, such as a new roster, three quarters of that.
	ChecksPerMinute int

	Keep         time.Duration // how long the store keeps what was decided once it is not needed any more; 0 is 400 days
	RecoverEvery time.Duration // between searches for failed deliveries; 0 is 5 minutes, less than 0 never
	SweepEvery   time.Duration // between sweeps of an installation; 0 is 10 minutes, less than 0 never
	// Lease is after which time of silence other processes take over what this one has begun; 0 is 60 seconds.
	// It is renewed three times as often.
	Lease time.Duration

	door    door
	once    sync.Once
	checker *check.Checker
}

// check is the checker of this process, shared by the webhook and the worker.
func (s *Server) check() *check.Checker {
	s.once.Do(func() {
		s.checker = &check.Checker{GitHub: &source{app: s.App, store: s.Store, metrics: s.Metrics}, Engine: s.Engine, BuiltIn: s.BuiltIn, Now: s.Now}
	})
	return s.checker
}

// drain is how long a stopping server waits for requests and evaluations that have begun.
const drain = 20 * time.Second

// Run serves webhooks on the listener and works them off until the context ends. Then it stops taking
// requests, finishes what has begun for at most 20 seconds, and gives back the rest.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	work := &worker{Server: s, slots: make(chan struct{}, max(s.Workers, 1)), seats: newSeats(max(1, runtime.GOMAXPROCS(0)-1), &s.door)}
	web := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	worked := make(chan struct{})
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go func() {
		defer close(worked)
		work.run(ctx, working)
	}()
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serve webhooks: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if shut := web.Shutdown(last); shut != nil {
		err = errors.Join(err, fmt.Errorf("finish requests: %w", shut))
	}
	if ctx.Err() == nil {
		return err // the listener failed: there is nobody to drain for
	}
	select {
	case <-worked:
	case <-last.Done():
		stop()
		<-worked
	}
	return err
}

// Handler serves the webhook, the health of the service and, unless they stand elsewhere, its metrics.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhook", s.webhook)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Store.Ping(r.Context()); err != nil {
			s.Log.Warn("not ready", "err", err)
			answer(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	if s.Metrics != nil && !s.MetricsOutside {
		mux.Handle("GET /metrics", s.Metrics.Handler())
	}
	if s.Pages != nil {
		mux.Handle("/", s.Pages)
	}
	return mux
}
