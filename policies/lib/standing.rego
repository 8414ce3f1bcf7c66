# Whether somebody works together with those who made a change.
package bylaw.lib

# Logins, in lower case, of everybody who made the change: who opened it, the authors and co-authors of
# its commits, and who pushed the head; no bots. Who writes a commit can name anybody in it, so being
# named takes away the right to approve and never gives one.
authors(people) := {lower(p.login) |
	some p in people
	p.part != "none"
	p.kind != "bot"
}

# Whether GitHub vouches for some author: a person opened the change, or pushed it. A change by a bot
# may name anybody in its commits, so of it cannot be said who works elsewhere.
known(people) if {
	some p in people
	p.kind == "user"
	p.part in {"opened", "pushed"}
}

# Whom the authors work for between two moments, and which organizations that makes one with theirs or
# related to it. All evidence counts, also what they made themselves: it can only add conflicts.
circle(people, organizations, since, until) := {
	"known": _is_known(people),
	"employers": keys,
	"one": with_near(organizations, keys, {"merged"}, since, until),
	"related": with_near(organizations, keys, {"merged", "related"}, since, until),
	"told": {key | some p in made; some key in hearsay(p, since, until)},
	"since": since,
	"until": until,
} if {
	made := [p | some p in people; p.part != "none"; p.kind != "bot"]
	keys := {key | some p in made; some key in employers(p, since, until)}
}

default _is_known(_) := false

_is_known(people) if known(people)

# How a person stands to the authors: "inside" one organization with them, "outside" when their own is
# known and is another one, "open" when that cannot be said. With it come
#   why         why it is open, or ""
#   unclear     why it cannot be said whom the person works for, whoever the authors are, or ""
#   employers   whom the person works for
#   shared      the organizations that they share with the authors
#   affiliations   what says so
position(someone, circle) := {
	"standing": _standing(count(shared), why),
	"why": why,
	"unclear": unclear,
	"employers": keys,
	"shared": shared,
	"affiliations": affiliated,
} if {
	affiliated := affiliations(someone, circle.since, circle.until)
	keys := _employers(affiliated, someone.login)
	shared := keys & circle.one
	unclear := _unclear(someone, affiliated)
	why := _why_open(someone, keys, circle, shared, unclear)
}

_standing(shared, _) := "inside" if shared > 0

_standing(0, why) := "open" if why != ""

_standing(0, "") := "outside"

# Why it cannot be said how somebody stands to the authors, the most telling reason first.
_why_open(someone, keys, circle, shared, unclear) := [reason |
	some [reason, holds] in [
		["", count(shared) > 0],
		["a bot proposed the change, so it is not certain who made it", circle.known == false],
		[unclear, unclear != ""],
		["a list that others collected names one organization for both", _told(someone, keys, circle)],
		["their organization is related to that of an author", count(keys & circle.related) > 0],
		["", true],
	]
	holds
][0]

default _told(_, _, _) := false

_told(someone, keys, circle) if {
	theirs := keys | hearsay(someone, circle.since, circle.until)
	count(theirs & (circle.one | circle.told)) > 0
}

_unclear(someone, affiliated) := "the rosters disagree about their employer" if {
	_declared(affiliated)
	_disputed(affiliated, someone.login)
}

_unclear(someone, affiliated) := "" if {
	_declared(affiliated)
	not _disputed(affiliated, someone.login)
}

_unclear(someone, affiliated) := _undeclared(someone, affiliated) if not _declared(affiliated)

# The community's own files say whom somebody works for. An e-mail address alone does not: whoever
# writes a commit can write any address. Nor does a line that stands there no more.
_declared(affiliated) if {
	some a in affiliated
	a.source in _own_sources
	a.kind in {"employer", "independent"}
	not a.former
}

_undeclared(_, affiliated) := "they prefer not to say whom they work for" if {
	some a in affiliated
	a.kind == "undisclosed"
}

_undeclared(someone, affiliated) := "what is written of them can mean several people or organizations" if {
	not "undisclosed" in {a.kind | some a in affiliated}
	_ambiguous(someone)
}

_undeclared(someone, affiliated) := "their employer is not known" if {
	not "undisclosed" in {a.kind | some a in affiliated}
	not _ambiguous(someone)
}

_ambiguous(someone) if {
	some a in someone.affiliations
	a.kind == "ambiguous"
	a.source in _own_sources
}
