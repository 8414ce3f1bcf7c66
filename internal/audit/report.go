package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// DefaultThreshold is the number below which a report shows no number, unless the community says otherwise.
const DefaultThreshold = 5

// ReportQuery says what a report is about.
type ReportQuery struct {
	Repository string // "owner/name", or "owner/" for all of an owner; empty for all
	From, To   time.Time
	Threshold  int // at least; what the community sets, or else DefaultThreshold, can only be raised by it
}

// Report is the transparency report of some repositories and a period. It names nobody. The period before is as
// long and ends where it begins.
type Report struct {
	From         bylaw.Time         `json:"from"`
	To           bylaw.Time         `json:"to"`           // not in it any more
	Repositories []RepositoryReport `json:"repositories"` // by name; empty when nothing was judged
}

// RepositoryReport is one repository's part: this period and the one before.
type RepositoryReport struct {
	Repository string `json:"repository"`
	Threshold  int    `json:"threshold"` // smaller numbers are hidden, but for 0; 1 shows every number
	Now        Period `json:"now"`
	Before     Period `json:"before"`
}

// Period counts the pull requests of which the audit log tells in a period, each once, as it stood at the end.
type Period struct {
	Changes    Count            `json:"changes"`     // pull requests judged
	Conflicts  Count            `json:"conflicts"`   // of these, in which only people with a conflict had approved
	Resolved   map[string]Count `json:"resolved"`    // how, by the words of Resolutions; together they are Conflicts
	Waivers    Count            `json:"waivers"`     // changes that a waiver let through, with or without a conflict
	Overridden Count            `json:"overridden"`  // merged although not accepted, or never judged
	Unproposed Count            `json:"unproposed"`  // pushes to the default branch with commits of no pull request
	Rewritten  Count            `json:"rewritten"`   // forced pushes to the default branch
	Reviews    Count            `json:"reviews"`     // changes with a review from outside; the times are of these
	Median     Duration         `json:"median_time"` // from when it waited for review to the first verdict that counted one
	P90        Duration         `json:"p90_time"`
	Unmarked   Count            `json:"unmarked"` // judged before Bylaw noted conflicts; not among Conflicts
}

// The ways in which a conflict was resolved, in the order in which they are shown.
const (
	ByOutsideReview = "outside_review"
	ByWaiver        = "waiver"
	ByNobody        = "nobody"
	ByUnknown       = "unknown"
	ByAdvice        = "advice"
	ByOverride      = "override"
	ByClosing       = "closed"
	StillOpen       = "open"
)

// Resolutions are all ways, in order.
var Resolutions = []string{ByOutsideReview, ByWaiver, ByNobody, ByUnknown, ByAdvice, ByOverride, ByClosing, StillOpen}

// Count is a number that may have to be hidden, so that nobody can be told from it.
type Count struct {
	N      int
	Hidden bool // fewer than the threshold, or it would tell another number that is
}

// Duration is a time that was measured; Known is false when there were too few.
type Duration struct {
	time.Duration
	Known bool
}

// MakeReport counts the audit log. It reads the log once, one pull request after the other, so that it needs
// memory for the times of reviews alone: 8 bytes for each reviewed pull request of one repository.
func MakeReport(ctx context.Context, kept *store.Store, q ReportQuery) (Report, error) {
	before := q.From.Add(-q.To.Sub(q.From))
	out := Report{From: bylaw.At(q.From), To: bylaw.At(q.To), Repositories: []RepositoryReport{}}
	called, err := kept.AuditCalled(ctx)
	if err != nil {
		return out, fmt.Errorf("report: %w", err)
	}
	var at *counting
	for e, err := range kept.AuditEntries(ctx, store.AuditQuery{Repository: q.Repository, Period: store.Period{Since: before, Until: q.To}, ByPull: true}) {
		if err != nil {
			return out, fmt.Errorf("report: %w", err)
		}
		name := cmp.Or(called[e.Repository], e.Repository)
		if at == nil || at.repository != name {
			if err := out.add(ctx, kept, at, q.Threshold); err != nil {
				return out, err
			}
			at = newCounting(name, q.From)
		}
		if err := at.entry(e); err != nil {
			return out, fmt.Errorf("report: %w", err)
		}
	}
	return out, out.add(ctx, kept, at, q.Threshold)
}

func (r *Report) add(ctx context.Context, kept *store.Store, c *counting, atLeast int) error {
	if c == nil {
		return nil
	}
	community, _, err := kept.Repository(ctx, c.repository)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	threshold := max(cmp.Or(community.Threshold, DefaultThreshold), atLeast)
	c.endPull()
	one := RepositoryReport{Repository: c.repository, Threshold: threshold, Now: c.now.period(), Before: c.before.period()}
	one.Now.hide(threshold)
	one.Before.hide(threshold)
	r.Repositories = append(r.Repositories, one)
	return nil
}

