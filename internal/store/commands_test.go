package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// said is a comment of alice.
func said(id int64, text string, at time.Time) Command {
	return Command{Repository: "acme/widgets", Number: 7, CommentID: id, Author: "alice", AuthorID: 101, Texts: []Text{{text, at}}}
}

// save keeps what events tell of comments.
func save(t *testing.T, s *Store, guid string, commands ...Command) {
	t.Helper()
	in := intake(guid)
	in.Commands = commands
	accept(t, s, in)
}

func TestWhatAnAuthorWroteIsKept(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		first := said(99, "/bylaw recuse\x00", start)
		own := said(99, "/bylaw disclose Globex", start.Add(time.Hour))
		own.EditedAt, own.EditedBy, own.Before = start.Add(time.Hour), "alice", Text{"/bylaw recuse\x00", start}
		foreign := Command{
			Repository: "acme/widgets", Number: 7, CommentID: 99, Author: "mallory", Before: Text{"/bylaw waive", start},
			EditedAt: start.Add(2 * time.Hour), EditedBy: "bob",
		}
		deleted := Command{Repository: "acme/widgets", Number: 7, CommentID: 99, Author: "alice", DeletedAt: start.Add(3 * time.Hour)}
		other := said(98, "/bylaw ask", start)
		elsewhere := said(99, "/bylaw ask", start)
		elsewhere.Number = 8

		// Events come in any order, and again.
		save(t, s, "one", own, elsewhere)
		d.pass(time.Minute)
		save(t, s, "two", foreign, first, deleted)
		save(t, s, "three", other, own, first)
		want := []Command{
			{
				Repository: "acme/widgets", Number: 7, CommentID: 98, Author: "alice", AuthorID: 101,
				Texts: []Text{{"/bylaw ask", start}}, SeenAt: start.Add(time.Minute),
			},
			{
				Repository: "acme/widgets", Number: 7, CommentID: 99, Author: "alice", AuthorID: 101,
				Texts:  []Text{{"/bylaw recuse\x00", start}, {"/bylaw disclose Globex", start.Add(time.Hour)}},
				SeenAt: start, EditedAt: start.Add(2 * time.Hour), EditedBy: "bob", DeletedAt: start.Add(3 * time.Hour),
			},
		}
		if diff := cmp.Diff(want, must(s.Commands(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got := must(s.Commands(t.Context(), "acme/gears", 7))(t); len(got) > 0 {
			t.Errorf("want nothing of another repository, got %+v", got)
		}
	})
}

// TestWhatStoodBeforeAnEditIsTheAuthorsOnlyAtFirst: later somebody else may have written it.
func TestWhatStoodBeforeAnEditIsTheAuthorsOnlyAtFirst(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		edit := Command{Repository: "acme/widgets", Number: 7, CommentID: 99, Author: "alice", EditedAt: start, EditedBy: "bob"}
		edit.Before = Text{"/bylaw recuse", start.Add(-time.Hour)}
		save(t, s, "one", edit)
		edit.Before = Text{"/bylaw waive", start.Add(-time.Hour)}
		save(t, s, "two", edit)
		got := must(s.Commands(t.Context(), "acme/widgets", 7))(t)
		if len(got) != 1 || !cmp.Equal(got[0].Texts, []Text{{"/bylaw recuse", start.Add(-time.Hour)}}) {
			t.Errorf("got %+v, want the recusal alone", got)
		}
	})
}

func TestCommandsOfAnOlderDatabaseStay(t *testing.T) {
	engines(t, func(t *testing.T, d database) {
		s := d.open(t)
		for _, back := range []string{ // to where 0003 left it
			"DROP TABLE command_texts", "ALTER TABLE commands DROP COLUMN author_id", "ALTER TABLE commands ADD COLUMN body BYTEA",
			"DELETE FROM migrations WHERE name = '0004_comments'",
		} {
			_, err := s.write.ExecContext(t.Context(), back)
			check(t, err)
		}
		_, err := s.write.ExecContext(t.Context(), `
			INSERT INTO commands (repository, number, comment_id, author, body, seen_at, edited_at, edited_by, deleted_at)
			VALUES ('acme/widgets', 7, 99, 'alice', $1, $2, 0, '', 0)`, []byte("/bylaw recuse"), millis(start))
		check(t, err)
		want := said(99, "/bylaw recuse", start)
		want.AuthorID, want.SeenAt = 0, start
		if diff := cmp.Diff([]Command{want}, must(d.open(t).Commands(t.Context(), "acme/widgets", 7))(t)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}
