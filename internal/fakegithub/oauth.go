package fakegithub

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// grant is a code of the web flow that waits to be exchanged for a token.
type grant struct {
	user      *account
	redirect  string
	challenge string
	expires   time.Time
}

// codeTime is how long a code can be exchanged, as docs.github.com says under "Generating a user access token
// for a GitHub App".
const codeTime = 10 * time.Minute

// Browse says who sits at the browser: everybody who comes to /login/oauth/authorize from now on is signed in on
// the fake under this login, and agrees. "" is nobody, who is shown a page without a way on.
func (g *GitHub) Browse(login string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.browsing = nil
	if login == "" {
		return nil
	}
	a, err := g.account(login)
	g.browsing = a
	return err
}

// ClientID and ClientSecret are those of the App of the fake.
func (g *GitHub) ClientID() string { return fmt.Sprintf("Iv23%d", g.App.ID) }

// ClientSecret is the only one that the fake takes.
func (g *GitHub) ClientSecret() string { return fmt.Sprintf("fake-client-secret-%d", g.App.ID) }

// authorizeOAuth is the page on which a person agrees; the fake agrees for them.
// A redirect_uri on loopback may have any port, as on GitHub.
func (g *GitHub) authorizeOAuth(q *request) answer {
	redirect, err := url.Parse(q.query.Get("redirect_uri"))
	switch {
	case q.query.Get("client_id") != g.ClientID():
		return notFound()
	case err != nil || !redirect.IsAbs():
		return fail(http.StatusBadRequest, "The redirect_uri is not associated with this application.")
	case g.browsing == nil:
		q.header.Set("Content-Type", "text/html; charset=utf-8")
		return answer{status: http.StatusOK, raw: []byte("<!doctype html><html lang=en><title>Sign in to GitHub</title><h1>Sign in to GitHub</h1>")}
	case q.query.Get("code_challenge") != "" && q.query.Get("code_challenge_method") != "S256":
		return fail(http.StatusBadRequest, "code_challenge_method must be S256")
	}
	code := fmt.Sprintf("code-%d", g.nextID())
	g.grants[code] = grant{user: g.browsing, redirect: q.query.Get("redirect_uri"), challenge: q.query.Get("code_challenge"), expires: g.authNow().Add(codeTime)}
	back := redirect.Query()
	back.Set("code", code)
	if state := q.query.Get("state"); state != "" {
		back.Set("state", state)
	}
	redirect.RawQuery = back.Encode()
	q.header.Set("Location", redirect.String())
	return answer{status: http.StatusFound, raw: []byte{}}
}

// exchangeOAuth gives the token for a code, once. Refusals come with status 200:
// https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
func (g *GitHub) exchangeOAuth(q *request) answer {
	form, err := url.ParseQuery(string(q.body))
	if err != nil {
		return fail(http.StatusBadRequest, "Problems parsing form")
	}
	refuse := func(code, text string) answer {
		return ok(obj{"error": code, "error_description": text, "error_uri": "https://docs.github.com/apps"})
	}
	if form.Get("client_id") != g.ClientID() || form.Get("client_secret") != g.ClientSecret() {
		return refuse("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
	}
	given, known := g.grants[form.Get("code")]
	delete(g.grants, form.Get("code"))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case !known || g.authNow().After(given.expires):
		return refuse("bad_verification_code", "The code passed is incorrect or expired.")
	case form.Get("redirect_uri") != "" && form.Get("redirect_uri") != given.redirect:
		return refuse("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application.")
	case given.challenge != "" && base64.RawURLEncoding.EncodeToString(sum[:]) != given.challenge:
		return refuse("bad_verification_code", "The code passed is incorrect or expired.")
	}
	secret := "ghu_" + strings.TrimPrefix(g.secret(), "ghs_")[:36]
	g.tokens[secret] = &token{user: given.user}
	return ok(obj{"access_token": secret, "token_type": "bearer", "scope": "", "expires_in": 28800, "refresh_token": "ghr_x", "refresh_token_expires_in": 15897600})
}

// me is the account of a personal token.
func (g *GitHub) me(q *request) answer {
	if q.who.token.user == nil {
		return fail(http.StatusForbidden, "Resource not accessible by integration")
	}
	return ok(g.fullUser(q.who.token.user))
}

// granting are the repositories of an installation that a person can read by a grant of their own.
func (g *GitHub) granting(i *installation, user *account) []*repository {
	return slices.DeleteFunc(g.covered(i), func(r *repository) bool { return levels[g.granted(r, user)] < levels["read"] })
}

func (g *GitHub) myInstallations(q *request) answer {
	user := q.who.token.user
	if user == nil {
		return fail(http.StatusForbidden, "You must authenticate with an access token authorized to a GitHub App in order to list installations")
	}
	list := slices.DeleteFunc(slices.Clone(g.installations), func(i *installation) bool { return len(g.granting(i, user)) == 0 })
	return ok(obj{"total_count": len(list), "installations": page(q, list, func(i *installation) any { return g.installationJSON(i) })})
}

func (g *GitHub) myRepositories(q *request) answer {
	user, i := q.who.token.user, g.installationByID(q.number("installation_id"))
	if user == nil || i == nil {
		return notFound()
	}
	list := g.granting(i, user)
	return ok(obj{
		"total_count": len(list), "repository_selection": i.selection(),
		"repositories": page(q, list, func(r *repository) any {
			out := g.repositoryJSON(r)
			out["permissions"] = g.collaboratorJSON(user, cmp.Or(g.granted(r, user), "none"))["permissions"]
			return out
		}),
	})
}

// SetPrivate closes a repository or opens it to everybody: repository.privatized, repository.publicized.
func (g *GitHub) SetPrivate(repo string, private bool, by string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.repository(repo)
	if err != nil {
		return err
	}
	actor, err := g.account(by)
	if err != nil {
		return err
	}
	r.private = private
	action := map[bool]string{true: "privatized", false: "publicized"}[private]
	g.emit("repository", action, r, actor, obj{})
	return nil
}
