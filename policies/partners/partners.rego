# METADATA
# title: Entries of partners follow the programme, and somebody without a stake approves them
# description: |
#   Each partner of a community has a file, in YAML or as the front matter of a Markdown page, with the fields
#   name, url, description, labels, statement (text, version, date), contributions (kind, text, url), contacts
#   (name, kinds, email, chat, github), agreement and review_by; partner.schema.json beside this rule lets
#   editors help. A partner edits its own entry. It is approved by somebody who works neither for it nor
#   for another listed partner. Only fields that a pull request adds or changes are judged; a file that is changed
#   at all carries the statement in force. No link is opened.
# related_resources:
#   - ref: https://github.com/StackStorm/community/issues/59
#     description: "StackStorm, partners programme"
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         paths:
#           type: array
#           items: {type: string, format: pattern}
#           default: ["partners/*.yml", "partners/*.yaml", "partners/*.md"]
#           description: The files of the partners, one for each.
#         templates:
#           type: array
#           items: {type: string, format: pattern}
#           default: ["partners/README.md", "partners/*template*"]
#           description: Files among them that are not of a partner.
#         baseline:
#           type: string
#           enum: [changed, whole]
#           default: changed
#           description: "changed: only fields that the pull request adds or changes are judged. whole: every field of a file that it touches."
#         statements:
#           type: array
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               version: {type: string, default: ""}
#               text: {type: string, default: ""}
#               from: {type: string, default: ""}
#           default: []
#           description: |
#             What a partner must state, in versions: {version, text, from}. In the text {partner} stands for its name. The newest
#             version whose date "from" has come is asked for in every file that is changed; files that are not keep theirs.
#         links:
#           type: array
#           items: {type: string}
#           default: []
#           description: Addresses that the statement must name.
#         labels:
#           type: array
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               name: {type: string, default: ""}
#               description: {type: string, default: ""}
#           default: []
#           description: The labels that there are, with what each means. A partner may have none.
#         description_length: {type: integer, minimum: 0, default: 400, description: How many characters a description may have; 0 for any number.}
#         contributions:
#           type: object
#           additionalProperties: false
#           description: How many contributions a partner shows, each with a link to it. Kinds that do not qualify may be named besides.
#           properties:
#             minimum: {type: integer, minimum: 0, default: 1}
#             not_qualifying: {type: array, items: {type: string}, default: [donation, sponsorship]}
#         contacts:
#           type: object
#           additionalProperties: false
#           description: How many contacts a partner names, and of which kinds they can be; any, if none are listed.
#           properties:
#             minimum: {type: integer, minimum: 0, default: 1}
#             kinds: {type: array, items: {type: string}, default: []}
#         agreement: {type: string, enum: [optional, required], default: optional, description: "Whether the file links to a signed agreement, in the field agreement."}
#         review_months: {type: integer, minimum: 0, maximum: 120, default: 0, description: "Within how many months an entry is to be reviewed again, by the date review_by; 0: it need not say."}
#         neutral:
#           type: object
#           additionalProperties: false
#           description: Words and parts of addresses that rank, praise or sell.
#           properties:
#             words:
#               type: array
#               items: {type: string}
#               default:
#                 - award-winning
#                 - best
#                 - best-in-class
#                 - book a demo
#                 - buy
#                 - cheapest
#                 - contact sales
#                 - contact us
#                 - cutting-edge
#                 - discount
#                 - fastest
#                 - free trial
#                 - industry-leading
#                 - largest
#                 - leader
#                 - leading
#                 - most trusted
#                 - no. 1
#                 - number one
#                 - only company
#                 - premier
#                 - pricing
#                 - request a quote
#                 - sign up
#                 - top
#                 - unique
#                 - unrivaled
#                 - unrivalled
#                 - world-class
#                 - "#1"
#             addresses: {type: array, items: {type: string}, default: [utm_, /contact-sales, /demo, /free-trial, /get-a-quote, /pricing, /request-a-demo, /signup]}
#             does: {type: string, enum: [advise, refuse], default: advise}
#         approvals: {type: integer, minimum: 0, default: 1, description: How many people must approve who work neither for the partner nor for another one.}
#         approvers:
#           type: object
#           additionalProperties: false
#           description: Only people with one of these roles in a roster, or in one of the teams; anybody who may write, if none are named.
#           properties:
#             roles: {type: array, items: {type: string}, default: []}
#             teams: {type: array, items: {type: string, format: team}, default: []}
#         partner_labels: {type: array, items: {type: string}, default: [partner], description: Labels that the file of organizations gives to partners.}
#         unknown: {type: string, enum: [accept, refuse], default: accept, description: Whether an approval counts when it cannot be said whom the approver works for.}
# custom:
#   files: [{parameter: paths}]
#   conclusion: failure
#   comment: true
#   local: true
package bylaw.partners

