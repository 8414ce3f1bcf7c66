package document

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// yaml reads one YAML document. Its values get pointers below pointer, and its
// lines are counted on from above (it is the head of a Markdown file).
//
// Read more strictly than the specification: a number is what JSON would write
// as a number, and everything else that is not true, false or null stays the
// text as written. So 007, 0x1F, 1_000, 2024-01-31, yes and on are text: names
// and dates do not change by being read.
//
// Refused: a second document, merge keys (<<), keys that are not text, keys
// that stand twice, all tags but !!str, NaN and infinity.
func (r *reader) yaml(text []byte, pointer string, above int) (any, *Error) {
	if failed := r.yamlLineBreaks(text, above); failed != nil {
		return nil, failed
	}
	y := &yamlReader{
		reader: r,
		above:  above,
		last:   bytes.Count(text, []byte("\n")) + 1,
		open:   map[*yaml.Node]bool{},
	}
	var first, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) {
		return nil, r.place(pointer, above+1, 1)
	}
	if err == nil {
		err = decoder.Decode(&second)
		if err == nil {
			line, _ := y.at(&second)
			return nil, r.fail(line, 0, "keep one, and remove the line --- between them", "the file holds more than one YAML document")
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, r.yamlSyntax(text, above, err)
	}
	root := first.Content[0]
	line, column := y.at(root)
	return y.value(root, pointer, line, column, 0)
}

// yamlLineBreaks refuses characters that YAML counts as line breaks and
// editors and GitHub do not: all line numbers after them would be wrong.
func (r *reader) yamlLineBreaks(text []byte, above int) *Error {
	i := bytes.IndexAny(text, "\r\u0085\u2028\u2029")
	if i < 0 {
		return nil
	}
	c, _ := utf8.DecodeRune(text[i:])
	return r.fail(above+lineOf(text, i), 0, "type a new line in its place", "the line holds an unusual line break, %U", c)
}

type yamlReader struct {
	*reader
	above int // lines above the text
	last  int // line of the text

	aliases     int // how many we are inside of
	aliasValues int
	open        map[*yaml.Node]bool // anchored nodes that we are inside of
}

// at is the place of a node in the file. The parser puts an empty value where
// the next token begins, which may be behind the end.
func (y *yamlReader) at(n *yaml.Node) (line, column int) {
	return y.above + min(max(n.Line, 1), y.last), max(n.Column, 1)
}

// value places a node at its pointer and reads it.
func (y *yamlReader) value(n *yaml.Node, pointer string, line, column, depth int) (any, *Error) {
	if failed := y.place(pointer, line, column); failed != nil {
		return nil, failed
	}
	if y.aliases > 0 {
		if y.aliasValues++; y.aliasValues > y.limits.AliasValues {
			return nil, y.fail(line, column, "write the values out",
				"the aliases (*name) of this file bring in more than %d values", y.limits.AliasValues)
		}
	}
	return y.content(n, pointer, line, column, depth)
}

func (y *yamlReader) content(n *yaml.Node, pointer string, line, column, depth int) (any, *Error) {
	if n.Style&yaml.TaggedStyle != 0 && (n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str") {
		return nil, y.fail(line, column, "remove it", "the tag %s is not allowed; the only one is !!str", shown(n.Tag))
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return y.scalar(n, line, column)
	case yaml.AliasNode:
		y.aliases++
		defer func() { y.aliases-- }()
		return y.content(n.Alias, pointer, line, column, depth)
	}

	if depth++; depth > y.limits.Depth {
		return nil, y.tooDeep(line, column)
	}
	if y.open[n] {
		return nil, y.fail(line, column, "write the values out", "the alias *%s stands inside of what it refers to", n.Anchor)
	}
	y.open[n] = true
	defer delete(y.open, n)
	if n.Kind == yaml.MappingNode {
		return y.mapping(n, pointer, depth)
	}
	return y.sequence(n, pointer, depth)
}

func (y *yamlReader) mapping(n *yaml.Node, pointer string, depth int) (any, *Error) {
	mapping, lines := make(map[string]any, len(n.Content)/2), map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, failed := y.key(n.Content[i])
		if failed != nil {
			return nil, failed
		}
		line, column := y.at(n.Content[i])
		if first, ok := lines[key]; ok {
			return nil, y.twice(line, column, key, first)
		}
		lines[key] = line
		mapping[key], failed = y.value(n.Content[i+1], member(pointer, key), line, column, depth)
		if failed != nil {
			return nil, failed
		}
	}
	return mapping, nil
}

func (y *yamlReader) key(n *yaml.Node) (string, *Error) {
	line, column := y.at(n)
	if n.Kind != yaml.ScalarNode {
		return "", y.fail(line, column, "", "a key has to be plain text, not a list, a mapping or an alias")
	}
	if n.ShortTag() == "!!merge" {
		return "", y.fail(line, column, "write the keys out", "the merge key << is not supported")
	}
	key, failed := y.content(n, "", line, column, 0)
	if failed != nil {
		return "", failed
	}
	text, ok := key.(string)
	if !ok {
		return "", y.fail(line, column, "put it in quotes", "the key %s would be read as %s, but a key has to be text", shown(n.Value), kindOf(key))
	}
	return text, nil
}

func (y *yamlReader) sequence(n *yaml.Node, pointer string, depth int) (any, *Error) {
	list := make([]any, 0, len(n.Content))
	for i, item := range n.Content {
		line, column := y.at(item)
		value, failed := y.value(item, element(pointer, i), line, column, depth)
		if failed != nil {
			return nil, failed
		}
		list = append(list, value)
	}
	return list, nil
}

func (y *yamlReader) scalar(n *yaml.Node, line, column int) (any, *Error) {
	switch tag := n.ShortTag(); tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return n.Value[0] == 't' || n.Value[0] == 'T', nil
	case "!!int", "!!float":
		if !number.MatchString(n.Value) {
			if notFinite(n.Value) {
				return nil, y.fail(line, column, quoteIt, "%s is not a number that can be used", n.Value)
			}
			return n.Value, nil
		}
		value, wrong := numberOf(n.Value)
		if wrong != "" {
			return nil, y.fail(line, column, quoteIt, "%s", wrong)
		}
		return value, nil
	default: // !!str, !!timestamp, and << as a value
		return n.Value, nil
	}
}

func notFinite(text string) bool {
	return strings.HasSuffix(strings.ToLower(text), ".inf") || strings.EqualFold(text, ".nan")
}
