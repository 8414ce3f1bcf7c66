# Facts as people read them.
package bylaw.lib

# The name of an organization as people write it; its id when it has none.
organization_name(organizations, key) := o.name if {
	some o in organizations
	o.id == key
}

organization_name(organizations, key) := key if not key in {o.id | some o in organizations}

# Employers as words: "Acme and Globex", "nobody (independent)", "an unknown organization".
employers_in_words(_, keys) := "an unknown organization" if count(keys) == 0

employers_in_words(organizations, keys) := in_a_row(sort({_in_words(organizations, key) | some key in keys})) if count(keys) > 0

_in_words(_, key) := "nobody (independent)" if startswith(key, _alone)

_in_words(organizations, key) := organization_name(organizations, key) if not startswith(key, _alone)

# Where it stands that a person has these affiliations, and how much that is worth.
evidence(affiliated) := {e |
	some a in affiliated
	e := {"file": a.file, "line": a.line, "text": _evidence_text(a)}
}

_evidence_text(a) := a.evidence if _simply_declared(a)

_simply_declared(a) if {
	_worth[a.source] == ""
	not a.proposed
}

_evidence_text(a) := in_a_row([text |
	some text in [a.evidence, _worth[a.source], _if(a.proposed, "proposed in this pull request")]
	text != ""
]) if {
	not _simply_declared(a)
}

_if(true, text) := text

_if(false, _) := ""

# Said only where it is not simply declared.
_worth := {
	"declared": "", "roster": "", "comment": "", "email": "",
	"declared-stale": "without date or review",
	"gitdm-strict": "collected by others", "gitdm-open": "collected by others", "gitdm-undated": "collected by others",
	"profile": "their own page on GitHub",
}

# How certain something is that rests on several affiliations: as certain as the weakest of them.
certainty(affiliated) := _certainties[max({a.rank | some a in affiliated})] if count(affiliated) > 0

_certainties := [
	"a reviewed entry", "an entry without date or review", "a list of members", "an address in a commit, or a disclosure",
	"a list that others collected", "a list that others collected", "a list that others collected", "a page on GitHub", "not known",
]

# Names in a row: "alice", "alice and bob", "alice, bob and carol".
in_a_row(names) := "" if count(names) == 0

in_a_row(names) := names[0] if count(names) == 1

in_a_row(names) := $"{but_last} and {names[last]}" if {
	count(names) > 1
	last := count(names) - 1
	but_last := concat(", ", array.slice(names, 0, last))
}

# The same with at most a number of names: "alice, bob and 3 more".
in_a_short_row(names, most) := in_a_row(names) if count(names) <= most

in_a_short_row(names, most) := in_a_row(array.concat(array.slice(names, 0, most), [others])) if {
	count(names) > most
	others := $"{count(names) - most} more"
}

# Where a review has to come from, as words after "a review".
from_elsewhere(organizations, keys) := $"from outside {employers_in_words(organizations, companies)}" if {
	companies := {key | some key in keys; not startswith(key, _alone)}
	count(companies) > 0
}

from_elsewhere(_, keys) := "by another person" if {
	count(keys) > 0
	every key in keys {
		startswith(key, _alone)
	}
}

from_elsewhere(_, keys) := "by somebody whose employer is known" if count(keys) == 0
