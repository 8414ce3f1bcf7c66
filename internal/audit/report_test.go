package audit

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestReportTellsHowConflictsWereResolved: each pull request once in a period, as it stood at the end of it. What was
// a conflict before and is not resolved is one still.
func TestReportTellsHowConflictsWereResolved(t *testing.T) {
	t.Parallel()
	kept := log(t)
	community(t, kept, 1)
	april := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	tell := func(number int, days float64, kind, state string, conclusion bylaw.Conclusion, marks ...string) {
		t.Helper()
		at := april.Add(time.Duration(days * 24 * float64(time.Hour)))
		opened := bylaw.At(april.AddDate(0, 0, int(days)-1))
		detail, err := json.Marshal(Decision{State: state, Conclusion: conclusion, Marks: append([]string{}, marks...), WaitsSince: opened})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kept.Append(t.Context(), store.AuditEntry{Repository: widgets, At: at, Kind: kind, Number: number, Detail: detail}); err != nil {
			t.Fatal(err)
		}
	}
	const ask = bylaw.ActionRequired
	tell(1, -20, KindDecision, "open", ask, bylaw.MarkConflict) // resolved in April
	tell(2, -20, KindDecision, "open", ask, bylaw.MarkConflict) // and the same
	tell(2, -19, KindMerged, "merged", bylaw.Success, bylaw.MarkOutsideReview)
	tell(9, -40, KindDecision, "open", ask, bylaw.MarkConflict) // in no period
	tell(1, 2, KindDecision, "open", bylaw.Success, bylaw.MarkOutsideReview)
	tell(1, 3, KindMerged, "merged", bylaw.Success, bylaw.MarkOutsideReview)
	tell(2, 3, KindDecision, "merged", bylaw.Success, bylaw.MarkOutsideReview) // looked at again
	tell(3, 4, KindDecision, "open", ask, bylaw.MarkConflict)
	tell(3, 5, KindDecision, "open", bylaw.Success, bylaw.MarkWaiver)
	tell(4, 5, KindDecision, "open", ask, bylaw.MarkConflict)
	tell(4, 6, KindDecision, "closed", ask, bylaw.MarkConflict)
	tell(5, 6, KindDecision, "open", bylaw.Success, bylaw.MarkConflict)
	tell(6, 7, KindDecision, "open", ask, bylaw.MarkConflict)
	tell(6, 8, KindMergedNotAccepted, "merged", ask, bylaw.MarkConflict)
	tell(6, 9, KindDecision, "merged", bylaw.Success, bylaw.MarkOutsideReview) // too late
	tell(7, 9, KindDecision, "open", ask)
	tell(0, 9, KindForced, "", "")
	for _, hours := range []float64{1, 2, 3, 4, 5, 6, 7, 8} {
		tell(100+int(hours), 10+hours/24, KindDecision, "open", bylaw.Success, bylaw.MarkOutsideReview)
	}
	r, err := MakeReport(t.Context(), kept, ReportQuery{Repository: "ACME/", From: april, To: april.AddDate(0, 1, 0)})
	if err != nil || len(r.Repositories) != 1 {
		t.Fatal(r, err)
	}
	numbers := func(p Period) map[string]int {
		out := map[string]int{
			"changes": p.Changes.N, "conflicts": p.Conflicts.N, "waivers": p.Waivers.N, "overridden": p.Overridden.N, "rewritten": p.Rewritten.N,
			"reviews": p.Reviews.N, "median hours": int(p.Median.Hours()), "p90 hours": int(p.P90.Hours()),
		}
		for how, c := range p.Resolved {
			if c.N > 0 {
				out[how] = c.N
			}
		}
		return out
	}
	now := map[string]int{
		"changes": 15, "conflicts": 5, "waivers": 1, "overridden": 1, "rewritten": 1, "reviews": 10, "median hours": 27, "p90 hours": 31,
		ByOutsideReview: 1, ByWaiver: 1, ByClosing: 1, ByAdvice: 1, ByOverride: 1,
	}
	if diff := cmp.Diff(now, numbers(r.Repositories[0].Now)); diff != "" {
		t.Errorf("April (-want +got):\n%s", diff)
	}
	before := map[string]int{
		"changes": 2, "conflicts": 2, "waivers": 0, "overridden": 0, "rewritten": 0, "reviews": 1, "median hours": 24, "p90 hours": 24,
		ByOutsideReview: 1, StillOpen: 1,
	}
	if diff := cmp.Diff(before, numbers(r.Repositories[0].Before)); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
}

