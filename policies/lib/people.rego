# Who is who, and who works for whom on a given day.
package bylaw.lib

# Logins are compared without regard to case, as GitHub does.
same_login(a, b) if lower(a) == lower(b)

# The person with a login; undefined when nothing is known of them. Who looks up many makes an index
# with by_login once.
person(people, login) := p if {
	some p in people
	same_login(p.login, login)
}

# The people by their logins in lower case.
by_login(people) := {lower(p.login): p | some p in people}

# The people as the default branch knows them, without what this pull request would write into a roster.
as_merged(people) := people if not _some_proposed(people)

as_merged(people) := [object.union(p, {"affiliations": kept}) |
	some p in people
	kept := [a | some a in p.affiliations; not a.proposed]
] if {
	_some_proposed(people)
}

_some_proposed(people) if {
	some p in people
	some a in p.affiliations
	a.proposed
}

# Sources by which the community itself says whom somebody works for.
_own_sources := {"declared", "declared-stale", "roster"}

# Sources that can make two people colleagues: the community's own, and what people write themselves.
_counting := _own_sources | {"email", "comment"}

# The affiliations of a person that hold at some time between two moments, both included, by what the
# community's own files, commits and disclosures say.
affiliations(someone, since, until) := [a |
	some a in someone.affiliations
	a.source in _counting
	not a.kind in {"unknown", "ambiguous"}
	a.from <= until # also when it is empty, for always
	_not_over(a.until, since)
]

_not_over("", _)

# Half open: on the day "until" it is no longer so. "2025-09-01T08:00:00Z" sorts after "2025-09-01".
_not_over(until, moment) if {
	until != ""
	moment < until
}

# Whom a person works for between two moments: ids of organizations, and for somebody independent an
# organization of their own.
employers(someone, since, until) := _employers(affiliations(someone, since, until), someone.login)

_employers(affiliated, login) := {key | some a in affiliated; key := _employer(a, login)}

_employer(a, _) := a.organization if a.kind == "employer"

_employer(a, login) := concat("", [_alone, lower(login)]) if a.kind == "independent"

# No organization has an id that begins so.
_alone := "independent @"

# Organizations that a person works for by what others collected, such as gitdm. It is never shown and
# never a conflict; it only keeps somebody from counting as an outsider. Undated lines of it, and those
# that call somebody independent, are worth nothing.
hearsay(someone, since, until) := {a.organization |
	some a in someone.affiliations
	a.source in {"gitdm-strict", "gitdm-open"}
	a.kind == "employer"
	a.from <= until
	_not_over(a.until, since)
}

# Two files of the community name employers of a person between two moments, and none in common.
disputed(someone, since, until) if _disputed(affiliations(someone, since, until), someone.login)

_disputed(affiliated, login) if {
	declared := [a | some a in affiliated; a.source in _own_sources; not a.former]
	count({a.file | some a in declared}) > 1
	in_file := {file: keys |
		some file in {a.file | some a in declared}
		keys := {key | some a in declared; a.file == file; key := _employer(a, login)}
		count(keys) > 0
	}
	some one in in_file
	some other in in_file
	count(one & other) == 0
}

# What somebody has disclosed, as an affiliation: it holds whenever it is looked at, and like everything
# that people say of themselves it can only add a conflict.
disclosed(organization) := {
	"kind": "employer", "organization": organization, "from": "", "until": "", "fuzzy": false,
	"source": "comment", "rank": 3, "file": "", "line": 0, "evidence": "disclosed in a comment",
	"recorded_at": "", "proposed": false, "former": false,
}

# The organizations that are one with some of these, or at least related to them, at some time between
# two moments; those themselves included. How is {"merged"}, or {"merged", "related"}.
with_near(organizations, keys, how, since, until) := keys | {n.organization |
	some o in organizations
	o.id in keys
	some n in o.near
	n.how in how
	n.from <= until
	_not_over(n.until, since)
}
