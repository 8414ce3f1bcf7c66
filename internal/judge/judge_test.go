package judge

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// bench stands for the test that a judge reports to.
type bench struct {
	testing.TB
	heard []string
}

func (b *bench) Errorf(format string, a ...any) { b.heard = append(b.heard, fmt.Sprintf(format, a...)) }

type exchange struct {
	method, path, body string
	status             int
	answer             string
	etag               string
}

// verdict sends an exchange through the proxy and returns what the judge said of it.
func verdict(t *testing.T, e exchange) []string {
	t.Helper()
	bench := &bench{TB: t}
	judge := OpenAPI(t)
	judge.t = bench
	upstream := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if string(got) != e.body {
			t.Errorf("upstream got the body %q, want %q", got, e.body)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(e.status)
		io.WriteString(w, e.answer)
	})
	request := httptest.NewRequestWithContext(t.Context(), e.method, "http://127.0.0.1:1"+e.path, strings.NewReader(e.body))
	if e.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if e.etag != "" {
		request.Header.Set("If-None-Match", e.etag)
	}
	got := httptest.NewRecorder()
	judge.Proxy(upstream).ServeHTTP(got, request)
	if got.Code != e.status || got.Body.String() != e.answer {
		t.Errorf("the client got %d %s, want %d %s", got.Code, got.Body, e.status, e.answer)
	}
	return bench.heard
}

