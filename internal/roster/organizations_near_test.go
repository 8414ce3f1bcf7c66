package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The twins of what communities have to tell: a company that was renamed, one that a larger one bought and
// made a subsidiary later, a chain, a purchase that was undone, one of which nothing else is written.
const twins = `
  - id: spiral
    relations: [{to: defacto, relation: renamed, from: 2025-06-01}]
  - id: defacto
  - id: crimson
    relations: [{to: bluebox, relation: acquired, from: 2019-07-09}]
  - id: bluebox
  - id: tiny
    relations: [{to: small, relation: acquired, from: 2020-01-01}]
  - id: small
    relations: [{to: large, relation: division, from: 2021-01-01}]
  - id: large
  - id: brief
    relations: [{to: buyer, relation: acquired, from: 2020-01-01, until: 2022-01-01}, {to: buyer, relation: pays-for, from: 2022-01-01, until: 2023-01-01}]
  - id: buyer
  - id: alone
`

func TestNearSaysFromWhenUntilWhen(t *testing.T) {
	t.Parallel()
	o := readEntries(t, twins)
	merged := Same{Acquired: Merged}
	tests := map[string]struct {
		ids  string
		same Same
		want string
	}{
		"renamed":                            {"spiral defacto", Same{}, "defacto=spiral merged; spiral=defacto merged"},
		"renamed, where nothing else counts": {"spiral defacto", allSeparate, "defacto=spiral merged; spiral=defacto merged"},
		"bought, related by default":         {"crimson bluebox", Same{}, "bluebox=crimson related from 2019-07-09; crimson=bluebox related from 2019-07-09"},
		"bought, merged":                     {"crimson bluebox", merged, "bluebox=crimson merged from 2019-07-09; crimson=bluebox merged from 2019-07-09"},
		"bought, separate":                   {"crimson bluebox", allSeparate, ""},
		"a chain, at its ends":               {"large tiny", merged, "large=tiny merged from 2021-01-01; tiny=large merged from 2021-01-01"},
		"a chain with a weak link":           {"large tiny", Same{}, "large=tiny related from 2021-01-01; tiny=large related from 2021-01-01"},
		"a chain that is cut":                {"large tiny", Same{Acquired: Separate}, ""},
		"undone, and then paid":              {"brief buyer", merged, "brief=buyer merged from 2020-01-01 until 2022-01-01, buyer related from 2022-01-01 until 2023-01-01; buyer=brief merged from 2020-01-01 until 2022-01-01, brief related from 2022-01-01 until 2023-01-01"},
		"neighbours of one kind are joined":  {"brief buyer", Same{}, "brief=buyer related from 2020-01-01 until 2023-01-01; buyer=brief related from 2020-01-01 until 2023-01-01"},
		"only those that were asked for":     {"crimson alone ~soylent", merged, ""},
		"dates of others do not cut":         {"tiny small large", Same{Acquired: Merged, Division: Separate}, "small=tiny merged from 2020-01-01; tiny=small merged from 2020-01-01"},
		"the same id twice":                  {"crimson crimson bluebox", merged, "bluebox=crimson merged from 2019-07-09; crimson=bluebox merged from 2019-07-09"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids := strings.Fields(tt.ids)
			near := o.Near(ids, tt.same)
			var got []string
			for _, id := range []string{"alone", "bluebox", "brief", "buyer", "crimson", "defacto", "large", "small", "spiral", "tiny", "~soylent"} {
				var words []string
				for _, n := range near[id] {
					w := n.Organization + " " + n.How
					if n.From != "" {
						w += " from " + n.From
					}
					if n.Until != "" {
						w += " until " + n.Until
					}
					words = append(words, w)
					if between := o.Between(id, n.Organization, n.From, n.From, tt.same); between.String() != n.How {
						t.Errorf("on %q %s and %s are %s, but Near says %s", n.From, id, n.Organization, between, n.How)
					}
					if n.Until != "" && o.Between(id, n.Organization, n.Until, n.Until, tt.same).String() == n.How {
						t.Errorf("on %s %s and %s are still %s", n.Until, id, n.Organization, n.How)
					}
				}
				if len(words) > 0 {
					got = append(got, id+"="+strings.Join(words, ", "))
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("near (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAFamilyThatIsTooLargeIsReported holds that a file of a stranger cannot fill the memory.
func TestAFamilyThatIsTooLargeIsReported(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("version: 1\norganizations:\n  - id: hub\n")
	ids := []string{"hub"}
	for i := range maxFamily + 1 {
		ids = append(ids, fmt.Sprintf("o%d", i))
		fmt.Fprintf(&text, "  - {id: o%d, relations: [{to: hub, relation: acquired, from: 2020-01-%02d}]}\n", i, 1+i%28)
	}
	o, faults := ReadOrganizations("organizations.yml", []byte(text.String()))
	if len(faults) != 1 || !strings.Contains(faults[0].Msg, "more than 100 relations hang together") || faults[0].Line != 3 {
		t.Errorf("got %v, want one fault on line 3", faults)
	}
	if near := o.Near(ids, Same{}); len(near) > 0 {
		t.Errorf("%d organizations are near to others", len(near))
	}
}
