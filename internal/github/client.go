package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v60/github"
	"golang.org/x/sync/errgroup"
)

const (
	requestTimeout = 10 * time.Second
	maxAnswer      = 64 << 20 // bytes of one answer
	maxReused      = 1 << 20  // bytes of a buffer that is kept for another answer
	maxAtOnce      = 8        // requests of one operation in flight; GitHub allows 100 in all
)

// Client speaks to GitHub for one installation of an App, or with a personal token. Make it with
// [App.Client] or [NewTokenClient]. It is safe for concurrent use. Every error is an [*Error], or a
// [*bylaw.Problem] where a file of the repository is at fault.
type Client struct {
	app          int64 // 0 with a personal token
	installation int64
	graphqlURL   string
	http         *http.Client
	github       *github.Client
	caches       *caches
	budgets      *budgets // nil with a personal token
	now          func() time.Time
	buffers      sync.Pool // *bytes.Buffer, for answers that are read one after the other
}

// NewTokenClient returns a client that uses a personal token, for reading. base is as App.BaseURL.
func NewTokenClient(baseURL, token string) *Client {
	c := newClient(base(baseURL), &tokenTransport{token: token, next: &observed{}}, "")
	c.caches = newCaches(0)
	return c
}

func newClient(base string, rt http.RoundTripper, userAgent string) *Client {
	httpClient := &http.Client{Transport: rt, Timeout: requestTimeout, CheckRedirect: sameHost}
	c := &Client{graphqlURL: graphqlURL(base), http: httpClient, github: github.NewClient(httpClient), now: time.Now}
	// A base that is no URL fails in each request, with its text.
	if u, err := url.Parse(base + "/"); err == nil {
		c.github.BaseURL = u
	}
	c.github.UserAgent = "bylaw"
	if userAgent != "" {
		c.github.UserAgent = userAgent
	}
	return c
}

func base(s string) string {
	if s == "" {
		return APIURL
	}
	return strings.TrimRight(s, "/")
}

// graphqlURL follows https://docs.github.com/graphql/guides/forming-calls-with-graphql: on GitHub
// Enterprise Server the REST base ends in /api/v3 and GraphQL stands at /api/graphql.
func graphqlURL(base string) string {
	return strings.TrimSuffix(base, "/v3") + "/graphql"
}

// sameHost keeps the token where it belongs: GitHub redirects renamed repositories on the same host,
// and the transport would send the token along to any other.
func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

type tokenTransport struct {
	token string
	next  http.RoundTripper
}

func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+t.token)
	return t.next.RoundTrip(req)
}

// restPath joins the segments of a REST path, each escaped. Dots are escaped as well where they would
// lead to another path: a segment may be what somebody wrote in a comment or a configuration.
func restPath(segments ...string) string {
	escaped := make([]string, len(segments))
	for i, s := range segments {
		escaped[i] = url.PathEscape(s)
		if s == "." || s == ".." {
			escaped[i] = strings.ReplaceAll(s, ".", "%2E")
		}
	}
	return strings.Join(escaped, "/")
}

// rest makes one REST request and reads its JSON answer into out, if out is not nil. An answer that
// is empty or cut is an error, which go-github's own decoding lets pass. It returns the number of the
// last page, 0 if this is the last.
func (c *Client) rest(ctx context.Context, op, method, path string, in, out any) (lastPage int, err error) {
	req, err := c.github.NewRequest(method, path, in)
	if err != nil {
		return 0, &Error{Op: op, Kind: Invalid, Err: err}
	}
	resp, err := c.github.BareDo(ctx, req)
	if err != nil {
		return 0, c.failure(op, err)
	}
	defer resp.Body.Close()
	if out == nil {
		return resp.LastPage, nil
	}
	if err := c.decode(resp.Body, out); err != nil {
		return 0, &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: err}
	}
	return resp.LastPage, nil
}

// decode reads an answer whole before it decodes it, for GitHub seldom says how long one is. Nothing in out refers to
// the bytes that were read.
func (c *Client) decode(r io.Reader, out any) error {
	answer, ok := c.buffers.Get().(*bytes.Buffer)
	if !ok {
		answer = new(bytes.Buffer)
	}
	defer func() {
		if answer.Cap() <= maxReused {
			answer.Reset()
			c.buffers.Put(answer)
		}
	}()
	if _, err := answer.ReadFrom(io.LimitReader(r, maxAnswer+1)); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if answer.Len() > maxAnswer {
		return fmt.Errorf("answer is longer than %d bytes", maxAnswer)
	}
	if err := json.Unmarshal(answer.Bytes(), out); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	return nil
}

// pages reads all pages of a REST list, 100 items each, the second and following ones at the same time.
func pages[T any](ctx context.Context, c *Client, op, path string, query url.Values) ([]T, error) {
	page := func(ctx context.Context, n int) (T, int, error) {
		var out T
		q := url.Values{"per_page": {"100"}, "page": {strconv.Itoa(n)}}
		maps.Copy(q, query)
		last, err := c.rest(ctx, op, http.MethodGet, path+"?"+q.Encode(), nil, &out)
		return out, last, err
	}
	first, last, err := page(ctx, 1)
	if err != nil {
		return nil, err
	}
	all := make([]T, max(1, last))
	all[0] = first
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxAtOnce)
	for i := 1; i < last; i++ {
		g.Go(func() (err error) {
			all[i], _, err = page(ctx, i+1)
			return err
		})
	}
	return all, g.Wait()
}

// ask asks one query, and returns its data, which is never nil without an error. Fields of data that GitHub answered
// with NOT_FOUND are null and no error, if their path is one of optional; everything else that is not given is an error.
func ask[T any](ctx context.Context, c *Client, op, query string, variables map[string]any, optional ...string) (*T, error) {
	body, err := json.Marshal(struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}{query, variables})
	if err != nil {
		return nil, &Error{Op: op, Kind: Invalid, Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.graphqlURL, bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Op: op, Kind: Invalid, Err: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.github.UserAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failure(op, err)
	}
	defer resp.Body.Close()
	if err := github.CheckResponse(resp); err != nil {
		return nil, c.failure(op, err)
	}
	var answer struct {
		Data   *T             `json:"data"` // nil when it is null, and when there is none
		Errors []graphqlError `json:"errors"`
	}
	err = c.decode(resp.Body, &answer)
	for _, e := range answer.Errors { // they say why data is not what it should be
		if !e.tolerated(optional) {
			return nil, e.failure(op, resp, c.now())
		}
	}
	if err == nil && answer.Data == nil {
		err = errors.New("answer without data")
	}
	if err != nil {
		return nil, &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: err}
	}
	return answer.Data, nil
}
