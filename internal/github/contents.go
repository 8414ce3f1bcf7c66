package github

import (
	"cmp"
	"context"
	"crypto/sha1" // git's own
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Limits of what is read in one go, which anybody who opens a pull request can make long.
const (
	maxFileBytes  = 5 << 20  // of one file
	maxTotalBytes = 32 << 20 // of all files
)

// Limits of one request, chosen so that the answer stays below maxAnswer however it is escaped.
const (
	blobsAtOnce  = 100     // contents
	bytesAtOnce  = 8 << 20 // of these contents
	pathsAtOnce  = 20      // paths that are read with their contents right away
	maxTextBytes = 512_000 // of a content as GraphQL gives it; GitHub cuts it there
)

// Files reads files of one commit of the pull request's world, in one request for up to 20 paths (one
// more for each 100 contents of folders, or of more paths, that are not known yet). A path that ends in
// "/" is a folder, read two levels deep. Files that do not exist are absent from the answer; their order
// is not promised. Links are not followed: the content of a link is its target. Modes are known inside a
// folder, and of the files of the head, which anybody may propose, as long as they stand in at most 20
// folders. A submodule of the head has no content.
//
// A revision that was made with At names a commit of the default branch that is looked for as such.
//
// s tells which pull request is meant, and the commits that are expected: RevisionBase is s.Base.SHA and
// no other commit, and an [Error] of kind Moved says that the head is another one by now, or that the
// base's commit is gone. A [bylaw.Problem] names a file of more than 5 MiB, or that with which all files
// together become longer than 32 MiB; then no further content is fetched.
func (c *Client) Files(ctx context.Context, s *bylaw.Snapshot, rev bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return !clean(p) })
	if len(paths) == 0 {
		return []bylaw.Blob{}, nil
	}
	branch, older := rev.Split()
	repo, commit := s.Repository.Name, cmp.Or(older, "HEAD")
	switch branch {
	case bylaw.RevisionLaw:
	case bylaw.RevisionOrganization:
		repo = bylaw.OrganizationRepository
	case bylaw.RevisionBase:
		commit = s.Base.SHA
	case bylaw.RevisionHead:
		commit = fmt.Sprintf("refs/pull/%d/head", s.Number)
	default:
		return nil, &Error{Op: "read files", Kind: Invalid, Err: fmt.Errorf("no such revision: %q", rev)}
	}
	op := fmt.Sprintf("read files of %s/%s at %s", s.Repository.Owner, repo, commit)

	q := newFields(filesQuery)
	aliases := make([]string, len(paths))
	for i, p := range paths {
		aliases[i] = q.file(commit+":"+strings.TrimSuffix(p, "/"), len(paths) <= pathsAtOnce)
	}
	around := map[string]string{} // aliases of the folders in which the files stand
	for _, p := range paths {
		folder := folderOf(p)
		if _, asked := around[folder]; rev == bylaw.RevisionHead && !asked && !strings.HasSuffix(p, "/") && len(around) < pathsAtOnce {
			around[folder] = q.modes(commit + ":" + folder)
		}
	}
	q.variables["owner"], q.variables["name"], q.variables["commit"] = s.Repository.Owner, repo, commit
	type found struct {
		Repository entries `json:"repository"`
	}
	answer, err := ask[found](ctx, c, op, q.query(), q.variables)
	if err != nil {
		return nil, err
	}
	if answer.Repository == nil {
		return nil, &Error{Op: op, Kind: NotFound, Err: errors.New("no such repository")}
	}
	tip, err := answer.Repository.named("tip")
	switch {
	case err != nil:
		return nil, &Error{Op: op, Kind: Unavailable, Err: err}
	case rev == bylaw.RevisionHead && (tip == nil || tip.OID != s.Head.SHA):
		return nil, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("the head is no longer %s", s.Head.SHA)}
	case older != "" && tip == nil:
		return nil, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("commit %q of the default branch is gone", commit)}
	case rev == bylaw.RevisionBase && tip == nil:
		return nil, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("commit %q of the base is gone", commit)}
	}

	list, sizes := []bylaw.Blob{}, sizes{}
	for i, p := range paths {
		e, err := answer.Repository.named(aliases[i])
		if err != nil {
			return nil, &Error{Op: op, Kind: Unavailable, Err: err}
		}
		files := e.files(p, sizes)
		if len(files) == 1 && e.intact(files[0].OID) {
			files[0].Data = []byte(*e.Text)
			c.caches.keepBlob(blobKey{c.installation, files[0].OID}, files[0].Data)
		}
		if alias, asked := around[folderOf(p)]; asked && !strings.HasSuffix(p, "/") {
			folder, err := answer.Repository.named(alias)
			if err != nil {
				return nil, &Error{Op: op, Kind: Unavailable, Err: err}
			}
			files = folder.withModes(p, files)
		}
		list = append(list, files...)
	}
	if branch == bylaw.RevisionOrganization {
		return list, c.contents(ctx, s.Repository.Owner, s.Repository.Name, nil, list, sizes)
	}
	return list, c.contents(ctx, s.Repository.Owner, s.Repository.Name, list, nil, sizes)
}

// folderOf is the folder of a file as git names it; the uppermost one is "".
func folderOf(file string) string {
	folder, _ := path.Split(file)
	return strings.TrimSuffix(folder, "/")
}

// sizes are the bytes of contents by their ids.
type sizes map[string]int

func (s sizes) note(oid string, size *int) {
	if size != nil {
		s[oid] = *size
	}
}

