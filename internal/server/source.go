package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// source is the live GitHub for the checker. Who may write to a repository, and who is in a team, is kept
// in the store, where a webhook about access makes every process forget it.
type source struct {
	app     *github.App
	store   *store.Store
	metrics *telemetry.Metrics
	dates   datesKept
	asking  asking // who may write to a repository, by the key of that fact
}

func (s *source) Read(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	pushers, done, err := s.pushers(ctx, ref)
	if err != nil {
		return bylaw.Reading{}, fmt.Errorf("look up who may write: %w", err)
	}
	defer done()
	s.metrics.Cache("who may write", pushers.found)
	teams, err := s.teams(ctx, ref, want.Teams)
	if err != nil {
		return bylaw.Reading{}, err
	}
	want.Pushers, want.Teams = want.Pushers && !pushers.found, teams.unknown
	reading, err := whileWaiting(ctx, func() (bylaw.Reading, error) { return s.app.Client(ref.Installation).Read(ctx, ref, want) })
	if err != nil {
		return bylaw.Reading{}, err
	}
	if pushers.found {
		reading.Pushers = pushers.value
	}
	if want.Pushers {
		if err := keepFact(ctx, s.store, pushers, reading.Pushers); err != nil {
			return bylaw.Reading{}, fmt.Errorf("keep who may write: %w", err)
		}
	}
	if reading.Teams, err = s.keepTeams(ctx, teams, reading.Teams); err != nil {
		return bylaw.Reading{}, err
	}
	return reading, nil
}

// pushers looks up who may write to a repository. Where that is not known and somebody else is asking GitHub, their
// answer is waited for: after a webhook about access many begin at once, and one answer serves them all. If they get
// none, everybody asks. done ends the asking of whoever has to.
func (s *source) pushers(ctx context.Context, ref bylaw.Ref) (f fact[[]bylaw.Account], done func(), err error) {
	key := pushersKey(ref.Installation, ref.Repository())
	if f, err = kept[[]bylaw.Account](ctx, s.store, key); err != nil || f.found {
		return f, func() {}, err
	}
	others, done := s.asking.begin(key)
	if others == nil {
		return f, done, nil
	}
	if _, err := whileWaiting(ctx, func() (struct{}, error) {
		select {
		case <-others:
			return struct{}{}, nil
		case <-ctx.Done():
			return struct{}{}, ctx.Err()
		}
	}); err != nil {
		return f, nil, err
	}
	f, err = kept[[]bylaw.Account](ctx, s.store, key)
	return f, func() {}, err
}

// asking knows what is being asked for, by a key.
type asking struct {
	mu  sync.Mutex
	now map[string]chan struct{} // closed when it ends
}

// begin begins to ask, until end is called, or returns when the one who asks already will have ended.
func (a *asking) begin(key string) (others <-chan struct{}, end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if others, ok := a.now[key]; ok {
		return others, nil
	}
	if a.now == nil {
		a.now = map[string]chan struct{}{}
	}
	own := make(chan struct{})
	a.now[key] = own
	return nil, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.now, key)
		close(own)
	}
}

func (s *source) Teams(ctx context.Context, ref bylaw.Ref, names []string) ([]bylaw.Team, error) {
	teams, err := s.teams(ctx, ref, names)
	if err != nil || len(teams.unknown) == 0 {
		return teams.known, err
	}
	fetched, err := whileWaiting(ctx, func() ([]bylaw.Team, error) {
		return s.app.Client(ref.Installation).Teams(ctx, ref.Owner, teams.unknown)
	})
	if err != nil {
		return nil, err
	}
	return s.keepTeams(ctx, teams, fetched)
}

// keptTeams are the wanted teams: those that are in the store, and the names of the others.
type keptTeams struct {
	known   []bylaw.Team
	unknown []string
	facts   map[string]fact[bylaw.Team] // of the unknown, by name
}

func (s *source) teams(ctx context.Context, ref bylaw.Ref, names []string) (keptTeams, error) {
	teams := keptTeams{facts: map[string]fact[bylaw.Team]{}}
	for _, name := range names {
		f, err := kept[bylaw.Team](ctx, s.store, teamKey(ref.Installation, ref.Owner, name))
		if err != nil {
			return teams, fmt.Errorf("look up who is in team %s: %w", name, err)
		}
		s.metrics.Cache("teams", f.found)
		if f.found {
			teams.known = append(teams.known, f.value)
		} else {
			teams.unknown, teams.facts[name] = append(teams.unknown, name), f
		}
	}
	return teams, nil
}

// keepTeams keeps what was fetched, and returns it with what was known. That a team cannot be seen is not
// kept: no webhook is sure to say when it can be.
func (s *source) keepTeams(ctx context.Context, teams keptTeams, fetched []bylaw.Team) ([]bylaw.Team, error) {
	for _, t := range fetched {
		if err := keepFact(ctx, s.store, teams.facts[t.Name], t); err != nil {
			return nil, fmt.Errorf("keep who is in team %s: %w", t.Name, err)
		}
	}
	return append(teams.known, fetched...), nil
}

// fact is a fact of GitHub as the store has it.
type fact[T any] struct {
	key        string
	generation int64
	value      T
	found      bool
}

func kept[T any](ctx context.Context, st *store.Store, key string) (fact[T], error) {
	data, found, generation, err := st.Fact(ctx, key)
	f := fact[T]{key: key, generation: generation}
	if found {
		f.found = json.Unmarshal(data, &f.value) == nil // of another version: read anew
	}
	return f, err
}

// keepFact keeps what was fetched, unless the fact was forgotten since it was looked up.
func keepFact[T any](ctx context.Context, st *store.Store, f fact[T], value T) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write down: %w", err)
	}
	return st.SaveFact(ctx, f.key, f.generation, data)
}

func (s *source) Files(ctx context.Context, ref bylaw.Ref, snapshot *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	return whileWaiting(ctx, func() ([]bylaw.Blob, error) {
		return s.app.Client(ref.Installation).Files(ctx, snapshot, revision, paths)
	})
}

// pushersKey names the cached list of who may write to a repository; without a repository, the
// beginning of all names of an installation.
func pushersKey(installation int64, repository string) string {
	return fmt.Sprintf("pushers %d %s", installation, strings.ToLower(repository))
}

// teamKey names the cached list of who is in a team.
func teamKey(installation int64, organization, team string) string {
	return teamKeys(installation) + strings.ToLower(organization+"/"+team)
}

// teamKeys is the beginning of the names of all lists of teams of an installation.
func teamKeys(installation int64) string { return fmt.Sprintf("team %d ", installation) }

// grantKey names a note without a value: its generation tells every process what it has heard of what the App may
// do in an installation.
func grantKey(installation int64) string { return fmt.Sprintf("grant %d ", installation) }

// previewKey names the note that a commit of a repository without configuration brings one.
func previewKey(installation int64, repository, sha string) string {
	return fmt.Sprintf("preview %d %s %s", installation, strings.ToLower(repository), sha)
}
