package document

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// toml reads a TOML 1.0 document. Dates and times stay text.
//
// The file is read twice: its expressions for the places, and then as a whole
// for the values, so that the rules of what may be defined where are the
// library's and not a second set of our own.
func (r *reader) toml(text []byte) (any, *Error) {
	t := &tomlReader{
		reader: r, text: text, pos: newPositions(text),
		placed: map[string]bool{}, defined: map[string]int{}, elements: map[string]int{},
	}
	if failed := t.places(); failed != nil {
		return nil, failed
	}
	var table map[string]any
	if err := toml.Unmarshal(text, &table); err != nil {
		line, column := 1, 0
		var failure *toml.DecodeError
		if errors.As(err, &failure) {
			line, column = failure.Position()
		}
		return nil, r.tomlSyntax(line, column, err)
	}
	return t.plain(table, "")
}

type tomlReader struct {
	*reader
	text []byte
	pos  *positions

	placed   map[string]bool // pointers with a line
	defined  map[string]int  // lines of keys with a value and of [tables], by pointer
	elements map[string]int  // how many tables an array of tables [[x]] has so far, by pointer
	cursor   int             // end of the last token with a known place
}

func (t *tomlReader) places() *Error {
	if failed := t.place("", 1, 1); failed != nil {
		return failed
	}
	var parser unstable.Parser
	parser.Reset(t.text)
	table := ""
	for parser.NextExpression() {
		n := parser.Expression()
		var failed *Error
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, failed = t.key("", n)
		case unstable.KeyValue:
			failed = t.keyValue(table, n, strings.Count(table, "/"))
		}
		if failed != nil {
			return failed
		}
	}
	if err := parser.Error(); err != nil {
		line, column := t.pos.at(t.cursor)
		var failure *unstable.ParserError
		if errors.As(err, &failure) {
			line, column = t.pos.at(len(t.text))
			if len(failure.Highlight) > 0 {
				line, column = t.pos.at(int(parser.Range(failure.Highlight).Offset))
			}
		}
		return t.tomlSyntax(line, column, err)
	}
	return nil
}

// key places what a dotted key names below table, and returns its pointer.
func (t *tomlReader) key(table string, n *unstable.Node) (string, *Error) {
	pointer := table
	for keys := n.Key(); keys.Next(); {
		part := keys.Node()
		line, column := t.pos.at(int(part.Raw.Offset))
		t.cursor = int(part.Raw.Offset + part.Raw.Length)
		pointer = member(pointer, string(part.Data))
		if strings.Count(pointer, "/") > t.limits.Depth {
			return "", t.tooDeep(line, column)
		}
		if keys.IsLast() {
			if first, ok := t.defined[pointer]; ok {
				return "", t.twice(line, column, string(part.Data), first)
			}
			if n.Kind != unstable.ArrayTable {
				t.defined[pointer] = line
			}
		}
		if failed := t.once(pointer, line, column); failed != nil {
			return "", failed
		}
		if keys.IsLast() && n.Kind == unstable.ArrayTable {
			t.elements[pointer]++
		}
		if count := t.elements[pointer]; count > 0 {
			pointer = element(pointer, count-1)
			if failed := t.once(pointer, line, column); failed != nil {
				return "", failed
			}
		}
	}
	return pointer, nil
}

func (t *tomlReader) once(pointer string, line, column int) *Error {
	if t.placed[pointer] {
		return nil
	}
	t.placed[pointer] = true
	return t.place(pointer, line, column)
}

func (t *tomlReader) keyValue(table string, n *unstable.Node, depth int) *Error {
	pointer, failed := t.key(table, n)
	if failed != nil {
		return failed
	}
	return t.inside(pointer, n.Value(), depth+1)
}

