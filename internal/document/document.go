// Package document turns the bytes of a file into a plain value and the line
// of every value in it, for YAML, JSON, TOML, CSV and Markdown.
//
// It is the only door to the libraries that parse these formats, and the only
// place that holds size, depth and alias limits: what comes out of [Read] is
// small enough to walk. Files come from strangers, and the readers of our
// errors are people who edit files on a web page: an error names file and line
// and says in plain words what is wrong; no text of Go or of a library reaches
// them.
//
// It must not know what a file means. It does no I/O and imports nothing of
// ours.
package document

import (
	"path"
	"slices"
	"strings"
)

// Format is how the bytes of a file are to be read.
type Format string

// The formats that [Read] knows.
const (
	YAML     Format = "yaml"
	JSON     Format = "json"
	TOML     Format = "toml"
	CSV      Format = "csv"
	Markdown Format = "markdown"
)

var formatOfExtension = map[string]Format{
	".yml":      YAML,
	".yaml":     YAML,
	".json":     JSON,
	".toml":     TOML,
	".csv":      CSV,
	".md":       Markdown,
	".markdown": Markdown,
}

// FormatOf tells the format from the extension of a file name, in any case.
// It is "", false when the extension says nothing.
func FormatOf(file string) (Format, bool) {
	f, ok := formatOfExtension[strings.ToLower(path.Ext(file))]
	return f, ok
}

// Document is one file that has been read. It is made by [Read] and not
// changed afterwards, so it may be shared.
type Document struct {
	Path   string
	Format Format

	// Value is the content as map[string]any, []any, string, bool, int64,
	// float64 or nil. For CSV it is {"header": [...], "rows": [[...], ...]};
	// for Markdown it is Page, as plain data under the names of its json tags.
	Value any

	// Lines tells where the values stand, in the order in which they were met
	// in the file. A member of a mapping stands where its key stands, an
	// element of a list where it begins; what an alias brings in stands where
	// it was written. CSV has one entry for each row, Markdown one for each
	// heading, paragraph line, list item, table row, table cell and link.
	Lines []Line

	// Notes are things that a person should look at but that did not stop the
	// reading, in the order of the file.
	Notes []Note

	// Records is the content of a CSV file, else nil.
	Records *Records
	// Page is the content of a Markdown file, else nil.
	Page *Page

	lineOf map[string]int
}

// Line is the place of one value.
type Line struct {
	Pointer string // RFC 6901; "" is the whole document
	Line    int    // counted from 1
	Column  int    // counted from 1, in characters
}

// Note is something to look at.
type Note struct {
	Line int
	Msg  string
}

// Line returns the line of the value at an RFC 6901 pointer, or of the nearest
// enclosing value whose line is known, or 1.
func (d *Document) Line(pointer string) int {
	for {
		if line, ok := d.lineOf[pointer]; ok {
			return line
		}
		cut := strings.LastIndexByte(pointer, '/')
		if cut < 0 {
			return 1
		}
		pointer = pointer[:cut]
	}
}

// Read parses data, the content of the file at path, within the
// [DefaultLimits] of the format. An error is always an [*Error].
func Read(path string, format Format, data []byte) (*Document, error) {
	return ReadWithin(path, format, data, DefaultLimits(format))
}

// ReadWithin is [Read] with other limits.
func ReadWithin(path string, format Format, data []byte, limits Limits) (doc *Document, err error) {
	r := &reader{path: path, limits: limits}
	doc = &Document{Path: path, Format: format}

	// The parsers are not ours and the bytes are a stranger's: a panic in one
	// of them is one unreadable file, not the end of the process.
	defer func() {
		if recover() != nil {
			doc, err = nil, r.fail(1, 0, unreadableHint, unreadable)
		}
	}()

	text, failed := r.clean(data)
	if failed != nil {
		return nil, failed
	}
	switch format {
	case YAML:
		doc.Value, failed = r.yaml(text, "", 0)
	case JSON:
		doc.Value, failed = r.json(text)
	case TOML:
		doc.Value, failed = r.toml(text)
	case CSV:
		doc.Records, failed = r.csv(text)
		doc.Value = doc.Records.plain()
	case Markdown:
		doc.Page, doc.Value, failed = r.markdown(text)
	default:
		failed = r.fail(1, 0, "the formats are yaml, json, toml, csv and markdown", "%q is not a format", format)
	}
	if failed != nil {
		return nil, failed
	}

	slices.SortStableFunc(r.notes, func(a, b Note) int { return a.Line - b.Line })
	doc.Lines, doc.Notes = r.lines, r.notes
	doc.lineOf = make(map[string]int, len(r.lines))
	for _, l := range r.lines {
		doc.lineOf[l.Pointer] = l.Line
	}
	return doc, nil
}

const (
	unreadable     = "the file could not be read"
	unreadableHint = "this is a fault of the reader, not of the file; please report it with the file"
)
