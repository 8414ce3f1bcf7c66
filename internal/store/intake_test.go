package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func intake(guid string, keys ...string) Intake {
	in := Intake{Delivery: Delivery{GUID: guid, Event: "pull_request", Action: "synchronize", Repository: "acme/widgets", Installation: 1}}
	for _, key := range keys {
		in.Jobs = append(in.Jobs, Job{Key: key, Installation: 1})
	}
	return in
}

func accept(t *testing.T, s *Store, in Intake) (duplicate bool) {
	t.Helper()
	return must(s.Accept(t.Context(), in))(t).Duplicate
}

func TestRedeliveryIsDroppedOnlyWhenItsWorkIsDone(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		if accept(t, s, intake("one", "b", "a")) {
			t.Error("want the first delivery accepted")
		}
		if accept(t, s, intake("one", "b", "a")) {
			t.Error("want a redelivery before any work accepted")
		}
		claims := must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
		must(s.Finish(t.Context(), claims[0], Finished{}))(t)
		must(s.Fail(t.Context(), claims[1], Failure{Reason: "boom", GiveUp: true}))(t)
		nothing(t, s)
		if accept(t, s, intake("one", "b", "a")) {
			t.Error("want a redelivery accepted when part of its work has failed")
		}
		for _, c := range must(s.Claim(t.Context(), "w", time.Minute, 10))(t) {
			must(s.Finish(t.Context(), c, Finished{}))(t)
		}
		if !accept(t, s, intake("one", "b", "a")) {
			t.Error("want a redelivery dropped when everything is done")
		}
		nothing(t, s)

		// Later work of the same key is not the first delivery's.
		accept(t, s, intake("two", "a"))
		if !accept(t, s, intake("one", "b", "a")) {
			t.Error("want a redelivery dropped although its key was raised by another")
		}
	})
}

func TestDeliveryThatRaisesNothingIsADuplicateTheSecondTime(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		if accept(t, s, intake("one")) || !accept(t, s, intake("one")) {
			t.Error("want the first accepted and the second dropped")
		}
		if _, err := s.Accept(t.Context(), intake("")); err == nil {
			t.Error("want a delivery without GUID refused")
		}
	})
}

func TestAcceptIsAllOrNothing(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		in := intake("one", "a", "")
		in.Heads = []Head{{Repository: "acme/widgets", Number: 7, SHA: "c0ffee"}}
		if _, err := s.Accept(t.Context(), in); err == nil {
			t.Fatal("want a job without a key refused")
		}
		nothing(t, s)
		if heads := must(s.Heads(t.Context(), "acme/widgets", 7))(t); len(heads) > 0 {
			t.Errorf("want no heads, got %+v", heads)
		}
		if accept(t, s, intake("one", "a")) {
			t.Error("want the delivery unknown after the failure")
		}
	})
}

func TestWhatOnlyWebhooksKnowIsKeptAsFirstSeen(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		in := intake("one")
		in.Heads = []Head{{Repository: "acme/widgets", Number: 7, SHA: "c0ffee", PushedBy: "alice"}}
		in.Groups = []Group{{Repository: "acme/widgets", HeadSHA: "beef", Pulls: []int{7}}}
		accept(t, s, in)

		d.pass(time.Minute)
		again := in
		again.Delivery.GUID = "two"
		again.Heads = []Head{{Repository: "acme/widgets", Number: 7, SHA: "c0ffee", ArrivedAt: start, PushedBy: "bob"}, {Repository: "acme/widgets", Number: 7, SHA: "decade", PushedBy: "bob"}}
		accept(t, s, again)

		heads := []Head{
			{Repository: "acme/widgets", Number: 7, SHA: "c0ffee", ArrivedAt: start, PushedBy: "alice"},
			{Repository: "acme/widgets", Number: 7, SHA: "decade", ArrivedAt: start.Add(time.Minute), PushedBy: "bob"},
		}
		if diff := cmp.Diff(heads, must(s.Heads(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("heads (-want +got):\n%s", diff)
		}
		isHead(t, s, "decade", nil, []int{7})
		isHead(t, s, "c0ffee", nil, nil)
		if groups := must(s.GroupsOf(t.Context(), "acme/widgets", 7))(t); len(groups) != 1 {
			t.Errorf("want the group kept, got %+v", groups)
		}
	})
}

// isHead looks of which pull requests a commit is the head: those that were judged on it, and those that were told.
func isHead(t *testing.T, s *Store, sha string, judged, told []int) {
	t.Helper()
	gotJudged, gotTold, err := s.HeadOf(t.Context(), "acme/widgets", sha)
	check(t, err)
	if !slices.Equal(gotJudged, judged) || !slices.Equal(gotTold, told) {
		t.Errorf("%s is the head of %v, judged, and of %v, told; want %v and %v", sha, gotJudged, gotTold, judged, told)
	}
}

// TestHeadThatComesBack: a force-push brings an old head back, which is the newest then.
func TestHeadThatComesBack(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		arrive := func(guid, sha, by string, after time.Duration) {
			in := intake(guid)
			in.Heads = []Head{{Repository: "acme/widgets", Number: 7, SHA: sha, ArrivedAt: start.Add(after), PushedBy: by}}
			accept(t, s, in)
		}
		arrive("one", "c0ffee", "alice", 0)
		arrive("two", "decade", "bob", time.Minute)
		arrive("three", "c0ffee", "carol", 2*time.Minute)
		arrive("two again", "decade", "bob", time.Minute)
		heads := []Head{
			{Repository: "acme/widgets", Number: 7, SHA: "decade", ArrivedAt: start.Add(time.Minute), PushedBy: "bob"},
			{Repository: "acme/widgets", Number: 7, SHA: "c0ffee", ArrivedAt: start.Add(2 * time.Minute), PushedBy: "carol"},
		}
		if diff := cmp.Diff(heads, must(s.Heads(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("heads (-want +got):\n%s", diff)
		}
		isHead(t, s, "c0ffee", nil, []int{7})
		isHead(t, s, "decade", nil, nil)
	})
}