// fit is an error unless the files of a repository and of its organization may be read. Files with the
// same content count each, because whoever reads them has them all.
func (s sizes) fit(organization string, law, org []bylaw.Blob) error {
	total := 0
	for i, f := range slices.Concat(law, org) {
		if !hasContent(f) {
			continue
		}
		size, known := s[f.OID]
		if !known {
			return &Error{Op: "read contents", Kind: Unavailable, Err: fmt.Errorf("no size of %s", f.Path)}
		}
		problem := &bylaw.Problem{File: f.Path}
		if i >= len(law) {
			problem.Repository = organization
		}
		switch total += size; {
		case size > maxFileBytes:
			problem.Msg, problem.Fix = fmt.Sprintf("This file is larger than %d MiB.", maxFileBytes>>20), "Make it smaller."
			return problem
		case total > maxTotalBytes:
			problem.Msg = fmt.Sprintf("With this file, the files to be read together are larger than %d MiB.", maxTotalBytes>>20)
			problem.Fix = "Make them smaller or fewer."
			return problem
		}
	}
	return nil
}

// missing is a content that is not remembered.
type missing struct {
	organization bool // stands in the organization's repository
	oid          string
	alias        string
}

// contents fills in the data of the files of a repository, and of those of its organization, if they fit.
func (c *Client) contents(ctx context.Context, owner, repo string, law, organization []bylaw.Blob, sizes sizes) error {
	if err := sizes.fit(owner+"/"+bylaw.OrganizationRepository, law, organization); err != nil {
		return err
	}
	have := map[string][]byte{}
	var lack []missing
	note := func(files []bylaw.Blob, inOrganization bool) {
		for _, f := range files {
			if _, seen := have[f.OID]; seen || f.Data != nil || !hasContent(f) {
				continue
			}
			data, ok := c.caches.blob(blobKey{c.installation, f.OID})
			have[f.OID] = data
			if !ok {
				lack = append(lack, missing{organization: inOrganization, oid: f.OID})
			}
		}
	}
	note(law, false)
	note(organization, true)

	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(maxAtOnce)
	fetched := make([][]byte, len(lack))
	for from, to := 0, 0; from < len(lack); from = to {
		for bytes := 0; to < len(lack) && to < from+blobsAtOnce && bytes < bytesAtOnce; to++ {
			bytes += min(sizes[lack[to].oid], maxTextBytes)
		}
		g.Go(func() error { return c.fetch(gctx, owner, repo, lack[from:to], fetched[from:to]) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, m := range lack {
		have[m.oid] = fetched[i]
		c.caches.keepBlob(blobKey{c.installation, m.oid}, fetched[i])
	}
	for _, files := range [][]bylaw.Blob{law, organization} {
		for i, f := range files {
			if f.Data == nil && hasContent(f) {
				files[i].Data = have[f.OID]
			}
		}
	}
	return nil
}

// fetch reads contents by their ids with one GraphQL request, and those that GraphQL cannot give as
// they are (binary, long, not UTF-8) with a REST request each.
func (c *Client) fetch(ctx context.Context, owner, repo string, lack []missing, out [][]byte) error {
	op := fmt.Sprintf("read contents of %s/%s", owner, repo)
	q := newFields(blobsQuery)
	withOrganization := false
	field := func(m missing) string {
		if m.organization {
			return "organization"
		}
		return "repository"
	}
	for i, m := range lack {
		lack[i].alias = q.blob(field(m), m.oid)
		withOrganization = withOrganization || m.organization
	}
	q.variables["owner"], q.variables["name"] = owner, repo
	q.variables["organization"], q.variables["organizationName"] = withOrganization, bylaw.OrganizationRepository
	answer, err := ask[map[string]entries](ctx, c, op, q.query(), q.variables)
	if err != nil {
		return err
	}
	var rest []int
	for i, m := range lack {
		blob, err := (*answer)[field(m)].named(m.alias)
		switch {
		case err != nil:
			return &Error{Op: op, Kind: Unavailable, Err: err}
		case blob != nil && blob.intact(m.oid):
			out[i] = []byte(*blob.Text)
		default:
			rest = append(rest, i)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxAtOnce)
	for _, i := range rest {
		g.Go(func() (err error) {
			from := repo
			if lack[i].organization {
				from = bylaw.OrganizationRepository
			}
			out[i], err = c.blob(ctx, owner, from, lack[i].oid)
			return err
		})
	}
	return g.Wait()
}

// blob reads one content by REST, which always gives base64:
// https://docs.github.com/rest/git/blobs#get-a-blob
func (c *Client) blob(ctx context.Context, owner, repo, oid string) ([]byte, error) {
	op := fmt.Sprintf("read blob %s of %s/%s", oid, owner, repo)
	var answer struct {
		Content  string `json:"content"`
		Encoding string `json:"encoding"`
	}
	if _, err := c.rest(ctx, op, http.MethodGet, restPath("repos", owner, repo, "git", "blobs", oid), nil, &answer); err != nil {
		return nil, err
	}
	data := []byte(answer.Content)
	if answer.Encoding == "base64" {
		var err error
		if data, err = base64.StdEncoding.DecodeString(answer.Content); err != nil { // it ignores line ends
			return nil, &Error{Op: op, Kind: Unavailable, Err: err}
		}
	}
	if blobOID(data) != oid {
		return nil, &Error{Op: op, Kind: Unavailable, Err: errors.New("the content does not belong to the id")}
	}
	return data, nil
}

// intact reports whether the text is exactly the content of the blob.
func (b *content) intact(oid string) bool {
	return b.Text != nil && !b.IsTruncated && blobOID([]byte(*b.Text)) == oid
}

// blobOID is git's id of a content.
func blobOID(data []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
