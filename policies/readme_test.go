package policies_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
	"github.com/bylaw-app/bylaw/policies"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// example reads the files that README.md shows: a line that ends with a path in backticks and a colon,
// and below it the file in a fence.
func example(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, m := range regexp.MustCompile("(?ms)`([^`\n]+)`:\n\n```[a-z]+\n(.*?)^```").FindAllStringSubmatch(readme(t), -1) {
		files[m[1]] = []byte(m[2])
	}
	return files
}

// exampleSource makes a policy of the example as of any community's policy, but to be run in this process.
func exampleSource(t *testing.T) policy.Source {
	t.Helper()
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	var blobs []bylaw.Blob
	for name, data := range example(t) {
		blobs = append(blobs, bylaw.Blob{Path: name, Mode: "100644", Data: data})
	}
	sources, problems := policy.Community(blobs, "example/widgets", builtIn)
	for _, p := range problems {
		t.Error(p.Error())
	}
	if len(sources) != 1 || len(sources[0].Modules) != 2 {
		t.Fatalf("README.md shows %d policies, want one with a rule and a test", len(sources))
	}
	sources[0].BuiltIn = true
	return sources[0]
}

func TestTheExampleInTheReadmePassesItsTests(t *testing.T) {
	report, err := (&policy.Engine{}).Test(t.Context(), exampleSource(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(report.Problems, report.Failed...) {
		t.Error(p.Error())
	}
	if !report.Ok() || len(report.Missed) > 0 {
		t.Errorf("%d tests passed, and reach all lines but %v", report.Passed, report.Missed)
	}
}

func TestTheExampleInTheReadmeIsFormatted(t *testing.T) {
	for _, m := range exampleSource(t).Modules {
		want, err := format.SourceWithOpts(m.File, []byte(m.Text), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, []byte(m.Text)) {
			t.Errorf("%s is not formatted; it should be:\n%s", m.File, want)
		}
	}
}

// The whole way: bylaw.yml switches the policy on, and it judges a pull request.
func TestTheExampleInTheReadmeJudges(t *testing.T) {
	source := exampleSource(t)
	all := sources(t)
	known := map[string]policy.Metadata{source.ID: inspect(t, source)}
	for _, s := range all[:len(all)-1] {
		known[s.ID] = inspect(t, s)
	}
	const path = ".github/bylaw.yml"
	config, problems := policy.ReadConfig(&policy.File{Path: path, Data: example(t)[path]}, nil, known)
	for _, p := range problems {
		t.Error(p.Error())
	}
	var params map[string]any
	for _, enabled := range config.Policies {
		if enabled.ID == source.ID {
			params = enabled.Params
		}
	}
	for _, c := range []struct {
		file string
		want bylaw.Outcome
	}{
		{"api/turn.go", bylaw.NotAccepted},
		{"docs/turn.md", bylaw.DoesNotApply},
	} {
		snapshot := &bylaw.Snapshot{Files: []bylaw.File{{Path: c.file}}}
		verdict, err := (&policy.Engine{}).Evaluate(t.Context(), source, &policy.Input{Snapshot: snapshot}, policy.Give(params))
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Outcome != c.want {
			t.Errorf("a change of %s: %s, want %s: %v", c.file, verdict.Outcome, c.want, verdict.Problems)
		}
	}
}

// Whoever copies the files gets a roster with enough maintainers for the rule, though one is the author.
func TestTheRosterOfTheExampleNamesThreeMaintainers(t *testing.T) {
	const path = "governance/affiliations.yml"
	files := example(t)
	if row := "- path: " + path; !strings.Contains(string(files[".github/bylaw.yml"]), row) {
		t.Errorf(".github/bylaw.yml in README.md has no line %q", row)
	}
	people, problems := roster.Read(path, "", files[path])
	for _, p := range problems {
		t.Error(p.Error())
	}
	var maintainers []string
	for _, person := range people.People {
		if slices.Contains(person.Roles, "maintainer") {
			maintainers = append(maintainers, person.Login)
		}
	}
	if len(maintainers) < 3 {
		t.Errorf("%s in README.md names %v as maintainers, want three", path, maintainers)
	}
}

func TestTheReadmeNamesEveryFactWithItsType(t *testing.T) {
	var schema struct {
		Properties map[string]struct{ Type string }
	}
	if err := json.Unmarshal(policy.InputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	text := readme(t)
	for name, fact := range schema.Properties {
		if name == "params" { // of any type for the schema; METADATA says more
			fact.Type = "object"
		}
		if row := fmt.Sprintf("| `%s` | %s | ", name, fact.Type); !strings.Contains(text, row) {
			t.Errorf("README.md has no row %q", row)
		}
	}
}

func TestTheReadmeNamesEveryFunctionOfTheLibrary(t *testing.T) {
	library, err := policy.Library(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	text := readme(t)
	for _, m := range library.Modules {
		module, err := ast.ParseModule(m.File, m.Text)
		if err != nil {
			t.Fatal(err)
		}
		if module.Package.Path.String() != "data.bylaw.lib" {
			continue
		}
		for _, rule := range module.Rules {
			name := rule.Head.Ref().String()
			if !strings.HasPrefix(name, "_") && !strings.Contains(text, "| `"+name+"(") {
				t.Errorf("README.md does not name the function %s of %s", name, m.File)
			}
		}
	}
}
