package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	allSeparate = Same{Separate, Separate, Separate, Separate}
	allMerged   = Same{Merged, Merged, Merged, Merged}
)

const family = `
  - id: acme
    relations: [{to: globex, relation: acquired, from: 2020-03-01, until: 2022-03-01}]
  - id: globex
    relations: [{to: umbra, relation: subsidiary, from: 2021-03-01}]
  - id: umbra
  - id: initech
    relations: [{to: hooli, relation: renamed, from: 2023-01-01}]
  - id: hooli
  - id: hooli-labs
    relations: [{to: hooli, relation: division}]
  - id: vandelay
    relations: [{to: initrode, relation: pays-for, from: 2024-01-01}]
  - id: initrode
`

func TestTwoOrganizationsAreOneOnSomeDays(t *testing.T) {
	t.Parallel()
	o := readEntries(t, family)
	tests := map[string]struct {
		a, b, on string
		same     Same
		want     Sameness
	}{
		"the same":                             {"acme", "acme", "2020-01-01", allSeparate, Merged},
		"the same, of which nothing is known":  {"~soylent", "~soylent", "2020-01-01", Same{}, Merged},
		"two of which nothing is known":        {"~soylent", "~tyrell", "2020-01-01", allMerged, Separate},
		"one of which nothing is known":        {"acme", "~tyrell", "2020-01-01", allMerged, Separate},
		"the day before the acquisition":       {"acme", "globex", "2020-02-29", allMerged, Separate},
		"the day of the acquisition":           {"acme", "globex", "2020-03-01", allMerged, Merged},
		"the other way round":                  {"globex", "acme", "2020-03-01", allMerged, Merged},
		"a moment of that day":                 {"globex", "acme", "2020-03-01T10:00:00Z", allMerged, Merged},
		"the last day":                         {"acme", "globex", "2022-02-28", allMerged, Merged},
		"the day on which it is over":          {"acme", "globex", "2022-03-01", allMerged, Separate},
		"a moment of the day when it is over":  {"acme", "globex", "2022-03-01T00:00:00Z", allMerged, Separate},
		"an acquisition unless told":           {"acme", "globex", "2021-01-01", Same{}, Related},
		"acquisitions kept apart":              {"acme", "globex", "2021-01-01", Same{Acquired: Separate}, Separate},
		"by two steps":                         {"acme", "umbra", "2021-06-01", allMerged, Merged},
		"by two steps, before the second":      {"acme", "umbra", "2021-02-01", allMerged, Separate},
		"by a merged and a related step":       {"acme", "umbra", "2021-06-01", Same{Acquired: Merged}, Related},
		"by a merged and a separate step":      {"acme", "umbra", "2021-06-01", Same{Acquired: Merged, Subsidiary: Separate}, Separate},
		"a rename":                             {"initech", "hooli", "2024-01-01", allSeparate, Merged},
		"a rename, before it":                  {"initech", "hooli", "2020-01-01", allSeparate, Merged},
		"a division of what was renamed":       {"initech", "hooli-labs", "2020-01-01", Same{}, Merged},
		"divisions kept apart":                 {"initech", "hooli-labs", "2020-01-01", Same{Division: Separate}, Separate},
		"who pays, unless told":                {"initrode", "vandelay", "2024-01-01", Same{}, Related},
		"who pays, as OpenBao counts":          {"initrode", "vandelay", "2024-01-01", Same{PaysFor: Merged}, Merged},
		"who pays, before":                     {"initrode", "vandelay", "2023-12-31", Same{PaysFor: Merged}, Separate},
		"any day":                              {"acme", "globex", "", allMerged, Merged},
		"any day, for what was never together": {"acme", "hooli", "", allMerged, Separate},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := o.Between(tt.a, tt.b, tt.on, tt.on, tt.same); got != tt.want {
				t.Errorf("Between(%s, %s) on %q = %s, want %s", tt.a, tt.b, tt.on, got, tt.want)
			}
			if got := o.One(tt.a, tt.b, tt.on, tt.same); got != (tt.want == Merged) {
				t.Errorf("One(%s, %s) on %q = %t", tt.a, tt.b, tt.on, got)
			}
		})
	}
}

