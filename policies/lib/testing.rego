# Inputs for tests. A test says only what matters to it: everything else is as in pull_request.
package bylaw.lib.testing

# An open pull request in which nothing has happened yet: alice of Acme changes 30 lines of code.
pull_request := {
	"format": 1,
	"taken_at": "2026-03-10T12:00:00Z",
	"event": "test",
	"repository": {"owner": "example", "name": "widgets", "private": false, "default_branch": "main"},
	"number": 7,
	"url": "https://github.example/example/widgets/pull/7",
	"title": "Turn the widgets",
	"body": "",
	"author": {"login": "alice", "id": 1, "kind": "user"},
	"state": "open",
	"draft": false,
	"created_at": "2026-03-09T09:00:00Z",
	"ready_at": "2026-03-09T09:00:00Z",
	"merged_at": "",
	"merged_by": {"login": "", "id": 0, "kind": "deleted"},
	"base": {"name": "main", "sha": "b000000000000000000000000000000000000000"},
	"head": {
		"name": "turn", "sha": "a000000000000000000000000000000000000000", "repository": "example/widgets",
		"fork": false, "arrived_at": "2026-03-09T09:00:00Z", "pushed_by": "alice",
	},
	"labels": [],
	"files": [file("core/turn.go", 30)],
	"commits": [],
	"reviews": [],
	"requested_reviewers": [],
	"commands": [],
	"people": [
		employee("alice", "acme"),
		employee("anna", "acme"),
		employee("bob", "globex"),
		employee("carol", "initech"),
		person("dave", []),
	],
	"organizations": [
		organization("acme", "Acme Corp"),
		organization("globex", "Globex"),
		organization("initech", "Initech"),
	],
	"teams": [],
	"rosters": ["affiliations.yml"],
	"governance": {"files": [], "legible": true, "first": false, "problems": [], "sound": true, "differences": [], "entries": []},
	"same_head": [],
	"local": false,
	"incomplete": [],
	"params": {},
}

# The pull request with other facts. Who opened it, pushed its head or stands in its commits has that part
# in it, as Bylaw would say.
with_facts(facts) := object.union(changed, {"people": people}) if {
	changed := object.union(pull_request, facts)
	people := [object.union(p, {"part": _part_in(changed, lower(p.login))}) | some p in changed.people]
}

_part_in(changed, login) := [part |
	some [part, holds] in [
		["opened", login == lower(changed.author.login)],
		["pushed", login == lower(changed.head.pushed_by)],
		["named", login in {lower(a.login) | some c in changed.commits; some a in c.authors}],
		["none", true],
	]
	holds
][0]

# A changed file with a number of added lines.
file(path, added) := {
	"path": path, "previous_path": "", "status": "modified", "added": added, "removed": 0,
	"organizations": [], "before": no_content, "after": no_content,
}

no_content := {"exists": false, "text": "", "data": null, "lines": [], "problems": []}

# An approval of the present head by somebody who may write to the repository.
approval(login) := review(login, "approved")

review(login, state) := {
	"author": {"login": login, "id": 0, "kind": "user"}, "state": state, "sha": "a000000000000000000000000000000000000000",
	"submitted_at": "2026-03-10T09:00:00Z", "body": "", "can_push": true, "stale": false,
}

# Somebody who may write to the repository.
person(login, affiliations) := {
	"login": login, "id": 0, "kind": "user", "can_push": true, "part": _part(login),
	"roles": [{"name": "maintainer", "file": "affiliations.yml", "line": 1}],
	"affiliations": affiliations,
	"away_until": "", "active_at": "",
}

# The person with this role, and no other.
with_role(someone, role) := object.union(someone, {"roles": [{"name": role, "file": "affiliations.yml", "line": 1}]})

# alice opened the pull request.
_part(login) := "opened" if lower(login) == "alice"

_part(login) := "none" if lower(login) != "alice"

# Somebody whose employer is declared.
employee(login, organization) := person(login, [works_for(organization, "", "")])

# A declared affiliation, from a date until a date; either may be empty.
works_for(organization, from, until) := {
	"kind": "employer", "organization": organization, "from": from, "until": until,
	"fuzzy": false, "source": "declared", "rank": 0, "file": "affiliations.yml", "line": 3, "evidence": "",
	"recorded_at": "", "proposed": false, "former": false,
}

# An affiliation that the roster told when the pull request was opened, and tells no more.
formerly(organization) := object.union(works_for(organization, "", ""), {"former": true, "line": 9})

# An organization that stands alone.
organization(id, name) := {"id": id, "name": name, "labels": [], "near": []}

# Evidence of a commit's e-mail address.
writes_from(organization) := object.union(works_for(organization, "", ""), {"source": "email", "rank": 3, "file": "", "line": 0, "evidence": "commit e-mail"})

# Somebody who works for nobody, as they or a roster say.
independent := object.union(works_for("", "", ""), {"kind": "independent"})

# Somebody who prefers not to say.
undisclosed := object.union(works_for("", "", ""), {"kind": "undisclosed"})

# The people of pull_request, with others in place of those of the same login or besides them.
people_with(others) := array.concat(
	[p | some p in pull_request.people; not p.login in {o.login | some o in others}],
	others,
)

# A commit by these people, the git author first.
commit(logins) := {
	"sha": "a000000000000000000000000000000000000000",
	"authors": [git_author(login) | some login in logins],
	"committer": git_author(logins[0]),
	"verified": false,
}

git_author(login) := {"login": login, "id": 0, "domain": "users.noreply.github.com"}

# A label that somebody set after the pull request was opened.
label(name, login) := {"name": name, "set_by": login, "set_at": "2026-03-09T10:00:00Z"}

# A line /bylaw of a comment that somebody wrote on the day of the reviews.
command(login, name, arguments) := {
	"comment_id": 1, "who": {"login": login, "id": 0, "kind": "user"}, "name": name, "arguments": arguments,
	"at": "2026-03-10T10:00:00Z", "edited_by": "", "fate": "stands", "organization": "",
}

# The same, saying whom they work for.
discloses(login, organization) := object.union(command(login, "disclose", organization), {"organization": organization})
