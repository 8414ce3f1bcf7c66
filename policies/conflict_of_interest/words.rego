# What people read.
package bylaw.conflict_of_interest

import data.bylaw.lib

# --- The verdict in one sentence

headline := _first_hold.headline if _held

headline := _headline(_case) if not _held

_held if {
	not _met
	_case in _good_cases
}

_first_hold := sort(_holds)[0]

_headline("outside") := $"Approved by {lib.in_a_short_row(_names(_outside), 10)}{_comma_elsewhere}" if input.params.approvals > 0

_headline("outside") := $"Approved by {lib.in_a_short_row(_names(object.keys(_approvals)), 10)}" if input.params.approvals == 0

_headline("unknown") := $"Approved by {lib.in_a_short_row(_names(_open | _outside), 10)}; {_not_certain}"

# Of whom it is not known where they work.
_not_certain := $"it cannot be said whether {lib.in_a_short_row(_names(_open), 10)} {_work} elsewhere" if {
	_doubted == "why"
	count(_open) > 0
}

_not_certain := $"it cannot be said whom {lib.in_a_short_row(_names(_open), 10)} {_work} for" if {
	_doubted == "unclear"
	count(_open) > 0
}

_not_certain := "some of their organizations are related" if count(_open) == 0

_work := "works" if count(_open) == 1

_work := "work" if count(_open) != 1

_headline("waived") := $"Waived by {_waived_by} for this version of the change"

_headline("nobody") := $"Approved by {lib.in_a_short_row(_names(object.keys(_approvals)), 10)}; nobody{_else} could give a review {_elsewhere}"

_headline("waits in public") := $"Nobody{_else} could give a review {_elsewhere}; accepted on {lib.in_words(_waited_until)} if nobody objects"

_headline("none yet") := $"Waiting for {_reviews} {_elsewhere}" if _answer != "advise"

_headline("none yet") := $"Waiting for a review; the change is {_severity} ({_because}), so a conflict of interest would only be remarked on" if _answer == "advise"

_headline("not enough") := $"Only people of {_authors_organizations}{_and_what_is_one} have approved; it needs {_reviews} from outside" if {
	_answer != "advise"
	_only_colleagues_in_the_way
}

_headline("not enough") := $"Not enough yet: {_so_far}" if {
	_answer != "advise"
	not _only_colleagues_in_the_way
}

_headline("not enough") := $"Only advice, because the change is {_severity} ({_because}): {_so_far}" if _answer == "advise"

_only_colleagues_in_the_way if {
	_all_colleagues
	input.params.rule == "outside_author"
	not _too_few_in_all
}

# There are colleagues who work for an organization that is one with an author's, under another name.
_and_what_is_one := ", or of organizations that count as one with it," if {
	some shared, _ in _colleagues
	count(shared & _authors_employers) == 0
} else := ""

_all_colleagues if {
	count(_inside) == count(_approvals)
	count(_inside - _insiders) == 0
}

# "from outside Acme"
_elsewhere := _elsewhere_under(input.params.rule) if input.params.approvals > 0

# Where only the number of approvals counts, they come from anybody.
_elsewhere := "by another person" if input.params.approvals == 0

_elsewhere_under("outside_author") := lib.from_elsewhere(input.organizations, _authors_employers) if lib.known(_who)

else := "by another person" if _anybody_will_do

else := "from outside the organization of whoever made it"

_elsewhere_under(rule) := "of different organizations" if {
	rule in {"distinct_organizations", "one_per_organization"}
	input.params.approvals > 1
}

_elsewhere_under(rule) := "by somebody whose employer is known" if {
	rule in {"distinct_organizations", "one_per_organization"}
	input.params.approvals == 1
}

_elsewhere_under("at_most_per_organization") := $"with at most {input.params.per_organization} from one organization"

_elsewhere_under("span_two_organizations") := "so that authors and reviewers are of two organizations"

# Of a change by a bot alone it cannot be said who works elsewhere, so every approval is as good as another.
_anybody_will_do if {
	not lib.known(_who)
	_unknown == "accept"
}

_comma_elsewhere := $", {_elsewhere}" if startswith(_elsewhere, "from")

else := ""

_authors_organizations := lib.employers_in_words(input.organizations, _authors_employers)

_authors_employers := _circle_now.employers if input.params.at == "span"

