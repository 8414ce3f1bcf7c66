package store

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestOneRunAtATimeAndNoneLost lets several processes with several workers each race for few keys while
// deliveries keep arriving, each of which brings a new head for two keys. The last run of every key must
// have seen all heads of it, and no key may be run twice at once.
func TestOneRunAtATimeAndNoneLost(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		const keys, senders, deliveries, owners = 12, 4, 60, 9
		var sent, seen [keys]atomic.Int64 // heads of each key
		var running [keys]atomic.Int32
		var runs, overlapping atomic.Int64

		stores := []*Store{d.open(t)}
		if stores[0].postgres { // an SQLite file is for one process
			stores = append(stores, d.open(t), d.open(t))
		}
		var producers sync.WaitGroup
		var produced atomic.Bool
		for r := range senders {
			producers.Go(func() {
				for i := range deliveries {
					guid := fmt.Sprintf("%d-%d", r, i)
					in := Intake{Delivery: Delivery{GUID: guid}}
					for _, k := range rand.Perm(keys)[:2] {
						in.Jobs = append(in.Jobs, Job{Key: fmt.Sprint(k), Installation: int64(k % 3), Payload: fmt.Sprint(k)})
						in.Heads = append(in.Heads, Head{Repository: "acme/widgets", Number: k, SHA: guid})
						sent[k].Add(1)
					}
					if _, err := stores[r%len(stores)].Accept(t.Context(), in); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		work := func(s *Store, c Claim) {
			k, err := strconv.Atoi(c.Payload)
			if err != nil {
				t.Error(err)
				return
			}
			if running[k].Add(1) > 1 {
				overlapping.Add(1)
			}
			heads, err := s.Heads(t.Context(), "acme/widgets", k)
			if err != nil {
				t.Error(err)
			}
			seen[k].Store(int64(len(heads)))
			running[k].Add(-1)
			standing, err := s.Finish(t.Context(), c, Finished{Audit: []AuditEntry{{Repository: "acme/widgets", Kind: "run"}}})
			if err != nil || !standing.Ours {
				t.Errorf("finish %s: %+v %v", c.Key, standing, err)
			}
			runs.Add(1)
		}
		var consumers sync.WaitGroup
		for w := range owners {
			s, owner := stores[w%len(stores)], fmt.Sprintf("worker-%d", w)
			consumers.Go(func() {
				for {
					last := produced.Load()
					claims, err := s.Claim(t.Context(), owner, time.Minute, 2)
					if err != nil {
						t.Error(err)
						return
					}
					if len(claims) == 0 && last {
						return
					}
					for _, c := range claims {
						work(s, c)
					}
				}
			})
		}
		producers.Wait()
		produced.Store(true)
		consumers.Wait()

		if overlapping.Load() > 0 {
			t.Errorf("want no overlapping runs, got %d", overlapping.Load())
		}
		for k := range keys {
			if sent[k].Load() != seen[k].Load() {
				t.Errorf("key %d: %d heads sent, the last run saw %d", k, sent[k].Load(), seen[k].Load())
			}
		}
		if left := must(stores[0].Queue(t.Context(), 10))(t); len(left) > 0 {
			t.Errorf("want everything done, got %+v", left)
		}
		check(t, stores[0].VerifyAudit(t.Context(), "acme/widgets"))
		if entries := must(stores[0].Audit(t.Context(), "acme/widgets", 0, 10000))(t); int64(len(entries)) != runs.Load() {
			t.Errorf("want one audit entry for each of %d runs, got %d", runs.Load(), len(entries))
		}
		t.Logf("%d events, %d runs", senders*deliveries*2, runs.Load())
	})
}

// TestTransactionsThatWaitForEachOtherBothHappen ties two transactions up in a knot, which PostgreSQL
// undoes by breaking one off.
func TestTransactionsThatWaitForEachOtherBothHappen(t *testing.T) {
	t.Parallel()
	s := newPostgres(t).open(t)
	check(t, s.Raise(t.Context(), Job{Key: "a"}, Job{Key: "b"}))
	var met, both sync.WaitGroup
	met.Add(2)
	for _, keys := range [][]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			tries := 0
			err := s.change(t.Context(), func(tx *sql.Tx) error {
				tries++
				for i, key := range keys {
					if _, err := tx.ExecContext(t.Context(), "UPDATE work SET attempts = attempts + 1 WHERE key = $1", key); err != nil {
						return err
					}
					if i == 0 && tries == 1 {
						met.Done()
						met.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	for _, q := range must(s.Queue(t.Context(), 10))(t) {
		if q.Attempts != 2 {
			t.Errorf("%s: want both transactions counted once, got %d", q.Key, q.Attempts)
		}
	}
}
