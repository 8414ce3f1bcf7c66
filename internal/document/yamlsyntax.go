package document

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yamlWords says in plain words what the YAML parser means. The first entry
// whose library text is contained in the error is taken.
var yamlWords = []struct{ library, msg, hint string }{
	{
		"mapping values are not allowed", "a colon stands where no new key can begin",
		"check the indentation; text that contains a colon and a space needs quotes",
	},
	{
		"cannot start any token", "a value cannot begin with this character",
		"indent with spaces, not tabs; text that begins with @, ` or % needs quotes",
	},
	{"found a tab character", "the line is indented with a tab", "indent with spaces"},
	{"end of stream", "a quoted text is not closed", "add the closing quote, here or above"},
	{"expected ',' or ']'", "a list that opens with [ is not closed, or lacks a comma", "add the missing ] or comma"},
	{"expected ',' or '}'", "a mapping that opens with { is not closed, or lacks a comma", "add the missing } or comma"},
	{"could not find expected ':'", "a key without a colon after it", "write key: value, with a space after the colon"},
	{"unknown escape character", "an unknown escape after a backslash", "use single quotes, in which a backslash is only itself"},
	{"did not find expected key", "the line does not fit the lines above it", indentAlike},
	{"expected '-' indicator", "the line does not fit the list above it", indentAlike},
	{"block sequence entries are not allowed", "a list cannot begin here", "begin the list on a line of its own, below its key"},
	{"expected alphabetic or numeric character", "a name is missing after & or *", "text that begins with & or * needs quotes"},
	{"control characters are not allowed", "the file holds a control character", "remove it"},
	{"expected node content", "a value is missing, or a bracket is not closed", "put text that contains brackets or commas in quotes"},
	{"exceeded max depth", "the nesting is too deep", ""},
	{"directive", "a line that begins with % is not understood", "remove the line, or put the text in quotes"},
	{"tag", "a tag (!) that is not understood", "text that begins with ! needs quotes"},
}

const indentAlike = "lines that belong together need the same indentation"

var (
	yamlErrorLine = regexp.MustCompile(`line ([0-9]+): `)
	yamlAnchor    = regexp.MustCompile(`unknown anchor '(.*)' referenced`)
)

// yamlSyntax puts an error of the YAML parser in plain words.
func (r *reader) yamlSyntax(text []byte, above int, err error) *Error {
	line := 1
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	if m := yamlAnchor.FindStringSubmatch(err.Error()); m != nil {
		if i := bytes.Index(text, []byte("*"+m[1])); i >= 0 {
			line = lineOf(text, i)
		}
		return r.fail(above+line, 0, "text that begins with * needs quotes", "the alias *%s refers to nothing above it", m[1])
	}
	if i := bytes.IndexFunc(text, isControl); i >= 0 && strings.Contains(err.Error(), "control characters") {
		line = lineOf(text, i)
	}
	if strings.Contains(err.Error(), "did not find expected") {
		line = yamlFailingLine(text, line)
	}
	line = min(line, bytes.Count(text, []byte("\n"))+1)
	for _, w := range yamlWords {
		if strings.Contains(err.Error(), w.library) {
			return r.fail(above+line, 0, w.hint, "%s", w.msg)
		}
	}
	return r.fail(above+line, 0, "check the indentation, quotes and brackets here and just above", "this is not valid YAML")
}

// yamlFailingLine finds the line at which the text ceases to be readable. For
// errors of structure the parser tells only where the surrounding mapping or
// list begins, which can be hundreds of lines earlier.
func yamlFailingLine(text []byte, from int) int {
	lines := bytes.SplitAfter(text, []byte("\n"))
	readable, failing := max(from-1, 0), len(lines)
	for readable+1 < failing {
		middle := (readable + failing) / 2
		var n yaml.Node
		if yaml.Unmarshal(bytes.Join(lines[:middle], nil), &n) == nil {
			readable = middle
		} else {
			failing = middle
		}
	}
	return failing
}

// isControl reports the characters that YAML forbids, section 5.1.
func isControl(c rune) bool {
	return c < ' ' && c != '\t' && c != '\n' || 0x7F <= c && c < 0xA0 && c != 0x85 ||
		0xFFFE <= c && c <= 0xFFFF
}
