package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Elsewhere reads files of a repository that is neither the governed one nor its organization's: one
// request that tells which contents they have, and one more for contents that are not known yet.
//
// A repository that is private and not shared, that the token does not reach, or that does not exist is
// not Visible. Which of these it is nobody is told, and no file of it is read.
func (c *Client) Elsewhere(ctx context.Context, want bylaw.Elsewhere) (bylaw.Tree, error) {
	op := "read files of " + want.Repository
	owner, name, _ := bylaw.SplitRepository(want.Repository)
	hidden := bylaw.Tree{Repository: want.Repository, Files: []bylaw.Blob{}}
	commit := cmp.Or(want.Commit, "HEAD")
	q := newFields(elsewhereQuery)
	var paths, aliases []string
	for _, p := range want.Paths {
		if clean(p) {
			paths, aliases = append(paths, p), append(aliases, q.entry("files", commit+":"+p))
		}
	}
	q.variables["owner"], q.variables["name"], q.variables["commit"] = owner, name, commit
	type found struct {
		Repository *struct {
			IsPrivate bool `json:"isPrivate"` // internal ones are, too
		} `json:"repository"`
		Files entries `json:"files"`
	}
	answer, err := ask[found](ctx, c, op, q.query(), q.variables)
	if refused, ok := errors.AsType[*Error](err); ok && (refused.Kind == NotFound || refused.Kind == Forbidden) {
		return hidden, nil
	}
	if err != nil {
		return hidden, err
	}
	if answer.Repository == nil || answer.Repository.IsPrivate && !want.Shared {
		return hidden, nil
	}
	tree := bylaw.Tree{Repository: want.Repository, Visible: true, Files: []bylaw.Blob{}}
	tip, err := answer.Files.named("tip")
	switch {
	case err != nil:
		return hidden, &Error{Op: op, Kind: Unavailable, Err: err}
	case tip != nil:
		tree.Commit = tip.OID
	case want.Commit != "":
		return hidden, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("commit %q of the default branch is gone", commit)}
	default:
		return tree, nil // empty
	}
	sizes := sizes{}
	for i, p := range paths {
		e, err := answer.Files.named(aliases[i])
		if err != nil {
			return hidden, &Error{Op: op, Kind: Unavailable, Err: err}
		}
		tree.Files = append(tree.Files, e.files(p, sizes)...)
	}
	return tree, c.contents(ctx, owner, name, tree.Files, nil, sizes)
}
