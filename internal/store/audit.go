package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// AuditEntry is one link of the chain of a repository. The caller gives what happened; the store gives it
// its place in the chain. Read, its Repository is the name of the log: the one that the repository had when it began.
type AuditEntry struct {
	Repository string
	Seq        int64     // from 1, without gaps; given by the store
	At         time.Time // zero is now
	Kind       string
	Number     int
	HeadSHA    string
	Detail     []byte // JSON, kept byte for byte and for ever: nothing of any person
	Private    []Private
	Previous   string // digest of the entry before; empty for the first; given by the store
	Digest     string // Sum of this entry; given by the store
}

// Sum computes the digest that an entry must have: SHA-256, in hex, over the fields in the order previous,
// repository, seq, at (unix milliseconds), kind, number, head, detail and, if it has private pieces, their
// digests with spaces between; each written as its length in bytes in decimal, a colon, and the bytes.
// Numbers are decimal. Anybody can check an exported log with it.
func (e AuditEntry) Sum() string {
	fields := []string{
		e.Previous, e.Repository, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(millis(e.At), 10),
		e.Kind, strconv.Itoa(e.Number), e.HeadSHA, string(e.Detail),
	}
	if len(e.Private) > 0 {
		fields = append(fields, e.privateDigests())
	}
	return sum(fields...)
}

