# The entries of the files: one group for the items of the lists of a section, and one for each table.
#
# A list has hundreds of entries, and each call for one of them costs as much as many expressions. So what is
# asked of all of them is asked at once, and only what is new is looked at one by one.
package bylaw.listings

import data.bylaw.lib

_sections := [s |
	some f in _listings
	is_array(f.after.data.sections)
	lines := split(replace(f.after.text, "\r\n", "\n"), "\n")
	old := _old_lines(f)
	some i, section in f.after.data.sections
	_asked_for(section)
	s := {
		"file": f.path, "page": section, "lines": lines, "old": old, "fresh": lib.new_lines(lines, old), "wholly": _wholly(f),
		"end": _end(f.after.data.sections, i, lines),
	}
]

_asked_for(_) if count(input.params.sections) == 0

_asked_for(section) if lower(section.heading.text) in _section_names

_asked_for(section) if {
	some outer in section.within
	lower(outer) in _section_names
}

_section_names := {lower(s) | some s in input.params.sections}

default _wholly(_) := false

_wholly(_) if input.params.baseline == "whole"

_wholly(f) if not f.before.exists

_old_lines(f) := split(replace(f.before.text, "\r\n", "\n"), "\n") if _wholly(f) == false

_old_lines(f) := [] if _wholly(f)

# The line after a section.
_end(sections, i, _) := sections[i + 1].heading.line

_end(sections, i, lines) := count(lines) + 1 if i == count(sections) - 1

# What stands at a place of a list, or something else beyond its ends.
_at(list, i, _) := list[i]

_at(_, i, otherwise) := otherwise if i < 0

_at(list, i, otherwise) := otherwise if i >= count(list)

# Of each group: the names, the lines on which they stand, and which are changed.
_groups := array.concat(
	[g |
		some s in _sections
		count(s.page.items) > 0
		starts := _starts(s.page.items)
		items := lib.elements(s.page.items, starts)
		names := _names(items)
		g := {
			"file": s.file, "heading": s.page.heading.text, "section": s, "table": null, "starts": starts, "names": names,
			"at": lib.column(items, "line"), "changed": _changed_items(s, starts), "plain": _plain(names),
		}
	],
	[g |
		some s in _sections
		some table in s.page.tables
		column := _column_of_names(table)
		names := [row.cells[column].text | some row in table.rows]
		at := lib.column(table.rows, "line")
		g := {
			"file": s.file, "heading": s.page.heading.text, "section": s, "table": table, "starts": [], "names": names,
			"at": at, "changed": lib.places(at, s.fresh), "plain": _plain(names),
		}
	],
)

# No text holds this sign.
_between := "\u0000"

# All that is to be known of an entry that is judged.
_entry(g, i) := {
	"file": g.file, "line": g.at[i], "name": g.names[i], "parts": parts, "cells": [],
	"description": _without_name(parts[0].text, g.names[i]),
} if {
	g.table == null
	parts := array.slice(g.section.page.items, g.starts[i], _at(g.starts, i + 1, count(g.section.page.items)))
}

_entry(g, i) := {
	"file": g.file, "line": g.at[i], "name": g.names[i], "parts": cells, "cells": cells,
	"description": concat(" ", [cells[n].text | some n in _column(g.table, input.params.columns.description)]),
} if {
	g.table != null
	cells := g.table.rows[i].cells
}

_without_name(text, name) := trim(substring(text, count(name), -1), " \n\t-–—:|,") if startswith(text, name)

_without_name(text, name) := text if not startswith(text, name)

# --- Items of lists: those of the outermost ones, with all that stands below them

_starts(items) := sort(lib.places(lib.column(items, "level"), {1}))

_changed_items(section, _) := lib.places(lib.column(section.page.items, "line"), section.fresh) if _one_line_each(section)

_changed_items(section, starts) := {n |
	some n, _ in starts
	some i, _ in _block(section, starts, n)
	(section.page.items[starts[n]].line + i) in section.fresh
} if {
	not _one_line_each(section)
}

# Each line is one item.
_one_line_each(section) if {
	items := section.page.items
	last := count(items) - 1
	items[last].line == items[0].line + last
	count(_starts(items)) == count(items)
	_at(section.lines, items[last].line, "") == ""
	not regex.match(`^[ \t]`, _at(section.lines, items[last].line + 1, ""))
}

# The lines of an item: up to the next one, or to an empty line after which nothing is indented.
_block(section, starts, n) := array.slice(lines, 0, min({count(lines)} | ends)) if {
	items := section.page.items
	after := min({section.end} | {line | line := items[starts[n + 1]].line})
	lines := array.slice(section.lines, items[starts[n]].line - 1, after - 1)
	ends := {i |
		some i, l in lines
		i > 0
		trim_space(l) == ""
		not regex.match(`^[ \t]`, _at(lines, i + 1, ""))
	}
}

# The name of an item is the text of the link with which it begins, or what stands before the first sign.
_names(items) := _names_with(items, lib.leading_links(items))

_names_with(items, leading) := leading if {
	not null in leading
} else := [_name(item, leading[i]) | some i, item in items]

_name(_, link) := link if link != null

_name(item, null) := trim_space(regex.split(`\s+[-–—:|]+\s|:\s|:$|,\s|\s*\(|\s*[–—]\s*`, item.text)[0])

# --- Tables

# The first column where no other is named, or where it is not there, which is a finding of its own.
_column_of_names(table) := min(named) if {
	named := _column(table, input.params.columns.name)
	count(named) > 0
}

_column_of_names(table) := 0 if count(_column(table, input.params.columns.name)) == 0

_column(table, heading) := {i |
	some i, cell in table.header
	lower(cell.text) == lower(heading)
	heading != ""
}

_heading_or_file(group) := $"\"{group.heading}\"" if group.heading != ""

_heading_or_file(group) := group.file if group.heading == ""

# The lines that the change brings to the judged sections.
_new_lines := [{"file": s.file, "line": first + i, "text": l} |
	some s in _sections
	first := max([s.page.heading.line, 1])
	some i, l in array.slice(s.lines, first - 1, s.end - 1)
	(first + i) in s.fresh
]
