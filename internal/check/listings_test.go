package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/lack"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// lists is the policy for lists, ready to be asked with its default parameters.
type lists struct {
	engine *policy.Engine
	source policy.Source
	params map[string]any
}

func newLists(t testing.TB) *lists {
	t.Helper()
	all, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	l := &lists{engine: &policy.Engine{}}
	l.source = all[slices.IndexFunc(all, func(s policy.Source) bool { return s.ID == "listings" })]
	in, err := l.engine.Inspect(t.Context(), l.source)
	if err != nil || len(in.Problems) > 0 {
		t.Fatal(err, in.Problems)
	}
	l.params = in.Metadata.Params.Defaults()
	return l
}

// changeOfList is a pull request that changes one file; it is new if there was nothing before.
func changeOfList(before, after string) *bylaw.Snapshot {
	const name = "ADOPTERS.md"
	f := bylaw.File{Path: name, Status: "modified", Before: noContent()}
	f.After = contentOf([]bylaw.Blob{{Path: name, Data: []byte(after)}}, name)
	if before != "" {
		f.Before = contentOf([]bylaw.Blob{{Path: name, Data: []byte(before)}}, name)
	}
	return &bylaw.Snapshot{Files: []bylaw.File{f}}
}

func (l *lists) judge(t testing.TB, s *bylaw.Snapshot, params map[string]any) bylaw.Verdict {
	t.Helper()
	v, err := l.engine.Evaluate(t.Context(), l.source, &policy.Input{Snapshot: s}, policy.Give(policy.Merge(l.params, params)))
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Problems) > 0 || v.Outcome == bylaw.DoesNotApply {
		t.Fatal(v.Outcome, v.Problems)
	}
	return v
}

// StackStorm's list is in the order of the command sort; capital and small letters alike, two entries
// are not where they belong. One line of it has a zero-width space, which nobody would see.
func TestTheOrderOfARealList(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("BYLAW_CORPUS")
	if dir == "" {
		lack.Skip(t, "BYLAW_CORPUS is not set: give it the folder with the files of real communities.")
	}
	data, err := os.ReadFile(filepath.Join(dir, "communities/stackstorm-st2/ADOPTERS.md"))
	if err != nil {
		t.Fatal(err)
	}
	l, text := newLists(t), string(data)
	for order, want := range map[string]int{"byte": 0, "ignore-case": 2, "unicode": 2} {
		v := l.judge(t, changeOfList("", text), map[string]any{"order": order})
		breaks, unseen := 0, 0
		for _, f := range v.Findings {
			if strings.Contains(f.Msg, "alphabetical order") {
				breaks++
			}
			if strings.Contains(f.Msg, "nobody can see") {
				unseen++
			}
		}
		if breaks != want || unseen != 1 || len(v.Findings) != want+1 {
			t.Errorf("%s: %d breaks of the order, want %d: %v", order, breaks, want, v.Findings)
		}
	}
	bad := strings.TrimSpace(text) + "\n* [Initech](http://initech.example) - Turns widgets.\n"
	if v := l.judge(t, changeOfList(text, bad), map[string]any{"order": "ignore-case"}); len(v.Findings) != 2 {
		t.Errorf("a line in the wrong place with an address that is not secure: %v, want both and none of the old faults", v.Findings)
	}
	good := strings.TrimSpace(text) + "\n* [Zeta](https://zeta.example) - Turns widgets.\n"
	if v := l.judge(t, changeOfList(text, good), nil); len(v.Findings) != 0 {
		t.Errorf("a line where it belongs: %v, want nothing of the old faults", v.Findings)
	}
}
