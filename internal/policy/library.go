package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/types"
)

// The functions of policies/lib that are asked for every person or every review stand here and not in
// Rego, where each would be some fifty expressions, at a microsecond each. What they mean is said where
// policies/lib declares them, and tested there. They are pure: no I/O, no clock, no state.

// function is one of them. A policy does not call it by this name but through the library.
type function struct {
	name string
	decl *types.Function
	call func(o *operands) *ast.Term
}

// functions are all of them. What they give has a type, so that a typo in a policy stays a compile error.
func functions() []function {
	anything, text, texts := types.A, types.S, types.NewSet(types.S)
	list := types.NewArray(nil, types.A)
	position := types.NewObject([]*types.StaticProperty{
		types.NewStaticProperty("standing", text), types.NewStaticProperty("why", text), types.NewStaticProperty("unclear", text),
		types.NewStaticProperty("employers", texts), types.NewStaticProperty("shared", texts), types.NewStaticProperty("affiliations", list),
	}, nil)
	positions := types.NewObject(nil, types.NewDynamicProperty(text, position))
	circle := types.NewObject([]*types.StaticProperty{
		types.NewStaticProperty("known", types.B), types.NewStaticProperty("employers", texts), types.NewStaticProperty("one", texts),
		types.NewStaticProperty("related", texts), types.NewStaticProperty("told", texts),
		types.NewStaticProperty("since", text), types.NewStaticProperty("until", text),
	}, nil)
	evidence := types.NewSet(types.NewObject([]*types.StaticProperty{
		types.NewStaticProperty("file", text), types.NewStaticProperty("line", types.N), types.NewStaticProperty("text", text),
	}, nil))
	considered := types.NewObject([]*types.StaticProperty{
		types.NewStaticProperty("who", text), types.NewStaticProperty("did", text), types.NewStaticProperty("is", text),
		types.NewStaticProperty("counted", types.B), types.NewStaticProperty("why", text), types.NewStaticProperty("evidence", evidence),
	}, nil)
	declare := func(name string, call func(*operands) *ast.Term, result types.Type, arity int) function {
		return function{"bylaw." + name, types.NewFunction(slices.Repeat([]types.Type{anything}, arity), result), call}
	}
	return []function{
		declare("by_login", byLogin, types.NewObject(nil, types.NewDynamicProperty(text, anything)), 1),
		declare("as_merged", asMerged, anything, 1),
		declare("affiliations", affiliationsBetween, list, 3),
		declare("employers", employersBetween, texts, 3),
		declare("hearsay", hearsayBetween, texts, 3),
		declare("disputed", isDisputed, types.B, 3),
		declare("with_near", withNear, texts, 5),
		declare("authors", authors, texts, 1),
		declare("known", isKnown, types.B, 1),
		declare("circle", drawCircle, circle, 4),
		declare("position", positionOf, position, 2),
		declare("positions", positionsOf, positions, 2),
		declare("positions_between", positionsBetween, positions, 3),
		declare("stances", stances, list, 1),
		declare("stances_by_state", stancesByState, types.NewObject(nil, types.NewDynamicProperty(text, types.NewObject(nil, types.NewDynamicProperty(text, anything)))), 1),
		declare("grouped", grouped, types.NewObject(nil, types.NewDynamicProperty(anything, texts)), 2),
		declare("spans", spans, types.NewObject(nil, types.NewDynamicProperty(text, types.NewArray(nil, text))), 2),
		declare("best_rank", bestRank, types.N, 2),
		declare("weakest_ranks", weakestRanks, types.NewObject(nil, types.NewDynamicProperty(text, types.N)), 2),
		declare("considered", consideredRows, types.NewSet(considered), 6),
		declare("employers_in_words", employersInWords, text, 2),
		declare("evidence", evidenceOf, evidence, 1),
		declare("in_a_row", inARow, text, 1),
		declare("path_expression", pathExpression, text, 1),
		declare("with_brackets", withBrackets, list, 1),
		declare("touched", touchedFiles, types.NewSet(anything), 2),
		declare("column", column, list, 2),
		declare("where", recordsWhere, list, 3),
		declare("places", placesOf, types.NewSet(types.N), 2),
		declare("elements", elementsAt, list, 2),
		declare("as_set", asSet, types.NewSet(anything), 1),
		declare("all_with", allWith, types.NewObject(nil, types.NewDynamicProperty(anything, anything)), 2),
		declare("matching", matching, texts, 2),
		declare("new_lines", newLines, types.NewSet(types.N), 2),
		declare("linked", linked, types.NewSet(types.N), 1),
		declare("leading_links", leadingLinks, list, 1),
	}
}

