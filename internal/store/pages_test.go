package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// finishRun keeps a run of acme/widgets#7.
func finishRun(t testing.TB, s *Store, r Run) {
	t.Helper()
	check(t, s.Raise(t.Context(), Job{Key: r.ID, Installation: 1}))
	claims, err := s.Claim(t.Context(), "w", time.Minute, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claim: %v %v", claims, err)
	}
	_, err = s.Finish(t.Context(), claims[0], Finished{
		Pull: &Pull{Repository: r.Repository, Number: r.Number, Title: "Turn \x00 widgets", State: PullOpen}, Run: &r,
		Audit: []AuditEntry{{Repository: r.Repository, Kind: r.Conclusion, Number: r.Number, At: r.TakenAt}},
	})
	check(t, err)
}

func TestListsAreReadOnFromAMark(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for i := range 7 { // two at each moment
			kind := []string{"success", "failure"}[i%2]
			finishRun(t, s, Run{
				RunMeta:  RunMeta{ID: fmt.Sprint(i), Repository: "acme/widgets", Number: 7 + i%2, TakenAt: start.Add(time.Duration(i/2) * time.Hour), Conclusion: kind, Title: "Said " + kind},
				Outcomes: map[string]string{"conflict_of_interest": kind},
			})
		}
		var runs, entries []string
		var mark Mark
		for range 10 {
			page, err := s.Decisions(t.Context(), Decisions{Repository: "acme/widgets", Before: mark, Limit: 2})
			check(t, err)
			for _, r := range page {
				runs = append(runs, r.ID)
				mark = Mark{r.TakenAt, r.ID}
			}
		}
		if diff := cmp.Diff([]string{"6", "5", "4", "3", "2", "1", "0"}, runs); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		mark = Mark{}
		for range 10 {
			page, err := s.AuditPage(t.Context(), AuditPage{Repository: "acme/widgets", Kinds: []string{"nothing", "success"}, Since: start.Add(time.Hour), Until: start.Add(3 * time.Hour), Before: mark, Limit: 1})
			check(t, err)
			for _, e := range page {
				entries = append(entries, fmt.Sprint(e.Seq, e.Number))
				mark = Mark{e.At, fmt.Sprint(e.Seq)}
			}
		}
		if diff := cmp.Diff([]string{"5 7", "3 7"}, entries); diff != "" {
			t.Errorf("audit entries (-want +got):\n%s", diff)
		}
		one, err := s.Decisions(t.Context(), Decisions{Repository: "acme/widgets", Number: 8, Since: start.Add(time.Hour), Limit: 9})
		check(t, err)
		if len(one) != 2 || one[0].ID != "5" || one[0].Title != "Said failure" {
			t.Errorf("decisions of one pull request since an hour later: %+v", one)
		}
		open, err := s.Proposals(t.Context(), "acme/widgets", 7, 9)
		check(t, err)
		if len(open) != 1 || open[0].Number != 8 || open[0].Run.ID != "5" || open[0].Title != "Turn  widgets" {
			t.Errorf("proposals beyond 7: %+v", open)
		}
		latest, found, err := s.LatestOf(t.Context(), "acme/widgets", start)
		check(t, err)
		if !found || latest.ID != "6" {
			t.Errorf("latest run: %v %v", latest.ID, found)
		}
		counts := func() map[string]int {
			got, err := s.Outcomes(t.Context(), "acme/widgets", "conflict_of_interest", start)
			check(t, err)
			return got
		}
		if diff := cmp.Diff(map[string]int{"success": 4, "failure": 3}, counts()); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		if _, err := s.Prune(t.Context(), Retention{Records: start.Add(24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int{"success": 1, "failure": 1}, counts()); diff != "" {
			t.Errorf("outcomes of the runs that are left (-want +got):\n%s", diff)
		}
	})
}

