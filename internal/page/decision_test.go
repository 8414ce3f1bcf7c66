package page

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

func TestWhatChangedBetweenTwoDecisions(t *testing.T) {
	t.Parallel()
	s := snapshot("acme/widgets", 7)
	v := verdict()
	before := kept{snapshot: s, people: []somebody{{Login: "anna", Affiliations: []byte(`["Acme"]`)}, {Login: "bob"}}, verdicts: []bylaw.Verdict{v, {Policy: "gone", Outcome: bylaw.Accepted, Conclusion: bylaw.Success}}}
	s.Head.SHA, s.Draft, s.Title = strings.Repeat("c", 40), true, "Turn them all"
	s.Labels = []bylaw.Label{{Name: "breaking"}}
	s.Reviews = []bylaw.Review{{Author: bylaw.Account{Login: "bob"}, State: bylaw.ReviewApproved}}
	v.Outcome, v.Conclusion = bylaw.Accepted, bylaw.Success
	v.Findings = nil
	v.Considered = []bylaw.Considered{{Who: "anna", Did: "approved", Counted: true, Why: "she left Acme"}, {Who: "bob", Did: "approved", Counted: true}}
	after := kept{snapshot: s, people: []somebody{{Login: "anna", Affiliations: []byte(`[]`)}, {Login: "bob"}, {Login: "carol"}}, verdicts: []bylaw.Verdict{v, {Policy: "new", Outcome: bylaw.DoesNotApply, Conclusion: bylaw.Success}}}
	want := changes{
		Verdicts: []string{"conflict_of_interest: met, before that not met: somebody has to act", "new is asked now: does not apply", "gone is not asked any more"},
		People:   []string{"anna now counts for conflict_of_interest (she left Acme)", "bob approved: counts for conflict_of_interest"},
		Facts: []string{
			"the head is ccccccc, it was aaaaaaa", "the title was “Turn widgets both ways”", "it is a draft now", "label breaking is new",
			"review of bob (approved on not known) is new", "what is known of whom anna works for is different",
		},
	}
	if diff := cmp.Diff(want, compare(before, after)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if got := compare(after, after); !got.None() {
		t.Errorf("between a decision and itself: %+v", got)
	}
}

func TestDecisionPageTellsWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public = true })
	s, v := snapshot("acme/widgets", 7), verdict()
	v.Outcome, v.Conclusion, v.Headline, v.Findings = bylaw.Accepted, bylaw.Success, "Approved by bob, from outside Acme", nil
	w.keep(t, "second", s, v)
	b := w.browser(t)
	for path, want := range map[string][]string{
		"/acme/widgets/decision/r-widgets": {
			"Somebody has to act", "Waiting for a review from outside Acme", "Nobody from outside has approved", "Ask bob", "See the latest one",
			`href="https://github.com/acme/widgets/blob/` + strings.Repeat("a", 40) + `/core/turn.go?plain=1#L3"`,
			`href="https://github.com/acme/widgets/blob/` + strings.Repeat("b", 40) + `/OWNERS.md?plain=1#L4"`,
			`href="https://rules.example/third-party"`, "There is no earlier decision that is kept.",
			`switched on in <a href="https://github.com/acme/widgets/blob/` + strings.Repeat("b", 40) + `/.github/bylaw.yml?plain=1#L4"><code>.github/bylaw.yml:4</code></a>`,
			"Correct it in <code>OWNERS.md</code>, with a pull request of its own", "This is about carol.",
		},
		"/acme/widgets/pull/7":                       {"Accepted", "Approved by bob, from outside Acme", "conflict_of_interest: met, before that not met", "/acme/widgets/decision/r-widgets"},
		"/acme/widgets":                              {"#7 Turn widgets both ways", "Third-party review", "built into Bylaw"},
		"/acme/widgets/policy/conflict_of_interest":  {"In the 2 decisions that are kept", "package bylaw.conflict_of_interest", "set here", `<h2>The written rule</h2><ul><li><a href="https://rules.example/third-party">Third-party review</a></li></ul>`, `The policy follows the pattern of <a href="https://github.com/StackStorm/`},
		"/acme/widgets/audit":                        {"Decision", "All rules are met", "/acme/widgets/decision/second"},
		"/acme/widgets/audit?from=tomorrow&number=x": {"From is a date such as", "is a number such as 7"},
	} {
		got := b.get(path)
		for _, text := range want {
			if !strings.Contains(got.body, text) {
				t.Errorf("%s (%d) does not say %q", path, got.status, text)
			}
		}
		if strings.Contains(got.body, "ZgotmplZ") {
			t.Errorf("%s holds what the template refused", path)
		}
	}
	must(t, w.Store.Raise(t.Context(), store.Job{Key: "pull acme/widgets#7", Kind: "pull", Installation: 9}))
	if got := b.get("/acme/widgets/pull/7"); !strings.Contains(got.body, "about to be judged anew") {
		t.Errorf("the page does not say that it is about to be judged anew:\n%s", got.body)
	}
}

