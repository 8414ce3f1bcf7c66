package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Book is everything that the rosters of a community say together. The zero Book knows nobody.
type Book struct {
	Rosters       []Roster // in the order of the configuration
	Organizations Organizations
}

// Person returns what the rosters say of an account: its roles, its affiliations, and the
// organizations of these. An account of which nothing is known has none.
func (b Book) Person(login string, id int64) ([]bylaw.Role, []bylaw.Affiliation, []bylaw.Organization) {
	roles, affiliations := []bylaw.Role{}, []bylaw.Affiliation{}
	var organizations []bylaw.Organization
	for _, r := range b.Rosters {
		p, ok := r.find(login, id)
		if !ok {
			continue
		}
		for _, role := range p.Roles {
			roles = append(roles, bylaw.Role{Name: role, File: r.File, Line: p.Line})
		}
		for _, a := range p.Affiliations {
			out := bylaw.Affiliation{Kind: a.Kind, From: a.From, Until: a.Until, Source: bylaw.SourceDeclared, File: r.File, Line: a.Line}
			if a.Kind == bylaw.AffiliationEmployer {
				org := b.Organizations.Of(a.Organization)
				organizations = append(organizations, org)
				out.Organization = org.ID
			}
			affiliations = append(affiliations, out)
		}
	}
	return roles, affiliations, organizations
}

// Logins are the logins of everybody in the rosters, each once, in order.
func (b Book) Logins() []string {
	seen := map[string]bool{}
	var logins []string
	for _, r := range b.Rosters {
		for _, p := range r.People {
			if k := strings.ToLower(p.Login); !seen[k] {
				seen[k] = true
				logins = append(logins, p.Login)
			}
		}
	}
	slices.SortFunc(logins, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return logins
}

// Compare says who would be somebody else, or work for somebody else, if the rosters of before were
// replaced by those of after: the entries concerned, and the differences in words.
func Compare(before, after Book) ([]bylaw.Entry, []bylaw.Difference) {
	entries, differences := []bylaw.Entry{}, []bylaw.Difference{}
	logins := append(before.Logins(), after.Logins()...)
	slices.SortFunc(logins, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	logins = slices.CompactFunc(logins, sameLogin)
	for _, login := range logins {
		was, is := before.describe(login), after.describe(login)
		if was.text == is.text {
			continue
		}
		at := is
		if is.file == "" {
			at = was
			at.line = 0 // nothing stands there any more
		}
		entries = append(entries, bylaw.Entry{Login: login, File: at.file, Line: at.line})
		msg := fmt.Sprintf("%s: %s; until now %s", login, cmp.Or(is.text, "no longer in a roster"), cmp.Or(was.text, "not in a roster"))
		differences = append(differences, bylaw.Difference{File: at.file, Line: at.line, Msg: msg})
	}
	return entries, differences
}

type description struct {
	text string
	file string
	line int
}

// describe says in words what the rosters say of a login: the same words exactly when they say the same.
func (b Book) describe(login string) description {
	var d description
	var words []string
	for _, r := range b.Rosters {
		p, ok := r.find(login, 0)
		if !ok {
			continue
		}
		if d.file == "" {
			d.file, d.line = r.File, p.Line
		}
		word := "listed"
		if len(p.Roles) > 0 {
			word = strings.Join(slices.Sorted(slices.Values(p.Roles)), ", ")
		}
		if p.ID != 0 {
			word += fmt.Sprintf(" (account %d)", p.ID)
		}
		for _, a := range p.Affiliations {
			word += ", " + a.describe(b.Organizations)
		}
		words = append(words, word)
	}
	d.text = strings.Join(words, "; ")
	return d
}

func (a Affiliation) describe(organizations Organizations) string {
	word := map[string]string{bylaw.AffiliationIndependent: "independent", bylaw.AffiliationUndisclosed: "employer undisclosed"}[a.Kind]
	if a.Kind == bylaw.AffiliationEmployer {
		word = "works for " + organizations.Of(a.Organization).Name
	}
	if a.From != "" {
		word += " from " + a.From
	}
	if a.Until != "" {
		word += " until " + a.Until
	}
	return word
}
