package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// mostStatements bounds how many statements one connection keeps. The store has fewer, so it only says what
// happens if somebody puts a value into the text of one.
const mostStatements = 200

// openPrepared opens an SQLite file whose connections prepare each statement once, as PostgreSQL's do: SQLite
// would read the text of it every time, which takes longer than most of them run.
//
// It does so all the same, whenever a parameter is bound anew that its plan may depend on: one that stands alone after
// LIMIT, and one that is compared with what the condition of a partial index is about. Statements therefore write
// LIMIT CAST($1 AS BIGINT), and the constant of such a condition as a constant
// (https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigenableqpsg).
func openPrepared(url string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(url)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{connector}), nil
}

// preparing makes connections that prepare each statement once.
type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(wholeConn)
	if !ok {
		return nil, fmt.Errorf("the driver of SQLite has changed: %T", conn)
	}
	return &prepared{wholeConn: whole, statements: map[string]*statement{}}, nil
}

// wholeConn is what SQLite's connection can do and database/sql makes use of.
type wholeConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// prepared is a connection with the statements that it has prepared. database/sql uses it from one goroutine
// at a time.
type prepared struct {
	wholeConn
	statements map[string]*statement
}

type statement struct {
	run    wholeStmt
	inUse  bool // its rows are being read
	forget bool // it is not kept
}

type wholeStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// take returns the statement of a text. Whoever takes it lets go of it.
func (p *prepared) take(ctx context.Context, text string) (*statement, error) {
	kept := p.statements[text]
	if kept != nil && !kept.inUse {
		kept.inUse = true
		return kept, nil
	}
	made, err := p.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	run, ok := made.(wholeStmt)
	if !ok {
		return nil, fmt.Errorf("the driver of SQLite has changed: %T", made)
	}
	s := &statement{run: run, inUse: true}
	if s.forget = kept != nil || len(p.statements) >= mostStatements; !s.forget {
		p.statements[text] = s
	}
	return s, nil
}

func (s *statement) letGo() error {
	s.inUse = false
	if s.forget {
		return s.run.Close()
	}
	return nil
}

func (p *prepared) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := p.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.run.ExecContext(ctx, args)
	if closed := s.letGo(); err == nil {
		err = closed
	}
	return result, err
}

func (p *prepared) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := p.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.run.QueryContext(ctx, args)
	if err != nil {
		_ = s.letGo() // the first error counts
		return nil, err
	}
	return &preparedRows{rows, s}, nil
}

// preparedRows let go of their statement when they are closed.
type preparedRows struct {
	driver.Rows
	statement *statement
}

func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if closed := r.statement.letGo(); err == nil {
		err = closed
	}
	return err
}

// Close closes the statements first: SQLite does not close a connection that has some.
func (p *prepared) Close() error {
	for _, s := range p.statements {
		_ = s.run.Close() // the connection goes either way
	}
	return p.wholeConn.Close()
}
