package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestForgettingAFactWinsOverFetchingIt(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s, other := d.open(t), d.open(t)
		const key = "team:acme/core_team"
		_, ok, generation, err := s.Fact(t.Context(), key)
		check(t, err)
		if ok {
			t.Fatal("want nothing known yet")
		}
		// While it is fetched, a webhook says that the team has changed.
		in := intake("one")
		in.Forget = []string{"team:acme/core_team"}
		accept(t, other, in)
		check(t, s.SaveFact(t.Context(), key, generation, []byte("stale")))
		_, ok, generation, err = s.Fact(t.Context(), key)
		check(t, err)
		if ok {
			t.Error("want what was fetched before the webhook ignored")
		}
		check(t, s.SaveFact(t.Context(), key, generation, []byte(`["alice"]`)))
		value, ok, _, err := other.Fact(t.Context(), key)
		check(t, err)
		if !ok || string(value) != `["alice"]` {
			t.Errorf("want the fact shared, got %q %v", value, ok)
		}
	})
}

func TestForgetGoesByPrefix(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for _, key := range []string{"a_b:1", "a_b:2", "axb:1", "empty"} {
			_, _, generation, err := s.Fact(t.Context(), key)
			check(t, err)
			value := []byte(key)
			if key == "empty" {
				value = nil
			}
			check(t, s.SaveFact(t.Context(), key, generation, value))
		}
		check(t, s.Forget(t.Context(), "a_b:", "zzz"))
		for key, want := range map[string]bool{"a_b:1": false, "a_b:2": false, "axb:1": true, "empty": true} {
			if _, ok, _, err := s.Fact(t.Context(), key); ok != want || err != nil {
				t.Errorf("%s: want known %v, got %v %v", key, want, ok, err)
			}
		}
	})
}

func TestCheckIsKnownBeforeItIsCreated(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		check1 := must(s.IntendCheck(t.Context(), "acme/widgets", "c0ffee", "bylaw"))(t)
		want := Check{Repository: "acme/widgets", SHA: "c0ffee", Name: "bylaw", Intended: true, UpdatedAt: start}
		if diff := cmp.Diff([]Check{want}, must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)); diff != "" {
			t.Errorf("intended check (-want +got):\n%s", diff)
		}
		check1.RunID, check1.Digest = 55, "d1"
		check(t, s.SaveCheck(t.Context(), check1))
		if diff := cmp.Diff(check1, must(s.IntendCheck(t.Context(), "acme/widgets", "c0ffee", "bylaw"))(t)); diff != "" {
			t.Errorf("check intended again (-want +got):\n%s", diff)
		}
		// The process dies before it knows what came of it.
		check1.Intended = true
		if diff := cmp.Diff([]Check{check1}, must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)); diff != "" {
			t.Errorf("check of unknown outcome (-want +got):\n%s", diff)
		}
	})
}

func TestForgottenCheckIsWrittenAgain(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		c := must(s.IntendCheck(t.Context(), "acme/widgets", "c0ffee", "bylaw"))(t)
		c.RunID, c.Digest = 55, "d1"
		in := intake("one")
		in.ForgetChecks = []ForgetCheck{{Repository: "acme/widgets", SHA: "c0ffee"}}
		accept(t, s, in)
		check(t, s.SaveCheck(t.Context(), c)) // it was being published when it was forgotten
		got := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]
		if got.Digest != "" || got.RunID != 55 {
			t.Errorf("want the id kept and the digest empty, got %+v", got)
		}
		got.Digest = "d1"
		check(t, s.SaveCheck(t.Context(), got))
		if got := must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)[0]; got.Digest != "d1" {
			t.Errorf("want the digest kept, got %+v", got)
		}
	})
}
