package page

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

// hostile are the texts that tests anywhere in this module use for what strangers could write: those of the list
// in package check, and every other one that looks like markup, an address, or what nobody sees.
func hostile(t *testing.T) []string {
	t.Helper()
	suspicious := regexp.MustCompile("(?i)<[a-z/!]|javascript:|data:|\\]\\(|onerror|&#|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x1b\x00]|://evil")
	var all []string
	files, err := filepath.Glob("../*/*_test.go")
	must(t, err)
	more, err := filepath.Glob("../../cmd/*/*_test.go")
	must(t, err)
	for _, name := range append(files, more...) {
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		listed := false // inside the list
		ast.Inspect(syntax, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				listed = spec.Names[0].Name == "hostile"
			}
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				must(t, err)
				if len(text) < 400 && (listed || suspicious.MatchString(text)) {
					all = append(all, text)
				}
			}
			if _, ok := n.(*ast.FuncDecl); ok {
				listed = false
			}
			return true
		})
	}
	scenarios, err := filepath.Glob("../../testdata/scenario/*.txtar")
	must(t, err)
	for _, name := range scenarios {
		data, err := os.ReadFile(name)
		must(t, err)
		for line := range strings.Lines(string(data)) {
			if len(line) < 400 && suspicious.MatchString(line) {
				all = append(all, strings.TrimSpace(line))
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(append(all, `"><script>alert(1)</script>`, `' onmouseover='alert(1)`, "{{.}}", "</title><script>", "--><b>", "\u202Egnp.exe"))
	if len(all) < 100 {
		t.Fatalf("only %d hostile texts were found", len(all))
	}
	t.Logf("%d hostile texts", len(all))
	return all
}

// fill sets everything that holds text to the first of some texts; each list gets an element of every text.
func fill(v reflect.Value, texts ...string) {
	text := texts[0]
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Struct:
		if _, isTime := v.Interface().(bylaw.Time); isTime {
			return
		}
		for _, field := range v.Fields() {
			fill(field, texts...)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), len(texts), len(texts)))
		for i, one := range texts {
			fill(v.Index(i), one)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(text), reflect.ValueOf(text))
	case reflect.Interface:
		v.Set(reflect.ValueOf(text))
	}
}

// batches are the texts by fifteen, so that the first of each stands where there is room for one only.
func batches(texts []string) (out [][]string) {
	for some := range slices.Chunk(texts, 15) {
		out = append(out, some)
	}
	return out
}

// TestNothingFromOutsideComesAlive puts every hostile text into everything that a decision holds, and looks at
// all tags and addresses of every page.
func TestNothingFromOutsideComesAlive(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public, s.Operators = true, []string{"olivia"} })
	w.limits.pages.size, w.limits.signIns.size, w.limits.reports.size = 1e9, 1e9, 1e9
	b := w.browser(t)
	b.signIn("olivia", "/")
	texts := hostile(t)
	for i, some := range batches(texts) {
		text := some[0]
		var s bylaw.Snapshot
		var v bylaw.Verdict
		fill(reflect.ValueOf(&s).Elem(), some...)
		fill(reflect.ValueOf(&v).Elem(), some...)
		whole := snapshot("acme/widgets", 100+i)
		s.Format, s.Repository, s.Number, s.URL, s.Base.SHA, s.Head.SHA = 1, whole.Repository, whole.Number, whole.URL, whole.Base.SHA, whole.Head.SHA
		v.Outcome, v.Conclusion = bylaw.NotAccepted, bylaw.Failure
		for j := range some { // of a policy's text or the configuration, which are no stranger's
			v.Rule[j].Ref, v.Findings[j].Ref = "https://rules.example/", "https://rules.example/"
		}
		broken, met := v, v
		broken.Outcome, met.Outcome, met.Conclusion = bylaw.Broken, bylaw.Accepted, bylaw.Success
		broken.Policy, met.Policy = v.Policy+"2", v.Policy+"3"
		id := fmt.Sprintf("run%d", i)
		w.keep(t, id, s, v, broken, met)
		for _, kind := range append(kinds, kindWord{Kind: strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "?")}) {
			var checks any = map[string]string{text: text}
			if kind.Kind == audit.KindPosted {
				checks = []audit.PostedCheck{{Name: text}}
			}
			w.tell(t, kind.Kind, 100+i, map[string]any{
				"run": text, "event": text, "title": text, "merged_by": text, "conclusion": text, "commits": some, "before": text, "after": text, "checks": checks,
			}, audit.Piece{Field: audit.FieldTitle, Text: text}, audit.Piece{Field: audit.FieldAskedBy, Login: text}, audit.Piece{Field: audit.FieldPushedBy, Login: text},
				audit.Piece{Field: audit.FieldCommand, Login: text, Name: text, Arguments: text, Fate: text, EditedBy: text + "2"})
		}
		later := s
		later.Title, later.Labels, later.Commands = text+"2", nil, nil
		w.keep(t, id+"b", later, met)
		must(t, w.Store.SaveOwnPolicies(t.Context(), "acme/widgets", []store.OwnPolicy{{Policy: "own", Digest: id, Source: jsonOf(t, policy.Source{
			ID: "own", Origin: "acme/widgets", Modules: []policy.Module{{File: text, Text: "# METADATA\n# title: " + strconv.Quote(text) + "\n# description: " + strconv.Quote(text) + "\npackage bylaw.own\n" + text}},
		})}}))
		must(t, w.Store.Raise(t.Context(), store.Job{Key: "pull " + strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "?") + id, Kind: "pull", Installation: 9}))
		for claimed := true; claimed; {
			claims, err := w.Store.Claim(t.Context(), "test", time.Minute, 1)
			must(t, err)
			if claimed = len(claims) > 0; claimed {
				_, err = w.Store.Fail(t.Context(), claims[0], store.Failure{Reason: text, Trouble: text, GiveUp: true})
				must(t, err)
			}
		}
		for _, path := range []string{"/acme/widgets/decision/" + id, "/acme/widgets/decision/" + id + "b", "/acme/widgets/policy/own", "/acme/widgets"} {
			harmless(t, strings.Join(some, " and "), path, b.get(path))
		}
	}
	for _, path := range []string{"/acme/widgets", "/acme/widgets/decisions", "/acme/widgets/audit", "/acme/widgets/report", "/queue", "/"} {
		for path != "" {
			page := b.get(path)
			harmless(t, "any", path, page)
			path = ""
			for _, link := range addresses(page.body) {
				if strings.Contains(link, "before=") || strings.Contains(link, "beyond=") {
					path = link
				}
			}
		}
	}
	for _, some := range batches(texts) { // as somebody may write them into an address
		text := some[0]
		for _, path := range []string{"/", "/sign-in?to=", "/acme/widgets/audit?kind=", "/acme/widgets/audit?from=", "/acme/widgets/audit?number=", "/acme/widgets/decisions?before=", "/acme/widgets/policy/", "/acme/widgets/report?from="} {
			harmless(t, text, path, b.get(path+queryEscape(text)))
		}
	}
}

