package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func mustRead(t testing.TB, file, text string) Roster {
	t.Helper()
	r, stops := Read(file, "", []byte(text))
	if len(stops) > 0 {
		t.Fatal(stops)
	}
	return r
}

const gitdmText = `alice: alice!acme.example
	Acme until 2025-09-01
	Globex from 2025-09-01
bob: bob!acme.example
	Independent
carol: carol!acme.example
	Independent
`

func TestADayBelongsToWhatBeginsOnIt(t *testing.T) {
	t.Parallel()
	r := mustRead(t, "developers_affiliations1.txt", gitdmText)
	alice, ok := r.Person("ALICE", 0)
	if !ok {
		t.Fatal("alice is not found")
	}
	for date, want := range map[string]string{"2025-08-31": "Acme", "2025-09-01": "Globex", "1999-01-01": "Acme", "2030-01-01": "Globex"} {
		at := alice.At(date)
		if len(at) != 1 || at[0].Organization != want {
			t.Errorf("on %s: %v, want %s", date, at, want)
		}
	}
	if _, ok := r.Person("alice2", 0); ok {
		t.Error("somebody is found by a part of a login")
	}
}

func TestTheSnapshotTellsWhoseWordItIs(t *testing.T) {
	t.Parallel()
	b := Book{Rosters: []Roster{
		mustRead(t, "developers_affiliations1.txt", gitdmText),
		mustRead(t, "MAINTAINERS.md", "# Maintainers\n* [Bob](https://github.com/bob), Independent\n* [Carol](https://github.com/carol), Unknown\n"),
	}}
	if diff := cmp.Diff([]string{"bob", "carol"}, b.Logins()); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
	for login, want := range map[string][]bylaw.Affiliation{
		"alice": {
			{Kind: bylaw.AffiliationEmployer, Organization: "~acme", Until: "2025-09-01", Fuzzy: true, Source: SourceGitdmStrict, Rank: 4, File: "developers_affiliations1.txt", Line: 2},
			{Kind: bylaw.AffiliationEmployer, Organization: "~globex", From: "2025-09-01", Fuzzy: true, Source: SourceGitdmOpen, Rank: 5, File: "developers_affiliations1.txt", Line: 3},
		},
		"bob":   {{Kind: bylaw.AffiliationIndependent, Source: SourceRoster, Rank: 2, File: "MAINTAINERS.md", Line: 2}},
		"carol": {{Kind: bylaw.AffiliationUnknown, Source: SourceRoster, Rank: bylaw.RankUnknown, File: "MAINTAINERS.md", Line: 3}},
	} {
		roles, got, _ := b.Person(login, 0, noon)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", login, diff)
		}
		if login == "alice" && len(roles) > 0 {
			t.Errorf("a list that others collected gives a role: %v", roles)
		}
	}
}

