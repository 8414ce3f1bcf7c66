# Who could give what is missing, and what holds when nobody could.
package bylaw.conflict_of_interest

import data.bylaw.lib

# Who could give what is missing, best first: whoever is responsible for the changed files or has a role,
# then who was active lately, then the others; who has been asked already comes last.
reviewers := [login | some [_, _, _, login] in _ranked]

_ranked := sort({[asked, charge, activity, p.login] |
	some p in _could_review
	login := lower(p.login)
	asked := _first_or_second(not_asked(login))
	charge := _first_or_second(_has_charge(p))
	activity := _first_or_second(_active(p))
})

_first_or_second(good) := 0 if good

_first_or_second(good) := 1 if not good

default not_asked(_) := false

not_asked(login) if not login in {lower(l) | some l in input.requested_reviewers}

default _has_charge(_) := false

_has_charge(p) if {
	count(_areas) > 0
	_in_area(lower(p.login))
}

_has_charge(p) if {
	count(_areas) == 0
	count(p.roles) > 0
}

default _active(_) := false

_active(p) if {
	p.active_at != ""
	p.active_at >= lib.days_before(input.taken_at, 90)
}

_could_review := [p |
	some p in _might_review
	_would_help(_positions_now[lower(p.login)])
]

# Everybody whose approval would qualify, who has no conflict, and has not approved yet.
_might_review := [p |
	some login, p in _who
	p.kind == "user"
	p.can_push
	not login in _not_asked
	not p.away_until > input.taken_at
	not _lacks_role(login)
	not _other_area(login)
]

_not_asked := ((_authors | _recused) | _outside) | _conflicted_now

_would_help(position) if {
	input.params.rule == "outside_author"
	position.standing == "outside"
}

# Under the other rules somebody helps who brings in an organization of which more approvals count.
_would_help(position) if {
	input.params.rule != "outside_author"
	count(position.employers) > 0
	_doubt(position) == ""
	count(position.employers & _exhausted) == 0
}

# The organizations of which no more approvals count, and those near to them.
_exhausted := lib.with_near(_near, _exhausted_by[input.params.rule], {"merged", "related"}, input.created_at, input.taken_at)

_exhausted_by[name] := _organizations_so_far if some name in ["distinct_organizations", "one_per_organization"]

_exhausted_by["at_most_per_organization"] := {key |
	some key in _organizations_so_far
	count([login | some login in _outside; key in _positions[login].employers]) >= input.params.per_organization
}

_exhausted_by["span_two_organizations"] := _authors_employers | _organizations_so_far if not _spans(_outside, _strictly)

_exhausted_by["span_two_organizations"] := set() if _spans(_outside, _strictly)

_organizations_so_far := {key | some login in _outside; some key in _positions[login].employers}

# --- Nobody could

# Everybody who could has approved, or nobody can: what is missing cannot come. Somebody whose employer is
# not known could still help, once it is known.
_nobody_could if {
	not _enough_known
	not _enough_with_open
	_at_best < input.params.approvals
	not _open_could
	lib.known(_people)
}

# How many approvals would count if everybody gave theirs who could.
_at_best := count(_could_review) + _counted_known if input.params.rule == "outside_author"

_at_best := _counts(object.keys(everybody), everybody) if {
	input.params.rule != "outside_author"
	others := {login: {_one_name(key, {"merged", "related"}) | some key in position.employers} |
		some p in _might_review
		login := lower(p.login)
		position := _positions_now[login]
		count(position.employers) > 0
		_doubt(position) == ""
	}
	everybody := object.union(others, _strictly)
}

_open_could if {
	some p in _might_review
	_doubt(_positions_now[lower(p.login)]) != ""
}

_open_could if count(_open) > 0

# The approvals that the change has are as many as it needs, only not from where it needs them.
_nobody_and_approved if {
	_nobody_could
	count(_approvals) >= _in_all
}

# Outside reviewers whom the configuration names for this case. They need not be able to write.
_named_outsiders := {lower(login) | some login in input.params.nobody.reviewers} if input.params.nobody.answer == "reviewers"

_named_outsiders := set() if input.params.nobody.answer != "reviewers"

_nobody_accepted if {
	_nobody_and_approved
	_answer == "ask"
	input.params.nobody.answer == "advise"
}

_nobody_accepted if {
	_nobody_and_approved
	_answer == "ask"
	input.params.nobody.answer == "wait"
	_waited_until <= input.taken_at
}

# Waiting in public begins when this version of the change could be reviewed.
_waited_until := lib.after_business_days(_public_since, input.params.nobody.business_days) if _public_since != ""

_public_since := max({input.ready_at, input.head.arrived_at}) if {
	input.ready_at != ""
	input.head.arrived_at != ""
}

default _public_since := ""

_waits_in_public if {
	_nobody_and_approved
	_answer == "ask"
	input.params.nobody.answer == "wait"
	_waited_until > input.taken_at
}
