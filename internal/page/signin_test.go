package page

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestLocalAddresses(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"/acme/widgets/pull/7": "/acme/widgets/pull/7", "/acme/widgets/audit?kind=decision&number=7": "/acme/widgets/audit?kind=decision&number=7",
		"": "/", "acme": "/", "//evil.example": "/", "/\\evil.example": "/", "\\/evil.example": "/", "https://evil.example/": "/", "javascript:alert(1)": "/",
		"///evil.example": "/", "/%2Fevil.example": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", "http:evil.example": "/", "/a\r\nSet-Cookie: x": "/",
		"/sign-out": "/", "/sign-in/start": "/", "/" + strings.Repeat("x", 2000): "/", "/.//evil.example": "/.//evil.example",
	} {
		if got := local(given); got != want {
			t.Errorf("local(%q) is %q, want %q", given, got, want)
		}
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b := w.browser(t)
	if page := b.get("/sign-in?to=//evil.example/"); strings.Contains(page.body, "evil.example") || !strings.Contains(page.body, "/sign-in/start?to=%2F") {
		t.Errorf("the page leads elsewhere:\n%s", page.body)
	}
	must(t, w.gh.Browse("bob"))
	away := b.get("/sign-in/start?to=/acme/secret")
	secret := cookieOf(t, away, "bylaw-sign-in")
	if !secret.HttpOnly || secret.SameSite != http.SameSiteLaxMode || secret.Path != "/" || secret.MaxAge > 600 {
		t.Errorf("the cookie of the way to GitHub is %+v", secret)
	}
	back := b.get(away.header.Get("Location")).header.Get("Location")
	code, err := url.Parse(back)
	must(t, err)

	// Whoever has the address alone, as from a log, or sends somebody else through it, gets nowhere.
	if got := w.browser(t).get(back); got.status != http.StatusBadRequest || got.header.Get("Set-Cookie") != "" {
		t.Errorf("in another browser: answered %d", got.status)
	}
	forged := *code
	forged.RawQuery = url.Values{"code": {code.Query().Get("code")}, "state": {strings.Repeat("0", 64)}}.Encode()
	thief := w.browser(t)
	thief.get("/sign-in/start")
	if got := thief.get(forged.String()); got.status != http.StatusBadRequest {
		t.Errorf("with another state: answered %d", got.status)
	}

	done := b.get(back)
	session := cookieOf(t, done, "bylaw-session")
	if done.status != http.StatusSeeOther || done.header.Get("Location") != "/acme/secret" {
		t.Errorf("led to %d %q", done.status, done.header.Get("Location"))
	}
	if !session.HttpOnly || session.SameSite != http.SameSiteLaxMode || session.MaxAge != 8*3600 || len(session.Value) < 43 {
		t.Errorf("the cookie of the session is %+v", session)
	}
	if got := b.get(back); got.status != http.StatusBadRequest {
		t.Errorf("the same way back a second time: answered %d", got.status)
	}

	for _, path := range []string{w.database, w.database + "-wal"} {
		data, err := os.ReadFile(path)
		must(t, err)
		for what, text := range map[string]string{"the secret of the session": session.Value, "GitHub's token": "ghu_", "the code": code.Query().Get("code")} {
			if strings.Contains(string(data), text) {
				t.Errorf("%s stands in the database", what)
			}
		}
	}
	for _, text := range []string{session.Value, "ghu_", code.Query().Get("code"), w.gh.ClientSecret()} {
		if strings.Contains(w.log.String(), text) {
			t.Errorf("%q stands in the log:\n%s", text, w.log)
		}
	}

	page := b.get("/")
	if !strings.Contains(page.body, "Signed in as <strong>bob</strong>") {
		t.Errorf("the page does not say who is signed in:\n%s", page.body)
	}
	if got := b.post("/sign-out", url.Values{"token": {"guessed"}}); got.status != http.StatusForbidden {
		t.Errorf("sign-out without the token of the form: answered %d", got.status)
	}
	if got := b.get("/sign-out"); got.status != http.StatusNotFound {
		t.Errorf("sign-out by a link: answered %d", got.status)
	}
	if got := b.get("/acme/secret"); got.status != 200 {
		t.Errorf("nobody has signed out, and %d is answered", got.status)
	}
	_, token, _ := strings.Cut(page.body, `name="token" value="`)
	token, _, _ = strings.Cut(token, `"`)
	if got := b.post("/sign-out", url.Values{"token": {token}}); got.status != http.StatusSeeOther {
		t.Errorf("sign-out: answered %d", got.status)
	}
	stolen := w.browser(t)
	stolen.client.Jar.SetCookies(w.URL, []*http.Cookie{session})
	if got := stolen.get("/acme/secret"); got.status != http.StatusNotFound {
		t.Errorf("after signing out, the session still shows: %d", got.status)
	}
}

func TestSignInIsRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.SignIn.ClientSecret = "wrong" })
	must(t, w.gh.Browse("bob"))
	b := w.browser(t)
	away := b.get("/sign-in/start?to=/")
	back := b.get(away.header.Get("Location")).header.Get("Location")
	if got := b.get(back); got.status != http.StatusServiceUnavailable || strings.Contains(got.header.Get("Set-Cookie"), "session") {
		t.Errorf("answered %d", got.status)
	}
	none := newTown(t, func(s *Site) { s.SignIn = nil })
	for _, path := range []string{"/sign-in", "/sign-in/start", "/sign-in/callback?code=x&state=y"} {
		if got := none.browser(t).get(path); got.status != http.StatusNotFound {
			t.Errorf("where nobody can sign in, %s is answered %d", path, got.status)
		}
	}
}

// Over TLS the cookies are bound to this host.
func TestCookiesOverTLS(t *testing.T) {
	t.Parallel()
	s := &Site{URL: &url.URL{Scheme: "https", Host: "bylaw.example"}}
	c := s.cookie("session", "x", sessionTime)
	if c.Name != "__Host-bylaw-session" || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
}

func cookieOf(t *testing.T, answer seen, name string) *http.Cookie {
	t.Helper()
	for _, c := range (&http.Response{Header: answer.header}).Cookies() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no cookie %s: %d %v", name, answer.status, answer.header)
	return nil
}
