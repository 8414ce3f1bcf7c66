package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPruneKeepsTheLatestRunOfEachPull(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("old", "k"))
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{}))(t)
		seven, eight := pull(7), pull(8)
		one, two, only := run("one", 7, start), run("two", 7, start.Add(time.Second)), run("only", 8, start)
		finish(t, s, Finished{Pull: &seven, Run: &one})
		finish(t, s, Finished{Pull: &seven, Run: &two})
		finish(t, s, Finished{Pull: &eight, Run: &only})
		_, _, generation, err := s.Fact(t.Context(), "fact")
		check(t, err)
		d.pass(time.Hour)
		accept(t, s, intake("new"))

		got := must(s.Prune(t.Context(), Retention{d.now(), d.now()}))(t)
		if diff := cmp.Diff(Pruned{Deliveries: 1, Runs: 1, Facts: 1, Work: 2}, got); diff != "" {
			t.Errorf("pruned (-want +got):\n%s", diff)
		}
		for id, want := range map[string]bool{"one": false, "two": true, "only": true} {
			if _, ok, err := s.Run(t.Context(), id); ok != want || err != nil {
				t.Errorf("run %s: want kept %v, got %v %v", id, want, ok, err)
			}
		}
		if !accept(t, s, intake("new")) {
			t.Error("want the new delivery still known")
		}
		check(t, s.SaveFact(t.Context(), "fact", generation, []byte("1")))
		if _, ok, again, err := s.Fact(t.Context(), "fact"); ok || again == generation || err != nil {
			t.Errorf("want a pruned fact unknown and of a new generation, got %v %d %v", ok, again, err)
		}
	})
}

// TestPruneForgetsPullsThatWereClosedLongAgo keeps everything of a pull request that is open (7), of one that was
// closed of late (8), and of one that was not looked at yet (9), but nothing but one line of one closed long ago (6).
func TestPruneForgetsPullsThatWereClosedLongAgo(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for number := 6; number <= 9; number++ {
			sha := fmt.Sprint("head of ", number)
			in := intake(fmt.Sprint("delivery of ", number), fmt.Sprint("pull ", number))
			in.Heads = []Head{{Repository: "acme/widgets", Number: number, SHA: sha}}
			in.Commands = []Command{{Repository: "acme/widgets", Number: number, CommentID: int64(number), Author: "alice", Texts: []Text{{Body: "/bylaw recuse"}}}}
			in.Groups = []Group{{Repository: "acme/widgets", HeadSHA: fmt.Sprint("group of ", number), Pulls: []int{number}}}
			in.Jobs[0].Repository = "acme/widgets"
			accept(t, s, in)
			must(s.DisownChecks(t.Context(), "acme/widgets", sha, map[string]int64{"bylaw": 5}, start))(t)
			if number == 9 {
				break
			}
			c := take(t, s, "w")
			p, r := pull(number), run(fmt.Sprint("run of ", number), number, start)
			p.HeadSHA, p.UpdatedAt = sha, start
			if number == 6 {
				p.State = PullMerged
			}
			must(s.Finish(t.Context(), c, Finished{Pull: &p, Run: &r, Audit: []AuditEntry{{Repository: "acme/widgets", Kind: "run", Number: number}}}))(t)
		}
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{}))(t)
		check(t, s.Hold(t.Context(), 1, start))
		d.pass(30 * 24 * time.Hour)
		fail := func() {
			t.Helper()
			check(t, s.Raise(t.Context(), Job{Key: "pull 9", Installation: 1, Repository: "acme/widgets"}))
			must(s.Fail(t.Context(), take(t, s, "w"), Failure{Reason: "boom", GiveUp: true}))(t)
		}
		fail()
		d.pass(10 * time.Minute)
		eight := pull(8)
		eight.HeadSHA, eight.State, eight.UpdatedAt, eight.RunID = "head of 8", PullClosed, d.now(), "run of 8"
		check(t, s.change(t.Context(), func(tx *sql.Tx) error { return s.savePull(t.Context(), tx, eight, "") }))
		before := d.now().Add(-time.Hour)

		want := Pruned{Deliveries: 4, Runs: 1, Work: 3, Heads: 1, Commands: 1, Groups: 4}
		if diff := cmp.Diff(want, must(s.Prune(t.Context(), Retention{before, before}))(t)); diff != "" {
			t.Errorf("pruned while something is to be done (-want +got):\n%s", diff)
		}
		for number := 6; number <= 9; number++ {
			kept := []bool{number != 6, number != 6, true, false, number == 7 || number == 8}
			_, group, err := s.Group(t.Context(), "acme/widgets", fmt.Sprint("group of ", number))
			check(t, err)
			_, latest, err := s.LatestRun(t.Context(), "acme/widgets", number)
			check(t, err)
			got := []bool{
				len(must(s.Heads(t.Context(), "acme/widgets", number))(t)) > 0,
				len(must(s.Commands(t.Context(), "acme/widgets", number))(t)) > 0,
				len(must(s.Checks(t.Context(), "acme/widgets", fmt.Sprint("head of ", number)))(t)) > 0,
				group, latest,
			}
			if diff := cmp.Diff(kept, got); diff != "" {
				t.Errorf("heads, commands, checks, group and run of %d (-want +got):\n%s", number, diff)
			}
		}
		found(s.Pull(t.Context(), "acme/widgets", 6))(t)
		found(s.Outstanding(t.Context(), "pull 9"))(t)
		if entries := must(s.Audit(t.Context(), "acme/widgets", 0, 10))(t); len(entries) != 3 {
			t.Errorf("want the audit log kept, got %d entries", len(entries))
		}

		// What fails ever again keeps nothing any more, and stays in the queue.
		d.pass(55 * time.Minute)
		fail()
		before = d.now().Add(-time.Hour)
		want = Pruned{Heads: 1, Commands: 1, Checks: 3}
		if diff := cmp.Diff(want, must(s.Prune(t.Context(), Retention{before, before}))(t)); diff != "" {
			t.Errorf("pruned when something has failed for long (-want +got):\n%s", diff)
		}
		if row := found(s.Outstanding(t.Context(), "pull 9"))(t); row.State != Failed {
			t.Errorf("what failed is %s", row.State)
		}
		for table, want := range map[string]int{"raised": 0, "command_texts": 2, "merge_group_pulls": 0, "holds": 0, "checks": 1} {
			var got int
			check(t, s.read.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&got))
			if got != want {
				t.Errorf("%s: want %d rows, got %d", table, want, got)
			}
		}
		if accept(t, s, intake("delivery of 6", "pull 6")) {
			t.Error("want a delivery that was removed taken as a new one")
		}
	})
}

