package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func TestFaultsOfOrganizationsNameTheLine(t *testing.T) {
	t.Parallel()
	acme := "version: 1\norganizations:\n  - id: globex\n  - id: acme\n"
	relation := func(rel string) string { return acme + "    relations:\n      - " + rel + "\n" }
	tests := map[string]struct {
		text string
		line int
		msg  string
		fix  string
	}{
		"a word that is no name":            {acme + "    aliases: [independent]\n", 5, "cannot name an organization", "remove it"},
		"a placeholder":                     {acme + "    aliases: [N/A]\n", 5, "somebody is unknown", "remove it"},
		"a placeholder without letters":     {acme + "    aliases: [\"-\"]\n", 5, "no letter or digit", ""},
		"a GitHub organization with @":      {acme + "    github_orgs: [\"@acme\"]\n", 5, "not the name of an organization on GitHub", "acme"},
		"a GitHub organization of two":      {acme + "    github_orgs: [x]\n  - id: b\n    github_orgs: [X]\n", 7, "already means acme", ""},
		"a domain that anybody can have":    {acme + "    domains: [GMail.com]\n", 5, "anybody can have an address at gmail.com", "remove it"},
		"a domain with a star":              {acme + "    domains: [.acme.example]\n", 5, "not the domain", "acme.example"},
		"an unknown key":                    {acme + "    parents: []\n", 5, "no key \"parents\"", ""},
		"an unknown key of a relation":      {relation("{to: globex, relation: acquired, since: 2020-01-01}"), 6, "no key \"since\"", ""},
		"an unknown relation":               {relation("{to: globex, relation: aquired}"), 6, "no relation \"aquired\"", "did you mean \"acquired\"?"},
		"no relation":                       {relation("{to: globex}"), 6, "no relation \"\"", "the relations are renamed, acquired"},
		"a relation to nothing":             {relation("{relation: acquired}"), 6, "missing to which", "to:"},
		"a relation to itself":              {relation("{to: acme, relation: acquired}"), 6, "to itself", "the other"},
		"a target that is not there":        {relation("{to: soylent, relation: acquired}"), 6, "no organization with the id \"soylent\"", "add an entry"},
		"a target that is nearly there":     {relation("{to: glboex, relation: acquired}"), 6, "no organization with the id", "write \"to: globex\""},
		"a target by its name":              {relation("{to: Globex Inc., relation: acquired}"), 6, "no organization with the id", "write \"to: globex\""},
		"a date that is none":               {relation("{to: globex, relation: acquired, from: 2020-02-30}"), 6, "not a date", ""},
		"a date in another form":            {relation("{to: globex, relation: acquired, from: 2020-2-3}"), 6, "not a date", ""},
		"an end before its begin":           {relation("{to: globex, relation: acquired, from: 2020-02-01, until: 2020-02-01}"), 6, "before it begins", "first day"},
		"a rename that ends":                {relation("{to: globex, relation: renamed, until: 2020-02-01}"), 6, "a rename does not end", "alias"},
		"renamed twice":                     {relation("{to: globex, relation: renamed}") + "      - {to: b, relation: renamed}\n  - id: b\n", 7, "renamed already on line 6", "newest"},
		"the same twice":                    {relation("{to: globex, relation: division}") + "      - {to: globex, relation: division, from: 2020-01-01}\n", 7, "line 6 says the same", "dates"},
		"a target that was renamed":         {relation("{to: globex, relation: acquired}") + "  - id: b\n    relations: [{to: acme, relation: renamed}]\n  - id: c\n    relations: [{to: b, relation: division}]\n", 10, "b has been renamed acme", "write \"to: acme\""},
		"a circle of renames":               {relation("{to: b, relation: renamed}") + "  - id: b\n    relations: [{to: acme, relation: renamed, from: 2020-01-01}]\n", 8, "in a circle, from acme to b to acme", "dates"},
		"a circle of owners":                {relation("{to: b, relation: acquired, from: 2020-01-01}") + "  - id: b\n    relations: [{to: c, relation: division}]\n  - id: c\n    relations: [{to: acme, relation: subsidiary, until: 2021-01-01}]\n", 10, "in a circle, from acme to b to c to acme", "remove"},
		"a circle that was closed for long": {relation("{to: b, relation: acquired, from: 2020-01-01}") + "  - id: b\n    relations: [{to: acme, relation: acquired, until: 2020-01-01}]\n", 0, "", ""},
		"two who pay for each other":        {relation("{to: globex, relation: pays-for}") + "  - id: b\n    relations: [{to: acme, relation: pays-for}]\n", 0, "", ""},
		"one owner after another":           {relation("{to: globex, relation: acquired, until: 2020-01-01}") + "      - {to: globex, relation: acquired, from: 2021-01-01}\n", 0, "", ""},
		"renamed, and renamed again":        {relation("{to: b, relation: renamed}") + "  - id: b\n    relations: [{to: c, relation: renamed}]\n  - id: c\n", 0, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, faults := ReadOrganizations("organizations.yml", []byte(tt.text))
			if tt.line == 0 {
				if len(faults) > 0 {
					t.Errorf("got %v, want none", faults)
				}
				return
			}
			if len(faults) != 1 || faults[0].File != "organizations.yml" || faults[0].Line != tt.line || !strings.Contains(faults[0].Msg, tt.msg) || !strings.Contains(faults[0].Fix, tt.fix) {
				t.Errorf("got %v, want one about %q on line %d that says %q", faults, tt.msg, tt.line, tt.fix)
			}
		})
	}
}

