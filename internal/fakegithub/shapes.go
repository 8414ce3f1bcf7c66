package fakegithub

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The functions of this file and of shapes_pulls.go and shapes_checks.go write GitHub's JSON objects,
// with every property that its OpenAPI description requires.

func (g *GitHub) api(format string, args ...any) string {
	return strings.TrimSuffix(cmp.Or(g.APIURL, "https://api.github.com"), "/") + fmt.Sprintf(format, args...)
}

func (g *GitHub) web(format string, args ...any) string {
	return strings.TrimSuffix(cmp.Or(g.WebURL, "https://github.com"), "/") + fmt.Sprintf(format, args...)
}

func (g *GitHub) repoAPI(r *repository, format string, args ...any) string {
	return g.api("/repos/%s", r.fullName()) + fmt.Sprintf(format, args...)
}

// nodeID is the id of GraphQL; [GitHub.node] reads it back.
func nodeID(prefix string, id int64) string {
	return prefix + "_" + base64.RawURLEncoding.EncodeToString(fmt.Append(nil, id))
}

func lower(s string) string { return strings.ToLower(s) }

// orNil is JSON null for the zero value.
func orNil[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// ghost stands in for deleted accounts where GitHub's API wants a user.
var ghost = &account{id: 10137, login: "ghost", kind: "User"}

// userJSON is a simple user, null for a deleted account.
func (g *GitHub) userJSON(a *account) any {
	if a == nil || a.deleted {
		return nil
	}
	return g.simpleUser(a)
}

func (g *GitHub) userOrGhost(a *account) obj {
	if a == nil || a.deleted {
		a = ghost
	}
	return g.simpleUser(a)
}

func (g *GitHub) simpleUser(a *account) obj {
	u := g.api("/users/%s", a.login)
	return obj{
		"login": a.login, "id": a.id, "node_id": nodeID("U", a.id), "type": a.kind, "site_admin": false,
		"avatar_url":  fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", a.id),
		"gravatar_id": "", "url": u, "html_url": g.web("/%s", a.login),
		"followers_url": u + "/followers", "following_url": u + "/following{/other_user}",
		"gists_url": u + "/gists{/gist_id}", "starred_url": u + "/starred{/owner}{/repo}",
		"subscriptions_url": u + "/subscriptions", "organizations_url": u + "/orgs", "repos_url": u + "/repos",
		"events_url": u + "/events{/privacy}", "received_events_url": u + "/received_events", "user_view_type": "public",
	}
}

func (g *GitHub) fullUser(a *account) obj {
	u := g.simpleUser(a)
	maps.Copy(u, obj{
		"name": orNil(a.name), "company": orNil(a.company), "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil,
		"twitter_username": nil, "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": stamp(a.createdAt), "updated_at": stamp(a.updatedAt),
	})
	return u
}

func (g *GitHub) orgJSON(a *account) obj {
	u := g.api("/orgs/%s", a.login)
	return obj{
		"login": a.login, "id": a.id, "node_id": nodeID("O", a.id), "url": u, "repos_url": u + "/repos", "events_url": u + "/events",
		"hooks_url": u + "/hooks", "issues_url": u + "/issues", "members_url": u + "/members{/member}",
		"public_members_url": u + "/public_members{/member}", "avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", a.id),
		"description": "",
	}
}

func (g *GitHub) teamJSON(t *team) obj {
	u := g.api("/organizations/%d/team/%d", t.org.id, t.id)
	out := obj{
		"id": t.id, "node_id": nodeID("T", t.id), "name": t.name, "slug": t.slug, "description": "", "privacy": "closed",
		"notification_setting": "notifications_enabled", "permission": "pull", "type": "organization", "organization_id": t.org.id,
		"url": u, "members_url": u + "/members{/member}", "repositories_url": u + "/repos",
		"html_url": g.web("/orgs/%s/teams/%s", t.org.login, t.slug), "parent": nil,
	}
	if t.parent != nil {
		parent := g.teamJSON(t.parent)
		delete(parent, "parent")
		out["parent"] = parent
	}
	return out
}

func (g *GitHub) fullTeam(t *team) obj {
	out := g.teamJSON(t)
	org := g.orgJSON(t.org)
	maps.Copy(org, obj{
		"html_url": g.web("/%s", t.org.login), "has_organization_projects": true, "has_repository_projects": true,
		"public_repos": 0, "public_gists": 0, "followers": 0, "following": 0, "type": "Organization",
		"created_at": stamp(t.org.createdAt), "updated_at": stamp(t.org.updatedAt), "archived_at": nil,
	})
	maps.Copy(out, obj{
		"created_at": stamp(t.createdAt), "updated_at": stamp(t.createdAt), "members_count": len(g.teamMembers(t)),
		"repos_count": 0, "organization": org,
	})
	return out
}

// repoURLs are the address properties of a repository: name to the path below its API address.
var repoURLs = map[string]string{
	"archive_url": "/{archive_format}{/ref}", "assignees_url": "/assignees{/user}", "blobs_url": "/git/blobs{/sha}",
	"branches_url": "/branches{/branch}", "collaborators_url": "/collaborators{/collaborator}", "comments_url": "/comments{/number}",
	"commits_url": "/commits{/sha}", "compare_url": "/compare/{base}...{head}", "contents_url": "/contents/{+path}",
	"contributors_url": "/contributors", "deployments_url": "/deployments", "downloads_url": "/downloads", "events_url": "/events",
	"forks_url": "/forks", "git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
	"hooks_url": "/hooks", "issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}",
	"issues_url": "/issues{/number}", "keys_url": "/keys{/key_id}", "labels_url": "/labels{/name}", "languages_url": "/languages",
	"merges_url": "/merges", "milestones_url": "/milestones{/number}", "notifications_url": "/notifications{?since,all,participating}",
	"pulls_url": "/pulls{/number}", "releases_url": "/releases{/id}", "stargazers_url": "/stargazers", "statuses_url": "/statuses/{sha}",
	"subscribers_url": "/subscribers", "subscription_url": "/subscription", "tags_url": "/tags", "teams_url": "/teams",
	"trees_url": "/git/trees{/sha}", "url": "",
}

