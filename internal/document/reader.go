package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reader is what the readers of all formats share: the limits, and what has
// been found so far.
type reader struct {
	path   string
	limits Limits

	lines        []Line
	values       int
	pointerBytes int
	notes        []Note
}

func (r *reader) fail(line, column int, hint, format string, args ...any) *Error {
	return &Error{Path: r.path, Line: line, Column: column, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func (r *reader) note(line int, format string, args ...any) {
	if len(r.notes) < maxNotes {
		r.notes = append(r.notes, Note{Line: line, Msg: fmt.Sprintf(format, args...)})
	}
}

// place records where a value stands and counts it against the limits.
func (r *reader) place(pointer string, line, column int) *Error {
	if failed := r.count(line, 1); failed != nil {
		return failed
	}
	r.pointerBytes += len(pointer)
	if r.pointerBytes > maxPointerBytes {
		return r.fail(line, 0, "use shorter keys, or fewer levels", "the keys of this file are too long for the many values under them")
	}
	r.lines = append(r.lines, Line{Pointer: pointer, Line: line, Column: column})
	return nil
}

func (r *reader) count(line, values int) *Error {
	r.values += values
	if r.values > r.limits.Values {
		return r.fail(line, 0, "split the file", "the file holds more than %d values", r.limits.Values)
	}
	return nil
}

func (r *reader) tooDeep(line, column int) *Error {
	return r.fail(line, column, "", "the nesting is deeper than %d levels", r.limits.Depth)
}

func (r *reader) twice(line, column int, key string, first int) *Error {
	return r.fail(line, column, "remove one of the two", "the key %s stands twice, first on line %d", shown(key), first)
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// member is the pointer of a member of the mapping at pointer.
func member(pointer, key string) string { return pointer + "/" + pointerEscaper.Replace(key) }

// element is the pointer of an element of the list at pointer.
func element(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// positions tells line and column of byte offsets in a text.
type positions struct {
	text   []byte
	starts []int // of each line

	// The column last asked for, so that asking from left to right along one
	// very long line counts each character once.
	lastLine, lastOffset, lastColumn int
}

func newPositions(text []byte) *positions {
	p := &positions{text: text, starts: []int{0}}
	for i, c := range text {
		if c == '\n' {
			p.starts = append(p.starts, i+1)
		}
	}
	return p
}

// at returns line and column, both from 1, of an offset. An offset outside the
// text is moved to its nearer end.
func (p *positions) at(offset int) (line, column int) {
	offset = min(max(offset, 0), len(p.text))
	i, found := slices.BinarySearch(p.starts, offset)
	if !found {
		i--
	}
	line = i + 1
	from, column := p.starts[i], 1
	if line == p.lastLine && offset >= p.lastOffset {
		from, column = p.lastOffset, p.lastColumn
	}
	column += utf8.RuneCount(p.text[from:offset])
	p.lastLine, p.lastOffset, p.lastColumn = line, offset, column
	return line, column
}

func (p *positions) line(offset int) int {
	line, _ := p.at(offset)
	return line
}
