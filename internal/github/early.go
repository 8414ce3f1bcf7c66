package github

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

const (
	maxRepositories = 10_000 // whose base branches are remembered
	maxBases        = 8      // of one repository
)

// repositoryKey holds the installation for the same reason as blobKey. owner and repo are in lower case.
type repositoryKey struct {
	installation int64
	owner, repo  string
}

// tips are the last known tips of a repository's base branches, by name. They are the caller's to keep.
func (c *caches) tips(k repositoryKey) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	tips, _ := c.bases.get(k)
	return maps.Clone(tips)
}

func (c *caches) keepTip(k repositoryKey, base, tip string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tips, _ := c.bases.get(k)
	if tips == nil || len(tips) >= maxBases {
		tips = map[string]string{}
	}
	tips[base] = tip
	c.bases.put(k, tips, 1)
}

// earlyList is a list of changed files that was read at the same time as the pull request.
type earlyList struct {
	head      string            // of which it is
	tips      map[string]string // of the base branches, before it was read
	retargets int               // before it was read, as far as that is known
	files     []bylaw.File
	sure      bool
	err       error
}

// listEarly reads the list of a head that a webhook has told of and of which no list is remembered, without
// waiting for the pull request. It returns nil if there is no such head.
func (c *Client) listEarly(ctx context.Context, ref bylaw.Ref, arrivals []bylaw.Arrival) *earlyList {
	if len(arrivals) == 0 {
		return nil
	}
	early := &earlyList{head: arrivals[len(arrivals)-1].SHA, tips: c.caches.tips(c.repositoryKey(ref))}
	if known, ok := c.caches.list(c.pullKey(ref)); ok {
		if known.of.head == early.head {
			return nil
		}
		early.retargets = known.of.retargets
	}
	early.files, early.sure, early.err = c.listFiles(ctx, ref, early.head)
	return early
}

// fits reports whether a list that was read at the same time as the pull request is of its comparison: it names
// the head, and the base branch was not changed for another one since before.
func (e *earlyList) fits(of comparison, pull *pullAnswer) bool {
	return e.err == nil && e.sure && e.head == of.head && e.retargets == of.retargets && matches(e.files, pull)
}

// proven reports whether the base branch surely had the same tip when the list was read. Otherwise the list is not
// remembered: it could be older than the tip, by the moment between the two readings.
func (e *earlyList) proven(of comparison) bool { return e.tips[of.baseName] == of.baseTip }

// failed is an error for which asking once more would not help.
func (e *earlyList) failed() error {
	if moved, ok := errors.AsType[*Error](e.err); ok && moved.Kind == Moved {
		return nil
	}
	return e.err
}

// configured fills in the configuration among files if its text came along, which is asked for the first time
// that a repository is read: its files cannot be asked for before it is known.
func (c *Client) configured(files []bylaw.Blob, config *entry) {
	for i, f := range files {
		if f.Path == bylaw.ConfigPath && config.intact(f.OID) {
			files[i].Data = []byte(*config.Text)
			c.caches.keepBlob(blobKey{c.installation, f.OID}, files[i].Data)
		}
	}
}

func (c *Client) repositoryKey(ref bylaw.Ref) repositoryKey {
	return repositoryKey{c.installation, strings.ToLower(ref.Owner), strings.ToLower(ref.Repo)}
}
