package setup

import (
	"context"
	"crypto/rand"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

var service = &url.URL{Scheme: "https", Host: "rules.example"}

// rig is a page at work, and the GitHub that it leads to, which has another host so that cookies tell them apart.
type rig struct {
	gh      *fakegithub.GitHub
	hub     string // address of GitHub
	address string // that opens the page
	kept    chan github.Credentials
	ended   chan error
	stop    context.CancelFunc // as Ctrl-C does
}

func newRig(t *testing.T, change func(*Page)) *rig {
	t.Helper()
	fake, err := fakegithub.New(fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme"}},
		Repositories:  []fakegithub.Repository{{Owner: "acme", Name: "widgets", Files: map[string]string{"README.md": "widgets\n"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	r := &rig{gh: fake, hub: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), kept: make(chan github.Credentials, 1), ended: make(chan error, 1)}
	fake.WebURL = r.hub
	app, err := ReadApp()
	if err != nil {
		t.Fatal(err)
	}
	page := &Page{
		App: app, APIURL: r.hub, Organization: "acme", Service: service,
		Destination: "the files bylaw.pem and bylaw.env in /srv/bylaw", Kept: "in bylaw.pem and bylaw.env in /srv/bylaw",
		Start: "set -a; . /srv/bylaw/bylaw.env; set +a\nbylaw serve", Doctor: "bylaw doctor", Secret: rand.Text,
		Keep: func(c github.Credentials) error { r.kept <- c; return nil },
	}
	if change != nil {
		change(page)
	}
	listener, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r.stop = stop
	opened := make(chan string, 1)
	go func() {
		_, err := page.Serve(ctx, listener, func(address string) { opened <- address })
		r.ended <- err
	}()
	r.address = <-opened
	return r
}

// visitor is a client without scripts that keeps cookies and follows redirects.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

func read(t *testing.T, resp *http.Response, err error) (int, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func field(t *testing.T, page, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no %s in: %s", pattern, page)
	}
	return html.UnescapeString(m[1])
}

// atGitHub presses the button of the page and then GitHub's, and returns where GitHub sends the browser to.
func (r *rig) atGitHub(t *testing.T, c *http.Client, page string) *url.URL {
	t.Helper()
	resp, err := c.PostForm(field(t, page, `<form method="post" action="([^"]+)"`), url.Values{"manifest": {field(t, page, `name="manifest" value="([^"]*)"`)}})
	_, confirm := read(t, resp, err)
	if !strings.Contains(confirm, "Create GitHub App") {
		t.Fatalf("GitHub answered: %s", confirm)
	}
	still := *c
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := url.Values{}
	for _, name := range []string{"name", "manifest", "state", "org"} {
		form.Set(name, field(t, confirm, `name="`+name+`" value="([^"]*)"`))
	}
	resp, err = still.PostForm(r.hub+"/settings/apps/manifest", form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestAppIsCreatedOnThePage(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	c := visitor(t)
	resp, err := c.Get(r.address)
	status, page := read(t, resp, err)
	if status != 200 || strings.Contains(page, "<script") {
		t.Fatalf("the page: %d %s", status, page)
	}
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action "+r.hub+";") {
		t.Errorf("policy: %s", policy)
	}
	back := r.atGitHub(t, c, page)

	// What is not an answer of GitHub takes nothing away from the one that is.
	for _, wrong := range []func(url.Values){
		func(q url.Values) { q.Set("state", "guessed") }, func(q url.Values) { q.Del("state") }, func(q url.Values) { q.Del("code") },
	} {
		u, q := *back, back.Query()
		wrong(q)
		u.RawQuery = q.Encode()
		resp, err := c.Get(u.String())
		if status, page := read(t, resp, err); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", u.RawQuery, status, page)
		}
	}
	expired, q := *back, back.Query()
	q.Set("code", "used-before")
	expired.RawQuery = q.Encode()
	resp, err = c.Get(expired.String())
	if status, page := read(t, resp, err); status != http.StatusBadRequest || !strings.Contains(page, "good once") {
		t.Errorf("a code that GitHub does not know: %d %s", status, page)
	}

	resp, err = c.Get(back.String())
	status, page = read(t, resp, err)
	if status != 200 || !strings.Contains(page, "Bylaw for acme") || !strings.Contains(page, `href="`+r.hub+`/apps/bylaw-for-acme/installations/new"`) {
		t.Errorf("in the end: %d %s", status, page)
	}
	got := <-r.kept
	if err := <-r.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	for _, secret := range []string{got.PEM, got.WebhookSecret, got.ClientSecret} {
		if secret == "" || strings.Contains(page, secret) {
			t.Errorf("the page shows a secret, or there is none")
		}
	}
	if got.ID != r.gh.App.ID || got.WebhookSecret != r.gh.Hook.Secret || r.gh.Hook.URL != "https://rules.example/webhook" {
		t.Errorf("got %+v of %+v", got.ID, r.gh.App)
	}
	if _, err := net.DialTimeout("tcp", back.Host, time.Second); err == nil {
		t.Error("the page is served on")
	}
	key, err := github.ParsePrivateKey([]byte(got.PEM))
	if err != nil {
		t.Fatal(err)
	}
	about, _, err := (&github.App{ID: got.ID, Key: key, BaseURL: r.hub}).About(t.Context())
	if err != nil || about.Slug != "bylaw-for-acme" || !about.Organization || about.Permissions["checks"] != "write" {
		t.Errorf("GitHub knows it as %+v, %v", about, err)
	}
}

func TestPageIsForOneBrowserOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	at, err := url.Parse(r.address)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, want int, c *http.Client, address string, change func(*http.Request)) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(req)
		}
		resp, err := c.Do(req)
		status, page := read(t, resp, err)
		if status != want || strings.Contains(page, "manifest") {
			t.Errorf("%s: %d, want %d: %s", what, status, want, page)
		}
	}
	first, second := visitor(t), visitor(t)
	root := "http://" + at.Host + "/"
	refused("without a token", 403, first, root, nil)
	refused("with another one", 403, first, root+"open/"+strings.Repeat("A", 26), nil)
	refused("looking ahead", 405, first, r.address, func(q *http.Request) { q.Method = http.MethodHead })
	for _, name := range []string{"rebound.example:" + at.Port(), "localhost:" + at.Port(), "127.0.0.1"} {
		refused("at "+name, 421, first, r.address, func(q *http.Request) { q.Host = name })
	}
	resp, err := first.Get(r.address)
	if status, _ := read(t, resp, err); status != 200 {
		t.Fatalf("with the token: %d", status)
	}
	refused("the token again", 403, second, r.address, nil)
	refused("another browser", 403, second, root, nil)
	refused("another browser, back from GitHub", 403, second, root+"created?code=x&state=y", nil)
	resp, err = first.Get(root)
	if status, _ := read(t, resp, err); status != 200 {
		t.Errorf("the same browser again: %d", status)
	}
}

