package fakegithub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// find returns the repository of a name, or the one that had it last: GitHub redirects from the names that a
// repository had, until another one takes them. What clients see after a redirect is answered at once.
//
// https://docs.github.com/repositories/creating-and-managing-repositories/renaming-a-repository
func (g *GitHub) find(name string) *repository {
	key := strings.ToLower(name)
	if r := g.repos[key]; r != nil {
		return r
	}
	return g.former[key]
}

// rename gives a repository another name or owner.
func (g *GitHub) rename(r *repository, owner *account, name string) error {
	before, after := strings.ToLower(r.fullName()), strings.ToLower(owner.login+"/"+name)
	if taken := g.repos[after]; taken != nil && taken != r {
		return fmt.Errorf("rename %s: there is a repository %s", before, after)
	}
	if g.former == nil {
		g.former = map[string]*repository{}
	}
	delete(g.repos, before)
	delete(g.former, after)
	g.former[before] = r
	r.owner, r.name = owner, name
	g.repos[after] = r
	return nil
}

// RenameRepository gives a repository another name: repository.renamed.
func (g *GitHub) RenameRepository(repo, name, by string) error {
	return g.withRepository(repo, by, func(r *repository, actor *account) error {
		before := r.name
		if err := g.rename(r, r.owner, name); err != nil {
			return err
		}
		g.emit("repository", "renamed", r, actor, obj{"changes": obj{"repository": obj{"name": obj{"from": before}}}})
		return nil
	})
}

// TransferRepository gives a repository to another owner: repository.transferred, to the installation of the new one.
func (g *GitHub) TransferRepository(repo, owner, by string) error {
	return g.withRepository(repo, by, func(r *repository, actor *account) error {
		to, err := g.account(owner)
		if err != nil {
			return err
		}
		before := r.owner
		if err := g.rename(r, to, r.name); err != nil {
			return err
		}
		kind := "user"
		if before.kind == "Organization" {
			kind = "organization"
		}
		g.emit("repository", "transferred", r, actor, obj{"changes": obj{"owner": obj{"from": obj{kind: g.userJSON(before)}}}})
		return nil
	})
}

// RenameOrganization gives an organization another login: organization.renamed. Its repositories are redirected to.
func (g *GitHub) RenameOrganization(login, to, by string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	org, err := g.account(login)
	if err != nil {
		return err
	}
	actor, err := g.account(by)
	if err != nil {
		return err
	}
	if g.accounts[strings.ToLower(to)] != nil {
		return fmt.Errorf("rename %s: there is an account %s", login, to)
	}
	before := org.login
	owned := slices.DeleteFunc(slices.Collect(maps.Values(g.repos)), func(r *repository) bool { return r.owner != org })
	for _, r := range owned {
		key := strings.ToLower(r.fullName())
		delete(g.repos, key)
		if g.former == nil {
			g.former = map[string]*repository{}
		}
		g.former[key] = r
	}
	delete(g.accounts, strings.ToLower(before))
	org.login = to
	g.accounts[strings.ToLower(to)] = org
	for _, r := range owned {
		g.repos[strings.ToLower(r.fullName())] = r
	}
	g.emitOrg("organization", "renamed", org, actor, obj{"changes": obj{"login": obj{"from": before}}})
	return nil
}

// CreateRepository adds a repository, with its contents and pull requests. Its webhooks are those of what happens in it
// later; no redirect leads from its name any more.
func (g *GitHub) CreateRepository(w Repository) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.loading = true
	defer func() { g.loading = false }()
	err := g.loadRepository(w)
	if err == nil {
		err = g.loadContents(w)
	}
	if err != nil {
		return fmt.Errorf("create repository %s/%s: %w", w.Owner, w.Name, err)
	}
	delete(g.former, strings.ToLower(w.Owner+"/"+w.Name))
	return nil
}

func (g *GitHub) withRepository(repo, by string, do func(r *repository, actor *account) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return err
	}
	actor, err := g.account(by)
	if err != nil {
		return err
	}
	return do(r, actor)
}
