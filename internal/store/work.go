package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Job asks for something to be looked at again. Jobs of one key are merged: however many are raised, one
// run that begins afterwards serves them all. A job therefore carries a reference, never the news itself.
type Job struct {
	Key          string    // one row of work; at most one claim at a time
	Kind         string    // which worker understands it
	Installation int64     // whose share and whose holds it counts against
	Repository   string    // "owner/name"
	Payload      string    // for the worker; the newest job's replaces the older one's
	DueAt        time.Time // not before; zero is now. Of merged jobs the earliest counts
	Priority     int       // lower first: 0 a fresh event, 1 a fan-out. Of merged jobs the lowest counts
}

// Claim is the right to work on a key until the lease ends.
type Claim struct {
	Job
	Owner      string
	Want       int64 // the generation that this claim serves
	Fence      int64 // which claim of the key this is
	Attempts   int   // this one included; a newly raised job starts counting anew
	LeaseUntil time.Time
}

// Standing is how a claim stands at the moment of asking.
type Standing struct {
	Ours  bool   // nobody else has claimed the key since, and it was not released
	Newer bool   // the key was raised after the claim: another run will follow this one
	Next  *Claim // what Finish was asked to go on with; nil if that is not free
}

// Raise asks for the jobs to be done, all or none of them.
func (s *Store) Raise(ctx context.Context, jobs ...Job) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := s.raise(ctx, tx, jobs)
		return err
	})
	if err != nil {
		return fmt.Errorf("raise jobs: %w", err)
	}
	s.signal()
	return nil
}

// A row is pending when something was raised that no living claim has seen: only then do merged jobs share
// the earlier due time and the better priority.
const raiseSQL = `
INSERT INTO work (key, kind, installation, repository, payload, priority, due_at, since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (key) DO UPDATE SET
  want = work.want + 1, attempts = 0, failed = FALSE,
  since = CASE WHEN work.want > work.done AND work.since > 0 THEN work.since ELSE excluded.since END,
  kind = excluded.kind, installation = excluded.installation,
  repository = excluded.repository, payload = excluded.payload,
  priority = CASE WHEN ` + pendingSQL + ` AND work.priority < excluded.priority THEN work.priority ELSE excluded.priority END,
  due_at   = CASE WHEN ` + pendingSQL + ` AND work.due_at < excluded.due_at THEN work.due_at ELSE excluded.due_at END
RETURNING want`

const pendingSQL = `work.want > work.done AND NOT work.failed AND (work.want > work.claimed OR work.lease_until <= $8)`

// raise returns the generation wanted of each job, in the order of the jobs.
func (s *Store) raise(ctx context.Context, tx *sql.Tx, jobs []Job) ([]int64, error) {
	order := make([]int, len(jobs))
	for i := range jobs {
		order[i] = i
	}
	// Rows are locked in one order, so that two deliveries do not wait for each other.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(jobs[a].Key, jobs[b].Key) })
	wants := make([]int64, len(jobs))
	for _, i := range order {
		j := jobs[i]
		if j.Key == "" {
			return nil, fmt.Errorf("a job of kind %q has no key", j.Kind)
		}
		err := tx.QueryRowContext(ctx, raiseSQL, j.Key, j.Kind, j.Installation, j.Repository, j.Payload, j.Priority,
			s.orNow(j.DueAt), millis(s.now())).Scan(&wants[i])
		if err != nil {
			return nil, fmt.Errorf("raise %s: %w", j.Key, err)
		}
	}
	return wants, nil
}

// promoteSQL raises rows whose recheck is due at $1, so that from here on there is only want > done.
const promoteSQL = `
UPDATE work SET
  want   = CASE WHEN want > done THEN want ELSE want + 1 END,
  since  = CASE WHEN want > done AND since > 0 THEN since ELSE $1 END,
  due_at = CASE WHEN want > done AND NOT failed AND due_at < recheck_at THEN due_at ELSE recheck_at END,
  failed = FALSE, recheck_at = 0
WHERE recheck_at > 0 AND recheck_at <= $1 AND lease_until <= $1 AND key IN
  (SELECT key FROM work WHERE recheck_at > 0 AND recheck_at <= $1 AND lease_until <= $1 ORDER BY recheck_at, key LIMIT CAST($2 AS BIGINT))`

