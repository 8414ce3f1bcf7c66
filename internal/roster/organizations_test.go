package roster

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// readEntries reads an organizations.yml that must have no problems; the text begins with its first entry.
func readEntries(t testing.TB, entries string) Organizations {
	t.Helper()
	o, faults := ReadOrganizations("organizations.yml", []byte("version: 1\norganizations:\n"+entries))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return o
}

func TestSpellingsThatAreOne(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"Acme", "ACME", "acme", " Acme ", "Acme, Inc.", "Acme Inc", "Acme Corp.", "The Acme Company", "@acme", "Acme GmbH & Co. KG", "Acme S.A.", "Acme Pvt. Ltd."},
		{"Globex", "Globex B.V.", "Globex s.r.o.", "Globex Sp. z o.o.", "Globex, K.K.", "Globex Pty Ltd", "Globex Sdn. Bhd.", "Globex\u200b", "Glo\u200bbex", "Ｇｌｏｂｅｘ", "https://www.globex"},
		{"Umbra AB", "umbra", "株式会社Umbra", "Umbra株式会社", "株式会社 Umbra"},
		{"阿里云", "阿里云 ", "阿里云有限公司", "阿里云股份有限公司"},
		{"Straße", "STRASSE"},
		{"Café", "Cafe\u0301", "CAFÉ"},
		{"हिन्दी"},
		{"हनद"}, // the same without its vowels
		{"Yahoo! Inc.", "yahoo"},
		{"Nuage Networks from Nokia"},
		{"X"},
		{"3"},
		{"Acme Group"},
		{"Acme Robots"},
		{"Corp", "Corp."},
		{"The"},
		{"有限公司"},
	} {
		for _, name := range same {
			if got, want := key(name), key(same[0]); got != want || got == "" {
				t.Errorf("key(%q) = %q, want %q, as of %q", name, got, want, same[0])
			}
		}
	}
	for _, differ := range [][2]string{
		{"Acme", "Acme Group"}, {"Acme", "Acme Broadcast"}, {"Acme", "Acmes"}, {"Globex", "Acme Globex"}, {"हिन्दी", "हनद"}, {"阿里云", "阿里巴巴"}, {"X", "3"},
	} {
		if key(differ[0]) == key(differ[1]) {
			t.Errorf("%q and %q have the same key %q", differ[0], differ[1], key(differ[0]))
		}
	}
	for _, none := range []string{"", " ", "-", "_", "???", "\u200b", "\u0301", "@"} {
		if got := key(none); got != "" {
			t.Errorf("key(%q) = %q, want none", none, got)
		}
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for kind, names := range map[string][]string{
		bylaw.AffiliationEmployer: {
			"Acme", "X", "3", "Yahoo! Inc.", "阿里云", "Nuage Networks from Nokia", "@acme", "Acme (formerly Globex)", "(Acme)",
			"Independent Tickets", "Personal Robots", "Self XYZ", "consultant at Globex", "NA-XY", "Robots", "Unknown Worlds", "Stealth Robots", "None of the Above",
		},
		bylaw.AffiliationIndependent: {
			"Independent", "independent", "*independent", "INDEPENDENT ", "Independant", "Unaffilliated", "No Affiliation", "Individual - No Account", "Individual Developer",
			"Self-employed", "Self Employed", "self", "Freelancer", "Student", "Retired", "Career Break", "Independent (formerly Acme)", "N/A (Fresh Graduate)", "Independent consulting", "个人",
		},
		bylaw.AffiliationUndisclosed: {"Undisclosed", "Confidential", "Stealth", "Stealth Startup", "N/A (unable to use current affiliation name)"},
		NameUnknown:                  {"", " ", "-", "_", "--", "?", "N/A", "n/a", "NA", "None", "none", "null", "Unknown", "(Unknown)", "NotFound", "Not Found", "TBD", "xxx", "没有", "\u200b", "N/A (see below)", "(-)"},
		NameBot:                      {"(Robots)", "*robots", " (robots) "},
	} {
		for _, name := range names {
			if got := Classify(name); got != kind {
				t.Errorf("Classify(%q) = %q, want %q", name, got, kind)
			}
		}
	}
}

func TestReservedWordsSayOneThing(t *testing.T) {
	t.Parallel()
	for _, k := range slices.Sorted(maps.Keys(reserved)) {
		if k == "" || Classify(k) != reserved[k] {
			t.Errorf("Classify(%q) = %q, want %q", k, Classify(k), reserved[k])
		}
	}
}

func TestOrganizationsAreFoundByWhatTheyOwn(t *testing.T) {
	t.Parallel()
	o := readEntries(t, `
  - id: acme
    name: Acme Corp
    github_orgs: [Acme-Labs]
    domains: [acme.example, github.com]
  - id: robots
    name: Robots of Acme
    domains: [robots.acme.example]
`)
	const acme = "acme"
	for _, login := range []string{"Acme-Labs", "acme-labs"} {
		if got, ok := o.OfGitHub(login); got.ID != acme || !ok {
			t.Errorf("OfGitHub(%q) = %v, %t", login, got, ok)
		}
		if got := o.Of("@" + login); got.ID != acme {
			t.Errorf("Of(%q) = %v", "@"+login, got)
		}
	}
	if got, ok := o.OfGitHub("acme"); ok {
		t.Errorf("OfGitHub of a name that nobody has = %v", got)
	}
	if got := o.Of("@globex"); got.ID != "~globex" || got.Name != "@globex" {
		t.Errorf("Of(@globex) = %v, want an organization of its own", got)
	}
	for domain, want := range map[string]string{
		"acme.example": "acme", "x.robots.acme.example": "robots", "notacme.example": "",
		"github.com": "acme", "users.noreply.github.com": "", "Users.NoReply.GitHub.com": "",
	} {
		if got, _ := o.OfDomain(domain); got.ID != want {
			t.Errorf("OfDomain(%q) = %q, want %q", domain, got.ID, want)
		}
	}
}

