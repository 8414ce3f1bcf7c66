package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Delivery is one webhook of GitHub.
type Delivery struct {
	GUID         string // X-GitHub-Delivery; the same when GitHub delivers again
	Event        string
	Action       string
	Repository   string
	Installation int64
	ReceivedAt   time.Time // zero is now
}

// ForgetCheck names a commit whose check runs must be written again even if nothing has changed.
type ForgetCheck struct {
	Repository string
	SHA        string
}

// Intake is a delivery and all that follows from it.
type Intake struct {
	Delivery     Delivery
	Jobs         []Job
	Heads        []Head
	Commands     []Command
	Groups       []Group
	Forget       []string // prefixes of keys of cached facts
	ForgetChecks []ForgetCheck
	Hide         []string // repositories that perhaps not everybody may read any more
}

// Accepted tells what became of an intake.
type Accepted struct {
	Duplicate bool // everything that this delivery raised before has been done; nothing was written
}

// Accept keeps a delivery and all that follows from it in one transaction, so that GitHub may be answered
// once it returns. A delivery that comes again is dropped if all its work is done, and otherwise raises its
// work again: whoever redelivers wants to see it done. A delivery without a GUID is refused.
func (s *Store) Accept(ctx context.Context, in Intake) (Accepted, error) {
	if in.Delivery.GUID == "" {
		return Accepted{}, errors.New("accept delivery: it has no GUID")
	}
	var accepted Accepted
	err := s.shareFirst(ctx, func(ctx context.Context, tx *sql.Tx) error {
		duplicate, err := s.record(ctx, tx, in.Delivery)
		accepted = Accepted{Duplicate: duplicate}
		if err != nil || duplicate {
			return err
		}
		return s.keep(ctx, tx, in)
	})
	if err != nil {
		return Accepted{}, fmt.Errorf("accept delivery %s: %w", in.Delivery.GUID, err)
	}
	if !accepted.Duplicate && len(in.Jobs) > 0 {
		s.signal()
	}
	return accepted, nil
}

// Delivered reports whether a delivery was accepted, and not removed since.
func (s *Store) Delivered(ctx context.Context, guid string) (bool, error) {
	_, known, err := lookUpOne(ctx, s, scanInt, "SELECT received_at FROM deliveries WHERE guid = $1", guid)
	if err != nil {
		return false, fmt.Errorf("look up delivery %s: %w", guid, err)
	}
	return known, nil
}

// record keeps the delivery and tells whether it came before and all its work is done.
func (s *Store) record(ctx context.Context, tx *sql.Tx, d Delivery) (duplicate bool, err error) {
	n, err := affected(ctx, tx, `
		INSERT INTO deliveries (guid, event, action, repository, installation, received_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (guid) DO NOTHING`,
		d.GUID, d.Event, d.Action, d.Repository, d.Installation, s.orNow(d.ReceivedAt))
	if err != nil || n > 0 {
		return false, err
	}
	open, _, err := first(ctx, tx, scanInt, `
		SELECT COUNT(*) FROM raised JOIN work ON work.key = raised.key
		WHERE raised.guid = $1 AND work.done < raised.want`, d.GUID)
	return open == 0, err
}

func (s *Store) keep(ctx context.Context, tx *sql.Tx, in Intake) error {
	for _, h := range in.Heads {
		if err := s.saveHead(ctx, tx, h); err != nil {
			return err
		}
	}
	for _, c := range in.Commands {
		if err := s.saveCommand(ctx, tx, c); err != nil {
			return err
		}
	}
	for _, g := range in.Groups {
		if err := s.saveGroup(ctx, tx, g); err != nil {
			return err
		}
	}
	for _, f := range in.ForgetChecks {
		if err := forgetCheck(ctx, tx, f); err != nil {
			return err
		}
	}
	for _, name := range in.Hide {
		if err := s.hide(ctx, tx, name); err != nil {
			return err
		}
	}
	if err := forget(ctx, tx, in.Forget); err != nil {
		return err
	}
	wants, err := s.raise(ctx, tx, in.Jobs)
	if err != nil {
		return err
	}
	for i, want := range wants {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO raised (guid, key, want) VALUES ($1, $2, $3)
			ON CONFLICT (guid, key) DO UPDATE SET want = excluded.want`, in.Delivery.GUID, in.Jobs[i].Key, want)
		if err != nil {
			return err
		}
	}
	return nil
}
