package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

	runs   []string
	pieces []store.PrivateRef
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
	for e, err := range kept.AuditEntries(ctx, store.AuditQuery{}) {
		if err != nil {
			return nil, err
		}
		for place, p := range e.Private {
			if p.Body != nil && names(p.Body, login) {
				t := at(e.Repository)
				t.Pieces++
				t.pieces = append(t.pieces, store.PrivateRef{Seq: e.Seq, Place: place})
			}
		}
		if names(e.Detail, login) {
			at(e.Repository).Fixed++
		}
	}
	for run, err := range kept.AllRuns(ctx) {
		if err != nil {
			return nil, err
		}
		if !names(run.Snapshot, login) && !names(run.Verdicts, login) && !names(run.Report, login) {
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
	var out []Traces
	for _, repository := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[repository])
	}
	return out, nil
}

// Redacted is the detail of entries of KindRedacted: how much was taken out, and not of whom.
type Redacted struct {
	Pieces int              `json:"audit_pieces"`
	Runs   int              `json:"runs"`
	Rows   store.PersonRows `json:"rows"`
}

// Redact takes a person out of what Find has found. In runs another name stands for theirs, the same everywhere,
// and what they wrote is empty. by is who does it. It returns what was taken out of each repository; what is
// needed for open pull requests stays.
func Redact(ctx context.Context, kept *store.Store, login, standIn, by string, traces []Traces) error {
	for _, t := range traces {
		for _, id := range t.runs {
			run, found, err := kept.Run(ctx, id)
			if err != nil {
				return err
			}
			if !found { // pruned meanwhile
				continue
			}
			r := redactor{login: login, standIn: standIn}
			run.Snapshot, run.Verdicts, run.Report = r.rewrite(run.Snapshot), r.rewrite(run.Verdicts), r.rewrite(run.Report)
			if r.err != nil {
				return fmt.Errorf("redact run %s: %w", id, r.err)
			}
			if err := kept.RedactRun(ctx, run); err != nil {
				return err
			}
		}
		detail, err := json.Marshal(Redacted{Pieces: len(t.pieces), Runs: len(t.runs), Rows: t.Rows})
		if err != nil {
			return fmt.Errorf("write audit entry down: %w", err)
		}
		private, err := Private(Piece{Field: FieldRedactedBy, Login: by})
		if err != nil {
			return err
		}
		if strings.EqualFold(by, login) { // the entry would name them again
			private = nil
		}
		if len(t.pieces)+len(t.runs) == 0 && t.Rows.Commands+t.Rows.Heads+t.Rows.Pulls == t.Rows.Needed {
			continue
		}
		err = kept.Redact(ctx, store.Redaction{
			Repository: t.Repository, Login: login, Pieces: t.pieces,
			Entry: store.AuditEntry{Repository: t.Repository, Kind: KindRedacted, Detail: detail, Private: private},
		})
		if err != nil {
			return err
		}
	}
	_, err := kept.ForgetPerson(ctx, login)
	return err
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
		theirs := r.is(v["login"])
		for _, by := range []string{"author", "who"} {
			if account, ok := v[by].(map[string]any); ok && r.is(account["login"]) {
				for _, written := range []string{"body", "arguments"} {
					if _, stands := v[written]; stands {
						v[written] = ""
					}
				}
			}
		}
		for k, inner := range v {
			v[k] = r.value(k, inner)
		}
		if _, stands := v["id"]; stands && theirs {
			v["id"] = 0
		}
		return v
	case []any:
		for i, inner := range v {
			v[i] = r.value(key, inner)
		}
		return v
	case string:
		if slices.Contains(never, key) {
			return v
		}
		return r.text(v)
	}
	return v
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
