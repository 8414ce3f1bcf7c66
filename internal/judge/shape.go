package judge

import (
	"fmt"
	"slices"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// shape compares an answer over GraphQL with what was asked for: every selected field is there, nothing
// else is, and each has the type that the schema gives it.
type shape struct {
	schema  *ast.Schema
	partial bool // the answer has errors, and so may be null where something failed
	faults  []error
}

func rootType(schema *ast.Schema, operation *ast.OperationDefinition) *ast.Definition {
	if operation.Operation == ast.Mutation {
		return schema.Mutation
	}
	return schema.Query
}

func (s *shape) fault(at, format string, a ...any) {
	s.faults = append(s.faults, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, a...)))
}

func (s *shape) object(at string, parent *ast.Definition, selections ast.SelectionSet, value map[string]any) {
	if name, ok := value["__typename"].(string); ok {
		concrete := s.schema.Types[name]
		if concrete == nil || !slices.Contains(s.schema.GetPossibleTypes(parent), concrete) {
			s.fault(at, "__typename %q is no %s", name, parent.Name)
			return
		}
		parent = concrete
	}
	asked := map[string]bool{}
	s.fields(at, parent, selections, value, asked)
	for name := range value {
		if !asked[name] {
			s.fault(at, "nobody asked for %q", name)
		}
	}
}

// fields checks the selections that are sure to apply to parent, and notes every name that may.
func (s *shape) fields(at string, parent *ast.Definition, selections ast.SelectionSet, value map[string]any, asked map[string]bool) {
	fragment := func(condition string, optional bool, inner ast.SelectionSet) {
		target := s.schema.Types[condition]
		applies := condition == "" || slices.Contains(s.schema.GetPossibleTypes(target), parent) || target == parent
		if !applies && !parent.IsAbstractType() {
			return
		}
		if !applies || optional {
			inner = present(inner, value) // without __typename nobody can tell
		}
		s.fields(at, parent, inner, value, asked)
	}
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			asked[selection.Alias] = true
			got, ok := value[selection.Alias]
			if ok {
				s.value(at+"/"+selection.Alias, selection.Definition.Type, selection.SelectionSet, got)
			} else if len(selection.Directives) == 0 { // @include and @skip
				s.fault(at, "%q is missing", selection.Alias)
			}
		case *ast.InlineFragment:
			fragment(selection.TypeCondition, len(selection.Directives) > 0, selection.SelectionSet)
		case *ast.FragmentSpread:
			fragment(selection.Definition.TypeCondition, len(selection.Directives) > 0, selection.Definition.SelectionSet)
		}
	}
}

// present is the selections without the fields that value does not have.
func present(selections ast.SelectionSet, value map[string]any) ast.SelectionSet {
	return slices.DeleteFunc(slices.Clone(selections), func(selection ast.Selection) bool {
		field, ok := selection.(*ast.Field)
		return ok && value[field.Alias] == nil
	})
}

func (s *shape) value(at string, kind *ast.Type, selections ast.SelectionSet, value any) {
	if value == nil {
		if kind.NonNull && !s.partial {
			s.fault(at, "is null, want %s", kind)
		}
		return
	}
	if kind.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			s.fault(at, "is %T, want %s", value, kind)
		}
		for i, item := range list {
			s.value(fmt.Sprintf("%s/%d", at, i), kind.Elem, selections, item)
		}
		return
	}
	definition := s.schema.Types[kind.NamedType]
	if definition.IsCompositeType() {
		object, ok := value.(map[string]any)
		if !ok {
			s.fault(at, "is %T, want %s", value, kind)
			return
		}
		s.object(at, definition, selections, object)
		return
	}
	if !leaf(definition, value) {
		s.fault(at, "is %v, want %s", value, kind)
	}
}

// leaf says whether a JSON value can be of a scalar or enum type. GitHub's own scalars (DateTime, URI,
// GitObjectID, HTML and so on) are all strings.
func leaf(definition *ast.Definition, value any) bool {
	switch {
	case definition.Kind == ast.Enum:
		name, ok := value.(string)
		return ok && definition.EnumValues.ForName(name) != nil
	case definition.Name == "Boolean":
		_, ok := value.(bool)
		return ok
	case definition.Name == "Int":
		number, ok := value.(float64)
		return ok && number == float64(int32(number))
	case definition.Name == "Float":
		_, ok := value.(float64)
		return ok
	}
	text, ok := value.(string)
	if ok && definition.Name == "DateTime" {
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	}
	return ok
}
