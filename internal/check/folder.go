package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Folder is a folder of this machine in place of a commit: what stands below it is read as git would
// keep it. Links are not followed.
type Folder string

// Rules reads the configuration and the community's own policies that stand in the folder, as a tree of
// the named repository.
func (f Folder) Rules(repository string) (bylaw.Tree, error) {
	t := bylaw.Tree{Repository: repository, Visible: true}
	var err error
	t.Files, err = f.Files([]string{bylaw.ConfigPath, bylaw.PoliciesPath + "/"})
	return t, err
}

// defaults reads the configuration and the policies that stand in a checkout of an organization's repository
// .github, with further files. Of no folder it is the zero tree: nobody has looked.
func (f Folder) defaults(further []string) (bylaw.Tree, error) {
	if f == "" {
		return bylaw.Tree{}, nil
	}
	if info, err := os.Stat(string(f)); err != nil || !info.IsDir() {
		return bylaw.Tree{}, &bylaw.Problem{File: string(f), Msg: "there is no such folder", Fix: "name a checkout of the organization's repository .github with --organization"}
	}
	t, err := f.Rules(string(f))
	if err != nil {
		return t, err
	}
	more, err := f.Files(further)
	t.Files = append(t.Files, more...)
	return t, err
}

// Files reads those of the named files that exist. A path that ends in "/" is a folder, and stands for
// every file below it; a folder that is named without it does not exist, and the reverse.
func (f Folder) Files(paths []string) ([]bylaw.Blob, error) {
	var out []bylaw.Blob
	for _, path := range paths {
		info, err := os.Lstat(f.name(path))
		isFolder := strings.HasSuffix(path, "/")
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", path, err)
		case info.IsDir() != isFolder:
			continue // GitHub has no content for a folder either
		}
		files := []string{path}
		if isFolder {
			if files, err = f.below(path); err != nil {
				return nil, err
			}
		}
		for _, file := range files {
			blob, err := f.read(file)
			if err != nil {
				return nil, err
			}
			out = append(out, blob)
		}
	}
	return out, nil
}

// below lists the files below a folder, without those that git keeps for itself.
func (f Folder) below(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(f.name(path), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == ".git":
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		file, err := filepath.Rel(string(f), name)
		files = append(files, filepath.ToSlash(file))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", path, err)
	}
	return files, nil
}

// maxFolderFile bounds one file, as it is bounded on GitHub.
const maxFolderFile = 5 << 20

func (f Folder) read(path string) (bylaw.Blob, error) {
	blob := bylaw.Blob{Path: path}
	info, err := os.Lstat(f.name(path))
	if err != nil {
		return blob, fmt.Errorf("read %s: %w", path, err)
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		target, err := os.Readlink(f.name(path))
		if err != nil {
			return blob, fmt.Errorf("read link %s: %w", path, err)
		}
		blob.Mode, blob.Data = "120000", []byte(target)
		return blob, nil
	case !mode.IsRegular():
		return blob, &bylaw.Problem{File: path, Msg: "this is not a file that git could keep", Fix: "name files and folders"}
	case info.Size() > maxFolderFile:
		return blob, &bylaw.Problem{File: path, Msg: fmt.Sprintf("this file is larger than %d MiB", maxFolderFile>>20), Fix: "make it smaller"}
	}
	if blob.Data, err = os.ReadFile(f.name(path)); err != nil {
		return blob, fmt.Errorf("read %s: %w", path, err)
	}
	return blob, nil
}

func (f Folder) name(path string) string {
	return filepath.Join(string(f), filepath.FromSlash(path))
}
