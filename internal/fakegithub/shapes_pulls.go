package fakegithub

import (
	"maps"
	"net/url"
	"strings"
)

func escape(s string) string { return url.PathEscape(s) }

// files are what a pull request changes: the head against the merge base.
func (p *pull) files() []change {
	git := p.repo.git
	return git.changes(git.mergeBase(p.mergeTarget(), p.headSHA), git.commits[p.headSHA])
}

// commits are those of the head that the base lacks.
func (p *pull) commits() []*commit { return p.repo.git.between(p.mergeTarget(), p.headSHA) }

// mergeTarget is the base commit to compare with: a merged pull request keeps its files.
func (p *pull) mergeTarget() string {
	if p.mergedBy != nil {
		return p.baseSHA
	}
	return p.repo.branches[p.base]
}

func (g *GitHub) pullSimpleJSON(p *pull) obj {
	r, u := p.repo, g.repoAPI(p.repo, "/pulls/%d", p.number)
	issue := g.repoAPI(r, "/issues/%d", p.number)
	page := g.web("/%s/pull/%d", r.fullName(), p.number)
	labels, users, teams := []any{}, []any{}, []any{}
	for _, l := range p.labels {
		labels = append(labels, g.labelJSON(r, l))
	}
	for _, a := range p.requested {
		users = append(users, g.simpleUser(a))
	}
	for _, t := range p.requestedTeams {
		teams = append(teams, g.teamJSON(t))
	}
	var headRepo any
	if !p.headRepo.owner.deleted {
		headRepo = g.repositoryJSON(p.headRepo)
	}
	var merged any
	if p.mergedBy != nil {
		merged = stamp(p.closedAt)
	}
	link := func(href string) obj { return obj{"href": href} }
	return obj{
		"id": p.id, "node_id": nodeID("PR", p.id), "number": p.number, "state": p.state(), "locked": false, "title": p.title,
		"user": g.userOrGhost(p.author), "body": orNil(p.body), "labels": labels, "milestone": nil, "draft": p.draft,
		"created_at": stamp(p.createdAt), "updated_at": stamp(p.updatedAt), "closed_at": stampIf(p.closed, p), "merged_at": merged,
		"merge_commit_sha": orNil(p.mergeSHA), "assignee": nil, "assignees": []any{}, "requested_reviewers": users, "requested_teams": teams,
		"author_association": g.association(r, p.author), "auto_merge": nil, "active_lock_reason": nil,
		"head": obj{
			"label": p.headRepo.owner.login + ":" + p.head, "ref": p.head, "sha": p.headSHA,
			"user": g.userOrGhost(p.headRepo.owner), "repo": headRepo,
		},
		"base": obj{
			"label": r.owner.login + ":" + p.base, "ref": p.base, "sha": p.baseSHA,
			"user": g.userOrGhost(r.owner), "repo": g.repositoryJSON(r),
		},
		"url": u, "html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch", "issue_url": issue,
		"commits_url": u + "/commits", "review_comments_url": u + "/comments", "comments_url": issue + "/comments",
		"review_comment_url": g.repoAPI(r, "/pulls/comments{/number}"), "statuses_url": g.repoAPI(r, "/statuses/%s", p.headSHA),
		"_links": obj{
			"self": link(u), "html": link(page), "issue": link(issue), "comments": link(issue + "/comments"),
			"review_comments": link(u + "/comments"), "review_comment": link(g.repoAPI(r, "/pulls/comments{/number}")),
			"commits": link(u + "/commits"), "statuses": link(g.repoAPI(r, "/statuses/%s", p.headSHA)),
		},
	}
}

func stampIf(closed bool, p *pull) any {
	if !closed {
		return nil
	}
	return stamp(p.closedAt)
}

func (g *GitHub) pullJSON(p *pull) obj {
	out := g.pullSimpleJSON(p)
	additions, deletions, comments := 0, 0, 0
	files := p.files()
	for _, f := range files {
		additions, deletions = additions+f.additions, deletions+f.deletions
	}
	for _, c := range p.repo.comments {
		if c.number == p.number {
			comments++
		}
	}
	maps.Copy(out, obj{
		"merged": p.mergedBy != nil, "merged_by": g.userJSON(p.mergedBy), "mergeable": orNil(!p.closed), "rebaseable": orNil(!p.closed),
		"mergeable_state": "unknown", "maintainer_can_modify": p.headRepo != p.repo, "comments": comments, "review_comments": 0,
		"commits": len(p.commits()), "additions": additions, "deletions": deletions, "changed_files": len(files),
	})
	return out
}

// issueJSON is the pull request seen as an issue, in the payload of issue_comment.
func (g *GitHub) issueJSON(p *pull) obj {
	simple := g.pullSimpleJSON(p)
	u, comments := g.repoAPI(p.repo, "/issues/%d", p.number), 0
	for _, c := range p.repo.comments {
		if c.number == p.number {
			comments++
		}
	}
	out := obj{
		"url": u, "repository_url": g.repoAPI(p.repo, ""), "labels_url": u + "/labels{/name}", "comments_url": u + "/comments",
		"events_url": u + "/events", "comments": comments, "reactions": noReactions(u),
		"pull_request": obj{
			"url": simple["url"], "html_url": simple["html_url"], "diff_url": simple["diff_url"], "patch_url": simple["patch_url"],
			"merged_at": simple["merged_at"],
		},
	}
	for _, same := range []string{
		"id", "node_id", "number", "title", "user", "labels", "state", "locked", "assignee", "assignees", "milestone", "html_url",
		"created_at", "updated_at", "closed_at", "author_association", "active_lock_reason", "body", "draft",
	} {
		out[same] = simple[same]
	}
	return out
}

