package store

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	sqliteReaders       = 4
	postgresConnections = 16

	// idleInTransaction is how long a process that has stopped, or lost its network, in the middle of a transaction
	// keeps the others from what it has locked.
	idleInTransaction = 10 * time.Second
)

// openSQLite opens one connection that writes and a few that only read. A writer begins its transactions
// IMMEDIATE, so that two of them never meet in the middle and have to give up.
func (s *Store) openSQLite(ctx context.Context, name string) error {
	file, query, err := sqliteFile(name)
	if err != nil {
		return err
	}
	if folder := filepath.Dir(file); !isFolder(folder) {
		return unusable("the folder %s of the database file does not exist", folder)
	}
	// SQLite would create it readable by everybody, and its side files take over its mode.
	created, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return &Unusable{Msg: "the database file " + file + " cannot be written", Fix: "may this user write it, and its folder?", Err: err}
	}
	if err := created.Close(); err != nil {
		return &Unusable{Msg: "the database file " + file + " cannot be written", Fix: "may this user write it, and its folder?", Err: err}
	}

	query.Set("_busy_timeout", "10000")
	query.Set("_journal_mode", "WAL")
	query.Set("_synchronous", "FULL")
	query.Set("_foreign_keys", "on")
	query.Set("_dqs", "false")
	query.Set("_txlock", "immediate")
	query.Add("_pragma", "secure_delete(on)") // what is removed, as being too old or somebody's, goes from the file as well
	if s.write, err = openPrepared(sqliteURL(file, query)); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	var mode string
	var synchronous int
	if err := s.write.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return sqliteFault(file, err)
	}
	if err := s.write.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return sqliteFault(file, err)
	}
	if mode != "wal" || synchronous != 2 {
		return unusable("%s does not keep what is committed (journal_mode %s, synchronous %d): it needs a local disk", file, mode, synchronous)
	}

	query.Set("_query_only", "on")
	query.Del("_txlock")
	if s.read, err = openPrepared(sqliteURL(file, query)); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(sqliteReaders)
	s.read.SetMaxIdleConns(sqliteReaders)
	return nil
}

// sqliteFile splits a path or a file: URL into the path and SQLite's own parameters.
func sqliteFile(name string) (string, url.Values, error) {
	notFile := unusable("%q is not a file: give the path of a file, or a postgres:// URL", name)
	if !strings.HasPrefix(name, "file:") {
		scheme, _, isURL := strings.Cut(name, "://")
		switch {
		case isURL:
			// The rest may hold a password.
			return "", nil, unusable("%s:// is not supported: give the path of a file, or a postgres:// URL", scheme)
		case name == "" || name == ":memory:":
			return "", nil, notFile
		}
		return name, url.Values{}, nil
	}
	u, err := url.Parse(name)
	if err != nil {
		return "", nil, notFile
	}
	file := u.Path
	if u.Opaque != "" { // file:relative/path
		if file, err = url.PathUnescape(u.Opaque); err != nil {
			return "", nil, notFile
		}
	}
	query := u.Query()
	if file == "" || file == ":memory:" || query.Get("mode") == "memory" || (u.Host != "" && u.Host != "localhost") {
		return "", nil, notFile
	}
	return file, query, nil
}

func sqliteURL(file string, query url.Values) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + query.Encode()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// openPostgres asks for synchronous_commit = on unless the URL names another level, and refuses "off":
// GitHub is told 202 after a commit and then never sends the delivery again by itself.
func (s *Store) openPostgres(ctx context.Context, name string) error {
	config, err := pgx.ParseConfig(name)
	if err != nil {
		if _, odd := url.Parse(name); odd != nil {
			err = nil // it quotes the part that cannot be read, which may be of the password
		}
		return &Unusable{Msg: "the postgres:// URL cannot be read", Fix: "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with signs such as @ and / in a password as %40 and %2F", Err: err}
	}
	if config.RuntimeParams["synchronous_commit"] == "" {
		config.RuntimeParams["synchronous_commit"] = "on"
	}
	if config.RuntimeParams["idle_in_transaction_session_timeout"] == "" {
		config.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(idleInTransaction.Milliseconds(), 10)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "bylaw"
	}
	s.postgres = true
	s.write = stdlib.OpenDB(*config)
	s.write.SetMaxOpenConns(postgresConnections)
	s.write.SetMaxIdleConns(postgresConnections)
	s.read = s.write
	s.neighbours.config, s.neighbours.raised = config.Copy(), make(chan struct{}, 1)
	s.neighbours.config.RuntimeParams["application_name"] += " (listens)"

	var commit, fsync, pages string
	err = s.write.QueryRowContext(ctx, `
		SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')`).Scan(&commit, &fsync, &pages)
	if err != nil {
		return postgresFault(net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), err)
	}
	if commit == "off" {
		return unusable("the postgres:// URL sets synchronous_commit=off, with which committed deliveries can be lost")
	}
	if fsync == "off" {
		s.doubts = append(s.doubts, "PostgreSQL runs with fsync off: a power cut can lose deliveries that were kept, or damage the database; "+
			"set fsync = on in postgresql.conf")
	}
	if pages == "off" {
		s.doubts = append(s.doubts, "PostgreSQL runs with full_page_writes off: a power cut can damage the database, unless its file system "+
			"never writes half a page; set full_page_writes = on in postgresql.conf")
	}
	return nil
}
