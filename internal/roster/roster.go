package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Roster is what one file says.
type Roster struct {
	File   string
	People []Person // in the order of the file
}

// Person is somebody in a roster.
type Person struct {
	Login        string
	ID           int64 // GitHub's number of the account, 0 when the file does not give it
	Line         int
	Roles        []string
	Affiliations []Affiliation
}

// Affiliation is one line about whom somebody works for, half open: on the day Until it is over.
type Affiliation struct {
	Kind         string // bylaw.AffiliationEmployer, AffiliationIndependent, AffiliationUndisclosed
	Organization string // the name as the file writes it; "" unless Kind is employer
	From, Until  string // dates such as 2026-01-31, "" for open
	Line         int
}

// format is one way in which communities write a roster.
type format struct {
	name      string
	recognize func(file string, data []byte) bool
	read      func(file string, data []byte) (Roster, []bylaw.Problem)
}

// formats are tried in this order. A new format is a file of its own and a line here.
var formats = []format{
	{"affiliations", isAffiliations, readAffiliations},
}

// Formats are the names of the formats, in the order in which they are tried.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Read reads a roster, in the named format or, when the name is empty, in the first that recognizes
// the file. What cannot be read is a problem with file and line; the people that could be read are
// returned all the same.
func Read(file, name string, data []byte) (Roster, []bylaw.Problem) {
	for _, f := range formats {
		if f.name == name || name == "" && f.recognize(file, data) {
			return f.read(file, data)
		}
	}
	p := bylaw.Problem{File: file, Msg: "the format of this roster is not recognized", Fix: "name it with \"format:\"; the formats are " + strings.Join(Formats(), ", ")}
	if name != "" {
		p.Msg = fmt.Sprintf("there is no roster format %q", name)
		p.Fix = "the formats are " + strings.Join(Formats(), ", ")
		if near := document.Nearest(name, Formats()); near != "" {
			p.Fix = fmt.Sprintf("did you mean %q?", near)
		}
	}
	return Roster{File: file}, []bylaw.Problem{p}
}

// problems turns what a document says is wrong into problems.
func problems(errs ...*document.Error) []bylaw.Problem {
	out := make([]bylaw.Problem, len(errs))
	for i, e := range errs {
		out[i] = bylaw.Problem{File: e.Path, Line: e.Line, Column: e.Column, Msg: e.Msg, Fix: e.Hint}
	}
	return out
}

// sameLogin compares logins as GitHub does.
func sameLogin(a, b string) bool { return strings.EqualFold(a, b) }

// is reports whether the entry is about this account. Where both numbers are known they decide: a
// login that somebody gave up can be taken by somebody else.
func (p Person) is(login string, id int64) bool {
	if p.ID != 0 && id != 0 {
		return p.ID == id
	}
	return sameLogin(p.Login, login)
}

func (r Roster) find(login string, id int64) (Person, bool) {
	i := slices.IndexFunc(r.People, func(p Person) bool { return p.is(login, id) })
	if i < 0 {
		return Person{}, false
	}
	return r.People[i], true
}
