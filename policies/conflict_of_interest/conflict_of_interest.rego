# METADATA
# title: Somebody outside the author's organization has approved
# description: |
#   A change that only the author's own employer has approved is a conflict of interest and needs
#   third-party review. Whether somebody works for the same organization is judged on the day of the
#   review (parameter "at"), from the rosters of the default branch. Evidence that a person can make
#   alone, such as a commit's e-mail address, can only add a conflict.
# related_resources:
#   - ref: https://github.com/StackStorm/community/issues/51
#     description: "The rule in the words of the community that first asked for it: third-party review of serious changes"
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         rule:
#           type: string
#           enum: [outside_author]
#           default: outside_author
#           description: "outside_author: approvals must come from outside the organizations of the authors."
#         approvals:
#           type: integer
#           minimum: 1
#           default: 1
#           description: How many approvals from outside are needed.
#         at:
#           type: string
#           enum: [span, review]
#           default: span
#           description: "span: an organization shared at any time from the opening of the pull request to the review is a conflict. review: only on the day of the review."
#         conflict:
#           type: object
#           additionalProperties: false
#           description: "What a conflict does in a change of each severity: ignore (the rule does not apply), advise (said, not stopped), ask (action required), block (failure)."
#           properties:
#             trivial: {type: string, enum: [ignore, advise, ask, block], default: ignore}
#             minor: {type: string, enum: [ignore, advise, ask, block], default: advise}
#             major: {type: string, enum: [ignore, advise, ask, block], default: ask}
#             governance: {type: string, enum: [ignore, advise, ask, block], default: block}
#         unknown:
#           type: object
#           additionalProperties: false
#           description: Whether an approval counts when it cannot be said whom the approver works for.
#           properties:
#             trivial: {type: string, enum: [accept, refuse], default: accept}
#             minor: {type: string, enum: [accept, refuse], default: accept}
#             major: {type: string, enum: [accept, refuse], default: accept}
#             governance: {type: string, enum: [accept, refuse], default: refuse}
#         severity:
#           type: object
#           additionalProperties: false
#           description: |
#             What makes a change trivial, minor, major or governance. Paths, labels and lines of major and
#             governance raise the severity: one file, one label or that many lines are enough. Those of
#             trivial and minor lower it: all files must match, a label must have been set by somebody
#             outside the author's organization, and at most that many lines may change
#             (0: no number of lines lowers it; a file without counted lines, such as a binary or merely
#             renamed one, is never small). Raising wins.
#             A change of the governance files is always governance; everything else is major.
#           properties:
#             trivial:
#               type: object
#               additionalProperties: false
#               properties:
#                 paths: {type: array, items: {type: string, format: pattern}, default: []}
#                 labels: {type: array, items: {type: string}, default: []}
#                 lines: {type: integer, minimum: 0, default: 0}
#             minor:
#               type: object
#               additionalProperties: false
#               properties:
#                 paths:
#                   type: array
#                   items: {type: string, format: pattern}
#                   default:
#                     - "**/*.md"
#                     - "**/*.rst"
#                     - "**/*.txt"
#                     - "**/docs/**"
#                     - "**/test/**"
#                     - "**/tests/**"
#                     - "**/testdata/**"
#                     - "**/*_test.*"
#                     - "**/*.test.*"
#                     - "**/*.spec.*"
#                     - "**/go.mod"
#                     - "**/go.sum"
#                     - "**/package.json"
#                     - "**/package-lock.json"
#                     - "**/yarn.lock"
#                     - "**/pnpm-lock.yaml"
#                     - "**/Cargo.toml"
#                     - "**/Cargo.lock"
#                     - "**/Gemfile.lock"
#                     - "**/poetry.lock"
#                     - "**/requirements*.txt"
#                 labels: {type: array, items: {type: string}, default: []}
#                 lines: {type: integer, minimum: 0, default: 20}
#             major:
#               type: object
#               additionalProperties: false
#               properties:
#                 paths: {type: array, items: {type: string, format: pattern}, default: []}
#                 labels: {type: array, items: {type: string}, default: []}
#                 lines: {type: integer, minimum: 0, default: 0, description: "0: no number of lines raises the severity."}
#             governance:
#               type: object
#               additionalProperties: false
#               properties:
#                 paths: {type: array, items: {type: string, format: pattern}, default: []}
#                 labels: {type: array, items: {type: string}, default: []}
# custom:
#   conclusion: action_required
package bylaw.conflict_of_interest

