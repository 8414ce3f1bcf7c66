package fakegithub

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// query is one GraphQL operation on its way through the executor.
type query struct {
	g      *GitHub
	token  *token
	actor  *account
	bucket *bucket
	doc    *ast.QueryDocument
	vars   map[string]any
	errors []obj
}

// args are the arguments of a field; those that are null or not given are absent.
type args map[string]any

func (a args) text(name string) string { s, _ := a[name].(string); return s }

func (a args) number(name string) (int, bool) {
	switch n := a[name].(type) {
	case int64:
		return int(n), true
	case float64:
		return int(n), true
	}
	return 0, false
}

// list reads a list of enum values or strings; one value stands for a list of it.
func (a args) list(name string) []string {
	if s, one := a[name].(string); one {
		return []string{s}
	}
	var out []string
	items, _ := a[name].([]any)
	for _, item := range items {
		if s, isText := item.(string); isText {
			out = append(out, s)
		}
	}
	return out
}

// moment reads a DateTime, zero if there is none.
func (a args) moment(name string) time.Time {
	t, _ := time.Parse(time.RFC3339, a.text(name))
	return t
}

func (a args) object(name string) args { m, _ := a[name].(map[string]any); return m }

// fields are the resolvers of one type. A resolver returns a scalar, nil, a time, a node, a list of
// nodes, a *connection, or a *problem, which makes the field null and an error of the answer.
type fields map[string]func(x *query, v any, a args) any

// table adapts resolvers of a concrete type.
func table[T any](m map[string]func(x *query, v T, a args) any) fields {
	out := fields{}
	for name, f := range m {
		out[name] = func(x *query, v any, a args) any { return f(x, v.(T), a) }
	}
	return out
}

// node is an object of a GraphQL type.
type node struct {
	kind  string
	value any
}

// problem is a partial error; fatal ones end the query without data.
type problem struct {
	kind, message string
	fatal         bool
}

func (p *problem) Error() string { return p.message }

func unresolved(format string, args ...any) *problem {
	return &problem{kind: "NOT_FOUND", message: fmt.Sprintf("Could not resolve to "+format, args...)}
}

var forbidden = &problem{kind: "FORBIDDEN", message: "Resource not accessible by integration"}

func (g *GitHub) graphql(q *request) answer {
	var request struct {
		Query         *string        `json:"query"`
		Variables     map[string]any `json:"variables"`
		OperationName string         `json:"operationName"`
	}
	if a := q.decode(&request); a != nil {
		return *a
	}
	if request.Query == nil {
		return ok(obj{"errors": []obj{{"message": "A query attribute must be specified and must be a string."}}})
	}
	doc, problems := g.parsed(*request.Query)
	if len(problems) > 0 {
		return ok(obj{"errors": problems})
	}
	op := doc.Operations.ForName(request.OperationName)
	if op == nil && len(doc.Operations) > 0 {
		op = doc.Operations[0]
	}
	if op == nil || op.Operation != ast.Query {
		return fail(http.StatusNotImplemented, "the fake answers GraphQL queries only")
	}
	x := &query{g: g, token: q.who.token, actor: g.actor(q), bucket: g.bucket(q), doc: doc}
	if message := x.variables(op, request.Variables); message != "" {
		return ok(obj{"errors": []obj{{"message": message}}})
	}
	data, err := x.object([]ast.SelectionSet{op.SelectionSet}, node{"Query", root{}}, nil)
	if err != nil {
		return ok(obj{"errors": []obj{err}})
	}
	out := obj{"data": data}
	if len(x.errors) > 0 {
		out["errors"] = x.errors
	}
	return ok(out)
}

// mostParsed bounds the queries that are kept parsed.
const mostParsed = 64

// parsed is parse of a query that may have been asked before, as clients do.
func (g *GitHub) parsed(text string) (*ast.QueryDocument, []obj) {
	key := asked{g.Schema, text}
	if doc := g.queries[key]; doc != nil {
		return doc, nil
	}
	doc, problems := g.parse(text)
	if len(problems) > 0 {
		return nil, problems
	}
	if g.queries == nil || len(g.queries) >= mostParsed {
		g.queries = map[asked]*ast.QueryDocument{}
	}
	g.queries[key] = doc
	return doc, nil
}

// asked is a query under a schema.
type asked struct {
	schema *ast.Schema
	text   string
}

// parse reads a query and, where there is a schema, validates it; the problems are in GitHub's form.
func (g *GitHub) parse(text string) (*ast.QueryDocument, []obj) {
	form := func(list gqlerror.List) []obj {
		var out []obj
		for _, e := range list {
			out = append(out, obj{"message": e.Message, "locations": e.Locations, "extensions": obj{"code": cmp.Or(e.Rule, "parseError")}})
		}
		return out
	}
	if g.Schema == nil {
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return nil, []obj{{"message": "Parse error: " + err.Error(), "extensions": obj{"code": "parseError"}}}
		}
		return doc, nil
	}
	doc, list := gqlparser.LoadQueryWithRules(g.Schema, text, rules.NewDefaultRules())
	if len(list) > 0 {
		return nil, form(list)
	}
	// The schema says nothing about bounds, and GitHub checks them before it executes anything.
	var problems []obj
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				bounded := s.Arguments.ForName("first") != nil || s.Arguments.ForName("last") != nil
				if s.Definition != nil && strings.HasSuffix(s.Definition.Type.Name(), "Connection") && !bounded {
					problems = append(problems, obj{"type": "MISSING_PAGINATION_BOUNDARIES", "message": missingBounds(s.Name)})
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			}
		}
	}
	for _, op := range doc.Operations {
		walk(op.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		walk(fragment.SelectionSet)
	}
	return doc, problems
}

