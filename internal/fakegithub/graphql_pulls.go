package fakegithub

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func (p *pull) graphState() string {
	if p.mergedBy != nil {
		return "MERGED"
	}
	return strings.ToUpper(p.state())
}

// bigInt is a BigInt, which GitHub writes as a string.
func bigInt(n int64) string { return strconv.FormatInt(n, 10) }

// pullFields are pull requests and what hangs on them.
func pullFields() map[string]fields {
	return map[string]fields{
		"PullRequest":              pullRequestFields(),
		"PullRequestReview":        reviewFields(),
		"IssueComment":             commentFields(),
		"LabeledEvent":             eventFields(),
		"UnlabeledEvent":           eventFields(),
		"HeadRefForcePushedEvent":  eventFields(),
		"BaseRefChangedEvent":      eventFields(),
		"ReviewDismissedEvent":     eventFields(),
		"ReadyForReviewEvent":      eventFields(),
		"ConvertToDraftEvent":      eventFields(),
		"MergedEvent":              eventFields(),
		"ClosedEvent":              eventFields(),
		"ReopenedEvent":            eventFields(),
		"PullRequestCommit":        pullCommitFields(),
		"PullRequestChangedFile":   changedFileFields(),
		"ReviewRequest":            reviewRequestFields(),
		"PullRequestReviewComment": {},
	}
}

func pullRequestFields() fields {
	return table(map[string]func(x *query, p *pull, a args) any{
		"id":                func(_ *query, p *pull, _ args) any { return nodeID("PR", p.id) },
		"databaseId":        func(_ *query, p *pull, _ args) any { return p.id },
		"fullDatabaseId":    func(_ *query, p *pull, _ args) any { return bigInt(p.id) },
		"number":            func(_ *query, p *pull, _ args) any { return p.number },
		"title":             func(_ *query, p *pull, _ args) any { return p.title },
		"body":              func(_ *query, p *pull, _ args) any { return p.body },
		"bodyText":          func(_ *query, p *pull, _ args) any { return p.body },
		"url":               func(x *query, p *pull, _ args) any { return x.g.web("/%s/pull/%d", p.repo.fullName(), p.number) },
		"permalink":         func(x *query, p *pull, _ args) any { return x.g.web("/%s/pull/%d", p.repo.fullName(), p.number) },
		"state":             func(_ *query, p *pull, _ args) any { return p.graphState() },
		"closed":            func(_ *query, p *pull, _ args) any { return p.closed },
		"merged":            func(_ *query, p *pull, _ args) any { return p.mergedBy != nil },
		"isDraft":           func(_ *query, p *pull, _ args) any { return p.draft },
		"locked":            func(*query, *pull, args) any { return false },
		"createdAt":         func(_ *query, p *pull, _ args) any { return p.createdAt },
		"updatedAt":         func(_ *query, p *pull, _ args) any { return p.updatedAt },
		"closedAt":          func(_ *query, p *pull, _ args) any { return stampIf(p.closed, p) },
		"mergedAt":          func(_ *query, p *pull, _ args) any { return stampIf(p.mergedBy != nil, p) },
		"mergedBy":          func(_ *query, p *pull, _ args) any { return actor(p.mergedBy) },
		"author":            func(_ *query, p *pull, _ args) any { return actor(p.author) },
		"authorAssociation": func(x *query, p *pull, _ args) any { return x.g.association(p.repo, p.author) },
		"repository":        func(_ *query, p *pull, _ args) any { return node{"Repository", p.repo} },
		"baseRepository":    func(_ *query, p *pull, _ args) any { return node{"Repository", p.repo} },
		"baseRefName":       func(_ *query, p *pull, _ args) any { return p.base },
		"baseRefOid":        func(_ *query, p *pull, _ args) any { return p.baseSHA },
		"baseRef":           func(_ *query, p *pull, _ args) any { return node{"Ref", refOf{p.repo, p.base}} },
		"headRefName":       func(_ *query, p *pull, _ args) any { return p.head },
		"headRefOid":        func(_ *query, p *pull, _ args) any { return p.headSHA },
		"headRepository": func(x *query, p *pull, _ args) any {
			if p.headRepo.owner.deleted || !x.g.sees(x.token, p.headRepo) {
				return nil
			}
			return node{"Repository", p.headRepo}
		},
		"headRepositoryOwner": func(_ *query, p *pull, _ args) any { return actor(p.headRepo.owner) },
		"isCrossRepository":   func(_ *query, p *pull, _ args) any { return p.headRepo != p.repo },
		"changedFiles":        func(_ *query, p *pull, _ args) any { return len(p.files()) },
		"additions":           func(_ *query, p *pull, _ args) any { return p.lines(func(f change) int { return f.additions }) },
		"deletions":           func(_ *query, p *pull, _ args) any { return p.lines(func(f change) int { return f.deletions }) },
		"mergeable": func(_ *query, p *pull, _ args) any {
			if p.closed {
				return "UNKNOWN"
			}
			return "MERGEABLE"
		},
		"mergeStateStatus": func(*query, *pull, args) any { return "UNKNOWN" },
		"mergeCommit":      func(_ *query, p *pull, _ args) any { return p.repo.object(p.mergeSHA) },
		"isInMergeQueue":   func(_ *query, p *pull, _ args) any { return p.repo.entry(p) != nil },
		"mergeQueueEntry": func(_ *query, p *pull, _ args) any {
			if q := p.repo.entry(p); q != nil {
				return node{"MergeQueueEntry", q}
			}
			return nil
		},
		"labels": func(_ *query, p *pull, _ args) any { return nodes("Label", p.labels) },
		"files":  func(_ *query, p *pull, _ args) any { return nodes("PullRequestChangedFile", p.files()) },
		"commits": func(_ *query, p *pull, _ args) any {
			list := &connection{}
			for _, c := range p.commits() {
				list.nodes = append(list.nodes, node{"PullRequestCommit", commitOf{c, p.repo}})
			}
			return list
		},
		"comments": func(_ *query, p *pull, _ args) any {
			return nodes("IssueComment", slices.DeleteFunc(slices.Clone(p.repo.comments), func(c *comment) bool { return c.number != p.number }))
		},
		"reviews": func(x *query, p *pull, a args) any {
			return nodes("PullRequestReview", slices.DeleteFunc(x.g.seen(p, x.token), func(v *review) bool {
				states, author := a.list("states"), a.text("author")
				return len(states) > 0 && !slices.Contains(states, v.state) || author != "" && !strings.EqualFold(v.author.login, author)
			}))
		},
		"latestOpinionatedReviews": func(x *query, p *pull, a args) any {
			writers, _ := a["writersOnly"].(bool)
			return nodes("PullRequestReview", x.newest(p, func(v *review) bool {
				return v.state != "COMMENTED" && v.state != "PENDING" && (!writers || x.canPush(v))
			}))
		},
		"latestReviews": func(x *query, p *pull, _ args) any {
			return nodes("PullRequestReview", x.newest(p, func(v *review) bool { return v.state != "PENDING" }))
		},
		"reviewRequests": func(_ *query, p *pull, _ args) any {
			list := &connection{}
			for _, a := range p.requested {
				list.nodes = append(list.nodes, node{"ReviewRequest", node{a.kind, a}})
			}
			for _, t := range p.requestedTeams {
				list.nodes = append(list.nodes, node{"ReviewRequest", node{"Team", t}})
			}
			return list
		},
		"timelineItems": func(_ *query, p *pull, a args) any {
			list, since := &connection{}, a.moment("since")
			for _, e := range p.timeline {
				if kinds := a.list("itemTypes"); !e.at.Before(since) && (len(kinds) == 0 || slices.Contains(kinds, enumName(e.kind))) {
					list.nodes = append(list.nodes, node{e.kind, e})
				}
			}
			return list
		},
	})
}

