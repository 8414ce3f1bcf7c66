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
	Removed       Removed // of these people nothing is told
}

// Person returns what the rosters say of an account: its roles, its affiliations, and the
// organizations of these. An account of which nothing is known has none.
//
// Each affiliation names its source. What is unknown or ambiguous is left out; of what others collected
// about people only their employers on dated lines are told, and no roles.
func (b Book) Person(login string, id int64) ([]bylaw.Role, []bylaw.Affiliation, []bylaw.Organization) {
	roles, affiliations := []bylaw.Role{}, []bylaw.Affiliation{}
	var organizations []bylaw.Organization
	if b.isGroup(login) || b.Removed.Has(login, id) {
		return roles, affiliations, organizations
	}
	groups := b.groupsOf(login)
	for _, r := range b.Rosters {
		roles = append(roles, r.rolesOf(groups)...)
		p, ok := r.find(login, id)
		if !ok {
			continue
		}
		if !r.collected {
			roles = append(roles, r.roles(p)...)
		}
		for _, a := range p.Affiliations {
			out := bylaw.Affiliation{Kind: a.Kind, From: a.From, Until: a.Until, Source: a.Source, Rank: bylaw.Rank(a.Source), File: r.File, Line: a.Line}
			switch {
			case a.Kind == KindUnknown || a.Kind == KindAmbiguous:
				continue
			case r.collected && (a.Kind != bylaw.AffiliationEmployer || a.Source == SourceGitdmUndated):
				continue
			case a.Kind == bylaw.AffiliationEmployer:
				org := b.Organizations.Of(a.Organization)
				organizations = append(organizations, org)
				out.Organization = org.ID
			}
			affiliations = append(affiliations, out)
		}
	}
	return roles, affiliations, organizations
}

func (r Roster) roles(p Person) []bylaw.Role {
	roles := make([]bylaw.Role, len(p.Roles))
	for i, role := range p.Roles {
		roles[i] = bylaw.Role{Name: role, File: r.File, Line: p.Line}
	}
	return roles
}

// isGroup reports whether a roster uses the login as the name of a group. Whoever takes that login on
// GitHub does not become what the group is.
func (b Book) isGroup(login string) bool {
	return slices.ContainsFunc(b.Rosters, func(r Roster) bool {
		_, ok := r.Groups[strings.ToLower(login)]
		return ok
	})
}

// groupsOf are the groups that an account belongs to, in lower case and in order.
func (b Book) groupsOf(login string) []string {
	var groups []string
	for _, r := range b.Rosters {
		if r.index != nil {
			groups = append(groups, r.index.groups[strings.ToLower(login)]...)
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// rolesOf are the roles that the file gives to groups.
func (r Roster) rolesOf(groups []string) []bylaw.Role {
	var roles []bylaw.Role
	for _, group := range groups {
		if i, ok := r.index.lookup(group, 0); ok {
			roles = append(roles, r.roles(r.People[i])...)
		}
	}
	return roles
}

// Logins are the logins of everybody in the rosters of the community, each once, in order. Those in
// files that others collected are not among them.
func (b Book) Logins() []string {
	seen := map[string]bool{}
	var logins []string
	for _, r := range b.Rosters {
		if r.collected {
			continue
		}
		for _, p := range r.People {
			if k := strings.ToLower(p.Login); !seen[k] && !p.Group && !b.isGroup(k) && !b.Removed.Has(p.Login, p.ID) {
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
		if !ok || r.collected {
			continue
		}
		if d.file == "" {
			d.file, d.line = r.File, p.Line
		}
		parts := slices.Sorted(slices.Values(p.Roles))
		if p.ID != 0 {
			parts = append(parts, fmt.Sprintf("account %d", p.ID))
		}
		for _, a := range p.Affiliations {
			parts = append(parts, a.describe(b.Organizations))
		}
		words = append(words, cmp.Or(strings.Join(parts, ", "), "listed without a role or an employer"))
	}
	d.text = strings.Join(words, "; ")
	return d
}

func (a Affiliation) describe(organizations Organizations) string {
	word := map[string]string{
		bylaw.AffiliationIndependent: "independent", bylaw.AffiliationUndisclosed: "employer undisclosed",
		KindUnknown: "employer unknown", KindAmbiguous: "employer ambiguous",
	}[a.Kind]
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
