package store

import (
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func benchmark(b *testing.B, bench func(*testing.B, *Store)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, newSQLite(b).open(b)) })
	b.Run("postgres", func(b *testing.B) { bench(b, newPostgres(b).open(b)) })
}

// BenchmarkAccept measures deliveries that arrive 1, 8 and 64 at a time: how many are kept in a
// second, and how long one of a hundred waits at least. Give it a PostgreSQL that keeps what it commits
// (fsync on): the figures of one that does not mean nothing.
func BenchmarkAccept(b *testing.B) {
	for _, senders := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			benchmark(b, func(b *testing.B, s *Store) {
				var next atomic.Int64
				took := make([][]time.Duration, senders)
				b.ResetTimer()
				var all sync.WaitGroup
				for sender := range senders {
					all.Go(func() {
						for {
							i := int(next.Add(1))
							if i > b.N {
								return
							}
							began := time.Now()
							in := Intake{
								Delivery: Delivery{GUID: fmt.Sprint(i), Event: "pull_request", Repository: "acme/widgets", Installation: 1},
								Jobs:     []Job{{Key: fmt.Sprint(i % 500), Installation: 1}},
								Heads:    []Head{{Repository: "acme/widgets", Number: i % 500, SHA: fmt.Sprint(i), PushedBy: "alice"}},
							}
							if _, err := s.Accept(b.Context(), in); err != nil {
								b.Error(err)
								return
							}
							took[sender] = append(took[sender], time.Since(began))
						}
					})
				}
				all.Wait()
				b.StopTimer()
				times := slices.Sorted(slices.Values(slices.Concat(took...)))
				if len(times) == 0 {
					return
				}
				b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "deliveries/s")
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
			})
		})
	}
}

