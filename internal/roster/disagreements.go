package roster

import (
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Disagreements are the people of whom two files of the community say, for one date such as 2026-01-31,
// that they work for different organizations: each is a finding at the line of the later file. Files
// that others collected are not asked. One of the two is out of date, or spells a name that the
// organizations do not know.
func (b Book) Disagreements(date string) []Finding {
	var out []Finding
	for i, r := range b.Rosters {
		if r.collected {
			continue
		}
		for _, p := range r.People {
			mine := b.on(p, date)
			for _, earlier := range b.Rosters[:i] {
				other, ok := earlier.find(p.Login, p.ID)
				if !ok || earlier.collected || b.Removed.Has(p.Login, p.ID) {
					continue
				}
				theirs := b.on(other, date)
				if len(mine) == 0 || len(theirs) == 0 || slices.ContainsFunc(mine, func(org string) bool { return slices.Contains(theirs, org) }) {
					continue
				}
				at := Finding{Kind: "disagrees", Problem: bylaw.Problem{File: r.File, Line: p.At(date)[0].Line}}
				at.Msg = p.Login + " works for " + strings.Join(b.names(mine), " and ") + " here, and for " + strings.Join(b.names(theirs), " and ") + " in " + earlier.File
				at.Fix = "correct the line that is out of date"
				out = append(out, at)
			}
		}
	}
	return out
}

// on returns ids of the organizations of a person on a date; those who work for nobody are one by
// themselves.
func (b Book) on(p Person, date string) []string {
	var ids []string
	for _, a := range p.At(date) {
		switch a.Kind {
		case bylaw.AffiliationEmployer:
			ids = union(ids, []string{b.Organizations.Of(a.Organization).ID})
		case bylaw.AffiliationIndependent:
			ids = union(ids, []string{"nobody"})
		}
	}
	return ids
}

func (b Book) names(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = strings.TrimPrefix(id, "~")
	}
	return names
}
