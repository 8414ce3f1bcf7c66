package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// plain is a report's Markdown as a terminal shows it best: the same words, tables with columns, and
// without the marks that only mean something to a browser.
func plain(markdown string) string {
	var out strings.Builder
	var table [][]string
	flush := func() {
		writeTable(&out, table)
		table = nil
	}
	fence := ""
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		if bar := strings.TrimSpace(line); fence == "" && strings.HasPrefix(bar, "```") || fence != "" && bar == fence {
			if fence == "" {
				fence = bar
			} else {
				fence = ""
			}
			continue
		}
		if fence != "" {
			out.WriteString(strings.TrimRight("  "+line, " ") + "\n") // as it is: it may be copied
			continue
		}
		if strings.HasPrefix(line, "|") {
			if cells := splitCells(line); !slices.ContainsFunc(cells, func(c string) bool { return strings.Trim(c, "-") == "" && c != "" }) {
				table = append(table, cells)
			}
			continue
		}
		flush()
		line = strings.TrimLeft(line, "#")
		line = strings.ReplaceAll(strings.TrimPrefix(line, " "), "<br>", "\n  ")
		out.WriteString(unmark(line) + "\n")
	}
	flush()
	return out.String()
}

// splitCells takes a row of a table apart. A bar inside of a cell is escaped.
func splitCells(row string) []string {
	row = strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|")
	var cells []string
	for cell := range strings.SplitSeq(strings.ReplaceAll(row, `\|`, "\x00"), "|") {
		cells = append(cells, strings.TrimSpace(strings.ReplaceAll(cell, "\x00", `\|`)))
	}
	return cells
}

func writeTable(out *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i := range row {
			row[i] = unmark(strings.ReplaceAll(row[i], "<br>", ", "))
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+3))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

var (
	markdownLink  = regexp.MustCompile(`\[((?:[^\]\\]|\\.)*)\]\(([^)]*)\)`)
	markdownSlash = regexp.MustCompile("\\\\([\\\\`*_@\\[\\]|~#$!+=:.)-])")
	markdownMarks = strings.NewReplacer("**", "", "`", "", "\u2060", "", "&lt;", "<", "&gt;", ">", "&amp;", "&")
)

func unmark(s string) string {
	s = markdownLink.ReplaceAllString(s, "$1: $2")
	escaped := markdownSlash.ReplaceAllStringFunc(s, func(pair string) string { return "\x00" + pair[1:] + "\x00" })
	parts := strings.Split(escaped, "\x00") // every second part was escaped, and stays as it is
	for i := 0; i < len(parts); i += 2 {
		parts[i] = markdownMarks.Replace(parts[i])
	}
	return strings.ReplaceAll(strings.Join(parts, ""), "\u2060", "")
}
