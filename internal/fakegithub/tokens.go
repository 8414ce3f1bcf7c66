package fakegithub

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// token is an installation token or a personal one.
type token struct {
	installation *installation
	user         *account
	repos        []*repository // nil: all of the installation
	permissions  map[string]string
	expires      time.Time
}

// identity is who calls: the App itself, or the holder of a token, or a problem.
type identity struct {
	app     bool
	token   *token
	problem *answer
}

func (g *GitHub) authNow() time.Time {
	if g.AuthNow != nil {
		return g.AuthNow()
	}
	return g.now()
}

// identify reads the Authorization header: a JSON web token of the App or any other token, after
// Bearer or token.
func (g *GitHub) identify(header string) identity {
	scheme, secret, _ := strings.Cut(strings.TrimSpace(header), " ")
	secret = strings.TrimSpace(secret)
	if header == "" {
		return refused("Requires authentication")
	}
	if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return refused("Bad credentials")
	}
	if t := g.tokens[secret]; t != nil {
		if t.installation == nil {
			if t.user.deleted {
				return refused("Bad credentials")
			}
			return identity{token: t}
		}
		if !g.authNow().Before(t.expires) || !slices.Contains(g.installations, t.installation) {
			return refused("Bad credentials")
		}
		if t.installation.suspended {
			a := fail(http.StatusForbidden, "This installation has been suspended")
			return identity{problem: &a}
		}
		return identity{token: t}
	}
	if strings.HasPrefix(secret, "ey") && strings.Count(secret, ".") == 2 {
		if problem := g.verify(secret); problem != "" {
			return refused(problem)
		}
		return identity{app: true}
	}
	return refused("Bad credentials")
}

func refused(message string) identity {
	a := fail(http.StatusUnauthorized, message)
	return identity{problem: &a}
}

// SetKeys has the App have these keys and no others from now on, as when its owner generates and deletes some. Tokens that it
// was given stay good. https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps
func (g *GitHub) SetKeys(keys ...*rsa.PublicKey) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys = slices.Clone(keys)
}

const undecodable = "A JSON web token could not be decoded"

