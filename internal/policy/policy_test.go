package policy_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// TestMain lets the test binary be its own worker process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "policy-worker" {
		if err := policy.Work(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func newEngine(t *testing.T) *policy.Engine {
	t.Helper()
	w := &policy.Workers{Command: func() *exec.Cmd { return exec.Command(os.Args[0], "policy-worker") }}
	t.Cleanup(w.Close)
	return &policy.Engine{Workers: w}
}

const head = `# METADATA
# title: A rule
# description: What it asks for.
package bylaw.rule

`

// rule makes a policy of the community of a body that stands below its package line, which is line 5.
func rule(body string) policy.Source {
	text := strings.Replace(head, "\n\n", "\n", 1) + body
	return policy.Source{
		ID: "rule", Origin: "example/widgets", Modules: []policy.Module{{File: ".github/bylaw/rule/rule.rego", Text: text}},
		Library: []policy.Module{{File: "lib/lib.rego", Text: "package bylaw.lib\n\napproved(x) := x\n"}},
	}
}

func evaluate(t *testing.T, e *policy.Engine, s policy.Source) bylaw.Verdict {
	t.Helper()
	snapshot := &bylaw.Snapshot{Title: "A title", Files: []bylaw.File{}, Reviews: []bylaw.Review{}, People: []bylaw.Person{}}
	v, err := e.Evaluate(t.Context(), s, &policy.Input{Snapshot: snapshot}, policy.Given{})
	if err != nil {
		t.Fatalf("evaluate: %v", err)
	}
	return v
}

func TestWhatAPolicyAnswersBecomesTheVerdict(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	tests := map[string]struct {
		body       string
		outcome    bylaw.Outcome
		conclusion bylaw.Conclusion
		findings   []string
		problem    string
	}{
		"accepted":             {body: `accept if input.title == "A title"`, outcome: bylaw.Accepted, conclusion: bylaw.Success},
		"undefined is refused": {body: `accept if input.title == "Another"`, outcome: bylaw.NotAccepted, conclusion: bylaw.ActionRequired},
		"false is refused":     {body: `accept := input.title == "Another"`, outcome: bylaw.NotAccepted, conclusion: bylaw.ActionRequired},
		"does not apply":       {body: "applies if input.draft\naccept if false", outcome: bylaw.DoesNotApply, conclusion: bylaw.Success},
		"does not apply, so nothing else is asked": {body: "applies if input.draft\naccept := true\naccept := input.draft", outcome: bylaw.DoesNotApply, conclusion: bylaw.Success},
		"a blocking conclusion":                    {body: "accept if false\nconclusion := \"failure\"", outcome: bylaw.NotAccepted, conclusion: bylaw.Failure},
		"accepted with advice":                     {body: "accept if true\nfindings contains {\"msg\": \"b\", \"advice\": true}\nfindings contains \"a\"", outcome: bylaw.Accepted, conclusion: bylaw.Success, findings: []string{"a", "b"}},
		"neutral is impossible":                    {body: "accept if false\nconclusion := \"neutral\"", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: `it can be action_required or failure`},
		"a finding without msg":                    {body: "accept if false\nfindings contains {\"fix\": \"x\"}", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: "has no msg"},
		"a finding's odd key":                      {body: "accept if false\nfindings contains {\"msg\": \"x\", \"mesage\": \"y\"}", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: "no field \"mesage\""},
		"accept is not a number":                   {body: "accept := 1", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: `the rule "accept" gives 1`},
		"a link that is none":                      {body: "accept if false\nfindings contains {\"msg\": \"x\", \"ref\": \"javascript:1\"}", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: "https://"},
		"a time that is none":                      {body: "accept if false\nrecheck_at := \"tomorrow\"", outcome: bylaw.Broken, conclusion: bylaw.Failure, problem: "not a time"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := evaluate(t, e, rule(tt.body))
			if v.Outcome != tt.outcome || v.Conclusion != tt.conclusion {
				t.Errorf("got %s (%s), want %s (%s): %v", v.Outcome, v.Conclusion, tt.outcome, tt.conclusion, v.Problems)
			}
			var findings []string
			for _, f := range v.Findings {
				findings = append(findings, f.Msg)
			}
			if diff := cmp.Diff(tt.findings, findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if tt.problem != "" && (len(v.Problems) == 0 || !strings.Contains(v.Problems[0].Msg, tt.problem)) {
				t.Errorf("problems %v, want one about %q", v.Problems, tt.problem)
			}
		})
	}
}

// The lines are those of the file: METADATA is 1 to 3, the package 4.
func TestFaultsOfAPolicyNameFileAndLine(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	tests := map[string]struct {
		body string
		line int
		msg  string
		fix  string
	}{
		"a fact that does not exist":      {"accept if input.titel == \"x\"", 5, "there is no input.titel", `did you mean "title"?`},
		"a fact of a list's element":      {"accept if {\n\tsome r in input.reviews\n\tr.autor.login == \"x\"\n}", 7, "autor", `did you mean "author"?`},
		"a text that a fact never has":    {"accept if {\n\tsome r in input.reviews\n\tr.state == \"aproved\"\n}", 7, `this fact is never "aproved"`, `did you mean "approved"?`},
		"a library function not there":    {"import data.bylaw.lib\n\naccept if lib.aproved(1)", 7, "no function aproved", `did you mean "approved"?`},
		"no network":                      {"accept if http.send({\"url\": \"https://x\", \"method\": \"get\"}).status_code == 200", 5, "there is no function http.send that a policy may call", "not allowed"},
		"no clock":                        {"accept if time.now_ns() > 1", 5, "time.now_ns", "not allowed"},
		"what no time-out stops":          {"accept if bits.lsh(1, 100) > 1", 5, "bits.lsh", "not allowed"},
		"not Rego":                        {"accept when true", 5, "this is not Rego", ""},
		"a name that stands for nothing":  {"accept if x == 1", 5, "the name x stands for nothing here", "some"},
		"a rule that needs itself":        {"accept if not accept", 5, "a rule needs itself", ""},
		"no accept at all":                {"applies if true", 0, `no rule "accept"`, "accept if"},
		"two values at once":              {"accept if true\nheadline := \"a\" if true\nheadline := \"b\" if true", 7, "two different values", "exclude"},
		"a function on the wrong kind":    {"accept if to_number(input.title) == 1", 5, "could not be applied", ""},
		"a parameter that does not exist": {"accept if input.params.aprovals == 1", 5, "aprovals", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := evaluate(t, e, rule(tt.body))
			if v.Outcome != bylaw.Broken || v.Conclusion != bylaw.Failure || len(v.Problems) == 0 {
				t.Fatalf("got %s (%s) with problems %v, want a broken failure", v.Outcome, v.Conclusion, v.Problems)
			}
			p := v.Problems[0]
			if p.File != ".github/bylaw/rule/rule.rego" || p.Line != tt.line || !strings.Contains(p.Msg, tt.msg) || !strings.Contains(p.Fix, tt.fix) {
				t.Errorf("got %s\nwant line %d, %q, %q", p.Error(), tt.line, tt.msg, tt.fix)
			}
		})
	}
}

