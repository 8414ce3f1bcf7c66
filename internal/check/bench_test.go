package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// BenchmarkCheck is one evaluation from facts to report, without GitHub: both built-in policies, and as
// many files, reviews and people as the name says.
func BenchmarkCheck(b *testing.B) {
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []struct{ files, reviews, people int }{{10, 3, 10}, {300, 20, 60}, {3000, 300, 60}} {
		b.Run(fmt.Sprintf("files=%d/reviews=%d/people=%d", size.files, size.reviews, size.people), func(b *testing.B) {
			c := &Checker{GitHub: facts(size.files, size.reviews, size.people), Engine: &policy.Engine{}, BuiltIn: builtIn, Now: func() time.Time { return noon }}
			ref := bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}
			b.ReportAllocs()
			for b.Loop() {
				result, err := c.Check(b.Context(), ref, Ask{Event: "benchmark"})
				if err != nil {
					b.Fatal(err)
				}
				if got := result.Run.Report.Conclusion; got != bylaw.Success {
					b.Fatalf("concluded %s: %s", got, result.Run.Report.Title)
				}
			}
		})
	}
}

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// facts are those of a change of Acme that half of the reviewers, of other organizations, approved.
func facts(files, reviews, people int) GitHub {
	s := bylaw.Snapshot{
		Repository: bylaw.Repository{Owner: "example", Name: "widgets"}, Number: 7, State: "open", CreatedAt: bylaw.At(noon.Add(-time.Hour)),
		Author: bylaw.Account{Login: "person0", Kind: bylaw.KindUser}, MergedBy: bylaw.Account{Kind: bylaw.KindDeleted},
		Head: bylaw.Head{SHA: "a", PushedBy: "person0"},
	}
	for i := range files {
		s.Files = append(s.Files, bylaw.File{Path: fmt.Sprintf("core/%d.go", i), Status: "modified", Added: 10})
	}
	var roster strings.Builder
	roster.WriteString("version: 1\npeople:\n")
	var pushers []bylaw.Account
	for i := range people {
		login := fmt.Sprintf("person%d", i)
		roster.WriteString(fmt.Sprintf("  - github: %s\n    roles: [maintainer]\n    affiliations: [{organization: Company %d, from: 2020-01-01}]\n", login, i%4))
		pushers = append(pushers, bylaw.Account{Login: login, Kind: bylaw.KindUser})
	}
	for i := range reviews {
		login := fmt.Sprintf("person%d", 1+i%(people-1))
		s.Reviews = append(s.Reviews, bylaw.Review{Author: bylaw.Account{Login: login, Kind: bylaw.KindUser}, State: bylaw.ReviewApproved, SHA: "a", SubmittedAt: bylaw.At(noon.Add(-time.Minute)), CanPush: true})
	}
	return still{bylaw.Reading{
		Snapshot: s, Pushers: pushers,
		Law: bylaw.Tree{Repository: "example/widgets", Visible: true, Files: []bylaw.Blob{
			{Path: bylaw.ConfigPath, OID: "1", Data: []byte("version: 1\nrosters: [{path: affiliations.yml}]\npolicies: {conflict_of_interest: }\n")},
			{Path: "affiliations.yml", OID: "2", Data: []byte(roster.String())},
		}},
	}}
}