func (g *GitHub) repositoryJSON(r *repository) obj {
	out := obj{
		"id": r.id, "node_id": nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "owner": g.userOrGhost(r.owner),
		"private": r.private, "visibility": r.visibility(), "html_url": g.web("/%s", r.fullName()), "description": orNil(r.description),
		"fork": r.fork, "default_branch": r.defaultBranch, "forks": 0, "forks_count": 0, "has_downloads": true, "has_issues": true,
		"has_projects": false, "has_wiki": false, "has_pages": false, "has_discussions": false, "homepage": nil, "language": nil,
		"archived": false, "disabled": false, "mirror_url": nil, "open_issues": 0, "open_issues_count": 0, "license": nil,
		"pushed_at": stamp(r.pushAt), "created_at": stamp(r.createdAt), "updated_at": stamp(r.updatedAt), "size": 1,
		"stargazers_count": 0, "watchers": 0, "watchers_count": 0, "is_template": false, "topics": []any{},
		"allow_forking": true, "web_commit_signoff_required": false,
		"clone_url": g.web("/%s.git", r.fullName()), "svn_url": g.web("/%s", r.fullName()),
		"git_url": "git://github.com/" + r.fullName() + ".git", "ssh_url": "git@github.com:" + r.fullName() + ".git",
	}
	for name, path := range repoURLs {
		out[name] = g.repoAPI(r, "%s", path)
	}
	if r.properties != nil {
		out["custom_properties"] = r.properties
	}
	return out
}

func (g *GitHub) fullRepository(r *repository) obj {
	out := g.repositoryJSON(r)
	maps.Copy(out, obj{"network_count": 0, "subscribers_count": 0})
	if r.owner.kind == "Organization" {
		out["organization"] = g.simpleUser(r.owner)
	}
	if r.parent != nil {
		out["parent"], out["source"] = g.repositoryJSON(r.parent), g.repositoryJSON(r.parent)
	}
	return out
}

func (r *repository) visibility() string {
	if r.private {
		return "private"
	}
	return "public"
}

// reposShort is how installation events list repositories.
func (g *GitHub) reposShort(repos []*repository) []any {
	list := []any{}
	for _, r := range repos {
		list = append(list, obj{"id": r.id, "node_id": nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "private": r.private})
	}
	return list
}

func (g *GitHub) labelJSON(r *repository, l *label) obj {
	return obj{
		"id": l.id, "node_id": nodeID("LA", l.id), "url": g.repoAPI(r, "/labels/%s", escape(l.name)), "name": l.name,
		"description": "", "color": "ededed", "default": false,
	}
}

func (g *GitHub) installationJSON(i *installation) obj {
	// The description of GET /app/installations wants an account that is a user and an enterprise at once.
	account := g.simpleUser(i.account)
	maps.Copy(account, obj{
		"name": i.account.login, "slug": i.account.login, "created_at": stamp(i.account.createdAt), "updated_at": stamp(i.account.updatedAt),
	})
	out := obj{
		"id": i.id, "client_id": fmt.Sprintf("Iv23%d", g.App.ID), "app_id": g.App.ID, "app_slug": g.App.Slug,
		"account": account, "target_id": i.account.id, "target_type": i.account.kind,
		"repository_selection": i.selection(), "permissions": i.permissions, "events": g.events(i), "single_file_name": nil,
		"has_multiple_single_files": false, "single_file_paths": []any{}, "suspended_by": nil, "suspended_at": nil,
		"created_at": stamp(i.createdAt), "updated_at": stamp(i.createdAt),
		"access_tokens_url": g.api("/app/installations/%d/access_tokens", i.id), "repositories_url": g.api("/installation/repositories"),
		"html_url": g.web("/organizations/%s/settings/installations/%d", i.account.login, i.id),
	}
	if i.suspended {
		out["suspended_by"], out["suspended_at"] = g.simpleUser(i.account), stamp(g.now())
	}
	return out
}

// events are those that the permissions of an installation allow.
func (g *GitHub) events(i *installation) []string {
	list := []string{}
	for name := range eventNeeds {
		if slices.ContainsFunc(eventNeeds[name], func(p string) bool { return i.may(p, "read") }) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// appJSON is an integration. The owner is the ghost where nobody has said otherwise.
func (g *GitHub) appJSON(a *app) obj {
	owner := ghost
	if known := g.accounts[strings.ToLower(g.App.Owner)]; known != nil && a == g.self {
		owner = known
	}
	return obj{
		"id": a.id, "client_id": fmt.Sprintf("Iv23%d", a.id), "slug": a.slug, "node_id": nodeID("A", a.id), "owner": g.simpleUser(owner),
		"name": a.name, "description": "", "external_url": g.web("/apps/%s", a.slug), "html_url": g.web("/apps/%s", a.slug),
		"created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z",
		"permissions": map[string]string{"checks": "write", "contents": "read", "metadata": "read"},
		"events":      []string{"check_run", "check_suite", "pull_request", "push"},
	}
}
