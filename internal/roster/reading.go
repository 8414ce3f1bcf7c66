package roster

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// maxFindings bounds the findings of one file: beyond it, a file is something else than a roster.
const maxFindings = 10_000

// reading is a file while it is read.
type reading struct {
	file   string
	data   []byte
	people []Person
	groups map[string][]string

	project  string   // only the people of this one are read; "" for all
	projects []string // that the file names, where its format can tell the people of one

	byLogin  map[string]int // index into people, by login in lower case
	findings []Finding
	said     map[string]map[string]bool // by login: what is said of people who stand in several places
	more     int                        // findings beyond the bound

	// collected says that others collected the file about people, who do not read it: to miss an
	// employer, or to look like somebody else, is nothing to be told there.
	collected bool
}

func (r *reading) note(stops bool, line int, kind, fix, format string, args []any) {
	if !stops && len(r.findings) >= maxFindings { // what stops is never lost
		r.more++
		return
	}
	p := bylaw.Problem{File: r.file, Line: line, Msg: fmt.Sprintf(format, args...), Fix: fix}
	r.findings = append(r.findings, Finding{Kind: kind, Stops: stops, Problem: p})
}

// warn notes something odd that was read all the same.
func (r *reading) warn(line int, kind, fix, format string, args ...any) {
	r.note(false, line, kind, fix, format, args)
}

// stop notes that the file cannot be relied on.
func (r *reading) stop(line int, kind, fix, format string, args ...any) {
	r.note(true, line, kind, fix, format, args)
}

// faults notes what a document says is wrong, each of which stops.
func (r *reading) faults(errs ...*document.Error) {
	for _, p := range problems(errs...) {
		r.findings = append(r.findings, Finding{Kind: "unreadable", Stops: true, Problem: p})
	}
}

// document reads the file as a document, or notes why it cannot be read.
func (r *reading) document(format document.Format, limits document.Limits) (*document.Document, bool) {
	doc, err := document.ReadWithin(r.file, format, r.data, limits)
	if err != nil {
		r.faults(err.(*document.Error)) // its errors are always of this type
		return nil, false
	}
	for _, n := range doc.Notes {
		if strings.Contains(n.Msg, "cannot be seen") {
			r.warn(n.Line, "hidden", "delete and write the word again", "%s", n.Msg)
			continue
		}
		r.warn(n.Line, "note", "", "%s", n.Msg)
	}
	return doc, true
}

// nobody notes that a file that should name people names none.
func (r *reading) nobody() {
	if len(r.people) == 0 && !slices.ContainsFunc(r.findings, func(f Finding) bool { return f.Stops }) {
		r.stop(0, "nobody", "see the formats in the documentation, or name another one with \"format:\"", "not one person could be read from this file")
	}
}

// add takes what a line says of a person, and joins it with what earlier lines said. Without a login
// nobody is added.
func (r *reading) add(p Person) {
	if p.Login == "" {
		return
	}
	bot := func(a Affiliation) bool { return a.Kind == NameBot }
	p.Bot = p.Bot || strings.HasSuffix(p.Login, "[bot]") || slices.ContainsFunc(p.Affiliations, bot)
	p.Affiliations = slices.DeleteFunc(p.Affiliations, bot)
	key := strings.ToLower(p.Login)
	i, ok := r.byLogin[key]
	if !ok {
		r.byLogin[key] = len(r.people)
		r.people = append(r.people, p)
		return
	}
	known := &r.people[i]
	known.Name = cmp.Or(known.Name, p.Name)
	known.ID = cmp.Or(known.ID, p.ID)
	known.Bot = known.Bot || p.Bot
	known.Votes = max(known.Votes, p.Votes)
	for _, role := range p.Roles {
		if r.fresh(key, known, "role "+role) {
			known.Roles = append(known.Roles, role)
		}
	}
	known.Domains = withDomains(known.Domains, p.Domains...)
	for _, a := range p.Affiliations {
		if !r.fresh(key, known, a.says()) {
			continue
		}
		if first, ok := known.disagrees(a); ok {
			r.warn(a.Line, "disagrees", "correct the line that is out of date", "%s stands here with %s, and on line %d with %s", known.Login, a.words(), first.Line, first.words())
		}
		known.Affiliations = append(known.Affiliations, a)
	}
}

