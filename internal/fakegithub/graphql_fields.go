package fakegithub

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// schemaFields are the resolvers of every type that the fake knows.
func (g *GitHub) schemaFields() map[string]fields {
	all := map[string]fields{
		"Query": queryFields(), "Repository": repositoryFields(), "Ref": refFields(), "RateLimit": rateFields(),
		"User": actorFields(false), "Bot": actorFields(true), "Organization": organizationFields(), "Team": teamFields(),
		"MergeQueue": mergeQueueFields(), "MergeQueueEntry": entryFields(), "Label": labelFields(),
	}
	maps.Copy(all, connectionFields())
	maps.Copy(all, gitFields())
	maps.Copy(all, blameFields())
	maps.Copy(all, checkFields())
	maps.Copy(all, pullFields())
	return all
}

// root is the value of Query.
type root struct{}

func queryFields() fields {
	return table(map[string]func(x *query, _ root, a args) any{
		"repository": func(x *query, _ root, a args) any {
			name := a.text("owner") + "/" + a.text("name")
			r := x.g.find(name)
			if r == nil || !x.g.sees(x.token, r) {
				return unresolved("a Repository with the name '%s'.", name)
			}
			return node{"Repository", r}
		},
		"organization": func(x *query, _ root, a args) any {
			o, err := x.g.account(a.text("login"))
			if err != nil || o.kind != "Organization" {
				return unresolved("an Organization with the login of '%s'.", a.text("login"))
			}
			return node{"Organization", o}
		},
		"user": func(x *query, _ root, a args) any {
			u, err := x.g.account(a.text("login"))
			if err != nil || u.kind != "User" {
				return unresolved("a User with the login of '%s'.", a.text("login"))
			}
			return node{"User", u}
		},
		"viewer":    func(x *query, _ root, _ args) any { return node{"User", x.actor} },
		"rateLimit": func(x *query, _ root, _ args) any { return node{"RateLimit", x.bucket} },
		"node":      func(x *query, _ root, a args) any { return x.byID(a.text("id")) },
		"nodes": func(x *query, _ root, a args) any {
			list := []node{}
			for _, id := range a.list("ids") {
				n, _ := x.byID(id).(node)
				list = append(list, n)
			}
			return list
		},
	})
}

// byID finds what a node id names, as far as the caller may see it.
func (x *query) byID(id string) any {
	for _, a := range x.g.accounts {
		if !a.deleted && (id == nodeID("U", a.id) || id == nodeID("O", a.id)) {
			return node{a.kind, a}
		}
	}
	for _, r := range x.g.repos {
		if !x.g.sees(x.token, r) {
			continue
		}
		if id == nodeID("R", r.id) {
			return node{"Repository", r}
		}
		for _, p := range r.pulls {
			if id == nodeID("PR", p.id) {
				return node{"PullRequest", p}
			}
			for _, v := range p.reviews {
				if id == nodeID("PRR", v.id) {
					return node{"PullRequestReview", v}
				}
			}
		}
		for _, c := range r.comments {
			if id == nodeID("IC", c.id) {
				return node{"IssueComment", c}
			}
		}
		for _, c := range r.runs {
			if id == nodeID("CR", c.ID) {
				return node{"CheckRun", c}
			}
		}
	}
	return unresolved("a node with the global id of '%s'", id)
}

// may reports whether the caller has a permission in a repository; a nil problem means yes.
func (x *query) may(r *repository, permission string) *problem {
	if x.g.allowed(x.token, r, permission, "read") {
		return nil
	}
	return forbidden
}

func rateFields() fields {
	return table(map[string]func(x *query, b *bucket, a args) any{
		"limit":     func(_ *query, b *bucket, _ args) any { return b.limit },
		"cost":      func(*query, *bucket, args) any { return 1 },
		"remaining": func(_ *query, b *bucket, _ args) any { return b.remaining() },
		"used":      func(_ *query, b *bucket, _ args) any { return b.used },
		"resetAt":   func(_ *query, b *bucket, _ args) any { return b.reset },
		"nodeCount": func(*query, *bucket, args) any { return 0 },
	})
}

// actor is an account as an Actor; null for a deleted one.
func actor(a *account) any {
	if a == nil || a.deleted {
		return nil
	}
	return node{a.kind, a}
}

// actorFields serve users and bots. GraphQL leaves out the "[bot]" of a bot's login that REST shows,
// except for the viewer, who is always a User.
func actorFields(bot bool) fields {
	return table(map[string]func(x *query, u *account, a args) any{
		"id":         func(_ *query, u *account, _ args) any { return nodeID("U", u.id) },
		"databaseId": func(_ *query, u *account, _ args) any { return u.id },
		"login": func(_ *query, u *account, _ args) any {
			if bot {
				return strings.TrimSuffix(u.login, "[bot]")
			}
			return u.login
		},
		"name":      func(_ *query, u *account, _ args) any { return orNil(u.name) },
		"company":   func(_ *query, u *account, _ args) any { return orNil(u.company) },
		"email":     func(*query, *account, args) any { return "" },
		"url":       func(x *query, u *account, _ args) any { return x.g.web("/%s", u.login) },
		"avatarUrl": func(x *query, u *account, _ args) any { return x.g.simpleUser(u)["avatar_url"] },
		"createdAt": func(_ *query, u *account, _ args) any { return u.createdAt },
	})
}

