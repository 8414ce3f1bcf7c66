package server

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// TestPublishingReadsTheFactsThatItNeeds of a run that is kept, and the report as it was; and the same of one that was
// judged just now, unless another one is kept.
func TestPublishingReadsTheFactsThatItNeeds(t *testing.T) {
	t.Parallel()
	taken := bylaw.At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	run := bylaw.Run{
		Ref: bylaw.Ref{Installation: 9, Owner: "acme", Repo: "widgets", Number: 7},
		Snapshot: bylaw.Snapshot{
			TakenAt: taken, Number: 7, State: "open", SameHead: []int{8, 12}, Head: bylaw.Head{SHA: "c0ffee", Name: "change", PushedBy: "alice"},
			Title: "Change", Author: bylaw.Account{Login: "alice"}, Files: []bylaw.File{{Path: "core/one.go"}},
		},
		Verdicts: []bylaw.Verdict{{Policy: "vendor_contacts", Outcome: bylaw.Accepted}},
		Report: bylaw.Report{
			Conclusion: bylaw.Success, Title: "Fine",
			Checks:  []bylaw.Check{{Name: bylaw.CheckName, Conclusion: bylaw.Success, Annotations: []bylaw.Annotation{{Path: "core/one.go", Line: 3}}, Actions: []bylaw.Action{}}},
			Comment: bylaw.Sticky{State: bylaw.StickyInOrder, Body: "All is there."},
		},
	}
	s := newTown(t).newServer(t, sqlite(t), "test")
	w := &worker{Server: s}
	c := claimed(t, s.Store, pullJob(9, widgets, 7, ""))
	out, latest, err := w.finished(t.Context(), c, run, askedFor{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Store.Finish(t.Context(), c, out); err != nil {
		t.Fatal(err)
	}

	want := run
	want.Verdicts, want.Snapshot = nil, bylaw.Snapshot{TakenAt: taken, Number: 7, State: "open", SameHead: []int{8, 12}, Head: bylaw.Head{SHA: "c0ffee"}}
	other := run
	other.Report = bylaw.Report{Title: "Of another time"}
	for name, now := range map[string]*judged{"nothing": nil, "it": {id: latest, run: run}, "another": {id: "another", run: other}} {
		got, found, err := w.latest(t.Context(), c, 7, &commit{judged: now, entries: map[int]audit.Named{}})
		if diff := cmp.Diff(want, got); err != nil || !found || diff != "" {
			t.Errorf("with %s judged just now: found %t, %v (-want +got):\n%s", name, found, err, diff)
		}
	}
}
