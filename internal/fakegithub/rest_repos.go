package fakegithub

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

func (g *GitHub) getRepo(q *request) answer { return ok(g.fullRepository(q.repo)) }

func (g *GitHub) getBranch(q *request) answer {
	r, name := q.repo, q.params["branch"]
	sha, exists := r.branches[name]
	if !exists {
		return fail(http.StatusNotFound, "Branch not found")
	}
	self := g.repoAPI(r, "/branches/%s", name)
	protected := name == r.defaultBranch && len(r.required) > 0
	contexts, checks := []any{}, []any{}
	if protected {
		for _, c := range r.required {
			contexts = append(contexts, c.Context)
			checks = append(checks, obj{"context": c.Context, "app_id": orNil(c.AppID)})
		}
	}
	return ok(obj{
		"name": name, "commit": g.commitJSON(r, r.git.commits[sha]), "protected": protected,
		"_links":         obj{"self": self, "html": g.web("/%s/tree/%s", r.fullName(), name)},
		"protection_url": self + "/protection",
		"protection": obj{"enabled": protected, "required_status_checks": obj{
			"enforcement_level": "everyone", "contexts": contexts, "checks": checks,
		}},
	})
}

// rulesetID is the number of the one ruleset that a repository may have.
const rulesetID = 1

// branchRules shows what rulesets demand of a branch; unknown branches have no rules.
func (g *GitHub) branchRules(q *request) answer {
	r, rules := q.repo, []obj{}
	if q.params["branch"] == r.defaultBranch {
		rules = r.rules()
	}
	return ok(page(q, rules, func(rule obj) any {
		rule["ruleset_source_type"], rule["ruleset_source"], rule["ruleset_id"] = "Repository", r.fullName(), rulesetID
		return rule
	}))
}

