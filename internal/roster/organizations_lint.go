package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

var relationKinds = []string{Renamed, Acquired, Subsidiary, Division, PaysFor}

// relations reports what is wrong with the relations of the file's entries, all of which must be known
// by now. own holds the entries that count, by id.
func (r *organizationsReader) relations(entries []Organization, own map[string]int) {
	count := 0
	for i, org := range entries {
		if j, ok := own[org.ID]; !ok || i != j {
			continue
		}
		for j := range org.Relations {
			rel := &org.Relations[j]
			at := fmt.Sprintf("%s/relations/%d", entryPointer(i), j)
			rel.Line = r.doc.Line(at)
			if count++; count > maxRelations {
				r.fault(at, "", "there are more than %d relations", maxRelations)
				return
			}
			r.relation(at, org.ID, *rel)
			for _, other := range org.Relations[:j] {
				switch {
				case rel.Kind == Renamed && other.Kind == Renamed:
					r.fault(at, "keep the newest name, and let that one say what it became", "%s has been renamed already on line %d", org.ID, other.Line)
				case rel.Kind == other.Kind && rel.To == other.To && overlap(*rel, other):
					r.fault(at, "remove one of the two, or mend the dates", "line %d says the same of the same time", other.Line)
				}
			}
		}
	}
	r.cycles()
	r.families()
}

// overlap reports whether both are in force on some day.
func overlap(a, b Relation) bool {
	return (a.Until == "" || b.From < a.Until) && (b.Until == "" || a.From < b.Until)
}

func (r *organizationsReader) relation(at, id string, rel Relation) {
	if !slices.Contains(relationKinds, rel.Kind) {
		fix := "the relations are " + strings.Join(relationKinds, ", ")
		if near := document.Nearest(rel.Kind, relationKinds); near != "" {
			fix = fmt.Sprintf("did you mean %q?", near)
		}
		r.fault(at+"/relation", fix, "there is no relation %q", rel.Kind)
	}
	if rel.From != "" && rel.Until != "" && rel.From >= rel.Until {
		r.fault(at, "\"until\" is the first day on which it is no longer so", "this ends on %s, before it begins on %s", rel.Until, rel.From)
	}
	if rel.Kind == Renamed && rel.Until != "" {
		r.fault(at+"/until", "remove it; if the old name came back, keep one entry and make the other name an alias", "a rename does not end")
	}
	i, known := r.out.byID[rel.To]
	switch {
	case rel.To == "":
		r.fault(at, "write \"to:\" and the id of the other organization", "it is missing to which organization %s has this relation", id)
	case rel.To == id:
		r.fault(at+"/to", "write the id of the other organization", "%s has a relation to itself", id)
	case !known:
		r.fault(at+"/to", r.meant(rel.To), "there is no organization with the id %q", rel.To)
	case rel.Kind != Renamed:
		for _, next := range r.out.list[i].Relations {
			if next.Kind == Renamed {
				r.fault(at+"/to", fmt.Sprintf("write \"to: %s\"", next.To), "%s has been renamed %s", rel.To, next.To)
			}
		}
	}
}

// meant says what to write for an id that does not exist.
func (r *organizationsReader) meant(to string) string {
	id, ok := r.out.byName[key(to)]
	if !ok && len(r.out.list) <= maxRelations {
		ids := make([]string, len(r.out.list))
		for i, org := range r.out.list {
			ids[i] = org.ID
		}
		id = document.Nearest(to, ids)
	}
	if id == "" {
		return "add an entry for it"
	}
	return fmt.Sprintf("write \"to: %s\"", id)
}

// cycles reports organizations that own each other, or were renamed to each other, on the same day. Each
// day on which a relation begins is looked at, since a cycle begins with the last of its relations.
func (r *organizationsReader) cycles() {
	c := cycleFinder{out: r.out, reported: map[string]bool{}}
	days := []string{""}
	var starts []string
	for _, org := range r.out.list {
		if len(org.Relations) > 0 {
			starts = append(starts, org.ID)
		}
		for _, rel := range org.Relations {
			days = append(days, string(rel.From))
		}
	}
	slices.Sort(days)
	for _, c.on = range slices.Compact(days) {
		c.state = map[string]int{}
		for _, id := range starts {
			c.visit(id)
		}
	}
	r.faults = append(r.faults, c.faults...)
}

type cycleFinder struct {
	out      Organizations
	on       string
	state    map[string]int // 1 on the path, 2 done
	path     []string
	reported map[string]bool // by the members of a cycle
	faults   []bylaw.Problem
}

func (c *cycleFinder) visit(id string) {
	if c.state[id] != 0 {
		return
	}
	c.state[id] = 1
	c.path = append(c.path, id)
	org := c.out.list[c.out.byID[id]]
	for _, rel := range org.Relations {
		_, known := c.out.byID[rel.To]
		if !known || rel.To == id || rel.Kind == PaysFor || !rel.edge(id).inForce(c.on) {
			continue
		}
		if c.state[rel.To] == 1 {
			c.report(c.path[slices.Index(c.path, rel.To):], org.File, rel.Line)
		}
		c.visit(rel.To)
	}
	c.path = c.path[:len(c.path)-1]
	c.state[id] = 2
}

func (c *cycleFinder) report(cycle []string, file string, line int) {
	members := strings.Join(slices.Sorted(slices.Values(cycle)), " ")
	if c.reported[members] {
		return
	}
	c.reported[members] = true
	chain := strings.Join(append(slices.Clone(cycle), cycle[0]), " to ")
	c.faults = append(c.faults, bylaw.Problem{
		File: file, Line: line, Msg: "the relations go in a circle, from " + chain,
		Fix: "remove the one that is not so, or give each the dates between which it was so",
	})
}
