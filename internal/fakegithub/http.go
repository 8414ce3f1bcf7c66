package fakegithub

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const maxBody = 10 << 20

// request is one API call on its way through a handler.
type request struct {
	http   *http.Request
	route  *route
	params map[string]string
	query  url.Values
	body   []byte
	who    identity
	repo   *repository // set on routes below /repos/{owner}/{repo}
	header http.Header // of the answer
	call   *Call
}

// answer is what a handler returns; body is encoded as JSON, raw is sent as it is.
type answer struct {
	status int
	body   any
	raw    []byte
}

func ok(body any) answer      { return answer{status: http.StatusOK, body: body} }
func created(body any) answer { return answer{status: http.StatusCreated, body: body} }
func accepted() answer        { return answer{status: http.StatusAccepted, body: obj{}} }
func noContent() answer       { return answer{status: http.StatusNoContent} }
func notFound() answer        { return fail(http.StatusNotFound, "Not Found") }

func fail(status int, message string) answer {
	return answer{status: status, body: obj{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	}}
}

// invalid is a 422 that names a resource and field.
func invalid(resource, field, code, message string) answer {
	return answer{status: http.StatusUnprocessableEntity, body: obj{
		"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest", "status": "422",
		"errors": []obj{{"resource": resource, "field": field, "code": code, "message": message}},
	}}
}