// queryEscape escapes every byte.
func queryEscape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

var (
	tags       = regexp.MustCompile(`<([^>]*)>`)
	attributes = regexp.MustCompile(`\s([a-z-]+)(?:="([^"]*)")?`)
)

// addresses are those that a page leads to.
func addresses(page string) (out []string) {
	for _, tag := range tags.FindAllStringSubmatch(page, -1) {
		for _, a := range attributes.FindAllStringSubmatch(tag[1], -1) {
			if slices.Contains([]string{"href", "src", "action"}, a[1]) {
				out = append(out, strings.ReplaceAll(a[2], "&amp;", "&"))
			}
		}
	}
	return out
}

// harmless looks for what no page may have: tags and attributes that no template has, addresses elsewhere, e-mail
// addresses, and characters that nobody sees or that turn the direction of writing.
func harmless(t *testing.T, text, path string, page seen) {
	t.Helper()
	if page.status != http.StatusOK && page.status != http.StatusNotFound && page.status != http.StatusBadRequest || page.body == "" {
		t.Errorf("%q: %s is answered %d", text, path, page.status)
	}
	if page.status == http.StatusBadRequest && !strings.Contains(page.body, "<html") {
		return // of Go's own server, which takes no such address
	}
	known := strings.Fields(`!doctype html head meta title link body a header div nav span strong form input button ol ul li main footer p h1 h2 h3 h4
		section article details summary table caption thead tbody tr th td code pre time dl dt dd label select option`)
	may := strings.Fields(`html lang charset name content rel href class aria-label aria-labelledby aria-current id tabindex method action type value
		datetime scope role size inputmode selected data-label`)
	for _, tag := range tags.FindAllStringSubmatch(page.body, -1) {
		name, _, _ := strings.Cut(strings.TrimPrefix(tag[1], "/"), " ")
		if !slices.Contains(known, name) {
			t.Errorf("%q: %s has the tag <%s>", text, path, tag[1])
			continue
		}
		for _, a := range attributes.FindAllStringSubmatch(tag[1], -1) {
			if !slices.Contains(may, a[1]) {
				t.Errorf("%q: %s has the attribute %s in <%s>", text, path, a[1], tag[1])
			}
		}
	}
	for _, address := range addresses(page.body) {
		if !strings.HasPrefix(address, "#") && (!strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//")) && !strings.HasPrefix(address, "https://github.com/") && !strings.HasPrefix(address, "https://rules.example/") {
			t.Errorf("%q: %s leads to %q", text, path, address)
		}
	}
	if i := strings.IndexFunc(page.body, func(r rune) bool {
		return unicode.In(r, unicode.Cf, unicode.Co) || unicode.IsControl(r) && r != '\n' && r != '\t'
	}); i >= 0 {
		t.Errorf("%q: %s has a character that nobody sees: %q", text, path, page.body[max(0, i-20):min(len(page.body), i+20)])
	}
	if strings.Contains(page.body, "alice@acme.example") || strings.Contains(page.body, "alice&#64;acme.example") {
		i := strings.Index(page.body, "@acme.example")
		t.Errorf("%q: %s shows an e-mail address: %s", text, path, page.body[max(0, i-100):][:200])
	}
}
