# What is wrong with a page of contacts. A fault has a key that says what it is, wherever it stands: one
# that the file had before the pull request is not counted, unless the whole file is judged.
package bylaw.vendor_contacts

_faults_of_pages contains finding if {
	some found in _found
	not found.fault.advice
	finding := object.union(object.remove(found.fault, {"key"}), {"file": found.path})
}

_advice contains finding if {
	some found in _found
	found.fault.advice
	finding := object.union(object.remove(found.fault, {"key"}), {"file": found.path})
}

_found contains {"path": change.path, "fault": fault} if {
	some change in _changes
	change.what != "removed"
	change.page
	old := _old_faults(change)
	some fault in _faults(change, change.file.after)
	not fault.key in old
}

_old_faults(change) := {fault.key | some fault in _faults(change, change.file.before)} if _only_changes(change)

_old_faults(change) := set() if not _only_changes(change)

_only_changes(change) if {
	input.params.baseline == "changed"
	change.what in {"changed", "renamed"}
	change.file.before.exists
	_readable(change.file.before)
}

_readable(content) if {
	count(content.problems) == 0
	is_object(content.data)
	_length(content) <= _longest
}

# A page with more headings and lines of lists and tables, or YAML with more contacts, is not about one company.
_longest := 500

_length(content) := (count(_sections(content)) + sum([count(s.items) | some s in _sections(content)])) + (count(_rows(content)) + count(_entries(content)))

_rows(content) := [row | some s in _sections(content); some table in s.tables; some row in table.rows]

_fault(key, line, msg, fix) := {"key": key, "line": line, "msg": msg, "fix": fix, "advice": false}

_remark(key, line, msg, fix) := {"key": key, "line": line, "msg": msg, "fix": fix, "advice": true}

# --- Files that cannot be read

_faults(_, content) := _unreadable(content) if not _readable(content)

_unreadable(content) := {f |
	some p in content.problems
	f := _fault(["unreadable", p.msg], p.line, $"The file cannot be read: {p.msg}.", p.fix)
} if {
	count(content.problems) > 0
}

_unreadable(content) := {_fault(["unreadable", ""], 0, "The file holds no contacts that can be read.", _example_of_file)} if {
	count(content.problems) == 0
	not is_object(content.data)
}

_unreadable(content) := {_fault(["unreadable", "long"], 0, $"The file has more than {_longest} headings, lines of lists and contacts.", "Keep to the contacts of one company.")} if {
	count(content.problems) == 0
	is_object(content.data)
}

_example_of_file := "Write the contacts in a Markdown file that ends in .md, below a heading \"Contacts\", or in YAML as a list with the key \"contacts\"."

# --- Files that can

_faults(change, content) := union({
	_faults_of_number(contacts),
	{f | some c in contacts; some f in _faults_of_contact(c)},
	_remarks(change, content, contacts),
	_faults_of_text(content),
}) if {
	_readable(content)
	contacts := _contacts(content)
}

_faults_of_number(contacts) := {f |
	n := count(contacts) - count(_repeated(contacts))
	n < input.params.contacts
	f := _fault(["number", n], max({1} | {c.line | some c in contacts}), _number_in_words(n), _how_to_add(contacts))
}

_number_in_words(0) := $"The file names no contact; it needs {input.params.contacts}."

_number_in_words(n) := $"The file names {_named(n)}; it needs {input.params.contacts}." if n > 0

_named(1) := "only one contact"

_named(n) := $"only {n} contacts" if n > 1

# The example is made of what the vendor wrote.
_how_to_add([]) := $"Below a heading \"Contacts\", give each a heading of their own with the name, and below it {_example_of_contact}."

_how_to_add(contacts) := $"Write another one as {_called(contacts[0])} is written: with a name, and below it {_example_of_contact}." if count(contacts) > 0

_example_of_contact := $"the lines \"{_kind_line}\" and \"Email:\" with the address" if count(input.params.kinds) > 0

_example_of_contact := "the line \"Email:\" with the address" if count(input.params.kinds) == 0

_kind_line := $"Type: {concat(" or ", input.params.kinds)}"

# Contacts that stand there already, by their places in the list: under the same name, or the same login.
_repeated(contacts) := {i |
	ids := [_identity(c) | some c in contacts]
	each := [{id: i} | some i, own in ids; some id in own]
	first := object.union_n(array.reverse(each)) # of entries with the same key the last one stays
	some i, own in ids
	some id in own
	first[id] != i
}

_identity(c) := {$"name {_plain(c.name)}" | _plain(c.name) != ""} | {$"login {login}" | some login in _logins(c)}

# --- One contact

