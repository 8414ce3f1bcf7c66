package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// lastStances are the last review of each person that is more than a comment, by login in lower case.
func (o *operands) lastStances(reviews *ast.Term) map[string]*ast.Term {
	last := map[string]*ast.Term{}
	o.each(reviews, func(review *ast.Term) {
		if o.text(o.field(review, keyState)) != "commented" {
			last[strings.ToLower(o.text(o.field(o.field(review, keyAuthor), keyLogin)))] = review
		}
	})
	return last
}

// stances are in the order of logins.
func stances(o *operands) *ast.Term {
	last := o.lastStances(o.terms[0])
	out := make([]*ast.Term, 0, len(last))
	for _, login := range slices.Sorted(maps.Keys(last)) {
		out = append(out, last[login])
	}
	return ast.ArrayTerm(out...)
}

func stancesByState(o *operands) *ast.Term {
	states := map[string][][2]*ast.Term{}
	last := o.lastStances(o.terms[0])
	for _, login := range slices.Sorted(maps.Keys(last)) {
		state := o.text(o.field(last[login], keyState))
		states[state] = append(states[state], [2]*ast.Term{ast.StringTerm(login), last[login]})
	}
	var out [][2]*ast.Term
	for state, reviews := range states {
		out = append(out, [2]*ast.Term{ast.StringTerm(state), ast.ObjectTerm(reviews...)})
	}
	return ast.ObjectTerm(out...)
}

// grouped are the keys of records by what stands at a path in each.
func grouped(o *operands) *ast.Term {
	records, ok := o.terms[0].Value.(ast.Object)
	if !ok {
		o.fail("records by key are needed")
		return ast.InternedNullTerm
	}
	places := ast.NewObject() // of the groups
	var values []*ast.Term
	var groups [][]*ast.Term
	records.Foreach(func(key, record *ast.Term) {
		value := record
		o.each(o.terms[1], func(step *ast.Term) { value = o.field(value, step) })
		if place := places.Get(value); place != nil {
			i, _ := place.Value.(ast.Number).Int()
			groups[i] = append(groups[i], key)
			return
		}
		places.Insert(value, ast.InternedTerm(len(groups)))
		values, groups = append(values, value), append(groups, []*ast.Term{key})
	})
	var out [][2]*ast.Term
	for i, keys := range groups {
		out = append(out, [2]*ast.Term{values[i], ast.SetTerm(keys...)})
	}
	return ast.ObjectTerm(out...)
}

func spans(o *operands) *ast.Term {
	since := o.terms[1]
	return o.byLogin(o.terms[0], func(_, review *ast.Term) *ast.Term {
		at := o.field(review, keySubmittedAt)
		if o.text(at) < o.text(since) {
			return ast.ArrayTerm(at, at)
		}
		return ast.ArrayTerm(since, at)
	})
}

func bestRank(o *operands) *ast.Term { return o.bestRank(o.terms[0], o.set(o.terms[1])) }

// bestRank is 0 when nothing is said of these organizations.
func (o *operands) bestRank(affiliated *ast.Term, keys ast.Set) *ast.Term {
	var best *ast.Term
	o.each(affiliated, func(a *ast.Term) {
		if rank := o.field(a, keyRank); keys.Contains(o.field(a, keyOrganization)) && (best == nil || rank.Value.Compare(best.Value) < 0) {
			best = rank
		}
	})
	if best == nil {
		return ast.InternedTerm(0)
	}
	return best
}

func weakestRanks(o *operands) *ast.Term {
	return o.byLogin(o.terms[0], func(_, position *ast.Term) *ast.Term {
		shared := o.set(o.field(position, keyShared))
		own, others := o.bestRank(o.field(position, keyAffiliations), shared), o.bestRank(o.terms[1], shared)
		if own.Value.Compare(others.Value) < 0 {
			return others
		}
		return own
	})
}

// consideredRows leaves out whoever has no position.
func consideredRows(o *operands) *ast.Term {
	organizations, reviews, positions, counting := o.terms[0], o.terms[1], o.terms[2], o.set(o.terms[4])
	others, ok := o.terms[5].Value.(ast.Object)
	if !ok {
		o.fail("what was done by login is needed")
		return ast.InternedNullTerm
	}
	approved := ast.StringTerm("approved")
	inWords := map[*ast.Term]*ast.Term{} // by the employers, which most people share with somebody
	var rows []*ast.Term
	o.byLogin(o.terms[3], func(login, why *ast.Term) *ast.Term {
		stands, ok := positions.Value.(ast.Object)
		if !ok {
			o.fail("positions by login are needed")
			return nil
		}
		position := stands.Get(login)
		if position == nil {
			return nil
		}
		did := others.Get(login)
		if did == nil {
			did = approved
		}
		employers := o.field(position, keyEmployers)
		if inWords[employers] == nil {
			inWords[employers] = ast.StringTerm(o.inWords(organizations, employers))
		}
		rows = append(rows, ast.ObjectTerm(
			[2]*ast.Term{keyWho, o.field(o.field(o.field(reviews, login), keyAuthor), keyLogin)},
			[2]*ast.Term{keyDid, did},
			[2]*ast.Term{keyIs, inWords[employers]},
			[2]*ast.Term{keyCounted, ast.InternedTerm(counting.Contains(login))},
			[2]*ast.Term{keyWhy, why},
			[2]*ast.Term{keyEvidence, o.evidence(o.field(position, keyAffiliations))},
		))
		return nil
	})
	return ast.SetTerm(rows...)
}