func TestALaterFileWins(t *testing.T) {
	t.Parallel()
	base := readEntries(t, `
  - id: acme
    aliases: [Acme Widgets, Roadrunner]
    domains: [acme.example]
    relations: [{to: globex, relation: acquired}]
  - id: globex
    github_orgs: [globex]
    domains: [globex.example]
  - id: initech
    relations: [{to: acme, relation: renamed}]
`)
	o, faults := base.Extend("mine.yml", []byte(`version: 1
organizations:
  - id: acme
    name: Acme Corp
    aliases: [ACME Robots]
  - id: umbra
    aliases: [Globex Labs]
    github_orgs: [GLOBEX]
    relations: [{to: globex, relation: subsidiary}]
`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, want := range map[string]string{
		"Acme Corp": "acme", "acme robots": "acme", "Acme Widgets": "~acmewidgets", "Roadrunner": "~roadrunner",
		"Globex": "globex", "Globex Labs": "umbra", "@globex": "umbra", "Initech": "initech",
	} {
		if got := o.Of(name).ID; got != want {
			t.Errorf("Of(%q) = %q, want %q", name, got, want)
		}
	}
	if _, ok := o.OfDomain("acme.example"); ok {
		t.Error("the domain of an entry that was replaced is still known")
	}
	if got, _ := o.OfDomain("globex.example"); got.ID != "globex" {
		t.Errorf("the domain of an entry below is %q", got.ID)
	}
	if diff := cmp.Diff([]string{"acme", "initech"}, o.Connected("acme", "", "", Related, Same{})); diff != "" {
		t.Errorf("connected with acme, whose acquisition was replaced (-want +got):\n%s", diff)
	}
	if got := o.Between("umbra", "globex", "", "", Same{}); got != Related {
		t.Errorf("a relation to an entry below is %s", got)
	}
	if got := base.Of("Roadrunner").ID; got != "acme" {
		t.Errorf("extending changed the list below: %q", got)
	}
}

func TestAFileExtendsTheStarter(t *testing.T) {
	t.Parallel()
	text := "version: 1\nextends: starter\norganizations:\n  - id: acme\n    relations: [{to: red-hat, relation: acquired}]\n"
	o, faults := ReadOrganizations("organizations.yml", []byte(text))
	if len(faults)+len(o.Warnings()) > 0 {
		t.Fatal(faults, o.Warnings())
	}
	if got := o.Of("RedHat").ID; got != "red-hat" {
		t.Errorf("Of(RedHat) = %q", got)
	}
	if o, _ := ReadOrganizations("organizations.yml", []byte("version: 1\n")); o.Of("RedHat").ID != "~redhat" {
		t.Error("a file that does not extend the starter knows what it says")
	}
	_, faults = ReadOrganizations("organizations.yml", []byte("version: 1\nextends: everything\n"))
	if len(faults) != 1 || faults[0].Line != 2 || !strings.Contains(faults[0].Msg, "no list") {
		t.Errorf("got %v", faults)
	}
}

func FuzzOrganizations(f *testing.F) {
	f.Add("version: 1\norganizations:\n  - id: acme\n    relations: [{to: globex, relation: renamed, from: 2020-01-01}]\n  - {id: globex, domains: [globex.example]}\n", "Acme, Inc.", "2020-01-01")
	f.Add("version: 1\norganizations: [{id: a, relations: [{to: b, relation: acquired}]}, {id: b, relations: [{to: a, relation: division}]}]\n", "株式会社Umbra", "")
	f.Fuzz(func(t *testing.T, text, name, on string) {
		if k := key(name); k != "" && reserved[k] == "" && Classify(k) != bylaw.AffiliationEmployer {
			t.Errorf("Classify(%q) = %q", k, Classify(k))
		}
		o, faults := ReadOrganizations("organizations.yml", []byte(text))
		lines := strings.Count(text, "\n") + 2
		for _, p := range append(faults, o.Warnings()...) {
			if p.File != "organizations.yml" || p.Line < 0 || p.Line > lines || p.Msg == "" {
				t.Errorf("problem %+v in a text of %d lines", p, lines)
			}
		}
		o.Similar([]Spelling{{Name: name}, {Name: name + "s"}})
		first := o.Of(name).ID
		if !o.One(first, first, on, Same{}) {
			t.Errorf("%q is not itself", first)
		}
		for i, org := range o.list[:min(len(o.list), 20)] {
			other := o.list[(i*7+1)%len(o.list)].ID
			for _, same := range []Same{{}, {Merged, Merged, Merged, Merged}} {
				one := o.Canonical(org.ID, on, same) == o.Canonical(other, on, same)
				if on != "" && one != o.One(org.ID, other, on, same) || one && !o.One(other, org.ID, on, same) {
					t.Errorf("%s and %s on %q: canonical says %t, One says %t", org.ID, other, on, one, !one)
				}
			}
		}
	})
}

func BenchmarkOf(b *testing.B) {
	o, faults := Starter()
	if len(faults) > 0 {
		b.Fatal(faults)
	}
	for name, spelling := range map[string]string{"ascii": "Red Hat, Inc.", "other": "阿里云", "stranger": "Initech Robots GmbH"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.Of(spelling)
			}
		})
	}
}

func BenchmarkBetween(b *testing.B) {
	o, _ := Starter()
	for b.Loop() {
		o.Between("heptio", "splunk", "2018-01-01", "2026-01-01", Same{})
	}
}

func BenchmarkStarter(b *testing.B) {
	for b.Loop() {
		o, _ := Starter()
		o.Warnings()
	}
}
