package check

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// hostile are texts that strangers could write into a title, a name, a label or a roster.
var hostile = []string{
	"@alice", "@widgets/maintainers please", "mail me: alice@acme.example",
	"[click](https://evil.example)", "![x](https://evil.example/x.png)", "<img src=x onerror=alert(1)>",
	"<script>alert(1)</script>", "https://evil.example/", "www.evil.example", "HTTPS://evil.example", "ftp://evil.example",
	"| a | b |", "# heading", "1. one", "- item", "+ item", "> quote", "```\ncode", "~~~", "***", "=====",
	"see #12 and GH-12 and widgets/turner#12", "`code`", "**bold** _it_ ~~gone~~", "a\nb\r\nc\u2028d",
	"\u202Eevil", "zero\u200Bwidth", "\x1b[31mred", "&lt;b&gt;", "&#64;alice", "\\@alice", "[^1]: note", "[x]: https://evil.example",
	"<https://evil.example>", "<alice@acme.example>", "$\\alpha$", ":tada:", "1) one", "mailto:alice@acme.example", "[ ] task", "a  \nb", "---",
}

// GitHub turns "@word" into a mention and "#1" into a reference after it has rendered the Markdown, so
// it is the text of the rendered page that must not hold them.
func TestNothingFromOutsideComesAlive(t *testing.T) {
	t.Parallel()
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
	for _, s := range hostile {
		for _, around := range []string{"%s", "- %s", "| a | b |\n|---|---|\n| %s | c |", "### %s", "x: %s<br>y"} {
			source := fmt.Appendf(nil, around, inert(s))
			var seen bytes.Buffer
			_ = ast.Walk(reader.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				if !entering {
					return ast.WalkContinue, nil
				}
				switch n := n.(type) {
				case *ast.Link, *ast.AutoLink, *ast.Image, *ast.CodeSpan, *ast.FencedCodeBlock, *ast.CodeBlock, *ast.Emphasis, *ast.Blockquote, *ast.ThematicBreak, *ast.HTMLBlock:
					t.Errorf("%q in %q became a %s", s, around, n.Kind())
				case *ast.RawHTML:
					if string(n.Segments.Value(source)) != "<br>" {
						t.Errorf("%q in %q became HTML", s, around)
					}
				case *ast.Text:
					seen.Write(n.Segment.Value(source))
				case *ast.String:
					seen.Write(n.Value)
				}
				return ast.WalkContinue, nil
			})
			page := strings.ReplaceAll(seen.String(), `\`, "")
			for _, live := range []string{"@a", "@w", "#1", "GH-1", "://", "www.", "acme.example@", "alice@"} {
				if strings.Contains(page, live) {
					t.Errorf("%q in %q shows %q: %q", s, around, live, page)
				}
			}
			if strings.Count(string(source), "\n") != strings.Count(around, "\n") {
				t.Errorf("%q in %q breaks the line: %q", s, around, source)
			}
		}
	}
}

// A suggestion stands in the report as it is, and nothing in it can end the block of code around it.
func TestSuggestionsStayInTheirBlock(t *testing.T) {
	t.Parallel()
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()
	for _, s := range append(hostile, "```", "~~~~\n```` \n`````\n- x", "\turl: x\n\n\n  deep: y  ", "</pre>\n\n<img src=x>") {
		var b markdownBuilder
		b.finding(bylaw.Finding{Msg: "Not so.", File: "partners/acme.yml", Line: 2, Suggestion: s})
		b.finding(bylaw.Finding{Msg: "Nor so."})
		source := []byte(b.text(bylaw.Ref{}))
		var blocks, items int
		var inside strings.Builder
		_ = ast.Walk(reader.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.ListItem:
				items++
			case *ast.FencedCodeBlock:
				blocks++
				for i := range n.Lines().Len() {
					line := n.Lines().At(i)
					inside.Write(line.Value(source))
				}
			case *ast.Link, *ast.AutoLink, *ast.Image, *ast.CodeBlock, *ast.Emphasis, *ast.Blockquote, *ast.ThematicBreak, *ast.HTMLBlock, *ast.Heading:
				t.Errorf("%q became a %s", s, n.Kind())
			}
			return ast.WalkContinue, nil
		})
		if want := strings.Join(verbatim(s), "\n") + "\n"; blocks != 1 || items != 2 || inside.String() != want {
			t.Errorf("%q gives %d blocks and %d items, and inside %q, want %q:\n%s", s, blocks, items, inside.String(), want, source)
		}
		if strings.Contains(inside.String(), "alice@") {
			t.Errorf("%q shows an address: %q", s, inside.String())
		}
	}
}

func TestPlainTextHidesAddresses(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"by alice@acme.example, yesterday": "by an address at acme.example, yesterday",
		"alice!acme.example":               "an address at acme.example",
		"alice@münchen.example":            "an address at münchen.example",
		"jörg@acme.example":                "an address at acme.example",
		"a\tb\n c":                         "a b c",
		"x\u202Ey\u200Bz":                  "xyz",
	} {
		if diff := cmp.Diff(want, plainText(given)); diff != "" {
			t.Errorf("plainText(%q) (-want +got):\n%s", given, diff)
		}
	}
}

// Everything fits into a check run, whatever the number of findings, people and bytes.
func TestReportsFitIntoACheckRun(t *testing.T) {
	t.Parallel()
	v := bylaw.Verdict{Policy: "rule", Title: strings.Repeat("long ", 100), Outcome: bylaw.NotAccepted, Conclusion: bylaw.Failure, Headline: strings.Repeat("…", 1000), Reviewers: []string{"bob"}}
	var files []bylaw.File
	for i := range 2000 {
		file := fmt.Sprintf("partners/%04d.yml", i)
		files = append(files, bylaw.File{Path: file, Status: "added"})
		v.Findings = append(v.Findings, bylaw.Finding{Msg: strings.Repeat("ü", 2000), Fix: strings.Repeat("*", 2000), File: file, Line: i})
		v.Considered = append(v.Considered, bylaw.Considered{Who: fmt.Sprintf("person%d", i), Why: strings.Repeat("|", 2000)})
	}
	run := bylaw.Run{Ref: bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Snapshot: bylaw.Snapshot{Files: files}, Verdicts: []bylaw.Verdict{v, v, v}}
	one := render(run, &law{})
	run.Report = one
	for _, report := range []bylaw.Report{one, Combine([]bylaw.Run{run, run, run}, []bylaw.Ref{run.Ref})} {
		for _, c := range report.Checks {
			if n := utf8.RuneCountInString(c.Summary); n > 65_535 {
				t.Errorf("%s: the summary has %d characters", c.Name, n)
			}
			if n := utf8.RuneCountInString(c.Title); n > 255 || n == 0 {
				t.Errorf("%s: the title has %d characters", c.Name, n)
			}
			if len(c.Actions) > 3 {
				t.Errorf("%s: %d buttons", c.Name, len(c.Actions))
			}
			for _, a := range c.Actions {
				if len(a.Label) > 20 || len(a.Description) > 40 || len(a.Identifier) > 20 {
					t.Errorf("%s: the button %+v is too long", c.Name, a)
				}
			}
			for _, a := range c.Annotations {
				if a.Line < 1 || utf8.RuneCountInString(a.Title) > 255 || len(a.Message) > 64<<10 {
					t.Errorf("%s: the annotation on %s:%d does not fit", c.Name, a.Path, a.Line)
				}
			}
		}
	}
}

func TestCombineTakesTheStrictestAndNamesAll(t *testing.T) {
	t.Parallel()
	run := func(number int, whole, rule bylaw.Conclusion) bylaw.Run {
		r := bylaw.Run{Ref: bylaw.Ref{Owner: "example", Repo: "widgets", Number: number}}
		r.Report.Checks = []bylaw.Check{{Name: "bylaw", Conclusion: whole, Title: "whole"}}
		if rule != "" {
			r.Report.Checks = append(r.Report.Checks, bylaw.Check{Name: "bylaw/rule", Conclusion: rule, Title: "rule"})
		}
		return r
	}
	pending := []bylaw.Ref{{Owner: "example", Repo: "widgets", Number: 9}}
	tests := map[string]struct {
		runs    []bylaw.Run
		pending []bylaw.Ref
		want    map[string]bylaw.Conclusion
		title   string
	}{
		"one keeps its report":       {[]bylaw.Run{run(7, bylaw.Success, bylaw.Success)}, nil, map[string]bylaw.Conclusion{"bylaw": "success", "bylaw/rule": "success"}, "whole"},
		"the strictest stands":       {[]bylaw.Run{run(7, bylaw.Success, ""), run(8, bylaw.Failure, bylaw.Failure)}, nil, map[string]bylaw.Conclusion{"bylaw": "failure", "bylaw/rule": "failure"}, "#8: whole"},
		"each check by itself":       {[]bylaw.Run{run(7, bylaw.ActionRequired, bylaw.Success), run(8, bylaw.Success, bylaw.ActionRequired)}, nil, map[string]bylaw.Conclusion{"bylaw": "action_required", "bylaw/rule": "action_required"}, "#7: whole"},
		"one that is not judged yet": {[]bylaw.Run{run(7, bylaw.Success, "")}, pending, map[string]bylaw.Conclusion{"bylaw": "action_required"}, "#9 is not judged yet"},
		"none is judged yet":         {nil, pending, map[string]bylaw.Conclusion{"bylaw": "action_required"}, "#9 is not judged yet"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := Combine(tt.runs, tt.pending)
			got := map[string]bylaw.Conclusion{}
			for _, c := range report.Checks {
				got[c.Name] = c.Conclusion
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("conclusions (-want +got):\n%s", diff)
			}
			if report.Checks[0].Title != tt.title {
				t.Errorf("title %q, want %q", report.Checks[0].Title, tt.title)
			}
			for _, run := range tt.runs {
				if name := fmt.Sprint(run.Ref.Number); len(tt.runs)+len(tt.pending) > 1 && !strings.Contains(report.Checks[0].Summary, name) {
					t.Errorf("the summary does not name pull request %s:\n%s", name, report.Checks[0].Summary)
				}
			}
		})
	}
}