// TestWaitingForAWorkerCanBeBounded: what waits is what the worker process does, and its answer is the verdict.
func TestWaitingForAWorkerCanBeBounded(t *testing.T) {
	t.Parallel()
	e, waits := newEngine(t), 0
	ctx := policy.Meanwhile(t.Context(), func(wait func()) { waits++; wait() })
	for range 2 {
		v, err := e.Evaluate(ctx, rule("accept if input.draft"), &policy.Input{Snapshot: &bylaw.Snapshot{}}, policy.Given{})
		if err != nil || v.Outcome != bylaw.NotAccepted {
			t.Errorf("got %+v, %v", v, err)
		}
	}
	if waits != 3 { // to compile it, and for each evaluation
		t.Errorf("%d times a worker was waited for, want 3", waits)
	}
}

func TestAHostilePolicyDiesAloneAndTheNextOneIsAnswered(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	doubling := "\n_a := concat(\"\", [\"aaaaaaaaaaaaaaaa\", input.title])\n"
	for i := range 26 {
		doubling += "_" + string(rune('b'+i)) + " := concat(\"\", [_" + string(rune('a'+i)) + ", _" + string(rune('a'+i)) + "])\n"
	}
	doubling = strings.ReplaceAll(doubling, "_{", "_z2")
	tests := map[string]string{
		"loops for ever":    "_n := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n\naccept if {\n\tsome a in _n; some b in _n; some c in _n; some d in _n; some e in _n; some f in _n; some g in _n; some h in _n; some i in _n; some j in _n\n\ta + b + c + d + e + f + g + h + i + j == 1000\n}",
		"builds a gigabyte": "accept if count(_z2) == 0\n" + doubling,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := evaluate(t, e, rule(body))
			if !policy.StoppedForNeed(v) || !strings.Contains(v.Problems[0].Msg, "stopped") {
				t.Errorf("got %s with %v, want a verdict that says it was stopped", v.Outcome, v.Problems)
			}
			if next := evaluate(t, e, rule("accept if true")); next.Outcome != bylaw.Accepted {
				t.Errorf("the next policy: got %s, want accepted: %v", next.Outcome, next.Problems)
			}
		})
	}
}

