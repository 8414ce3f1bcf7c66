package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// How much of the changed files policies can have the content of. More is a fact that cannot be read
// whole.
const (
	maxContents     = 500
	maxContentBytes = 8 << 20
)

// keptBytes bounds the files of heads that are remembered; when they are more, all are read anew.
const keptBytes = 64 << 20

// headFiles are files of one head that were read already.
type headFiles struct {
	sha   string
	blobs map[string]*bylaw.Blob // by path; nil when the file does not exist
}

// readContents reads the changed files that policies ask for with custom.files, before and after.
func (c *Checker) readContents(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law) error {
	var patterns []string
	for _, p := range l.config.Policies {
		patterns = append(patterns, l.metadata[p.ID].Patterns(p.Params)...)
	}
	for _, p := range l.config.Conftest {
		patterns = append(patterns, p.Paths...)
	}
	for i := range s.Files {
		s.Files[i].Before, s.Files[i].After = noContent(), noContent()
	}
	if len(patterns) == 0 {
		return nil
	}
	var after, before []string
	var asked []int
	for i, f := range s.Files {
		if !touches(f, func(path string) bool { return matchesAny(patterns, path) }) {
			continue
		}
		asked = append(asked, i)
		if f.Status != "removed" {
			after = append(after, f.Path)
		}
		if f.Status != "added" {
			before = append(before, oldPath(f))
		}
	}
	if len(asked) > maxContents {
		s.Incomplete = append(s.Incomplete, bylaw.Incomplete{Fact: "files", Msg: fmt.Sprintf("policies ask for the content of %d files, more than %d", len(asked), maxContents)})
		return nil
	}
	head, headFaults, err := c.bearableAt(ctx, ref, s, bylaw.RevisionHead, after)
	if err != nil {
		return unread(s, err)
	}
	base, baseFaults, err := c.bearableAt(ctx, ref, s, bylaw.RevisionBase, before)
	if err != nil {
		return unread(s, err)
	}
	total := 0
	for _, b := range slices.Concat(head, base) {
		if isText(b.Data) {
			total += len(b.Data)
		}
	}
	if total > maxContentBytes {
		s.Incomplete = append(s.Incomplete, bylaw.Incomplete{Fact: "files", Msg: fmt.Sprintf("policies ask for the content of files of %d bytes together, more than %d", total, maxContentBytes)})
		return nil
	}
	for _, i := range asked {
		f := &s.Files[i]
		f.Before, f.After = contentOf(base, oldPath(*f)), contentOf(head, f.Path)
		if fault, ok := baseFaults[oldPath(*f)]; ok {
			f.Before.Exists, f.Before.Problems = true, append(f.Before.Problems, fault)
		}
		fault, ok := headFaults[f.Path]
		switch {
		case ok:
			f.After.Exists, f.After.Problems = true, append(f.After.Problems, fault)
		case f.Status != "removed" && !f.After.Exists: // it must be something, and it is not a file
			f.After.Problems = append(f.After.Problems, bylaw.Problem{
				File: f.Path, Msg: "what stands at this path is not a file: it is a folder, or a link to another repository", Fix: "put the file itself here",
			})
		}
	}
	return nil
}

// mostUnbearable bounds how often a revision is read anew without a file that is far too large.
const mostUnbearable = 3

// bearableAt is filesAt without files that are too large to be read at all, and what is wrong with
// these, by path.
func (c *Checker) bearableAt(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, map[string]bylaw.Problem, error) {
	faults := map[string]bylaw.Problem{}
	for {
		blobs, err := c.filesAt(ctx, ref, s, revision, paths)
		fault, ok := errors.AsType[*bylaw.Problem](err)
		if !ok || len(faults) == mostUnbearable || !slices.Contains(paths, fault.File) {
			return blobs, faults, err
		}
		faults[fault.File] = *fault
		paths = slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return path == fault.File })
	}
}

