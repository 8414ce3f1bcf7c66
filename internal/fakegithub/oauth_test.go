package fakegithub

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestWebFlow goes through the sign-in of a person, and through what makes GitHub refuse one.
func TestWebFlow(t *testing.T) {
	t.Parallel()
	s := open(t)
	const callback = "http://127.0.0.1:1/back"
	sum := sha256.Sum256([]byte("verifier"))
	code := func() string {
		t.Helper()
		r := s.do("GET", "/login/oauth/authorize?"+url.Values{
			"client_id": {s.ClientID()}, "redirect_uri": {callback}, "state": {"st"},
			"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		}.Encode(), "", nil)
		back, err := url.Parse(r.header.Get("Location"))
		if err != nil || r.status != 302 || back.Query().Get("state") != "st" {
			t.Fatalf("authorize: %d %q %v", r.status, r.header.Get("Location"), err)
		}
		return back.Query().Get("code")
	}
	exchange := func(change func(url.Values)) reply {
		form := url.Values{"client_id": {s.ClientID()}, "client_secret": {s.ClientSecret()}, "code": {code()}, "redirect_uri": {callback}, "code_verifier": {"verifier"}}
		change(form)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/login/oauth/access_token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return reply{response.StatusCode, response.Header, string(must(io.ReadAll(response.Body)))}
	}
	if err := s.Browse("carol"); err != nil {
		t.Fatal(err)
	}
	granted := exchange(func(url.Values) {})
	token, _ := granted.at("access_token").(string)
	equal(t, "who", s.do("GET", "/user", token, nil).at("login"), "carol")
	equal(t, "installations", s.do("GET", "/user/installations", token, nil).at("total_count"), 1)
	for what, change := range map[string]func(url.Values){
		"another verifier": func(f url.Values) { f.Set("code_verifier", "guessed") },
		"another secret":   func(f url.Values) { f.Set("client_secret", "guessed") },
		"another code":     func(f url.Values) { f.Set("code", "guessed") },
		"another callback": func(f url.Values) { f.Set("redirect_uri", "https://evil.example/") },
	} {
		if r := exchange(change); r.status != 200 || r.at("error") == nil {
			t.Errorf("%s: answered %d %s", what, r.status, r.text)
		}
	}
	used := code()
	once := func(f url.Values) { f.Set("code", used) }
	equal(t, "first time", exchange(once).at("token_type"), "bearer")
	equal(t, "second time", exchange(once).at("error"), "bad_verification_code")
}