func TestMetadataIsCheckedKeyByKey(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	const file = ".github/bylaw/rule/rule.rego"
	tests := map[string]struct {
		text string
		line int
		msg  string
	}{
		"none":                  {"package bylaw.rule\naccept if true\n", 1, "no METADATA"},
		"misspelt key":          {"# METADATA\n# titel: x\n# description: y\npackage bylaw.rule\naccept if true\n", 2, `no key "titel"`},
		"misspelt custom":       {"# METADATA\n# title: x\n# description: y\n# custom: {conclussion: failure}\npackage bylaw.rule\naccept if true\n", 4, `no key "conclussion"`},
		"neutral":               {"# METADATA\n# title: x\n# description: y\n# custom: {conclusion: neutral}\npackage bylaw.rule\naccept if true\n", 4, `cannot be "neutral"`},
		"no description":        {"# METADATA\n# title: x\npackage bylaw.rule\naccept if true\n", 2, "no description"},
		"odd link":              {"# METADATA\n# title: x\n# description: y\n# related_resources: [\"http://x\"]\npackage bylaw.rule\naccept if true\n", 4, "https://"},
		"another's package":     {"# METADATA\n# title: x\n# description: y\npackage bylaw.conflict_of_interest\naccept if true\n", 4, "must say \"package bylaw.rule\""},
		"the library's":         {"# METADATA\n# title: x\n# description: y\npackage bylaw.lib\naccept if true\n", 4, "must say \"package bylaw.rule\""},
		"unknown format":        {"# METADATA\n# title: x\n# description: y\n# schemas: [{input.params: {type: object, properties: {a: {type: string, format: teams, default: x}}}}]\npackage bylaw.rule\naccept if true\n", 4, `or "team", a team of the organization`},
		"format of a list":      {"# METADATA\n# title: x\n# description: y\n# schemas: [{input.params: {type: object, properties: {a: {type: array, format: team, default: []}}}}]\npackage bylaw.rule\naccept if true\n", 4, "only text has a format"},
		"a pattern of nothing":  {filesHead("{paths: {type: string, format: pattern, default: x}}", `["docs/["]`), 5, `"docs/[" is not a pattern`},
		"files of no parameter": {filesHead("{paths: {type: string, format: pattern, default: x}}", "[{parameter: path}]"), 5, `names the parameter "path", and there is none`},
		"files of a word":       {filesHead("{word: {type: string, default: x}}", "[{parameter: word}]"), 5, `"word", and it holds no patterns`},
		"files of two kinds":    {filesHead("{paths: {type: string, format: pattern, default: x}}", "[{parameter: paths, pattern: x}]"), 5, "a pattern, or names one parameter"},
		"unknown schema key":    {"# METADATA\n# title: x\n# description: y\n# schemas: [{input.params: {type: object, propertys: {}}}]\npackage bylaw.rule\naccept if true\n", 4, `no key "propertys"`},
		"own key":               {"# METADATA\n# title: x\n# description: y\n# schemas:\n#   - input.params: {type: object, properties: {comment: {type: string, default: x}}}\npackage bylaw.rule\naccept if true\n", 5, `cannot be named comment`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := e.Inspect(t.Context(), policy.Source{ID: "rule", Modules: []policy.Module{{File: file, Text: tt.text}}})
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(in.Problems, func(p bylaw.Problem) bool {
				return p.File == file && p.Line == tt.line && strings.Contains(p.Msg, tt.msg)
			})
			if !found {
				t.Errorf("got %v, want %q on line %d", in.Problems, tt.msg, tt.line)
			}
		})
	}
}

