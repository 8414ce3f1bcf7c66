package policy

import (
	"fmt"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func TestWhatAPolicyReadsOfAFile(t *testing.T) {
	for name, tt := range map[string]struct {
		body      string
		community bool
		want      string
	}{
		"nothing":                           {body: `accept if input.draft`, want: "map[after:[] before:[]]"},
		"parts by their names":              {body: "accept if {\n\tsome f in input.files\n\tf.after.data.a[_].b == f.before.text\n\tf.before.exists\n}", want: "map[after:[data] before:[exists text]]"},
		"handed to a function":              {body: "accept if {\n\tsome f in input.files\n\t_same(f.after, 1)\n}\n_same(c, _) if c.text", want: "map[before:[]]"},
		"in a comprehension":                {body: "accept if count([c | some f in input.files; c := f.before]) > 0", want: "map[after:[]]"},
		"by a name that is not known":       {body: "accept if {\n\tsome f in input.files\n\tsome part in [\"da\", \"ta\"]\n\tf.after[part]\n}", want: "map[before:[]]"},
		"by a name inside of another":       {body: "accept if {\n\tsome f in input.files\n\t{\"a\": 1}[f.after.text]\n}", want: "map[after:[text] before:[]]"},
		"with object.get":                   {body: "accept if {\n\tsome f in input.files\n\tobject.get(f, [\"after\", \"data\"], 1)\n}", want: "map[before:[]]"},
		"the whole input":                   {body: "accept if count(input) > 1", want: "map[]"},
		"through the library":               {body: "import data.bylaw.lib\n\naccept if {\n\tsome f in input.files\n\tlib.old(f) == \"\"\n}", want: "map[after:[] before:[text]]"},
		"of a community, nothing is spared": {body: `accept if input.draft`, community: true, want: "map[]"},
	} {
		t.Run(name, func(t *testing.T) {
			c := compile(t.Context(), Source{
				ID: "rule", BuiltIn: !tt.community,
				Modules: []Module{{File: "rule/rule.rego", Text: "# METADATA\n# title: A rule\n# description: A rule\npackage bylaw.rule\n\n" + tt.body}},
				Library: []Module{{File: "lib/lib.rego", Text: "package bylaw.lib\n\nold(f) := f.before.text\n"}},
			})
			if len(c.Problems) > 0 {
				t.Fatal(c.Problems)
			}
			if got := fmt.Sprint(c.contents); got != tt.want {
				t.Errorf("it reads %s, want %s", got, tt.want)
			}
		})
	}
}

// Two policies that read different parts of one file each get theirs.
func TestAPolicyGetsThePartsOfAFileThatItReads(t *testing.T) {
	in := &Input{Snapshot: &bylaw.Snapshot{Files: []bylaw.File{{
		After: bylaw.Content{Exists: true, Text: "a: 1", Data: map[string]any{"a": int64(1)}, Lines: []bylaw.Line{{Pointer: "/a", Line: 1}}},
	}}}}
	for _, tt := range []struct {
		parts contents
		want  string
	}{
		{contents{"before": {}, "after": {"data", "exists"}}, `{"data": {"a": 1}, "exists": true}`},
		{contents{"before": {}, "after": {"data", "lines"}}, `{"data": {"a": 1}, "lines": [{"line": 1, "pointer": "/a"}]}`},
		{contents{"before": {}, "after": {}}, `{}`},
		{nil, `{"data": {"a": 1}, "exists": true, "lines": [{"line": 1, "pointer": "/a"}], "problems": [], "text": "a: 1"}`},
	} {
		input, err := in.with([]string{"files"}, tt.parts, Given{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := input.Find(ast.MustParseRef("input.files[0].after")[1:])
		if err != nil || got.String() != tt.want {
			t.Errorf("with %v it is %v (%v), want %s", tt.parts, got, err, tt.want)
		}
	}
}
