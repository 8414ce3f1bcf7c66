package policy

import (
	"reflect"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func TestAFactIsWhatItsJSONSays(t *testing.T) {
	var s bylaw.Snapshot
	n := 0
	fill(reflect.ValueOf(&s).Elem(), &n)
	if n < 100 {
		t.Fatalf("only %d values were filled in", n)
	}
	got, err := newWords().termOf(reflect.ValueOf(s))
	if err != nil {
		t.Fatal(err)
	}
	want, err := ast.InterfaceToValue(s)
	if err != nil {
		t.Fatal(err)
	}
	if want.Compare(got.Value) != 0 {
		t.Errorf("termOf gives\n%s\nwant\n%s", got, want)
	}
}

// fill gives every field a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(bylaw.At(time.Date(2026, 3, *n, 12, 0, 0, 0, time.UTC))))
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, n)
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case v.Kind() == reflect.String:
		v.SetString(string(rune('a'+*n%26)) + "\"<\u00e9")
	case v.Kind() == reflect.Bool:
		v.SetBool(*n%2 == 0)
	case v.CanInt():
		v.SetInt(int64(*n) * 1e9)
	default:
		v.Set(reflect.ValueOf(map[string]any{"name": "Acme", "list": []any{int64(1), 2.5, nil, true}}))
	}
}