// verify checks a JSON web token as docs.github.com, "Generating a JSON web token (JWT) for a GitHub
// App", demands: RS256, iss the App's id or client id, exp at most ten minutes away. It returns
// what GitHub says against the token, "" if it is good.
func (g *GitHub) verify(secret string) string {
	part := strings.Split(secret, ".")
	var header struct{ Alg string }
	var claims struct {
		Iat, Exp float64
		Iss      any
	}
	for i, into := range []any{&header, &claims} {
		data, err := base64.RawURLEncoding.DecodeString(part[i])
		if err != nil || json.Unmarshal(data, into) != nil {
			return undecodable
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil || header.Alg != "RS256" {
		return undecodable
	}
	keys := g.keys
	if keys == nil && g.App.Key != nil {
		keys = []*rsa.PublicKey{g.App.Key}
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	if !slices.ContainsFunc(keys, func(key *rsa.PublicKey) bool { return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil }) {
		return undecodable
	}
	issuer := fmt.Sprint(claims.Iss)
	if n, isNumber := claims.Iss.(float64); isNumber {
		issuer = strconv.FormatInt(int64(n), 10)
	}
	now := float64(g.authNow().Unix())
	switch {
	case issuer != strconv.FormatInt(g.App.ID, 10) && issuer != fmt.Sprintf("Iv23%d", g.App.ID):
		return "'Issuer' claim ('iss') must be an Integer"
	case claims.Exp <= now:
		return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case claims.Exp > now+600:
		return "'Expiration time' claim ('exp') is too far in the future"
	case claims.Iat > now+60:
		return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	}
	return ""
}

// authorize checks the caller against the route and finds the repository. What a caller may not see
// is 404; what he may see but not do is 403.
func (g *GitHub) authorize(q *request) *answer {
	refuse := func(a answer) *answer { return &a }
	switch {
	case q.route.auth == "app" && !q.who.app:
		return refuse(fail(http.StatusUnauthorized, undecodable))
	case q.route.auth == "token" && q.who.app:
		return refuse(fail(http.StatusForbidden, "Resource not accessible by integration"))
	}
	permission, level, _ := strings.Cut(q.route.needs, ":")
	t := q.who.token
	if !strings.HasPrefix(q.route.template, "/repos/{owner}/{repo}") {
		if t != nil && permission != "" && t.installation != nil && !t.may(permission, level) {
			return refuse(fail(http.StatusForbidden, "Resource not accessible by integration"))
		}
		return nil
	}
	q.repo = g.find(q.params["owner"] + "/" + q.params["repo"])
	if q.repo == nil || t == nil && q.repo.fork {
		return refuse(notFound())
	}
	if t == nil {
		return nil
	}
	if !g.sees(t, q.repo) {
		return refuse(notFound())
	}
	if permission == "" || g.allowed(t, q.repo, permission, level) {
		return nil
	}
	if t.user != nil && permission == "checks" {
		return refuse(fail(http.StatusForbidden, "You must authenticate via a GitHub App."))
	}
	q.header.Set("X-Accepted-GitHub-Permissions", permission+"="+level)
	if t.user != nil {
		return refuse(fail(http.StatusForbidden, "Must have push access to repository"))
	}
	return refuse(fail(http.StatusForbidden, "Resource not accessible by integration"))
}

// sees says whether the holder may know that the repository exists.
func (g *GitHub) sees(t *token, r *repository) bool {
	if !r.private {
		return true
	}
	if t.user != nil {
		return g.permission(r, t.user) != "none"
	}
	return t.covers(r)
}

func (t *token) covers(r *repository) bool {
	return t.installation.covers(r) && (t.repos == nil || slices.Contains(t.repos, r))
}

func (t *token) may(permission, level string) bool {
	return permission == "metadata" || levels[t.permissions[permission]] >= levels[level]
}

// allowed says whether the holder may do something in a repository that he sees.
func (g *GitHub) allowed(t *token, r *repository, permission, level string) bool {
	switch {
	case t.user == nil && t.covers(r):
		return t.may(permission, level)
	case t.user == nil: // public, outside the installation
		return level == "read"
	case permission == "checks":
		return level == "read"
	case permission == "comments":
		return true
	}
	return level == "read" || levels[g.granted(r, t.user)] >= levels["write"]
}

// actor is in whose name a write happens.
func (g *GitHub) actor(q *request) *account {
	if t := q.who.token; t != nil && t.user != nil {
		return t.user
	}
	return g.bot()
}

// createToken issues an installation token, narrowed as the body asks.
func (g *GitHub) createToken(q *request) answer {
	i := g.installationByID(q.number("installation_id"))
	if i == nil {
		return notFound()
	}
	if i.suspended {
		return fail(http.StatusForbidden, "This installation has been suspended")
	}
	var want struct {
		Repositories  []string          `json:"repositories"`
		RepositoryIDs []int64           `json:"repository_ids"`
		Permissions   map[string]string `json:"permissions"`
	}
	if a := q.decode(&want); a != nil {
		return *a
	}
	if len(want.Repositories)+len(want.RepositoryIDs) > 500 {
		return fail(http.StatusUnprocessableEntity, "At most 500 repositories can be listed.")
	}
	t := &token{installation: i, permissions: maps.Clone(i.permissions), expires: g.authNow().Add(time.Hour).UTC().Truncate(time.Second)}
	for permission, level := range want.Permissions {
		if !i.may(permission, level) {
			return fail(http.StatusUnprocessableEntity, "The permissions requested are not granted to this installation.")
		}
	}
	if len(want.Permissions) > 0 {
		t.permissions = maps.Clone(want.Permissions)
		t.permissions["metadata"] = "read"
	}
	for _, r := range g.covered(i) {
		named := slices.ContainsFunc(want.Repositories, func(n string) bool { return strings.EqualFold(n, r.name) })
		if named || slices.Contains(want.RepositoryIDs, r.id) {
			t.repos = append(t.repos, r)
		}
	}
	if len(t.repos) < max(len(want.Repositories), len(want.RepositoryIDs)) {
		return fail(http.StatusUnprocessableEntity,
			"There is at least one repository that does not exist or is not accessible to the parent installation.")
	}
	secret := g.secret()
	g.tokens[secret] = t
	out := obj{"token": secret, "expires_at": stamp(t.expires), "permissions": t.permissions, "repository_selection": i.selection()}
	if t.repos != nil {
		out["repository_selection"] = "selected"
		list := []any{}
		for _, r := range t.repos {
			list = append(list, g.repositoryJSON(r))
		}
		out["repositories"] = list
	}
	return created(out)
}

// secret makes a token of the stateless form, ghs_APPID_JWT: about 520 characters with dots and underscores.
func (g *GitHub) secret() string {
	random := func(n int) string {
		var out strings.Builder
		for out.Len() < n {
			sum := sha256.Sum256(fmt.Append(nil, "token ", g.nextID()))
			out.WriteString(hex.EncodeToString(sum[:]))
		}
		return out.String()[:n]
	}
	return fmt.Sprintf("ghs_%d_eyJ%s.eyJ%s.%s", g.App.ID, random(33), random(120), random(342))
}
