package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Session is somebody who is signed in to the pages.
type Session struct {
	Hash         string   // of the secret that their browser has; the secret itself is nowhere here
	Account      int64    // GitHub's number
	Login        string   // when they signed in
	Repositories []string // "owner/name", in lower case: what they could read when they signed in
	ExpiresAt    time.Time
}

// SaveSession keeps a session, and removes those that have ended.
func (s *Store) SaveSession(ctx context.Context, session Session) error {
	names, err := json.Marshal(session.Repositories)
	if err == nil {
		err = s.change(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE expires_at <= $1", millis(s.now())); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO sessions (hash, account, login, repositories, expires_at) VALUES ($1, $2, $3, $4, $5)",
				session.Hash, session.Account, session.Login, string(names), millis(session.ExpiresAt))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// Session returns the session with a hash and whether there is one that has not ended.
func (s *Store) Session(ctx context.Context, hash string) (Session, bool, error) {
	scan := func(r row) (out Session, err error) {
		var names string
		var expires int64
		if err = r.Scan(&out.Hash, &out.Account, &out.Login, &names, &expires); err == nil {
			err = json.Unmarshal([]byte(names), &out.Repositories)
		}
		out.ExpiresAt = moment(expires)
		return out, err
	}
	session, found, err := first(ctx, s.read, scan, "SELECT hash, account, login, repositories, expires_at FROM sessions WHERE hash = $1 AND expires_at > $2", hash, millis(s.now()))
	if err != nil {
		return Session{}, false, fmt.Errorf("read session: %w", err)
	}
	return session, found, nil
}

// EndSession removes a session, if there is one.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = $1", hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