import data.bylaw.lib

# The rule applies, unless a conflict does not matter in a change of this severity.
applies if not _answer == "ignore"

# It is met when enough people from outside the authors' organizations have approved.
accept if _enough_from_outside

# It is also met, where the configuration accepts that, when it is not known whom some of them work for.
accept if _enough_with_unknown

# It is also met where a conflict is only worth a remark.
accept if _answer == "advise"

# A change that is blocked is a failure once somebody has approved; before, everybody is merely waiting.
conclusion := "failure" if {
	_answer == "block"
	not _nobody_approved
}

# --- The four cases. Exactly one of them holds.

_enough_from_outside if count(_outside) >= input.params.approvals

_enough_with_unknown if {
	not _enough_from_outside
	_unknown == "accept"
	count(_outside) + count(_open) >= input.params.approvals
}

_nobody_approved if count(_approvals) == 0

_not_enough if {
	not _enough_from_outside
	not _enough_with_unknown
	not _nobody_approved
}

# --- What a conflict does in this change

_answer := input.params.conflict[_severity]

_unknown := input.params.unknown[_severity]

# The first that holds: what raises the severity comes before what lowers it, and the rest is major.
_severity := [class |
	some [class, holds] in [
		["governance", _is_governance],
		["major", _raised("major")],
		["trivial", _lowered("trivial")],
		["minor", _lowered("minor")],
		["major", true],
	]
	holds
][0]

default _is_governance := false

_is_governance if count(input.governance.files) > 0

_is_governance if _raised("governance")

default _raised(_) := false

_raised(class) if {
	some file in input.files
	some path in lib.paths(file)
	lib.path_matches_any(input.params.severity[class].paths, path)
}

_raised(class) if {
	some label in input.labels
	label.name in input.params.severity[class].labels
}

_raised("major") if {
	input.params.severity.major.lines > 0
	_changed_lines >= input.params.severity.major.lines
}

default _lowered(_) := false

_lowered(class) if {
	count(input.files) > 0
	every file in input.files {
		every path in lib.paths(file) {
			lib.path_matches_any(input.params.severity[class].paths, path)
		}
	}
}

_lowered(class) if {
	some label in input.labels
	label.name in input.params.severity[class].labels
	_set_from_outside(label)
}

_set_from_outside(label) if {
	lib.standing(_people, label.set_by, _authors, input.created_at, label.set_at) == "outside"
}

# GitHub counts no lines in a binary file, so a file without lines may hide any change.
_lowered(class) if {
	count(input.files) > 0
	_changed_lines <= input.params.severity[class].lines
	every file in input.files {
		file.added + file.removed > 0
	}
}

_changed_lines := sum([n | some file in input.files; n := file.added + file.removed])

# --- Who made the change, who approved it, and who could

_people := lib.as_merged(input.people)

_authors := lib.authors(input.author, input.commits, input.head.pushed_by, _people)

_approvals := lib.qualified(input.reviews, _authors)

# An approval is judged by whom people worked for from this moment on, until it was given.
_since(moment) := min({input.created_at, moment}) if input.params.at == "span"

_since(moment) := moment if input.params.at == "review"

_standing(login, moment) := lib.standing(_people, login, _authors, _since(moment), moment)

_outside := _approvers("outside")

_open := _approvers("open")

_inside := _approvers("inside")

_approvers(standing) := {r.author.login |
	some r in _approvals
	_standing(r.author.login, r.submitted_at) == standing
}

