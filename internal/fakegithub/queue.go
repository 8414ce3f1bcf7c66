package fakegithub

import (
	"fmt"
	"slices"
)

// EnqueuePull puts a pull request into the merge queue and returns the head sha of its merge group:
// base, pull requests ahead and this one. It sends pull_request.enqueued, the push of the
// temporary branch and merge_group.checks_requested.
func (g *GitHub) EnqueuePull(repo string, number int, by string) (string, error) {
	var head string
	err := g.pullAction(repo, number, by, func(p *pull, who *account) error {
		r := p.repo
		if !r.mergeQueue || p.base != r.defaultBranch {
			return fmt.Errorf("branch %s has no merge queue", p.base)
		}
		if p.closed || r.entry(p) != nil {
			return fmt.Errorf("not open, or already queued")
		}
		q := &queued{id: g.nextID(), pull: p, by: who, createdAt: g.now()}
		g.emitPull(p, "enqueued", who, nil)
		g.group(q)
		r.queue = append(r.queue, q)
		head = q.headSHA
		return nil
	})
	return head, err
}

// group builds the merge group of an entry on top of those that are in the queue, and asks for its checks.
func (g *GitHub) group(q *queued) {
	p, r := q.pull, q.pull.repo
	q.baseSHA = r.branches[p.base]
	if len(r.queue) > 0 {
		q.baseSHA = r.queue[len(r.queue)-1].headSHA
	}
	q.headSHA = g.mergeCommit(r, q.baseSHA, p.headSHA, q.by,
		fmt.Sprintf("Merge pull request #%d from %s/%s", p.number, p.headRepo.owner.login, p.head)).sha
	q.branch = fmt.Sprintf("gh-readonly-queue/%s/pr-%d-%s", p.base, p.number, q.baseSHA)
	g.push(r, q.branch, q.by, q.headSHA, false)
	g.emitGroup(q, "checks_requested", q.by, nil)
}

// DequeuePull takes a pull request out of the queue. The reason is merged, invalidated or dequeued;
// merged moves the base branch to the merge group and closes the pull request as merged. Otherwise the
// groups behind are destroyed and built anew.
func (g *GitHub) DequeuePull(repo string, number int, by, reason string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		r := p.repo
		q := r.entry(p)
		if q == nil {
			return fmt.Errorf("not queued")
		}
		if !slices.Contains([]string{"merged", "invalidated", "dequeued"}, reason) {
			return fmt.Errorf("unknown reason %q", reason)
		}
		at := slices.Index(r.queue, q)
		behind := slices.Clone(r.queue[at+1:])
		r.queue = slices.Delete(r.queue, at, at+1)
		delete(r.branches, q.branch)
		if reason == "merged" {
			p.closed, p.closedAt, p.mergedBy, p.mergeSHA = true, g.now(), who, q.headSHA
			g.push(r, p.base, who, q.headSHA, false)
			g.emitPull(p, "closed", who, nil)
		}
		g.emitGroup(q, "destroyed", who, obj{"reason": reason})
		g.emitPull(p, "dequeued", who, obj{"reason": map[string]string{"merged": "MERGE", "invalidated": "CI_FAILURE", "dequeued": "MANUAL"}[reason]})
		if reason == "merged" {
			return nil
		}
		r.queue = r.queue[:at]
		for _, o := range behind {
			delete(r.branches, o.branch)
			g.emitGroup(o, "destroyed", who, obj{"reason": "invalidated"})
			g.group(o)
			r.queue = append(r.queue, o)
		}
		return nil
	})
}

func (r *repository) entry(p *pull) *queued {
	for _, q := range r.queue {
		if q.pull == p {
			return q
		}
	}
	return nil
}
