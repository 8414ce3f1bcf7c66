package policy

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// shorten makes calls of those functions of the library that only hand on to one of ours calls of ours. Most of the
// library is such functions, which say in Rego what ours mean; to evaluate them took a tenth of BenchmarkJudge in
// internal/check. A compiled policy means the same afterwards, and the place of an error is that of the call. It is for
// built-in policies: others may put something else in the place of a function of the library, by "with".
func shorten(compiler *ast.Compiler) {
	shorter := map[string]*ast.Term{} // the operator, by the name of the function that hands on to it
	for _, m := range compiler.Modules {
		if !m.Package.Path.Equal(packageRef(libraryFolder)) {
			continue
		}
		for _, r := range m.Rules {
			if to := handsOnTo(r); to != nil && len(compiler.GetRulesExact(r.Ref())) == 1 {
				shorter[r.Ref().String()] = to
			}
		}
	}
	for _, m := range compiler.Modules {
		ast.WalkExprs(m, func(e *ast.Expr) bool {
			if terms, ok := e.Terms.([]*ast.Term); ok {
				if to := shorter[terms[0].String()]; to != nil {
					terms[0] = to
				}
			}
			return false
		})
	}
}

// handsOnTo is the operator of our function if a rule is "f(a, b) := bylaw.f(a, b)", and otherwise nil.
func handsOnTo(r *ast.Rule) *ast.Term {
	if len(r.Body) != 1 || r.Else != nil || r.Default {
		return nil
	}
	call, ok := r.Body[0].Terms.([]*ast.Term)
	if !ok || len(call) != len(r.Head.Args)+2 || !strings.HasPrefix(call[0].String(), "bylaw.") {
		return nil
	}
	for i, arg := range slices.Concat(r.Head.Args, []*ast.Term{r.Head.Value}) {
		if _, isVar := arg.Value.(ast.Var); !isVar || !arg.Equal(call[1+i]) {
			return nil
		}
	}
	return call[0]
}
