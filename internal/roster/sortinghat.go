package roster

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// largeJSON is the limit of the files that programs write: exports of some thousand people.
func largeJSON() document.Limits {
	l := document.DefaultLimits(document.JSON)
	l.Bytes, l.Values = maxText, 2_000_000
	return l
}

func isSortinghat(file string, data []byte) bool {
	format, _ := document.FormatOf(file)
	return format == document.JSON && bytes.Contains(data, []byte(`"uidentities"`))
}

// readSortinghat reads an export of CHAOSS SortingHat: identities of one person under one number, with
// enrollments, of which several may hold at once. 1900 and 2100 stand for no date.
// https://github.com/chaoss/grimoirelab-sortinghat
func readSortinghat(r *reading) {
	doc, ok := r.document(document.JSON, largeJSON())
	if !ok {
		return
	}
	top, _ := doc.Value.(map[string]any)
	identities, ok := top["uidentities"].(map[string]any)
	if !ok {
		r.stop(doc.Line("/uidentities"), "uidentities", "export the identities, too", "the file has no identities")
		return
	}
	for _, uuid := range slices.SortedFunc(maps.Keys(identities), func(a, b string) int {
		return cmp.Or(doc.Line("/uidentities/"+escape(a))-doc.Line("/uidentities/"+escape(b)), cmp.Compare(a, b))
	}) {
		r.sortinghat(doc, identities[uuid], "/uidentities/"+escape(uuid))
	}
	r.nobody()
}

func (r *reading) sortinghat(doc *document.Document, value any, at string) {
	m, _ := value.(map[string]any)
	p := Person{Line: doc.Line(at)}
	var logins []string
	for i, item := range items(m["identities"]) {
		source, _ := item["source"].(string)
		username, _ := item["username"].(string)
		if strings.EqualFold(source, "github") && username != "" {
			if login := r.login(username, doc.Line(at+"/identities/"+strconv.Itoa(i))); login != "" {
				logins = union(logins, []string{login})
			}
		}
		if mail, ok := item["email"].(string); ok {
			p.Domains = withDomains(p.Domains, domain(mail))
		}
	}
	if profile, ok := m["profile"].(map[string]any); ok {
		p.Name, _ = profile["name"].(string)
		p.Bot, _ = profile["is_bot"].(bool)
	}
	if len(logins) == 0 {
		r.warn(p.Line, "no-login", "add an identity of the source \"github\"", "the person has no login on GitHub")
		return
	}
	for i, item := range items(m["enrollments"]) {
		line := doc.Line(at + "/enrollments/" + strconv.Itoa(i))
		organization, _ := item["organization"].(string)
		from, okFrom := r.day(item["start"], line)
		until, okUntil := r.day(item["end"], line)
		if !okFrom || !okUntil {
			continue
		}
		if from != "" && until != "" && from >= until {
			r.warn(line, "interval", "the end is the first day on which it is no longer so", "this ends on %s, before it begins on %s: it is not used", until, from)
			continue
		}
		for _, a := range r.employers(organization, line, SourceRoster) {
			a.From, a.Until = from, until
			p.Affiliations = append(p.Affiliations, a)
		}
	}
	for _, login := range logins {
		p.Login = login
		r.add(p)
	}
}

// day reads a date with or without a time; the years that stand for no date are "".
func (r *reading) day(value any, line int) (string, bool) {
	text, _ := value.(string)
	date, _, _ := strings.Cut(text, "T")
	date, _, _ = strings.Cut(date, " ")
	switch {
	case date == "" || strings.HasPrefix(date, "1900-") || strings.HasPrefix(date, "2100-"):
		return "", true
	case !isDate(date):
		r.warn(line, "date", "write it as 2026-01-31", "%q is not a date: the enrollment is not used", text)
		return "", false
	}
	return date, true
}

// items are the mappings of a list.
func items(value any) []map[string]any {
	list, _ := value.([]any)
	out := make([]map[string]any, len(list))
	for i, item := range list {
		out[i], _ = item.(map[string]any)
	}
	return out
}
