package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/page"
	"github.com/bylaw-app/bylaw/internal/server"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/internal/telemetry"
)

func serveCommand(s streams) *cobra.Command {
	show := false
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the GitHub App: take webhooks, evaluate policies, post check runs",
		Long: "Runs the GitHub App until it gets SIGTERM; then it finishes what has begun. It never starts without\n" +
			"credentials and a webhook secret. All settings come from the environment:\n\n" + settingsHelp(),
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if show {
				if !printSettings(s) {
					return exit(exitUsage)
				}
				return nil
			}
			return serve(c.Context(), s, func(*server.Server) {})
		},
	}
	c.Flags().BoolVar(&show, "settings", false, "print the settings with secrets hidden, and end")
	return c
}

func settingsHelp() string {
	var b strings.Builder
	for _, v := range settingsTable() {
		fmt.Fprintf(&b, "  %-30s %s", v.name, v.help)
		if v.fallback != "" {
			fmt.Fprintf(&b, " (default %s)", v.fallback)
		}
		b.WriteString("\n")
		if v.secret {
			fmt.Fprintf(&b, "  %-30s the same, from a file\n", v.name+"_FILE")
		}
	}
	return b.String()
}

// serve runs the service until the context ends. adjust may change it before it starts.
func serve(ctx context.Context, s streams, adjust func(*server.Server)) error {
	set, err := readSettings(s.getenv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: set.level}))
	engine, builtIn, err := newEngine()
	if err != nil {
		return err
	}
	defer engine.Workers.Close()
	for _, s := range builtIn { // the first pull request does not wait for it
		if _, err := engine.Inspect(ctx, s); err != nil {
			return err
		}
	}
	kept, err := store.Open(ctx, set.database, time.Now)
	if err != nil {
		logUnusable(log, err)
		return err
	}
	defer kept.Close()
	for _, doubt := range kept.Doubts() {
		log.Warn("the database may lose what it keeps", "why", doubt)
	}
	alone := !strings.HasPrefix(set.database, "postgres://") && !strings.HasPrefix(set.database, "postgresql://")
	if alone { // a SQLite file has one process: what it claimed before it was killed is free
		if err := kept.ClearLeases(ctx); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", set.listen)
	if err != nil {
		return usagef("BYLAW_LISTEN: cannot listen on %s", set.listen)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "bylaw"
	}
	metrics := telemetry.NewMetrics(version(), time.Now)
	measure(metrics, kept)
	tracer, err := telemetry.NewTracer(ctx, s.getenv, version(), log)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), verifyTime)
		defer cancel()
		if err := tracer.Close(last); err != nil {
			log.Warn("last traces not exported", "err", err)
		}
	}()
	app := &github.App{ID: set.appID, Key: set.key, BaseURL: set.apiURL, UserAgent: "bylaw/" + version(), Now: time.Now, OnCache: metrics.Cache, OnCall: called(metrics)}
	if err := verify(ctx, app, log); err != nil {
		return err
	}
	srv := &server.Server{
		App: app, Store: kept, Engine: engine, BuiltIn: builtIn, Secrets: set.secrets, Log: log, Now: time.Now,
		Owner: fmt.Sprintf("%s/%d/%d", host, os.Getpid(), time.Now().UnixNano()), Workers: set.workers, ChecksPerMinute: set.checks,
		URL: set.url, Keep: set.keep, Metrics: metrics, MetricsOutside: set.metrics != "", Tracer: tracer,
	}
	adjust(srv)
	if s.getenv("GOGC") == "" && s.getenv("GOMEMLIMIT") == "" {
		piling, stop := context.WithCancel(ctx)
		defer stop()
		go letGarbagePile(piling)
	}
	if set.metrics != "" {
		stop, err := serveMetrics(set.metrics, metrics, log)
		if err != nil {
			return err
		}
		defer stop()
	}
	if !set.publicPages && set.clientID == "" {
		srv.URL = nil // nobody could see what check runs would lead to
	}
	site := &page.Site{
		Store: kept, App: app, BuiltIn: builtIn, Log: log, Now: time.Now, URL: set.url,
		Public: set.publicPages, Operators: set.operators, Outstanding: srv.Outstanding,
	}
	if set.clientID != "" {
		site.SignIn = &github.SignIn{ClientID: set.clientID, ClientSecret: set.clientSecret, BaseURL: set.apiURL}
	}
	srv.Pages = site.Handler()
	print, err := github.Fingerprint(set.key)
	if err != nil {
		return err
	}
	log.Info("serving", "listen", listener.Addr().String(), "version", version(), "key", print)
	err = srv.Run(ctx, listener)
	log.Info("stopped", "err", err)
	return err
}

// logUnusable logs why the database cannot be used in one line, with what the engine said of it: who started the
// service is told in a sentence, which leaves that out.
func logUnusable(log *slog.Logger, err error) {
	why, said := sentence(err), err
	if u := new(store.Unusable); errors.As(err, &u) {
		why, said = u.Msg, u.Err
	}
	line := []any{"why", why}
	if said != nil {
		line = append(line, "err", said)
	}
	log.Error("the database cannot be used", line...)
}

// called counts what is asked of GitHub.
func called(m *telemetry.Metrics) func(github.Call) {
	return func(c github.Call) {
		m.Call(c.Method, c.Route, c.Status, c.Duration)
		if c.Budget.Limit > 0 {
			m.Budget(c.Installation, c.Budget.Resource, c.Budget.Remaining, c.Budget.Reset)
		}
	}
}

// measure has the work that waits measured at every scrape.
func measure(m *telemetry.Metrics, kept *store.Store) {
	m.Queue(func(ctx context.Context) ([]telemetry.Depth, error) {
		depths, err := kept.Depths(ctx)
		var out []telemetry.Depth
		for _, d := range depths {
			out = append(out, telemetry.Depth{State: d.State, Jobs: d.Keys, Oldest: d.Oldest})
		}
		return out, err
	}, time.Now)
}

// serveMetrics answers /metrics on an address of its own until stop is called.
func serveMetrics(address string, m *telemetry.Metrics, log *slog.Logger) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, usagef("BYLAW_METRICS_LISTEN: cannot listen on %s", address)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	web := &http.Server{Handler: mux, ReadHeaderTimeout: verifyTime, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	go func() {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are not served any more", "err", err)
		}
	}()
	log.Info("metrics", "listen", listener.Addr().String())
	return func() { _ = web.Close() }, nil
}

// verifyTime is how long the start waits for GitHub.
const verifyTime = 5 * time.Second

// verify refuses to start with credentials that GitHub does not accept. If GitHub cannot be asked, the
// service starts all the same: webhooks are kept until it can be.
func verify(ctx context.Context, app *github.App, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	err := app.Verify(ctx)
	if refused := new(github.Error); errors.As(err, &refused) && (refused.Kind == github.Unauthorized || refused.Kind == github.NotFound) {
		return usagef("GitHub does not accept BYLAW_PRIVATE_KEY as a key of the App BYLAW_APP_ID=%d", app.ID)
	}
	if err != nil {
		log.Warn("credentials not verified: GitHub cannot be asked", "err", err)
	}
	return nil
}
