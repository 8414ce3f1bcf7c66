package fakegithub

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var nameAndEmail = regexp.MustCompile(`^\s*(.*?)\s*<([^<>]*)>\s*$`)

// person reads a login or "Name <email>".
func (g *GitHub) person(who string, date time.Time) (person, error) {
	if m := nameAndEmail.FindStringSubmatch(who); m != nil {
		return person{m[1], m[2], date}, nil
	}
	a, err := g.account(who)
	if err != nil {
		return person{}, err
	}
	p := person{a.name, a.noreply(), date}
	if p.name == "" {
		p.name = a.login
	}
	if len(a.emails) > 0 {
		p.email = a.emails[0]
	}
	return p, nil
}

// commit makes a commit on top of parent ("" for none) as the change says.
func (g *GitHub) commit(r *repository, parent string, by *account, change Commit) (*commit, error) {
	date := change.Date
	if date.IsZero() {
		date = g.now()
	}
	date = date.UTC().Truncate(time.Second)
	if change.Author == "" {
		change.Author = by.login
	}
	if change.Committer == "" {
		change.Committer = change.Author
	}
	if change.Message == "" {
		change.Message = "Update files"
	}
	c := &commit{message: change.Message, verified: change.Verified, pushedAt: g.now()}
	var err error
	if c.author, err = g.person(change.Author, date); err != nil {
		return nil, fmt.Errorf("commit author: %w", err)
	}
	if c.committer, err = g.person(change.Committer, date); err != nil {
		return nil, fmt.Errorf("committer: %w", err)
	}
	var before snapshot
	if parent != "" {
		c.parents, before = []string{parent}, r.git.commits[parent].files
	}
	if len(change.CoAuthors) > 0 {
		c.message += "\n"
	}
	for _, who := range change.CoAuthors {
		p, err := g.person(who, date)
		if err != nil {
			return nil, fmt.Errorf("co-author: %w", err)
		}
		c.message += fmt.Sprintf("\nCo-authored-by: %s <%s>", p.name, p.email)
	}
	if c.files, err = r.git.apply(before, change); err != nil {
		return nil, err
	}
	return r.git.store(c), nil
}

// commits makes several on top of each other and returns the last one's sha.
func (g *GitHub) commits(r *repository, parent string, by *account, changes []Commit) (string, error) {
	for i, change := range changes {
		c, err := g.commit(r, parent, by, change)
		if err != nil {
			return "", fmt.Errorf("commit %d: %w", i+1, err)
		}
		parent = c.sha
	}
	return parent, nil
}

var coAuthor = regexp.MustCompile(`(?im)^co-authored-by:\s*(.*?)\s*<([^<>]+)>\s*$`)

// authors are the git author and the co-authors that the message names, each once.
func (c *commit) authors() []person {
	list := []person{c.author}
	for _, m := range coAuthor.FindAllStringSubmatch(c.message, -1) {
		known := false
		for _, p := range list {
			known = known || strings.EqualFold(p.email, m[2])
		}
		if !known {
			list = append(list, person{m[1], m[2], c.author.date})
		}
	}
	return list
}

// resolve finds the commit that a branch, tag-less ref or sha (at least 7 digits) names, nil if none.
// Objects of a fork's pull request are reachable in the base repository, as refs/pull/N/head and by sha.
func (r *repository) resolve(ref string) *commit {
	if ref == "" || ref == "HEAD" {
		ref = r.defaultBranch
	}
	name := strings.TrimPrefix(ref, "refs/")
	var number int
	if n, err := fmt.Sscanf(name, "pull/%d/head", &number); err == nil && n == 1 && strings.HasSuffix(name, "/head") {
		if p := r.pull(number); p != nil {
			return r.git.commits[p.headSHA]
		}
		return nil
	}
	if sha, ok := r.branches[strings.TrimPrefix(name, "heads/")]; ok {
		return r.git.commits[sha]
	}
	if c := r.git.commits[ref]; c != nil {
		return c
	}
	if len(ref) >= 7 {
		for sha, c := range r.git.commits {
			if strings.HasPrefix(sha, ref) {
				return c
			}
		}
	}
	return nil
}

// arrived records that a push brought sha to a branch of a repository: the check suites of the Apps
// installed there begin. Pushes to a fork are not seen by the base repository's Apps:
// docs.github.com, "About check suites".
func (g *GitHub) arrived(r *repository, by *account, before, sha, branch string) {
	r.pushAt, r.updatedAt = g.now(), g.now()
	if r.fork {
		return
	}
	for _, i := range g.installations {
		if i.covers(r) && i.may("checks", "write") {
			s := g.suite(r, g.own(), sha)
			s.branch, s.before = branch, before
			g.emitSuite(s, "requested", by)
		}
	}
}
