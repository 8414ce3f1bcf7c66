package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

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
// Each affiliation names its source and what that is worth at a moment. Of what others collected about
// people only their employers are told, and no roles; where they speak of several people by one login,
// only that.
func (b Book) Person(login string, id int64, at time.Time) ([]bylaw.Role, []bylaw.Affiliation, []bylaw.Organization) {
	roles, affiliations := []bylaw.Role{}, []bylaw.Affiliation{}
	var organizations []bylaw.Organization
	if b.isGroup(login) || b.Removed.Has(login, id) {
		return roles, affiliations, organizations
	}
	groups := b.groupsOf(login)
	for _, r := range b.Rosters {
		roles = append(roles, r.rolesOf(groups)...)
		p, ok := r.find(login, id)
		if !ok || b.Removed.Has(p.Login, p.ID) {
			continue
		}
		if !r.collected {
			roles = append(roles, r.roles(p)...)
		}
		if r.collected && p.ambiguous() {
			first := p.Affiliations[0]
			affiliations = append(affiliations, bylaw.Affiliation{Kind: KindAmbiguous, Source: SourceGitdmUndated, Rank: bylaw.RankUnknown, File: r.File, Line: first.Line})
			continue
		}
		for _, a := range p.Affiliations {
			source := p.sourceOn(a, at)
			out := bylaw.Affiliation{Kind: a.Kind, From: a.From, Until: a.Until, Fuzzy: a.Fuzzy, Source: source, Rank: bylaw.Rank(source), File: r.File, Line: a.Line}
			switch {
			case a.Kind == bylaw.AffiliationEmployer:
				org := b.Organizations.Of(a.Organization)
				organizations = append(organizations, org)
				out.Organization = org.ID
			case r.collected:
				continue
			case a.Kind == KindUnknown || a.Kind == KindAmbiguous:
				out.Rank = bylaw.RankUnknown
			}
			affiliations = append(affiliations, out)
		}
	}
	return roles, affiliations, organizations
}

// AwayUntil returns the date on which an account is back, by the roster that says the latest; "" when
// none says that it is away, whatever the day.
func (b Book) AwayUntil(login string, id int64) string {
	latest := ""
	if b.isGroup(login) || b.Removed.Has(login, id) {
		return latest
	}
	for _, r := range b.Rosters {
		if p, ok := r.find(login, id); ok && !b.Removed.Has(p.Login, p.ID) {
			latest = max(latest, p.AwayUntil)
		}
	}
	return latest
}

// Namesake returns the organization whose name a word is: one that the community has written down, or
// an employer in one of its rosters. Files that others collected are not asked, since they hold most
// words that there are.
func (b Book) Namesake(word string) (bylaw.Organization, bool) {
	k := key(word)
	if id, ok := b.Organizations.byName[k]; ok {
		return b.Organizations.named(id), true
	}
	for _, r := range b.Rosters {
		if r.index == nil {
			continue
		}
		if name, ok := r.index.employers[k]; ok {
			return b.Organizations.Of(name), true
		}
	}
	return bylaw.Organization{}, false
}

// ambiguous reports whether the lines about a person are about several.
func (p Person) ambiguous() bool {
	return slices.ContainsFunc(p.Affiliations, func(a Affiliation) bool { return a.Kind == KindAmbiguous })
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
		if before.removed(login) || after.removed(login) { // of them nothing is told, not even that they went
			continue
		}
		was, is := before.describe(login), after.describe(login)
		if was.text == is.text {
			continue
		}
		at := is
		at.elsewhere = is.elsewhere || was.elsewhere
		if is.file == "" {
			at.file = was.file
			at.line = 0 // nothing stands there any more
		}
		entries = append(entries, bylaw.Entry{Login: login, File: at.file, Line: at.line})
		if at.elsewhere {
			differences = append(differences, bylaw.Difference{File: at.file, Line: at.line, Msg: login + ": the rosters would say something else of them"})
			continue
		}
		msg := fmt.Sprintf("%s: %s; until now %s", login, cmp.Or(is.text, "no longer in a roster"), cmp.Or(was.text, "not in a roster"))
		differences = append(differences, bylaw.Difference{File: at.file, Line: at.line, Msg: msg})
	}
	return entries, differences
}

// removed reports whether the login is one of those of whom nothing is told.
func (b Book) removed(login string) bool {
	return b.Removed.Has(login, 0) || slices.ContainsFunc(b.Rosters, func(r Roster) bool {
		p, ok := r.find(login, 0)
		return ok && b.Removed.Has(p.Login, p.ID)
	})
}

type description struct {
	text string
	file string
	line int

	elsewhere bool // a roster of another repository says it, or a part of it
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
		d.elsewhere = d.elsewhere || r.Elsewhere
		parts := slices.Sorted(slices.Values(p.Roles))
		if p.ID != 0 {
			parts = append(parts, fmt.Sprintf("account %d", p.ID))
		}
		for _, a := range p.Affiliations {
			parts = append(parts, a.describe(b.Organizations))
		}
		if p.ReviewAfter != "" {
			parts = append(parts, "reviewed until "+p.ReviewAfter)
		}
		if p.AwayUntil != "" {
			parts = append(parts, "away until "+p.AwayUntil)
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