// classesSQL begins a statement with each installation and priority of which anything is pending.
const classesSQL = `
WITH RECURSIVE classes AS (
  SELECT key, installation, priority FROM work WHERE key =
    (SELECT key FROM work WHERE want > done AND NOT failed ORDER BY installation, priority, due_at, key LIMIT 1)
  UNION ALL
  SELECT next.key, next.installation, next.priority FROM classes JOIN work AS next ON next.key = COALESCE(
    (SELECT w.key FROM work AS w WHERE w.want > w.done AND NOT w.failed AND w.installation = classes.installation AND w.priority > classes.priority
     ORDER BY w.priority, w.due_at, w.key LIMIT 1),
    (SELECT w.key FROM work AS w WHERE w.want > w.done AND NOT w.failed AND w.installation > classes.installation
     ORDER BY w.installation, w.priority, w.due_at, w.key LIMIT 1))
)`

// claimSQL walks the index work_ready instead of ranking all that is due, so that its cost is that of the
// installations with pending rows and not of the rows. An installation's turn counts what it has running, so
// that the next free worker goes to whoever has the fewest; inside a turn the order is that of priority and age.
//
// Every step is a subquery for one key, which both engines answer from the index (TestClaimReadsTheIndex).
const claimSQL = classesSQL + `, heads AS MATERIALIZED ( -- the first of each that may be claimed
  SELECT head.key, head.installation, head.priority, head.due_at FROM classes JOIN work AS head ON head.key =
    (SELECT w.key FROM work AS w WHERE w.want > w.done AND NOT w.failed AND w.installation = classes.installation AND w.priority = classes.priority
       AND w.due_at <= $1 AND w.lease_until <= $1 ORDER BY w.due_at, w.key LIMIT 1)
  WHERE classes.installation NOT IN (SELECT holds.installation FROM holds WHERE holds.until > $1)
), busy AS (
  SELECT installation, COUNT(*) AS running FROM work WHERE lease_owner <> '' AND lease_until > $1 GROUP BY installation
), chosen AS ( -- of the others, $4 have a first one that comes before theirs
  SELECT best.installation, COALESCE(busy.running, 0) AS running
  FROM (SELECT heads.*, ROW_NUMBER() OVER (PARTITION BY installation ORDER BY priority) AS place FROM heads) AS best
  LEFT JOIN busy ON busy.installation = best.installation
  WHERE best.place = 1 ORDER BY COALESCE(busy.running, 0), best.priority, best.due_at, best.key LIMIT CAST($4 AS BIGINT)
), walk AS ( -- the first $4 of each of their heads
  SELECT heads.key, heads.installation, heads.priority, heads.due_at, chosen.running, 1 AS step
  FROM heads JOIN chosen ON chosen.installation = heads.installation
  UNION ALL
  SELECT next.key, next.installation, next.priority, next.due_at, walk.running, walk.step + 1 FROM walk JOIN work AS next ON next.key =
    (SELECT w.key FROM work AS w WHERE w.want > w.done AND NOT w.failed AND w.installation = walk.installation AND w.priority = walk.priority
       AND (w.due_at, w.key) > (walk.due_at, walk.key) AND w.due_at <= $1 AND w.lease_until <= $1 ORDER BY w.due_at, w.key LIMIT 1)
  WHERE walk.step < $4
), ranked AS (
  SELECT key, priority, due_at, running + ROW_NUMBER() OVER (PARTITION BY installation ORDER BY priority, due_at, key) AS turn FROM walk
)
UPDATE work SET claimed = want, fence = fence + 1, attempts = attempts + 1, lease_owner = $2, lease_until = $3
WHERE want > done AND NOT failed AND due_at <= $1 AND lease_until <= $1
  AND key IN (SELECT key FROM ranked ORDER BY turn, priority, due_at, key LIMIT CAST($4 AS BIGINT))
RETURNING ` + claimColumns

const claimColumns = "key, kind, installation, repository, payload, priority, due_at, want, fence, attempts"

