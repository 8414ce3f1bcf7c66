package document

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Decode copies Value into the struct, map or slice that into points to. Keys
// are named by json tags; a field without one is not read.
//
// It is strict: an unknown key, a value of another kind and a number that does
// not fit are errors. All of them are returned, in the order of the file, so
// that a person can mend everything in one go; none means success. What is
// absent from the file keeps the value that it had in into. A key with nothing
// after it is an error, except for pointers and any, which become nil.
//
// A type with UnmarshalText gets the text, and its error is shown to people.
//
// Decode panics if into is not a pointer, or holds types that no file can give.
func (d *Document) Decode(into any) []*Error {
	c := &decoder{doc: d}
	c.value(d.Value, reflect.ValueOf(into).Elem(), "")
	slices.SortStableFunc(c.errs, func(a, b *Error) int { return a.Line - b.Line })
	return c.errs
}

type decoder struct {
	doc  *Document
	errs []*Error
}

func (c *decoder) fail(pointer, hint, format string, args ...any) {
	c.errs = append(c.errs, &Error{
		Path:    c.doc.Path,
		Line:    c.doc.Line(pointer),
		Pointer: pointer,
		Msg:     fmt.Sprintf(format, args...),
		Hint:    hint,
	})
}

func (c *decoder) wrong(pointer, want string, value any) {
	switch text := value.(type) {
	case nil:
		c.fail(pointer, "give it a value, or remove it", "%s must be %s, but it is empty", place(pointer), want)
	case string:
		c.fail(pointer, "", "%s must be %s, but it is the text %s", place(pointer), want, shown(text))
	default:
		hint := ""
		if want == "text" {
			hint = "put it in quotes"
		}
		c.fail(pointer, hint, "%s must be %s, but it is %s", place(pointer), want, kindOf(value))
	}
}

func (c *decoder) value(value any, into reflect.Value, pointer string) {
	switch {
	case into.Kind() == reflect.Pointer:
		if value == nil {
			into.SetZero()
			return
		}
		target := reflect.New(into.Type().Elem())
		c.value(value, target.Elem(), pointer)
		into.Set(target)
		return
	case into.Kind() == reflect.Interface && into.NumMethod() == 0:
		into.SetZero()
		if value != nil {
			into.Set(reflect.ValueOf(value))
		}
		return
	}
	if reader, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, ok := value.(string)
		if !ok {
			c.wrong(pointer, "text", value)
		} else if err := reader.UnmarshalText([]byte(text)); err != nil {
			c.fail(pointer, "", "%s: %s", place(pointer), err)
		}
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		c.structure(value, into, pointer)
	case reflect.Map:
		c.mapping(value, into, pointer)
	case reflect.Slice:
		c.list(value, into, pointer)
	default:
		c.scalar(value, into, pointer)
	}
}

func (c *decoder) structure(value any, into reflect.Value, pointer string) {
	m, ok := value.(map[string]any)
	if !ok {
		c.wrong(pointer, "a mapping", value)
		return
	}
	fields := map[string][]int{}
	var known []string
	for _, f := range reflect.VisibleFields(into.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" && f.IsExported() {
			fields[name] = f.Index
			known = append(known, name)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		index, ok := fields[key]
		if !ok {
			c.unknown(member(pointer, key), key, known)
			continue
		}
		c.value(m[key], into.FieldByIndex(index), member(pointer, key))
	}
}

func (c *decoder) unknown(pointer, key string, known []string) {
	hint := "remove it"
	if near := Nearest(key, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(known) > 0 && len(known) <= 12 {
		hint = "the keys here are " + strings.Join(known, ", ")
	}
	c.fail(pointer, hint, "there is no key %s here", shown(key))
}

func (c *decoder) mapping(value any, into reflect.Value, pointer string) {
	m, ok := value.(map[string]any)
	if !ok {
		c.wrong(pointer, "a mapping", value)
		return
	}
	t := into.Type()
	into.Set(reflect.MakeMapWithSize(t, len(m)))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		inner := reflect.New(t.Elem()).Elem()
		c.value(m[key], inner, member(pointer, key))
		into.SetMapIndex(reflect.ValueOf(key).Convert(t.Key()), inner)
	}
}

func (c *decoder) list(value any, into reflect.Value, pointer string) {
	list, ok := value.([]any)
	if !ok {
		c.wrong(pointer, "a list", value)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, item := range list {
		c.value(item, into.Index(i), element(pointer, i))
	}
}

func (c *decoder) scalar(value any, into reflect.Value, pointer string) {
	switch {
	case into.Kind() == reflect.String:
		if text, ok := value.(string); ok {
			into.SetString(text)
			return
		}
		c.wrong(pointer, "text", value)
	case into.Kind() == reflect.Bool:
		if b, ok := value.(bool); ok {
			into.SetBool(b)
			return
		}
		c.wrong(pointer, "true or false", value)
	case into.CanInt():
		n, ok := value.(int64)
		if !ok {
			c.wrong(pointer, "a whole number", value)
		} else if into.OverflowInt(n) {
			c.fail(pointer, "", "%s is too large", place(pointer))
		} else {
			into.SetInt(n)
		}
	case into.CanUint():
		n, ok := value.(int64)
		if !ok {
			c.wrong(pointer, "a whole number", value)
		} else if n < 0 || into.OverflowUint(uint64(n)) {
			c.fail(pointer, "", "%s is negative or too large", place(pointer))
		} else {
			into.SetUint(uint64(n))
		}
	case into.CanFloat():
		switch n := value.(type) {
		case float64:
			into.SetFloat(n)
		case int64:
			into.SetFloat(float64(n))
		default:
			c.wrong(pointer, "a number", value)
		}
	default:
		panic("document: no file can give a " + into.Type().String())
	}
}

// place names the value at a pointer for people: "reviewers", item 2 of it.
func place(pointer string) string {
	if pointer == "" {
		return "the file"
	}
	cut := strings.LastIndexByte(pointer, '/')
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(pointer[cut+1:])
	if i, err := strconv.Atoi(name); err == nil {
		return fmt.Sprintf("item %d of %s", i+1, place(pointer[:cut]))
	}
	return shown(name)
}

// kindOf names the kind of a value for people.
func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "a mapping"
	case []any:
		return "a list"
	case string:
		return "text"
	case bool:
		return "true or false"
	default:
		return "a number"
	}
}
