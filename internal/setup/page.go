package setup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bylaw-app/bylaw/internal/github"
)

//go:embed style.css
var style string

//go:embed pages.html
var pagesText string

func pageTemplates() *template.Template {
	return template.Must(template.New("pages").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
	}).Parse(pagesText))
}

// Page is the one page that registers the App, for one person, once. All fields are required but those that say
// otherwise, and must not change once Serve was called.
type Page struct {
	App          Registration
	APIURL       string   // of GitHub; "" is github.com
	Organization string   // login of the organization that shall own the App; "" for whoever is signed in
	Service      *url.URL // public address of the service, see [ServiceURL]
	Destination  string   // where the credentials will go, in words
	Kept         string   // where they are then, in words that follow "its credentials are"
	Start        string   // command lines that start the service
	Doctor       string   // command lines that examine it
	// Keep stores the credentials. When it fails, they are lost but for what it has done about that itself.
	Keep   func(github.Credentials) error
	Secret func() string // a new text that nobody can guess

	address  string // host:port of the page
	pages    *template.Template
	finished chan struct{}

	mu      sync.Mutex
	token   string // opens the page; "" after it was used
	session string // cookie of the browser that has opened it
	state   string // that GitHub must bring back; "" once it has
	got     github.Credentials
	keepErr error
}

// Listen listens on an address of this machine alone. Any other is refused: who reaches the page could claim the App.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("must be an address such as 127.0.0.1:0, not %q", address)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("must be an address of this machine alone, such as 127.0.0.1:0, not %q: whoever reaches the page could claim the App; from another machine, use `ssh -L`", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s", address)
	}
	return listener, nil
}

// ErrStopped says that the page was stopped before the App was registered.
var ErrStopped = errors.New("stopped before the App was created")

// How long GitHub may take to hand out the credentials, and how long the page waits for that, and for its last answer
// to be read.
const (
	handOut = 15 * time.Second
	linger  = handOut + 5*time.Second
)