// schemaError is how GitHub refuses a body that its schema does not allow.
func schemaError(format string, args ...any) answer {
	return fail(http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request.\n\n"+format, args...))
}

// decode reads the JSON body into v; an empty body and null leave it as it is.
func (q *request) decode(v any) *answer {
	if len(q.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(q.body, v); err != nil {
		a := fail(http.StatusBadRequest, "Problems parsing JSON")
		return &a
	}
	return nil
}

func (q *request) number(name string) int64 {
	n, err := strconv.ParseInt(q.params[name], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// page cuts the page that the query asks for and sets the Link header.
func page[T any](q *request, items []T, render func(T) any) []any {
	per := positive(q.query.Get("per_page"), 30)
	per = min(per, 100)
	at := positive(q.query.Get("page"), 1)
	last := max(1, (len(items)+per-1)/per)
	var links []string
	link := func(rel string, n int) {
		query := maps.Clone(q.query)
		query.Set("page", strconv.Itoa(n))
		scheme := "http"
		if q.http.TLS != nil {
			scheme = "https"
		}
		links = append(links, fmt.Sprintf(`<%s://%s%s?%s>; rel=%q`, scheme, q.http.Host, q.http.URL.EscapedPath(), query.Encode(), rel))
	}
	if at > 1 {
		link("prev", min(at-1, last))
	}
	if at < last {
		link("next", at+1)
		link("last", last)
	}
	if at > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		q.header.Set("Link", strings.Join(links, ", "))
	}
	out := []any{}
	from := min((at-1)*per, len(items))
	for _, item := range items[from:min(from+per, len(items))] {
		out = append(out, render(item))
	}
	return out
}

func positive(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// route is one endpoint, named by GitHub's own path template.
type route struct {
	method, template string
	auth             string // "app", "token", "any" of both, or "none"
	needs            string // permission:level that an installation needs
	handle           func(*GitHub, *request) answer
	pattern          *regexp.Regexp
}

// Parameters that may hold slashes.
var greedy = map[string]bool{"path": true, "ref": true, "basehead": true, "branch": true}

func (rt route) compile() *route {
	pattern := regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(rt.template, func(p string) string {
		name := strings.Trim(p, "{}")
		switch {
		case name == "path":
			return `(?P<path>.*)`
		case greedy[name]:
			return `(?P<` + name + `>.+)`
		}
		return `(?P<` + name + `>[^/]+)`
	})
	rt.pattern = regexp.MustCompile("^" + pattern + "$")
	return &rt
}

// find returns the endpoint of a request and its parameters, nil if there is none.
func find(method, escapedPath string) (*route, map[string]string) {
	for _, rt := range routes() {
		if rt.method != method {
			continue
		}
		m := rt.pattern.FindStringSubmatch(escapedPath)
		if m == nil {
			continue
		}
		params := map[string]string{}
		for i, name := range rt.pattern.SubexpNames() {
			if i == 0 {
				continue
			}
			value, err := url.PathUnescape(m[i])
			if err != nil {
				return nil, nil
			}
			params[name] = value
		}
		return rt, params
	}
	return nil, nil
}

// ServeHTTP answers REST below / and GraphQL at /graphql.
func (g *GitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	rt, params := find(r.Method, r.URL.EscapedPath())
	q := &request{http: r, route: rt, params: params, query: r.URL.Query(), body: body, header: http.Header{}}
	q.call = &Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: body, Began: began}
	if rt != nil {
		q.call.Route = rt.template
	}
	fault := g.begin(q)
	if !g.pause(r, fault) {
		q.call.Status = -1
		g.finish(q)
		panic(http.ErrAbortHandler) // the client is gone, or Close was called
	}
	var a answer
	if fault != nil && fault.replaces() && !fault.After {
		a = fault.answer()
	} else {
		a = g.handle(q)
		if fault != nil && fault.replaces() {
			a = fault.answer()
		}
	}
	g.write(w, q, a, fault)
}

// begin identifies the caller and finds the fault that is meant for this call.
func (g *GitHub) begin(q *request) *Fault {
	g.mu.Lock()
	defer g.mu.Unlock()
	q.who = g.identify(q.http.Header.Get("Authorization"))
	if t := q.who.token; t != nil {
		if t.installation != nil {
			q.call.Installation = t.installation.id
		} else {
			q.call.User = t.user.login
		}
	}
	if q.call.Route == "/graphql" {
		q.call.Operation = operationName(q.body)
	}
	return g.faultFor(q.call)
}

// handle runs the endpoint under the lock, with authentication and limits.
func (g *GitHub) handle(q *request) answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.own() // the App may have been set since the world was loaded
	if q.route != nil && q.route.auth == "none" {
		return q.route.handle(g, q)
	}
	if q.who.problem != nil {
		return *q.who.problem
	}
	if q.route == nil {
		return notFound()
	}
	b := g.bucket(q)
	if a := g.limit(q, b); a != nil {
		return *a
	}
	if a := g.secondary(q); a != nil {
		return *a
	}
	a := g.dispatch(q)
	if a.status == http.StatusOK && q.http.Method == http.MethodGet {
		a = g.conditional(q, a, b)
	}
	b.show(q.header)
	return a
}

// conditional sets the ETag, and answers 304, for free, to who has it already.
func (g *GitHub) conditional(q *request, a answer, b *bucket) answer {
	if a.raw == nil {
		a.raw = encode(a.body)
	}
	sum := sha256.Sum256(append([]byte(q.header.Get("Link")), a.raw...))
	tag := `W/"` + hex.EncodeToString(sum[:]) + `"`
	q.header.Set("ETag", tag)
	for have := range strings.SplitSeq(q.http.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(have), "W/") == strings.TrimPrefix(tag, "W/") {
			b.refund()
			return answer{status: http.StatusNotModified}
		}
	}
	return a
}

func encode(body any) []byte {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("fakegithub: answer cannot be encoded: %v", err)) // a bug of the fake
	}
	return data
}

func (g *GitHub) dispatch(q *request) answer {
	if a := g.authorize(q); a != nil {
		return *a
	}
	return q.route.handle(g, q)
}

// write sends the answer, or the part of it that the fault leaves.
func (g *GitHub) write(w http.ResponseWriter, q *request, a answer, fault *Fault) {
	data := a.raw
	if data == nil && a.body != nil {
		data = encode(a.body)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	maps.Copy(h, q.header)
	if fault != nil {
		fault.decorate(h)
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		h.Del("Content-Type")
		data = nil
	} else {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	q.call.Status, q.call.Bytes = a.status, len(data)
	g.finish(q)
	w.WriteHeader(a.status)
	if fault != nil && fault.CutBody > 0 && fault.CutBody < len(data) {
		_, _ = w.Write(data[:fault.CutBody])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // the connection breaks in the middle of the body
	}
	_, _ = w.Write(data)
}
