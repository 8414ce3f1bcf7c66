package roster

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Reserved words in place of an organization's name.
const (
	wordIndependent = "independent"
	wordUndisclosed = "undisclosed"
)

// affiliationsFile is Bylaw's own format: dated entries that can be reviewed line by line.
type affiliationsFile struct {
	Version int `json:"version"`
	People  []struct {
		GitHub       string   `json:"github"`
		ID           int64    `json:"id"`
		Name         string   `json:"name"` // for people to read; nobody is found by it
		Roles        []string `json:"roles"`
		Affiliations []struct {
			Organization string `json:"organization"`
			From         date   `json:"from"`
			Until        date   `json:"until"`
		} `json:"affiliations"`
	} `json:"people"`
}

// date is a day such as 2026-01-31.
type date string

// UnmarshalText refuses what is not a day of the calendar.
func (d *date) UnmarshalText(text []byte) error {
	if _, err := time.Parse(time.DateOnly, string(text)); err != nil {
		return fmt.Errorf("%q is not a date such as 2026-01-31", text)
	}
	*d = date(text)
	return nil
}

// loginPattern is what GitHub accepts as a login today, and what it accepted long ago.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?$`)

func isAffiliations(file string, _ []byte) bool {
	switch strings.ToLower(path.Base(file)) {
	case "affiliations.yml", "affiliations.yaml":
		return true
	}
	return false
}

func readAffiliations(file string, data []byte) (Roster, []bylaw.Problem) {
	r := Roster{File: file}
	doc, err := readYAML(file, data)
	if err != nil {
		return r, err
	}
	var f affiliationsFile
	faults := problems(doc.Decode(&f)...)
	fault := func(pointer, fix, format string, args ...any) {
		faults = append(faults, bylaw.Problem{File: file, Line: doc.Line(pointer), Msg: fmt.Sprintf(format, args...), Fix: fix})
	}
	if f.Version != 1 {
		fault("/version", "begin with \"version: 1\"", "the version of this file must be 1")
	}
	for i, entry := range f.People {
		at := fmt.Sprintf("/people/%d", i)
		if !loginPattern.MatchString(entry.GitHub) {
			fault(at+"/github", "write the login without \"@\" and without an address", "%q is not a GitHub login", entry.GitHub)
			continue
		}
		if other, ok := r.find(entry.GitHub, entry.ID); ok {
			fault(at, "put everything into one entry", "%s stands here a second time, first on line %d", entry.GitHub, other.Line)
			continue
		}
		p := Person{Login: entry.GitHub, ID: entry.ID, Line: doc.Line(at), Roles: entry.Roles}
		for j, a := range entry.Affiliations {
			at := fmt.Sprintf("%s/affiliations/%d", at, j)
			out := Affiliation{Kind: bylaw.AffiliationEmployer, Organization: strings.TrimSpace(a.Organization), From: string(a.From), Until: string(a.Until), Line: doc.Line(at)}
			switch strings.ToLower(out.Organization) {
			case "":
				fault(at, "write its name, \"independent\" or \"undisclosed\"", "the organization is missing")
				continue
			case wordIndependent:
				out.Kind, out.Organization = bylaw.AffiliationIndependent, ""
			case wordUndisclosed:
				out.Kind, out.Organization = bylaw.AffiliationUndisclosed, ""
			}
			if out.From != "" && out.Until != "" && out.From >= out.Until {
				fault(at, "\"until\" is the first day on which it is no longer so", "this ends on %s, before it begins on %s", out.Until, out.From)
				continue
			}
			p.Affiliations = append(p.Affiliations, out)
		}
		r.People = append(r.People, p)
	}
	return r, faults
}

func readYAML(file string, data []byte) (*document.Document, []bylaw.Problem) {
	doc, err := document.Read(file, document.YAML, data)
	if err != nil {
		return nil, problems(err.(*document.Error)) // Read's errors are always of this type
	}
	return doc, nil
}