// community sets the threshold of the report.
func community(t *testing.T, kept *store.Store, threshold int) {
	t.Helper()
	if err := kept.SaveRepository(t.Context(), store.Repository{Name: widgets, Configured: true}); err != nil {
		t.Fatal(err)
	}
	if err := kept.SaveThreshold(t.Context(), widgets, threshold); err != nil {
		t.Fatal(err)
	}
}

// TestTheThresholdIsTheCommunitys: who asks for a report can raise it alone, and where nobody has said there is one.
func TestTheThresholdIsTheCommunitys(t *testing.T) {
	t.Parallel()
	kept := log(t)
	at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	if _, err := kept.Append(t.Context(), store.AuditEntry{Repository: widgets, At: at, Kind: KindForced, Detail: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ community, asked, want int }{{0, 0, 5}, {0, 3, 5}, {0, 9, 9}, {3, 0, 3}, {3, 1, 3}, {3, 4, 4}, {1, 0, 1}} {
		community(t, kept, test.community)
		r, err := MakeReport(t.Context(), kept, ReportQuery{From: at, To: at.AddDate(0, 1, 0), Threshold: test.asked})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Repositories[0]; got.Threshold != test.want || got.Now.Rewritten.Hidden != (test.want > 1) {
			t.Errorf("community %d, asked %d: threshold %d, hidden %t, want %d", test.community, test.asked, got.Threshold, got.Now.Rewritten.Hidden, test.want)
		}
	}
}

// TestHiddenNumbersCannotBeReckoned tries every way in which a few changes can be resolved: what is told must leave
// at least two possibilities for each number below the threshold.
func TestHiddenNumbersCannotBeReckoned(t *testing.T) {
	t.Parallel()
	const threshold, most = 3, 7
	type told map[string]int // -1 is hidden
	tell := func(p Period) told {
		out := told{}
		set := func(name string, c Count) {
			if out[name] = c.N; c.Hidden {
				out[name] = -1
			}
		}
		set("changes", p.Changes)
		set("conflicts", p.Conflicts)
		set("waivers", p.Waivers)
		set("overridden", p.Overridden)
		for how, c := range p.Resolved {
			set("resolved "+how, c)
		}
		return out
	}
	count := 0
	for outside := range most {
		for waiver := range most {
			for override := range most {
				for rest := range most {
					all := outside + waiver + override
					p := Period{
						Changes: Count{N: all + rest}, Conflicts: Count{N: all}, Waivers: Count{N: waiver}, Overridden: Count{N: override},
						Resolved: map[string]Count{ByOutsideReview: {N: outside}, ByWaiver: {N: waiver}, ByOverride: {N: override}},
					}
					for _, how := range Resolutions {
						p.Resolved[how] = Count{N: p.Resolved[how].N}
					}
					p.hide(threshold)
					seen := tell(p)
					hidden, unknown := 0, 0
					for _, how := range Resolutions {
						switch n := seen["resolved "+how]; {
						case n < 0:
							hidden++
						case n > 0 && n < threshold:
							t.Fatalf("%+v tells a small number", seen)
						default:
							unknown += n
						}
					}
					if seen["conflicts"] >= 0 && hidden > 0 && (hidden == 1 || seen["conflicts"]-unknown < threshold) {
						t.Errorf("outside %d, waiver %d, override %d, rest %d: %v tells the hidden by the sum", outside, waiver, override, rest, seen)
					}
					if seen["conflicts"] < 0 && hidden == 0 && all > 0 {
						t.Errorf("outside %d, waiver %d, override %d, rest %d: %v tells the conflicts by their parts", outside, waiver, override, rest, seen)
					}
					if left := seen["changes"] - seen["conflicts"]; seen["changes"] >= 0 && seen["conflicts"] >= 0 && left > 0 && left < threshold {
						t.Errorf("outside %d, waiver %d, override %d, rest %d: %v tells the small rest", outside, waiver, override, rest, seen)
					}
					for name, how := range map[string]string{"waivers": ByWaiver, "overridden": ByOverride} {
						if seen[name] > 0 && seen["resolved "+how] < 0 {
							t.Errorf("outside %d, waiver %d, override %d, rest %d: %v tells %s elsewhere", outside, waiver, override, rest, seen, how)
						}
					}
					count++
				}
			}
		}
	}
	if count != most*most*most*most {
		t.Errorf("%d cases", count)
	}
}
