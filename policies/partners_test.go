package policies_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// What the schema for editors says of an entry is what the policy says of it, in all that a schema can see.
func TestTheSchemaOfPartnersSaysWhatThePolicySays(t *testing.T) {
	t.Parallel()
	const entry = `name: Acme
url: https://acme.example
description: Turns widgets.
labels: []
statement: {version: "1", date: 2026-01-31, text: Acme agrees.}
contributions: [{kind: code, text: The axle, url: https://widgets.example/pull/7}]
contacts: [{name: Alice, kinds: [technical], email: alice@acme.example, chat: alice, github: alice}]
agreement: https://acme.example/signed
review_by: 2027-01-31
`
	text, err := os.ReadFile("partners/partner.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	all := sources(t)
	source := all[slices.IndexFunc(all, func(s policy.Source) bool { return s.ID == "partners" })]
	params := policy.Merge(inspect(t, source).Params.Defaults(), map[string]any{"approvals": 0})
	engine := &policy.Engine{}
	for _, c := range []struct {
		old, new string
		want     bool
	}{
		{"", "", true},
		{"labels: []\n", "", true},
		{"agreement: https://acme.example/signed\n", "", true},
		{"review_by: 2027-01-31\n", "", true},
		{`statement: {version: "1", date: 2026-01-31, text: Acme agrees.}` + "\n", "", true},
		{"kinds: [technical], email: alice@acme.example, chat: alice, ", "", true},
		{"kinds: [technical], email: alice@acme.example, chat: alice, github: alice", "chat: alice", true},
		{"name: Acme\n", "", false},
		{"name: Acme\n", "name: \" \"\n", false},
		{"url: https://acme.example\n", "", false},
		{"url: https://acme.example\n", "url: http://acme.example\n", false},
		{"description: Turns widgets.", "description: [Turns]", false},
		{"labels: []", "labels: consulting", false},
		{"labels: []", "price: 7", false},
		{"version: ", "versoin: ", false},
		{"text: Acme agrees.", "text: [Acme]", false},
		{"contributions: [{kind: code, text: The axle, url: https://widgets.example/pull/7}]\n", "", false},
		{"contributions: [{kind: code, text: The axle, url: https://widgets.example/pull/7}]", "contributions: []", false},
		{"text: The axle", "when: today", false},
		{"contacts: [{name: Alice,", "contacts: [{", false},
		{"kinds: [technical], email: alice@acme.example, chat: alice, github: alice", "kinds: [technical]", false},
		{"kinds: [technical]", "kinds: technical", false},
		{"email: alice@acme.example", "email: alice at acme.example", false},
		{"github: alice", `github: "@alice"`, false},
		{"agreement: https", "agreement: ftp", false},
	} {
		t.Run(c.old+" to "+c.new, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(entry, c.old, c.new, 1)
			doc, err := document.Read("acme.yml", document.YAML, []byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			results, err := rego.New(
				rego.Query("json.match_schema(input.entry, input.schema)[0]"),
				rego.Input(map[string]any{"entry": doc.Value, "schema": string(text)}),
			).Eval(t.Context())
			if err != nil || len(results) != 1 {
				t.Fatal(results, err)
			}
			if got := results[0].Expressions[0].Value; got != c.want {
				t.Errorf("the schema says %v, want %v", got, c.want)
			}
			after := bylaw.Content{Exists: true, Text: changed, Data: doc.Value}
			snapshot := &bylaw.Snapshot{Files: []bylaw.File{{Path: "partners/acme.yml", Status: "added", After: after}}}
			verdict, err := engine.Evaluate(t.Context(), source, &policy.Input{Snapshot: snapshot}, policy.Give(params))
			if err != nil || len(verdict.Problems) > 0 {
				t.Fatal(verdict.Problems, err)
			}
			if got := verdict.Outcome == bylaw.Accepted; got != c.want {
				t.Errorf("the policy says %v, want %v: %v", got, c.want, verdict.Findings)
			}
		})
	}
}
