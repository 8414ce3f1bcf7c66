package document

// Page is what a Markdown file states, heading by heading, as it would read on
// the page: without marks of emphasis and code, with links beside the text. All
// lists are present, if empty.
//
// Left out, because the file does not state it in its own voice: code blocks,
// quotes, HTML and its comments, and text that is struck out. A note tells
// where a quote, HTML other than comments, or struck-out text was.
type Page struct {
	// FrontMatter is the YAML mapping between --- lines at the head of the
	// file, or nil.
	FrontMatter map[string]any `json:"front_matter"`
	// Sections has at least one element: what stands before the first heading.
	Sections []Section `json:"sections"`
}

// Section is a heading and what follows it up to the next heading of any level.
type Section struct {
	Level   int      `json:"level"`   // 1 to 6; 0 before the first heading
	Heading Text     `json:"heading"` // empty before the first heading
	Within  []string `json:"within"`  // enclosing headings, outermost first

	Prose  []Text  `json:"prose"` // the lines of its paragraphs, each by itself
	Items  []Item  `json:"items"` // of all its lists, in order
	Tables []Table `json:"tables"`
}

// Text is a run of text in one place.
type Text struct {
	Text string `json:"text"` // lines are joined with a space; a hard break is "\n"
	Line int    `json:"line"`

	// Key and Value are set if the text reads "Key: value", whatever is bold in
	// it. The value may be empty.
	Key   string `json:"key"`
	Value string `json:"value"`

	Links []Link `json:"links"`
}

// Item is one item of a list, without the items inside it, which follow it
// with a higher level.
type Item struct {
	Text
	Level   int  `json:"level"` // 1 for an item of an outermost list
	Ordered bool `json:"ordered"`
}

// Table is a table as GitHub writes them. Every row has as many cells as the
// header: missing ones are empty and further ones are dropped, as on GitHub.
type Table struct {
	Line   int    `json:"line"`
	Header []Text `json:"header"`
	Rows   []Row  `json:"rows"`
}

// Row is one row of a table after the header.
type Row struct {
	Line  int    `json:"line"`
	Cells []Text `json:"cells"`
}

// Link is a link, a reference link, an address written out, or an image.
type Link struct {
	Text  string `json:"text"`
	URL   string `json:"url"` // as written; mailto: before an e-mail address
	Line  int    `json:"line"`
	Image bool   `json:"image"`
}

// places records where everything on the page stands.
func (p *Page) places(r *reader) *Error {
	for i := range p.Sections {
		s, at := &p.Sections[i], element("/sections", i)
		line := max(s.Heading.Line, 1)
		if failed := r.place(at, line, 1); failed != nil {
			return failed
		}
		if failed := s.Heading.places(r, at+"/heading"); failed != nil {
			return failed
		}
		for j := range s.Prose {
			if failed := s.Prose[j].places(r, element(at+"/prose", j)); failed != nil {
				return failed
			}
		}
		for j := range s.Items {
			if failed := s.Items[j].places(r, element(at+"/items", j)); failed != nil {
				return failed
			}
		}
		for j := range s.Tables {
			if failed := s.Tables[j].places(r, element(at+"/tables", j)); failed != nil {
				return failed
			}
		}
	}
	return nil
}

func (t *Table) places(r *reader, at string) *Error {
	if failed := r.place(at, t.Line, 1); failed != nil {
		return failed
	}
	for i := range t.Header {
		if failed := t.Header[i].places(r, element(at+"/header", i)); failed != nil {
			return failed
		}
	}
	for i := range t.Rows {
		row, rowAt := &t.Rows[i], element(at+"/rows", i)
		if failed := r.place(rowAt, row.Line, 1); failed != nil {
			return failed
		}
		for j := range row.Cells {
			if failed := row.Cells[j].places(r, element(rowAt+"/cells", j)); failed != nil {
				return failed
			}
		}
	}
	return nil
}

func (t *Text) places(r *reader, at string) *Error {
	if failed := r.place(at, max(t.Line, 1), 1); failed != nil {
		return failed
	}
	for i := range t.Links {
		if failed := r.place(element(at+"/links", i), t.Links[i].Line, 1); failed != nil {
			return failed
		}
	}
	return nil
}
