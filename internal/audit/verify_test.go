package audit

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
)

const widgets = "acme/widgets"

// log makes a log of decisions about one pull request, in a store of its own: of each run the snapshot, and the
// facts by which its entry has it.
func log(t *testing.T, runs ...[2]string) *store.Store {
	t.Helper()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bylaw.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	for i, run := range runs {
		id := string(rune('a' + i))
		detail, err := json.Marshal(Decision{Run: id, Facts: digestOf([]byte(run[1])), Judged: digestOf([]byte("[]")), Conclusion: bylaw.Success})
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.Raise(t.Context(), store.Job{Key: "pull"}); err != nil {
			t.Fatal(err)
		}
		claims, err := kept.Claim(t.Context(), "test", time.Minute, 1)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		_, err = kept.Finish(t.Context(), claims[0], store.Finished{
			Run: &store.Run{
				RunMeta:  store.RunMeta{ID: id, Repository: widgets, Number: 7, HeadSHA: "c0ffee" + id, Conclusion: "success", Accepted: len(run[0]) != len("not accepted")},
				Snapshot: []byte(run[0]), Verdicts: []byte(strings.Repeat("[]", 1+strings.Count(run[0], "milder"))),
			},
			Audit: []store.AuditEntry{{Repository: widgets, Kind: KindDecision, Number: 7, HeadSHA: "c0ffee" + id, Detail: detail}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return kept
}

// held is what GitHub holds: texts by commit.
type held map[string]string

func (h held) Heads(context.Context, string) ([]string, error) { return []string{"head"}, nil }

func (h held) Texts(_ context.Context, _, sha string) ([]string, error) {
	return []string{h[sha]}, nil
}

func named(t *testing.T, kept *store.Store, seq int64) string {
	t.Helper()
	e, found, err := kept.AuditEntryAt(t.Context(), widgets, seq)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	return Footnote([]Named{{widgets, seq, e.Digest}})
}

// TestVerifyNamesWhatDiffers: a log that was written anew as a whole only shows against GitHub.
func TestVerifyNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	same := [2]string{"{}", "{}"}
	whole := log(t, same, same, same)
	anchors := held{"head": named(t, whole, 3), "c0ffeea": named(t, whole, 1)}
	forged := log(t, [2]string{"{}", "{}"}, [2]string{`{"x":1}`, `{"x":1}`}, same)
	for name, test := range map[string]struct {
		kept    *store.Store
		anchors Anchors
		want    []Fault // a part of Msg
	}{
		"as written":                {whole, anchors, nil},
		"written anew, by itself":   {forged, nil, nil},
		"written anew, with GitHub": {forged, anchors, []Fault{{3, "written anew", "head"}}},
		"cut off at the end":        {log(t, same), anchors, []Fault{{3, "missing", "head"}}},
		"all gone":                  {log(t), anchors, []Fault{{3, "missing", "head"}}},
		"another result is kept":    {log(t, same, [2]string{"not accepted", "not accepted"}), nil, []Fault{{2, "result", ""}}},
		"another verdict is kept":   {log(t, same, [2]string{`"milder"`, `"milder"`}), nil, []Fault{{2, "verdicts", ""}}},
		"another run is kept":       {log(t, same, [2]string{`{"x":1}`, "{}"}), nil, []Fault{{2, "facts", ""}}},
	} {
		v, err := Verify(t.Context(), test.kept, widgets, test.anchors, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []Fault
		for i, f := range v.Faults {
			if i < len(test.want) && strings.Contains(f.Msg, test.want[i].Msg) {
				f.Msg = test.want[i].Msg
			}
			got = append(got, f)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	run, _, err := whole.Run(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	// Names are taken out, and no entry tells of it; then one tells of it, and something else is changed as well.
	for _, test := range []struct{ snapshot, told, want string }{
		{"{}", "", "no entry tells of that"}, {"{}", "{}", ""}, {`{"x":2}`, "", "neither what names were taken out of"},
	} {
		run.Snapshot = []byte(test.snapshot)
		detail := Redacted{Changed: []RedactedRun{}}
		if test.told != "" {
			detail.Changed = append(detail.Changed, redactedRun(run))
		}
		text, err := json.Marshal(detail)
		if err != nil {
			t.Fatal(err)
		}
		err = whole.Redact(t.Context(), store.Redaction{
			Repository: widgets, Login: "carol", Runs: []store.Run{run}, Entry: store.AuditEntry{Repository: widgets, Kind: KindRedacted, Detail: text},
		})
		if err != nil {
			t.Fatal(err)
		}
		v, err := Verify(t.Context(), whole, widgets, nil, 1)
		if err != nil || (len(v.Faults) > 0) != (test.want != "") || test.want != "" && !strings.Contains(v.Faults[0].Msg, test.want) {
			t.Errorf("redacted %s, told %s: %+v, %v", test.snapshot, test.told, v, err)
		}
	}
	v, err := Verify(t.Context(), whole, widgets, anchors, 1)
	if err != nil || v.Commits != 1 || v.Compared != 1 {
		t.Errorf("one commit: %+v, %v", v, err)
	}
}

// TestNothingInACSVIsAFormula: https://owasp.org/www-community/attacks/CSV_Injection
func TestNothingInACSVIsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=cmd|' /C calc'!A0": `"'=cmd|' /C calc'!A0"`,
		"+1":                 `"'+1"`,
		"-1":                 `"'-1"`,
		"@SUM(A1)":           `"'@SUM(A1)"`,
		"\t=1":               `"' =1"`,
		"\r=1":               `"' =1"`,
		"＝1":                 `"'＝1"`,
		"a\",=1":             `"a"",=1"`,
		"a\n=1":              `"a =1"`,
		"acme/widgets":       `"acme/widgets"`,
		"":                   `""`,
	} {
		var out strings.Builder
		if err := writeCSV(&out, []string{cell}); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want+"\r\n" {
			t.Errorf("%q: want %s, got %s", cell, want, got)
		}
	}
}

// TestVerifyAfterARenaming: the log goes on under the name that it began with, and so do the check runs that name it;
// the report counts it under the new one.
func TestVerifyAfterARenaming(t *testing.T) {
	t.Parallel()
	same := [2]string{"{}", "{}"}
	kept := log(t, same, same)
	anchors := held{"head": named(t, kept, 2)}
	if err := kept.SaveRepository(t.Context(), store.Repository{Name: widgets, ID: 5, Configured: true}); err != nil {
		t.Fatal(err)
	}
	moves, err := kept.Identify(t.Context(), store.Identity{ID: 5, Name: "acme/gadgets"}, store.Moving{
		Key: func(key, _, _ string) string { return key },
		Entry: func(store.Move) (store.AuditEntry, error) {
			return store.AuditEntry{Kind: KindRenamed, Detail: []byte("{}")}, nil
		},
		Forget: func(store.Move) []string { return nil },
		Raise:  func(store.Move) []store.Job { return nil },
	})
	if err != nil || len(moves) != 1 {
		t.Fatal(moves, err)
	}
	v, err := Verify(t.Context(), kept, "acme/gadgets", anchors, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := Verified{Repository: "acme/gadgets", Log: widgets, Entries: 3, Digest: v.Digest, Commits: 3, Compared: 1, Anchored: 2, Faults: []Fault{}}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	report, err := MakeReport(t.Context(), kept, ReportQuery{Repository: "acme/gadgets", From: from, To: from.AddDate(0, 1, 0)})
	if err != nil || len(report.Repositories) != 1 || report.Repositories[0].Repository != "acme/gadgets" {
		t.Errorf("the report is of %+v, %v", report.Repositories, err)
	}
}
