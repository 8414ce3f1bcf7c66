package fakegithub

import (
	"fmt"
	"slices"
	"strings"
)

// OpenPull opens a pull request and returns its number: pull_request.opened, after the push of its branch.
// Reviews, labels and the like of the argument are ignored.
func (g *GitHub) OpenPull(repo string, w Pull) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return 0, err
	}
	p, err := g.openPull(r, w)
	if err != nil {
		return 0, fmt.Errorf("open pull request in %s: %w", repo, err)
	}
	return p.number, nil
}

func (g *GitHub) openPull(r *repository, w Pull) (*pull, error) {
	author, err := g.account(w.Author)
	if err != nil {
		return nil, err
	}
	if w.Number == 0 {
		for _, p := range r.pulls {
			w.Number = max(w.Number, p.number)
		}
		w.Number++
	}
	if r.pull(w.Number) != nil {
		return nil, fmt.Errorf("number %d is taken", w.Number)
	}
	if w.Base == "" {
		w.Base = r.defaultBranch
	}
	if w.Head == "" {
		w.Head = fmt.Sprintf("patch-%d", w.Number)
	}
	if w.Title == "" {
		w.Title = w.Head
	}
	base, ok := r.branches[w.Base]
	if !ok {
		return nil, fmt.Errorf("no branch %q", w.Base)
	}
	source := r
	if w.ForkOwner != "" {
		if source, err = g.forkOf(r, w.ForkOwner, w.ForkPrivate); err != nil {
			return nil, err
		}
	}
	head, exists := source.branches[w.Head]
	switch {
	case exists && len(w.Commits) > 0:
		return nil, fmt.Errorf("branch %s of %s exists: open from it without commits", w.Head, source.fullName())
	case !exists && len(w.Commits) == 0:
		return nil, fmt.Errorf("no commits")
	case !exists:
		if head, err = g.commits(source, base, author, w.Commits); err != nil {
			return nil, err
		}
		g.push(source, w.Head, author, head, false)
	}
	now := g.now()
	p := &pull{
		id: g.nextID(), repo: r, number: w.Number, title: w.Title, body: w.Body, author: author,
		base: w.Base, baseSHA: base, head: w.Head, headSHA: head, headRepo: source,
		draft: w.Draft, changes: w.Commits, createdAt: now, updatedAt: now,
	}
	r.pulls = append(r.pulls, p)
	g.emitPull(p, "opened", author, nil)
	return p, nil
}

// forkOf returns the fork of r that belongs to owner, making it at need.
func (g *GitHub) forkOf(r *repository, owner string, private bool) (*repository, error) {
	who, err := g.account(owner)
	if err != nil {
		return nil, err
	}
	key := strings.ToLower(who.login + "/" + r.name)
	if known := g.repos[key]; known != nil {
		if known.parent != r {
			return nil, fmt.Errorf("%s is not a fork of %s", known.fullName(), r.fullName())
		}
		return known, nil
	}
	fork := &repository{
		id: g.nextID(), owner: who, name: r.name, private: private || r.private, fork: true, parent: r,
		defaultBranch: r.defaultBranch, branches: map[string]string{r.defaultBranch: r.branches[r.defaultBranch]},
		git: r.git, collaborators: map[string]string{}, teams: map[*team]string{},
		createdAt: g.now(), updatedAt: g.now(), pushAt: g.now(),
	}
	g.repos[key] = fork
	return fork, nil
}

// push moves a branch: push, then pull_request.synchronize for the open pull requests that it heads.
func (g *GitHub) push(r *repository, branch string, by *account, sha string, forced bool) {
	before := r.branches[branch]
	r.branches[branch] = sha
	g.emitPush(r, branch, by, before, sha, forced)
	g.arrived(r, by, before, sha, branch)
	target := r
	if r.parent != nil {
		target = r.parent
	}
	for _, p := range target.pulls {
		if p.closed || p.headRepo != r || p.head != branch {
			continue
		}
		p.headSHA, p.baseSHA, p.updatedAt = sha, target.branches[p.base], g.now()
		if forced {
			g.happened(p, event{kind: "HeadRefForcePushedEvent", actor: by, before: before, after: sha})
		}
		g.emitPull(p, "synchronize", by, obj{"before": before, "after": sha})
	}
}

