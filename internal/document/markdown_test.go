package document

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func readPage(t *testing.T, text string) *Document {
	t.Helper()
	doc, err := Read("f.md", Markdown, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	text := func(line int, text string, links ...Link) Text { return Text{Text: text, Line: line, Links: links} }
	pair := func(line int, key, value string) Text {
		return Text{Text: strings.TrimSpace(key + ": " + value), Line: line, Key: key, Value: value}
	}
	tests := []struct {
		name string
		text string
		want []Section
	}{
		{
			"table", "# People\n\n| Name | GitHub |\n|---|---|\n| Alice<br/>A. | [alice](https://github.example/alice) |\n| `bob` \\| b |\n",
			[]Section{{}, {Level: 1, Heading: text(1, "People"), Tables: []Table{{
				Line:   3,
				Header: []Text{text(3, "Name"), text(3, "GitHub")},
				Rows: []Row{
					{Line: 5, Cells: []Text{text(5, "Alice\nA."), text(5, "alice", Link{Text: "alice", URL: "https://github.example/alice", Line: 5})}},
					{Line: 6, Cells: []Text{text(6, "bob | b"), text(6, "")}},
				},
			}}}},
		},
		{
			"lists", "# All\n## Core\n\n* [Alice] (Acme)\n  - since: 2024\n\n  more\n* Bob <bob@acme.example>,\n  **Globex**\n\n1. one\n\n## Old\n-\n\n[Alice]: https://a.example\n",
			[]Section{
				{},
				{Level: 1, Heading: text(1, "All")},
				{Level: 2, Heading: text(2, "Core"), Within: []string{"All"}, Prose: []Text{text(7, "more")}, Items: []Item{
					{Text: text(4, "Alice (Acme)", Link{Text: "Alice", URL: "https://a.example", Line: 4}), Level: 1},
					{Text: pair(5, "since", "2024"), Level: 2},
					{Text: text(8, "Bob bob@acme.example, Globex", Link{Text: "bob@acme.example", URL: "mailto:bob@acme.example", Line: 8}), Level: 1},
					{Text: text(11, "one"), Level: 1, Ordered: true},
				}},
				{Level: 2, Heading: text(13, "Old"), Within: []string{"All"}, Items: []Item{{Text: text(14, ""), Level: 1}}},
			},
		},
		{
			"keys", "**Type:** Technical, *Community*\n**Slack**: `carol`\n\n* Web: https://acme.example/x?a&b\n* Docs: <!-- none -->\n* at 9:00\n",
			[]Section{{
				Prose: []Text{pair(1, "Type", "Technical, Community"), pair(2, "Slack", "carol")},
				Items: []Item{
					{Text: Text{
						Text: "Web: https://acme.example/x?a&b", Line: 4, Key: "Web", Value: "https://acme.example/x?a&b",
						Links: []Link{{Text: "https://acme.example/x?a&b", URL: "https://acme.example/x?a&b", Line: 4}},
					}, Level: 1},
					{Text: pair(5, "Docs", ""), Level: 1},
					{Text: text(6, "at 9:00"), Level: 1},
				},
			}},
		},
		{
			"what is not said in its own voice", "a ~~b~~ c <b>d</b>\n\n> - quoted\n\n```\n- code\n```\n\n<!--\n- comment\n-->\n<p>\n- html\n</p>\n",
			[]Section{{Prose: []Text{text(1, "a  c d")}}},
		},
		{
			"image, escape, wrapped link", "![Acme \\* logo](a.png \"t\") and [two\nlines](<b c>) [none]\n\nSetext\n===\n",
			[]Section{
				{Prose: []Text{text(1, "Acme * logo and two lines [none]",
					Link{Text: "Acme * logo", URL: "a.png", Line: 1, Image: true}, Link{Text: "two lines", URL: "b c", Line: 1})}},
				{Level: 1, Heading: text(4, "Setext")},
			},
		},
		{"heading inside a list", "- a\n\n  # b\n\n  c\n", []Section{{Items: []Item{{Text: text(1, "a"), Level: 1}}, Prose: []Text{text(3, "b"), text(5, "c")}}}},
		{"empty", "", []Section{{}}},
		{"crlf", "# A\r\n\r\n* b\r\n* c\r\n", []Section{{}, {Level: 1, Heading: text(1, "A"), Items: []Item{{Text: text(3, "b"), Level: 1}, {Text: text(4, "c"), Level: 1}}}}},
		{"rulers are not front matter", "---\n\nx\n\n---\n", []Section{{Prose: []Text{text(3, "x")}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := readPage(t, test.text).Page.Sections
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMarkdownFrontMatter(t *testing.T) {
	t.Parallel()
	doc := readPage(t, "---\ntitle: A\ntags:\n- b\n---\n# H\n\n- x\n")
	if diff := cmp.Diff(map[string]any{"title": "A", "tags": []any{"b"}}, doc.Page.FrontMatter); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for pointer, want := range map[string]int{
		"/front_matter": 2, "/front_matter/tags/0": 4, "/sections/1": 6, "/sections/1/heading/text": 6, "/sections/1/items/0/text": 8,
	} {
		if got := doc.Line(pointer); got != want {
			t.Errorf("Line(%q): want %d, got %d", pointer, want, got)
		}
	}
}

func TestMarkdownValueIsThePageAsPlainData(t *testing.T) {
	t.Parallel()
	doc := readPage(t, "# H\n\n- Key: [v](u)\n\n|a|\n|-|\n|1|\n")
	none := []any{}
	plain := func(text string, line int64) map[string]any {
		return map[string]any{"text": text, "line": line, "key": "", "value": "", "links": none}
	}
	want := map[string]any{"front_matter": nil, "sections": []any{
		map[string]any{"level": int64(0), "heading": plain("", 0), "within": none, "prose": none, "items": none, "tables": none},
		map[string]any{
			"level": int64(1), "heading": plain("H", 1), "within": none, "prose": none,
			"items": []any{map[string]any{
				"text": "Key: v", "line": int64(3), "key": "Key", "value": "v", "level": int64(1), "ordered": false,
				"links": []any{map[string]any{"text": "v", "url": "u", "line": int64(3), "image": false}},
			}},
			"tables": []any{map[string]any{
				"line": int64(5), "header": []any{plain("a", 5)},
				"rows": []any{map[string]any{"line": int64(7), "cells": []any{plain("1", 7)}}},
			}},
		},
	}}
	if diff := cmp.Diff(want, doc.Value); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
