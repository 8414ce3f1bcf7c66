package fakegithub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SetPermission makes somebody a collaborator: member.added, or member.edited if he was one.
func (g *GitHub) SetPermission(repo, login, permission, by string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, user, who, err := g.collaboration(repo, login, by)
	if err != nil {
		return err
	}
	if levels[permission] == 0 {
		return fmt.Errorf("unknown permission %q", permission)
	}
	key := strings.ToLower(user.login)
	old, existed := r.collaborators[key]
	r.collaborators[key] = permission
	if existed {
		g.emit("member", "edited", r, who, obj{"member": g.userJSON(user), "changes": obj{"permission": obj{"from": old, "to": permission}}})
		return nil
	}
	g.emit("member", "added", r, who, obj{"member": g.userJSON(user), "changes": obj{"permission": obj{"to": permission}}})
	return nil
}

// RemoveCollaborator ends a direct grant: member.removed.
func (g *GitHub) RemoveCollaborator(repo, login, by string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, user, who, err := g.collaboration(repo, login, by)
	if err != nil {
		return err
	}
	delete(r.collaborators, strings.ToLower(user.login))
	g.emit("member", "removed", r, who, obj{"member": g.userJSON(user)})
	return nil
}

func (g *GitHub) collaboration(repo, login, by string) (*repository, *account, *account, error) {
	r, err := g.repository(repo)
	if err != nil {
		return nil, nil, nil, err
	}
	user, err := g.account(login)
	if err != nil {
		return nil, nil, nil, err
	}
	who, err := g.account(by)
	return r, user, who, err
}

// AddTeamMember makes somebody an active member of a team: membership.added. Who was invited
// (pending) has accepted.
func (g *GitHub) AddTeamMember(org, slug, login, by string) error {
	return g.membership(org, slug, login, by, func(t *team, user *account) string {
		t.members = slices.DeleteFunc(t.members, func(m *membership) bool { return m.user == user })
		t.members = append(t.members, &membership{user, "member", "active"})
		if key := strings.ToLower(user.login); t.org.members[key] == "" {
			t.org.members[key] = "member"
		}
		return "added"
	})
}

// RemoveTeamMember ends a membership of a team, not of the organization: membership.removed.
func (g *GitHub) RemoveTeamMember(org, slug, login, by string) error {
	return g.membership(org, slug, login, by, func(t *team, user *account) string {
		t.members = slices.DeleteFunc(t.members, func(m *membership) bool { return m.user == user })
		return "removed"
	})
}

func (g *GitHub) membership(org, slug, login, by string, f func(t *team, user *account) string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.team(org, slug)
	if err != nil {
		return err
	}
	user, err := g.account(login)
	if err != nil {
		return err
	}
	who, err := g.account(by)
	if err != nil {
		return err
	}
	action := f(t, user)
	g.emitOrg("membership", action, t.org, who, obj{"scope": "team", "member": g.userJSON(user), "team": g.teamJSON(t)})
	return nil
}

// DeleteUser turns an account into a ghost: its pull requests, reviews, comments and commits stay,
// without an author, and its forks vanish.
func (g *GitHub) DeleteUser(login string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, err := g.account(login)
	if err != nil {
		return err
	}
	a.deleted = true
	for _, o := range g.accounts {
		delete(o.members, strings.ToLower(login))
	}
	for key, r := range g.repos {
		delete(r.collaborators, strings.ToLower(login))
		if r.owner == a && r.fork {
			delete(g.repos, key)
		}
	}
	return nil
}

// Install adds an installation and returns its id: installation.created.
func (g *GitHub) Install(w Installation) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i, err := g.install(w)
	if err != nil {
		return 0, fmt.Errorf("install on %s: %w", w.Account, err)
	}
	g.emitInstallation(i, "installation", "created", obj{"repositories": g.reposShort(g.covered(i))})
	return i.id, nil
}

