package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/store"
)

// Traces is what one repository's part of the store has of a person.
type Traces struct {
	Repository string           `json:"repository"`
	Runs       int              `json:"runs"`        // that name them
	RunsNeeded int              `json:"runs_needed"` // of these the latest of open pull requests
	Pieces     int              `json:"audit_pieces"`
	Fixed      int              `json:"audit_fixed"` // entries of before there were pieces: they cannot be redacted
	Rows       store.PersonRows `json:"rows"`
	Titles     int              `json:"titles"`    // of others' pull requests that are closed, in which the name stands
	Elsewhere  int64            `json:"elsewhere"` // work that they asked for, and sessions; of no repository

	runs   []string
	pieces []store.PrivateRef
	titles []int
}

// Find looks for a person everywhere in the store, and returns the repositories where something is, by name.
func Find(ctx context.Context, kept *store.Store, login string) ([]Traces, error) {
	found := map[string]*Traces{}
	at := func(repository string) *Traces {
		if found[repository] == nil {
			found[repository] = &Traces{Repository: repository}
		}
		return found[repository]
	}
	rows, err := kept.PersonIn(ctx, login)
	if err != nil {
		return nil, err
	}
	for repository, r := range rows {
		at(repository).Rows = r
	}
	called, err := kept.AuditCalled(ctx)
	if err != nil {
		return nil, err
	}
	for e, err := range kept.AuditEntries(ctx, store.AuditQuery{}) {
		if err != nil {
			return nil, err
		}
		for place, p := range e.Private {
			if p.Body != nil && names(p.Body, login) {
				t := at(cmp.Or(called[e.Repository], e.Repository))
				t.Pieces++
				t.pieces = append(t.pieces, store.PrivateRef{Seq: e.Seq, Place: place})
			}
		}
		if names(e.Detail, login) {
			at(cmp.Or(called[e.Repository], e.Repository)).Fixed++
		}
	}
	for run, err := range kept.AllRuns(ctx) {
		if err != nil {
			return nil, err
		}
		title := redactor{login: login}
		title.text(run.Title)
		if !title.changed && !names(run.Snapshot, login) && !names(run.Verdicts, login) && !names(run.Report, login) {
			continue
		}
		t := at(run.Repository)
		t.Runs++
		if run.Needed {
			t.RunsNeeded++
		} else {
			t.runs = append(t.runs, run.ID)
		}
	}
	titled, err := kept.TitledPulls(ctx, login)
	if err != nil {
		return nil, err
	}
	for _, p := range titled {
		r := redactor{login: login}
		if r.text(p.Title); r.changed && !p.Open {
			t := at(p.Repository)
			t.Titles++
			t.titles = append(t.titles, p.Number)
		}
	}
	if n, err := kept.PersonElsewhere(ctx, login); err != nil {
		return nil, err
	} else if n > 0 {
		at("").Elsewhere = n
	}
	var out []Traces
	for _, repository := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[repository])
	}
	return out, nil
}

// Redacted is the detail of entries of KindRedacted: how much was taken out, and not of whom.
type Redacted struct {
	Pieces  int              `json:"audit_pieces"`
	Runs    int              `json:"runs"`
	Rows    store.PersonRows `json:"rows"`
	Changed []RedactedRun    `json:"changed"` // the runs
}

// RedactedRun is what a run is like since names were taken out of it, as SHA-256.
type RedactedRun struct {
	Run    string `json:"run"`
	Facts  string `json:"facts"`
	Report string `json:"report"`
	Judged string `json:"judged"`
}

func redactedRun(r store.Run) RedactedRun {
	return RedactedRun{Run: r.ID, Facts: digestOf(r.Snapshot), Report: digestOf(r.Report), Judged: digestOf(r.Verdicts)}
}

// redactedAtOnce is how many runs are changed in one transaction, together with the entry that tells of them.
const redactedAtOnce = 100

// Redact takes a person out of what Find has found. In runs another name stands for theirs, the same everywhere,
// and what they wrote is empty. by is who does it. Broken off, it leaves nothing of which the log does not tell, and
// can be done again. What is needed for open pull requests stays.
func Redact(ctx context.Context, kept *store.Store, login, standIn, by string, traces []Traces) error {
	private, err := Private(Piece{Field: FieldRedactedBy, Login: by})
	if err != nil {
		return err
	}
	if strings.EqualFold(by, login) { // the entry would name them again
		private = nil
	}
	for _, t := range traces {
		rows, pieces, titles := t.Rows, t.pieces, t.titles
		if len(pieces)+len(t.runs)+len(titles) == 0 && rows.Commands+rows.Heads+rows.Pulls == rows.Needed {
			continue
		}
		parts := slices.Collect(slices.Chunk(t.runs, redactedAtOnce))
		for _, ids := range append(parts, nil)[:max(len(parts), 1)] {
			detail := Redacted{Pieces: len(pieces), Rows: rows, Changed: []RedactedRun{}}
			redaction := store.Redaction{Repository: t.Repository, Login: login, Pieces: pieces, Titles: titles}
			for _, id := range ids {
				run, found, err := kept.Run(ctx, id)
				if err != nil {
					return err
				}
				if !found { // pruned meanwhile
					continue
				}
				if err := redactRun(&run, login, standIn); err != nil {
					return err
				}
				redaction.Runs = append(redaction.Runs, run)
				detail.Changed = append(detail.Changed, redactedRun(run))
			}
			detail.Runs = len(detail.Changed)
			text, err := json.Marshal(detail)
			if err != nil {
				return fmt.Errorf("write audit entry down: %w", err)
			}
			redaction.Entry = store.AuditEntry{Repository: t.Repository, Kind: KindRedacted, Detail: text, Private: private}
			if err := kept.Redact(ctx, redaction); err != nil {
				return err
			}
			rows, pieces, titles = store.PersonRows{}, nil, nil // with the first part
		}
	}
	_, err = kept.ForgetPerson(ctx, login)
	return err
}

