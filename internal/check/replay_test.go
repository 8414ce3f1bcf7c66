package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// recordedRun is a run of the shape that facts makes, as `bylaw check --json` prints it.
func recordedRun(t testing.TB, c *Checker) []byte {
	t.Helper()
	c.GitHub = facts(10, 3, 10)
	result, err := c.Check(t.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{Event: "test"})
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(result.Run)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func replayChecker(t testing.TB) *Checker {
	t.Helper()
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Engine: &policy.Engine{}, BuiltIn: builtIn, Now: func() time.Time { return noon }}
}

// TestRecordsReadQuicklySayTheSame holds the quick way to read a record to the one that knows the lines.
func TestRecordsReadQuicklySayTheSame(t *testing.T) {
	t.Parallel()
	run := recordedRun(t, replayChecker(t))
	snapshot := `{"taken_at": "2026-02-10T12:00:00Z", "repository": {"owner": "example", "name": "widgets"}, "number": 5,
		"author": {"login": "alice", "kind": "user"}, "head": {"sha": "c"},
		"files": [{"path": "a.json", "after": {"exists": true, "data": {"large": 9007199254740993, "half": 0.5}}}]}`
	for name, line := range map[string][]byte{
		"a run": run, "a snapshot": []byte(strings.ReplaceAll(snapshot, "\n", " ")),
	} {
		quick, ok := decodeRecord(line)
		if !ok {
			t.Errorf("%s: want it read quickly", name)
			continue
		}
		if err := whole("x", &quick.Snapshot); err != nil {
			t.Fatal(err)
		}
		slow, err := readRecord("x", line)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(indented(t, slow), indented(t, quick)); diff != "" {
			t.Errorf("%s (-slow +quick):\n%s", name, diff)
		}
	}
	for name, line := range map[string]string{
		"a fact that does not exist": strings.Replace(snapshot, "number", "numbr", 1),
		"more behind it":             snapshot + "{}",
		"not UTF-8":                  strings.Replace(snapshot, "alice", "al\xffice", 1),
		"another kind":               strings.Replace(snapshot, "5", `"5"`, 1),
	} {
		if _, err := ReadRecord("x", 3, []byte(line)); err == nil || !strings.HasPrefix(err.Error(), "x:3: ") {
			t.Errorf("%s: want a problem at x:3, got %v", name, err)
		}
	}
}

func indented(t *testing.T, r Record) string {
	t.Helper()
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestReplayAnswersInOrder(t *testing.T) {
	t.Parallel()
	c := replayChecker(t)
	run := string(recordedRun(t, c))
	var lines, want strings.Builder
	for i := range 60 {
		if i%7 == 3 {
			lines.WriteString("{\n")
			fmt.Fprintf(&want, "unreadable %d\n", i+1)
			continue
		}
		lines.WriteString(strings.ReplaceAll(run, `"number":7`, fmt.Sprintf(`"number":%d`, i+1)) + "\n")
		fmt.Fprintf(&want, "example/widgets#%d same\n", i+1)
	}
	rules, problems, err := c.ReadOtherRules(t.Context(), nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var got strings.Builder
	err = c.Replay(t.Context(), Replay{
		Rules:      rules,
		Result:     func(r Replayed) error { fmt.Fprintf(&got, "%s %s\n", r.Ref, r.Change); return nil },
		Unreadable: func(p bylaw.Problem) error { fmt.Fprintf(&got, "unreadable %d\n", p.Line); return nil },
	}, Lines("runs", strings.NewReader(lines.String())))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOrganizationsOfAuthorAreThoseThatACheckShows(t *testing.T) {
	t.Parallel()
	works := func(organization, source, from, until string) bylaw.Affiliation {
		return bylaw.Affiliation{Kind: bylaw.AffiliationEmployer, Organization: organization, Source: source, Rank: bylaw.Rank(source), From: from, Until: until}
	}
	for name, test := range map[string]struct {
		kind string
		says []bylaw.Affiliation
		want string
	}{
		"nothing is known":       {bylaw.KindUser, nil, "unknown"},
		"two employers":          {bylaw.KindUser, []bylaw.Affiliation{works("globex", bylaw.SourceRoster, "", ""), works("acme", bylaw.SourceRoster, "", "")}, "Acme Corp, globex"},
		"the best source":        {bylaw.KindUser, []bylaw.Affiliation{works("globex", bylaw.SourceEmail, "", ""), works("acme", bylaw.SourceDeclared, "", "")}, "Acme Corp"},
		"on the day of opening":  {bylaw.KindUser, []bylaw.Affiliation{works("globex", bylaw.SourceDeclared, "", "2026-03-10"), works("acme", bylaw.SourceDeclared, "2026-03-10", "")}, "Acme Corp"},
		"what others collected":  {bylaw.KindUser, []bylaw.Affiliation{works("acme", bylaw.SourceGitdmStrict, "", "")}, "unknown"},
		"works for nobody":       {bylaw.KindUser, []bylaw.Affiliation{{Kind: bylaw.AffiliationIndependent}}, "independent"},
		"a bot, whatever it has": {bylaw.KindBot, []bylaw.Affiliation{works("acme", bylaw.SourceRoster, "", "")}, "a bot"},
	} {
		s := bylaw.Snapshot{
			Author: bylaw.Account{Login: "alice", Kind: test.kind}, CreatedAt: bylaw.At(noon),
			People:        []bylaw.Person{{Login: "Alice", Affiliations: test.says}},
			Organizations: []bylaw.Organization{{ID: "acme", Name: "Acme Corp"}},
		}
		if got := strings.Join(organizationsOfAuthor(&s), ", "); got != test.want {
			t.Errorf("%s: want %s, got %s", name, test.want, got)
		}
	}
}

// BenchmarkReplay judges runs of 10 files, 3 reviews and 10 people anew by a changed parameter, 1,000 in
// each round, and says how long 10,000 would take; and how long reading alone takes.
func BenchmarkReplay(b *testing.B) {
	const round = 1000
	defer debug.SetGCPercent(debug.SetGCPercent(ReplayGCPercent))
	c := replayChecker(b)
	lines := bytes.Repeat(append(recordedRun(b, c), '\n'), round)
	rules, _, err := c.ReadOtherRules(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	if err := rules.Set("conflict_of_interest.approvals=2"); err != nil {
		b.Fatal(err)
	}
	for name, keep := range map[string]func(*bylaw.Snapshot) bool{"judge": nil, "read": func(*bylaw.Snapshot) bool { return false }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				seen := 0
				err := c.Replay(b.Context(), Replay{
					Rules: rules, Keep: keep,
					Result:     func(Replayed) error { seen++; return nil },
					Unreadable: func(p bylaw.Problem) error { return &p },
				}, Lines("runs", bytes.NewReader(lines)))
				if err != nil || keep == nil && seen != round {
					b.Fatal(seen, err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/round*10_000, "s/10000")
		})
	}
}
