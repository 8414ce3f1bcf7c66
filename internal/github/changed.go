package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// maxFiles is how many changed files GitHub lists; it cuts the list there without a word:
// https://docs.github.com/rest/pulls/pulls#list-pull-requests-files
const maxFiles = 3000

// listing is a list of changed files as just read; which head it is of is not told by GitHub.
type listing []bylaw.File

// changedFiles returns the changed files of the head that was read. A remembered or just fetched list
// is taken if its counts are those of the pull request; otherwise it is fetched once more. The list is
// the caller's to change.
func (c *Client) changedFiles(ctx context.Context, ref bylaw.Ref, pull *pullAnswer, fetched *listing) ([]bylaw.File, error) {
	key := c.pullKey(ref)
	if known, ok := c.caches.list(key); ok && known.head == pull.HeadRefOID && matches(known.files, pull) {
		return slices.Clone(known.files), nil
	}
	if fetched == nil || !matches(*fetched, pull) {
		var err error
		if fetched, err = c.listFiles(ctx, ref); err != nil {
			return nil, err
		}
	}
	if matches(*fetched, pull) {
		c.caches.keepList(key, fileList{head: pull.HeadRefOID, files: slices.Clone(*fetched)})
	}
	return *fetched, nil
}

func (c *Client) pullKey(ref bylaw.Ref) pullKey {
	return pullKey{c.installation, strings.ToLower(ref.Owner), strings.ToLower(ref.Repo), ref.Number}
}

func (c *Client) listFiles(ctx context.Context, ref bylaw.Ref) (*listing, error) {
	type item struct {
		Filename         string `json:"filename"`
		PreviousFilename string `json:"previous_filename"`
		Status           string `json:"status"`
		Additions        int    `json:"additions"`
		Deletions        int    `json:"deletions"`
	}
	at := restPath("repos", ref.Owner, ref.Repo, "pulls", fmt.Sprint(ref.Number), "files")
	all, err := pages[[]item](ctx, c, "list files of "+ref.String(), at, nil)
	if err != nil {
		return nil, err
	}
	list := listing{}
	for _, page := range all {
		for _, f := range page {
			list = append(list, bylaw.File{
				Path: f.Filename, PreviousPath: f.PreviousFilename, Status: f.Status, Added: f.Additions, Removed: f.Deletions,
				Before: bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}},
				After:  bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}},
			})
		}
	}
	return &list, nil
}

func matches(files []bylaw.File, pull *pullAnswer) bool {
	added, removed := lines(files)
	return len(files) == pull.ChangedFiles && added == pull.Additions && removed == pull.Deletions
}

func lines(files []bylaw.File) (added, removed int) {
	for _, f := range files {
		added += f.Added
		removed += f.Removed
	}
	return added, removed
}

// missingFiles says whether the list is whole.
func missingFiles(files []bylaw.File, pull *pullAnswer) []bylaw.Incomplete {
	added, removed := lines(files)
	switch {
	case pull.ChangedFiles > maxFiles:
		return []bylaw.Incomplete{{Fact: "files", Msg: fmt.Sprintf("The pull request changes %d files, and GitHub lists at most %d.", pull.ChangedFiles, maxFiles)}}
	case len(files) != pull.ChangedFiles:
		return []bylaw.Incomplete{{Fact: "files", Msg: fmt.Sprintf("GitHub listed %d files, and the pull request changes %d.", len(files), pull.ChangedFiles)}}
	case added != pull.Additions || removed != pull.Deletions:
		return []bylaw.Incomplete{{Fact: "files", Msg: fmt.Sprintf("The listed files have %d added and %d removed lines, and the pull request has %d and %d.",
			added, removed, pull.Additions, pull.Deletions)}}
	}
	return nil
}
