package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// read reads pull request 1 and fails the test if that fails.
func (w *world) read(t *testing.T, want bylaw.Want) bylaw.Reading {
	t.Helper()
	r, err := w.c.Read(t.Context(), w.ref, want)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadGivesEveryFact(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	head := w.Head("acme", "widgets", 1)
	opened := bylaw.At(w.clock())
	w.later(time.Hour)
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "carol", State: "APPROVED", Body: "Fine."}))
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "dave", State: "COMMENTED", Body: "Hm."}))
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "alice", State: "PENDING", Body: "Draft."}))
	reviewed := bylaw.At(w.clock())
	commentID := do[int64](t)(w.GitHub.Comment("acme/widgets", 1, "carol", "/bylaw recheck please"))
	must(t, w.GitHub.RequestReviewer("acme/widgets", 1, "bob", "alice"))
	must(t, w.SetLabel("acme/widgets", 1, "carol", "breaking"))

	got := w.read(t, bylaw.Want{Arrivals: []bylaw.Arrival{{SHA: head, At: opened, By: "bob"}}}).Snapshot
	account := func(login string) bylaw.Account { return bylaw.Account{Login: login, Kind: bylaw.KindUser} }
	none := bylaw.Content{Lines: []bylaw.Line{}, Problems: []bylaw.Problem{}}
	want := bylaw.Snapshot{
		Format:     1,
		TakenAt:    reviewed,
		Repository: bylaw.Repository{Owner: "acme", Name: "widgets", DefaultBranch: "main"},
		Number:     1, URL: "https://github.com/acme/widgets/pull/1", Title: "Add a wheel", Body: "Round.", Author: account("bob"), State: "open",
		MergedBy: bylaw.Account{Kind: bylaw.KindUser},
		Base:     bylaw.Base{Name: "main", SHA: w.Branch("acme", "widgets", "main")},
		Head:     bylaw.Head{Name: "wheel", SHA: head, Repository: "bob/widgets", Fork: true, ArrivedAt: opened, PushedBy: "bob"},
		Labels:   []bylaw.Label{{Name: "breaking", SetBy: "carol", SetAt: reviewed}},
		Files:    []bylaw.File{{Path: "wheel.go", Status: "added", Added: 1, Before: none, After: none}},
		Commits: []bylaw.Commit{{
			SHA: head,
			Authors: []bylaw.Author{
				{Login: "bob", Domain: "globex.example"}, {Login: "carol"}, {Domain: "initech.example"},
			},
			Committer: bylaw.Author{Login: "bob", Domain: "globex.example"},
		}},
		Reviews: []bylaw.Review{
			{Author: account("carol"), State: "approved", SHA: head, SubmittedAt: reviewed, Body: "Fine.", CanPush: true},
			{Author: account("dave"), State: "commented", SHA: head, SubmittedAt: reviewed, Body: "Hm."},
		},
		RequestedReviewers: []string{"alice"},
		Commands:           []bylaw.Command{{CommentID: commentID, Who: account("carol"), Name: "recheck", Arguments: "please", At: reviewed, Fate: "stands"}},
		People:             []bylaw.Person{},
		Organizations:      []bylaw.Organization{},
		Teams:              []bylaw.Team{},
		Rosters:            []string{},
		Governance: bylaw.Governance{
			Files: []string{}, Problems: []bylaw.Problem{},
			Differences: []bylaw.Difference{}, Entries: []bylaw.Entry{},
		},
		SameHead:   []int{},
		Incomplete: []bylaw.Incomplete{},
	}
	ids := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".ID" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, ids, cmpopts.IgnoreFields(bylaw.Snapshot{}, "CreatedAt", "ReadyAt")); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
	if got.CreatedAt.IsZero() || got.Author.ID == 0 || got.Reviews[0].Author.ID == 0 || got.Commits[0].Authors[0].ID == 0 {
		t.Errorf("a moment or a number is missing: %+v", got)
	}
}

