# Who is who, and who works for whom on a given day.
package bylaw.lib

# Logins are compared without regard to case, as GitHub does.
same_login(a, b) if lower(a) == lower(b)

# The person with a login; undefined when nothing is known of them.
person(people, login) := _by_login(people)[lower(login)]

_by_login(people) := {lower(p.login): p | some p in people}

# The people as the default branch knows them, without what this pull request would write into a roster.
as_merged(people) := [object.union(p, {"affiliations": kept}) |
	some p in people
	kept := [a | some a in p.affiliations; not a.proposed]
]

# The affiliations of a person that hold at some time between two moments, both included, by what the
# community's own files and commits say. None when nothing is known of the person.
affiliations(people, login, since, until) := [a |
	some a in _in_force(people, login, since, until)
	a.source in {"declared", "declared-stale", "roster", "email"}
	not a.kind in {"unknown", "ambiguous"}
]

_in_force(people, login, since, until) := [a |
	some a in person(people, login).affiliations
	a.from <= until # also when it is empty, for always
	_not_over(a, since)
]

_not_over(a, _) if a.until == ""

# Half open: on the day "until" it is no longer so. "2025-09-01T08:00:00Z" sorts after "2025-09-01".
_not_over(a, moment) if moment < a.until

# What a person works for between two moments: ids of organizations, and for somebody independent an
# organization of their own.
employers(people, login, since, until) := {key |
	some a in affiliations(people, login, since, until)
	key := _employer(a, login)
}

_employer(a, _) := a.organization if a.kind == "employer"

_employer(a, login) := concat("", [_alone, lower(login)]) if a.kind == "independent"

# No organization has an id that begins so.
_alone := "independent @"

# Organizations that a person works for by what others collected, such as gitdm. It is never shown and
# never a conflict; it only keeps somebody from counting as an outsider. Undated lines of it, and those
# that call somebody independent, are worth nothing.
hearsay(people, login, since, until) := {a.organization |
	some a in _in_force(people, login, since, until)
	a.kind == "employer"
	a.source in {"gitdm-strict", "gitdm-open"}
}

# Two files of the community name employers of a person between two moments, and none in common.
disputed(people, login, since, until) if {
	declared := [a | some a in affiliations(people, login, since, until); a.source in {"declared", "declared-stale", "roster"}]
	in_file := {file: keys |
		some file in {a.file | some a in declared}
		keys := {key | some a in declared; a.file == file; key := _employer(a, login)}
		count(keys) > 0
	}
	some one in in_file
	some other in in_file
	count(one & other) == 0
}

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

# Where it stands that a person has these affiliations.
evidence(affiliated) := {e |
	some a in affiliated
	e := {"file": a.file, "line": a.line, "text": _evidence_text(a)}
}

_evidence_text(a) := a.evidence if not a.proposed

_evidence_text(a) := "proposed in this pull request" if a.proposed

# Names in a row: "alice", "alice and bob", "alice, bob and carol".
in_a_row(names) := "" if count(names) == 0

in_a_row(names) := names[0] if count(names) == 1

in_a_row(names) := $"{but_last} and {names[last]}" if {
	count(names) > 1
	last := count(names) - 1
	but_last := concat(", ", array.slice(names, 0, last))
}

# The same with at most a number of names: "alice, bob and 3 others".
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
