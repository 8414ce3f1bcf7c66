# Who may change the entry of a partner, and whose approval counts.
package bylaw.partners

import data.bylaw.lib

# The organizations that an entry is about: those after which its file is named, or that have its name.
_about(f) := lib.with_near(input.organizations, named, {"merged", "related"}, input.created_at, input.taken_at) if {
	named := {id | some id in f.organizations} | {o.id |
		some o in input.organizations
		some content in [f.before, f.after]
		_plain(_fields(content).name) == _plain(o.name)
	}
}

_plain(name) := regex.replace(lower(name), `[^\pL\pN]+`, "") if is_string(name)

# All partners that are known here: by the file of organizations, and by the files of this change.
_partners := lib.with_near(input.organizations, listed, {"merged"}, input.created_at, input.taken_at) if {
	listed := {o.id |
		some o in input.organizations
		some label in o.labels
		label in input.params.partner_labels
	} | {id | some f in _touched; some id in f.organizations}
}

_who := lib.by_login(input.people)

_as_merged := lib.by_login(lib.as_merged(input.people))

_circle := lib.circle(lib.as_merged(input.people), input.organizations, input.created_at, input.taken_at)

_authors := lib.authors(input.people)

_employers(login) := lib.employers(_who[lower(login)], input.created_at, input.taken_at)

_employers(login) := set() if not _who[lower(login)]

# How somebody stands to an entry. What is merely proposed can only make a conflict.
_stands(login, f) := [standing |
	some [standing, holds] in [
		["works for the partner", count(_employers(login) & _about(f)) > 0],
		["works for another partner", count(_employers(login) & _partners) > 0],
		[_unclear(login), _unclear(login) != ""],
		["", true],
	]
	holds
][0]

_unclear(login) := "their employer is not known" if not _as_merged[lower(login)]

_unclear(login) := lib.position(_as_merged[lower(login)], _circle).unclear if _as_merged[lower(login)]

# --- Approvals

_approvals := lib.qualified(input.reviews, _authors)

_may_approve(_) if {
	count(input.params.approvers.roles) == 0
	count(input.params.approvers.teams) == 0
}

_may_approve(login) if lower(login) in lib.holders(input.people, input.teams, input.params.approvers)

_counts(login, f) if {
	_may_approve(login)
	_stands(login, f) in _good
}

_good := {""} if input.params.unknown == "refuse"

_good := ({""} | {_unclear(p.login) | some p in input.people}) | {"their employer is not known"} if input.params.unknown == "accept"

_counted(f) := {r.author.login | some r in _approvals; _counts(r.author.login, f)}

_counted_somewhere := {login | some f in _touched; some login in _counted(f)}

# On somebody's own computer nobody can have approved, and only what stands in the files is judged.
_approved if input.local

_approved if {
	every f in _touched {
		count(_counted(f)) >= input.params.approvals
	}
	count(_foreign) == 0
}

# --- Entries of others

# Whom an entry belongs to: people of the partner, and the contacts that stand there already.
_owns(login, f) if count(_employers(login) & _about(f)) > 0

_owns(login, f) if {
	some c in _fields(f.before).contacts
	is_string(c.github)
	lib.same_login(c.github, login)
}

# Partners do not write each other's entries.
_foreign := {[p.login, f.path] |
	some p in input.people
	p.part in {"opened", "pushed"}
	some f in _touched
	not _owns(p.login, f)
	count(_employers(p.login) & (_partners - _about(f))) > 0
	not _agreed(f)
}

# Somebody of the partner has approved.
_agreed(f) if {
	some r in lib.stances(input.reviews)
	r.state == "approved"
	not r.stale
	not lower(r.author.login) in _authors
	_owns(r.author.login, f)
}

reviewers := sort({p.login |
	not _approved
	some p in input.people
	p.kind == "user"
	p.can_push
	not lower(p.login) in _authors
	every f in _touched {
		_may_approve(p.login)
		_stands(p.login, f) == ""
	}
})

# --- What people read

findings contains {
	"msg": $"The entry of {_name_of(f)} needs {_number(input.params.approvals, "approval", "approvals")} by somebody who works neither for it nor for another partner, and has {count(_counted(f))}.",
	"fix": _help,
	"file": f.path,
	"people": array.slice(reviewers, 0, 10),
} if {
	some f in _touched
	count(_counted(f)) < input.params.approvals
}

findings contains {
	"msg": $"{login} works for another partner, and this is the entry of {_name_of(f)}.",
	"fix": "Let somebody of the partner propose the change, or approve it.",
	"file": path,
	"people": [login],
} if {
	some [login, path] in _foreign
	some f in _touched
	f.path == path
}

findings contains {
	"msg": $"It is not known whether {login} works for a partner; the approval counts nevertheless.",
	"fix": "Name the employer in a roster.",
	"people": [login],
	"advice": true,
} if {
	input.params.approvals > 0
	some f in _touched
	some login in _counted(f)
	_stands(login, f) != ""
}

_help := $"An approval by {lib.in_a_row(reviewers)} would count." if count(reviewers) == 1

_help := $"An approval by one of these people would count: {lib.in_a_short_row(reviewers, 10)}." if count(reviewers) > 1

_help := "Nobody who may write here is known to work for no partner; give somebody of the community write access, or let an administrator decide." if count(reviewers) == 0

considered contains {
	"who": r.author.login,
	"did": "approved",
	"is": lib.employers_in_words(input.organizations, _employers(r.author.login)),
	"counted": r.author.login in _counted(f),
	"why": _why(r.author.login, f),
	"evidence": lib.evidence(lib.affiliations(_who[lower(r.author.login)], input.created_at, input.taken_at)),
} if {
	some f in _touched
	some r in _approvals
}

_why(login, f) := "works for no partner" if {
	_may_approve(login)
	_stands(login, f) == ""
}

_why(login, f) := _stands(login, f) if {
	_may_approve(login)
	_stands(login, f) != ""
}

_why(login, _) := "is not among those who approve entries of partners" if not _may_approve(login)
