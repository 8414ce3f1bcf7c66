//go:build unix

package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// BenchmarkDecisionPage is what it costs to show a decision on 300 reviews with a decision before it, from the
// request to the last byte, where they are of 60 people and where each is of another one. The time of the processor
// (cpu-ms/op) is what counts.
func BenchmarkDecisionPage(b *testing.B) {
	for _, people := range []int{60, 300} {
		b.Run(fmt.Sprintf("reviews=300/people=%d", people), func(b *testing.B) { benchmarkDecisionPage(b, 300, people) })
	}
}

func benchmarkDecisionPage(b *testing.B, reviews, people int) {
	w := newTown(b, func(s *Site) { s.Public = true })
	w.limits.pages.size, w.limits.pages.refill = 1e12, 1e12
	s, v := snapshot("acme/widgets", 7), verdict()
	for i := range reviews {
		login := fmt.Sprintf("person%d", i%people)
		s.Reviews = append(s.Reviews, bylaw.Review{Author: bylaw.Account{Login: login}, State: bylaw.ReviewApproved, SHA: s.Head.SHA, SubmittedAt: bylaw.At(w.now())})
	}
	for i := range people {
		login := fmt.Sprintf("person%d", i)
		s.People = append(s.People, bylaw.Person{Login: login, Kind: bylaw.KindUser, Roles: []bylaw.Role{}, Affiliations: []bylaw.Affiliation{{
			Kind: bylaw.AffiliationEmployer, Organization: "acme", Source: bylaw.SourceDeclared, File: "governance/affiliations.yml", Line: i,
		}, {Kind: bylaw.AffiliationEmployer, Organization: "globex", Until: "2020-01-01", Source: bylaw.SourceEmail, Evidence: "commit e-mail at globex.example"}}})
		v.Considered = append(v.Considered, bylaw.Considered{Who: login, Did: "approved", Is: "Acme", Why: "works for the same organization as an author", Evidence: []bylaw.Evidence{{File: "governance/affiliations.yml", Line: i}}})
	}
	w.keep(b, "one", s, v)
	s.Reviews = s.Reviews[1:]
	w.keep(b, "two", s, v)
	handler := w.Handler()
	request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/acme/widgets/decision/two", nil)
	b.ReportAllocs()
	start := processorTime(b)
	for b.Loop() {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatalf("answered %d", answer.Code)
		}
	}
	b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// processorTime is what this process has had of the processors, the garbage collector included.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
