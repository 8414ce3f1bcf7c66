# How many approvals count under each of the rules. "Known" counts only people whose organizations are
# known; "at most" also takes those who are open, as if each worked elsewhere.
package bylaw.conflict_of_interest

import data.bylaw.lib

_counted_known := count(_outside) if input.params.rule == "outside_author"

else := _counts(_outside, _strictly)

_counted_at_most := count(_outside | _open) if input.params.rule == "outside_author"

else := _counts(_outside | _open, _kindly)

_counts(logins, keys) := _organizations(logins, keys) if input.params.rule in {"distinct_organizations", "one_per_organization"}

_counts(logins, keys) := _capped(logins, keys) if input.params.rule == "at_most_per_organization"

# Everybody counts, if the authors and those who approved come from two organizations.
_counts(logins, keys) := count(logins) if {
	input.params.rule == "span_two_organizations"
	_spans(logins, keys)
}

_counts(logins, keys) := 0 if {
	input.params.rule == "span_two_organizations"
	not _spans(logins, keys)
}

_spans(logins, _) if {
	some login in logins
	_standing(login) != "inside"
}

_standing(login) := _positions[login].standing

# Of who could still approve it is said how they stand today.
_standing(login) := _positions_now[login].standing if not _positions[login]

_spans(logins, keys) if _organizations(logins, keys) > 1

# The organizations of those who approved, each under one name for all that are one with it. Strictly,
# those that are merely related count as one too; kindly, somebody whose organization is not known counts
# as one of their own.
_strictly := {login: keys |
	some login in _outside
	keys := {_one_name(key, {"merged", "related"}) | some key in _positions[login].employers}
}

_kindly := {login: keys |
	some login in (_outside | _open)
	keys := _or_alone(login, {_one_name(key, {"merged"}) | some key in _positions[login].employers})
}

_or_alone(_, keys) := keys if count(keys) > 0

_or_alone(login, keys) := {$"not known @{login}"} if count(keys) == 0

_one_name(key, how) := min(lib.with_near(_near, {key}, how, input.created_at, input.taken_at))

# How many of these people can be chosen so that no two share an organization. Who works for one
# organization alone is always a good choice; of the others the first in order without a common one.
_organizations(logins, keys) := count(single) + count(chosen) if {
	single := {key | some login in logins; count(keys[login]) == 1; some key in keys[login]}
	rest := {login | some login in logins; count(keys[login]) > 1; count(keys[login] & single) == 0}
	chosen := {login |
		some login in rest
		count({other | some other in rest; other < login; count(keys[other] & keys[login]) > 0}) == 0
	}
}

# The same where up to so many people of one organization count.
_capped(logins, keys) := sum([most | some _, n in each; most := min({n, input.params.per_organization})]) + count(others) if {
	single := {login: key | some login in logins; count(keys[login]) == 1; some key in keys[login]}
	each := {key: n | some _, key in single; n := count([login | some login, own in single; own == key])}
	rest := {login | some login in logins; count(keys[login]) > 1; count(keys[login] & object.keys(each)) == 0}
	others := {login |
		some login in rest
		count({other | some other in rest; other < login; count(keys[other] & keys[login]) > 0}) == 0
	}
}

# How many people must have approved in all, whoever they work for.
_in_all := max({input.params.approvals, input.params.approvals_in_all[_severity], 1})