// BenchmarkClaimAndFinish measures one key at a time with 1,000 others waiting.
func BenchmarkClaimAndFinish(b *testing.B) {
	benchmark(b, func(b *testing.B, s *Store) {
		jobs := make([]Job, 1000)
		for i := range jobs {
			jobs[i] = Job{Key: fmt.Sprint(i), Installation: int64(i % 20)}
		}
		check(b, s.Raise(b.Context(), jobs...))
		body := make([]byte, 20_000)
		i := 0
		for b.Loop() {
			claims, err := s.Claim(b.Context(), "w", time.Minute, 1)
			if err != nil || len(claims) != 1 {
				b.Fatalf("want one claim, got %d %v", len(claims), err)
			}
			i++
			_, err = s.Finish(b.Context(), claims[0], Finished{
				Pull:      &Pull{Repository: "acme/widgets", Number: i, State: PullOpen},
				Run:       &Run{RunMeta: RunMeta{ID: fmt.Sprint(i), Repository: "acme/widgets", Number: i}, Snapshot: body},
				Audit:     []AuditEntry{{Repository: "acme/widgets", Kind: "run", Number: i}},
				FollowUps: []Job{{Key: claims[0].Key, Installation: claims[0].Installation}},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// backlog is 100,000 keys that are due, of so many installations, and as many that are done.
func backlog(tb testing.TB, s *Store, installations int) {
	tb.Helper()
	_, err := s.write.ExecContext(tb.Context(), `
		WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
		INSERT INTO work (key, kind, installation, repository, payload, priority, want, done, due_at)
		SELECT 'key ' || i, 'pull', i % CAST($1 AS BIGINT), 'acme/widgets', '{}', i / CAST($1 AS BIGINT) % 2, 1, i / 100000, CAST($2 AS BIGINT) + i FROM n`, installations, millis(start)-1_000_000)
	check(tb, err)
	if s.postgres { // as autovacuum does: without statistics every plan is a guess
		_, err := s.write.ExecContext(tb.Context(), "ANALYZE work")
		check(tb, err)
	}
}

// BenchmarkBacklog measures a claim of one key and of eight, and looking for the next one, with 100,000 keys due.
func BenchmarkBacklog(b *testing.B) {
	for _, installations := range []int{1, 20, 1000} {
		b.Run(fmt.Sprintf("installations=%d", installations), func(b *testing.B) {
			benchmark(b, func(b *testing.B, s *Store) {
				backlog(b, s, installations)
				for _, keys := range []int{1, 8} {
					b.Run(fmt.Sprintf("claim=%d", keys), func(b *testing.B) {
						for b.Loop() {
							if claims, err := s.Claim(b.Context(), "w", time.Minute, keys); err != nil || len(claims) != keys {
								b.Fatalf("want %d claims, got %d %v", keys, len(claims), err)
							}
							b.StopTimer()
							check(b, s.Release(b.Context(), "w"))
							b.StartTimer()
						}
					})
				}
				b.Run("next", func(b *testing.B) {
					for b.Loop() {
						if _, some, err := s.NextDue(b.Context()); err != nil || !some {
							b.Fatal(some, err)
						}
					}
				})
			})
		})
	}
}

// BenchmarkLookUp measures what is looked up for every event, in a repository with 1,000 open pull requests.
func BenchmarkLookUp(b *testing.B) {
	benchmark(b, func(b *testing.B, s *Store) {
		ctx := b.Context()
		check(b, s.SaveRepository(ctx, Repository{Name: "acme/widgets", Configured: true, Rules: []string{"OWNERS.md"}}))
		err := s.change(ctx, func(tx *sql.Tx) error {
			for i := range 1000 {
				sha := fmt.Sprint("sha ", i)
				if err := s.savePull(ctx, tx, Pull{Repository: "acme/widgets", Number: i, HeadSHA: sha, State: PullOpen}, ""); err != nil {
					return err
				}
				if err := s.saveHead(ctx, tx, Head{Repository: "acme/widgets", Number: i, SHA: sha}); err != nil {
					return err
				}
			}
			return nil
		})
		check(b, err)
		for _, look := range []struct {
			name string
			up   func() error
		}{
			{"repository", func() error { _, _, err := s.Repository(ctx, "acme/widgets"); return err }},
			{"pull", func() error { _, _, err := s.Pull(ctx, "acme/widgets", 7); return err }},
			{"head-of", func() error { _, _, err := s.HeadOf(ctx, "acme/widgets", "sha 7"); return err }},
			{"outstanding", func() error { _, _, err := s.Outstanding(ctx, "pull acme/widgets#7"); return err }},
		} {
			b.Run(look.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					check(b, look.up())
				}
			})
		}
	})
}

// BenchmarkEvent measures what the service asks of the store for one event, a review of one of 50 pull requests: from
// the delivery to the note of what was published, but for the notes of what is about to be and was written to GitHub.
func BenchmarkEvent(b *testing.B) {
	benchmark(b, func(b *testing.B, s *Store) {
		const repository = "acme/widgets"
		ctx, snapshot, report := b.Context(), make([]byte, 20_000), make([]byte, 8_000)
		check(b, s.SaveRepository(ctx, Repository{Name: repository, Configured: true, Rules: []string{"OWNERS.md"}}))
		claim := func() Claim {
			claims, err := s.Claim(ctx, "w", time.Minute, 1)
			if err != nil || len(claims) != 1 {
				b.Fatalf("want one claim, got %d %v", len(claims), err)
			}
			return claims[0]
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			number := i % 50
			pull, sha := fmt.Sprint("pull ", number), fmt.Sprint("sha ", number)
			_, _, err := s.Repository(ctx, repository)
			check(b, err)
			_, err = s.Accept(ctx, Intake{Delivery: Delivery{GUID: fmt.Sprint(i), Repository: repository, Installation: 1}, Jobs: []Job{{Key: pull, Installation: 1, Repository: repository}}})
			check(b, err)

			c := claim()
			for _, key := range []string{"grant", "pushers", "team"} {
				_, _, _, err = s.Fact(ctx, key)
				check(b, err)
			}
			_, err = s.Heads(ctx, repository, number)
			check(b, err)
			_, err = s.Commands(ctx, repository, number)
			check(b, err)
			_, _, err = s.Repository(ctx, repository)
			check(b, err)
			check(b, s.SaveOwnPolicies(ctx, repository, nil))
			_, err = s.Checks(ctx, repository, sha)
			check(b, err)
			_, err = s.GroupsOf(ctx, repository, number)
			check(b, err)
			_, _, err = s.LatestMeta(ctx, repository, number)
			check(b, err)
			_, err = s.Finish(ctx, c, Finished{
				Pull: &Pull{Repository: repository, Number: number, HeadSHA: sha, State: PullOpen},
				Run: &Run{
					RunMeta: RunMeta{ID: fmt.Sprint(i), Repository: repository, Number: number, HeadSHA: sha}, Snapshot: snapshot, Verdicts: report, Report: report,
					Outcomes: map[string]string{"one": "accepted", "two": "accepted", "three": "refused"},
				},
				Audit:     []AuditEntry{{Repository: repository, Kind: "run", Number: number, Private: []Private{{Body: []byte("alice")}, {Body: []byte("bob")}}}},
				FollowUps: []Job{{Key: "publish", Installation: 1, Repository: repository}},
			})
			check(b, err)

			c = claim()
			_, err = s.Checks(ctx, repository, sha)
			check(b, err)
			_, _, err = s.Group(ctx, repository, sha)
			check(b, err)
			_, _, err = s.HeadOf(ctx, repository, sha)
			check(b, err)
			_, _, err = s.LatestMeta(ctx, repository, number)
			check(b, err)
			for range 2 { // before and after it was put together
				_, _, err = s.Outstanding(ctx, pull)
				check(b, err)
			}
			_, _, err = s.Sticky(ctx, repository, number)
			check(b, err)
			_, err = s.Checks(ctx, repository, sha)
			check(b, err)
			_, err = s.Finish(ctx, c, Finished{Audit: []AuditEntry{{Repository: repository, Kind: "posted", HeadSHA: sha}}})
			check(b, err)
		}
	})
}
