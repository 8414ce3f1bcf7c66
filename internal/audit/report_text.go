package audit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// inWords are the ways of resolving a conflict for people.
var inWords = map[string]string{
	ByOutsideReview: "a review from outside", ByWaiver: "a waiver", ByNobody: "nobody could have reviewed",
	ByUnknown: "reviewers whose employer is not known", ByAdvice: "accepted with advice", ByOverride: "merged all the same",
	ByClosing: "closed without merging", StillOpen: "not resolved yet",
}

// Row is one line of a report, as people read it. A name that begins with spaces is a part of the one above.
type Row struct{ Name, Now, Before, Difference string }

// Text is the report for a terminal.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "From %s to %s\n", day(r.From.Time), day(r.To.Add(-time.Second)))
	for _, one := range r.Repositories {
		fmt.Fprintf(&b, "\n%s\n", one.Repository)
		table := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
		fmt.Fprintln(table, "\tNow\tBefore\tDifference")
		for _, row := range r.Rows(one) {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Name, row.Now, row.Before, row.Difference)
		}
		_ = table.Flush() // to memory
	}
	b.WriteString(r.foot())
	return b.String()
}

// Markdown is the report for a community to publish.
func (r Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# How changes were reviewed, %s to %s\n", day(r.From.Time), day(r.To.Add(-time.Second)))
	for _, one := range r.Repositories {
		fmt.Fprintf(&b, "\n## %s\n\n| | Now | Before | Difference |\n|---|---|---|---|\n", one.Repository)
		for _, row := range r.Rows(one) {
			name := strings.TrimLeft(row.Name, " ")
			if name != row.Name {
				name = "… " + name
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, row.Now, row.Before, row.Difference)
		}
	}
	b.WriteString(r.foot())
	return b.String()
}

func (r Report) foot() string {
	if len(r.Repositories) == 0 {
		return "\nNothing was judged.\n"
	}
	var foot strings.Builder
	foot.WriteString("\nBefore is the period of the same length that ended where this one begins.\n")
	all := r.Repositories[0].Threshold // where it differs, each is named
	same := !slices.ContainsFunc(r.Repositories, func(one RepositoryReport) bool { return one.Threshold != all })
	for i, one := range r.Repositories {
		switch {
		case one.Threshold < 2 || same && i > 0:
		case same:
			fmt.Fprintf(&foot, "Numbers below %d are not told, nor those from which they could be reckoned.\n", all)
		default:
			fmt.Fprintf(&foot, "Numbers below %d are not told of %s, nor those from which they could be reckoned.\n", one.Threshold, one.Repository)
		}
	}
	return foot.String()
}

// Rows is one repository's part of the report in words, with what is hidden hidden.
func (r Report) Rows(one RepositoryReport) []Row {
	now, before := one.Now, one.Before
	count := func(name string, a, b Count) Row {
		out := Row{Name: name, Now: one.count(a), Before: one.count(b), Difference: "not told"}
		if !a.Hidden && !b.Hidden {
			out.Difference = fmt.Sprintf("%+d", a.N-b.N)
			if a.N == b.N {
				out.Difference = "0"
			}
		}
		return out
	}
	duration := func(name string, a, b Duration) Row {
		out := Row{Name: name, Now: inHours(a), Before: inHours(b), Difference: "not told"}
		switch {
		case a.Known && b.Known && a.Duration >= b.Duration:
			out.Difference = "+" + hours(a.Duration-b.Duration)
		case a.Known && b.Known:
			out.Difference = "-" + hours(b.Duration-a.Duration)
		}
		return out
	}
	rows := []Row{
		count("Changes judged", now.Changes, before.Changes),
		count("With a conflict of interest", now.Conflicts, before.Conflicts),
	}
	for _, how := range Resolutions {
		rows = append(rows, count("  "+inWords[how], now.Resolved[how], before.Resolved[how]))
	}
	rows = append(rows,
		count("Reviewed from outside", now.Reviews, before.Reviews),
		duration("  half of them within", now.Median, before.Median),
		duration("  nine of ten within", now.P90, before.P90),
		count("Waived", now.Waivers, before.Waivers),
		count("Merged although not accepted", now.Overridden, before.Overridden),
		count("Pushed without a pull request", now.Unproposed, before.Unproposed),
		count("Default branch rewritten", now.Rewritten, before.Rewritten),
	)
	if now.Unmarked.N+before.Unmarked.N > 0 {
		rows = append(rows, count("Judged before conflicts were noted", now.Unmarked, before.Unmarked))
	}
	return rows
}

func (one RepositoryReport) count(c Count) string {
	switch {
	case !c.Hidden:
		return strconv.Itoa(c.N)
	case c.N > 0 && c.N < one.Threshold:
		return fmt.Sprintf("fewer than %d", one.Threshold)
	}
	return "not told"
}

func inHours(d Duration) string {
	if !d.Known {
		return "not told"
	}
	return hours(d.Duration)
}

// hours is a time as people say it: in minutes, hours or days.
func hours(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.1f days", d.Hours()/24)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// MarshalJSON writes a number, or null for a hidden one.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.Hidden {
		return []byte("null"), nil
	}
	return json.Marshal(c.N)
}

// MarshalJSON writes seconds, or null where there were too few.
func (d Duration) MarshalJSON() ([]byte, error) {
	if !d.Known {
		return []byte("null"), nil
	}
	return json.Marshal(int64(d.Seconds()))
}
