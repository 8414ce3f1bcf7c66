package check

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Limits of the comment. GitHub refuses one of more than 65,536 characters.
const (
	maxComment = 60_000
	maxTold    = 100 // findings
)

// comment renders the one comment on the pull request: what the policies that want one still miss, for
// whoever opened it. It holds nothing that differs from one commit to the next while the findings stay
// the same, so that a push that changes nothing is not told.
func comment(run bylaw.Run) bylaw.Sticky {
	var missing, unjudged, met, told []bylaw.Verdict
	for _, v := range run.Verdicts {
		if !v.Comment {
			continue
		}
		told = append(told, v)
		switch v.Outcome {
		case bylaw.NotAccepted:
			missing = append(missing, v)
		case bylaw.Accepted:
			met = append(met, v)
		case bylaw.Broken:
			unjudged = append(unjudged, v)
		}
	}
	items := toldFindings(append(slices.Clone(missing), met...))
	c := commentBuilder{}
	footer := "This comment is written by a program and kept up to date by it."
	switch {
	case len(missing) > 0:
		c.block("### Something is still missing")
		c.block("Thank you for this pull request. Not everything in it is yet as this project asks. What is missing stands here in the order of the files, each time with what to do. With every push this comment is brought up to date; nothing else is needed.")
		c.unjudged(unjudged)
		footer = howToCheck(run.Snapshot)
		c.findings(items, footer)
	case len(unjudged) > 0:
		c.block("### Not judged yet")
		c.unjudged(unjudged)
	case len(met) > 0:
		c.block("### All in order")
		c.block("Thank you. This is what was checked, and all of it is as this project asks:")
		c.rules(met)
		c.findings(items, footer)
	case len(told) > 0:
		c.block("### Nothing more to do here")
		c.block("Here stood what this project asks of some files. That does not apply to this pull request any more.")
	default:
		return WithoutRules()
	}
	c.block("%s", footer)
	state := bylaw.StickyOver
	switch {
	case len(missing) > 0:
		state = bylaw.StickyMissing
	case len(unjudged) > 0:
		state = bylaw.StickyNotJudged
	case len(met) > 0:
		state = bylaw.StickyInOrder
	}
	return bylaw.Sticky{State: state, Body: c.text()}
}

// WithoutRules is the comment where no rule wants one any more.
func WithoutRules() bylaw.Sticky {
	c := commentBuilder{}
	c.block("### Nothing more to do here")
	c.block("Here stood what this project asks of some files. The rule is switched off, or is told in the check alone from now on.")
	return bylaw.Sticky{State: bylaw.StickyOver, Body: c.text()}
}

