package github

import (
	"net/http"
	"strings"
	"time"
)

// Call is one request to GitHub, for logs and metrics.
type Call struct {
	Method   string
	Route    string // the path with "*" for whatever varies, such as "repos/*/*/pulls/*/files"
	Status   int    // 0 when no answer came
	Duration time.Duration
}

// observed tells of every request. It stands below authentication.
type observed struct {
	next   http.RoundTripper
	onCall func(Call)
}

func (o *observed) RoundTrip(req *http.Request) (*http.Response, error) {
	next := o.next
	if next == nil {
		next = http.DefaultTransport
	}
	if o.onCall == nil {
		return next.RoundTrip(req)
	}
	start := time.Now()
	resp, err := next.RoundTrip(req)
	call := Call{Method: req.Method, Route: route(req.URL.Path), Duration: time.Since(start)}
	if resp != nil {
		call.Status = resp.StatusCode
	}
	o.onCall(call)
	return resp, err
}

// routeWords are the fixed segments of the paths that this package asks for.
var routeWords = map[string]bool{
	"access_tokens": true, "app": true, "blobs": true, "check-runs": true, "collaborators": true, "commits": true,
	"files": true, "git": true, "graphql": true, "installation": true, "installations": true, "permission": true,
	"pulls": true, "repos": true, "repositories": true, "requested_reviewers": true,
}

// route makes a metric's label of a path: few values, however many repositories there are.
func route(path string) string {
	path = strings.TrimPrefix(strings.Trim(path, "/"), "api/v3/")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		ownerOrName := segments[0] == "repos" && (i == 1 || i == 2)
		if !routeWords[s] && s != "api" || ownerOrName {
			segments[i] = "*"
		}
	}
	return strings.Join(segments, "/")
}
