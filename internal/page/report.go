package page

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
)

// The days of a report. A longer one is asked for with `bylaw report`.
const (
	usualDays = 90
	mostDays  = 3 * 366
)

// days is a span of whole days: the last is in it.
type days struct{ First, Last time.Time }

func (d days) link(home string) string {
	return fmt.Sprintf("%s/report?from=%s&to=%s", home, d.First.Format(time.DateOnly), d.Last.Format(time.DateOnly))
}

// Words are the span for people.
func (d days) Words() string { return day(d.First) + " to " + day(d.Last) }

// quarterBefore is the last whole quarter of a year before the day.
func quarterBefore(t time.Time) days {
	t = t.UTC()
	begins := time.Date(t.Year(), t.Month()-(t.Month()-1)%3, 1, 0, 0, 0, 0, time.UTC)
	return days{begins.AddDate(0, -3, 0), begins.AddDate(0, 0, -1)}
}

// reportRow is a line of the report.
type reportRow struct {
	audit.Row
	Part bool // of the line above
}

// makeReport makes one report after the other, so that reports never take more than one processor.
func (s *Site) makeReport(ctx context.Context, q audit.ReportQuery) (audit.Report, error) {
	select {
	case s.making <- struct{}{}:
		defer func() { <-s.making }()
		return audit.MakeReport(ctx, s.Store, q)
	case <-ctx.Done():
		return audit.Report{}, ctx.Err()
	}
}

// report shows how changes were reviewed in a period, beside the period before. It names nobody, and whoever may see
// it may see the audit log that it counts: what it hides is for who publishes it.
func (s *Site) report(v visit) error {
	today := s.Now().UTC().Truncate(24 * time.Hour)
	page := struct {
		Home, From, To string
		Faults         []string
		Quick          []crumb
		Span, Before   string
		Threshold      int
		Rows           []reportRow
		Made, Limited  bool
	}{Home: home(v.repository)}
	quarter := quarterBefore(today)
	earlier := quarterBefore(quarter.First)
	for _, q := range []struct {
		name string
		days
	}{{"The last 90 days", days{today.AddDate(0, 0, 1-usualDays), today}}, {"The last whole quarter", quarter}, {"The quarter before", earlier}} {
		page.Quick = append(page.Quick, crumb{q.name, q.link(page.Home)})
	}
	span := days{today.AddDate(0, 0, 1-usualDays), today}
	query := v.r.URL.Query()
	for _, given := range []struct {
		name, says string
		into       *time.Time
	}{{"from", "From", &span.First}, {"to", "To", &span.Last}} {
		if text := query.Get(given.name); text != "" {
			t, err := time.Parse(time.DateOnly, text)
			if err != nil || t.Year() < 2000 || t.Year() > 2200 {
				page.Faults = append(page.Faults, given.says+" is a date such as 2026-01-31.")
				continue
			}
			*given.into = t
		}
	}
	page.From, page.To = span.First.Format(time.DateOnly), span.Last.Format(time.DateOnly)
	if len(page.Faults) == 0 {
		switch to := span.Last.AddDate(0, 0, 1); {
		case !span.First.Before(to):
			page.Faults = append(page.Faults, "The last day is before the first.")
		case to.Sub(span.First) > mostDays*24*time.Hour:
			page.Faults = append(page.Faults, "A report here is of three years at most. bylaw report makes longer ones.")
		case !v.since.Before(to):
			page.Faults = append(page.Faults, "Nothing that everybody may see is that old.")
		default:
			from := span.First
			if page.Limited = from.Before(v.since); page.Limited {
				from = v.since
			}
			made, err := s.makeReport(v.r.Context(), audit.ReportQuery{Repository: v.repository.Name, From: from, To: to})
			if err != nil {
				return err
			}
			before := from.Add(-to.Sub(from))
			page.Made, page.Span = true, days{from, span.Last}.Words()
			page.Before = days{before, from.Add(-time.Second)}.Words()
			for _, one := range made.Repositories {
				page.Threshold = one.Threshold
				for _, row := range made.Rows(one) {
					name := strings.TrimLeft(row.Name, " ")
					if before.Before(v.since) { // who may not see what was then is not told how much it was
						row.Before, row.Difference = "not shown", "not shown"
					}
					part := name != row.Name
					row.Name = name
					page.Rows = append(page.Rows, reportRow{row, part})
				}
			}
		}
	}
	return s.show(v, http.StatusOK, "report.html", "How changes to "+v.repository.Name+" were reviewed", append(s.trail(v), crumb{"Report", ""}), page)
}
