package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// affiliation is one affiliation as far as the functions read it.
type affiliation struct {
	term                                          *ast.Term
	kind, organization, from, until, source, file string
	recorded                                      string
	former                                        bool
}

// own reports whether the community itself says so.
func (a affiliation) own() bool {
	return a.source == bylaw.SourceDeclared || a.source == bylaw.SourceDeclaredStale || a.source == bylaw.SourceRoster
}

// counts reports whether it can make two people colleagues: the community's own word, and what people
// write themselves.
func (a affiliation) counts() bool {
	return a.own() || a.source == bylaw.SourceEmail || a.source == "comment"
}

// holds reports whether it holds at some time between two moments, both included. It is half open: on
// the day "until" it is no longer so. "2025-09-01T08:00:00Z" sorts after "2025-09-01", and what is empty
// is for always.
func (a affiliation) holds(since, until string) bool { return within(a.from, a.until, since, until) }

func within(from, to, since, until string) bool { return from <= until && (to == "" || since < to) }

// employer is the organization, of somebody independent one of their own; empty when it is neither. No
// organization has an id that begins so.
func (a affiliation) employer(login string) string {
	switch a.kind {
	case bylaw.AffiliationEmployer:
		return a.organization
	case bylaw.AffiliationIndependent:
		return alone + strings.ToLower(login)
	}
	return ""
}

const alone = "independent @"

// someone is a person as far as the functions read them.
type someone struct {
	login        string
	affiliations []affiliation
}

func (o *operands) someone(t *ast.Term) someone {
	p := someone{login: o.text(o.field(t, keyLogin))}
	o.each(o.field(t, keyAffiliations), func(a *ast.Term) {
		text := func(key *ast.Term) string { return o.text(o.field(a, key)) }
		p.affiliations = append(p.affiliations, affiliation{
			a, text(keyKind), text(keyOrganization), text(keyFrom), text(keyUntil), text(keySource), text(keyFile), text(keyRecordedAt), o.flag(o.field(a, keyFormer)),
		})
	})
	return p
}

// between are the affiliations that count and hold at some time between two moments.
func (p someone) between(since, until string) []affiliation {
	var out []affiliation
	for _, a := range p.affiliations {
		silent := a.kind == bylaw.AffiliationUnknown || a.kind == bylaw.AffiliationAmbiguous
		if a.counts() && !silent && a.holds(since, until) {
			out = append(out, a)
		}
	}
	return out
}

