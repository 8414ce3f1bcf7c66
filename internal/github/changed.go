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

// comparison is everything that the list of changed files depends on. The list shows what the head has
// since it left the base branch: another head, another base branch and another tip of it (which may hold
// more of the head, or less) can all make another list, with the same counts.
type comparison struct {
	head, baseName, baseTip string

	// retargets is how often the base branch was changed for another one, so that a list does not pass
	// as this one's that was read while the base was another for a moment.
	retargets int
}

func (p *pullAnswer) comparison() comparison {
	c := comparison{head: p.HeadRefOID, baseName: p.BaseRefName, baseTip: p.baseTip()}
	for _, item := range p.TimelineItems.Nodes {
		if item.Typename == "BaseRefChangedEvent" {
			c.retargets++
		}
	}
	return c
}

// changedFiles returns the changed files of the comparison that was read. A remembered list is taken if
// it is of the same comparison and has the counts of the pull request, and then early, which may be nil, if it
// fits. Otherwise the list is read now, after the pull request: what changes between the two shows in the next
// comparison, so that a list is never remembered for something newer than itself. The list is the caller's to
// change.
func (c *Client) changedFiles(ctx context.Context, ref bylaw.Ref, pull *pullAnswer, early *earlyList) ([]bylaw.File, error) {
	key, of := c.pullKey(ref), pull.comparison()
	c.caches.keepTip(c.repositoryKey(ref), of.baseName, of.baseTip)
	if known, ok := c.caches.list(key); ok && known.of == of && matches(known.files, pull) {
		return slices.Clone(known.files), nil
	}
	if early != nil && early.fits(of, pull) {
		if early.proven(of) {
			c.caches.keepList(key, fileList{of: of, files: slices.Clone(early.files)})
		}
		return early.files, nil
	}
	if early != nil && early.failed() != nil {
		return nil, early.failed()
	}
	files, sure, err := c.listFiles(ctx, ref, of.head)
	if err != nil {
		return nil, err
	}
	if sure && matches(files, pull) {
		c.caches.keepList(key, fileList{of: of, files: slices.Clone(files)})
	}
	return files, nil
}

func (c *Client) pullKey(ref bylaw.Ref) pullKey {
	return pullKey{c.installation, strings.ToLower(ref.Owner), strings.ToLower(ref.Repo), ref.Number}
}

// listFiles reads the list, which names the commit that it is of in the addresses of its files. An
// [Error] of kind Moved says that it is not the head. sure says that every page names the head; GitHub
// does not document the address of a removed file, so that a page of nothing else proves nothing.
func (c *Client) listFiles(ctx context.Context, ref bylaw.Ref, head string) (list []bylaw.File, sure bool, err error) {
	type item struct {
		Filename         string `json:"filename"`
		PreviousFilename string `json:"previous_filename"`
		Status           string `json:"status"`
		Additions        int    `json:"additions"`
		Deletions        int    `json:"deletions"`
		ContentsURL      string `json:"contents_url"`
	}
	op := "list files of " + ref.String()
	at := restPath("repos", ref.Owner, ref.Repo, "pulls", fmt.Sprint(ref.Number), "files")
	all, err := pages[[]item](ctx, c, op, at, nil)
	if err != nil {
		return nil, false, err
	}
	list, sure = []bylaw.File{}, true
	for _, page := range all {
		named := false
		for _, f := range page {
			ofHead := strings.HasSuffix(f.ContentsURL, "?ref="+head)
			if !ofHead && f.Status != "removed" {
				return nil, false, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("the list is not of %s", head)}
			}
			named = named || ofHead
			list = append(list, bylaw.File{
				Path: f.Filename, PreviousPath: f.PreviousFilename, Status: f.Status, Added: f.Additions, Removed: f.Deletions,
				Before: bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}},
				After:  bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}},
			})
		}
		sure = sure && named
	}
	return list, sure, nil
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
