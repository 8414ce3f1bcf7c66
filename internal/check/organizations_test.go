package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// TestTheConfigurationSpeaksOfRelationsAsOrganizationsDo holds together two packages that do not know
// each other.
func TestTheConfigurationSpeaksOfRelationsAsOrganizationsDo(t *testing.T) {
	t.Parallel()
	kinds := []string{roster.Acquired, roster.Subsidiary, roster.Division, roster.PaysFor}
	for _, how := range []roster.Sameness{roster.Separate, roster.Related, roster.Merged} {
		var text strings.Builder
		text.WriteString("version: 1\nrelations:\n")
		for _, kind := range kinds {
			text.WriteString(fmt.Sprintf("  %s: %s\n", kind, how))
		}
		c, problems := policy.ReadConfig(&policy.File{Path: bylaw.ConfigPath, Data: []byte(text.String())}, nil, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		for _, kind := range kinds {
			if got := sameOf(c.Relations).Of(kind); got != how {
				t.Errorf("%s is %s, want %s", kind, got, how)
			}
		}
	}
}

func TestAFileIsNamedByItsFoldersAndWithoutItsExtension(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"acme.md":                    "acme",
		"partners/acme/logo.svg":     "partners acme logo",
		"acme":                       "acme",
		"acme.example.yml":           "acme.example",
		".github/workflows/acme.yml": "workflows acme",
		"docs/.acme.yml":             "docs",
		".acme":                      "",
		"":                           "",
	} {
		if got := strings.Join(namesOn(file), " "); got != want {
			t.Errorf("%q has the names %q, want %q", file, got, want)
		}
	}
}

// TestWhatIsProposedOfAnOrganizationIsNotYetSo holds that labels and names are those of the default branch.
func TestWhatIsProposedOfAnOrganizationIsNotYetSo(t *testing.T) {
	t.Parallel()
	book := func(labels string) roster.Book {
		o, faults := roster.ReadOrganizations("organizations.yml", []byte("version: 1\norganizations:\n  - {id: acme, labels: ["+labels+"]}\n"))
		r, more := roster.Read("affiliations.yml", "", []byte("version: 1\npeople:\n  - {github: alice, affiliations: [{organization: acme}]}\n"))
		if len(faults)+len(more) > 0 {
			t.Fatal(faults, more)
		}
		return roster.Book{Rosters: []roster.Roster{r}, Organizations: o}
	}
	law, proposed := book("partner"), book("stranger")
	s := bylaw.Snapshot{Author: bylaw.Account{Login: "alice", Kind: bylaw.KindUser}, TakenAt: bylaw.At(noon)}
	addPeople(&s, law, &proposed, bylaw.Reading{})
	addOrganizations(&s, law, roster.Same{})
	if len(s.Organizations) != 1 || !slices.Equal(s.Organizations[0].Labels, []string{"partner"}) {
		t.Errorf("got %+v, want acme once, a partner", s.Organizations)
	}
}

// TestPeopleAreKnownByANumberThatComesLate holds that the order in which accounts are met makes no
// difference: a label names its setter by login alone.
func TestPeopleAreKnownByANumberThatComesLate(t *testing.T) {
	t.Parallel()
	r, faults := roster.Read("affiliations.yml", "", []byte("version: 1\npeople:\n  - {github: bob, id: 7, affiliations: [{organization: acme}]}\n"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for id, want := range map[int64]int{7: 1, 8: 0} {
		s := bylaw.Snapshot{RequestedReviewers: []string{"bob"}, TakenAt: bylaw.At(noon)}
		addPeople(&s, roster.Book{Rosters: []roster.Roster{r}}, nil, bylaw.Reading{Pushers: []bylaw.Account{{Login: "bob", ID: id, Kind: bylaw.KindUser}}})
		if got := s.People[0].Affiliations; len(got) != want {
			t.Errorf("the account %d has the affiliations %v, want %d", id, got, want)
		}
	}
}
