package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// lint finds two typos that OPA's type checker lets pass: a rule of the library or of the policy that
// does not exist, and a fact compared with a text that it can never have.
func lint(compiler *ast.Compiler, s Source, input object) []bylaw.Problem {
	var problems []bylaw.Problem
	for _, file := range sortedModules(compiler) {
		module := compiler.Modules[file]
		if slices.ContainsFunc(s.Library, func(m Module) bool { return m.File == file }) {
			continue
		}
		for _, rule := range module.Rules {
			l := linter{compiler: compiler, input: input, paths: map[ast.Var]object{}}
			l.resolve(rule)
			ast.WalkRefs(rule, l.unknownData)
			ast.WalkRefs(rule, l.unknownParameter)
			ast.WalkExprs(rule, l.impossibleText)
			problems = append(problems, l.problems...)
		}
	}
	return problems
}

func sortedModules(compiler *ast.Compiler) []string {
	files := make([]string, 0, len(compiler.Modules))
	for file := range compiler.Modules {
		files = append(files, file)
	}
	slices.Sort(files)
	return files
}

type linter struct {
	compiler *ast.Compiler
	input    object             // schema of the input
	paths    map[ast.Var]object // what a local variable stands for, as a schema of the input
	problems []bylaw.Problem
}

func (l *linter) report(at *ast.Location, msg, fix string) {
	p := bylaw.Problem{Msg: msg, Fix: fix}
	if at != nil {
		p.File, p.Line, p.Column = at.File, at.Row, at.Col
	}
	if !slices.Contains(l.problems, p) {
		l.problems = append(l.problems, p)
	}
}

// resolve learns which part of the input each local variable of a rule stands for. The compiler has
// rewritten "some r in input.reviews" to a chain of equalities, in any order.
func (l *linter) resolve(rule *ast.Rule) {
	for range 4 { // chains are short: an element of a list of an element of a list
		before := len(l.paths)
		ast.WalkExprs(rule, func(e *ast.Expr) bool {
			if !e.IsEquality() && !e.IsAssignment() {
				return false
			}
			for i := range 2 {
				name, isVar := e.Operand(i).Value.(ast.Var)
				ref, isRef := e.Operand(1 - i).Value.(ast.Ref)
				if isVar && isRef {
					if schema := l.schemaOf(ref); schema != nil {
						l.paths[name] = schema
					}
				}
			}
			return false
		})
		if len(l.paths) == before {
			return
		}
	}
}

// schemaOf returns the schema of what a reference into the input stands for, nil when not known.
func (l *linter) schemaOf(ref ast.Ref) object {
	var schema object
	switch {
	case ref[0].Equal(ast.InputRootDocument):
		schema = l.input
	default:
		name, _ := ref[0].Value.(ast.Var)
		schema = l.paths[name]
	}
	for _, term := range ref[1:] {
		if items, ok := schema["items"].(object); ok {
			schema = items
			continue
		}
		key, ok := term.Value.(ast.String)
		properties, _ := schema["properties"].(object)
		if !ok || properties == nil {
			return nil
		}
		schema, _ = properties[string(key)].(object)
	}
	return schema
}

func (l *linter) unknownData(ref ast.Ref) bool {
	if !ref[0].Equal(ast.DefaultRootDocument) {
		return false
	}
	node := l.compiler.RuleTree
	for i, term := range ref {
		next := node.Child(term.Value)
		if next == nil {
			if len(node.Values) == 0 && i > 0 {
				var known []string
				for key := range node.Children {
					if s, ok := key.(ast.String); ok {
						known = append(known, string(s))
					}
				}
				slices.Sort(known)
				word := strings.Trim(term.Value.String(), `"`)
				fix := ""
				if near := document.Nearest(word, known); near != "" {
					fix = fmt.Sprintf("did you mean %q?", near)
				}
				l.report(ref[0].Location, fmt.Sprintf("%s does not exist", ref[:i+1]), fix)
			}
			return false
		}
		node = next
	}
	return false
}

// unknownParameter finds parameters of a policy that has none: OPA takes an object schema without
// properties for one that allows any.
func (l *linter) unknownParameter(ref ast.Ref) bool {
	params := l.schemaOf(inputParams)
	if properties, _ := params["properties"].(object); params["type"] != "object" || len(properties) > 0 || len(ref) < 3 || !ref.HasPrefix(inputParams) {
		return false
	}
	l.report(ref[0].Location, fmt.Sprintf("there is no %s", ref[:3]), "describe the parameter in METADATA, under schemas")
	return false
}

var inputParams = ast.MustParseRef("input.params")

func (l *linter) impossibleText(e *ast.Expr) bool {
	if !e.IsCall() {
		return false
	}
	switch e.Operator().String() {
	case "eq", "equal", "neq", "internal.member_2":
	default:
		return false
	}
	for i := range 2 {
		ref, ok := e.Operand(i).Value.(ast.Ref)
		if !ok {
			if name, isVar := e.Operand(i).Value.(ast.Var); isVar {
				ref, ok = ast.Ref{ast.NewTerm(name)}, true
			}
		}
		if !ok {
			continue
		}
		schema := l.schemaOf(ref)
		enum, _ := schema["enum"].([]any)
		if enum == nil {
			continue
		}
		words := make([]string, len(enum))
		for i, v := range enum {
			words[i] = fmt.Sprint(v)
		}
		for _, word := range texts(e.Operand(1 - i)) {
			if !slices.Contains(words, word) {
				fix := "it can be " + strings.Join(words, ", ")
				if near := document.Nearest(word, words); near != "" {
					fix = fmt.Sprintf("did you mean %q?", near)
				}
				l.report(e.Location, fmt.Sprintf("this fact is never %q", word), fix)
			}
		}
	}
	return false
}

// texts returns the constant texts of a term: itself, or the elements of a set or array.
func texts(t *ast.Term) []string {
	var out []string
	add := func(t *ast.Term) {
		if s, ok := t.Value.(ast.String); ok {
			out = append(out, string(s))
		}
	}
	switch v := t.Value.(type) {
	case ast.String:
		add(t)
	case ast.Set:
		v.Foreach(add)
	case *ast.Array:
		v.Foreach(add)
	}
	return out
}
