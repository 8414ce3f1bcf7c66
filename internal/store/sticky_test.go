package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var much = Share{Minute: 60, Hour: 400}

func TestOfTwoWorkersOneMayWriteTheComment(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "comment", Installation: 1, Repository: "acme/widgets"}))
		slow := take(t, s, "slow")
		none, known, err := s.Sticky(t.Context(), "acme/widgets", 7)
		if err != nil || known {
			t.Fatalf("want nothing known, got %+v, %v", none, err)
		}

		// The same worker asks twice at once, as if two had the same claim.
		var may atomic.Int32
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				noted, notBefore, err := s.IntendSticky(t.Context(), slow, none, much)
				if err != nil || !notBefore.IsZero() {
					t.Errorf("want room, got %s, %v", notBefore, err)
				}
				if noted {
					may.Add(1)
				}
			})
		}
		both.Wait()
		if may.Load() != 1 {
			t.Fatalf("%d may write, want one", may.Load())
		}

		// It is slow, and another takes over: that one knows that something may have been written.
		d.pass(time.Minute)
		quick := take(t, s, "quick")
		was, _, err := s.Sticky(t.Context(), "acme/widgets", 7)
		check(t, err)
		if !was.IntendedAt.Equal(start) || was.CommentID != 0 {
			t.Errorf("want an intention of a minute ago and no comment, got %+v", was)
		}
		if noted, _, err := s.IntendSticky(t.Context(), slow, was, much); noted || err != nil {
			t.Errorf("who lost the claim may still write: %v", err)
		}
		if noted, _, err := s.IntendSticky(t.Context(), quick, was, much); !noted || err != nil {
			t.Fatalf("who has the claim may not write: %v", err)
		}
		was.CommentID, was.Digest = 11, "new"
		if ours, err := s.SaveSticky(t.Context(), quick, was); !ours || err != nil {
			t.Fatalf("not kept: %v", err)
		}

		// The slow one ends: which words were written last is not known, so they are to be written again.
		was.CommentID, was.Digest = 12, "old"
		if ours, err := s.SaveSticky(t.Context(), slow, was); ours || err != nil {
			t.Errorf("kept although the claim was lost: %v", err)
		}
		now, _, err := s.Sticky(t.Context(), "acme/widgets", 7)
		check(t, err)
		if now.CommentID != 11 || now.Digest != "" || !now.IntendedAt.IsZero() {
			t.Errorf("got %+v", now)
		}
	})
}

func TestACommentThatMayStandIsNotedOnce(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.NoteSticky(t.Context(), "acme/widgets", 7))
		found, known, err := s.Sticky(t.Context(), "acme/widgets", 7)
		check(t, err)
		if !known || found.IntendedAt.IsZero() || found.CommentID != 0 {
			t.Errorf("want one to be looked for, got %+v", found)
		}
		check(t, s.Raise(t.Context(), Job{Key: "comment", Repository: "acme/widgets"}))
		found.CommentID, found.Digest = 11, "x"
		must(s.SaveSticky(t.Context(), take(t, s, "w"), found))(t)
		check(t, s.NoteSticky(t.Context(), "acme/widgets", 7))
		if now, _, err := s.Sticky(t.Context(), "acme/widgets", 7); err != nil || now.CommentID != 11 || !now.IntendedAt.IsZero() {
			t.Errorf("what was known is lost: %+v, %v", now, err)
		}
	})
}

func TestAnInstallationWritesNoMoreThanItsShare(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check(t, s.Raise(t.Context(), Job{Key: "one", Installation: 1}, Job{Key: "two", Installation: 2}))
		claims := must(s.Claim(t.Context(), "w", 24*time.Hour, 10))(t)
		share := Share{Minute: 2, Hour: 3}
		number := 0
		write := func(c Claim) time.Time {
			t.Helper()
			number++
			noted, notBefore, err := s.IntendSticky(t.Context(), c, Sticky{Repository: "acme/widgets", Number: number}, share)
			if err != nil || noted != notBefore.IsZero() {
				t.Fatalf("got %v, %s, %v", noted, notBefore, err)
			}
			return notBefore
		}
		for step, test := range []struct {
			wait time.Duration
			by   int
			want time.Duration // since the start; 0: it may
		}{
			{by: 0},
			{wait: 10 * time.Second, by: 0},
			{by: 0, want: time.Minute},
			{by: 1},
			{wait: 50 * time.Second, by: 0},
			{by: 0, want: time.Hour},
			{wait: time.Hour - time.Minute - time.Second, by: 0, want: time.Hour},
			{wait: time.Second, by: 0},
		} {
			d.pass(test.wait)
			want := time.Time{}
			if test.want != 0 {
				want = start.Add(test.want)
			}
			if got := write(claims[test.by]); !got.Equal(want) {
				t.Errorf("step %d: not before %s, want %s", step, got, want)
			}
		}
	})
}
