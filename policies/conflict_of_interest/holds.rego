# What else a community can ask for before a change is merged. Each hold says what holds the change, and
# what would release it.
package bylaw.conflict_of_interest

import data.bylaw.lib

_holds contains {
	"headline": $"Open for review until {lib.in_words(_review_ends)}",
	"msg": $"This {_severe} must be open for review for {_days(_review_days)}; this version has been since {lib.in_words(_public_since)}.",
	"fix": $"It may be merged from {lib.in_words(_review_ends)} on.",
} if {
	_review_days > 0
	_review_ends > input.taken_at
}

_holds contains {
	"headline": "The time for review has not begun",
	"msg": $"This {_severe} must be open for review for {_days(_review_days)}. {_not_begun}",
	"fix": "Take the pull request out of draft, or push it again.",
} if {
	_review_days > 0
	_public_since == ""
}

_review_days := input.params.review_days[_severity]

_review_ends := lib.after_business_days(_public_since, _review_days) if _public_since != ""

_not_begun := "It is a draft." if input.draft

_not_begun := "It is not known since when this version has been there." if not input.draft

_days(1) := "1 business day"

_days(n) := $"{n} business days" if n != 1

_holds contains {
	"headline": $"{lib.in_a_row(people)} asked for changes",
	"msg": $"{lib.in_a_row(people)} asked for changes, and nobody may merge over that.",
	"fix": $"Let {lib.in_a_row(people)} approve, or dismiss the review with a reason.",
	"people": people,
} if {
	input.params.changes_requested == "ask"
	people := sort(_objectors)
	count(people) > 0
}

_holds contains {
	"headline": "The statement in the description is not confirmed",
	"msg": $"The description must confirm: \"{trim_suffix(input.params.checkbox, ".")}\".",
	"fix": "Put the line \"- [x]\" with this sentence into the description of the pull request.",
} if {
	input.params.checkbox != ""
	not _confirmed
}

_confirmed if {
	some line in split(input.body, "\n")
	regex.match(`^\s*[-*+] \[[xX]\]\s`, line)
	_words(regex.replace(line, `^\s*[-*+] \[[xX]\]\s`, "")) == _words(input.params.checkbox)
}

_words(text) := [w | some w in split(lower(trim_space(text)), " "); w != ""]

# Reviewers with a conflict say so, before their word is weighed.
_undisclosed contains _approvals[login].author.login if {
	some login in _inside
	count([c | some c in _disclosures; lower(c.who.login) == login; _disclosure(c) != ""]) == 0
}

_holds contains {
	"headline": $"{lib.in_a_row(sort(_undisclosed))} should disclose a conflict of interest",
	"msg": $"{lib.in_a_row(sort(_undisclosed))} approved with a conflict of interest and did not disclose it.",
	"fix": $"Whoever approved can write \"/bylaw disclose\" and the organization in a comment, or take the approval back.",
	"people": sort(_undisclosed),
} if {
	input.params.disclosure == "ask"
	count(_undisclosed) > 0
}

# After merging it is a finding for the audit: nothing can be held any more.
_holds contains {
	"headline": $"Merged by {input.merged_by.login}, {_merger_is}",
	"msg": $"{input.merged_by.login} merged this {_severe}; whoever merges it must work outside the organizations of the authors, and {input.merged_by.login} is somebody {_merger_is}.",
	"fix": "Let somebody from outside look at the change now, and write down what came of it.",
	"people": [input.merged_by.login],
} if {
	input.state == "merged"
	_merger_from_outside
	not _merged_from_outside
}

_merger_from_outside if input.params.merger[_severity] == "outside"

_merged_from_outside if _merger_standing == "outside"

_merger_standing := lib.position(_who[lower(input.merged_by.login)], _circle(input.merged_at)).standing

_merger_is := "who works for the same organization as an author" if _merger_standing == "inside"

_merger_is := "of whom it cannot be said whether they work outside" if not _merger_standing == "inside"
