package fakegithub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var reviewStates = []string{"APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"}

// SubmitReview adds a review and returns its id: pull_request_review.submitted, except for a
// PENDING one, which only its author sees. The author is no longer a requested reviewer.
func (g *GitHub) SubmitReview(repo string, number int, w Review) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, err := g.pull(repo, number)
	if err != nil {
		return 0, err
	}
	v, err := g.submitReview(p, w)
	if err != nil {
		return 0, fmt.Errorf("review %s#%d: %w", repo, number, err)
	}
	return v.id, nil
}

func (g *GitHub) submitReview(p *pull, w Review) (*review, error) {
	author, err := g.account(w.Author)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(reviewStates, w.State) {
		return nil, fmt.Errorf("unknown state %q", w.State)
	}
	// "Can not approve your own pull request": GitHub answers 422.
	if author == p.author && w.State != "COMMENTED" && w.State != "PENDING" {
		return nil, fmt.Errorf("%s is the author", w.Author)
	}
	v := &review{id: g.nextID(), pull: p, author: author, state: w.State, body: w.Body, commit: w.Commit}
	if v.commit == "" {
		v.commit = p.headSHA
	}
	if n, err := strconv.Atoi(w.Commit); err == nil && len(w.Commit) < 4 {
		commits := p.commits()
		if n < 1 || n > len(commits) {
			return nil, fmt.Errorf("there is no commit %d", n)
		}
		v.commit = commits[n-1].sha
	}
	return v, g.during(w.SubmittedAt, func() error {
		p.reviews = append(p.reviews, v)
		if w.State == "PENDING" {
			return nil
		}
		v.submittedAt, p.updatedAt = g.now(), g.now()
		p.requested = slices.DeleteFunc(p.requested, func(a *account) bool { return a == author })
		g.emitReview(v, "submitted", author, nil)
		return nil
	})
}

// DismissReview dismisses an approval or a request for changes.
func (g *GitHub) DismissReview(repo string, number int, id int64, by, message string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		for _, v := range p.reviews {
			if v.id == id {
				g.dismissReview(v, who, message)
				return nil
			}
		}
		return fmt.Errorf("no review %d", id)
	})
}

func (g *GitHub) dismissReview(v *review, by *account, message string) {
	g.happened(v.pull, event{kind: "ReviewDismissedEvent", actor: by, review: v, before: v.state, message: message})
	v.state = "DISMISSED"
	g.emitReview(v, "dismissed", by, nil)
}

// RequestReviewer asks a person (a login) or a team ("org/slug") for a review.
func (g *GitHub) RequestReviewer(repo string, number int, by, reviewer string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		if org, slug, isTeam := strings.Cut(reviewer, "/"); isTeam {
			t, err := g.team(org, slug)
			if err != nil {
				return err
			}
			g.requestTeam(p, t, who)
			return nil
		}
		user, err := g.account(reviewer)
		if err != nil {
			return err
		}
		if g.granted(p.repo, user) == "none" {
			return fmt.Errorf("%s is not a collaborator", reviewer)
		}
		g.requestUser(p, user, who)
		return nil
	})
}

func (g *GitHub) requestUser(p *pull, user, by *account) {
	if slices.Contains(p.requested, user) {
		return
	}
	p.requested = append(p.requested, user)
	g.emitPull(p, "review_requested", by, obj{"requested_reviewer": g.userJSON(user)})
}

func (g *GitHub) requestTeam(p *pull, t *team, by *account) {
	if slices.Contains(p.requestedTeams, t) {
		return
	}
	p.requestedTeams = append(p.requestedTeams, t)
	g.emitPull(p, "review_requested", by, obj{"requested_team": g.teamJSON(t)})
}

func (g *GitHub) unrequestUser(p *pull, user, by *account) {
	p.requested = slices.DeleteFunc(p.requested, func(a *account) bool { return a == user })
	g.emitPull(p, "review_request_removed", by, obj{"requested_reviewer": g.userJSON(user)})
}

func (g *GitHub) unrequestTeam(p *pull, t *team, by *account) {
	p.requestedTeams = slices.DeleteFunc(p.requestedTeams, func(o *team) bool { return o == t })
	g.emitPull(p, "review_request_removed", by, obj{"requested_team": g.teamJSON(t)})
}

// Comment adds a conversation comment and returns its id.
func (g *GitHub) Comment(repo string, number int, by, body string) (int64, error) {
	var id int64
	err := g.pullAction(repo, number, by, func(p *pull, who *account) error {
		id = g.comment(p, who, body, nil).id
		return nil
	})
	return id, err
}

func (g *GitHub) comment(p *pull, by *account, body string, via *app) *comment {
	c := &comment{
		id: g.nextID(), repo: p.repo, number: p.number, author: by, body: body, app: via,
		createdAt: g.now(), updatedAt: g.now(),
	}
	p.repo.comments = append(p.repo.comments, c)
	p.updatedAt = g.now()
	g.touch()
	g.emitComment(c, "created", by, nil)
	return c
}

// EditComment replaces the text of a comment, which anybody with write access may do.
func (g *GitHub) EditComment(repo string, id int64, by, body string) error {
	return g.commentAction(repo, id, by, func(c *comment, who *account) { g.editComment(c, who, body) })
}

func (g *GitHub) editComment(c *comment, by *account, body string) {
	changes := obj{"body": obj{"from": c.body}}
	c.body, c.editor, c.updatedAt = body, by, g.now()
	g.touch()
	g.emitComment(c, "edited", by, obj{"changes": changes})
}

// DeleteComment removes a comment.
func (g *GitHub) DeleteComment(repo string, id int64, by string) error {
	return g.commentAction(repo, id, by, g.deleteComment)
}

func (g *GitHub) deleteComment(c *comment, by *account) {
	c.repo.comments = slices.DeleteFunc(c.repo.comments, func(o *comment) bool { return o == c })
	g.touch()
	g.emitComment(c, "deleted", by, nil)
}

func (g *GitHub) commentAction(repo string, id int64, by string, f func(c *comment, who *account)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return err
	}
	who, err := g.account(by)
	if err != nil {
		return err
	}
	c := r.comment(id)
	if c == nil {
		return fmt.Errorf("no comment %d in %s", id, repo)
	}
	f(c, who)
	return nil
}

func (r *repository) comment(id int64) *comment {
	for _, c := range r.comments {
		if c.id == id {
			return c
		}
	}
	return nil
}