// unread notes that files are too many or too large to be read. Other errors it returns.
func unread(s *bylaw.Snapshot, err error) error {
	fault, ok := errors.AsType[*bylaw.Problem](err)
	if !ok {
		return err
	}
	s.Incomplete = append(s.Incomplete, bylaw.Incomplete{Fact: "files", Msg: fault.Error()})
	return nil
}

// oldPath is the path of a changed file on the base branch.
func oldPath(f bylaw.File) string {
	if f.PreviousPath != "" {
		return f.PreviousPath
	}
	return f.Path
}

// matchesAny compares as the library's path_matches does: "**/" also stands for nothing.
func matchesAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return doublestar.MatchUnvalidated(pattern, path) })
}

func noContent() bylaw.Content {
	return bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}}
}

func contentOf(blobs []bylaw.Blob, path string) bylaw.Content {
	out := noContent()
	i := slices.IndexFunc(blobs, func(b bylaw.Blob) bool { return b.Path == path })
	if i < 0 {
		return out
	}
	out.Exists = true
	refuse := func(msg, fix string) bylaw.Content {
		out.Problems = append(out.Problems, bylaw.Problem{File: path, Msg: msg, Fix: fix})
		return out
	}
	switch blobs[i].Mode {
	case symbolicLink:
		return refuse("this is a symbolic link, which is not followed", "put the text itself here")
	case submodule:
		return refuse("this is a link to another repository", "put the file itself here")
	}
	format, ok := document.FormatOf(path)
	if isText(blobs[i].Data) {
		out.Text = string(blobs[i].Data)
	} else if !ok {
		return refuse("the file is not UTF-8 text", "save it as UTF-8, if it is meant to be read")
	}
	if !ok {
		return out
	}
	doc, err := document.Read(path, format, blobs[i].Data)
	if err != nil {
		p := bylaw.Problem{File: path, Msg: "the file cannot be read"}
		var e *document.Error
		if errors.As(err, &e) {
			p = bylaw.Problem{File: path, Line: e.Line, Column: e.Column, Msg: e.Msg, Fix: e.Hint}
		}
		out.Problems = append(out.Problems, p)
		return out
	}
	out.Data = doc.Value
	for _, l := range doc.Lines {
		out.Lines = append(out.Lines, bylaw.Line{Pointer: l.Pointer, Line: l.Line})
	}
	return out
}

// Modes of git. The content of a symbolic link is the path that it leads to; a submodule has none.
const (
	symbolicLink = "120000"
	submodule    = "160000"
)

func isText(data []byte) bool { return utf8.Valid(data) && !bytes.Contains(data, []byte{0}) }

// filesAt returns those of the named files that exist at a revision whose commit is known. What was
// read of a commit is remembered until the pull request has another one.
func (c *Checker) filesAt(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	sha := s.Head.SHA + " " + s.Base.SHA
	key := fmt.Sprintf("%d %s %s", ref.Installation, ref, revision)
	c.mu.Lock()
	if c.heads == nil || c.headBytes > keptBytes {
		c.heads, c.headBytes = map[string]*headFiles{}, 0
	}
	kept := c.heads[key]
	if kept == nil || kept.sha != sha {
		kept = &headFiles{sha: sha, blobs: map[string]*bylaw.Blob{}}
		c.heads[key] = kept
	}
	var unknown []string
	for _, p := range paths {
		if _, known := kept.blobs[p]; !known {
			unknown = append(unknown, p)
		}
	}
	c.mu.Unlock()
	if len(unknown) > 0 {
		blobs, err := c.GitHub.Files(ctx, ref, s, revision, unknown)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		for _, p := range unknown {
			kept.blobs[p] = nil
		}
		for _, b := range blobs {
			kept.blobs[b.Path] = &b
			c.headBytes += len(b.Data)
		}
		c.mu.Unlock()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []bylaw.Blob
	for _, p := range paths {
		if b := kept.blobs[p]; b != nil {
			out = append(out, *b)
		}
	}
	return out, nil
}
