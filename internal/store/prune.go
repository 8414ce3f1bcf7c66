package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Pruned counts what Prune has removed.
type Pruned struct {
	Deliveries int64
	Runs       int64
	Facts      int64
	Work       int64
	Heads      int64
	Commands   int64
	Groups     int64
	Checks     int64
	Names      int64 // names and texts beside the audit log
}

// Total is the sum of all counts.
func (p Pruned) Total() int64 {
	return p.Deliveries + p.Runs + p.Facts + p.Work + p.Heads + p.Commands + p.Groups + p.Checks + p.Names
}

const (
	// mostFacts bounds the cached facts, in bytes.
	mostFacts = 256 << 20
	// pruneFound is how many rows are looked up at once, and pruneBatch how many are removed in one transaction.
	pruneFound, pruneBatch = 5000, 200
)

// closedSQL holds for rows of a pull request that was last seen closed before $1; idleSQL for rows of one that
// nobody has looked at, in a repository of which nothing is left to be done. What is not done since before $1, because it
// fails ever again, does not count: it stays in the queue for all to see, but keeps nothing else.
const (
	closedSQL = ` EXISTS (SELECT 1 FROM pulls WHERE pulls.repository = old.repository AND pulls.number = old.number
		AND pulls.state <> 'open' AND pulls.updated_at < $1)`
	undoneSQL = "(SELECT repository FROM work WHERE want > done AND (since = 0 OR since >= $1))"
	idleSQL   = ` (old.repository NOT IN ` + undoneSQL + `
		AND NOT EXISTS (SELECT 1 FROM pulls WHERE pulls.repository = old.repository AND pulls.number = old.number))`
)

// Retention says what Prune removes.
type Retention struct {
	// Records is before when what was decided is removed, and on what: people look it up, and policies are tried on it.
	Records time.Time
	// Scratch is before when what only the work itself needs is removed. GitHub redelivers for up to three days,
	// and a delivery that was removed is not recognized, so it should lie further back.
	Scratch time.Time
}

// Prune removes what is older than its retention and not needed any more. Of records that is:
//
//   - runs but the latest of each pull request, which stays while the pull request is open and was not closed
//     before that time. The audit log keeps the digest of every run;
//   - heads and commands of pull requests that were closed before that time. If one is opened again, it is judged
//     by what GitHub still shows, and by comments that were deleted or edited: those stay, for in them somebody may
//     have said of themselves that they must not count, and GitHub does not show that any more;
//   - names and texts that stand beside the audit log, with their salts: their digests stay, and so does the chain.
//
// Of scratch it is:
//
//   - deliveries;
//   - merge groups, and checks on commits that are no open pull request's head: a check that is wanted again is
//     found on GitHub;
//   - work that is done. What is to be done, or has failed, or is to be looked at again at a certain time, stays;
//   - cached facts, and of the others those that were fetched longest ago, until 256 MiB are left.
//
// What is known of each pull request and repository in one line stays, and so does the audit log. Rows are
// removed a few at a time, so that nobody waits long for a lock; what was removed stays removed if it fails.
func (s *Store) Prune(ctx context.Context, before Retention) (Pruned, error) {
	var pruned Pruned
	uncounted := new(int64)
	for _, o := range []old{
		{&pruned.Runs, before.Records, "runs", "id", `old.taken_at < $1 AND NOT EXISTS (SELECT 1 FROM pulls
			WHERE pulls.repository = old.repository AND pulls.number = old.number AND pulls.run_id = old.id
			  AND (pulls.state = 'open' OR pulls.updated_at >= $1))`},
		{&pruned.Heads, before.Records, "heads", "repository, number, sha", "old.arrived_at < $1 AND (" + closedSQL + " OR " + idleSQL + ")"},
		{&pruned.Commands, before.Records, "commands", "repository, number, comment_id", "old.seen_at < $1 AND old.deleted_at = 0 AND old.edited_at = 0 AND (" + closedSQL + " OR " + idleSQL + ")"},
		{uncounted, before.Records, "command_texts", "repository, number, comment_id, digest", `old.written_at < $1 AND NOT EXISTS (SELECT 1 FROM commands
			WHERE commands.repository = old.repository AND commands.number = old.number AND commands.comment_id = old.comment_id)`},
		{&pruned.Names, before.Records, "audit_private", "repository, seq, place", `EXISTS (SELECT 1 FROM audit
			WHERE audit.repository = old.repository AND audit.seq = old.seq AND audit.at < $1)`},
		{&pruned.Deliveries, before.Scratch, "deliveries", "guid", "old.received_at < $1"},
		{&pruned.Groups, before.Scratch, "merge_groups", "repository, head_sha", "old.requested_at < $1"},
		{uncounted, before.Scratch, "merge_group_pulls", "repository, number, head_sha", `CAST($1 AS BIGINT) > 0 AND NOT EXISTS (SELECT 1 FROM merge_groups
			WHERE merge_groups.repository = old.repository AND merge_groups.head_sha = old.head_sha)`},
		{&pruned.Checks, before.Scratch, "checks", "repository, sha, name", `old.updated_at < $1 AND NOT EXISTS (SELECT 1 FROM pulls
			WHERE pulls.repository = old.repository AND pulls.head_sha = old.sha AND pulls.state = 'open')
			AND old.repository NOT IN ` + undoneSQL},
		{&pruned.Work, before.Scratch, "work", "key", "old.due_at < $1 AND old.want <= old.done AND old.recheck_at = 0 AND old.lease_owner = ''"},
		{uncounted, before.Scratch, "sticky_writes", "installation, at", "old.at < $1"},
		{uncounted, before.Scratch, "holds", "installation", "old.until < $1"},
		{&pruned.Facts, before.Scratch, "facts", "key", "old.stored_at < $1"},
	} {
		if err := s.prune(ctx, o); err != nil {
			return pruned, fmt.Errorf("prune %s: %w", o.table, err)
		}
	}
	if err := s.pruneFacts(ctx, mostFacts, &pruned.Facts); err != nil {
		return pruned, fmt.Errorf("prune facts: %w", err)
	}
	return pruned, nil
}

