package github_test

import (
	"slices"
	"testing"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// TestContentsAreOfOneInstallation: two organizations keep the same file. That one of them was allowed to read
// its content says nothing about the other.
func TestContentsAreOfOneInstallation(t *testing.T) {
	t.Parallel()
	const at, private = ".github/bylaw/own/own.rego", "package bylaw.own\n"
	first := startingWorld()
	first.Repositories[0].Files = map[string]string{at: private}
	first.Repositories[0].Symlinks = nil
	first.Organizations = append(first.Organizations, fakegithub.Organization{Login: "globex", Owners: []string{"dave"}})
	first.Repositories = append(first.Repositories, fakegithub.Repository{
		Owner: "globex", Name: "gadgets", Files: map[string]string{at: private},
		PullRequests: []fakegithub.Pull{{
			Number: 1, Title: "x", Author: "dave", Head: "x",
			Commits: []fakegithub.Commit{{Message: "x", Author: "dave", Files: map[string]string{"x.go": "package x\n"}}},
		}},
	})
	first.Installations = append(first.Installations, fakegithub.Installation{ID: 10, Account: "globex"})
	w := start(t, first)
	theirs := bylaw.Ref{Installation: 10, Owner: "globex", Repo: "gadgets", Number: 1}

	// Of a folder GitHub tells the object ids first, and the contents that are not known when it is asked again.
	asked := func(ref bylaw.Ref) []string {
		t.Helper()
		reading, err := w.app.Client(ref.Installation).Read(t.Context(), ref, bylaw.Want{})
		must(t, err)
		files, err := w.app.Client(ref.Installation).Files(t.Context(), &reading.Snapshot, bylaw.RevisionLaw, []string{".github/bylaw/"})
		must(t, err)
		if i := slices.IndexFunc(files, func(f bylaw.Blob) bool { return f.Path == at }); i < 0 || string(files[i].Data) != private {
			t.Fatalf("%s: got %+v", ref, files)
		}
		return w.reads()
	}
	if first, again, other := asked(w.ref), asked(w.ref), asked(theirs); !slices.Contains(first, "Blobs") ||
		slices.Contains(again, "Blobs") || !slices.Contains(other, "Blobs") {
		t.Errorf("want the content read once for each installation, got %q, %q and by the other one %q", first, again, other)
	}
}
