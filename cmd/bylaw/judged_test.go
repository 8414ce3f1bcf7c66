package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/judge"
)

// tour goes on where the story of the demo ends, so that the service makes every kind of call that it makes.
const tour = `
- permit: {by: alice, login: dave, permission: write}
- open:
    number: 8
    title: Say what widgets are
    author: dave
    fork_owner: dave
    head: words
    commits: [{author: dave, co_authors: [carol], files: {README.md: "# Turner\nIt turns widgets both ways.\n"}, renamed: {core/turn.go: core/turns.go}}]
- comment: {pull: 8, by: dave, text: /bylaw recheck}
- comment: {pull: 8, by: dave, text: /bylaw ask}
- button: {pull: 8, by: alice, name: bylaw, identifier: ask}
- button: {pull: 8, by: alice, name: bylaw, identifier: recheck}
- label: {pull: 8, by: alice, name: documentation}
- review: {pull: 8, author: alice, state: CHANGES_REQUESTED, body: Too short.}
- dismiss: {pull: 8, author: alice, by: anna, text: It is long enough.}
- push: {pull: 8, by: dave, commit: {author: dave, files: {docs/turn.md: "Turning\n"}}}
- force-push: {pull: 8, by: dave, identical: true}
- rerun: {pull: 8, by: alice, name: bylaw}
- rerun-all: {pull: 8, by: alice}
- open:
    number: 9
    title: Widgets from a roster of their own
    author: bob
    head: roster
    commits: [{author: bob, files: {governance/affiliations.yml: "version: 1\npeople: []\n", .github/bylaw.yml: "version: 2\n"}}]
- edit: {pull: 9, by: bob, title: Forget who works for whom}
- draft: {pull: 9, by: bob, draft: true}
- close: {pull: 9, by: bob}
- enqueue: {pull: 7, by: bob}
- merge: {pull: 7, by: bob}
- push-branch:
    branch: main
    by: alice
    commit:
      author: alice
      files:
        .github/bylaw.yml: "version: 1\npolicies: {teamed: }\n"
        .github/bylaw/teamed/teamed.rego: |
          # METADATA
          # title: There is a team
          # description: It has people.
          # schemas: [{input.params: {type: object, properties: {team: {type: string, format: team, default: turners}}}}]
          package bylaw.teamed

          accept if input.teams[0].members[0]
- push-branch: {branch: main, by: alice, commit: {author: alice, files: {.github/bylaw.yml: "version: 1\nrosters: [{path: list.csv, repo: foundation/people}]\n"}}}
- push-branch: {branch: main, by: alice, commit: {author: alice, files: {.github/bylaw.yml: "version: 1\nroosters: []\n"}}}
- repo: widgets/.github
  push-branch: {branch: main, by: alice, commit: {author: alice, files: {README.md: "# We\n"}}}
- repo: widgets/.github
  push-branch: {branch: first, by: alice, commit: {author: alice, files: {.github/bylaw.yml: "version: 1\n"}}}
- repo: widgets/.github
  push-branch: {branch: main, by: alice, commit: {author: alice, files: {.github/bylaw.yml: "version: 1\n"}}}
- wait: {seconds: 61}
- install: {account: foundation, permissions: {checks: write, contents: read, pull_requests: write, issues: read, members: read, merge_queues: read, administration: read}}
`

// playTour plays the story of the demo and the tour, in an organization that gives the App the permissions of
// app.yml and nothing more, and returns what the service asked of GitHub.
func playTour(t *testing.T, wrap func(http.Handler) http.Handler) []fakegithub.Call {
	t.Helper()
	data, err := demoFiles.ReadFile("demo/world.yml")
	if err != nil {
		t.Fatal(err)
	}
	told, err := readScript("world.yml", data)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := document.Read("tour.yml", document.YAML, []byte(tour))
	if err != nil {
		t.Fatal(err)
	}
	more, err := readStory("tour.yml", doc.Value)
	if err != nil {
		t.Fatal(err)
	}
	told.World.Repositories[0].MergeQueue = true
	told.World.Teams = append(told.World.Teams, fakegithub.Team{Org: "widgets", Slug: "turners", Members: []fakegithub.TeamMember{{Login: "alice"}}})
	told.World.Organizations = append(told.World.Organizations, fakegithub.Organization{Login: "foundation"})
	told.World.Repositories = append(told.World.Repositories, fakegithub.Repository{
		Owner: "widgets", Name: ".github", Files: map[string]string{"README.md": "# Widgets\n"}, Collaborators: map[string]string{"alice": "admin"},
	}, fakegithub.Repository{
		Owner: "foundation", Name: "people", Files: map[string]string{"list.csv": "Name,Company,Github Name\nCarol,Initech,carol\n"},
		Protection: &fakegithub.Protection{PullRequests: true},
	})
	told.World.Installations[0].Permissions = readManifest(t).Permissions
	st, err := openStage(t.Context(), told.World, slog.NewTextHandler(t.Output(), nil), wrap)
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	for _, s := range append(told.Story, more...) {
		if _, _, err := st.play(context.WithoutCancel(t.Context()), s); err != nil {
			t.Fatalf("%s %s: %v", s.verb, s.args, err)
		}
	}
	return st.gh.Calls()
}

// callName names an operation of GitHub, as in "GET /repos/{owner}/{repo}" or "query Read".
func callName(c fakegithub.Call) string {
	if c.Operation != "" {
		return "query " + c.Operation
	}
	return c.Method + " " + c.Route
}

// TestEveryCallIsAsGitHubDescribes has GitHub's own descriptions judge requests and answers of a tour
// of everything that the service does. The scenarios are judged, too.
func TestEveryCallIsAsGitHubDescribes(t *testing.T) {
	t.Parallel()
	calls := playTour(t, judge.OpenAPI(t).Proxy)
	for name, text := range github.Queries() {
		operation := strings.Fields(text[strings.Index(text, "query "):])[1]
		operation, _, _ = strings.Cut(operation, "(")
		if !slices.ContainsFunc(calls, func(c fakegithub.Call) bool { return c.Operation == operation }) && name != "page" { // it takes 100 reviews
			t.Errorf("the tour does not ask the query %q (%s)", name, operation)
		}
	}
}

// manifest is what app.yml asks of GitHub.
type manifest struct {
	Permissions map[string]string
	Events      []string
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "app.yml"))
	if err != nil {
		t.Fatal(err)
	}
	fields, err := readMapping("app.yml", data)
	if err != nil {
		t.Fatal(err)
	}
	m := manifest{Permissions: map[string]string{}}
	permissions, _ := fields["default_permissions"].(map[string]any)
	for name, level := range permissions {
		m.Permissions[name], _ = level.(string)
	}
	events, _ := fields["default_events"].([]any)
	for _, event := range events {
		name, _ := event.(string)
		m.Events = append(m.Events, name)
	}
	return m
}
