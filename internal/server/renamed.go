package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// Everything is kept by the name of its repository, and names change: GitHub answers for the old one as well, until
// another repository takes it. What GitHub answers is therefore compared with what was asked for, by the number that a
// repository keeps, before anything is concluded from it. The webhook of a renaming only makes that happen at once.

// renamed says that what a claim was to do must be done anew, by the name that the repository has now.
type renamed struct{ name string }

func (r *renamed) Error() string { return "it is called " + r.name }

// identified returns what is known of the repository that a claim has reached, after GitHub has said which that is: the
// one that is known by that name, or one that nobody knows yet. Otherwise, what is kept of it is moved, and the error is a
// *renamed.
func (w *worker) identified(ctx context.Context, c store.Claim, is bylaw.Identity) (known store.Repository, found bool, err error) {
	if known, found, err = w.Store.Repository(ctx, c.Repository); err != nil {
		return known, found, fmt.Errorf("look up repository: %w", err)
	}
	if is.ID == 0 || found && known.ID == is.ID && known.Installation == c.Installation && is.Name == c.Repository {
		return known, found, nil
	}
	moved, err := w.identify(ctx, c, is)
	if err == nil && (moved || is.Name != c.Repository) {
		err = &renamed{is.Name}
	}
	known.ID, known.Installation = is.ID, c.Installation
	return known, found, err
}

// identify notes which repository has a name, and moves what is kept of it under another one.
func (w *worker) identify(ctx context.Context, c store.Claim, is bylaw.Identity) (moved bool, err error) {
	moves, err := w.Store.Identify(ctx, store.Identity{ID: is.ID, Name: is.Name, Installation: c.Installation}, w.moving(c))
	for _, m := range moves {
		w.Log.Warn("repository renamed", "from", m.From, "to", m.To, "aside", m.Aside)
	}
	return len(moves) > 0, err
}

// moving is what follows from a move for jobs, cached facts and the audit log. Everything open is looked at again where
// the repository was found: its check runs lead to pages of the old name.
func (w *worker) moving(c store.Claim) store.Moving {
	return store.Moving{
		Leave: c.Key, Key: renamedKey,
		Entry: func(m store.Move) (store.AuditEntry, error) {
			return entry(store.AuditEntry{Kind: audit.KindRenamed}, audit.Renamed{From: m.From, To: m.To, Aside: m.Aside})
		},
		Forget: func(m store.Move) (keys []string) {
			for _, name := range []string{m.From, m.To} {
				for _, installation := range []int64{c.Installation, m.Installation} {
					keys = append(keys, pushersKey(installation, name), datesKey(installation, name, "", ""))
				}
				keys = append(keys, welcomeKey(name))
			}
			return keys
		},
		Raise: func(m store.Move) []store.Job {
			if m.Aside || c.Kind == kindRepository && m.To == c.Repository { // which is about to
				return nil
			}
			return []store.Job{repositoryJob(c.Installation, m.To)}
		},
	}
}

// renamedKey is the key of a job with the name of its repository replaced.
func renamedKey(key, from, to string) string {
	kind, rest, _ := strings.Cut(key, " ")
	after, found := strings.CutPrefix(rest, strings.ToLower(from))
	if !found || after != "" && after[0] != '#' && after[0] != ' ' {
		return key
	}
	return kind + " " + strings.ToLower(to) + after
}

// names has what a sweep has reached kept by the names that it has now, and reads what is known by them.
func (s *sweeping) names(ctx context.Context, reached []github.Reached) error {
	if err := s.readKnown(ctx); err != nil {
		return err
	}
	renamed := false
	for _, r := range reached {
		known, found := s.known[r.FullName()]
		if r.ID == 0 || found && known.ID == r.ID {
			continue
		}
		if _, err := s.identify(ctx, s.claim, bylaw.Identity{ID: r.ID, Name: r.FullName()}); err != nil {
			return err
		}
		renamed = true
	}
	if !renamed {
		return nil
	}
	return s.readKnown(ctx)
}

func (s *sweeping) readKnown(ctx context.Context) error {
	all, err := s.Store.Repositories(ctx, s.claim.Installation)
	if err != nil {
		return err
	}
	s.known = map[string]store.Repository{}
	for _, r := range all {
		s.known[r.Name] = r
	}
	return nil
}

// place says under which name a repository is kept of which a webhook tells. Mostly it is the one in the webhook. If not,
// it was renamed, or this webhook is late: what it tells is kept where everything else is, and GitHub is asked. Where
// another repository is known by that name, nothing of this one is kept until GitHub has said which it is.
func (i *intake) place(ctx context.Context) (known store.Repository, found bool, err error) {
	i.kept = i.repository
	if known, found, err = i.server.Store.Repository(ctx, i.repository); err != nil {
		return known, found, fmt.Errorf("look up repository: %w", err)
	}
	id := i.event.RepositoryID
	if id == 0 || found && known.ID == id {
		return known, found, nil
	}
	name, elsewhere, err := i.server.Store.Called(ctx, id)
	if err != nil {
		return known, found, err
	}
	switch {
	case elsewhere:
		i.kept = name
		if known, found, err = i.server.Store.Repository(ctx, name); err != nil {
			return known, found, fmt.Errorf("look up repository: %w", err)
		}
	case found && known.ID != 0:
		i.kept, known, found = "", store.Repository{}, false
	default:
		return known, found, nil
	}
	i.doubtful = true
	i.raise(nameJob(i.event.Installation, i.repository))
	return known, found, nil
}

// nameJob looks at a repository whose name may have changed, at once.
func nameJob(installation int64, repository string) store.Job {
	j := repositoryJob(installation, repository)
	j.Priority = priorityFresh
	return j
}

// without drops what is to be kept of a repository that is not known: see place.
func without(in store.Intake) store.Intake {
	in.Heads, in.Commands, in.Groups, in.ForgetChecks = nil, nil, nil, nil
	return in
}

// renaming are the webhooks of an account whose repositories are called otherwise by now.
func renaming(name, action string) bool {
	return action == "renamed" && slices.Contains([]string{"organization", "installation_target"}, name)
}
