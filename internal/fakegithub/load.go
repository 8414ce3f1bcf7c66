package fakegithub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (g *GitHub) load(w World) error {
	for _, o := range w.Organizations {
		if err := g.loadAccount(User{ID: o.ID, Login: o.Login, Type: "Organization"}); err != nil {
			return err
		}
	}
	for _, u := range w.Users {
		if u.Type == "" {
			u.Type = "User"
		}
		if u.Type != "User" && u.Type != "Bot" {
			return fmt.Errorf("user %s: type %q is neither User nor Bot", u.Login, u.Type)
		}
		if err := g.loadAccount(u); err != nil {
			return err
		}
	}
	for _, o := range w.Organizations {
		org := g.accounts[strings.ToLower(o.Login)]
		for role, logins := range map[string][]string{"member": o.Members, "admin": o.Owners} {
			users, err := g.accountsOf(logins)
			if err != nil {
				return fmt.Errorf("organization %s: %w", o.Login, err)
			}
			for _, u := range users {
				org.members[strings.ToLower(u.login)] = role
			}
		}
	}
	for _, t := range w.Teams {
		if err := g.loadTeam(t); err != nil {
			return fmt.Errorf("team %s/%s: %w", t.Org, t.Slug, err)
		}
	}
	for _, t := range w.Teams {
		if t.Parent == "" {
			continue
		}
		parent, err := g.team(t.Org, t.Parent)
		if err != nil {
			return fmt.Errorf("team %s/%s: parent: %w", t.Org, t.Slug, err)
		}
		child, _ := g.team(t.Org, t.Slug)
		child.parent = parent
	}
	for _, a := range w.OtherApps {
		g.apps = append(g.apps, &app{a.ID, a.Slug, a.Name})
	}
	// Installations stand before the contents, so that check suites arise with the commits.
	for _, r := range w.Repositories {
		if err := g.loadRepository(r); err != nil {
			return fmt.Errorf("repository %s/%s: %w", r.Owner, r.Name, err)
		}
	}
	for _, i := range w.Installations {
		if _, err := g.install(i); err != nil {
			return fmt.Errorf("installation on %s: %w", i.Account, err)
		}
	}
	for _, r := range w.Repositories {
		if err := g.loadContents(r); err != nil {
			return fmt.Errorf("repository %s/%s: %w", r.Owner, r.Name, err)
		}
	}
	for _, secret := range slices.Sorted(maps.Keys(w.Tokens)) {
		user, err := g.account(w.Tokens[secret])
		if err != nil {
			return fmt.Errorf("token: %w", err)
		}
		g.tokens[secret] = &token{user: user}
	}
	return nil
}

func (g *GitHub) loadAccount(u User) error {
	key := strings.ToLower(u.Login)
	if key == "" || g.accounts[key] != nil {
		return fmt.Errorf("account %q: empty or declared twice", u.Login)
	}
	if u.ID == 0 {
		u.ID = g.nextID()
	}
	g.accounts[key] = &account{
		id: u.ID, login: u.Login, kind: u.Type, name: u.Name, company: u.Company, emails: u.Emails,
		members: map[string]string{}, createdAt: g.now(), updatedAt: g.now(),
	}
	return nil
}

func (g *GitHub) loadTeam(t Team) error {
	org, err := g.account(t.Org)
	if err != nil {
		return err
	}
	if t.Name == "" {
		t.Name = t.Slug
	}
	made := &team{id: g.nextID(), org: org, slug: t.Slug, name: t.Name, createdAt: g.now()}
	for _, m := range t.Members {
		user, err := g.account(m.Login)
		if err != nil {
			return err
		}
		if m.Role == "" {
			m.Role = "member"
		}
		if m.State == "" {
			m.State = "active"
		}
		if m.State != "active" && m.State != "pending" {
			return fmt.Errorf("%s: state %q is neither active nor pending", m.Login, m.State)
		}
		made.members = append(made.members, &membership{user, m.Role, m.State})
		if key := strings.ToLower(m.Login); m.State == "active" && org.members[key] == "" {
			org.members[key] = "member"
		}
	}
	g.teams = append(g.teams, made)
	return nil
}