// inside places what stands inside of a value.
func (t *tomlReader) inside(pointer string, n *unstable.Node, depth int) *Error {
	if n.Kind != unstable.Array && n.Kind != unstable.InlineTable {
		t.cursor = int(n.Raw.Offset + n.Raw.Length)
		return nil
	}
	offset := t.next()
	if depth > t.limits.Depth {
		return t.tooDeep(t.pos.at(offset))
	}
	t.cursor = offset + 1
	i := 0
	for children := n.Children(); children.Next(); i++ {
		child := children.Node()
		if n.Kind == unstable.InlineTable {
			if failed := t.keyValue(pointer, child, depth); failed != nil {
				return failed
			}
			continue
		}
		item := element(pointer, i)
		line, column := t.pos.at(t.next())
		if failed := t.once(item, line, column); failed != nil {
			return failed
		}
		if failed := t.inside(item, child, depth+1); failed != nil {
			return failed
		}
	}
	return nil
}

// next is the offset at which the next value begins. The parser does not tell
// where arrays stand.
func (t *tomlReader) next() int {
	for i := t.cursor; i < len(t.text); i++ {
		switch t.text[i] {
		case ' ', '\t', '\r', '\n', '=', ',', ']', '}':
		case '#':
			for i < len(t.text) && t.text[i] != '\n' {
				i++
			}
		default:
			return i
		}
	}
	return t.cursor
}

// plain replaces dates and times by text and refuses what is no number.
func (t *tomlReader) plain(value any, pointer string) (any, *Error) {
	var failed *Error
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if v[key], failed = t.plain(inner, member(pointer, key)); failed != nil {
				return nil, failed
			}
		}
	case []any:
		for i, inner := range v {
			if v[i], failed = t.plain(inner, element(pointer, i)); failed != nil {
				return nil, failed
			}
		}
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, t.fail(t.lineOf(pointer), 0, "", "%s is not a number that can be used", strconv.FormatFloat(v, 'g', -1, 64))
		}
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case toml.LocalDate:
		return v.String(), nil
	case toml.LocalTime:
		return v.String(), nil
	case toml.LocalDateTime:
		return v.String(), nil
	}
	return value, nil
}

func (t *tomlReader) lineOf(pointer string) int {
	for _, l := range t.lines {
		if l.Pointer == pointer {
			return l.Line
		}
	}
	return 1
}

// tomlWords says in plain words what the TOML parser means, as yamlWords does.
var tomlWords = []struct{ library, msg, hint string }{
	{"expected '=' after key", "a key without = after it", "write key = \"value\""},
	{"strings must be quoted", "the text has no quotes", quoteText},
	{"at start of value", "a value cannot begin with this character", quoteText},
	{"expected value", "a value is missing", quoteText},
	{"expected keyword", "the text has no quotes", quoteText},
	{"array is incomplete", "a list that opens with [ is not closed", "add the missing ]"},
	{"after array value", "a comma or ] is missing in a list", "put a comma between the items"},
	{"inline table", "a table that opens with { is not closed, or its commas are wrong", "write {a = 1, b = 2}"},
	{"to close", "the name of a table is not closed", "write [name], or [[name]] for one of several"},
	{"not terminated", "a quoted text is not closed", "add the closing quotes"},
	{"unterminated", "a quoted text is not closed", "add the closing quote"},
	{"new lines", "a quoted text goes over the end of the line", `close the quote, or use """ for several lines`},
	{"escape", "an unknown escape after a backslash", "use single quotes, in which a backslash is only itself"},
	{"leading zero", "a number cannot begin with 0", "put it in quotes if it is not meant as a number"},
	{"control characters", "the line holds a control character", "remove it"},
	{"carriage return", "the line holds a stray carriage return", "remove it"},
	{"start of key", "a key cannot begin with this character", "put the key in quotes"},
	{"expected newline", "something stands after the value", "put each key on a line of its own"},
	{"already", "this is already defined above, in another way", "define each table and key once"},
	{"should be", "this is already defined above, in another way", "define each table and key once"},
}

const quoteText = "text stands in double quotes"

func (r *reader) tomlSyntax(line, column int, err error) *Error {
	for _, w := range tomlWords {
		if strings.Contains(err.Error(), w.library) {
			return r.fail(line, column, w.hint, "%s", w.msg)
		}
	}
	return r.fail(line, column, "check the quotes, brackets and numbers on this line", "this is not valid TOML")
}
