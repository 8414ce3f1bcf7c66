# Facts as people read them.
package bylaw.lib

# The name of an organization as people write it; its id when it has none.
organization_name(organizations, key) := o.name if {
	some o in organizations
	o.id == key
}

organization_name(organizations, key) := key if not key in {o.id | some o in organizations}

# Employers as words: "Acme and Globex", "nobody (independent)", "an unknown organization".
employers_in_words(organizations, keys) := bylaw.employers_in_words(organizations, keys)

# Where it stands that a person has these affiliations, and how much that is worth, where it is not simply
# declared.
evidence(affiliated) := bylaw.evidence(affiliated)

# The rows of "considered" for those whose approvals were weighed: each by login, with its position, the reason why
# it counts or does not, whether it is among those that count, and what its giver did when it was not merely
# to approve.
considered(organizations, approvals, positions, why, counting, did) := bylaw.considered(organizations, approvals, positions, why, counting, did)

# How certain something is that rests on several affiliations: as certain as the weakest of them.
certainty(affiliated) := certainty_of_rank(max({a.rank | some a in affiliated})) if count(affiliated) > 0

# The rank of what is worth most among that which says that somebody works for some of these organizations;
# 0 when nothing says so.
best_rank(affiliated, keys) := bylaw.best_rank(affiliated, keys)

# By the logins of positions, the rank of what is worth less: of the best that says that the person works for the
# organizations that they share with the authors, or of the best that says so of the authors.
weakest_ranks(positions, of_authors) := bylaw.weakest_ranks(positions, of_authors)

# How certain something of this rank is.
certainty_of_rank(rank) := _certainties[rank]

_certainties := [
	"a reviewed entry", "an entry without date or review", "a list of members", "an address in a commit, or a disclosure",
	"a list that others collected", "a list that others collected", "a list that others collected", "a page on GitHub", "not known",
]

# Names in a row: "alice", "alice and bob", "alice, bob and carol".
in_a_row(names) := bylaw.in_a_row(names)

# The same with at most a number of names: "alice, bob and 3 more".
in_a_short_row(names, most) := in_a_row(names) if count(names) <= most

else := in_a_row(array.concat(array.slice(names, 0, most), [$"{count(names) - most} more"]))

# Where a review has to come from, as words after "a review".
from_elsewhere(organizations, keys) := $"from outside {employers_in_words(organizations, companies)}" if {
	companies := {key | some key in keys; not startswith(key, _alone)}
	count(companies) > 0
}

else := "by another person" if count(keys) > 0

else := "by somebody whose employer is known"