// fresh reports whether nobody said this of a person before, and remembers it. The people of one file may
// be one person on every line, which must not take the square of its length.
func (r *reading) fresh(login string, known *Person, what string) bool {
	if r.said == nil {
		r.said = map[string]map[string]bool{}
	}
	said := r.said[login]
	if said == nil {
		said = map[string]bool{}
		r.said[login] = said
		for _, role := range known.Roles {
			said["role "+role] = true
		}
		for _, a := range known.Affiliations {
			said[a.says()] = true
		}
	}
	if said[what] {
		return false
	}
	said[what] = true
	return true
}

// says is what an affiliation says, wherever it stands.
func (a Affiliation) says() string {
	return strings.Join([]string{a.Kind, key(a.Organization), a.From, a.Until}, "\x00")
}

// words is what an affiliation says of an employer.
func (a Affiliation) words() string { return cmp.Or(a.Organization, a.Kind) }

// disagrees finds an undated line that says something else than an undated line.
func (p Person) disagrees(a Affiliation) (Affiliation, bool) {
	undated := func(a Affiliation) bool { return a.From == "" && a.Until == "" }
	i := slices.IndexFunc(p.Affiliations, func(b Affiliation) bool { return undated(b) && b.says() != a.says() })
	if i < 0 || !undated(a) {
		return Affiliation{}, false
	}
	return p.Affiliations[i], true
}

// finish looks at the people together.
func (r *reading) finish(format string) Roster {
	if !r.collected {
		r.withoutEmployer()
		r.lookAlikes()
	}
	if r.more > 0 {
		r.findings = append(r.findings, Finding{Kind: "more", Problem: bylaw.Problem{File: r.file, Line: r.findings[len(r.findings)-1].Line, Msg: fmt.Sprintf("%d more findings are not listed", r.more)}})
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	x := newIndex(r.people, r.groups)
	if !r.collected { // a word of ours would soon be one of the names that others collected
		x.employers = employersOf(r.people)
	}
	return Roster{File: r.file, Format: format, People: r.people, Findings: r.findings, Groups: r.groups, collected: r.collected, index: x}
}

// withoutEmployer reports those of whom no employer is known, in a role in which it is known of others.
func (r *reading) withoutEmployer() {
	first := func(p Person) string {
		if len(p.Roles) == 0 {
			return ""
		}
		role, _, _ := strings.Cut(p.Roles[0], " of ")
		return role
	}
	known := map[string]bool{}
	for _, p := range r.people {
		known[first(p)] = known[first(p)] || len(p.Affiliations) > 0
	}
	for _, p := range r.people {
		if len(p.Affiliations) == 0 && known[first(p)] && !p.Bot && !p.Group && !formerRole.MatchString(first(p)) {
			r.warn(p.Line, "no-employer", "write the employer, \"independent\" or \"undisclosed\"", "it does not say for whom %s works", p.Login)
		}
	}
}

// formerRole is of people who are members no more.
var formerRole = regexp.MustCompile(`(?i)\b(?:emerit|alumn|former|retired|inactive|friend|past)`)

// lookAlikes reports logins that a reader can take for one another.
func (r *reading) lookAlikes() {
	seen := map[string]Person{}
	for _, p := range r.people {
		shape := alike.Replace(strings.ToLower(p.Login))
		if other, ok := seen[shape]; ok && !p.Group && !other.Group {
			r.warn(p.Line, "look-alike", "make sure that both are meant", "the login %q looks like %q on line %d", p.Login, other.Login, other.Line)
			continue
		}
		seen[shape] = p
	}
}

// alike writes letters that look alike in one way.
var alike = strings.NewReplacer("0", "o", "1", "l", "i", "l", "rn", "m", "vv", "w", "5", "s")

// letters is a name by its letters and digits alone.
func letters(name string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, name)
}

// roleOf names a role, with what it is for.
func roleOf(role, of string) []string {
	if role == "" {
		return nil
	}
	if of != "" && of != "*" && of != ".*" {
		role += " of " + of
	}
	return []string{role}
}

// named reports whether a file has one of the names, which are in lower case. People keep the files
// of others with a word before the name: "umbrella.OWNERS".
func named(file string, names ...string) bool {
	base := strings.ToLower(path.Base(file))
	return slices.ContainsFunc(names, func(name string) bool { return base == name || strings.HasSuffix(base, "."+name) })
}

func readYAML(file string, data []byte) (*document.Document, []bylaw.Problem) {
	doc, err := document.Read(file, document.YAML, data)
	if err != nil {
		return nil, problems(err.(*document.Error)) // Read's errors are always of this type
	}
	return doc, nil
}
