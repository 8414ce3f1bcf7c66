package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Combine makes the one report of several pull requests whose verdicts must stand on the same commit:
// open pull requests with the same head, or those of one merge group. The strictest conclusion counts,
// for each check run by itself, and every pull request is named. One pull request keeps its report as
// it is. pending are pull requests that share the commit and have no verdict yet; they stop it.
func Combine(runs []bylaw.Run, pending []bylaw.Ref) bylaw.Report {
	if len(runs) == 1 && len(pending) == 0 {
		return runs[0].Report
	}
	var names, checks []string
	for _, run := range runs {
		names = append(names, fmt.Sprintf("#%d", run.Ref.Number))
		for _, c := range run.Report.Checks {
			if !slices.Contains(checks, c.Name) {
				checks = append(checks, c.Name)
			}
		}
	}
	for _, ref := range pending {
		names = append(names, fmt.Sprintf("#%d", ref.Number))
	}
	if len(checks) == 0 {
		checks = []string{bylaw.CheckName}
	}
	var report bylaw.Report
	for _, name := range checks {
		report.Checks = append(report.Checks, combineCheck(name, names, runs, pending))
	}
	report.Conclusion, report.Title = report.Checks[0].Conclusion, report.Checks[0].Title
	return report
}

func combineCheck(name string, names []string, runs []bylaw.Run, pending []bylaw.Ref) bylaw.Check {
	out := bylaw.Check{Name: name, Conclusion: bylaw.Success, Annotations: []bylaw.Annotation{}, Actions: []bylaw.Action{}}
	var parts []string
	var title string
	for _, run := range runs {
		i := slices.IndexFunc(run.Report.Checks, func(c bylaw.Check) bool { return c.Name == name })
		if i < 0 {
			continue
		}
		c := run.Report.Checks[i]
		if title == "" || c.Conclusion.Stricter(out.Conclusion) {
			title = fmt.Sprintf("#%d: %s", run.Ref.Number, c.Title)
			out.DetailsURL, out.Actions = c.DetailsURL, c.Actions
		}
		if c.Conclusion.Stricter(out.Conclusion) {
			out.Conclusion = c.Conclusion
		}
		parts = append(parts, fmt.Sprintf("## Pull request %d: %s\n\n%s", run.Ref.Number, inert(c.Title), c.Summary))
		for _, a := range c.Annotations {
			if !slices.Contains(out.Annotations, a) {
				out.Annotations = append(out.Annotations, a)
			}
		}
	}
	for _, ref := range pending {
		if bylaw.ActionRequired.Stricter(out.Conclusion) {
			out.Conclusion = bylaw.ActionRequired
			title = fmt.Sprintf("#%d is not judged yet", ref.Number)
		}
		parts = append(parts, fmt.Sprintf("## Pull request %d\n\nIt is not judged yet. Its verdict will be added here.\n", ref.Number))
	}
	out.Title = clip(title, maxTitle)
	intro := fmt.Sprintf("A check belongs to a commit, and this commit is shared by the pull requests %s. The strictest of their verdicts stands here for all of them.\n", strings.ReplaceAll(inARow(names), "#", ""))
	out.Summary = clip(intro+"\n"+strings.Join(parts, "\n"), maxSummary)
	return out
}
