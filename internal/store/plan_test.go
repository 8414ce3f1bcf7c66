package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// plan tells how an engine would answer a statement.
func plan(t *testing.T, s *Store, statement string, args ...any) string {
	t.Helper()
	explain, scan := "EXPLAIN QUERY PLAN ", func(r row) (line string, err error) {
		var id, parent, unused int
		return line, r.Scan(&id, &parent, &unused, &line)
	}
	if s.postgres {
		explain, scan = "EXPLAIN ", func(r row) (line string, err error) { return line, r.Scan(&line) }
	}
	return strings.Join(must(list(t.Context(), s.read, scan, explain+statement, args...))(t), "\n")
}

// What is asked for with every webhook and every result must not cost more with a longer backlog.
func TestClaimReadsTheIndex(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		backlog(t, s, 20)
		now := millis(d.now())
		for name, steps := range map[string]string{
			"promote": plan(t, s, promoteSQL, now, 10),
			"claim":   plan(t, s, claimSQL, now, "w", now, 8),
			"next":    plan(t, s, nextSQL),
		} {
			for step := range strings.Lines(steps) {
				whole := strings.Contains(step, "Seq Scan on work") || strings.Contains(step, "SCAN work") && !strings.Contains(step, "USING INDEX")
				if whole || !s.postgres && strings.Contains(step, "SEARCH w ") && !strings.Contains(step, "USING INDEX work_ready") {
					t.Errorf("%s reads the whole table: %s\nof\n%s", name, step, steps)
				}
			}
		}
	})
}

// What a commit stands for is asked with every result: that must not read what else there is in the repository.
func TestACommitIsFoundByItsIndex(t *testing.T) {
	t.Parallel()
	s := newSQLite(t).open(t) // PostgreSQL goes by how much there is of each
	steps := plan(t, s, headOfSQL, "acme/widgets", "c0ffee")
	for _, index := range []string{"pulls_head (repository=? AND head_sha=?)", "heads_sha (repository=? AND sha=?)"} {
		if !strings.Contains(steps, index) {
			t.Errorf("want it read from %s, got\n%s", index, steps)
		}
	}
}

func TestAnInstallationWithALongBacklogKeepsNobodyWaiting(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		backlog(t, s, 1) // of installation 0: 50,000 fresh and 50,000 fanned out, all older than what comes now
		fan, fresh := "z fan of 0", "z fresh of 0"
		check(t, s.Raise(t.Context(),
			Job{Key: fan, Priority: 1},
			Job{Key: "fresh of 1", Installation: 1}, Job{Key: "fan of 2", Installation: 2, Priority: 1},
			Job{Key: "later of 3", Installation: 3, DueAt: start.Add(time.Hour)}))
		// Nine workers ask one after the other, and none of them finishes.
		var got []int64
		for range 9 {
			got = append(got, must(s.Claim(t.Context(), "w", time.Minute, 1))(t)[0].Installation)
		}
		if diff := cmp.Diff([]int64{0, 1, 2, 0, 0, 0, 0, 0, 0}, got); diff != "" {
			t.Errorf("installations in the order of their claims (-want +got):\n%s", diff)
		}
		for i := range 3 {
			check(t, s.Raise(t.Context(), Job{Key: fmt.Sprint("busy 2 ", i), Installation: 2}))
		}
		// 0 has seven running, 1 and 2 one each.
		claims := must(s.Claim(t.Context(), "w", time.Minute, 4))(t)
		if diff := cmp.Diff([]string{"busy 2 0", "busy 2 1", "busy 2 2", "key 14"}, keysOf(claims)); diff != "" {
			t.Errorf("claims (-want +got):\n%s", diff)
		}
		if claims := must(s.Claim(t.Context(), "w", time.Minute, 1000))(t); len(claims) != MostClaimed {
			t.Errorf("want no more than %d at a time, got %d", MostClaimed, len(claims))
		}

		// What is fresh never waits for what is fanned out in the same installation, however old that is.
		_, err := s.write.ExecContext(t.Context(), "UPDATE work SET done = want WHERE priority = 0 AND lease_owner = ''")
		check(t, err)
		check(t, s.Raise(t.Context(), Job{Key: fresh}))
		if got := take1(t, s); got.Key != fresh {
			t.Errorf("want what is fresh, got %s", got.Key)
		}
		if got := take1(t, s); got.Priority != 1 || got.Key == fan {
			t.Errorf("want the oldest that is fanned out, got %s", got.Key)
		}
	})
}

func take1(t *testing.T, s *Store) Claim {
	t.Helper()
	return must(s.Claim(t.Context(), "w", time.Minute, 1))(t)[0]
}

// After a long rest the rechecks of many pull requests are due at once.
func TestManyRechecksComeInParts(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		backlog(t, s, 10)
		_, err := s.write.ExecContext(t.Context(), "UPDATE work SET done = want, recheck_at = due_at WHERE due_at < $1", millis(start)-1_000_000+2*mostPromoted)
		check(t, err)
		_, err = s.write.ExecContext(t.Context(), "UPDATE work SET done = want WHERE recheck_at = 0")
		check(t, err)
		claimed := map[string]bool{}
		for {
			claims := must(s.Claim(t.Context(), "w", time.Minute, MostClaimed))(t)
			for _, c := range claims {
				claimed[c.Key] = true
				must(s.Finish(t.Context(), c, Finished{}))(t)
			}
			if len(claims) == 0 {
				break
			}
		}
		if len(claimed) != 2*mostPromoted {
			t.Errorf("want each recheck once, got %d", len(claimed))
		}
	})
}
