package github

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/bylaw-app/bylaw/internal/judge"
)

// GitHub refuses a list without first or last only when the query runs, so no schema finds it:
// https://docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api#node-limit
func TestEveryListSaysHowLongItMayBe(t *testing.T) {
	t.Parallel()
	for name, query := range Queries() {
		var open []string // the lines whose braces are open
		for line := range strings.Lines(query) {
			line = strings.TrimSpace(line)
			isList := strings.HasPrefix(line, "nodes {")
			for _, fragment := range []string{"...Reviews", "...Commits", "...Comments", "...Timeline"} {
				isList = isList || line == fragment
			}
			if isList {
				field := open[len(open)-1]
				if !strings.Contains(field, "first: ") && !strings.Contains(field, "last: ") && !strings.Contains(field, "Connection {") {
					t.Errorf("%s: %s", name, field)
				}
			}
			for range strings.Count(line, "{") {
				open = append(open, line)
			}
			open = open[:len(open)-strings.Count(line, "}")]
		}
		if len(open) != 0 || len(name) == 0 {
			t.Errorf("%s: braces do not match", name)
		}
	}
}

// TestGitHubAcceptsEveryQuery holds the queries against GitHub's own schema and its limits on lists.
func TestGitHubAcceptsEveryQuery(t *testing.T) {
	t.Parallel()
	schema := judge.Schema(t)
	oid := "ce013625030ba8dba906f756967f9e9ca394464a"
	for name, query := range Queries() {
		operation, err := parser.ParseQuery(&ast.Source{Input: query})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		variables := map[string]any{}
		for _, v := range operation.Operations[0].VariableDefinitions {
			value, known := map[string]any{"String": "acme", "Int": 7, "Boolean": true, "GitObjectID": oid}[v.Type.NamedType]
			if known && v.Type.NonNull {
				variables[v.Variable] = value
			}
		}
		for _, fault := range judge.Query(schema, query, variables) {
			t.Errorf("%s: %v", name, fault)
		}
	}
}
