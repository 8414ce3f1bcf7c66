package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// MaxPushed is of how many commits WithoutPull can be asked at once.
const MaxPushed = 100

// WithoutPull returns those of up to MaxPushed commits that no merged pull request of the repository brought, in
// one request. A commit that GitHub does not know any more is not among them.
func (c *Client) WithoutPull(ctx context.Context, owner, repo string, commits []string) ([]string, error) {
	op := fmt.Sprintf("look for pull requests of commits of %s/%s", owner, repo)
	q := newFields(pushedQuery)
	q.variables["owner"], q.variables["name"] = owner, repo
	for _, sha := range commits {
		q.commit(sha)
	}
	type pushed struct {
		Repository map[string]json.RawMessage `json:"repository"`
	}
	answer, err := ask[pushed](ctx, c, op, q.query(), q.variables)
	if err != nil {
		return nil, err
	}
	if answer.Repository == nil {
		return nil, &Error{Op: op, Kind: NotFound, Err: errors.New("no such repository")}
	}
	var name string
	if err := json.Unmarshal(answer.Repository["nameWithOwner"], &name); err != nil {
		return nil, &Error{Op: op, Kind: Unavailable, Err: err}
	}
	var without []string
	for alias, data := range answer.Repository {
		if alias == "nameWithOwner" {
			continue
		}
		var commit *struct {
			OID   string `json:"oid"`
			Pulls *struct {
				Nodes []struct {
					MergedAt       bylaw.Time `json:"mergedAt"`
					BaseRepository *struct {
						NameWithOwner string `json:"nameWithOwner"`
					} `json:"baseRepository"`
				} `json:"nodes"`
			} `json:"associatedPullRequests"`
		}
		if err := json.Unmarshal(data, &commit); err != nil {
			return nil, &Error{Op: op, Kind: Unavailable, Err: err}
		}
		if commit == nil || commit.OID == "" {
			continue
		}
		if commit.Pulls == nil { // unknown is not none
			return nil, &Error{Op: op, Kind: Unavailable, Err: fmt.Errorf("the pull requests of %s are not shown", commit.OID)}
		}
		brought := false
		for _, p := range commit.Pulls.Nodes {
			brought = brought || !p.MergedAt.IsZero() && p.BaseRepository != nil && strings.EqualFold(p.BaseRepository.NameWithOwner, name)
		}
		if !brought {
			without = append(without, commit.OID)
		}
	}
	slices.SortFunc(without, func(a, b string) int { return slices.Index(commits, a) - slices.Index(commits, b) })
	return without, nil
}

// PostedTexts returns the texts of all check runs of a name that an App has on a commit, and none if GitHub does
// not know the commit.
func (c *Client) PostedTexts(ctx context.Context, owner, repo, sha, name string, app int64) ([]string, error) {
	type answer struct {
		CheckRuns []struct {
			Name   string `json:"name"`
			Output struct {
				Text string `json:"text"`
			} `json:"output"`
		} `json:"check_runs"`
	}
	op := fmt.Sprintf("read check runs on %s of %s/%s", sha, owner, repo)
	query := url.Values{"app_id": {fmt.Sprint(app)}, "filter": {"all"}, "check_name": {name}}
	all, err := pages[answer](ctx, c, op, restPath("repos", owner, repo, "commits", sha, "check-runs"), query)
	if e, ok := errors.AsType[*Error](err); ok && (e.Kind == NotFound || e.Kind == ShaUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, page := range all {
		for _, r := range page.CheckRuns {
			if r.Name == name {
				texts = append(texts, r.Output.Text)
			}
		}
	}
	return texts, nil
}
