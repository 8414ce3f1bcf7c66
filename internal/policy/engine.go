package policy

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Engine inspects and evaluates policies. Built-in policies run in this process; every other policy
// is compiled and run in a worker process, whose memory and time are limited from outside.
//
// An Engine may be used by several goroutines.
type Engine struct {
	Workers *Workers // nil: policies that are not built in cannot be run, and say so

	mu      sync.Mutex
	cache   map[string]*compiled // by digest: built-in policies, and what is known of the others
	builtIn map[origin]*compiled // the built-in ones once more, by where their files are in memory
}

// origin tells one built-in policy from another without reading its text, which takes longer than some
// evaluations. Their files are embedded: they are read once and never change. The pointers also keep the
// files in memory, so that no others can come to stand in their place.
type origin struct {
	id                 string
	modules, library   *Module
	nModules, nLibrary int
}

func originOf(s Source) origin {
	o := origin{id: s.ID, nModules: len(s.Modules), nLibrary: len(s.Library)}
	if o.nModules > 0 {
		o.modules = &s.Modules[0]
	}
	if o.nLibrary > 0 {
		o.library = &s.Library[0]
	}
	return o
}

// cacheSize bounds the compiled policies that are kept. All of the policies of some hundred
// communities fit; when it is full, it is emptied and filled anew.
const cacheSize = 1024

// builtInTime is how long a built-in policy may take. They take milliseconds: one that takes longer says nothing of the
// policy, and it is tried again.
const builtInTime = 5 * time.Second

// Input is what one evaluation is about. It is made once and shared by all policies.
type Input struct {
	Snapshot *bylaw.Snapshot

	mu    sync.Mutex
	terms map[string][2]*ast.Term // facts as terms of Rego, made when a policy first looks at them, by name
	words words
}

// facts returns the named facts as terms of Rego; all of them when "*" is among the names. Of the contents of
// files they have the parts that are looked at.
func (in *Input) facts(names []string, parts contents) ([][2]*ast.Term, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.terms == nil {
		in.terms, in.words = map[string][2]*ast.Term{}, newWords()
	}
	words := in.words
	words.parts = parts
	snapshot := reflect.ValueOf(in.Snapshot).Elem()
	var out [][2]*ast.Term
	for _, f := range fieldsOf(snapshot.Type()) {
		name := string(f.key.Value.(ast.String))
		if !slices.Contains(names, name) && !slices.Contains(names, "*") {
			continue
		}
		key := name
		if name == "files" && slices.ContainsFunc(in.Snapshot.Files, hasContents) {
			key = fmt.Sprint(name, parts)
		}
		pair, known := in.terms[key]
		if !known {
			term, err := words.termOf(snapshot.Field(f.index))
			if err != nil {
				return nil, fmt.Errorf("make input of the fact %s: %w", name, err)
			}
			pair = [2]*ast.Term{f.key, term}
			in.terms[key] = pair
		}
		out = append(out, pair)
	}
	return out, nil
}

func hasContents(f bylaw.File) bool { return !empty(&f.Before) || !empty(&f.After) }

// with returns the named facts together with the parameters of one policy.
func (in *Input) with(names []string, parts contents, given Given) (ast.Value, error) {
	terms, err := in.facts(names, parts)
	if err != nil {
		return nil, err
	}
	if given.err != nil {
		return nil, fmt.Errorf("make input of the parameters: %w", given.err)
	}
	params := ast.InternedEmptyObject
	if given.term != nil {
		params = given.term
	}
	return ast.NewObject(append(terms, [2]*ast.Term{ast.InternedTerm("params"), params})...), nil
}

// Given are parameters as a policy gets them. Those of a configuration are made once, for all evaluations under it.
// Its zero value has none.
type Given struct {
	params map[string]any // for a worker process
	term   *ast.Term
	err    error
}

// Give makes parameters ready for evaluations. They must not change afterwards. What cannot be given is an error of
// the evaluation.
func Give(params map[string]any) Given {
	if params == nil {
		return Given{}
	}
	value, err := ast.InterfaceToValue(params)
	if err != nil {
		return Given{err: err}
	}
	return Given{params: params, term: ast.NewTerm(value)}
}