else := lib.circle(_who, _near, input.created_at, input.taken_at).employers

_reviews := "a review" if input.params.approvals == 1

_reviews := $"{input.params.approvals} reviews" if input.params.approvals > 1

_reviews := "an approval" if {
	input.params.approvals == 0
	_in_all == 1
}

_reviews := $"{_in_all} approvals" if {
	input.params.approvals == 0
	_in_all > 1
}

_so_far := $"{count(_approvals)} of {_in_all} approvals" if _too_few_in_all

_so_far := $"no review {_elsewhere}" if {
	not _too_few_in_all
	_counted_known == 0
	input.params.rule != "span_two_organizations"
}

_so_far := $"everybody who made or approved it works for {_authors_organizations}, and somebody of another organization must approve" if {
	not _too_few_in_all
	_counted_known == 0
	input.params.rule == "span_two_organizations"
}

_so_far := $"{_counted_known} of {_reviews} {_elsewhere}" if {
	not _too_few_in_all
	_counted_known > 0
}

# What is missing is not where approvals come from, only their number.
_too_few_in_all if {
	_counted >= input.params.approvals
	count(_approvals) < _in_all
}

_counted := _counted_known if _unknown == "refuse"

_counted := _counted_at_most if _unknown == "accept"

# --- Findings

findings contains _finding(hold, _answer == "advise") if some hold in _holds

_finding(hold, advice) := object.union(hold_without_headline, {"advice": advice}) if {
	hold_without_headline := object.remove(hold, ["headline"])
}

findings contains {
	"msg": $"This {_severe} needs {_reviews} {_elsewhere}, and has none yet.",
	"fix": _help,
	"people": _could_be_asked,
} if {
	_case == "none yet"
	_answer != "advise"
}

findings contains {
	"msg": $"{lib.in_a_short_row(_names(object.keys(_approvals)), 10)} approved this {_severe}; it needs {_reviews} {_elsewhere}{_without_conflict}, and has {_number(_counted_known)}.",
	"fix": _help,
	"people": _could_be_asked,
	"advice": _answer == "advise",
} if {
	_case == "not enough"
	not _too_few_in_all
}

_without_conflict := ", by people without a conflict of interest" if count(_inside - _mere_colleagues) > 0

else := ""

# Those whose only conflict is that they work with an author.
_mere_colleagues := {login |
	some reasons, logins in _alike
	count(reasons) == 1
	some login in (logins & _insiders)
}

findings contains {
	"msg": $"This {_severe} needs {_in_all} approvals in all, and has {_number(count(_approvals))}.",
	"fix": _help,
	"people": _could_be_asked,
	"advice": _answer == "advise",
} if {
	_case == "not enough"
	_too_few_in_all
}

findings contains {
	"msg": $"Nobody{_else} could give {_reviews} {_elsewhere}: nobody{_else} who may review this change is known to work elsewhere.",
	"fix": $"In such a case the configuration accepts the approvals that there are{_after_waiting}. Add people of other organizations to {_roster}, so that the next change can have a third-party review.",
	"advice": true,
} if {
	_case == "nobody"
}

_after_waiting := "" if input.params.nobody.answer != "wait"

_after_waiting := $" after {_days(input.params.nobody.business_days)} in public; this version has waited since {lib.in_words(_public_since)}" if input.params.nobody.answer == "wait"

findings contains {
	"msg": $"Nobody{_else} could give {_reviews} {_elsewhere}. In such a case the change waits in public for {_days(input.params.nobody.business_days)}.",
	"fix": $"It is accepted on {lib.in_words(_waited_until)}, unless somebody who may write to this repository asks for changes, or a new version is pushed.",
} if {
	_case == "waits in public"
}

findings contains {
	"msg": $"{c.who.login} waived this rule until {lib.word(c.arguments, 2)}: {lib.after_words(c.arguments, 3)}",
	"fix": "The waiver is gone with the next push, or with the date.",
	"advice": true,
	"people": [c.who.login],
} if {
	some c in _waivers
}

findings contains {
	"msg": $"{_approvals[login].author.login} approved, but {doubt}: {_what_that_counts}.",
	"fix": _how_to_know(doubt, _approvals[login].author.login),
	"advice": true,
} if {
	not _enough_known
	some login in _open
	doubt := _doubts[login]
}