// declarations are the functions as the compiler knows them.
func declarations() []*ast.Builtin {
	var out []*ast.Builtin
	for _, f := range functions() {
		out = append(out, &ast.Builtin{Name: f.name, Decl: f.decl})
	}
	return out
}

// Functions is the option of package rego that lets a query call the functions of the library.
func Functions(r *rego.Rego) {
	for _, f := range functions() {
		f.option()(r)
	}
}

// testedFunctions lets tests call the functions.
func testedFunctions() []*tester.Builtin {
	var out []*tester.Builtin
	for _, f := range functions() {
		out = append(out, &tester.Builtin{Decl: &ast.Builtin{Name: f.name, Decl: f.decl}, Func: f.option()})
	}
	return out
}

func (f function) option() func(*rego.Rego) {
	return rego.FunctionDyn(&rego.Function{Name: f.name, Decl: f.decl}, func(_ topdown.BuiltinContext, terms []*ast.Term) (*ast.Term, error) {
		o := &operands{terms: terms}
		result := f.call(o)
		return result, o.fault
	})
}

// operands are what a function is given. The first thing that is not as it must be is kept as the
// fault, and then nothing that was read counts: a missing fact is an error, never an empty one.
type operands struct {
	terms []*ast.Term
	fault error
}

func (o *operands) fail(format string, args ...any) {
	if o.fault == nil {
		o.fault = fmt.Errorf(format, args...)
	}
}

// each calls do with the elements of an array or a set, or with the values of an object.
func (o *operands) each(t *ast.Term, do func(*ast.Term)) {
	switch v := t.Value.(type) {
	case *ast.Array:
		v.Foreach(do)
	case ast.Set:
		v.Foreach(do)
	case ast.Object:
		v.Foreach(func(_, value *ast.Term) { do(value) })
	default:
		o.fail("a list is needed")
	}
}

// field is what stands under a key; null when there is nothing.
func (o *operands) field(t, key *ast.Term) *ast.Term {
	if object, ok := t.Value.(ast.Object); ok {
		if value := object.Get(key); value != nil {
			return value
		}
	}
	o.fail("there is no %v", key)
	return ast.InternedNullTerm
}

func (o *operands) text(t *ast.Term) string {
	s, ok := t.Value.(ast.String)
	if !ok {
		o.fail("a text is needed")
	}
	return string(s)
}

func (o *operands) flag(t *ast.Term) bool {
	b, ok := t.Value.(ast.Boolean)
	if !ok {
		o.fail("true or false is needed")
	}
	return bool(b)
}

// set is a set of texts.
func (o *operands) set(t *ast.Term) ast.Set {
	s, ok := t.Value.(ast.Set)
	if !ok {
		o.fail("a set is needed")
		return ast.NewSet()
	}
	return s
}

func setTerm(texts []string) *ast.Term {
	if len(texts) == 0 {
		return ast.InternedEmptySet
	}
	terms := make([]*ast.Term, 0, len(texts))
	for _, s := range texts {
		terms = append(terms, ast.StringTerm(s))
	}
	return ast.SetTerm(terms...)
}