// Serve shows the page on a listener of [Listen], at an address that it tells to open, until the App is registered
// or the context ends, which is [ErrStopped]. The error of Keep comes back with the credentials.
func (p *Page) Serve(ctx context.Context, listener net.Listener, open func(address string)) (github.Credentials, error) {
	p.address, p.finished, p.pages = listener.Addr().String(), make(chan struct{}), pageTemplates()
	p.token, p.session, p.state = p.Secret(), p.Secret(), p.Secret()
	web := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	open("http://" + p.address + "/open/" + p.token)
	var err error
	select {
	case <-p.finished:
	case <-ctx.Done():
		err = ErrStopped
	case err = <-failed:
		err = fmt.Errorf("serve the page: %w", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	if shut := web.Shutdown(last); shut != nil {
		_ = web.Close() // a browser holds on to a connection; it has its answer
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil || p.got.ID != 0 { // it was stopped while GitHub answered
		err = p.keepErr
	}
	return p.got, err
}

const cookieName = "bylaw-setup"

func (p *Page) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /open/{token}", p.open)
	mux.HandleFunc("GET /{$}", p.own(p.begin))
	mux.HandleFunc("GET /created", p.own(p.created))
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action " + origin(github.WebURL(p.APIURL)) + "; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if r.Host != p.address { // another name that was made to point here: DNS rebinding
			http.Error(w, "This page answers only at "+p.address+".", http.StatusMisdirectedRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// origin is the scheme and host of an address, as a Content-Security-Policy names it.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "'none'"
	}
	return u.Scheme + "://" + u.Host
}

func same(a, b string) bool {
	return a != "" && b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// open takes the token of the address, once, and gives the browser a session for it. A reload of the page that
// follows needs no token, and the token in the browser's history opens nothing any more.
func (p *Page) open(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet { // HEAD: somebody looks ahead
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	p.mu.Lock()
	good := same(r.PathValue("token"), p.token)
	if good {
		p.token = ""
	}
	p.mu.Unlock()
	if !good {
		p.refuse(w)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: p.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// own lets only the browser through that has opened the page with the token.
func (p *Page) own(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie(cookieName); err != nil || !same(c.Value, p.session) {
			p.refuse(w)
			return
		}
		next(w, r)
	}
}

func (p *Page) refuse(w http.ResponseWriter) {
	p.sorry(w, http.StatusForbidden, "This address opens nothing",
		"The address in the terminal opens the page once, in one browser, so that nobody else can claim the App.",
		"If it was not you who opened it, stop bylaw setup in the terminal with Ctrl-C. Then start it again and use the new address.")
}

func (p *Page) sorry(w http.ResponseWriter, status int, title, what, fix string) {
	p.show(w, status, "sorry", map[string]any{"Title": title, "What": what, "Fix": fix, "Bad": status >= http.StatusInternalServerError})
}

func (p *Page) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "The page cannot be shown. This is a mistake in Bylaw.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the browser may be gone
}

// begin shows what will happen, and the form that takes the manifest to GitHub.
func (p *Page) begin(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	state := p.state
	p.mu.Unlock()
	manifest, err := p.App.manifest(p.Organization, p.Service, "http://"+p.address+"/created")
	if err != nil {
		http.Error(w, "The page cannot be shown. This is a mistake in Bylaw.", http.StatusInternalServerError)
		return
	}
	web := github.WebURL(p.APIURL)
	action := web + "/settings/apps/new"
	if p.Organization != "" {
		action = web + "/organizations/" + url.PathEscape(p.Organization) + "/settings/apps/new"
	}
	p.show(w, http.StatusOK, "begin", map[string]any{
		"Web": strings.TrimPrefix(strings.TrimPrefix(web, "https://"), "http://"), "Action": action + "?state=" + url.QueryEscape(state),
		"Manifest": manifest, "Organization": p.Organization, "Destination": p.Destination, "Name": p.App.nameFor(p.Organization),
		"Webhook": WebhookURL(p.Service), "Public": p.App.Public, "Permissions": p.App.Permissions,
	})
}

// created is where GitHub comes back to. The state is good once; a failure that can pass gives it back.
func (p *Page) created(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	state := p.state
	good := same(r.FormValue("state"), state)
	if good {
		p.state = ""
	}
	p.mu.Unlock()
	code := r.FormValue("code")
	if !good || code == "" {
		p.restore(state, good)
		p.sorry(w, http.StatusBadRequest, "This is not an answer of GitHub",
			"The address lacks what GitHub brings back, or belongs to another attempt.", "Go back to http://"+p.address+"/ and begin again.")
		return
	}
	// GitHub hands them out once: a browser that gives up, or loads the page again, must not lose them.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), handOut)
	defer cancel()
	credentials, err := github.ConvertManifest(ctx, p.APIURL, code)
	if err != nil {
		p.restore(state, true)
		what, status := "GitHub did not hand out the credentials.", http.StatusBadGateway
		if refused := new(github.Error); errors.As(err, &refused) {
			what = "GitHub did not hand out the credentials. " + refused.Sentence()
			if refused.Kind == github.NotFound {
				what, status = "GitHub does not take this answer any more: it is good once, for one hour.", http.StatusBadRequest
			} else if refused.Temporary() {
				what += " Loading this page again may help."
			}
		}
		p.sorry(w, status, "The credentials are missing", what,
			"If the App is there without them, delete it in its settings on GitHub under Advanced. Then go back to http://"+p.address+"/ and begin again.")
		return
	}
	defer close(p.finished)
	kept := p.Keep(credentials)
	p.mu.Lock()
	p.got, p.keepErr = credentials, kept
	p.mu.Unlock()
	if kept != nil {
		p.sorry(w, http.StatusInternalServerError, "The App is there, but its credentials could not be stored",
			"GitHub has created "+credentials.Name+", and shows its credentials only once.", "The terminal says what became of them, and what to do.")
		return
	}
	install := credentials.WebURL
	if web := github.WebURL(p.APIURL); !strings.HasPrefix(install, web+"/") {
		install = web + "/apps/" + url.PathEscape(credentials.Slug)
	}
	p.show(w, http.StatusOK, "done", map[string]any{
		"Name": credentials.Name, "Kept": p.Kept, "Start": p.Start, "Doctor": p.Doctor, "Install": install + "/installations/new",
	})
}

func (p *Page) restore(state string, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if taken {
		p.state = state
	}
}
