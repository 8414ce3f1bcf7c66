package policy

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// contents are the parts of the contents of files that a policy looks at, such as "text", by "before" and
// "after". Of a content that is not among them it looks at everything.
type contents map[string][]string

// factsOf lists the keys of the input that a policy's rules look at, directly or through the library.
// A rule that hands on the whole input looks at everything: "*".
//
// Of a built-in policy it also says which parts of the contents of files they look at, since parsed contents are
// larger than all other facts. They are recognized by name, and built-in policies call every fact by its name.
// What others do cannot be known: they get everything.
func factsOf(compiler *ast.Compiler, s Source) ([]string, contents) {
	facts := map[string]bool{}
	parts := map[string]map[string]bool{"before": {}, "after": {}}
	seen := map[*ast.Rule]bool{}
	var visit func(*ast.Rule)
	visit = func(rule *ast.Rule) {
		if seen[rule] {
			return
		}
		seen[rule] = true
		ast.WalkRefs(rule, func(ref ast.Ref) bool {
			switch {
			case ref[0].Equal(ast.InputRootDocument) && len(ref) > 1:
				if key, ok := ref[1].Value.(ast.String); ok {
					facts[string(key)] = true
				} else {
					facts["*"] = true
				}
			case ref[0].Equal(ast.DefaultRootDocument):
				for _, r := range compiler.GetRules(ref.ConstantPrefix()) {
					visit(r)
				}
			}
			return false
		})
		ast.WalkTerms(rule, func(t *ast.Term) bool {
			if ref, ok := t.Value.(ast.Ref); ok {
				return len(ref) > 0 && ref[0].Equal(ast.InputRootDocument) && len(ref) > 1
			}
			if t.Equal(ast.InputRootDocument) {
				facts["*"] = true
			}
			return false
		})
		partsOf(rule, parts)
	}
	for _, m := range compiler.Modules {
		if m.Package.Path.Equal(packageRef(s.ID)) {
			for _, r := range m.Rules {
				visit(r)
			}
		}
	}
	if !s.BuiltIn || facts["*"] {
		return slices.Sorted(maps.Keys(facts)), nil
	}
	read := contents{}
	for content, names := range parts {
		if !names["*"] {
			read[content] = slices.Sorted(maps.Keys(names))
		}
	}
	return slices.Sorted(maps.Keys(facts)), read
}

// partsOf adds what a rule looks at of the contents that are keys of parts; "*" where it hands on one as a whole.
func partsOf(rule *ast.Rule, parts map[string]map[string]bool) {
	note := func(name *ast.Term, next []*ast.Term) {
		text, ok := name.Value.(ast.String)
		if !ok || parts[string(text)] == nil {
			return
		}
		part := ast.String("*")
		if len(next) > 0 {
			if named, ok := next[0].Value.(ast.String); ok {
				part = named
			}
		}
		parts[string(text)][string(part)] = true
	}
	var walk func(x any)
	walk = func(x any) {
		ast.WalkTerms(x, func(t *ast.Term) bool {
			ref, ok := t.Value.(ast.Ref)
			if !ok {
				note(t, nil)
				return false
			}
			for i, step := range ref {
				if _, name := step.Value.(ast.String); name {
					note(step, ref[i+1:])
				} else {
					walk(step)
				}
			}
			return true
		})
	}
	walk(rule)
}
