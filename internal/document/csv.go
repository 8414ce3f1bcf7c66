package document

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
)

// Records is the content of a CSV file. The first record is the header,
// whatever it says.
type Records struct {
	Header []string
	Rows   []Record
}

// Record is one row after the header. It may have fewer or more cells than the
// header; a note says so.
type Record struct {
	Line  int // on which the row begins
	Cells []string
}

// csv reads comma-separated values as RFC 4180 writes them. Empty lines are
// skipped, and rows may be ragged. A quote in the wrong place is an error: read
// leniently, it could swallow the rest of the file into one cell.
func (r *reader) csv(text []byte) (*Records, *Error) {
	if failed := r.place("", 1, 1); failed != nil {
		return nil, failed
	}
	c := csv.NewReader(bytes.NewReader(text))
	c.FieldsPerRecord = -1
	records := &Records{}
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, r.csvSyntax(err)
		}
		line, _ := c.FieldPos(0)
		if failed := r.count(line, len(cells)); failed != nil {
			return nil, failed
		}
		if records.Header == nil {
			records.Header = cells
			r.noteRepeated(line, cells)
			if failed := r.place("/header", line, 1); failed != nil {
				return nil, failed
			}
			continue
		}
		if len(cells) != len(records.Header) {
			r.note(line, "the row has %d cells, the header has %d", len(cells), len(records.Header))
		}
		if failed := r.place(element("/rows", len(records.Rows)), line, 1); failed != nil {
			return nil, failed
		}
		records.Rows = append(records.Rows, Record{Line: line, Cells: cells})
	}
	if records.Header == nil {
		return nil, r.fail(1, 0, "the first line names the columns", "the file is empty")
	}
	return records, nil
}

func (r *reader) noteRepeated(line int, header []string) {
	seen := map[string]bool{}
	for _, name := range header {
		if name != "" && seen[name] {
			r.note(line, "two columns are named %s", shown(name))
		}
		seen[name] = true
	}
}

func (r *reader) csvSyntax(err error) *Error {
	var failure *csv.ParseError
	if !errors.As(err, &failure) {
		return r.fail(1, 0, "", "this is not valid CSV")
	}
	switch {
	case errors.Is(failure.Err, csv.ErrBareQuote):
		return r.fail(failure.Line, failure.Column, `write the whole cell in quotes, and "" for a quote inside it`, "a quote stands in the middle of a cell")
	case failure.Line > failure.StartLine:
		return r.fail(failure.StartLine, 0, "add the closing quote", "a quoted cell that begins in this row is not closed, or closed wrongly on line %d", failure.Line)
	default:
		return r.fail(failure.Line, failure.Column, `a quoted cell ends with " and a comma; write "" for a quote inside it`, "a quoted cell is not closed, or text follows its closing quote")
	}
}

// plain is the content as Document.Value gives it; nil stays nil.
func (c *Records) plain() any {
	if c == nil {
		return nil
	}
	rows := make([]any, len(c.Rows))
	for i, row := range c.Rows {
		rows[i] = plainList(row.Cells)
	}
	return map[string]any{"header": plainList(c.Header), "rows": rows}
}

func plainList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}
