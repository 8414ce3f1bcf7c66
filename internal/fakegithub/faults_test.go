package fakegithub

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	const pulls = "/repos/{owner}/{repo}/pulls"
	get := func() reply { return s.do("GET", "/repos/acme/widgets/pulls/7", token, nil) }

	remove := s.AddFault(Fault{Route: pulls, Nth: 2, Times: 1, Status: 502, HTML: true})
	equal(t, "the second of three", []any{get().status, get().status, get().status}, "[200 502 200]")
	remove()

	limit := SecondaryLimit(http.StatusTooManyRequests, time.Minute)
	limit.Times = 1
	s.AddFault(limit)
	r := get()
	equal(t, "secondary limit", []any{r.status, r.header.Get("Retry-After")}, "[429 60]")

	s.AddFault(Fault{Method: "POST", Route: "/repos/{owner}/{repo}/check-runs", Times: 1, Status: 502, After: true})
	head := s.Head("acme", "widgets", 7)
	r = s.do("POST", "/repos/acme/widgets/check-runs", token, obj{"name": "n", "head_sha": head})
	equal(t, "failed but took effect", []any{r.status, len(s.CheckRuns("acme", "widgets", head))}, "[502 1]")
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	call := func(ctx context.Context) error {
		request, _ := http.NewRequestWithContext(ctx, "GET", s.url+"/repos/acme/widgets", nil)
		request.Header.Set("Authorization", "token "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.ReadAll(response.Body)
		return err
	}
	remove := s.AddFault(Fault{CutBody: 10})
	if err := call(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut body: %v", err)
	}
	remove()
	s.AddFault(Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
}

func TestPrimaryRateLimit(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	reset := testTime.Add(10 * time.Minute)
	s.SetRateLimit(70, 5000, 1, reset)
	get := func() reply { return s.do("GET", "/repos/acme/widgets", token, nil) }
	equal(t, "the last one", get().status, 200)
	r := get()
	equal(t, "exceeded", []any{r.status, r.header.Get("X-RateLimit-Remaining"), r.header.Get("X-RateLimit-Reset"), r.at("message")},
		[]any{403, "0", reset.Unix(), "API rate limit exceeded for installation ID 70."})
	equal(t, "free", s.do("GET", "/rate_limit", token, nil).at("resources", "core", "remaining"), 0)
	s.SetRateLimit(70, 5000, 0, reset)
	g := s.do("POST", "/graphql", token, obj{"query": "{viewer{login}}"})
	equal(t, "GraphQL", []any{g.status, g.at("errors", 0, "type")}, "[200 RATE_LIMITED]")
	s.Now = func() time.Time { return reset }
	s.AuthNow = func() time.Time { return testTime }
	equal(t, "after the reset", get().status, 200)
}

func TestCallsAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	s.ResetCalls()
	r := s.do("GET", "/repos/acme/widgets/commits/main/check-runs?filter=all", token, nil)
	s.do("GET", "/nowhere", token, nil)
	calls := s.Calls()
	equal(t, "calls", len(calls), 2)
	c := calls[0]
	equal(t, "call", []any{c.Method, c.Route, c.Query, c.Installation, c.Status, c.Bytes},
		[]any{"GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", "filter=all", 70, 200, len(r.text)})
	equal(t, "count", s.Count(func(c Call) bool { return strings.HasPrefix(c.Route, "/repos") }), 1)
}