// Keys of what the functions read and give.
var (
	keyLogin, keyKind, keyPart, keyNear, keyID, keyName = word("login"), word("kind"), word("part"), word("near"), word("id"), word("name")
	keyFrom, keyUntil, keySince, keySource, keyFile     = word("from"), word("until"), word("since"), word("source"), word("file")
	keyLine, keyText, keyEvidence, keyProposed          = word("line"), word("text"), word("evidence"), word("proposed")
	keyFormer, keyOrganization, keyHow, keyAuthor       = word("former"), word("organization"), word("how"), word("author")
	keyRecordedAt                                       = word("recorded_at")
	keyState, keyAffiliations, keyEmployers, keyShared  = word("state"), word("affiliations"), word("employers"), word("shared")
	keyStanding, keyWhy, keyUnclear, keyKnown           = word("standing"), word("why"), word("unclear"), word("known")
	keyOne, keyRelated, keyTold                         = word("one"), word("related"), word("told")
	keySubmittedAt, keyRank, keyWho, keyDid             = word("submitted_at"), word("rank"), word("who"), word("did")
	keyIs, keyCounted, keyLinks, keyImage               = word("is"), word("counted"), word("links"), word("image")
	keyPath, keyPreviousPath                            = word("path"), word("previous_path")
)

func word(s string) *ast.Term { return ast.StringTerm(s) }

// pathExpression makes one regular expression of all patterns without brackets. One that nothing matches
// is made of none.
func pathExpression(o *operands) *ast.Term {
	return ast.StringTerm(expressionOf(o.withoutBrackets(o.terms[0])))
}

func (o *operands) withoutBrackets(patterns *ast.Term) []string {
	var out []string
	o.each(patterns, func(t *ast.Term) {
		if p := o.text(t); !strings.ContainsAny(p, brackets) {
			out = append(out, p)
		}
	})
	return out
}

func expressionOf(patterns []string) string {
	if len(patterns) == 0 {
		return `[^\x00-\x{10FFFF}]`
	}
	var b strings.Builder
	for i, p := range patterns {
		b.WriteString([]string{"|", "^(?:"}[btoi(i == 0)])
		_, _ = signs.WriteString(&b, p) // a builder takes everything
	}
	b.WriteString(")$")
	return b.String()
}

// withBrackets are the other patterns.
func withBrackets(o *operands) *ast.Term {
	var out []*ast.Term
	o.each(o.terms[0], func(t *ast.Term) {
		if strings.ContainsAny(o.text(t), brackets) {
			out = append(out, t)
		}
	})
	return ast.ArrayTerm(out...)
}

const brackets = `{[\`

// signs stand in a pattern for something, or in a regular expression. The longest comes first.
var signs = strings.NewReplacer(
	"**/", `(?:.*/)?`, "**", `.*`, "*", `[^/]*`, "?", `[^/]`,
	".", `\.`, "+", `\+`, "(", `\(`, ")", `\)`, "|", `\|`, "^", `\^`, "$", `\$`,
)

// touchedFiles compiles the patterns only when a path begins as one of them does: most changes touch nothing of what a
// rule is about.
func touchedFiles(o *operands) *ast.Term {
	patterns := o.withoutBrackets(o.terms[1])
	var beginnings []string // what stands before the first sign
	for _, p := range patterns {
		if sign := strings.IndexAny(p, "*?"); sign >= 0 {
			p = p[:sign]
		}
		beginnings = append(beginnings, p)
	}
	expression := sync.OnceValues(func() (*regexp.Regexp, error) { return regexp.Compile(expressionOf(patterns)) })
	matches := func(path string) bool {
		if path == "" || !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(path, b) }) {
			return false
		}
		compiled, err := expression()
		if err != nil {
			o.fail("these are no patterns: %v", err)
			return false
		}
		return compiled.MatchString(path)
	}
	var out []*ast.Term
	o.each(o.terms[0], func(file *ast.Term) {
		if path, previous := o.text(o.field(file, keyPath)), o.text(o.field(file, keyPreviousPath)); matches(path) || matches(previous) {
			out = append(out, file)
		}
	})
	return ast.SetTerm(out...)
}
