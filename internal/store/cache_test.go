package store

import (
	"testing"
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
