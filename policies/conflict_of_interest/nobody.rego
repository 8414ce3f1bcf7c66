# Who could give what is missing, and what holds when nobody could.
package bylaw.conflict_of_interest

import data.bylaw.lib

# Who could give what is missing, best first: whoever is responsible for the changed files or has a role,
# then who was active lately, then the others; who has been asked already comes last.
reviewers := [ranked[3] | some ranked in _ranked] if not _met

reviewers := [] if _met # nothing is missing

_ranked := sort({[asked, without_charge, idle, p.login] |
	some login, p in _could_review
	asked := login in _asked
	without_charge := login in _without_charge
	idle := p.active_at < _lately # also when it is not known
})

_asked := {lower(login) | some login in input.requested_reviewers}

_without_charge := {login | some login, p in _could_review; count(p.roles) == 0} if count(_areas) == 0

_without_charge := {login | some login, _ in _could_review; not _in_area(login)} if count(_areas) > 0

_lately := lib.days_before(input.taken_at, 90)

_could_review := {login: p |
	some login, p in _could_help
	not p.away_until > input.taken_at
}

# Whoever is away could help all the same, only not at once.
_could_help := {login: p |
	some login, p in _might_review
	_would_help(_positions_now[login])
}

# Everybody whose approval would qualify, who has no conflict, and has not approved yet.
_might_review := {login: p |
	some login in (object.keys(_positions_now) - _not_asked)
	p := _who[login]
	p.can_push
	not _lacks_role(login)
	not _other_area(login)
}

_not_asked := ((_authors | _recused) | _outside) | _conflicted_now

_would_help(position) if {
	input.params.rule == "outside_author"
	position.standing == "outside"
}

# Under the other rules somebody helps who brings in an organization of which more approvals count.
_would_help(position) if {
	input.params.rule != "outside_author"
	count(position.employers) > 0
	position[_doubted] == ""
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
	not _outsider_despite_authors
	lib.known(_who)
}

# What authors can write alone (names and addresses in commits, a disclosure) must not bring it about that
# nobody could: looked at without it, there is somebody from outside who has not approved.
_outsider_despite_authors if {
	some login, p in _vouched
	p.can_push
	p.part == "none"
	not login in (((_outside | _recused) | _concerned_now) | (object.keys(_disclosed_interests("soft")) | object.keys(_disclosed_interests("hard"))))
	not _lacks_role(login)
	not _other_area(login)
	_positions_vouched[login].standing == "outside"
	count(_positions_vouched[login].employers & _exhausted_vouched) == 0
}

_exhausted_vouched := set() if input.params.rule in {"outside_author", "span_two_organizations"}

_exhausted_vouched := _exhausted if not input.params.rule in {"outside_author", "span_two_organizations"}

_vouched := {login: object.union(p, {"part": object.get({"named": "none"}, p.part, p.part), "affiliations": said}) |
	some login, p in _listed
	said := [a | some a in p.affiliations; not a.source in {"email", "comment"}]
}

_positions_vouched := lib.positions(_vouched, lib.circle(_vouched, _near, _since(input.taken_at), input.taken_at))

# How many approvals would count if everybody gave theirs who could.
_at_best := count(_could_help) + _counted_known if input.params.rule == "outside_author"

_at_best := _counts(object.keys(everybody), everybody) if {
	input.params.rule != "outside_author"
	others := {login: {_one_name(key, {"merged", "related"}) | some key in position.employers} |
		some login, _ in _might_review
		position := _positions_now[login]
		count(position.employers) > 0
		position[_doubted] == ""
	}
	everybody := object.union(others, _strictly)
}

_open_could if {
	some login, _ in _might_review
	_positions_now[login][_doubted] != ""
}

_open_could if count(_open) > 0

# The approvals that the change has are as many as it needs, only not from where it needs them.
_nobody_and_approved if {
	_nobody_could
	count(_approvals) >= _in_all
}

# Outside reviewers whom the configuration names for this case. They need not be able to write.
_named_outsiders := {lower(login) | some login in input.params.nobody.reviewers} if {
	input.params.nobody.answer == "reviewers"
	count(_regular) < max({input.params.approvals, 1})
}

_named_outsiders := set() if input.params.nobody.answer != "reviewers"

_named_outsiders := set() if {
	input.params.nobody.answer == "reviewers"
	count(_regular) >= max({input.params.approvals, 1})
}

# Everybody who is no author and whose approval would count, whether they have given it or not.
_regular := {login |
	some login, position in _positions_now
	_who[login].can_push
	count(position.employers) > 0
	position[_doubted] == ""
	not position.standing == _too_near
	not login in (_authors | _recused)
	_in_charge(login)
}

_too_near := "inside" if input.params.rule == "outside_author"

_too_near := "" if input.params.rule != "outside_author"

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
	count(_objectors) == 0
}

# Who may write and asks for changes speaks against accepting by waiting.
_objectors := {r.author.login |
	some r in object.get(_stances, "changes_requested", {})
	r.author.kind == "user"
	r.can_push
	not lower(r.author.login) in _makers
}

# Who opened the change or pushed it. To be named in a commit takes nobody's objection away.
_makers := {login | some login, p in _listed; p.part in {"opened", "pushed"}}

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
