package check

import (
	"context"
	"slices"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// still is a GitHub on which nothing happens.
type still struct{ bylaw.Reading }

func (s still) Read(context.Context, bylaw.Ref, bylaw.Want) (bylaw.Reading, error) {
	r := s.Reading
	r.Snapshot.Files = slices.Clone(r.Snapshot.Files)
	return r, nil
}

func (s still) Files(context.Context, bylaw.Ref, *bylaw.Snapshot, bylaw.Revision, []string) ([]bylaw.Blob, error) {
	return nil, nil
}
