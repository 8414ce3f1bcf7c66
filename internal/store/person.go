package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
)

// KeptRun is a run, and whether it is the latest of a pull request that is open: that one is needed as it is.
type KeptRun struct {
	Run
	Needed bool
}

// AllRuns yields every run with its bodies. They are read one by one while the loop goes on.
func (s *Store) AllRuns(ctx context.Context) iter.Seq2[KeptRun, error] {
	return func(yield func(KeptRun, error) bool) {
		rows, err := s.read.QueryContext(ctx, "SELECT "+runColumns+`, COALESCE(pulls.state, '') = 'open' FROM runs
			LEFT JOIN pulls ON pulls.repository = runs.repository AND pulls.number = runs.number AND pulls.run_id = runs.id
			ORDER BY runs.repository, runs.taken_at, runs.id`)
		if err != nil {
			yield(KeptRun{}, fmt.Errorf("list runs: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var k KeptRun
			k.Run, err = scanRun(also{rows, []any{&k.Needed}})
			if err != nil {
				yield(KeptRun{}, fmt.Errorf("list runs: %w", err))
				return
			}
			if !yield(k, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(KeptRun{}, fmt.Errorf("list runs: %w", err))
		}
	}
}

// also scans more columns behind those that it is asked for.
type also struct {
	row
	more []any
}

func (a also) Scan(into ...any) error { return a.row.Scan(append(into, a.more...)...) }

// PersonRows counts rows that name somebody, outside runs and the audit log.
type PersonRows struct {
	Commands int64 `json:"commands"` // comments with commands, written or edited
	Heads    int64 `json:"heads"`    // commits pushed to pull requests
	Pulls    int64 `json:"pulls"`    // pull requests opened
	Needed   int64 `json:"needed"`   // of these, rows of pull requests that are open
}

// Any reports whether there are any.
func (p PersonRows) Any() bool { return p.Commands+p.Heads+p.Pulls > 0 }

// personTables are the tables with a login in a column of its own: what stands there without it.
var personTables = []struct {
	table, column string
	count         func(*PersonRows) *int64
}{
	{"commands", "author", func(p *PersonRows) *int64 { return &p.Commands }},
	{"commands", "edited_by", func(p *PersonRows) *int64 { return &p.Commands }},
	{"heads", "pushed_by", func(p *PersonRows) *int64 { return &p.Heads }},
	{"pulls", "author", func(p *PersonRows) *int64 { return &p.Pulls }},
}

const openPullSQL = `EXISTS (SELECT 1 FROM pulls AS p WHERE p.repository = %[1]s.repository AND p.number = %[1]s.number AND p.state = 'open')`

// PersonIn counts the rows that name a login, by repository.
func (s *Store) PersonIn(ctx context.Context, login string) (map[string]PersonRows, error) {
	out := map[string]PersonRows{}
	for _, t := range personTables {
		type counted struct {
			repository string
			n, needed  int64
		}
		scan := func(r row) (c counted, err error) { return c, r.Scan(&c.repository, &c.n, &c.needed) }
		all, err := list(ctx, s.read, scan, fmt.Sprintf(
			`SELECT repository, COUNT(*), SUM(CASE WHEN `+openPullSQL+` THEN 1 ELSE 0 END) FROM %[1]s WHERE lower(%[1]s.%[2]s) = $1 GROUP BY repository`, t.table, t.column),
			strings.ToLower(login))
		if err != nil {
			return nil, fmt.Errorf("look for a person: %w", err)
		}
		for _, c := range all {
			rows := out[c.repository]
			*t.count(&rows) += c.n
			rows.Needed += c.needed
			out[c.repository] = rows
		}
	}
	return out, nil
}

// PersonAccount is a login, and GitHub's number of the account that had it.
type PersonAccount struct {
	ID    int64
	Login string
}

// PersonAccounts lists the accounts of which rows outside runs keep both.
func (s *Store) PersonAccounts(ctx context.Context) ([]PersonAccount, error) {
	scan := func(r row) (a PersonAccount, err error) { return a, r.Scan(&a.ID, &a.Login) }
	all, err := list(ctx, s.read, scan, "SELECT author_id, author FROM commands WHERE author_id > 0 UNION SELECT account, login FROM sessions ORDER BY 1, 2")
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return all, nil
}

// Redaction is what is taken out of one repository's rows, in one transaction.
type Redaction struct {
	Repository string
	Login      string
	Pieces     []PrivateRef
	Runs       []Run      // whose bodies and title are replaced by such in which they are not named any more
	Titles     []int      // of which pull requests the title is emptied
	Entry      AuditEntry // appended, so that the log tells of it
}

// PrivateRef names one private piece of an audit entry.
type PrivateRef struct {
	Seq   int64
	Place int
}

// Redact removes private pieces, and what rows of pull requests that are not open say of a login: commands and
// their texts altogether, elsewhere the name. Rows of open pull requests stay, for these are judged by them.
func (s *Store) Redact(ctx context.Context, r Redaction) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		for _, p := range r.Pieces {
			if _, err := tx.ExecContext(ctx, "DELETE FROM audit_private WHERE repository = "+logSQL+" AND seq = $2 AND place = $3", r.Repository, p.Seq, p.Place); err != nil {
				return err
			}
		}
		for _, run := range r.Runs { // its digest stays, and is that of before
			_, err := tx.ExecContext(ctx, "UPDATE runs SET snapshot = $2, verdicts = $3, report = $4, title = $5, redacted_at = $6 WHERE id = $1",
				run.ID, blob(run.Snapshot), blob(run.Verdicts), blob(run.Report), printable(run.Title), millis(s.now()))
			if err != nil {
				return err
			}
		}
		for _, number := range r.Titles {
			if _, err := tx.ExecContext(ctx, "UPDATE pulls SET title = '' WHERE repository = $1 AND number = $2 AND state <> 'open'", r.Repository, number); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`DELETE FROM command_texts WHERE repository = $1 AND NOT ` + fmt.Sprintf(openPullSQL, "command_texts") + ` AND EXISTS (SELECT 1 FROM commands
			  WHERE commands.repository = command_texts.repository AND commands.number = command_texts.number
			    AND commands.comment_id = command_texts.comment_id AND lower(commands.author) = $2)`,
			`DELETE FROM commands WHERE repository = $1 AND lower(author) = $2 AND NOT ` + fmt.Sprintf(openPullSQL, "commands"),
			`UPDATE commands SET edited_by = 'ghost' WHERE repository = $1 AND lower(edited_by) = $2 AND NOT ` + fmt.Sprintf(openPullSQL, "commands"),
			`UPDATE heads SET pushed_by = '' WHERE repository = $1 AND lower(pushed_by) = $2 AND NOT ` + fmt.Sprintf(openPullSQL, "heads"),
			`UPDATE pulls SET author = '', title = '' WHERE repository = $1 AND lower(author) = $2 AND state <> 'open'`,
		} {
			if _, err := tx.ExecContext(ctx, statement, r.Repository, strings.ToLower(r.Login)); err != nil {
				return err
			}
		}
		_, err := s.append(ctx, tx, r.Entry)
		return err
	})
	if err != nil {
		return fmt.Errorf("redact %s: %w", r.Repository, err)
	}
	return nil
}

