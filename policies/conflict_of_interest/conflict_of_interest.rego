# METADATA
# title: The change was reviewed without a conflict of interest
# description: |
#   A change that only the author's own employer has approved is a conflict of interest and needs
#   third-party review. Whether somebody works for the same organization is judged on the day of the
#   review (parameter "at"), from the rosters of the default branch. Evidence that a person can make
#   alone, such as a commit's e-mail address, can only add a conflict. Communities have written this rule
#   in many ways; "rule" chooses among them, and `bylaw config preset` prints theirs ready to be used.
# related_resources:
#   - ref: https://github.com/StackStorm/community/issues/51
#     description: "StackStorm, conflicts of interest: third-party review of serious changes"
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         rule:
#           type: string
#           enum: [outside_author, distinct_organizations, span_two_organizations, one_per_organization, at_most_per_organization]
#           default: outside_author
#           description: |
#             outside_author: approvals must come from outside the organizations of the authors.
#             distinct_organizations: so many approvals, of people no two of whom share an organization.
#             span_two_organizations: so many approvals, and the authors and approvers together are of two organizations at least.
#             one_per_organization: of each organization one approval counts.
#             at_most_per_organization: of each organization so many approvals count as per_organization says.
#         approvals:
#           type: integer
#           minimum: 0
#           default: 1
#           description: How many approvals the rule asks for.
#         approvals_in_all:
#           type: object
#           additionalProperties: false
#           description: How many people must have approved in all, whoever they work for, in a change of each severity; never fewer than approvals, nor than one.
#           properties:
#             trivial: {type: integer, minimum: 0, default: 1}
#             minor: {type: integer, minimum: 0, default: 1}
#             major: {type: integer, minimum: 0, default: 1}
#             governance: {type: integer, minimum: 0, default: 1}
#         per_organization:
#           type: integer
#           minimum: 1
#           default: 2
#           description: How many approvals of one organization count, in the rule at_most_per_organization.
#         at:
#           type: string
#           enum: [span, review]
#           default: span
#           description: "span: an organization shared at any time from the opening of the pull request to the review is a conflict. review: only on the day of the review."
#         branches:
#           type: array
#           items: {type: string, format: pattern}
#           minItems: 1
#           default: ["**"]
#           description: The rule applies to changes of these branches.
#         qualified:
#           type: object
#           additionalProperties: false
#           description: Whose approvals count at all, besides that they may write to the repository.
#           properties:
#             roles: {type: array, items: {type: string}, default: [], description: "Only people with one of these roles in a roster, or in one of the teams."}
#             teams: {type: array, items: {type: string, format: team}, default: []}
#             areas:
#               type: object
#               default: {}
#               description: "Who is responsible for which files, by a name of your own. If a changed file belongs to an area, only approvals of people of such an area count."
#               additionalProperties:
#                 type: object
#                 additionalProperties: false
#                 properties:
#                   paths: {type: array, items: {type: string, format: pattern}, default: []}
#                   people: {type: array, items: {type: string}, default: []}
#                   roles: {type: array, items: {type: string}, default: []}
#                   teams: {type: array, items: {type: string, format: team}, default: []}
#             stale: {type: string, enum: [refuse, accept], default: refuse, description: "Whether an approval of an earlier version counts."}
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
#         subject:
#           type: object
#           additionalProperties: false
#           description: Files about an organization, after which the file or its folder is named. Whoever works for that organization has a conflict in a change of them, whoever proposes it.
#           properties:
#             paths: {type: array, items: {type: string, format: pattern}, default: []}
#         interest:
#           type: object
#           additionalProperties: false
#           description: Organizations that carry one of the labels in the file of organizations have an interest in changes of these files; their people have a conflict there.
#           properties:
#             paths: {type: array, items: {type: string, format: pattern}, default: ["**"]}
#             labels: {type: array, items: {type: string}, default: []}
#         disclosure:
#           type: string
#           enum: [ignore, ask]
#           default: ignore
#           description: "ask: who approves with a conflict must write /bylaw disclose and the organization."
#         checkbox:
#           type: string
#           default: ""
#           description: A sentence that the description of the pull request must have, as a ticked box.
#         changes_requested:
#           type: string
#           enum: [ignore, ask]
#           default: ignore
#           description: "ask: nothing is accepted while somebody who may write asks for changes."
#         review_days:
#           type: object
#           additionalProperties: false
#           description: How many business days (Monday to Friday, UTC) a change of each severity must be open for review, counted from its last version.
#           properties:
#             trivial: {type: integer, minimum: 0, maximum: 365, default: 0}
#             minor: {type: integer, minimum: 0, maximum: 365, default: 0}
#             major: {type: integer, minimum: 0, maximum: 365, default: 0}
#             governance: {type: integer, minimum: 0, maximum: 365, default: 0}
#         merger:
#           type: object
#           additionalProperties: false
#           description: "Who should merge: outside, somebody from outside the organizations of the authors. It is advice before merging and a finding afterwards."
#           properties:
#             trivial: {type: string, enum: [anybody, outside], default: anybody}
#             minor: {type: string, enum: [anybody, outside], default: anybody}
#             major: {type: string, enum: [anybody, outside], default: anybody}
#             governance: {type: string, enum: [anybody, outside], default: anybody}
#         nobody:
#           type: object
#           additionalProperties: false
#           description: |
#             What holds under ask when nobody could give what is missing, and enough others have approved.
#             advise: it is accepted, and the check says so. wait: it is accepted after so many business days
#             in public. reviewers: these people may review then. waiver: only a waiver helps.
#           properties:
#             answer: {type: string, enum: [advise, wait, reviewers, waiver], default: advise}
#             business_days: {type: integer, minimum: 1, maximum: 365, default: 2}
#             reviewers: {type: array, items: {type: string}, default: []}
#         waivers:
#           type: object
#           additionalProperties: false
#           description: Who may waive the rule with "/bylaw waive conflict_of_interest until DATE REASON", if they work outside the organizations of the authors; for the version of the change that they saw.
#           properties:
#             ask:
#               type: object
#               additionalProperties: false
#               description: Where a conflict asks, advises or is ignored.
#               properties:
#                 people: {type: array, items: {type: string}, default: []}
#                 roles: {type: array, items: {type: string}, default: []}
#                 teams: {type: array, items: {type: string, format: team}, default: []}
#             block:
#               type: object
#               additionalProperties: false
#               description: Where a conflict blocks.
#               properties:
#                 people: {type: array, items: {type: string}, default: []}
#                 roles: {type: array, items: {type: string}, default: []}
#                 teams: {type: array, items: {type: string, format: team}, default: []}
# custom:
#   conclusion: action_required
package bylaw.conflict_of_interest

