package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// Ruleset is a set of rules that guards branches, as far as the App may see it.
type Ruleset struct {
	Name   string
	WebURL string // where people see it; "" when GitHub does not say
	Bypass []Bypass
	Hidden bool // GitHub does not say who may bypass it: Bypass is empty then, and tells nothing
}

// Bypass is somebody for whom a ruleset need not hold.
type Bypass struct {
	Kind string // RepositoryRole, OrganizationAdmin, Team, Integration, User, DeployKey, or what GitHub adds to these
	ID   int64  // of the role, team, App or user; 0 when that means nothing
	Mode string // always, pull_request (only in one), or exempt (GitHub does not even note it)
}

// Ruleset reads a ruleset that holds in a repository, also one of its organization. Who may bypass it GitHub tells only
// those who may change it. https://docs.github.com/rest/repos/rules#get-a-repository-ruleset
func (c *Client) Ruleset(ctx context.Context, owner, repo string, id int64) (Ruleset, error) {
	var answer struct {
		Name   string `json:"name"`
		Actors *[]struct {
			ID   int64  `json:"actor_id"`
			Kind string `json:"actor_type"`
			Mode string `json:"bypass_mode"`
		} `json:"bypass_actors"`
		Links struct {
			HTML struct {
				Href string `json:"href"`
			} `json:"html"`
		} `json:"_links"`
	}
	op := fmt.Sprintf("read ruleset %d of %s/%s", id, owner, repo)
	if _, err := c.rest(ctx, op, http.MethodGet, restPath("repos", owner, repo, "rulesets", strconv.FormatInt(id, 10)), nil, &answer); err != nil {
		return Ruleset{}, err
	}
	r := Ruleset{Name: answer.Name, WebURL: answer.Links.HTML.Href, Bypass: []Bypass{}, Hidden: answer.Actors == nil}
	if !r.Hidden {
		for _, a := range *answer.Actors {
			r.Bypass = append(r.Bypass, Bypass{a.Kind, a.ID, a.Mode})
		}
	}
	return r, nil
}
