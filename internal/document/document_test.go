package document

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]Format{
		"a.yml": YAML, "b/c.YAML": YAML, "a.json": JSON, "a.toml": TOML, "a.CSV": CSV,
		"README.md": Markdown, "x.markdown": Markdown, "OWNERS": "", "a.txt": "", "": "",
	} {
		got, ok := FormatOf(path)
		if got != want || ok != (want != "") {
			t.Errorf("FormatOf(%q): want %q, got %q, %v", path, want, got, ok)
		}
	}
}

type (
	object = map[string]any
	list   = []any
)

func TestReadGivesValuesAndLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		format Format
		text   string
		value  any
		lines  string // pointer:line:column ...
	}{
		{
			"yaml", YAML, "a: 1\nb:\n  - x\n  - y: 2.5\n",
			object{"a": int64(1), "b": list{"x", object{"y": 2.5}}},
			":1:1 /a:1:1 /b:2:1 /b/0:3:5 /b/1:4:5 /b/1/y:4:5",
		},
		{
			"yaml words stay text", YAML, "[yes, on, 2024-01-31, 007, 0x1F, 1_000, +1, 1:30, true, null, ~, -0.5e1, !!str 12]",
			list{"yes", "on", "2024-01-31", "007", "0x1F", "1_000", "+1", "1:30", true, nil, nil, -5.0, "12"},
			"",
		},
		{"yaml keys stay text", YAML, "yes: 1\n2024-01-31: 2\n007: 3\n\"5\": 4\n", object{"yes": int64(1), "2024-01-31": int64(2), "007": int64(3), "5": int64(4)}, ""},
		{"yaml pointer is escaped", YAML, "a/b~c: 1", object{"a/b~c": int64(1)}, ":1:1 /a~1b~0c:1:1"},
		{"yaml empty", YAML, "# nothing\n", nil, ":1:1"},
		{
			"yaml alias", YAML, "a: &x\n  b: 1\nc: *x\n",
			object{"a": object{"b": int64(1)}, "c": object{"b": int64(1)}},
			":1:1 /a:1:1 /a/b:2:3 /c:3:1 /c/b:2:3",
		},
		{"yaml crlf", YAML, "a:\r\n- b\r\n- c\r\n", object{"a": list{"b", "c"}}, ":1:1 /a:1:1 /a/0:2:3 /a/1:3:3"},
		{"yaml bom", YAML, "\uFEFFa: é\n", object{"a": "é"}, ":1:1 /a:1:1"},
		{"yaml text block", YAML, "a: |\n  one\n  two\nb: 1\n", object{"a": "one\ntwo\n", "b": int64(1)}, ":1:1 /a:1:1 /b:4:1"},
		{
			"json", JSON, "{\"é\": [1,\n 2.0, {\"a\": null}],\n\"b\": true}\n",
			object{"é": list{int64(1), 2.0, object{"a": nil}}, "b": true},
			":1:1 /é:1:2 /é/0:1:8 /é/1:2:2 /é/2:2:7 /é/2/a:2:8 /b:3:1",
		},
		{"json crlf", JSON, "[\r\n1,\r\n\"x\"\r\n]\r\n", list{int64(1), "x"}, ":1:1 /0:2:1 /1:3:1"},
		{
			"toml", TOML, "a = 2024-01-31\n[b.c]\nd = [ # one\n  1,\n  [2],\n]\ne = {f = \"g\"}\n",
			object{"a": "2024-01-31", "b": object{"c": object{"d": list{int64(1), list{int64(2)}}, "e": object{"f": "g"}}}},
			":1:1 /a:1:1 /b:2:2 /b/c:2:4 /b/c/d:3:1 /b/c/d/0:4:3 /b/c/d/1:5:3 /b/c/d/1/0:5:4 /b/c/e:7:1 /b/c/e/f:7:6",
		},
		{
			"toml array of tables", TOML, "[[p]]\nn = 1\n[[p]]\nn = 2\n[p.q]\nr = 1979-05-27T07:32:00Z\n",
			object{"p": list{object{"n": int64(1)}, object{"n": int64(2), "q": object{"r": "1979-05-27T07:32:00Z"}}}},
			":1:1 /p:1:3 /p/0:1:3 /p/0/n:2:1 /p/1:3:3 /p/1/n:4:1 /p/1/q:5:4 /p/1/q/r:6:1",
		},
		{
			"toml crlf and dotted key", TOML, "a.b = 1\r\na.c = 07:30:00\r\n",
			object{"a": object{"b": int64(1), "c": "07:30:00"}},
			":1:1 /a:1:1 /a/b:1:3 /a/c:2:3",
		},
		{
			"csv", CSV, "n,c\n\nalice,\"Acme,\nInc\"\nbob\n",
			object{"header": list{"n", "c"}, "rows": list{list{"alice", "Acme,\nInc"}, list{"bob"}}},
			":1:1 /header:1:1 /rows/0:3:1 /rows/1:5:1",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := Read("f", test.format, []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.value, doc.Value); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.lines, places(doc)); test.lines != "" && diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

func places(doc *Document) string {
	var all []string
	for _, l := range doc.Lines {
		all = append(all, fmt.Sprintf("%s:%d:%d", l.Pointer, l.Line, l.Column))
	}
	return strings.Join(all, " ")
}

func TestLineFallsBackToWhatEncloses(t *testing.T) {
	t.Parallel()
	doc, err := Read("f.csv", CSV, []byte("a,b\n1,2\n3,4\n"))
	if err != nil {
		t.Fatal(err)
	}
	for pointer, want := range map[string]int{"/rows/1/0": 3, "/rows/1": 3, "/rows/9": 1, "": 1, "/nothing": 1, "no pointer": 1} {
		if got := doc.Line(pointer); got != want {
			t.Errorf("Line(%q): want %d, got %d", pointer, want, got)
		}
	}
}

// bomb doubles nine times per level, as the "billion laughs" do.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	return b.String()
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	deep := func(open string) string { return strings.Repeat(open, 70) }
	tests := []struct {
		name   string
		format Format
		text   string
		want   string
	}{
		{"too large", YAML, strings.Repeat("#", MaxBytes+1), `f:1: the file is larger than 1 MiB (split the file)`},
		{"nul", YAML, "a: 1\nb: \x00", `f:2: the file is not text: it contains a NUL byte (save the file as UTF-8)`},
		{"binary", CSV, "a\n\x89PNG", `f:2: the file is not UTF-8 text: byte 0x89 cannot be read (save the file as UTF-8)`},
		{"utf-16", Markdown, "\xFF\xFEa\x00", `f:1: the file is saved as UTF-16 (save the file as UTF-8)`},
		{"utf-16 big endian", JSON, "\xFE\xFF\x00a", `f:1: the file is saved as UTF-16 (save the file as UTF-8)`},
		{
			"git lfs", CSV, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
			`f:1: the file is a Git LFS pointer, its content is stored elsewhere (keep this file out of Git LFS)`,
		},
		{"unknown format", "ini", "", `f:1: "ini" is not a format (the formats are yaml, json, toml, csv and markdown)`},

		{"yaml twice", YAML, "rosters: 1\nb: 2\nrosters: 3\n", `f:3: the key "rosters" stands twice, first on line 1 (remove one of the two)`},
		{"yaml two documents", YAML, "a: 1\n---\nb: 2\n", `f:2: the file holds more than one YAML document (keep one, and remove the line --- between them)`},
		{"yaml bomb", YAML, bomb(), `f:1: the aliases (*name) of this file bring in more than 10000 values (write the values out)`},
		{"yaml alias of itself", YAML, "a: &a\n  - b\n  - *a\n", `f:3: the alias *a stands inside of what it refers to (write the values out)`},
		{"yaml alias of nothing", YAML, "a: 1\nb: *alice\n", `f:2: the alias *alice refers to nothing above it (text that begins with * needs quotes)`},
		{"yaml merge", YAML, "a: &a {b: 1}\nc:\n  <<: *a\n", `f:3: the merge key << is not supported (write the keys out)`},
		{"yaml number as key", YAML, "a: 1\n7: x\n", `f:2: the key "7" would be read as a number, but a key has to be text (put it in quotes)`},
		{"yaml list as key", YAML, "? [a]\n: b\n", `f:1: a key has to be plain text, not a list, a mapping or an alias`},
		{"yaml binary", YAML, "a: 1\nb: !!binary aGk=\n", `f:2: the tag "!!binary" is not allowed; the only one is !!str (remove it)`},
		{"yaml own tag", YAML, "a: !thing {b: 1}\n", `f:1: the tag "!thing" is not allowed; the only one is !!str (remove it)`},
		{"yaml nan", YAML, "a: .NaN\n", `f:1: .NaN is not a number that can be used (if it is not meant as a number, put it in quotes)`},
		{"yaml large", YAML, "a: 99999999999999999999\n", `f:1: the number is too large to be kept exactly (if it is not meant as a number, put it in quotes)`},
		{"yaml deep", YAML, deep("["), `f:1: a value is missing, or a bracket is not closed (put text that contains brackets or commas in quotes)`},
		{"yaml deep and closed", YAML, deep("[") + deep("]"), `f:1: the nesting is deeper than 64 levels`},
		{"yaml deep list", YAML, deep("- "), `f:1: the nesting is deeper than 64 levels`},
		{"yaml indentation", YAML, "x: 1\ny: 2\na:\n  - b\n - c\nz: 1\n", `f:5: the line does not fit the lines above it (lines that belong together need the same indentation)`},
		{"yaml list then key", YAML, "- a\n- b\nc: 1\n", `f:3: the line does not fit the list above it (lines that belong together need the same indentation)`},
		{"yaml colon", YAML, "a: 1\nb: c: d\n", `f:2: a colon stands where no new key can begin (check the indentation; text that contains a colon and a space needs quotes)`},
		{"yaml tab", YAML, "a:\n\t- b\n", `f:2: a value cannot begin with this character (indent with spaces, not tabs; text that begins with @, ` + "`" + ` or % needs quotes)`},
		{"yaml at", YAML, "a:\n - @bob\n", `f:2: a value cannot begin with this character (indent with spaces, not tabs; text that begins with @, ` + "`" + ` or % needs quotes)`},
		{"yaml quote", YAML, "a: 'b\nc: d\n", `f:3: a quoted text is not closed (add the closing quote, here or above)`},
		{"yaml line break", YAML, "a: 1\nb: x\u2028y\n", `f:2: the line holds an unusual line break, U+2028 (type a new line in its place)`},
		{"yaml control", YAML, "a: 1\nb: x\x1by\n", `f:2: the file holds a control character (remove it)`},

		{"json twice", JSON, "{\"a\": 1,\n\"a\": 2}", `f:2: the key "a" stands twice, first on line 1 (remove one of the two)`},
		{"json deep", JSON, deep("["), `f:1: the nesting is deeper than 64 levels`},
		{"json trailing", JSON, "{}\n{}", `f:2: this is not valid JSON at '{' (look for a missing comma, colon or quote just before)`},
		{"json comma", JSON, "{\"a\": 1,\n}", `f:2: a comma stands before the closing '}', where JSON allows none (remove the comma)`},
		{"json comment", JSON, "{\n// x\n}", `f:2: JSON has no comments (remove the comment)`},
		{"json empty", JSON, " \n", `f:1: the file is empty`},
		{"json unfinished", JSON, "{\"a\": [1,\n2", `f:2: the file ends in the middle of a value (a closing bracket, brace or quote is missing)`},
		{"json large", JSON, "[1,\n1e999]", `f:2: the number is too large (if it is not meant as a number, put it in quotes)`},
		{"json new line in text", JSON, "[\"a\nb\"]", `f:1: a quoted text goes over the end of the line, or holds a tab or control character (write \n for a new line and \t for a tab)`},

		{"toml twice", TOML, "a = 1\nb = 2\na = 3\n", `f:3: the key "a" stands twice, first on line 1 (remove one of the two)`},
		{"toml table twice", TOML, "[a]\n[b]\n[a]\n", `f:3: the key "a" stands twice, first on line 1 (remove one of the two)`},
		{"toml other kind", TOML, "a = 1\n[a.b]\n", `f:2: this is already defined above, in another way (define each table and key once)`},
		{"toml no quotes", TOML, "a = 1\nb = acme\n", `f:2: a value cannot begin with this character (text stands in double quotes)`},
		{"toml deep", TOML, "a = " + deep("[") + deep("]"), `f:1: the nesting is deeper than 64 levels`},
		{"toml deep key", TOML, strings.Repeat("a.", 70) + "a = 1", `f:1: the nesting is deeper than 64 levels`},
		{"toml infinity", TOML, "a = 1\nb = inf\n", `f:2: +Inf is not a number that can be used`},
		{"toml open list", TOML, "a = [1,\n2", `f:2: a list that opens with [ is not closed (add the missing ])`},

		{"csv empty", CSV, "", `f:1: the file is empty (the first line names the columns)`},
		{"csv quote", CSV, "a\nb\"c\n", `f:2: a quote stands in the middle of a cell (write the whole cell in quotes, and "" for a quote inside it)`},
		{"csv open quote", CSV, "a\n\"b\nc\n", `f:2: a quoted cell that begins in this row is not closed, or closed wrongly on line 3 (add the closing quote)`},

		{"markdown deep", Markdown, deep("> "), `f:1: the nesting is deeper than 64 levels`},
		{"markdown dense", Markdown, strings.Repeat("*a_ ", 20_000), `f:1: a paragraph holds too many brackets, asterisks or underscores (divide it with empty lines)`},
		{"markdown head", Markdown, "---\na: 1\na: 2\n---\n", `f:3: the key "a" stands twice, first on line 2 (remove one of the two)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := Read("f", test.format, []byte(test.text))
			var failed *Error
			if !errors.As(err, &failed) || doc != nil {
				t.Fatalf("want an *Error and no document, got %v, %v", err, doc)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadWithinLimits(t *testing.T) {
	t.Parallel()
	limits := Limits{Bytes: 100, Values: 3, Depth: 2, AliasValues: 1}
	for _, test := range []struct {
		format Format
		text   string
		want   string
	}{
		{YAML, "[1,\n2]", ""},
		{YAML, "[1,\n2,\n3]", "f:3: the file holds more than 3 values (split the file)"},
		{JSON, "[1,\n2,\n3]", "f:3: the file holds more than 3 values (split the file)"},
		{TOML, "a=1\nb=2\nc=3", "f:3: the file holds more than 3 values (split the file)"},
		{CSV, "a\n1\n2\n3", "f:2: the file holds more than 3 values (split the file)"},
		{Markdown, "a\n\nb\n", "f:1: the file holds more than 3 values (split the file)"},
		{JSON, "[[1]]", ""},
		{JSON, "[\n[\n[]]]", "f:3: the nesting is deeper than 2 levels"},
	} {
		got := ""
		if _, err := ReadWithin("f", test.format, []byte(test.text), limits); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s %q: want %q, got %q", test.format, test.text, test.want, got)
		}
	}
}

func TestReadNotes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format Format
		text   string
		want   []Note
	}{
		{YAML, "a: 1\nb: \"x\u202Ey\"\n", []Note{{2, "the line holds a character that cannot be seen: U+202E, right-to-left override"}}},
		{CSV, "a,b,a\n1,2,3\n1\n", []Note{{1, `two columns are named "a"`}, {3, "the row has 1 cells, the header has 3"}}},
		{Markdown, "# A\n\n> q\n\n~~x~~\n\n<table>\n</table>\n\n<!-- c\n\nd -->\n", []Note{
			{3, "the quote that begins here is not read"}, {5, "the text that is struck out here is not read"}, {7, "the HTML that begins here is not read"},
		}},
	} {
		doc, err := Read("f", test.format, []byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, doc.Notes); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

// Unbounded, the parsers need minutes or hours for some of these: a bound that is lost shows as a test
// that does not end.
func TestFilesThatAreMadeToBeSlowEnd(t *testing.T) {
	for format, units := range map[Format][]string{
		YAML: {"[", "- ", "? ", "a: ", "&a ", "a\n", "- a #c\n", "a:\n#c\n- b\n", "[a,", " - a\n- b\n"},
		JSON: {"[1,", "1", "\"", "[],"},
		TOML: {"a=[", "a.", "[[a]]\n", "a={", "[[a]]\nb=1\n"},
		Markdown: {
			"> ", "[", "![", "[a](", "*a_ ", "a**b", "`a``", "<a ", "<!--", "|a|b|\n|-|-|\n",
			"[a]: b\n", "[a]\n", "1. ", "http://a.", "a@b.", "_a*", "[x](<", "[[]](", "~~", "[a]: <\n", "`a\n`",
		},
		CSV: {"\"", "a,", "a\n"},
	} {
		for _, unit := range units {
			text := []byte(strings.Repeat(unit, MaxBytes/8/len(unit)))
			if _, err := Read("f", format, text); err != nil && strings.Contains(err.Error(), unreadable) {
				t.Errorf("%s of %q: %v", format, unit, err)
			}
		}
	}
}

