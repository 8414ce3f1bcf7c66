package roster

import (
	"cmp"
	"fmt"
	"slices"
)

// Sameness says how near two organizations are. Larger is nearer.
type Sameness int

const (
	// ByDefault is, in a [Same], what the research found to be common: Merged for renames and divisions,
	// Related for the rest.
	ByDefault Sameness = iota
	// Separate are two organizations like any other two.
	Separate
	// Related are two organizations of which nobody should conclude anything: their people are neither
	// surely colleagues nor third parties to each other.
	Related
	// Merged are one organization under two names.
	Merged
)

var samenessWords = []string{"", "separate", "related", "merged"}

// String is the word that configurations use; "" for ByDefault.
func (s Sameness) String() string { return samenessWords[s] }

// UnmarshalText accepts the words separate, related and merged.
func (s *Sameness) UnmarshalText(text []byte) error {
	i := slices.Index(samenessWords, string(text))
	if i <= 0 {
		return fmt.Errorf("%q is not separate, related or merged", text)
	}
	*s = Sameness(i)
	return nil
}

// Same says which relations make two organizations one. Communities disagree: the CNCF counts companies
// under common control as one, Kubernetes decides each case, OpenBao counts who pays. A rename always does.
// The zero Same is ByDefault for each.
type Same struct {
	Acquired   Sameness `json:"acquired"`
	Subsidiary Sameness `json:"subsidiary"`
	Division   Sameness `json:"division"`
	PaysFor    Sameness `json:"pays-for"`
}

// Of is how near a relation of this kind brings two organizations.
func (s Same) Of(kind string) Sameness {
	switch kind {
	case Renamed:
		return Merged
	case Acquired:
		return cmp.Or(s.Acquired, Related)
	case Subsidiary:
		return cmp.Or(s.Subsidiary, Related)
	case Division:
		return cmp.Or(s.Division, Merged)
	case PaysFor:
		return cmp.Or(s.PaysFor, Related)
	}
	return Separate
}

// edge is a relation in the graph, with the owner, the payer or the newer name as parent.
type edge struct {
	child, parent, kind string
	from, until         string
}

// inForce reports whether the relation holds on a day; "" is the day before every date. A renamed
// organization is the same before and after, whichever of its names a roster uses.
func (e edge) inForce(on string) bool {
	return e.kind == Renamed || (e.from == "" || e.from <= on) && (e.until == "" || on < e.until)
}

// edge puts the relation of the organization with this id into the graph.
func (rel Relation) edge(id string) edge {
	e := edge{id, rel.To, rel.Kind, string(rel.From), string(rel.Until)}
	if rel.Kind == PaysFor {
		e.child, e.parent = rel.To, id
	}
	return e
}

func (o *Organizations) connect() {
	o.edges = map[string][]edge{}
	for _, org := range o.list {
		for _, rel := range org.Relations {
			if _, known := o.byID[rel.To]; !known || rel.To == org.ID {
				continue // reading has reported it
			}
			o.edges[org.ID] = append(o.edges[org.ID], rel.edge(org.ID))
			o.edges[rel.To] = append(o.edges[rel.To], rel.edge(org.ID))
		}
	}
}

// One reports whether the organizations with these ids, as [Organizations.Of] gives them, are one on a
// day. The day is a date such as 2026-01-31, or a time that begins with one. When it is "", any day will do.
func (o Organizations) One(a, b, on string, same Same) bool {
	return o.Between(a, b, on, on, same) == Merged
}

// Between returns how near two organizations were on the day in [since, until], both included, on which
// they were nearest: Merged, Related or Separate. An empty since is the beginning, an empty until the
// end of time.
func (o Organizations) Between(a, b, since, until string, same Same) Sameness {
	for _, least := range []Sameness{Merged, Related} {
		if slices.Contains(o.Connected(a, since, until, least, same), b) {
			return least
		}
	}
	return Separate
}

// Connected returns the ids of all organizations that on at least one day in [since, until], both
// included, were as near as least (Merged or Related) to the one with this id, itself among them, in order.
// An organization that nothing is written of is near to itself alone.
func (o Organizations) Connected(id, since, until string, least Sameness, same Same) []string {
	var all []string
	for _, on := range o.days(id, since, until) {
		all = append(all, o.component(id, on, least, same)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Canonical returns the id under which to count an organization on a day: of all that are merged with it on
// that day, the one that is owned by none of them, under its newest name; of several, the first by
// alphabet. Two organizations have the same canonical id exactly when they are [Organizations.One] on that
// day. An empty day is the one before every date.
func (o Organizations) Canonical(id, on string, same Same) string {
	merged := o.component(id, on, Merged, same)
	roots := slices.DeleteFunc(slices.Clone(merged), func(member string) bool {
		return slices.ContainsFunc(o.edges[member], func(e edge) bool {
			return e.child == member && same.Of(e.kind) == Merged && e.inForce(on)
		})
	})
	if len(roots) == 0 { // a cycle, which reading has reported
		roots = merged
	}
	return slices.Min(roots)
}

// component returns what is connected to id on one day by relations that are at least so near.
func (o Organizations) component(id, on string, least Sameness, same Same) []string {
	reached := []string{id}
	if len(o.edges[id]) == 0 {
		return reached
	}
	seen := map[string]bool{id: true}
	for i := 0; i < len(reached); i++ {
		for _, e := range o.edges[reached[i]] {
			if same.Of(e.kind) < least || !e.inForce(on) {
				continue
			}
			for _, next := range []string{e.child, e.parent} {
				if !seen[next] {
					seen[next] = true
					reached = append(reached, next)
				}
			}
		}
	}
	return reached
}

// days returns the days in [since, until] on which something may begin to hold for an organization:
// since itself, and each later date of a relation that leads to it, in whatever number of steps.
func (o Organizations) days(id, since, until string) []string {
	days := []string{since}
	seen := map[string]bool{id: true}
	for reached := []string{id}; len(reached) > 0; reached = reached[1:] {
		for _, e := range o.edges[reached[0]] {
			if e.from > since && (until == "" || e.from <= until) {
				days = append(days, e.from)
			}
			for _, next := range []string{e.child, e.parent} {
				if !seen[next] {
					seen[next] = true
					reached = append(reached, next)
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}
