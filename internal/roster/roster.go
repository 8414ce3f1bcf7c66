package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Roster is what one file says.
type Roster struct {
	File     string
	Format   string    // one of Formats, "" if the file was not recognized
	People   []Person  // in the order of the file, each account once
	Findings []Finding // all that is odd in the file, in the order of its lines

	// Groups are the names that stand for several people, as in Kubernetes' OWNERS_ALIASES: logins by
	// the name of their group, in lower case.
	Groups map[string][]string

	// Elsewhere says that the file stands in another repository, which those who read what is said of it
	// may not be allowed to read.
	Elsewhere bool

	collected bool   // by others, of people who need not know of it
	index     *index // of People; nil for a Roster that Read did not make
}

// Person is somebody in a roster.
type Person struct {
	Login string
	ID    int64  // GitHub's number of the account, 0 when the file does not give it
	Name  string // to be shown; nobody is ever found by it
	Line  int    // where the person stands first

	// Roles are names of roles as the file writes them, without repetition. Where the file names what
	// the role is for, such as a project or a path, it follows " of ": "maintainer of Umbrella".
	Roles        []string
	Affiliations []Affiliation // in the order of the file
	Domains      []string      // of the e-mail addresses in the file; the addresses are not kept
	Votes        int           // weight of the person's vote, 0 when the file does not give it
	Bot          bool          // the file says so, or GitHub does by the form of the login
	Group        bool          // the login is the name of a group of people, not of an account
	ReviewAfter  string        // date after which the entry is no longer taken as reviewed, "" for none
	AwayUntil    string        // date on which the person is back, "" when they are not away
}

// Kinds of affiliations beside those of package bylaw. Somebody without an affiliation is unknown too;
// KindUnknown is a line that says so, or that cannot be understood. It is never a sign that two people
// work for different organizations.
const (
	KindUnknown   = bylaw.AffiliationUnknown
	KindAmbiguous = bylaw.AffiliationAmbiguous // the file means several people, or several organizations, by one name
)

// Sources of affiliations, by how much a line of the file is worth, best first. In what others collected,
// "independent" fills the gap between two employers: of the gitdm sources it means no more than unknown.
// With the time a line is worth less; [Person.sourceOn] says what it is worth on a day.
const (
	SourceDeclared      = bylaw.SourceDeclared      // a dated entry in the community's own affiliations file
	SourceDeclaredStale = bylaw.SourceDeclaredStale // the same without a date
	SourceRoster        = bylaw.SourceRoster        // a list of members that a community keeps
	SourceGitdmStrict   = bylaw.SourceGitdmStrict   // collected by others; inside an interval with an end
	SourceGitdmOpen     = bylaw.SourceGitdmOpen     // collected by others; begun on a day and not ended
	SourceGitdmUndated  = bylaw.SourceGitdmUndated  // collected by others; without any date
)

// Affiliation is one line about whom somebody works for, half open: on the day Until it is over.
type Affiliation struct {
	Kind         string // bylaw.AffiliationEmployer, AffiliationIndependent, AffiliationUndisclosed, KindUnknown, KindAmbiguous
	Organization string // the name as the file writes it; "" for kinds other than employer and ambiguous
	From, Until  string // dates such as 2026-01-31, "" for open
	Source       string // one of the sources above
	Fuzzy        bool   // the dates are months: each may be wrong by 31 days
	Line         int
}

// covers reports whether the affiliation holds on a date such as 2026-01-31.
func (a Affiliation) covers(date string) bool {
	return (a.From == "" || a.From <= date) && (a.Until == "" || date < a.Until)
}

// At returns what the file says of a person on a date such as 2026-01-31, in the order of the file.
// Nothing means that it is not known for whom the person worked on that day.
func (p Person) At(date string) []Affiliation {
	var out []Affiliation
	for _, a := range p.Affiliations {
		if a.covers(date) {
			out = append(out, a)
		}
	}
	return out
}

// openFor is for how many months an employer is believed that others collected and that has no end:
// nobody tells such lists of the next one.
const openFor = 24

// sourceOn is the source of an affiliation on a day: an entry whose review is overdue and an old line
// without an end are worth less than they were.
func (p Person) sourceOn(a Affiliation, day time.Time) string {
	switch {
	case a.Source == SourceDeclared && p.ReviewAfter != "" && p.ReviewAfter < day.Format(time.DateOnly):
		return SourceDeclaredStale
	case a.Source == SourceGitdmOpen && a.From < day.AddDate(0, -openFor, 0).Format(time.DateOnly):
		return SourceGitdmUndated
	}
	return a.Source
}

// Finding is something odd in a roster.
type Finding struct {
	Kind  string // a short word for this sort of oddity, which stays the same
	Stops bool   // the file cannot be relied on; otherwise it was read all the same
	bylaw.Problem
}

