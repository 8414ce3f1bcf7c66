package github_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// TestReadRefusesAnAnswerThatLacksALaw: a rule that was not answered must not pass for one that nobody made.
func TestReadRefusesAnAnswerThatLacksALaw(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	for _, test := range []struct {
		name string
		path string // in the answer
		null bool   // rather than missing
		want github.Kind
	}{
		{"all", "", false, ""},
		{"no law", "law", false, github.Unavailable},
		{"law null", "law", true, github.Unavailable},
		{"no configuration", "law.config", false, github.Unavailable},
		{"no policies", "law.policies", false, github.Unavailable},
		{"no folder", "law.parent", false, github.Unavailable},
		{"no roster", "law.x0", false, github.Unavailable},
		{"roster null", "law.x0", true, ""},
		{"no law of the organization", "organizationLaw", false, github.Unavailable},
		{"law of the organization null", "organizationLaw", true, github.Unavailable},
		{"no configuration of the organization", "organizationLaw.config", false, github.Unavailable},
		{"no roster of the organization", "organizationLaw.x1", false, github.Unavailable},
		{"organization hidden", "organization", true, ""},
		{"no repository", "repository", false, github.NotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := w.without(test.path, test.null).Read(t.Context(), w.ref, bylaw.Want{Law: []string{"OWNERS.md"}, Organization: []string{"people.yml"}})
			if test.want == "" {
				must(t, err)
				return
			}
			wantKind(t, err, test.want)
		})
	}
}

// TestRostersElsewhereMustBeAnswered: a roster that was not answered must not pass for one that is not there.
func TestRostersElsewhereMustBeAnswered(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	want := bylaw.Elsewhere{Repository: "acme/.github", Paths: []string{"people.yml"}}
	for _, path := range []string{"files", "files.tip", "files.x0"} {
		_, err := w.without(path, false).Elsewhere(t.Context(), want)
		wantKind(t, err, github.Unavailable)
	}
	tree, err := w.without("", false).Elsewhere(t.Context(), want)
	must(t, err)
	if len(tree.Files) != 1 || !tree.Visible || tree.Commit != w.Branch("acme", ".github", "main") {
		t.Errorf("got %+v", tree)
	}
}

// without is a client whose answers lack a part, or have null there.
func (w *world) without(path string, null bool) *github.Client {
	app := &github.App{ID: appID, Key: appKey(), BaseURL: w.app.BaseURL, Now: w.clock, HTTP: without{path, null}}
	return app.Client(9)
}

// without takes a part out of the data of each GraphQL answer, or makes it null.
type without struct {
	path string // names with dots between them
	null bool
}

func (w without) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || w.path == "" || !strings.HasSuffix(req.URL.Path, "/graphql") {
		return resp, err
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	part, _ := answer["data"].(map[string]any)
	names := strings.Split(w.path, ".")
	last := len(names) - 1
	for _, name := range names[:last] {
		part, _ = part[name].(map[string]any)
	}
	if _, there := part[names[last]]; there {
		delete(part, names[last])
		if w.null {
			part[names[last]] = nil
		}
	}
	data, err := json.Marshal(answer)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, err
}
