package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// markdownBuilder writes the Markdown of a summary. Everything from outside goes through inert, code or
// link before it gets here.
type markdownBuilder struct {
	lines []string
}

func (b *markdownBuilder) line(format string, args ...any) {
	b.lines = append(b.lines, fmt.Sprintf(format, args...))
}

func (b *markdownBuilder) paragraph(format string, args ...any) {
	b.line(format, args...)
	b.line("")
}

// text joins the lines, and leaves out the last ones if there are too many characters.
func (b *markdownBuilder) text(ref bylaw.Ref) string {
	total := 0
	for i, line := range b.lines {
		total += utf8.RuneCountInString(line) + 1
		if total > maxSummary {
			rest := fmt.Sprintf("%d more lines are left out here; `bylaw check %s` shows all.", len(b.lines)-i, plainText(ref.String()))
			return strings.Join(append(b.lines[:i:i], "", rest), "\n") + "\n"
		}
	}
	return strings.TrimRight(strings.Join(b.lines, "\n"), "\n") + "\n"
}

// reasons says what is wrong, on which evidence, and what would make it right.
func (b *markdownBuilder) reasons(v bylaw.Verdict) {
	b.problems(v.Problems)
	if v.Outcome == bylaw.Broken {
		b.paragraph("A rule that cannot be judged never counts as met.")
		return
	}
	b.findings(v.Findings)
}

// findings lists what was found, what must be done before advice. Where that stands in several files, it is
// grouped by them, those with something to be done first, and each is gone through from top to bottom; what
// stands in no file comes before.
func (b *markdownBuilder) findings(all []bylaw.Finding) {
	if len(all) == 0 {
		return
	}
	shown := slices.Clone(all[:min(len(all), maxRows)])
	must := map[string]bool{} // by file
	for _, f := range shown {
		if f.File != "" {
			must[f.File] = must[f.File] || !f.Advice
		}
	}
	several := len(must) > 1
	if several {
		slices.SortStableFunc(shown, func(a, b bylaw.Finding) int {
			after := func(f bylaw.Finding) int {
				switch {
				case f.File == "":
					return 0
				case must[f.File]:
					return 1
				}
				return 2
			}
			return cmp.Or(cmp.Compare(after(a), after(b)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
	}
	for i, f := range shown {
		if several && f.File != "" && (i == 0 || f.File != shown[i-1].File) {
			if i > 0 {
				b.line("")
			}
			b.line("#### %s", code(f.File))
			b.line("")
		}
		b.finding(f)
	}
	if more := len(all) - len(shown); more > 0 {
		b.line("- and %s", plural(more, "more finding"))
	}
	b.line("")
}

func (b *markdownBuilder) finding(f bylaw.Finding) {
	var line strings.Builder
	if f.File != "" {
		line.WriteString(place(f.File, f.Line) + ": ")
	}
	line.WriteString(inert(f.Msg))
	if f.Advice {
		line.WriteString(" (advice)")
	}
	for _, e := range f.Evidence {
		line.WriteString(" " + evidence(e))
	}
	if f.Fix != "" {
		line.WriteString("<br>" + inert(capital(f.Fix)))
	}
	if names := unnamed(f); len(names) > 0 {
		line.WriteString(" (" + inert(inARow(names)) + ")")
	}
	if f.Ref != "" {
		line.WriteString(" [The written rule](" + link(f.Ref) + ")")
	}
	if f.Suggestion != "" {
		text := verbatim(f.Suggestion)
		bar := fence(text)
		line.WriteString("<br>Suggested:\n  " + bar)
		for _, l := range text {
			line.WriteString("\n  " + l)
		}
		line.WriteString("\n  " + bar)
	}
	b.line("- %s", line.String())
}

func (b *markdownBuilder) problems(problems []bylaw.Problem) {
	for i, p := range problems {
		if i == maxRows {
			b.line("- and %s", plural(len(problems)-i, "more problem"))
			break
		}
		line := inert(p.Msg)
		if p.File != "" {
			line = code(p.Place()) + ": " + line
		}
		if p.Fix != "" {
			line += "<br>" + inert(capital(p.Fix))
		}
		b.line("- %s", line)
	}
	if len(problems) > 0 {
		b.line("")
	}
}

// considered is the table of who was looked at.
func (b *markdownBuilder) considered(people []bylaw.Considered) {
	if len(people) == 0 {
		return
	}
	b.line("### Who was considered")
	b.line("")
	b.line("| Who | Did | Works for, on that day | Counted | Why | Evidence |")
	b.line("|---|---|---|---|---|---|")
	for i, p := range people {
		if i == maxRows {
			b.line("| and %d more | | | | | |", len(people)-i)
			break
		}
		counted := "no"
		if p.Counted {
			counted = "**yes**"
		}
		var where []string
		for _, e := range p.Evidence {
			where = append(where, evidence(e))
		}
		who := cmp.Or(inert(p.Who), "a deleted account")
		b.line("| %s | %s | %s | %s | %s | %s |", who, inert(p.Did), inert(p.Is), counted, inert(p.Why), strings.Join(where, ", "))
	}
	b.line("")
}

// writtenRule says under which written rule a verdict stands. Where the community names none, its rule is what it has
// switched on. On which line that stands is left to the pages: it moves with every line above it, and the check runs of
// all open pull requests would be written anew.
func (b *markdownBuilder) writtenRule(v bylaw.Verdict) {
	on := ""
	if v.SwitchedOn.File != "" {
		on = code(v.SwitchedOn.File)
	}
	switch {
	case len(v.Rule) > 0:
		for _, rule := range v.Rule {
			b.line("- [%s](%s)", inert(cmp.Or(rule.Description, rule.Ref)), link(rule.Ref))
		}
		b.line("")
		if on != "" {
			b.paragraph("It is switched on in %s.", on)
		}
	case on != "":
		b.paragraph("It is switched on in %s, where no written rule is named for it.", on)
	case slices.Contains(policy.AlwaysOn, v.Policy):
		b.paragraph("It is always on. No written rule is named for it in %s.", code(bylaw.ConfigPath))
	}
}

func evidence(e bylaw.Evidence) string {
	switch {
	case e.File == "":
		return inert(e.Text)
	case e.Text == "":
		return place(e.File, e.Line)
	default:
		return place(e.File, e.Line) + " (" + inert(e.Text) + ")"
	}
}

// unnamed are the people of a finding whom its text does not name already.
func unnamed(f bylaw.Finding) []string {
	var names []string
	for _, login := range f.People {
		if !strings.Contains(f.Msg+" "+f.Fix, login) && len(names) < maxNamed {
			names = append(names, login)
		}
	}
	return names
}

// maxNamed is how many people are named behind a finding.
const maxNamed = 10
