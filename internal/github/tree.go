package github

import (
	"fmt"
	"path"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// lawFiles are the wanted files of one repository: those that are always read, and others.
type lawFiles struct {
	paths   []string
	aliases []string // under which the paths are asked for
	entries []*entry // of the paths
	parent  *entry   // the folder of the configuration
}

// newLawFiles asks for the files, at a mark of the query.
func newLawFiles(q *fields, mark string, paths []string) lawFiles {
	l := lawFiles{paths: []string{bylaw.ConfigPath, bylaw.PoliciesPath + "/"}, aliases: []string{"config", "policies"}}
	for _, p := range paths {
		if clean(p) {
			l.paths = append(l.paths, p)
			l.aliases = append(l.aliases, q.entry(mark, "HEAD:"+strings.TrimSuffix(p, "/")))
		}
	}
	return l
}

// clean reports whether a path can name a file of a repository; one that cannot does not exist.
func clean(p string) bool {
	p = strings.TrimSuffix(p, "/")
	return p != "" && p != "." && p == path.Clean(p) && p[0] != '/' && p != ".." && !strings.HasPrefix(p, "../")
}

// resolve takes the entries from the answer.
func (l *lawFiles) resolve(answered entries) (err error) {
	if l.parent, err = answered.named("parent"); err != nil {
		return err
	}
	for _, alias := range l.aliases {
		e, err := answered.named(alias)
		if err != nil {
			return err
		}
		l.entries = append(l.entries, e)
	}
	return nil
}

// config is the file of the configuration; nil when there is none.
func (l *lawFiles) config() *entry {
	if len(l.entries) == 0 {
		return nil
	}
	return l.entries[0]
}

// tree puts the files together, without their contents, and notes their sizes. nil stands for a
// repository that is not visible.
func (l *lawFiles) tree(a *tipAnswer, sizes sizes) bylaw.Tree {
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
	for i, e := range l.entries {
		add(l.paths[i], e)
	}
	if l.parent != nil {
		for i, f := range t.Files {
			for _, e := range l.parent.Entries {
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
