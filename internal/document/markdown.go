package document

import (
	"bytes"
	"encoding/json"
	"regexp"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads GitHub's dialect of Markdown, with YAML front matter. Almost
// every text is Markdown, so only limits and front matter can be errors.
func (r *reader) markdown(source []byte) (*Page, any, *Error) {
	m := &markdownReader{reader: r, source: source, pos: newPositions(source), page: &Page{}}
	if failed := r.place("", 1, 1); failed != nil {
		return nil, nil, failed
	}
	body, failed := m.frontMatter()
	if failed != nil {
		return nil, nil, failed
	}
	if failed := m.bearable(body); failed != nil {
		return nil, nil, failed
	}
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Linkify, extension.Strikethrough))
	m.begin(0, Text{Links: []Link{}})
	m.blocks(md.Parser().Parse(text.NewReader(body)), 0, true)
	if failed := m.page.places(r); failed != nil {
		return nil, nil, failed
	}
	value, failed := m.page.plain()
	return m.page, value, failed
}

type markdownReader struct {
	*reader
	source []byte
	pos    *positions
	page   *Page
	within []Section // the last heading and those around it, outermost first
}

// frontMatter reads the YAML head of the file, if there is one, and returns
// the file with the head blanked, so that all offsets stay.
// https://docs.github.com/contributing/writing-for-github-docs/using-yaml-frontmatter
func (m *markdownReader) frontMatter() ([]byte, *Error) {
	head := frontMatter.FindSubmatchIndex(m.source)
	if head == nil {
		return m.source, nil
	}
	yaml := &reader{path: m.path, limits: m.limits}
	value, failed := yaml.yaml(m.source[head[2]:head[3]], "/front_matter", 1)
	if failed != nil {
		return nil, failed
	}
	front, ok := value.(map[string]any)
	if !ok {
		return m.source, nil // text between two rulers
	}
	m.page.FrontMatter = front
	m.lines = append(m.lines, yaml.lines...)
	m.values += yaml.values
	m.pointerBytes += yaml.pointerBytes

	body := bytes.Clone(m.source)
	for i := range body[:head[1]] {
		if body[i] != '\n' {
			body[i] = ' '
		}
	}
	return body, nil
}

var frontMatter = regexp.MustCompile(`\A---[ \t]*\n((?s:.*?\n)??)---[ \t]*(?:\n|\z)`)

// maxMarkdownWork bounds the squares of the numbers that the parser's time
// grows with: unpaired marks in one paragraph, and link definitions in one
// block. At the bound it takes about a second.
const maxMarkdownWork = 250_000_000

// bearable refuses text that would keep the parser busy for minutes: 1 MiB of
// "> > > >" or "*a_*a_" does. Blocks are parsed alone first, which is cheap
// once the containers that begin on one line are bounded, and shows which marks
// the inline parser would see together.
func (m *markdownReader) bearable(body []byte) *Error {
	work, definitions, line := 0, 0, 0
	for rest := range bytes.Lines(body) {
		line++
		if containers(rest) > m.limits.Depth {
			return m.tooDeep(line, 0)
		}
		rest = bytes.TrimLeft(rest, " \t>")
		switch {
		case len(bytes.TrimSpace(rest)) == 0:
			definitions = 0
		case rest[0] == '[':
			work += 2*definitions + 1 // the next square less this one
			definitions++
		}
		if work > maxMarkdownWork {
			return m.tooDense(line)
		}
	}
	blocks := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200))...),
	).Parse(text.NewReader(body))
	return m.bearableBlock(blocks, body, &work, 0)
}