func TestAPullRequestWaitsSinceItWasLastTakenOutOfDraft(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	ready := func() bylaw.Time { return w.read(t, bylaw.Want{}).Snapshot.ReadyAt }
	if got, want := ready(), w.read(t, bylaw.Want{}).Snapshot.CreatedAt; got != want || got.IsZero() {
		t.Errorf("never a draft: ready at %v, want %v", got, want)
	}
	for range 2 {
		w.later(time.Hour)
		must(t, w.SetDraft("acme/widgets", 1, "bob", true))
		if got := ready(); !got.IsZero() {
			t.Errorf("a draft: ready at %v", got)
		}
		w.later(time.Hour)
		must(t, w.SetDraft("acme/widgets", 1, "bob", false))
		if got, want := ready(), bylaw.At(w.clock()); got != want {
			t.Errorf("ready at %v, want %v", got, want)
		}
	}
}

func TestReadTellsWhoIsActiveAndWhatPeopleWriteOfTheirEmployer(t *testing.T) {
	t.Parallel()
	world := startingWorld()
	for i, company := range []string{"@acme", "Globex", " ", "Initech"} { // of alice, bob, carol and dave
		world.Users[i].Company = company
	}
	w := start(t, world)
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "alice", State: "APPROVED"}))
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "carol", State: "APPROVED"}))
	commit := func(author string) bylaw.Time {
		w.later(time.Hour)
		do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "x", Author: author, Files: map[string]string{"README.md": w.clock().String()}}))
		return bylaw.At(w.clock())
	}
	commit("carol")
	carol, alice := commit("carol"), commit("alice")
	commit("A stranger <stranger@initech.example>")
	r := w.read(t, bylaw.Want{})
	delete(r.Active, "acme") // who made the first commit
	if diff := cmp.Diff(map[string]bylaw.Time{"carol": carol, "alice": alice}, r.Active); diff != "" {
		t.Errorf("active (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"alice": "@acme", "bob": "Globex"}, r.Profiles); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
}

func TestReadMakesAsFewCallsAsPromised(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	calls := func(what string, want ...string) {
		t.Helper()
		got := w.reads()
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	law := bylaw.Want{Law: []string{"OWNERS.md"}, Organization: []string{"people.yml"}}
	w.read(t, law)
	calls("at first", "Blobs", "Read", "files", "{file_sha}") // one content is binary
	w.read(t, law)
	calls("nothing new", "Read")
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "carol", State: "APPROVED"}))
	w.read(t, law)
	calls("a review", "Read")
	do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"OWNERS.md": "new\n"}}))
	w.read(t, law)
	calls("a new roster on the base branch", "Blobs", "Read", "files")
	head := do[string](t)(w.Push("acme/widgets", 1, "bob", fakegithub.Commit{Message: "x", Files: map[string]string{"axle.go": "package wheel\n"}}))
	law.Arrivals = []bylaw.Arrival{{SHA: head, At: bylaw.At(w.clock()), By: "bob"}}
	if n := len(w.read(t, law).Snapshot.Files); n != 2 {
		t.Errorf("got %d files, want 2", n)
	}
	calls("a new head", "Read", "files")
	w.read(t, law)
	calls("the same head", "Read")
	law.Pushers = true
	if n := len(w.read(t, law).Pushers); n != 2 {
		t.Errorf("got %d pushers, want 2", n)
	}
	calls("with pushers", "Read", "collaborators")
}