// pruneFacts removes the facts that were fetched longest ago, until most bytes are left.
func (s *Store) pruneFacts(ctx context.Context, most int64, count *int64) error {
	last, over, err := first(ctx, s.read, scanInt, `
		SELECT stored_at FROM (SELECT stored_at, SUM(length(key) + COALESCE(length(value), 0)) OVER (ORDER BY stored_at DESC, key) AS bytes FROM facts) AS counted
		WHERE bytes > $1 ORDER BY stored_at DESC LIMIT 1`, most)
	if err != nil || !over {
		return err
	}
	return s.prune(ctx, old{count, moment(last), "facts", "key", "old.stored_at <= $1"})
}

// old are the rows of a table that hold a condition, in which the table is called old.
type old struct {
	count      *int64
	before     time.Time // $1 of the condition
	table, key string    // key names the columns that tell its rows apart
	condition  string
}

// prune looks the rows up outside a transaction, so that a search through a large table keeps nobody from writing,
// and removes each if the condition still holds.
func (s *Store) prune(ctx context.Context, o old) error {
	columns := strings.Split(o.key, ", ")
	find := fmt.Sprintf("SELECT %s FROM %s AS old WHERE %s LIMIT %d", o.key, o.table, o.condition, pruneFound)
	var remove strings.Builder
	fmt.Fprintf(&remove, "DELETE FROM %s AS old WHERE (%s)", o.table, o.condition)
	for i, column := range columns {
		fmt.Fprintf(&remove, " AND old.%s = $%d", column, i+2)
	}
	scan := func(r row) ([]any, error) {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		return values, r.Scan(into...)
	}
	for {
		found, err := list(ctx, s.read, scan, find, millis(o.before))
		if err != nil {
			return err
		}
		removed := int64(0)
		for batch := range slices.Chunk(found, pruneBatch) {
			n := int64(0)
			err := s.change(ctx, func(tx *sql.Tx) error {
				n = 0
				for _, key := range batch {
					one, err := affected(ctx, tx, remove.String(), append([]any{millis(o.before)}, key...)...)
					if err != nil {
						return err
					}
					n += one
				}
				return nil
			})
			if err != nil {
				return err
			}
			removed += n
			*o.count += n
		}
		if len(found) < pruneFound || removed == 0 {
			return nil
		}
	}
}
