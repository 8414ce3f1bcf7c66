package github

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// Call is one request to GitHub, for logs and metrics.
type Call struct {
	Installation int64 // 0 for the App itself
	Method       string
	Route        string // the path with "*" for whatever varies, such as "repos/*/*/pulls/*/files"
	Status       int    // 0 when no answer came
	Duration     time.Duration
	Budget       Budget
}

// observed tells of every request, and follows it in the trace that it belongs to. It stands below
// authentication.
type observed struct {
	next         http.RoundTripper
	installation int64
	onCall       func(Call)
}

func (o *observed) RoundTrip(req *http.Request) (*http.Response, error) {
	next := o.next
	if next == nil {
		next = http.DefaultTransport
	}
	call := Call{Installation: o.installation, Method: req.Method, Route: route(req.URL.Path)}
	ctx, span := telemetry.Start(req.Context(), "GitHub "+call.Method+" "+call.Route)
	start := time.Now()
	resp, err := next.RoundTrip(req.WithContext(ctx))
	call.Duration = time.Since(start)
	if resp != nil {
		call.Status, call.Budget = resp.StatusCode, budgetOf(resp.Header)
	}
	span.Note(slog.String("url.path", req.URL.Path), slog.Int("http.response.status_code", call.Status))
	span.End(err)
	if o.onCall != nil {
		o.onCall(call)
	}
	return resp, err
}

// routeWords are the fixed segments of the paths that this package asks for.
var routeWords = map[string]bool{
	"access_tokens": true, "app": true, "app-manifests": true, "attempts": true, "blobs": true, "branches": true,
	"check-runs": true, "collaborators": true, "comments": true, "commits": true, "config": true, "conversions": true,
	"deliveries": true, "files": true, "git": true, "graphql": true, "hook": true, "installation": true,
	"installations": true, "issues": true, "permission": true, "protection": true, "pulls": true, "repos": true,
	"repositories": true, "requested_reviewers": true, "rules": true, "rulesets": true,
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
