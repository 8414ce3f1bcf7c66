package telemetry_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// scrape returns the lines of our own metrics whose names begin with prefix.
func scrape(m *telemetry.Metrics, prefix string) []string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return regexp.MustCompile(`(?m)^`+prefix+`.*$`).FindAllString(w.Body.String(), -1)
}

func TestTheInstallationWithTheFewestRequestsLeftIsTold(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := telemetry.NewMetrics("test", func() time.Time { return now })
	for installation := range int64(1000) {
		m.Budget(installation, "core", 4000+int(installation), now.Add(time.Hour))
	}
	m.Budget(7, "core", 12, now.Add(time.Minute))
	m.Budget(7, "graphql", 300, now.Add(time.Hour))
	want := []string{
		`bylaw_github_installations{resource="core"} 1000`, `bylaw_github_installations{resource="graphql"} 1`,
		`bylaw_github_remaining{resource="core"} 12`, `bylaw_github_remaining{resource="graphql"} 300`,
	}
	if diff := cmp.Diff(want, scrape(m, "bylaw_github_(installations|remaining)")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	now = now.Add(2 * time.Minute) // 7 starts anew, and has not asked since
	want = []string{`bylaw_github_remaining{resource="core"} 4000`, `bylaw_github_remaining{resource="graphql"} 300`}
	if diff := cmp.Diff(want, scrape(m, "bylaw_github_remaining")); diff != "" {
		t.Errorf("after a reset, -want +got:\n%s", diff)
	}
}

func TestQueueIsReadAtEveryScrape(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := telemetry.NewMetrics("test", func() time.Time { return now })
	var down error
	m.Queue(func(context.Context) ([]telemetry.Depth, error) {
		return []telemetry.Depth{{State: "waiting", Jobs: 3, Oldest: now.Add(-5 * time.Second)}, {State: "failed"}}, down
	}, func() time.Time { return now })
	want := []string{`bylaw_queue_jobs{state="failed"} 0`, `bylaw_queue_jobs{state="waiting"} 3`, `bylaw_queue_oldest_seconds{state="waiting"} 5`}
	if diff := cmp.Diff(want, scrape(m, "bylaw_queue")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Without the database the other metrics are there all the same.
	down = errors.New("no database")
	if got := strings.Join(scrape(m, "bylaw_"), "\n"); strings.Contains(got, "bylaw_queue") || !strings.Contains(got, `bylaw_build_info{version="test"} 1`) {
		t.Errorf("without a database: %s", got)
	}
}
