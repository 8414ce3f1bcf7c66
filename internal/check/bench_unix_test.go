//go:build unix

package check

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// BenchmarkEvaluate is what one policy costs on one snapshot: conflict_of_interest with its default
// parameters, on 250 commits, ten files, and as many reviews and people as the name says. The time of the
// processor (cpu-ms/op) is what counts; the clock also shows what else the machine does.
func BenchmarkEvaluate(b *testing.B) {
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []struct{ reviews, people int }{{3, 10}, {300, 60}} {
		b.Run(fmt.Sprintf("reviews=%d/people=%d", size.reviews, size.people), func(b *testing.B) {
			engine := &policy.Engine{}
			c := &Checker{GitHub: facts(10, size.reviews, size.people), Engine: engine, BuiltIn: builtIn, Now: func() time.Time { return noon }}
			result, err := c.Check(b.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{Event: "benchmark"})
			if err != nil {
				b.Fatal(err)
			}
			snapshot := result.Run.Snapshot
			for range 250 {
				snapshot.Commits = append(snapshot.Commits, bylaw.Commit{SHA: "a", Authors: []bylaw.Author{{Login: "person0", ID: 1, Domain: "acme.example"}}})
			}
			source := sourceOf(b, builtIn, "conflict_of_interest")
			inspection, err := engine.Inspect(b.Context(), source)
			if err != nil {
				b.Fatal(err)
			}
			params := policy.Give(inspection.Metadata.Params.Defaults())
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				verdict, err := engine.Evaluate(b.Context(), source, &policy.Input{Snapshot: &snapshot}, params)
				if err != nil {
					b.Fatal(err)
				}
				if verdict.Outcome != bylaw.Accepted {
					b.Fatalf("the outcome is %s, want %s: %v", verdict.Outcome, bylaw.Accepted, verdict.Problems)
				}
			}
			reportProcessorTime(b, start)
		})
	}
}

// BenchmarkJudge is what all policies of one pull request cost together, as the service calls them: the event
// of BenchmarkCost in cmd/bylaw, whose three policies are conflict_of_interest, and two that do not apply. Two
// colleagues of the author have approved; the third reviewer, from elsewhere, has too, or takes it back.
func BenchmarkJudge(b *testing.B) {
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		state string
		want  bylaw.Outcome
	}{{bylaw.ReviewApproved, bylaw.Accepted}, {bylaw.ReviewDismissed, bylaw.NotAccepted}} {
		b.Run("outsider="+c.state, func(b *testing.B) {
			checker := &Checker{GitHub: smallChange(c.state), Engine: &policy.Engine{}, BuiltIn: builtIn, Now: func() time.Time { return noon }}
			ref := bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}
			result, err := checker.Check(b.Context(), ref, Ask{Event: "benchmark"})
			if err != nil {
				b.Fatal(err)
			}
			if n := len(result.Run.Verdicts); n != 3 {
				b.Fatalf("%d policies have judged, want 3: %s", n, result.Run.Report.Title)
			}
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				verdicts, err := checker.judge(b.Context(), &result.Run.Snapshot, checker.lawOf(ref), Ask{})
				if err != nil {
					b.Fatal(err)
				}
				for _, v := range verdicts {
					if v.Outcome != bylaw.DoesNotApply && v.Outcome != c.want {
						b.Fatalf("%s: the outcome is %s, want %s: %v", v.Policy, v.Outcome, c.want, v.Problems)
					}
				}
			}
			reportProcessorTime(b, start)
		})
	}
}

