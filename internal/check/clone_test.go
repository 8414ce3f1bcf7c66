package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// git makes a repository with a base and a head that renames, changes, removes and adds files.
func gitRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Alice", "-c", "user.email=alice@Acme.example", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, content string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run("init", "--quiet", "--initial-branch=main")
	write(".github/bylaw.yml", "version: 1\n")
	write("old name.txt", "one\ntwo\nthree\nfour\n")
	write("gone.txt", "gone\n")
	write("kept.txt", "a\nb\n")
	run("add", ".")
	run("commit", "--quiet", "-m", "Base")
	run("checkout", "--quiet", "-b", "change")
	run("mv", "old name.txt", "new näme.txt")
	run("rm", "--quiet", "gone.txt")
	write("kept.txt", "a\nc\nd\n")
	write("bin.dat", "\x00\x01")
	run("add", ".")
	run("commit", "--quiet", "-m", "Change\n\nCo-authored-by: Bob <bob@globex.example>")
	return dir
}

func TestCloneKnowsWhatGitKnows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	c := Clone{Folder: gitRepository(t), Base: "main", Head: "change", Author: "alice", ApprovedBy: []string{"bob"}, Now: func() time.Time { return now }}
	r, err := c.Read(t.Context(), c.Ref(), bylaw.Want{})
	if err != nil {
		t.Fatal(err)
	}
	want := []bylaw.File{
		{Path: "bin.dat", Status: "added"},
		{Path: "gone.txt", Status: "removed", Removed: 1},
		{Path: "kept.txt", Status: "modified", Added: 2, Removed: 1},
		{Path: "new näme.txt", PreviousPath: "old name.txt", Status: "renamed"},
	}
	if diff := cmp.Diff(want, r.Snapshot.Files, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	authors := []bylaw.Author{{Domain: "acme.example"}, {Domain: "globex.example"}}
	if len(r.Snapshot.Commits) != 1 {
		t.Fatalf("got %d commits, want 1", len(r.Snapshot.Commits))
	}
	if diff := cmp.Diff(authors, r.Snapshot.Commits[0].Authors); diff != "" {
		t.Errorf("authors (-want +got):\n%s", diff)
	}
	if f, ok := r.Law.File(bylaw.ConfigPath); !ok || string(f.Data) != "version: 1\n" {
		t.Errorf("the configuration of the base is %q, %v", f.Data, ok)
	}
	head, err := c.Files(t.Context(), c.Ref(), &r.Snapshot, bylaw.RevisionHead, []string{"kept.txt", "not there"})
	if err != nil || len(head) != 1 || string(head[0].Data) != "a\nc\nd\n" {
		t.Errorf("files of the head: %v, %v", head, err)
	}
	c.Head = "no-such-branch"
	if _, err := c.Read(t.Context(), c.Ref(), bylaw.Want{}); err == nil {
		t.Error("an unknown revision is no error")
	}
}

func TestACloneKnowsWhenLinesCame(t *testing.T) {
	t.Parallel()
	c := Clone{Folder: gitRepository(t), Base: "main", Head: "change", Now: time.Now}
	head, err := c.commit(t.Context(), "change")
	if err != nil {
		t.Fatal(err)
	}
	base, err := c.commit(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Dates(t.Context(), c.Ref(), bylaw.Version{Repository: c.Ref().Repository(), Commit: head, Path: "kept.txt"})
	if err != nil {
		t.Fatal(err)
	}
	var commits []string
	for _, change := range got.Changes {
		commits = append(commits, change.Commit)
	}
	if diff := cmp.Diff([]string{head, base}, commits); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if len(got.Lines) != 3 || got.Line(1).IsZero() || got.Line(1) != got.Changes[1].At || got.Line(2) != got.Changes[0].At || !got.Line(4).IsZero() {
		t.Errorf("lines are %v of changes %v", got.Lines, got.Changes)
	}
}