var capital = regexp.MustCompile(`([a-z])([A-Z])`)

// enumName turns LabeledEvent into LABELED_EVENT.
func enumName(kind string) string { return strings.ToUpper(capital.ReplaceAllString(kind, "${1}_$2")) }

func (p *pull) lines(count func(change) int) int {
	sum := 0
	for _, f := range p.files() {
		sum += count(f)
	}
	return sum
}

// newest keeps the last review of each author for which the condition holds.
func (x *query) newest(p *pull, condition func(*review) bool) []*review {
	var list []*review
	for _, v := range p.reviews {
		if condition(v) {
			list = slices.DeleteFunc(list, func(o *review) bool { return o.author == v.author })
			list = append(list, v)
		}
	}
	return list
}

func (x *query) canPush(v *review) bool {
	return levels[x.g.granted(v.pull.repo, v.author)] >= levels["write"]
}

func reviewFields() fields {
	return table(map[string]func(x *query, v *review, a args) any{
		"id":                        func(_ *query, v *review, _ args) any { return nodeID("PRR", v.id) },
		"databaseId":                func(_ *query, v *review, _ args) any { return v.id },
		"fullDatabaseId":            func(_ *query, v *review, _ args) any { return bigInt(v.id) },
		"state":                     func(_ *query, v *review, _ args) any { return v.state },
		"body":                      func(_ *query, v *review, _ args) any { return v.body },
		"submittedAt":               func(_ *query, v *review, _ args) any { return stamp(v.submittedAt) },
		"createdAt":                 func(_ *query, v *review, _ args) any { return v.submittedAt },
		"updatedAt":                 func(_ *query, v *review, _ args) any { return v.submittedAt },
		"lastEditedAt":              func(*query, *review, args) any { return nil },
		"author":                    func(_ *query, v *review, _ args) any { return actor(v.author) },
		"authorAssociation":         func(x *query, v *review, _ args) any { return x.g.association(v.pull.repo, v.author) },
		"authorCanPushToRepository": func(x *query, v *review, _ args) any { return x.canPush(v) },
		"commit":                    func(_ *query, v *review, _ args) any { return v.pull.repo.object(v.commit) },
		"comments":                  func(*query, *review, args) any { return &connection{} },
		"pullRequest":               func(_ *query, v *review, _ args) any { return node{"PullRequest", v.pull} },
		"url": func(x *query, v *review, _ args) any {
			return x.g.web("/%s/pull/%d#pullrequestreview-%d", v.pull.repo.fullName(), v.pull.number, v.id)
		},
	})
}

