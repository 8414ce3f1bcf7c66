package github

import (
	"context"
	"errors"
	"fmt"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Outline is what a repository looks like to somebody who comes new to it.
type Outline struct {
	Archived   bool
	Configured bool   // it or its organization has a configuration of Bylaw
	Branch     string // the default one; "" while the repository is empty
	HeadSHA    string // of the default branch
	Files      []string
}

// Outline reads a repository's default branch, and the paths of the files at its top and in .github, docs and
// governance. An [Error] of kind NotFound says that the App does not see it.
func (c *Client) Outline(ctx context.Context, owner, repo string) (Outline, error) {
	op := fmt.Sprintf("look at %s/%s", owner, repo)
	type folder struct {
		Entries []struct{ Name, Type string } `json:"entries"`
	}
	type object struct{ OID string }
	type answers struct {
		Repository *struct {
			IsArchived       bool `json:"isArchived"`
			DefaultBranchRef *struct {
				Name   string
				Target object
			} `json:"defaultBranchRef"`
			Config                         *object
			Root, GitHub, Docs, Governance *folder
		}
		Organization *struct{ Config *object }
	}
	answer, err := ask[answers](ctx, c, op, outlineQuery, map[string]any{
		"owner": owner, "name": repo, "organizationName": bylaw.OrganizationRepository, "config": "HEAD:" + bylaw.ConfigPath,
	}, "organization")
	if err != nil {
		return Outline{}, err
	}
	r := answer.Repository
	if r == nil {
		return Outline{}, &Error{Op: op, Kind: NotFound, Err: errors.New("no such repository")}
	}
	out := Outline{Archived: r.IsArchived, Configured: r.Config != nil || answer.Organization != nil && answer.Organization.Config != nil}
	if r.DefaultBranchRef != nil {
		out.Branch, out.HeadSHA = r.DefaultBranchRef.Name, r.DefaultBranchRef.Target.OID
	}
	for _, at := range []struct {
		path string
		*folder
	}{{"", r.Root}, {".github/", r.GitHub}, {"docs/", r.Docs}, {"governance/", r.Governance}} {
		if at.folder == nil {
			continue
		}
		for _, e := range at.Entries {
			if e.Type == "blob" {
				out.Files = append(out.Files, at.path+e.Name)
			}
		}
	}
	return out, nil
}
