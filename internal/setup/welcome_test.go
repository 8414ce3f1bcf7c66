package setup

import (
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
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