// getRuleset shows who may bypass a ruleset only to those who may change it.
// https://docs.github.com/rest/repos/rules#get-a-repository-ruleset
func (g *GitHub) getRuleset(q *request) answer {
	r, rules := q.repo, q.repo.rules()
	if q.number("ruleset_id") != rulesetID || len(rules) == 0 {
		return notFound()
	}
	out := obj{
		"id": rulesetID, "name": "Default branch", "target": "branch", "source_type": "Repository", "source": r.fullName(), "enforcement": "active",
		"node_id": "RRS_lACkVXNlcgQB", "current_user_can_bypass": "never", "created_at": stamp(r.createdAt), "updated_at": stamp(r.createdAt), "rules": rules,
		"conditions": obj{"ref_name": obj{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"_links":     obj{"self": obj{"href": g.repoAPI(r, "/rulesets/%d", rulesetID)}, "html": obj{"href": g.web("/%s/rules/%d", r.fullName(), rulesetID)}},
	}
	mayChange := false
	if t := q.who.token; t.user == nil {
		mayChange = g.allowed(t, r, "administration", "write")
	} else {
		mayChange = g.granted(r, t.user) == "admin"
	}
	if mayChange {
		actors := []obj{}
		for _, b := range r.bypass {
			actors = append(actors, obj{"actor_type": b.ActorType, "actor_id": orNil(b.ActorID), "bypass_mode": cmp.Or(b.Mode, "always")})
		}
		out["bypass_actors"] = actors
	}
	return ok(out)
}

// rules are those of the ruleset of the default branch.
func (r *repository) rules() []obj {
	rules := []obj{}
	add := func(kind string, parameters obj) { rules = append(rules, obj{"type": kind, "parameters": parameters}) }
	if len(r.required) > 0 {
		checks := []any{}
		for _, c := range r.required {
			check := obj{"context": c.Context}
			if c.AppID != 0 {
				check["integration_id"] = c.AppID
			}
			checks = append(checks, check)
		}
		add("required_status_checks", obj{"strict_required_status_checks_policy": false, "required_status_checks": checks})
	}
	if r.byPullOnly {
		add("pull_request", obj{
			"dismiss_stale_reviews_on_push": false, "require_code_owner_review": false, "require_last_push_approval": false,
			"required_approving_review_count": 1, "required_review_thread_resolution": false,
		})
	}
	if r.mergeQueue {
		add("merge_queue", obj{
			"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
			"merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 5,
		})
	}
	return rules
}

// Limits of the contents API, from its reference page.
const (
	maxContent   = 1 << 20
	maxDirectory = 1000
)

func (g *GitHub) getContents(q *request) answer {
	r, name := q.repo, strings.Trim(q.params["path"], "/")
	c := r.resolve(q.query.Get("ref"))
	if c == nil {
		return fail(http.StatusNotFound, "No commit found for the ref "+q.query.Get("ref"))
	}
	accept := q.http.Header.Get("Accept")
	if e, exists := c.files[name]; exists {
		// A link to a normal file of the repository is followed; other links are shown as such.
		if e.mode == modeSymlink {
			target, isFile := c.files[path.Join(path.Dir(name), r.git.blobs[e.sha])]
			if !isFile || target.mode != modeFile {
				return ok(g.contentJSON(r, c, name, "symlink", e.sha, obj{"target": r.git.blobs[e.sha]}))
			}
			e = target
		}
		content := r.git.blobs[e.sha]
		if strings.Contains(accept, "raw") {
			q.header.Set("Content-Type", "application/vnd.github.raw+json; charset=utf-8")
			return answer{status: http.StatusOK, raw: []byte(content)}
		}
		encoded, encoding := wrap(base64.StdEncoding.EncodeToString([]byte(content))), "base64"
		if len(content) > maxContent {
			encoded, encoding = "", "none"
		}
		return ok(g.contentJSON(r, c, name, "file", e.sha, obj{"content": encoded, "encoding": encoding}))
	}
	entries, sha, exists := r.directory(c, name)
	if !exists {
		return notFound()
	}
	list := []any{}
	for _, e := range entries[:min(len(entries), maxDirectory)] {
		kind := map[string]string{"tree": "dir", "blob": "file"}[e.kind]
		if e.mode == modeSymlink {
			kind = "symlink"
		}
		list = append(list, g.contentJSON(r, c, path.Join(name, e.name), kind, e.sha, nil))
	}
	if strings.Contains(accept, "object") {
		return ok(g.contentJSON(r, c, name, "dir", sha, obj{"entries": list}))
	}
	return ok(list)
}

// wrap breaks base64 into the lines of 60 characters that GitHub sends.
func wrap(s string) string {
	var out strings.Builder
	for part := range slices.Chunk([]byte(s), 60) {
		out.Write(part)
		out.WriteByte('\n')
	}
	return out.String()
}

// directory returns the entries of a folder ("" is the root) and its tree.
func (r *repository) directory(c *commit, name string) ([]treeEntry, string, bool) {
	sha := c.tree
	for part := range strings.SplitSeq(name, "/") {
		if part == "" {
			continue
		}
		at := slices.IndexFunc(r.git.trees[sha], func(e treeEntry) bool { return e.name == part && e.kind == "tree" })
		if at < 0 {
			return nil, "", false
		}
		sha = r.git.trees[sha][at].sha
	}
	return r.git.trees[sha], sha, true
}

func (g *GitHub) contentJSON(r *repository, c *commit, name, kind, sha string, more obj) obj {
	where := strings.ReplaceAll(escape(name), "%2F", "/")
	self := g.repoAPI(r, "/contents/%s?ref=%s", where, c.sha)
	git := g.repoAPI(r, "/git/blobs/%s", sha)
	page := g.web("/%s/blob/%s/%s", r.fullName(), c.sha, where)
	var download any = fmt.Sprintf("https://raw.githubusercontent.com/%s/%s/%s", r.fullName(), c.sha, where)
	if kind == "dir" {
		git, page, download = g.repoAPI(r, "/git/trees/%s", sha), g.web("/%s/tree/%s/%s", r.fullName(), c.sha, where), nil
	}
	out := obj{
		"type": kind, "name": path.Base(name), "path": name, "sha": sha, "size": len(r.git.blobs[sha]), "url": self,
		"git_url": git, "html_url": page, "download_url": download, "_links": obj{"self": self, "git": git, "html": page},
	}
	maps.Copy(out, more)
	return out
}

func (g *GitHub) getBlob(q *request) answer {
	sha := q.params["file_sha"]
	content, exists := q.repo.git.blobs[sha]
	if !exists {
		return notFound()
	}
	if strings.Contains(q.http.Header.Get("Accept"), "raw") {
		q.header.Set("Content-Type", "application/vnd.github.raw; charset=utf-8")
		return answer{status: http.StatusOK, raw: []byte(content)}
	}
	return ok(obj{
		"sha": sha, "node_id": "B_" + sha, "size": len(content), "url": g.repoAPI(q.repo, "/git/blobs/%s", sha),
		"content": wrap(base64.StdEncoding.EncodeToString([]byte(content))), "encoding": "base64",
	})
}

const maxTree = 100_000 // entries of a recursive listing; then it is truncated

// getTree takes the sha of a tree or commit, or a branch. Any value of recursive, even 0, recurses.
func (g *GitHub) getTree(q *request) answer {
	r, sha := q.repo, q.params["tree_sha"]
	if c := r.resolve(sha); c != nil {
		sha = c.tree
	}
	if _, exists := r.git.trees[sha]; !exists {
		return notFound()
	}
	list, truncated := []any{}, false
	var walk func(sha, below string)
	walk = func(sha, below string) {
		for _, e := range r.git.trees[sha] {
			if len(list) >= maxTree {
				truncated = true
				return
			}
			item := obj{
				"path": below + e.name, "mode": e.mode, "type": e.kind, "sha": e.sha, "url": g.repoAPI(r, "/git/%ss/%s", e.kind, e.sha),
			}
			if e.kind == "blob" {
				item["size"] = e.size
			}
			list = append(list, item)
			if e.kind == "tree" && q.query.Has("recursive") {
				walk(e.sha, below+e.name+"/")
			}
		}
	}
	walk(sha, "")
	return ok(obj{"sha": sha, "url": g.repoAPI(r, "/git/trees/%s", sha), "tree": list, "truncated": truncated})
}

func (g *GitHub) getRef(q *request) answer {
	r, ref := q.repo, q.params["ref"]
	if !strings.HasPrefix(ref, "heads/") && !strings.HasPrefix(ref, "pull/") {
		return notFound()
	}
	c := r.resolve("refs/" + ref)
	if c == nil {
		return notFound()
	}
	return ok(obj{
		"ref": "refs/" + ref, "node_id": nodeID("REF", r.id) + ref, "url": g.repoAPI(r, "/git/refs/%s", ref),
		"object": obj{"type": "commit", "sha": c.sha, "url": g.repoAPI(r, "/git/commits/%s", c.sha)},
	})
}

func (g *GitHub) noCommit(ref string) answer {
	return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+ref)
}

const (
	maxCommitFiles  = 3000
	maxCompareFiles = 300
)

func (g *GitHub) getCommit(q *request) answer {
	r := q.repo
	c := r.resolve(q.params["ref"])
	if c == nil {
		return g.noCommit(q.params["ref"])
	}
	if strings.Contains(q.http.Header.Get("Accept"), "sha") {
		q.header.Set("Content-Type", "application/vnd.github.sha; charset=utf-8")
		return answer{status: http.StatusOK, raw: []byte(c.sha)}
	}
	out := g.commitJSON(r, c)
	files := r.git.diff(r.parentFiles(c), c.files)
	additions, deletions := 0, 0
	for _, f := range files {
		additions, deletions = additions+f.additions, deletions+f.deletions
	}
	if q.query.Get("per_page") == "" {
		q.query.Set("per_page", "100")
	}
	out["files"] = page(q, files[:min(len(files), maxCommitFiles)], func(f change) any { return g.fileJSON(r, c.sha, f) })
	out["stats"] = obj{"additions": additions, "deletions": deletions, "total": additions + deletions}
	return ok(out)
}

func (g *GitHub) compare(q *request) answer {
	r := q.repo
	from, to, found := strings.Cut(q.params["basehead"], "...")
	// USER:BRANCH names a branch of a fork.
	side := func(name string) *commit {
		owner, branch, foreign := strings.Cut(name, ":")
		if !foreign {
			return r.resolve(name)
		}
		if fork := g.repos[lower(owner+"/"+r.name)]; fork != nil {
			return r.git.commits[fork.branches[branch]]
		}
		return nil
	}
	base, head := side(from), side(to)
	if !found || base == nil || head == nil {
		return notFound()
	}
	common := r.git.mergeBase(base.sha, head.sha)
	if common == nil {
		return fail(http.StatusNotFound, "No common ancestor between "+from+" and "+to+".")
	}
	ahead, behind := r.git.between(base.sha, head.sha), r.git.between(head.sha, base.sha)
	status := "identical"
	switch {
	case len(ahead) > 0 && len(behind) > 0:
		status = "diverged"
	case len(ahead) > 0:
		status = "ahead"
	case len(behind) > 0:
		status = "behind"
	}
	var commits []any
	if q.query.Has("page") || q.query.Has("per_page") {
		commits = page(q, ahead, func(c *commit) any { return g.commitJSON(r, c) })
	} else {
		commits = []any{}
		for _, c := range ahead[max(0, len(ahead)-250):] {
			commits = append(commits, g.commitJSON(r, c))
		}
	}
	self, where := g.repoAPI(r, "/compare/%s...%s", from, to), g.web("/%s/compare/%s...%s", r.fullName(), from, to)
	out := obj{
		"url": self, "html_url": where, "permalink_url": where, "diff_url": where + ".diff", "patch_url": where + ".patch",
		"base_commit": g.commitJSON(r, base), "merge_base_commit": g.commitJSON(r, common), "status": status,
		"ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead), "commits": commits,
	}
	if positive(q.query.Get("page"), 1) == 1 { // files come with the first page only
		files := []any{}
		for _, f := range r.git.diff(common.files, head.files) {
			if len(files) < maxCompareFiles {
				files = append(files, g.fileJSON(r, head.sha, f))
			}
		}
		out["files"] = files
	}
	return ok(out)
}

func (g *GitHub) commitPulls(q *request) answer {
	c := q.repo.resolve(q.params["commit_sha"])
	if c == nil {
		return g.noCommit(q.params["commit_sha"])
	}
	return ok(page(q, q.repo.pullsWith(c.sha), func(p *pull) any { return g.pullSimpleJSON(p) }))
}

// pullsWith are the pull requests that bring or brought a commit, newest first.
func (r *repository) pullsWith(sha string) []*pull {
	var list []*pull
	for _, p := range r.pulls {
		if p.headSHA == sha || p.mergeSHA == sha || slices.ContainsFunc(p.commits(), func(c *commit) bool { return c.sha == sha }) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *pull) int { return cmp.Compare(b.number, a.number) })
	return list
}