const (
	MostClaimed  = 64  // by one Claim: the cost may grow with its square
	mostPromoted = 200 // by one Claim
)

// Claim takes up to limit keys, and at most MostClaimed, for owner until lease from now; if it returns fewer, no
// others are due. No two claims of a key are alive at once. Installations take turns, so that one with a long backlog
// does not keep the others waiting, and what is running counts as a turn. Of one installation, the lower
// priority number always goes first, however long the others have waited; what is running is not interrupted.
func (s *Store) Claim(ctx context.Context, owner string, lease time.Duration, limit int) ([]Claim, error) {
	if owner == "" || lease <= 0 {
		return nil, fmt.Errorf("claim work: owner %q and lease %s must both be given", owner, lease)
	}
	if limit <= 0 {
		return nil, nil
	}
	var claims []Claim
	err := s.share(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// Claimers in PostgreSQL would otherwise pick the same rows and all but one come back with few.
		if err := s.lock(ctx, tx, lockClaim); err != nil {
			return err
		}
		now := s.now()
		if _, err := tx.ExecContext(ctx, promoteSQL, millis(now), mostPromoted); err != nil {
			return err
		}
		until := millis(now.Add(lease))
		var err error
		claims, err = list(ctx, tx, scanClaim(owner, until), claimSQL, millis(now), owner, until, min(limit, MostClaimed))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim work: %w", err)
	}
	slices.SortFunc(claims, func(a, b Claim) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), a.DueAt.Compare(b.DueAt), cmp.Compare(a.Key, b.Key))
	})
	return claims, nil
}

func scanClaim(owner string, until int64) func(row) (Claim, error) {
	return func(r row) (Claim, error) {
		c := Claim{Owner: owner, LeaseUntil: moment(until)}
		var due int64
		err := r.Scan(&c.Key, &c.Kind, &c.Installation, &c.Repository, &c.Payload, &c.Priority, &due, &c.Want, &c.Fence, &c.Attempts)
		c.DueAt = moment(due)
		return c, err
	}
}

// claimOne takes one key, if it is due and free and its installation is not held back.
func (s *Store) claimOne(ctx context.Context, tx *sql.Tx, key, owner string, lease time.Duration) (Claim, bool, error) {
	now := s.now()
	until := millis(now.Add(lease))
	return first(ctx, tx, scanClaim(owner, until), `
		UPDATE work SET claimed = want, fence = fence + 1, attempts = attempts + 1, lease_owner = $2, lease_until = $3
		WHERE key = $4 AND want > done AND NOT failed AND due_at <= $1 AND lease_until <= $1
		  AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.installation = work.installation AND holds.until > $1)
		RETURNING `+claimColumns, millis(now), owner, until, key)
}

// Extend renews the leases that owner holds on keys, to lease from now, and returns the keys it still
// holds: the work on the others should be broken off. A lease that ran out is renewed if nobody has taken
// the key since.
func (s *Store) Extend(ctx context.Context, owner string, lease time.Duration, keys []string) ([]string, error) {
	var held []string
	err := s.change(ctx, func(tx *sql.Tx) error {
		held = nil
		until := millis(s.now().Add(lease))
		for _, key := range slices.Sorted(slices.Values(keys)) {
			n, err := affected(ctx, tx, "UPDATE work SET lease_until = $1 WHERE key = $2 AND lease_owner = $3", until, key, owner)
			if err != nil {
				return err
			}
			if n > 0 {
				held = append(held, key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("extend leases of %s: %w", owner, err)
	}
	return held, nil
}

// Standing tells how a claim stands: asked before publishing, so that an outdated result is not shown.
func (s *Store) Standing(ctx context.Context, c Claim) (Standing, error) {
	want, ours, err := lookUpOne(ctx, s, scanInt, "SELECT want FROM work WHERE key = $1 AND lease_owner = $2 AND fence = $3", c.Key, c.Owner, c.Fence)
	if err != nil {
		return Standing{}, fmt.Errorf("standing of %s: %w", c.Key, err)
	}
	return Standing{Ours: ours, Newer: ours && want > c.Want}, nil
}

func scanInt(r row) (n int64, err error) { return n, r.Scan(&n) }
