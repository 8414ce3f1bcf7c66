package github

import (
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Thousands of events can hide when a pull request was made ready. It has then waited no longer than
// since the oldest event that was read.
func TestWaitingIsNotOverstatedWhereTheTimelineIsTooLong(t *testing.T) {
	t.Parallel()
	day := func(n int) bylaw.Time { return bylaw.At(time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC)) }
	pull := &pullAnswer{CreatedAt: day(1)}
	pull.TimelineItems.Nodes = []timeline{{Typename: "LabeledEvent", CreatedAt: day(3)}, {Typename: "UnlabeledEvent", CreatedAt: day(4)}}
	if got := readyAt(pull); got != day(1) {
		t.Errorf("whole: got %v, want %v", got, day(1))
	}
	pull.TimelineItems.PageInfo.HasPreviousPage = true
	if got := readyAt(pull); got != day(3) {
		t.Errorf("cut: got %v, want %v", got, day(3))
	}
}
