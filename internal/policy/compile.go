package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Inspection is what there is to know of a policy before it is asked anything.
type Inspection struct {
	Metadata Metadata        `json:"metadata"`
	Facts    []string        `json:"facts"`    // keys of the input that its rules look at, in order
	Problems []bylaw.Problem `json:"problems"` // why it cannot be used; empty when it can
}

// compiled is a policy that is ready to be evaluated, or the problems that prevent it.
type compiled struct {
	Inspection
	contents contents
	query    rego.PreparedEvalQuery
}

// answers are the rules that a policy can have for Bylaw to read. A policy's helpers begin with an
// underscore or have other names; they are not evaluated unless one of these needs them.
var answers = []string{"applies", "accept", "findings", "conclusion", "headline", "considered", "reviewers", "recheck_at", "marks"}

// packageRef is the package in which every policy stands, and the library.
func packageRef(id string) ast.Ref {
	return ast.MustParseRef("data.bylaw." + id)
}

// inputSchema is the parsed InputSchema. The type checker only reads it.
var inputSchema = sync.OnceValue(func() object {
	var schema object
	if err := util.UnmarshalJSON(InputSchema(), &schema); err != nil {
		panic(fmt.Sprintf("our own input schema is not JSON: %v", err))
	}
	return schema
})

// inputSchemaWith is the schema of the input of a policy with these parameters.
func inputSchemaWith(params Params) object {
	schema := maps.Clone(inputSchema())
	properties := maps.Clone(schema["properties"].(object))
	if params != nil { // the library has none, and leaves them to the policies
		properties["params"] = object(params)
	}
	schema["properties"] = properties
	return schema
}

// compile parses, checks and prepares a policy alone with the library. Its time is not bounded:
// untrusted sources are compiled in a worker process.
func compile(ctx context.Context, s Source) *compiled {
	if s.Namespace != "" {
		return compilePack(ctx, s)
	}
	c := &compiled{}
	modules, metadata, problems := parse(s, false)
	c.Metadata = metadata
	if c.Problems = problems; len(problems) > 0 {
		return c
	}
	compiler, problems := check(modules, s, metadata.Params)
	if c.Problems = problems; len(problems) > 0 {
		return c
	}
	c.Facts, c.contents = factsOf(compiler, s)
	rules := map[string]bool{}
	for _, m := range compiler.Modules {
		if m.Package.Path.Equal(packageRef(s.ID)) {
			for _, r := range m.Rules {
				rules[string(r.Head.Ref()[0].Value.(ast.Var))] = true
			}
		}
	}
	if !rules["accept"] {
		c.Problems = []bylaw.Problem{{File: s.file(), Msg: "the policy has no rule \"accept\"", Fix: "write \"accept if ...\": what must hold for the pull request to pass"}}
		return c
	}
	if s.BuiltIn {
		shorten(compiler)
	}
	query, err := rego.New(rego.Query(queryFor(s.ID, rules)), rego.Compiler(compiler), Functions, rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
	if err != nil {
		c.Problems = problemsOf(err, s)
		return c
	}
	c.query = query
	return c
}

// queryFor asks for every answer that the policy has, each in a list of its own: an undefined answer
// is an empty list, which is not the same as an answer that is false or empty. Where the policy does not
// apply nothing else is evaluated: what it says further is an answer of its own, with the other ones in it.
func queryFor(id string, rules map[string]bool) string {
	ask := func(name string) string { return fmt.Sprintf("%q: [x | x := data.bylaw.%s.%s]", name, id, name) }
	var terms []string
	for _, name := range answers {
		if rules[name] && name != "applies" {
			terms = append(terms, ask(name))
		}
	}
	further := "{" + strings.Join(terms, ", ") + "}"
	if rules["applies"] {
		further = fmt.Sprintf("{%s, %q: [x | data.bylaw.%s.applies; x := %s]}", ask("applies"), furtherAnswers, id, further)
	}
	return "answers := " + further
}

// furtherAnswers are those that a policy gives where it applies.
const furtherAnswers = "further"

// parse reads the modules of a policy and the library, with tests if asked, and the policy's
// METADATA. It refuses modules of another package than the policy's own.
func parse(s Source, tests bool) (map[string]*ast.Module, Metadata, []bylaw.Problem) {
	modules := map[string]*ast.Module{}
	var metadata Metadata
	var described bool
	var problems []bylaw.Problem
	for _, m := range slices.Concat(s.Library, s.Modules) {
		if isTest(m.File) && !tests {
			continue
		}
		module, err := ast.ParseModuleWithOpts(m.File, m.Text, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			problems = append(problems, problemsOf(err, s)...)
			continue
		}
		modules[m.File] = module
		if slices.Contains(s.Library, m) {
			continue
		}
		want := packageRef(s.ID)
		if isTest(m.File) {
			want = packageRef(s.ID + "_test")
		}
		inLibrary := s.ID == libraryFolder && module.Package.Path.HasPrefix(want) // it has parts, such as lib.testing
		if !module.Package.Path.Equal(want) && !inLibrary {
			problems = append(problems, bylaw.Problem{
				File: m.File, Line: module.Package.Location.Row,
				Msg: fmt.Sprintf("the package is %q, but a file in the folder %q must say \"package %s\"", strings.TrimPrefix(module.Package.Path.String(), "data."), s.ID, strings.TrimPrefix(want.String(), "data.")),
				Fix: "a policy cannot add rules to another one",
			})
		}
		if isTest(m.File) {
			continue
		}
		md, found, faults := readMetadata(m)
		problems = append(problems, faults...)
		if found {
			if described {
				problems = append(problems, bylaw.Problem{File: m.File, Line: 1, Msg: "a second file of this policy has METADATA for the package", Fix: "keep one"})
			}
			metadata, described = md, true
		}
	}
	if !described && len(problems) == 0 && s.ID != libraryFolder {
		problems = append(problems, bylaw.Problem{File: s.file(), Line: 1, Msg: "the policy has no METADATA above its package line", Fix: "add \"# METADATA\", \"# title: ...\" and \"# description: ...\""})
	}
	return modules, metadata, problems
}

// check compiles modules under the type of the input, with the allowed functions only.
func check(modules map[string]*ast.Module, s Source, params Params) (*ast.Compiler, []bylaw.Problem) {
	schema := inputSchemaWith(params)
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, schema)
	compiler := ast.NewCompiler().
		WithCapabilities(capabilities()).
		WithStrict(true).
		WithSchemas(schemas) // the schemas in METADATA are those of the parameters, which are in it already
	compiler.Compile(modules)
	if compiler.Failed() {
		return nil, problemsOf(compiler.Errors, s)
	}
	if problems := lint(compiler, s, schema); len(problems) > 0 {
		return nil, problems
	}
	return compiler, nil
}
