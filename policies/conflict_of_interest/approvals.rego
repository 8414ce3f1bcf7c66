# Who made the change, who approved it, and which approvals count.
package bylaw.conflict_of_interest

import data.bylaw.lib

# Everybody as the default branch knows them.
_listed := lib.by_login(lib.as_merged(input.people))

# The same with what they have disclosed for this pull request, and with whom those work for whose
# delegates they are.
_who := _listed if count(_added) == 0

else := object.union(_listed, {login: object.union(p, {"affiliations": array.concat(p.affiliations, more)}) |
	some login, more in _added
	p := _listed[login]
})

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

_stances := lib.stances_by_state(input.reviews)

# The approvals that stand, by login.
_given := object.get(_stances, "approved", {})

_approvals := object.remove(_given, object.keys(_disqualified))

# Why an approval does not count, whoever gave it works for. Every reason goes through the approvals once, and
# only where the configuration asks for it.
_disqualified[login] contains reason if {
	some kind, logins in lib.grouped(_given, ["author", "kind"])
	kind != "user"
	reason := object.get({"deleted": "has a deleted account"}, kind, "is a bot")
	some login in logins
}

_disqualified[login] contains "made the change, or part of it" if {
	some login in (_authors & object.keys(_given))
}

_disqualified[login] contains "approved an earlier version of the change" if {
	input.params.qualified.stale == "refuse"
	some login in lib.grouped(_given, ["stale"])[true]
}

# Reviewers whom the configuration names for the case that nobody else could help need not be able to write.
_disqualified[login] contains "may not write to this repository" if {
	some login in lib.grouped(_given, ["can_push"])[false]
	not login in _named_outsiders
}

_disqualified[login] contains "recused themselves" if {
	some login in (_recused & object.keys(_given))
}

_disqualified[login] contains _missing_role if {
	_asks_for_a_role
	some login in object.keys(_given)
	_lacks_role(login)
}

_disqualified[login] contains "is not responsible for any of the changed files" if {
	count(_areas) > 0
	some login in object.keys(_given)
	_other_area(login)
}

_missing_role := concat(" and ", array.concat(roles, teams)) if {
	roles := [$"does not have the role {concat(" or ", input.params.qualified.roles)}" | count(input.params.qualified.roles) > 0]
	teams := [$"is not in the team {concat(" or ", input.params.qualified.teams)}" | count(input.params.qualified.teams) > 0]
}

_lacks_role(login) if {
	_asks_for_a_role
	not login in _role_holders
	not login in _named_outsiders
	not _acts_for[login]
}

_asks_for_a_role if count(input.params.qualified.roles) > 0

_asks_for_a_role if count(input.params.qualified.teams) > 0

# Who has one of the roles that a roster gives, or is in one of the teams.
_role_holders := lib.holders(input.people, input.teams, input.params.qualified)

# The areas to which a changed file belongs.
_areas := {name: area |
	some name, area in input.params.qualified.areas
	_touches(area.paths)
}

_touches(patterns) if count(lib.touched(input.files, patterns)) > 0

_other_area(login) if {
	count(_areas) > 0
	not _in_area(login)
	not login in _named_outsiders
	not _acts_for[login]
}

_in_area(login) if login in _area_holders

_area_holders := union({lib.holders(input.people, input.teams, area) | some area in _areas})

# --- How those who approved stand to the authors

# An approval is judged by whom people worked for from this moment on, until it was given.
_since(moment) := min({input.created_at, moment}) if input.params.at == "span"

_since(moment) := moment if input.params.at == "review"

_circle(moment) := lib.circle(_who, _near, _since(moment), moment)

_circle_now := _circle(input.taken_at)

# Organizations that are not simply another one.
_near := [o | some o in input.organizations; count(o.near) > 0]

# How everybody stands today.
_positions_now := lib.positions(_who, _circle_now)

# How everybody stands whose approval qualifies, at the moment of the approval.
_positions := lib.positions_between(_who, _near, _judged)

_judged := lib.spans(_approvals, input.created_at) if input.params.at == "span"

_judged := {login: [r.submitted_at, r.submitted_at] | some login, r in _approvals} if input.params.at == "review"

# Outside, inside and open: each qualified approval is one of them. A conflict is one, whatever it rests
# on; where it cannot be said whether somebody's organization counts, that is open.
_inside := object.keys(_conflicts)

_open := object.keys(_doubts) - _inside

# Why it cannot be said of somebody whether they work elsewhere, for those of whom it cannot be said.
_doubts := object.union(_own_doubts, _lent_doubts)

_own_doubts := {login: doubt |
	some doubt, logins in lib.grouped(_positions, [_doubted])
	doubt != ""
	some login in logins
}

# A delegate is as uncertain as whoever they act for.
_lent_doubts := {login: $"it is not known whom {unclear[0]}, for whom they act, works for" |
	some login, principals in _acts_for
	_positions[login]
	unclear := sort([principal | some principal in principals; _positions_now[principal].unclear != ""])
	count(unclear) > 0
}

# In the rules that only count organizations it does not matter how somebody stands to the authors.
_doubted := "why" if input.params.rule in {"outside_author", "span_two_organizations"}

else := "unclear"

_outside := object.keys(_positions) - (_inside | _open)

# Logins as their owners write them.
_names(logins) := sort(lib.as_set(lib.column(lib.column(object.filter(_approvals, logins), "author"), "login")))
