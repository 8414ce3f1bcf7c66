// Package lack lets a test say what the machine it runs on lacks.
//
// On a developer's machine the test is skipped with one sentence; where CI=true the same lack is a
// failure, so that a green CI never hides a test that did not run.
package lack

import (
	"os"
	"testing"
)

// Skip ends the test because something outside of Go is missing. The sentence says what is missing
// and how to provide it. With CI=true in the environment the test fails instead.
func Skip(t testing.TB, sentence string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must have everything: %s", sentence)
	}
	t.Skip(sentence)
}
