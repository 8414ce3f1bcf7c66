package github_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

func TestFilesOfEveryRevision(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	first.Repositories[0].PullRequests[0].Commits[0].Files["OWNERS.md"] = "| bob | Globex |\n"
	w := start(t, first)
	do[string](t)(w.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "x", Files: map[string]string{"OWNERS.md": "| carol | Initech |\n"}}))
	s := w.read(t, bylaw.Want{}).Snapshot
	w.reads()
	for rev, want := range map[bylaw.Revision]string{
		bylaw.RevisionLaw: "| carol | Initech |\n", bylaw.RevisionBase: "| carol | Initech |\n", bylaw.RevisionHead: "| bob | Globex |\n",
		bylaw.RevisionOrganization: "",
	} {
		files, err := w.c.Files(t.Context(), &s, rev, []string{"OWNERS.md", "absent.md", "../x"})
		must(t, err)
		var got strings.Builder
		for _, f := range files {
			got.WriteString(string(f.Data))
		}
		if got.String() != want || len(files) > 1 {
			t.Errorf("%s: got %q in %d files, want %q", rev, got.String(), len(files), want)
		}
		if calls := w.reads(); len(calls) != 1 {
			t.Errorf("%s: calls %v, want one", rev, calls)
		}
	}
	if _, err := w.c.Files(t.Context(), &s, "yesterday", []string{"x"}); err == nil {
		t.Error("an unknown revision is accepted")
	}
	none, err := w.c.Files(t.Context(), &s, bylaw.RevisionHead, nil)
	if err != nil || none == nil || len(none) != 0 || len(w.reads()) != 0 {
		t.Errorf("got %v, %v", none, err)
	}
}

