package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// asItStood is the evidence of an affiliation that a roster does not tell any more.
const asItStood = "as the file stood when the pull request was opened"

// versionsIn are the versions of the rosters that a law was made of.
func (l *law) versionsIn(t trees) map[string]bylaw.Version {
	versions := map[string]bylaw.Version{}
	for _, file := range l.config.Rosters {
		home := l.home(file)
		tree := t.repository
		switch {
		case l.isElsewhere(file):
			tree = t.other(file.Repository)
		case home.Repository != "":
			tree = t.organization
		}
		if blob, ok := tree.File(file.Path); ok {
			versions[named(home, file.Path)] = bylaw.Version{
				Repository: tree.Repository, Shared: l.isElsewhere(file) && l.shared(t, file.Repository),
				Commit: tree.Commit, Path: file.Path, OID: blob.OID,
			}
		}
	}
	return versions
}

// datedRoster is a roster of the community with its history.
type datedRoster struct {
	name  string // as evidence gives it
	dates bylaw.Dated
	old   *roster.Roster // as it stood when the pull request was opened; nil when it says the same, or was not there
	fault *bylaw.Problem // why that cannot be read, nil when it can
}

// addDates notes when the lines came by which people are judged, and adds what the rosters said when the
// pull request was opened and say no more: an entry that was taken away meanwhile still holds for it. Rosters
// that others collected are left out.
func (c *Checker) addDates(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law) error {
	all := make([]datedRoster, len(l.config.Rosters))
	group, bounded := errgroup.WithContext(ctx)
	for i, file := range l.config.Rosters {
		d := &all[i]
		d.name = named(l.home(file), file.Path)
		version, stands := l.versions[d.name]
		collected := func(r roster.Roster) bool { return r.File == d.name && r.Collected() }
		if !stands || slices.ContainsFunc(l.book.Rosters, collected) {
			continue
		}
		version.Since = s.CreatedAt
		group.Go(func() (err error) {
			if d.dates, err = c.GitHub.Dates(bounded, ref, version); err != nil || !d.dates.ChangedAfter(s.CreatedAt) {
				return err
			}
			if last, stood := d.dates.LastBefore(s.CreatedAt); stood {
				d.old, err = c.rosterAt(bounded, ref, s, l, file, version, last.Commit)
			} else if !d.dates.Whole {
				d.fault = &bylaw.Problem{Msg: "the file was changed too often since"}
			}
			if errors.As(err, &d.fault) { // such as a file that was far too large
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, d := range all {
		if d.fault != nil {
			s.Incomplete = append(s.Incomplete, bylaw.Incomplete{Fact: "people", Msg: fmt.Sprintf("%s cannot be read as it stood when this was opened: %s", d.name, d.fault.Msg)})
		}
		for i := range s.People {
			then, organizations := d.then(s, s.People[i], l.book)
			d.remember(s, &s.People[i], then, organizations)
			d.date(&s.People[i], s.CreatedAt, then)
		}
	}
	slices.SortFunc(s.Organizations, func(a, b bylaw.Organization) int { return cmp.Compare(a.ID, b.ID) })
	s.Organizations = slices.CompactFunc(s.Organizations, func(a, b bylaw.Organization) bool { return a.ID == b.ID })
	return nil
}

// then is what the roster said of a person when the pull request was opened, with the organizations named.
func (d datedRoster) then(s *bylaw.Snapshot, p bylaw.Person, book roster.Book) ([]bylaw.Affiliation, []bylaw.Organization) {
	if d.old == nil {
		return nil, nil
	}
	book.Rosters = slices.Clone(book.Rosters)
	for i, r := range book.Rosters {
		if r.File == d.name {
			book.Rosters[i] = *d.old
		}
	}
	_, said, organizations := book.Person(p.Login, p.ID, s.TakenAt.Time)
	return slices.DeleteFunc(said, func(a bylaw.Affiliation) bool { return a.File != d.name }), organizations
}

// remember adds what the roster said of a person when the pull request was opened, and says no more.
func (d datedRoster) remember(s *bylaw.Snapshot, p *bylaw.Person, then []bylaw.Affiliation, organizations []bylaw.Organization) {
	for _, a := range then {
		stands := func(now bylaw.Affiliation) bool {
			return now.File == d.name && !now.Proposed && sameAffiliation(now, a)
		}
		if slices.ContainsFunc(p.Affiliations, stands) {
			continue
		}
		a.Former, a.Evidence = true, asItStood
		p.Affiliations = append(p.Affiliations, a)
		for _, o := range organizations {
			if o.ID == a.Organization {
				s.Organizations = append(s.Organizations, o)
			}
		}
	}
}

// date notes when the lines came that the roster has of a person. A line that merely says again what stood there
// when the pull request was opened, such as after the file was put in order, has stood there since.
func (d datedRoster) date(p *bylaw.Person, opened bylaw.Time, then []bylaw.Affiliation) {
	for i := range p.Affiliations {
		a := &p.Affiliations[i]
		if a.File != d.name || a.Proposed || a.Former {
			continue
		}
		a.RecordedAt = d.dates.Line(a.Line)
		if !a.RecordedAt.After(opened.Time) {
			continue
		}
		if slices.ContainsFunc(then, func(old bylaw.Affiliation) bool { return sameAffiliation(*a, old) }) {
			last, _ := d.dates.LastBefore(opened)
			a.RecordedAt = last.At
			continue
		}
		a.Evidence = fmt.Sprintf("recorded on %s, after the pull request was opened", a.RecordedAt.Format(time.DateOnly))
	}
}

// rosterAt reads a roster as it stood at an older commit, which never changes; nil when it was not there.
func (c *Checker) rosterAt(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law, file policy.RosterFile, v bylaw.Version, commit string) (*roster.Roster, error) {
	key := fmt.Sprintf("%d %s %s %s %q %q", ref.Installation, strings.ToLower(v.Repository), commit, file.Format, file.Project, file.Path)
	c.mu.Lock()
	known, ok := c.former[key]
	c.mu.Unlock()
	if ok {
		return &known, nil
	}
	blobs, err := c.filesThen(ctx, ref, s, l, file, v, commit)
	if err != nil || len(blobs) == 0 {
		return nil, err
	}
	old, _ := roster.ReadProject(file.Path, file.Format, file.Project, blobs[0].Data)
	old.File, old.Elsewhere = named(l.home(file), file.Path), l.isElsewhere(file)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.former == nil || c.oldBytes > keptBytes {
		c.former, c.oldBytes = map[string]roster.Roster{}, 0
	}
	c.former[key] = old
	c.oldBytes += len(blobs[0].Data)
	return &old, nil
}

func (c *Checker) filesThen(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law, file policy.RosterFile, v bylaw.Version, commit string) ([]bylaw.Blob, error) {
	switch {
	case l.isElsewhere(file):
		tree, err := c.GitHub.Elsewhere(ctx, ref, bylaw.Elsewhere{Repository: v.Repository, Shared: v.Shared, Commit: commit, Paths: []string{v.Path}})
		return tree.Files, err
	case l.home(file).Repository != "":
		return c.GitHub.Files(ctx, ref, s, bylaw.RevisionOrganization.At(commit), []string{v.Path})
	default:
		return c.GitHub.Files(ctx, ref, s, bylaw.RevisionLaw.At(commit), []string{v.Path})
	}
}
