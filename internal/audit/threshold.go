package audit

import "slices"

// hide hides every number from 1 to below the threshold, and further ones without which a hidden one could be
// reckoned from those that are told. It does not protect against laying several reports of overlapping periods
// side by side.
func (p *Period) hide(threshold int) {
	small := func(n int) bool { return n > 0 && n < threshold }
	for _, c := range []*Count{&p.Changes, &p.Conflicts, &p.Waivers, &p.Overridden, &p.Unproposed, &p.Rewritten, &p.Reviews, &p.Unmarked} {
		c.Hidden = small(c.N)
	}
	if p.Reviews.N < threshold { // a few times are those of a few people
		p.Median, p.P90 = Duration{}, Duration{}
	}
	// What is left of the changes is a number as well.
	for _, part := range []*Count{&p.Waivers, &p.Overridden, &p.Reviews} {
		part.Hidden = part.Hidden || part.N > 0 && small(p.Changes.N-part.N)
	}
	p.Conflicts.Hidden = p.Conflicts.Hidden || p.Conflicts.N > 0 && small(p.Changes.N-p.Conflicts.N-p.Unmarked.N)
	p.hideResolved(threshold)
	// Waivers, merges all the same and reviews are told of all changes, and of those with a conflict among them.
	for how, all := range map[string]*Count{ByWaiver: &p.Waivers, ByOverride: &p.Overridden, ByOutsideReview: &p.Reviews} {
		part := p.Resolved[how]
		all.Hidden = all.Hidden || part.Hidden && all.N > 0 || part.N > 0 && small(all.N-part.N)
	}
}

// hideResolved hides ways of resolving. They add up to the conflicts: where that sum is told, what is hidden of it
// must be two numbers at least and together no smaller than the threshold; where it is not, they must not tell it.
func (p *Period) hideResolved(threshold int) {
	hidden, together := 0, 0
	hide := func(how string) {
		c := p.Resolved[how]
		c.Hidden = true
		p.Resolved[how] = c
		hidden++
		together += c.N
	}
	for _, how := range Resolutions {
		if n := p.Resolved[how].N; n > 0 && n < threshold {
			hide(how)
		}
	}
	enough := func() bool {
		if p.Conflicts.Hidden {
			return hidden > 0
		}
		return hidden == 0 || hidden > 1 && together >= threshold
	}
	order := slices.Clone(Resolutions) // the smallest first, and a 0 only when nothing else is left
	slices.SortStableFunc(order, func(a, b string) int {
		x, y := p.Resolved[a].N, p.Resolved[b].N
		if (x == 0) != (y == 0) {
			return y - x
		}
		return x - y
	})
	for _, how := range order {
		if enough() {
			return
		}
		if !p.Resolved[how].Hidden {
			hide(how)
		}
	}
}
