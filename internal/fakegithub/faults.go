package fakegithub

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one request that arrived.
type Call struct {
	Method string
	// Route is GitHub's path template, such as /repos/{owner}/{repo}/pulls/{pull_number}; "" if unknown.
	Route, Path, Query string
	Installation       int64  // whose token it was, 0 otherwise
	User               string // whose personal token it was, "" otherwise
	Operation          string // name of the GraphQL operation
	Body               []byte
	Status             int // -1: the connection broke before an answer
	Bytes              int // of the answer's body
	Began, Ended       time.Time
}

// Calls are all calls since the last reset that have been answered, in the order of the answers.
func (g *GitHub) Calls() []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.calls)
}

// Count counts the calls since the last reset for which the filter holds; nil counts all.
func (g *GitHub) Count(filter func(Call) bool) int {
	n := 0
	for _, c := range g.Calls() {
		if filter == nil || filter(c) {
			n++
		}
	}
	return n
}

// ResetCalls forgets the calls so far.
func (g *GitHub) ResetCalls() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = nil
}

func (g *GitHub) finish(q *request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q.call.Ended = time.Now()
	g.calls = append(g.calls, *q.call)
}

// Fault makes calls fail. Calls match by method and route; of those, Times (0: all) from the Nth
// on (0 and 1: the first) are affected. Of several faults that apply, the first added wins.
type Fault struct {
	Method string // "" matches every method
	Route  string // prefix of the route template; "" matches every route
	Nth    int
	Times  int

	Status  int           // answer with this status instead of the real answer
	Header  http.Header   // added to the answer
	Body    string        // of the answer with Status; "" means {"message": ...}
	HTML    bool          // Status is answered with an HTML page, as GitHub's edge does
	After   bool          // the call takes effect before Status is answered
	Delay   time.Duration // before the answer
	CutBody int           // break the connection after so many bytes of the body
	Hang    bool          // never answer: until the client gives up or Close

	seen int
}

// AddFault adds a fault and returns what removes it.
func (g *GitHub) AddFault(f Fault) (remove func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &f)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.faults = slices.DeleteFunc(g.faults, func(o *Fault) bool { return o == &f })
	}
}

// SecondaryLimit is the fault that GitHub's secondary rate limit looks like; status is 403 or 429.
// docs.github.com, "Rate limits for the REST API".
func SecondaryLimit(status int, retryAfter time.Duration) Fault {
	return Fault{
		Status: status,
		Header: http.Header{"Retry-After": {strconv.Itoa(int(retryAfter.Seconds()))}},
		Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",` +
			`"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`,
	}
}

func (g *GitHub) faultFor(c *Call) *Fault {
	for _, f := range g.faults {
		if f.Method != "" && f.Method != c.Method || !strings.HasPrefix(c.Route, f.Route) {
			continue
		}
		f.seen++
		first := max(f.Nth, 1)
		if f.seen >= first && (f.Times == 0 || f.seen < first+f.Times) {
			found := *f
			return &found
		}
	}
	return nil
}

func (f *Fault) replaces() bool { return f.Status != 0 }

func (f *Fault) answer() answer {
	switch {
	case f.Body != "":
		return answer{status: f.Status, raw: []byte(f.Body)}
	case f.HTML:
		return answer{status: f.Status, raw: []byte("<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body><p>We had issues producing the response to your request.</p></body></html>\n")}
	}
	return fail(f.Status, http.StatusText(f.Status))
}