func TestCredentialsThatCannotBeStoredAreNotLost(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	r := newRig(t, func(p *Page) { p.Keep = func(github.Credentials) error { return full } })
	c := visitor(t)
	resp, err := c.Get(r.address)
	_, page := read(t, resp, err)
	resp, err = c.Get(r.atGitHub(t, c, page).String())
	if status, page := read(t, resp, err); status != 500 || !strings.Contains(page, "The terminal says") {
		t.Errorf("the page: %d %s", status, page)
	}
	if err := <-r.ended; !errors.Is(err, full) {
		t.Errorf("it ended with %v", err)
	}
}

func TestListensOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "bylaw.example:0", "127.0.0.1", "127.0.0.1.rebound.example:0"} {
		if l, err := Listen(t.Context(), address); err == nil {
			l.Close()
			t.Errorf("%s is listened on", address)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "127.0.0.2:0"} {
		l, err := Listen(t.Context(), address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		l.Close()
	}
}

// TestNothingIsLostWhileGitHubAnswers: GitHub hands the credentials out once, so neither a browser that gives up nor
// Ctrl-C comes between.
func TestNothingIsLostWhileGitHubAnswers(t *testing.T) {
	t.Parallel()
	for _, giveUp := range []string{"browser", "terminal"} {
		t.Run(giveUp, func(t *testing.T) {
			t.Parallel()
			asked, answer := make(chan struct{}), make(chan struct{})
			r := newRig(t, func(p *Page) {
				hub, err := url.Parse(p.APIURL)
				if err != nil {
					t.Fatal(err)
				}
				forward := httputil.NewSingleHostReverseProxy(hub)
				slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
					if strings.HasPrefix(q.URL.Path, "/app-manifests/") {
						close(asked)
						select {
						case <-answer:
						case <-q.Context().Done(): // we are gone
							return
						}
					}
					forward.ServeHTTP(w, q)
				}))
				t.Cleanup(slow.Close)
				p.APIURL = slow.URL
			})
			c := visitor(t)
			resp, err := c.Get(r.address)
			_, page := read(t, resp, err)
			back := r.atGitHub(t, c, page)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, back.String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				if resp, err := c.Do(q); err == nil {
					_ = resp.Body.Close()
				}
			}()
			<-asked
			if giveUp == "browser" {
				leave()
				<-gone
			} else {
				r.stop()
			}
			close(answer)
			select {
			case err := <-r.ended:
				if err != nil {
					t.Errorf("ended with %v", err)
				}
			case <-time.After(linger):
				t.Fatal("the credentials are lost, and it waits for them")
			}
			select {
			case got := <-r.kept:
				if got.PEM == "" {
					t.Error("the key is missing")
				}
			default:
				t.Error("the credentials are lost")
			}
		})
	}
}

func TestServiceURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://bylaw.example": "https://bylaw.example", "https://bylaw.example/": "https://bylaw.example", "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
		"http://localhost": "http://localhost", "http://bylaw.example": "", "https://bylaw.example//": "", "https://bylaw.example/bylaw": "",
		"https://bylaw.example?": "", "https://bylaw.example/#": "", "https://:443": "", "https://bylaw.example/a b": "", "https://bob@bylaw.example": "", "bylaw.example": "",
	} {
		got, err := ServiceURL(text)
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%s: want %q, got %q (%v)", text, want, got, err)
		}
	}
}
