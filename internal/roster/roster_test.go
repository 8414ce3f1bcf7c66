package roster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

const organizations = `version: 1
organizations:
  - id: acme
    name: Acme Corp
    aliases: [ACME, "Acme Widgets, Inc."]
    domains: [acme.example]
  - id: globex
    domains: [globex.example]
`

func TestNamesMeanOneOrganization(t *testing.T) {
	t.Parallel()
	o, faults := ReadOrganizations("organizations.yml", []byte(organizations))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	acme := bylaw.Organization{ID: "acme", Name: "Acme Corp"}
	for name, want := range map[string]bylaw.Organization{
		"Acme Corp": acme, "acme": acme, "ACME Corporation": acme, "Acme, Inc.": acme, "acme widgets": acme,
		"Globex":      {ID: "globex", Name: "globex"},
		"Acme Robots": {ID: "~acmerobots", Name: "Acme Robots"}, // never a part of a name
		"Corp":        {ID: "~corp", Name: "Corp"},
		"Umbra GmbH":  {ID: "~umbra", Name: "Umbra GmbH"},
	} {
		if diff := cmp.Diff(want, o.Of(name)); diff != "" {
			t.Errorf("Of(%q) (-want +got):\n%s", name, diff)
		}
	}
	for domain, want := range map[string]string{"acme.example": "acme", "mail.ACME.example": "acme", "notacme.example": "", "example": "", "": ""} {
		if got, _ := o.OfDomain(domain); got.ID != want {
			t.Errorf("OfDomain(%q) = %q, want %q", domain, got.ID, want)
		}
	}
}

func TestFaultsOfFilesNameTheLine(t *testing.T) {
	t.Parallel()
	person := "version: 1\npeople:\n  - github: alice\n"
	org := "version: 1\norganizations:\n  - id: acme\n"
	tests := map[string]struct {
		file, text string
		line       int
		msg        string
	}{
		"a login with @":               {"affiliations.yml", "version: 1\npeople:\n  - github: \"@alice\"\n", 3, "not a GitHub login"},
		"an address for a login":       {"affiliations.yml", "version: 1\npeople:\n  - github: alice@acme.example\n", 3, "not a GitHub login"},
		"the same login twice":         {"affiliations.yml", person + "  - github: Alice\n", 4, "a second time, first on line 3"},
		"an unknown key":               {"affiliations.yml", person + "    affilations: []\n", 4, "affilations"},
		"a day of review that is none": {"affiliations.yml", person + "    review_after: 2026-13-01\n", 4, "not a date"},
		"a date that is none":          {"affiliations.yml", person + "    affiliations:\n      - organization: Acme\n        from: 2024-02-30\n", 6, "not a date"},
		"an end before its begin":      {"affiliations.yml", person + "    affiliations:\n      - organization: Acme\n        from: 2024-02-01\n        until: 2024-02-01\n", 5, "before it begins"},
		"no organization":              {"affiliations.yml", person + "    affiliations:\n      - from: 2024-02-01\n", 5, "organization is missing"},
		"no version":                   {"affiliations.yml", "people: []\n", 1, "version"},
		"no version, another name":     {"people.yml", "people:\n  - {github: alice, affiliations: [{organization: Acme}]}\n", 1, "version"},
		"not YAML":                     {"affiliations.yml", "a: [\n", 1, ""},
		"an unknown format":            {"people.txt", "alice\n", 0, "not recognized"},
		"an alias of two":              {"organizations.yml", org + "  - id: globex\n    aliases: [Acme Inc]\n", 5, "already means acme"},
		"an id twice":                  {"organizations.yml", org + "  - id: acme\n", 4, "a second time"},
		"an address for a domain":      {"organizations.yml", org + "    domains: [a@acme.example]\n", 4, "not the domain"},
		"a label with capitals":        {"organizations.yml", org + "    labels: [partner, Big Customer]\n", 4, "cannot be a label"},
		"an id that cannot be one":     {"organizations.yml", "version: 1\norganizations:\n  - id: Acme Corp\n", 3, "cannot be the id"},
		"a domain of two":              {"organizations.yml", org + "    domains: [a.example]\n  - id: b\n    domains: [A.example]\n", 6, "already means acme"},
		"a name without any letter":    {"organizations.yml", org + "    name: \"???\"\n", 4, "no letter"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var faults []bylaw.Problem
			if tt.file == "organizations.yml" {
				_, faults = ReadOrganizations(tt.file, []byte(tt.text))
			} else {
				_, faults = Read(tt.file, "", []byte(tt.text))
			}
			if len(faults) != 1 || faults[0].File != tt.file || faults[0].Line != tt.line || !strings.Contains(faults[0].Msg, tt.msg) {
				t.Errorf("got %v, want one about %q on line %d", faults, tt.msg, tt.line)
			}
		})
	}
}

