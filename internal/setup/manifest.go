package setup

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// AppFile is app.yml, the one source of what the App asks of GitHub. At the top of the repository stands a link to it:
// a program can embed what stands in its folder and below, and nothing else.
//
//go:embed app.yml
var AppFile []byte

// Registration is what app.yml says.
type Registration struct {
	Name        string
	URL         string
	Description string
	Public      bool
	Permissions []Permission // in the order of the file
	Events      []string
}

// Permission is one that the App asks for.
type Permission struct {
	Name   string // as in GitHub's API, such as pull_requests
	Level  string // read or write
	Reason string // what it is needed for
}

// permissionLine is a permission in app.yml: its reason is the comment on its line.
var permissionLine = regexp.MustCompile(`(?m)^  ([a-z_]+): (read|write)\s+# (.+)$`)

// ReadApp reads app.yml. It fails only if the program was built from a file that is none.
func ReadApp() (Registration, error) {
	doc, err := document.Read("app.yml", document.YAML, AppFile)
	if err != nil {
		return Registration{}, fmt.Errorf("read app.yml: %w", err)
	}
	fields, _ := doc.Value.(map[string]any)
	var r Registration
	r.Name, _ = fields["name"].(string)
	r.URL, _ = fields["url"].(string)
	r.Description, _ = fields["description"].(string)
	r.Public, _ = fields["public"].(bool)
	asked, _ := fields["default_permissions"].(map[string]any)
	for _, m := range permissionLine.FindAllStringSubmatch(string(AppFile), -1) {
		if level, _ := asked[m[1]].(string); level == m[2] {
			r.Permissions = append(r.Permissions, Permission{Name: m[1], Level: m[2], Reason: m[3]})
		}
	}
	events, _ := fields["default_events"].([]any)
	for _, e := range events {
		name, _ := e.(string)
		r.Events = append(r.Events, name)
	}
	if r.Name == "" || len(r.Permissions) == 0 || len(r.Permissions) != len(asked) || len(r.Events) == 0 {
		return Registration{}, errors.New("read app.yml: the name, the events, or a permission with its reason is missing")
	}
	return r, nil
}

// maxName is the longest name that GitHub takes for an App.
const maxName = 34

// nameFor proposes a name: names of Apps are unique on all of GitHub, and the page there lets it be changed.
func (r Registration) nameFor(organization string) string {
	if name := r.Name + " for " + organization; organization != "" && len(name) <= maxName {
		return name
	}
	return r.Name
}

// manifest is the App as GitHub's manifest flow takes it, as JSON.
// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
func (r Registration) manifest(organization string, service *url.URL, redirect string) (string, error) {
	permissions := map[string]string{}
	for _, p := range r.Permissions {
		permissions[p.Name] = p.Level
	}
	text, err := json.Marshal(map[string]any{
		"name": r.nameFor(organization), "url": r.URL, "description": r.Description, "public": r.Public,
		"hook_attributes": map[string]any{"url": WebhookURL(service), "active": true},
		"redirect_url":    redirect,
		"callback_urls":   []string{service.JoinPath("sign-in", "callback").String()},
		"default_events":  r.Events, "default_permissions": permissions,
	})
	return string(text), err
}

// WebhookURL is where the service with this public address takes webhooks.
func WebhookURL(service *url.URL) string { return service.JoinPath("webhook").String() }

// ServiceURL reads a public address of the service: https, or http on this machine alone, because people sign in
// there, and without a path.
func ServiceURL(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Hostname() == "" || strings.ContainsAny(text, " ?#") || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" || u.User != nil {
		return nil, fmt.Errorf("must be an address without a path, such as https://bylaw.example, not %q", text)
	}
	if host := u.Hostname(); u.Scheme == "http" && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, errors.New("must begin with https: without it, whoever is on the way can read along who signs in")
	}
	return u, nil
}
