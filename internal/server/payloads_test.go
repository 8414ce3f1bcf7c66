package server

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/judge"
)

// follows are the kinds of jobs that follow from GitHub's own examples, by event and action, when they come
// from an installation of this App. Of what is not here nothing follows.
var follows = map[string][]string{
	"check_run requested_action":            {kindPull},
	"check_run rerequested":                 {kindHead}, // of a suite without pull requests, as a fork's
	"check_suite rerequested":               {kindPull},
	"installation created":                  {kindRepository, kindWelcome},
	"installation new_permissions_accepted": {kindRepository},
	"installation unsuspend":                {kindInstallation},
	"installation_repositories added":       {kindRepository, kindWelcome},
	"member added":                          {kindRepository},
	"member edited":                         {kindRepository},
	"membership added":                      {kindInstallation},
	"membership removed":                    {kindInstallation},
	"merge_group checks_requested":          {kindGroup},
	"organization member_added":             {kindInstallation},
	"organization renamed":                  {kindInstallation, kindSweep},
	"pull_request closed":                   {kindPull},
	"pull_request converted_to_draft":       {kindPull},
	"pull_request labeled":                  {kindPull},
	"pull_request opened":                   {kindPull},
	"pull_request ready_for_review":         {kindPull},
	"pull_request reopened":                 {kindPull},
	"pull_request review_request_removed":   {kindPull},
	"pull_request review_requested":         {kindPull},
	"pull_request synchronize":              {kindPull},
	"pull_request unlabeled":                {kindPull},
	"pull_request_review dismissed":         {kindPull},
	"pull_request_review submitted":         {kindPull},
	"repository edited":                     {kindRepository},
	"repository privatized":                 {kindRepository},
	"repository publicized":                 {kindRepository},
	"repository renamed":                    {kindRepository},
	"repository transferred":                {kindRepository},
	"team added_to_repository":              {kindRepository},
	"team created":                          {kindInstallation},
	"team deleted":                          {kindInstallation},
	"team edited":                           {kindInstallation},
	"team removed_from_repository":          {kindRepository},
}

// fields decodes a payload for a change.
func fields(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var payload map[string]any
	if err := json.Unmarshal(body, &payload); err != nil {
		t.Fatal(err)
	}
	return payload
}

func encode(t *testing.T, payload map[string]any) []byte {
	t.Helper()
	body, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// ours makes a payload one of an installation and of checks of this App. The oldest examples name neither.
func ours(t *testing.T, body []byte) map[string]any {
	t.Helper()
	payload := fields(t, body)
	if payload["installation"] == nil {
		payload["installation"] = map[string]any{"id": 9}
	}
	for _, name := range []string{"check_run", "check_suite"} {
		if check, ok := payload[name].(map[string]any); ok {
			check["app"] = map[string]any{"id": appID}
		}
	}
	return payload
}

func TestEveryExampleOfGitHub(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	seen := map[string]bool{}
	for i, e := range judge.WebhookExamples(t) {
		name := strings.TrimSpace(e.Event + " " + e.Action)
		began := time.Now()
		status, kinds := d.take(t, e.Event, e.Body)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("example %d, %s: took %s", i, name, took)
		}
		if status < 200 || status > 299 {
			t.Errorf("example %d, %s: answered %d", i, name, status)
		}
		if fields(t, e.Body)["installation"] == nil && len(kinds) > 0 {
			t.Errorf("example %d, %s: it comes from no installation, and yet %v follow", i, name, kinds)
		}
		status, kinds = d.take(t, e.Event, encode(t, ours(t, e.Body)))
		want := follows[name]
		seen[name] = true
		if e.Event == "push" && strings.Contains(string(e.Body), `"refs/heads/`) {
			want = []string{kindRepository} // the first or a forced push to the default branch: anything may be different
		}
		if status < 200 || status > 299 || !slices.Equal(kinds, want) {
			t.Errorf("example %d, %s of ours: answered %d, and %v follow, want %v", i, name, status, kinds, want)
		}
	}
	if rows := queue(t, d.Store); len(rows) != 0 {
		t.Errorf("left behind: %v", rows)
	}
	for name := range follows {
		if !seen[name] {
			t.Errorf("there is no example of %s", name)
		}
	}
}

// TestExamplesBroken changes GitHub's examples in ways that no example shows. Nothing may crash the service or
// be a fault of its own, and what is no webhook must leave nothing behind.
func TestExamplesBroken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	done := map[string]bool{}
	for _, e := range judge.WebhookExamples(t) {
		name := e.Event + " " + e.Action
		if follows[name] == nil || done[name] {
			continue
		}
		done[name] = true
		payload := ours(t, e.Body)
		whole := encode(t, payload)
		for _, size := range []int{0, 1, len(whole) / 2, len(whole) - 1} {
			if status, kinds := d.take(t, e.Event, whole[:size]); status != 400 || kinds != nil {
				t.Errorf("%s cut to %d bytes: answered %d, and %v follow", name, size, status, kinds)
			}
		}
		odd := redated(payload, &oddMoments{}).(map[string]any)
		if status, kinds := d.take(t, e.Event, encode(t, odd)); status < 200 || status > 299 || !slices.Equal(kinds, follows[name]) {
			t.Errorf("%s at odd times: answered %d, and %v follow, want %v", name, status, kinds, follows[name])
		}
		for key := range payload {
			for _, value := range []any{nil, 7, []any{nil}} {
				changed := maps.Clone(payload)
				changed[key] = value
				if status, _ := d.take(t, e.Event, encode(t, changed)); status >= 500 {
					t.Errorf("%s with %v as %q: answered %d", name, value, key, status)
				}
			}
		}
	}
	if rows := queue(t, d.Store); len(rows) != 0 {
		t.Errorf("left behind: %v", rows)
	}
}

// oddMoments are times that nobody should send, one after the other.
type oddMoments struct{ next int }

func (o *oddMoments) take() any {
	moments := []any{"2018-04-25 20:42:10", "soon", nil, -1, "9999-12-31T23:59:59Z", 1e300, []any{}, ""}
	o.next++
	return moments[o.next%len(moments)]
}

// redated is a copy of a JSON value in which every time is odd.
func redated(value any, moments *oddMoments) any {
	switch value := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, inner := range value {
			if strings.HasSuffix(key, "_at") {
				inner = moments.take()
			}
			out[key] = redated(inner, moments)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i := range value {
			out[i] = redated(value[i], moments)
		}
		return out
	}
	return value
}
