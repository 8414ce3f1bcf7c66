# The fields of an entry.
package bylaw.partners

import data.bylaw.lib

# What cannot be read is not judged, and that is a fault.
_faults contains _fault(f.path, p.line, _placed(p), p.fix) if {
	some f in _touched
	some p in f.after.problems
}

_faults contains _fault(f.path, 0, "This file could not be read, so it is not judged.", "Make it a file of text: neither a link to another file nor a submodule.") if {
	some f in _touched
	f.status != "removed"
	not f.after.exists
}

_faults contains _fault(f.path, 1, "There is no entry of a partner in this file.", "Write the fields, such as \"name: Acme\", as YAML; in a Markdown page between two lines \"---\" at its head.") if {
	some f in _touched
	f.after.exists
	count(f.after.problems) == 0
	not _has_fields(f.after)
}

_placed(p) := $"The file cannot be read: column {p.column}: {p.msg}" if p.column > 0

_placed(p) := $"The file cannot be read: {p.msg}" if p.column == 0

_fault(file, line, msg, fix) := {"msg": msg, "fix": fix, "file": file, "line": line, "advice": false}

_fault_at(e, pointer, msg, fix) := _fault(e.path, _line(e, pointer), msg, fix)

# A key as a part of a JSON pointer.
_escaped(key) := replace(replace(key, "~", "~0"), "/", "~1")

# --- Which fields there are, and of which kind

_kinds := {
	"name": "string", "url": "string", "description": "string", "labels": "array", "statement": "object",
	"contributions": "array", "contacts": "array", "agreement": "string", "review_by": "string",
}

_inner := {
	"statement": {"text", "version", "date"},
	"contributions": {"kind", "text", "url"},
	"contacts": {"name", "kinds", "email", "chat", "github"},
}

_words_for := {"string": "text", "array": "a list", "object": "keys with values"}

_faults contains _fault_at(e, $"/{_escaped(key)}", $"There is no field {_quoted(key)}.", $"The fields are: {concat(", ", sort(object.keys(_kinds)))}.") if {
	some e in _entries
	some key in (_judged(e) - object.keys(_kinds))
}

_faults contains _fault_at(e, $"/{key}", $"{key} must be {_words_for[kind]}.", $"Write it as in the example: {_examples[key]}") if {
	some e in _entries
	some key in _judged(e)
	kind := _kinds[key]
	type_name(e.now[key]) != kind
}

_examples := {
	"name": "name: Acme", "url": "url: https://acme.example", "description": "description: Turns widgets.", "labels": "labels: [consulting]",
	"statement": "statement: {version: \"1\", date: 2026-01-31, text: ...}",
	"contributions": "contributions: [{kind: code, text: ..., url: https://...}]",
	"contacts": "contacts: [{name: Alice, github: alice}]",
	"agreement": "agreement: https://...", "review_by": "review_by: 2026-12-31",
}

# The things inside a field: statement alone, contributions and contacts one by one.
_parts(e, "statement") := [{"at": "/statement", "part": e.now.statement}] if {
	"statement" in _judged(e)
	is_object(e.now.statement)
}

_parts(e, field) := [{"at": sprintf("/%s/%d", [field, i]), "part": part} |
	some i, part in e.now[field]
	_is_judged_part(e, field, part)
] if {
	field in {"contributions", "contacts"}
	field in _judged(e)
	is_array(e.now[field])
}

_is_judged_part(e, _, _) if e.wholly

_is_judged_part(e, field, part) if not part in {p | some p in e.then[field]}

_faults contains _fault_at(e, concat("/", [p.at, _escaped(key)]), $"There is no field {_quoted(key)} in {field}.", $"There the fields are: {concat(", ", sort(_inner[field]))}.") if {
	some e in _entries
	some field in object.keys(_inner)
	some p in _parts(e, field)
	some key in (object.keys(p.part) - _inner[field])
}

_faults contains _fault_at(e, p.at, $"Each of the {field} must be keys with values.", $"Write it as in the example: {_examples[field]}") if {
	some e in _entries
	some field in {"contributions", "contacts"}
	some p in _parts(e, field)
	not is_object(p.part)
}

