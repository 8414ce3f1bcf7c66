package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// words are the texts and the accounts that a snapshot has had so far, since most of them come again and
// again, and what stands in its files, of which other policies read other parts.
type words struct {
	texts    map[string]*ast.Term
	accounts map[bylaw.Account]*ast.Term
	files    map[any]*ast.Term // by the address of a part of a content; the empty content by its type

	parts contents
}

func newWords() words {
	return words{texts: map[string]*ast.Term{}, accounts: map[bylaw.Account]*ast.Term{}, files: map[any]*ast.Term{}}
}

// empty reports whether a content is that of a file that is not there or was not asked for.
func empty(c *bylaw.Content) bool {
	return !c.Exists && c.Text == "" && c.Data == nil && len(c.Lines) == 0 && len(c.Problems) == 0
}

func (w words) term(text string) *ast.Term {
	t, known := w.texts[text]
	if !known {
		t = ast.StringTerm(text)
		w.texts[text] = t
	}
	return t
}

// termOf makes the value of Rego that package encoding/json would describe, without the text in
// between: a snapshot has tens of thousands of values, and is read by every policy. A list without values
// is an empty one, never null.
func (w words) termOf(v reflect.Value) (*ast.Term, error) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			if v.CanAddr() {
				return w.term(v.Addr().Interface().(*bylaw.Time).String()), nil // without a copy
			}
			return w.term(v.Interface().(bylaw.Time).String()), nil
		}
		if v.Type() == accountType && v.CanAddr() {
			account := *v.Addr().Interface().(*bylaw.Account)
			if t, known := w.accounts[account]; known {
				return t, nil
			}
			t, err := w.objectOf(v)
			if err == nil {
				w.accounts[account] = t
			}
			return t, err
		}
		return w.objectOf(v)
	case reflect.Slice:
		terms := make([]*ast.Term, v.Len())
		for i := range terms {
			term, err := w.termOf(v.Index(i))
			if err != nil {
				return nil, err
			}
			terms[i] = term
		}
		return ast.ArrayTerm(terms...), nil
	case reflect.String:
		return w.term(v.String()), nil
	case reflect.Bool:
		return ast.InternedTerm(v.Bool()), nil
	case reflect.Int, reflect.Int64:
		return ast.InternedTerm(int(v.Int())), nil
	case reflect.Interface, reflect.Map: // parsed contents of files
		if !v.IsValid() || v.IsNil() {
			return ast.InternedNullTerm, nil
		}
		return w.plain(v.Interface())
	default:
		return nil, fmt.Errorf("make a value of Rego of a %s", v.Kind())
	}
}

// plain makes the value of Rego of a parsed file.
func (w words) plain(data any) (*ast.Term, error) {
	switch data := data.(type) {
	case string:
		if data == "" {
			return ast.InternedEmptyString, nil
		}
		return ast.StringTerm(data), nil // seldom one that comes again
	case int64:
		return ast.InternedTerm(int(data)), nil
	case []any:
		terms := make([]*ast.Term, len(data))
		for i, element := range data {
			term, err := w.plain(element)
			if err != nil {
				return nil, err
			}
			terms[i] = term
		}
		return ast.ArrayTerm(terms...), nil
	case map[string]any:
		var few [24][2]*ast.Term
		pairs := few[:0]
		for name, value := range data {
			term, err := w.plain(value)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, [2]*ast.Term{w.term(name), term})
		}
		return ast.ObjectTerm(pairs...), nil
	default:
		value, err := ast.InterfaceToValue(data)
		if err != nil {
			return nil, fmt.Errorf("make a value of Rego: %w", err)
		}
		return ast.NewTerm(value), nil
	}
}

