package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// Kind says what a failure means for whoever asked.
type Kind string

// The kinds. RateLimited, Unavailable and Moved pass with time; the others need a person.
const (
	RateLimited  Kind = "rate limited" // retry at Error.RetryAt, and not before
	Unavailable  Kind = "unavailable"  // server error, time-out, cut or unreadable answer
	Moved        Kind = "moved"        // the pull request changed while it was read: read again
	Unauthorized Kind = "unauthorized" // wrong key or token, or the App was uninstalled
	Forbidden    Kind = "forbidden"    // a permission is missing, or the installation is suspended
	NotFound     Kind = "not found"    // it does not exist, or we may not see it
	ShaUnknown   Kind = "sha unknown"  // the repository does not have that commit (any more)
	Invalid      Kind = "invalid"      // refused as malformed; a mistake of ours
)

// Error is a failed request to GitHub.
type Error struct {
	Op      string // what was tried: verb and object
	Kind    Kind
	Status  int       // of the answer; 0 when there was none
	RetryAt time.Time // for RateLimited, otherwise zero
	Err     error
}

// Error is for logs.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %v", e.Op, e.Kind, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the same request can succeed later without anybody doing anything.
func (e *Error) Temporary() bool {
	return e.Kind == RateLimited || e.Kind == Unavailable || e.Kind == Moved
}

// sentences are what a person reads. They carry nothing that came from outside.
var sentences = map[Kind]string{
	RateLimited:  "GitHub asks Bylaw to wait before it asks for more.",
	Unavailable:  "GitHub did not answer, or answered with an error of its own.",
	Moved:        "The pull request changed while it was being read.",
	Unauthorized: "GitHub did not accept Bylaw's credentials: the key is wrong, or Bylaw is no longer installed.",
	Forbidden:    "GitHub refused: Bylaw's installation lacks a permission that this needs, or is suspended.",
	NotFound:     "GitHub shows nothing there: it does not exist, or Bylaw may not see it.",
	ShaUnknown:   "GitHub does not know the commit any more; it was probably replaced by a newer one.",
	Invalid:      "GitHub refused a request of Bylaw as malformed. This is a mistake in Bylaw.",
}

// Sentence says what happened in plain words, for a report or a page.
func (e *Error) Sentence() string { return sentences[e.Kind] }

// failure classifies what http.Client, go-github or ghinstallation returned.
func (c *Client) failure(op string, err error) *Error {
	e := &Error{Op: op, Kind: Unavailable, Err: err}
	var resp *http.Response
	if limit, ok := errors.AsType[*github.RateLimitError](err); ok {
		// go-github answers by itself until the reset, with a response that has no headers.
		e.Kind, e.Status, e.RetryAt = RateLimited, limit.Response.StatusCode, limit.Rate.Reset.Time
		if e.RetryAt.IsZero() {
			e.RetryAt = retryAt(limit.Response.Header, c.now())
		}
		return e
	}
	if abuse, ok := errors.AsType[*github.AbuseRateLimitError](err); ok {
		e.Kind, e.Status, e.RetryAt = RateLimited, abuse.Response.StatusCode, retryAt(abuse.Response.Header, c.now())
		if abuse.RetryAfter != nil {
			e.RetryAt = c.now().Add(*abuse.RetryAfter)
		}
		return e
	}
	if answer, ok := errors.AsType[*github.ErrorResponse](err); ok {
		resp = answer.Response
	} else if otp, ok := errors.AsType[*github.TwoFactorAuthError](err); ok {
		resp = otp.Response
	} else if token, ok := errors.AsType[*ghinstallation.HTTPError](err); ok && token.Response != nil {
		resp = token.Response
		defer resp.Body.Close() // ghinstallation leaves it open
	}
	if resp == nil {
		return e // no answer at all, or 202: GitHub is still working on it
	}
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	e.Status = resp.StatusCode
	e.Kind = classify(resp, body)
	if readErr != nil && e.Kind != RateLimited {
		e.Kind = Unavailable
	}
	if e.Kind == RateLimited {
		e.RetryAt = retryAt(resp.Header, c.now())
	}
	return e
}

// classify reads status, headers and message of a refusal. Limits come as 403 and as 429:
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
func classify(resp *http.Response, body []byte) Kind {
	var answer struct {
		Message string `json:"message"`
	}
	isJSON := json.Unmarshal(body, &answer) == nil
	message := strings.ToLower(string(body))
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusForbidden && (resp.Header.Get("Retry-After") != "" ||
		resp.Header.Get("X-RateLimit-Remaining") == "0" || limited(message)):
		return RateLimited
	case status >= 500, status == http.StatusRequestTimeout, len(body) > 0 && !isJSON:
		return Unavailable // a page in HTML comes from something in between
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusNotFound, status == http.StatusGone:
		return NotFound
	case status == http.StatusUnprocessableEntity && strings.Contains(message, "no commit found"):
		return ShaUnknown
	default:
		return Invalid
	}
}

// limited reports whether a message, in lower case, speaks of a limit.
func limited(message string) bool {
	return strings.Contains(message, "rate limit") || strings.Contains(message, "abuse detection") ||
		strings.Contains(message, "submitted too quickly")
}

// retryAt is the moment before which GitHub asks not to come again.
func retryAt(h http.Header, now time.Time) time.Time {
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds >= 0 {
		return now.Add(time.Duration(seconds) * time.Second)
	}
	if reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil && h.Get("X-RateLimit-Remaining") == "0" {
		return time.Unix(reset, 0)
	}
	return now.Add(time.Minute)
}

// graphqlError is one entry of "errors" in a GraphQL answer.
type graphqlError struct {
	Type       string `json:"type"`
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code string `json:"code"` // of queries that are refused before they run
	} `json:"extensions"`
}

func (e graphqlError) Error() string {
	s := e.Message
	if e.Type != "" {
		s = e.Type + ": " + s
	}
	if len(e.Path) > 0 {
		s += fmt.Sprintf(" at %v", e.Path)
	}
	return s
}

// tolerated reports whether the error only says that a whole field at the top does not exist, which may
// be so. Neither what is missing inside such a field nor what is refused is tolerated: rules that stand
// there would look like rules that nobody made.
func (e graphqlError) tolerated(optional []string) bool {
	if e.Type != "NOT_FOUND" || len(e.Path) != 1 {
		return false
	}
	field, ok := e.Path[0].(string)
	return ok && slices.Contains(optional, field)
}

func (e graphqlError) failure(op string, resp *http.Response, now time.Time) *Error {
	failure := &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: e}
	switch {
	case e.Type == "RATE_LIMITED", limited(strings.ToLower(e.Message)):
		failure.Kind, failure.RetryAt = RateLimited, retryAt(resp.Header, now)
	case e.Type == "NOT_FOUND":
		failure.Kind = NotFound
	case e.Type == "FORBIDDEN", e.Type == "INSUFFICIENT_SCOPES":
		failure.Kind = Forbidden
	case e.Extensions.Code != "", e.Type == "MAX_NODE_LIMIT_EXCEEDED":
		failure.Kind = Invalid
	}
	return failure
}
