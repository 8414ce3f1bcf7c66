package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func check() bylaw.Check {
	return bylaw.Check{
		Name: "bylaw", Conclusion: bylaw.ActionRequired, Title: "Waiting for a review", Summary: "Nobody has approved.",
		Actions:    []bylaw.Action{{Label: "Check again", Description: "Look at it once more", Identifier: bylaw.ActionRecheck}},
		DetailsURL: "https://bylaw.example/acme/widgets/1",
	}
}

func annotated(n int) bylaw.Check {
	c := check()
	for i := range n {
		c.Annotations = append(c.Annotations, bylaw.Annotation{Path: "wheel.go", Line: i + 1, Level: "warning", Message: fmt.Sprint(i)})
	}
	return c
}

func TestPublishCreatesAndThenUpdates(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	known, err := w.c.Publish(t.Context(), "acme", "widgets", sha, check(), github.Known{})
	must(t, err)
	at := w.later(time.Minute)
	passed := check()
	passed.Conclusion, passed.Actions = bylaw.Success, nil
	again, err := w.c.Publish(t.Context(), "acme", "widgets", sha, passed, known)
	must(t, err)
	if diff := cmp.Diff(github.Known{ID: known.ID, Annotations: known.Annotations, Digest: passed.Digest()}, again); diff != "" {
		t.Errorf("the run changed (-want +got):\n%s", diff)
	}
	w.ResetCalls()
	same, err := w.c.Publish(t.Context(), "acme", "widgets", sha, passed, again)
	must(t, err)
	if calls := w.reads(); same != again || len(calls) != 0 {
		t.Errorf("the same once more: got %+v by the calls %v, want %+v by none", same, calls, again)
	}
	runs := w.CheckRuns("acme", "widgets", sha)
	if len(runs) != 1 {
		t.Fatalf("got %d runs, want 1", len(runs))
	}
	run := runs[0]
	if run.Conclusion != "success" || run.ExternalID != passed.Digest() || !run.CompletedAt.Equal(at) || len(run.Actions) != 0 {
		t.Errorf("got %+v", run)
	}
	posted, err := w.c.FindPosted(t.Context(), "acme", "widgets", sha, "bylaw")
	must(t, err)
	want := []bylaw.Posted{{ID: known.ID, Name: "bylaw", Conclusion: bylaw.Success, Digest: passed.Digest()}}
	if diff := cmp.Diff(want, posted); diff != "" {
		t.Errorf("posted (-want +got):\n%s", diff)
	}
}

func TestPublishNeverRepeatsAnnotations(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	known, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(2), github.Known{})
	must(t, err)

	retitled := annotated(2)
	retitled.Title = "Still waiting"
	same, err := w.c.Publish(t.Context(), "acme", "widgets", sha, retitled, known)
	must(t, err)
	if same.ID != known.ID {
		t.Error("equal annotations made a new run")
	}
	fewer, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(1), same)
	must(t, err)
	if fewer.ID == known.ID {
		t.Error("other annotations were added to those of the old run")
	}
	looked, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(1), github.Known{ID: fewer.ID})
	must(t, err)
	if diff := cmp.Diff(fewer, looked); diff != "" {
		t.Errorf("a run whose annotations GitHub had to tell (-want +got):\n%s", diff)
	}
	bare, err := w.c.Publish(t.Context(), "acme", "widgets", sha, check(), github.Known{ID: looked.ID})
	must(t, err)
	if bare.ID == looked.ID {
		t.Error("a run whose annotations GitHub had to tell keeps them")
	}
	many, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(120), github.Known{ID: bare.ID})
	must(t, err)
	again, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(120), github.Known{ID: many.ID})
	must(t, err)
	if again.ID != many.ID {
		t.Error("of more annotations than one page holds not all were compared")
	}
	run, _ := w.EffectiveCheck("acme", "widgets", sha, "bylaw")
	if run.ID != many.ID || len(run.Annotations) != 120 {
		t.Errorf("the newest run is %d with %d annotations", run.ID, len(run.Annotations))
	}
}

