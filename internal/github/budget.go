package github

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// budget is what GitHub last said of the primary rate limits of one installation, by resource: REST and
// GraphQL are counted apart.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit
type budget struct {
	mu    sync.Mutex
	rates map[string]rate
}

type rate struct {
	limit, remaining int
	reset            time.Time
}

// Spare is the share of the hourly requests that is left to the installation, between 0 and 1, of whichever
// resource has the least, and when that one starts anew. It is what the last answers to this process said; what
// is not known counts as whole.
func (c *Client) Spare() (share float64, until time.Time) {
	share = 1
	if c.budget == nil {
		return share, until
	}
	now := c.now()
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	for _, r := range c.budget.rates {
		if left := float64(r.remaining) / float64(r.limit); r.reset.After(now) && left < share {
			share, until = left, r.reset
		}
	}
	return share, until
}

// metered reads the headers of every answer. It stands above authentication, so that requests for tokens, which
// count for the App, do not pass it.
type metered struct {
	next   http.RoundTripper
	budget *budget
}

func (m *metered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := m.next.RoundTrip(req)
	if resp != nil {
		m.budget.note(resp.Header)
	}
	return resp, err
}

func (b *budget) note(h http.Header) {
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || limit <= 0 {
		return // a server without limits, or something in between
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rates == nil {
		b.rates = map[string]rate{}
	}
	b.rates[h.Get("X-RateLimit-Resource")] = rate{limit: limit, remaining: remaining, reset: time.Unix(reset, 0)}
}
