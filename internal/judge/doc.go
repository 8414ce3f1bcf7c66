// Package judge holds our calls, and our stand-in for GitHub, against what GitHub itself publishes: the
// OpenAPI description of its REST API, its GraphQL schema, and its own examples of webhook payloads.
//
// It is for tests only. It knows nothing of Bylaw and nothing of fakegithub, so it can agree with the
// mistakes of neither. The documents are not in the repository: .ci/assets fetches them and prints the
// folder that BYLAW_TEST_ASSETS must name; without it a test is skipped, and fails where CI=true.
package judge

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bylaw-app/bylaw/internal/lack"
)

// asset is the path of one of the documents, or ends the test with what to do.
func asset(t testing.TB, name string) string {
	t.Helper()
	const hint = "to provide them: export BYLAW_TEST_ASSETS=\"$(.ci/assets)\""
	folder := os.Getenv("BYLAW_TEST_ASSETS")
	if folder == "" {
		lack.Skip(t, "GitHub's published API documents are not here; "+hint)
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		lack.Skip(t, "GitHub's published API documents are not complete: "+err.Error()+"; "+hint)
	}
	return path
}
