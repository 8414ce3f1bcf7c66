package fakegithub

import (
	"strings"
	"testing"
	"time"
)

// The hashes are those that git itself computes.
func TestGitHashes(t *testing.T) {
	t.Parallel()
	o := newObjects()
	equal(t, "blob", o.blob("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a")
	equal(t, "empty tree", o.tree(nil), "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
	files, err := o.apply(nil, Commit{Files: map[string]string{"a/b": "hello\n", "a.txt": "x"}, Symlinks: map[string]string{"l": "a.txt"}})
	if err != nil {
		t.Fatal(err)
	}
	date := time.Unix(1_700_000_000, 0).UTC()
	c := o.store(&commit{files: files, message: "m\n", author: person{"A", "a@b.example", date}, committer: person{"A", "a@b.example", date}})
	equal(t, "tree and commit", c.tree+" "+c.sha, "e58db09a989d0b3df09ba7e10e8497ca7f257969 3ce882a3d9513b8f1ec3152d8225c37efc479324")
}

func TestLineDiff(t *testing.T) {
	t.Parallel()
	numbers := func(skip string) string {
		var out strings.Builder
		for i := range 30 {
			if s := number(float64(i)); s != skip {
				out.WriteString(s + "\n")
			}
		}
		return out.String()
	}
	for _, c := range []struct {
		what, before, after string
		added, deleted      int
		patch               string
	}{
		{"new file", "", "a\nb\n", 2, 0, "@@ -0,0 +1,2 @@\n+a\n+b"},
		{"emptied", "a\n", "", 0, 1, "@@ -1,1 +0,0 @@\n-a"},
		{"middle", numbers(""), numbers("15"), 0, 1, "@@ -13,7 +13,6 @@\n 12\n 13\n 14\n-15\n 16\n 17\n 18"},
		{"end", numbers(""), numbers("") + "x\n", 1, 0, "@@ -28,3 +28,4 @@\n 27\n 28\n 29\n+x"},
		{"two hunks", numbers("2"), numbers("27"), 1, 1, "@@ -1,5 +1,6 @@\n 0\n 1\n+2\n 3\n 4\n 5\n@@ -24,6 +25,5 @@\n 24\n 25\n 26\n-27\n 28\n 29"},
		{"binary", "a\x00", "b\x00", 0, 0, ""},
	} {
		o := newObjects()
		got := o.fill(change{}, o.blob(c.before), o.blob(c.after))
		equal(t, c.what, []any{got.additions, got.deletions, got.patch}, []any{c.added, c.deleted, c.patch})
	}
}

func TestRenameDetection(t *testing.T) {
	t.Parallel()
	o := newObjects()
	snap := func(files map[string]string) snapshot {
		s, _ := o.apply(nil, Commit{Files: files})
		return s
	}
	text := "1\n2\n3\n4\n5\n6\n7\n8\n"
	var got []string
	for _, f := range o.diff(snap(map[string]string{"old": text, "gone": "zzz\n", "link": "x"}), snap(map[string]string{"new": text + "9\n", "fresh": "yyy\n", "link": "x"})) {
		got = append(got, f.path+" "+f.status+" "+f.previous)
	}
	equal(t, "changes", strings.Join(got, ", "), "fresh added , gone removed , new renamed old")
}