findings contains {
	"msg": $"The label {label.name} was set by {_setter(label)}. It makes a change {class} only if somebody sets it who works outside the organizations of the authors.",
	"fix": "If the label is right, let one of those who may approve take it away and set it again.",
	"advice": true,
} if {
	not _enough_known
	some [class, label] in _idle_labels
}

_setter(label) := label.set_by if label.set_by != ""

_setter(label) := "somebody who is not known" if label.set_by == ""

findings contains {
	"msg": $"\"/bylaw {c.name}\" by {c.who.login} has no effect: {fault}.",
	"advice": true,
	"people": [c.who.login],
} if {
	count(_commands) > 0
	some [c, fault] in _idle_commands
}

findings contains {
	"msg": $"{c.who.login} disclosed: {_disclosure(c)}.",
	"advice": true,
	"people": [c.who.login],
} if {
	some c in _disclosures
	_disclosure(c) != ""
}

_disclosure(c) := $"works for {lib.organization_name(input.organizations, c.organization)}" if c.organization != ""

_disclosure(c) := $"a {lower(lib.first_word(c.arguments))} conflict of interest, {lib.after_words(c.arguments, 1)}" if {
	c.organization == ""
	_says_how_hard(c)
}

findings contains {
	"msg": $"{principal} let {delegate} review in their place; the organizations of both are judged.",
	"advice": true,
	"people": [principal, delegate],
} if {
	some delegate, principals in _acts_for
	some principal in principals
}

findings contains {
	"msg": $"It should be merged by somebody from outside {_authors_organizations}.",
	"fix": $"It could be merged by {lib.in_a_short_row(_names_of_mergers, 10)}.",
	"advice": true,
} if {
	input.state == "open"
	_merger_from_outside
	count(_names_of_mergers) > 0
}

_names_of_mergers := sort({p.login |
	some login, position in _positions_now
	position.standing == "outside"
	not login in _authors
	p := _who[login]
	p.can_push
}) if {
	_merger_from_outside
}

findings contains {
	"msg": "No roster is configured, so nobody's employer is known.",
	"fix": "Name the file that says who works for whom under \"rosters\" in .github/bylaw.yml.",
	"advice": true,
} if {
	count(input.rosters) == 0
}

_what_that_counts := $"the approval counts, because that is accepted for a {_severe}" if _unknown == "accept"

_what_that_counts := "this was counted neither as a conflict nor as a third-party review" if _unknown == "refuse"

_number(n) := "none" if n == 0

_number(n) := $"{n}" if n > 0

_help := $"An approval by {lib.in_a_row(reviewers)} would count." if count(reviewers) == 1

_help := $"An approval by one of these people would count: {lib.in_a_short_row(reviewers, 10)}." if count(reviewers) > 1

_help := _help_from_elsewhere if {
	count(reviewers) == 0
	lib.known(_who)
}

_help_from_elsewhere := $"Nobody{_else} could give this review: nobody{_else} known to work elsewhere may write to this repository. {_way_out}" if not _enough_with_colleagues

_help_from_elsewhere := "An approval by anybody else who may write to this repository is enough." if _enough_with_colleagues

# Approvals from elsewhere are there, and only the number of all is not.
_enough_with_colleagues if _too_few_in_all

_way_out := $"Add people to {_roster}, or let the committee decide." if input.params.nobody.answer == "advise"

_way_out := $"When enough others have approved, the change waits in public for {_days(input.params.nobody.business_days)} and is then accepted." if {
	input.params.nobody.answer == "wait"
	_answer == "ask"
}

_way_out := $"Add people to {_roster}, or let the committee decide." if {
	input.params.nobody.answer == "wait"
	_answer != "ask"
}

_way_out := $"In such a case the configuration names {lib.in_a_row(sort(input.params.nobody.reviewers))}, whose approval would count." if count(_named_outsiders) > 0

_way_out := $"Add people to {_roster}, or let the committee decide." if {
	input.params.nobody.answer == "reviewers"
	count(_named_outsiders) == 0
}

_way_out := $"In such a case it needs a waiver: \"/bylaw waive conflict_of_interest until DATE REASON\" by {_waiver_writers}." if input.params.nobody.answer == "waiver"

_waiver_writers := "somebody whom the configuration would have to name" if count(_named_waiver_writers) == 0

