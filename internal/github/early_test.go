package github_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// TestListOfANewHeadIsReadAtTheSameTime: and remembered only if the base branch surely was where the pull request
// then shows it.
func TestListOfANewHeadIsReadAtTheSameTime(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	push := func(name string) bylaw.Want {
		t.Helper()
		sha := do[string](t)(w.Push("acme/widgets", w.ref.Number, "bob", fakegithub.Commit{Message: name, Files: map[string]string{name: "x\n"}}))
		return bylaw.Want{Arrivals: []bylaw.Arrival{{SHA: sha, At: bylaw.At(w.clock())}}}
	}
	wantCalls := func(when string, want bylaw.Want, calls ...string) {
		t.Helper()
		w.reads()
		files := w.read(t, want).Snapshot.Files
		got := slices.DeleteFunc(w.reads(), func(call string) bool { return call == "Blobs" || call == "{file_sha}" }) // of the law
		slices.Sort(got)
		if diff := cmp.Diff(calls, got); diff != "" {
			t.Errorf("%s: calls (-want +got):\n%s", when, diff)
		}
		for _, a := range want.Arrivals {
			if head := w.Head("acme", "widgets", w.ref.Number); a.SHA != head {
				continue
			}
			if !slices.ContainsFunc(files, func(f bylaw.File) bool { return strings.HasPrefix(f.Path, "new-") }) {
				t.Errorf("%s: the list is not of the new head: %v", when, files)
			}
		}
	}
	first := push("new-1.go")
	wantCalls("the first of all", first, "Read", "files")
	wantCalls("when it is not proven", first, "Read", "files")
	wantCalls("after that", first, "Read")
	second := push("new-2.go")
	wantCalls("a new head", second, "Read", "files")
	wantCalls("when it was proven", second, "Read")
	third := push("new-3.go")
	do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"base.go": "x\n"}}))
	wantCalls("a new head and a new base", third, "Read", "files")
	wantCalls("which proves nothing", third, "Read", "files")
	wantCalls("after that", third, "Read")
	stale := push("new-4.go")
	stale.Arrivals[0].SHA = strings.Repeat("1", 40)
	wantCalls("a webhook that told of another head", stale, "Read", "files", "files")
}

// TestListThatCannotBeReadIsAnError: a limit is told, and not asked against once more.
func TestListThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	head := w.Head("acme", "widgets", w.ref.Number)
	f := fakegithub.SecondaryLimit(429, 0)
	f.Route = "/repos/{owner}/{repo}/pulls/{pull_number}/files"
	w.AddFault(f)
	_, err := w.c.Read(t.Context(), w.ref, bylaw.Want{Arrivals: []bylaw.Arrival{{SHA: head}}})
	wantKind(t, err, github.RateLimited)
	if got := w.reads(); strings.Count(strings.Join(got, " "), "files") != 1 {
		t.Errorf("calls: %v", got)
	}
}
