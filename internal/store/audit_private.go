package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// Private is what an audit entry says of people: one name, or one text. It stands beside the log, where it
// can be removed without anybody having to rewrite the log: the chain covers its salted digest alone, of
// which nobody can guess it once the salt is gone.
type Private struct {
	Body   []byte // nil once it is removed; an entry with an empty one is refused
	Salt   []byte // given by the store
	Digest string // SHA-256, in hex, of salt and body written as fields of AuditEntry.Sum; given by the store
}

const saltBytes = 32

// salted gives each piece a salt and its digest.
func salted(pieces []Private) ([]Private, error) {
	var out []Private
	for _, p := range pieces {
		if len(p.Body) == 0 {
			return nil, fmt.Errorf("a private piece is empty")
		}
		p.Salt = make([]byte, saltBytes)
		_, _ = rand.Read(p.Salt) // never fails: https://pkg.go.dev/crypto/rand#Read
		p.Digest = p.sum()
		out = append(out, p)
	}
	return out, nil
}

func (p Private) sum() string { return sum(string(p.Salt), string(p.Body)) }

func (e AuditEntry) privateDigests() string {
	digests := make([]string, len(e.Private))
	for i, p := range e.Private {
		digests[i] = p.Digest
	}
	return strings.Join(digests, " ")
}

func keepPrivate(ctx context.Context, tx *sql.Tx, e AuditEntry) error {
	var pieces [][]any
	for place, p := range e.Private {
		pieces = append(pieces, []any{e.Repository, e.Seq, place, p.Salt, p.Body})
	}
	return insert(ctx, tx, "audit_private (repository, seq, place, salt, body)", pieces)
}

type placed struct {
	seq        int64
	place      int
	salt, body []byte
}

func scanPlaced(r row) (p placed, err error) { return p, r.Scan(&p.seq, &p.place, &p.salt, &p.body) }