_faults contains _fault_at(e, concat("/", [p.at, key]), $"{key} must be text.", $"Write it as in the example: {_examples[field]}") if {
	some e in _entries
	some field in object.keys(_inner)
	some p in _parts(e, field)
	some key, value in p.part
	key in (_inner[field] - {"kinds", "version"})
	not is_string(value)
}

_faults contains _fault_at(e, "", $"The field {key} is missing.", $"Add a line such as: {_examples[key]}") if {
	some e in _entries
	some key in _required
	_absent(e, key)
}

_required := ((({"name", "url", "description"} | {"contributions" | input.params.contributions.minimum > 0}) | {"contacts" | input.params.contacts.minimum > 0}) | {"agreement" | input.params.agreement == "required"}) | {"review_by" | input.params.review_months > 0}

# An old file without a field keeps its fault, until the field is taken away or the whole is judged.
_absent(e, key) if {
	not key in object.keys(e.now)
	e.wholly
}

_absent(e, key) if {
	not key in object.keys(e.now)
	key in object.keys(e.then)
}

# --- name, description, labels

_faults contains _fault_at(e, $"/{key}", $"{key} is empty.", $"Write it as in the example: {_examples[key]}") if {
	some e in _entries
	some key in (_judged(e) & {"name", "description"})
	is_string(e.now[key])
	trim_space(e.now[key]) == ""
}

_faults contains _fault_at(e, "/name", $"The name {_quoted(e.now.name)} mixes letters that look alike but are of two alphabets.", "Type the name anew in one alphabet.") if {
	some e in _entries
	"name" in _judged(e)
	is_string(e.now.name)
	regex.match(`\p{Latin}`, e.now.name)
	regex.match(`[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]`, e.now.name)
}

_faults contains _fault_at(e, "/description", $"The description has {count(text)} characters; at most {most} are allowed.", $"Shorten it by {count(text) - most}, for example to: {substring(text, 0, most)}") if {
	most := input.params.description_length
	most > 0
	some e in _entries
	"description" in _judged(e)
	text := e.now.description
	is_string(text)
	count(text) > most
}

_faults contains _fault_at(e, sprintf("/labels/%d", [i]), $"There is no label {_quoted(_as_text(label))}.", _labels_there_are) if {
	some e in _entries
	"labels" in _judged(e)
	some i, label in e.now.labels
	not label in {l.name | some l in input.params.labels}
}

_labels_there_are := "This programme has no labels; leave it out." if count(input.params.labels) == 0

_labels_there_are := $"There are: {concat("; ", [_explained(l) | some l in input.params.labels])}. A partner may also have none." if count(input.params.labels) > 0

_explained(l) := $"{l.name} ({l.description})" if l.description != ""

_explained(l) := l.name if l.description == ""

_as_text(value) := value if is_string(value)

_as_text(value) := json.marshal(value) if not is_string(value)

# --- Addresses

_addresses(e) := array.concat(
	[{"at": $"/{key}", "url": e.now[key]} | some key in ["url", "agreement"]; key in _judged(e); is_string(e.now[key])],
	[{"at": concat("", [p.at, "/url"]), "url": p.part.url} | some p in _parts(e, "contributions"); is_string(p.part.url)],
)

_faults contains _fault_at(e, a.at, $"{_quoted(a.url)} is not an address that begins with https:// and the name of a host.", _secure(a.url)) if {
	some e in _entries
	some a in _addresses(e)
	not regex.match(`^https://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::[0-9]+)?(?:[/?#][^\\\s]*)?$`, a.url)
}

_secure(url) := $"Write https{substring(url, 4, 1000)}, if that page is there." if startswith(url, "http://")

_secure(url) := "Write it as the company itself prints it, such as https://acme.example." if not startswith(url, "http://")

# --- Contributions