func commentFields() fields {
	return table(map[string]func(x *query, c *comment, a args) any{
		"id":                func(_ *query, c *comment, _ args) any { return nodeID("IC", c.id) },
		"databaseId":        func(_ *query, c *comment, _ args) any { return c.id },
		"fullDatabaseId":    func(_ *query, c *comment, _ args) any { return bigInt(c.id) },
		"body":              func(_ *query, c *comment, _ args) any { return c.body },
		"author":            func(_ *query, c *comment, _ args) any { return actor(c.author) },
		"authorAssociation": func(x *query, c *comment, _ args) any { return x.g.association(c.repo, c.author) },
		"createdAt":         func(_ *query, c *comment, _ args) any { return c.createdAt },
		"publishedAt":       func(_ *query, c *comment, _ args) any { return c.createdAt },
		"updatedAt":         func(_ *query, c *comment, _ args) any { return c.updatedAt },
		"lastEditedAt": func(_ *query, c *comment, _ args) any {
			if c.editor == nil {
				return nil
			}
			return c.updatedAt
		},
		"editor":          func(_ *query, c *comment, _ args) any { return actor(c.editor) },
		"isMinimized":     func(*query, *comment, args) any { return false },
		"viewerDidAuthor": func(x *query, c *comment, _ args) any { return c.author == x.actor },
		"url": func(x *query, c *comment, _ args) any {
			return x.g.web("/%s/pull/%d#issuecomment-%d", c.repo.fullName(), c.number, c.id)
		},
	})
}

// eventFields serve all kinds of timeline events; a field of another kind is null.
func eventFields() fields {
	return table(map[string]func(x *query, e *event, a args) any{
		"id":           func(_ *query, e *event, _ args) any { return nodeID("EV", e.id) },
		"createdAt":    func(_ *query, e *event, _ args) any { return e.at },
		"actor":        func(_ *query, e *event, _ args) any { return actor(e.actor) },
		"label":        func(_ *query, e *event, _ args) any { return labelOf(e) },
		"beforeCommit": func(x *query, e *event, _ args) any { return e.repo.object(e.before) },
		"afterCommit":  func(x *query, e *event, _ args) any { return e.repo.object(e.after) },
		"commit":       func(x *query, e *event, _ args) any { return e.repo.object(e.after) },
		"review": func(_ *query, e *event, _ args) any {
			if e.review == nil {
				return nil
			}
			return node{"PullRequestReview", e.review}
		},
		"previousReviewState": func(_ *query, e *event, _ args) any {
			return orNil(e.before)
		},
		"dismissalMessage": func(_ *query, e *event, _ args) any { return orNil(e.message) },
	})
}

func labelOf(e *event) any {
	if e.label == nil {
		return nil
	}
	return node{"Label", e.label}
}

func pullCommitFields() fields {
	return table(map[string]func(x *query, c commitOf, a args) any{
		"id":     func(_ *query, c commitOf, _ args) any { return "PURC_" + c.sha },
		"commit": func(_ *query, c commitOf, _ args) any { return node{"Commit", c} },
	})
}

func changedFileFields() fields {
	kinds := map[string]string{"added": "ADDED", "removed": "DELETED", "renamed": "RENAMED", "modified": "MODIFIED"}
	return table(map[string]func(x *query, f change, a args) any{
		"path":       func(_ *query, f change, _ args) any { return f.path },
		"additions":  func(_ *query, f change, _ args) any { return f.additions },
		"deletions":  func(_ *query, f change, _ args) any { return f.deletions },
		"changeType": func(_ *query, f change, _ args) any { return kinds[f.status] },
	})
}

func reviewRequestFields() fields {
	return table(map[string]func(x *query, n node, a args) any{
		"id":                func(_ *query, n node, _ args) any { return "RR_" + n.kind },
		"asCodeOwner":       func(*query, node, args) any { return false },
		"requestedReviewer": func(_ *query, n node, _ args) any { return n },
	})
}