func filesHead(properties, files string) string {
	return "# METADATA\n# title: x\n# description: y\n# schemas: [{input.params: {type: object, properties: " + properties + "}}]\n" +
		"# custom: {files: " + files + "}\npackage bylaw.rule\naccept if true\n"
}

func TestTheFilesOfAPolicyFollowItsParameters(t *testing.T) {
	t.Parallel()
	pattern := "{type: string, format: pattern, default: x}"
	text := filesHead("{paths: {type: array, default: [], items: "+pattern+"}, one: "+pattern+", lists: {type: array, default: [], items: {type: object, properties: {"+
		"in: "+pattern+", not: "+pattern+"}}}}", "[README.md, {parameter: paths}, {parameter: one}, {parameter: lists.in}]")
	in, err := newEngine(t).Inspect(t.Context(), policy.Source{ID: "rule", Modules: []policy.Module{{File: ".github/bylaw/rule/rule.rego", Text: text}}})
	if err != nil || len(in.Problems) > 0 {
		t.Fatal(err, in.Problems)
	}
	tests := map[string]struct {
		params map[string]any
		want   []string
	}{
		"every place":          {map[string]any{"paths": []any{"a/**", "b"}, "one": "c", "lists": []any{map[string]any{"in": "d", "not": "e"}, map[string]any{"in": "f"}}}, []string{"README.md", "a/**", "b", "c", "d", "f"}},
		"empty is no pattern":  {map[string]any{"paths": []any{}, "one": "", "lists": []any{}}, []string{"README.md"}},
		"values of other kind": {map[string]any{"paths": 1, "one": []any{map[string]any{}}, "lists": "x"}, []string{"README.md"}},
	}
	for pattern, right := range map[string]bool{"vendors/**": true, "../vendors/**": false, "vendors/../x": false, "vendors..": true, "/x": false} {
		if got := len(in.Metadata.Params.Check(map[string]any{"one": pattern})) == 0; got != right {
			t.Errorf("the pattern %q is right: %v, want %v", pattern, got, right)
		}
	}
	for name, tt := range tests {
		if diff := cmp.Diff(tt.want, in.Metadata.Patterns(tt.params)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTeamsAreFoundWhereverAParameterNamesThem(t *testing.T) {
	t.Parallel()
	team := map[string]any{"type": "string", "format": "team"}
	params := policy.Params{"type": "object", "properties": map[string]any{
		"team": team, "none": team, "word": map[string]any{"type": "string"},
		"list":  map[string]any{"type": "array", "items": team},
		"areas": map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "object", "properties": map[string]any{"team": team}}},
	}}
	value := map[string]any{
		"team": "core", "none": "", "word": "word", "list": []any{"docs", "core"},
		"areas": map[string]any{"wheels": map[string]any{"team": "wheel_turners"}},
	}
	want := []policy.TeamParam{{"/areas/wheels/team", "wheel_turners"}, {"/list/0", "docs"}, {"/list/1", "core"}, {"/team", "core"}}
	if diff := cmp.Diff(want, params.Teams(value)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, right := range map[string]bool{"core": true, "": true, "core-reviewers_2": true, "Core": false, "acme/core": false, "@core": false, "core team": false, "..": false} {
		if got := len(params.Check(map[string]any{"team": name})) == 0; got != right {
			t.Errorf("team %q is right: %v, want %v", name, got, right)
		}
	}
}
