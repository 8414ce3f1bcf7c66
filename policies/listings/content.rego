# What an entry must have, how long it may be, and where its links may lead.
package bylaw.listings

import data.bylaw.lib

_faults contains {
	"rule": "required", "file": e.file, "line": e.line,
	"msg": $"The entry {_quoted(e.name)} has no {what}.",
	"fix": _example(what, e),
} if {
	some g in _groups
	some what in input.params.required
	some i in (g.changed - _with(what, g))
	e := _entry(g, i)
}

_faults contains {
	"rule": "required", "file": g.file, "line": g.at[i],
	"msg": "This entry has no name.",
	"fix": "Begin it with the name, as the other entries do.",
} if {
	some g in _groups
	"" in g.names
	some i in g.changed
	g.names[i] == ""
}

# The changed entries that have it.
_with("link", g) := (g.changed & lib.linked(lib.elements(g.section.page.items, g.starts))) | ({i |
	g.table != null
	some i in g.changed
	count(lib.linked(g.table.rows[i].cells)) > 0
} | {i |
	count(g.starts) < count(g.section.page.items)
	some i in g.changed
	count(lib.linked(_entry(g, i).parts)) > 0
})

_with("description", g) := {i |
	some i in g.changed
	e := _entry(g, i)
	_describes(e)
}

_describes(e) if e.description != ""

_describes(e) if count(e.parts) > max([1, count(e.cells)]) # it has items below it

_example("link", e) := $"Link the name, such as [{_short(e.name)}](https://...)."

_example("description", e) := $"Say in a few words what it is about, such as \"{_short(e.name)} - what they do with it\"."

_short(text) := substring(text, 0, 60)

# --- Columns of tables

_faults contains {
	"rule": "required", "file": g.file, "line": g.table.line,
	"msg": $"The table below {_heading_or_file(g)} has no column {_quoted(heading)}.",
	"fix": $"Its columns must be: {concat(", ", _needed)}.",
} if {
	some g in _groups
	g.table != null
	g.table.line in g.section.fresh
	some heading in _needed
	count(_column(g.table, heading)) == 0
}

_needed := {h | some h in array.concat([input.params.columns.name], input.params.columns.required); h != ""}

_faults contains {
	"rule": "required", "file": g.file, "line": e.line,
	"msg": $"The entry {_quoted(e.name)} has nothing in the column {_quoted(heading)}.",
	"fix": $"Fill it: {heading} of {_short(e.name)}.",
} if {
	count(input.params.columns.required) > 0
	some g in _groups
	g.table != null
	some heading in input.params.columns.required
	some at in _column(g.table, heading)
	some i in g.changed
	e := _entry(g, i)
	e.cells[at].text == ""
	count(e.cells[at].links) == 0
}

# --- Lengths

_faults contains {
	"rule": "lengths", "file": l.file, "line": l.line,
	"msg": $"This line has {count(l.text)} characters; at most {input.params.lengths.line} are allowed.",
	"fix": $"Shorten it by {count(l.text) - input.params.lengths.line}, or divide it.",
} if {
	input.params.lengths.line > 0
	some l in _new_lines
	count(l.text) > input.params.lengths.line
}

_faults contains {
	"rule": "lengths", "file": g.file, "line": e.line,
	"msg": $"The description of {_quoted(e.name)} has {count(e.description)} characters; at most {most} are allowed.",
	"fix": $"Shorten it by {count(e.description) - most}, for example to: {substring(e.description, 0, most)}",
} if {
	most := input.params.lengths.description
	most > 0
	some g in _groups
	some i in g.changed
	e := _entry(g, i)
	count(e.description) > most
}

_faults contains {
	"rule": "lengths", "file": g.file, "line": e.line,
	"msg": $"The entry {_quoted(e.name)} takes {lines} lines; at most {input.params.lengths.lines} are allowed.",
	"fix": "Say it shorter.",
} if {
	input.params.lengths.lines > 0
	some g in _groups
	some i in g.changed
	e := _entry(g, i)
	lines := _lines(g, i, e)
	lines > input.params.lengths.lines
}

_lines(g, i, e) := count([l | some l in _block(g.section, g.starts, i); trim_space(l) != ""]) if {
	input.params.lengths.width == 0
	count(e.cells) == 0
}

_lines(_, _, e) := 1 if {
	input.params.lengths.width == 0
	count(e.cells) > 0
}

_lines(_, _, e) := sum([ceil(max([count(part.text), 1]) / input.params.lengths.width) | some part in e.parts]) if input.params.lengths.width > 0
