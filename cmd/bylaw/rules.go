package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// rulesIn reads the rules that stand in a folder as if it were a default branch, over those of an
// organization's folder if one is named.
func rulesIn(ctx context.Context, checker *check.Checker, folder, organization string) (check.Rules, error) {
	repository, err := governanceTree(folder, "")
	if err != nil {
		return check.Rules{}, err
	}
	var defaults bylaw.Tree
	if organization != "" {
		if defaults, err = governanceTree(organization, organization); err != nil {
			return check.Rules{}, err
		}
	}
	return checker.ReadRules(ctx, repository, defaults, func(revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
		if revision == bylaw.RevisionOrganization {
			return readFiles(organization, paths)
		}
		return readFiles(folder, paths)
	})
}

// governanceTree reads the configuration and the policies that stand in a folder.
func governanceTree(folder, repository string) (bylaw.Tree, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return bylaw.Tree{}, usagef("the folder %s does not exist", folder)
	}
	t := bylaw.Tree{Repository: repository, Visible: true}
	paths := []string{bylaw.ConfigPath}
	root := filepath.Join(folder, filepath.FromSlash(bylaw.PoliciesPath))
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return fs.SkipAll
		}
		if err != nil || d.IsDir() {
			return err
		}
		path, err := filepath.Rel(folder, name)
		paths = append(paths, filepath.ToSlash(path))
		return err
	})
	if err != nil {
		return t, err
	}
	t.Files, err = readFiles(folder, paths)
	return t, err
}

// readFiles reads those of the named files that exist below a folder.
func readFiles(folder string, paths []string) ([]bylaw.Blob, error) {
	var out []bylaw.Blob
	for _, path := range paths {
		name := filepath.Join(folder, filepath.FromSlash(path))
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			continue // GitHub has no content for a folder either
		}
		blob := bylaw.Blob{Path: path}
		if info.Mode()&fs.ModeSymlink != 0 {
			blob.Mode = "120000"
		}
		if blob.Data, err = os.ReadFile(name); err != nil {
			return nil, err
		}
		out = append(out, blob)
	}
	return out, nil
}

// policiesIn are the policies that stand in a folder's .github/bylaw, and what is wrong with the folder.
func policiesIn(folder string, builtIn []policy.Source) ([]policy.Source, []bylaw.Problem, error) {
	t, err := governanceTree(folder, "")
	if err != nil {
		return nil, nil, err
	}
	sources, problems := policy.Community(t.Files, folder, builtIn)
	return sources, problems, nil
}
