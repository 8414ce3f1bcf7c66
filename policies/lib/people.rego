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
by_login(people) := bylaw.by_login(people)

# Logins, in lower case, of those whom a configuration means: by their roles in a roster, by their teams, and by
# name. wanted may have roles, teams and people.
holders(people, teams, wanted) := (with_role | in_team) | named if {
	with_role := {lower(p.login) | some p in people; some role in p.roles; role.name in object.get(wanted, "roles", [])}
	in_team := {lower(member) | some team in teams; team.name in object.get(wanted, "teams", []); some member in team.members}
	named := {lower(login) | some login in object.get(wanted, "people", [])}
}

# The people as the default branch knows them, without what this pull request would write into a roster.
as_merged(people) := bylaw.as_merged(people)

# The affiliations of a person that hold at some time between two moments, both included, by what the
# community's own files, commits and disclosures say. The last day of one is the day before "until".
affiliations(someone, since, until) := bylaw.affiliations(someone, since, until)

# Whom a person works for between two moments: ids of organizations, and for somebody independent an
# organization of their own.
employers(someone, since, until) := bylaw.employers(someone, since, until)

# No organization has an id that begins so.
_alone := "independent @"

# Organizations that a person works for by what others collected, such as gitdm. It is never shown and
# never a conflict; it only keeps somebody from counting as an outsider. Undated lines of it, and those
# that call somebody independent, are worth nothing.
hearsay(someone, since, until) := bylaw.hearsay(someone, since, until)

# Two files of the community name employers of a person between two moments, and none in common.
disputed(someone, since, until) if bylaw.disputed(someone, since, until)

# What somebody has disclosed, as an affiliation: it holds whenever it is looked at, and like everything
# that people say of themselves it can only add a conflict.
disclosed(organization) := {
	"kind": "employer", "organization": organization, "from": "", "until": "", "fuzzy": false,
	"source": "comment", "rank": 3, "file": "", "line": 0, "evidence": "disclosed in a comment",
	"recorded_at": "", "proposed": false, "former": false,
}

# The organizations that are one with some of these, or at least related to them, at some time between
# two moments; those themselves included. How is {"merged"}, or {"merged", "related"}.
with_near(organizations, keys, how, since, until) := bylaw.with_near(organizations, keys, how, since, until)