// redactRun takes a person out of a run. Of what they wrote nothing stays in verdicts and report either.
func redactRun(run *store.Run, login, standIn string) error {
	r := redactor{login: login, standIn: standIn}
	run.Snapshot = r.rewrite(run.Snapshot)
	run.Verdicts, run.Report, run.Title = r.rewrite(run.Verdicts), r.rewrite(run.Report), r.text(r.quoted(run.Title))
	if r.err != nil {
		return fmt.Errorf("redact run %s: %w", run.ID, r.err)
	}
	return nil
}

// names reports whether a login stands in a value of a JSON text, alone or as a word.
func names(data []byte, login string) bool {
	if !bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(login))) {
		return false
	}
	r := redactor{login: login, standIn: ""}
	r.rewrite(data)
	return r.changed || r.err != nil // what cannot be read may name anybody
}

// redactor puts another name in the place of a login.
type redactor struct {
	login, standIn string
	written        []string // by the person, as far as it was found
	changed        bool
	err            error
}

func (r *redactor) rewrite(data []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		r.err = fmt.Errorf("it is not JSON: %w", err)
		return data
	}
	out, err := json.Marshal(r.value("", value))
	if err != nil {
		r.err = err
		return data
	}
	return out
}

// never are keys whose values are our own words or names of files: no login is meant there.
var never = []string{
	"kind", "state", "status", "outcome", "conclusion", "policy", "level", "path", "previous_path", "file", "sha", "event", "fate", "field", "name", "identifier", "taken_at",
}

func (r *redactor) value(key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		return r.object(v)
	case []any:
		for i, inner := range v {
			v[i] = r.value(key, inner)
		}
		return v
	case string:
		if slices.Contains(never, key) {
			return v
		}
		return r.text(r.quoted(v))
	}
	return v
}

func (r *redactor) object(v map[string]any) map[string]any {
	theirs := r.is(v["login"])
	for _, by := range []string{"author", "who"} {
		if account, ok := v[by].(map[string]any); ok && r.is(account["login"]) {
			for _, field := range []string{"title", "body", "arguments"} {
				if text, stands := v[field].(string); stands && text != "" {
					r.wrote(field, text)
					v[field] = ""
				}
			}
		}
	}
	if name, _ := v["name"].(string); v["fork"] != nil && strings.Contains(strings.ToLower(name), strings.ToLower(r.login)) {
		v["name"], r.changed = r.standIn, true // of a branch: GitHub proposes LOGIN-patch-1
	}
	out := make(map[string]any, len(v))
	for _, k := range slices.Sorted(maps.Keys(v)) { // a key may be a login as well, in parameters and in files
		out[r.text(k)] = r.value(k, v[k])
	}
	if _, stands := v["id"]; stands && theirs {
		out["id"] = 0
	}
	return out
}

// wrote notes what the person wrote: of a command the reason, which follows what it is about and, perhaps, until when.
// A few words alone are no quotation.
func (r *redactor) wrote(field, text string) {
	words := strings.Fields(text)
	starts := []int{0}
	if field == "arguments" {
		starts = []int{1, 3}
	}
	for _, start := range starts {
		if len(words) < start+2 {
			continue
		}
		if said := strings.Join(words[start:], " "); len(said) >= 12 {
			r.written = append(r.written, said)
		}
	}
}

// quoted empties lines that quote what the person wrote, escaped or not.
func (r *redactor) quoted(s string) string {
	if len(r.written) == 0 {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		bare := strings.Join(strings.Fields(strings.ReplaceAll(html.UnescapeString(line), `\`, "")), " ")
		if slices.ContainsFunc(r.written, func(text string) bool { return strings.Contains(bare, strings.ReplaceAll(text, `\`, "")) }) {
			lines[i], r.changed = "(taken out)", true
		}
	}
	return strings.Join(lines, "\n")
}

func (r *redactor) is(v any) bool {
	text, ok := v.(string)
	return ok && strings.EqualFold(text, r.login)
}

// text replaces the login where it stands as a word: not within another login or a longer word.
func (r *redactor) text(s string) string {
	low, login := strings.ToLower(s), strings.ToLower(r.login)
	if len(low) != len(s) || login == "" { // letters whose small form is longer: no login has them
		low = s
	}
	var out strings.Builder
	from := 0
	for {
		i := strings.Index(low[from:], login)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(login)
		if start > 0 && inLogin(low[start-1]) || end < len(low) && inLogin(low[end]) {
			out.WriteString(s[from:end])
		} else {
			out.WriteString(s[from:start] + r.standIn)
			r.changed = true
		}
		from = end
	}
	out.WriteString(s[from:])
	return out.String()
}

// inLogin reports whether a byte can stand in a login, or in a letter that is no login's.
func inLogin(b byte) bool {
	return b == '-' || b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}
