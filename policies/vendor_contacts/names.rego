# Names of companies and of their files, and what hides in a text.
package bylaw.vendor_contacts

import data.bylaw.lib

# --- Where a file stands

_faults_of_places contains {"msg": msg, "fix": fix, "file": change.path, "line": 0, "advice": false} if {
	some change in _changes
	_is_placed(change)
	some [msg, fix, holds] in [
		["Each company has a folder of its own here, and this is a single file.", $"Move it to {_directory(change.path)}/{change.company}/{input.params.pages[0]}.", _misses_folder(change)],
		["Each company has a single file here, and this is a folder.", $"Write the contacts into {_directory(change.path)}/{change.company}.md.", _misses_file(change)],
		["This path leads out of its folder.", "Write the path without \"..\".", _leads_out(change)],
		["This folder has the name of a file.", $"Give it the name of the company: {regex.replace(change.company, `\.[^.]*$`, "")}.", _looks_like_a_file(change)],
	]
	holds
}

_is_placed(change) if change.what in {"new", "renamed"}

_is_placed(change) if {
	change.what == "changed"
	input.params.baseline == "whole"
}

default _misses_folder(_) := false

_misses_folder(change) if {
	input.params.layout == "folder"
	not _in_folder(change.path)
}

default _misses_file(_) := false

_misses_file(change) if {
	input.params.layout == "flat"
	_in_folder(change.path)
}

default _leads_out(_) := false

_leads_out(change) if ".." in split(change.path, "/")

default _looks_like_a_file(_) := false

_looks_like_a_file(change) if {
	_in_folder(change.path)
	regex.match(`(?i)\.(md|markdown|ya?ml|json|toml|txt)$`, change.company)
}

# --- What a company is called

_faults_of_names contains {"msg": $"The name \"{_short(name)}\" holds letters of another alphabet that look like Latin ones.", "fix": "Type the name anew, in one alphabet.", "file": change.path, "line": line, "advice": false} if {
	some change in _changes
	_is_placed(change)
	some [name, line] in array.concat([[change.company, 0]], _titles(change, change.file.after))
	_mixes_alphabets(name)
}

_faults_of_names contains {"msg": $"The name \"{_short(title[0])}\" holds letters of another alphabet that look like Latin ones.", "fix": "Type the name anew, in one alphabet.", "file": change.path, "line": title[1], "advice": false} if {
	some change in _changes
	change.what == "changed"
	some title in _titles(change, change.file.after)
	_mixes_alphabets(title[0])
	not title[0] in {t[0] | some t in _titles(change, change.file.before)}
}

# Two names that only the case or look-alike letters tell apart: some systems cannot hold both.
_faults_of_names contains {"msg": $"The names {change.company} and {other.company} differ by case or by letters that look alike only.", "fix": $"If both are one company, change the files of {other.company}; otherwise give it another name.", "file": change.path, "line": 0, "advice": false} if {
	some change in _changes
	change.what in {"new", "renamed"}
	some other in _changes
	other.what != "removed"
	other.company != change.company
	_folded(other.company) == _folded(change.company)
}

_titles(change, content) := array.concat(
	array.slice([[s.heading.text, s.heading.line] | some s in _sections(content); s.level > 0], 0, 1),
	[[name, lib.line(content, $"/{key}")] |
		some key in ["name", "company", "organization"]
		name := content.data[key]
		is_string(name)
	],
) if {
	change.page
}

_titles(change, _) := [] if not change.page

# A word of two alphabets, or a word of another alphabet all of whose letters look like Latin ones.
_mixes_alphabets(text) if {
	some word in regex.split(`[^\p{L}\p{M}\p{N}]+`, text)
	regex.match(`[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]`, word)
	_could_be_latin(word)
}

_mixes_alphabets(text) if regex.match(`[\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{1D400}-\x{1D7FF}]`, text)

_could_be_latin(word) if regex.match(`\p{Latin}`, word)

_could_be_latin(word) if regex.match(`^[a-z0-9]{2,}$`, _folded(word))

# In lower case, with letters that look like Latin ones as these.
_folded(text) := strings.replace_n(
	{
		"а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "н": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l", "м": "m",
		"о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y", "ԝ": "w", "х": "x",
		"α": "a", "β": "b", "ε": "e", "η": "h", "ι": "i", "κ": "k", "μ": "m", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "y", "χ": "x", "ζ": "z",
	},
	lower(text),
)

# A name by its letters and digits, so that "Acme Corp." and "acme-corp" are the same.
_plain(text) := regex.replace(_folded(text), `[^\p{L}\p{N}]+`, "")

# --- What hides in a text

_faults_of_text(content) := union({
	{_fault(["hidden", line], i + 1, "This line holds a character that nobody sees.", "Type the line anew.") |
		some i, line in _lines(content)
		regex.match(`[\x{AD}\x{61C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}\x{3164}]`, line)
	},
	{_fault(["HTML", line], i + 1, "HTML has no place in a page of contacts, and is not read.", "Write it as Markdown: text, lists, and links such as [name](https://...).") |
		some i, line in _lines(content)
		regex.match(`(?i)<\s*/?\s*(script|iframe|object|embed|form|input|button|style|link|meta|base|svg|img|video|audio|details|a|p|div|span|table)(?:[\s/>]|$)`, line)
	},
	{_fault(["link", link.url], link.line, "This link leads neither to a page on the web nor to an address.", "Begin it with https:// or mailto:.") |
		some link in _links(content)
		not regex.match(`(?i)^(https?://|mailto:|[^:]*$|[^:]*[/#?])`, link.url)
	},
})

_lines(content) := split(trim_prefix(content.text, "\ufeff"), "\n")

_links(content) := [link |
	some s in _sections(content)
	some text in array.flatten([s.heading, s.prose, s.items, [cell | some t in s.tables; some row in t.rows; some cell in row.cells]])
	some link in text.links
]
