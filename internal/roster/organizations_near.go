package roster

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// maxFamily bounds how many relations hang together. What [Organizations.Near] tells can grow with the
// third power of it.
const maxFamily = 100

// Near returns, by the id of each of these organizations, from when until when every other one of them was
// one with it or related to it. Where both are so, by different ways, the nearer counts; days of one kind
// that follow one another are one interval. Those that are near to none are not in the map, and
// organizations without relations cost nothing.
func (o Organizations) Near(ids []string, same Same) map[string][]bylaw.Near {
	out := map[string][]bylaw.Near{}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] || len(o.edges[id]) == 0 {
			continue
		}
		family, edges := o.family(id)
		for _, member := range family {
			seen[member] = true
		}
		members := slices.DeleteFunc(family, func(member string) bool { return !slices.Contains(ids, member) })
		if len(members) < 2 || len(edges) > maxFamily { // reading has reported a family that is too large
			continue
		}
		slices.Sort(members)
		o.near(out, members, datesOf(edges, same), same)
	}
	return out
}

// family returns all organizations that some chain of relations leads to, whatever their dates, and these
// relations, each once.
func (o Organizations) family(id string) ([]string, []edge) {
	reached, seen := []string{id}, map[string]bool{id: true}
	var edges []edge
	for i := 0; i < len(reached); i++ {
		for _, e := range o.edges[reached[i]] {
			if e.child == reached[i] { // it stands at both ends
				edges = append(edges, e)
			}
			for _, next := range []string{e.child, e.parent} {
				if !seen[next] {
					seen[next] = true
					reached = append(reached, next)
				}
			}
		}
	}
	return reached, edges
}

// datesOf are the dates on which something can begin to hold or to end, in order, after the day before
// every date.
func datesOf(edges []edge, same Same) []string {
	dates := []string{""}
	for _, e := range edges {
		if e.kind != Renamed && same.Of(e.kind) > Separate {
			dates = append(dates, e.from, e.until)
		}
	}
	slices.Sort(dates)
	return slices.Compact(dates)
}

// near adds to out how near the members of one family are to each other from each date until the next.
func (o Organizations) near(out map[string][]bylaw.Near, members, dates []string, same Same) {
	type pair struct{ one, other string }
	last := map[pair]int{} // index of the latest interval in out[one]
	for i, from := range dates {
		until := ""
		if i+1 < len(dates) {
			until = dates[i+1]
		}
		merged, related := o.groups(members, from, Merged, same), o.groups(members, from, Related, same)
		for _, one := range members {
			for _, other := range members {
				how := ""
				switch {
				case one == other:
				case merged[one] == merged[other]:
					how = bylaw.NearMerged
				case related[one] == related[other]:
					how = bylaw.NearRelated
				}
				if how == "" {
					continue
				}
				if j, ok := last[pair{one, other}]; ok && out[one][j].Until == from && out[one][j].How == how {
					out[one][j].Until = until
					continue
				}
				last[pair{one, other}] = len(out[one])
				out[one] = append(out[one], bylaw.Near{Organization: other, How: how, From: from, Until: until})
			}
		}
	}
	for _, one := range members {
		slices.SortStableFunc(out[one], func(a, b bylaw.Near) int {
			return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.From, b.From))
		})
	}
}

// groups gives each member the name of what it is connected with on a day.
func (o Organizations) groups(members []string, on string, least Sameness, same Same) map[string]string {
	group := make(map[string]string, len(members))
	for _, member := range members {
		if group[member] != "" {
			continue
		}
		for _, connected := range o.component(member, on, least, same) {
			group[connected] = member
		}
	}
	return group
}

// families reports where more relations hang together than Near can tell of.
func (r *organizationsReader) families() {
	seen := map[string]bool{}
	for i, org := range r.out.list {
		if seen[org.ID] || len(r.out.edges[org.ID]) == 0 {
			continue
		}
		family, edges := r.out.family(org.ID)
		for _, member := range family {
			seen[member] = true
		}
		if len(edges) > maxFamily {
			r.faults = append(r.faults, bylaw.Problem{
				File: r.out.list[i].File, Line: org.Line, Msg: fmt.Sprintf("more than %d relations hang together with %s", maxFamily, org.ID),
				Fix: "keep those that matter to people of the community",
			})
		}
	}
}