import data.bylaw.lib

applies if count(_touched) > 0

accept if {
	count(_refusals) == 0
	_approved
}

# Content that is right and waits for people asks them to act; wrong content is a failure.
conclusion := "action_required" if {
	count(_refusals) == 0
	not _approved
}

# A statement that comes into force makes another verdict.
recheck_at := min(_coming) if count(_coming) > 0

_coming := {$"{s.from}T00:00:00Z" |
	some s in input.params.statements
	lib.is_date(s.from)
	s.from > _today
}

_today := substring(input.taken_at, 0, 10)

# --- The files

_touched := [f |
	some f in input.files
	some path in lib.paths(f)
	lib.path_matches_any(input.params.paths, path)
	not lib.path_matches_any(input.params.templates, path)
]

# The entries as they would be: their fields, and the fields as they are.
_entries := [e |
	some f in _touched
	f.status != "removed"
	_has_fields(f.after)
	e := {
		"path": f.path, "content": f.after, "at": _prefix(f.after),
		"now": _fields(f.after), "then": _fields_or_none(f.before), "wholly": _wholly(f),
	}
]

# Of a Markdown page its front matter.
_fields(content) := content.data.front_matter if is_array(content.data.sections)

_fields(content) := content.data if not content.data.sections

_prefix(content) := "/front_matter" if is_array(content.data.sections)

_prefix(content) := "" if not content.data.sections

_has_fields(content) if is_object(_fields(content))

_fields_or_none(content) := _fields(content) if _has_fields(content)

_fields_or_none(content) := {} if not _has_fields(content)

default _wholly(_) := false

_wholly(_) if input.params.baseline == "whole"

_wholly(f) if not f.before.exists

# The fields that are judged.
_judged(e) := {key | some key, value in e.now; _differs(e, key, value)}

_differs(e, _, _) if e.wholly

_differs(e, key, value) if e.then[key] != value

_differs(e, key, _) if not key in object.keys(e.then)

_line(e, pointer) := lib.line(e.content, concat("", [e.at, pointer]))

# --- What people read

_refusals := {f | some f in _faults; not f.advice}

headline := $"{_number(count(_refusals), "thing", "things")} to correct in {lib.in_a_short_row(sort({f.file | some f in _refusals}), 3)}" if count(_refusals) > 0

headline := $"In order, and approved by {lib.in_a_short_row(sort(_counted_somewhere), 3)}" if {
	accept
	count(_counted_somewhere) > 0
}

headline := "In order" if {
	accept
	count(_counted_somewhere) == 0
}

headline := $"{lib.in_a_row(sort({login | some [login, _] in _foreign}))} works for another partner; the partner must agree to the change" if {
	count(_refusals) == 0
	count(_foreign) > 0
}

headline := $"In order; it waits for an approval by somebody who works neither for {_subjects_in_words} nor for another partner" if {
	count(_refusals) == 0
	count(_foreign) == 0
	not _approved
}

_subjects_in_words := lib.in_a_short_row(sort({_name_of(f) | some f in _touched}), 3)

_name_of(f) := _short(_fields(f.after).name) if is_string(_fields(f.after).name)

_name_of(f) := f.path if not _has_name(f)

_has_name(f) if is_string(_fields(f.after).name)

_number(1, one, _) := $"1 {one}"

_number(n, _, many) := $"{n} {many}" if n != 1

findings contains f if some f in _faults

# Texts come from outside and may have any length.
_quoted(text) := $"\"{_short(text)}\""

_short(text) := text if count(text) <= 100

_short(text) := $"{substring(text, 0, 99)}…" if count(text) > 100
