package roster

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

func isStackalytics(file string, data []byte) bool {
	format, _ := document.FormatOf(file)
	return format == document.JSON && bytes.Contains(data, []byte(`"companies"`)) && bytes.Contains(data, []byte(`"end_date"`))
}

// readStackalytics reads the data of OpenStack's statistics. A row gives only the day on which it is
// over; it began when the one before it was over. The file keeps no order.
// https://opendev.org/x/stackalytics/src/branch/master/etc/default_data.schema.json
func readStackalytics(r *reading) {
	doc, ok := r.document(document.JSON, largeJSON())
	if !ok {
		return
	}
	r.collected = true
	top, _ := doc.Value.(map[string]any)
	for i, user := range items(top["users"]) {
		at := "/users/" + strconv.Itoa(i)
		login, ok := user["github_id"].(string)
		if !ok {
			continue // most have accounts elsewhere only
		}
		p := Person{Login: r.login(login, doc.Line(at)), Line: doc.Line(at)}
		p.Name, _ = user["user_name"].(string)
		emails, _ := user["emails"].([]any)
		for _, e := range emails {
			if mail, ok := e.(string); ok {
				p.Domains = withDomains(p.Domains, domain(mail))
			}
		}
		r.careers(doc, &p, items(user["companies"]), at+"/companies/")
		r.add(p)
	}
	r.nobody()
}

func (r *reading) careers(doc *document.Document, p *Person, rows []map[string]any, at string) {
	var list []Affiliation
	for i, row := range rows {
		line := doc.Line(at + strconv.Itoa(i))
		name, _ := row["company_name"].(string)
		a := Affiliation{Kind: bylaw.AffiliationEmployer, Organization: name, Source: SourceGitdmStrict, Line: line}
		switch name {
		case "*robots":
			p.Bot = true
			continue
		case "*independent", "Independent", "":
			a.Kind, a.Organization = bylaw.AffiliationIndependent, ""
		}
		end, _ := row["end_date"].(string)
		if end != "" {
			day, err := time.Parse("2006-Jan-02", end)
			if err != nil {
				r.warn(line, "date", "write it as 2026-Jan-31", "%q is not a date: the row is not used", end)
				continue
			}
			a.Until = day.Format(time.DateOnly)
		}
		list = append(list, a)
	}
	before := func(a, b Affiliation) int { return cmp.Compare(cmp.Or(a.Until, "9"), cmp.Or(b.Until, "9")) }
	if !slices.IsSortedFunc(list, before) {
		r.warn(p.Line, "order", "put the rows in the order of their ends, the one without an end last", "the companies of %s are not in order", p.Login)
		slices.SortStableFunc(list, before)
	}
	for i := range list {
		if i > 0 {
			list[i].From = list[i-1].Until
		}
		switch {
		case list[i].Until == "" && list[i].From == "":
			list[i].Source = SourceGitdmUndated
		case list[i].Until == "":
			list[i].Source = SourceGitdmOpen
		case strings.HasSuffix(list[i].Until, "-01"):
			list[i].Fuzzy = true
		}
	}
	p.Affiliations = list
}