func (m *markdownReader) bearableBlock(n ast.Node, body []byte, work *int, depth int) *Error {
	if depth > 2*m.limits.Depth { // a list level is a list and an item
		return m.tooDeep(m.line(n), 0)
	}
	if lines := n.Lines(); lines != nil && !n.IsRaw() {
		marks := 0
		for _, s := range lines.Sliced(0, lines.Len()) {
			for _, c := range s.Value(body) {
				if bytes.IndexByte([]byte("*_~[]()<`!"), c) >= 0 {
					marks++
				}
			}
		}
		if *work += marks * marks; *work > maxMarkdownWork {
			return m.tooDense(m.line(n))
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() != ast.TypeBlock {
			continue
		}
		if failed := m.bearableBlock(c, body, work, depth+1); failed != nil {
			return failed
		}
	}
	return nil
}

func (m *markdownReader) tooDense(line int) *Error {
	return m.fail(line, 0, "divide it with empty lines", "a paragraph holds too many brackets, asterisks or underscores")
}

// containers counts the quotes and list items that begin at the head of a line.
func containers(line []byte) int {
	count := 0
	for {
		line = bytes.TrimLeft(line, " \t")
		mark := container.Find(line)
		if mark == nil {
			return count
		}
		line = line[len(mark):]
		count++
	}
}

var container = regexp.MustCompile(`\A(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|\n|\z))`)

// line is the line on which a node begins.
func (m *markdownReader) line(n ast.Node) int { return m.pos.line(n.Pos()) }

func (m *markdownReader) section() *Section { return &m.page.Sections[len(m.page.Sections)-1] }

// begin opens a section.
func (m *markdownReader) begin(level int, heading Text) {
	for len(m.within) > 0 && m.within[len(m.within)-1].Level >= level {
		m.within = m.within[:len(m.within)-1]
	}
	s := Section{Level: level, Heading: heading, Within: []string{}, Prose: []Text{}, Items: []Item{}, Tables: []Table{}}
	for _, outer := range m.within {
		s.Within = append(s.Within, outer.Heading.Text)
	}
	m.page.Sections = append(m.page.Sections, s)
	if level > 0 {
		m.within = append(m.within, s)
	}
}

// blocks reads the blocks inside of n, which stands in lists of that level.
// Only a heading outside of everything begins a section.
func (m *markdownReader) blocks(n ast.Node, level int, outside bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			if outside {
				m.begin(c.Level, m.text(c))
			} else {
				m.section().Prose = append(m.section().Prose, m.text(c))
			}
		case *ast.Paragraph, *ast.TextBlock:
			m.section().Prose = append(m.section().Prose, m.prose(c)...)
		case *ast.List:
			for item := c.FirstChild(); item != nil; item = item.NextSibling() {
				m.item(item, c.IsOrdered(), level+1)
			}
		case *extast.Table:
			m.section().Tables = append(m.section().Tables, m.table(c))
		case *ast.HTMLBlock:
			html := c.Lines().Value(m.source)
			if c.HasClosure() {
				html = append(html, c.ClosureLine.Value(m.source)...)
			}
			if len(bytes.TrimSpace(comment.ReplaceAll(html, nil))) > 0 {
				m.note(m.line(c), "the HTML that begins here is not read")
			}
		case *ast.Blockquote:
			m.note(m.line(c), "the quote that begins here is not read")
		}
	}
}

var comment = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)

// item reads a list item: its first paragraph is its text, the rest of it
// follows in the section.
func (m *markdownReader) item(n ast.Node, ordered bool, level int) {
	item := Item{Text: Text{Line: m.line(n), Links: []Link{}}, Level: level, Ordered: ordered}
	if first := n.FirstChild(); first != nil && (first.Kind() == ast.KindParagraph || first.Kind() == ast.KindTextBlock) {
		item.Text = m.text(first)
		n.RemoveChild(n, first)
	}
	m.section().Items = append(m.section().Items, item)
	m.blocks(n, level, false)
}

func (m *markdownReader) table(n *extast.Table) Table {
	t := Table{Line: m.line(n), Header: []Text{}, Rows: []Row{}}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		cells := []Text{}
		for cell := c.FirstChild(); cell != nil; cell = cell.NextSibling() {
			text := m.text(cell)
			text.Line = m.line(c) // an empty cell has no place of its own
			cells = append(cells, text)
		}
		if c.Kind() == extast.KindTableHeader {
			t.Header = cells
		} else {
			t.Rows = append(t.Rows, Row{Line: m.line(c), Cells: cells})
		}
	}
	return t
}

// plain is the page as Document.Value gives it.
func (p *Page) plain() (any, *Error) {
	data, err := json.Marshal(p)
	if err != nil {
		return nil, &Error{Line: 1, Msg: unreadable, Hint: unreadableHint}
	}
	// Our own data, read without limits to numbers of values: they were counted.
	free := &reader{limits: Limits{Values: len(data), Depth: len(data)}}
	return free.json(data)
}