func TestPruneTakesTurnsWithThoseWhoWrite(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		const many = 3*pruneBatch + 1
		_, err := s.write.ExecContext(t.Context(), `
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 601)
			INSERT INTO deliveries (guid, event, action, repository, installation, received_at) SELECT 'old ' || i, '', '', '', 0, i FROM n`)
		check(t, err)
		ctx, stop := context.WithCancel(t.Context())
		var written []int64 // how many were left each time somebody could write
		var writer sync.WaitGroup
		begun := make(chan struct{})
		writer.Go(func() {
			for first := true; ctx.Err() == nil; first = false {
				if !first && len(written) == 1 {
					close(begun)
				}
				check(t, s.Raise(t.Context(), Job{Key: "a"}))
				var left int64
				check(t, s.read.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM deliveries").Scan(&left))
				written = append(written, left)
			}
		})
		<-begun
		got := must(s.Prune(t.Context(), Retention{start, start}))(t)
		stop()
		writer.Wait()
		if got.Deliveries != many {
			t.Errorf("want %d removed, got %+v", many, got)
		}
		if !slices.ContainsFunc(written, func(left int64) bool { return left > 0 && left < many }) {
			t.Errorf("want others to write between two batches, but they wrote when %v were left", written)
		}
	})
}

func TestCachedFactsAreBounded(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for i := range 10 {
			key := fmt.Sprint("fact ", i)
			_, _, generation, err := s.Fact(t.Context(), key)
			check(t, err)
			check(t, s.SaveFact(t.Context(), key, generation, make([]byte, 1000)))
			d.pass(time.Second)
		}
		_, _, generation, err := s.Fact(t.Context(), "huge")
		check(t, err)
		check(t, s.SaveFact(t.Context(), "huge", generation, make([]byte, mostFact+1)))
		if _, kept, _, err := s.Fact(t.Context(), "huge"); kept || err != nil {
			t.Errorf("want what is too large not kept, got %v %v", kept, err)
		}
		var removed int64
		check(t, s.pruneFacts(t.Context(), 3500, &removed))
		check(t, s.pruneFacts(t.Context(), 3500, &removed))
		if removed != 7 {
			t.Errorf("want all but the last three removed, got %d", removed)
		}
		for i, want := range map[int]bool{6: false, 7: true, 9: true} {
			if _, kept, _, err := s.Fact(t.Context(), fmt.Sprint("fact ", i)); kept != want || err != nil {
				t.Errorf("fact %d: want kept %v, got %v %v", i, want, kept, err)
			}
		}
	})
}

// TestPruneKeepsWhatGitHubHasForgotten: a pull request can be opened again, and whoever recused themselves in a comment
// that is gone must not count then.
func TestPruneKeepsWhatGitHubHasForgotten(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		recuse := []Text{{Body: "/bylaw recuse"}}
		in := intake("one", "pull 7")
		in.Commands = []Command{
			{Repository: "acme/widgets", Number: 7, CommentID: 1, Author: "alice", Texts: recuse},
			{Repository: "acme/widgets", Number: 7, CommentID: 2, Author: "bob", Texts: recuse, DeletedAt: start},
			{Repository: "acme/widgets", Number: 7, CommentID: 3, Author: "carol", Texts: append(recuse, Text{}), EditedAt: start, EditedBy: "carol"},
		}
		accept(t, s, in)
		closed := pull(7)
		closed.State, closed.UpdatedAt = PullClosed, start
		must(s.Finish(t.Context(), take(t, s, "w"), Finished{Pull: &closed}))(t)
		d.pass(time.Hour)
		got := must(s.Prune(t.Context(), Retention{Records: d.now(), Scratch: start}))(t)
		if got.Commands != 1 || got.Total() != 1 {
			t.Errorf("want one command removed, got %+v", got)
		}
		kept := map[int64]int{}
		for _, c := range must(s.Commands(t.Context(), "acme/widgets", 7))(t) {
			kept[c.CommentID] = len(c.Texts)
		}
		if diff := cmp.Diff(map[int64]int{2: 1, 3: 2}, kept); diff != "" {
			t.Errorf("comments and their texts (-want +got):\n%s", diff)
		}
	})
}