func TestReadFollowsPages(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	pull := &first.Repositories[0].PullRequests[0]
	pull.Commits[0].Files = map[string]string{}
	for i := range 250 {
		pull.Commits[0].Files[fmt.Sprintf("f%03d", i)] = "x\n"
	}
	for i := range 120 {
		pull.Commits = append(pull.Commits, fakegithub.Commit{Message: fmt.Sprint(i), Author: "bob", Files: map[string]string{"wheel.go": fmt.Sprintln(i)}})
	}
	for i := range 230 {
		pull.Reviews = append(pull.Reviews, fakegithub.Review{Author: "carol", State: "COMMENTED", Body: fmt.Sprint(i)})
		pull.Comments = append(pull.Comments, fakegithub.Comment{Author: "carol", Body: fmt.Sprintf("/bylaw ask %d", i)})
	}
	w := start(t, first)
	must(t, w.SetLabel("acme/widgets", 1, "alice", "first"))
	for range 60 {
		must(t, w.SetLabel("acme/widgets", 1, "carol", "again"))
		must(t, w.RemoveLabel("acme/widgets", 1, "carol", "again"))
	}
	s := w.read(t, bylaw.Want{}).Snapshot
	got := []int{len(s.Files), len(s.Commits), len(s.Reviews), len(s.Commands), len(s.Incomplete)}
	if diff := cmp.Diff([]int{251, 121, 230, 230, 0}, got); diff != "" {
		t.Errorf("files, commits, reviews, commands, incomplete (-want +got):\n%s\n%v", diff, s.Incomplete)
	}
	if len(s.Labels) != 1 || s.Labels[0].SetBy != "alice" {
		t.Errorf("labels: %+v", s.Labels)
	}
	if s.Reviews[229].Body != "229" || s.Commands[229].Arguments != "229" || s.Commits[120].SHA != s.Head.SHA {
		t.Error("pages are out of order")
	}
	calls := w.reads()
	slices.Sort(calls)
	if diff := cmp.Diff([]string{"Blobs", "Page", "Page", "Read", "files", "files", "files", "{file_sha}"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestReviewsBecomeStale(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	review := func() {
		t.Helper()
		do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "carol", State: "APPROVED"}))
	}
	stale := func(what string, want ...bool) {
		t.Helper()
		var got []bool
		for _, r := range w.read(t, bylaw.Want{}).Snapshot.Reviews {
			got = append(got, r.Stale)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	w.later(time.Hour)
	review()
	stale("reviewed", false)
	w.later(time.Hour)
	do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"x": "x\n"}}))
	head := do[string](t)(w.ForcePush("acme/widgets", 1, "bob", true))
	r := w.read(t, bylaw.Want{})
	if s := r.Snapshot; s.Reviews[0].SHA != head || s.Head.PushedBy != "bob" || !s.Head.ArrivedAt.Equal(w.clock()) {
		t.Errorf("after a rebase the review is of %s and the head %+v", s.Reviews[0].SHA, s.Head)
	}
	stale("rebased, and GitHub re-pointed the review", true)
	w.later(time.Hour)
	review()
	stale("reviewed again", true, false)
	do[string](t)(w.Push("acme/widgets", 1, "bob", fakegithub.Commit{Message: "x", Files: map[string]string{"axle.go": "x\n"}}))
	stale("pushed to", true, true)
}

func TestLabelsAreOfWhoSetThemLast(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	must(t, w.SetLabel("acme/widgets", 1, "alice", "minor"))
	w.later(time.Minute)
	must(t, w.RemoveLabel("acme/widgets", 1, "carol", "minor"))
	must(t, w.SetLabel("acme/widgets", 1, "carol", "minor"))
	want := []bylaw.Label{{Name: "minor", SetBy: "carol", SetAt: bylaw.At(w.clock())}}
	if diff := cmp.Diff(want, w.read(t, bylaw.Want{}).Snapshot.Labels); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEditedCommandsSayWhoEditedThem(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	id := do[int64](t)(w.GitHub.Comment("acme/widgets", 1, "dave", "nothing"))
	at := w.later(time.Minute)
	must(t, w.EditComment("acme/widgets", id, "alice", "/bylaw waive conflict_of_interest"))
	commands := w.read(t, bylaw.Want{}).Snapshot.Commands
	if len(commands) != 1 || commands[0].Who.Login != "dave" || commands[0].EditedBy != "alice" || !commands[0].At.Equal(at) {
		t.Errorf("got %+v", commands)
	}
}

func TestGhostsAndBots(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "updater[bot]", State: "APPROVED"}))
	must(t, w.DeleteUser("bob"))
	s := w.read(t, bylaw.Want{}).Snapshot
	if diff := cmp.Diff(bylaw.Account{Kind: bylaw.KindDeleted}, s.Author); diff != "" {
		t.Errorf("author (-want +got):\n%s", diff)
	}
	if s.Head.Repository != "" {
		t.Errorf("the head is in %q, which is gone", s.Head.Repository)
	}
	if a := s.Reviews[0].Author; a.Login != "updater[bot]" || a.Kind != bylaw.KindBot {
		t.Errorf("got %+v", a)
	}
}