// format is one way in which communities write a roster.
type format struct {
	name      string
	recognize func(file string, data []byte) bool
	read      func(r *reading)
}

// formats are tried in this order. A new format is a file of its own and a line here.
var formats = []format{
	{"affiliations", isAffiliations, readAffiliations},
	{"gitdm", isGitdm, readGitdm},
	{"project-maintainers", isProjectMaintainers, readProjectMaintainers},
	{"codeowners", isCodeowners, readCodeowners},
	{"owners-aliases", isOwnersAliases, readOwnersAliases},
	{"owners", isOwners, readOwners},
	{"sigs", isSigs, readSigs},
	{"people", isPeople, readPeople},
	{"security-insights", isSecurityInsights, readSecurityInsights},
	{"sortinghat", isSortinghat, readSortinghat},
	{"stackalytics", isStackalytics, readStackalytics},
	{"maintainers-toml", isMaintainersTOML, readMaintainersTOML},
	{"maintainers-yaml", isMaintainersYAML, readMaintainersYAML},
	{"paid-contributors", isPaidContributors, readPaidContributors},
	{"markdown", isMarkdown, readMarkdown},
	{"columns", isColumns, readColumns},
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
// returned all the same. Oddities in spite of which the file could be read stand in Findings only.
func Read(file, name string, data []byte) (Roster, []bylaw.Problem) {
	return ReadProject(file, name, "", data)
}

// ReadProject is Read of the people of one project alone, by the name that the file gives it, without
// regard to case. A project that the file does not name, and a format that names none, is a problem.
func ReadProject(file, name, project string, data []byte) (Roster, []bylaw.Problem) {
	r := readProject(file, name, project, data)
	var stops []bylaw.Problem
	for _, f := range r.Findings {
		if f.Stops {
			stops = append(stops, f.Problem)
		}
	}
	return r, stops
}

// Lint returns all that is odd in a roster, in the order of its lines: what Read returns as problems,
// and what it read in spite of being odd.
func Lint(file, name string, data []byte) []Finding { return read(file, name, data).Findings }

func read(file, name string, data []byte) Roster { return readProject(file, name, "", data) }

func readProject(file, name, project string, data []byte) Roster {
	for _, f := range formats {
		if f.name == name || name == "" && f.recognize(file, data) {
			r := &reading{file: file, data: data, project: project, byLogin: map[string]int{}}
			f.read(r)
			r.ofOneProject()
			return r.finish(f.name)
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
	return Roster{File: file, Findings: []Finding{{Kind: "format", Stops: true, Problem: p}}}
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
	if p.Group {
		return false
	}
	if p.ID != 0 && id != 0 {
		return p.ID == id
	}
	return sameLogin(p.Login, login)
}

// Person returns what the file says of an account. The id may be 0 when it is not known.
func (r Roster) Person(login string, id int64) (Person, bool) { return r.find(login, id) }

func (r Roster) find(login string, id int64) (Person, bool) {
	if i, ok := r.index.lookup(login, id); ok && r.People[i].is(login, id) {
		return r.People[i], true
	} else if r.index != nil && !ok {
		return Person{}, false
	}
	i := slices.IndexFunc(r.People, func(p Person) bool { return p.is(login, id) })
	if i < 0 {
		return Person{}, false
	}
	return r.People[i], true
}

// index finds people by number and by login.
type index struct {
	byID    map[int64]int
	byLogin map[string]int      // in lower case; the first of several
	groups  map[string][]string // groups of a login; both in lower case

	employers map[string]string // a spelling of each employer, by its key; none of files that others collected
}

func newIndex(people []Person, groups map[string][]string) *index {
	x := &index{byID: map[int64]int{}, byLogin: make(map[string]int, len(people)), groups: map[string][]string{}}
	for group, members := range groups {
		for _, m := range members {
			m = strings.ToLower(m)
			x.groups[m] = append(x.groups[m], group)
		}
	}
	for i, p := range people {
		if _, ok := x.byID[p.ID]; !ok && p.ID != 0 {
			x.byID[p.ID] = i
		}
		login := strings.ToLower(p.Login)
		if _, ok := x.byLogin[login]; !ok {
			x.byLogin[login] = i
		}
	}
	return x
}

// employersOf are the spellings of the employers of these people, by their keys.
func employersOf(people []Person) map[string]string {
	out := map[string]string{}
	for _, p := range people {
		for _, a := range p.Affiliations {
			if a.Kind != bylaw.AffiliationEmployer {
				continue
			}
			if k := key(a.Organization); out[k] == "" {
				out[k] = a.Organization
			}
		}
	}
	return out
}

// lookup returns who has the number, or else who comes first with the login.
func (x *index) lookup(login string, id int64) (int, bool) {
	if x == nil {
		return 0, false
	}
	if i, ok := x.byID[id]; ok {
		return i, true
	}
	i, ok := x.byLogin[strings.ToLower(login)]
	return i, ok
}