// TitledPull is a pull request by its title.
type TitledPull struct {
	Repository string
	Number     int
	Title      string
	Open       bool
}

// TitledPulls lists the pull requests in whose titles a text stands, without regard to case.
func (s *Store) TitledPulls(ctx context.Context, text string) ([]TitledPull, error) {
	scan := func(r row) (p TitledPull, err error) { return p, r.Scan(&p.Repository, &p.Number, &p.Title, &p.Open) }
	all, err := list(ctx, s.read, scan, "SELECT repository, number, title, state = 'open' FROM pulls WHERE lower(title) LIKE $1 ESCAPE '!' ORDER BY repository, number", containing(text))
	if err != nil {
		return nil, fmt.Errorf("look for a person in titles: %w", err)
	}
	return all, nil
}

// containing is the pattern of texts in lower case that contain another.
func containing(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}

// elsewhere are the rows of no repository's history that can name a login: what the work table keeps of who asked,
// sessions of the pages, and cached lists, which are read again when they are needed. Work that is not done stays.
var elsewhere = []struct{ table, names, done string }{
	{"work", "lower(payload) LIKE $1 ESCAPE '!'", "want <= done AND recheck_at = 0 AND lease_owner = ''"},
	{"sessions", "lower(login) LIKE $1 ESCAPE '!'", ""},
	{"facts", "(key LIKE 'pushers %' OR key LIKE 'team %')", ""},
}

// elsewherePattern is how a login stands in each of them.
func elsewherePattern(table, login string) []any {
	switch table {
	case "work":
		return []any{containing(`"who":"` + login + `"`)}
	case "sessions":
		return []any{strings.Trim(containing(login), "%")}
	}
	return nil
}

// PersonElsewhere counts the rows of work and of sessions that name a login.
func (s *Store) PersonElsewhere(ctx context.Context, login string) (int64, error) {
	var n int64
	for _, e := range elsewhere {
		if e.table == "facts" { // lists of many people, to be read again
			continue
		}
		all, err := list(ctx, s.read, scanInt, "SELECT COUNT(*) FROM "+e.table+" WHERE "+e.names, elsewherePattern(e.table, login)...)
		if err != nil {
			return 0, fmt.Errorf("look for a person: %w", err)
		}
		n += int64(all[0])
	}
	return n, nil
}

// ForgetPerson removes what [Store.PersonElsewhere] counts, but for work that is not done, and cached lists in which a
// login may stand. It tells how many rows it removed.
func (s *Store) ForgetPerson(ctx context.Context, login string) (int64, error) {
	var removed int64
	err := s.change(ctx, func(tx *sql.Tx) error {
		removed = 0
		for _, e := range elsewhere {
			statement := "DELETE FROM " + e.table + " WHERE " + e.names
			if e.done != "" {
				statement += " AND " + e.done
			}
			n, err := affected(ctx, tx, statement, elsewherePattern(e.table, login)...)
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("forget a person: %w", err)
	}
	return removed, nil
}
