package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// FailedDelivery is a webhook that GitHub could not deliver.
type FailedDelivery struct {
	GUID         string
	Installation int64     // 0 when it is about none
	Attempt      int64     // GitHub's number of the newest failed attempt; later attempts have higher ones
	FailedAt     time.Time // that attempt
	Asked        int       // how often another attempt was asked for
	AskedAt      time.Time // the last time; zero is never
}

// Recovery is how far the search for failed deliveries has come.
type Recovery struct {
	RanAt  time.Time // when a search last came to its end; zero is never
	SeenTo time.Time // every delivery that had failed by then is kept
	Top    time.Time // when a search that is not at its end began; zero when none is under way
	Page   string    // the page with which that search goes on; "" is the first
}

// Recovery returns how far the search for failed deliveries has come; the zero value before the first.
func (s *Store) Recovery(ctx context.Context) (Recovery, error) {
	scan := func(r row) (out Recovery, err error) {
		var ran, seen, top int64
		err = r.Scan(&ran, &seen, &top, &out.Page)
		out.RanAt, out.SeenTo, out.Top = moment(ran), moment(seen), moment(top)
		return out, err
	}
	out, _, err := first(ctx, s.read, scan, "SELECT ran_at, seen_to, top, page FROM recovery WHERE id = 1")
	if err != nil {
		return Recovery{}, fmt.Errorf("read state of recovery: %w", err)
	}
	return out, nil
}

// SaveRecovery keeps how far the search has come, together with what it found: deliveries that failed, of
// which a known one only becomes newer, and the numbers of attempts that succeeded, by GUID, after which no
// earlier attempt matters. Deliveries that failed before forget are removed.
func (s *Store) SaveRecovery(ctx context.Context, r Recovery, failed []FailedDelivery, succeeded map[string]int64, forget time.Time) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, d := range failed {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO redeliveries (guid, installation, attempt, failed_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, failed_at = excluded.failed_at
				WHERE excluded.attempt > redeliveries.attempt`, d.GUID, d.Installation, d.Attempt, millis(d.FailedAt))
			if err != nil {
				return err
			}
		}
		for guid, attempt := range succeeded {
			if _, err := tx.ExecContext(ctx, "UPDATE redeliveries SET answered = $2 WHERE guid = $1 AND answered < $2", guid, attempt); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM redeliveries WHERE failed_at < $1", millis(forget)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO recovery (id, ran_at, seen_to, top, page) VALUES (1, $1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET ran_at = excluded.ran_at, seen_to = excluded.seen_to, top = excluded.top, page = excluded.page`,
			millis(r.RanAt), millis(r.SeenTo), millis(r.Top), r.Page)
		return err
	})
	if err != nil {
		return fmt.Errorf("save state of recovery: %w", err)
	}
	return nil
}

// Undelivered lists the deliveries that failed since a time, were never accepted here, and of which no attempt
// is under way or has succeeded as far as is known; the one that failed first comes first. Those that were asked for
// most times already are left out.
func (s *Store) Undelivered(ctx context.Context, since time.Time, most int) ([]FailedDelivery, error) {
	scan := func(r row) (d FailedDelivery, err error) {
		var failed, asked int64
		err = r.Scan(&d.GUID, &d.Installation, &d.Attempt, &failed, &d.Asked, &asked)
		d.FailedAt, d.AskedAt = moment(failed), moment(asked)
		return d, err
	}
	all, err := list(ctx, s.read, scan, `
		SELECT guid, installation, attempt, failed_at, asked, asked_at FROM redeliveries
		WHERE failed_at >= $1 AND asked < $2 AND attempt > answered
		  AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.guid = redeliveries.guid)
		ORDER BY failed_at, attempt`, millis(since), most)
	if err != nil {
		return nil, fmt.Errorf("list failed deliveries: %w", err)
	}
	return all, nil
}

// Failing reports whether deliveries of an installation have failed since a time.
func (s *Store) Failing(ctx context.Context, installation int64, since time.Time) (bool, error) {
	n, _, err := first(ctx, s.read, scanInt, "SELECT COUNT(*) FROM redeliveries WHERE installation = $1 AND failed_at >= $2", installation, millis(since))
	if err != nil {
		return false, fmt.Errorf("look for failed deliveries of installation %d: %w", installation, err)
	}
	return n > 0, nil
}

// Asked notes that another attempt at a delivery was asked for, or that none can be had: it is listed again
// once a newer attempt has failed.
func (s *Store) Asked(ctx context.Context, d FailedDelivery) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE redeliveries SET asked = asked + 1, asked_at = $3,
			  answered = CASE WHEN answered < $2 THEN $2 ELSE answered END WHERE guid = $1`, d.GUID, d.Attempt, millis(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("note redelivery of %s: %w", d.GUID, err)
	}
	return nil
}

// SaveLaw keeps for which version of the rules every open pull request of a repository was last looked at. It
// does nothing for a repository that was never seen.
func (s *Store) SaveLaw(ctx context.Context, repository, law string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE repositories SET law = $2 WHERE name = $1", repository, law)
		return err
	})
	if err != nil {
		return fmt.Errorf("save law of %s: %w", repository, err)
	}
	return nil
}

// Laws returns for which version of the rules the repositories of an installation were last looked at, by name.
func (s *Store) Laws(ctx context.Context, installation int64) (map[string]string, error) {
	type named struct{ name, law string }
	scan := func(r row) (n named, err error) { return n, r.Scan(&n.name, &n.law) }
	all, err := list(ctx, s.read, scan, "SELECT name, law FROM repositories WHERE installation = $1", installation)
	if err != nil {
		return nil, fmt.Errorf("list laws of installation %d: %w", installation, err)
	}
	laws := map[string]string{}
	for _, n := range all {
		laws[n.name] = n.law
	}
	return laws, nil
}

// StandingGroups lists the groups of a repository that are not known to be destroyed, the oldest first.
func (s *Store) StandingGroups(ctx context.Context, repository string) ([]Group, error) {
	all, err := s.groups(ctx, "merge_groups.repository = $1 AND destroyed_at = 0", repository)
	if err != nil {
		return nil, fmt.Errorf("list groups of %s: %w", repository, err)
	}
	return all, nil
}

// AboutToRun returns the keys among those of a repository that were raised and are not done.
func (s *Store) AboutToRun(ctx context.Context, repository string) (map[string]bool, error) {
	scan := func(r row) (key string, err error) { return key, r.Scan(&key) }
	all, err := list(ctx, s.read, scan, "SELECT key FROM work WHERE repository = $1 AND want > done", repository)
	if err != nil {
		return nil, fmt.Errorf("list work of %s: %w", repository, err)
	}
	keys := map[string]bool{}
	for _, key := range all {
		keys[key] = true
	}
	return keys, nil
}