// employers are in order, each once.
func (p someone) employers(affiliated []affiliation) []string {
	var keys []string
	for _, a := range affiliated {
		if key := a.employer(p.login); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// hearsay is in order, each once.
func (p someone) hearsay(since, until string) []string {
	var keys []string
	for _, a := range p.affiliations {
		dated := a.source == bylaw.SourceGitdmStrict || a.source == bylaw.SourceGitdmOpen
		if dated && a.kind == bylaw.AffiliationEmployer && a.holds(since, until) && !slices.Contains(keys, a.organization) {
			keys = append(keys, a.organization)
		}
	}
	slices.Sort(keys)
	return keys
}

// disputed reports whether two files of the community name employers, and none in common.
func (p someone) disputed(affiliated []affiliation) bool {
	if len(affiliated) < 2 {
		return false
	}
	files := map[string]map[string]bool{}
	for _, a := range affiliated {
		if key := a.employer(p.login); key != "" && a.own() && !a.former {
			if files[a.file] == nil {
				files[a.file] = map[string]bool{}
			}
			files[a.file][key] = true
		}
	}
	for _, one := range files {
		for _, other := range files {
			if !common(one, other) {
				return true
			}
		}
	}
	return false
}

func common(a, b map[string]bool) bool {
	for key := range a {
		if b[key] {
			return true
		}
	}
	return false
}

// unclear is why it cannot be said whom the person works for until a moment; empty when it can. An e-mail
// address alone does not say it: whoever writes a commit can write any address. Nor does a line that stands
// there no more, or one without a date that came later.
func (p someone) unclear(affiliated []affiliation, until string) string {
	declared := func(a affiliation) bool {
		later := a.from == "" && a.recorded > until // never when it is not known since when it stands
		return a.own() && !a.former && !later && (a.kind == bylaw.AffiliationEmployer || a.kind == bylaw.AffiliationIndependent)
	}
	switch {
	case slices.ContainsFunc(affiliated, declared) && p.disputed(affiliated):
		return "the rosters disagree about their employer"
	case slices.ContainsFunc(affiliated, declared):
		return ""
	case slices.ContainsFunc(affiliated, func(a affiliation) bool { return a.kind == bylaw.AffiliationUndisclosed }):
		return "they prefer not to say whom they work for"
	case slices.ContainsFunc(p.affiliations, func(a affiliation) bool { return a.kind == bylaw.AffiliationAmbiguous && a.own() }):
		return "what is written of them can mean several people or organizations"
	default:
		return "their employer is not known"
	}
}

func listTerm(affiliated []affiliation) *ast.Term {
	terms := make([]*ast.Term, len(affiliated))
	for i, a := range affiliated {
		terms[i] = a.term
	}
	return ast.ArrayTerm(terms...)
}

func byLogin(o *operands) *ast.Term {
	out := ast.NewObject()
	o.each(o.terms[0], func(p *ast.Term) {
		login := ast.StringTerm(strings.ToLower(o.text(o.field(p, keyLogin))))
		if other := out.Get(login); other != nil && !other.Equal(p) {
			o.fail("two people have one login")
		}
		out.Insert(login, p)
	})
	return ast.NewTerm(out)
}

// asMerged gives the very same people when nothing is proposed, which is nearly always.
func asMerged(o *operands) *ast.Term {
	var out []*ast.Term
	changed := false
	o.each(o.terms[0], func(p *ast.Term) {
		all, kept := 0, []*ast.Term{}
		o.each(o.field(p, keyAffiliations), func(a *ast.Term) {
			if all++; !o.flag(o.field(a, keyProposed)) {
				kept = append(kept, a)
			}
		})
		if len(kept) == all || o.fault != nil {
			out = append(out, p)
			return
		}
		changed = true
		merged := ast.NewObject()
		p.Value.(ast.Object).Foreach(merged.Insert)
		merged.Insert(keyAffiliations, ast.ArrayTerm(kept...))
		out = append(out, ast.NewTerm(merged))
	})
	if !changed {
		return o.terms[0]
	}
	return ast.ArrayTerm(out...)
}

func affiliationsBetween(o *operands) *ast.Term {
	return listTerm(o.someone(o.terms[0]).between(o.text(o.terms[1]), o.text(o.terms[2])))
}

func employersBetween(o *operands) *ast.Term {
	p := o.someone(o.terms[0])
	return setTerm(p.employers(p.between(o.text(o.terms[1]), o.text(o.terms[2]))))
}

func hearsayBetween(o *operands) *ast.Term {
	return setTerm(o.someone(o.terms[0]).hearsay(o.text(o.terms[1]), o.text(o.terms[2])))
}

func isDisputed(o *operands) *ast.Term {
	p := o.someone(o.terms[0])
	return ast.InternedTerm(p.disputed(p.between(o.text(o.terms[1]), o.text(o.terms[2]))))
}

func withNear(o *operands) *ast.Term {
	return ast.NewTerm(o.near(o.terms[0], o.set(o.terms[1]), o.set(o.terms[2]), o.text(o.terms[3]), o.text(o.terms[4])))
}

// near are these organizations, with those that are near to them in one of these ways at some time
// between two moments.
func (o *operands) near(organizations *ast.Term, keys, how ast.Set, since, until string) ast.Set {
	out := keys
	o.each(organizations, func(organization *ast.Term) {
		if !keys.Contains(o.field(organization, keyID)) {
			return
		}
		o.each(o.field(organization, keyNear), func(n *ast.Term) {
			if how.Contains(o.field(n, keyHow)) && within(o.text(o.field(n, keyFrom)), o.text(o.field(n, keyUntil)), since, until) {
				out = out.Union(ast.NewSet(o.field(n, keyOrganization)))
			}
		})
	})
	return out
}

// made reports whether somebody made the change, or part of it. Bots never do.
func (o *operands) made(p *ast.Term) bool {
	return o.text(o.field(p, keyPart)) != bylaw.PartNone && o.text(o.field(p, keyKind)) != bylaw.KindBot
}

func authors(o *operands) *ast.Term {
	logins := map[string]bool{}
	o.each(o.terms[0], func(p *ast.Term) {
		if o.made(p) {
			logins[strings.ToLower(o.text(o.field(p, keyLogin)))] = true
		}
	})
	return setTerm(slices.Sorted(maps.Keys(logins)))
}

func isKnown(o *operands) *ast.Term { return ast.InternedTerm(o.known(o.terms[0])) }

func (o *operands) known(people *ast.Term) bool {
	known := false
	o.each(people, func(p *ast.Term) {
		part := o.text(o.field(p, keyPart))
		known = known || o.text(o.field(p, keyKind)) == bylaw.KindUser && (part == bylaw.PartOpened || part == bylaw.PartPushed)
	})
	return known
}

// circle is what drawCircle gives, and positionOf takes.
type circle struct {
	known                         bool
	employers, one, related, told ast.Set
	since, until                  string

	met map[string]meeting // by the employers, in order: most people share theirs with somebody
}

// meeting is how somebody's employers meet those of the authors.
type meeting struct {
	employers, shared *ast.Term
	told, related     bool
}

// meet remembers what it gives.
func (c circle) meet(employers []string) meeting {
	name := strings.Join(employers, "\x00")
	m, known := c.met[name]
	if !known {
		m.employers = setTerm(employers)
		keys := m.employers.Value.(ast.Set)
		m.shared = ast.NewTerm(keys.Intersect(c.one))
		m.told, m.related = keys.Intersect(c.told).Len() > 0, keys.Intersect(c.related).Len() > 0
		c.met[name] = m
	}
	return m
}

var (
	nearMerged = ast.NewSet(ast.StringTerm(bylaw.NearMerged))
	nearAtAll  = ast.NewSet(ast.StringTerm(bylaw.NearMerged), ast.StringTerm(bylaw.NearRelated))
)

func (o *operands) draw(people, organizations *ast.Term, since, until string) circle {
	employers, told := map[string]bool{}, map[string]bool{}
	o.each(people, func(t *ast.Term) {
		if !o.made(t) {
			return
		}
		p := o.someone(t)
		for _, key := range p.employers(p.between(since, until)) {
			employers[key] = true
		}
		for _, key := range p.hearsay(since, until) {
			told[key] = true
		}
	})
	keys := setTerm(slices.Sorted(maps.Keys(employers))).Value.(ast.Set)
	return circle{
		known: o.known(people), employers: keys, told: setTerm(slices.Sorted(maps.Keys(told))).Value.(ast.Set), since: since, until: until, met: map[string]meeting{},
		one: o.near(organizations, keys, nearMerged, since, until), related: o.near(organizations, keys, nearAtAll, since, until),
	}
}

func drawCircle(o *operands) *ast.Term {
	c := o.draw(o.terms[0], o.terms[1], o.text(o.terms[2]), o.text(o.terms[3]))
	return ast.ObjectTerm(
		[2]*ast.Term{keyKnown, ast.InternedTerm(c.known)},
		[2]*ast.Term{keyEmployers, ast.NewTerm(c.employers)},
		[2]*ast.Term{keyOne, ast.NewTerm(c.one)},
		[2]*ast.Term{keyRelated, ast.NewTerm(c.related)},
		[2]*ast.Term{keyTold, ast.NewTerm(c.told)},
		[2]*ast.Term{keySince, ast.StringTerm(c.since)},
		[2]*ast.Term{keyUntil, ast.StringTerm(c.until)},
	)
}

func (o *operands) circle(t *ast.Term) circle {
	set := func(key *ast.Term) ast.Set { return o.set(o.field(t, key)) }
	return circle{
		known: o.flag(o.field(t, keyKnown)), employers: set(keyEmployers), one: set(keyOne), related: set(keyRelated), told: set(keyTold),
		since: o.text(o.field(t, keySince)), until: o.text(o.field(t, keyUntil)), met: map[string]meeting{},
	}
}

// position is how a person stands to the circle of the authors.
func (o *operands) position(t *ast.Term, c circle) *ast.Term {
	p := o.someone(t)
	affiliated := p.between(c.since, c.until)
	met := c.meet(p.employers(affiliated))
	unclear := p.unclear(affiliated, c.until)
	told := func() bool {
		if met.told { // none of theirs is one with an author's, or it would be shared
			return true
		}
		collected := p.hearsay(c.since, c.until)
		if len(collected) == 0 {
			return false
		}
		hearsay := setTerm(collected).Value.(ast.Set)
		return hearsay.Intersect(c.one).Len()+hearsay.Intersect(c.told).Len() > 0
	}
	standing, why := "outside", "" // the most telling reason first
	switch {
	case met.shared.Value.(ast.Set).Len() > 0:
		standing = "inside"
	case !c.known:
		standing, why = "open", "a bot proposed the change, so it is not certain who made it"
	case unclear != "":
		standing, why = "open", unclear
	case told():
		standing, why = "open", "a list that others collected names one organization for both"
	case met.related:
		standing, why = "open", "their organization is related to that of an author"
	}
	return ast.ObjectTerm(
		[2]*ast.Term{keyStanding, ast.InternedTerm(standing)},
		[2]*ast.Term{keyWhy, ast.InternedTerm(why)},
		[2]*ast.Term{keyUnclear, ast.InternedTerm(unclear)},
		[2]*ast.Term{keyEmployers, met.employers},
		[2]*ast.Term{keyShared, met.shared},
		[2]*ast.Term{keyAffiliations, listTerm(affiliated)},
	)
}

func positionOf(o *operands) *ast.Term { return o.position(o.terms[0], o.circle(o.terms[1])) }

func positionsOf(o *operands) *ast.Term {
	c := o.circle(o.terms[1])
	return o.byLogin(o.terms[0], func(_, p *ast.Term) *ast.Term {
		if o.text(o.field(p, keyKind)) != bylaw.KindUser {
			return nil
		}
		return o.position(p, c)
	})
}

// positionsBetween draws a circle once for all who have the same span.
func positionsBetween(o *operands) *ast.Term {
	spans, ok := o.terms[2].Value.(ast.Object)
	if !ok {
		o.fail("spans by login are needed")
		return ast.InternedNullTerm
	}
	circles := map[[2]string]circle{}
	return o.byLogin(o.terms[0], func(login, p *ast.Term) *ast.Term {
		span := spans.Get(login)
		if span == nil {
			return nil
		}
		between, ok := span.Value.(*ast.Array)
		if !ok || between.Len() != 2 {
			o.fail("a span is two moments")
			return nil
		}
		key := [2]string{o.text(between.Elem(0)), o.text(between.Elem(1))}
		c, drawn := circles[key]
		if !drawn {
			c = o.draw(o.terms[0], o.terms[1], key[0], key[1])
			circles[key] = c
		}
		return o.position(p, c)
	})
}

// byLogin makes an object of something for each value of an object by login, leaving out those of which
// it is nil.
func (o *operands) byLogin(values *ast.Term, of func(login, value *ast.Term) *ast.Term) *ast.Term {
	object, ok := values.Value.(ast.Object)
	if !ok {
		o.fail("values by login are needed")
		return ast.InternedNullTerm
	}
	var pairs [][2]*ast.Term
	object.Foreach(func(login, p *ast.Term) {
		if value := of(login, p); value != nil {
			pairs = append(pairs, [2]*ast.Term{login, value})
		}
	})
	return ast.ObjectTerm(pairs...)
}
