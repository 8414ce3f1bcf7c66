package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"
)

// Command is a comment in which a command stands, or once stood, as webhooks told of it.
type Command struct {
	Repository string
	Number     int
	CommentID  int64
	Author     string // login when it was first seen
	AuthorID   int64
	Texts      []Text // what its author wrote in it, oldest first. Saving adds to them: an edit takes nothing back
	// Before is what stood in it before the event that is saved. It is kept as the author's if nothing was
	// known of the comment; otherwise somebody else may have written it. It is not read back.
	Before    Text
	SeenAt    time.Time // when it was first seen; zero is now
	EditedAt  time.Time // zero when never edited; the latest edit, by whomever
	EditedBy  string
	DeletedAt time.Time // zero when not deleted; the first report of it
}

// Text is what an author wrote in a comment.
type Text struct {
	Body string // "" if it held no command
	At   time.Time
}

func (s *Store) saveCommand(ctx context.Context, tx *sql.Tx, c Command) error {
	added, err := affected(ctx, tx, `
		INSERT INTO commands (repository, number, comment_id, author, author_id, seen_at, edited_at, edited_by, deleted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (repository, number, comment_id) DO NOTHING`,
		c.Repository, c.Number, c.CommentID, c.Author, c.AuthorID, s.orNow(c.SeenAt), millis(c.EditedAt), c.EditedBy, millis(c.DeletedAt))
	if err != nil {
		return fmt.Errorf("save command %d: %w", c.CommentID, err)
	}
	texts := c.Texts
	switch {
	case added == 0:
		_, err = tx.ExecContext(ctx, `
			UPDATE commands SET
			  edited_at  = CASE WHEN $4 >= edited_at THEN $4 ELSE edited_at END,
			  edited_by  = CASE WHEN $4 >= edited_at THEN $5 ELSE edited_by END,
			  deleted_at = CASE WHEN deleted_at = 0 THEN $6 ELSE deleted_at END
			WHERE repository = $1 AND number = $2 AND comment_id = $3`,
			c.Repository, c.Number, c.CommentID, millis(c.EditedAt), c.EditedBy, millis(c.DeletedAt))
		if err != nil {
			return fmt.Errorf("save command %d: %w", c.CommentID, err)
		}
	case c.Before != Text{}:
		texts = append([]Text{c.Before}, texts...)
	}
	for _, text := range texts {
		sum := sha256.Sum256([]byte(text.Body))
		_, err := tx.ExecContext(ctx, `
			INSERT INTO command_texts (repository, number, comment_id, digest, body, written_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (repository, number, comment_id, digest) DO UPDATE SET
			  written_at = CASE WHEN excluded.written_at > command_texts.written_at THEN excluded.written_at ELSE command_texts.written_at END`,
			c.Repository, c.Number, c.CommentID, hex.EncodeToString(sum[:]), []byte(text.Body), s.orNow(text.At))
		if err != nil {
			return fmt.Errorf("save text of command %d: %w", c.CommentID, err)
		}
	}
	return nil
}

// Commands lists the comments of a pull request in which webhooks have told of a command, by their number.
func (s *Store) Commands(ctx context.Context, repository string, number int) ([]Command, error) {
	scan := func(r row) (Command, error) {
		c := Command{Repository: repository, Number: number}
		var seen, edited, deleted int64
		var body []byte
		var written sql.NullInt64
		err := r.Scan(&c.CommentID, &c.Author, &c.AuthorID, &seen, &edited, &c.EditedBy, &deleted, &body, &written)
		c.SeenAt, c.EditedAt, c.DeletedAt = moment(seen), moment(edited), moment(deleted)
		if written.Valid {
			c.Texts = []Text{{Body: string(body), At: moment(written.Int64)}}
		}
		return c, err
	}
	rows, err := lookUp(ctx, s, scan, `
		SELECT c.comment_id, c.author, c.author_id, c.seen_at, c.edited_at, c.edited_by, c.deleted_at, t.body, t.written_at
		FROM commands AS c LEFT JOIN command_texts AS t
		  ON t.repository = c.repository AND t.number = c.number AND t.comment_id = c.comment_id
		WHERE c.repository = $1 AND c.number = $2 ORDER BY c.comment_id, t.written_at, t.digest`,
		repository, number)
	if err != nil {
		return nil, fmt.Errorf("list commands of %s#%d: %w", repository, number, err)
	}
	var all []Command
	for _, c := range rows {
		if n := len(all); n > 0 && all[n-1].CommentID == c.CommentID {
			all[n-1].Texts = append(all[n-1].Texts, c.Texts...)
			continue
		}
		all = append(all, c)
	}
	return all, nil
}
