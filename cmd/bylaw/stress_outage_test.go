//go:build unix

package main

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestStressOutage takes the database away under load, in each way in which it can go. Webhooks are answered 503
// then, and everything is caught up with afterwards.
func TestStressOutage(t *testing.T) {
	for name, outage := range map[string]func(s *strain) (begin func(*service), end func(*service)){
		"postgres stopped": stoppedPostgres,
		"disk full": func(s *strain) (begin, end func(*service)) {
			return func(p *service) { p.signal(syscall.SIGUSR1) }, func(p *service) { p.signal(syscall.SIGUSR2) }
		},
		"database locked": lockedSQLite,
	} {
		t.Run(name, func(t *testing.T) {
			engine := "sqlite"
			if name == "postgres stopped" {
				engine = "postgres"
			}
			s := newStrain(t, stressDatabase(t, engine), nil)
			s.propose(max(inCI(100), 50))
			begin, end := outage(s)
			only := s.open()
			s.start(only)
			const steps = 10
			worked := make(chan error, 1)
			go func() { worked <- s.work(steps) }()
			s.until("load", time.Minute, func() bool { taken, _ := s.wire.count(); return taken >= len(s.pulls) })
			before := s.wire.refused()
			begin(only)
			s.until("webhooks that are refused", time.Minute, func() bool { return s.wire.refused() > before+20 })
			taken, _ := s.wire.count()
			s.until("more of them", time.Minute, func() bool { return s.wire.refused() > before+50 })
			if now, _ := s.wire.count(); now > taken {
				t.Errorf("%d webhooks were taken without a database", now-taken)
			}
			end(only)
			if err := <-worked; err != nil {
				t.Fatal(err)
			}
			s.settled()
			s.judge()
		})
	}
}

// refused is how many deliveries were answered 503.
func (w *wire) refused() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failed["503"]
}

// lockedSQLite has somebody else write for a long time.
func lockedSQLite(s *strain) (begin, end func(*service)) {
	var db *sql.DB
	begin = func(*service) {
		var err error
		if db, err = sql.Open("sqlite", s.watched+"?_txlock=immediate&_busy_timeout=10000"); err != nil {
			s.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		if _, err := db.ExecContext(s.Context(), "BEGIN IMMEDIATE"); err != nil {
			s.Fatal(err)
		}
	}
	return begin, func(*service) { db.Close() }
}

// stoppedPostgres puts a passage before the server, which breaks all connections and lets no new one through.
func stoppedPostgres(s *strain) (begin, end func(*service)) {
	address, err := url.Parse(s.watched)
	if err != nil {
		s.Fatal(err)
	}
	p := &passage{to: address.Host, open: map[net.Conn]bool{}}
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { door.Close(); p.shut(true) })
	go p.serve(door)
	address.Host = door.Addr().String()
	for i, v := range s.env {
		if v == "BYLAW_DATABASE="+s.watched {
			s.env[i] = fmt.Sprint("BYLAW_DATABASE=", address)
		}
	}
	return func(*service) { p.shut(true) }, func(*service) { p.shut(false) }
}

type passage struct {
	to     string
	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
}

func (p *passage) shut(closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = closed
	for c := range p.open {
		c.Close()
	}
	clear(p.open)
}

func (p *passage) serve(door net.Listener) {
	for {
		in, err := door.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		p.mu.Lock()
		if err != nil || p.closed {
			in.Close()
			if err == nil {
				out.Close()
			}
			p.mu.Unlock()
			continue
		}
		p.open[in], p.open[out] = true, true
		p.mu.Unlock()
		for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
			go func() {
				_, _ = io.Copy(pair[0], pair[1])
				pair[0].Close()
				pair[1].Close()
			}()
		}
	}
}