import data.bylaw.lib

# The rule applies, unless a conflict does not matter in a change of this severity, or on this branch.
applies if {
	not _answer == "ignore"
	not _other_branch
}

_other_branch if not lib.path_matches_any(input.params.branches, input.base.name)

# It is met when enough people from elsewhere have approved; where the configuration accepts it, also when
# it is not known whom some of them work for, when the rule was waived, or when nobody else could approve.
accept if _met

_met if {
	_case in _good_cases
	count(_holds) == 0
}

# It is also met where a conflict is only worth a remark.
accept if _answer == "advise"

# A change that is blocked is a failure once somebody has approved; before, everybody is merely waiting.
conclusion := "failure" if {
	_answer == "block"
	_case == "not enough"
}

# Time alone changes the verdict when a time for review ends, or a waiver.
recheck_at := min(_moments) if count(_moments) > 0

_moments contains _review_ends if {
	_review_days > 0
	_review_ends > input.taken_at
}

_moments contains _waited_until if _waits_in_public

_moments contains lib.day_after(lib.word(c.arguments, 2)) if some c in _waivers

# --- The cases: the first that holds

_case := "outside" if _enough_known

else := "unknown" if _enough_with_open

else := "waived" if count(_waivers) > 0

else := "nobody" if _nobody_accepted

else := "waits in public" if _waits_in_public

else := "none yet" if count(_approvals) == 0

else := "not enough"

_good_cases := {"outside", "unknown", "waived", "nobody"}

_enough_known if {
	_counted_known >= input.params.approvals
	count(_approvals) >= _in_all
}

_enough_with_open if {
	_unknown == "accept"
	_counted_at_most >= input.params.approvals
	count(_approvals) >= _in_all
}
