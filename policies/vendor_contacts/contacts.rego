# Contacts, as people write them: below headings, in lists, in tables, or in YAML. Each becomes
#   name, line   who it is, and where it begins
#   fields       what is said of it: {key, value, line}. A whole line has the key "text", a link "link".
package bylaw.vendor_contacts

import data.bylaw.lib

_contacts(content) := array.flatten([_below_headings(content), _in_lists(content), _in_tables(content), _in_data(content)])

_sections(content) := [s | some s in content.data.sections]

# "Contacts", "Vendor technical contacts", "Contact information".
_of_contacts(heading) if regex.match(`(?i)^(\S+ ){0,4}contacts?( (information|persons?|people|points?))?:?$`, trim_space(heading.text))

# --- "### Alice Adams (Technical)" below "## Contacts", with everything down to the next such heading

_below_headings(content) := [contact |
	sections := _sections(content)
	some i, section in sections
	count(section.within) > 0
	_of_contacts({"text": section.within[count(section.within) - 1]})
	not _of_contacts(section.heading)
	end := min({count(sections)} | {j | some j, s in sections; j > i; s.level <= section.level})
	contact := _contact(section.heading.text, section.heading.line, [f |
		some s in array.slice(sections, i, end)
		some text in array.flatten([s.heading, s.prose, s.items])
		some f in _fields(text)
	])
]

# --- "* Alice Adams (Technical)" in a list below "## Contacts", with more items inside or after it

_in_lists(content) := [contact |
	some section in _sections(content)
	_of_contacts(section.heading)
	begins := [i | some i, item in section.items; _begins(item, i)]
	some start in begins
	end := min({count(section.items)} | {b | some b in begins; b > start})
	first := section.items[start]
	contact := _contact(_item_name(first), first.line, [f |
		some item in array.slice(section.items, start, end)
		some f in _fields(item)
	])
]

_begins(item, i) if {
	item.level == 1
	item.key == ""
	_is_first_or_named(item.text, i)
}

_begins(item, _) if {
	item.level == 1
	lower(item.key) in _name_keys
}

# "Help desk: help@acme.example"
_begins(item, _) if {
	item.level == 1
	item.key != ""
	not _meaning(item.key)
	regex.match(_address, item.value)
}

_is_first_or_named(_, 0)

_is_first_or_named(text, _) if not regex.match($`^<?{_address}>?$`, text)

_name_keys := {"name", "contact"}

_item_name(item) := item.text if item.key == ""

_item_name(item) := item.value if lower(item.key) in _name_keys

_item_name(item) := item.key if {
	item.key != ""
	not lower(item.key) in _name_keys
}

# --- | Name | Type | Email |

_in_tables(content) := [contact |
	some section in _sections(content)
	_of_contacts(section.heading)
	some table in section.tables
	some row in table.rows
	contact := _contact(row.cells[_name_column(table)].text, row.line, [f |
		some i, cell in row.cells
		some f in array.concat(
			_fields(cell),
			[{"key": key, "value": cell.text, "line": row.line} | key := _meaning(table.header[i].text); cell.text != ""],
		)
	])
]

_name_column(table) := min({i | some i, cell in table.header; regex.match(`(?i)\b(name|contact)\b`, cell.text)} | {0 | not _has_name_column(table)})

_has_name_column(table) if {
	some cell in table.header
	regex.match(`(?i)\b(name|contact)\b`, cell.text)
}

# --- contacts: [{name: Alice Adams, kinds: [Technical], email: ...}], in YAML or before a page

_in_data(content) := [contact |
	some [place, entry] in _entries(content)
	contact := _contact(_text_of(object.get(entry, "name", "")), lib.line(content, place), [f |
		some key, value in entry
		f := {"key": _meaning(key), "value": _text_of(value), "line": lib.line(content, $"{place}/{key}")}
	])
]

_entries(content) := array.concat(
	[[$"/contacts/{i}", entry] | some i, entry in content.data.contacts],
	[[$"/front_matter/contacts/{i}", entry] | some i, entry in content.data.front_matter.contacts],
)

# A value as text; a list in one row.
_text_of(value) := value if is_string(value)

_text_of(value) := concat(", ", [v | some v in value; is_string(v)]) if is_array(value)

_text_of(value) := "" if {
	not is_string(value)
	not is_array(value)
}

_contact(text, line, fields) := {"name": name, "line": line, "fields": fields} if {
	name := trim_space(regex.split(`\s+[–—-]\s|[,;(<]`, text)[0])
}

# --- What a line says

_fields(text) := array.flatten([
	[{"key": "text", "value": text.text, "line": text.line} | text.text != ""],
	[{"key": key, "value": text.value, "line": text.line} | key := _meaning(text.key)],
	[{"key": "link", "value": link.url, "line": link.line} | some link in text.links],
])

# What a key means; undefined for one that does not matter.
_meaning(key) := [meaning |
	some [meaning, pattern] in [
		["kind", `(?i)\b(types?|kinds?)\b`],
		["email", `(?i)\b(e-?mail|mail|mailing list|address)\b`],
		["chat", `(?i)\b(slack|chat|matrix|discord|zulip|irc|mattermost|teams|telegram)\b`],
		["github", `(?i)\bgithub\b`],
	]
	regex.match(pattern, key)
][0]

_address := `(?:mailto:)?[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`