func (w words) objectOf(v reflect.Value) (*ast.Term, error) {
	fields := fieldsOf(v.Type())
	var few [24][2]*ast.Term // nothing has more fields but the snapshot
	pairs := few[:0]
	for _, f := range fields {
		var term *ast.Term
		var err error
		if field := v.Field(f.index); field.Type() == contentType {
			term, err = w.contentOf(field, string(f.key.Value.(ast.String)))
		} else {
			term, err = w.termOf(field)
		}
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]*ast.Term{f.key, term})
	}
	return ast.ObjectTerm(pairs...), nil
}

// contentOf makes an object of those parts of a content that are looked at. An empty one has all of them, and is made
// once for all files and policies.
func (w words) contentOf(v reflect.Value, name string) (*ast.Term, error) {
	if v.CanAddr() && empty(v.Addr().Interface().(*bylaw.Content)) {
		term, known := w.files[contentType]
		if !known {
			var err error
			if term, err = w.objectOf(v); err != nil {
				return nil, err
			}
			w.files[contentType] = term
		}
		return term, nil
	}
	parts, some := w.parts[name]
	if some && len(parts) == 0 {
		return ast.InternedEmptyObject, nil
	}
	var few [8][2]*ast.Term
	pairs := few[:0]
	for _, f := range fieldsOf(contentType) {
		if some && !slices.Contains(parts, string(f.key.Value.(ast.String))) {
			continue
		}
		term, err := w.partOf(v.Field(f.index))
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, [2]*ast.Term{f.key, term})
	}
	return ast.ObjectTerm(pairs...), nil
}

// partOf remembers what is large.
func (w words) partOf(v reflect.Value) (*ast.Term, error) {
	large := v.CanAddr() && (v.Kind() == reflect.Interface && !v.IsNil() || v.Kind() == reflect.Slice && v.Len() > 0)
	if !large {
		return w.termOf(v)
	}
	address := v.Addr().Interface()
	if term, known := w.files[address]; known {
		return term, nil
	}
	term, err := w.termOf(v)
	if err == nil {
		w.files[address] = term
	}
	return term, err
}

var timeType, accountType, contentType = reflect.TypeFor[bylaw.Time](), reflect.TypeFor[bylaw.Account](), reflect.TypeFor[bylaw.Content]()

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

// take reads a value of Rego into a Go value: text, true or false, a whole number, a list, or a struct by
// the names that JSON would use. It reports false for everything else that encoding/json might accept or
// refuse, and then what is in the Go value does not count.
func take(term *ast.Term, into reflect.Value) bool {
	if into.Type() == termType {
		into.Set(reflect.ValueOf(term))
		return true
	}
	switch given := term.Value.(type) {
	case ast.String:
		if into.Kind() != reflect.String || !utf8.ValidString(string(given)) {
			return false
		}
		into.SetString(string(given))
	case ast.Boolean:
		if into.Kind() != reflect.Bool {
			return false
		}
		into.SetBool(bool(given))
	case ast.Number:
		n, whole := given.Int()
		if into.Kind() != reflect.Int || !whole {
			return false
		}
		into.SetInt(int64(n))
	case *ast.Array:
		return takeList(given.Len(), given.Foreach, into)
	case ast.Set:
		return takeList(given.Len(), given.Foreach, into)
	case ast.Object:
		return takeObject(given, into)
	default:
		return false
	}
	return true
}

func takeList(n int, each func(func(*ast.Term)), into reflect.Value) bool {
	if into.Kind() != reflect.Slice {
		return false
	}
	into.Set(reflect.MakeSlice(into.Type(), n, n))
	i, ok := 0, true
	each(func(element *ast.Term) {
		ok = ok && take(element, into.Index(i))
		i++
	})
	return ok
}

func takeObject(object ast.Object, into reflect.Value) bool {
	if into.Kind() != reflect.Struct {
		return false
	}
	known := 0
	for _, f := range fieldsOf(into.Type()) {
		if value := object.Get(f.key); value != nil {
			if !take(value, into.Field(f.index)) {
				return false
			}
			known++
		}
	}
	return known == object.Len()
}

var termType = reflect.TypeFor[*ast.Term]()
