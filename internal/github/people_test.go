package github_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func TestWhoMayWrite(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	pushers, err := w.c.Pushers(t.Context(), "acme", "widgets")
	must(t, err)
	got := map[string]bool{}
	for _, a := range pushers {
		got[a.Login] = a.ID != 0 && a.Kind == bylaw.KindUser
	}
	if diff := cmp.Diff(map[string]bool{"alice": true, "carol": true}, got); diff != "" {
		t.Errorf("pushers (-want +got):\n%s", diff)
	}
	for login, want := range map[string]bool{"alice": true, "carol": true, "dave": false, "bob": false, "nobody": false, "..": false, "a/b?c": false} {
		got, err := w.c.CanPush(t.Context(), "acme", "widgets", login)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", login, got, err, want)
		}
	}
}

func TestPushersBeyondOnePage(t *testing.T) {
	t.Parallel()
	start0 := startingWorld()
	for i := range 230 {
		login := "user" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		start0.Users = append(start0.Users, fakegithub.User{Login: login})
		start0.Repositories[0].Collaborators[login] = "write"
	}
	w := start(t, start0)
	pushers, err := w.c.Pushers(t.Context(), "acme", "widgets")
	must(t, err)
	if len(pushers) != 232 || len(w.reads()) != 3 {
		t.Errorf("got %d pushers", len(pushers))
	}
}

func TestTeamsHoldThoseOfTheTeamsBelowThem(t *testing.T) {
	t.Parallel()
	world := startingWorld()
	many := []fakegithub.TeamMember{}
	for i := range 230 {
		login := fmt.Sprintf("user%03d", i)
		world.Users = append(world.Users, fakegithub.User{Login: login})
		many = append(many, fakegithub.TeamMember{Login: login})
	}
	world.Teams = []fakegithub.Team{
		{Org: "acme", Slug: "core", Members: []fakegithub.TeamMember{{Login: "dave"}, {Login: "bob", State: "pending"}}},
		{Org: "acme", Slug: "core-docs", Parent: "core", Members: []fakegithub.TeamMember{{Login: "carol"}, {Login: "dave"}}},
		{Org: "acme", Slug: "crowd", Members: many},
		{Org: "acme", Slug: "empty"},
	}
	w := start(t, world)
	teams := do[[]bylaw.Team](t)(w.c.Teams(t.Context(), "acme", []string{"nowhere", "empty", "crowd", "core"}))
	if got := len(teams[1].Members); got != 230 || teams[1].Name != "crowd" {
		t.Errorf("the crowd has %d members", got)
	}
	teams[1].Members = nil
	want := []bylaw.Team{{Name: "core", Members: []string{"carol", "dave"}}, {Name: "crowd"}, {Name: "empty", Members: []string{}}}
	if diff := cmp.Diff(want, teams); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Teams", "Teams", "Teams"}, w.reads()); diff != "" {
		t.Errorf("one call for all, and one for each further 100 members: -want +got:\n%s", diff)
	}
	if got := do[[]bylaw.Team](t)(w.c.Teams(t.Context(), "bob", []string{"core"})); len(got) != 0 {
		t.Errorf("a person has no teams, got %v", got)
	}
	must(t, w.SetPermissions(9, map[string]string{"checks": "write", "contents": "read", "pull_requests": "write"}))
	w.app.Forget(9)
	if got := do[[]bylaw.Team](t)(w.app.Client(9).Teams(t.Context(), "acme", []string{"core"})); len(got) != 0 {
		t.Errorf("without permission nothing is seen, got %v", got)
	}
}

func TestRequestReviewer(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	must(t, w.c.RequestReviewer(t.Context(), w.ref, "carol"))
	if diff := cmp.Diff([]string{"carol"}, w.RequestedReviewers("acme", "widgets", 1)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"carol"}, do[[]string](t)(w.c.RequestedReviewers(t.Context(), w.ref))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantKind(t, w.c.RequestReviewer(t.Context(), w.ref, "bob"), github.Invalid)
}

func TestInstallations(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	must(t, w.Suspend(9, true))
	list, err := w.app.Installations(t.Context())
	must(t, err)
	if diff := cmp.Diff([]github.Installation{{ID: 9, Account: "acme", Suspended: true}}, list); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, err = w.c.CanPush(t.Context(), "acme", "widgets", "alice")
	wantKind(t, err, github.Forbidden)
	must(t, w.Suspend(9, false))

	id, err := w.app.InstallationOf(t.Context(), "acme", "widgets")
	if err != nil || id != 9 {
		t.Errorf("got %d, %v", id, err)
	}
	_, err = w.app.InstallationOf(t.Context(), "bob", "nothing")
	wantKind(t, err, github.NotFound)

	repositories, err := w.c.InstallationRepositories(t.Context())
	must(t, err)
	want := []bylaw.Repository{{Owner: "acme", Name: ".github", DefaultBranch: "main"}, {Owner: "acme", Name: "widgets", DefaultBranch: "main"}}
	if diff := cmp.Diff(want, sortedBy(repositories, func(r bylaw.Repository) string { return r.Name })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestForgottenClientsTakeANewToken(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	tokens := func() int {
		return w.Count(func(c fakegithub.Call) bool { return c.Route == "/app/installations/{installation_id}/access_tokens" })
	}
	for range 2 {
		if _, err := w.app.Client(9).CanPush(t.Context(), "acme", "widgets", "alice"); err != nil {
			t.Fatal(err)
		}
	}
	if n := tokens(); n != 1 {
		t.Errorf("%d tokens were asked for, want 1", n)
	}
	w.app.Forget(9)
	if _, err := w.app.Client(9).CanPush(t.Context(), "acme", "widgets", "alice"); err != nil {
		t.Fatal(err)
	}
	if n := tokens(); n != 2 {
		t.Errorf("%d tokens were asked for, want 2", n)
	}
}

func TestPathsStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	w.ResetCalls()
	_, err := w.c.CanPush(t.Context(), "acme", "widgets", "..")
	must(t, err)
	for _, c := range w.Calls() {
		if c.Method == "GET" && c.Route != "/repos/{owner}/{repo}/collaborators/{username}/permission" {
			t.Errorf("asked %s", c.Path)
		}
	}
}

func TestInstallationsAtTheSameTime(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	for i := range 5 {
		org := fmt.Sprintf("org%d", i)
		first.Organizations = append(first.Organizations, fakegithub.Organization{Login: org})
		first.Repositories = append(first.Repositories, fakegithub.Repository{Owner: org, Name: "r", Files: map[string]string{"x": "x"}})
		first.Installations = append(first.Installations, fakegithub.Installation{ID: int64(100 + i), Account: org})
	}
	w := start(t, first)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := w.app.Client(int64(100+i%5)).OpenPulls(t.Context(), fmt.Sprintf("org%d", i%5), "r"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestParsePrivateKey(t *testing.T) {
	t.Parallel()
	pkcs8, err := x509.MarshalPKCS8PrivateKey(appKey())
	must(t, err)
	for kind, data := range map[string][]byte{"RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(appKey()), "PRIVATE KEY": pkcs8} {
		key, err := github.ParsePrivateKey(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
		if err != nil || !key.Equal(appKey()) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, data := range []string{"", "key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"} {
		if _, err := github.ParsePrivateKey([]byte(data)); err == nil {
			t.Errorf("%q is accepted", data)
		}
	}
}