// fillPrivate adds to entries of one log the pieces that are left.
func fillPrivate(ctx context.Context, q querier, entries []AuditEntry) error {
	for some := range slices.Chunk(entries, 100) {
		at := make(map[int64]*AuditEntry, len(some))
		args, places := []any{some[0].Repository}, []string{}
		for i := range some {
			at[some[i].Seq] = &some[i]
			args = append(args, some[i].Seq)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		left, err := list(ctx, q, scanPlaced, "SELECT seq, place, salt, body FROM audit_private WHERE repository = $1 AND seq IN ("+strings.Join(places, ", ")+")", args...)
		if err != nil {
			return err
		}
		for _, p := range left {
			if e := at[p.seq]; p.place < len(e.Private) {
				e.Private[p.place].Salt, e.Private[p.place].Body = p.salt, p.body
			}
		}
	}
	return nil
}

// changedPrivate returns the first entry of which a piece is not as it was written, 0 for none.
func changedPrivate(ctx context.Context, tx *sql.Tx, repository string) (int64, error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT p.seq, p.place, p.salt, p.body, COALESCE(audit.private, '')
		FROM audit_private AS p LEFT JOIN audit ON audit.repository = p.repository AND audit.seq = p.seq
		WHERE p.repository = `+logSQL+` ORDER BY p.seq, p.place`, repository)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var p placed
		var digests string
		if err := rows.Scan(&p.seq, &p.place, &p.salt, &p.body, &digests); err != nil {
			return 0, err
		}
		all := strings.Fields(digests)
		if p.place < 0 || p.place >= len(all) || all[p.place] != (Private{Salt: p.salt, Body: p.body}).sum() {
			return p.seq, nil
		}
	}
	return 0, rows.Err()
}

// AuditQuery chooses entries. Zero fields choose all.
type AuditQuery struct {
	Repository string // "owner/name" as it is called now, or "owner/" for all of an owner; without regard to case
	Period
	ByPull bool // ordered by repository, pull request and place, rather than by repository and place; without private pieces
}

// AuditEntries yields entries with the private pieces that are left. They are read in parts while the
// loop goes on, so that a long log takes no more memory than a short one.
func (s *Store) AuditEntries(ctx context.Context, query AuditQuery) iter.Seq2[AuditEntry, error] {
	return func(yield func(AuditEntry, error) bool) {
		until := int64(math.MaxInt64)
		if !query.Until.IsZero() {
			until = millis(query.Until)
		}
		name := strings.ToLower(query.Repository)
		owner := ""
		if strings.HasSuffix(name, "/") {
			owner, name = name, ""
		}
		order := "audit.repository, audit.seq"
		if query.ByPull {
			order = "audit.repository, audit.number, audit.seq"
		}
		of, args := "", []any{millis(query.Since), until}
		switch {
		case owner != "":
			of = ` AND (substr(lower(repository), 1, length($3)) = $3 AND repository NOT IN (SELECT log FROM audit_logs)
				OR repository IN (SELECT log FROM audit_logs WHERE substr(lower(audit_logs.repository), 1, length($3)) = $3))`
			args = append(args, owner)
		case name != "": // by the names in which there are logs, so that the index is read and not every log
			of = " AND repository IN (SELECT ends.repository FROM audit_ends" + callingSQL + "WHERE lower(" + calledSQL + ") = $3 UNION SELECT COALESCE((SELECT log FROM audit_logs WHERE audit_logs.repository = $4), CAST($4 AS TEXT)))"
			args = append(args, name, query.Repository)
		}
		rows, err := s.read.QueryContext(ctx, `
			SELECT `+auditColumns+` FROM audit WHERE at >= $1 AND at < $2`+of+` ORDER BY `+order, args...)
		if err != nil {
			yield(AuditEntry{}, fmt.Errorf("list audit log: %w", err))
			return
		}
		defer rows.Close()
		for part, err := range parts(rows) {
			if err == nil && !query.ByPull {
				err = fillPrivate(ctx, s.read, part)
			}
			if err != nil {
				yield(AuditEntry{}, fmt.Errorf("list audit log: %w", err))
				return
			}
			for _, e := range part {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// parts reads entries in parts of one repository each, so that their private pieces are one question.
func parts(rows *sql.Rows) iter.Seq2[[]AuditEntry, error] {
	const most = 500
	return func(yield func([]AuditEntry, error) bool) {
		var part []AuditEntry
		for rows.Next() {
			e, err := scanAudit(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(part) == most || len(part) > 0 && part[0].Repository != e.Repository {
				if !yield(part, nil) {
					return
				}
				part = nil
			}
			part = append(part, e)
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
			return
		}
		if len(part) > 0 {
			yield(part, nil)
		}
	}
}

// AuditEntryAt returns one entry, and whether there is one at that place.
func (s *Store) AuditEntryAt(ctx context.Context, repository string, seq int64) (AuditEntry, bool, error) {
	all, err := s.Audit(ctx, repository, seq, 1)
	if err != nil || len(all) == 0 || all[0].Seq != seq {
		return AuditEntry{}, false, err
	}
	return all[0], true, nil
}

// AuditHas reports whether the log of a repository has an entry of a kind about a commit.
func (s *Store) AuditHas(ctx context.Context, repository, kind, sha string) (bool, error) {
	_, found, err := first(ctx, s.read, scanInt, "SELECT seq FROM audit WHERE repository = "+logSQL+" AND head_sha = $2 AND kind = $3 LIMIT 1", repository, sha, kind)
	if err != nil {
		return false, fmt.Errorf("look into audit log of %s: %w", repository, err)
	}
	return found, nil
}

// AuditedRepositories lists the repositories that have an audit log, or should have one, by name.
func (s *Store) AuditedRepositories(ctx context.Context) ([]string, error) {
	names, err := list(ctx, s.read, scanName,
		"SELECT "+calledSQL+" FROM (SELECT repository FROM audit_ends UNION SELECT DISTINCT repository FROM audit)"+callingSQL+"ORDER BY 1")
	if err != nil {
		return nil, fmt.Errorf("list audited repositories: %w", err)
	}
	return names, nil
}

// AuditEnd returns how many entries the log of a repository must have, and the digest of the last.
func (s *Store) AuditEnd(ctx context.Context, repository string) (seq int64, digest string, err error) {
	end, err := chainEnd(ctx, s.read, endSQL, repository)
	if err != nil {
		return 0, "", fmt.Errorf("read end of audit log of %s: %w", repository, err)
	}
	return end.Seq, end.Digest, nil
}

// AuditHeads lists up to limit commits that entries are about, those of the newest entries first.
func (s *Store) AuditHeads(ctx context.Context, repository string, limit int) ([]string, error) {
	heads, err := list(ctx, s.read, func(r row) (sha string, err error) {
		var newest int64
		return sha, r.Scan(&sha, &newest)
	}, "SELECT head_sha, MAX(seq) AS newest FROM audit WHERE repository = "+logSQL+" AND head_sha <> '' GROUP BY head_sha ORDER BY newest DESC LIMIT CAST($2 AS BIGINT)", repository, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list commits of audit log of %s: %w", repository, err)
	}
	return heads, nil
}