// TestWrittenRuleIsTheCommunitysOwn: a rule that the community has not named is not made up, and the one that a built-in
// policy was made after, which older runs recorded, is nobody else's.
func TestWrittenRuleIsTheCommunitysOwn(t *testing.T) {
	t.Parallel()
	const rule = "https://rules.example/third-party"
	tests := map[string]struct {
		change   func(*bylaw.Snapshot, *bylaw.Verdict)
		want     []string // on the page of the decision
		list     string   // on the page of the repository
		ruleless bool
	}{
		"named": {
			change: func(*bylaw.Snapshot, *bylaw.Verdict) {},
			want:   []string{`The written rule: <a href="` + rule + `">Third-party review</a>.`}, list: `<a href="` + rule + `">Third-party review</a>`,
		},
		"not named": {
			change: func(_ *bylaw.Snapshot, v *bylaw.Verdict) { v.Rule = nil },
			want:   []string{`.github/bylaw.yml:4</code></a>. No written rule is named for it.`}, list: `none is named; switched on in <a href="https://github.com/acme/widgets/`, ruleless: true,
		},
		"recorded by an older version": {
			change: func(_ *bylaw.Snapshot, v *bylaw.Verdict) { v.SwitchedOn = bylaw.Evidence{} },
			want:   []string{"built into Bylaw. No written rule is named for it."}, list: `<span class="quiet">none is named</span>`, ruleless: true,
		},
		"of a policy of its own, recorded by an older version": {
			change: func(_ *bylaw.Snapshot, v *bylaw.Verdict) {
				v.SwitchedOn, v.Source = bylaw.Evidence{}, "acme/widgets"
			},
			want: []string{`acme/widgets. The written rule: <a href="` + rule + `">`}, list: rule,
		},
		"always on": {
			change: func(_ *bylaw.Snapshot, v *bylaw.Verdict) {
				v.Policy, v.Rule, v.SwitchedOn = "governance_files", nil, bylaw.Evidence{}
			},
			want: []string{"built into Bylaw, always on. No written rule is named for it."}, list: "none is named; always on", ruleless: true,
		},
		"by the organization": {
			change: func(_ *bylaw.Snapshot, v *bylaw.Verdict) { v.SwitchedOn.File = "acme/.github " + bylaw.ConfigPath },
			want:   []string{`switched on in <a href="https://github.com/acme/.github/blob/HEAD/.github/bylaw.yml?plain=1#L4">`}, list: rule,
		},
		"by the first configuration, which only the pull request has": {
			change: func(s *bylaw.Snapshot, _ *bylaw.Verdict) {
				s.Governance.First, s.Files = true, append(s.Files, bylaw.File{Path: bylaw.ConfigPath, Status: "added"})
			},
			want: []string{`switched on in <a href="https://github.com/acme/widgets/blob/` + strings.Repeat("a", 40) + `/.github/bylaw.yml?plain=1#L4">`}, list: rule,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, func(s *Site) { s.Public = true })
			s, v := snapshot("acme/widgets", 7), verdict()
			tt.change(&s, &v)
			w.keep(t, "latest", s, v)
			b := w.browser(t)
			decision, list, policy := b.get("/acme/widgets/decision/latest").body, b.get("/acme/widgets").body, b.get("/acme/widgets/policy/"+v.Policy).body
			for _, text := range tt.want {
				if !strings.Contains(decision, text) {
					t.Errorf("the decision does not say %q", text)
				}
			}
			if !strings.Contains(list, tt.list) {
				t.Errorf("the list of policies does not say %q", tt.list)
			}
			for page, body := range map[string]string{"decision": decision, "list": list, "policy": policy} {
				if got := strings.Contains(body, rule); got == tt.ruleless {
					t.Errorf("%s: it names the rule: %t, want %t", page, got, !tt.ruleless)
				}
			}
			if got := strings.Contains(policy, "This repository names none for it."); got != tt.ruleless {
				t.Errorf("the policy's page says that no rule is named: %t, want %t", got, tt.ruleless)
			}
		})
	}
}

