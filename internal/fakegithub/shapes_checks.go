package fakegithub

import "cmp"

func (g *GitHub) runJSON(c *run) obj {
	r := c.suite.repo
	u := g.repoAPI(r, "/check-runs/%d", c.ID)
	return obj{
		"id": c.ID, "node_id": nodeID("CR", c.ID), "head_sha": c.HeadSHA, "name": c.Name, "external_id": c.ExternalID, "url": u,
		"html_url": g.web("/%s/runs/%d", r.fullName(), c.ID), "details_url": cmp.Or(c.DetailsURL, g.web("/apps/%s", c.AppSlug)), "status": c.Status,
		"conclusion": orNil(c.Conclusion), "started_at": stamp(c.StartedAt), "completed_at": stamp(c.CompletedAt),
		"output": obj{
			"title": orNil(c.Title), "summary": orNil(c.Summary), "text": orNil(c.Text),
			"annotations_count": len(c.Annotations), "annotations_url": u + "/annotations",
		},
		"check_suite": obj{"id": c.suite.id}, "app": g.appJSON(c.suite.app), "pull_requests": g.headedBy(r, c.HeadSHA),
	}
}

// headedBy are the open pull requests whose head is the commit, without those from forks:
// the Checks API only looks for pushes in the repository where the run was created.
func (g *GitHub) headedBy(r *repository, sha string) []any {
	list := []any{}
	for _, p := range r.pulls {
		if p.closed || p.headSHA != sha || p.headRepo != r {
			continue
		}
		repo := obj{"id": r.id, "url": g.repoAPI(r, ""), "name": r.name}
		list = append(list, obj{
			"id": p.id, "number": p.number, "url": g.repoAPI(r, "/pulls/%d", p.number),
			"head": obj{"ref": p.head, "sha": p.headSHA, "repo": repo}, "base": obj{"ref": p.base, "sha": p.baseSHA, "repo": repo},
		})
	}
	return list
}

func (g *GitHub) suiteShortJSON(s *suite) obj {
	status, conclusion := s.state()
	return obj{
		"id": s.id, "node_id": nodeID("CS", s.id), "head_branch": orNil(s.branch), "head_sha": s.sha, "status": status,
		"conclusion": orNil(conclusion), "url": g.repoAPI(s.repo, "/check-suites/%d", s.id), "before": orNil(s.before), "after": s.sha,
		"pull_requests": g.headedBy(s.repo, s.sha), "app": g.appJSON(s.app),
		"created_at": stamp(s.createdAt), "updated_at": stamp(s.updatedAt),
	}
}

func (g *GitHub) suiteJSON(s *suite) obj {
	out := g.suiteShortJSON(s)
	out["head_commit"] = g.simpleCommitJSON(s.repo.git.commits[s.sha])
	out["repository"] = g.repositoryJSON(s.repo)
	out["latest_check_runs_count"] = len(latest(s.runs()))
	out["check_runs_url"] = g.repoAPI(s.repo, "/check-suites/%d/check-runs", s.id)
	return out
}

func (g *GitHub) annotationJSON(r *repository, sha string, a Annotation) obj {
	return obj{
		"path": a.Path, "blob_href": g.repoAPI(r, "/git/blobs/%s", r.git.commits[sha].files[a.Path].sha),
		"start_line": a.StartLine, "end_line": a.EndLine, "start_column": orNil(a.StartColumn), "end_column": orNil(a.EndColumn),
		"annotation_level": a.Level, "title": orNil(a.Title), "message": a.Message, "raw_details": orNil(a.RawDetails),
	}
}
