package policy

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// valueOf makes the value of Rego that package encoding/json would describe, without the text in
// between: a snapshot has tens of thousands of values, and is read by every policy. A list without values
// is an empty one, never null.
func valueOf(v reflect.Value) (ast.Value, error) {
	if v.IsValid() && v.Type() == timeType {
		return ast.String(v.Interface().(bylaw.Time).String()), nil
	}
	switch v.Kind() {
	case reflect.Struct:
		fields := fieldsOf(v.Type())
		pairs := make([][2]*ast.Term, 0, len(fields))
		for _, f := range fields {
			value, err := valueOf(v.Field(f.index))
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, [2]*ast.Term{f.key, ast.NewTerm(value)})
		}
		return ast.NewObject(pairs...), nil
	case reflect.Slice:
		terms := make([]*ast.Term, v.Len())
		for i := range terms {
			value, err := valueOf(v.Index(i))
			if err != nil {
				return nil, err
			}
			terms[i] = ast.NewTerm(value)
		}
		return ast.NewArray(terms...), nil
	case reflect.String:
		return ast.String(v.String()), nil
	case reflect.Bool:
		return ast.InternedTerm(v.Bool()).Value, nil
	case reflect.Int, reflect.Int64:
		return ast.InternedTerm(int(v.Int())).Value, nil
	case reflect.Interface, reflect.Map: // parsed contents of files
		if !v.IsValid() || v.IsNil() {
			return ast.NullValue, nil
		}
		value, err := ast.InterfaceToValue(v.Interface())
		if err != nil {
			return nil, fmt.Errorf("make a value of Rego: %w", err)
		}
		return value, nil
	default:
		return nil, fmt.Errorf("make a value of Rego of a %s", v.Type())
	}
}

var timeType = reflect.TypeFor[bylaw.Time]()

// field is a field of a struct, with the name that policies use.
type field struct {
	index int
	key   *ast.Term
}

var fieldsByType sync.Map // of []field by reflect.Type

func fieldsOf(t reflect.Type) []field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			fields = append(fields, field{i, ast.StringTerm(name)})
		}
	}
	fieldsByType.Store(t, fields)
	return fields
}
