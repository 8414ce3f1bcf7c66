package store

import (
	"context"
	"database/sql"
	"fmt"
)

// logSQL is the name of the audit log of the repository $1. Mostly it is that of the repository: see Identify.
const logSQL = "COALESCE((SELECT log FROM audit_logs WHERE audit_logs.repository = $1), $1)"

// callingSQL joins names of logs with what the repository of each is called now, which is calledSQL.
const (
	callingSQL = " AS ends LEFT JOIN audit_logs ON audit_logs.log = ends.repository "
	calledSQL  = "COALESCE(audit_logs.repository, ends.repository)"
)

// AuditCalled returns what the repositories are called now whose logs bear another name, by the name of the log.
func (s *Store) AuditCalled(ctx context.Context) (map[string]string, error) {
	type called struct{ log, repository string }
	scan := func(r row) (c called, err error) { return c, r.Scan(&c.log, &c.repository) }
	all, err := list(ctx, s.read, scan, "SELECT log, repository FROM audit_logs")
	if err != nil {
		return nil, fmt.Errorf("list names of audit logs: %w", err)
	}
	names := map[string]string{}
	for _, c := range all {
		names[c.log] = c.repository
	}
	return names, nil
}

// AuditLog returns the name of the log of a repository: what the digests of its entries cover.
func (s *Store) AuditLog(ctx context.Context, repository string) (string, error) {
	log, _, err := lookUpOne(ctx, s, scanName, "SELECT "+logSQL, repository)
	if err != nil {
		return "", fmt.Errorf("look up audit log of %s: %w", repository, err)
	}
	return log, nil
}

func scanName(r row) (name string, err error) { return name, r.Scan(&name) }

// moveLog has the log of a repository go on after a move, with an entry about it, and sees to it that nobody
// writes into it who takes the old name, nor the repository into that of whoever had the new one.
func (s *Store) moveLog(ctx context.Context, tx *sql.Tx, move Move, m Moving) error {
	log, begun, err := logOf(ctx, tx, move.From)
	if err != nil {
		return err
	}
	if !begun {
		log = ""
	}
	there, used, err := logOf(ctx, tx, move.To)
	if err != nil {
		return err
	}
	switch {
	case there == log:
	case used: // of nobody who is known
		aside, err := freeName(ctx, tx, move.To+"@0")
		if err != nil {
			return err
		}
		if err := giveLog(ctx, tx, there, aside); err != nil {
			return err
		}
	case begun: // perhaps it was set apart for whoever comes, and is not needed now
		if _, err := tx.ExecContext(ctx, "DELETE FROM audit_logs WHERE log = $1 AND repository = $2", there, move.To); err != nil {
			return err
		}
	}
	if begun {
		if err := giveLog(ctx, tx, log, move.To); err != nil {
			return err
		}
	}
	for _, name := range []string{move.From, move.To} {
		if err := setApart(ctx, tx, name); err != nil {
			return err
		}
	}
	if !begun {
		return nil
	}
	entry, err := m.Entry(move)
	if err != nil {
		return err
	}
	entry.Repository = move.To
	_, err = s.append(ctx, tx, entry)
	return err
}

// logOf is the log of the repository of a name, and whether anything was ever written to it.
func logOf(ctx context.Context, tx *sql.Tx, name string) (log string, begun bool, err error) {
	if log, _, err = first(ctx, tx, scanName, "SELECT "+logSQL, name); err == nil {
		_, begun, err = first(ctx, tx, scanInt, "SELECT seq FROM audit_ends WHERE repository = $1", log)
	}
	return log, begun, err
}

func giveLog(ctx context.Context, tx *sql.Tx, log, repository string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO audit_logs (log, repository) VALUES ($1, $2) ON CONFLICT (log) DO UPDATE SET repository = excluded.repository", log, repository)
	return err
}

// setApart gives a name a log of its own to come where the log that bears the name belongs to somebody else.
func setApart(ctx context.Context, tx *sql.Tx, name string) error {
	_, taken, err := first(ctx, tx, scanInt, "SELECT 1 FROM audit_logs WHERE log = $1 AND repository <> $1 AND NOT EXISTS (SELECT 1 FROM audit_logs AS own WHERE own.repository = $1)", name)
	if err != nil || !taken {
		return err
	}
	own, err := freeName(ctx, tx, name+"@2")
	if err != nil {
		return err
	}
	return giveLog(ctx, tx, own, name)
}