func organizationFields() fields {
	return table(map[string]func(x *query, o *account, a args) any{
		"id":         func(_ *query, o *account, _ args) any { return nodeID("O", o.id) },
		"databaseId": func(_ *query, o *account, _ args) any { return o.id },
		"login":      func(_ *query, o *account, _ args) any { return o.login },
		"name":       func(_ *query, o *account, _ args) any { return orNil(o.name) },
		"url":        func(x *query, o *account, _ args) any { return x.g.web("/%s", o.login) },
		"team": func(x *query, o *account, a args) any {
			if p := x.mayMembers(o); p != nil {
				return p
			}
			t, err := x.g.team(o.login, a.text("slug"))
			if err != nil {
				return nil
			}
			return node{"Team", t}
		},
		"teams": func(x *query, o *account, a args) any {
			if p := x.mayMembers(o); p != nil {
				return p
			}
			return nodes("Team", slices.DeleteFunc(slices.Clone(x.g.teams), func(t *team) bool {
				missing := func(login string) bool {
					return !slices.ContainsFunc(t.members, func(m *membership) bool {
						return m.state == "active" && strings.EqualFold(m.user.login, login)
					})
				}
				return t.org != o || slices.ContainsFunc(a.list("userLogins"), missing)
			}))
		},
		"membersWithRole": func(x *query, o *account, _ args) any {
			if p := x.mayMembers(o); p != nil {
				return p
			}
			c := &connection{}
			for _, login := range slices.Sorted(maps.Keys(o.members)) {
				if u := x.g.accounts[login]; u != nil && u.kind == "User" {
					c.nodes, c.edges = append(c.nodes, node{"User", u}), append(c.edges, obj{"role": strings.ToUpper(o.members[login])})
				}
			}
			return c
		},
	})
}

func (x *query) mayMembers(o *account) *problem {
	t := x.token
	if t.user != nil && o.members[lower(t.user.login)] != "" || t.installation != nil && t.installation.account == o && t.may("members", "read") {
		return nil
	}
	return forbidden
}

func teamFields() fields {
	return table(map[string]func(x *query, t *team, a args) any{
		"id":           func(_ *query, t *team, _ args) any { return nodeID("T", t.id) },
		"databaseId":   func(_ *query, t *team, _ args) any { return t.id },
		"slug":         func(_ *query, t *team, _ args) any { return t.slug },
		"name":         func(_ *query, t *team, _ args) any { return t.name },
		"combinedSlug": func(_ *query, t *team, _ args) any { return t.org.login + "/" + t.slug },
		"organization": func(_ *query, t *team, _ args) any { return node{"Organization", t.org} },
		"parentTeam": func(_ *query, t *team, _ args) any {
			if t.parent == nil {
				return nil
			}
			return node{"Team", t.parent}
		},
		"childTeams": func(x *query, t *team, _ args) any {
			return nodes("Team", slices.DeleteFunc(slices.Clone(x.g.teams), func(o *team) bool { return o.parent != t }))
		},
		"members": func(x *query, t *team, a args) any {
			c := &connection{}
			members := x.g.teamMembers(t)
			if a.text("membership") == "IMMEDIATE" {
				members = t.members
			}
			for _, m := range members {
				if m.state == "active" && !m.user.deleted {
					c.nodes = append(c.nodes, node{"User", m.user})
					c.edges = append(c.edges, obj{"role": strings.ToUpper(x.g.role(t, m))})
				}
			}
			return c
		},
	})
}

func labelFields() fields {
	return table(map[string]func(x *query, l *label, a args) any{
		"id":   func(_ *query, l *label, _ args) any { return nodeID("LA", l.id) },
		"name": func(_ *query, l *label, _ args) any { return l.name },
	})
}

