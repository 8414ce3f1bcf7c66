package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// maxProblems is how many problems of one policy are told; the first ones usually cause the rest.
const maxProblems = 10

// problemsOf says in plain words what OPA found wrong with a policy.
func problemsOf(err error, s Source) []bylaw.Problem {
	var many ast.Errors
	var one *ast.Error
	var regoErrs rego.Errors
	var runtime *topdown.Error
	switch {
	case errors.As(err, &many):
	case errors.As(err, &one):
		many = ast.Errors{one}
	case errors.As(err, &regoErrs):
		var problems []bylaw.Problem
		for _, e := range regoErrs {
			problems = append(problems, problemsOf(e, s)...)
		}
		return problems
	case errors.As(err, &runtime):
		return []bylaw.Problem{runtimeProblem(runtime, s)}
	default:
		return []bylaw.Problem{{File: s.file(), Msg: "the policy cannot be run", Fix: plain(err.Error())}}
	}
	var problems []bylaw.Problem
	for _, e := range many {
		p := bylaw.Problem{File: s.file()}
		if e.Location != nil {
			p.File, p.Line, p.Column = e.Location.File, e.Location.Row, e.Location.Col
		}
		if e.Code == ast.ParseErr && slices.ContainsFunc(problems, func(o bylaw.Problem) bool { return o.File == p.File && o.Line == p.Line }) {
			continue // the parser lists what else it tried to make of the line
		}
		p.Msg, p.Fix = explain(e, s)
		if !slices.Contains(problems, p) && len(problems) < maxProblems {
			problems = append(problems, p)
		}
	}
	slices.SortStableFunc(problems, func(a, b bylaw.Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
	return problems
}

// explain puts the compile errors that authors of policies meet most into words.
func explain(e *ast.Error, s Source) (msg, fix string) {
	if detail, ok := e.Details.(*ast.RefErrInvalidDetail); ok {
		known := make([]string, 0, len(detail.OneOf))
		for _, v := range detail.OneOf {
			if s, ok := v.(ast.String); ok {
				known = append(known, string(s))
			}
		}
		word, ok := detail.Ref[detail.Pos].Value.(ast.String)
		if ok && len(known) > 0 {
			if near := document.Nearest(string(word), known); near != "" {
				return fmt.Sprintf("there is no %s", detail.Ref), fmt.Sprintf("did you mean %q?", near)
			}
			return fmt.Sprintf("there is no %s", detail.Ref), "there are " + strings.Join(known, ", ")
		}
		return fmt.Sprintf("there is no %s", detail.Ref), ""
	}
	if name, ok := strings.CutPrefix(e.Message, "undefined function lib."); ok {
		return fmt.Sprintf("the function lib.%s is not known here", name), "add \"import data.bylaw.lib\" below the package line"
	}
	if name, ok := strings.CutPrefix(e.Message, "undefined function "); ok {
		if word, ok := strings.CutPrefix(name, packageRef(libraryFolder).String()+"."); ok {
			return fmt.Sprintf("the library has no function %s", word), didYouMean(word, libraryNames(s))
		}
		return fmt.Sprintf("there is no function %s that a policy may call", name), "functions that reach the network, a clock or chance, or cannot be bounded, are not allowed"
	}
	if rest, ok := strings.CutPrefix(e.Message, "var "); ok && strings.HasSuffix(rest, " is unsafe") {
		return fmt.Sprintf("the name %s stands for nothing here", strings.TrimSuffix(rest, " is unsafe")), "check its spelling, or say where it comes from with \"some ... in ...\""
	}
	switch e.Code {
	case ast.ParseErr:
		return "this is not Rego: " + plain(e.Message), ""
	case ast.RecursionErr:
		return "a rule needs itself: " + plain(e.Message), ""
	default:
		return plain(e.Message), ""
	}
}

// libraryNames are the rules and functions of the library that policies can use, ordered.
func libraryNames(s Source) []string {
	var names []string
	for _, m := range s.Library {
		module, err := ast.ParseModuleWithOpts(m.File, m.Text, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil || !module.Package.Path.Equal(packageRef(libraryFolder)) {
			continue
		}
		for _, r := range module.Rules {
			if name := string(r.Head.Name); !strings.HasPrefix(name, "_") {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// runtimeProblem says why an evaluation stopped.
func runtimeProblem(e *topdown.Error, s Source) bylaw.Problem {
	p := bylaw.Problem{File: s.file()}
	if e.Location != nil && e.Location.File != "" {
		p.File, p.Line = e.Location.File, e.Location.Row
	}
	switch e.Code {
	case topdown.CancelErr:
		p.Msg, p.Fix = tooSlow, simpler
	case topdown.ConflictErr:
		p.Msg, p.Fix = "the rule gives two different values at once", "make its bodies exclude each other"
	case topdown.BuiltinErr, topdown.TypeErr:
		p.Msg = "a function could not be applied: " + plain(e.Message)
	default:
		p.Msg = "the policy stopped: " + plain(e.Message)
	}
	return p
}

// Words for what has no place in a file.
const (
	tooSlow   = "the policy did not finish in time and was stopped"
	tooMuch   = "the policy used more memory than a policy may and was stopped"
	simpler   = "look for rules that combine every item with every other, or build long texts and lists"
	noAnswers = "the policy gave no answer"
)

// StoppedForNeed reports whether a policy gave no verdict because it was stopped for its need of time or memory. A
// busy machine may have been the reason: judged again, the same snapshot can come out otherwise.
func StoppedForNeed(v bylaw.Verdict) bool {
	return v.Outcome == bylaw.Broken && slices.ContainsFunc(v.Problems, func(p bylaw.Problem) bool { return p.Msg == tooSlow || p.Msg == tooMuch })
}

// plain takes the prefixes of codes from a message of OPA.
func plain(msg string) string {
	for _, prefix := range []string{"rego_parse_error: ", "rego_type_error: ", "rego_compile_error: ", "eval_builtin_error: ", "eval_conflict_error: "} {
		msg = strings.ReplaceAll(msg, prefix, "")
	}
	first, _, _ := strings.Cut(msg, "\n")
	return strings.TrimSpace(first)
}
