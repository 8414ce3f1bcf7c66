package fakegithub

import (
	"fmt"
	"slices"
	"strings"
)

func (g *GitHub) account(login string) (*account, error) {
	if a := g.accounts[strings.ToLower(login)]; a != nil && !a.deleted {
		return a, nil
	}
	if g.App.Slug != "" && strings.EqualFold(login, g.App.Slug+"[bot]") {
		return g.bot(), nil
	}
	return nil, fmt.Errorf("no account %q", login)
}

func (g *GitHub) accountsOf(logins []string) ([]*account, error) {
	var list []*account
	for _, login := range logins {
		a, err := g.account(login)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// byEmail resolves a commit's e-mail address to an account, nil if it is nobody's.
func (g *GitHub) byEmail(email string) *account {
	for _, a := range g.accounts {
		if a.deleted {
			continue
		}
		for _, known := range append([]string{a.noreply()}, a.emails...) {
			if strings.EqualFold(known, email) {
				return a
			}
		}
	}
	return nil
}

func (a *account) noreply() string {
	return fmt.Sprintf("%d+%s@users.noreply.github.com", a.id, a.login)
}

func (g *GitHub) repository(name string) (*repository, error) {
	if r := g.find(name); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("no repository %q", name)
}

func (g *GitHub) pull(repo string, number int) (*pull, error) {
	r, err := g.repository(repo)
	if err != nil {
		return nil, err
	}
	if p := r.pull(number); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no pull request %s#%d", repo, number)
}

func (r *repository) pull(number int) *pull {
	for _, p := range r.pulls {
		if p.number == number {
			return p
		}
	}
	return nil
}

func (g *GitHub) team(org, slug string) (*team, error) {
	for _, t := range g.teams {
		if strings.EqualFold(t.org.login, org) && strings.EqualFold(t.slug, slug) {
			return t, nil
		}
	}
	return nil, fmt.Errorf("no team %s/%s", org, slug)
}

// teamMembers are the memberships of a team and its child teams, one per person.
func (g *GitHub) teamMembers(t *team) []*membership {
	list := slices.Clone(t.members)
	for _, child := range g.teams {
		if child.parent != t {
			continue
		}
		for _, m := range g.teamMembers(child) {
			if !slices.ContainsFunc(list, func(o *membership) bool { return o.user == m.user }) {
				list = append(list, m)
			}
		}
	}
	return slices.DeleteFunc(list, func(m *membership) bool { return m.user.deleted })
}

// permission is the highest grant: from the repository, teams and the organization.
// Everybody may read what is public.
func (g *GitHub) permission(r *repository, a *account) string {
	best := g.granted(r, a)
	if best == "none" && !r.private {
		return "read"
	}
	return best
}

func (g *GitHub) granted(r *repository, a *account) string {
	if a == nil || a.deleted {
		return "none"
	}
	login, best := strings.ToLower(a.login), "none"
	grant := func(level string) {
		if levels[level] > levels[best] {
			best = level
		}
	}
	grant(r.collaborators[login])
	switch {
	case r.owner == a, r.owner.members[login] == "admin":
		grant("admin")
	case r.owner.members[login] != "":
		grant("read")
	}
	for t, level := range r.teams {
		for _, m := range g.teamMembers(t) {
			if m.user == a && m.state == "active" {
				grant(level)
			}
		}
	}
	return best
}

// association is GitHub's author_association, from what the fake knows.
func (g *GitHub) association(r *repository, a *account) string {
	if a == nil || a.deleted {
		return "NONE"
	}
	login := strings.ToLower(a.login)
	switch {
	case r.owner == a:
		return "OWNER"
	case r.owner.members[login] != "":
		return "MEMBER"
	case r.collaborators[login] != "":
		return "COLLABORATOR"
	}
	for _, c := range r.git.between("", r.branches[r.defaultBranch]) {
		if g.byEmail(c.author.email) == a {
			return "CONTRIBUTOR"
		}
	}
	return "NONE"
}
