package github_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func TestOutline(t *testing.T) {
	t.Parallel()
	world := startingWorld()
	world.Repositories[1].Files = map[string]string{"README.md": "no defaults\n"}
	world.Repositories = append(world.Repositories, fakegithub.Repository{
		Owner: "acme", Name: "gears", DefaultBranch: "trunk", Files: map[string]string{"OWNERS": "x\n", "governance/affiliations.yml": "x\n", "src/OWNERS": "x\n"},
	})
	w := start(t, world)
	got := do[github.Outline](t)(w.c.Outline(t.Context(), "acme", "gears"))
	want := github.Outline{Branch: "trunk", HeadSHA: w.Branch("acme", "gears", "trunk"), Files: []string{"OWNERS", "governance/affiliations.yml"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outline (-want +got):\n%s", diff)
	}
	if got := do[github.Outline](t)(w.c.Outline(t.Context(), "acme", "widgets")); !got.Configured {
		t.Error("a repository with a configuration is not configured")
	}
	_, err := w.c.Outline(t.Context(), "acme", "nowhere")
	wantKind(t, err, github.NotFound)
}
