package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRunsAreTheLastOfEachHeadInAPeriod(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for i, r := range []struct{ id, repository, head string }{
			{"a", "acme/widgets", "1"}, {"b", "acme/widgets", "1"}, {"c", "acme/gears", "1"}, {"d", "acme/widgets", "2"}, {"e", "acme/gears", "1"},
		} {
			check(t, s.Raise(t.Context(), Job{Key: "k", Repository: r.repository}))
			c := take(t, s, "w")
			run := Run{RunMeta: RunMeta{ID: r.id, Repository: r.repository, Number: 7, HeadSHA: r.head, TakenAt: start.Add(time.Duration(i) * time.Hour), Conclusion: "success"}, Snapshot: []byte("s" + r.id), Verdicts: []byte("v" + r.id), Report: []byte("r")}
			must(s.Finish(t.Context(), c, Finished{Run: &run}))(t)
		}
		looking := must(OpenToRead(t.Context(), d.url))(t)
		defer looking.Close()
		for _, test := range []struct {
			repository   string
			since, until int // hours
			want         string
		}{
			{"", 0, 99, "b d e"},
			{"Acme/Widgets", 0, 99, "b d"},
			{"", 1, 4, "b c d"}, // the last in the period, though a later one came after it
			{"", 3, 4, "d"},
			{"acme/none", 0, 99, ""},
		} {
			var got []string
			for run, err := range looking.Runs(t.Context(), test.repository, Period{start.Add(time.Duration(test.since) * time.Hour), start.Add(time.Duration(test.until) * time.Hour)}) {
				check(t, err)
				if want := "s" + run.ID + " v" + run.ID; string(run.Snapshot)+" "+string(run.Verdicts) != want {
					t.Errorf("bodies of %s: got %s %s", run.ID, run.Snapshot, run.Verdicts)
				}
				got = append(got, run.ID)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", test, diff)
			}
		}
		whole := 0
		for _, err := range looking.Runs(t.Context(), "", Period{}) {
			check(t, err)
			whole++
		}
		if whole != 3 {
			t.Errorf("want 3 runs without a period, got %d", whole)
		}
	})
}

func TestOpenToReadMakesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.db")
	check(t, os.WriteFile(empty, nil, 0o600))
	for name, want := range map[string]string{
		filepath.Join(folder, "absent.db"): "there is no file ",
		empty:                              "it has no runs",
	} {
		if _, err := OpenToRead(t.Context(), name); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: want %q, got %v", name, want, err)
		}
	}
	files := must(os.ReadDir(folder))(t)
	if len(files) != 1 {
		t.Errorf("want only the file that was there, got %v", files)
	}
}