// fuzz holds what is true of every file: it is read or refused with a place
// inside of it, and every value stands inside of it.
func fuzz(f *testing.F, format Format, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	examples, err := filepath.Glob(filepath.Join("testdata", "*."+string(format)))
	if err != nil {
		f.Fatal(err)
	}
	for _, example := range examples {
		data, err := os.ReadFile(example)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		last := strings.Count(string(data), "\n") + 1
		within := func(what string, line int) {
			if line < 1 || line > last {
				t.Errorf("%s: line %d of %d", what, line, last)
			}
		}
		doc, err := Read("f", format, data)
		if err != nil {
			failed := err.(*Error)
			within(failed.Msg, failed.Line)
			if failed.Msg == unreadable {
				t.Error("a parser panicked")
			}
			return
		}
		for _, l := range doc.Lines {
			within(l.Pointer, l.Line)
			if l.Column < 1 {
				t.Errorf("%s: column %d", l.Pointer, l.Column)
			}
		}
		for _, n := range doc.Notes {
			within(n.Msg, n.Line)
		}
	})
}

func FuzzYAML(f *testing.F) {
	fuzz(f, YAML, bomb(), "a: &a [*a]", "a:\n- b\n -c", "- \n- ", "? a\n: b", "a: |\n x\n\n", "%YAML 1.1\n---\na", "<<: {a: 1}", "a: !!str\n")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, JSON, `{"a":[1,2.5e3,null,true,"\u00e9"]}`, "[1,]", "{\"a\"", "\"\\ud800\"", "[\n\t1 // x\n]", "tru")
}

func FuzzTOML(f *testing.F) {
	fuzz(f, TOML, "a.b = [1, {c = 2}]\n[[x]]\n[x.y]\nz = 07:30:00\n", "a = [[1],[#c\n]]", "a = {b.c = 1}", "[a]\n[a.b]\n[a]", "a=\"\"\"\n\"\"\"")
}

func FuzzCSV(f *testing.F) {
	fuzz(f, CSV, "a,b\n\"c\nd\",e\n", "\"", "a\r\n\r\nb", "\n\na\"")
}

func FuzzMarkdown(f *testing.F) {
	fuzz(f, Markdown, "---\na: 1\n---\n# H\n- k: [v](u)\n  1. x\n\n|a|b|\n|-|-|\n|1|\n", "a\n===\n**K:** v  \nw", "> - [a]\n\n[a]: <b>", "<!-- c --> x\n<b@c.d>")
}