func TestPublishSendsManyAnnotationsInParts(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	remove := w.AddFault(fakegithub.Fault{Method: "PATCH", Nth: 2, Status: 502})
	known, err := w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(120), github.Known{})
	wantKind(t, err, github.Unavailable)
	if run, _ := w.EffectiveCheck("acme", "widgets", sha, "bylaw"); run.ExternalID != "" || run.Conclusion != "action_required" {
		t.Errorf("a run with a part of the annotations is %+v", run)
	}
	remove()
	w.ResetCalls()
	known, err = w.c.Publish(t.Context(), "acme", "widgets", sha, annotated(120), known)
	must(t, err)
	if diff := cmp.Diff([]string{"annotations", "check-runs", "{check_run_id}", "{check_run_id}"}, w.reads()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	run, _ := w.EffectiveCheck("acme", "widgets", sha, "bylaw")
	if run.ID != known.ID || len(run.Annotations) != 120 || run.ExternalID != annotated(120).Digest() {
		t.Errorf("got run %d with %d annotations and %q", run.ID, len(run.Annotations), run.ExternalID)
	}
}

func TestPublishMakesANewRunForOneThatIsGone(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	known, err := w.c.Publish(t.Context(), "acme", "widgets", sha, check(), github.Known{})
	must(t, err)
	gone := github.Known{ID: known.ID + 1000, Annotations: known.Annotations}
	again, err := w.c.Publish(t.Context(), "acme", "widgets", sha, check(), gone)
	must(t, err)
	if again.ID == gone.ID || again.ID == known.ID {
		t.Errorf("got run %d", again.ID)
	}
}

func TestPublishOnACommitThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	_, err := w.c.Publish(t.Context(), "acme", "widgets", strings.Repeat("0", 40), check(), github.Known{})
	wantKind(t, err, github.ShaUnknown)
}

func TestPublishRefusesWhatGitHubWould(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	sha := w.Head("acme", "widgets", 1)
	for name, spoil := range map[string]func(*bylaw.Check){
		"no name":      func(c *bylaw.Check) { c.Name = "" },
		"no title":     func(c *bylaw.Check) { c.Title = "" },
		"neutral":      func(c *bylaw.Check) { c.Conclusion = "neutral" },
		"long summary": func(c *bylaw.Check) { c.Summary = strings.Repeat("ä", 65_536) },
		"long text":    func(c *bylaw.Check) { c.Text = strings.Repeat("x", 65_536) },
		"four actions": func(c *bylaw.Check) { c.Actions = slices.Repeat(c.Actions[:1], 4) },
		"long label":   func(c *bylaw.Check) { c.Actions[0].Label = strings.Repeat("x", 21) },
		"line 0":       func(c *bylaw.Check) { c.Annotations = []bylaw.Annotation{{Path: "a", Level: "notice", Message: "m"}} },
		"no such level": func(c *bylaw.Check) {
			c.Annotations = []bylaw.Annotation{{Path: "a", Line: 1, Level: "error", Message: "m"}}
		},
		"other kind of URL": func(c *bylaw.Check) { c.DetailsURL = "javascript:alert(1)" },
	} {
		c := check()
		spoil(&c)
		_, err := w.c.Publish(t.Context(), "acme", "widgets", sha, c, github.Known{})
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		wantKind(t, err, github.Invalid)
	}
	longest := check()
	longest.Summary, longest.Text = strings.Repeat("ä", 65_535), strings.Repeat("ä", 65_535)
	if _, err := w.c.Publish(t.Context(), "acme", "widgets", sha, longest, github.Known{}); err != nil {
		t.Errorf("the longest text: %v", err)
	}
	if n := len(w.CheckRuns("acme", "widgets", sha)); n != 1 {
		t.Errorf("%d runs were posted, want 1", n)
	}
}
