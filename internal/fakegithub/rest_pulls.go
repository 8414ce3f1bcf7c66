package fakegithub

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of lists, from their reference pages. What is beyond is silently missing.
const (
	maxPullFiles   = 3000
	maxPullCommits = 250
	maxCommentBody = 65_536
)

func (g *GitHub) listPulls(q *request) answer {
	state := cmp.Or(q.query.Get("state"), "open")
	list := slices.DeleteFunc(slices.Clone(q.repo.pulls), func(p *pull) bool {
		head, base := q.query.Get("head"), q.query.Get("base")
		owner, branch, _ := strings.Cut(head, ":")
		return state != "all" && p.state() != state ||
			base != "" && p.base != base ||
			head != "" && (!strings.EqualFold(p.headRepo.owner.login, owner) || p.head != branch)
	})
	newest := func(a, b *pull) int { return cmp.Compare(b.number, a.number) }
	switch q.query.Get("sort") {
	case "updated":
		newest = func(a, b *pull) int { return b.updatedAt.Compare(a.updatedAt) }
	}
	slices.SortStableFunc(list, newest)
	if q.query.Get("direction") == "asc" {
		slices.Reverse(list)
	}
	return ok(page(q, list, func(p *pull) any { return g.pullSimpleJSON(p) }))
}

// onPull runs f with the pull request of the path.
func onPull(q *request, f func(p *pull) answer) answer {
	for _, name := range []string{"pull_number", "issue_number"} {
		if p := q.repo.pull(int(q.number(name))); p != nil {
			return f(p)
		}
	}
	return notFound()
}

func (g *GitHub) getPull(q *request) answer {
	return onPull(q, func(p *pull) answer { return ok(g.pullJSON(p)) })
}

func (g *GitHub) listFiles(q *request) answer {
	return onPull(q, func(p *pull) answer {
		files := p.files()
		return ok(page(q, files[:min(len(files), maxPullFiles)], func(f change) any { return g.fileJSON(p.repo, p.headSHA, f) }))
	})
}

func (g *GitHub) listCommits(q *request) answer {
	return onPull(q, func(p *pull) answer {
		commits := p.commits()
		return ok(page(q, commits[:min(len(commits), maxPullCommits)], func(c *commit) any { return g.commitJSON(p.repo, c) }))
	})
}

// seen are the reviews that the caller may see: pending ones are their author's own.
func (g *GitHub) seen(p *pull, t *token) []*review {
	return slices.DeleteFunc(slices.Clone(p.reviews), func(v *review) bool {
		return v.state == "PENDING" && (t.user == nil || t.user != v.author)
	})
}

func (g *GitHub) listReviews(q *request) answer {
	return onPull(q, func(p *pull) answer {
		return ok(page(q, g.seen(p, q.who.token), func(v *review) any { return g.reviewJSON(v) }))
	})
}

func (g *GitHub) putDismissal(q *request) answer {
	return onPull(q, func(p *pull) answer {
		var body struct{ Message string }
		if a := q.decode(&body); a != nil {
			return *a
		}
		if body.Message == "" {
			return schemaError(`"message" wasn't supplied.`)
		}
		for _, v := range p.reviews {
			if v.id != q.number("review_id") {
				continue
			}
			if v.state != "APPROVED" && v.state != "CHANGES_REQUESTED" {
				return fail(http.StatusUnprocessableEntity, "Can not dismiss a "+lower(v.state)+" pull request review")
			}
			g.dismissReview(v, g.actor(q), body.Message)
			return ok(g.reviewJSON(v))
		}
		return notFound()
	})
}

func (g *GitHub) listRequested(q *request) answer {
	return onPull(q, func(p *pull) answer {
		users, teams := []any{}, []any{}
		for _, a := range p.requested {
			users = append(users, g.simpleUser(a))
		}
		for _, t := range p.requestedTeams {
			teams = append(teams, g.teamJSON(t))
		}
		return ok(obj{"users": users, "teams": teams})
	})
}

