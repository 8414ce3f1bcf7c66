package audit

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// BenchmarkReport counts 100,000 decisions about 50,000 pull requests, and tells how much the heap holds while
// it does.
func BenchmarkReport(b *testing.B) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	kept, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "bylaw.db"), func() time.Time { return start })
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	var f store.Finished
	for i := range 100_000 {
		d := Decision{
			Run: fmt.Sprint(i), Event: "pull_request_review.submitted", State: "open", Conclusion: bylaw.Success, WaitsSince: bylaw.At(start),
			Verdicts: map[string]string{"conflict_of_interest": "accepted"}, Marks: []string{bylaw.MarkConflict},
		}
		if i%2 == 1 {
			d.Marks = []string{bylaw.MarkOutsideReview}
		}
		detail, err := json.Marshal(d)
		if err != nil {
			b.Fatal(err)
		}
		f.Audit = append(f.Audit, store.AuditEntry{Repository: "acme/widgets", At: start.Add(time.Duration(i) * time.Second), Kind: KindDecision, Number: i/2 + 1, Detail: detail})
	}
	if err := kept.Raise(b.Context(), store.Job{Key: "all"}); err != nil {
		b.Fatal(err)
	}
	claims, err := kept.Claim(b.Context(), "bench", time.Hour, 1)
	if err != nil || len(claims) != 1 {
		b.Fatal(claims, err)
	}
	if _, err := kept.Finish(b.Context(), claims[0], f); err != nil {
		b.Fatal(err)
	}
	f = store.Finished{}
	var before, during runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		report, err := MakeReport(b.Context(), kept, ReportQuery{From: start, To: start.AddDate(0, 1, 0), Threshold: DefaultThreshold})
		if err != nil || len(report.Repositories) != 1 || report.Repositories[0].Now.Conflicts.N != 50_000 {
			b.Fatal(report, err)
		}
		runtime.ReadMemStats(&during)
	}
	b.ReportMetric(float64(during.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-heap")
}