_faults contains _fault_at(e, "/contributions", $"{_so_many(count(shown))} shown with a link; {input.params.contributions.minimum} needed. {_not_enough}", $"Add one such as: {_examples.contributions}") if {
	some e in _entries
	"contributions" in _judged(e)
	is_array(e.now.contributions)
	shown := [c |
		some c in e.now.contributions
		is_string(c.kind)
		not lower(c.kind) in {lower(k) | some k in input.params.contributions.not_qualifying}
		is_string(c.url)
	]
	count(shown) < input.params.contributions.minimum
}

_so_many(n) := $"{_number(n, "contribution is", "contributions are")}" if n > 0

_so_many(0) := "No contribution that qualifies is"

_not_enough := "" if count(input.params.contributions.not_qualifying) == 0

_not_enough := $"By itself a {concat(" or ", input.params.contributions.not_qualifying)} does not qualify." if count(input.params.contributions.not_qualifying) > 0

# --- Contacts. Addresses of people are never shown.

_faults contains _fault_at(e, "/contacts", $"{_number(count(e.now.contacts), "contact is", "contacts are")} named; {input.params.contacts.minimum} needed.", $"Add one such as: {_examples.contacts}") if {
	some e in _entries
	"contacts" in _judged(e)
	is_array(e.now.contacts)
	count(e.now.contacts) < input.params.contacts.minimum
}

_faults contains _fault_at(e, p.at, "This contact has no name.", "Add name: and how the person, or the group, is called.") if {
	some e in _entries
	some p in _parts(e, "contacts")
	is_object(p.part)
	not "name" in object.keys(p.part)
}

_faults contains _fault_at(e, p.at, "This contact cannot be reached.", "Add email:, chat: or github: to it.") if {
	some e in _entries
	some p in _parts(e, "contacts")
	is_object(p.part)
	count({"email", "chat", "github"} & object.keys(p.part)) == 0
}

_faults contains _fault_at(e, concat("", [p.at, "/email"]), "This is not an e-mail address.", "Write nothing but a name, @ and a host.") if {
	some e in _entries
	some p in _parts(e, "contacts")
	is_string(p.part.email)
	not regex.match(`^[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+$`, p.part.email)
}

_faults contains _fault_at(e, concat("", [p.at, "/github"]), $"{_quoted(p.part.github)} is not a login on GitHub.", "Write it without @ and without an address.") if {
	some e in _entries
	some p in _parts(e, "contacts")
	is_string(p.part.github)
	not regex.match(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$`, p.part.github)
}

_faults contains _fault_at(e, concat("", [p.at, "/kinds"]), "kinds must be a list of texts.", "Write it as in the example: kinds: [technical]") if {
	some e in _entries
	some p in _parts(e, "contacts")
	kinds := p.part.kinds
	not _texts(kinds)
}

_texts(list) if {
	is_array(list)
	every text in list {
		is_string(text)
	}
}

_faults contains _fault_at(e, concat("", [p.at, "/kinds"]), $"There is no kind {_quoted(kind)} of contacts.", $"There are: {concat(", ", input.params.contacts.kinds)}.") if {
	count(input.params.contacts.kinds) > 0
	some e in _entries
	some p in _parts(e, "contacts")
	_texts(p.part.kinds)
	some kind in p.part.kinds
	not lower(kind) in {lower(k) | some k in input.params.contacts.kinds}
}

# --- Until when the entry holds

_faults contains _fault_at(e, "/review_by", msg, $"Write the date by which the entry is looked at again, from tomorrow to {_latest_review}.") if {
	input.params.review_months > 0
	some e in _entries
	"review_by" in _judged(e)
	msg := _odd_date(_as_text(e.now.review_by))
}

_odd_date(text) := $"{_quoted(text)} is not a date such as 2026-01-31." if not lib.is_date(text)

_odd_date(text) := $"{text} is over." if {
	lib.is_date(text)
	text <= _today
}

_odd_date(text) := $"{text} is more than {_number(input.params.review_months, "month", "months")} away." if {
	lib.is_date(text)
	text > _latest_review
}

_latest_review := time.format([time.add_date(time.parse_rfc3339_ns(input.taken_at), 0, input.params.review_months, 0), "UTC", "2006-01-02"])
