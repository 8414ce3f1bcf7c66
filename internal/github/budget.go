package github

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Budget is what an answer says of the primary limit that it counts against. REST and GraphQL are counted apart.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#checking-the-status-of-your-rate-limit
type Budget struct {
	Resource  string // such as "core" or "graphql"
	Limit     int    // requests in an hour; 0 when the answer does not say, as a server without limits does not
	Remaining int
	Reset     time.Time // when it starts anew
}

func budgetOf(h http.Header) Budget {
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || limit <= 0 {
		return Budget{}
	}
	return Budget{Resource: h.Get("X-RateLimit-Resource"), Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0).UTC()}
}

// budgets are the last ones of an installation, by resource.
type budgets struct {
	mu   sync.Mutex
	last map[string]Budget
}

// Spare is the share of the hourly requests that is left to the installation, between 0 and 1, of whichever
// resource has the least, and when that one starts anew. It is what the last answers to this process said; what
// is not known counts as whole.
func (c *Client) Spare() (share float64, until time.Time) {
	share = 1
	if c.budgets == nil {
		return share, until
	}
	now := c.now()
	c.budgets.mu.Lock()
	defer c.budgets.mu.Unlock()
	for _, b := range c.budgets.last {
		if left := float64(b.Remaining) / float64(b.Limit); b.Reset.After(now) && left < share {
			share, until = left, b.Reset
		}
	}
	return share, until
}

// metered reads the headers of every answer. It stands above authentication, so that requests for tokens, which
// count for the App, do not pass it.
type metered struct {
	next    http.RoundTripper
	budgets *budgets
}

func (m *metered) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := m.next.RoundTrip(req)
	if resp != nil {
		m.budgets.note(budgetOf(resp.Header))
	}
	return resp, err
}

func (b *budgets) note(one Budget) {
	if one.Limit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil {
		b.last = map[string]Budget{}
	}
	b.last[one.Resource] = one
}