func TestReadBringsTheLaw(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	r := w.read(t, bylaw.Want{
		Law: []string{"OWNERS.md", "absent.md", "../secret", "/OWNERS.md", "OWNERS.md", ".github/", "README.md/"}, Organization: []string{"people.yml"},
	})
	type file struct{ Mode, Data string }
	files := func(tree bylaw.Tree) map[string]file {
		m := map[string]file{}
		for _, f := range tree.Files {
			m[f.Path] = file{f.Mode, string(f.Data)}
		}
		return m
	}
	want := map[string]file{
		".github/bylaw.yml":           {"100644", "version: 1\n"},
		".github/bylaw/own/own.rego":  {"100644", "package bylaw.own\n"},
		".github/bylaw/own/logo.bin":  {"100644", "\xff\xfe\x00logo"},
		".github/bylaw/own/link.rego": {"120000", "../../../README.md"},
		".github/bylaw/own/deep/":     {bylaw.ModeFolder, ""}, // too deep to be read, but nobody can miss it
		".github/bylaw/own/":          {bylaw.ModeFolder, ""},
		".github/workflows/build.yml": {"100644", "on: push\n"},
		"OWNERS.md":                   {"", "| alice | Acme |\n"},
	}
	if diff := cmp.Diff(want, files(r.Law)); diff != "" {
		t.Errorf("law (-want +got):\n%s", diff)
	}
	if !r.Law.Visible || r.Law.Repository != "acme/widgets" || r.Law.Commit != w.Branch("acme", "widgets", "main") {
		t.Errorf("law is %s at %s", r.Law.Repository, r.Law.Commit)
	}
	want = map[string]file{".github/bylaw.yml": {"100644", "version: 1\n"}, "people.yml": {"", "people: []\n"}}
	if diff := cmp.Diff(want, files(r.Organization)); diff != "" {
		t.Errorf("organization (-want +got):\n%s", diff)
	}
	if !r.Organization.Visible || r.Organization.Repository != "acme/.github" || r.Organization.Commit == "" {
		t.Errorf("organization is %+v", r.Organization)
	}
}