func (g *GitHub) loadRepository(w Repository) error {
	owner, err := g.account(w.Owner)
	if err != nil {
		return err
	}
	if w.ID == 0 {
		w.ID = g.nextID()
	}
	if w.DefaultBranch == "" {
		w.DefaultBranch = "main"
	}
	r := &repository{
		id: w.ID, owner: owner, name: w.Name, description: w.Description, private: w.Private,
		defaultBranch: w.DefaultBranch, branches: map[string]string{}, git: newObjects(),
		collaborators: map[string]string{}, teams: map[*team]string{}, mergeQueue: w.MergeQueue,
		required: w.RequiredChecks, byPullOnly: w.RequirePullRequests, bypass: w.Bypass, protection: w.Protection, properties: w.CustomProperties,
		createdAt: g.now(), updatedAt: g.now(), pushAt: g.now(),
	}
	key := strings.ToLower(r.fullName())
	if w.Name == "" || g.repos[key] != nil {
		return fmt.Errorf("empty name or declared twice")
	}
	for login, level := range w.Collaborators {
		if _, err := g.account(login); err != nil {
			return fmt.Errorf("collaborator: %w", err)
		}
		if levels[level] == 0 {
			return fmt.Errorf("collaborator %s: unknown permission %q", login, level)
		}
		r.collaborators[strings.ToLower(login)] = level
	}
	for slug, level := range w.Teams {
		t, err := g.team(w.Owner, slug)
		if err != nil {
			return err
		}
		if levels[level] == 0 {
			return fmt.Errorf("team %s: unknown permission %q", slug, level)
		}
		r.teams[t] = level
	}
	for _, name := range w.Labels {
		r.labels = append(r.labels, &label{g.nextID(), name})
	}
	g.repos[key] = r
	return nil
}

func (g *GitHub) loadContents(w Repository) error {
	r := g.repos[strings.ToLower(w.Owner+"/"+w.Name)]
	first := Commit{Message: "Initial commit", Author: w.Owner, Files: w.Files, Symlinks: w.Symlinks}
	for _, c := range append([]Commit{first}, w.History...) {
		err := g.during(c.Date, func() error {
			made, err := g.commit(r, r.branches[r.defaultBranch], r.owner, c)
			if err != nil {
				return err
			}
			r.branches[r.defaultBranch] = made.sha
			g.arrived(r, r.owner, "", made.sha, r.defaultBranch)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, p := range w.PullRequests {
		if err := g.loadPull(r, p); err != nil {
			return fmt.Errorf("pull request %d: %w", p.Number, err)
		}
	}
	return nil
}

func (g *GitHub) loadPull(r *repository, w Pull) error {
	opened := w.CreatedAt
	if opened.IsZero() {
		opened = g.now()
	}
	var p *pull
	err := g.during(opened, func() (err error) {
		p, err = g.openPull(r, w)
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range w.Labels {
		if l.SetBy == "" {
			l.SetBy = w.Author
		}
		if l.SetAt.IsZero() {
			l.SetAt = opened
		}
		if err := g.during(l.SetAt, func() error { return g.setLabel(p, l.SetBy, l.Name) }); err != nil {
			return err
		}
	}
	for _, c := range w.Comments {
		if c.CreatedAt.IsZero() {
			c.CreatedAt = opened
		}
		author, err := g.account(c.Author)
		if err != nil {
			return err
		}
		_ = g.during(c.CreatedAt, func() error { g.comment(p, author, c.Body, nil); return nil })
	}
	for _, login := range w.RequestedReviewers {
		user, err := g.account(login)
		if err != nil {
			return err
		}
		p.requested = append(p.requested, user)
	}
	for _, slug := range w.RequestedTeams {
		t, err := g.team(r.owner.login, slug)
		if err != nil {
			return err
		}
		p.requestedTeams = append(p.requestedTeams, t)
	}
	for _, v := range w.Reviews {
		if _, err := g.submitReview(p, v); err != nil {
			return err
		}
	}
	if !w.Closed && w.MergedBy == "" {
		return nil
	}
	return g.during(w.ClosedAt, func() error {
		if w.MergedBy == "" {
			g.closePull(p, p.author)
			return nil
		}
		by, err := g.account(w.MergedBy)
		if err != nil {
			return err
		}
		g.mergePull(p, by)
		return nil
	})
}
