package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// moving renames keys such as "pull acme/widgets#7".
func moving() Moving {
	return Moving{
		Key: func(key, from, to string) string { return strings.Replace(key, from, to, 1) },
		Entry: func(m Move) (AuditEntry, error) {
			detail, err := json.Marshal(m)
			return AuditEntry{Kind: "renamed", Detail: detail}, err
		},
		Forget: func(m Move) []string { return []string{"pushers " + m.From} },
		Raise:  func(m Move) []Job { return []Job{{Key: "repository " + m.To, Kind: "repository", Repository: m.To}} },
	}
}

func identify(t *testing.T, s *Store, id int64, name string) []Move {
	t.Helper()
	return must(s.Identify(t.Context(), Identity{ID: id, Name: name, Installation: id}, moving()))(t)
}

// settle gives a repository something in every table.
func settle(t *testing.T, s *Store, id int64, name string) {
	t.Helper()
	check(t, s.SaveRepository(t.Context(), Repository{Name: name, ID: id, Installation: 9, Configured: true, Rules: []string{"OWNERS"}}))
	sha := fmt.Sprint("sha", id)
	in := Intake{
		Delivery: Delivery{GUID: sha}, Heads: []Head{{Repository: name, Number: 7, SHA: sha}},
		Commands: []Command{{Repository: name, Number: 7, CommentID: id, Author: "alice", Texts: []Text{{Body: "/bylaw recuse"}}}},
		Groups:   []Group{{Repository: name, HeadSHA: sha, Pulls: []int{7}}},
		Jobs:     []Job{{Key: "pull " + name + "#7", Kind: "pull", Repository: name, Installation: 9}},
	}
	accept(t, s, in)
	claim := claimKey(t, s, "pull "+name+"#7")
	_, _, err := s.Intend(t.Context(), claim, Intention{Repository: name, SHA: sha, Names: []string{"bylaw"}})
	check(t, err)
	must(s.SaveSticky(t.Context(), claim, Sticky{Repository: name, Number: 7, CommentID: id}))(t)
	check(t, s.SaveOwnPolicies(t.Context(), name, []OwnPolicy{{Policy: "own", Source: []byte("{}")}}))
	_, _, generation, err := s.Fact(t.Context(), "pushers "+name)
	check(t, err)
	check(t, s.SaveFact(t.Context(), "pushers "+name, generation, []byte(sha)))
	standing := must(s.Finish(t.Context(), claim, Finished{
		Pull:  &Pull{Repository: name, Number: 7, Installation: 9, HeadSHA: sha, State: PullOpen},
		Run:   &Run{RunMeta: RunMeta{ID: "run-" + sha, Repository: name, Number: 7, HeadSHA: sha, TakenAt: start}, Outcomes: map[string]string{"own": "met"}},
		Audit: []AuditEntry{{Repository: name, Kind: "decision", Number: 7, HeadSHA: sha, Private: []Private{{Body: []byte(`"alice"`)}}}},
	}))(t)
	if !standing.Ours {
		t.Fatal("the claim is lost")
	}
}

func claimKey(t *testing.T, s *Store, key string) Claim {
	t.Helper()
	claims := must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
	i := slices.IndexFunc(claims, func(c Claim) bool { return c.Key == key })
	if i < 0 {
		t.Fatalf("%s is not claimed: %v", key, keysOf(claims))
	}
	return claims[i]
}

// kept counts the rows of each table by the repository that they name.
func kept(t *testing.T, s *Store) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range append(slices.Collect(func(yield func(string) bool) {
		for _, n := range namedTables {
			if !yield(n.table) {
				return
			}
		}
	}), "repositories", "work") {
		column := "repository"
		if table == "repositories" {
			column = "name"
		}
		type count struct {
			name string
			n    int
		}
		scan := func(r row) (c count, err error) { return c, r.Scan(&c.name, &c.n) }
		for _, c := range must(list(t.Context(), s.read, scan, fmt.Sprintf("SELECT %[1]s, COUNT(*) FROM %[2]s GROUP BY %[1]s", column, table)))(t) {
			out[table+" of "+c.name] = c.n
		}
	}
	return out
}