func TestConnectedLooksAtEveryDayOfASpan(t *testing.T) {
	t.Parallel()
	o := readEntries(t, family+`
  - id: early
    relations: [{to: middle, relation: division, until: 2020-01-01}]
  - id: middle
    relations: [{to: late, relation: division, from: 2020-01-01}]
  - id: late
`)
	tests := map[string]struct {
		id, since, until string
		want             []string
	}{
		"before":                           {"acme", "2019-01-01", "2020-02-29", []string{"acme"}},
		"until the first day":              {"acme", "2019-01-01", "2020-03-01", []string{"acme", "globex"}},
		"over both":                        {"acme", "2019-01-01", "2021-03-01", []string{"acme", "globex", "umbra"}},
		"from the last day":                {"acme", "2022-02-28", "2030-01-01", []string{"acme", "globex", "umbra"}},
		"after":                            {"acme", "2022-03-01", "", []string{"acme"}},
		"ever":                             {"acme", "", "", []string{"acme", "globex", "umbra"}},
		"from the beginning":               {"acme", "", "2020-03-01", []string{"acme", "globex"}},
		"two that never were one together": {"early", "", "", []string{"early", "middle"}},
		"between them":                     {"middle", "", "", []string{"early", "late", "middle"}},
		"a stranger":                       {"~soylent", "", "", []string{"~soylent"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, o.Connected(tt.id, tt.since, tt.until, Merged, allMerged)); diff != "" {
				t.Errorf("connected (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCanonicalIsTheOwnerUnderItsNewestName(t *testing.T) {
	t.Parallel()
	o := readEntries(t, family)
	tests := map[string]struct {
		id, on string
		same   Same
		want   string
	}{
		"before":               {"acme", "2020-02-29", allMerged, "acme"},
		"owned":                {"acme", "2020-03-01", allMerged, "globex"},
		"owned by what is":     {"acme", "2021-03-01", allMerged, "umbra"},
		"on its own again":     {"acme", "2022-03-01", allMerged, "acme"},
		"not merged":           {"acme", "2020-03-01", Same{}, "acme"},
		"renamed":              {"initech", "2020-01-01", allSeparate, "hooli"},
		"the newest name":      {"hooli", "2020-01-01", allSeparate, "hooli"},
		"a division":           {"hooli-labs", "2020-01-01", Same{}, "hooli"},
		"paid":                 {"initrode", "2025-01-01", allMerged, "vandelay"},
		"paying":               {"vandelay", "2025-01-01", allMerged, "vandelay"},
		"nothing known":        {"~soylent", "2025-01-01", allMerged, "~soylent"},
		"before every date":    {"acme", "", allMerged, "acme"},
		"renamed, without day": {"initech", "", allMerged, "hooli"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := o.Canonical(tt.id, tt.on, tt.same); got != tt.want {
				t.Errorf("Canonical(%s) on %q = %s, want %s", tt.id, tt.on, got, tt.want)
			}
		})
	}
}

// Vectors 8 to 10 of the research, and what SPIFFE's rosters call by two names.
func TestStarterKnowsWhatBecameOfCompanies(t *testing.T) {
	t.Parallel()
	o, _ := Starter()
	merged := Same{Acquired: Merged, Subsidiary: Merged}
	tests := map[string]struct {
		a, b, on string
		same     Same
		want     Sameness
	}{
		"8: an alias":                            {"AWS", "Amazon", "2020-01-01", allSeparate, Merged},
		"9: before the acquisition, separate":    {"Red Hat", "IBM", "2018-06-01", allSeparate, Separate},
		"9: before the acquisition, related":     {"Red Hat", "IBM", "2018-06-01", Same{}, Separate},
		"9: before the acquisition, merged":      {"Red Hat", "IBM", "2018-06-01", merged, Separate},
		"9: after it, separate":                  {"Red Hat", "IBM", "2026-06-01", allSeparate, Separate},
		"9: after it, related":                   {"Red Hat", "IBM", "2026-06-01", Same{}, Related},
		"9: after it, merged":                    {"Red Hat", "IBM", "2026-06-01", merged, Merged},
		"10: before the acquisition":             {"Heptio", "VMware", "2018-10-15", merged, Separate},
		"10: after it":                           {"Heptio", "VMware", "2019-02-15", merged, Merged},
		"by three steps":                         {"Heptio", "Broadcom", "2024-02-15", merged, Merged},
		"renamed, in whatever year":              {"SPIRL", "Defakto Security", "2020-01-01", allSeparate, Merged},
		"the people of one owner":                {"Isovalent", "Splunk", "2024-06-01", Same{}, Related},
		"one owner's, before it had the second":  {"Isovalent", "Splunk", "2024-04-01", Same{}, Separate},
		"a part that was split off, before":      {"HPE", "HP", "2015-10-31", Same{}, Merged},
		"a part that was split off, after":       {"HPE", "HP", "2015-11-01", allMerged, Separate},
		"a name that contains another":           {"Meta", "Meta Broadcast", "2025-01-01", allMerged, Separate},
		"a name that is the beginning of it":     {"Ant", "Ant Group", "2025-01-01", allMerged, Separate},
		"a company that has GitLab in its name":  {"JiHu(GitLab)", "GitLab", "2025-01-01", allMerged, Separate},
		"a court in the state of Amazonas":       {"Tribunal de Justiça do Estado do Amazonas", "Amazon", "2025-01-01", allMerged, Separate},
		"a Chinese name":                         {"阿里云", "Alibaba Group", "2025-01-01", allSeparate, Merged},
		"a Chinese name with the form of a firm": {"阿里云有限公司", "Alibaba", "2025-01-01", allSeparate, Merged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := o.Between(o.Of(tt.a).ID, o.Of(tt.b).ID, tt.on, tt.on, tt.same); got != tt.want {
				t.Errorf("%s and %s on %s are %s, want %s", tt.a, tt.b, tt.on, got, tt.want)
			}
		})
	}
}

func TestSamenessIsWrittenInWords(t *testing.T) {
	t.Parallel()
	for _, want := range []Sameness{Separate, Related, Merged} {
		var got Sameness
		if err := got.UnmarshalText([]byte(want.String())); err != nil || got != want {
			t.Errorf("%s is read as %s, %v", want, got, err)
		}
	}
	for _, word := range []string{"", "Merged", "same"} {
		if err := new(Sameness).UnmarshalText([]byte(word)); err == nil {
			t.Errorf("%q is accepted", word)
		}
	}
}