// TestProxyBreaksOffLikeUpstream: a client must see a cut answer as GitHub would cut it.
func TestProxyBreaksOffLikeUpstream(t *testing.T) {
	t.Parallel()
	bench := &bench{TB: t}
	judge := OpenAPI(t)
	judge.t = bench
	server := httptest.NewServer(judge.Proxy(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"resources":`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})))
	defer server.Close()
	answer, err := http.Get(server.URL + "/rate_limit")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if string(body) != `{"resources":` || err == nil || len(bench.heard) > 0 {
		t.Errorf("got %q, %v; the judge said %q", body, err, bench.heard)
	}
}

const (
	sha     = "5e3f1c0b9a7d8e6f4c2b1a0f9e8d7c6b5a4f3e2d"
	refused = `{"message":"Not Found","documentation_url":"https://docs.github.com/rest","status":"404"}`
)

func output(title, summary, more string) string {
	return fmt.Sprintf(`{"name":"bylaw","head_sha":"%s","status":"completed","conclusion":"success","output":{"title":"%s","summary":"%s"%s}}`,
		sha, title, summary, more)
}

func annotations(n int, one string) string {
	return `,"annotations":[` + strings.Join(slices.Repeat([]string{one}, n), ",") + `]`
}

func TestJudgeOfRequests(t *testing.T) {
	t.Parallel()
	const (
		runs = "/repos/acme/widgets/check-runs"
		line = `{"path":"a.go","start_line":1,"end_line":1,"annotation_level":"failure","message":"no"}`
	)
	for name, test := range map[string]struct {
		method, path, body string
		want               string // part of the one fault; "" for none
	}{
		"good check run":            {"POST", runs, output("Fine", "Two approved", annotations(50, line)), ""},
		"summary at the limit":      {"POST", runs, output("Fine", strings.Repeat("…", 65_535), ""), ""},
		"summary over the limit":    {"POST", runs, output("Fine", strings.Repeat("…", 65_536), ""), "/output/summary"},
		"51 annotations":            {"POST", runs, output("Fine", "x", annotations(51, line)), "/output/annotations"},
		"no head_sha":               {"POST", runs, `{"name":"bylaw"}`, "/head_sha"},
		"a conclusion of our own":   {"POST", runs, `{"name":"bylaw","head_sha":"` + sha + `","conclusion":"green"}`, "/conclusion"},
		"output without a title":    {"POST", runs, `{"name":"bylaw","head_sha":"` + sha + `","output":{"summary":"x"}}`, "/output/title"},
		"completed, not concluded":  {"POST", runs, `{"name":"bylaw","head_sha":"` + sha + `","status":"completed"}`, "/conclusion"},
		"label of 21 characters":    {"POST", runs, output("Fine", "x", `},"actions":[{"label":"123456789012345678901","description":"d","identifier":"i"}],"external_id":"1","x":{"y":1`), "/actions/0/label"},
		"annotation title too long": {"POST", runs, output("Fine", "x", annotations(1, strings.Replace(line, `"path"`, `"title":"`+strings.Repeat("t", 256)+`","path"`, 1))), "/output/annotations/0/title"},
		"message over 64 KB":        {"POST", runs, output("Fine", "x", annotations(1, strings.Replace(line, `"no"`, `"`+strings.Repeat("m", 65_537)+`"`, 1))), "/output/annotations/0/message"},
		"columns over two lines":    {"POST", runs, output("Fine", "x", annotations(1, strings.Replace(line, `"end_line":1`, `"end_line":2,"start_column":1`, 1))), "columns"},
		"annotation on line 0":      {"POST", runs, output("Fine", "x", annotations(1, strings.Replace(line, `"start_line":1`, `"start_line":0`, 1))), "lines start at 1"},
		"path that is not GitHub's": {"GET", "/repos/acme/widgets/verdicts", "", "no such path"},
		"method that is not":        {"DELETE", runs, "", "no such path"},
		"page size as a word":       {"GET", "/repos/acme/widgets/pulls/7/files?per_page=all", "", "per_page"},
		"parameter misspelt":        {"GET", "/repos/acme/widgets/pulls/7/files?perpage=100", "", "perpage"},
		"number as a word":          {"GET", "/repos/acme/widgets/pulls/seven/files", "", "pull_number"},
		"path with slashes":         {"GET", "/repos/acme/widgets/contents/.github/bylaw.yml?ref=refs/pull/7/head", "", ""},
		"ref with slashes":          {"GET", "/repos/acme/widgets/commits/feature/x/check-runs?check_name=bylaw", "", ""},
		"ref escaped":               {"GET", "/repos/acme/widgets/git/ref/heads%2Fmain", "", ""},
		"branch with slashes":       {"GET", "/repos/acme/widgets/branches/release/1.0/protection", "", ""},
		"token without options":     {"POST", "/app/installations/1/access_tokens", "null\n", ""},
		"membership, no options":    {"PUT", "/orgs/acme/teams/owners/memberships/alice", "null\n", ""},
		"labels as an array":        {"POST", "/repos/acme/widgets/issues/7/labels", `["breaking"]`, ""},
		"comment without a body":    {"POST", "/repos/acme/widgets/issues/7/comments", `{}`, "/body"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, verdict(t, exchange{method: test.method, path: test.path, body: test.body, status: 404, answer: refused}), "request", test.want)
		})
	}
}

func TestJudgeOfResponses(t *testing.T) {
	t.Parallel()
	const limit = `{"limit":5000,"remaining":4999,"reset":1790000000,"used":1}`
	for name, test := range map[string]struct {
		exchange
		want string
	}{
		"good":                 {exchange{path: "/rate_limit", status: 200, answer: `{"resources":{"core":` + limit + `,"search":` + limit + `},"rate":` + limit + `}`}, ""},
		"field missing":        {exchange{path: "/rate_limit", status: 200, answer: `{"resources":{"core":` + limit + `,"search":` + limit + `}}`}, "/rate"},
		"wrong type":           {exchange{path: "/repos/acme/widgets/collaborators/bob/permission", status: 200, answer: `{"permission":"read","role_name":3,"user":null}`}, "/role_name"},
		"not JSON":             {exchange{path: "/rate_limit", status: 200, answer: `sorry`}, "response"},
		"status of our own":    {exchange{path: "/rate_limit", status: 201, answer: `{}`}, "status is not supported"},
		"limited":              {exchange{path: "/rate_limit", status: 429, answer: `{"message":"API rate limit exceeded"}`}, ""},
		"gateway":              {exchange{path: "/rate_limit", status: 502, answer: ``}, ""},
		"unchanged, asked":     {exchange{path: "/repos/acme/widgets/teams", status: 304, etag: `"1"`}, ""},
		"unchanged, unasked":   {exchange{path: "/repos/acme/widgets/teams", status: 304}, "nobody asked"},
		"member, nothing more": {exchange{path: "/orgs/acme/members/alice", status: 204}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.method = "GET"
			expect(t, verdict(t, test.exchange), "response", test.want)
		})
	}
}

func expect(t *testing.T, heard []string, side, want string) {
	t.Helper()
	switch {
	case want == "" && len(heard) > 0:
		t.Errorf("got %q, want no fault", heard)
	case want != "" && (len(heard) != 1 || !strings.Contains(heard[0], side) || !strings.Contains(heard[0], want)):
		t.Errorf("got %q, want one fault of the %s with %q", heard, side, want)
	}
}

func TestWebhookExamples(t *testing.T) {
	t.Parallel()
	examples := WebhookExamples(t)
	if len(examples) != 329 {
		t.Errorf("got %d examples, want 329", len(examples))
	}
	for _, event := range []string{"pull_request", "pull_request_review", "issue_comment", "push", "merge_group", "check_run", "installation"} {
		if !slices.ContainsFunc(examples, func(e Example) bool { return e.Event == event && len(e.Body) > 0 }) {
			t.Errorf("no example of %s", event)
		}
	}
}
