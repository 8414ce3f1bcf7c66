package fakegithub

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

func (g *GitHub) getUser(q *request) answer {
	a, err := g.account(q.params["username"])
	if err != nil {
		return notFound()
	}
	return ok(g.fullUser(a))
}

// org finds an organization that the caller may look into, nil if he may not.
func (g *GitHub) org(q *request) *account {
	a, err := g.account(q.params["org"])
	if err != nil || a.kind != "Organization" {
		return nil
	}
	t := q.who.token
	if t.installation != nil && t.installation.account != a {
		return nil
	}
	if t.user != nil && a.members[lower(t.user.login)] == "" {
		return nil
	}
	return a
}

// checkMember answers 302 to callers that may not see private memberships; they are sent to the list
// of public members, which is empty here, as it is by default.
func (g *GitHub) checkMember(q *request) answer {
	org := g.org(q)
	if org == nil || q.who.token.installation != nil && !q.who.token.may("members", "read") {
		q.header.Set("Location", "/orgs/"+q.params["org"]+"/public_members/"+q.params["username"])
		return answer{status: http.StatusFound}
	}
	if org.members[lower(q.params["username"])] == "" {
		return notFound()
	}
	return noContent()
}

func (g *GitHub) checkPublicMember(*request) answer { return notFound() }

func (g *GitHub) listTeams(q *request) answer {
	org := g.org(q)
	if org == nil {
		return notFound()
	}
	teams := slices.DeleteFunc(slices.Clone(g.teams), func(t *team) bool { return t.org != org })
	return ok(page(q, teams, func(t *team) any { return g.teamJSON(t) }))
}

func (g *GitHub) teamOf(q *request) *team {
	org := g.org(q)
	if org == nil {
		return nil
	}
	t, err := g.team(org.login, q.params["team_slug"])
	if err != nil {
		return nil
	}
	return t
}

func (g *GitHub) getTeam(q *request) answer {
	t := g.teamOf(q)
	if t == nil {
		return notFound()
	}
	return ok(g.fullTeam(t))
}

// listTeamMembers lists active members, child teams included.
func (g *GitHub) listTeamMembers(q *request) answer {
	t := g.teamOf(q)
	if t == nil {
		return notFound()
	}
	role := q.query.Get("role")
	members := slices.DeleteFunc(g.teamMembers(t), func(m *membership) bool {
		return m.state != "active" || role != "" && role != "all" && g.role(t, m) != role
	})
	return ok(page(q, members, func(m *membership) any {
		out := g.simpleUser(m.user)
		out["role"], out["inherited"] = g.role(t, m), !slices.Contains(t.members, m)
		return out
	}))
}

// role shows owners of the organization as maintainers.
func (g *GitHub) role(t *team, m *membership) string {
	if t.org.members[lower(m.user.login)] == "admin" {
		return "maintainer"
	}
	return m.role
}

func (g *GitHub) getMembership(q *request) answer {
	t := g.teamOf(q)
	if t == nil {
		return notFound()
	}
	for _, m := range g.teamMembers(t) {
		if strings.EqualFold(m.user.login, q.params["username"]) {
			return ok(obj{
				"url":  g.api("/organizations/%d/team/%d/memberships/%s", t.org.id, t.id, m.user.login),
				"role": g.role(t, m), "state": m.state,
			})
		}
	}
	return notFound()
}

func (g *GitHub) mayListCollaborators(q *request) *answer {
	t := q.who.token
	switch {
	case t.installation != nil && t.covers(q.repo), t.user != nil && levels[g.granted(q.repo, t.user)] >= levels["write"]:
		return nil
	}
	a := fail(http.StatusForbidden, "Must have push access to view repository collaborators.")
	return &a
}

// permissionNames are the spellings of the collaborators API, weakest first.
var permissionNames = []struct{ api, level string }{
	{"pull", "read"}, {"triage", "triage"}, {"push", "write"}, {"maintain", "maintain"}, {"admin", "admin"},
}

func (g *GitHub) collaboratorJSON(a *account, level string) obj {
	out, flags := g.simpleUser(a), obj{}
	for _, p := range permissionNames {
		flags[p.api] = levels[level] >= levels[p.level]
	}
	out["permissions"], out["role_name"] = flags, level
	return out
}

func (g *GitHub) listCollaborators(q *request) answer {
	if a := g.mayListCollaborators(q); a != nil {
		return *a
	}
	needed := "read"
	for _, p := range permissionNames {
		if p.api == q.query.Get("permission") {
			needed = p.level
		}
	}
	var list []*account
	for login, a := range g.accounts {
		_, direct := q.repo.collaborators[login]
		outside := q.repo.owner.members[login] == ""
		switch q.query.Get("affiliation") {
		case "direct":
			if !direct {
				continue
			}
		case "outside":
			if !direct || !outside {
				continue
			}
		}
		if a.kind != "Organization" && levels[g.granted(q.repo, a)] >= levels[needed] {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b *account) int { return cmp.Compare(a.login, b.login) })
	return ok(page(q, list, func(a *account) any { return g.collaboratorJSON(a, g.granted(q.repo, a)) }))
}

func (g *GitHub) getPermission(q *request) answer {
	if a := g.mayListCollaborators(q); a != nil {
		return *a
	}
	a, err := g.account(q.params["username"])
	if err != nil {
		return notFound()
	}
	level := g.permission(q.repo, a)
	coarse := map[string]string{"maintain": "write", "triage": "read"}[level]
	return ok(obj{"permission": cmp.Or(coarse, level), "role_name": level, "user": g.collaboratorJSON(a, level)})
}
