# METADATA
# title: Changes to the rules are approved from outside the author's organization
# description: |
#   A change to the configuration, the policies, a roster, the organizations file or CODEOWNERS changes
#   the rules for everybody. It needs an approval by somebody who works for no organization of the
#   authors, neither as the rosters stand nor as they would stand after the change; and nobody's own
#   entry in a roster rests on their own approval or on that of their organization. The proposed
#   version must be readable, compile and pass its own tests. Always on.
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         approvals:
#           type: integer
#           minimum: 1
#           default: 1
#           description: How many approvals from outside are needed.
# custom:
#   conclusion: failure
package bylaw.governance_files

import data.bylaw.lib

applies if count(input.governance.files) > 0

# Enough people from outside have approved, every entry of a roster is supported by one of them whom it
# does not concern, and the proposed version has no problems.
accept if {
	_readable
	_enough
	count(_unsupported) == 0
}

# The first configuration ever is only previewed: there is no law yet by which to judge it.
accept if {
	_readable
	input.governance.first
}

# Content that is right and waits for people asks them to act; wrong content is a failure.
conclusion := "action_required" if {
	_readable
	count(_approvals) == 0
}

_readable if count(input.governance.problems) == 0

_enough if count(_counted) >= input.params.approvals

# --- Who made the change, who approved it, and who could

_authors := lib.authors(input.people)

_approvals := lib.qualified(input.reviews, _authors)

# Everybody is judged with what the rosters say and with what they would say. Both make a colleague; only
# both together make an outsider, so that nobody becomes one by what is merely proposed.
_standing(login, moment) := "inside" if "inside" in _before_and_after(login, moment)

_standing(login, moment) := "outside" if _before_and_after(login, moment) == {"outside"}

_standing(login, moment) := "open" if {
	not "inside" in _before_and_after(login, moment)
	"open" in _before_and_after(login, moment)
}

_before_and_after(login, moment) := {standing |
	some people in [_as_merged, input.people]
	circle := lib.circle(people, input.organizations, _since(moment), moment)
	standing := lib.position(lib.by_login(people)[lower(login)], circle).standing
}

_as_merged := lib.as_merged(input.people)

_who := lib.by_login(input.people)

_since(moment) := min({input.created_at, moment})

_counted := {r.author.login |
	some r in _approvals
	_may_count(r.author.login, r.submitted_at)
}

_may_count(login, moment) if _standing(login, moment) == "outside"

# Where there is no roster nobody's organization can be known: then another person's approval counts.
_may_count(_, _) if _no_roster

# A configuration that cannot be read names no roster; that is not the same as having none.
_no_roster if {
	input.governance.legible
	count(input.rosters) == 0
}

# Entries of a roster that no counted approval supports. Nobody's entry rests on their own word, nor on
# that of somebody who works for an organization of theirs, before or after the change.
_unsupported := {entry |
	some entry in input.governance.entries
	count({login | some login in _counted; _may_support(login, entry)}) == 0
}

_may_support(login, entry) if {
	not lib.same_login(login, entry.login)
	_who[lower(entry.login)]
	count(_employers(login) & lib.with_near(input.organizations, _employers(entry.login), {"merged", "related"}, input.created_at, input.taken_at)) == 0
}

_employers(login) := lib.employers(_who[lower(login)], input.created_at, input.taken_at)

reviewers := sort({p.login |
	some p in input.people
	p.kind == "user"
	p.can_push
	not lower(p.login) in _authors
	not lower(p.login) in {lower(login) | some login in _counted}
	_may_count(p.login, input.taken_at)
	_would_help(p.login)
})

_would_help(_) if count(_unsupported) == 0

_would_help(login) if {
	some entry in _unsupported
	_may_support(login, entry)
}

# --- What people read: exactly one headline

headline := $"The proposed rules have {_number(count(input.governance.problems), "problem")}" if not _readable

headline := "The first configuration is shown here and is not in force yet" if {
	_readable
	input.governance.first
}

headline := $"The change of the rules is approved by {lib.in_a_row(sort(_counted))}" if {
	accept
	not input.governance.first
}

headline := "A change of the rules waits for an approval by somebody whom it does not concern" if {
	not accept
	_readable
	_enough
}

headline := $"A change of the rules waits for {_approvals_in_words} {_elsewhere}" if {
	not accept
	_readable
	not _enough
}

_number(n, word) := $"{n} {word}" if n == 1

_number(n, word) := $"{n} {word}s" if n != 1

_approvals_in_words := "an approval" if input.params.approvals == 1

_approvals_in_words := $"{input.params.approvals} approvals" if input.params.approvals > 1

_elsewhere := "by another person" if _no_roster

_elsewhere := lib.from_elsewhere(input.organizations, employers) if {
	not _no_roster
	employers := lib.circle(input.people, input.organizations, input.created_at, input.taken_at).employers
}

findings contains {"msg": p.msg, "fix": p.fix, "file": p.file, "line": p.line} if some p in input.governance.problems

findings contains {
	"msg": $"This changes the rules ({lib.in_a_row(input.governance.files)}); it needs {_approvals_in_words} {_elsewhere}, and has {_so_far}.",
	"fix": _help,
	"people": array.slice(reviewers, 0, 10),
} if {
	not input.governance.first
	not _enough
}

findings contains {
	"msg": $"The entry of {entry.login} rests on the approval of nobody but themselves or their own organization.",
	"fix": _help,
	"file": entry.file,
	"line": entry.line,
} if {
	not input.governance.first
	count(_counted) > 0
	some entry in _unsupported
}

findings contains {
	"msg": "No roster is configured, so any other person who may write to the repository can approve.",
	"fix": "Name the file that says who works for whom under \"rosters\" in .github/bylaw.yml.",
	"advice": true,
} if {
	not input.governance.first
	_no_roster
}

findings contains {"msg": d.msg, "file": d.file, "line": d.line, "advice": true} if some d in input.governance.differences

_so_far := "none yet" if count(_counted) == 0

_so_far := $"{count(_counted)}" if count(_counted) > 0

_help := $"An approval by {lib.in_a_row(reviewers)} would count." if count(reviewers) == 1

_help := $"An approval by one of these people would count: {lib.in_a_short_row(reviewers, 10)}." if count(reviewers) > 1

_help := "Nobody could give this approval: nobody who may write to this repository is known to be independent of it. Give an outside member of the committee write access, or let an administrator decide." if count(reviewers) == 0

# --- Who was looked at, and what came of it

considered contains {
	"who": p.login,
	"did": "made the change",
	"is": _is(p.login, input.taken_at),
	"counted": false,
	"why": "an approval must come from somebody else",
	"evidence": _evidence(p.login, input.taken_at),
} if {
	some p in input.people
	lower(p.login) in _authors
}

considered contains {
	"who": r.author.login,
	"did": "approved",
	"is": _is(r.author.login, r.submitted_at),
	"counted": r.author.login in _counted,
	"why": _why(r.author.login, r.submitted_at),
	"evidence": _evidence(r.author.login, r.submitted_at),
} if {
	some r in _approvals
}

_is(login, moment) := lib.employers_in_words(input.organizations, lib.employers(_who[lower(login)], _since(moment), moment))

_evidence(login, moment) := lib.evidence(lib.affiliations(_who[lower(login)], _since(moment), moment))

_why(_, _) := "is another person than the authors; organizations are not known here" if _no_roster

_why(login, moment) := {
	"outside": "works outside the organizations of the authors, before and after this change",
	"inside": "works for the same organization as an author, before or after this change",
	"open": "it cannot be said whether they work for the same organization",
}[_standing(login, moment)] if {
	not _no_roster
}

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
