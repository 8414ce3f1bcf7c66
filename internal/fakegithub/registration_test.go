package fakegithub

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestAppIsRegisteredFromAManifest(t *testing.T) {
	t.Parallel()
	s := open(t)
	post := func(path string, form url.Values) (*http.Response, string) {
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.PostForm(s.url+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	good := `{"name":"Rules","url":"https://bylaw.example","hook_attributes":{"url":"https://bylaw.example/webhook","active":true},` +
		`"redirect_url":"http://127.0.0.1:9/back","default_permissions":{"checks":"write","pull_requests":"read"},"default_events":["pull_request"]}`
	for _, bad := range []struct{ from, to, want string }{
		{`"pull_request"]`, `"pull_request","installation"]`, "unsupported: installation"},
		{`"pull_request"]`, `"merge_group"]`, "not supported by permissions: merge_group"},
		{`https://bylaw.example/webhook`, `http://127.0.0.1/webhook`, "reachable over the public Internet"},
		{`"Rules"`, `"` + strings.Repeat("x", 35) + `"`, "1 to 34"},
	} {
		_, page := post("/settings/apps/new?state=x", url.Values{"manifest": {strings.Replace(good, bad.from, bad.to, 1)}})
		if !strings.Contains(page, bad.want) {
			t.Errorf("%s: %s", bad.to, page)
		}
	}
	_, page := post("/organizations/acme/settings/apps/new?state=our-state", url.Values{"manifest": {good}})
	hidden := regexp.MustCompile(`name="manifest" value="([^"]*)"`).FindStringSubmatch(page)
	if hidden == nil || html.UnescapeString(hidden[1]) != good {
		t.Fatalf("page: %s", page)
	}
	resp, _ := post("/settings/apps/manifest", url.Values{"manifest": {good}, "name": {"Our rules"}, "state": {"our-state"}, "org": {"acme"}})
	back, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "back", []any{resp.StatusCode, back.Host + back.Path, back.Query().Get("state")}, "[302 127.0.0.1:9/back our-state]")
	r := s.do("POST", "/app-manifests/"+back.Query().Get("code")+"/conversions", "", nil)
	equal(t, "conversion", []any{r.status, r.at("slug"), r.at("owner", "login"), r.at("webhook_secret") == s.Hook.Secret}, "[201 our-rules acme true]")
	equal(t, "hook", s.Hook.URL, "https://bylaw.example/webhook")
	equal(t, "permissions", fmt.Sprint(s.App.Permissions), "map[checks:write pull_requests:read]")
}
