package server

import (
	"slices"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/store"
)

const gadgets = "acme/gadgets"

// showing is what is expected of a pull request after everything has settled.
type showing struct {
	repository string
	number     int
	conclusion string
	entries    []string // kinds of the audit log's, in order
}

// expect compares what GitHub shows and what the store has of a pull request.
func (w *town) expect(t *testing.T, s *store.Store, want showing) {
	t.Helper()
	owner, repo, _ := bylaw.SplitRepository(want.repository)
	sha := w.Head(owner, repo, want.number)
	if run, _ := w.EffectiveCheck(owner, repo, sha, bylaw.CheckName); run.Conclusion != want.conclusion {
		t.Errorf("%s#%d: GitHub shows %q, want %q", want.repository, want.number, run.Conclusion, want.conclusion)
	}
	times := map[string]int{}
	for _, run := range w.CheckRuns(owner, repo, sha) {
		if times[run.Name]++; times[run.Name] > 1 {
			t.Errorf("%s#%d: %s stands there twice", want.repository, want.number, run.Name)
		}
	}
	if run, found, err := s.LatestRun(t.Context(), want.repository, want.number); err != nil || !found || run.HeadSHA != sha {
		t.Errorf("%s#%d: its latest run is of %q, want %q: %v", want.repository, want.number, run.HeadSHA, sha, err)
	}
	if err := s.VerifyAudit(t.Context(), want.repository); err != nil {
		t.Error(err)
	}
	entries, err := s.Audit(t.Context(), want.repository, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range entries {
		if !slices.Contains(kinds, e.Kind) {
			kinds = append(kinds, e.Kind)
		}
	}
	if !slices.Equal(kinds, want.entries) {
		t.Errorf("%s: its log has entries of %v, want %v", want.repository, kinds, want.entries)
	}
}

// unknown expects that nothing is kept by a name.
func (w *town) unknown(t *testing.T, s *store.Store, name string) {
	t.Helper()
	_, known, err := s.RepositoryCalled(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := s.Decisions(t.Context(), store.Decisions{Repository: name, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := s.Audit(t.Context(), name, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if known || len(runs) > 0 || len(entries) > 0 {
		t.Errorf("by the name %s are kept: a repository %v, %d runs, %d entries", name, known, len(runs), len(entries))
	}
}

// TestHistoryFollowsItsRepository: whoever tells of its new name first, a webhook or, where those were lost, the next
// change in it or a sweep. Another repository that takes the old name has nothing of it.
func TestHistoryFollowsItsRepository(t *testing.T) {
	kept := []string{"decision", "posted", "renamed"}
	for name, told := range map[string]func(t *testing.T, w *town, s *store.Store){
		"by its webhook": func(t *testing.T, w *town, s *store.Store) { w.settled(t, s) },
		"by a review": func(t *testing.T, w *town, s *store.Store) {
			w.Lose()
			if _, err := w.SubmitReview(gadgets, 1, fakegithub.Review{Author: "anna", State: "COMMENTED"}); err != nil {
				t.Fatal(err)
			}
			w.settled(t, s)
		},
		"by a job of before": func(t *testing.T, w *town, s *store.Store) {
			w.Lose()
			if err := s.Raise(t.Context(), pullJob(9, widgets, 1, "late")); err != nil {
				t.Fatal(err)
			}
			w.settled(t, s)
		},
		"by a sweep": func(t *testing.T, w *town, s *store.Store) { w.Lose(); w.sweepNow(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, database string) {
				w := newTown(t)
				s := w.newServer(t, database, "test")
				w.run(t, s)
				number := w.open(t, "one")
				w.settled(t, s.Store)
				w.expect(t, s.Store, showing{widgets, number, "action_required", kept[:2]})

				if err := w.RenameRepository(widgets, "gadgets", "alice"); err != nil {
					t.Fatal(err)
				}
				told(t, w, s.Store)
				w.expect(t, s.Store, showing{gadgets, number, "action_required", kept})
				w.unknown(t, s.Store, widgets)
				if _, err := w.SubmitReview(gadgets, number, fakegithub.Review{Author: "bob", State: "APPROVED"}); err != nil {
					t.Fatal(err)
				}
				w.settled(t, s.Store)
				w.expect(t, s.Store, showing{gadgets, number, "success", kept})

				other := townWorld().Repositories[0]
				other.PullRequests = []fakegithub.Pull{{Number: number, Author: "anna", Title: "Other", Head: "other", Commits: []fakegithub.Commit{{Files: map[string]string{"core/other.go": "package core\n"}}}}}
				if err := w.CreateRepository(other); err != nil {
					t.Fatal(err)
				}
				if _, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: "dave", State: "COMMENTED"}); err != nil {
					t.Fatal(err)
				}
				w.settled(t, s.Store)
				w.expect(t, s.Store, showing{widgets, number, "action_required", kept[:2]})
				w.expect(t, s.Store, showing{gadgets, number, "success", kept})
			})
		})
	}
}

// TestNameTakenUnseen: a repository is deleted, and nobody has told before another one has its name.
func TestNameTakenUnseen(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.approve(t, number, "bob")
		w.settled(t, s.Store)
		if err := w.RenameRepository(widgets, "gadgets", "alice"); err != nil {
			t.Fatal(err)
		}
		other := townWorld().Repositories[0]
		other.PullRequests = []fakegithub.Pull{{Number: number, Author: "anna", Title: "Other", Head: "other", Commits: []fakegithub.Commit{{Files: map[string]string{"core/other.go": "package core\n"}}}}}
		if err := w.CreateRepository(other); err != nil {
			t.Fatal(err)
		}
		w.Lose()
		if _, err := w.SubmitReview(widgets, number, fakegithub.Review{Author: "dave", State: "COMMENTED"}); err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
		w.expect(t, s.Store, showing{widgets, number, "action_required", []string{"decision", "posted"}})
		w.unknown(t, s.Store, gadgets)
		w.pass(time.Hour)
		w.sweepNow(t, s.Store)
		w.expect(t, s.Store, showing{gadgets, number, "success", []string{"decision", "posted", "renamed"}})
	})
}

// TestTransferred: to another organization, and so to another installation; and an organization that is renamed.
func TestTransferred(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		world := townWorld()
		world.Organizations = append(world.Organizations, fakegithub.Organization{Login: "globex"})
		world.Installations = append(world.Installations, fakegithub.Installation{ID: 10, Account: "globex"})
		w := newTownOf(t, world)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		number := w.open(t, "one")
		w.approve(t, number, "bob")
		w.settled(t, s.Store)
		if err := w.TransferRepository(widgets, "globex", "alice"); err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
		w.unknown(t, s.Store, widgets)
		w.expect(t, s.Store, showing{"globex/widgets", number, "success", []string{"decision", "posted", "renamed"}})
		if err := w.RenameOrganization("globex", "initech", "alice"); err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
		w.unknown(t, s.Store, "globex/widgets")
		w.expect(t, s.Store, showing{"initech/widgets", number, "success", []string{"decision", "posted", "renamed"}})
		if r, _, err := s.Store.Repository(t.Context(), "initech/widgets"); r.Installation != 10 || err != nil {
			t.Errorf("it is reached through %d: %v", r.Installation, err)
		}
		pull, _, err := s.Store.Pull(t.Context(), "initech/widgets", number)
		if pull.Installation != 10 || err != nil {
			t.Errorf("its pull request is reached through %d: %v", pull.Installation, err)
		}
	})
}
