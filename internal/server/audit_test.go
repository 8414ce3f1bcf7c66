package server

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
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
	merges := slices.DeleteFunc(slices.Clone(entries), func(e store.AuditEntry) bool { return !strings.HasPrefix(e.Kind, "merged") })
	if len(merges) != 1 || merges[0].Kind != audit.KindMergedNotAccepted {
		t.Fatalf("audit log: %v", entries)
	}
	var detail audit.Decision
	if err := json.Unmarshal(merges[0].Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if detail.Event != "pull_request.closed" || len(detail.Policies) != 64 || detail.Checks[bylaw.CheckName] != bylaw.ActionRequired {
		t.Errorf("detail: %s", merges[0].Detail)
	}
	pieces, removed := audit.Pieces(merges[0])
	want := []audit.Piece{
		{Field: audit.FieldAskedBy, Login: "carol"},
		{Field: audit.FieldAuthor, Login: "alice"},
		{Field: audit.FieldMergedBy, Login: "carol"},
		{Field: audit.FieldTitle, Text: "Waiting for a review from outside Acme"},
		{Field: audit.FieldGrant, Login: "carol", Name: "waive", Arguments: "conflict_of_interest until 2099-01-01 nobody else is there", Fate: "stands"},
		{Field: audit.FieldDisclosure, Login: "bob", Name: "disclose", Arguments: "Acme", Fate: "deleted"},
	}
	timeless := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".At" }, cmp.Ignore())
	if diff := cmp.Diff(want, pieces, timeless); diff != "" || removed != 0 {
		t.Errorf("%d removed, -want +got:\n%s", removed, diff)
	}
	for _, p := range pieces {
		if p.Name != "" && p.At.IsZero() {
			t.Errorf("%s is of no time", p.Name)
		}
		if strings.Contains(string(merges[0].Detail), p.Login) && p.Login != "" {
			t.Errorf("the detail that is kept for ever names %s: %s", p.Login, merges[0].Detail)
		}
	}

	var plain map[string]any // a run without any says nothing of them
	if err := json.Unmarshal(entries[0].Detail, &plain); err != nil {
		t.Fatal(err)
	}
	if plain["grants"] != nil || plain["disclosures"] != nil {
		t.Errorf("the first decision tells of commands: %s", entries[0].Detail)
	}
}

// TestCheckRunNamesTheEntryOfEachPull: where a commit stands for two pull requests, its check run names the entries of
// both; it names them with the digests that are in the log; and looking again writes nothing.
func TestCheckRunNamesTheEntryOfEachPull(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	s := w.newServer(t, sqlite(t), "test")
	w.run(t, s)
	one := w.open(t, "one")
	if _, err := w.PushFiles(widgets, "release", "alice", fakegithub.Commit{Author: "alice", Files: map[string]string{"NEWS": "none\n"}}); err != nil {
		t.Fatal(err)
	}
	two, err := w.OpenPull(widgets, fakegithub.Pull{Author: "alice", Title: "The same for the release", Head: "one", Base: "release"})
	if err != nil {
		t.Fatal(err)
	}
	w.settled(t, s.Store)
	run, found := w.EffectiveCheck("acme", "widgets", w.Head("acme", "widgets", one), bylaw.CheckName)
	if !found {
		t.Fatal("there is no check run")
	}
	var pulls []int
	for _, named := range audit.Footnotes(run.Text) {
		e, found, err := s.Store.AuditEntryAt(t.Context(), widgets, named.Seq)
		if err != nil || !found || e.Digest != named.Digest {
			t.Errorf("the check run names %+v, and the log has %+v (%v)", named, e, err)
		}
		pulls = append(pulls, e.Number)
	}
	slices.Sort(pulls)
	if diff := cmp.Diff([]int{one, two}, pulls); diff != "" {
		t.Errorf("pull requests of the entries (-want +got):\n%s\n%s", diff, run.Text)
	}
	before := w.writes()
	entries, err := s.Store.Audit(t.Context(), widgets, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	w.retitle(t, one, "Another title, by which nothing is judged")
	w.settled(t, s.Store)
	after, err := s.Store.Audit(t.Context(), widgets, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if w.writes() != before || len(after) != len(entries) {
		t.Errorf("looking again wrote %d check runs and %d entries", w.writes()-before, len(after)-len(entries))
	}
}