// everything is what settle leaves of each repository.
func everything(names ...string) map[string]int {
	out := map[string]int{}
	for _, name := range names {
		for _, n := range namedTables {
			out[n.table+" of "+name] = 1
		}
		out["repositories of "+name], out["work of "+name] = 1, 1
	}
	return out
}

// TestEverythingMovesWithItsRepository: with its new name everything is found under that and nothing under the old one,
// the work that was under way is done anew, and the audit log goes on.
func TestEverythingMovesWithItsRepository(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		settle(t, s, 1, "acme/widgets")
		settle(t, s, 2, "globex/gears")
		check(t, s.Raise(t.Context(), Job{Key: "pull acme/widgets#7", Repository: "acme/widgets"}, Job{Key: "own", Repository: "acme/widgets"}))
		claim, own := claimKey(t, s, "pull acme/widgets#7"), "own"

		m := moving()
		m.Leave = own
		got := must(s.Identify(t.Context(), Identity{ID: 1, Name: "acme/gadgets", Installation: 10}, m))(t)
		if diff := cmp.Diff([]Move{{From: "acme/widgets", To: "acme/gadgets", Installation: 9}}, got); diff != "" {
			t.Errorf("moves (-want +got):\n%s", diff)
		}
		want := everything("acme/gadgets", "globex/gears")
		want["work of acme/gadgets"], want["work of acme/widgets"] = 2, 1 // what is raised; what is left as it is
		if diff := cmp.Diff(want, kept(t, s)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if standing := must(s.Finish(t.Context(), claim, Finished{}))(t); standing.Ours {
			t.Error("the work that was under way counts")
		}
		if row, outstanding, err := s.Outstanding(t.Context(), "pull acme/gadgets#7"); !outstanding || row.State != Waiting || row.Installation != 10 || err != nil {
			t.Errorf("the work is not to be done anew: %+v, %v", row, err)
		}
		if _, found, _, err := s.Fact(t.Context(), "pushers acme/widgets"); found || err != nil {
			t.Errorf("who may write is still known under the old name: %v", err)
		}
		if r, found, err := s.Repository(t.Context(), "acme/gadgets"); !found || r.ID != 1 || r.Installation != 10 || !r.Configured || err != nil {
			t.Errorf("got %+v, %v", r, err)
		}
		if name, known, err := s.Called(t.Context(), 1); name != "acme/gadgets" || !known || err != nil {
			t.Errorf("number 1 is %q, %v", name, err)
		}
		chain(t, s, "acme/gadgets", 1)
		check(t, s.VerifyAudit(t.Context(), "acme/gadgets"))
		entries := must(s.Audit(t.Context(), "acme/gadgets", 0, 10))(t)
		if len(entries) != 3 || entries[1].Kind != "renamed" || entries[2].Repository != "acme/widgets" || entries[0].Private[0].Body == nil {
			t.Errorf("the log is %+v", entries)
		}
		if entries := must(s.Audit(t.Context(), "acme/widgets", 0, 10))(t); len(entries) > 0 {
			t.Errorf("the old name has the log %+v", entries)
		}
		if run := found(s.LatestRun(t.Context(), "acme/gadgets", 7))(t); run.AuditLog != "acme/widgets" || run.AuditSeq != 1 {
			t.Errorf("the run stands in the log %q at %d", run.AuditLog, run.AuditSeq)
		}
		if names := must(s.AuditedRepositories(t.Context()))(t); !slices.Equal(names, []string{"acme/gadgets", "globex/gears"}) {
			t.Errorf("there are logs of %v", names)
		}
		if got := identify(t, s, 2, "globex/gears"); len(got) > 0 {
			t.Errorf("another one moves: %v", got)
		}
	})
}

