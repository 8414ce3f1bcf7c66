package setup

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// patient is an App on GitHub with everything in place, to be made ill.
type patient struct {
	*fakegithub.GitHub
	doctor *Doctor
}

func newPatient(t *testing.T, secondAccount fakegithub.Installation, more ...fakegithub.Repository) *patient {
	t.Helper()
	app, err := ReadApp()
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string]string{}
	for _, p := range app.Permissions {
		granted[p.Name] = p.Level
	}
	world := fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme"}, {Login: "globex"}},
		Repositories: []fakegithub.Repository{{
			Owner: "acme", Name: "widgets", Files: map[string]string{".github/bylaw.yml": "version: 1\n"},
			RequiredChecks: []fakegithub.RequiredCheck{{Context: "bylaw", AppID: 42}}, RequirePullRequests: true,
		}},
		Installations: []fakegithub.Installation{{ID: 9, Account: "acme", Permissions: granted}},
	}
	world.Repositories = append(world.Repositories, more...)
	if secondAccount.Account != "" {
		world.Installations = append(world.Installations, secondAccount)
	}
	fake, err := fakegithub.New(world)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	fake.App = fakegithub.App{ID: 42, Slug: "rules", Name: "Rules", Key: &key.PublicKey, Permissions: granted, Events: app.Events}
	fake.Hook = fakegithub.Hook{URL: "https://rules.example/webhook", Secret: "s"}
	return &patient{fake, &Doctor{
		GitHub: &github.App{ID: 42, Key: key, BaseURL: server.URL}, App: app, Service: service,
		Database: filepath.Join(t.TempDir(), "bylaw.db"), Now: time.Now,
	}}
}

// says finds an observation, and fails if there is none like it.
func (p *patient) says(t *testing.T, area, state, what string) {
	t.Helper()
	list := p.doctor.Examine(t.Context())
	for _, o := range list {
		if o.Area == area && o.State == state && strings.Contains(o.What, what) {
			if state != Fine && o.Fix == "" {
				t.Errorf("%s: it does not say what to do", o.What)
			}
			return
		}
	}
	t.Errorf("no observation %s %s %q in %+v", area, state, what, list)
}

