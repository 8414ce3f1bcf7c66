package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// keptDates bounds how many files' dates are remembered in this process; the others are in the store.
const keptDates = 512

// datesKept are the dates of files as the store has them.
type datesKept struct {
	mu    sync.Mutex
	files map[string]keptDated
}

type keptDated struct {
	generation int64 // of the fact in the store
	dates      bylaw.Dated
}

// Dates are read from GitHub once for each content of a file: they are kept in the store, where a webhook
// about a push to the rules makes every process forget them, since a file can come back to what it said
// once. Of the push to another repository no webhook tells; there they are read once for each commit.
//
// Where GitHub refuses them they are not known, which is no error: what passes with time is one.
func (s *source) Dates(ctx context.Context, ref bylaw.Ref, v bylaw.Version) (bylaw.Dated, error) {
	key := datesKey(ref.Installation, v.Repository, v.OID, v.Path)
	elsewhere := isElsewhere(ref, v.Repository)
	if elsewhere {
		key = datesKey(ref.Installation, v.Repository, v.Commit, v.Path)
	}
	value, found, generation, err := s.store.Fact(ctx, key)
	if err != nil {
		return bylaw.Dated{}, fmt.Errorf("look up dates: %w", err)
	}
	if found {
		if dates, ok := s.dates.read(key, generation, value); ok && dates.Reaches(v.Since) {
			return dates, nil
		}
	}
	var dates bylaw.Dated
	read := func(client *github.Client) (err error) {
		dates, err = whileWaiting(ctx, func() (bylaw.Dated, error) { return client.Dates(ctx, v) })
		return err
	}
	if elsewhere {
		err = s.narrowed(ref, v.Repository, v.Shared, read)
	} else {
		err = read(s.app.Client(ref.Installation))
	}
	if err != nil {
		return bylaw.Dated{}, err
	}
	if value, err = json.Marshal(dates); err != nil {
		return bylaw.Dated{}, fmt.Errorf("write down dates: %w", err)
	}
	if err := s.store.SaveFact(ctx, key, generation, value); err != nil {
		return bylaw.Dated{}, fmt.Errorf("keep dates: %w", err)
	}
	s.dates.keep(key, generation, dates)
	return dates, nil
}

// read takes a fact of the store apart, once for each generation of it.
func (d *datesKept) read(key string, generation int64, value []byte) (dates bylaw.Dated, ok bool) {
	d.mu.Lock()
	known, ok := d.files[key]
	d.mu.Unlock()
	if ok && known.generation == generation {
		return known.dates, true
	}
	if json.Unmarshal(value, &dates) != nil { // of another version of Bylaw: read anew
		return dates, false
	}
	d.keep(key, generation, dates)
	return dates, true
}

func (d *datesKept) keep(key string, generation int64, dates bylaw.Dated) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files == nil || len(d.files) >= keptDates {
		d.files = map[string]keptDated{}
	}
	d.files[key] = keptDated{generation, dates}
}

// Elsewhere reads files of another repository with a token that reaches, of what is not public, only the
// governed repository and that one, if the organization shares it.
func (s *source) Elsewhere(ctx context.Context, ref bylaw.Ref, want bylaw.Elsewhere) (tree bylaw.Tree, err error) {
	err = s.narrowed(ref, want.Repository, want.Shared, func(client *github.Client) (err error) {
		tree, err = whileWaiting(ctx, func() (bylaw.Tree, error) { return client.Elsewhere(ctx, want) })
		return err
	})
	return tree, err
}

// narrowed has something read with a client for a repository that is neither the governed one nor its
// organization's.
func (s *source) narrowed(ref bylaw.Ref, repository string, shared bool, read func(*github.Client) error) error {
	if owner, name, _ := bylaw.SplitRepository(repository); shared && strings.EqualFold(owner, ref.Owner) {
		err := read(s.app.Narrowed(ref.Installation, ref.Repo, name))
		if refused, ok := errors.AsType[*github.Error](err); !ok || refused.Kind != github.Invalid {
			return err
		}
		// Bylaw is not installed there, so no token can be narrowed to it; the repository may be public.
	}
	return read(s.app.Narrowed(ref.Installation, ref.Repo))
}

func isElsewhere(ref bylaw.Ref, repository string) bool {
	return !strings.EqualFold(repository, ref.Repository()) && !strings.EqualFold(repository, ref.Owner+"/"+bylaw.OrganizationRepository)
}

// datesKey names the cached dates of a version of a file; without a version, the beginning of all names of
// a repository.
func datesKey(installation int64, repository, version, path string) string {
	key := fmt.Sprintf("dates %d %s ", installation, strings.ToLower(repository))
	if version == "" {
		return key
	}
	return key + version + " " + path
}
