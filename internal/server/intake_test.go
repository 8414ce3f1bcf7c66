package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/store"
)

// desk takes webhooks as the service does, and shows what follows from each.
type desk struct {
	*Server
	guids int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return &desk{Server: newTown(t).newServer(t, sqlite(t), "test")}
}

// take hands over a body as a new delivery and returns the status and the sorted kinds of jobs that follow.
func (d *desk) take(t *testing.T, event string, body []byte) (status int, kinds []string) {
	t.Helper()
	d.guids++
	status, message := deliver(d.Server, delivery(t, fmt.Sprint("guid-", d.guids), event, body))
	if message == "" || strings.HasPrefix(message, "no JSON") {
		t.Errorf("%s: answered %d %q", event, status, message)
	}
	if status != http.StatusAccepted {
		return status, nil
	}
	for _, key := range raised(t, d.Store) {
		kind, _, _ := strings.Cut(key, " ")
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return status, slices.Compact(kinds)
}

// TestIntake is about what GitHub's examples do not show.
func TestIntake(t *testing.T) {
	t.Parallel()
	const (
		repository = `"repository":{"id":5,"name":"widgets","default_branch":"main","owner":{"login":"acme"}}`
		defaults   = `"repository":{"id":6,"name":".github","default_branch":"main","owner":{"login":"acme"}}`
		pull       = `"pull_request":{"number":7,"state":"open","head":{"sha":"h"},"base":{"ref":"main"}}`
		onPull     = `"issue":{"number":7,"pull_request":{}}`
		command    = `"comment":{"id":4,"user":{"login":"bob","id":103},"body":"/bylaw recheck"}`
	)
	for name, test := range map[string]struct {
		event, body string
		configured  string // "yes", "no", or "" for not known
		want        []string
		forgets     bool // who may write
		teams       bool // who is in a team is forgotten
	}{
		"base changed":                       {event: "pull_request", body: `"action":"edited",` + pull + `,` + repository, want: []string{"pull acme/widgets#7"}},
		"action of tomorrow":                 {event: "pull_request", body: `"action":"stacked",` + pull + `,` + repository, want: []string{"pull acme/widgets#7"}},
		"nothing configured":                 {event: "pull_request", body: `"action":"opened",` + pull + `,` + repository, configured: "no"},
		"review dismissed":                   {event: "pull_request_review", body: `"action":"dismissed",` + pull + `,` + repository, configured: "yes", want: []string{"pull acme/widgets#7"}},
		"command":                            {event: "issue_comment", body: `"action":"created",` + onPull + `,` + command + `,` + repository, want: []string{"pull acme/widgets#7"}},
		"command, nothing configured":        {event: "issue_comment", body: `"action":"created",` + onPull + `,` + command + `,` + repository, configured: "no", want: []string{"pull acme/widgets#7"}},
		"command taken back":                 {event: "issue_comment", body: `"action":"edited",` + onPull + `,"changes":{"body":{"from":"/bylaw recuse"}},"comment":{"id":4,"body":"-"},` + repository, want: []string{"pull acme/widgets#7"}},
		"command deleted":                    {event: "issue_comment", body: `"action":"deleted",` + onPull + `,` + command + `,` + repository, want: []string{"pull acme/widgets#7"}},
		"command edited by somebody else":    {event: "issue_comment", body: `"action":"edited",` + onPull + `,"changes":{"body":{"from":"-"}},"comment":{"id":4,"user":{"login":"carol","id":104},"body":"/bylaw waive everything"},` + repository, want: []string{"pull acme/widgets#7"}},
		"word that is no command":            {event: "issue_comment", body: `"action":"created",` + onPull + `,"comment":{"id":4,"user":{"login":"carol","id":104},"body":"/bylaw frobnicate"},` + repository, want: []string{"pull acme/widgets#7"}},
		"command of a program":               {event: "issue_comment", body: `"action":"created",` + onPull + `,"comment":{"id":4,"user":{"login":"robot[bot]","id":9,"type":"Bot"},"body":"/bylaw ask"},` + repository},
		"ask":                                {event: "issue_comment", body: `"action":"created",` + onPull + `,"comment":{"id":4,"user":{"login":"Bob","id":103},"body":"/bylaw ask"},` + repository, want: []string{"ask acme/widgets#7 bob", "pull acme/widgets#7"}},
		"ask asked by editing":               {event: "issue_comment", body: `"action":"edited",` + onPull + `,"comment":{"id":4,"body":"/bylaw ask"},` + repository, want: []string{"pull acme/widgets#7"}},
		"chatter":                            {event: "issue_comment", body: `"action":"created",` + onPull + `,"comment":{"id":4,"body":"Nice."},` + repository},
		"command on an issue":                {event: "issue_comment", body: `"action":"created","issue":{"number":7},` + command + `,` + repository},
		"run of a fork again":                {event: "check_run", body: `"action":"rerequested","check_run":{"head_sha":"f","app":{"id":42},"pull_requests":[]},` + repository, want: []string{"head acme/widgets f"}, forgets: true, teams: true},
		"suite of a fork again":              {event: "check_suite", body: `"action":"rerequested","check_suite":{"head_sha":"f","app":{"id":42},"pull_requests":[]},` + repository, want: []string{"head acme/widgets f"}, forgets: true, teams: true},
		"run of another App again":           {event: "check_run", body: `"action":"rerequested","check_run":{"head_sha":"f","app":{"id":43},"pull_requests":[{"number":7}]},` + repository},
		"our own writing":                    {event: "check_run", body: `"action":"created","check_run":{"head_sha":"h","app":{"id":42},"pull_requests":[{"number":7}]},` + repository},
		"button to ask":                      {event: "check_run", body: `"action":"requested_action","requested_action":{"identifier":"ask"},"check_run":{"head_sha":"h","app":{"id":42},"pull_requests":[{"number":7}]},` + repository, want: []string{"ask acme/widgets#7 bob"}},
		"button to check again":              {event: "check_run", body: `"action":"requested_action","requested_action":{"identifier":"recheck"},"check_run":{"head_sha":"h","app":{"id":42},"pull_requests":[{"number":7}]},` + repository, want: []string{"pull acme/widgets#7"}, forgets: true, teams: true},
		"group destroyed":                    {event: "merge_group", body: `"action":"destroyed","reason":"merged","merge_group":{"head_sha":"g","head_ref":"refs/heads/q","base_ref":"refs/heads/main"},` + repository},
		"rules pushed":                       {event: "push", body: `"ref":"refs/heads/main","after":"a","commits":[{"modified":[".github/bylaw.yml"]}],` + repository, configured: "yes", want: []string{"repository acme/widgets"}},
		"policy pushed":                      {event: "push", body: `"ref":"refs/heads/main","after":"a","commits":[{"added":[".github/bylaw/own/own.rego"]}],` + repository, configured: "no", want: []string{"repository acme/widgets"}},
		"code pushed, not configured":        {event: "push", body: `"ref":"refs/heads/main","after":"a","commits":[{"modified":["main.go"]}],` + repository, configured: "no"},
		"rules pushed to a branch":           {event: "push", body: `"ref":"refs/heads/next","after":"a","commits":[{"modified":[".github/bylaw.yml"]}],` + repository, configured: "yes"},
		"first rules on a branch":            {event: "push", body: `"ref":"refs/heads/next","after":"a","commits":[{"added":[".github/bylaw.yml"]}],` + repository, configured: "no", want: []string{"head acme/widgets a"}},
		"tag":                                {event: "push", body: `"ref":"refs/tags/v1","after":"a","commits":[],` + repository},
		"defaults pushed":                    {event: "push", body: `"ref":"refs/heads/main","after":"a","commits":[{"modified":[".github/bylaw.yml"]}],` + defaults, want: []string{"installation 9 acme all"}},
		"collaborator gone":                  {event: "member", body: `"action":"removed","member":{"login":"bob"},` + repository, want: []string{"repository acme/widgets"}, forgets: true},
		"collaborator, not configured":       {event: "member", body: `"action":"removed","member":{"login":"bob"},` + repository, configured: "no", forgets: true},
		"repository changed, not configured": {event: "repository", body: `"action":"edited","changes":{"default_branch":{"from":"old"}},` + repository, configured: "no", want: []string{"repository acme/widgets"}, forgets: true},
		"team member gone":                   {event: "membership", body: `"action":"removed","organization":{"login":"acme"}`, want: []string{"installation 9 acme configured"}, forgets: true, teams: true},
		"team gone":                          {event: "team", body: `"action":"deleted","team":{"slug":"core"},"organization":{"login":"acme"}`, want: []string{"installation 9 acme configured"}, forgets: true, teams: true},
		"member of the organization gone":    {event: "organization", body: `"action":"member_removed","organization":{"login":"acme"}`, want: []string{"installation 9 acme configured"}, forgets: true, teams: true},
		"uninstalled":                        {event: "installation", body: `"action":"deleted","repositories":[{"full_name":"acme/widgets"}]`, forgets: true, teams: true},
		"repositories taken away":            {event: "installation_repositories", body: `"action":"removed","repositories_removed":[{"full_name":"acme/widgets"}]`, forgets: true, teams: true},
		"repositories given":                 {event: "installation_repositories", body: `"action":"added","repositories_added":[{"full_name":"acme/gears"},{"full_name":"acme/widgets"}]`, want: []string{"repository acme/gears", "repository acme/widgets", "welcome acme/gears"}, forgets: true, teams: true},
		"permissions granted":                {event: "installation", body: `"action":"new_permissions_accepted","repositories":[{"full_name":"acme/widgets"}]`, want: []string{"repository acme/widgets"}, forgets: true, teams: true},
		"event of tomorrow":                  {event: "sub_issues", body: `"action":"added",` + repository},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if test.configured != "" {
				if err := d.Store.SaveRepository(t.Context(), store.Repository{Name: widgets, Installation: 9, Configured: test.configured == "yes"}); err != nil {
					t.Fatal(err)
				}
			}
			facts := map[string]bool{pushersKey(9, widgets): test.forgets, teamKey(9, "acme", "core"): test.teams}
			for fact := range facts {
				_, _, generation, err := d.Store.Fact(t.Context(), fact)
				if err == nil {
					err = d.Store.SaveFact(t.Context(), fact, generation, []byte(`[]`))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			body := `{` + test.body + `,"installation":{"id":9},"sender":{"login":"bob","id":103,"type":"User"}}`
			status, message := deliver(d.Server, delivery(t, "guid", test.event, []byte(body)))
			if status != 200 && status != 202 {
				t.Fatalf("answered %d %s", status, message)
			}
			got := raised(t, d.Store)
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("raised %q, want %q (%s)", got, test.want, message)
			}
			for fact, forgets := range facts {
				_, known, _, err := d.Store.Fact(t.Context(), fact)
				if err != nil || known == forgets {
					t.Errorf("%s is still known: %v, want %v; %v", fact, known, !forgets, err)
				}
			}
		})
	}
}
