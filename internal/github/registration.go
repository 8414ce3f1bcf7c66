package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// WebURL is where people see what a base address of the API serves: "https://github.com" for [APIURL], the same
// host for GitHub Enterprise Server, and the host without "api." for GitHub Enterprise Cloud with data residency.
func WebURL(apiURL string) string {
	u, err := url.Parse(base(apiURL))
	if err != nil {
		return base(apiURL)
	}
	u.Path = strings.TrimSuffix(u.Path, "/api/v3")
	if host, ok := strings.CutPrefix(u.Host, "api."); ok && (host == "github.com" || strings.HasSuffix(host, ".ghe.com")) {
		u.Host = host
	}
	return u.String()
}

// Credentials are what GitHub tells, once, about an App that was registered from a manifest.
type Credentials struct {
	ID            int64
	Slug, Name    string
	ClientID      string
	ClientSecret  string
	WebhookSecret string
	PEM           string // the private key
	WebURL        string // the App's page, such as https://github.com/apps/SLUG
}

// ConvertManifest exchanges the code with which GitHub comes back after an App was registered from a manifest.
// The code is good once and for one hour; afterwards it is an [Error] of kind NotFound.
// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
func ConvertManifest(ctx context.Context, baseURL, code string) (Credentials, error) {
	c := newClient(base(baseURL), &observed{}, "")
	var answer struct {
		ID            int64  `json:"id"`
		Slug          string `json:"slug"`
		Name          string `json:"name"`
		ClientID      string `json:"client_id"`
		ClientSecret  string `json:"client_secret"`
		WebhookSecret string `json:"webhook_secret"`
		PEM           string `json:"pem"`
		HTMLURL       string `json:"html_url"`
	}
	const op = "convert the manifest"
	if _, err := c.rest(ctx, op, http.MethodPost, restPath("app-manifests", code, "conversions"), nil, &answer); err != nil {
		return Credentials{}, err
	}
	if answer.ID == 0 || answer.PEM == "" || answer.WebhookSecret == "" {
		return Credentials{}, &Error{Op: op, Kind: Unavailable, Err: errors.New("answer lacks the id, the key or the webhook secret")}
	}
	return Credentials{
		ID: answer.ID, Slug: answer.Slug, Name: answer.Name, ClientID: answer.ClientID, ClientSecret: answer.ClientSecret,
		WebhookSecret: answer.WebhookSecret, PEM: answer.PEM, WebURL: answer.HTMLURL,
	}, nil
}

// About is what GitHub has registered of an App.
type About struct {
	ID           int64
	Slug, Name   string
	Owner        string // login of the account that owns it
	Organization bool   // whether that is an organization
	WebURL       string // the App's page, such as https://github.com/apps/SLUG
	Permissions  map[string]string
	Events       []string
}

