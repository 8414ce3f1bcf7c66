package github

import "net/http"

// inFlight is how many requests of one installation a process has under way. GitHub allows 100 of all
// processes together, REST and GraphQL; four processes may share an installation.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
const inFlight = 24

// line lets a bounded number of requests pass at a time; the others wait for their turn, as long as they live.
type line struct {
	next  http.RoundTripper
	slots chan struct{} // one for each request under way
}

func (l line) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case l.slots <- struct{}{}:
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	defer func() { <-l.slots }()
	return l.next.RoundTrip(req)
}

// lineOf is the line of an installation, which all its clients share. It is called with a.mu held.
func (a *App) lineOf(installation int64) line {
	slots, ok := a.lines.get(installation)
	if !ok {
		slots = make(chan struct{}, inFlight)
		a.lines.put(installation, slots, 1)
	}
	return line{next: a.observed(installation), slots: slots}
}

// transport keeps as many connections open as requests may be under way: the default one would make most of
// them anew where the server, or something before it, does not speak HTTP/2.
func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // somebody has replaced it, and knows why
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 4*inFlight
	return t
}
