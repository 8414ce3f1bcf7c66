package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/store"
)

func TestNamesAreReplacedAsWords(t *testing.T) {
	t.Parallel()
	const in = `{"author":{"id":7,"kind":"user","login":"Carol"},"body":"mail me","msg":"carol and carolin, carol-ann; @carol, CAROL.","state":"carol","who":{"login":"bob"}}`
	const want = `{"author":{"id":0,"kind":"user","login":"xy"},"body":"","msg":"xy and carolin, carol-ann; @xy, xy.","state":"carol","who":{"login":"bob"}}`
	r := redactor{login: "carol", standIn: "xy"}
	if got := string(r.rewrite([]byte(in))); got != want || !r.changed || r.err != nil {
		t.Errorf("want %s\ngot  %s (%v)", want, got, r.err)
	}
	if names([]byte(`{"msg":"carolin"}`), "carol") {
		t.Error("a part of a longer word is taken for a name")
	}
	if !names([]byte(`carol`), "carol") {
		t.Error("what cannot be read is taken to name nobody")
	}
}

// TestNothingIsLeftOfAPerson: not as a key, not as the branch that GitHub proposes, not in what others are told of what
// they wrote, and not in the file of the database.
func TestNothingIsLeftOfAPerson(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bylaw.db")
	kept, err := store.Open(t.Context(), file, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	finish := func(out store.Finished) {
		t.Helper()
		if err := kept.Raise(t.Context(), store.Job{Key: "pull", Payload: `{"number":7,"who":"Carol"}`}); err != nil {
			t.Fatal(err)
		}
		claims, err := kept.Claim(t.Context(), "test", time.Minute, 1)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		if _, err := kept.Finish(t.Context(), claims[0], out); err != nil {
			t.Fatal(err)
		}
	}
	finish(store.Finished{
		Pull: &store.Pull{Repository: widgets, Number: 7, Author: "Carol", Title: "Mend the zebra crossing", State: store.PullMerged},
		Run: &store.Run{
			RunMeta: store.RunMeta{ID: "a", Repository: widgets, Number: 7, Title: "Waived by Carol"},
			Snapshot: []byte(`{"author":{"login":"Carol","id":7},"title":"Mend the zebra crossing","head":{"name":"Carol-patch-1","fork":true},"commands":[` +
				`{"who":{"login":"carol"},"name":"waive","arguments":"conflict_of_interest until 2026-05-01 zebras are *rare* here"}],"params":{"carol":"core"}}`),
			Verdicts: []byte(`[{"policy":"conflict_of_interest","findings":[{"msg":"waived: zebras are *rare* here"}]}]`),
			Report:   []byte(`{"title":"Mend the zebra crossing","text":"first\nwaived: zebras are \\*rare\\* here\nlast"}`),
		},
	})
	finish(store.Finished{Pull: &store.Pull{Repository: widgets, Number: 8, Author: "bob", Title: "Thank carol", State: store.PullClosed}})
	err = kept.SaveSession(t.Context(), store.Session{Hash: "c0ffee", Login: "Carol", ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	traces, err := Find(t.Context(), kept, "carol")
	if err != nil || len(traces) != 2 || traces[0].Elsewhere != 2 || traces[1].Runs != 1 || traces[1].Rows.Pulls != 1 || traces[1].Titles != 1 {
		t.Fatalf("found %+v, %v", traces, err)
	}
	if err := Redact(t.Context(), kept, "carol", "redacted-xy", "dave", traces); err != nil {
		t.Fatal(err)
	}
	if traces, err := Find(t.Context(), kept, "carol"); err != nil || len(traces) > 0 {
		t.Errorf("left: %+v, %v", traces, err)
	}
	run, _, err := kept.Run(t.Context(), "a")
	if err != nil || !bytes.Contains(run.Report, []byte(`first\n(taken out)\nlast`)) {
		t.Errorf("report %s, %v", run.Report, err)
	}
	if v, err := Verify(t.Context(), kept, widgets, nil, 1); err != nil || len(v.Faults) > 0 {
		t.Errorf("verify: %+v, %v", v, err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"carol", "zebra"} {
		if at := bytes.Index(bytes.ToLower(raw), []byte(word)); at >= 0 {
			t.Errorf("%s is left in the file: %q", word, raw[max(0, at-40):at+40])
		}
	}
}

// TestWhoRenamedThemselvesIsOnePerson: by GitHub's number, as far as it is kept. Where somebody else took the login, the
// number says which of them is meant.
func TestWhoRenamedThemselvesIsOnePerson(t *testing.T) {
	t.Parallel()
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bylaw.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	for id, snapshot := range map[string]string{
		"a": `{"author":{"login":"Carol","id":7},"people":[{"login":"bob","id":8}]}`,
		"b": `{"author":{"login":"caroline","id":7},"pulls":[{"id":7}]}`,
		"c": `{"people":[{"login":"dora","id":9},{"login":"nobody","id":0}]}`,
	} {
		if err := kept.Raise(t.Context(), store.Job{Key: "pull"}); err != nil {
			t.Fatal(err)
		}
		claims, err := kept.Claim(t.Context(), "test", time.Minute, 1)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		if _, err := kept.Finish(t.Context(), claims[0], store.Finished{Run: &store.Run{RunMeta: store.RunMeta{ID: id, Repository: widgets}, Snapshot: []byte(snapshot), Verdicts: []byte("[]"), Report: []byte("{}")}}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = kept.Accept(t.Context(), store.Intake{Delivery: store.Delivery{GUID: "1"}, Commands: []store.Command{
		{Repository: widgets, Number: 1, CommentID: 1, Author: "carolina", AuthorID: 7}, {Repository: widgets, Number: 1, CommentID: 2, Author: "dora", AuthorID: 10},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		login   string
		account int64
		want    Names
	}{
		{"caroline", 0, Names{Logins: []string{"caroline", "carol", "carolina"}, Accounts: []int64{7}}},
		{"dora", 0, Names{Logins: []string{"dora"}, Accounts: []int64{9, 10}}},
		{"dora", 9, Names{Logins: []string{"dora"}, Accounts: []int64{9, 10}, Shared: []string{"dora"}}},
		{"newname", 7, Names{Logins: []string{"newname", "carol", "carolina", "caroline"}}},
		{"nobody", 0, Names{Logins: []string{"nobody"}}},
	} {
		got, err := NamesOf(t.Context(), kept, test.login, test.account)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %d (-want +got):\n%s", test.login, test.account, diff)
		}
	}
}
