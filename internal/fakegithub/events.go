package fakegithub

import (
	"maps"
	"slices"
)

// obj is a JSON object.
type obj = map[string]any

// emit sends a repository event to the installations that cover it, if the App asks for it.
func (g *GitHub) emit(event, action string, r *repository, by *account, more obj) {
	for _, i := range g.installations {
		if g.loading || !i.covers(r) || !i.hears(event) || g.App.Events != nil && !slices.Contains(g.App.Events, event) {
			continue
		}
		payload := obj{
			"repository": g.repositoryJSON(r), "sender": g.userJSON(by),
			"installation": installationShort(i),
		}
		if r.owner.kind == "Organization" {
			payload["organization"] = g.orgJSON(r.owner)
		}
		if action != "" {
			payload["action"] = action
		}
		maps.Copy(payload, more)
		g.enqueue(event, payload, i, r)
	}
}

func installationShort(i *installation) obj { return obj{"id": i.id, "node_id": nodeID("IN", i.id)} }

// emitOrg sends an event of an organization.
func (g *GitHub) emitOrg(event, action string, org, by *account, more obj) {
	for _, i := range g.installations {
		if i.account != org || !i.hears(event) {
			continue
		}
		payload := obj{"action": action, "organization": g.orgJSON(org), "sender": g.userJSON(by), "installation": installationShort(i)}
		maps.Copy(payload, more)
		g.enqueue(event, payload, i, nil)
	}
}

func (g *GitHub) emitInstallation(i *installation, event, action string, more obj) {
	payload := obj{"action": action, "installation": g.installationJSON(i), "sender": g.userJSON(i.account)}
	maps.Copy(payload, more)
	g.enqueue(event, payload, i, nil)
}

// Ping sends the event that GitHub sends when a webhook is set up.
func (g *GitHub) Ping() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.enqueue("ping", obj{
		"zen": "Keep it logically awesome.", "hook_id": 1,
		"hook": obj{
			"type": "App", "id": 1, "name": "web", "active": true, "app_id": g.App.ID,
			"events":     []string{"pull_request", "push"},
			"config":     obj{"content_type": "json", "insecure_ssl": "0", "url": g.Hook.URL, "secret": "********"},
			"created_at": g.now(), "updated_at": g.now(), "deliveries_url": g.api("/app/hook/deliveries"),
		},
	}, nil, nil)
}

func (g *GitHub) emitPull(p *pull, action string, by *account, more obj) {
	if g.loading { // the payload is costly: it compares files
		return
	}
	payload := obj{"number": p.number, "pull_request": g.pullJSON(p)}
	maps.Copy(payload, more)
	g.emit("pull_request", action, p.repo, by, payload)
}

func (g *GitHub) emitReview(v *review, action string, by *account, more obj) {
	body := g.reviewJSON(v)
	// Webhooks spell states in lower case, the API in upper case.
	body["state"] = lower(v.state)
	payload := obj{"review": body, "pull_request": g.pullSimpleJSON(v.pull)}
	maps.Copy(payload, more)
	g.emit("pull_request_review", action, v.pull.repo, by, payload)
}

func (g *GitHub) emitComment(c *comment, action string, by *account, more obj) {
	payload := obj{"comment": g.commentJSON(c), "issue": g.issueJSON(c.repo.pull(c.number))}
	maps.Copy(payload, more)
	g.emit("issue_comment", action, c.repo, by, payload)
}

func (g *GitHub) emitRun(c *run, action string, by *account, more obj) {
	body := g.runJSON(c)
	body["check_suite"] = g.suiteShortJSON(c.suite)
	payload := obj{"check_run": body}
	maps.Copy(payload, more)
	g.emit("check_run", action, c.suite.repo, by, payload)
}

func (g *GitHub) emitSuite(s *suite, action string, by *account) {
	body := g.suiteShortJSON(s)
	body["head_commit"] = g.simpleCommitJSON(s.repo.git.commits[s.sha])
	body["latest_check_runs_count"] = len(latest(s.runs()))
	body["check_runs_url"] = g.repoAPI(s.repo, "/check-suites/%d/check-runs", s.id)
	g.emit("check_suite", action, s.repo, by, obj{"check_suite": body})
}

func (g *GitHub) emitGroup(q *queued, action string, by *account, more obj) {
	r := q.pull.repo
	payload := obj{"merge_group": obj{
		"head_sha": q.headSHA, "head_ref": "refs/heads/" + q.branch,
		"base_sha": q.baseSHA, "base_ref": "refs/heads/" + q.pull.base,
		"head_commit": g.simpleCommitJSON(r.git.commits[q.headSHA]),
	}}
	maps.Copy(payload, more)
	g.emit("merge_group", action, r, by, payload)
}

const noSHA = "0000000000000000000000000000000000000000"

func (g *GitHub) emitPush(r *repository, branch string, by *account, before, after string, forced bool) {
	if g.loading || r.fork {
		return
	}
	base := before
	if base == "" {
		base = r.branches[r.defaultBranch]
	}
	commits := []any{}
	var head any
	for _, c := range r.git.between(base, after) {
		head = g.pushedCommitJSON(r, c)
		commits = append(commits, head)
	}
	if head == nil {
		head = g.pushedCommitJSON(r, r.git.commits[after])
	}
	if len(commits) > 2048 { // the payload's own limit
		commits = commits[len(commits)-2048:]
	}
	payload := obj{
		"ref": "refs/heads/" + branch, "before": before, "after": after, "base_ref": nil,
		"created": before == "", "deleted": false, "forced": forced,
		"compare": g.web("/%s/compare/%.12s...%.12s", r.fullName(), base, after), "commits": commits, "head_commit": head,
		"pusher": obj{"name": by.login, "email": by.noreply()},
	}
	if before == "" {
		payload["before"] = noSHA
	}
	// Only in this event are the repository's dates numbers.
	repo := g.repositoryJSON(r)
	repo["created_at"], repo["pushed_at"] = r.createdAt.Unix(), r.pushAt.Unix()
	payload["repository"] = repo
	g.emit("push", "", r, by, payload)
}
