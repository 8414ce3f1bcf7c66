package roster

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// AffiliationsSchema is the JSON schema of affiliations.yml, for editors. It describes what can be said
// of a value by itself: that a day is one of the calendar, and that nobody stands twice, only Read knows.
//
//go:embed affiliations.schema.json
var AffiliationsSchema []byte

// affiliationsFile is Bylaw's own format: dated entries that can be reviewed line by line.
type affiliationsFile struct {
	Version int                `json:"version"`
	People  []affiliationsItem `json:"people"`
}

type affiliationsItem struct {
	GitHub       string   `json:"github"`
	ID           int64    `json:"id"`
	Name         string   `json:"name"` // for people to read; nobody is found by it
	Roles        []string `json:"roles"`
	ReviewAfter  date     `json:"review_after"`
	AwayUntil    date     `json:"away_until"`
	Affiliations []struct {
		Organization string `json:"organization"`
		From         date   `json:"from"`
		Until        date   `json:"until"`
	} `json:"affiliations"`
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

// IsLogin reports whether a text can be a login on GitHub: of a person, or of an App's bot.
func IsLogin(text string) bool { return loginPattern.MatchString(text) }

// loginPattern is what GitHub accepts as a login today, and what it accepted long ago; with "_" and a
// short name where a company manages the accounts of its people.
// https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{2,8})?(?:\[bot\])?$`)

func isAffiliations(file string, data []byte) bool {
	switch name := strings.ToLower(path.Base(file)); {
	case name == "affiliations.yml", name == "affiliations.yaml":
		return true
	case strings.HasSuffix(name, ".yml"), strings.HasSuffix(name, ".yaml"):
		return affiliationsKeys.Match(data) // under another name, which another format may claim
	}
	return false
}

// affiliationsKeys are keys that no other format has together.
var affiliationsKeys = regexp.MustCompile(`(?s)(?:\A|\n)people:\s.*\baffiliations:`)

// readAffiliations is strict, since the file is written for Bylaw: whatever is wrong stops.
func readAffiliations(r *reading) {
	doc, ok := r.document(document.YAML, document.DefaultLimits(document.YAML))
	if !ok {
		return
	}
	var f affiliationsFile
	r.faults(doc.Decode(&f)...)
	if f.Version != 1 {
		r.stop(doc.Line("/version"), "version", "begin with \"version: 1\"", "the version of this file must be 1")
	}
	byID := map[int64]int{}
	for i, entry := range f.People {
		at := fmt.Sprintf("/people/%d", i)
		if !loginPattern.MatchString(entry.GitHub) {
			r.stop(doc.Line(at+"/github"), "login", "write the login without \"@\" and without an address", "%q is not a GitHub login", entry.GitHub)
			continue
		}
		key := strings.ToLower(entry.GitHub)
		other, taken := r.byLogin[key]
		if taken && entry.ID != 0 && r.people[other].ID != 0 { // where both have a number, it decides
			taken = false
		}
		if same, ok := byID[entry.ID]; ok && entry.ID != 0 {
			other, taken = same, true
		}
		if taken {
			r.stop(doc.Line(at), "twice", "put everything into one entry", "%s stands here a second time, first on line %d", entry.GitHub, r.people[other].Line)
			continue
		}
		p := Person{Login: entry.GitHub, ID: entry.ID, Name: entry.Name, Line: doc.Line(at), Roles: entry.Roles, Bot: strings.HasSuffix(entry.GitHub, "[bot]"), ReviewAfter: string(entry.ReviewAfter), AwayUntil: string(entry.AwayUntil)}
		for j, a := range entry.Affiliations {
			at := fmt.Sprintf("%s/affiliations/%d", at, j)
			line := doc.Line(at)
			out := Affiliation{Kind: bylaw.AffiliationEmployer, Organization: strings.TrimSpace(a.Organization), From: string(a.From), Until: string(a.Until), Source: SourceDeclared, Line: line}
			switch kind := Classify(out.Organization); {
			case out.Organization == "":
				r.stop(line, "organization", "write its name, \"independent\" or \"undisclosed\"", "the organization is missing")
				continue
			case kind != bylaw.AffiliationEmployer:
				if !strings.EqualFold(out.Organization, kind) {
					r.warn(line, "placeholder", "write the employer, \"independent\" or \"undisclosed\"", "%q is read as %q", out.Organization, kind)
				}
				out.Kind, out.Organization = kind, ""
			}
			if out.From == "" && out.Until == "" {
				out.Source = SourceDeclaredStale // nobody knows since when
			}
			if out.From != "" && out.Until != "" && out.From >= out.Until {
				r.stop(line, "interval", "\"until\" is the first day on which it is no longer so", "this ends on %s, before it begins on %s", out.Until, out.From)
				continue
			}
			if out.Kind == NameBot {
				p.Bot = true
				continue
			}
			p.Affiliations = append(p.Affiliations, out)
		}
		r.byLogin[key] = len(r.people)
		byID[p.ID] = len(r.people)
		r.people = append(r.people, p)
	}
}