func (f *Fault) decorate(h http.Header) {
	if f.HTML {
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	for name, values := range f.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
}

// pause waits as long as the latency and the fault say. False: nobody waits for the answer any more.
func (g *GitHub) pause(r *http.Request, f *Fault) bool {
	wait := g.Latency
	var answer <-chan time.Time
	if f != nil {
		wait += f.Delay
	}
	if f == nil || !f.Hang {
		if wait <= 0 {
			return true
		}
		timer := time.NewTimer(wait)
		defer timer.Stop()
		answer = timer.C
	}
	select {
	case <-answer:
		return true
	case <-r.Context().Done():
	case <-g.done:
	}
	return false
}

// bucket is one primary rate limit: per installation or user, REST and GraphQL apart.
type bucket struct {
	limit, used int
	reset       time.Time
	resource    string
	whose       string
}

func (b *bucket) remaining() int { return max(0, b.limit-b.used) }
func (b *bucket) refund()        { b.used = max(0, b.used-1) }

func (b *bucket) show(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(b.remaining()))
	h.Set("X-RateLimit-Used", strconv.Itoa(b.used))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(b.reset.Unix(), 10))
	h.Set("X-RateLimit-Resource", b.resource)
}

func (b *bucket) json() obj {
	return obj{"limit": b.limit, "used": b.used, "remaining": b.remaining(), "reset": b.reset.Unix(), "resource": b.resource}
}

const defaultLimit = 5000

func (g *GitHub) bucketOf(whose, resource string) *bucket {
	key := whose + " " + resource
	b := g.buckets[key]
	if b == nil {
		b = &bucket{limit: defaultLimit, resource: resource, whose: whose}
		g.buckets[key] = b
	}
	if !g.now().Before(b.reset) {
		b.used, b.reset = 0, g.now().Add(time.Hour)
	}
	return b
}

func (g *GitHub) bucket(q *request) *bucket {
	resource := "core"
	if q.route.template == "/graphql" {
		resource = "graphql"
	}
	return g.bucketOf(q.whose(), resource)
}

func (q *request) whose() string {
	switch t := q.who.token; {
	case t == nil:
		return "app"
	case t.user != nil:
		return "user ID " + strconv.FormatInt(t.user.id, 10)
	default:
		return "installation ID " + strconv.FormatInt(t.installation.id, 10)
	}
}

// limit counts the call, or refuses it when nothing remains. GraphQL says so with status 200.
func (g *GitHub) limit(q *request, b *bucket) *answer {
	if q.route.template == "/rate_limit" {
		return nil
	}
	if b.remaining() > 0 {
		b.used++
		return nil
	}
	b.show(q.header)
	message := fmt.Sprintf("API rate limit exceeded for %s.", b.whose)
	a := fail(http.StatusForbidden, message)
	if b.resource == "graphql" {
		a = ok(obj{"errors": []obj{{"type": "RATE_LIMITED", "message": message}}})
	}
	return &a
}

// SetRateLimit sets both primary limits of an installation: how many calls an hour there are, how many
// remain, and when the count starts anew.
func (g *GitHub) SetRateLimit(installation int64, limit, remaining int, reset time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, resource := range []string{"core", "graphql"} {
		b := g.bucketOf("installation ID "+strconv.FormatInt(installation, 10), resource)
		b.limit, b.used, b.reset = limit, limit-remaining, reset
	}
}

func (g *GitHub) rateLimit(q *request) answer {
	core, graphql := g.bucketOf(q.whose(), "core"), g.bucketOf(q.whose(), "graphql")
	search := obj{"limit": 30, "used": 0, "remaining": 30, "reset": core.reset.Unix(), "resource": "search"}
	return ok(obj{"resources": obj{"core": core.json(), "graphql": graphql.json(), "search": search}, "rate": maps.Clone(core.json())})
}

func operationName(body []byte) string {
	var request struct {
		Query         string
		OperationName string
	}
	if json.Unmarshal(body, &request) != nil {
		return ""
	}
	if request.OperationName != "" {
		return request.OperationName
	}
	_, after, found := strings.Cut(request.Query, "query ")
	if !found {
		return ""
	}
	end := strings.IndexFunc(after, func(r rune) bool { return !strings.ContainsRune("_0123456789", r) && (r|32 < 'a' || r|32 > 'z') })
	return after[:max(end, 0)]
}
