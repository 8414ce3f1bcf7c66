package server

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// source is the live GitHub for the checker. Who may write to a repository is kept in the store, where
// a webhook about access makes every process forget it.
type source struct {
	app   *github.App
	store *store.Store
}

func (s *source) Read(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	key := pushersKey(ref.Installation, ref.Repository())
	value, found, generation, err := s.store.Fact(ctx, key)
	if err != nil {
		return bylaw.Reading{}, fmt.Errorf("look up who may write: %w", err)
	}
	var pushers []bylaw.Account
	if found {
		found = json.Unmarshal(value, &pushers) == nil // of another version: read anew
	}
	want.Pushers = want.Pushers && !found
	reading, err := s.app.Client(ref.Installation).Read(ctx, ref, want)
	if err != nil {
		return bylaw.Reading{}, err
	}
	if found {
		reading.Pushers = pushers
		return reading, nil
	}
	if value, err = json.Marshal(reading.Pushers); err != nil {
		return bylaw.Reading{}, fmt.Errorf("write down who may write: %w", err)
	}
	if err := s.store.SaveFact(ctx, key, generation, value); err != nil {
		return bylaw.Reading{}, fmt.Errorf("keep who may write: %w", err)
	}
	return reading, nil
}

func (s *source) Files(ctx context.Context, ref bylaw.Ref, snapshot *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	return s.app.Client(ref.Installation).Files(ctx, snapshot, revision, paths)
}

// pushersKey names the cached list of who may write to a repository; without a repository, the
// beginning of all names of an installation.
func pushersKey(installation int64, repository string) string {
	return fmt.Sprintf("pushers %d %s", installation, strings.ToLower(repository))
}

// previewKey names the note that a commit of a repository without configuration brings one.
func previewKey(installation int64, repository, sha string) string {
	return fmt.Sprintf("preview %d %s %s", installation, strings.ToLower(repository), sha)
}
