package policies_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

var update = flag.Bool("update", false, "rewrite input.schema.json and format the Rego files")

func sources(t *testing.T) []policy.Source {
	t.Helper()
	all, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	library, err := policy.Library(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, library)
}

func TestEveryPolicyPassesItsOwnTests(t *testing.T) {
	engine := &policy.Engine{}
	for _, s := range sources(t) {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			report, err := engine.Test(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range append(report.Problems, report.Failed...) {
				t.Error(p.Error())
			}
			if report.Passed == 0 {
				t.Error("there is no test")
			}
			if report.Coverage < 90 {
				t.Errorf("the tests reach %.0f %% of the lines, want 90: missed %v", report.Coverage, report.Missed)
			}
		})
	}
}

func TestEveryFileIsFormatted(t *testing.T) {
	for _, s := range sources(t) {
		for _, m := range s.Modules {
			want, err := format.SourceWithOpts(m.File, []byte(m.Text), format.Opts{RegoVersion: ast.RegoV1})
			if err != nil {
				t.Errorf("%s: %v", m.File, err)
				continue
			}
			if bytes.Equal(want, []byte(m.Text)) {
				continue
			}
			if *update {
				if err := os.WriteFile(m.File, want, 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			t.Errorf("%s is not formatted; run go test ./policies -update", m.File)
		}
	}
}

func TestNoFilePrints(t *testing.T) {
	for _, s := range sources(t) {
		for _, m := range s.Modules {
			if strings.Contains(m.Text, "print(") {
				t.Errorf("%s still prints", m.File)
			}
		}
	}
}

func TestSchemaIsThatOfTheSnapshot(t *testing.T) {
	const name = "input.schema.json"
	if *update {
		if err := os.WriteFile(name, policy.InputSchema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, policy.InputSchema()) {
		t.Errorf("%s is not the schema of bylaw.Snapshot; run go test ./policies -update", name)
	}
}

// valueOf evaluates a rule of the policies, the library or their tests, and decodes it into out, which
// must have a place for every key.
func valueOf(t *testing.T, rule string, out any) {
	t.Helper()
	options := []func(*rego.Rego){rego.Query(rule), policy.Functions}
	for _, s := range sources(t) {
		for _, m := range s.Modules {
			options = append(options, rego.Module(m.File, m.Text))
		}
	}
	results, err := rego.New(options...).Eval(t.Context())
	if err != nil || len(results) != 1 {
		t.Fatalf("evaluate %s: %d results, %v", rule, len(results), err)
	}
	data, err := json.Marshal(results[0].Expressions[0].Value)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		t.Fatalf("decode %s: %v", rule, err)
	}
}

func TestThePullRequestOfTestsHasEveryFact(t *testing.T) {
	var facts map[string]any
	valueOf(t, "data.bylaw.lib.testing.pull_request", &facts)
	var schema struct{ Required []string }
	if err := json.Unmarshal(policy.InputSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	slices.Sort(schema.Required)
	if diff := cmp.Diff(schema.Required, slices.Sorted(maps.Keys(facts))); diff != "" {
		t.Errorf("lib/testing.rego (-schema +testing):\n%s", diff)
	}
}

func TestTheDefaultsOfTestsAreThoseOfMetadata(t *testing.T) {
	for _, s := range sources(t) {
		if !slices.Contains([]string{"conflict_of_interest", "listings", "vendor_contacts"}, s.ID) {
			continue
		}
		var got map[string]any
		valueOf(t, "data.bylaw."+s.ID+"_test.defaults", &got)
		if diff := cmp.Diff(asJSON(t, inspect(t, s).Params.Defaults()), asJSON(t, got)); diff != "" {
			t.Errorf("defaults (-METADATA +test):\n%s", diff)
		}
	}
}

// The answers of Rego tests are not read as the engine reads them; here they are.
func TestTheEngineReadsTheVerdicts(t *testing.T) {
	for _, c := range []struct{ policy, facts, headline string }{
		{"conflict_of_interest", `conflict_of_interest_test.approved_by(["anna", "dave"])`, "Approved by dave; it cannot be said whether dave works elsewhere"},
		{"conflict_of_interest", `conflict_of_interest_test.approved_by(["anna"])`, "Only people of Acme Corp have approved; it needs a review from outside"},
		{"governance_files", `governance_files_test.entries(["bob"], ["bob"])`, "A change of the rules waits for an approval by somebody whom it does not concern"},
	} {
		var snapshot struct {
			bylaw.Snapshot
			Params map[string]any
		}
		valueOf(t, "data.bylaw."+c.facts, &snapshot)
		all := sources(t)
		source := all[slices.IndexFunc(all, func(s policy.Source) bool { return s.ID == c.policy })]
		verdict, err := (&policy.Engine{}).Evaluate(t.Context(), source, &policy.Input{Snapshot: &snapshot.Snapshot}, policy.Give(snapshot.Params))
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Headline != c.headline {
			t.Errorf("%s: %q, want %q: %v", c.facts, verdict.Headline, c.headline, verdict.Problems)
		}
	}
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	data, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func inspect(t *testing.T, s policy.Source) policy.Metadata {
	t.Helper()
	in, err := (&policy.Engine{}).Inspect(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range in.Problems {
		t.Error(p.Error())
	}
	return in.Metadata
}
