package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// finish raises a key, claims it and finishes it with f.
func finish(t *testing.T, s *Store, f Finished) {
	t.Helper()
	check(t, s.Raise(t.Context(), Job{Key: "a"}))
	if got := must(s.Finish(t.Context(), take(t, s, "w"), f))(t); !got.Ours {
		t.Fatal("want the claim to be ours")
	}
}

func pull(number int) Pull {
	return Pull{Repository: "acme/widgets", Number: number, Installation: 1, HeadSHA: "c0ffee", BaseRef: "main", Author: "alice", State: PullOpen, UpdatedAt: start}
}

func run(id string, number int, taken time.Time) Run {
	return Run{
		RunMeta:  RunMeta{ID: id, Repository: "acme/widgets", Number: number, HeadSHA: "c0ffee", TakenAt: taken, Accepted: true, Conclusion: "success", Digest: "d1"},
		Snapshot: []byte(`{"number": 7}`), Verdicts: []byte(`[]`), Report: []byte("{\"text\": \"\xff\"}"),
	}
}

func TestFinishedRunIsTheLatestOfItsPull(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		seven, other := pull(7), pull(8)
		one := run("one", 7, start)
		finish(t, s, Finished{Pull: &seven, Run: &one, Audit: []AuditEntry{{Repository: "acme/widgets", Kind: "run", Number: 7}}})
		finish(t, s, Finished{Pull: &other})
		two := run("two", 7, start.Add(time.Second))
		two.Accepted, two.Conclusion = false, "action_required"
		two.AuditSeq, two.AuditDigest = 12, "said by the caller"
		finish(t, s, Finished{Pull: &seven, Run: &two, Audit: []AuditEntry{{Repository: "acme/widgets", Kind: "run", Number: 7}}})

		entry := must(s.Audit(t.Context(), "acme/widgets", 1, 1))(t)[0]
		one.AuditSeq, one.AuditDigest = 1, entry.Digest
		one.AuditLog, two.AuditLog = "acme/widgets", "acme/widgets"
		if diff := cmp.Diff(one, found(s.Run(t.Context(), "one"))(t)); diff != "" {
			t.Errorf("run (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(two, found(s.LatestRun(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("latest run (-want +got):\n%s", diff)
		}
		if _, ok, err := s.LatestRun(t.Context(), "acme/widgets", 8); ok || err != nil {
			t.Errorf("want no run of a pull without runs, got %v %v", ok, err)
		}
		if _, ok, err := s.Run(t.Context(), "three"); ok || err != nil {
			t.Errorf("want no such run, got %v %v", ok, err)
		}
		seven.RunID = "two"
		want := []Pull{seven, other}
		if diff := cmp.Diff(want, must(s.OpenPulls(t.Context(), "acme/widgets"))(t)); diff != "" {
			t.Errorf("open pulls (-want +got):\n%s", diff)
		}
		isHead(t, s, "c0ffee", []int{7, 8}, nil)
	})
}

// Claims put the runs of a pull request in order; clocks of several processes do not.
func TestTheLastFinishedRunSaysWhatAPullIs(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		ahead := pull(7)
		ahead.HeadSHA, ahead.UpdatedAt = "decade", start.Add(time.Minute) // by a clock that runs ahead
		finish(t, s, Finished{Pull: &ahead})
		last, one := pull(7), run("one", 7, start)
		finish(t, s, Finished{Pull: &last, Run: &one})
		last.RunID = "one"
		if diff := cmp.Diff(last, found(s.Pull(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("pull (-want +got):\n%s", diff)
		}
		isHead(t, s, "c0ffee", []int{7}, nil)
		isHead(t, s, "decade", nil, nil)
		check(t, s.Raise(t.Context(), Job{Key: "a"}))
		odd := Pull{Repository: "acme/widgets", Number: 9, State: "opened"}
		if _, err := s.Finish(t.Context(), take(t, s, "w"), Finished{Pull: &odd}); err == nil {
			t.Error("want an unknown state refused")
		}
	})
}

func TestMergeGroupsComeAndGoInAnyOrder(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		one := Group{Repository: "acme/widgets", HeadSHA: "beef", HeadRef: "gh-readonly-queue/main/pr-7", BaseRef: "main", Pulls: []int{9, 7}, RequestedAt: start}
		two := Group{Repository: "acme/widgets", HeadSHA: "cafe", HeadRef: "gh-readonly-queue/main/pr-8", BaseRef: "main", Pulls: []int{7, 8}, RequestedAt: start.Add(time.Second)}
		check(t, s.SaveGroup(t.Context(), two))
		check(t, s.SaveGroup(t.Context(), one))
		if diff := cmp.Diff([]Group{one, two}, must(s.GroupsOf(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("groups (-want +got):\n%s", diff)
		}
		d.pass(time.Minute)
		for _, sha := range []string{"beef", "dead"} {
			check(t, s.SaveGroup(t.Context(), Group{Repository: "acme/widgets", HeadSHA: sha, DestroyedAt: d.now()}))
		}
		check(t, s.SaveGroup(t.Context(), one))
		check(t, s.SaveGroup(t.Context(), Group{Repository: "acme/widgets", HeadSHA: "dead", HeadRef: "late", BaseRef: "main", Pulls: []int{7}}))
		if diff := cmp.Diff([]Group{two}, must(s.GroupsOf(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("groups that stand (-want +got):\n%s", diff)
		}
		one.DestroyedAt = d.now()
		if diff := cmp.Diff(one, found(s.Group(t.Context(), "acme/widgets", "beef"))(t)); diff != "" {
			t.Errorf("destroyed group (-want +got):\n%s", diff)
		}
		if _, ok, err := s.Group(t.Context(), "acme/widgets", "none"); ok || err != nil {
			t.Errorf("want no such group, got %v %v", ok, err)
		}
	})
}

func TestRepositoriesAreKeptAsLastSeen(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		widgets := Repository{Name: "acme/widgets", Installation: 1, Configured: true, Rules: []string{"OWNERS.yml"}, CheckedAt: start}
		gears := Repository{Name: "acme/gears", Installation: 1, CheckedAt: start.Add(time.Minute)}
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/widgets", Installation: 2}))
		check(t, s.SaveRepository(t.Context(), widgets))
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/widgets", Installation: 1, Configured: true})) // its rules were not looked at
		d.pass(time.Minute)
		check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/gears", Installation: 1}))
		if diff := cmp.Diff(widgets, found(s.Repository(t.Context(), "acme/widgets"))(t)); diff != "" {
			t.Errorf("repository (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]Repository{gears, widgets}, must(s.Repositories(t.Context(), 1))(t)); diff != "" {
			t.Errorf("repositories (-want +got):\n%s", diff)
		}
		if _, ok, err := s.Repository(t.Context(), "acme/none"); ok || err != nil {
			t.Errorf("want no such repository, got %v %v", ok, err)
		}
	})
}
