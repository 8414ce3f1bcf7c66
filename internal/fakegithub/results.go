package fakegithub

import (
	"strings"
	"time"
)

// PostedComment is a comment as it stands.
type PostedComment struct {
	ID                   int64
	Author, Body         string // Author is "" for a deleted account
	CreatedAt, UpdatedAt time.Time
	Edits                bool // somebody has edited it
}

// Comments of a pull request, oldest first. Nil if there are none.
func (g *GitHub) Comments(owner, repo string, number int) []PostedComment {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(owner + "/" + repo)
	if err != nil {
		return nil
	}
	var list []PostedComment
	for _, c := range r.comments {
		if c.number != number {
			continue
		}
		out := PostedComment{ID: c.id, Body: c.body, CreatedAt: c.createdAt, UpdatedAt: c.updatedAt, Edits: c.editor != nil}
		if !c.author.deleted {
			out.Author = c.author.login
		}
		list = append(list, out)
	}
	return list
}

// RequestedReviewers are the logins, and teams as "org/slug", that are asked for a review and have not reviewed.
func (g *GitHub) RequestedReviewers(owner, repo string, number int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, err := g.pull(owner+"/"+repo, number)
	if err != nil {
		return nil
	}
	var list []string
	for _, a := range p.requested {
		list = append(list, a.login)
	}
	for _, t := range p.requestedTeams {
		list = append(list, t.org.login+"/"+t.slug)
	}
	return list
}

// Head is the sha at the head of a pull request, "" if there is no such pull request.
func (g *GitHub) Head(owner, repo string, number int) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p, err := g.pull(owner+"/"+repo, number); err == nil {
		return p.headSHA
	}
	return ""
}

// Branch is the sha at the tip of a branch, "" if there is no such branch.
func (g *GitHub) Branch(owner, repo, branch string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.repos[strings.ToLower(owner+"/"+repo)]; r != nil {
		return r.branches[branch]
	}
	return ""
}

// InstallationID is the id of the App's installation that covers a repository, 0 if none does.
func (g *GitHub) InstallationID(owner, repo string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r := g.repos[strings.ToLower(owner+"/"+repo)]; r != nil {
		for _, i := range g.installations {
			if i.covers(r) {
				return i.id
			}
		}
	}
	return 0
}
