package setup

import (
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// TestExampleIsAConfiguration: what the welcome proposes is what bylaw.yml may hold.
func TestExampleIsAConfiguration(t *testing.T) {
	t.Parallel()
	for _, rosters := range [][]string{nil, {"OWNERS.md", ".github/CODEOWNERS"}, {"governance/affiliations.yml"}} {
		text := Example(rosters)
		if _, problems := policy.ReadConfig(&policy.File{Path: bylaw.ConfigPath, Data: []byte(text)}, nil, map[string]policy.Metadata{"conflict_of_interest": {}}); len(problems) > 0 {
			t.Errorf("%s\n%v", text, problems)
		}
	}
	if got := Rosters([]string{"src/main.go", "MAINTAINERS.md", "docs/Maintainers.md", "`x`/OWNERS", "CODEOWNERS`"}); len(got) != 2 {
		t.Errorf("rosters: %q", got)
	}
}

// TestWelcomeOpensNoGate: where the check is required of this App already, its success would be taken for a verdict by a pull
// request that proposes the head of the default branch to another branch.
func TestWelcomeOpensNoGate(t *testing.T) {
	t.Parallel()
	for app, want := range map[int64]bylaw.Conclusion{0: bylaw.Success, 42: bylaw.ActionRequired, 7: bylaw.Success} {
		var gate github.Gate
		if app != 0 {
			gate.Checks = []github.Required{{Name: bylaw.CheckName, App: app}}
		}
		if got := Welcome(github.Outline{}, gate, 42).Conclusion; got != want {
			t.Errorf("required of %d: %s, want %s", app, got, want)
		}
	}
}
