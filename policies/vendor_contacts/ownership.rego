# Whose file it is, what its people cannot do alone, and who must not come back.
package bylaw.vendor_contacts

import data.bylaw.lib

# --- What needs the committee

_unsettled contains finding if {
	count(_approvers) == 0
	some change in _changes
	not _own(change)
	finding := {
		"msg": _why(change), "fix": $"Ask {_committee_in_words} for an approval.",
		"file": change.path, "line": 0, "advice": false, "evidence": _commit_mail,
	}
}

_why(change) := {
	"new": $"This file is new, so {_committee_in_words} must approve it.",
	"removed": $"This file goes away, so {_committee_in_words} must approve that.",
	"renamed": $"This file gets another name, so {_committee_in_words} must approve that.",
	"changed": $"{_author} is no contact in this file, and no roster says that they work for the company: {_committee_in_words} must approve this.",
}[change.what]

_author := input.author.login if input.author.login != ""

_author := "The author" if input.author.login == ""

# The commit's e-mail address is shown and decides nothing: anybody can write any address.
_commit_mail := [{"file": "", "line": 0, "text": $"commit e-mail at {domain}, which anybody can write and which decides nothing"} |
	some domain in {a.domain |
		some c in input.commits
		some a in c.authors
		lower(a.login) in {lower(input.author.login), ""} # "" when the address belongs to no account
		not a.domain in {"", "users.noreply.github.com"}
	}
]

# --- One's own file: changed in its place by a contact that it names on the base branch

_own(change) if {
	change.what == "changed"
	input.author.kind == "user"
	lower(input.author.login) in _logins_at_base(change)
}

# or by somebody who works for the company, as the community has written down.
_own(change) if {
	change.what == "changed"
	input.author.kind == "user"
	some a in lib.affiliations(_opener, input.taken_at, input.taken_at)
	a.kind == "employer"
	a.source in {"declared", "declared-stale", "roster"}
	not a.former
	a.organization in change.organizations
}

_opener := lib.person(lib.as_merged(input.people), input.author.login)

# The page with a company's contacts speaks for the whole folder, where this change shows it.
_logins_at_base(change) := {login |
	some page in _changes
	page.what == "changed"
	page.page
	_directory(page.path) == _directory(change.path)
	page.company == change.company
	_in_folder(page.path) == _in_folder(change.path)
	_readable(page.file.before)
	some c in _contacts(page.file.before)
	some login in _logins(c)
}

# --- Who approves

_approvers := {r.author.login |
	some r in lib.stances(input.reviews)
	_unfit(r) == ""
}

# Why an approval does not count; "" when it does.
_unfit(review) := [why |
	some [why, holds] in [
		["has not approved", review.state != "approved"],
		["is not a person", review.author.kind != "user"],
		["made the change, or part of it", lower(review.author.login) in lib.authors(input.people)],
		["approved an earlier version of the change", review.stale],
		[$"does not belong to {_committee_in_words}", _is_foreign(review)],
		["", true],
	]
	holds
][0]

default _is_foreign(_) := false

_is_foreign(review) if {
	_committee_is_named
	not lower(review.author.login) in _committee
}

_is_foreign(review) if {
	not _committee_is_named
	not review.can_push
}

_committee_is_named if (count(input.params.committee.roles) + count(input.params.committee.teams)) + count(input.params.committee.people) > 0

_committee := lib.holders(input.people, input.teams, input.params.committee)

_committee_in_words := "somebody who may write to this repository" if not _committee_is_named

_committee_in_words := lib.in_a_row(array.flatten([
	[$"a {role}" | some role in input.params.committee.roles],
	[$"somebody of the team {team}" | some team in input.params.committee.teams],
	[_named_people | count(input.params.committee.people) > 0],
])) if {
	_committee_is_named
}

_named_people := input.params.committee.people[0] if count(input.params.committee.people) == 1

_named_people := $"one of {lib.in_a_short_row(input.params.committee.people, 5)}" if count(input.params.committee.people) > 1

# Who could approve: only where something waits for it.
reviewers := [p.login |
	count(_unsettled) > 0
	some p in input.people
	p.kind == "user"
	not lower(p.login) in lib.authors(input.people)
	not _is_foreign({"author": {"login": p.login}, "can_push": p.can_push})
]

considered contains {
	"who": r.author.login, "did": "approved", "is": "", "counted": _unfit(r) == "", "why": why,
	"evidence": [],
} if {
	some change in _changes
	not _own(change)
	some r in lib.stances(input.reviews)
	r.state == "approved"
	why := {true: "approves what the owner of a file cannot do alone", false: _unfit(r)}[_unfit(r) == ""]
}

# --- Companies that were removed

_faults_of_returns contains {
	"msg": $"{_short(removed.organization)} was removed, and {_until(removed)}.",
	"fix": "An approval does not change that. The committee can change the date in the configuration.",
	"file": change.path, "line": 0, "advice": false,
} if {
	some [change, removed] in _comebacks
}

# It comes back where a file stands for it that did not before.
_comebacks contains [change, removed] if {
	some change in _changes
	change.what != "removed"
	some removed in input.params.removed
	_still_removed(removed)
	_is_about(removed, change, change.path, change.file.after)
	not _was_about(removed, change)
}

_was_about(removed, change) if {
	change.what == "changed"
	_is_about(removed, change, change.path, change.file.before)
}

_was_about(removed, change) if {
	change.what == "renamed"
	_is_about(removed, change, change.file.previous_path, change.file.before)
}

_is_about(removed, change, path, content) if {
	name := _plain(removed.organization)
	name != ""
	name in {_plain(n) | some n in array.concat([_company(path)], [t[0] | some t in _titles(change, content)])}
}

# By its other names as well, but a file that is not new was named so before.
_is_about(removed, change, path, content) if {
	content.exists
	path == change.path
	some id in change.organizations
	_plain(removed.organization) in {_plain(id), _plain(lib.organization_name(input.organizations, id))}
}

# A date that cannot be read has not come.
_still_removed(removed) if not lib.is_date(removed.until)

_still_removed(removed) if {
	lib.is_date(removed.until)
	substring(input.taken_at, 0, 10) < removed.until
}

_until(removed) := "does not come back" if removed.until == ""

_until(removed) := $"may come back from {removed.until} on" if lib.is_date(removed.until)

_until(removed) := $"the date from which it may come back cannot be read: \"{_short(removed.until)}\"" if {
	removed.until != ""
	not lib.is_date(removed.until)
}

_returns contains $"{removed.until}T00:00:00Z" if {
	some [_, removed] in _comebacks
	lib.is_date(removed.until)
}
