package document

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// text reads the inline content of a block as one text.
func (m *markdownReader) text(n ast.Node) Text {
	in := &inline{markdownReader: m, line: m.line(n)}
	in.inside(n)
	return in.finish()
}

// prose reads the inline content of a paragraph, each source line by itself.
func (m *markdownReader) prose(n ast.Node) []Text {
	in := &inline{markdownReader: m, line: m.line(n), split: true}
	in.inside(n)
	in.end()
	return in.texts
}

// inline gathers the text and the links of inline nodes.
type inline struct {
	*markdownReader
	split bool // texts end where source lines do

	buf   strings.Builder
	line  int // on which the text in buf begins
	links []Link
	texts []Text
}

func (in *inline) inside(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		in.node(c)
	}
}

func (in *inline) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		in.begins(n.Segment.Start)
		value := n.Segment.Value(in.source)
		in.buf.Write(readable(value))
		switch {
		case (n.SoftLineBreak() || n.HardLineBreak()) && in.split && n.Parent().Type() == ast.TypeBlock:
			in.end()
		case n.HardLineBreak():
			in.buf.WriteByte('\n')
		case n.SoftLineBreak():
			in.buf.WriteByte(' ')
		}
	case *ast.String:
		in.buf.Write(n.Value)
	case *ast.CodeSpan:
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if code, ok := c.(*ast.Text); ok {
				in.begins(code.Segment.Start)
				in.buf.Write(bytes.ReplaceAll(code.Segment.Value(in.source), []byte("\n"), []byte(" ")))
			}
		}
	case *ast.Link:
		in.link(n, string(readable(n.Destination)), false)
	case *ast.Image:
		in.link(n, string(readable(n.Destination)), true)
	case *ast.AutoLink:
		in.begins(n.Pos())
		label := string(n.Label(in.source))
		url := string(n.URL(in.source))
		if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
			url = "mailto:" + url
		}
		in.links = append(in.links, Link{Text: label, URL: url, Line: in.pos.line(n.Pos())})
		in.buf.WriteString(label)
	case *ast.RawHTML:
		if lineBreak.Match(n.Segments.Value(in.source)) {
			in.buf.WriteByte('\n')
		}
	case *extast.Strikethrough:
		in.note(in.pos.line(n.Pos()), "the text that is struck out here is not read")
	default:
		in.inside(n)
	}
}

var lineBreak = regexp.MustCompile(`(?i)\A<br\s*/?>\z`)

// begins says that the text goes on at offset; the first of a text is its place.
func (in *inline) begins(offset int) {
	if in.split && in.buf.Len() == 0 {
		in.line = in.pos.line(offset)
	}
}

func (in *inline) link(n ast.Node, url string, image bool) {
	in.begins(n.Pos())
	at, from := len(in.links), in.buf.Len()
	in.links = append(in.links, Link{URL: url, Line: in.pos.line(n.Pos()), Image: image})
	in.inside(n)
	in.links[at].Text = strings.TrimSpace(in.buf.String()[from:])
}

// end closes a text, if there is one.
func (in *inline) end() {
	if t := in.finish(); t.Text != "" || len(t.Links) > 0 {
		in.texts = append(in.texts, t)
	}
}

func (in *inline) finish() Text {
	t := Text{Text: strings.TrimSpace(in.buf.String()), Line: in.line, Links: in.links}
	if t.Links == nil {
		t.Links = []Link{}
	}
	if m := keyValue.FindStringSubmatch(t.Text); m != nil {
		t.Key, t.Value = strings.TrimSpace(m[1]), strings.TrimSpace(m[2])
	}
	in.buf.Reset()
	in.links = nil
	return t
}

// keyValue is a short name, a colon, and a space or the end. So an address
// (https://...) and a time (9:00) are not taken for keys.
var keyValue = regexp.MustCompile(`\A([^:[\n]{1,60}):(?:\s+((?s:.*)))?\z`)

// readable resolves backslash escapes and entities.
func readable(value []byte) []byte {
	if bytes.IndexByte(value, '\\') < 0 && bytes.IndexByte(value, '&') < 0 {
		return value
	}
	return util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
}
