package server

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestPagesKnowWhatTheyMayShow: a repository is known to be public by its runs, and is hidden before the webhook that
// says otherwise is answered.
func TestPagesKnowWhatTheyMayShow(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	_, stop := w.run(t, s)
	public := func() bool {
		t.Helper()
		r, found, err := s.Store.Repository(t.Context(), widgets)
		if err != nil || !found {
			t.Fatalf("repository: %v %v", found, err)
		}
		return !r.PublicSince.IsZero()
	}
	w.open(t, "one")
	w.settled(t, s.Store)
	if !public() {
		t.Fatal("a run does not tell that the repository is public")
	}
	if runs, err := s.Store.Proposals(t.Context(), widgets, 0, 9); err != nil || len(runs) != 1 || runs[0].Title != "Change one" || runs[0].Run.Title == "" {
		t.Errorf("open pull requests: %+v %v", runs, err)
	}
	if counts, err := s.Store.Outcomes(t.Context(), widgets, "conflict_of_interest", w.now().AddDate(-1, 0, 0)); err != nil || counts["not accepted"] != 1 {
		t.Errorf("outcomes: %v %v", counts, err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	body := `{"action":"privatized","installation":{"id":9},"sender":{"login":"alice","id":101},
		"repository":{"id":5,"name":"widgets","private":true,"default_branch":"main","owner":{"login":"acme"}}}`
	if status, message := deliver(s, delivery(t, "closed", "repository", []byte(body))); status != 202 {
		t.Fatalf("answered %d %s", status, message)
	}
	if public() {
		t.Error("it is public after the webhook was answered")
	}
}

// TestCheckRunsLeadToTheirPage, and are not written again for that.
func TestCheckRunsLeadToTheirPage(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	s.URL = &url.URL{Scheme: "https", Host: "bylaw.example"}
	w.run(t, s)
	number := w.open(t, "one")
	w.settled(t, s.Store)
	for _, name := range []string{"bylaw", "bylaw/conflict_of_interest"} {
		run, found := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), name)
		if want := "https://bylaw.example/acme/widgets/pull/1"; !found || run.DetailsURL != want {
			t.Errorf("%s leads to %q, want %q", name, run.DetailsURL, want)
		}
	}
	w.ResetCalls()
	body := "more words"
	if err := w.EditPull(widgets, number, "alice", fakegithub.Edit{Body: &body}); err != nil {
		t.Fatal(err)
	}
	w.settled(t, s.Store)
	if n := w.Count(func(c fakegithub.Call) bool { return c.Method != "GET" && c.Route != "/graphql" }); n != 0 {
		t.Errorf("%d writes although nothing has changed", n)
	}
}

// TestOwnPoliciesAreKeptForTheirPage without the library, which ships with Bylaw.
func TestOwnPoliciesAreKeptForTheirPage(t *testing.T) {
	t.Parallel()
	s := newTown(t).newServer(t, sqlite(t), "test")
	own := policy.Source{ID: "patience", Origin: widgets, Modules: []policy.Module{{Text: "# METADATA\n# title: Somebody has waited\npackage bylaw.patience\n"}}, Library: s.BuiltIn[0].Library}
	if err := (&worker{Server: s}).noteForPages(t.Context(), widgets, store.Repository{}, check.Result{Own: []policy.Source{own}}); err != nil {
		t.Fatal(err)
	}
	kept, found, err := s.Store.OwnPolicy(t.Context(), widgets, "patience")
	if err != nil || !found {
		t.Fatalf("own policy: %v %v", found, err)
	}
	var source policy.Source
	if err := json.Unmarshal(kept.Source, &source); err != nil {
		t.Fatal(err)
	}
	if source.Origin != widgets || policy.Describe(source).Title != "Somebody has waited" || len(source.Library) > 0 {
		t.Errorf("kept %+v", source)
	}
}

// TestAFootnoteStaysWhileTheCheckRunSaysTheSame: a run that is kept anew, with an entry of its own, goes on naming the
// entry that its check run names, and writes nothing; though the check run leads to a page.
func TestAFootnoteStaysWhileTheCheckRunSaysTheSame(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	s.URL = &url.URL{Scheme: "https", Host: "bylaw.example"}
	w.run(t, s)
	number := w.open(t, "one")
	w.settled(t, s.Store)
	stands := func() (fakegithub.CheckRun, []audit.Named) {
		t.Helper()
		run, found := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", number), bylaw.CheckName)
		named := audit.Footnotes(run.Text)
		if !found || len(named) != 1 {
			t.Fatalf("check run: %t, names %v", found, named)
		}
		return run, named
	}
	before, named := stands()
	first, _, err := s.Store.LatestRun(t.Context(), widgets, number)
	if err != nil {
		t.Fatal(err)
	}
	writes := w.writes()
	for _, change := range []func(string, int, string) error{w.ClosePull, w.ReopenPull} {
		if err := change(widgets, number, "alice"); err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
	}
	latest, _, err := s.Store.LatestRun(t.Context(), widgets, number)
	if err != nil {
		t.Fatal(err)
	}
	if latest.ID == first.ID {
		t.Fatal("the pull request was not judged anew")
	}
	after, still := stands()
	if w.writes() != writes || before.ID != after.ID || !slices.Equal(named, still) || latest.AuditSeq != first.AuditSeq {
		t.Errorf("%d check runs were written; the footnote names %v, before that %v; the run names entry %d, before that %d",
			w.writes()-writes, still, named, latest.AuditSeq, first.AuditSeq)
	}
}
