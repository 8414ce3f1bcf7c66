package check

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// lookElsewhereEvery is how long rosters of other repositories are taken to be as they were last seen. No
// webhook tells of a push there, so a change of such a roster counts with the first event after up to so
// long a time, in each process; and so does the end of a permission to read it.
const lookElsewhereEvery = 10 * time.Minute

// seenElsewhere is what was last seen of another repository.
type seenElsewhere struct {
	at   time.Time
	tree bylaw.Tree
}

// lookElsewhere reads files of other repositories, each at most every 10 minutes. What is known belongs to
// one account's installation, and to one answer to whether the repository is shared.
func (c *Checker) lookElsewhere(ref bylaw.Ref) func(context.Context, bylaw.Elsewhere) (bylaw.Tree, error) {
	return func(ctx context.Context, want bylaw.Elsewhere) (bylaw.Tree, error) {
		key := strings.ToLower(fmt.Sprintf("%d %s %s %t ", ref.Installation, ref.Owner, want.Repository, want.Shared)) + strings.Join(want.Paths, "\x00")
		now := c.Now()
		c.mu.Lock()
		seen, known := c.others[key]
		c.mu.Unlock()
		if known && now.Sub(seen.at) < lookElsewhereEvery {
			return seen.tree, nil
		}
		tree, err := c.GitHub.Elsewhere(ctx, ref, want)
		if err != nil {
			return tree, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.others == nil || len(c.others) >= keptElsewhere {
			c.others = map[string]seenElsewhere{}
		}
		c.others[key] = seenElsewhere{now, tree}
		return tree, nil
	}
}

// keptElsewhere bounds what is remembered of other repositories, whose files may be 5 MiB each; what is
// forgotten costs one more read.
const keptElsewhere = 64

// home is the place whose repository holds a roster that is not elsewhere.
func (l *law) home(r policy.RosterFile) policy.Place {
	at := r.From
	if r.Repository != "" {
		at.Repository = r.Repository
	}
	if r.Repository != "" && strings.EqualFold(r.Repository, l.repository) {
		at.Repository = ""
	}
	return at
}

// isElsewhere reports whether a roster stands in a repository that is neither the governed one nor that of
// the configuration which names it.
func (l *law) isElsewhere(r policy.RosterFile) bool {
	return r.Repository != "" && !strings.EqualFold(r.Repository, l.repository) && !strings.EqualFold(r.Repository, r.From.Repository)
}

// shared reports whether the organization shares the rosters of a repository. A proposal is read under what
// the organization shares now: anybody can propose to share more.
func (l *law) shared(t trees, repository string) bool {
	if t.standing != nil {
		l = t.standing
	}
	return slices.ContainsFunc(l.config.SharedRosters, func(name policy.Setting[string]) bool { return strings.EqualFold(name.Value, repository) })
}

// secretUntilLaw reports whether a roster must not be read for a proposal: it stands in a repository that the
// organization shares, which may be private, and nothing that is law names it. Otherwise anybody could have any
// file of that repository read as a roster, and see in the preview who works for whom.
func (l *law) secretUntilLaw(t trees, r policy.RosterFile) bool {
	if t.standing == nil || !l.shared(t, r.Repository) {
		return false
	}
	return !slices.ContainsFunc(t.standing.config.Rosters, func(now policy.RosterFile) bool {
		return strings.EqualFold(now.Repository, r.Repository) && now.Path == r.Path && now.Project == r.Project && now.Format == r.Format
	})
}

// sharedNames are the repositories whose rosters the organization shares.
func sharedNames(l *law) string {
	var names []string
	for _, name := range l.config.SharedRosters {
		names = append(names, name.Value)
	}
	return strings.Join(names, ", ")
}

// readElsewhere reads the rosters that stand in other repositories.
func (l *law) readElsewhere(ctx context.Context, t *trees) error {
	var want []bylaw.Elsewhere
	for _, r := range l.config.Rosters {
		if !l.isElsewhere(r) {
			continue
		}
		if t.elsewhere == nil || l.secretUntilLaw(*t, r) {
			l.notLooked = append(l.notLooked, bylaw.Problem{
				Repository: r.From.Repository, File: r.From.File, Line: r.From.Line,
				Msg: fmt.Sprintf("%s of %s is not looked at here: it stands in another repository", r.Path, r.Repository),
			})
			continue
		}
		i := slices.IndexFunc(want, func(e bylaw.Elsewhere) bool { return strings.EqualFold(e.Repository, r.Repository) })
		if i < 0 {
			i = len(want)
			want = append(want, bylaw.Elsewhere{Repository: r.Repository, Shared: l.shared(*t, r.Repository)})
		}
		if !slices.Contains(want[i].Paths, r.Path) {
			want[i].Paths = append(want[i].Paths, r.Path)
		}
	}
	for _, e := range want {
		tree, err := t.elsewhere(ctx, e)
		if fault, ok := errors.AsType[*bylaw.Problem](err); ok { // such as a roster that is far too large
			l.problems = append(l.problems, bylaw.Problem{Repository: e.Repository, File: fault.File, Msg: fault.Msg, Fix: fault.Fix})
			tree = bylaw.Tree{Visible: true}
		} else if err != nil {
			return fmt.Errorf("read rosters of %s: %w", e.Repository, err)
		}
		tree.Repository = e.Repository
		t.others = append(t.others, tree)
	}
	return nil
}

// other is the tree of another repository.
func (t trees) other(repository string) bylaw.Tree {
	for _, tree := range t.others {
		if strings.EqualFold(tree.Repository, repository) {
			return tree
		}
	}
	return bylaw.Tree{}
}

// readRosterElsewhere reads a roster of another repository. Who reads the report may not be allowed to read
// that repository, so what is wrong there is told by file and line, in words that quote nothing.
func (l *law) readRosterElsewhere(t trees, file policy.RosterFile) {
	if t.elsewhere == nil || l.secretUntilLaw(t, file) {
		return
	}
	tree := t.other(file.Repository)
	refuse := func(msg, fix string) {
		l.rosterFaults = append(l.rosterFaults, bylaw.Problem{Repository: file.From.Repository, File: file.From.File, Line: file.From.Line, Msg: msg, Fix: fix})
	}
	if !tree.Visible {
		fix := fmt.Sprintf("correct the name; or list it under \"shared_rosters\" in %s of the organization's repository %s, and install Bylaw on it", bylaw.ConfigPath, bylaw.OrganizationRepository)
		if t.standing != nil && slices.ContainsFunc(l.config.SharedRosters, func(name policy.Setting[string]) bool { return strings.EqualFold(name.Value, file.Repository) }) {
			fix = "share it first, and name its rosters in a further change: what is shared must stand on the default branch"
		}
		refuse(fmt.Sprintf("the rosters of %s cannot be used here: it is not a public repository, nor one that the organization shares and Bylaw can read", file.Repository), fix)
		return
	}
	blob, ok := tree.File(file.Path)
	if !ok {
		if !slices.ContainsFunc(l.problems, func(p bylaw.Problem) bool { return p.Repository == file.Repository }) {
			refuse(fmt.Sprintf("there is no file %s in %s", file.Path, file.Repository), "correct the path, or add the file")
		}
		return
	}
	r, faults := roster.ReadProject(file.Path, file.Format, file.Project, blob.Data)
	r.File, r.Elsewhere = named(l.home(file), r.File), true
	l.book.Rosters = append(l.book.Rosters, r)
	if len(faults) == 0 {
		return
	}
	for _, f := range r.Findings {
		if f.Stops {
			l.rosterFaults = append(l.rosterFaults, unquoted(file, f))
		}
	}
}

// unquoted says of a finding in another repository what sort it is, without a word of the file.
func unquoted(file policy.RosterFile, f roster.Finding) bylaw.Problem {
	p := bylaw.Problem{Repository: file.Repository, File: file.Path, Line: f.Line, Column: f.Column}
	p.Msg = fmt.Sprintf("this roster cannot be relied on (%s)", f.Kind)
	p.Fix = fmt.Sprintf("`bylaw roster lint %s` says more, there", path.Base(file.Path))
	if f.Kind == "project" {
		p.Repository, p.File, p.Line, p.Column = file.From.Repository, file.From.File, file.From.Line, 0
		p.Msg, p.Fix = fmt.Sprintf("%s of %s names no project %q", file.Path, file.Repository, file.Project), "write it as the roster does"
	}
	return p
}
