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

// retargetable is the starting world with a pull request that changes docs.md as seen from the branch
// side, and core.go as seen from main: one line in one file each time.
func retargetable(t *testing.T) *world {
	t.Helper()
	first := startingWorld()
	first.Repositories[0].Files["docs.md"] = "x\n"
	w := start(t, first)
	do[string](t)(w.PushFiles("acme/widgets", "side", "carol", fakegithub.Commit{
		Message: "x", Files: map[string]string{"core.go": "x\n"}, Removed: []string{"docs.md"},
	}))
	w.ref.Number = do[int](t)(w.OpenPull("acme/widgets", fakegithub.Pull{
		Title: "x", Author: "carol", Base: "side", Commits: []fakegithub.Commit{{Message: "x", Files: map[string]string{"docs.md": "x\n"}}},
	}))
	return w
}

func (w *world) retarget(t *testing.T, base string) {
	t.Helper()
	must(t, w.EditPull("acme/widgets", w.ref.Number, "carol", fakegithub.Edit{Base: &base}))
}

func (w *world) wantPaths(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, f := range w.read(t, bylaw.Want{}).Snapshot.Files {
		got = append(got, f.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changed files (-want +got):\n%s", diff)
	}
}

// afterNext has something happen once, right after the next answer to Read.
func (w *world) afterNext(happen func()) {
	app := &github.App{ID: appID, Key: appKey(), BaseURL: w.app.BaseURL, Now: w.clock}
	app.OnCall = func(c github.Call) {
		if c.Route == "graphql" && happen != nil {
			now := happen
			happen = nil
			now()
		}
	}
	w.app, w.c = app, app.Client(9)
}

func TestChangedFilesBelongToTheBaseAsWell(t *testing.T) {
	t.Parallel()
	w := retargetable(t)
	w.wantPaths(t, "docs.md")
	w.retarget(t, "main")
	w.wantPaths(t, "core.go")
	w.retarget(t, "side")
	w.wantPaths(t, "docs.md")
	w.reads()
	w.wantPaths(t, "docs.md")
	if diff := cmp.Diff([]string{"Read"}, w.reads()); diff != "" {
		t.Errorf("calls when nothing moved (-want +got):\n%s", diff)
	}
	do[string](t)(w.PushFiles("acme/widgets", "side", "carol", fakegithub.Commit{Message: "x", Files: map[string]string{"x": "x\n"}}))
	w.wantPaths(t, "docs.md")
	if calls := w.reads(); !slices.Contains(calls, "files") {
		t.Errorf("the base moved, and the calls are %v", calls)
	}
}

func TestChangedFilesReadWhileTheBaseWasAnother(t *testing.T) {
	t.Parallel()
	w := retargetable(t)
	w.retarget(t, "main")
	w.afterNext(func() { w.retarget(t, "side") })
	w.read(t, bylaw.Want{}) // as of main, with the list as of side: the event that follows puts it right
	w.retarget(t, "main")
	w.wantPaths(t, "core.go")
}

func TestChangedFilesOfAnotherHead(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	w.afterNext(func() {
		do[string](t)(w.ForcePush("acme/widgets", 1, "bob", false, fakegithub.Commit{Message: "x", Files: map[string]string{"OTHER.go": "x\n"}}))
	})
	_, err := w.c.Read(t.Context(), w.ref, bylaw.Want{})
	wantKind(t, err, github.Moved)
	w.wantPaths(t, "OTHER.go")
}

func TestBaseIsReadAtItsTip(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	push := func(text string) string {
		t.Helper()
		return do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: text, Files: map[string]string{"OWNERS.md": text}}))
	}
	tip := push("new\n")
	s := w.read(t, bylaw.Want{}).Snapshot
	if s.Base.SHA != tip {
		t.Errorf("the base is %s, want its tip %s", s.Base.SHA, tip)
	}
	push("newer\n")
	files, err := w.c.Files(t.Context(), &s, bylaw.RevisionBase, []string{"OWNERS.md"})
	must(t, err)
	if len(files) != 1 || string(files[0].Data) != "new\n" {
		t.Errorf("got %+v, want what stood there when the facts were read", files)
	}
	s.Base.SHA = strings.Repeat("0", 40)
	_, err = w.c.Files(t.Context(), &s, bylaw.RevisionBase, []string{"OWNERS.md"})
	wantKind(t, err, github.Moved)
}
