package check

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

var update = flag.Bool("update", false, "rewrite what goldens expect")

// TestComments walks testdata/comment: each file has the verdicts of a run and the comment that they make.
func TestComments(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "comment", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := document.Read("verdicts.yml", document.YAML, archive.Files[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(doc.Value)
			if err != nil {
				t.Fatal(err)
			}
			var run bylaw.Run
			if err := json.Unmarshal(data, &run.Verdicts); err != nil {
				t.Fatal(err)
			}
			run.Snapshot.Base.Name = "main"
			c := comment(run)
			got := fmt.Sprintf("%s\n\n%s", c.State, c.Body)
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "comment.md", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 {
				t.Fatal("it expects nothing; see -update")
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("comment (-want +got):\n%s", diff)
			}
		})
	}
}

func wanting(findings ...bylaw.Finding) bylaw.Run {
	return bylaw.Run{Verdicts: []bylaw.Verdict{{Policy: "rule", Title: "The rule", Comment: true, Outcome: bylaw.NotAccepted, Conclusion: bylaw.Failure, Findings: findings}}}
}

// Whatever strangers write: nobody is mentioned, no address of theirs is a link, and nothing of it is more
// than text or the inside of a block of code.
func TestNothingFromOutsideComesAliveInAComment(t *testing.T) {
	t.Parallel()
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	for _, s := range append([]string{"a\n```\n<b>@alice</b>\n````\nb", "  x: 1\r\n\ty: alice@acme.example", "-->"}, hostile...) {
		run := wanting(bylaw.Finding{Msg: s, Fix: s, File: s, Line: 3, Suggestion: s, Ref: "https://" + s})
		run.Snapshot.Base.Name = s
		run.Verdicts = append(run.Verdicts, bylaw.Verdict{Policy: s, Title: s, Comment: true, Outcome: bylaw.Broken})
		source := []byte(comment(run).Body)
		if strings.Contains(string(source), "alice@") {
			t.Errorf("%q shows an address:\n%s", s, source)
		}
		blocks := 0
		_ = ast.Walk(reader.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.FencedCodeBlock:
				blocks++
			case *ast.AutoLink, *ast.Image, *ast.CodeBlock, *ast.Blockquote, *ast.ThematicBreak:
				t.Errorf("%q became a %s:\n%s", s, n.Kind(), source)
			case *ast.HTMLBlock:
				if line := n.Lines().At(0); strings.TrimSpace(string(line.Value(source))) != bylaw.StickyMark {
					t.Errorf("%q became HTML:\n%s", s, source)
				}
			case *ast.RawHTML:
				if string(n.Segments.Value(source)) != "<br>" {
					t.Errorf("%q became HTML:\n%s", s, source)
				}
			case *ast.Heading:
				if n.Level < 3 {
					t.Errorf("%q became a heading:\n%s", s, source)
				}
			case *ast.Text:
				if value := string(n.Segment.Value(source)); strings.Contains(value, "@a") || strings.Contains(value, "@w") {
					if _, inCode := n.Parent().(*ast.CodeSpan); !inCode {
						t.Errorf("%q mentions somebody:\n%s", s, source)
					}
				}
			}
			return ast.WalkContinue, nil
		})
		if blocks != 1 {
			t.Errorf("%q is %d examples, want 1:\n%s", s, blocks, source)
		}
	}
}

func TestACommentFits(t *testing.T) {
	t.Parallel()
	var findings []bylaw.Finding
	for i := range 2000 {
		findings = append(findings, bylaw.Finding{Msg: strings.Repeat("*", 1000), Fix: strings.Repeat("ü", 1000), File: fmt.Sprintf("partners/%04d.yml", i), Suggestion: strings.Repeat("x\n", 500)})
	}
	c := comment(wanting(findings...))
	if n := utf8.RuneCountInString(c.Body); n > 65_536 || n < 50_000 {
		t.Errorf("the comment has %d characters", n)
	}
	if !strings.Contains(c.Body, "more are not shown here") || !strings.Contains(c.Body, "bylaw check --git") {
		t.Errorf("it does not say what is left out, or how to see it:\n%s", c.Body[len(c.Body)-400:])
	}
	short := comment(wanting(findings[:3]...))
	if strings.Contains(short.Body, "not shown") || !strings.Contains(short.Body, "0002.yml") {
		t.Error("three findings are not shown whole")
	}
	for i := range findings {
		findings[i] = bylaw.Finding{Msg: "m", File: "a"}
	}
	if c := comment(wanting(findings[:101]...)); !strings.Contains(c.Body, "1 more is not shown here") {
		t.Error("more than a hundred findings are shown")
	}
}