// About asks GitHub for its own entry of the App, as Verify does, and for GitHub's clock. The clock is known also
// when the App is refused; it is the zero time when GitHub does not answer.
func (a *App) About(ctx context.Context) (about About, clock time.Time, err error) {
	a.once.Do(a.start)
	const op = "look up the App"
	req, err := a.app.github.NewRequest(http.MethodGet, "app", nil)
	if err != nil {
		return about, clock, &Error{Op: op, Kind: Invalid, Err: err}
	}
	resp, err := a.app.github.BareDo(ctx, req)
	if resp != nil && resp.Response != nil {
		if clock, _ = http.ParseTime(resp.Header.Get("Date")); resp.Body != nil {
			defer resp.Body.Close()
		}
	}
	if err != nil {
		return about, clock, a.app.failure(op, err)
	}
	var answer struct {
		ID    int64  `json:"id"`
		Slug  string `json:"slug"`
		Name  string `json:"name"`
		Owner struct {
			Login string `json:"login"`
			Type  string `json:"type"`
		} `json:"owner"`
		HTMLURL     string            `json:"html_url"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
	}
	if err := a.app.decode(resp.Body, &answer); err != nil {
		return about, clock, &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: err}
	}
	return About{
		ID: answer.ID, Slug: answer.Slug, Name: answer.Name, Owner: answer.Owner.Login, Organization: answer.Owner.Type == "Organization",
		WebURL: answer.HTMLURL, Permissions: answer.Permissions, Events: answer.Events,
	}, clock, nil
}

// HookConfig is how GitHub sends webhooks to the App.
type HookConfig struct {
	URL         string
	ContentType string // "json" or "form"
	Insecure    bool   // GitHub does not check the certificate
}

// HookConfig reads how the App's webhook is set.
func (a *App) HookConfig(ctx context.Context) (HookConfig, error) {
	a.once.Do(a.start)
	var answer struct {
		URL         string          `json:"url"`
		ContentType string          `json:"content_type"`
		InsecureSSL json.RawMessage `json:"insecure_ssl"` // a text or a number
	}
	_, err := a.app.rest(ctx, "look up the webhook", http.MethodGet, restPath("app", "hook", "config"), nil, &answer)
	insecure := strings.Trim(string(answer.InsecureSSL), `"`)
	return HookConfig{URL: answer.URL, ContentType: answer.ContentType, Insecure: insecure != "0" && insecure != ""}, err
}

// Grant is what an account has granted to the App.
type Grant struct {
	Installation
	Permissions map[string]string
	Events      []string
	WebURL      string // where the account's people see and approve it
}

// Grants lists where the App is installed, and what it may do there.
func (a *App) Grants(ctx context.Context) ([]Grant, error) {
	a.once.Do(a.start)
	type item struct {
		ID          int64             `json:"id"`
		Account     login             `json:"account"`
		SuspendedAt moment            `json:"suspended_at"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
		HTMLURL     string            `json:"html_url"`
	}
	all, err := pages[[]item](ctx, a.app, "list installations", restPath("app", "installations"), nil)
	if err != nil {
		return nil, err
	}
	list := []Grant{}
	for _, i := range slices.Concat(all...) {
		list = append(list, Grant{
			Installation: Installation{ID: i.ID, Account: i.Account.Login, Suspended: !i.SuspendedAt.IsZero()},
			Permissions:  i.Permissions, Events: i.Events, WebURL: i.HTMLURL,
		})
	}
	return list, nil
}

// Required is a check that must have passed before a branch takes a change.
type Required struct {
	Name    string
	App     int64 // the only App whose check counts; 0: anybody's
	Ruleset int64 // the number of the ruleset that asks for it; 0: branch protection does
}

// Gate is what guards a branch, as rulesets and branch protection say together.
type Gate struct {
	Checks       []Required
	PullRequests bool // changes come by pull request only
	AdminsExempt bool // branch protection stands, and does not hold for administrators of the repository
	// Unread is why branch protection could not be read, in words; "" when it was. What rulesets say is known then.
	Unread string
}

// Requires reports whether the gate asks for a check of this name, and whether only from this App.
func (g Gate) Requires(name string, app int64) (required, pinned bool) {
	for _, c := range g.Checks {
		if c.Name == name {
			required, pinned = true, pinned || c.App == app
		}
	}
	return required, pinned
}

// AppID is the number of the App that the client speaks for; 0 with a personal token.
func (c *Client) AppID() int64 { return c.app }

// Gate reads what guards a branch. Rulesets are visible to everybody who can read the repository; branch protection
// needs the permission to read administration.
// https://docs.github.com/rest/repos/rules#get-rules-for-a-branch
func (c *Client) Gate(ctx context.Context, owner, repo, branch string) (Gate, error) {
	gate := Gate{Checks: []Required{}}
	type rule struct {
		Type       string `json:"type"`
		RulesetID  int64  `json:"ruleset_id"`
		Parameters struct {
			Checks []struct {
				Context       string `json:"context"`
				IntegrationID int64  `json:"integration_id"`
			} `json:"required_status_checks"`
		} `json:"parameters"`
	}
	of := fmt.Sprintf("%s of %s/%s", branch, owner, repo)
	all, err := pages[[]rule](ctx, c, "list rules for "+of, restPath("repos", owner, repo, "rules", "branches", branch), nil)
	if err != nil {
		return gate, err
	}
	for _, r := range slices.Concat(all...) {
		gate.PullRequests = gate.PullRequests || r.Type == "pull_request" || r.Type == "merge_queue" || r.Type == "update"
		for _, check := range r.Parameters.Checks {
			gate.Checks = append(gate.Checks, Required{check.Context, check.IntegrationID, r.RulesetID})
		}
	}
	var protection struct {
		Reviews *struct{} `json:"required_pull_request_reviews"`
		Status  struct {
			Checks []struct {
				Context string `json:"context"`
				AppID   int64  `json:"app_id"` // null or -1: anybody's
			} `json:"checks"`
		} `json:"required_status_checks"`
		Admins struct {
			Enabled bool `json:"enabled"`
		} `json:"enforce_admins"`
		Locked struct {
			Enabled bool `json:"enabled"`
		} `json:"lock_branch"`
	}
	_, err = c.rest(ctx, "read protection of "+of, http.MethodGet, restPath("repos", owner, repo, "branches", branch, "protection"), nil, &protection)
	var refused *Error
	switch {
	case errors.As(err, &refused) && refused.Kind == NotFound: // "Branch not protected"
	case errors.As(err, &refused) && refused.Kind == Forbidden:
		gate.Unread = "GitHub does not let the App read branch protection"
	case err != nil:
		return gate, err
	}
	gate.AdminsExempt = err == nil && !protection.Admins.Enabled
	gate.PullRequests = gate.PullRequests || protection.Reviews != nil || protection.Locked.Enabled
	for _, check := range protection.Status.Checks {
		gate.Checks = append(gate.Checks, Required{Name: check.Context, App: max(check.AppID, 0)})
	}
	return gate, nil
}
