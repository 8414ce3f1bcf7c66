package github

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func TestErrorsAreClassified(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	reset := time.Now().Add(time.Hour).Truncate(time.Second) // go-github looks at the real clock
	exhausted := map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": strconv.FormatInt(reset.Unix(), 10)}
	for _, test := range []struct {
		name    string
		status  int
		header  map[string]string
		body    string
		want    Kind
		retryAt time.Time
	}{
		{"primary limit", 403, exhausted, `{"message":"API rate limit exceeded"}`, RateLimited, reset},
		{"primary limit as 429", 429, exhausted, `{"message":"API rate limit exceeded"}`, RateLimited, reset},
		{"secondary limit", 403, map[string]string{"Retry-After": "30"}, `{"message":"You have exceeded a secondary rate limit"}`, RateLimited, now.Add(30 * time.Second)},
		{"secondary limit as 429", 429, map[string]string{"Retry-After": "30"}, `{"message":"wait"}`, RateLimited, now.Add(30 * time.Second)},
		{"secondary limit without time", 403, nil, `{"message":"You have exceeded a secondary rate limit"}`, RateLimited, now.Add(time.Minute)},
		{"429 without anything", 429, nil, ``, RateLimited, now.Add(time.Minute)},
		{"server error", 502, nil, `{"message":"Server Error"}`, Unavailable, time.Time{}},
		{"page of a proxy", 403, map[string]string{"Content-Type": "text/html"}, `<html>blocked</html>`, Unavailable, time.Time{}},
		{"page with status 200", 200, map[string]string{"Content-Type": "text/html"}, `<html>unicorn</html>`, Unavailable, time.Time{}},
		{"empty answer", 200, nil, ``, Unavailable, time.Time{}},
		{"cut answer", 200, map[string]string{"Content-Length": "100"}, `{"id":`, Unavailable, time.Time{}},
		{"not ready", 202, nil, `{}`, Unavailable, time.Time{}},
		{"bad token", 401, nil, `{"message":"Bad credentials"}`, Unauthorized, time.Time{}},
		{"missing permission", 403, nil, `{"message":"Resource not accessible by integration"}`, Forbidden, time.Time{}},
		{"not there", 404, nil, `{"message":"Not Found"}`, NotFound, time.Time{}},
		{"no such commit", 422, nil, `{"message":"No commit found for SHA: 1"}`, ShaUnknown, time.Time{}},
		{"refused", 422, nil, `{"message":"Validation Failed"}`, Invalid, time.Time{}},
	} {
		for _, protocol := range []string{"rest", "graphql"} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for k, v := range test.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			c := NewTokenClient(server.URL, "t")
			c.now = func() time.Time { return now }
			var err error
			if protocol == "rest" {
				_, err = c.rest(t.Context(), "try", http.MethodGet, "x", nil, &struct{}{})
			} else {
				_, err = ask[struct{}](t.Context(), c, "try", "query", nil)
			}
			server.Close()
			checkError(t, protocol+": "+test.name, err, test.want, test.retryAt)
		}
	}
}

func TestGraphQLErrorsAreClassified(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	type dated struct {
		Repository *struct {
			CreatedAt bylaw.Time `json:"createdAt"`
		} `json:"repository"`
	}
	for _, test := range []struct {
		name, body string
		want       Kind
		retryAt    time.Time
	}{
		{"limit", `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, RateLimited, now.Add(time.Minute)},
		{"secondary limit", `{"errors":[{"message":"You have exceeded a secondary rate limit"}]}`, RateLimited, now.Add(time.Minute)},
		{"time-out", `{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}`, Unavailable, time.Time{}},
		{"null", `{"data":null}`, Unavailable, time.Time{}},
		{"no data", `{}`, Unavailable, time.Time{}},
		{"no data beside what may be hidden", `{"errors":[{"type":"NOT_FOUND","path":["organization"],"message":"-"}]}`, Unavailable, time.Time{}},
		{"first data and then null", `{"data":{},"data":null}`, Unavailable, time.Time{}},
		{"data of another form", `{"data":[]}`, Unavailable, time.Time{}},
		{"a part of another form", `{"data":{"repository":{"createdAt":7}}}`, Unavailable, time.Time{}},
		{"another form and why", `{"data":[],"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, RateLimited, now.Add(time.Minute)},
		{"two answers", `{"data":{}}{"data":{}}`, Unavailable, time.Time{}},
		{"not found", `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"],"message":"-"}]}`, NotFound, time.Time{}},
		{"forbidden", `{"data":{"repository":{}},"errors":[{"type":"FORBIDDEN","path":["repository","x"],"message":"-"}]}`, Forbidden, time.Time{}},
		{"forbidden inside what may be hidden", `{"data":{"organization":{}},"errors":[{"type":"FORBIDDEN","path":["organization","config"],"message":"-"}]}`, Forbidden, time.Time{}},
		{"forbidden to see what may be hidden", `{"data":{"organization":null},"errors":[{"type":"FORBIDDEN","path":["organization"],"message":"-"}]}`, Forbidden, time.Time{}},
		{"hidden", `{"data":{"organization":null},"errors":[{"type":"NOT_FOUND","path":["organization"],"message":"-"}]}`, "", time.Time{}},
		{"mistake of ours", `{"errors":[{"message":"Field 'x' doesn't exist","extensions":{"code":"undefinedField"}}]}`, Invalid, time.Time{}},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(test.body)) }))
		c := NewTokenClient(server.URL, "t")
		c.now = func() time.Time { return now }
		answer, err := ask[dated](t.Context(), c, "try", "query", nil, "organization")
		server.Close()
		if test.want == "" {
			if err != nil || answer == nil {
				t.Errorf("%s: got %v, %v", test.name, answer, err)
			}
			continue
		}
		checkError(t, test.name, err, test.want, test.retryAt)
	}
}

func TestNoConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	_, err := NewTokenClient(server.URL, "t").OpenPulls(t.Context(), "acme", "widgets")
	checkError(t, "closed", err, Unavailable, time.Time{})
}

func TestCancellationShowsThrough(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := NewTokenClient("http://127.0.0.1:1", "t").CanPush(ctx, "acme", "widgets", "alice")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTokensDoNotFollowRedirectsToOtherHosts(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host was asked, with %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	if _, err := NewTokenClient(server.URL, "t").CanPush(t.Context(), "acme", "widgets", "alice"); err == nil {
		t.Error("no error")
	}
}

func checkError(t *testing.T, name string, err error, kind Kind, retryAt time.Time) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Errorf("%s: got %v, want an *Error", name, err)
		return
	}
	if e.Sentence() == "" {
		t.Errorf("%s: kind %q has no sentence", name, e.Kind)
	}
	if diff := cmp.Diff([]any{kind, retryAt.UTC()}, []any{e.Kind, e.RetryAt.UTC()}); diff != "" {
		t.Errorf("%s: %v (-want +got):\n%s", name, e, diff)
	}
}

func TestRoutesAreFew(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/graphql":     "graphql",
		"/api/graphql": "api/graphql",
		"/api/v3/repos/acme/widgets/pulls/7/files": "repos/*/*/pulls/*/files",
		"/repos/repos/files/git/blobs/0a":          "repos/*/*/git/blobs/*",
		"/app/installations/9/access_tokens":       "app/installations/*/access_tokens",
	} {
		if got := route(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
