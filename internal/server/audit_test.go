package server

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

// TestMergedPullIsJudgedOnceMore: the run knows who merged, and the audit log tells what had been granted and
// disclosed.
func TestMergedPullIsJudgedOnceMore(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	number := w.open(t, "one")
	w.settled(t, s.Store)
	say := func(by, text string) int64 {
		t.Helper()
		id, err := w.Comment(widgets, number, by, text)
		if err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
		return id
	}
	done := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		w.settled(t, s.Store)
	}
	say("carol", "/bylaw waive conflict_of_interest until 2099-01-01 nobody else is there\n/bylaw recheck")
	done(w.EditComment(widgets, say("bob", "/bylaw delegate carol"), "alice", "/bylaw delegate anna"))
	done(w.DeleteComment(widgets, say("bob", "/bylaw disclose Acme"), "alice"))
	done(w.MergePull(widgets, number, "carol"))

	kept, found, err := s.Store.LatestRun(t.Context(), widgets, number)
	if err != nil || !found {
		t.Fatalf("latest run: %v, %v", found, err)
	}
	var snapshot bylaw.Snapshot
	if err := json.Unmarshal(kept.Snapshot, &snapshot); err != nil {
		t.Fatal(err)
	}
	merger := slices.IndexFunc(snapshot.People, func(p bylaw.Person) bool { return p.Login == "carol" })
	if snapshot.State != "merged" || snapshot.MergedBy.Login != "carol" || merger < 0 || !snapshot.People[merger].CanPush {
		t.Errorf("state %s, merged by %+v, people %+v", snapshot.State, snapshot.MergedBy, snapshot.People)
	}

	entries, err := s.Store.Audit(t.Context(), widgets, 0, 100)
	if err != nil || len(entries) == 0 {
		t.Fatalf("audit log: %v, %v", entries, err)
	}
	merges := slices.DeleteFunc(slices.Clone(entries), func(e store.AuditEntry) bool { return e.Kind == auditDecision })
	if len(merges) != 1 || merges[0].Kind != auditMergedNotAccepted {
		t.Fatalf("audit log: %v", entries)
	}
	var got auditDetail
	if err := json.Unmarshal(merges[0].Detail, &got); err != nil {
		t.Fatal(err)
	}
	want := auditDetail{
		Grants:      []auditCommand{{Who: "carol", Name: "waive", Arguments: "conflict_of_interest until 2099-01-01 nobody else is there", Fate: "stands"}},
		Disclosures: []auditCommand{{Who: "bob", Name: "disclose", Arguments: "Acme", Fate: "deleted"}},
	}
	if got.MergedBy != "carol" || got.Event != "pull_request.closed" {
		t.Errorf("merged by %q, event %q", got.MergedBy, got.Event)
	}
	for _, c := range slices.Concat(got.Grants, got.Disclosures) {
		if c.At.IsZero() {
			t.Errorf("%s is of no time", c.Name)
		}
	}
	got = auditDetail{Grants: got.Grants, Disclosures: got.Disclosures}
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" }, cmp.Ignore())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	var plain map[string]any // a run without any says nothing of them
	if err := json.Unmarshal(entries[0].Detail, &plain); err != nil {
		t.Fatal(err)
	}
	if plain["grants"] != nil || plain["disclosures"] != nil {
		t.Errorf("the first decision tells of commands: %s", entries[0].Detail)
	}
}