func TestDoctorFinds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		second            fakegithub.Installation
		ill               func(t *testing.T, p *patient)
		area, state, what string
	}{
		"nothing":       {ill: func(*testing.T, *patient) {}, area: "webhook", state: Fine, what: "checks its certificate"},
		"no deliveries": {ill: func(*testing.T, *patient) {}, area: "deliveries", state: Undecided, what: "no webhook"},
		"form":          {ill: func(_ *testing.T, p *patient) { p.Hook.ContentType = "form" }, area: "webhook", state: Amiss, what: "as form"},
		"no certificate": {
			ill:  func(_ *testing.T, p *patient) { p.Hook.InsecureSSL = "1" },
			area: "webhook", state: Amiss, what: "does not check the certificate",
		},
		"no path": {
			ill:  func(_ *testing.T, p *patient) { p.doctor.Service, p.Hook.URL = nil, "https://rules.example/" },
			area: "webhook", state: Amiss, what: "ends in /webhook",
		},
		"not reached": {
			ill: func(t *testing.T, p *patient) {
				p.Hook.URL = "http://127.0.0.1:1/webhook"
				p.Ping()
				_ = p.Deliver(t.Context())
			},
			area: "deliveries", state: Amiss, what: "GitHub could not connect",
		},
		"clock ahead": {
			ill: func(_ *testing.T, p *patient) {
				p.doctor.Now = func() time.Time { return time.Now().Add(50 * time.Second) }
			},
			area: "clock", state: Amiss, what: "ahead of GitHub's",
		},
		"clock behind": {
			ill: func(_ *testing.T, p *patient) {
				p.doctor.Now = func() time.Time { return time.Now().Add(-50 * time.Second) }
			},
			area: "clock", state: Amiss, what: "behind GitHub's",
		},
		"no GitHub":     {ill: func(_ *testing.T, p *patient) { p.doctor.GitHub.BaseURL = "http://127.0.0.1:1" }, area: "clock", state: Undecided, what: "did not answer"},
		"no key":        {ill: func(_ *testing.T, p *patient) { p.AddFault(fakegithub.Fault{Route: "/app", Status: 404}) }, area: "key", state: Amiss, what: "does not accept"},
		"GitHub is ill": {ill: func(_ *testing.T, p *patient) { p.AddFault(fakegithub.Fault{Route: "/app", Status: 502}) }, area: "key", state: Undecided, what: "an error of its own"},
		"not asked for": {
			ill: func(_ *testing.T, p *patient) {
				p.App.Permissions = map[string]string{"checks": "read", "metadata": "read"}
			},
			area: "permissions", state: Amiss, what: "checks: write",
		},
		"not approved": {
			second: fakegithub.Installation{ID: 10, Account: "globex", Permissions: map[string]string{"checks": "write"}},
			ill:    func(*testing.T, *patient) {}, area: "installations", state: Amiss, what: "globex has not granted: contents: read",
		},
		"suspended": {
			ill: func(t *testing.T, p *patient) {
				if err := p.Suspend(9, true); err != nil {
					t.Fatal(err)
				}
			},
			area: "installations", state: Amiss, what: "acme has suspended",
		},
		"installed nowhere": {
			ill: func(t *testing.T, p *patient) {
				if err := p.Uninstall(9); err != nil {
					t.Fatal(err)
				}
			},
			area: "installations", state: Amiss, what: "installed nowhere",
		},
		"no folder": {
			ill:  func(_ *testing.T, p *patient) { p.doctor.Database = filepath.Join(p.doctor.Database, "x", "bylaw.db") },
			area: "database", state: Amiss, what: "does not exist",
		},
		"no database": {
			ill: func(t *testing.T, p *patient) {
				if err := os.WriteFile(p.doctor.Database, []byte(strings.Repeat("this is a letter ", 500)), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			area: "database", state: Amiss, what: "cannot be used",
		},
		"no secret": {
			ill: func(_ *testing.T, p *patient) {
				p.doctor.Secrets = []Secret{{"BYLAW_PRIVATE_KEY_FILE", "/nowhere.pem"}}
			},
			area: "secrets", state: Amiss, what: "cannot be read",
		},
		"branches not to be read": {
			ill: func(_ *testing.T, p *patient) {
				p.AddFault(fakegithub.Fault{Route: "/repos/{owner}/{repo}/rules", Status: 502})
			},
			area: "branches", state: Undecided, what: "acme/widgets",
		},
		"a ruleset of the organization": {
			ill: func(_ *testing.T, p *patient) {
				p.AddFault(fakegithub.Fault{Route: "/repos/{owner}/{repo}/rulesets/", Status: 404})
			},
			area: "branches", state: Note, what: `who may bypass the ruleset "1"`,
		},
		"a ruleset not to be read": {
			ill: func(_ *testing.T, p *patient) {
				p.AddFault(fakegithub.Fault{Route: "/repos/{owner}/{repo}/rulesets/", Status: 502})
			},
			area: "branches", state: Undecided, what: "Who may merge into the default branch of acme/widgets past the check",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t, test.second)
			test.ill(t, p)
			p.says(t, test.area, test.state, test.what)
		})
	}
}

// TestDoctorDoesNotPassWhatItDidNotAsk: of a large installation only those repositories are looked at that the service
// has seen, and a database that is not there has seen none.
func TestDoctorDoesNotPassWhatItDidNotAsk(t *testing.T) {
	t.Parallel()
	var more []fakegithub.Repository
	for n := range maxAsked {
		more = append(more, fakegithub.Repository{Owner: "acme", Name: fmt.Sprintf("r%02d", n), Files: map[string]string{"a": "b"}})
	}
	newPatient(t, fakegithub.Installation{}, more...).says(t, "branches", Undecided, "acme has 51 repositories")
}
