package check

import (
	"cmp"
	"maps"
	"slices"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Changes counts verdicts by how they change.
type Changes struct {
	Judged   int `json:"judged"`
	Same     int `json:"same"`
	Stricter int `json:"stricter"`
	Milder   int `json:"milder"`
	Broken   int `json:"broken"`
}

func (c *Changes) add(change string) {
	c.Judged++
	switch change {
	case Same:
		c.Same++
	case Stricter:
		c.Stricter++
	case Milder:
		c.Milder++
	default:
		c.Broken++
	}
}

// Named is how something changes for one policy or organization.
type Named struct {
	Name string `json:"name"`
	Changes
}

// Tally is what a replay comes to. Its lists are in the order of names, organizations with the most
// that changes first.
type Tally struct {
	Changes
	Unreadable    int        `json:"unreadable"`
	Defaults      int        `json:"defaults"`      // judged by defaults, because the parameters were not recorded yet
	First         bylaw.Time `json:"first"`         // of all that was judged
	Last          bylaw.Time `json:"last"`          //
	FirstChange   bylaw.Time `json:"first_change"`  // of what changes; empty when nothing does
	LastChange    bylaw.Time `json:"last_change"`   //
	Policies      []Named    `json:"policies"`      // where they apply before or after
	Organizations []Named    `json:"organizations"` // of the authors; one pull request counts for each of its author's
}

// Tallying counts as a replay goes on. The zero value is ready.
type Tallying struct {
	Unreadable int

	total                   Tally
	policies, organizations map[string]*Changes
}

// Add counts one result.
func (t *Tallying) Add(r Replayed) {
	if t.policies == nil {
		t.policies, t.organizations = map[string]*Changes{}, map[string]*Changes{}
	}
	t.total.add(r.Change)
	span(&t.total.First, &t.total.Last, r.TakenAt)
	if r.Change != Same {
		span(&t.total.FirstChange, &t.total.LastChange, r.TakenAt)
	}
	if r.Defaults {
		t.total.Defaults++
	}
	for _, p := range r.Policies {
		silent := func(o bylaw.Outcome) bool { return o == "" || o == bylaw.DoesNotApply || o == bylaw.NotAsked }
		if !silent(p.From) || !silent(p.To) {
			count(t.policies, p.Policy, p.Change)
		}
	}
	for _, name := range r.Organizations {
		count(t.organizations, name, r.Change)
	}
}

func count(in map[string]*Changes, name, change string) {
	if in[name] == nil {
		in[name] = &Changes{}
	}
	in[name].add(change)
}

func span(first, last *bylaw.Time, at bylaw.Time) {
	if first.IsZero() || at.Before(first.Time) {
		*first = at
	}
	if at.After(last.Time) {
		*last = at
	}
}

// Tally is what was counted so far.
func (t *Tallying) Tally() Tally {
	out := t.total
	out.Unreadable = t.Unreadable
	out.Policies, out.Organizations = byName(t.policies), byName(t.organizations)
	slices.SortStableFunc(out.Organizations, func(a, b Named) int {
		return cmp.Compare(b.Judged-b.Same, a.Judged-a.Same)
	})
	return out
}

func byName(counted map[string]*Changes) []Named {
	out := []Named{}
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		out = append(out, Named{name, *counted[name]})
	}
	return out
}