// TestWhatIsHiddenStaysHidden: a repository is public only by what was seen after it was last closed.
func TestWhatIsHiddenStaysHidden(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		ctx := t.Context()
		public := func() time.Time {
			t.Helper()
			r, found, err := s.RepositoryCalled(ctx, "Acme/WIDGETS")
			if err != nil || !found || r.Name != "acme/widgets" {
				t.Fatalf("repository: %+v %v %v", r, found, err)
			}
			return r.PublicSince
		}
		check(t, s.NoteVisibility(ctx, "acme/widgets", true, start)) // not known: nothing is kept
		check(t, s.SaveRepository(ctx, Repository{Name: "acme/widgets", Installation: 1, Configured: true}))
		if !public().IsZero() {
			t.Error("a new repository is public")
		}
		check(t, s.NoteVisibility(ctx, "acme/widgets", true, start.Add(time.Minute)))
		check(t, s.NoteVisibility(ctx, "acme/widgets", true, start.Add(time.Hour)))
		check(t, s.SaveRepository(ctx, Repository{Name: "acme/widgets", Installation: 1, Configured: true}))
		if got := public(); !got.Equal(start.Add(time.Minute)) {
			t.Errorf("public since %v, want the first time it was seen so", got)
		}
		d.pass(2 * time.Hour)
		_, err := s.Accept(ctx, Intake{Delivery: Delivery{GUID: "1"}, Hide: []string{"Acme/Widgets"}})
		check(t, err)
		if !public().IsZero() {
			t.Error("it is public after it was hidden")
		}
		check(t, s.NoteVisibility(ctx, "acme/widgets", true, start.Add(time.Hour)))
		if !public().IsZero() {
			t.Error("what was seen before it was hidden made it public")
		}
		check(t, s.NoteVisibility(ctx, "acme/widgets", true, start.Add(3*time.Hour)))
		check(t, s.NoteVisibility(ctx, "acme/widgets", false, start.Add(4*time.Hour)))
		if !public().IsZero() {
			t.Error("it is public after it was seen to be private")
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		want := Session{Hash: "h1", Account: 7, Login: "alice", Repositories: []string{"acme/widgets"}, ExpiresAt: start.Add(time.Hour)}
		check(t, s.SaveSession(t.Context(), want))
		check(t, s.SaveSession(t.Context(), Session{Hash: "h2", Account: 8, Login: "bob", ExpiresAt: start.Add(3 * time.Hour)}))
		there := func(hash string) bool {
			got, found, err := s.Session(t.Context(), hash)
			check(t, err)
			if found && hash == "h1" {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("session (-want +got):\n%s", diff)
				}
			}
			return found
		}
		if !there("h1") || there("other") {
			t.Error("the session is not there, or another one is")
		}
		d.pass(time.Hour)
		if there("h1") || !there("h2") {
			t.Error("a session does not end when its time is over, or another one does")
		}
		check(t, s.EndSession(t.Context(), "h2"))
		if there("h2") {
			t.Error("a session that was ended is there")
		}
	})
}

func TestOwnPoliciesAreThoseOfTheLatestRun(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		save := func(own ...OwnPolicy) { check(t, s.SaveOwnPolicies(t.Context(), "acme/widgets", own)) }
		text := func(name string) string {
			p, _, err := s.OwnPolicy(t.Context(), "acme/widgets", name)
			check(t, err)
			return string(p.Source)
		}
		save(OwnPolicy{"a", "1", []byte("a1")}, OwnPolicy{"b", "1", []byte("b1")})
		save(OwnPolicy{"a", "2", []byte("a2")})
		if text("a") != "a2" || text("b") != "" {
			t.Errorf("got %q and %q", text("a"), text("b"))
		}
	})
}

// BenchmarkDecisions reads the first and the last page of 100,000 runs: both cost the same.
func BenchmarkDecisions(b *testing.B) {
	benchmark(b, func(b *testing.B, s *Store) {
		const runs, page = 100_000, 50
		check(b, fill(b.Context(), s, runs))
		for name, mark := range map[string]Mark{"first": {}, "last": {start.Add((page + 1) * time.Second), ""}} {
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					list, err := s.Decisions(b.Context(), Decisions{Repository: "acme/widgets", Before: mark, Limit: page})
					if err != nil || len(list) != page {
						b.Fatalf("got %d runs, %v", len(list), err)
					}
					entries, err := s.AuditPage(b.Context(), AuditPage{Repository: "acme/widgets", Kinds: []string{"decision"}, Before: mark, Limit: page})
					if err != nil || len(entries) != page {
						b.Fatalf("got %d entries, %v", len(entries), err)
					}
				}
			})
		}
	})
}

// fill writes many small runs with their audit entries, without their digests.
func fill(ctx context.Context, s *Store, n int) error {
	for _, query := range []string{
		`INSERT INTO runs (id, repository, number, head_sha, taken_at, accepted, conclusion, digest, snapshot, verdicts, report)
		 SELECT CAST(i AS TEXT), 'acme/widgets', i, 'c0ffee', $1 + CAST(i AS BIGINT) * 1000, TRUE, 'success', '', '', '', ''`,
		`INSERT INTO audit (repository, seq, at, kind, number, head_sha, detail, previous, digest)
		 SELECT 'acme/widgets', i, $1 + CAST(i AS BIGINT) * 1000, 'decision', i, 'c0ffee', '{}', '', ''`,
	} {
		rest := fmt.Sprintf(" FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) AS numbers", n)
		if _, err := s.write.ExecContext(ctx, query+rest, millis(start)); err != nil {
			return err
		}
	}
	_, err := s.write.ExecContext(ctx, "ANALYZE") // as autovacuum does
	return err
}
