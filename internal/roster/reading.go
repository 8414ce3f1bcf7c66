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

	byLogin  map[string]int // index into people, by login in lower case
	findings []Finding
	more     int // findings beyond the bound

	// collected says that others collected the file about people, who do not read it: to miss an
	// employer, or to look like somebody else, is nothing to be told there.
	collected bool
}

func (r *reading) note(stops bool, line int, kind, fix, format string, args []any) {
	if len(r.findings) >= maxFindings {
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
	known.Roles = union(known.Roles, p.Roles)
	known.Domains = union(known.Domains, p.Domains)
	for _, a := range p.Affiliations {
		if slices.ContainsFunc(known.Affiliations, func(b Affiliation) bool { return a.says() == b.says() }) {
			continue
		}
		if first, ok := known.disagrees(a); ok {
			r.warn(a.Line, "disagrees", "correct the line that is out of date", "%s stands here with %s, and on line %d with %s", known.Login, a.words(), first.Line, first.words())
		}
		known.Affiliations = append(known.Affiliations, a)
	}
}

// says is what an affiliation says, wherever it stands.
func (a Affiliation) says() Affiliation {
	return Affiliation{Kind: a.Kind, Organization: key(a.Organization), From: a.From, Until: a.Until}
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
	return Roster{File: r.file, Format: format, People: r.people, Findings: r.findings, Groups: r.groups, collected: r.collected, index: newIndex(r.people)}
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

// login reads a login as people write it: with "@", as an address of GitHub, or with white space. It
// returns "" for what cannot be a login, and reports it.
func (r *reading) login(text string, line int) string {
	login := r.visible(text, line)
	if rest, ok := profile(login); ok {
		login = rest
	}
	bare := strings.TrimPrefix(login, "@")
	switch {
	case bare == "":
		r.warn(line, "no-login", "write the login on GitHub: nobody is found by a name", "the login is missing")
		return ""
	case loginPattern.MatchString(bare):
		return bare
	case strings.IndexFunc(bare, func(c rune) bool { return c > unicode.MaxASCII }) >= 0 && !strings.Contains(bare, " "):
		r.warn(line, "look-alike", "write the login as it stands in the address of the profile", "%q is not a GitHub login: it holds letters that a login cannot have", bare)
	default:
		r.warn(line, "login", "write the login as it stands in the address of the profile", "%q is not a GitHub login", bare)
	}
	return ""
}

// visible removes characters that show nothing, and white space at both ends and doubled. It reports
// both.
func (r *reading) visible(text string, line int) string {
	shown := strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) || c == '\u3164' {
			return -1
		}
		return c
	}, text)
	if shown != text {
		r.warn(line, "hidden", "delete and write the word again", "%q holds a character that cannot be seen", text)
	}
	plain := strings.Join(strings.Fields(shown), " ")
	if plain != shown {
		r.warn(line, "white-space", "write "+fmt.Sprintf("%q", plain), "%q has white space to spare", shown)
	}
	return plain
}

// profile returns the login in the address of a profile on GitHub.
func profile(url string) (string, bool) {
	rest := url
	for _, scheme := range []string{"https://", "http://"} {
		rest = strings.TrimPrefix(rest, scheme)
	}
	rest = strings.TrimPrefix(rest, "www.")
	host, login, ok := strings.Cut(rest, "/")
	if !ok || !strings.EqualFold(host, "github.com") {
		return "", false
	}
	login, _, _ = strings.Cut(login, "?")
	login = strings.TrimRight(strings.TrimPrefix(login, "@"), "/")
	return login, loginPattern.MatchString(login) && !strings.EqualFold(login, "orgs")
}

// domain returns the domain of an e-mail address, in lower case. Those that GitHub gives to everybody
// say nothing, and are "".
func domain(address string) string {
	i := strings.LastIndexAny(address, "@!")
	if i < 0 {
		return ""
	}
	d := strings.ToLower(strings.Trim(address[i+1:], " <>."))
	if d == "users.noreply.github.com" || !strings.Contains(d, ".") || strings.ContainsAny(d, " /\\\"'<>()[]{},;:") {
		return ""
	}
	return d
}

// domains are those of several addresses.
func domains(addresses ...string) []string {
	var out []string
	for _, a := range addresses {
		if d := domain(a); d != "" {
			out = union(out, []string{d})
		}
	}
	return out
}

// union appends those of more that are not in list.
func union(list, more []string) []string {
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

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
