package fakegithub

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Modes of git tree entries.
const (
	modeFile    = "100644"
	modeSymlink = "120000"
	modeTree    = "040000"
)

// entry is one file of a snapshot.
type entry struct {
	mode string
	sha  string
}

// snapshot is the whole content of a commit: path to entry.
type snapshot map[string]entry

type treeEntry struct {
	name, mode, kind, sha string
	size                  int
}

type person struct {
	name, email string
	date        time.Time
}

type commit struct {
	sha, tree         string
	parents           []string
	message           string
	author, committer person
	files             snapshot
	verified          bool
	pushedAt          time.Time
}

func (c *commit) headline() string {
	line, _, _ := strings.Cut(c.message, "\n")
	return line
}

// objects is a git object database. Forks share the one of their parent, as on GitHub.
type objects struct {
	blobs   map[string]string
	trees   map[string][]treeEntry
	commits map[string]*commit
	diffs   map[string][]change // by the shas of two commits: every page of a list asks for the same
}

func newObjects() *objects {
	return &objects{blobs: map[string]string{}, trees: map[string][]treeEntry{}, commits: map[string]*commit{}, diffs: map[string][]change{}}
}

func hashObject(kind, data string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", kind, len(data), data))
	return hex.EncodeToString(sum[:])
}

func (o *objects) blob(content string) string {
	sha := hashObject("blob", content)
	o.blobs[sha] = content
	return sha
}

// tree stores the tree of the files whose paths are given relative to it and returns its sha.
func (o *objects) tree(files snapshot) string {
	var entries []treeEntry
	folders := map[string]snapshot{}
	for path, e := range files {
		folder, rest, nested := strings.Cut(path, "/")
		if !nested {
			entries = append(entries, treeEntry{name: path, mode: e.mode, kind: "blob", sha: e.sha, size: len(o.blobs[e.sha])})
			continue
		}
		if folders[folder] == nil {
			folders[folder] = snapshot{}
		}
		folders[folder][rest] = e
	}
	for name, sub := range folders {
		entries = append(entries, treeEntry{name: name, mode: modeTree, kind: "tree", sha: o.tree(sub)})
	}
	// Git sorts a folder as if its name ended in a slash.
	key := func(e treeEntry) string {
		if e.kind == "tree" {
			return e.name + "/"
		}
		return e.name
	}
	slices.SortFunc(entries, func(a, b treeEntry) int { return strings.Compare(key(a), key(b)) })
	var data strings.Builder
	for _, e := range entries {
		raw, _ := hex.DecodeString(e.sha)
		fmt.Fprintf(&data, "%s %s\x00%s", strings.TrimPrefix(e.mode, "0"), e.name, raw)
	}
	sha := hashObject("tree", data.String())
	o.trees[sha] = entries
	return sha
}

// store computes the hashes of a commit whose other fields are filled and keeps it.
func (o *objects) store(c *commit) *commit {
	c.tree = o.tree(c.files)
	var data strings.Builder
	fmt.Fprintf(&data, "tree %s\n", c.tree)
	for _, p := range c.parents {
		fmt.Fprintf(&data, "parent %s\n", p)
	}
	fmt.Fprintf(&data, "author %s <%s> %d +0000\n", c.author.name, c.author.email, c.author.date.Unix())
	fmt.Fprintf(&data, "committer %s <%s> %d +0000\n\n%s", c.committer.name, c.committer.email, c.committer.date.Unix(), c.message)
	c.sha = hashObject("commit", data.String())
	if known := o.commits[c.sha]; known != nil {
		return known
	}
	o.commits[c.sha] = c
	return c
}

// apply returns the snapshot that a change makes of the one before.
func (o *objects) apply(before snapshot, change Commit) (snapshot, error) {
	after := maps.Clone(before)
	if after == nil {
		after = snapshot{}
	}
	for from, to := range change.Renamed {
		e, ok := after[from]
		if !ok {
			return nil, fmt.Errorf("rename %s: no such file", from)
		}
		delete(after, from)
		after[to] = e
	}
	for _, path := range change.Removed {
		if _, ok := after[path]; !ok {
			return nil, fmt.Errorf("remove %s: no such file", path)
		}
		delete(after, path)
	}
	for path, content := range change.Files {
		after[path] = entry{modeFile, o.blob(content)}
	}
	for path, target := range change.Symlinks {
		after[path] = entry{modeSymlink, o.blob(target)}
	}
	return after, nil
}

// ancestors returns the commit and everything before it.
func (o *objects) ancestors(sha string) map[string]bool {
	seen := map[string]bool{}
	stack := []string{sha}
	for len(stack) > 0 {
		sha, stack = stack[len(stack)-1], stack[:len(stack)-1]
		c := o.commits[sha]
		if c == nil || seen[sha] {
			continue
		}
		seen[sha] = true
		stack = append(stack, c.parents...)
	}
	return seen
}

// mergeBase returns the nearest common ancestor, nil if there is none.
func (o *objects) mergeBase(a, b string) *commit {
	old := o.ancestors(a)
	queue := []string{b}
	for len(queue) > 0 {
		sha := queue[0]
		queue = queue[1:]
		if old[sha] {
			return o.commits[sha]
		}
		if c := o.commits[sha]; c != nil {
			queue = append(queue, c.parents...)
		}
	}
	return nil
}

// between lists the commits of head that base lacks, parents first.
func (o *objects) between(base, head string) []*commit {
	skip := o.ancestors(base)
	var list []*commit
	var visit func(sha string)
	visit = func(sha string) {
		c := o.commits[sha]
		if c == nil || skip[sha] {
			return
		}
		skip[sha] = true
		for _, p := range c.parents {
			visit(p)
		}
		list = append(list, c)
	}
	visit(head)
	return list
}

// merge applies what head changed since it left base's history to base's files.
func (o *objects) merge(base, head string) snapshot {
	files := maps.Clone(o.commits[base].files)
	var fork snapshot
	if c := o.mergeBase(base, head); c != nil {
		fork = c.files
	}
	after := o.commits[head].files
	for path := range fork {
		if _, kept := after[path]; !kept {
			delete(files, path)
		}
	}
	for path, e := range after {
		if fork[path] != e {
			files[path] = e
		}
	}
	return files
}
