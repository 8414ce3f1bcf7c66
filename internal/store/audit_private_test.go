package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestNamesAreRemovedAndTheChainHolds: by redaction, and by age.
func TestNamesAreRemovedAndTheChainHolds(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		named := func(at time.Time, names ...string) AuditEntry {
			e := AuditEntry{Repository: "acme/widgets", At: at, Kind: "run", Number: 7, Detail: []byte(`{}`)}
			for _, name := range names {
				e.Private = append(e.Private, Private{Body: []byte(`"` + name + `"`)})
			}
			return must(s.Append(t.Context(), e))(t)
		}
		first := named(start, "alice", "bob")
		named(start.Add(time.Hour), "alice")
		named(start.Add(2*time.Hour), "bob")
		if first.Private[0].Digest == first.Private[1].Digest || len(first.Private[0].Salt) != 32 || string(first.Private[0].Salt) == string(first.Private[1].Salt) {
			t.Errorf("pieces of the first entry: %+v", first.Private)
		}
		if strings.Contains(first.privateDigests(), sum(string(first.Private[0].Body))) {
			t.Error("a name can be guessed from its digest")
		}
		left := func() (bodies [][]string) {
			t.Helper()
			check(t, s.VerifyAudit(t.Context(), "acme/widgets"))
			for e, err := range s.AuditEntries(t.Context(), AuditQuery{Repository: "Acme/"}) {
				check(t, err)
				if e.Kind != "run" {
					continue
				}
				var one []string
				for _, p := range e.Private {
					one = append(one, string(p.Body))
				}
				bodies = append(bodies, one)
			}
			return bodies
		}
		check(t, s.Redact(t.Context(), Redaction{
			Repository: "acme/widgets", Login: "alice", Pieces: []PrivateRef{{Seq: 1, Place: 0}, {Seq: 2, Place: 0}},
			Entry: AuditEntry{Repository: "acme/widgets", Kind: "redacted", Detail: []byte(`{}`)},
		}))
		if diff := cmp.Diff([][]string{{"", `"bob"`}, {""}, {`"bob"`}}, left()); diff != "" {
			t.Errorf("after redaction (-want +got):\n%s", diff)
		}
		if got := must(s.Prune(t.Context(), Retention{Records: start.Add(time.Hour)}))(t); got != (Pruned{Names: 1}) || got.Total() != 1 {
			t.Errorf("want 1 piece too old, got %+v", got)
		}
		if diff := cmp.Diff([][]string{{"", ""}, {""}, {`"bob"`}}, left()); diff != "" {
			t.Errorf("after retention (-want +got):\n%s", diff)
		}
		if seq, digest, err := s.AuditEnd(t.Context(), "acme/widgets"); seq != 4 || len(digest) != 64 || err != nil {
			t.Errorf("end: %d %s %v", seq, digest, err)
		}
		if _, err := s.Append(t.Context(), AuditEntry{Repository: "acme/widgets", Kind: "run", Private: []Private{{}}}); err == nil {
			t.Error("want an empty piece refused")
		}
	})
}

// TestEntriesOfBeforeStillVerify: a database of an earlier version holds entries without private pieces.
func TestEntriesOfBeforeStillVerify(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		e := AuditEntry{Repository: "acme/widgets", Seq: 1, At: start, Kind: "run", Number: 7, Detail: []byte(`{"merged_by":"alice"}`)}
		_, err := s.write.ExecContext(t.Context(), `INSERT INTO audit (repository, seq, at, kind, number, head_sha, detail, previous, digest)
			VALUES ($1, 1, $2, 'run', 7, '', $3, '', $4)`, e.Repository, millis(e.At), e.Detail, e.Sum())
		check(t, err)
		_, err = s.write.ExecContext(t.Context(), "INSERT INTO audit_ends (repository, seq, digest) VALUES ($1, 1, $2)", e.Repository, e.Sum())
		check(t, err)
		chain(t, s, "acme/widgets", 1)
		check(t, s.VerifyAudit(t.Context(), "acme/widgets"))
	})
}

// TestAPersonIsTakenOutOfWhatIsNotNeeded: rows of open pull requests stay, for these are judged by them.
func TestAPersonIsTakenOutOfWhatIsNotNeeded(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		open, closed := pull(7), pull(8)
		closed.State = PullClosed
		finish(t, s, Finished{Pull: &open})
		finish(t, s, Finished{Pull: &closed})
		in := Intake{Delivery: Delivery{GUID: "g"}}
		for _, number := range []int{7, 8} {
			in.Heads = append(in.Heads, Head{Repository: "acme/widgets", Number: number, SHA: "c0ffee", ArrivedAt: start, PushedBy: "Alice"})
			in.Commands = append(in.Commands, Command{Repository: "acme/widgets", Number: number, CommentID: int64(number), Author: "alice", Texts: []Text{{Body: "/bylaw recuse", At: start}}})
		}
		must(s.Accept(t.Context(), in))(t)
		count := func() PersonRows { return must(s.PersonIn(t.Context(), "ALICE"))(t)["acme/widgets"] }
		if diff := cmp.Diff(PersonRows{Commands: 2, Heads: 2, Pulls: 2, Needed: 3}, count()); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		check(t, s.Redact(t.Context(), Redaction{Repository: "acme/widgets", Login: "aLICE", Entry: AuditEntry{Repository: "acme/widgets", Kind: "redacted"}}))
		must(s.ForgetPerson(t.Context(), "alice"))(t)
		if diff := cmp.Diff(PersonRows{Commands: 1, Heads: 1, Pulls: 1, Needed: 3}, count()); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
		if left := must(s.Commands(t.Context(), "acme/widgets", 7))(t); len(left) != 1 || len(left[0].Texts) != 1 {
			t.Errorf("commands of the open pull request: %+v", left)
		}
		texts := must(list(t.Context(), s.read, scanInt, "SELECT COUNT(*) FROM command_texts WHERE number = 8"))(t)
		if texts[0] != 0 {
			t.Errorf("%d texts of the closed pull request are left", texts[0])
		}
		var broken *BrokenChain
		if err := s.VerifyAudit(t.Context(), "acme/widgets"); errors.As(err, &broken) {
			t.Error(err)
		}
	})
}

// TestALogIsFoundByItsName in any case, by its owner, and also when the record of its end is gone.
func TestALogIsFoundByItsName(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for _, name := range []string{"Acme/Widgets", "acme/gears", "globex/widgets"} {
			must(s.Append(t.Context(), AuditEntry{Repository: name, Kind: "decision", Number: 7}))(t)
		}
		_, err := s.write.ExecContext(t.Context(), "DELETE FROM audit_ends WHERE repository = 'acme/gears'")
		check(t, err)
		for query, want := range map[string][]string{
			"acme/widgets": {"Acme/Widgets"}, "Acme/Widgets": {"Acme/Widgets"}, "acme/gears": {"acme/gears"}, "ACME/": {"Acme/Widgets", "acme/gears"},
			"acme/none": nil, "": {"Acme/Widgets", "acme/gears", "globex/widgets"},
		} {
			for _, byPull := range []bool{false, true} {
				var got []string
				for e, err := range s.AuditEntries(t.Context(), AuditQuery{Repository: query, ByPull: byPull}) {
					check(t, err)
					got = append(got, e.Repository)
				}
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%q (-want +got):\n%s", query, diff)
				}
			}
		}
	})
}
