package policy

import (
	"regexp"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

func column(o *operands) *ast.Term {
	var out []*ast.Term
	o.each(o.terms[0], func(record *ast.Term) { out = append(out, o.field(record, o.terms[1])) })
	return ast.ArrayTerm(out...)
}

func recordsWhere(o *operands) *ast.Term {
	wanted := o.set(o.terms[2])
	var out []*ast.Term
	o.each(o.terms[0], func(record *ast.Term) {
		if wanted.Contains(o.field(record, o.terms[1])) {
			out = append(out, record)
		}
	})
	return ast.ArrayTerm(out...)
}

// places makes a set of the places of those elements of which a function is true.
func (o *operands) places(list *ast.Term, of func(element *ast.Term) bool) *ast.Term {
	var out []*ast.Term
	i := 0
	o.each(list, func(element *ast.Term) {
		if of(element) {
			out = append(out, ast.InternedTerm(i))
		}
		i++
	})
	return ast.SetTerm(out...)
}

func placesOf(o *operands) *ast.Term { return o.places(o.terms[0], o.set(o.terms[1]).Contains) }

func elementsAt(o *operands) *ast.Term {
	list, ok := o.terms[0].Value.(*ast.Array)
	if !ok {
		o.fail("a list is needed")
		return ast.InternedNullTerm
	}
	var out []*ast.Term
	o.each(o.terms[1], func(t *ast.Term) {
		place, ok := t.Value.(ast.Number)
		i, whole := place.Int()
		if !ok || !whole || i < 0 || i >= list.Len() {
			o.fail("there is no place %v in the list", t)
			return
		}
		out = append(out, list.Elem(i))
	})
	return ast.ArrayTerm(out...)
}

func asSet(o *operands) *ast.Term {
	var out []*ast.Term
	o.each(o.terms[0], func(element *ast.Term) { out = append(out, element) })
	return ast.SetTerm(out...)
}

func allWith(o *operands) *ast.Term {
	var out [][2]*ast.Term
	o.each(o.terms[0], func(key *ast.Term) { out = append(out, [2]*ast.Term{key, o.terms[1]}) })
	return ast.ObjectTerm(out...)
}

func newLines(o *operands) *ast.Term {
	old := map[string]bool{"": true}
	o.each(o.terms[1], func(line *ast.Term) { old[o.text(line)] = true })
	number := 0
	var out []*ast.Term
	o.each(o.terms[0], func(line *ast.Term) {
		if number++; !old[o.text(line)] {
			out = append(out, ast.InternedTerm(number))
		}
	})
	return ast.SetTerm(out...)
}

func matching(o *operands) *ast.Term {
	pattern, err := regexp.Compile(o.text(o.terms[0]))
	if err != nil {
		o.fail("this is not a regular expression: %v", err)
		return ast.InternedNullTerm
	}
	var out []*ast.Term
	o.each(o.terms[1], func(text *ast.Term) {
		if pattern.MatchString(o.text(text)) {
			out = append(out, text)
		}
	})
	return ast.SetTerm(out...)
}

func linked(o *operands) *ast.Term {
	return o.places(o.terms[0], func(text *ast.Term) bool {
		found := false
		o.each(o.field(text, keyLinks), func(link *ast.Term) { found = found || !o.flag(o.field(link, keyImage)) })
		return found
	})
}

func leadingLinks(o *operands) *ast.Term {
	var out []*ast.Term
	o.each(o.terms[0], func(text *ast.Term) {
		links, ok := o.field(text, keyLinks).Value.(*ast.Array)
		if !ok {
			o.fail("a list of links is needed")
			return
		}
		leading := ast.InternedNullTerm
		if links.Len() > 0 {
			first := o.text(o.field(links.Elem(0), keyText))
			if first != "" && strings.HasPrefix(o.text(o.field(text, keyText)), first) {
				leading = ast.StringTerm(strings.TrimSpace(first))
			}
		}
		out = append(out, leading)
	})
	return ast.ArrayTerm(out...)
}
