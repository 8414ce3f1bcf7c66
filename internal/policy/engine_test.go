package policy

import (
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestABuiltInPolicyThatIsNotDoneIsNoVerdict: they take milliseconds, so it is this process that stood still. Of a
// community's own policy it is a verdict.
func TestABuiltInPolicyThatIsNotDoneIsNoVerdict(t *testing.T) {
	t.Parallel()
	s := Source{ID: "rule", Modules: []Module{{File: "rule.rego", Text: `# METADATA
# title: A rule
# description: What it asks for.
package bylaw.rule

_ten := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

accept if {
	some a in _ten
	some b in _ten
	some c in _ten
	some d in _ten
	some e in _ten
	some f in _ten
	some g in _ten
	((((((a + b) + c) + d) + e) + f) + g) > count(input.title) + 100
}
`}}}
	c := compile(t.Context(), s)
	if len(c.Problems) > 0 {
		t.Fatal(c.Problems)
	}
	for _, builtIn := range []bool{true, false} {
		s.BuiltIn = builtIn
		_, problems, err := evaluate(t.Context(), c, s, &Input{Snapshot: &bylaw.Snapshot{}}, Given{}, time.Millisecond)
		if (err != nil) != builtIn || (len(problems) > 0) == builtIn {
			t.Errorf("built in %v: got %v, %v", builtIn, problems, err)
		}
	}
}
