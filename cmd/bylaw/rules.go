package main

import (
	"context"
	"os"

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
			return check.Folder(organization).Files(paths)
		}
		return check.Folder(folder).Files(paths)
	})
}

// governanceTree reads the configuration and the policies that stand in a folder.
func governanceTree(folder, repository string) (bylaw.Tree, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return bylaw.Tree{}, usagef("the folder %s does not exist", folder)
	}
	return check.Folder(folder).Rules(repository)
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
