package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func chain(t *testing.T, s *Store, repository string, length int) {
	t.Helper()
	for range length {
		must(s.Append(t.Context(), AuditEntry{Repository: repository, Kind: "run", Number: 7, HeadSHA: "c0ffee", Detail: []byte(`{"accepted": true}`)}))(t)
	}
}

func TestAuditLogIsAChainPerRepository(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		chain(t, s, "acme/widgets", 3)
		chain(t, s, "globex/gears", 1)
		all := must(s.Audit(t.Context(), "acme/widgets", 0, 10))(t)
		var want []AuditEntry
		for i := range 3 {
			e := AuditEntry{Repository: "acme/widgets", Seq: int64(i + 1), At: start, Kind: "run", Number: 7, HeadSHA: "c0ffee", Detail: []byte(`{"accepted": true}`)}
			if i > 0 {
				e.Previous = want[i-1].Digest
			}
			e.Digest = e.Sum()
			want = append(want, e)
		}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[1:2], must(s.Audit(t.Context(), "acme/widgets", 2, 1))(t)); diff != "" {
			t.Errorf("one entry (-want +got):\n%s", diff)
		}
		for _, repository := range []string{"acme/widgets", "globex/gears", "initech/none"} {
			check(t, s.VerifyAudit(t.Context(), repository))
		}
		if _, err := s.Append(t.Context(), AuditEntry{Kind: "run"}); err == nil {
			t.Error("want an entry without a repository refused")
		}
	})
}

// TestAuditDigestNeverChanges pins the encoding: old logs must verify for ever.
func TestAuditDigestNeverChanges(t *testing.T) {
	t.Parallel()
	e := AuditEntry{Previous: "00", Repository: "acme/widgets", Seq: 2, At: start, Kind: "run", Number: 7, HeadSHA: "c0ffee", Detail: []byte(`{}`)}
	const want = "417a4629f619b6819751c5044b358d7625b5293a89be05d845035eb246da12e1"
	if got := e.Sum(); got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestAuditLogRefusesChanges(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		chain(t, s, "acme/widgets", 2)
		attempts := []string{
			"UPDATE audit SET kind = 'waiver' WHERE seq = 1",
			"DELETE FROM audit WHERE seq = 2",
		}
		if s.postgres {
			attempts = append(attempts, "TRUNCATE audit")
		} else {
			attempts = append(attempts, "INSERT OR REPLACE INTO audit SELECT repository, seq, at, 'waiver', number, head_sha, detail, previous, digest, private FROM audit WHERE seq = 1")
		}
		for _, attempt := range attempts {
			if _, err := s.write.ExecContext(t.Context(), attempt); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: want it refused as append-only, got %v", attempt, err)
			}
		}
		check(t, s.VerifyAudit(t.Context(), "acme/widgets"))
	})
}

func TestTamperedAuditLogIsDetected(t *testing.T) {
	for _, test := range []struct {
		name   string
		tamper string
		seq    int64
		reason string // a part of it
	}{
		{"detail", "UPDATE audit SET detail = detail || detail WHERE seq = 2", 2, "content"},
		{"time", "UPDATE audit SET at = at + 1 WHERE seq = 3", 3, "content"},
		{"digest", "UPDATE audit SET digest = previous WHERE seq = 2", 2, "content"},
		{"middle", "DELETE FROM audit WHERE seq = 2", 2, "missing"},
		{"beginning", "DELETE FROM audit WHERE seq = 1", 1, "missing"},
		{"end", "DELETE FROM audit WHERE seq = 3", 3, "missing"},
		{"everything", "DELETE FROM audit", 1, "missing"},
		{"link", "UPDATE audit SET previous = '' WHERE seq = 2", 2, "follow"},
		{"forged end", "UPDATE audit_ends SET digest = 'x'", 3, "end of the log"},
		{"added", "UPDATE audit_ends SET seq = 2", 3, "not written by us"},
		{"name", "UPDATE audit_private SET body = salt WHERE seq = 2", 2, "name or text"},
		{"salt", "UPDATE audit_private SET salt = body WHERE seq = 3", 3, "name or text"},
		{"names of another entry", "UPDATE audit_private SET place = 1 WHERE seq = 2", 2, "name or text"},
		{"digests of names", "UPDATE audit SET private = '' WHERE seq = 2", 2, "content"},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, d database) {
				s := d.open(t)
				for range 3 {
					must(s.Append(t.Context(), AuditEntry{Repository: "acme/widgets", Kind: "run", Number: 7, Detail: []byte(`{}`), Private: []Private{{Body: []byte(`"alice"`)}}}))(t)
				}
				unguard := []string{"DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"}
				if s.postgres {
					unguard = []string{"DROP TRIGGER audit_no_change ON audit"}
				}
				for _, statement := range append(unguard, test.tamper) {
					_, err := s.write.ExecContext(t.Context(), statement)
					check(t, err)
				}
				var broken *BrokenChain
				err := s.VerifyAudit(t.Context(), "acme/widgets")
				if !errors.As(err, &broken) {
					t.Fatalf("want a broken chain, got %v", err)
				}
				if broken.Seq != test.seq || !strings.Contains(broken.Reason, test.reason) {
					t.Errorf("want entry %d, %q, got: %v", test.seq, test.reason, err)
				}
			})
		})
	}
}