func TestOrganizationThatIsNotVisible(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	first.Repositories[1].Private = true
	first.Installations[0].Repositories = []string{"widgets"}
	w := start(t, first)
	want := bylaw.Tree{Repository: "acme/.github", Files: []bylaw.Blob{}}
	if diff := cmp.Diff(want, w.read(t, bylaw.Want{Organization: []string{"people.yml"}}).Organization); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOrganizationsOwnRepositoryIsGovernedByItselfAlone(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	w.ref.Repo = ".github"
	w.ref.Number = do[int](t)(w.OpenPull("acme/.github", fakegithub.Pull{Title: "x", Author: "carol", Commits: []fakegithub.Commit{{Files: map[string]string{"x": "x\n"}}}}))
	r := w.read(t, bylaw.Want{})
	if r.Organization.Visible || len(r.Organization.Files) != 0 || !r.Law.Visible || len(r.Law.Files) != 1 {
		t.Errorf("law %+v, organization %+v", r.Law, r.Organization)
	}
}

func TestPullRequestsWithTheSameHead(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	do[string](t)(w.PushFiles("acme/widgets", "next", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"x": "x\n"}}))
	do[string](t)(w.PushFiles("acme/widgets", "topic", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"y": "y\n"}}))
	one := do[int](t)(w.OpenPull("acme/widgets", fakegithub.Pull{Title: "x", Author: "alice", Head: "topic"}))
	two := do[int](t)(w.OpenPull("acme/widgets", fakegithub.Pull{Title: "x", Author: "alice", Head: "topic", Base: "next"}))
	w.ref.Number = one
	if diff := cmp.Diff([]int{two}, w.read(t, bylaw.Want{}).Snapshot.SameHead); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	heads, err := w.c.PullsAtHead(t.Context(), "acme", "widgets", w.Head("acme", "widgets", one))
	must(t, err)
	sha := w.Head("acme", "widgets", one)
	want := []github.PullHead{{Number: one, HeadSHA: sha, Base: "main"}, {Number: two, HeadSHA: sha, Base: "next"}}
	if diff := cmp.Diff(want, sortedBy(heads, func(p github.PullHead) string { return p.Base })); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadFindsWhatWasPosted(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	_, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(1), github.Known{})
	must(t, err)
	known, err := w.c.Publish(t.Context(), "acme", "widgets", sha, check(), github.Known{})
	must(t, err)
	want := []bylaw.Posted{{ID: known.ID, Name: "bylaw", Conclusion: bylaw.ActionRequired, Digest: check().Digest()}}
	if diff := cmp.Diff(want, w.read(t, bylaw.Want{}).Posted); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadFailsWithTheKindOfTheFailure(t *testing.T) {
	t.Parallel()
	limited := fakegithub.SecondaryLimit(403, 30*time.Second)
	limited.Route = "/graphql"
	for _, test := range []struct {
		name  string
		fault fakegithub.Fault
		want  github.Kind
	}{
		{"limit", limited, github.RateLimited},
		{"server error", fakegithub.Fault{Route: "/graphql", Status: 502, HTML: true}, github.Unavailable},
		{"cut answer", fakegithub.Fault{Route: "/graphql", CutBody: 50}, github.Unavailable},
		{"cut list of files", fakegithub.Fault{Route: "/repos/{owner}/{repo}/pulls/{pull_number}/files", CutBody: 1}, github.Unavailable},
		{"no token", fakegithub.Fault{Route: "/app/installations/", Status: 401}, github.Unauthorized},
		{"token server down", fakegithub.Fault{Route: "/app/installations/", Status: 503}, github.Unavailable},
		{"lost content", fakegithub.Fault{Route: "/repos/{owner}/{repo}/git/blobs/", Status: 404}, github.NotFound},
	} {
		w := start(t, startingWorld())
		w.AddFault(test.fault)
		_, err := w.c.Read(t.Context(), w.ref, bylaw.Want{})
		t.Log(test.name, err)
		wantKind(t, err, test.want)
	}
	w := start(t, startingWorld())
	w.ref.Number = 99
	_, err := w.c.Read(t.Context(), w.ref, bylaw.Want{})
	wantKind(t, err, github.NotFound)

	w = start(t, startingWorld())
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	w.SetRateLimit(9, 5000, 0, reset)
	_, err = w.c.Read(t.Context(), w.ref, bylaw.Want{})
	wantKind(t, err, github.RateLimited)
}