// Push adds commits to the head branch of a pull request and returns the new head.
func (g *GitHub) Push(repo string, number int, by string, changes ...Commit) (string, error) {
	return g.pushPull(repo, number, by, false, false, changes)
}

// ForcePush replaces the commits of a pull request and returns the new head. Without commits the
// present ones are replayed on the tip of the base branch. If identical (the patch is the same, as
// after a rebase), reviews of the old head are re-pointed to the new one, as GitHub does.
func (g *GitHub) ForcePush(repo string, number int, by string, identical bool, changes ...Commit) (string, error) {
	return g.pushPull(repo, number, by, true, identical, changes)
}

func (g *GitHub) pushPull(repo string, number int, by string, forced, identical bool, changes []Commit) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, who, err := g.act(repo, number, by)
	if err != nil {
		return "", err
	}
	old := p.headSHA
	parent, all := old, append(slices.Clone(p.changes), changes...)
	if forced {
		parent = p.repo.branches[p.base]
		if len(changes) == 0 {
			for _, c := range p.changes {
				// A rebase makes commits of today.
				changes = append(changes, c)
				changes[len(changes)-1].Date = g.now()
			}
		}
		all = changes
	}
	head, err := g.commits(p.headRepo, parent, who, changes)
	if err != nil {
		return "", fmt.Errorf("push to %s#%d: %w", repo, number, err)
	}
	if head == old {
		return "", fmt.Errorf("push to %s#%d: nothing new", repo, number)
	}
	p.changes = all
	if identical {
		for _, v := range p.reviews {
			if v.commit == old {
				v.commit = head
			}
		}
	}
	g.push(p.headRepo, p.head, who, head, forced)
	return head, nil
}

// PushFiles commits to a branch, made from the default branch if it is new, and returns the commit.
func (g *GitHub) PushFiles(repo, branch, by string, change Commit) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return "", err
	}
	who, err := g.account(by)
	if err != nil {
		return "", err
	}
	parent, ok := r.branches[branch]
	if !ok {
		parent = r.branches[r.defaultBranch]
	}
	c, err := g.commit(r, parent, who, change)
	if err != nil {
		return "", fmt.Errorf("push to %s: %w", repo, err)
	}
	g.push(r, branch, who, c.sha, false)
	return c.sha, nil
}

// act finds what an operation is about.
func (g *GitHub) act(repo string, number int, by string) (*pull, *account, error) {
	p, err := g.pull(repo, number)
	if err != nil {
		return nil, nil, err
	}
	who, err := g.account(by)
	return p, who, err
}

// pullAction runs f on a pull request in the name of a person.
func (g *GitHub) pullAction(repo string, number int, by string, f func(p *pull, who *account) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, who, err := g.act(repo, number, by)
	if err != nil {
		return err
	}
	p.updatedAt = g.now()
	if err := f(p, who); err != nil {
		return fmt.Errorf("%s#%d: %w", repo, number, err)
	}
	return nil
}

// Edit is what [GitHub.EditPull] changes; nil leaves a field as it is.
type Edit struct {
	Title, Body, Base *string
}

// EditPull sends pull_request.edited with the old values in changes.
func (g *GitHub) EditPull(repo string, number int, by string, e Edit) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		changes := obj{}
		if e.Title != nil {
			changes["title"] = obj{"from": p.title}
			p.title = *e.Title
		}
		if e.Body != nil {
			changes["body"] = obj{"from": p.body}
			p.body = *e.Body
		}
		if e.Base != nil {
			sha, ok := p.repo.branches[*e.Base]
			if !ok {
				return fmt.Errorf("no branch %q", *e.Base)
			}
			changes["base"] = obj{"ref": obj{"from": p.base}, "sha": obj{"from": p.baseSHA}}
			p.base, p.baseSHA = *e.Base, sha
			g.happened(p, event{kind: "BaseRefChangedEvent", actor: who})
		}
		g.emitPull(p, "edited", who, obj{"changes": changes})
		return nil
	})
}

// ClosePull closes without merging.
func (g *GitHub) ClosePull(repo string, number int, by string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		g.closePull(p, who)
		return nil
	})
}

