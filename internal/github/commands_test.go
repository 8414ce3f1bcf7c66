package github

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseCommands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"one", "/bylaw recheck", []string{"recheck|"}},
		{"arguments", "Thanks!\r\n/bylaw waive conflict_of_interest  until 2026-02-01 \r\n", []string{"waive|conflict_of_interest  until 2026-02-01"}},
		{"two", "/bylaw disclose Acme\n/bylaw Recuse", []string{"disclose|Acme", "recuse|"}},
		{"alone", "/bylaw", []string{"|"}},
		{"another word", "/bylaws recheck", nil},
		{"not first on its line", "please /bylaw recheck\n  /bylaw recheck", nil},
		{"fenced", "```\n/bylaw waive\n```\n/bylaw ask", []string{"ask|"}},
		{"fenced with tildes", "~~~ text\n```\n/bylaw waive\n~~~", nil},
		{"longer fence", "````\n```\n/bylaw waive\n````\n/bylaw ask", []string{"ask|"}},
		{"fence that is never closed", "```\n/bylaw waive", nil},
		{"inline code is no fence", "```x``` is code\n/bylaw ask", []string{"ask|"}},
		{"quoted", "> /bylaw waive", nil},
		{"lazy line of a quote", "> somebody wrote\n/bylaw waive\n\n/bylaw ask", []string{"ask|"}},
		{"hidden", "<!--\n/bylaw waive\n-->\n/bylaw ask", []string{"ask|"}},
		{"hidden after text", "text <!--\n/bylaw waive\n-->", nil},
		{"hidden for good", "<!-- template\n\n/bylaw waive", nil},
		{"closed on its line", "<!-- template -->\n/bylaw ask", []string{"ask|"}},
		{"arrow without end", "a <!-- b\n\n/bylaw ask", []string{"ask|"}},
		{"remark in the line", "/bylaw ask <!-- please --> bob", []string{"ask|bob"}},
		{"hides the rest", "/bylaw ask <!--\n/bylaw waive\n-->", []string{"ask|"}},
		{"empty", "", nil},
	} {
		var got []string
		for _, c := range ParseCommands(test.body) {
			got = append(got, c.Name+"|"+c.Arguments)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func FuzzParseCommands(f *testing.F) {
	f.Add("> a\n/bylaw b\n```\n<!-- -->")
	f.Fuzz(func(t *testing.T, body string) {
		if n := len(ParseCommands(body)); n > strings.Count(body, "/bylaw") {
			t.Errorf("%d commands in %q", n, body)
		}
	})
}