# Who could give what is missing: first those with a role in a roster, then the others who may write.
reviewers := array.concat(sort(with_role), sort(_could_review - with_role)) if {
	with_role := {p.login | some p in _people; p.login in _could_review; count(p.roles) > 0}
}

_could_review := {p.login |
	some p in _people
	p.kind == "user"
	p.can_push
	not lower(p.login) in {lower(login) | some login in _outside}
	_standing(p.login, input.taken_at) == "outside"
}

# --- What people read

headline := $"Approved by {lib.in_a_row(sort(_outside))}{_comma_elsewhere}" if _enough_from_outside

headline := $"Approved by {lib.in_a_row(sort(_open | _outside))}; it cannot be said whether everybody works elsewhere" if _enough_with_unknown

headline := $"Waiting for {_reviews} {_elsewhere}" if {
	_nobody_approved
	_answer != "advise"
}

headline := $"Waiting for a review; the change is {_severity}, so a conflict of interest would only be remarked on" if {
	_nobody_approved
	_answer == "advise"
}

headline := $"Only people of {_authors_organizations} have approved; it needs {_reviews} from outside" if {
	_not_enough
	_answer != "advise"
	_all_inside
}

headline := $"Not enough yet: {_so_far}" if {
	_not_enough
	_answer != "advise"
	not _all_inside
}

headline := $"Only advice, because the change is {_severity}: {_so_far}" if {
	_not_enough
	_answer == "advise"
}

_all_inside if count(_inside) == count(_approvals)

# "from outside Acme"
_elsewhere := lib.from_elsewhere(input.organizations, _authors_employers) if lib.known(_people, _authors)

_elsewhere := "by another person" if _anybody_will_do

_elsewhere := "from outside the organization of whoever made it" if {
	not lib.known(_people, _authors)
	_unknown == "refuse"
}

# Of a change by a bot alone it cannot be said who works elsewhere, so every approval is as good as another.
_anybody_will_do if {
	not lib.known(_people, _authors)
	_unknown == "accept"
}

_comma_elsewhere := $", {_elsewhere}" if startswith(_elsewhere, "from")

_comma_elsewhere := "" if not startswith(_elsewhere, "from")

_authors_organizations := lib.employers_in_words(input.organizations, _authors_employers)

_authors_employers := lib.authors_employers(_people, _authors, input.created_at, input.taken_at)

_reviews := "a review" if input.params.approvals == 1

_reviews := $"{input.params.approvals} reviews" if input.params.approvals > 1

_so_far := $"no review {_elsewhere}" if count(_outside) == 0

_so_far := $"{count(_outside)} of {_reviews} {_elsewhere}" if count(_outside) > 0

findings contains {
	"msg": $"This {_severity} change needs {_reviews} {_elsewhere}, and has none yet.",
	"fix": _help,
	"people": _could_be_asked,
} if {
	_nobody_approved
	_answer != "advise"
}

findings contains {
	"msg": $"{lib.in_a_row(sort(approvers))} approved this {_severity} change; it needs {_reviews} {_elsewhere}, and has {_number(count(_outside))}.",
	"fix": _help,
	"people": _could_be_asked,
	"advice": _answer == "advise",
} if {
	_not_enough
	approvers := {r.author.login | some r in _approvals}
}

findings contains {
	"msg": $"{r.author.login} approved, but {why}: {_what_that_counts}.",
	"fix": _how_to_know(why, r.author.login),
	"advice": true,
} if {
	not _enough_from_outside
	some r in _approvals
	why := _why_open(r)
}

findings contains {
	"msg": $"The label {label.name} was set by {_setter(label)}. It makes a change {class} only if somebody sets it who works outside the organizations of the authors.",
	"fix": "If the label is right, let one of those who may approve take it away and set it again.",
	"advice": true,
} if {
	not _enough_from_outside
	some class in ["trivial", "minor"]
	not _severity in {class, "trivial", "governance"}
	some label in input.labels
	label.name in input.params.severity[class].labels
	not _set_from_outside(label)
}

