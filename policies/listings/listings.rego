# METADATA
# title: Entries of public lists follow the list's own rules
# description: |
#   A list of adopters, users, sponsors or vendors in a Markdown file: each item of a list and each row of a
#   table is an entry. Its name is the text of the link with which it begins, or what stands before the
#   first dash, colon or bracket; in a table the first column, or the one that "columns.name" names. Only what a
#   pull request adds or changes is judged, unless "baseline" says otherwise: nobody has to answer for the
#   faults of others. No link is opened.
# related_resources:
#   - ref: https://github.com/cncf/foundation/blob/main/policies-guidance/website-guidelines.md
#     description: "CNCF, website guidelines: lists of companies"
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         files:
#           type: array
#           items: {type: string, format: pattern}
#           default: ["**/ADOPTERS.md", "**/USERS.md", "**/SPONSORS.md"]
#           description: The Markdown files that are such lists.
#         sections:
#           type: array
#           items: {type: string}
#           default: []
#           description: Only entries below these headings are judged; without any, all are.
#         baseline:
#           type: string
#           enum: [changed, whole]
#           default: changed
#           description: "changed: only lines that the pull request adds, changes or moves are judged. whole: every entry of a file that it touches."
#         order:
#           type: string
#           enum: [none, byte, ignore-case, unicode]
#           default: unicode
#           description: |
#             In which alphabetical order the entries of a list, or of a table, stand.
#             byte: capital letters before small ones, as the command sort does without a language.
#             ignore-case: capital and small letters alike.
#             unicode: also letters with and without accents alike; that is a table of the common Latin
#             letters, not the whole Unicode collation.
#         duplicates:
#           type: string
#           enum: [section, file, allow]
#           default: section
#           description: Where a name may stand only once. Case, accents, punctuation and legal forms such as GmbH do not make another name.
#         links:
#           type: object
#           additionalProperties: false
#           description: What links of an entry may be. Links to other files of the repository always may.
#           properties:
#             schemes: {type: array, items: {type: string}, default: [https]}
#             forbidden_hosts: {type: array, items: {type: string}, default: [bit.ly, goo.gl, is.gd, ow.ly, t.co, tinyurl.com], description: "No link leads to these hosts, nor to those below them. By default those that hide where they lead."}
#             allowed_hosts: {type: array, items: {type: string}, default: [], description: "Links lead only to these hosts and those below them; without any, to all."}
#             international_hosts: {type: string, enum: [refuse, allow], default: refuse, description: "Hosts with other letters than a to z, which can look like another host."}
#         required:
#           type: array
#           items: {type: string, enum: [link, description]}
#           default: [link]
#           description: What every entry must have.
#         columns:
#           type: object
#           additionalProperties: false
#           description: Columns of tables, by their headings.
#           properties:
#             name: {type: string, default: "", description: "The one with the name of the entry; empty for the first."}
#             description: {type: string, default: Description}
#             required: {type: array, items: {type: string}, default: [], description: Those that must be there and filled.}
#         lengths:
#           type: object
#           additionalProperties: false
#           description: How long things may be; 0 for no limit.
#           properties:
#             line: {type: integer, minimum: 0, default: 0, description: Characters of a line of the file.}
#             lines: {type: integer, minimum: 0, default: 0, description: Lines of one entry.}
#             width: {type: integer, minimum: 0, default: 0, description: "How many characters a line of the page has, by which \"lines\" are counted; 0 counts lines of the file."}
#             description: {type: integer, minimum: 0, default: 0, description: Characters of the description.}
#         not_listed:
#           type: array
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               name: {type: string, default: ""}
#               reason: {type: string, default: ""}
#           default: []
#           description: Who may not be listed, and why, such as for sanctions.
#         advice:
#           type: array
#           items: {type: string, enum: [order, duplicates, links, letters, html, required, lengths, not_listed]}
#           default: []
#           description: Which of these rules are only remarked on.
# custom:
#   files: [{parameter: files}]
#   conclusion: failure
#   comment: true
package bylaw.listings

import data.bylaw.lib

applies if count(_listings) > 0

accept if {
	count(_illegible) == 0
	count(_faults - _remarks) == 0
}

_listings := [f |
	some f in input.files
	f.status != "removed"
	lib.path_matches_any(input.params.files, f.path)
]

# What cannot be read is not judged, and that is a fault.
_illegible contains {"line": p.line, "msg": _placed(p), "fix": p.fix, "file": f.path} if {
	some f in _listings
	some p in f.after.problems
}

_illegible contains {
	"line": 0, "msg": "This file could not be read, so it is not judged.",
	"fix": "Make it a Markdown file: neither a link to another file nor a submodule.", "file": f.path,
} if {
	some f in _listings
	not f.after.exists
}

_illegible contains {
	"line": 0, "msg": "Only Markdown files can be judged as lists.",
	"fix": "Give it a name that ends in .md, or take it out of \"files\" of this rule.", "file": f.path,
} if {
	some f in _listings
	f.after.exists
	count(f.after.problems) == 0
	not f.after.data.sections
}

_placed(p) := $"The file cannot be read: column {p.column}: {p.msg}" if p.column > 0

_placed(p) := $"The file cannot be read: {p.msg}" if p.column == 0

_illegible contains {
	"line": 0, "msg": $"There is no section {lib.in_a_row([_quoted(s) | some s in input.params.sections])} here, so nothing is judged.",
	"fix": "Name the heading as the rule does, or correct \"sections\" of the rule.", "file": f.path,
} if {
	some f in _listings
	f.after.data.sections
	count(input.params.sections) > 0
	not f.path in {s.file | some s in _sections}
}

_illegible contains {
	"line": 0, "msg": "There is neither a list nor a table here, so nothing is judged.",
	"fix": "Write each entry as an item of a list, or as a row of a table.", "file": f.path,
} if {
	some f in _listings
	f.path in {s.file | some s in _sections}
	not f.path in {g.file | some g in _groups}
}

# --- What people read

headline := $"{_number(_judged, "entry", "entries")} judged, and all are in order" if {
	accept
	count(_remarks) == 0
}

headline := $"{_number(_judged, "entry", "entries")} judged; {_number(count(_remarks), "remark", "remarks")}" if {
	accept
	count(_remarks) > 0
}

headline := $"{_number(count(_illegible) + count(_faults - _remarks), "thing", "things")} to correct in {lib.in_a_short_row(sort(files), 3)}" if {
	not accept
	files := {f.file | some f in (_illegible | (_faults - _remarks))}
}

_judged := sum([count(g.changed) | some g in _groups])

_number(n, one, _) := $"{n} {one}" if n == 1

_number(n, _, many) := $"{n} {many}" if n != 1

findings contains f if some f in _illegible

findings contains {"msg": f.msg, "fix": f.fix, "file": f.file, "line": f.line, "advice": f.rule in input.params.advice} if {
	some f in array.slice(_in_order, 0, _most)
}

findings contains {
	"msg": $"{count(_in_order) - _most} more of the same kinds are not shown.",
	"advice": count(_faults) == count(_remarks),
} if {
	count(_in_order) > _most
}

# More than that nobody reads in one go.
_most := 500

_in_order := array.concat(sort(_faults - _remarks), sort(_remarks))

_remarks := {f | some f in _faults; f.rule in input.params.advice}

# Names come from outside and may have any length.
_quoted(text) := $"\"{text}\"" if count(text) <= 100

_quoted(text) := $"\"{substring(text, 0, 99)}…\"" if count(text) > 100
