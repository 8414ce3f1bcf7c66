package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// maxHistory bounds the pages, of 100 changes each, in which a file's changes are looked up.
const maxHistory = 20

type datesAnswer struct {
	Repository *struct {
		DefaultBranchRef *struct{ Name string } `json:"defaultBranchRef"`
		Object           *struct {
			Blame *struct {
				Ranges []struct {
					StartingLine int         `json:"startingLine"`
					EndingLine   int         `json:"endingLine"`
					Commit       datedCommit `json:"commit"`
				} `json:"ranges"`
			} `json:"blame"`
			History connection[datedCommit] `json:"history"`
		} `json:"object"`
	} `json:"repository"`
}

type datedCommit struct {
	OID           string     `json:"oid"`
	CommittedDate bylaw.Time `json:"committedDate"`

	AssociatedPullRequests *struct {
		Nodes []struct {
			MergedAt       bylaw.Time `json:"mergedAt"`
			BaseRefName    string     `json:"baseRefName"`
			BaseRepository *struct {
				NameWithOwner string `json:"nameWithOwner"`
			} `json:"baseRepository"`
		} `json:"nodes"`
	} `json:"associatedPullRequests"`
}

// came is when a commit came to the default branch. The date in a commit is the word of whoever made it;
// of what a pull request brought, GitHub knows when it was merged.
func (d datedCommit) came(repository, branch string) bylaw.Time {
	at := d.CommittedDate
	if d.AssociatedPullRequests == nil {
		return at
	}
	var merged bylaw.Time
	for _, p := range d.AssociatedPullRequests.Nodes {
		here := p.BaseRefName == branch && p.BaseRepository != nil && strings.EqualFold(p.BaseRepository.NameWithOwner, repository)
		if here && !p.MergedAt.IsZero() && (merged.IsZero() || p.MergedAt.Before(merged.Time)) {
			merged = p.MergedAt
		}
	}
	if merged.IsZero() {
		return at
	}
	return merged
}

// Dates tells when the lines of a file came to the default branch, and when it was changed: one request,
// and one more for each further 100 changes since the moment of interest, up to 2,000. Where GitHub does
// not tell the lines, as of files that are too long for it, there are none, and no error.
func (c *Client) Dates(ctx context.Context, v bylaw.Version) (bylaw.Dated, error) {
	op := fmt.Sprintf("read dates of %s in %s", v.Path, v.Repository)
	owner, name, _ := bylaw.SplitRepository(v.Repository)
	variables := map[string]any{"owner": owner, "name": name, "commit": v.Commit, "path": v.Path, "blame": true, "after": nil}
	out := bylaw.Dated{Lines: []bylaw.DatedLines{}, Changes: []bylaw.Change{}}
	came := map[string]bylaw.Time{}
	for range maxHistory {
		answer, err := ask[datesAnswer](ctx, c, op, datesQuery, variables)
		if variables["blame"] == true && aboutBlame(err) {
			variables["blame"] = false
			answer, err = ask[datesAnswer](ctx, c, op, datesQuery, variables)
		}
		if err != nil {
			return bylaw.Dated{}, err
		}
		if answer.Repository == nil || answer.Repository.Object == nil {
			return bylaw.Dated{}, &Error{Op: op, Kind: Moved, Err: fmt.Errorf("commit %q of the default branch is gone", v.Commit)}
		}
		branch := ""
		if ref := answer.Repository.DefaultBranchRef; ref != nil {
			branch = ref.Name
		}
		history := answer.Repository.Object.History
		for _, h := range history.Nodes {
			came[h.OID] = h.came(v.Repository, branch)
			out.Changes = append(out.Changes, bylaw.Change{Commit: h.OID, At: came[h.OID]})
		}
		if blame := answer.Repository.Object.Blame; blame != nil {
			for _, r := range blame.Ranges {
				at, known := came[r.Commit.OID]
				if !known {
					at = r.Commit.CommittedDate
				}
				out.Lines = append(out.Lines, bylaw.DatedLines{First: r.StartingLine, Last: r.EndingLine, At: at})
			}
		}
		out.Whole = !history.PageInfo.HasNextPage
		if out.Reaches(v.Since) {
			break
		}
		variables["blame"], variables["after"] = false, history.PageInfo.EndCursor
	}
	slices.SortFunc(out.Lines, func(a, b bylaw.DatedLines) int { return a.First - b.First })
	return out, nil
}

// aboutBlame reports whether GitHub refused the dates of the lines, and nothing else.
func aboutBlame(err error) bool {
	refused, ok := errors.AsType[graphqlError](err)
	return ok && refused.Type != "RATE_LIMITED" && slices.Contains(refused.Path, any("blame"))
}