// counting counts one repository.
type counting struct {
	repository  string
	from        time.Time
	now, before tally
	pull        int
	in          [2]*story // of the pull request at hand: in the period before, and in this one
}

// story is what one period's entries tell of one pull request.
type story struct {
	seen, marked, conflict, waived, over bool
	last                                 Decision
	hadReview                            bool // from outside, now or in the period before
	given                                bool // now
	took                                 time.Duration
}

type tally struct {
	changes, conflicts, waivers, overridden, unproposed, rewritten, unmarked int

	resolved map[string]int
	times    []time.Duration
}

func newCounting(repository string, from time.Time) *counting {
	c := &counting{repository: repository, from: from}
	c.now.resolved, c.before.resolved = map[string]int{}, map[string]int{}
	return c
}

func (c *counting) entry(e store.AuditEntry) error {
	if c.pull != e.Number {
		c.endPull()
		c.pull = e.Number
	}
	t, i := &c.before, 0
	if !e.At.Before(c.from) {
		t, i = &c.now, 1
	}
	switch e.Kind {
	case KindPushed:
		t.unproposed++
	case KindForced:
		t.rewritten++
	case KindDecision, KindMerged, KindMergedNotAccepted, KindMergedNotJudged, KindCommand:
		var d Decision
		if err := json.Unmarshal(e.Detail, &d); err != nil {
			return fmt.Errorf("read entry %d of %s: %w", e.Seq, e.Repository, err)
		}
		if c.in[i] == nil {
			c.in[i] = &story{}
			if i == 1 && c.in[0] != nil { // a review counts once, in the period in which it was given
				c.in[1].hadReview = c.in[0].hadReview
				c.in[1].conflict = c.in[0].conflict && c.in[0].how() == StillOpen
			}
		}
		c.in[i].entry(e, d)
	}
	return nil
}

func (s *story) entry(e store.AuditEntry, d Decision) {
	s.seen, s.last = true, d
	s.marked = s.marked || d.Marks != nil
	s.conflict = s.conflict || slices.Contains(d.Marks, bylaw.MarkConflict)
	s.waived = slices.Contains(d.Marks, bylaw.MarkWaiver) && d.Conclusion == bylaw.Success
	s.over = s.over || e.Kind == KindMergedNotAccepted || e.Kind == KindMergedNotJudged
	if slices.Contains(d.Marks, bylaw.MarkOutsideReview) && !s.hadReview && !d.WaitsSince.IsZero() {
		s.hadReview, s.given = true, true
		s.took = max(0, e.At.Sub(d.WaitsSince.Time)) // GitHub's clock may be ahead
	}
}

// how is how a conflict was resolved, as it stands at the last entry.
func (s *story) how() string {
	has := func(mark string) bool { return slices.Contains(s.last.Marks, mark) }
	switch {
	case s.over:
		return ByOverride
	case s.last.Conclusion == bylaw.Success && has(bylaw.MarkOutsideReview):
		return ByOutsideReview
	case s.last.Conclusion == bylaw.Success && has(bylaw.MarkWaiver):
		return ByWaiver
	case s.last.Conclusion == bylaw.Success && has(bylaw.MarkNobody):
		return ByNobody
	case s.last.Conclusion == bylaw.Success && has(bylaw.MarkUnknown):
		return ByUnknown
	case s.last.State == "closed":
		return ByClosing
	case s.last.Conclusion == bylaw.Success:
		return ByAdvice
	}
	return StillOpen
}

func (c *counting) endPull() {
	for i, t := range []*tally{&c.before, &c.now} {
		s := c.in[i]
		if s == nil || !s.seen {
			continue
		}
		t.changes++
		if !s.marked {
			t.unmarked++
		}
		if s.conflict {
			t.conflicts++
			t.resolved[s.how()]++
		}
		if s.waived {
			t.waivers++
		}
		if s.over {
			t.overridden++
		}
		if s.given {
			t.times = append(t.times, s.took)
		}
	}
	c.in = [2]*story{}
}

func (t *tally) period() Period {
	p := Period{
		Changes: Count{N: t.changes}, Conflicts: Count{N: t.conflicts}, Resolved: map[string]Count{}, Waivers: Count{N: t.waivers},
		Overridden: Count{N: t.overridden}, Unproposed: Count{N: t.unproposed}, Rewritten: Count{N: t.rewritten},
		Reviews: Count{N: len(t.times)}, Unmarked: Count{N: t.unmarked},
	}
	for _, how := range Resolutions {
		p.Resolved[how] = Count{N: t.resolved[how]}
	}
	slices.Sort(t.times)
	p.Median, p.P90 = quantile(t.times, 50), quantile(t.times, 90)
	return p
}

// quantile is the smallest time that so many percent do not exceed.
func quantile(sorted []time.Duration, percent int) Duration {
	if len(sorted) == 0 {
		return Duration{}
	}
	at := (len(sorted)*percent + 99) / 100
	return Duration{sorted[max(at, 1)-1], true}
}