// requestedBody reads and checks the people and teams of a request for review.
func (g *GitHub) requestedBody(q *request, p *pull) ([]*account, []*team, *answer) {
	var body struct {
		Reviewers     []string
		TeamReviewers []string `json:"team_reviewers"`
	}
	if a := q.decode(&body); a != nil {
		return nil, nil, a
	}
	stranger := fail(http.StatusUnprocessableEntity, fmt.Sprintf(
		"Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s repository.", p.repo.fullName()))
	var users []*account
	var teams []*team
	for _, login := range body.Reviewers {
		a, err := g.account(login)
		if err != nil || g.granted(p.repo, a) == "none" {
			return nil, nil, &stranger
		}
		if a == p.author {
			own := fail(http.StatusUnprocessableEntity, "Review cannot be requested from pull request author.")
			return nil, nil, &own
		}
		users = append(users, a)
	}
	for _, slug := range body.TeamReviewers {
		t, err := g.team(p.repo.owner.login, slug)
		if err != nil || p.repo.teams[t] == "" {
			return nil, nil, &stranger
		}
		teams = append(teams, t)
	}
	return users, teams, nil
}

func (g *GitHub) postRequested(q *request) answer {
	return onPull(q, func(p *pull) answer {
		users, teams, problem := g.requestedBody(q, p)
		if problem != nil {
			return *problem
		}
		for _, a := range users {
			g.requestUser(p, a, g.actor(q))
		}
		for _, t := range teams {
			g.requestTeam(p, t, g.actor(q))
		}
		return created(g.pullSimpleJSON(p))
	})
}

func (g *GitHub) deleteRequested(q *request) answer {
	return onPull(q, func(p *pull) answer {
		users, teams, problem := g.requestedBody(q, p)
		if problem != nil {
			return *problem
		}
		for _, a := range users {
			g.unrequestUser(p, a, g.actor(q))
		}
		for _, t := range teams {
			g.unrequestTeam(p, t, g.actor(q))
		}
		return ok(g.pullSimpleJSON(p))
	})
}

func (g *GitHub) listLabels(q *request) answer {
	return onPull(q, func(p *pull) answer {
		return ok(page(q, p.labels, func(l *label) any { return g.labelJSON(p.repo, l) }))
	})
}

func (g *GitHub) listComments(q *request) answer {
	return onPull(q, func(p *pull) answer {
		since, _ := time.Parse(time.RFC3339, q.query.Get("since"))
		list := slices.DeleteFunc(slices.Clone(p.repo.comments), func(c *comment) bool {
			return c.number != p.number || c.updatedAt.Before(since)
		})
		return ok(page(q, list, func(c *comment) any { return g.commentJSON(c) }))
	})
}

func (g *GitHub) commentBody(q *request) (string, *answer) {
	var body struct{ Body string }
	if a := q.decode(&body); a != nil {
		return "", a
	}
	if strings.TrimSpace(body.Body) == "" {
		a := invalid("IssueComment", "body", "missing_field", "body cannot be blank")
		return "", &a
	}
	if utf8.RuneCountInString(body.Body) > maxCommentBody {
		a := invalid("IssueComment", "data", "unprocessable", "Body is too long (maximum is 65536 characters)")
		return "", &a
	}
	return body.Body, nil
}

func (g *GitHub) postComment(q *request) answer {
	return onPull(q, func(p *pull) answer {
		body, problem := g.commentBody(q)
		if problem != nil {
			return *problem
		}
		var via *app
		if q.who.token.installation != nil {
			via = g.own()
		}
		return created(g.commentJSON(g.comment(p, g.actor(q), body, via)))
	})
}

// onComment runs f with the comment of the path.
func onComment(q *request, f func(c *comment) answer) answer {
	if c := q.repo.comment(q.number("comment_id")); c != nil {
		return f(c)
	}
	return notFound()
}

func (g *GitHub) getComment(q *request) answer {
	return onComment(q, func(c *comment) answer { return ok(g.commentJSON(c)) })
}

func (g *GitHub) patchComment(q *request) answer {
	return onComment(q, func(c *comment) answer {
		body, problem := g.commentBody(q)
		if problem != nil {
			return *problem
		}
		g.editComment(c, g.actor(q), body)
		return ok(g.commentJSON(c))
	})
}

func (g *GitHub) removeComment(q *request) answer {
	return onComment(q, func(c *comment) answer {
		g.deleteComment(c, g.actor(q))
		return noContent()
	})
}
