package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/store"
)

// Names are the logins of one person in the store: people rename themselves, and what was kept before has the old one.
type Names struct {
	Logins   []string // the one that was asked for first
	Accounts []int64  // GitHub's numbers of those who had that login; several if another person took it
	Shared   []string // those of Logins that another account has, or had, as well
}

// NamesOf looks in everything that is kept together with the number of an account. account is 0 where the number is not
// given: then, if several accounts had the login, only that login is returned, for nobody knows whose the others are.
func NamesOf(ctx context.Context, kept *store.Store, login string, account int64) (Names, error) {
	had := map[int64][]string{} // logins in lower case
	note := func(id int64, name string) {
		if name = strings.ToLower(name); id > 0 && name != "" && !slices.Contains(had[id], name) {
			had[id] = append(had[id], name)
		}
	}
	pairs, err := kept.PersonAccounts(ctx)
	if err != nil {
		return Names{}, err
	}
	for _, p := range pairs {
		note(p.ID, p.Login)
	}
	for run, err := range kept.AllRuns(ctx) {
		if err != nil {
			return Names{}, err
		}
		for _, text := range [][]byte{run.Snapshot, run.Verdicts, run.Report} {
			notePairs(text, note)
		}
	}
	out := Names{Logins: []string{login}}
	low := strings.ToLower(login)
	for _, id := range slices.Sorted(maps.Keys(had)) {
		if slices.Contains(had[id], low) {
			out.Accounts = append(out.Accounts, id)
		}
	}
	theirs := account
	if theirs == 0 && len(out.Accounts) == 1 {
		theirs = out.Accounts[0]
	}
	for _, name := range slices.Sorted(slices.Values(had[theirs])) {
		if name != low {
			out.Logins = append(out.Logins, name)
		}
	}
	if theirs == 0 {
		return out, nil
	}
	for _, name := range out.Logins {
		for id, names := range had {
			if id != theirs && slices.Contains(names, strings.ToLower(name)) && !slices.Contains(out.Shared, name) {
				out.Shared = append(out.Shared, name)
			}
		}
	}
	return out, nil
}

// notePairs finds the accounts in a JSON text: objects with a login and a number. What cannot be read names nobody in
// that way.
func notePairs(text []byte, note func(int64, string)) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			login, _ := v["login"].(string)
			if number, ok := v["id"].(json.Number); ok {
				if id, err := number.Int64(); err == nil {
					note(id, login)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(value)
}
