package server

import (
	"strings"
	"testing"
)

// TestFactsAreOfOneInstallation: a fact that is kept for one installation is neither found nor forgotten for
// another, however their numbers begin.
func TestFactsAreOfOneInstallation(t *testing.T) {
	t.Parallel()
	keys := map[string]func(installation int64) string{
		"pushers":           func(i int64) string { return pushersKey(i, "acme/widgets") },
		"pushers of all":    func(i int64) string { return pushersKey(i, "") },
		"team":              func(i int64) string { return teamKey(i, "acme", "core") },
		"teams":             teamKeys,
		"grant":             grantKey,
		"preview":           func(i int64) string { return previewKey(i, "acme/widgets", "c0ffee") },
		"dates":             func(i int64) string { return datesKey(i, "acme/widgets", "c0ffee", "OWNERS.md") },
		"dates of the repo": func(i int64) string { return datesKey(i, "acme/widgets", "", "") },
	}
	for name, key := range keys {
		for other, theirs := range keys {
			if strings.HasPrefix(theirs(12), key(1)) || strings.HasPrefix(theirs(1), key(12)) {
				t.Errorf("%s of installation 1 (%q) reaches %s of 12 (%q)", name, key(1), other, theirs(12))
			}
		}
	}
}