func repositoryFields() fields {
	return table(map[string]func(x *query, r *repository, a args) any{
		"id":            func(_ *query, r *repository, _ args) any { return nodeID("R", r.id) },
		"databaseId":    func(_ *query, r *repository, _ args) any { return r.id },
		"name":          func(_ *query, r *repository, _ args) any { return r.name },
		"nameWithOwner": func(_ *query, r *repository, _ args) any { return r.fullName() },
		"owner":         func(_ *query, r *repository, _ args) any { return node{r.owner.kind, r.owner} },
		"description":   func(_ *query, r *repository, _ args) any { return orNil(r.description) },
		"isPrivate":     func(_ *query, r *repository, _ args) any { return r.private },
		"isFork":        func(_ *query, r *repository, _ args) any { return r.fork },
		"isArchived":    func(*query, *repository, args) any { return false },
		"visibility":    func(_ *query, r *repository, _ args) any { return strings.ToUpper(r.visibility()) },
		"url":           func(x *query, r *repository, _ args) any { return x.g.web("/%s", r.fullName()) },
		"createdAt":     func(_ *query, r *repository, _ args) any { return r.createdAt },
		"updatedAt":     func(_ *query, r *repository, _ args) any { return r.updatedAt },
		"pushedAt":      func(_ *query, r *repository, _ args) any { return r.pushAt },
		"parent": func(_ *query, r *repository, _ args) any {
			if r.parent == nil {
				return nil
			}
			return node{"Repository", r.parent}
		},
		"labels": func(_ *query, r *repository, _ args) any { return nodes("Label", r.labels) },
		"defaultBranchRef": func(x *query, r *repository, _ args) any {
			if p := x.may(r, "contents"); p != nil {
				return p
			}
			return node{"Ref", refOf{r, r.defaultBranch}}
		},
		"ref": func(x *query, r *repository, a args) any {
			if p := x.may(r, "contents"); p != nil {
				return p
			}
			name := strings.TrimPrefix(a.text("qualifiedName"), "refs/heads/")
			if r.branches[name] == "" {
				return nil
			}
			return node{"Ref", refOf{r, name}}
		},
		"object": func(x *query, r *repository, a args) any {
			if p := x.may(r, "contents"); p != nil {
				return p
			}
			if oid := a.text("oid"); oid != "" {
				return r.object(oid)
			}
			return r.expression(a.text("expression"))
		},
		"pullRequest": func(x *query, r *repository, a args) any {
			if p := x.may(r, "pull_requests"); p != nil {
				return p
			}
			n, _ := a.number("number")
			if p := r.pull(n); p != nil {
				return node{"PullRequest", p}
			}
			return unresolved("a PullRequest with the number of %d.", n)
		},
		"pullRequests": func(x *query, r *repository, a args) any {
			if p := x.may(r, "pull_requests"); p != nil {
				return p
			}
			return nodes("PullRequest", slices.DeleteFunc(ordered(r.pulls, a), func(p *pull) bool {
				states, base, head := a.list("states"), a.text("baseRefName"), a.text("headRefName")
				return len(states) > 0 && !slices.Contains(states, p.graphState()) || base != "" && p.base != base || head != "" && p.head != head
			}))
		},
		"mergeQueue": func(x *query, r *repository, a args) any {
			if p := x.may(r, "merge_queues"); p != nil {
				return p
			}
			if branch := a.text("branch"); !r.mergeQueue || branch != "" && branch != r.defaultBranch {
				return nil
			}
			return node{"MergeQueue", r}
		},
		"collaborators": func(x *query, r *repository, _ args) any {
			c := &connection{}
			for _, login := range slices.Sorted(maps.Keys(x.g.accounts)) {
				u := x.g.accounts[login]
				if level := x.g.granted(r, u); level != "none" && u.kind == "User" {
					c.nodes, c.edges = append(c.nodes, node{"User", u}), append(c.edges, obj{"permission": strings.ToUpper(level)})
				}
			}
			return c
		},
	})
}

// ordered sorts pull requests by an orderBy argument: oldest first unless it says otherwise.
func ordered(pulls []*pull, a args) []*pull {
	list := slices.Clone(pulls)
	by := a.object("orderBy")
	slices.SortStableFunc(list, func(a, b *pull) int {
		if by.text("field") == "UPDATED_AT" {
			return a.updatedAt.Compare(b.updatedAt)
		}
		return cmp.Compare(a.number, b.number)
	})
	if by.text("direction") == "DESC" {
		slices.Reverse(list)
	}
	return list
}

func mergeQueueFields() fields {
	return table(map[string]func(x *query, r *repository, a args) any{
		"id": func(_ *query, r *repository, _ args) any { return nodeID("MQ", r.id) },
		"url": func(x *query, r *repository, _ args) any {
			return x.g.web("/%s/queue/%s", r.fullName(), r.defaultBranch)
		},
		"entries": func(_ *query, r *repository, _ args) any { return nodes("MergeQueueEntry", r.queue) },
	})
}

func entryFields() fields {
	return table(map[string]func(x *query, q *queued, a args) any{
		"id":          func(_ *query, q *queued, _ args) any { return nodeID("MQE", q.id) },
		"position":    func(_ *query, q *queued, _ args) any { return slices.Index(q.pull.repo.queue, q) + 1 },
		"state":       func(*query, *queued, args) any { return "AWAITING_CHECKS" },
		"enqueuedAt":  func(_ *query, q *queued, _ args) any { return q.createdAt },
		"enqueuer":    func(_ *query, q *queued, _ args) any { return actor(q.by) },
		"headCommit":  func(_ *query, q *queued, _ args) any { return q.pull.repo.object(q.headSHA) },
		"baseCommit":  func(_ *query, q *queued, _ args) any { return q.pull.repo.object(q.baseSHA) },
		"pullRequest": func(_ *query, q *queued, _ args) any { return node{"PullRequest", q.pull} },
	})
}