// sum is the SHA-256 of fields, in hex.
func sum(fields ...string) string {
	hash := sha256.New()
	for _, field := range fields {
		fmt.Fprintf(hash, "%d:%s", len(field), field)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Append adds one entry to the chain of its repository, and returns it with its place. Finish appends in
// the transaction of its run.
func (s *Store) Append(ctx context.Context, e AuditEntry) (AuditEntry, error) {
	var kept AuditEntry
	err := s.change(ctx, func(tx *sql.Tx) (err error) {
		kept, err = s.append(ctx, tx, e)
		return err
	})
	return kept, err
}

func (s *Store) append(ctx context.Context, tx *sql.Tx, e AuditEntry) (AuditEntry, error) {
	if e.Repository == "" {
		return AuditEntry{}, errors.New("append audit entry: it has no repository")
	}
	// The upsert locks the end of the chain, so that entries are given their places one after the other.
	end, err := chainEnd(ctx, tx, `
		INSERT INTO audit_ends (repository, seq, digest) VALUES (`+logSQL+`, 1, '')
		ON CONFLICT (repository) DO UPDATE SET seq = audit_ends.seq + 1 RETURNING repository, seq, digest`, e.Repository)
	if err != nil {
		return AuditEntry{}, fmt.Errorf("append audit entry of %s: %w", e.Repository, err)
	}
	e.Repository, e.Seq, e.Previous = end.Repository, end.Seq, end.Digest
	e.At = moment(s.orNow(e.At))
	if e.Private, err = salted(e.Private); err != nil {
		return AuditEntry{}, fmt.Errorf("append audit entry of %s: %w", e.Repository, err)
	}
	e.Digest = e.Sum()
	_, err = tx.ExecContext(ctx, `
		INSERT INTO audit (repository, seq, at, kind, number, head_sha, detail, previous, digest, private)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		e.Repository, e.Seq, millis(e.At), e.Kind, e.Number, e.HeadSHA, blob(e.Detail), e.Previous, e.Digest, e.privateDigests())
	if err == nil {
		err = keepPrivate(ctx, tx, e)
	}
	if err != nil {
		return AuditEntry{}, fmt.Errorf("append audit entry of %s: %w", e.Repository, err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE audit_ends SET digest = $2 WHERE repository = $1", e.Repository, e.Digest); err != nil {
		return AuditEntry{}, fmt.Errorf("append audit entry of %s: %w", e.Repository, err)
	}
	return e, nil
}

const endSQL = "SELECT repository, seq, digest FROM audit_ends WHERE repository = " + logSQL

// chainEnd reads the name, place and digest of a chain's end, which are zero for an empty chain.
func chainEnd(ctx context.Context, q querier, query, repository string) (AuditEntry, error) {
	scan := func(r row) (e AuditEntry, err error) { return e, r.Scan(&e.Repository, &e.Seq, &e.Digest) }
	end, _, err := first(ctx, q, scan, query, repository)
	return end, err
}

const (
	auditColumns = "repository, seq, at, kind, number, head_sha, detail, previous, digest, private"
	auditSQL     = "SELECT " + auditColumns + " FROM audit WHERE repository = " + logSQL + " AND seq >= $2 ORDER BY seq"
)

func scanAudit(r row) (AuditEntry, error) {
	var e AuditEntry
	var at int64
	var private string
	err := r.Scan(&e.Repository, &e.Seq, &at, &e.Kind, &e.Number, &e.HeadSHA, &e.Detail, &e.Previous, &e.Digest, &private)
	e.At = moment(at)
	for digest := range strings.FieldsSeq(private) {
		e.Private = append(e.Private, Private{Digest: digest})
	}
	return e, err
}

// Audit lists up to limit entries of a repository from a place on, with those private pieces that are left.
func (s *Store) Audit(ctx context.Context, repository string, fromSeq int64, limit int) ([]AuditEntry, error) {
	all, err := list(ctx, s.read, scanAudit, auditSQL+" LIMIT CAST($3 AS BIGINT)", repository, fromSeq, max(limit, 0))
	if err == nil {
		err = fillPrivate(ctx, s.read, all)
	}
	if err != nil {
		return nil, fmt.Errorf("list audit log of %s: %w", repository, err)
	}
	return all, nil
}

// BrokenChain is an audit log that was changed behind our back.
type BrokenChain struct {
	Repository string
	Seq        int64 // the first entry that is not as it was written
	Reason     string
}

func (b *BrokenChain) Error() string {
	return fmt.Sprintf("audit log of %s is broken at entry %d: %s", b.Repository, b.Seq, b.Reason)
}

// VerifyAudit recomputes the chain of a repository, and the digests of the private pieces that are left. It
// returns a *BrokenChain naming the first entry that is not as it was written, and nil for an empty chain. Somebody who can write to the database can also
// write a whole new chain: that only shows against digests kept elsewhere.
func (s *Store) VerifyAudit(ctx context.Context, repository string) error {
	// One view of the database, or an entry appended meanwhile would look like a forged one.
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("verify audit log of %s: %w", repository, err)
	}
	defer tx.Rollback()
	end, err := chainEnd(ctx, tx, endSQL, repository)
	if err != nil {
		return fmt.Errorf("verify audit log of %s: %w", repository, err)
	}
	rows, err := tx.QueryContext(ctx, auditSQL, repository, 0)
	if err != nil {
		return fmt.Errorf("verify audit log of %s: %w", repository, err)
	}
	defer rows.Close()
	var last AuditEntry
	for rows.Next() {
		e, err := scanAudit(rows)
		if err != nil {
			return fmt.Errorf("verify audit log of %s: %w", repository, err)
		}
		if reason := brokenLink(last, e); reason != "" {
			return &BrokenChain{repository, last.Seq + 1, reason}
		}
		last = e
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("verify audit log of %s: %w", repository, err)
	}
	switch {
	case last.Seq < end.Seq:
		return &BrokenChain{repository, last.Seq + 1, "it is missing"}
	case last.Seq > end.Seq:
		return &BrokenChain{repository, end.Seq + 1, "it was not written by us"}
	case last.Digest != end.Digest:
		return &BrokenChain{repository, last.Seq, "it is not the one on record as the end of the log"}
	}
	seq, err := changedPrivate(ctx, tx, repository)
	switch {
	case err != nil:
		return fmt.Errorf("verify audit log of %s: %w", repository, err)
	case seq != 0:
		return &BrokenChain{repository, seq, "a name or text that belongs to it was changed"}
	}
	return nil
}

func brokenLink(last, e AuditEntry) string {
	switch {
	case e.Seq != last.Seq+1:
		return "it is missing"
	case e.Previous != last.Digest:
		return "it does not follow from the entry before"
	case e.Digest != e.Sum():
		return "its content does not match its digest"
	}
	return ""
}
