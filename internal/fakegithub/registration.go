package fakegithub

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// This file is what a browser sees while an App is registered from a manifest. As on GitHub, the first page shows
// what is asked for and lets the name be changed; only its button registers the App. Nobody needs to sign in.
// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest

// manifest is what the first page takes, in the form field of that name.
type manifest struct {
	Name        string            `json:"name"`
	URL         string            `json:"url"`
	Hook        *manifestHook     `json:"hook_attributes"`
	RedirectURL string            `json:"redirect_url"`
	Callbacks   []string          `json:"callback_urls"`
	Permissions map[string]string `json:"default_permissions"`
	Events      []string          `json:"default_events"`
}

type manifestHook struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

const maxAppName = 34

// fault is what GitHub has against a manifest, "" if it is good.
func (m manifest) fault() string {
	for _, address := range append([]string{m.URL, m.RedirectURL}, m.Callbacks...) {
		if u, err := url.Parse(address); err != nil || u.Host == "" {
			return fmt.Sprintf("url %q is not a valid URL", address)
		}
	}
	switch {
	case m.Name == "" || len(m.Name) > maxAppName:
		return fmt.Sprintf("Name must have 1 to %d characters", maxAppName)
	case m.Hook == nil || m.Hook.URL == "":
		return "Hook url is missing"
	case len(m.Callbacks) > 10:
		return "Callback urls are more than 10"
	}
	if u, err := url.Parse(m.Hook.URL); err != nil || u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" {
		return "Hook url is not supported because it isn't reachable over the public Internet"
	}
	for _, event := range m.Events {
		if event == "installation" || event == "installation_repositories" {
			return fmt.Sprintf("Default events unsupported: %s", event)
		}
		needs := eventNeeds[event]
		if len(needs) > 0 && !slices.ContainsFunc(needs, func(p string) bool { return m.Permissions[p] != "" || p == "metadata" }) {
			return fmt.Sprintf("Default events are not supported by permissions: %s", event)
		}
	}
	return ""
}

func (q *request) form() url.Values {
	values, err := url.ParseQuery(string(q.body))
	if err != nil {
		return url.Values{}
	}
	return values
}

func page200(q *request, title, body string) answer {
	q.header.Set("Content-Type", "text/html; charset=utf-8")
	return answer{status: http.StatusOK, raw: []byte("<!DOCTYPE html>\n<html lang=\"en\"><title>" + html.EscapeString(title) + "</title><h1>" + html.EscapeString(title) + "</h1>" + body + "</html>\n")}
}

// showManifest is the page on which a manifest arrives.
func (g *GitHub) showManifest(q *request) answer {
	form := q.form()
	var m manifest
	if err := json.Unmarshal([]byte(form.Get("manifest")), &m); err != nil {
		return page200(q, "Invalid GitHub App configuration", "<p>The configuration is not JSON.</p>")
	}
	if org := q.params["org"]; org != "" {
		if a, err := g.account(org); err != nil || a.kind != "Organization" {
			return notFound()
		}
	}
	if fault := m.fault(); fault != "" {
		return page200(q, "Invalid GitHub App configuration", "<p>"+html.EscapeString(fault)+"</p>")
	}
	return page200(q, "Create GitHub App", fmt.Sprintf(
		`<form method="post" action="/settings/apps/manifest"><label>Name <input name="name" value="%s"></label>`+
			`<input type="hidden" name="manifest" value="%s"><input type="hidden" name="state" value="%s"><input type="hidden" name="org" value="%s">`+
			`<button id="create">Create GitHub App</button></form>`,
		html.EscapeString(m.Name), html.EscapeString(form.Get("manifest")), html.EscapeString(q.query.Get("state")), html.EscapeString(q.params["org"])))
}

// registerManifest registers the App, which from then on is the one under test, and goes back with a code.
func (g *GitHub) registerManifest(q *request) answer {
	form := q.form()
	var m manifest
	if err := json.Unmarshal([]byte(form.Get("manifest")), &m); err != nil || m.fault() != "" {
		return fail(http.StatusUnprocessableEntity, "Invalid GitHub App configuration")
	}
	back, err := url.Parse(m.RedirectURL)
	if err != nil {
		return fail(http.StatusUnprocessableEntity, "Invalid GitHub App configuration")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fail(http.StatusInternalServerError, err.Error())
	}
	name := form.Get("name")
	g.App = App{
		ID: g.nextID(), Slug: strings.ReplaceAll(strings.ToLower(name), " ", "-"), Name: name, Key: &key.PublicKey,
		Owner: form.Get("org"), Permissions: maps.Clone(m.Permissions), Events: m.Events,
	}
	g.own()
	g.Hook = Hook{URL: m.Hook.URL, Secret: rand.Text()}
	code := rand.Text()
	g.conversions[code] = Conversion{
		ClientID: fmt.Sprintf("Iv23%d", g.App.ID), ClientSecret: rand.Text(), WebhookSecret: g.Hook.Secret,
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
	}
	query := back.Query()
	query.Set("code", code)
	query.Set("state", form.Get("state"))
	back.RawQuery = query.Encode()
	q.header.Set("Location", back.String())
	return answer{status: http.StatusFound, raw: []byte{}}
}

// hookConfig is how webhooks are sent. The secret is never shown.
func (g *GitHub) hookConfig(*request) answer {
	return ok(obj{"url": g.Hook.URL, "content_type": cmp.Or(g.Hook.ContentType, "json"), "insecure_ssl": cmp.Or(g.Hook.InsecureSSL, "0"), "secret": "********"})
}

// Protection is branch protection of the default branch, which is older than rulesets.
type Protection struct {
	RequiredChecks []RequiredCheck `json:"required_checks"`
	PullRequests   bool            `json:"pull_requests"`  // changes come by pull request only
	EnforceAdmins  bool            `json:"enforce_admins"` // it holds for administrators, too
}

// branchProtection needs the permission to read administration, unlike rules.
func (g *GitHub) branchProtection(q *request) answer {
	r, name := q.repo, q.params["branch"]
	if _, exists := r.branches[name]; !exists {
		return fail(http.StatusNotFound, "Branch not found")
	}
	if name != r.defaultBranch || r.protection == nil {
		return fail(http.StatusNotFound, "Branch not protected")
	}
	self := g.repoAPI(r, "/branches/%s/protection", name)
	out := obj{
		"url": self, "enforce_admins": obj{"url": self + "/enforce_admins", "enabled": r.protection.EnforceAdmins},
		"allow_force_pushes": obj{"enabled": false}, "allow_deletions": obj{"enabled": false}, "lock_branch": obj{"enabled": false},
	}
	if len(r.protection.RequiredChecks) > 0 {
		contexts, checks := []any{}, []any{}
		for _, c := range r.protection.RequiredChecks {
			contexts = append(contexts, c.Context)
			checks = append(checks, obj{"context": c.Context, "app_id": orNil(c.AppID)})
		}
		out["required_status_checks"] = obj{
			"url": self + "/required_status_checks", "strict": false, "contexts": contexts, "contexts_url": self + "/required_status_checks/contexts", "checks": checks,
		}
	}
	if r.protection.PullRequests {
		out["required_pull_request_reviews"] = obj{
			"url": self + "/required_pull_request_reviews", "dismiss_stale_reviews": false, "require_code_owner_reviews": false,
			"required_approving_review_count": 1, "require_last_push_approval": false,
		}
	}
	return ok(out)
}