// toldFindings are the findings of several verdicts in the order of files and lines; those about no file
// come last. What does not stop the pull request is advice.
func toldFindings(verdicts []bylaw.Verdict) []bylaw.Finding {
	var all []bylaw.Finding
	for _, v := range verdicts {
		for _, f := range v.Findings {
			f.Advice = f.Advice || v.Outcome == bylaw.Accepted
			all = append(all, f)
		}
		if v.Outcome == bylaw.NotAccepted && !slices.ContainsFunc(v.Findings, func(f bylaw.Finding) bool { return !f.Advice }) {
			all = append(all, bylaw.Finding{Msg: headline(v)})
		}
	}
	slices.SortStableFunc(all, func(a, b bylaw.Finding) int {
		return cmp.Or(cmp.Compare(btoi(a.File == ""), btoi(b.File == "")), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(btoi(a.Advice), btoi(b.Advice)), cmp.Compare(a.Msg, b.Msg))
	})
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// commentBuilder writes a comment block by block, so that it is never cut inside one. Everything from
// outside goes through inert, code, link or example before it gets here.
type commentBuilder struct {
	blocks []string
	length int // characters, with the empty lines in between
}

func (c *commentBuilder) block(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	c.blocks = append(c.blocks, text)
	c.length += utf8.RuneCountInString(text) + 2
}

func (c *commentBuilder) text() string {
	return bylaw.StickyMark + "\n" + strings.Join(c.blocks, "\n\n") + "\n"
}

func (c *commentBuilder) unjudged(verdicts []bylaw.Verdict) {
	if len(verdicts) == 0 {
		return
	}
	c.block("Not everything can be judged at the moment. That is nothing that you could put right; the checks say why:")
	var lines []string
	for _, v := range verdicts {
		lines = append(lines, fmt.Sprintf("- %s (%s)", inert(clip(v.Title, maxTitle)), code(bylaw.CheckName+"/"+v.Policy)))
	}
	c.block("%s", strings.Join(lines, "\n"))
}

// rules lists rules with their written form.
func (c *commentBuilder) rules(verdicts []bylaw.Verdict) {
	var lines []string
	for _, v := range verdicts {
		var line strings.Builder
		line.WriteString("- " + inert(clip(v.Title, maxTitle)))
		for _, rule := range v.Rule {
			fmt.Fprintf(&line, " ([%s](%s))", inert(clip(cmp.Or(rule.Description, rule.Ref), maxTitle)), link(rule.Ref))
		}
		lines = append(lines, line.String())
	}
	c.block("%s", strings.Join(lines, "\n"))
}

// findings writes the findings below a heading for each file, as far as they fit before the footer.
func (c *commentBuilder) findings(items []bylaw.Finding, footer string) {
	room := maxComment - utf8.RuneCountInString(footer) - 500 // for the mark, and the line that says what is left out
	for i, f := range items {
		before := *c
		if i == 0 || f.File != items[i-1].File {
			if f.File == "" {
				c.block("#### The pull request as a whole")
			} else {
				c.block("#### %s", code(f.File))
			}
		}
		c.finding(f)
		if c.length > room || i == maxTold {
			*c = before
			c.block("%s not shown here; the checks of this pull request have them all.", areMore(len(items)-i))
			return
		}
	}
}

func areMore(n int) string {
	if n == 1 {
		return "1 more is"
	}
	return fmt.Sprintf("%d more are", n)
}

func (c *commentBuilder) finding(f bylaw.Finding) {
	var b strings.Builder
	b.WriteString("- ")
	if f.Line > 0 && f.File != "" {
		fmt.Fprintf(&b, "**Line %d**: ", f.Line)
	}
	b.WriteString(inert(f.Msg))
	if f.Advice {
		b.WriteString(" (only advice)")
	}
	if f.Fix != "" {
		b.WriteString("<br>**What to do**: " + inert(capital(f.Fix)))
	}
	if f.Ref != "" {
		b.WriteString("<br>[The written rule](" + link(f.Ref) + ")")
	}
	if f.Suggestion != "" {
		b.WriteString("\n\n  For example:\n\n" + example(f.Suggestion, "  "))
	}
	c.block("%s", b.String())
}

// example is text from outside as a block of code, indented so that it belongs to an item of a list. It
// keeps its lines and their indentation, and shows nothing but what it says.
func example(s, indent string) string {
	var lines []string
	fence := "```"
	for line := range strings.Lines(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")) {
		line = strings.TrimRight(line, "\n")
		rest := strings.TrimLeft(line, " \t")
		line = strings.ReplaceAll(line[:len(line)-len(rest)], "\t", "    ") + plainText(rest)
		for strings.Contains(line, fence) {
			fence += "`"
		}
		lines = append(lines, line)
	}
	lines = append([]string{fence}, append(lines, fence)...)
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(indent+line, unicode.IsSpace)
	}
	return strings.Join(lines, "\n")
}

// plainBranch is a branch that can be written into a command as it is.
var plainBranch = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

func howToCheck(s bylaw.Snapshot) string {
	base := "main"
	if plainBranch.MatchString(s.Base.Name) {
		base = s.Base.Name
	}
	return fmt.Sprintf("To see the same before the next push, commit and run %s in your clone. If something here is wrong, say so in this conversation: people read it.", code("bylaw check --git . --base origin/"+base))
}
