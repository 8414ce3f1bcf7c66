package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/github"
)

// unasked are the events that come without being subscribed to: to every App, and the last two with the
// permission to write checks. GitHub refuses a manifest that lists the first ones.
// https://docs.github.com/webhooks/webhook-events-and-payloads
var unasked = []string{"ping", "installation", "installation_repositories", "installation_target", "check_run", "check_suite"}

func TestAppSubscribesToTheEventsThatAreUnderstood(t *testing.T) {
	t.Parallel()
	want := slices.DeleteFunc(github.Events(), func(e string) bool { return slices.Contains(unasked, e) })
	got := slices.Sorted(slices.Values(readManifest(t).Events))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("default_events of app.yml (-understood +listed):\n%s", diff)
	}
}

// callNeeds are the permissions without which GitHub refuses a call, or hides what it is about; nil for a call
// that needs none. https://docs.github.com/rest/authentication/permissions-required-for-github-apps
var callNeeds = map[string][]string{
	"POST /app/installations/{installation_id}/access_tokens":            nil,
	"GET /installation/repositories":                                     {"metadata: read"},
	"GET /repos/{owner}/{repo}/collaborators":                            {"metadata: read", "members: read"}, // private members, teams
	"GET /repos/{owner}/{repo}/collaborators/{username}/permission":      {"metadata: read"},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files":                {"pull_requests: read"},
	"GET /repos/{owner}/{repo}/commits/{ref}/check-runs":                 {"checks: read"},
	"GET /repos/{owner}/{repo}/git/blobs/{file_sha}":                     {"contents: read"},
	"GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations":    {"checks: read"},
	"POST /repos/{owner}/{repo}/check-runs":                              {"checks: write"},
	"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}":              {"checks: write"},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers":  {"pull_requests: read"},
	"POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers": {"pull_requests: write"},
	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments":           {"pull_requests: read"},
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments":          {"pull_requests: write"},
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":           {"pull_requests: write"},
	"GET /repos/{owner}/{repo}/rules/branches/{branch}":                  {"metadata: read"},
	"GET /repos/{owner}/{repo}/rulesets/{ruleset_id}":                    {"metadata: read"}, // and administration: write to see who may bypass it
	"GET /repos/{owner}/{repo}/branches/{branch}/protection":             {"administration: read"},
	"query Outline":   {"contents: read"},
	"query Pushed":    {"contents: read", "pull_requests: read"},
	"query Sweep":     {"contents: read", "pull_requests: read", "merge_queues: read"},
	"query Read":      {"contents: read", "pull_requests: read", "checks: read"},
	"query Page":      {"contents: read", "pull_requests: read"},
	"query Files":     {"contents: read"},
	"query Blobs":     {"contents: read"},
	"query Dates":     {"contents: read", "pull_requests: read"},
	"query Elsewhere": {"contents: read"},
	"query Open":      {"pull_requests: read"},
	"query Group":     {"merge_queues: read", "pull_requests: read"},
	"query Teams":     {"members: read"},
}

// otherNeeds are permissions that no call needs, and why they are asked for all the same.
var otherNeeds = map[string]string{
	"issues: read": "GitHub refuses a manifest that lists issue_comment without it",
}

func TestAppAsksForThePermissionsThatTheCallsNeed(t *testing.T) {
	t.Parallel()
	needed := map[string]bool{}
	for need := range otherNeeds {
		needed[need] = true
	}
	for _, call := range playTour(t, nil) {
		needs, known := callNeeds[callName(call)]
		if !known {
			t.Errorf("callNeeds does not say which permission %s needs", callName(call))
		}
		if call.Status == http.StatusForbidden || call.Status == http.StatusNotFound {
			t.Errorf("%s %s is refused with the permissions of app.yml: %d", call.Method, call.Path, call.Status)
		}
		for _, need := range needs {
			needed[need] = true
		}
	}
	for need := range maps.Clone(needed) { // write implies read
		if name, ok := strings.CutSuffix(need, ": write"); ok {
			delete(needed, name+": read")
		}
	}
	asked := map[string]bool{}
	for name, level := range readManifest(t).Permissions {
		asked[name+": "+level] = true
	}
	if diff := cmp.Diff(needed, asked); diff != "" {
		t.Errorf("default_permissions of app.yml (-needed +asked):\n%s", diff)
	}
}
