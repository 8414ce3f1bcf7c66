package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Unusable says why a database cannot be opened, as one sentence for the operator. It names neither user nor
// password; what the engine said is in Err, for a log only.
type Unusable struct {
	Msg string
	Fix string // what to do; may be empty
	Err error  // may be nil
}

func (u *Unusable) Error() string {
	if u.Fix == "" {
		return u.Msg
	}
	return u.Msg + " (" + u.Fix + ")"
}

func (u *Unusable) Unwrap() error { return u.Err }

func unusable(format string, args ...any) error { return &Unusable{Msg: fmt.Sprintf(format, args...)} }

// notADatabase is SQLITE_NOTADB. https://www.sqlite.org/rescode.html
const notADatabase = 26

func sqliteFault(file string, err error) error {
	u := &Unusable{Msg: file + " cannot be opened as a database", Fix: "may this user read and write it, and its folder?", Err: err}
	if fault := new(sqlite.Error); errors.As(err, &fault) && fault.Code()&0xff == notADatabase {
		u.Msg, u.Fix = file+" is not a database", ""
	}
	return u
}

// postgresFault takes apart why a server does not let us in. The codes are those of
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func postgresFault(place string, err error) error {
	u := &Unusable{Msg: "PostgreSQL at " + place + " does not answer", Fix: "start it, or correct host and port in the postgres:// URL", Err: err}
	var answer *pgconn.PgError
	var unknown *net.DNSError
	var unreachable *net.OpError
	switch {
	case errors.As(err, &answer) && strings.HasPrefix(answer.Code, "28"):
		u.Msg, u.Fix = "PostgreSQL at "+place+" does not let the user of the postgres:// URL in", "correct user and password, or let them in with pg_hba.conf"
	case errors.As(err, &answer) && answer.Code == "3D000":
		u.Msg, u.Fix = "PostgreSQL at "+place+" has no database of the name in the postgres:// URL", "create it, or correct the name"
	case errors.As(err, &answer):
		u.Msg, u.Fix = "PostgreSQL at "+place+" cannot be used now: it answers with code "+answer.Code, "its log says more"
	case errors.As(err, &unknown):
		u.Msg, u.Fix = "PostgreSQL at "+place+" cannot be found: there is no such host", "correct the host in the postgres:// URL"
	case errors.As(err, &unreachable), errors.Is(err, context.DeadlineExceeded):
	case strings.Contains(strings.ToLower(err.Error()), "tls"):
		u.Msg, u.Fix = "PostgreSQL at "+place+" does not speak TLS as the postgres:// URL asks for", "correct sslmode and sslrootcert there, or the server's certificate"
	}
	return u
}
