package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// SignIn lets people say who they are by their account on GitHub: the web flow of
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
// with PKCE.
type SignIn struct {
	ClientID     string
	ClientSecret string
	BaseURL      string            // of the API, as App.BaseURL
	HTTP         http.RoundTripper // nil means http.DefaultTransport
}

// Authorize is the address where GitHub asks a person whether they want to sign in here, and from which it
// sends them back to callback with the state and a code.
func (s *SignIn) Authorize(callback, state, challenge string) string {
	return WebURL(s.BaseURL) + "/login/oauth/authorize?" + url.Values{
		"client_id": {s.ClientID}, "redirect_uri": {callback}, "state": {state},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

// Exchange returns the token of the person who came back with a code. An [Error] of kind Unauthorized says
// that GitHub does not take the code; neither it nor the token is in any error.
func (s *SignIn) Exchange(ctx context.Context, code, verifier, callback string) (string, error) {
	const op = "exchange the code of a sign-in"
	form := url.Values{
		"client_id": {s.ClientID}, "client_secret": {s.ClientSecret}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, WebURL(s.BaseURL)+"/login/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", &Error{Op: op, Kind: Invalid, Err: errors.New("the address of GitHub is none")}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	client := &http.Client{Transport: s.HTTP, Timeout: requestTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", &Error{Op: op, Kind: Unavailable, Err: err} // the body, with the secret, is not part of it
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: fmt.Errorf("answered %s", resp.Status)}
	}
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error"` // a refusal comes with status 200
	}
	switch err := json.Unmarshal(data, &answer); {
	case err != nil:
		return "", &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: errors.New("answered something else than JSON")}
	case answer.Error == "incorrect_client_credentials":
		return "", &Error{Op: op, Kind: Forbidden, Status: resp.StatusCode, Err: errors.New("the App's client id and client secret do not belong together")}
	case answer.Token == "":
		return "", &Error{Op: op, Kind: Unauthorized, Status: resp.StatusCode, Err: errors.New("the code was refused")}
	}
	return answer.Token, nil
}

// Person returns who a token of [SignIn.Exchange] belongs to, and what of the repositories that the App reaches
// they can read by a grant of their own, as "owner/name" in lower case. Beyond 5,000 the rest is left out.
func (s *SignIn) Person(ctx context.Context, token string) (bylaw.Account, []string, error) {
	c := newClient(base(s.BaseURL), &tokenTransport{token: token, next: &observed{next: s.HTTP}}, "")
	c.caches = newCaches(0)
	var who login
	if _, err := c.rest(ctx, "ask who signs in", http.MethodGet, "user", nil, &who); err != nil {
		return bylaw.Account{}, nil, err
	}
	type installations struct {
		Installations []struct {
			ID int64 `json:"id"`
		} `json:"installations"`
	}
	type repositories struct {
		Repositories []struct {
			FullName string `json:"full_name"`
		} `json:"repositories"`
	}
	reached, err := pages[installations](ctx, c, "list installations of a person", "user/installations", nil)
	if err != nil {
		return bylaw.Account{}, nil, err
	}
	names := []string{}
	for _, page := range reached {
		for _, i := range page.Installations {
			if len(names) >= maxReadable {
				break
			}
			all, err := pages[repositories](ctx, c, "list repositories of a person", restPath("user", "installations", fmt.Sprint(i.ID), "repositories"), nil)
			if e, ok := errors.AsType[*Error](err); ok && (e.Kind == NotFound || e.Kind == Forbidden) {
				continue // suspended, or one that asks for single sign-on first: nothing there can be read
			}
			if err != nil {
				return bylaw.Account{}, nil, err
			}
			for _, page := range all {
				for _, r := range page.Repositories {
					names = append(names, strings.ToLower(r.FullName))
				}
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return who.account(), names[:min(len(names), maxReadable)], nil
}

// maxReadable bounds what is kept of what a person can read.
const maxReadable = 5000

// CanRead reports whether an account may read a repository. The login must still be that of the account with
// this number: it can be another one's by now.
func (c *Client) CanRead(ctx context.Context, owner, repo string, who bylaw.Account) (bool, error) {
	var answer struct {
		Permission string `json:"permission"`
		User       login  `json:"user"`
	}
	op := fmt.Sprintf("ask permission of %s in %s/%s", who.Login, owner, repo)
	_, err := c.rest(ctx, op, http.MethodGet, restPath("repos", owner, repo, "collaborators", who.Login, "permission"), nil, &answer)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return answer.User.ID == who.ID && slices.Contains([]string{"read", "write", "admin"}, answer.Permission), nil
}

// Public reports whether everybody may read a repository. One that the installation does not reach, or that
// has another name by now, is not.
func (c *Client) Public(ctx context.Context, owner, repo string) (bool, error) {
	var answer struct {
		FullName   string `json:"full_name"`
		Private    *bool  `json:"private"`    // internal ones are, too
		Visibility string `json:"visibility"` // older GitHub Enterprise Servers do not tell
	}
	_, err := c.rest(ctx, fmt.Sprintf("ask who may read %s/%s", owner, repo), http.MethodGet, restPath("repos", owner, repo), nil, &answer)
	if e, ok := errors.AsType[*Error](err); ok && (e.Kind == NotFound || e.Kind == Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	public := answer.Private != nil && !*answer.Private && (answer.Visibility == "" || answer.Visibility == "public")
	return public && strings.EqualFold(answer.FullName, owner+"/"+repo), nil
}
