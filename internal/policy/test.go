package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestReport is what came of the Rego tests of one policy.
type TestReport struct {
	Policy   string          `json:"policy"`
	Passed   int             `json:"passed"`
	Failed   []bylaw.Problem `json:"failed"`   // tests that failed, with file and line
	Skipped  []string        `json:"skipped"`  // tests named todo_test_
	Coverage float64         `json:"coverage"` // percent of the policy's lines that some test reached
	Missed   []string        `json:"missed"`   // "file:line" that no test reached
	Problems []bylaw.Problem `json:"problems"` // why the tests could not be run
}

// Ok reports whether there were tests and all of them passed.
func (r TestReport) Ok() bool {
	return r.Passed > 0 && len(r.Failed) == 0 && len(r.Problems) == 0
}

// Test runs the tests of a policy, in a worker process unless it is built in.
func (e *Engine) Test(ctx context.Context, s Source) (TestReport, error) {
	if s.BuiltIn {
		return test(ctx, s), nil
	}
	r, problem, err := e.Workers.ask(ctx, request{Source: s, Test: true}, testTime)
	switch {
	case err != nil:
		return TestReport{}, fmt.Errorf("test policy %s: %w", s.ID, err)
	case problem != nil:
		return TestReport{Policy: s.ID, Problems: []bylaw.Problem{*problem}}, nil
	case r.Tests == nil:
		return TestReport{}, fmt.Errorf("test policy %s: the worker did not answer", s.ID)
	}
	return *r.Tests, nil
}

// test compiles a policy with its tests, under the same rules as for evaluation, and runs them.
func test(ctx context.Context, s Source) TestReport {
	report := TestReport{Policy: s.ID}
	if s.ID != libraryFolder { // the library has no rule that accepts
		if c := compile(ctx, s); len(c.Problems) > 0 {
			report.Problems = c.Problems
			return report
		}
	}
	modules, metadata, problems := parse(s, true)
	if len(problems) == 0 { // types and typos of the tests; the runner compiles once more, without schemas
		_, problems = check(maps.Clone(modules), s, metadata.Params)
	}
	if len(problems) > 0 {
		report.Problems = problems
		return report
	}
	limit := workerTime
	if s.BuiltIn { // ours to keep quick; the limit is only against one that never ends
		limit = testTime
	}
	store := inmem.New()
	tracer := cover.New()
	err := storage.Txn(ctx, store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		results, err := tester.NewRunner().
			SetStore(store).
			SetModules(modules).
			SetCompiler(ast.NewCompiler().WithCapabilities(capabilities())).
			AddCustomBuiltins(testedFunctions()).
			SetCoverageQueryTracer(tracer).
			SetTimeout(limit).
			CapturePrintOutput(true).
			RunTests(ctx, txn)
		if err != nil {
			return err
		}
		for r := range results {
			report.add(r)
		}
		return nil
	})
	if err != nil {
		report.Problems = problemsOf(err, s)
		return report
	}
	report.cover(tracer.Report(modules), s)
	return report
}

// maxFailed bounds the failed tests that are told one by one; whoever proposes a policy chooses how many
// there are.
const maxFailed = 100

func (r *TestReport) add(result *tester.Result) {
	if len(r.Failed) >= maxFailed {
		return
	}
	name := strings.TrimPrefix(result.Name, "test_")
	switch {
	case result.Skip && len(r.Skipped) >= maxFailed:
	case result.Skip:
		r.Skipped = append(r.Skipped, result.Name)
	case result.Pass():
		r.Passed++
	default:
		p := bylaw.Problem{Msg: "the test does not hold: " + strings.ReplaceAll(name, "_", " ")}
		if result.Location != nil {
			p.File, p.Line = result.Location.File, result.Location.Row
		}
		if result.Error != nil {
			p.Msg = "the test could not be run: " + strings.ReplaceAll(name, "_", " ")
			p.Fix = plain(result.Error.Error())
			if topdown.IsCancel(result.Error) || errors.Is(result.Error, context.DeadlineExceeded) {
				p.Msg, p.Fix = "the test did not finish in time and was stopped: "+strings.ReplaceAll(name, "_", " "), simpler
			}
		}
		if out := strings.TrimSpace(string(result.Output)); out != "" {
			p.Fix = strings.TrimSpace(p.Fix + " printed: " + short([]byte(out)))
		}
		r.Failed = append(r.Failed, p)
	}
}

// cover counts the lines of the policy itself, not those of its tests and of the library.
func (r *TestReport) cover(report cover.Report, s Source) {
	covered, total := 0, 0
	for _, m := range s.Modules {
		file := report.Files[m.File]
		if file == nil || isTest(m.File) {
			continue
		}
		covered += file.CoveredLines
		total += file.CoveredLines + file.NotCoveredLines
		var rows []int
		for _, missed := range file.NotCovered {
			rows = append(rows, missed.Start.Row)
		}
		slices.Sort(rows)
		for _, row := range slices.Compact(rows) { // head and body of a rule can stand on one line
			r.Missed = append(r.Missed, fmt.Sprintf("%s:%d", m.File, row))
		}
	}
	if total > 0 {
		r.Coverage = 100 * float64(covered) / float64(total)
	}
}
