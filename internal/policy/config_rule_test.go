package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/policy"
)

// A report shows every written rule, so one more than the limit is a fault with its line, and the limit itself is none.
func TestWrittenRulesAreBounded(t *testing.T) {
	t.Parallel()
	address := func(n int) string { return "https://" + strings.Repeat("é", n-len("https://")) }
	described := func(n int) string {
		return fmt.Sprintf("{ref: \"https://widgets.example\", description: %q}", strings.Repeat("é", n))
	}
	many := func(n int) string {
		return "[" + strings.Repeat("https://widgets.example,", n) + "]"
	}
	for _, tt := range []struct {
		within, beyond string
		problem        string
	}{
		{address(500), address(501), "at most 500 characters"},
		{described(200), described(201), "at most 200 characters"},
		{many(10), many(11), "more than 10 written rules"},
	} {
		read := func(value string) (policy.Config, string) {
			text := "version: 1\npolicies:\n  rule:\n    written_rule: " + value + "\n"
			config, problems := policy.ReadConfig(&policy.File{Path: "bylaw.yml", Data: []byte(text)}, nil, map[string]policy.Metadata{"rule": {Params: policy.Params{"type": "object"}}})
			var all strings.Builder
			for _, p := range problems {
				fmt.Fprintf(&all, "%d: %s\n", p.Line, p.Msg)
			}
			return config, all.String()
		}
		config, problems := read(tt.within)
		if enabled := named(config, "rule"); problems != "" || len(enabled.Rule.Value) == 0 || enabled.Rule.From.Line != 4 {
			t.Errorf("%.60s: got %+v and %q, want it read", tt.within, enabled.Rule, problems)
		}
		config, problems = read(tt.beyond)
		if enabled := named(config, "rule"); !strings.HasPrefix(problems, "4: ") || !strings.Contains(problems, tt.problem) || len(enabled.Rule.Value) > 0 {
			t.Errorf("%.60s: got %+v and %q, want %q on line 4", tt.beyond, enabled.Rule, problems, tt.problem)
		}
	}
}

func named(c policy.Config, id string) policy.Enabled {
	for _, p := range c.Policies {
		if p.ID == id {
			return p
		}
	}
	return policy.Enabled{}
}