func TestAStrangersFileCostsLittle(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("version: 1\norganizations:\n")
	for i := range 5000 {
		fmt.Fprintf(&text, "  - {id: a%d, relations: [{to: a%d, relation: acquired, from: %04d-01-01}]}\n", i, (i+1)%5000, 1+i)
	}
	_, faults := ReadOrganizations("organizations.yml", []byte(text.String()))
	if len(faults) != 1 || !strings.Contains(faults[0].Msg, "more than 2000 relations") {
		t.Errorf("got %v", faults)
	}
}

func TestWarningsOfNamesThatAreNearlyTheSame(t *testing.T) {
	t.Parallel()
	at := func(line int, msg string) string { return fmt.Sprintf("%d: %s", line, msg) }
	for name, tt := range map[string]struct {
		entries string
		want    []string
	}{
		"nothing alike":                 {"  - {id: acme, aliases: [Acme Robots, ACME]}\n  - {id: globex}\n", nil},
		"short names":                   {"  - {id: acme}\n  - {id: acne}\n  - {id: hp}\n  - {id: hpe}\n", nil},
		"a word that companies add":     {"  - {id: acme}\n  - {id: b, name: \"Acme Group, Inc.\"}\n", []string{at(4, `"Acme Group, Inc." is nearly "acme" (line 3)`)}},
		"one letter left out":           {"  - {id: initech}\n  - {id: initch}\n", []string{at(4, `"initch" is nearly "initech" (line 3)`)}},
		"two letters swapped":           {"  - {id: initech}\n  - {id: b, aliases: [Iniétch, Initehc]}\n", []string{at(4, `"Initehc" is nearly "initech" (line 3)`)}},
		"another letter, told once":     {"  - {id: initech}\n  - {id: imitech, name: Imitech Robots, aliases: [Imitech Labs]}\n", []string{at(4, `"imitech" is nearly "initech" (line 3)`)}},
		"two letters":                   {"  - {id: initech}\n  - {id: imitecc}\n", nil},
		"alike, but of one entry":       {"  - {id: initech, aliases: [Initch, Initech Group]}\n", nil},
		"alike, but tied by a relation": {"  - {id: initech, relations: [{to: initech-labs, relation: renamed}]}\n  - {id: initech-labs}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range readEntries(t, tt.entries).Warnings() {
				if w.File != "organizations.yml" || w.Fix == "" {
					t.Errorf("incomplete: %+v", w)
				}
				got = append(got, at(w.Line, w.Msg))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarningsOfWhatAFileTakesFromTheListBelow(t *testing.T) {
	t.Parallel()
	base := readEntries(t, "  - {id: acme, aliases: [Acme Robots]}\n  - {id: initech}\n  - {id: umbra}\n  - {id: umbria}\n")
	o, faults := base.Extend("mine.yml", []byte("version: 1\norganizations:\n  - {id: roadrunner, name: Acme Robots}\n  - {id: b, name: Inittech}\n"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := []bylaw.Problem{
		{File: "mine.yml", Line: 3, Msg: `"Acme Robots" was a name of acme until roadrunner took it`, Fix: `if they are the same, write "id: acme", which replaces that entry`},
		{File: "mine.yml", Line: 4, Msg: `"Inittech" is nearly "initech" (organizations.yml:4)`, Fix: "if they are one organization, make one an alias of the other in the organizations file"},
	}
	if diff := cmp.Diff(want, o.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestSimilarNamesOfARoster(t *testing.T) {
	t.Parallel()
	o := readEntries(t, "  - {id: acme, aliases: [Acme Robots]}\n  - {id: custodian}\n")
	var spellings []Spelling
	for i, name := range []string{"ACME", "Acme, Inc.", "RedCap", "Red Cap", " Red Cap", "-", "Custcodian", "N/A", "Independent", "Independant", "Custodian", "redcap inc"} {
		spellings = append(spellings, Spelling{name, "roster.csv", i + 1})
	}
	var got []string
	for _, p := range o.Similar(spellings) {
		got = append(got, p.Error())
	}
	want := []string{
		`roster.csv:4: "Red Cap" is nearly "RedCap" (line 3) (write it as there, or give it an entry in the organizations file)`,
		`roster.csv:7: "Custcodian" is nearly "custodian" (organizations.yml:4) (if they are one organization, make one an alias of the other in the organizations file)`,
		`roster.csv:12: "redcap inc" is nearly "RedCap" (line 3) (write it as there, or give it an entry in the organizations file)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("similar (-want +got):\n%s", diff)
	}
}