func TestReadNamesWhatIsIncomplete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*fakegithub.Pull)
		want   []bylaw.Incomplete
	}{
		{
			"many files",
			func(p *fakegithub.Pull) {
				for i := range 3001 {
					p.Commits[0].Files[fmt.Sprintf("f%04d", i)] = "x\n"
				}
			},
			[]bylaw.Incomplete{{Fact: "files", Msg: "The pull request changes 3002 files, and GitHub lists at most 3000."}},
		},
		{
			"many commits",
			func(p *fakegithub.Pull) {
				for i := range 251 {
					p.Commits = append(p.Commits, fakegithub.Commit{Message: fmt.Sprint(i), Author: "bob", Files: map[string]string{"wheel.go": fmt.Sprintln(i)}})
				}
			},
			[]bylaw.Incomplete{{Fact: "commits", Msg: "GitHub lists at most 250 commits of a pull request."}},
		},
		{
			"many authors",
			func(p *fakegithub.Pull) {
				p.Commits[0].Date = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
				for i := range 25 {
					p.Commits[0].CoAuthors = append(p.Commits[0].CoAuthors, fmt.Sprintf("P%d <p%d@umbra.example>", i, i))
				}
			},
			[]bylaw.Incomplete{{Fact: "commits", Msg: "Commit SHA has 28 authors, and only 20 were read."}},
		},
	} {
		first := startingWorld()
		test.change(&first.Repositories[0].PullRequests[0])
		w := start(t, first)
		got := w.read(t, bylaw.Want{}).Snapshot.Incomplete
		for i := range got {
			got[i].Msg = strings.ReplaceAll(got[i].Msg, w.Head("acme", "widgets", 1)[:7], "SHA")
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestReadKeepsItsListOfFilesToItself(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	for range 3 {
		files := w.read(t, bylaw.Want{}).Snapshot.Files
		if files[0].After.Text != "" {
			t.Fatal("what a caller writes into the list comes back")
		}
		files[0].After.Text = "changed"
	}
}

func TestArrivalOfTheHead(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	submitted := w.later(time.Hour)
	do[int64](t)(w.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: "carol", State: "APPROVED"}))
	for _, test := range []struct {
		name     string
		arrivals []bylaw.Arrival
		stale    bool
		by       string
	}{
		{"before the review", []bylaw.Arrival{{SHA: sha, At: bylaw.At(submitted.Add(-time.Minute)), By: "bob"}}, false, "bob"},
		{"came back after the review", []bylaw.Arrival{
			{SHA: sha, At: bylaw.At(submitted.Add(time.Minute)), By: "carol"}, {SHA: sha, At: bylaw.At(submitted.Add(-time.Minute)), By: "bob"},
		}, true, "carol"},
		{"another commit", []bylaw.Arrival{{SHA: "0000", At: bylaw.At(submitted.Add(time.Minute)), By: "bob"}}, false, ""},
	} {
		s := w.read(t, bylaw.Want{Arrivals: test.arrivals}).Snapshot
		if s.Reviews[0].Stale != test.stale || s.Head.PushedBy != test.by {
			t.Errorf("%s: stale %v, pushed by %q", test.name, s.Reviews[0].Stale, s.Head.PushedBy)
		}
	}
}

func TestRepositoryWithoutALaw(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	first.Repositories[0].Files = map[string]string{"README.md": "widgets\n"}
	first.Repositories[0].Symlinks = nil
	w := start(t, first)
	r := w.read(t, bylaw.Want{Law: []string{"OWNERS.md"}})
	if !r.Law.Visible || r.Law.Commit == "" || r.Law.Files == nil || len(r.Law.Files) != 0 {
		t.Errorf("got %+v", r.Law)
	}
}

func TestPersonalTokensRead(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	c := github.NewTokenClient(w.app.BaseURL, "alices-token")
	r, err := c.Read(t.Context(), w.ref, bylaw.Want{})
	must(t, err)
	if r.Snapshot.Title != "Add a wheel" || len(r.Posted) != 0 || len(r.Law.Files) != 5 {
		t.Errorf("got %+v", r)
	}
}

func TestCallsAreObserved(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	seen := make(chan github.Call, 10)
	app := &github.App{ID: appID, Key: appKey(), BaseURL: w.app.BaseURL, OnCall: func(c github.Call) { seen <- c }}
	if _, err := app.Client(9).OpenPulls(t.Context(), "acme", "widgets"); err != nil {
		t.Fatal(err)
	}
	close(seen)
	var got []github.Call
	for c := range seen {
		c.Duration = 0
		got = append(got, c)
	}
	reset := time.Date(2026, 1, 5, 11, 0, 0, 0, time.UTC)
	want := []github.Call{
		{Installation: 9, Method: "POST", Route: "app/installations/*/access_tokens", Status: 201, Budget: github.Budget{Resource: "core", Limit: 5000, Remaining: 4999, Reset: reset}},
		{Installation: 9, Method: "POST", Route: "graphql", Status: 200, Budget: github.Budget{Resource: "graphql", Limit: 5000, Remaining: 4999, Reset: reset}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
