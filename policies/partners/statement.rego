# What a partner states, and how neutral its words are.
package bylaw.partners

import data.bylaw.lib

# The version in force: the newest whose day has come. A version without a date was always in force.
_in_force := [s | some s in input.params.statements; s.from == newest][0] if newest := max({s.from | some s in input.params.statements; s.from <= _today})

_wanted(e) := replace(_in_force.text, "{partner}", _short(_text_of(e, "name")))

_text_of(e, key) := e.now[key] if is_string(e.now[key])

_text_of(e, key) := "" if not _has_text(e, key)

_has_text(e, key) if is_string(e.now[key])

# Line breaks, kinds of blanks and of quotation marks do not matter; every word does.
# A statement that is copied from what Bylaw says has signs in its links that nobody sees.
_normal(text) := trim_space(regex.replace(regex.replace(regex.replace(regex.replace(text, `[\x{2060}\x{200B}\x{FEFF}]`, ""), `[“”„‟«»″]`, "\""), `[‘’‚‛′]`, "'"), `[\s\x{00A0}\x{2007}\x{202F}]+`, " "))

_stated(e) := _normal(e.now.statement.text) if is_string(e.now.statement.text)

_states_something(e) if is_string(e.now.statement.text)

# Every file that is changed carries the statement in force, whatever of it is changed.
_faults contains _fault(e.path, _line(e, "/statement"), "The statement of the partner is missing.", $"Add statement: with version: \"{_in_force.version}\", the date, and text: {_wanted(e)}") if {
	some e in _entries
	_in_force
	not _states_something(e)
}

_faults contains _fault_at(e, "/statement/text", _unlike(e), $"Write: {_wanted(e)}") if {
	some e in _entries
	_in_force
	_stated(e) != _normal(_wanted(e))
}

_unlike(e) := $"The statement is that of version {_short(older)}; since {_in_force.from} version {_in_force.version} is asked for." if older := _older(e)

_unlike(e) := $"The statement is not word for word that of version {_in_force.version}; it differs from the word {_quoted(_first_difference(e))} on." if not _older(e)

_older(e) := [s.version |
	some s in input.params.statements
	s.version != _in_force.version
	_stated(e) == _normal(replace(s.text, "{partner}", _text_of(e, "name")))
][0]

_first_difference(e) := [word |
	wanted := split(_normal(_wanted(e)), " ")
	some i, word in array.concat(split(_stated(e), " "), ["(its end)"])
	not wanted[i] == word
][0]

_faults contains _fault_at(e, "/statement/version", $"The version is {_quoted(_as_text(e.now.statement.version))}, and the statement in force is version {_in_force.version}.", $"Write version: \"{_in_force.version}\".") if {
	some e in _entries
	_stated(e) == _normal(_wanted(e))
	_as_text(e.now.statement.version) != _in_force.version
}

_faults contains _fault_at(e, "/statement", $"The statement does not say its {key}.", $"Add {example}.") if {
	some e in _entries
	_stated(e) == _normal(_wanted(e))
	some key, example in {"version": $"version: \"{_in_force.version}\"", "date": $"date: {_today}"}
	not key in object.keys(e.now.statement)
}

_faults contains _fault_at(e, "/statement/date", $"The date of the statement, {_quoted(_as_text(e.now.statement.date))}, {why}.", $"Write the day on which it was agreed to, such as {_today}.") if {
	some e in _entries
	_stated(e) == _normal(_wanted(e))
	some why in _wrong_date(_as_text(e.now.statement.date))
}

_wrong_date(date) := {"is not a date such as 2026-01-31"} if not lib.is_date(date)

_wrong_date(date) := {why |
	some why, holds in {
		"is in the future": date > _today,
		"is before this version was in force": date < _in_force.from,
	}
	holds
} if {
	lib.is_date(date)
}

_faults contains _fault_at(e, "/statement/text", $"The statement does not name {_quoted(link)}.", "Put the address into the text of the statement.") if {
	some e in _entries
	some link in input.params.links
	_stated(e)
	not contains(_stated(e), link)
	not _in_the_text_asked_for(e, link)
}

# Then it is said already that the text must be another.
_in_the_text_asked_for(e, link) if contains(_wanted(e), link)

# --- Neutral words

_faults contains {
	"msg": $"{_quoted(word)} praises, ranks or sells; entries are neutral.",
	"fix": $"Say it without that, for example: {_short(_without(t.text, word))}",
	"file": e.path, "line": _line(e, t.at), "advice": input.params.neutral.does == "advise",
} if {
	some e in _entries
	some t in _told(e)
	some word in input.params.neutral.words
	contains(lower(t.text), lower(word)) # that is quick, and mostly all
	regex.match(_pattern(word), t.text)
}

_faults contains {
	"msg": $"The address {_quoted(a.url)} leads to an offer or is counted ({part}); entries are neutral.",
	"fix": $"Give a page that says what the partner does with this project, such as {_short(split(split(a.url, "?")[0], part)[0])}",
	"file": e.path, "line": _line(e, a.at), "advice": input.params.neutral.does == "advise",
} if {
	some e in _entries
	some a in _addresses(e)
	some part in input.params.neutral.addresses
	contains(lower(a.url), lower(part))
}

_told(e) := array.concat(
	[{"at": "/description", "text": e.now.description} | "description" in _judged(e); is_string(e.now.description)],
	[{"at": concat("", [p.at, "/text"]), "text": p.part.text} | some p in _parts(e, "contributions"); is_string(p.part.text)],
)

_pattern(word) := $`(?i)(^|[^\pL\pN])({regex.replace(word, `[^\pL\pN\s]`, `[$0]`)})($|[^\pL\pN])`

_without(text, word) := trim_space(regex.replace(regex.replace(text, _pattern(word), "$1$3"), `\s+`, " "))
