package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func employersInWords(o *operands) *ast.Term {
	return ast.StringTerm(o.inWords(o.terms[0], o.terms[1]))
}

func (o *operands) inWords(organizations, employers *ast.Term) string {
	keys := o.set(employers)
	if keys.Len() == 0 {
		return "an unknown organization"
	}
	names := map[string]bool{}
	keys.Foreach(func(key *ast.Term) {
		if strings.HasPrefix(o.text(key), alone) {
			names["nobody (independent)"] = true
			return
		}
		name := o.text(key)
		o.each(organizations, func(organization *ast.Term) {
			if o.field(organization, keyID).Equal(key) {
				name = o.text(o.field(organization, keyName))
			}
		})
		names[name] = true
	})
	return row(slices.Sorted(maps.Keys(names)))
}

func inARow(o *operands) *ast.Term {
	var names []string
	o.each(o.terms[0], func(t *ast.Term) { names = append(names, o.text(t)) })
	return ast.StringTerm(row(names))
}

func row(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// worth is what is said of a source, where it does not simply declare something.
var worth = map[string]string{
	bylaw.SourceDeclaredStale: "without date or review",
	bylaw.SourceGitdmStrict:   "collected by others", bylaw.SourceGitdmOpen: "collected by others", bylaw.SourceGitdmUndated: "collected by others",
	bylaw.SourceProfile: "their own page on GitHub",
}

func evidenceOf(o *operands) *ast.Term { return o.evidence(o.terms[0]) }

func (o *operands) evidence(affiliated *ast.Term) *ast.Term {
	var out []*ast.Term
	o.each(affiliated, func(a *ast.Term) {
		evidence, about := o.text(o.field(a, keyEvidence)), worth[o.text(o.field(a, keySource))]
		words := []string{evidence}
		if about != "" {
			words = append(words, about)
		}
		if o.flag(o.field(a, keyProposed)) {
			words = append(words, "proposed in this pull request")
		}
		if evidence == "" {
			words = words[1:]
		}
		out = append(out, ast.ObjectTerm(
			[2]*ast.Term{keyFile, o.field(a, keyFile)},
			[2]*ast.Term{keyLine, o.field(a, keyLine)},
			[2]*ast.Term{keyText, ast.StringTerm(row(words))},
		))
	})
	return ast.SetTerm(out...)
}
