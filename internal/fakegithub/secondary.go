package fakegithub

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Secondary limits, of each installation or user: docs.github.com, "Rate limits for the REST API". A request
// costs a point, one that writes five. The limit of contents is that of comments here: GitHub does not list
// what counts as content.
const (
	mostPoints        = 900
	mostGraphQLPoints = 2000
	mostContents      = 80
	aMinute           = time.Minute
)

// spending is what a call has cost.
type spending struct {
	at                        time.Time
	points, graphql, contents int
}

// secondary refuses a call that goes beyond a secondary limit within the last minute. A refused call costs
// nothing here.
func (g *GitHub) secondary(q *request) *answer {
	if !g.Secondary || q.who.token == nil {
		return nil
	}
	cost := spending{at: g.now(), points: 1}
	switch {
	case q.route.template == "/graphql":
		cost.points, cost.graphql = 0, 1
	case q.http.Method != http.MethodGet && q.http.Method != http.MethodHead:
		cost.points = 5
		if strings.Contains(q.route.template, "/comments") {
			cost.contents = 1
		}
	}
	if g.spent == nil {
		g.spent = map[string][]spending{}
	}
	whose := q.whose()
	spent := slices.DeleteFunc(g.spent[whose], func(s spending) bool { return !s.at.Add(aMinute).After(cost.at) })
	sum := cost
	for _, s := range spent {
		sum.points, sum.graphql, sum.contents = sum.points+s.points, sum.graphql+s.graphql, sum.contents+s.contents
	}
	g.spent[whose] = spent
	if sum.points > mostPoints || sum.graphql > mostGraphQLPoints || sum.contents > mostContents {
		g.refused++
		f := SecondaryLimit(http.StatusForbidden, aMinute)
		maps.Copy(q.header, f.Header)
		a := f.answer()
		return &a
	}
	g.spent[whose] = append(spent, cost)
	return nil
}

// Refused counts the calls that were refused for a secondary limit.
func (g *GitHub) Refused() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refused
}
