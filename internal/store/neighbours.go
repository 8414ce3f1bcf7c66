package store

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	channel = "bylaw_work"
	// tellPace is how long a process that has told others of work waits before it tells them again: a burst
	// is one piece of news.
	tellPace = 20 * time.Millisecond
	// The wait before listening again, when the connection is lost.
	firstListen = 100 * time.Millisecond
	lastListen  = 10 * time.Second
)

// neighbours are the other processes that share a PostgreSQL. They are told after the commit and not in it:
// https://www.postgresql.org/docs/15/sql-notify.html takes a lock that would make commits wait for each other.
// Nothing rests on the news, which may be lost: whoever works asks for work now and then anyway.
type neighbours struct {
	config *pgx.ConnConfig
	raised chan struct{}
	ear    atomic.Uint32 // process number of the connection that listens, to know our own news by; 0 for none
	stop   context.CancelFunc
	ended  sync.WaitGroup
}

// meet begins to tell the neighbours what is raised here, and to listen to what is raised there. From its
// return on nothing is missed, if the server lets us listen at all: through a pooler that hands out a connection
// for each transaction it does not.
func (s *Store) meet(ctx context.Context) {
	living, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.neighbours.stop = stop
	conn := s.listen(ctx)
	s.neighbours.ended.Go(func() { s.hear(living, conn) })
	s.neighbours.ended.Go(func() { s.tell(living) })
}

func (n *neighbours) part() {
	if n.stop != nil {
		n.stop()
		n.ended.Wait()
	}
}

// tell passes on what was raised, until ctx ends and the last is told.
func (s *Store) tell(ctx context.Context) {
	for last := false; !last; {
		select {
		case <-s.neighbours.raised:
		case <-ctx.Done():
			select {
			case <-s.neighbours.raised:
				last = true
			default:
				return
			}
		}
		telling, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		// Schemas of one database may hold a Bylaw each.
		_, _ = s.write.ExecContext(telling, "SELECT pg_notify($1, current_schema() || ' ' || $2)", channel, s.neighbours.earText())
		cancel()
		select {
		case <-time.After(tellPace):
		case <-ctx.Done():
		}
	}
}

func (n *neighbours) earText() string { return strconv.FormatUint(uint64(n.ear.Load()), 10) }

// hear wakes this process when others have raised work, and when it could not have heard of it.
func (s *Store) hear(ctx context.Context, conn *pgx.Conn) {
	wait := firstListen
	for {
		if conn != nil {
			s.hearFrom(ctx, conn)
			s.neighbours.ear.Store(0)
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			_ = conn.Close(closing)
			cancel()
			wait = firstListen
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, lastListen)
		if conn = s.listen(ctx); conn != nil {
			s.wakeUp()
		}
	}
}

// listen returns a connection on which the news come in, or nil.
func (s *Store) listen(ctx context.Context) *pgx.Conn {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.neighbours.config)
	if err != nil {
		return nil
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		_ = conn.Close(ctx)
		return nil
	}
	s.neighbours.ear.Store(conn.PgConn().PID())
	return conn
}

// hearFrom returns when the connection is lost or ctx ends.
func (s *Store) hearFrom(ctx context.Context, conn *pgx.Conn) {
	var schema string
	if err := conn.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return
	}
	for {
		news, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		if where, ear, _ := strings.Cut(news.Payload, " "); where == schema && ear != s.neighbours.earText() {
			s.wakeUp()
		}
	}
}