// TestLookingWritesNothing compares all tables but that of sessions before and after every page was looked at.
func TestLookingWritesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public, s.Operators = true, []string{"olivia"} })
	b := w.browser(t)
	b.signIn("olivia", "/")
	before := tables(t, w.database)
	w.gh.ResetCalls()
	for _, path := range append(append(everyPage("acme/secret"), everyPage("acme/widgets")...), "/", "/queue", "/none", "/sign-in") {
		b.get(path)
		w.browser(t).get(path)
	}
	if diff := cmp.Diff(before, tables(t, w.database)); diff != "" {
		t.Errorf("tables (-before +after):\n%s", diff)
	}
	for _, call := range w.gh.Calls() { // only who may look is asked, once for all pages of a repository
		if !strings.HasSuffix(call.Route, "/permission") && call.Route != "/repos/{owner}/{repo}" && !strings.HasSuffix(call.Route, "/access_tokens") {
			t.Errorf("GitHub was asked %s %s", call.Method, call.Path)
		}
	}
	if n := len(w.gh.Calls()); n > 4 {
		t.Errorf("GitHub was asked %d times", n)
	}
}

// tables is what stands in a database.
func tables(t *testing.T, file string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	must(t, err)
	defer db.Close()
	texts := func(query string) (out []string) {
		rows, err := db.QueryContext(t.Context(), query)
		must(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			must(t, rows.Scan(row...))
			var line strings.Builder
			for _, cell := range row {
				fmt.Fprintf(&line, "%v|", *cell.(*any))
			}
			out = append(out, strings.TrimSuffix(line.String(), "|"))
		}
		must(t, rows.Err())
		return out
	}
	all := map[string][]string{}
	for _, name := range texts("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sessions'") {
		all[name] = texts("SELECT * FROM " + name)
	}
	return all
}

// TestLongTablesBeginWithWhoCounted, and all of them is a click away. People of whom something else is known than
// before are named though only one in many differs.
func TestLongTablesBeginWithWhoCounted(t *testing.T) {
	t.Parallel()
	w := newTown(t, func(s *Site) { s.Public = true })
	s, v := snapshot("acme/widgets", 7), verdict()
	v.Considered = nil
	for i := range 150 {
		login := fmt.Sprintf("person%d", i)
		v.Considered = append(v.Considered, bylaw.Considered{Who: login, Did: "approved", Counted: i == 149})
		s.People = append(s.People, bylaw.Person{Login: login, Kind: bylaw.KindUser})
	}
	w.keep(t, "one", s, v)
	s.Title = "Another title"
	w.keep(t, "two", s, v)
	s.People = append([]bylaw.Person{}, s.People...)
	s.People[77].Affiliations = []bylaw.Affiliation{{Kind: bylaw.AffiliationEmployer, Organization: "globex"}}
	w.keep(t, "three", s, v)
	b := w.browser(t)
	page := b.get("/acme/widgets/decision/three").body
	for _, text := range []string{"1 of 150 counted.", ">person149</th>", ">person48</th>", "100 more people are kept", "What is known of whom person77 works for is different"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	considered, _, _ := strings.Cut(page, `id="history"`)
	if strings.Contains(considered, ">person49</th>") {
		t.Error("more than 50 people are in the table")
	}
	if page := b.get("/acme/widgets/decision/three?facts=all").body; !strings.Contains(page, ">person148</th>") || strings.Contains(page, "are kept and not shown") {
		t.Error("not everybody is on the page with all facts")
	}
	if page := b.get("/acme/widgets/decision/two").body; strings.Contains(page, "works for is different") || !strings.Contains(page, "The title was") {
		t.Error("the page with the same people as before does not tell what changed alone")
	}
}