func (g *GitHub) reviewJSON(v *review) obj {
	p := v.pull
	page := g.web("/%s/pull/%d#pullrequestreview-%d", p.repo.fullName(), p.number, v.id)
	out := obj{
		"id": v.id, "node_id": nodeID("PRR", v.id), "user": g.userJSON(v.author), "body": v.body, "state": v.state,
		"commit_id": orNil(v.commit), "html_url": page, "pull_request_url": g.repoAPI(p.repo, "/pulls/%d", p.number),
		"author_association": g.association(p.repo, v.author),
		"_links":             obj{"html": obj{"href": page}, "pull_request": obj{"href": g.repoAPI(p.repo, "/pulls/%d", p.number)}},
	}
	if !v.submittedAt.IsZero() { // absent while pending
		out["submitted_at"] = stamp(v.submittedAt)
	}
	return out
}

func (g *GitHub) commentJSON(c *comment) obj {
	u := g.repoAPI(c.repo, "/issues/comments/%d", c.id)
	out := obj{
		"id": c.id, "node_id": nodeID("IC", c.id), "url": u, "body": c.body, "user": g.userJSON(c.author),
		"html_url":  g.web("/%s/pull/%d#issuecomment-%d", c.repo.fullName(), c.number, c.id),
		"issue_url": g.repoAPI(c.repo, "/issues/%d", c.number), "created_at": stamp(c.createdAt), "updated_at": stamp(c.updatedAt),
		"author_association": g.association(c.repo, c.author), "performed_via_github_app": nil,
		"reactions": noReactions(u),
	}
	if c.app != nil {
		out["performed_via_github_app"] = g.appJSON(c.app)
	}
	return out
}

func noReactions(of string) obj {
	return obj{
		"url": of + "/reactions", "total_count": 0, "+1": 0, "-1": 0, "laugh": 0, "hooray": 0, "confused": 0, "heart": 0, "rocket": 0, "eyes": 0,
	}
}

func (g *GitHub) fileJSON(r *repository, head string, f change) obj {
	path := strings.ReplaceAll(escape(f.path), "%2F", "/")
	out := obj{
		"sha": f.sha, "filename": f.path, "status": f.status, "additions": f.additions, "deletions": f.deletions,
		"changes": f.additions + f.deletions, "blob_url": g.web("/%s/blob/%s/%s", r.fullName(), head, path),
		"raw_url":      g.web("/%s/raw/%s/%s", r.fullName(), head, path),
		"contents_url": g.repoAPI(r, "/contents/%s?ref=%s", path, head),
	}
	if f.previous != "" {
		out["previous_filename"] = f.previous
	}
	if f.patch != "" {
		out["patch"] = f.patch
	}
	return out
}

func (g *GitHub) commitJSON(r *repository, c *commit) obj {
	u := g.repoAPI(r, "/commits/%s", c.sha)
	parents := []any{}
	for _, p := range c.parents {
		parents = append(parents, obj{"sha": p, "url": g.repoAPI(r, "/commits/%s", p), "html_url": g.web("/%s/commit/%s", r.fullName(), p)})
	}
	who := func(p person) obj { return obj{"name": p.name, "email": p.email, "date": stamp(p.date)} }
	verification := obj{"verified": c.verified, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
	if c.verified {
		verification["reason"], verification["verified_at"] = "valid", stamp(c.pushedAt)
	}
	return obj{
		"sha": c.sha, "node_id": nodeID("C", r.id) + c.sha, "url": u, "html_url": g.web("/%s/commit/%s", r.fullName(), c.sha),
		"comments_url": u + "/comments", "parents": parents,
		"author": g.userJSON(g.byEmail(c.author.email)), "committer": g.userJSON(g.byEmail(c.committer.email)),
		"commit": obj{
			"author": who(c.author), "committer": who(c.committer), "message": c.message, "comment_count": 0,
			"tree": obj{"sha": c.tree, "url": g.repoAPI(r, "/git/trees/%s", c.tree)}, "url": g.repoAPI(r, "/git/commits/%s", c.sha),
			"verification": verification,
		},
	}
}

// parentFiles is what a commit is compared with: its first parent.
func (r *repository) parentFiles(c *commit) snapshot {
	if len(c.parents) == 0 {
		return nil
	}
	return r.git.commits[c.parents[0]].files
}

// pushedCommitJSON is a commit in the payload of a push.
func (g *GitHub) pushedCommitJSON(r *repository, c *commit) obj {
	out := g.simpleCommitJSON(c)
	added, removed, modified := []string{}, []string{}, []string{}
	for _, f := range r.git.diff(r.parentFiles(c), c.files) {
		switch f.status {
		case "added":
			added = append(added, f.path)
		case "removed":
			removed = append(removed, f.path)
		case "renamed":
			added, removed = append(added, f.path), append(removed, f.previous)
		default:
			modified = append(modified, f.path)
		}
	}
	for key, p := range map[string]person{"author": c.author, "committer": c.committer} {
		who := obj{"name": p.name, "email": p.email}
		if a := g.byEmail(p.email); a != nil {
			who["username"] = a.login
		}
		out[key] = who
	}
	maps.Copy(out, obj{
		"distinct": true, "url": g.web("/%s/commit/%s", r.fullName(), c.sha), "added": added, "removed": removed, "modified": modified,
	})
	return out
}

func (g *GitHub) simpleCommitJSON(c *commit) obj {
	return obj{
		"id": c.sha, "tree_id": c.tree, "message": c.message, "timestamp": stamp(c.committer.date),
		"author":    obj{"name": c.author.name, "email": c.author.email},
		"committer": obj{"name": c.committer.name, "email": c.committer.email},
	}
}
