package store

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// adds are the statements that a process of the version before does not notice.
var adds = regexp.MustCompile(`(?is)^(CREATE (UNIQUE )?(TABLE|INDEX|TRIGGER|FUNCTION)|CREATE OR REPLACE FUNCTION|DROP (INDEX|TRIGGER)|INSERT INTO|UPDATE)\b` +
	`|^ALTER TABLE \w+ ADD COLUMN \w+ [A-Z]+( NOT NULL DEFAULT \S+)?$`)

func TestMigrationsOnlyAdd(t *testing.T) {
	t.Parallel()
	comments := regexp.MustCompile(`(?m)--.*$`)
	for _, postgres := range []bool{false, true} {
		s := &Store{postgres: postgres}
		for _, step := range must(s.steps())(t) {
			if step.name < "0005" { // shipped before this was promised
				continue
			}
			text := comments.ReplaceAllString(step.text, "")
			if strings.Contains(text, "BEGIN") { // the bodies of triggers and functions hold semicolons
				continue
			}
			for statement := range strings.SplitSeq(text, ";") {
				if statement = strings.TrimSpace(statement); statement != "" && !adds.MatchString(statement) {
					t.Errorf("%s takes something away from processes that run: %s", step.name, statement)
				}
			}
		}
	}
}

// TestProcessesGoOnWhileANewerOneMigrates lets a newer version add what migrations may add, to every table,
// between two rounds of everything that an evaluation does.
func TestProcessesGoOnWhileANewerOneMigrates(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		round := func(guid string) {
			t.Helper()
			in := intake(guid, "a", "b")
			in.Heads = []Head{{Repository: "acme/widgets", Number: 7, SHA: guid}}
			in.Commands = []Command{{Repository: "acme/widgets", Number: 7, CommentID: 1, Author: "alice", Texts: []Text{{Body: "/bylaw ask"}}}}
			in.Groups = []Group{{Repository: "acme/widgets", HeadSHA: guid, Pulls: []int{7}}}
			in.Forget = []string{"team"}
			in.ForgetChecks = []ForgetCheck{{Repository: "acme/widgets", SHA: "c0ffee"}}
			accept(t, s, in)
			claims := must(s.Claim(t.Context(), "w", time.Minute, 10))(t)
			if len(claims) != 2 {
				t.Fatalf("want two claims, got %v", keysOf(claims))
			}
			must(s.Extend(t.Context(), "w", time.Minute, []string{"a"}))(t)
			must(s.NoteWritten(t.Context(), claims[0], Outcome{Written: []Check{intend(t, s, claims[0])}}))(t)
			must(s.DisownChecks(t.Context(), "acme/widgets", "c0ffee", map[string]int64{"bylaw/votes": 5}, start))(t)
			check(t, s.SaveRepository(t.Context(), Repository{Name: "acme/widgets"}))
			check(t, s.NoteSticky(t.Context(), "acme/widgets", 7))
			k, _, err := s.Sticky(t.Context(), "acme/widgets", 7)
			check(t, err)
			_, _, err = s.IntendSticky(t.Context(), claims[0], k, Share{Minute: 9, Hour: 9})
			check(t, err)
			must(s.SaveSticky(t.Context(), claims[0], k))(t)
			_, _, generation, err := s.Fact(t.Context(), "team")
			check(t, err)
			check(t, s.SaveFact(t.Context(), "team", generation, []byte("1")))
			seven, one := pull(7), run(guid, 7, start)
			must(s.Finish(t.Context(), claims[0], Finished{Pull: &seven, Run: &one, Audit: []AuditEntry{{Repository: "acme/widgets", Kind: "run"}}}))(t)
			must(s.Fail(t.Context(), claims[1], Failure{Reason: "boom", RetryAt: start}))(t)
			must(s.Finish(t.Context(), take(t, s, "w"), Finished{}))(t)

			found(s.LatestRun(t.Context(), "acme/widgets", 7))(t)
			found(s.Group(t.Context(), "acme/widgets", guid))(t)
			must(s.Heads(t.Context(), "acme/widgets", 7))(t)
			must(s.Commands(t.Context(), "acme/widgets", 7))(t)
			must(s.OpenPulls(t.Context(), "acme/widgets"))(t)
			must(s.Checks(t.Context(), "acme/widgets", "c0ffee"))(t)
			must(s.Repositories(t.Context(), 0))(t)
			must(s.Queue(t.Context(), 10))(t)
			_, _, err = s.NextDue(t.Context())
			check(t, err)
			check(t, s.VerifyAudit(t.Context(), "acme/widgets"))
			must(s.Prune(t.Context(), Retention{start.Add(-time.Hour), start.Add(-time.Hour)}))(t)
			for _, err := range s.Runs(t.Context(), "", Period{}) {
				check(t, err)
			}
		}
		for i := range 4 { // so that connections have the statements prepared
			round(fmt.Sprint("before ", i))
		}
		newer := d.open(t)
		tables := "SELECT name FROM sqlite_master WHERE type = 'table'"
		if s.postgres {
			tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
		}
		scan := func(r row) (name string, err error) { return name, r.Scan(&name) }
		for _, table := range must(list(t.Context(), newer.read, scan, tables))(t) {
			_, err := newer.write.ExecContext(t.Context(), "ALTER TABLE "+table+" ADD COLUMN later TEXT NOT NULL DEFAULT ''; CREATE INDEX later_"+table+" ON "+table+" (later)")
			check(t, err)
		}
		_, err := newer.write.ExecContext(t.Context(), "INSERT INTO migrations (name, applied_at) VALUES ('9999_future', 0)")
		check(t, err)
		for i := range 4 {
			round(fmt.Sprint("after ", i))
		}
	})
}