_waiver_writers := concat(" or ", _named_waiver_writers) if count(_named_waiver_writers) > 0

_named_waiver_writers := array.concat(
	_who_may_waive.people,
	array.concat([$"a {role}" | some role in _who_may_waive.roles], [$"somebody of the team {team}" | some team in _who_may_waive.teams]),
)

_help := "Nobody could give this review: a bot proposed the change, so it is not certain who made it. Let a person who stands for it push to its branch, or let the committee decide." if {
	count(reviewers) == 0
	not lib.known(_who)
	_unknown == "refuse"
}

_help := $"A bot proposed the change, so it is not certain who made it; that is accepted for a {_severity} change: an approval by anybody who may write to this repository is enough." if {
	count(reviewers) == 0
	_anybody_will_do
}

_else := "" if count(_outside) == 0

_else := " else" if count(_outside) > 0

_could_be_asked := array.slice(reviewers, 0, 10)

_how_to_know("their employer is not known", login) := $"Add {login} to {_roster}, if they agree."

_how_to_know("what is written of them can mean several people or organizations", login) := $"Let {_roster} say clearly whom {login} works for, if they agree."

_how_to_know("the rosters disagree about their employer", login) := $"Let {concat(" and ", input.rosters)} say the same of {login}."

_how_to_know("their organization is related to that of an author", _) := "What relations count for is set under \"relations\" in .github/bylaw.yml."

default _how_to_know(_, _) := ""

_roster := concat(" or ", input.rosters) if count(input.rosters) > 0

_roster := "a roster" if count(input.rosters) == 0

# --- Who was looked at, and what came of it

considered := _considered_besides | lib.considered(input.organizations, _approvals, _positions, _why, _counting, _did_for_others)

_considered_besides contains {
	"who": p.login,
	"did": "made the change",
	"is": lib.employers_in_words(input.organizations, lib.employers(p, input.created_at, input.taken_at)),
	"counted": false,
	"why": "an approval must come from somebody else",
	"evidence": lib.evidence(lib.affiliations(p, input.created_at, input.taken_at)),
} if {
	some login in _authors
	p := _who[login]
}

_did_for_others := {login: $"approved, for {lib.in_a_row(sort(principals))}" | some login, principals in _acts_for}

_counting := _outside if _unknown == "refuse"

_counting := _outside | _open if _unknown == "accept"

_why := object.union_n([lib.all_with(_outside, _why_outside), object.filter(_doubts, _open), _why_inside])

_why_outside := "works outside the organizations of the authors" if input.params.rule == "outside_author"

_why_outside := "approved as one of those whose organizations are known" if input.params.rule == "span_two_organizations"

_why_outside := "counts once, together with everybody of the same organization" if {
	input.params.rule in {"distinct_organizations", "one_per_organization"}
}

_why_outside := $"counts as one of at most {input.params.per_organization} of the same organization" if {
	input.params.rule == "at_most_per_organization"
}

_why_inside := {login: sentence |
	some reasons, logins in _alike
	some rank, alike in lib.grouped(lib.weakest_ranks(object.filter(_positions, logins), _authors_affiliations), [])
	sentence := $"{concat("; ", sort(reasons))}{_hardness(reasons)}{_certainty(rank)}{_counts_in_all}"
	some login in alike
}

_counts_in_all := $"; counts only among the {_in_all} approvals in all" if _in_all > input.params.approvals

else := ""

# What the word of a colleague rests on is as certain as the weaker of both sides.
_certainty(rank) := $"; it rests on {lib.certainty_of_rank(rank)}" if rank > 1

_certainty(rank) := "" if rank <= 1

_authors_affiliations := [a |
	some login in _authors
	some a in lib.affiliations(_who[login], input.created_at, input.taken_at)
]

_considered_besides contains {
	"who": _given[login].author.login,
	"did": "approved",
	"is": "not looked at",
	"counted": false,
	"why": lib.in_a_row(sort(reasons)),
} if {
	some login, reasons in _disqualified
}

_considered_besides contains {
	"who": r.author.login,
	"did": _did_besides[state],
	"is": "not looked at",
	"counted": false,
	"why": "is not an approval",
} if {
	some state, reviews in _stances
	state != "approved"
	some r in reviews
}

_did_besides := {"changes_requested": "asked for changes", "dismissed": "had a review that was dismissed"}
