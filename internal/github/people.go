package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// login is an account as REST shows it.
type login struct {
	Login string `json:"login"`
	ID    int64  `json:"id"`
	Type  string `json:"type"`
}

func (l login) account() bylaw.Account {
	a := bylaw.Account{Login: l.Login, ID: l.ID, Kind: bylaw.KindUser}
	switch {
	case l.Login == "", l.Login == "ghost":
		return bylaw.Account{Kind: bylaw.KindDeleted}
	case l.Type == "Bot":
		a.Kind = bylaw.KindBot
	}
	return a
}

// Pushers lists everybody who may write to a repository: by direct grant, team or organization.
func (c *Client) Pushers(ctx context.Context, owner, repo string) ([]bylaw.Account, error) {
	type item struct {
		login
		Permissions *struct {
			Push bool `json:"push"`
		} `json:"permissions"`
	}
	op := fmt.Sprintf("list pushers of %s/%s", owner, repo)
	query := url.Values{"permission": {"push"}, "affiliation": {"all"}}
	all, err := pages[[]item](ctx, c, op, restPath("repos", owner, repo, "collaborators"), query)
	if err != nil {
		return nil, err
	}
	list := []bylaw.Account{}
	for _, page := range all {
		for _, i := range page {
			// A GitHub Enterprise Server that does not know the filter lists readers as well.
			if i.Permissions == nil || i.Permissions.Push {
				list = append(list, i.account())
			}
		}
	}
	return list, nil
}

// Teams lists teams of an organization by their names as addresses write them, each with everybody in it
// and in the teams below it. A team that does not exist, or that is not shown to the caller, is left out.
// All take one request; beyond 100 members, each team takes one more for each 100.
func (c *Client) Teams(ctx context.Context, organization string, names []string) ([]bylaw.Team, error) {
	first, err := c.teamPage(ctx, organization, names, nil)
	if err != nil {
		return nil, err
	}
	list := []bylaw.Team{}
	for _, page := range first {
		t := bylaw.Team{Name: page.Slug, Members: page.logins()}
		for page.Members.PageInfo.HasNextPage {
			next, err := c.teamPage(ctx, organization, []string{t.Name}, &page.Members.PageInfo.EndCursor)
			if err != nil {
				return nil, err
			}
			if len(next) == 0 {
				return nil, &Error{Op: "list members of " + organization + "/" + t.Name, Kind: Unavailable, Err: errors.New("the team went away meanwhile")}
			}
			page = next[0]
			t.Members = append(t.Members, page.logins()...)
		}
		slices.SortFunc(t.Members, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b bylaw.Team) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

type teamAnswer struct {
	Slug    string `json:"slug"`
	Members connection[struct {
		Login string `json:"login"`
	}] `json:"members"`
}

func (t *teamAnswer) logins() []string {
	logins := []string{}
	for _, m := range t.Members.Nodes {
		logins = append(logins, m.Login)
	}
	return logins
}

// teamPage asks for one page of the members of each team. An App that may not see who is in a team is
// told so with an error of its own, which means the same as for a team that it may not see. A refusal of the whole
// request says nothing of teams.
func (c *Client) teamPage(ctx context.Context, organization string, names []string, after *string) ([]*teamAnswer, error) {
	q := newFields(teamsQuery)
	q.variables["owner"], q.variables["after"] = organization, after
	for _, name := range names {
		q.team(name)
	}
	type teams struct {
		Organization map[string]*teamAnswer `json:"organization"`
	}
	answer, err := ask[teams](ctx, c, fmt.Sprintf("list members of teams of %s", organization), q.query(), q.variables, "organization")
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Forbidden && e.Status == http.StatusOK {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []*teamAnswer
	for _, t := range answer.Organization {
		if t != nil {
			list = append(list, t)
		}
	}
	return list, nil
}

// CanPush reports whether somebody may write to a repository. A login that GitHub does not know may not.
func (c *Client) CanPush(ctx context.Context, owner, repo, login string) (bool, error) {
	var answer struct {
		Permission string `json:"permission"` // of a custom role the one that it is based on; maintain is write
	}
	op := fmt.Sprintf("ask permission of %s in %s/%s", login, owner, repo)
	at := restPath("repos", owner, repo, "collaborators", login, "permission")
	_, err := c.rest(ctx, op, http.MethodGet, at, nil, &answer)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound {
		return false, nil
	}
	return err == nil && (answer.Permission == "admin" || answer.Permission == "write"), err
}

// RequestedReviewers lists the logins of those who are asked to review and have not done so yet.
func (c *Client) RequestedReviewers(ctx context.Context, ref bylaw.Ref) ([]string, error) {
	at := restPath("repos", ref.Owner, ref.Repo, "pulls", fmt.Sprint(ref.Number), "requested_reviewers")
	var answer struct {
		Users []login `json:"users"`
	}
	if _, err := c.rest(ctx, fmt.Sprintf("list requested reviewers of %s", ref), http.MethodGet, at, nil, &answer); err != nil {
		return nil, err
	}
	logins := []string{}
	for _, user := range answer.Users {
		logins = append(logins, user.Login)
	}
	return logins, nil
}

// RequestReviewer asks somebody to review. An [Error] of kind Invalid says that GitHub does not let
// them be asked: they are no collaborator, or they are the author.
func (c *Client) RequestReviewer(ctx context.Context, ref bylaw.Ref, login string) error {
	at := restPath("repos", ref.Owner, ref.Repo, "pulls", fmt.Sprint(ref.Number), "requested_reviewers")
	body := map[string][]string{"reviewers": {login}}
	_, err := c.rest(ctx, fmt.Sprintf("ask %s to review %s", login, ref), http.MethodPost, at, body, nil)
	return err
}
