# Alphabetical order, and names that stand twice.
package bylaw.listings

import data.bylaw.lib

_faults contains {
	"rule": "order", "file": g.file, "line": g.at[i],
	"msg": $"{_quoted(g.names[i])} is not in alphabetical order{_how}.",
	"fix": $"Move it {_place(g, sorted, rank[i])}.",
} if {
	input.params.order != "none"
	some g in _groups
	keys := _sortable(g.names)
	keys != sort(keys) # most lists are in order, and that is all there is to see
	sorted := [pair[1] | some pair in sort([[key, i] | some i, key in keys])]
	rank := {i: r | some r, i in sorted}
	some i in _misplaced(g, keys, sorted)
}

_how := {
	"byte": " (capital letters before small ones)",
	"ignore-case": " (capital and small letters alike)",
	"unicode": " (capital and small letters alike, accents aside)",
}[input.params.order]

_place(g, sorted, r) := $"between {_named(g, sorted[r - 1])} and {_named(g, sorted[r + 1])}" if {
	r > 0
	r < count(sorted) - 1
}

_place(g, sorted, 0) := $"before {_named(g, sorted[1])}"

_place(g, sorted, r) := $"after {_named(g, sorted[r - 1])}" if {
	r > 0
	r == count(sorted) - 1
}

_named(g, i) := $"{_quoted(g.names[i])} (line {g.at[i]})"

# An entry is judged by those that stand there already: it fits if it is not before the one above it nor
# after the one below it. In a list that was out of order before, it also fits beside the one that it
# would follow, or precede, in a list in order. New entries between the same two must be in order too.
_misplaced(g, keys, sorted) := strangers | {fitting[n] |
	some gap in in_file.gaps
	fitting := [i | some i in gap; not i in strangers]
	some n, i in fitting
	n > 0
	keys[i] < keys[fitting[n - 1]]
} if {
	judged := g.changed | _moved(g, keys)
	in_file := _gaps([i | some i, _ in keys], judged)
	in_order := _gaps(sorted, judged)
	strangers := {i |
		some i, beside in in_file.beside
		not _fits(keys, i, beside)
		beside.above != in_order.beside[i].above
		beside.below != in_order.beside[i].below
	}
}

_fits(keys, i, beside) if {
	_at(keys, beside.above, keys[i]) <= keys[i]
	keys[i] <= _at(keys, beside.below, keys[i])
}

# The judged entries between two that stand: in runs, and for each the two beside it (or nothing).
_gaps(order, judged) := {
	"gaps": [gap | some [_, _, gap] in runs],
	"beside": {i: {"above": above, "below": below} |
		some [above, below, gap] in runs
		some i in gap
	},
} if {
	standing := [n | some n, i in order; not i in judged]
	edges := array.concat(array.concat([-1], standing), [count(order)])
	runs := [[_at(order, edges[n - 1], -1), _at(order, edge, -1), array.slice(order, edges[n - 1] + 1, edge)] |
		some n, edge in edges
		n > 0
		edge > edges[n - 1] + 1
	]
}

# Entries that the change has moved without changing their text: what was below one is above it now, and
# both its neighbours are others.
_moved(g, _) := set() if g.section.wholly

_moved(g, _) := {i |
	some n, i in kept
	some other in {n - 1, n + 1}
	_turned(at, kept, n, other)
	line := g.at[i]
	old := at[n]
	_at(g.section.lines, line - 2, "") != _at(g.section.old, old - 1, "")
	_at(g.section.lines, line, "") != _at(g.section.old, old + 1, "")
} if {
	not g.section.wholly
	kept := [i | some i, _ in g.names; not i in g.changed]
	places := object.union_n([{l: i} | some i, l in g.section.old])
	at := [places[g.section.lines[g.at[i] - 1]] | some i in kept]
}

_turned(at, _, n, other) if {
	other < n
	at[n] < at[other]
}

_turned(at, _, n, other) if {
	other > n
	at[other] < at[n]
}

# --- Duplicates

_faults contains {
	"rule": "duplicates", "file": e.file, "line": e.line,
	"msg": $"{_quoted(e.name)} is listed already, in line {other.line}{_as(e, other)}.",
	"fix": "Keep one of the two entries, with what both say.",
} if {
	some entries in _listed_together
	keys := lib.column(entries, "key")
	count(lib.as_set(keys)) < count(keys)
	pairs := sort([[key, i] | some i, key in keys])
	some n, [key, i] in pairs
	n > 0
	key != ""
	pairs[n - 1][0] == key
	some [e, other] in [_newer(entries[pairs[n - 1][1]], entries[i])]
}

# The later of two entries is the one too many, unless only the earlier one is new.
_newer(first, second) := [second, first] if second.changed

_newer(first, second) := [first, second] if {
	not second.changed
	first.changed
}

# A copy of a line that stood there once.
_newer(first, second) := [second, first] if {
	not first.changed
	not second.changed
	first.text == second.text
	count([l | some l in second.old; l == second.text]) < 2
}

_as(e, other) := "" if e.name == other.name

_as(e, other) := $" as {_quoted(other.name)}" if e.name != other.name

_listed_together := [_comparable(g) | some g in _groups] if input.params.duplicates == "section"

_listed_together := [entries |
	some f in _listings
	entries := [e | some g in _groups; g.file == f.path; some e in _comparable(g)]
] if {
	input.params.duplicates == "file"
}

_listed_together := [] if input.params.duplicates == "allow"

_comparable(g) := [] if _all_different(g)

_comparable(g) := [c |
	some i, name in g.names
	c := {
		"file": g.file, "line": g.at[i], "name": name, "key": g.plain[i], "changed": i in g.changed,
		"text": g.section.lines[g.at[i] - 1], "old": g.section.old,
	}
] if {
	not _all_different(g)
}

_all_different(g) if {
	input.params.duplicates == "section"
	count(lib.as_set(g.plain)) == count(g.plain)
}

# --- Who may not be listed

_faults contains {
	"rule": "not_listed", "file": g.file, "line": g.at[i],
	"msg": $"{_quoted(g.names[i])} may not be listed: {refused[g.plain[i]]}",
	"fix": "Take the entry out, or ask those who keep this list in private.",
} if {
	count(input.params.not_listed) > 0
	refused := object.union_n([{key: input.params.not_listed[n].reason} | some n, key in _plain([r.name | some r in input.params.not_listed])])
	some g in _groups
	some i in g.changed
	refused[g.plain[i]]
}