func missingBounds(field string) string {
	return fmt.Sprintf("You must provide a `first` or `last` value to properly paginate the `%s` connection.", field)
}

// variables fills in the variables; the result says what is wrong with them, "" if nothing is.
func (x *query) variables(op *ast.OperationDefinition, given map[string]any) string {
	x.vars = maps.Clone(given)
	if x.vars == nil {
		x.vars = map[string]any{}
	}
	for _, v := range op.VariableDefinitions {
		if value, set := x.vars[v.Variable]; set && value != nil {
			continue
		}
		switch {
		case v.DefaultValue != nil:
			value, err := v.DefaultValue.Value(nil)
			if err != nil {
				return err.Error()
			}
			x.vars[v.Variable] = value
		case v.Type.NonNull:
			return fmt.Sprintf("Variable $%s of type %s was provided invalid value", v.Variable, v.Type)
		}
	}
	return ""
}

// object resolves the selected fields of a node. Selections of the same response key are merged.
func (x *query) object(sets []ast.SelectionSet, n node, path []any) (obj, obj) {
	var order []string
	chosen := map[string][]*ast.Field{}
	var collect func(set ast.SelectionSet) obj
	collect = func(set ast.SelectionSet) obj {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if x.skipped(s.Directives) {
					continue
				}
				key := cmp.Or(s.Alias, s.Name)
				if chosen[key] == nil {
					order = append(order, key)
				}
				chosen[key] = append(chosen[key], s)
			case *ast.InlineFragment:
				if !x.skipped(s.Directives) && x.is(n.kind, s.TypeCondition) {
					if err := collect(s.SelectionSet); err != nil {
						return err
					}
				}
			case *ast.FragmentSpread:
				fragment := x.doc.Fragments.ForName(s.Name)
				if fragment == nil {
					return obj{"message": "Fragment " + s.Name + " was used, but not defined"}
				}
				if !x.skipped(s.Directives) && x.is(n.kind, fragment.TypeCondition) {
					if err := collect(fragment.SelectionSet); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	for _, set := range sets {
		if err := collect(set); err != nil {
			return nil, err
		}
	}
	out := obj{}
	for _, key := range order {
		value, err := x.field(chosen[key], n, append(slices.Clone(path), key))
		if err != nil {
			return nil, err
		}
		out[key] = value
	}
	return out, nil
}

func (x *query) skipped(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if condition := d.Arguments.ForName("if"); condition != nil {
			value, _ := condition.Value.Value(x.vars)
			if yes, _ := value.(bool); yes == (d.Name == "skip") {
				return true
			}
		}
	}
	return false
}

// field resolves one field. The second result ends the query.
func (x *query) field(same []*ast.Field, n node, path []any) (any, obj) {
	f := same[0]
	if f.Name == "__typename" {
		if strings.HasPrefix(n.kind, "*") && f.ObjectDefinition != nil {
			return f.ObjectDefinition.Name, nil // one table serves all connections; the schema knows their names
		}
		return n.kind, nil
	}
	resolve := x.g.graph[n.kind][f.Name]
	if resolve == nil {
		return nil, obj{
			"path": path, "message": fmt.Sprintf("Field '%s' doesn't exist on type '%s'", f.Name, n.kind),
			"extensions": obj{"code": "undefinedField", "typeName": n.kind, "fieldName": f.Name},
		}
	}
	a := args{}
	for _, arg := range f.Arguments {
		value, err := arg.Value.Value(x.vars)
		if err != nil {
			return nil, obj{"path": path, "message": err.Error()}
		}
		if value != nil {
			a[arg.Name] = value
		}
	}
	var sets []ast.SelectionSet
	for _, s := range same {
		sets = append(sets, s.SelectionSet)
	}
	return x.complete(resolve(x, n.value, a), f, a, sets, path)
}

func (x *query) complete(value any, f *ast.Field, a args, sets []ast.SelectionSet, path []any) (any, obj) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case *problem:
		e := obj{"type": v.kind, "path": path, "message": v.message}
		if f.Position != nil {
			e["locations"] = []obj{{"line": f.Position.Line, "column": f.Position.Column}}
		}
		if v.fatal {
			return nil, e
		}
		x.errors = append(x.errors, e)
		return nil, nil
	case time.Time:
		return stamp(v), nil
	case node:
		if v.value == nil {
			return nil, nil
		}
		return x.object(sets, v, path)
	case []node:
		out := []any{}
		for i, n := range v {
			item, err := x.complete(n, f, a, sets, append(slices.Clone(path), i))
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
		return out, nil
	case *connection:
		return x.page(v, f, a, sets, path)
	}
	return value, nil
}

// abstract names the members of interfaces and unions, for when there is no schema.
var abstract = map[string][]string{
	"Actor":             {"User", "Bot", "Organization"},
	"RequestedReviewer": {"User", "Team", "Bot"},
	"RepositoryOwner":   {"User", "Organization"},
	"GitObject":         {"Commit", "Tree", "Blob"},
	"GitSignature":      {"GpgSignature"},
	"Comment":           {"IssueComment", "PullRequest", "PullRequestReview"},
}

// is says whether a type satisfies the condition of a fragment.
func (x *query) is(kind, condition string) bool {
	if condition == "" || condition == kind || condition == "Node" || condition == "UniformResourceLocatable" {
		return true
	}
	if strings.HasPrefix(kind, "*") { // connections and edges have no other members
		return true
	}
	if x.g.Schema != nil && x.g.Schema.Types[condition] != nil {
		return slices.ContainsFunc(x.g.Schema.GetPossibleTypes(x.g.Schema.Types[condition]), func(d *ast.Definition) bool { return d.Name == kind })
	}
	return slices.Contains(abstract[condition], kind) || condition == "PullRequestTimelineItems" && strings.HasSuffix(kind, "Event")
}
