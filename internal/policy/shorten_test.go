package policy_test

import (
	"fmt"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// What only hands on is left out, and nothing else: each of these functions would give something else if it were.
func TestWhatTheLibraryMakesOfAFunctionIsKept(t *testing.T) {
	t.Parallel()
	functions := `package bylaw.lib

straight(list, key) := bylaw.column(list, key)

swapped(key, list) := bylaw.column(list, key)

fixed(list) := bylaw.column(list, "a")

unless_empty(list, key) := bylaw.column(list, key) if count(list) > 0

unless_empty(list, _) := "none" if count(list) == 0

if_known(people) if bylaw.known(people)

contradicted(list, key) := bylaw.column(list, key)

contradicted(_, "b") := []
`
	e := newEngine(t)
	for call, want := range map[string]string{
		`lib.straight([{"a": 1, "b": 2}], "b")`: `[2]`,
		`lib.swapped("b", [{"a": 1, "b": 2}])`:  `[2]`,
		`lib.fixed([{"a": 1, "b": 2}])`:         `[1]`,
		`lib.unless_empty([], "b")`:             `"none"`,
		`[1 | lib.if_known([])]`:                `[]`,
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := rule(fmt.Sprintf("import data.bylaw.lib\n\naccept if %s == %s\n", call, want))
			s.BuiltIn, s.Library = true, []policy.Module{{File: "lib/lib.rego", Text: functions}}
			if v := evaluate(t, e, s); v.Outcome != bylaw.Accepted {
				t.Errorf("it is not %s: %s %v", want, v.Outcome, v.Problems)
			}
		})
	}
	for call, place := range map[string]string{
		`lib.straight([{"a": 1}], "b")`:     ".github/bylaw/rule/rule.rego", // where it is called
		`lib.contradicted([{"b": 1}], "b")`: "lib/lib.rego",
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			s := rule(fmt.Sprintf("import data.bylaw.lib\n\naccept if count(%s) == 1\n", call))
			s.BuiltIn, s.Library = true, []policy.Module{{File: "lib/lib.rego", Text: functions}}
			if v := evaluate(t, e, s); len(v.Problems) != 1 || v.Problems[0].File != place {
				t.Errorf("it is %s with %v, want a problem in %s", v.Outcome, v.Problems, place)
			}
		})
	}
}