_setter(label) := label.set_by if label.set_by != ""

_setter(label) := "somebody who is not known" if label.set_by == ""

findings contains {
	"msg": "No roster is configured, so nobody's employer is known.",
	"fix": "Name the file that says who works for whom under \"rosters\" in .github/bylaw.yml.",
	"advice": true,
} if {
	count(input.rosters) == 0
}

_what_that_counts := $"the approval counts, because that is accepted for a {_severity} change" if _unknown == "accept"

_what_that_counts := "this was counted neither as a conflict nor as a third-party review" if _unknown == "refuse"

_number(n) := "none" if n == 0

_number(n) := $"{n}" if n > 0

_help := $"An approval by one of these people would count: {lib.in_a_short_row(reviewers, 10)}." if count(reviewers) > 0

_help := $"Nobody{_else} could give this review: nobody{_else} known to work elsewhere may write to this repository. Add people to {_roster}, or let the committee decide." if {
	count(reviewers) == 0
	lib.known(_people, _authors)
}

_help := "Nobody could give this review: a bot proposed the change, so it is not certain who made it. Let a person who stands for it push to its branch, or let the committee decide." if {
	not lib.known(_people, _authors)
	_unknown == "refuse"
}

_help := $"A bot proposed the change, so it is not certain who made it; that is accepted for a {_severity} change: an approval by anybody who may write to this repository is enough." if {
	_anybody_will_do
}

_else := "" if count(_outside) == 0

_else := " else" if count(_outside) > 0

_could_be_asked := array.slice(reviewers, 0, 10)

_why_open(r) := lib.why_open(_people, r.author.login, _authors, _since(r.submitted_at), r.submitted_at) if {
	r.author.login in _open
}

_how_to_know("their employer is not known", login) := $"Add {login} to {_roster}, if they agree."

_how_to_know("the rosters disagree about their employer", login) := $"Let {concat(" and ", input.rosters)} say the same of {login}."

default _how_to_know(_, _) := ""

_roster := concat(" or ", input.rosters) if count(input.rosters) > 0

_roster := "a roster" if count(input.rosters) == 0

# --- Who was looked at, and what came of it

considered contains {
	"who": p.login,
	"did": "made the change",
	"is": _is(p.login, input.created_at, input.taken_at),
	"counted": false,
	"why": "an approval must come from somebody else",
	"evidence": _evidence(p.login, input.created_at, input.taken_at),
} if {
	some p in _people
	lower(p.login) in _authors
}

considered contains {
	"who": r.author.login,
	"did": "approved",
	"is": _is(r.author.login, _since(r.submitted_at), r.submitted_at),
	"counted": _counted(r),
	"why": _why(r),
	"evidence": _evidence(r.author.login, _since(r.submitted_at), r.submitted_at),
} if {
	some r in _approvals
}

_is(login, since, until) := lib.employers_in_words(input.organizations, lib.employers(_people, login, since, until))

_evidence(login, since, until) := lib.evidence(lib.affiliations(_people, login, since, until))

default _counted(_) := false

_counted(r) if r.author.login in _outside

_counted(r) if {
	r.author.login in _open
	_unknown == "accept"
}

_why(r) := "works outside the organizations of the authors" if r.author.login in _outside

_why(r) := "works for the same organization as an author" if r.author.login in _inside

_why(r) := _why_open(r) if r.author.login in _open

considered contains {
	"who": r.author.login,
	"did": "approved",
	"is": "not looked at",
	"counted": false,
	"why": lib.unqualified(r, _authors),
} if {
	some r in lib.stances(input.reviews)
	r.state == "approved"
}

considered contains {
	"who": r.author.login,
	"did": _did[r.state],
	"is": "not looked at",
	"counted": false,
	"why": "is not an approval",
} if {
	some r in lib.stances(input.reviews)
	r.state != "approved"
}

_did := {"changes_requested": "asked for changes", "dismissed": "had a review that was dismissed"}