_faults_of_contact(c) := union({
	{f | _plain(c.name) == ""; f := _fault(["nameless", c.fields], c.line, "A contact here has no name.", "Write the name of the person, or of the group, first.")},
	{f | _is_placeholder(c.name); f := _fault(["placeholder", c.name], c.line, $"\"{_short(c.name)}\" stands in the template, and is nobody's name.", "Write the name of the person, or of the group.")},
	{f | _needs_kind(c); f := _fault(["kindless", _plain(c.name)], c.line, $"{_called(c)} has no kind.", $"Write \"{_kind_line}\" below {_called(c)}; one person may be several.")},
	{f |
		count(input.params.kinds) > 0
		some field in c.fields
		field.key == "kind"
		some word in _words(field.value)
		not _kind_of(word)
		f := _fault(["kind", _plain(c.name), word], field.line, $"\"{_short(word)}\" is no kind of contact.", $"For {_called(c)}, write one or several of: {concat(", ", input.params.kinds)}.")
	},
	{f |
		not _has_email(c)
		not _has_chat(c)
		f := _fault(["unreachable", _plain(c.name)], c.line, $"{_called(c)} cannot be reached.", $"Below {_called(c)}, write an e-mail address, of the person or of a group, or the name in a chat such as \"Slack: name\".")
	},
	{f |
		some field in c.fields
		field.key == "email"
		not regex.match(`(?i)^\W*(n/?a|none|no|not? public)?\W*$`, field.value)
		not _gives_an_address(c, field.line)
		f := _fault(["address", _plain(c.name)], field.line, $"What stands here as the e-mail address of {_called(c)} is none.", "Write it in full: a name, the sign @, and the domain.")
	},
	{f |
		input.params.encouraged.email
		_has_chat(c)
		not _has_email(c)
		f := _remark(["no e-mail", _plain(c.name)], c.line, $"{_called(c)} can be reached in a chat only.", $"Consider to add an e-mail address, of the person or of a group, below {_called(c)}.")
	},
})

_called(c) := _short(c.name) if _plain(c.name) != ""

_called(c) := $"The contact on line {c.line}" if _plain(c.name) == ""

# No e-mail address is ever printed: where one stands in place of a name, its domain is.
_short(text) := regex.replace(substring(text, 0, 80), `[^\s@<>()\[\]"]+@`, "…@")

_is_placeholder(name) if regex.match(`(?i)^[\[<{].*[\]>}]$|^\W*(contact name|name|your name|first ?name last ?name)\W*$`, name)

_needs_kind(c) if {
	count(input.params.kinds) > 0
	not _says_kind(c)
	count(_kinds(c)) == 0
}

_says_kind(c) if {
	some f in c.fields
	f.key == "kind"
	count(_words(f.value)) > 0
}

# The kinds of a contact: those that it says, and those in brackets after the name.
_kinds(c) := {kind |
	some f in c.fields
	f.key == "kind"
	some word in _words(f.value)
	kind := _kind_of(word)
} | {kind |
	some f in c.fields
	f.key == "text"
	some i, piece in regex.split(`\(`, f.value)
	i > 0
	some word in _words(regex.split(`\)`, piece)[0])
	kind := _kind_of(word)
}

_kind_of(word) := [kind | some kind in input.params.kinds; lower(kind) == lower(word)][0]

_words(text) := [word |
	some piece in regex.split(`[,;/&+]|\s(?:and|or)\s`, text)
	word := trim(piece, " \t[]()`\"'.*_")
	word != ""
]

_has_email(c) if {
	some f in c.fields
	_gives_an_address(c, f.line)
}

# Some text or link on a line holds an address that is not the template's.
_gives_an_address(c, line) if {
	some f in c.fields
	f.line == line
	f.key in {"email", "text", "link"}
	regex.match(_address, f.value)
	not regex.match(`(?i)@(?:example|company)\.(?:com|org|net)\b`, f.value)
}

_has_chat(c) if {
	some f in c.fields
	f.key == "chat"
	regex.match(`[\p{L}\p{N}]`, f.value)
	not _is_placeholder(trim_space(f.value))
}

# Logins on GitHub that a contact gives, in lower case.
_logins(c) := {lower(login) |
	some f in c.fields
	f.key == "github"
	some word in regex.split(`[\s,;]+`, f.value)
	login := regex.replace(word, `^(?:<?(?:https?://)?(?:www\.)?github\.com/|@)|[/>]+$`, "")
	regex.match(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`, login)
	count(regex.split(`[\s,;]+`, trim_space(f.value))) == 1
}

# --- Worth a remark

_remarks(change, content, contacts) := union({
	{f |
		some i in _repeated(contacts)
		c := contacts[i]
		f := _remark(["twice", _plain(c.name)], c.line, $"{_called(c)} stands here twice, and counts as one contact.", "One person may be a contact of several kinds: write them in one place.")
	},
	{f |
		count(contacts) > 0
		some kind in input.params.encouraged.kinds
		not lower(kind) in {lower(k) | some c in contacts; some k in _kinds(c)}
		f := _remark(["no kind", kind], 1, $"No contact is of the kind {kind}.", $"It is not required, but helps those who ask: consider to name one, or to add {kind} to somebody who is one.")
	},
	{f |
		count(input.params.encouraged.headings) > 0
		not _has_support(change, content)
		f := _remark(["no support"], 1, "Nothing says how customers get support, or which guidelines hold.", $"Consider a heading \"{input.params.encouraged.headings[0]}\", and below it: how to ask, how soon somebody answers, and where.")
	},
})

_has_support(_, content) if {
	some section in _sections(content)
	_speaks_of(section.heading.text)
}

_has_support(_, content) if {
	some key, _ in content.data
	_speaks_of(key)
}

# In a folder another file may say it, so it is missed only in what is new.
_has_support(change, _) if {
	_in_folder(change.path)
	change.what != "new"
}

_has_support(change, _) if {
	_in_folder(change.path)
	some other in _changes
	other.company == change.company
	other.what != "removed"
	_speaks_of(regex.replace(other.path, `^.*/`, ""))
}

_speaks_of(text) if {
	some word in input.params.encouraged.headings
	lower(word) in {lower(w) | some w in regex.split(`[^\p{L}\p{N}]+`, text)}
}