// Inspect compiles a policy and says what there is to know of it. The error is ours (a worker could
// not be started, the context ended); faults of the policy are in the inspection.
func (e *Engine) Inspect(ctx context.Context, s Source) (Inspection, error) {
	c, err := e.compiled(ctx, s)
	if err != nil {
		return Inspection{}, err
	}
	return c.Inspection, nil
}

// Describe returns the METADATA of a policy without compiling it. Faults are not told; [Engine.Inspect] does.
func Describe(s Source) Metadata {
	for _, m := range s.Modules {
		if isTest(m.File) {
			continue
		}
		if md, found, _ := readMetadata(m); found {
			return md
		}
	}
	return Metadata{}
}

// Evaluate asks a policy about the input. It always gives a verdict: a policy that cannot be run is
// [bylaw.Broken] and says why. The error is ours, and then nothing is known.
func (e *Engine) Evaluate(ctx context.Context, s Source, in *Input, params Given) (bylaw.Verdict, error) {
	c, err := e.compiled(ctx, s)
	if err != nil {
		return bylaw.Verdict{}, err
	}
	if len(c.Problems) > 0 {
		return broken(newVerdict(c.Inspection, s), c.Problems...), nil
	}
	var answers ast.Value
	var problems []bylaw.Problem
	if s.BuiltIn {
		answers, problems, err = evaluate(ctx, c, s, in, params, builtInTime)
	} else {
		answers, problems, err = e.Workers.evaluate(ctx, s, in, params.params)
	}
	switch {
	case err != nil:
		return bylaw.Verdict{}, err
	case len(problems) > 0:
		return broken(newVerdict(c.Inspection, s), problems...), nil
	}
	return verdictOf(answers, c.Inspection, s), nil
}

func (e *Engine) compiled(ctx context.Context, s Source) (*compiled, error) {
	if s.BuiltIn {
		e.mu.Lock()
		c := e.builtIn[originOf(s)]
		e.mu.Unlock()
		if c != nil {
			return c, nil
		}
	}
	key := s.Digest()
	e.mu.Lock()
	c := e.cache[key]
	e.mu.Unlock()
	switch {
	case c != nil && !s.BuiltIn:
		return c, nil
	case c != nil:
	case s.BuiltIn:
		c = compile(ctx, s)
	default:
		in, brokenOff, err := e.Workers.inspect(ctx, s)
		if err != nil {
			return nil, err
		}
		if c = (&compiled{Inspection: in}); brokenOff {
			return c, nil
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cache == nil || len(e.cache) >= cacheSize {
		e.cache = map[string]*compiled{}
	}
	e.cache[key] = c
	if s.BuiltIn {
		if e.builtIn == nil || len(e.builtIn) >= cacheSize {
			e.builtIn = map[origin]*compiled{}
		}
		e.builtIn[originOf(s)] = c
	}
	return c, nil
}

// evaluate runs a compiled policy in this process, for at most the given time.
func evaluate(ctx context.Context, c *compiled, s Source, in *Input, params Given, limit time.Duration) (ast.Value, []bylaw.Problem, error) {
	input, err := in.with(c.Facts, c.contents, params)
	if err != nil {
		return nil, nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	growStack(false)
	results, err := c.query.Eval(bounded, rego.EvalParsedInput(input), rego.EvalGenerateJSON(asItIs))
	switch {
	case ctx.Err() != nil:
		return nil, nil, fmt.Errorf("evaluate policy %s: %w", s.ID, ctx.Err())
	case err != nil && s.BuiltIn && bounded.Err() != nil: // this process stood still meanwhile, or got nothing of the processor
		return nil, nil, fmt.Errorf("evaluate policy %s: not done after %s", s.ID, limit)
	case err != nil:
		return nil, problemsOf(err, s), nil
	case len(results) != 1:
		return nil, []bylaw.Problem{{File: s.file(), Msg: noAnswers}}, nil
	}
	answers, _ := results[0].Bindings["answers"].(ast.Value)
	return answers, nil, nil
}

// asItIs leaves an answer as a value of Rego: [verdictOf] reads it as such.
func asItIs(answer *ast.Term, _ *rego.EvalContext) (any, error) { return answer.Value, nil }