func TestAGroupIsNobody(t *testing.T) {
	t.Parallel()
	b := Book{Rosters: []Roster{
		mustRead(t, "OWNERS", "approvers: [docs, alice]\n"),
		mustRead(t, "OWNERS_ALIASES", "aliases:\n  Docs: [bob]\n"),
	}}
	roles := func(login string) []string {
		all, _, _ := b.Person(login, 0, noon)
		names := []string{}
		for _, r := range all {
			names = append(names, r.File+" "+r.Name)
		}
		return names
	}
	if got := roles("docs"); len(got) > 0 {
		t.Errorf("whoever takes the login of a group gets its roles: %v", got)
	}
	if diff := cmp.Diff([]string{"OWNERS approver", "OWNERS_ALIASES Docs"}, roles("bob")); diff != "" {
		t.Errorf("bob (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"alice", "bob"}, b.Logins()); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
}

func TestWhoAskedToBeRemovedIsUnknown(t *testing.T) {
	t.Parallel()
	hash := func(word string) string {
		sum := sha256.Sum256([]byte(word))
		return hex.EncodeToString(sum[:])
	}
	removed, stops := ReadRemoved("removed.txt", []byte("# who asked\n"+hash("alice")+"\n"+hash("7")+",2026\n\n"))
	if len(stops) > 0 {
		t.Fatal(stops)
	}
	b := Book{Removed: removed, Rosters: []Roster{mustRead(t, "MAINTAINERS.md", "# M\n* [A](https://github.com/Alice), Acme\n* [B](https://github.com/bob), Acme\n")}}
	for login, want := range map[string]int{"alice": 0, "Alice": 0, "bob": 1} {
		if _, got, _ := b.Person(login, 1, noon); len(got) != want {
			t.Errorf("%s: %v, want %d", login, got, want)
		}
	}
	if _, got, _ := b.Person("bob", 7, noon); len(got) > 0 {
		t.Errorf("the account 7 asked to be removed, and has %v", got)
	}
	if diff := cmp.Diff([]string{"bob"}, b.Logins()); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
	if _, stops := ReadRemoved("removed.txt", []byte("alice\n")); len(stops) != 1 || stops[0].Line != 1 {
		t.Errorf("a name in place of a hash: %v", stops)
	}
}

func TestFilesThatDisagreeAreShown(t *testing.T) {
	t.Parallel()
	o, stops := ReadOrganizations("organizations.yml", []byte(organizations))
	if len(stops) > 0 {
		t.Fatal(stops)
	}
	b := Book{Organizations: o, Rosters: []Roster{
		mustRead(t, "people.yml", "people:\n  alice: {company: Umbra}\n  bob: {company: Acme}\n  carol: {company: Globex}\n"),
		mustRead(t, "project-maintainers.csv", ",Project,Name,Company,Github Name\n,P,Alice,Independent,alice\n,P,Bob,\"ACME, Inc\",bob\n,P,Carol,,carol\n"),
		mustRead(t, "developers_affiliations1.txt", "bob: bob!umbra.example\n\tUmbra\n"),
	}}
	got := b.Disagreements("2026-01-01")
	if len(got) != 1 || got[0].File != "project-maintainers.csv" || got[0].Line != 2 || got[0].Msg != "alice works for nobody here, and for umbra in people.yml" {
		t.Errorf("got %v", got)
	}
}

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// TestALineIsWorthWhatItIsOnTheDay holds the ranks of the sources, from 0 for the best.
func TestALineIsWorthWhatItIsOnTheDay(t *testing.T) {
	t.Parallel()
	b := Book{Rosters: []Roster{
		mustRead(t, "affiliations.yml", `version: 1
people:
  - github: dated
    affiliations: [{organization: Acme, from: 2020-01-01}, {organization: Globex, until: 2020-01-01}]
  - github: undated
    affiliations: [{organization: Acme}, {organization: independent}]
  - github: review-today
    review_after: 2026-03-10
    affiliations: [{organization: Acme, from: 2020-01-01}]
  - github: review-overdue
    review_after: 2026-03-09
    affiliations: [{organization: Acme, from: 2020-01-01}]
`),
		mustRead(t, "MAINTAINERS.md", "# M\n* [A](https://github.com/listed), Acme\n* [B](https://github.com/unknown), Unknown\n"),
		mustRead(t, "project-maintainers.csv", ",Project,Maintainer Name,Company,Github Name\n,P,C,Acme and @globex-club,two\n"),
		mustRead(t, "developers_affiliations1.txt", "strict: a!a.example\n\tAcme from 2010-01-15 until 2011-01-15\n"+
			"just-open: a!a.example\n\tAcme from 2024-03-10\nlong-open: a!a.example\n\tAcme from 2024-03-09\nno-dates: a!a.example\n\tAcme\n"+
			"idle: a!a.example\n\tIndependent\n"+
			"twins: a!a.example\n\tAcme from 2025-01-15\ntwins: b!b.example\n\tGlobex from 2025-01-15\n"),
	}}
	for login, want := range map[string][]string{
		"dated":          {"employer declared 0", "employer declared 0"},
		"undated":        {"employer declared-stale 1", "independent declared-stale 1"},
		"review-today":   {"employer declared 0"},
		"review-overdue": {"employer declared-stale 1"},
		"listed":         {"employer roster 2"},
		"unknown":        {"unknown roster 8"},
		"two":            {"ambiguous roster 8"},
		"strict":         {"employer gitdm-strict 4"},
		"just-open":      {"employer gitdm-open 5"},
		"long-open":      {"employer gitdm-undated 6"},
		"no-dates":       {"employer gitdm-undated 6"},
		"idle":           {},
		"twins":          {"ambiguous gitdm-undated 8"},
	} {
		_, affiliations, _ := b.Person(login, 0, noon)
		got := []string{}
		for _, a := range affiliations {
			if a.Kind == KindUnknown || a.Kind == KindAmbiguous {
				if a.Organization != "" || a.From != "" {
					t.Errorf("%s: what is not known is told: %+v", login, a)
				}
			}
			got = append(got, fmt.Sprintf("%s %s %d", a.Kind, a.Source, a.Rank))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", login, diff)
		}
	}
}

func TestMonthsAreFuzzy(t *testing.T) {
	t.Parallel()
	b := Book{Rosters: []Roster{mustRead(t, "developers_affiliations1.txt", "alice: a!a.example\n\tAcme until 2025-03-01\nbob: b!b.example\n\tAcme until 2025-03-15\n")}}
	for login, want := range map[string]bool{"alice": true, "bob": false} {
		if _, got, _ := b.Person(login, 0, noon); len(got) != 1 || got[0].Fuzzy != want {
			t.Errorf("%s: %+v, want fuzzy %t", login, got, want)
		}
	}
}

func TestTheLatestReturnCounts(t *testing.T) {
	t.Parallel()
	b := Book{Rosters: []Roster{
		mustRead(t, "affiliations.yml", "version: 1\npeople:\n  - {github: alice, away_until: 2026-04-01}\n  - {github: bob, id: 7, away_until: 2026-04-01}\n"),
		mustRead(t, "teams/affiliations.yml", "version: 1\npeople:\n  - {github: alice, away_until: 2026-05-01}\n"),
	}}
	for _, tt := range []struct {
		login string
		id    int64
		want  string
	}{{"Alice", 0, "2026-05-01"}, {"bob", 7, "2026-04-01"}, {"bob", 8, ""}, {"carol", 0, ""}} {
		if got := b.AwayUntil(tt.login, tt.id); got != tt.want {
			t.Errorf("%s %d is away until %q, want %q", tt.login, tt.id, got, tt.want)
		}
	}
}

func TestAWordIsTheNameOfAKnownOrganization(t *testing.T) {
	t.Parallel()
	o, stops := ReadOrganizations("organizations.yml", []byte(organizations))
	if len(stops) > 0 {
		t.Fatal(stops)
	}
	b := Book{Organizations: o, Rosters: []Roster{
		mustRead(t, "MAINTAINERS.md", "# M\n* [A](https://github.com/alice), Umbra GmbH\n* [B](https://github.com/bob), Independent\n"),
		mustRead(t, "developers_affiliations1.txt", "carol: c!c.example\n\tCore\n"),
	}}
	for word, want := range map[string]string{
		"acme": "acme", "ACME-Widgets": "acme", "acme_corp": "acme", "umbra": "~umbra", "Umbra": "~umbra",
		"acme-robots": "", "independent": "", "core": "", "": "", "--": "",
	} {
		if got, _ := b.Namesake(word); got.ID != want {
			t.Errorf("%q is %q, want %q", word, got.ID, want)
		}
	}
}

func TestWhoAskedToBeRemovedIsInNoDifference(t *testing.T) {
	t.Parallel()
	removed := Removed{sha256.Sum256([]byte("7")): true}
	text := func(employer string) Book {
		return Book{Rosters: []Roster{mustRead(t, "affiliations.yml", "version: 1\npeople:\n  - {github: alice, id: 7, affiliations: [{organization: "+employer+"}]}\n")}}
	}
	before, after := text("Acme"), text("Globex")
	if entries, differences := Compare(before, after); len(entries) != 1 || len(differences) != 1 {
		t.Fatalf("%v %v, want one", entries, differences)
	}
	after.Removed = removed
	if roles, affiliations, _ := after.Person("alice", 0, noon); len(roles)+len(affiliations) > 0 { // by the number that the roster gives
		t.Errorf("alice has %v %v", roles, affiliations)
	}
	for name, pair := range map[string][2]Book{"who goes": {before, after}, "who comes back": {after, before}, "who stays away": {after, after}} {
		if entries, differences := Compare(pair[0], pair[1]); len(entries)+len(differences) > 0 {
			t.Errorf("%s is told: %v %v", name, entries, differences)
		}
	}
}

// Who reads what a change of the rosters would do may not be allowed to read the repository that a roster
// stands in.
func TestDifferencesQuoteNoRosterOfAnotherRepository(t *testing.T) {
	t.Parallel()
	read := func(elsewhere bool) Book {
		r, problems := Read("people.csv", "", []byte("Name,Company,Github Name\nAlice,Acme,alice\n"))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		r.Elsewhere = elsewhere
		return Book{Rosters: []Roster{r}}
	}
	for elsewhere, want := range map[bool]string{
		false: "alice: maintainer, works for Acme; until now not in a roster",
		true:  "alice: the rosters would say something else of them",
	} {
		if _, got := Compare(Book{}, read(elsewhere)); len(got) != 1 || got[0].Msg != want {
			t.Errorf("elsewhere %t: got %v, want %q", elsewhere, got, want)
		}
	}
}
