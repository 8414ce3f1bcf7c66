package github

import "testing"

func TestLRUForgetsWhatWasUsedLongestAgo(t *testing.T) {
	t.Parallel()
	l := newLRU[string, int](10)
	l.put("a", 1, 4)
	l.put("b", 2, 4)
	l.get("a")
	l.put("c", 3, 4)
	l.put("c", 4, 5)
	l.put("huge", 5, 11)
	for key, want := range map[string]int{"a": 1, "b": 0, "c": 4, "huge": 0} {
		if got, ok := l.get(key); got != want || ok != (want != 0) {
			t.Errorf("%s: got %d, %v; want %d", key, got, ok, want)
		}
	}
	if l.cost != 9 {
		t.Errorf("cost is %d, want 9", l.cost)
	}
}
