package document

import (
	"bytes"
	"slices"
)

// Part is one of the documents of a file.
type Part struct {
	Value any
	Line  int // where it begins, from 1
}

// ReadSeveral parses a file that may hold several YAML documents, or one of another format. An empty
// document between two lines of "---" is none. All of them together keep the limits of one file. An
// error is always an [*Error].
func ReadSeveral(path string, format Format, data []byte) ([]Part, error) {
	if format != YAML {
		doc, err := Read(path, format, data)
		if err != nil {
			return nil, err
		}
		return []Part{{Value: doc.Value, Line: 1}}, nil
	}
	limits := DefaultLimits(format)
	if len(data) > limits.Bytes {
		_, err := Read(path, format, data) // says so
		return nil, err
	}
	var parts []Part
	lines := bytes.SplitAfter(data, []byte("\n"))
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && !separates(lines[to]) {
			to++
		}
		// The lines above are left empty, so that every line keeps its number.
		text := slices.Concat(bytes.Repeat([]byte("\n"), from), bytes.Join(lines[from:to], nil))
		doc, err := ReadWithin(path, format, text, limits)
		if err != nil {
			return nil, err
		}
		limits.Values -= len(doc.Lines)
		if doc.Value != nil {
			parts = append(parts, Part{Value: doc.Value, Line: doc.Line("")})
		}
		from = to
	}
	return parts, nil
}

// separates reports whether a line ends one YAML document and begins the next. Inside of a text block such
// a line cannot stand: it would have to be indented.
func separates(line []byte) bool {
	rest, found := bytes.CutPrefix(line, []byte("---"))
	return found && (len(bytes.TrimSpace(rest)) == 0 || rest[0] == ' ' || rest[0] == '\t')
}
