package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

var loadSchema = sync.OnceValues(func() (*ast.Schema, error) {
	path := filepath.Join(os.Getenv("BYLAW_TEST_ASSETS"), "schema.graphql")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(data)})
})

// Schema is GitHub's public GraphQL schema, to be read only. The test is skipped, or fails where CI=true,
// when it is not on this machine.
func Schema(t testing.TB) *ast.Schema {
	t.Helper()
	asset(t, "schema.graphql")
	schema, err := loadSchema()
	if err != nil {
		t.Fatalf("load GitHub's GraphQL schema: %v", err)
	}
	return schema
}

// Query lists what GitHub would refuse in a query: what the schema forbids, variables of a wrong type or
// that nothing declares, and the limits that it applies when it runs the query. The operation is the only one.
func Query(schema *ast.Schema, text string, variables map[string]any) []error {
	_, faults := query(schema, text, variables)
	return faults
}

func query(schema *ast.Schema, text string, variables map[string]any) (*ast.OperationDefinition, []error) {
	document, refused := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if len(refused) > 0 {
		return nil, refused.Unwrap()
	}
	if len(document.Operations) != 1 {
		return nil, []error{fmt.Errorf("%d operations, want 1", len(document.Operations))}
	}
	operation := document.Operations[0]
	values, err := validator.VariableValues(schema, operation, variables)
	if err != nil {
		return nil, []error{err}
	}
	var faults []error
	for name := range variables {
		if operation.VariableDefinitions.ForName(name) == nil {
			faults = append(faults, fmt.Errorf("variable $%s is not declared", name))
		}
	}
	limits := limits{variables: values}
	limits.walk(operation.SelectionSet, 1)
	if limits.nodes > maxNodes {
		limits.faults = append(limits.faults, fmt.Errorf("up to %d nodes, at most %d", limits.nodes, maxNodes))
	}
	return operation, append(faults, limits.faults...)
}

// maxNodes is GitHub's limit for one query, https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api.
const maxNodes = 500_000

// limits are the rules on connections that no schema expresses: each needs first or last, from 1 to 100,
// and together they must not reach more than maxNodes.
type limits struct {
	variables map[string]any
	nodes     int
	faults    []error
}

func (l *limits) walk(selections ast.SelectionSet, parents int) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			l.walk(selection.SelectionSet, parents*l.size(selection, parents))
		case *ast.InlineFragment:
			l.walk(selection.SelectionSet, parents)
		case *ast.FragmentSpread:
			l.walk(selection.Definition.SelectionSet, parents)
		}
	}
}

// size is how many nodes a field gives for each of its parents; 1 where it is not a connection.
func (l *limits) size(field *ast.Field, parents int) int {
	defined := field.Definition.Arguments
	if defined.ForName("first") == nil || defined.ForName("last") == nil {
		return 1
	}
	given := field.ArgumentMap(l.variables)
	for _, name := range []string{"first", "last"} {
		if given[name] == nil {
			continue
		}
		var size int
		if _, err := fmt.Sscan(fmt.Sprint(given[name]), &size); err != nil || size < 1 || size > 100 {
			l.faults = append(l.faults, fmt.Errorf("%s (line %d): %s is %v, must be 1 to 100", field.Name, field.Position.Line, name, given[name]))
			return 1
		}
		l.nodes += parents * size
		return size
	}
	l.faults = append(l.faults, fmt.Errorf("%s (line %d): a connection needs first or last", field.Name, field.Position.Line))
	return 1
}

// graphql lists what is wrong with one exchange over GraphQL.
func (j *Judge) graphql(_ *http.Request, body []byte, answer *http.Response, answerBody []byte) []error {
	var request struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return []error{fmt.Errorf("request: %w", err)}
	}
	operation, faults := query(j.schema, request.Query, request.Variables)
	for i := range faults {
		faults[i] = fmt.Errorf("request: %w", faults[i])
	}
	if operation == nil || answer.StatusCode != http.StatusOK {
		return faults
	}
	var response struct {
		Data   map[string]any
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(answerBody, &response); err != nil {
		return append(faults, fmt.Errorf("response: %w", err))
	}
	if response.Data == nil {
		if len(response.Errors) == 0 {
			faults = append(faults, errors.New("response: neither data nor errors"))
		}
		return faults
	}
	shape := shape{schema: j.schema, partial: len(response.Errors) > 0}
	shape.object("/data", rootType(j.schema, operation), operation.SelectionSet, response.Data)
	for _, fault := range shape.faults {
		faults = append(faults, fmt.Errorf("response: %w", fault))
	}
	return faults
}