func TestFilesOfAFolder(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	s := w.read(t, bylaw.Want{}).Snapshot
	w.app.Forget(9)
	files, err := w.c.Files(t.Context(), &s, bylaw.RevisionHead, []string{".github/bylaw/", "wheel.go"})
	must(t, err)
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = f.Mode + " " + string(f.Data)
	}
	want := map[string]string{
		".github/bylaw/own/own.rego":  "100644 package bylaw.own\n",
		".github/bylaw/own/logo.bin":  "100644 \xff\xfe\x00logo",
		".github/bylaw/own/link.rego": "120000 ../../../README.md",
		".github/bylaw/own/deep/":     bylaw.ModeFolder + " ", // too deep to be read, but nobody can miss it
		"wheel.go":                    "100644 package wheel\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestALinkOfTheHeadIsToldByItsMode(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	s := w.read(t, bylaw.Want{}).Snapshot
	w.reads()
	files, err := w.c.Files(t.Context(), &s, bylaw.RevisionHead, []string{".github/bylaw/own/link.rego", "README.md", "absent/x.md"})
	must(t, err)
	got := map[string]string{}
	for _, f := range files {
		got[f.Path] = f.Mode
	}
	if diff := cmp.Diff(map[string]string{".github/bylaw/own/link.rego": "120000", "README.md": "100644"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if calls := w.reads(); len(calls) != 1 {
		t.Errorf("calls %v, want one", calls)
	}
}

func TestFilesOfAHeadThatMoved(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	s := w.read(t, bylaw.Want{}).Snapshot
	do[string](t)(w.Push("acme/widgets", 1, "bob", fakegithub.Commit{Message: "x", Files: map[string]string{"wheel.go": "x\n"}}))
	_, err := w.c.Files(t.Context(), &s, bylaw.RevisionHead, []string{"wheel.go"})
	wantKind(t, err, github.Moved)
}

func TestFilesThatAreTooLong(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	first.Repositories[0].Files["people.csv"] = strings.Repeat("carol,Initech\n", 400_000)
	w := start(t, first)
	_, err := w.c.Read(t.Context(), w.ref, bylaw.Want{Law: []string{"people.csv"}})
	problem, ok := err.(*bylaw.Problem)
	if !ok || problem.File != "people.csv" {
		t.Errorf("got %v", err)
	}
}

func TestFilesThatAreTooLongTogether(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	var paths []string
	for i := range 25 {
		paths = append(paths, fmt.Sprintf("roster/%02d.csv", i))
		first.Repositories[0].Files[paths[i]] = fmt.Sprintln(i) + strings.Repeat("carol,Initech\n", 100_000) // 1.4 MB
	}
	w := start(t, first)
	s := w.read(t, bylaw.Want{}).Snapshot
	w.reads()
	refused := func(err error) {
		t.Helper()
		problem, ok := err.(*bylaw.Problem)
		if !ok || problem.File != "roster/23.csv" || !strings.Contains(problem.Msg, "32 MiB") {
			t.Errorf("got %v", err)
		}
		if calls := w.reads(); len(calls) != 1 {
			t.Errorf("calls %v, want only that which tells the sizes", calls)
		}
	}
	_, err := w.c.Files(t.Context(), &s, bylaw.RevisionLaw, paths)
	refused(err)
	_, err = w.c.Files(t.Context(), &s, bylaw.RevisionHead, []string{"roster/"})
	refused(err)
	_, err = w.c.Read(t.Context(), w.ref, bylaw.Want{Law: paths})
	refused(err)
	files, err := w.c.Files(t.Context(), &s, bylaw.RevisionLaw, paths[:23])
	must(t, err)
	if len(files) != 23 || len(files[22].Data) < 1_400_000 {
		t.Errorf("got %d files", len(files))
	}
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	var paths []string
	for i := range 150 {
		paths = append(paths, fmt.Sprintf("f%03d", i))
		first.Repositories[0].Files[paths[i]] = paths[i]
	}
	w := start(t, first)
	s := w.read(t, bylaw.Want{}).Snapshot
	w.reads()
	files, err := w.c.Files(t.Context(), &s, bylaw.RevisionBase, paths)
	must(t, err)
	for _, f := range files {
		if string(f.Data) != f.Path {
			t.Errorf("%s has %q", f.Path, f.Data)
		}
	}
	if diff := cmp.Diff([]string{"Files", "Blobs", "Blobs"}, w.reads()); diff != "" || len(files) != 150 {
		t.Errorf("%d files; calls (-want +got):\n%s", len(files), diff)
	}
}

func TestGroupPulls(t *testing.T) {
	t.Parallel()
	w := start(t, startingWorld())
	two := do[int](t)(w.OpenPull("acme/widgets", fakegithub.Pull{Title: "x", Author: "carol", Commits: []fakegithub.Commit{{Message: "x", Files: map[string]string{"x": "x\n"}}}}))
	do[string](t)(w.EnqueuePull("acme/widgets", two, "carol"))
	head := do[string](t)(w.EnqueuePull("acme/widgets", 1, "carol"))
	got, err := w.c.GroupPulls(t.Context(), "acme", "widgets", "main", head, "branch")
	must(t, err)
	if diff := cmp.Diff([]int{two, 1}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, err = w.c.GroupPulls(t.Context(), "acme", "widgets", "main", strings.Repeat("0", 40), "branch")
	wantKind(t, err, github.Unavailable)
	_, err = w.c.GroupPulls(t.Context(), "acme", "widgets", "next", head, "branch")
	wantKind(t, err, github.NotFound)
}

func TestOpenPullsBeyondOnePage(t *testing.T) {
	t.Parallel()
	first := startingWorld()
	for i := range 150 {
		first.Repositories[0].PullRequests = append(first.Repositories[0].PullRequests, fakegithub.Pull{
			Number: i + 2, Title: "x", Author: "carol", Closed: i == 0,
			Commits: []fakegithub.Commit{{Message: "x", Files: map[string]string{"x": strings.Repeat("x", i+1)}}},
		})
	}
	w := start(t, first)
	pulls, err := w.c.OpenPulls(t.Context(), "acme", "widgets")
	must(t, err)
	if len(pulls) != 150 {
		t.Errorf("got %d open pull requests, want 150", len(pulls))
	}
}
