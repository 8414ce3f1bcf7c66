package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// row is what *sql.Row and *sql.Rows have in common.
type row interface{ Scan(...any) error }

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// list reads all rows of a query; none is an empty list.
func list[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// first reads the first row of a query and tells whether there is one.
func first[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (T, bool, error) {
	all, err := list(ctx, q, scan, query, args...)
	return firstOf(all, err)
}

// lookUp is list, of the store itself, for what an index answers with a few rows. On SQLite only the wait for a
// connection ends with ctx: a statement that could be broken off would cost two goroutines, one of database/sql and one
// of the driver, which take longer than it does.
func lookUp[T any](ctx context.Context, s *Store, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	if s.postgres {
		return list(ctx, s.read, scan, query, args...)
	}
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return list(context.WithoutCancel(ctx), conn, scan, query, args...)
}

// lookUpOne is lookUp of the first row, and tells whether there is one.
func lookUpOne[T any](ctx context.Context, s *Store, scan func(row) (T, error), query string, args ...any) (T, bool, error) {
	all, err := lookUp(ctx, s, scan, query, args...)
	return firstOf(all, err)
}

func firstOf[T any](all []T, err error) (T, bool, error) {
	if err != nil || len(all) == 0 {
		var none T
		return none, false, err
	}
	return all[0], true, nil
}

// affected runs a statement, and returns how many rows it has changed.
func affected(ctx context.Context, tx *sql.Tx, statement string, args ...any) (int64, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// mostInserted bounds how many rows one statement adds: each number of them is a text that connections keep.
const mostInserted = 8

// insert adds rows to a table, which is given with the names of its columns: "holds (installation, until)".
func insert(ctx context.Context, tx *sql.Tx, table string, rows [][]any) error {
	for some := range slices.Chunk(rows, mostInserted) {
		values, args := tuples(some)
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+table+" VALUES "+values, args...); err != nil {
			return err
		}
	}
	return nil
}

// tuples are rows as VALUES takes them, with their parameters.
func tuples(rows [][]any) (values string, args []any) {
	all := make([]string, len(rows))
	for i, row := range rows {
		marks := make([]string, len(row))
		for j, value := range row {
			args = append(args, value)
			marks[j] = fmt.Sprintf("$%d", len(args))
		}
		all[i] = "(" + strings.Join(marks, ", ") + ")"
	}
	return strings.Join(all, ", "), args
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (s *Store) orNow(t time.Time) int64 {
	if t.IsZero() {
		t = s.now()
	}
	return millis(t)
}

// blob never is NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// printable drops what PostgreSQL refuses in TEXT: the error of a server may hold anything.
func printable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}
