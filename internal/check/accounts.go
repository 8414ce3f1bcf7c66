package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// addActivity notes when people last committed to the default branch.
func (p *people) addActivity(active map[string]bylaw.Time) {
	for login, at := range active {
		if person := p.byLogin[login]; person != nil {
			person.ActiveAt = at
		}
	}
}

// addProfiles notes what people with a role in a roster write on their own page. Of others nothing is
// told: they have not put themselves forward.
func (p *people) addProfiles(profiles map[string]string) {
	for _, login := range slices.Sorted(maps.Keys(profiles)) {
		person := p.byLogin[login]
		if person == nil || len(person.Roles) == 0 {
			continue
		}
		kind, name := roster.Profile(profiles[login])
		if kind == "" {
			continue
		}
		told := bylaw.Affiliation{Kind: kind, Source: bylaw.SourceProfile, Rank: bylaw.Rank(bylaw.SourceProfile), Evidence: "profile on GitHub"}
		switch kind {
		case bylaw.AffiliationAmbiguous:
			told.Rank = bylaw.RankUnknown
		case bylaw.AffiliationEmployer:
			org := p.book.Organizations.Of(name)
			told.Organization = org.ID
			p.organizations = append(p.organizations, org)
		}
		person.Affiliations = append(person.Affiliations, told)
	}
}

// loginsOf are the members of all teams, in lower case.
func loginsOf(teams []bylaw.Team) map[string]bool {
	logins := map[string]bool{}
	for _, t := range teams {
		for _, login := range t.Members {
			logins[strings.ToLower(login)] = true
		}
	}
	return logins
}
