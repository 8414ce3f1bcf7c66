package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// intend says that bylaw is about to be written on c0ffee.
func intend(t *testing.T, s *Store, c Claim) Check {
	t.Helper()
	before, notBefore, err := s.Intend(t.Context(), c, Intention{Repository: "acme/widgets", SHA: "c0ffee", Names: []string{"bylaw"}})
	if err != nil || !notBefore.IsZero() || len(before) != 1 {
		t.Fatalf("intended: %v, not before %s, %v", before, notBefore, err)
	}
	return before[0]
}

func TestChecksAreKnownBeforeTheyAreCreated(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("one", "publish"))
		c := take(t, s, "w")
		check1 := intend(t, s, c)
		want := Check{Repository: "acme/widgets", SHA: "c0ffee", Name: "bylaw", Intended: true, UpdatedAt: start}
		if diff := cmp.Diff([]Check{want}, must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)); diff != "" {
			t.Errorf("intended check (-want +got):\n%s", diff)
		}
		check1.RunID, check1.Digest = 55, "d1"
		if !must(s.NoteWritten(t.Context(), c, Outcome{Written: []Check{check1}}))(t) {
			t.Error("the claim is lost")
		}
		if diff := cmp.Diff(check1, intend(t, s, c)); diff != "" {
			t.Errorf("check intended again (-want +got):\n%s", diff)
		}
		// The process dies before it knows what came of it.
		check1.Intended = true
		if diff := cmp.Diff([]Check{check1}, must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)); diff != "" {
			t.Errorf("check of unknown outcome (-want +got):\n%s", diff)
		}
	})
}

// TestDoubtfulChecksAreWrittenAgain: one that was forgotten while it was written, one whose writing failed, and all
// that somebody wrote whose claim was lost.
func TestDoubtfulChecksAreWrittenAgain(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("one", "publish"))
		c := take(t, s, "w")
		is := func(intended bool, why string) {
			t.Helper()
			if got := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]; got.Intended != intended || got.RunID != 55 {
				t.Errorf("%s: got %+v", why, got)
			}
		}
		note := func(c Claim, o Outcome, ours bool) {
			t.Helper()
			o.Again = Job{Key: "again"}
			if got := must(s.NoteWritten(t.Context(), c, o))(t); got != ours {
				t.Errorf("the claim is ours: %v, want %v", got, ours)
			}
		}
		written := intend(t, s, c)
		written.RunID, written.Digest = 55, "d1"
		in := intake("two")
		in.ForgetChecks = []ForgetCheck{{Repository: "acme/widgets", SHA: "c0ffee"}}
		accept(t, s, in)
		note(c, Outcome{Written: []Check{written}}, true)
		is(true, "forgotten meanwhile")

		written = intend(t, s, c)
		note(c, Outcome{Doubtful: []Check{written}}, true)
		is(true, "failed")
		note(c, Outcome{Written: []Check{written}}, true)
		is(false, "written")

		d.pass(2 * time.Minute)
		if _, err := s.Finish(t.Context(), take(t, s, "other"), Finished{}); err != nil {
			t.Fatal(err)
		}
		nothing(t, s)
		if before, _, err := s.Intend(t.Context(), c, Intention{Repository: "acme/widgets", SHA: "c0ffee", Names: []string{"bylaw"}}); before != nil || err != nil {
			t.Errorf("whose claim is lost may write: %v, %v", before, err)
		}
		is(false, "not intended by somebody silent")
		note(c, Outcome{Written: []Check{written}}, false)
		is(true, "written by somebody silent")
		if again := take(t, s, "w"); again.Key != "again" {
			t.Errorf("got %s, want the job that writes it once more", again.Key)
		}
	})
}

// TestFinishingNotesWhatWasWritten, with the claim or, if that is lost, as something that must be written again.
func TestFinishingNotesWhatWasWritten(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("one", "publish"))
		finishes := func(c Claim, digest string, ours bool) {
			t.Helper()
			written := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]
			written.RunID, written.Digest = 55, digest
			standing, err := s.Finish(t.Context(), c, Finished{Wrote: &Outcome{Written: []Check{written}, Again: Job{Key: "again"}}})
			if err != nil || standing.Ours != ours {
				t.Errorf("the claim is ours: %v, %v; want %v", standing.Ours, err, ours)
			}
			kept := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]
			if kept.RunID != 55 || kept.Digest != "d1" || kept.Intended == ours {
				t.Errorf("kept %+v", kept)
			}
		}
		c := take(t, s, "w")
		intend(t, s, c)
		finishes(c, "d1", true)
		nothing(t, s)

		check(t, s.Raise(t.Context(), Job{Key: "publish"}))
		lost := take(t, s, "w")
		intend(t, s, lost)
		d.pass(2 * time.Minute)
		c = take(t, s, "other")
		note := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)
		must(s.NoteWritten(t.Context(), c, Outcome{Written: note}))(t)
		finishes(lost, "d2", false)
		if again := take(t, s, "w"); again.Key != "again" {
			t.Errorf("got %s, want the job that writes it once more", again.Key)
		}
	})
}

// TestDisownedChecksAreNotTouched: what GitHub shows is not what is kept. It is written beside that, unless somebody is
// at it or has just been.
func TestDisownedChecksAreNotTouched(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		accept(t, s, intake("one", "publish"))
		c := take(t, s, "w")
		stands := func(id int64, digest string, intended bool) {
			t.Helper()
			if got := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]; got.RunID != id || got.Digest != digest || got.Intended != intended {
				t.Errorf("got %+v, want run %d, digest %q, intended %v", got, id, digest, intended)
			}
		}
		disown := func(before time.Time, want int) {
			t.Helper()
			if got := must(s.DisownChecks(t.Context(), "acme/widgets", "c0ffee", map[string]int64{"bylaw": 44}, before))(t); len(got) != want {
				t.Errorf("disowned %v, want %d", got, want)
			}
		}
		disown(start, 1)
		stands(0, "", false)
		if got := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]; got.Disowned != 44 {
			t.Errorf("got %+v, want run 44 disowned", got)
		}
		written := intend(t, s, c)
		written.RunID, written.Digest = 55, "d1"
		disown(d.now().Add(time.Hour), 0)
		stands(0, "", true)
		must(s.NoteWritten(t.Context(), c, Outcome{Written: []Check{written}}))(t)
		disown(d.now(), 0)
		stands(55, "d1", false)
		disown(d.now().Add(time.Millisecond), 1)
		stands(0, "", false)
	})
}
