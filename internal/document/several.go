package document

import "bytes"

// Part is one of the documents of a file.
type Part struct {
	Value any
	Line  int // where it begins, from 1
}

// MaxDocuments is how many documents a file can hold, the empty ones included.
const MaxDocuments = 1000

// ReadSeveral parses a file that may hold several YAML documents, or one document of another format. An
// empty document is none. All of them together keep the limits of one file. An error is always an
// [*Error].
func ReadSeveral(path string, format Format, data []byte) (parts []Part, err error) {
	if format != YAML {
		doc, err := Read(path, format, data)
		if err != nil {
			return nil, err
		}
		return []Part{{Value: doc.Value, Line: 1}}, nil
	}
	r := &reader{path: path, limits: DefaultLimits(format)}
	defer func() {
		if recover() != nil { // as in ReadWithin
			parts, err = nil, r.fail(1, 0, unreadableHint, unreadable)
		}
	}()
	text, failed := r.clean(data)
	if failed != nil {
		return nil, failed
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for n, from := 0, 0; from < len(lines); n++ {
		if n > MaxDocuments { // the first can be what stands above the first "---"
			return nil, r.fail(from+1, 0, "split the file", "the file holds more than %d YAML documents", MaxDocuments)
		}
		to := from + 1
		for to < len(lines) && !separates(lines[to]) {
			to++
		}
		known := len(r.lines)
		value, failed := r.yaml(bytes.Join(lines[from:to], nil), "", from)
		if failed != nil {
			return nil, failed
		}
		if value != nil {
			parts = append(parts, Part{Value: value, Line: r.lines[known].Line})
		}
		from = to
	}
	return parts, nil
}

// separates reports whether a line begins another YAML document. Inside of a text it would be indented.
func separates(line []byte) bool {
	rest, found := bytes.CutPrefix(line, []byte("---"))
	return found && (len(bytes.TrimSpace(rest)) == 0 || rest[0] == ' ' || rest[0] == '\t')
}
