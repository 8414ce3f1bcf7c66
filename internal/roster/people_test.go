package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

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
			{Kind: bylaw.AffiliationEmployer, Organization: "~acme", Until: "2025-09-01", Source: SourceGitdmStrict, Rank: 4, File: "developers_affiliations1.txt", Line: 2},
			{Kind: bylaw.AffiliationEmployer, Organization: "~globex", From: "2025-09-01", Source: SourceGitdmOpen, Rank: 5, File: "developers_affiliations1.txt", Line: 3},
		},
		"bob":   {{Kind: bylaw.AffiliationIndependent, Source: SourceRoster, Rank: 2, File: "MAINTAINERS.md", Line: 2}},
		"carol": {},
	} {
		roles, got, _ := b.Person(login, 0)
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
		all, _, _ := b.Person(login, 0)
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
		if _, got, _ := b.Person(login, 1); len(got) != want {
			t.Errorf("%s: %v, want %d", login, got, want)
		}
	}
	if _, got, _ := b.Person("bob", 7); len(got) > 0 {
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