// TestRepositoriesAreNeverMixed: who takes a name finds nothing of who had it, whether that one is seen first under its
// own new name or not, and two that change names have their own each.
func TestRepositoriesAreNeverMixed(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		settle(t, s, 1, "acme/a")
		settle(t, s, 2, "acme/b")
		logs := func(want map[string]string) {
			t.Helper()
			got := map[string]string{}
			for _, name := range must(s.AuditedRepositories(t.Context()))(t) {
				check(t, s.VerifyAudit(t.Context(), name))
				for e, err := range s.AuditEntries(t.Context(), AuditQuery{Repository: strings.ToUpper(name)}) {
					check(t, err)
					got[name] = strings.TrimSpace(got[name] + " " + e.HeadSHA)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("logs (-want +got):\n%s", diff)
			}
		}

		// The first is renamed, and nobody has told; another one, new, takes its name.
		if got := identify(t, s, 3, "acme/a"); !slices.Equal(got, []Move{{"acme/a", "acme/a@1", 9, true}}) {
			t.Errorf("moves %v", got)
		}
		settle(t, s, 3, "acme/a")
		logs(map[string]string{"acme/a": "sha3", "acme/a@1": "sha1", "acme/b": "sha2"})
		if r, _, err := s.Repository(t.Context(), "acme/a@1"); r.Configured || !r.PublicSince.IsZero() || err != nil {
			t.Errorf("who is set aside is asked for: %+v, %v", r, err)
		}
		// The second one and the new one change names.
		identify(t, s, 2, "acme/a")
		identify(t, s, 3, "acme/b")
		logs(map[string]string{"acme/a": "sha2", "acme/a@1": "sha1", "acme/b": "sha3"})
		// The first is found again.
		identify(t, s, 1, "acme/c")
		logs(map[string]string{"acme/a": "sha2", "acme/b": "sha3", "acme/c": "sha1"})
		for name, id := range map[string]int{"acme/a": 2, "acme/b": 3, "acme/c": 1} {
			run := found(s.LatestRun(t.Context(), name, 7))(t)
			if want := fmt.Sprint("sha", id); run.HeadSHA != want {
				t.Errorf("%s has the run of %s, want %s", name, run.HeadSHA, want)
			}
		}
		// And back: its log has its own name again.
		identify(t, s, 2, "acme/d")
		identify(t, s, 1, "acme/a")
		logs(map[string]string{"acme/a": "sha1", "acme/b": "sha3", "acme/d": "sha2"})
		if log := must(s.AuditLog(t.Context(), "acme/a"))(t); log != "acme/a" {
			t.Errorf("its log is %s", log)
		}
		if names := slices.Sorted(maps.Keys(must(s.AuditCalled(t.Context()))(t))); !slices.Equal(names, []string{"acme/a", "acme/a@2", "acme/b"}) {
			t.Errorf("logs with names of their own: %v", names)
		}
	})
}

// TestARepositoryIsTakenForWhoHasItsName: of before its number was known.
func TestARepositoryIsTakenForWhoHasItsName(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		settle(t, s, 0, "acme/widgets")
		if got := identify(t, s, 1, "acme/widgets"); len(got) > 0 {
			t.Errorf("moves %v", got)
		}
		if r, _, err := s.Repository(t.Context(), "acme/widgets"); r.ID != 1 || err != nil {
			t.Errorf("got %+v, %v", r, err)
		}
		// Who still believes in the old name keeps nothing under it.
		identify(t, s, 1, "acme/gadgets")
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/widgets", ID: 1, Installation: 9, Configured: true}))
		if _, found, err := s.Repository(t.Context(), "acme/widgets"); found || err != nil {
			t.Errorf("the old name is known again: %v", err)
		}
	})
}

// TestWhatIsBeingKeptMovesAlong: somebody is about to commit what a run has produced, under the old name.
func TestWhatIsBeingKeptMovesAlong(t *testing.T) {
	t.Parallel()
	s := newPostgres(t).open(t) // SQLite has one writer
	settle(t, s, 1, "acme/widgets")
	finishing := must(s.write.BeginTx(t.Context(), nil))(t)
	defer finishing.Rollback()
	var pid int
	check(t, finishing.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	must(finishing.ExecContext(t.Context(), "UPDATE work SET done = want WHERE key = 'pull acme/widgets#7'"))(t)
	check(t, s.savePull(t.Context(), finishing, Pull{Repository: "acme/widgets", Number: 8, State: PullOpen}, ""))
	moved := make(chan error, 1)
	go func() {
		_, err := s.Identify(t.Context(), Identity{ID: 1, Name: "acme/gadgets", Installation: 9}, moving())
		moved <- err
	}()
	for waits := 0; waits == 0; {
		check(t, s.read.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))", pid).Scan(&waits))
	}
	check(t, finishing.Commit())
	check(t, <-moved)
	found(s.Pull(t.Context(), "acme/gadgets", 8))(t)
}