func book(t *testing.T, text string) Book {
	t.Helper()
	o, faults := ReadOrganizations("organizations.yml", []byte(organizations))
	r, more := Read("affiliations.yml", "", []byte("version: 1\npeople:\n"+text))
	if faults = append(faults, more...); len(faults) > 0 {
		t.Fatal(faults)
	}
	return Book{Rosters: []Roster{r}, Organizations: o}
}

func TestPeopleAreJoinedOnTheirNumberThenOnTheirLogin(t *testing.T) {
	t.Parallel()
	b := book(t, `
  - github: alice
    id: 1
    roles: [maintainer]
    affiliations:
      - {organization: ACME, from: 2020-01-01, until: 2024-06-01}
      - {organization: independent, from: 2024-06-01}
  - github: bob
    affiliations: [{organization: undisclosed}]
`)
	alice := []bylaw.Affiliation{
		{Kind: "employer", Organization: "acme", From: "2020-01-01", Until: "2024-06-01", Source: "declared", File: "affiliations.yml", Line: 8},
		{Kind: "independent", From: "2024-06-01", Source: "declared", File: "affiliations.yml", Line: 9},
	}
	undisclosed := []bylaw.Affiliation{{Kind: "undisclosed", Source: "declared-stale", Rank: 1, File: "affiliations.yml", Line: 11}}
	tests := map[string]struct {
		login string
		id    int64
		want  []bylaw.Affiliation
	}{
		"by number, renamed since":      {"alicia", 1, alice},
		"by login in another case":      {"Alice", 0, alice},
		"a login that another took":     {"alice", 2, nil},
		"by login, where no number is":  {"bob", 7, undisclosed},
		"nobody whom a roster knows":    {"carol", 3, nil},
		"an account without a login":    {"", 0, nil},
		"a login that begins like hers": {"alice2", 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got, _ := b.Person(tt.login, tt.id, noon)
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("affiliations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompareSaysWhoWouldBeSomebodyElse(t *testing.T) {
	t.Parallel()
	before := book(t, "  - github: alice\n    affiliations: [{organization: acme}]\n  - github: bob\n    roles: [maintainer]\n  - github: carol\n")
	after := book(t, "  - github: Alice\n    affiliations: [{organization: Globex, from: 2026-01-01}]\n  - github: carol\n  - github: dave\n    roles: [maintainer]\n")
	entries, differences := Compare(before, after)
	want := []bylaw.Difference{
		{File: "affiliations.yml", Line: 3, Msg: "Alice: works for globex from 2026-01-01; until now works for Acme Corp"},
		{File: "affiliations.yml", Msg: "bob: no longer in a roster; until now maintainer"},
		{File: "affiliations.yml", Line: 6, Msg: "dave: maintainer; until now not in a roster"},
	}
	for i := range differences { // the login's case is that of whichever comes first
		differences[i].Msg = strings.Replace(differences[i].Msg, "alice:", "Alice:", 1)
	}
	if diff := cmp.Diff(want, differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if len(entries) != 3 {
		t.Errorf("got %d entries, want 3: %v", len(entries), entries)
	}
	if entries, differences := Compare(before, before); len(entries)+len(differences) > 0 {
		t.Errorf("the same rosters differ: %v %v", entries, differences)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("version: 1\npeople:\n  - github: alice\n    affiliations: [{organization: Acme}]\n")
	f.Add(organizations)
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		r, faults := Read("affiliations.yml", "", []byte(text))
		o, more := ReadOrganizations("organizations.yml", []byte(text))
		for _, p := range append(faults, more...) {
			if p.Line < 0 || p.Line > lines+1 || p.Msg == "" {
				t.Errorf("problem %+v in a text of %d lines", p, lines)
			}
		}
		b := Book{Rosters: []Roster{r}, Organizations: o}
		for _, login := range b.Logins() {
			b.Person(login, 0, noon)
		}
	})
}
