# Who made the change, who approved it, and which approvals count.
package bylaw.conflict_of_interest

import data.bylaw.lib

# Everybody as the default branch knows them.
_listed := lib.by_login(lib.as_merged(input.people))

# The same with what they have disclosed for this pull request, and with whom those work for whose
# delegates they are.
_who := object.union(_listed, {login: object.union(p, {"affiliations": array.concat(p.affiliations, more)}) |
	some login, more in _added
	p := _listed[login]
})

_people := [p | some p in _who]

_added := {login: array.concat(said, principals) |
	some login in (object.keys(_disclosed_employers) | object.keys(_acts_for))
	said := [lib.disclosed(organization) | some organization in object.get(_disclosed_employers, login, set())]
	principals := [a | some principal in object.get(_acts_for, login, set()); some a in _lent(principal)]
}

# Whom somebody works for, as it is held against their delegate: like a line that stands there no more it can
# be a conflict, but says nothing of whom the delegate works for.
_lent(principal) := [object.union(a, {"former": true}) |
	disclosed := [lib.disclosed(organization) | some organization in object.get(_disclosed_employers, principal, set())]
	some a in array.concat(_listed[principal].affiliations, disclosed)
	a.kind == "employer"
]

_authors := lib.authors(input.people)

# --- Approvals that qualify, before anybody's employer is looked at

_stances := lib.stances(input.reviews)

_approvals := {login: r |
	some r in _stances
	r.state == "approved"
	login := lower(r.author.login)
	_qualifies(login, r)
}

_qualifies(login, r) if {
	r.author.kind == "user"
	not login in _authors
	not _too_old(r)
	not _may_not_write(r)
	not login in _recused
	not _lacks_role(login)
	not _other_area(login)
}

# Why an approval does not count, whoever gave it works for; empty when it may count.
_disqualifications(r) := lib.in_a_row(sort(reasons)) if {
	login := lower(r.author.login)
	reasons := {reason |
		some [reason, holds] in [
			["is a bot", r.author.kind == "bot"],
			["has a deleted account", r.author.kind == "deleted"],
			["made the change, or part of it", login in _authors],
			["approved an earlier version of the change", _too_old(r)],
			["may not write to this repository", _may_not_write(r)],
			["recused themselves", login in _recused],
			[_missing_role, _lacks_role(login)],
			["is not responsible for any of the changed files", _other_area(login)],
		]
		holds
	}
}

default _too_old(_) := false

_too_old(r) if {
	r.stale
	input.params.qualified.stale == "refuse"
}

# Reviewers whom the configuration names for the case that nobody else could help need not be able to write.
default _may_not_write(_) := false

_may_not_write(r) if {
	not r.can_push
	not lower(r.author.login) in _named_outsiders
}

_missing_role := $"is not {concat(" or ", array.concat(roles, teams))}" if {
	roles := [$"a {role}" | some role in input.params.qualified.roles]
	teams := [$"in the team {team}" | some team in input.params.qualified.teams]
}

default _lacks_role(_) := false

_lacks_role(login) if {
	_asks_for_a_role
	not _has_role(login, input.params.qualified)
	not login in _named_outsiders
	not _acts_for[login]
}

_asks_for_a_role if count(input.params.qualified.roles) + count(input.params.qualified.teams) > 0

# Somebody has one of the roles that a roster gives, or is in one of the teams.
_has_role(login, wanted) if {
	some role in _listed[login].roles
	role.name in object.get(wanted, "roles", [])
}

_has_role(login, wanted) if login in _members(object.get(wanted, "teams", []))

_members(teams) := {lower(member) |
	some team in input.teams
	team.name in teams
	some member in team.members
}

# The areas to which a changed file belongs.
_areas := {name: area |
	some name, area in input.params.qualified.areas
	_touches(area.paths)
}

_touches(patterns) if {
	some file in input.files
	some path in lib.paths(file)
	lib.path_matches_any(patterns, path)
}

default _other_area(_) := false

_other_area(login) if {
	count(_areas) > 0
	not _in_area(login)
	not login in _named_outsiders
	not _acts_for[login]
}

_in_area(login) if {
	some area in _areas
	_responsible(login, area)
}

_responsible(login, area) if _has_role(login, area)

_responsible(login, area) if {
	some person in object.get(area, "people", [])
	lower(person) == login
}

# --- How those who approved stand to the authors

# An approval is judged by whom people worked for from this moment on, until it was given.
_since(moment) := min({input.created_at, moment}) if input.params.at == "span"

_since(moment) := moment if input.params.at == "review"

_circle(moment) := lib.circle(_people, _near, _since(moment), moment)

_circle_now := _circle(input.taken_at)

# Organizations that are not simply another one.
_near := [o | some o in input.organizations; count(o.near) > 0]

# How everybody stands today.
_positions_now := {login: position |
	some login, someone in _who
	someone.kind == "user"
	position := lib.position(someone, _circle_now)
}

# How everybody stands whose approval qualifies, at the moment of the approval.
_positions := {login: _positions_now[login] | some login, _ in _approvals} if _steady

_positions := {login: position |
	some login, r in _approvals
	position := lib.position(_who[login], _circle(r.submitted_at))
} if {
	not _steady
}

# Nobody's job changed while the pull request was open: whatever holds now, held at each review. It is the
# common case, and saves the work of many.
_steady if {
	input.params.at == "span"
	count(_near) == 0
	count(_changes) == 0
}

_changes := {date |
	some p in _people
	some a in p.affiliations
	some date in [a.from, a.until]
	date != ""
	date >= substring(input.created_at, 0, 10)
	date <= input.taken_at
}

# Outside, inside and open: each qualified approval is one of them. A conflict is one, whatever it rests
# on; where it cannot be said whether somebody's organization counts, that is open.
_inside := {login | some login, _ in _approvals; count(_conflicts[login]) > 0}

_open := {login |
	some login, position in _positions
	not login in _inside
	_doubt(position) != ""
}

# In the rules that only count organizations it does not matter how somebody stands to the authors.
_doubt(position) := position.why if input.params.rule in {"outside_author", "span_two_organizations"}

_doubt(position) := position.unclear if not input.params.rule in {"outside_author", "span_two_organizations"}

_outside := object.keys(_positions) - (_inside | _open)

# Logins as their owners write them.
_names(logins) := sort({_approvals[login].author.login | some login in logins})
