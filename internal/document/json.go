package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
)

// json reads one JSON value (RFC 8259) that fills the whole text.
func (r *reader) json(text []byte) (any, *Error) {
	pos := newPositions(text)
	if offset := tooDeepAt(text, r.limits.Depth); offset >= 0 {
		return nil, r.tooDeep(pos.at(offset))
	}
	// A check of the whole first: it tells the offset of a fault exactly, which
	// the decoder below, fed token by token, does not.
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, r.jsonSyntax(text, pos, err)
	}
	j := &jsonReader{reader: r, text: text, pos: pos, decoder: json.NewDecoder(bytes.NewReader(text))}
	j.decoder.UseNumber()
	return j.value("", j.next())
}

// tooDeepAt returns where brackets are nested deeper than depth, or -1.
func tooDeepAt(text []byte, depth int) int {
	open, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if open++; open > depth {
				return i
			}
		case c == ']' || c == '}':
			open--
		}
	}
	return -1
}

func (r *reader) jsonSyntax(text []byte, pos *positions, err error) *Error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || len(bytes.TrimSpace(text)) == 0 {
		return r.fail(1, 0, "", "the file is empty")
	}
	at := int(syntax.Offset) - 1
	line, column := pos.at(at)
	if int(syntax.Offset) >= len(text) && unfinished(text) {
		return r.fail(line, 0, "a closing bracket, brace or quote is missing", "the file ends in the middle of a value")
	}
	before := bytes.TrimRight(text[:at], " \t\r\n")
	switch c := text[at]; {
	case (c == '}' || c == ']') && bytes.HasSuffix(before, []byte(",")):
		return r.fail(line, column, "remove the comma", "a comma stands before the closing %q, where JSON allows none", c)
	case c == '/' || c == '#':
		return r.fail(line, column, "remove the comment", "JSON has no comments")
	case c == '\'':
		return r.fail(line, column, `use " instead of '`, "text in JSON stands in double quotes")
	case c == '\n' || c == '\t' || c < ' ':
		return r.fail(line, column, `write \n for a new line and \t for a tab`, "a quoted text goes over the end of the line, or holds a tab or control character")
	default:
		rest := []rune(string(text[at:min(at+4, len(text))]))
		return r.fail(line, column, "look for a missing comma, colon or quote just before", "this is not valid JSON at %q", rest[0])
	}
}

// unfinished reports whether text could become valid by adding to its end.
func unfinished(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	var whole json.RawMessage
	return errors.Is(d.Decode(&whole), io.ErrUnexpectedEOF)
}

type jsonReader struct {
	*reader
	text    []byte
	pos     *positions
	decoder *json.Decoder
}

// next is the offset at which the next token begins.
func (j *jsonReader) next() int {
	offset := int(j.decoder.InputOffset())
	for offset < len(j.text) && bytes.IndexByte([]byte(" \t\r\n,:"), j.text[offset]) >= 0 {
		offset++
	}
	return offset
}

// value reads the next value, which stands at offset.
func (j *jsonReader) value(pointer string, offset int) (any, *Error) {
	line, column := j.pos.at(offset)
	if failed := j.place(pointer, line, column); failed != nil {
		return nil, failed
	}
	token, err := j.decoder.Token()
	if err != nil {
		return nil, j.fail(line, column, "", "this is not valid JSON")
	}
	switch token {
	case json.Delim('{'):
		return j.object(pointer)
	case json.Delim('['):
		return j.array(pointer)
	}
	if digits, ok := token.(json.Number); ok {
		number, wrong := numberOf(digits.String())
		if wrong != "" {
			return nil, j.fail(line, column, quoteIt, "%s", wrong)
		}
		return number, nil
	}
	return token, nil
}

func (j *jsonReader) object(pointer string) (any, *Error) {
	object, lines := map[string]any{}, map[string]int{}
	for j.decoder.More() {
		offset := j.next()
		line, column := j.pos.at(offset)
		token, err := j.decoder.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, j.fail(line, column, "", "this is not valid JSON")
		}
		if first, ok := lines[key]; ok {
			return nil, j.twice(line, column, key, first)
		}
		lines[key] = line
		value, failed := j.value(member(pointer, key), offset)
		if failed != nil {
			return nil, failed
		}
		object[key] = value
	}
	return object, j.close()
}

func (j *jsonReader) array(pointer string) (any, *Error) {
	array := []any{}
	for j.decoder.More() {
		value, failed := j.value(element(pointer, len(array)), j.next())
		if failed != nil {
			return nil, failed
		}
		array = append(array, value)
	}
	return array, j.close()
}

func (j *jsonReader) close() *Error {
	if _, err := j.decoder.Token(); err != nil {
		line, column := j.pos.at(j.next())
		return j.fail(line, column, "", "this is not valid JSON")
	}
	return nil
}

var (
	integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	number  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

const quoteIt = "if it is not meant as a number, put it in quotes"

// numberOf reads a number as JSON writes it: int64 if it is written as an
// integer, else float64. It says what is wrong if the number does not fit.
func numberOf(text string) (value any, wrong string) {
	if integer.MatchString(text) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "the number is too large to be kept exactly"
		}
		return n, ""
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, "the number is too large"
	}
	return f, ""
}
