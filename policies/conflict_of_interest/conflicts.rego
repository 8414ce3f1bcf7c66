# What is a conflict of interest. A soft one comes from whom somebody works for; a hard one is what
# somebody calls so themselves, and two soft ones together, as in the CNCF's procedures for incidents:
# https://github.com/cncf/foundation/blob/main/code-of-conduct/coc-incident-resolution-procedures.md
package bylaw.conflict_of_interest

import data.bylaw.lib

# The conflicts of everybody whose approval qualifies: sentences that say what they rest on.
_conflicts[login] contains sentence if {
	input.params.rule == "outside_author" # in the rules that count organizations, the author's own is one of them
	some shared, logins in _colleagues
	sentence := _as_colleagues(shared)
	some login in logins
}

_as_colleagues(shared) := "works for the same organization as an author" if count(shared & _authors_employers) > 0

else := $"works for {_in_words(shared)}, which counts as one with {_authors_organizations}"

# Those inside, by the organizations that they share with the authors. Most have much in common, and what holds of
# many is looked at once.
_colleagues := lib.grouped(object.filter(_positions, _insiders), ["shared"])

_insiders := object.get(lib.grouped(_positions, ["standing"]), "inside", set())

_conflicts[login] contains $"works for {_in_words(_subjects & position.employers)}, which this change is about" if {
	count(_subjects) > 0
	some login, position in _positions
	count(_subjects & position.employers) > 0
}

_conflicts[login] contains $"works for {_in_words(_interested & position.employers)}, which has an interest in this change" if {
	count(_interested) > 0
	some login, position in _positions
	count(_interested & position.employers) > 0
}

_conflicts[login] contains $"disclosed a soft conflict: {text}" if {
	some login, text in _disclosed_interests("soft")
	_approvals[login]
}

_conflicts[login] contains $"disclosed a hard conflict: {text}" if {
	some login, text in _disclosed_interests("hard")
	_approvals[login]
}

_in_words(keys) := lib.employers_in_words(input.organizations, keys)

# Who has a conflict today, whether they have approved or not.
_conflicted_now := ((_colleagues_now | _concerned_now) | object.keys(_disclosed_interests("soft"))) | object.keys(_disclosed_interests("hard"))

_colleagues_now := object.get(lib.grouped(_positions_now, ["standing"]), "inside", set()) if input.params.rule == "outside_author"

else := set()

_concerned_now := {login |
	concerned := _subjects | _interested
	count(concerned) > 0
	some login, position in _positions_now
	count(position.employers & concerned) > 0
}

# Whether somebody with these conflicts has a soft or a hard one. Whoever discloses an interest is not worse off
# for it: it may be the very one that is known already.
_hardness(reasons) := "" if {
	some reason in reasons
	startswith(reason, "disclosed a hard conflict")
} else := _how_hard(count({reason | some reason in reasons; startswith(reason, "works for")}))

# Who has the same conflicts.
_alike := lib.grouped(_conflicts, [])

_how_hard(0) := ""

_how_hard(1) := ": a soft conflict (it comes from the employer)"

_how_hard(by_employment) := ": together a hard conflict" if by_employment > 1

# Organizations that the change is about: those after which the files are named.
default _subjects := set()

_subjects := lib.with_near(_near, about, {"merged"}, input.created_at, input.taken_at) if {
	count(input.params.subject.paths) > 0
	about := {id |
		some file in input.files
		count(file.organizations) > 0
		some path in lib.paths(file)
		lib.path_matches_any(input.params.subject.paths, path)
		some id in file.organizations
	}
}

# Organizations with an interest of their own in changes of certain files, by the labels that the file
# of organizations gives them.
default _interested := set()

_interested := lib.with_near(_near, labelled, {"merged"}, input.created_at, input.taken_at) if {
	count(input.params.interest.labels) > 0
	_touches(input.params.interest.paths)
	labelled := {o.id |
		some o in input.organizations
		some label in o.labels
		label in input.params.interest.labels
	}
}