// smallChange has ten new files of Alice, of Acme; Anna and Carol, of Acme too, approve; Bob, of Globex, has said
// what the state says.
func smallChange(bob string) GitHub {
	s := bylaw.Snapshot{
		Repository: bylaw.Repository{Owner: "example", Name: "widgets"}, Number: 7, Title: "Change 7", State: "open", CreatedAt: bylaw.At(noon.Add(-time.Hour)),
		Author: bylaw.Account{Login: "alice", Kind: bylaw.KindUser}, MergedBy: bylaw.Account{Kind: bylaw.KindDeleted},
		Base: bylaw.Base{Name: "main"}, Head: bylaw.Head{Name: "change-7", SHA: "a", PushedBy: "alice"},
		Commits: []bylaw.Commit{{SHA: "a", Authors: []bylaw.Author{{Login: "alice"}}}},
	}
	for i := range 10 {
		s.Files = append(s.Files, bylaw.File{Path: fmt.Sprintf("core/7/%d.go", i), Status: "added", Added: 3})
	}
	var pushers []bylaw.Account
	for _, login := range []string{"alice", "anna", "bob", "carol"} {
		pushers = append(pushers, bylaw.Account{Login: login, Kind: bylaw.KindUser})
	}
	for i, state := range []string{bylaw.ReviewApproved, bob, bylaw.ReviewApproved} {
		s.Reviews = append(s.Reviews, bylaw.Review{Author: pushers[i+1], State: state, SHA: "a", SubmittedAt: bylaw.At(noon.Add(time.Duration(i-10) * time.Minute)), CanPush: true})
	}
	return still{bylaw.Reading{
		Snapshot: s, Pushers: pushers,
		Law: bylaw.Tree{Repository: "example/widgets", Visible: true, Files: []bylaw.Blob{
			{Path: bylaw.ConfigPath, OID: "1", Data: []byte(`version: 1
rosters:
  - path: governance/affiliations.yml
policies:
  conflict_of_interest:
    conflict: {minor: ask}
  vendor_contacts:
    paths: ["community/vendor-technical-contacts/**"]
`)},
			{Path: "governance/affiliations.yml", OID: "2", Data: []byte(`version: 1
people:
  - {github: alice, affiliations: [{organization: Acme}]}
  - {github: anna, affiliations: [{organization: Acme}]}
  - {github: bob, affiliations: [{organization: Globex}]}
  - {github: carol, affiliations: [{organization: Acme}]}
`)},
		}},
	}}
}

func sourceOf(b *testing.B, sources []policy.Source, id string) policy.Source {
	for _, s := range sources {
		if s.ID == id {
			return s
		}
	}
	b.Fatalf("there is no policy %s", id)
	return policy.Source{}
}

// processorTime is what this process has had of the processors, the garbage collector included.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func reportProcessorTime(b *testing.B, start time.Duration) {
	b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// listOf makes a list with so many entries; those of which changed is true are other ones in after.
func listOf(entries int, name func(i int) string) string {
	var b strings.Builder
	b.WriteString("# Adopters\n\n")
	for i := range entries {
		fmt.Fprintf(&b, "* [%s](https://www.company-%d.example/about) - Turns widgets of all kinds since %d, see [the case study](https://company-%d.example/widgets).\n", name(i), i, 1900+i, i)
	}
	return b.String()
}

// BenchmarkListing is one evaluation of a change of 300 entries in a list of 500, the making of Rego's
// input from the facts included: all of them right, 30 faulty, or all in the wrong place.
func BenchmarkListing(b *testing.B) {
	before := listOf(500, func(i int) string { return fmt.Sprintf("Company %04d", i) })
	for _, c := range []struct {
		name     string
		findings int
		changed  func(i int) string
	}{
		{"right", 0, func(i int) string { return fmt.Sprintf("Company %04d Group", i) }},
		{"faulty=30", 30, func(i int) string {
			if i%10 == 0 {
				return fmt.Sprintf("Big Company %04d", i)
			}
			return fmt.Sprintf("Company %04d Group", i)
		}},
		{"faulty=300", 300, func(i int) string { return fmt.Sprintf("Zany Company %04d", i) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			after := listOf(500, func(i int) string {
				if i >= 100 && i < 400 {
					return c.changed(i)
				}
				return fmt.Sprintf("Company %04d", i)
			})
			l, s := newLists(b), changeOfList(before, after)
			b.ReportAllocs()
			start := processorTime(b)
			for b.Loop() {
				if v := l.judge(b, s, nil); len(v.Findings) != c.findings {
					b.Fatalf("%d findings, want %d: %v", len(v.Findings), c.findings, v.Headline)
				}
			}
			reportProcessorTime(b, start)
		})
	}
}
