package policy

import (
	"bytes"
	"encoding/json"
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

// Reading an answer without JSON in between is shorter, and must come to the same.
func TestAnAnswerIsWhatItsJSONSays(t *testing.T) {
	for _, given := range []string{
		`{"msg": "a <b>", "fix": "c", "line": 7, "advice": true, "people": ["alice"], "evidence": [{"file": "OWNERS.md", "line": 3, "text": "x"}]}`,
		`{"msg": "a", "people": {"bob", "alice"}, "evidence": {{"line": 3}, {"file": "OWNERS.md"}}}`,
		`{"msg": "a", "people": [], "evidence": set()}`,
		`{"msg": null, "line": null, "people": null, "evidence": [null]}`,
		`{"MSG": "a", "Line": 7}`,
		`{"msg": "a", "line": 1.5}`,
		`{"msg": "a", "line": 1e2}`,
		`{"msg": "a", "line": 99999999999999999999}`,
		`{"msg": "a", "line": "7"}`,
		`{"msg": "a", "people": "alice"}`,
		`{"msg": "a", "people": ["alice", 7]}`,
		`{"msg": "a", "mesage": "b"}`,
		`{"msg": "a", 7: "b"}`,
		`{"msg": ["a"]}`,
		`{"msg": {"a": "b"}}`,
		`{}`, `[]`, `set()`, `null`, `true`, `7`, `"a"`,
	} {
		term := ast.MustParseTerm(given)
		agree[bylaw.Finding](t, term)
		agree[[]string](t, term)
		agree[string](t, term)
		agree[bool](t, term)
	}
	agree[string](t, ast.StringTerm("not UTF-8: \xff\xfe"))
}

// agree reads a value in both ways.
func agree[T any](t *testing.T, term *ast.Term) {
	t.Helper()
	var want T
	d := json.NewDecoder(bytes.NewReader(jsonOf(term)))
	d.DisallowUnknownFields()
	fault := d.Decode(&want) != nil
	var r reader
	if got := itemOf[T](&r, "findings", term); (r.fault != "") != fault || !fault && !reflect.DeepEqual(got, want) {
		t.Errorf("%v as %T is %#v with the fault %q, want %#v", term, want, got, r.fault, want)
	}
}
