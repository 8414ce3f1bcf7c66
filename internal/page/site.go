package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

// Site is the pages of one service. Its fields must not change after Handler was called.
type Site struct {
	Store   *store.Store
	App     *github.App
	BuiltIn []policy.Source
	Log     *slog.Logger
	Now     func() time.Time

	URL       *url.URL       // where people reach the pages; nil: nobody can sign in
	SignIn    *github.SignIn // nil: nobody can sign in
	Public    bool           // whether everybody may look at the decisions of public repositories
	Operators []string       // logins of those who may see the queue

	// Outstanding returns how a pull request stands that is about to be judged, and false when none is.
	Outstanding func(ctx context.Context, repository string, number int) (store.QueueRow, bool, error)

	look   map[string]*template.Template // by file name
	style  string                        // address of the style sheet, with the digest of its content
	access access
	limits limits
	making chan struct{} // has room for one report: each reads a whole log
}

//go:embed templates style.css
var files embed.FS

// stylesheet is read once; it is part of the program.
func stylesheet() []byte {
	data, err := files.ReadFile("style.css")
	if err != nil {
		panic(err) // it is embedded
	}
	return data
}

// Handler serves the pages, at the root of the service.
func (s *Site) Handler() http.Handler {
	css := stylesheet()
	sum := sha256.Sum256(css)
	s.style = "/-/style." + hex.EncodeToString(sum[:8]) + ".css" // no account on GitHub is called "-"
	s.look = templates()
	s.access.start(s)
	s.limits.start(s.Now)
	s.making = make(chan struct{}, 1)

	mux := http.NewServeMux()
	mux.HandleFunc("GET "+s.style, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(css) // the reader may be gone
	})
	mux.Handle("GET /{$}", s.page(s.front))
	mux.Handle("GET /queue", s.page(s.queue))
	mux.Handle("GET /sign-in", s.page(s.signIn))
	mux.Handle("GET /sign-in/start", s.signing(s.startSignIn))
	mux.Handle("GET /sign-in/callback", s.signing(s.finishSignIn))
	mux.Handle("POST /sign-out", s.page(s.signOut))
	// Whatever is added about one repository goes through s.about, which answers those who may not look.
	for path, show := range map[string]func(visit) error{
		"":                 s.repository,
		"/decisions":       s.decisions,
		"/decision/{run}":  s.decision,
		"/pull/{number}":   s.pull,
		"/policy/{policy}": s.policy,
		"/audit":           s.audit,
		"/report":          s.report,
	} {
		mux.Handle("GET /{owner}/{repo}"+path, s.page(s.about(show)))
	}
	mux.Handle("/", s.page(func(v visit) error { return errNotFound }))
	return s.guarded(mux)
}

// visit is one request for a page, and who makes it.
type visit struct {
	w      http.ResponseWriter
	r      *http.Request
	viewer viewer

	repository store.Repository // of pages about one
	since      time.Time        // only what is not older may be shown; zero for all
}

// errNotFound is answered with the one page for everything that does not exist or may not be seen.
var errNotFound = errors.New("there is no such page")

// guarded sets what every answer has, and lets nobody ask too much.
func (s *Site) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex, nofollow") // they name people and whom they work for
		h.Set("Cache-Control", "no-store")
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		bucket := &s.limits.pages
		switch {
		case strings.HasPrefix(r.URL.Path, "/sign-"):
			bucket = &s.limits.signIns
		case strings.HasSuffix(r.URL.Path, "/report"):
			bucket = &s.limits.reports
		}
		if !bucket.take(remote(r)) {
			h.Set("Retry-After", "60")
			s.fault(w, r, viewer{}, http.StatusTooManyRequests, "Too many requests", "More was asked from your address than a person can read. Wait a minute and try again.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page finds out who looks, and answers errors.
func (s *Site) page(show func(visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.viewer(r)
		v := visit{w: w, r: r, viewer: who}
		if err == nil {
			err = show(v)
		}
		s.answer(w, r, who, err)
	})
}

func (s *Site) answer(w http.ResponseWriter, r *http.Request, who viewer, err error) {
	refused := new(github.Error)
	switch {
	case err == nil:
	case errors.Is(err, errNotFound):
		s.fault(w, r, who, http.StatusNotFound, "Nothing here", "There is no such page, or you may not see it.")
	case errors.Is(err, context.Canceled): // nobody reads the answer
	case errors.As(err, &refused):
		s.Log.Warn("page not shown", "path", r.URL.Path, "err", err)
		s.fault(w, r, who, http.StatusServiceUnavailable, "GitHub cannot be asked", "Bylaw could not ask GitHub whether you may see this. "+refused.Sentence()+" Try again in a minute.")
	default:
		s.Log.Error("page not shown", "path", r.URL.Path, "err", err)
		s.fault(w, r, who, http.StatusServiceUnavailable, "Not to be had right now", "Bylaw cannot read its records at the moment. Try again in a minute; whoever runs this service finds the reason in its log.")
	}
}

// frame is what every page has around its content.
type frame struct {
	Title  string
	Style  string
	Viewer viewer
	CanUse bool   // whether one can sign in
	Here   string // local address of this page, for coming back after signing in
	Trail  []crumb
	Body   any
}

// crumb is a step of the way from the front page to this one.
type crumb struct {
	Name, Link string
}

// show renders one page into memory first, so that a fault never leaves half of one.
func (s *Site) show(v visit, status int, file, title string, trail []crumb, body any) error {
	f := frame{Title: title, Style: s.style, Viewer: v.viewer, CanUse: s.canSignIn(), Here: local(v.r.URL.RequestURI()), Trail: trail, Body: body}
	var out bytes.Buffer
	if err := s.look[file].ExecuteTemplate(&out, "frame", f); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(out.Bytes()) // the reader may be gone
	return nil
}

// fault shows that a page cannot be shown. It says the same to everybody about everything of a kind.
func (s *Site) fault(w http.ResponseWriter, r *http.Request, who viewer, status int, title, text string) {
	v := visit{w: w, r: r, viewer: who}
	err := s.show(v, status, "fault.html", title, nil, struct {
		Text     string
		NotFound bool
	}{text, status == http.StatusNotFound})
	if err != nil {
		s.Log.Error("page of a fault not shown", "err", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// secure reports whether people reach the pages over TLS.
func (s *Site) secure() bool { return s.URL != nil && s.URL.Scheme == "https" }

func (s *Site) canSignIn() bool { return s.SignIn != nil && s.URL != nil }