func (g *GitHub) closePull(p *pull, by *account) {
	p.closed, p.closedAt = true, g.now()
	g.happened(p, event{kind: "ClosedEvent", actor: by})
	g.emitPull(p, "closed", by, nil)
}

// ReopenPull reopens a pull request that was closed without merging.
func (g *GitHub) ReopenPull(repo string, number int, by string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		if !p.closed || p.mergedBy != nil {
			return fmt.Errorf("not closed, or merged")
		}
		p.closed = false
		g.happened(p, event{kind: "ReopenedEvent", actor: who})
		g.emitPull(p, "reopened", who, nil)
		return nil
	})
}

// MergePull merges with a merge commit: pull_request.closed and the push of the base branch.
// It asks nobody whether that is allowed.
func (g *GitHub) MergePull(repo string, number int, by string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		if p.closed {
			return fmt.Errorf("not open")
		}
		g.mergePull(p, who)
		return nil
	})
}

func (g *GitHub) mergePull(p *pull, by *account) {
	c := g.mergeCommit(p.repo, p.repo.branches[p.base], p.headSHA, by,
		fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.number, p.headRepo.owner.login, p.head, p.title))
	p.closed, p.closedAt, p.mergedBy, p.mergeSHA = true, g.now(), by, c.sha
	g.happened(p, event{kind: "MergedEvent", actor: by, after: c.sha})
	g.happened(p, event{kind: "ClosedEvent", actor: by})
	g.push(p.repo, p.base, by, c.sha, false)
	g.emitPull(p, "closed", by, nil)
}

func (g *GitHub) mergeCommit(r *repository, base, head string, by *account, message string) *commit {
	author, _ := g.person(by.login, g.now())
	return r.git.store(&commit{
		parents: []string{base, head}, message: message, author: author,
		committer: person{"GitHub", "noreply@github.com", g.now()}, verified: true,
		files: r.git.merge(base, head), pushedAt: g.now(),
	})
}

// SetDraft turns a pull request into a draft, or a draft into one that is ready for review.
func (g *GitHub) SetDraft(repo string, number int, by string, draft bool) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		if p.draft == draft {
			return nil
		}
		p.draft = draft
		action, kind := "ready_for_review", "ReadyForReviewEvent"
		if draft {
			action, kind = "converted_to_draft", "ConvertToDraftEvent"
		}
		g.happened(p, event{kind: kind, actor: who})
		g.emitPull(p, action, who, nil)
		return nil
	})
}

// SetLabel sets a label, which exists in the repository from then on.
func (g *GitHub) SetLabel(repo string, number int, by, name string) error {
	return g.pullAction(repo, number, by, func(p *pull, _ *account) error { return g.setLabel(p, by, name) })
}

func (g *GitHub) setLabel(p *pull, by, name string) error {
	who, err := g.account(by)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(p.labels, func(l *label) bool { return strings.EqualFold(l.name, name) }) {
		return nil
	}
	at := slices.IndexFunc(p.repo.labels, func(l *label) bool { return strings.EqualFold(l.name, name) })
	if at < 0 {
		at = len(p.repo.labels)
		p.repo.labels = append(p.repo.labels, &label{g.nextID(), name})
	}
	l := p.repo.labels[at]
	p.labels = append(p.labels, l)
	g.happened(p, event{kind: "LabeledEvent", actor: who, label: l})
	g.emitPull(p, "labeled", who, obj{"label": g.labelJSON(p.repo, l)})
	return nil
}

// RemoveLabel takes a label off.
func (g *GitHub) RemoveLabel(repo string, number int, by, name string) error {
	return g.pullAction(repo, number, by, func(p *pull, who *account) error {
		at := slices.IndexFunc(p.labels, func(l *label) bool { return strings.EqualFold(l.name, name) })
		if at < 0 {
			return fmt.Errorf("label %q is not set", name)
		}
		l := p.labels[at]
		p.labels = slices.Delete(p.labels, at, at+1)
		g.happened(p, event{kind: "UnlabeledEvent", actor: who, label: l})
		g.emitPull(p, "unlabeled", who, obj{"label": g.labelJSON(p.repo, l)})
		return nil
	})
}
