package page

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// limits say how much one address may ask for: what a person can read, and no more.
type limits struct {
	pages, signIns, reports buckets
}

func (l *limits) start(now func() time.Time) {
	l.pages = buckets{now: now, size: 240, refill: 4}
	l.signIns = buckets{now: now, size: 20, refill: 0.2}
	l.reports = buckets{now: now, size: 20, refill: 0.05} // they read a whole log
}

// buckets hold tokens for each address; who has none left waits.
type buckets struct {
	now    func() time.Time
	size   float64 // most tokens
	refill float64 // tokens a second

	mu  sync.Mutex
	all map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// maxAddresses bounds the memory. Beyond it those who have not asked for long are forgotten, and if nobody is
// to be forgotten, everybody.
const maxAddresses = 20_000

func (b *buckets) take(address string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if len(b.all) >= maxAddresses {
		for key, one := range b.all {
			if one.tokens+b.refill*now.Sub(one.at).Seconds() >= b.size {
				delete(b.all, key)
			}
		}
	}
	if b.all == nil || len(b.all) >= maxAddresses {
		b.all = map[string]bucket{}
	}
	one, known := b.all[address]
	if !known {
		one = bucket{tokens: b.size, at: now}
	}
	one.tokens = min(b.size, one.tokens+b.refill*max(0, now.Sub(one.at).Seconds()))
	one.at = now
	ok := one.tokens >= 1
	if ok {
		one.tokens--
	}
	b.all[address] = one
	return ok
}

// remote is whom a request counts for: its address, of IPv6 the network. Behind a proxy, which reaches us over a
// private network, it is the last address that the proxy has seen; all before it anybody can write.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err == nil && (address.IsLoopback() || address.IsPrivate()) {
		forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		last := strings.TrimSpace(forwarded[strings.LastIndex(forwarded, ",")+1:])
		if told, err := netip.ParseAddr(last); err == nil {
			address = told
		}
	}
	if address.Is6() && !address.Is4In6() {
		if network, err := address.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	if !address.IsValid() {
		return host
	}
	return address.Unmap().String()
}