func (g *GitHub) install(w Installation) (*installation, error) {
	owner, err := g.account(w.Account)
	if err != nil {
		return nil, err
	}
	if w.ID == 0 {
		w.ID = g.nextID()
	}
	i := &installation{id: w.ID, account: owner, all: len(w.Repositories) == 0, permissions: maps.Clone(w.Permissions), createdAt: g.now()}
	if len(i.permissions) == 0 {
		i.permissions = map[string]string{"checks": "write", "contents": "read", "pull_requests": "write", "members": "read", "merge_queues": "read"}
	}
	i.permissions["metadata"] = "read"
	if i.repos, err = g.named(owner, w.Repositories); err != nil {
		return nil, err
	}
	g.installations = append(g.installations, i)
	return i, nil
}

func (g *GitHub) named(owner *account, names []string) ([]*repository, error) {
	var list []*repository
	for _, name := range names {
		r, err := g.repository(owner.login + "/" + name)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// covered lists the repositories of an installation by name.
func (g *GitHub) covered(i *installation) []*repository {
	var list []*repository
	for _, key := range slices.Sorted(maps.Keys(g.repos)) {
		if i.covers(g.repos[key]) {
			list = append(list, g.repos[key])
		}
	}
	return list
}

// Uninstall removes an installation: installation.deleted.
func (g *GitHub) Uninstall(id int64) error {
	return g.installationAction(id, func(i *installation) error {
		repos := g.reposShort(g.covered(i))
		g.installations = slices.DeleteFunc(g.installations, func(o *installation) bool { return o == i })
		g.emitInstallation(i, "installation", "deleted", obj{"repositories": repos})
		return nil
	})
}

// Suspend suspends an installation, or ends that: its tokens are refused meanwhile.
func (g *GitHub) Suspend(id int64, suspended bool) error {
	return g.installationAction(id, func(i *installation) error {
		i.suspended = suspended
		action := "unsuspend"
		if suspended {
			action = "suspend"
		}
		g.emitInstallation(i, "installation", action, nil)
		return nil
	})
}

// SetPermissions replaces the permissions of an installation: installation.new_permissions_accepted.
func (g *GitHub) SetPermissions(id int64, permissions map[string]string) error {
	return g.installationAction(id, func(i *installation) error {
		i.permissions = maps.Clone(permissions)
		i.permissions["metadata"] = "read"
		g.emitInstallation(i, "installation", "new_permissions_accepted", nil)
		return nil
	})
}

// AddRepositories adds to an installation on selected repositories: installation_repositories.added.
func (g *GitHub) AddRepositories(id int64, names ...string) error {
	return g.installationAction(id, func(i *installation) error {
		repos, err := g.named(i.account, names)
		if err != nil {
			return err
		}
		i.repos = append(i.repos, repos...)
		g.emitInstallation(i, "installation_repositories", "added", obj{
			"repository_selection": i.selection(), "repositories_added": g.reposShort(repos), "repositories_removed": []any{}, "requester": nil,
		})
		return nil
	})
}

// RemoveRepositories takes repositories out of an installation: installation_repositories.removed.
func (g *GitHub) RemoveRepositories(id int64, names ...string) error {
	return g.installationAction(id, func(i *installation) error {
		repos, err := g.named(i.account, names)
		if err != nil {
			return err
		}
		i.repos = slices.DeleteFunc(i.repos, func(r *repository) bool { return slices.Contains(repos, r) })
		g.emitInstallation(i, "installation_repositories", "removed", obj{
			"repository_selection": i.selection(), "repositories_added": []any{}, "repositories_removed": g.reposShort(repos), "requester": nil,
		})
		return nil
	})
}

func (i *installation) selection() string {
	if i.all {
		return "all"
	}
	return "selected"
}

func (g *GitHub) installationAction(id int64, f func(i *installation) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, i := range g.installations {
		if i.id == id {
			return f(i)
		}
	}
	return fmt.Errorf("no installation %d", id)
}
