package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Pack is a folder of policies that were written for Conftest (https://www.conftest.dev), and the changed
// files on which they are asked.
type Pack struct {
	ID        string   // name of its verdict, and a part of the name of its check run
	Dir       string   // the folder, without a "/" at its end
	Paths     []string // patterns of files
	Namespace string   // package whose rules are asked
	From      Place

	Rule Setting[[]bylaw.Reference] // where the community has written down what they stand for; empty when the configuration names nothing
}

// defaultNamespace is the package that Conftest asks unless it is told another one.
const defaultNamespace = "main"

// packID makes a name of a check run of a folder and a package.
func packID(dir, namespace string) string {
	name := dir
	if namespace != defaultNamespace {
		name += "-" + namespace
	}
	return "conftest-" + strings.Trim(notInNames.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

var notInNames = regexp.MustCompile(`[^a-z0-9_]+`)

// Source makes a source of those of the files that stand in the pack's folder and hold its rules. Tests,
// and files that are not Rego, are left out. What is wrong with the folder is in the problems, and then
// the source is not to be used.
func (p Pack) Source(files []bylaw.Blob, repository string) (Source, []bylaw.Problem) {
	s := Source{ID: p.ID, Origin: repository, Namespace: p.Namespace}
	var problems []bylaw.Problem
	seen := map[string]bool{}
	for _, f := range files {
		rest, inside := strings.CutPrefix(f.Path, p.Dir+"/")
		folder := f.Mode == bylaw.ModeFolder
		if !inside || seen[f.Path] || !folder && path.Ext(f.Path) != ".rego" {
			continue
		}
		seen[f.Path] = true
		switch {
		case folder || strings.Count(rest, "/") > 1:
			problems = append(problems, bylaw.Problem{File: strings.TrimSuffix(f.Path, "/"), Msg: fmt.Sprintf("this is too deep in %s: policies are read from a folder and the folders in it", p.Dir), Fix: "move it up"})
		case f.Mode == "120000":
			problems = append(problems, bylaw.Problem{File: f.Path, Msg: "this is a symbolic link, and policies are not read through links", Fix: "put the policy's text here"})
		case !isTest(f.Path):
			s.Modules = append(s.Modules, Module{File: f.Path, Text: string(f.Data)})
		}
	}
	slices.SortFunc(s.Modules, func(a, b Module) int { return strings.Compare(a.File, b.File) })
	if len(s.Modules) == 0 && len(problems) == 0 {
		problems = append(problems, bylaw.Problem{Repository: p.From.Repository, File: p.From.File, Line: p.From.Line, Msg: fmt.Sprintf("there is no policy in %s", p.Dir), Fix: "correct the folder, or add a file that ends in .rego"})
	}
	return s, problems
}

// PackInput is what a pack is asked about: one document of one file.
type PackInput struct {
	File  string `json:"file"`
	Line  int    `json:"line"` // where the document begins
	Value any    `json:"value"`
}

// EvaluatePack asks a pack about documents, each by itself. Like Evaluate it always gives a verdict;
// unread are findings about files that could not be read, and are findings of the verdict.
func (e *Engine) EvaluatePack(ctx context.Context, s Source, inputs []PackInput, unread []bylaw.Finding) (bylaw.Verdict, error) {
	c, err := e.compiled(ctx, s)
	if err != nil {
		return bylaw.Verdict{}, err
	}
	v := newVerdict(c.Inspection, s)
	if len(c.Problems) > 0 {
		return broken(v, c.Problems...), nil
	}
	v.Outcome, v.Conclusion = bylaw.Accepted, bylaw.Success
	if v.Findings = append(v.Findings, unread...); len(inputs) > 0 {
		r, problem, err := e.Workers.ask(ctx, request{Source: s, Pack: inputs}, workerTime+workerGrace)
		switch {
		case err != nil:
			return bylaw.Verdict{}, fmt.Errorf("evaluate Conftest pack %s: %w", s.ID, err)
		case problem != nil:
			return broken(v, *problem), nil
		case len(r.Problems) > 0:
			return broken(v, r.Problems...), nil
		}
		var all []map[string][]any
		if err := json.Unmarshal(r.Answer, &all); err != nil || len(all) != len(inputs) {
			return broken(v, bylaw.Problem{File: s.file(), Msg: noAnswers}), nil
		}
		for i, answers := range all {
			found, fault := packFindings(answers, inputs[i])
			if fault != "" {
				return broken(v, bylaw.Problem{File: s.file(), Msg: fmt.Sprintf("the answer about %s cannot be used: %s", inputs[i].File, fault)}), nil
			}
			v.Findings = append(v.Findings, found...)
		}
	}
	if len(v.Findings) > maxItems {
		return broken(newVerdict(c.Inspection, s), bylaw.Problem{File: s.file(), Msg: fmt.Sprintf("it answers with more than %d findings", maxItems)}), nil
	}
	if slices.ContainsFunc(v.Findings, func(f bylaw.Finding) bool { return !f.Advice }) {
		v.Outcome, v.Conclusion = bylaw.NotAccepted, bylaw.Failure
	}
	order(&v)
	return v, nil
}

var (
	refusing = regexp.MustCompile(`^(deny|violation)(_[a-zA-Z0-9]+)*$`)
	advising = regexp.MustCompile(`^warn(_[a-zA-Z0-9]+)*$`)
	spoken   = regexp.MustCompile(`^(deny|violation|warn)_?`)
)

// exceptions is the rule of a pack that names rules which do not hold for a document.
const exceptions = "exception"

// compilePack is compile for a pack. Its language is Conftest's, with Bylaw's functions: Rego of today, or
// of the time before version 1; any package; no types of the input, which is any file.
func compilePack(ctx context.Context, s Source) *compiled {
	title := "Changed files pass the Conftest policies in " + packFolder(s)
	if s.Namespace != defaultNamespace {
		title += ", package " + s.Namespace
	}
	c := &compiled{Inspection: Inspection{Metadata: Metadata{Title: title}}}
	modules := map[string]*ast.Module{}
	for _, m := range s.Modules {
		module, err := parsePackModule(m)
		if err != nil {
			c.Problems = append(c.Problems, problemsOf(err, s)...)
			continue
		}
		modules[m.File] = module
	}
	if len(c.Problems) > 0 {
		return c
	}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithDefaultRegoVersion(ast.RegoV0)
	if compiler.Compile(modules); compiler.Failed() {
		c.Problems = problemsOf(compiler.Errors, s)
		return c
	}
	if c.Problems = packData(compiler); len(c.Problems) > 0 {
		return c
	}
	namespace := ast.Ref{ast.DefaultRootDocument}
	for name := range strings.SplitSeq(s.Namespace, ".") {
		namespace = append(namespace, ast.StringTerm(name))
	}
	var asked []string
	speaks := false
	for _, file := range sortedModules(compiler) {
		for _, rule := range compiler.Modules[file].Rules {
			name := string(rule.Head.Ref()[0].Value.(ast.Var))
			if !compiler.Modules[file].Package.Path.Equal(namespace) || slices.Contains(asked, name) {
				continue
			}
			if says := refusing.MatchString(name) || advising.MatchString(name); says || name == exceptions {
				asked, speaks = append(asked, name), speaks || says
			}
		}
	}
	if !speaks {
		c.Problems = []bylaw.Problem{{File: s.file(), Msg: fmt.Sprintf("no rule deny, violation or warn stands in package %s", s.Namespace), Fix: "name the package with \"namespace\", or add such a rule"}}
		return c
	}
	var terms []string
	for _, name := range asked {
		terms = append(terms, fmt.Sprintf("%q: [x | x := %s]", name, namespace.Append(ast.StringTerm(name))))
	}
	query, err := rego.New(rego.Query("answers := {"+strings.Join(terms, ", ")+"}"), rego.Compiler(compiler), rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
	if err != nil {
		c.Problems = problemsOf(err, s)
		return c
	}
	c.query = query
	return c
}

// packFolder is the folder of a pack as far as its files tell.
func packFolder(s Source) string {
	folder := path.Dir(s.file())
	for _, m := range s.Modules {
		for folder != "." && !strings.HasPrefix(m.File, folder+"/") {
			folder = path.Dir(folder)
		}
	}
	return folder
}

// parsePackModule reads a file as Rego of today, and if it is not, as Rego of the time before version 1.
// The error is that of the attempt which came further.
func parsePackModule(m Module) (*ast.Module, error) {
	module, err := ast.ParseModuleWithOpts(m.File, m.Text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err == nil {
		return module, nil
	}
	module, old := ast.ParseModuleWithOpts(m.File, m.Text, ast.ParserOptions{RegoVersion: ast.RegoV0})
	if old == nil {
		return module, nil
	}
	now, before := problemsOf(err, Source{}), problemsOf(old, Source{})
	if len(now) > 0 && len(before) > 0 && before[0].Line > now[0].Line {
		return nil, old
	}
	return nil, err
}

// packData finds data that a pack looks at and nobody gives: it would be undefined, and what is denied
// because of it would pass.
func packData(compiler *ast.Compiler) []bylaw.Problem {
	l := linter{compiler: compiler}
	for _, file := range sortedModules(compiler) {
		for _, rule := range compiler.Modules[file].Rules {
			ast.WalkRefs(rule, func(ref ast.Ref) bool { return l.unknownData(ref.ConstantPrefix()) })
		}
	}
	for i := range l.problems {
		if l.problems[i].Fix == "" {
			l.problems[i].Fix = "files of data are not read; write the values into a .rego file of the folder"
		}
	}
	return l.problems
}

// evaluatePack asks a compiled pack in this process about each of the documents.
func evaluatePack(ctx context.Context, c *compiled, s Source, inputs []PackInput) ([]byte, []bylaw.Problem) {
	ctx, cancel := context.WithTimeout(ctx, workerTime)
	defer cancel()
	all := make([]any, len(inputs))
	for i, in := range inputs {
		value, err := packValue(in.Value)
		if err != nil {
			return nil, []bylaw.Problem{{File: s.file(), Msg: fmt.Sprintf("%s cannot be given to the policies", in.File)}}
		}
		results, err := c.query.Eval(ctx, rego.EvalParsedInput(value))
		switch {
		case err != nil:
			problems := problemsOf(err, s)
			for i := range problems {
				problems[i].Msg += fmt.Sprintf(" (when %s was looked at)", in.File)
			}
			return nil, problems
		case len(results) != 1:
			return nil, []bylaw.Problem{{File: s.file(), Msg: noAnswers}}
		}
		all[i] = results[0].Bindings["answers"]
	}
	data, err := json.Marshal(all)
	if err != nil {
		return nil, []bylaw.Problem{{File: s.file(), Msg: "the answer cannot be written as JSON"}}
	}
	return data, nil
}

// packValue makes a value of Rego of one that came as JSON, with numbers as they were written.
func packValue(v any) (ast.Value, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var value any
	if err := util.UnmarshalJSON(data, &value); err != nil {
		return nil, err
	}
	return ast.InterfaceToValue(value)
}

// packFindings reads what a pack says of one document. fault says what is wrong with it.
func packFindings(answers map[string][]any, in PackInput) (found []bylaw.Finding, fault string) {
	exempt := map[string]bool{}
	for _, value := range answers[exceptions] {
		sets, ok := value.([]any)
		for _, set := range sets {
			names, isList := set.([]any)
			ok = ok && isList
			for _, name := range names {
				text, isText := name.(string)
				ok = ok && isText
				exempt[text] = true
			}
		}
		if !ok {
			return nil, "the rule \"exception\" must give lists of names of rules"
		}
	}
	for rule, values := range answers {
		if rule == exceptions {
			continue
		}
		for _, value := range values { // none when the rule is undefined: it has nothing to say
			messages, ok := value.([]any)
			if !ok {
				return nil, fmt.Sprintf("the rule %q must give a set of messages; write \"%s contains msg if\"", rule, rule)
			}
			for _, message := range messages {
				f, fault := packFinding(rule, message, in)
				if fault != "" {
					return nil, fault
				}
				if exempt[spoken.ReplaceAllString(rule, "")] {
					f.Msg, f.Advice = fmt.Sprintf("Exempt from %s: %s", rule, f.Msg), true
				}
				found = append(found, f)
			}
		}
	}
	return found, ""
}

func packFinding(rule string, message any, in PackInput) (f bylaw.Finding, fault string) {
	f = bylaw.Finding{File: in.File, Line: in.Line, Advice: advising.MatchString(rule)}
	switch m := message.(type) {
	case string:
		f.Msg = m
	case map[string]any:
		text, ok := m["msg"].(string)
		if !ok {
			return f, fmt.Sprintf("the rule %q gives an object without the text \"msg\"", rule)
		}
		f.Msg = text
		if at, stands := m["_loc"]; stands {
			place, _ := at.(map[string]any)
			file, isText := place["file"].(string)
			line, isNumber := place["line"].(float64)
			if !isText && !isNumber || isNumber && (line < 1 || line > 1e9 || line != float64(int(line))) {
				return f, fmt.Sprintf("the rule %q gives a \"_loc\" without a file or line", rule)
			}
			if f.Line = int(line); isText {
				f.File = file
			}
		}
	default:
		return f, fmt.Sprintf("the rule %q gives a message that is neither text nor an object with \"msg\"", rule)
	}
	if len(f.Msg) > maxText {
		return f, fmt.Sprintf("the rule %q gives a text of more than %d bytes", rule, maxText)
	}
	if strings.TrimSpace(f.Msg) == "" {
		f.Msg = fmt.Sprintf("The rule %s does not say what is wrong.", rule)
	}
	return f, ""
}
