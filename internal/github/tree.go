package github

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// twice is an answer with its typed part, and the aliased fields of each repository in it as they came.
type twice[T any] struct {
	typed T
	raw   map[string]map[string]json.RawMessage
}

// UnmarshalJSON reads both.
func (t *twice[T]) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &t.typed); err != nil {
		return err
	}
	return json.Unmarshal(data, &t.raw)
}

// aliased reads one aliased field.
func aliased[V any](raw map[string]map[string]json.RawMessage, repository, alias string) (v V, err error) {
	data, ok := raw[repository][alias]
	if !ok {
		return v, fmt.Errorf("answer lacks %s of %s", alias, repository)
	}
	return v, json.Unmarshal(data, &v)
}

// lawFiles are the wanted files of one repository beside those that are always read.
type lawFiles struct {
	field   string // name of the repository in the answer; "" when the repository is not read
	aliases []string
	paths   []string
	entries []*entry
}

func newLawFiles(q *fields, field string, paths []string) lawFiles {
	l := lawFiles{field: field}
	for _, p := range paths {
		if clean(p) {
			l.paths = append(l.paths, p)
			l.aliases = append(l.aliases, q.entry(field, "HEAD:"+strings.TrimSuffix(p, "/")))
		}
	}
	return l
}

// clean reports whether a path can name a file of a repository; one that cannot does not exist.
func clean(p string) bool {
	p = strings.TrimSuffix(p, "/")
	return p != "" && p != "." && p == path.Clean(p) && p[0] != '/' && p != ".." && !strings.HasPrefix(p, "../")
}

// resolve takes the entries from the answer. A repository that is not visible has none.
func (l *lawFiles) resolve(raw map[string]map[string]json.RawMessage) error {
	if raw[l.field] == nil {
		return nil
	}
	for _, alias := range l.aliases {
		e, err := aliased[*entry](raw, l.field, alias)
		if err != nil {
			return err
		}
		l.entries = append(l.entries, e)
	}
	return nil
}

// tree puts the files together, without their contents, and notes their sizes. nil stands for a
// repository that is not visible.
func (l *lawFiles) tree(a *lawAnswer, sizes sizes) bylaw.Tree {
	t := bylaw.Tree{Files: []bylaw.Blob{}}
	if a == nil {
		return t
	}
	t.Repository, t.Visible = a.NameWithOwner, true
	if a.DefaultBranchRef == nil {
		return t // empty
	}
	t.Commit = a.DefaultBranchRef.Target.oid()
	seen := map[string]bool{}
	add := func(p string, e *entry) {
		for _, f := range e.files(p, sizes) {
			if !seen[f.Path] {
				seen[f.Path] = true
				t.Files = append(t.Files, f)
			}
		}
	}
	add(bylaw.ConfigPath, a.Config)
	add(bylaw.PoliciesPath+"/", a.Policies)
	for i, e := range l.entries {
		add(l.paths[i], e)
	}
	if a.Parent != nil {
		for i, f := range t.Files {
			for _, e := range a.Parent.Entries {
				if f.Path == ".github/"+e.Name {
					t.Files[i].Mode = mode(e.Mode)
				}
			}
		}
	}
	return t
}

// files lists what stands at a path, without contents unless they came along: one file, or the files
// of a folder if the path ends in "/", and notes their sizes. A file asked for as a folder, and the
// reverse, does not exist. Of a folder that stands deeper than the others are read, only that it is there.
func (e *entry) files(p string, sizes sizes) []bylaw.Blob {
	folder := strings.HasSuffix(p, "/")
	switch {
	case e == nil, folder && e.Typename != "Tree", !folder && e.Typename != "Blob":
		return nil
	case !folder:
		sizes.note(e.OID, e.ByteSize)
		return []bylaw.Blob{{Path: p, OID: e.OID}}
	}
	var list []bylaw.Blob
	for _, child := range e.Entries {
		if child.Type != "tree" {
			list = append(list, child.blob(p, sizes))
			continue
		}
		if child.Object == nil {
			continue
		}
		for _, grandchild := range child.Object.Entries {
			if grandchild.Type == "tree" {
				list = append(list, bylaw.Blob{Path: p + child.Name + "/" + grandchild.Name + "/", OID: grandchild.OID, Mode: bylaw.ModeFolder})
				continue
			}
			list = append(list, grandchild.blob(p+child.Name+"/", sizes))
		}
	}
	return list
}

// withModes are the files at a path with the mode that this folder around it tells; a submodule is a file
// without content.
func (e *entry) withModes(p string, files []bylaw.Blob) []bylaw.Blob {
	if e == nil {
		return files
	}
	for _, child := range e.Entries {
		if child.Name != path.Base(p) || child.Type == "tree" {
			continue
		}
		if len(files) == 0 && mode(child.Mode) == submodule {
			return []bylaw.Blob{{Path: p, OID: child.OID, Mode: submodule}}
		}
		for i := range files {
			files[i].Mode = mode(child.Mode)
		}
	}
	return files
}

func (t *treeEntry) blob(folder string, sizes sizes) bylaw.Blob {
	if t.Object != nil {
		sizes.note(t.OID, t.Object.ByteSize)
	}
	return bylaw.Blob{Path: folder + t.Name, OID: t.OID, Mode: mode(t.Mode)}
}

// submodule is the mode of a commit of another repository; it has no content here.
const submodule = "160000"

// hasContent reports whether what stands in a tree is a file, or a link.
func hasContent(b bylaw.Blob) bool { return b.Mode != submodule && b.Mode != bylaw.ModeFolder }

func mode(m int) string { return fmt.Sprintf("%06o", m) }
