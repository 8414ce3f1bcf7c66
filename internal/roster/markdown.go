package roster

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/document"
)

func isMarkdown(file string, data []byte) bool {
	format, ok := document.FormatOf(file)
	return format == document.Markdown || !ok && bytes.Contains(data, []byte("](https://github.com/"))
}

// readMarkdown reads the people in the tables and lists of a page, such as OWNERS.md or the section on
// maintainers in a CONTRIBUTING.md. The heading of a section is their role. Where a section says
// "3 vote points", that is their weight.
//
// A person is a row, a list item or a line that gives a login, by the address of the profile or with
// "@", and begins with it or with a name before it. The text of a link is only for the reader: the
// login is in its address. An employer is believed only where it stands as one: in a column of that
// name, in italics or after a comma behind the login, or in parentheses or brackets.
func readMarkdown(r *reading) {
	doc, ok := r.document(document.Markdown, document.DefaultLimits(document.Markdown))
	if !ok {
		return
	}
	m := &markdown{reading: r, lines: strings.Split(string(r.data), "\n")}
	for _, s := range doc.Page.Sections {
		m.section(s)
	}
	r.nobody()
}

type markdown struct {
	*reading
	lines []string // as written: the page does not tell what is in italics
	role  string   // of the section
	votes int
}

var votePoints = regexp.MustCompile(`(?i)^(\d{1,4}) vot(?:e|ing) points?\b`)

func (m *markdown) section(s document.Section) {
	m.role, m.votes = roleText(s.Heading.Text), 0
	for _, t := range append([]document.Text{s.Heading}, s.Prose...) {
		points := votePoints.FindStringSubmatch(t.Text)
		if points == nil {
			continue
		}
		m.votes, _ = strconv.Atoi(points[1])
		if t.Line == s.Heading.Line && len(s.Within) > 0 {
			m.role = roleText(s.Within[len(s.Within)-1])
		}
	}
	for _, t := range s.Tables {
		m.table(t)
	}
	m.items(s)
	for _, t := range s.Prose {
		if proseEntry.MatchString(t.Text) {
			m.entry(t)
		}
	}
}

// proseEntry is a line of a paragraph that is an entry: a name and a login, and nothing else.
var proseEntry = regexp.MustCompile(`^[^@():]{2,60} \(@[A-Za-z0-9-]+\)$`)

// roleText is a heading without the marks of footnotes.
func roleText(heading string) string { return strings.Trim(strings.TrimSpace(heading), "*:# ") }

// items reads the lists of a section. An item inside of a person's is about them. A list without any
// person is about something else; in one with people, an item without a login is reported.
func (m *markdown) items(s document.Section) {
	var without []document.Item
	people, above, about := 0, 0, 0 // about is the level of the person whose item we are in
	heading := m.role
	for _, item := range s.Items {
		if about > 0 && item.Level > about {
			continue
		}
		about = 0
		m.role = heading
		for above < len(s.Prose) && s.Prose[above].Line < item.Line {
			above++
		}
		if lead := leadIn(s.Prose[:above]); lead != "" {
			m.role = lead
		}
		if m.entry(item.Text) {
			people++
			about = item.Level
		} else {
			without = append(without, item)
		}
	}
	m.role = heading
	if people == 0 {
		return
	}
	for _, item := range without {
		m.warn(item.Line, "no-login", "write the login on GitHub: nobody is found by a name", "this entry gives no login")
	}
}

// leadIn is the last of the lines above a list, if it introduces it: "Approvers:".
func leadIn(prose []document.Text) string {
	if len(prose) == 0 {
		return ""
	}
	text, ok := strings.CutSuffix(prose[len(prose)-1].Text, ":")
	text, _, _ = strings.Cut(text, " (")
	if !ok || len(strings.Fields(text)) > 5 || text == "" || !unicode.IsUpper([]rune(text)[0]) {
		return ""
	}
	return text
}

// mention is where a text gives a login.
type mention struct {
	login, shown string // shown is the text of a link, or "@login"
	from, to     int    // of what is shown, in the text
}

var atLogin = regexp.MustCompile(`(?:^|[\s(\[,:/|*-])@([A-Za-z0-9][A-Za-z0-9-]*)`)

// mentions finds the logins in a text, in order: links to profiles, and words with "@".
func mentions(t document.Text) []mention {
	const most = 2000 // a person stands at the head of a text; the rest is prose
	t.Text, t.Links = t.Text[:min(most, len(t.Text))], t.Links[:min(most/20, len(t.Links))]
	var out []mention
	rest := 0
	for _, link := range t.Links {
		login, ok := profile(link.URL)
		if !ok || link.Image {
			continue
		}
		from := shownAt(t.Text, link.Text, rest)
		if from < 0 {
			continue
		}
		rest = from + len(link.Text)
		out = append(out, mention{login: login, shown: link.Text, from: from, to: rest})
	}
	for _, at := range atLogin.FindAllStringSubmatchIndex(t.Text, -1) {
		from, to := at[2]-1, at[3]
		inside := slices.ContainsFunc(out, func(m mention) bool { return from < m.to && m.from < to })
		if inside || strings.HasPrefix(t.Text[to:], "/") { // in a link, or a team
			continue
		}
		out = append(out, mention{login: t.Text[at[2]:at[3]], shown: t.Text[from:to], from: from, to: to})
	}
	slices.SortFunc(out, func(a, b mention) int { return a.from - b.from })
	return out
}

// shownAt finds the text of a link from an offset on, but not as a part of a word or of an address.
func shownAt(text, shown string, from int) int {
	word := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("<>@._-", c) >= 0
	}
	for at := from; shown != ""; {
		i := strings.Index(text[at:], shown)
		if i < 0 {
			break
		}
		at += i
		end := at + len(shown)
		if (at == 0 || !word(text[at-1])) && (end == len(text) || !word(text[end])) {
			return at
		}
		at = end
	}
	if i := strings.Index(text[from:], shown); i >= 0 {
		return from + i
	}
	return -1
}

// entry reads a line about a person, and reports whether it is one.
func (m *markdown) entry(t document.Text) bool {
	found := mentions(t)
	if len(found) == 0 {
		return false
	}
	first := found[0]
	before := t.Text[:first.from]
	name := strings.Trim(before, " ([,-–—:|*\n")
	if !headOfEntry(before, name) {
		return false
	}
	people := []mention{first}
	for _, other := range found[1:] {
		between := strings.TrimSpace(t.Text[people[len(people)-1].to:other.from])
		switch {
		case sameLogin(other.login, first.login):
		case strings.HasPrefix(other.shown, "@") || between == "," || between == "and":
			people = append(people, other)
		}
	}
	if len(people) > 1 {
		m.warn(t.Line, "several", "write one line for each person", "this line gives %d logins", len(people))
		for _, p := range people {
			m.add(Person{Login: m.login(p.login, t.Line), Line: t.Line, Roles: roleOf(m.role, ""), Votes: m.votes})
		}
		return true
	}
	if name == "" && !strings.HasPrefix(first.shown, "@") {
		name = first.shown
	}
	m.sameShown(first, t.Line)
	p := Person{Login: m.login(first.login, t.Line), Name: strings.Join(strings.Fields(mailText.ReplaceAllString(name, "")), " "), Line: t.Line, Roles: roleOf(m.role, ""), Votes: m.votes}
	for _, address := range mailText.FindAllString(t.Text, -1) {
		p.Domains = withDomains(p.Domains, domain(address))
	}
	m.after(&p, t, first)
	m.add(p)
	return true
}

// headOfEntry reports whether what stands before a login is nothing, or a name.
func headOfEntry(before, name string) bool {
	if name == "" {
		return true
	}
	if len(name) > 80 || len(strings.Fields(mailText.ReplaceAllString(name, ""))) > 6 || strings.ContainsAny(name, "?!;") {
		return false
	}
	before = strings.TrimSpace(before)
	return strings.ContainsAny(before[len(before)-1:], "([,-:|") || strings.HasSuffix(before, "–") || strings.HasSuffix(before, "—") || mailText.MatchString(before)
}

// sameShown reports a link that shows one login and leads to another.
func (m *markdown) sameShown(at mention, line int) {
	shown, isLogin := strings.CutPrefix(at.shown, "@")
	if isLogin && loginPattern.MatchString(shown) && !sameLogin(shown, at.login) {
		m.warn(line, "link-text", "make the two the same", "the link shows %q and leads to %q, which is believed", at.shown, at.login)
	}
}

var (
	mailText  = regexp.MustCompile(`<*(?:mailto:)?[^\s<>()@,]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+>*`)
	italics   = regexp.MustCompile(`(?:,|\s[-–—]|\))\s*(?:_([^_\n]{1,80})_|\*{1,2}([^*\n]{1,80})\*{1,2})`)
	enclosed  = regexp.MustCompile(`^\s*[(\[]([^()\[\]]{1,80})[)\]]`)
	afterName = regexp.MustCompile(`^\s*[,]\s*(.*)`)
	legalForm = regexp.MustCompile(`(?i)^\s*,\s*(?:inc|ltd|llc|gmbh|corp|co|s\.?a|b\.?v|plc)\b\.?`)
)

// after reads what stands behind the login: the employer, or what else is in its place.
func (m *markdown) after(p *Person, t document.Text, at mention) {
	if raw := m.italic(t.Line, at); raw != "" {
		p.Affiliations = m.employers(raw, t.Line, SourceRoster)
		return
	}
	rest := strings.TrimLeft(t.Text[at.to:], ")] ")
	if inside := enclosed.FindStringSubmatch(rest); inside != nil {
		if rest = strings.TrimLeft(rest[len(inside[0]):], " "); isPosition(inside[1]) {
			p.Roles = union(p.Roles, []string{inside[1]})
		} else if looksLikeName(inside[1]) && !atLogin.MatchString(inside[1]) && !mailText.MatchString(inside[1]) {
			p.Affiliations = m.employers(inside[1], t.Line, SourceRoster)
			return
		}
	}
	found := afterName.FindStringSubmatch(rest)
	if found == nil {
		if text := strings.TrimLeft(rest, "-–— "); text != rest && looksLikeName(text) && !strings.ContainsAny(text, ",.") {
			m.warn(t.Line, "unclear", "write an employer after a comma, or in italics: \", _Acme_\"", "%q may be an employer or something else: it is not used", text)
		}
		return
	}
	for _, piece := range pieces(found[1]) {
		switch {
		case piece == "" || seatTerm.MatchString(piece):
		case isPosition(piece):
			p.Roles = union(p.Roles, []string{piece})
		case looksLikeName(piece):
			p.Affiliations = m.employers(piece, t.Line, SourceRoster)
			return
		default:
			m.warn(t.Line, "unclear", "write an employer after a comma, or in italics: \", _Acme_\"", "%q may be an employer or something else: it is not used", piece)
			return
		}
	}
}

// seatTerm is until when somebody holds a seat, which says nothing of an employer.
var seatTerm = regexp.MustCompile(`(?i)^(?:until|from|since|term|through|to)\b`)

// pieces divides a text at commas, but not before "Inc.", and without what follows in parentheses or
// after a dash.
func pieces(text string) []string {
	for _, end := range []string{" (", " - ", " – ", " — ", " <", "\n"} {
		text, _, _ = strings.Cut(text, end)
	}
	text = mailText.ReplaceAllString(text, "")
	var out []string
	for text != "" {
		end := 0
		for {
			i := strings.IndexByte(text[end:], ',')
			if i < 0 {
				end = len(text)
				break
			}
			end += i
			form := legalForm.FindString(text[end:])
			if form == "" {
				break
			}
			end += len(form)
		}
		out = append(out, strings.TrimSpace(text[:end]))
		text = strings.TrimPrefix(text[end:], ",")
	}
	return out
}

// italic returns what stands in italics behind the login on a line of the file.
func (m *markdown) italic(line int, at mention) string {
	if line < 1 || line > len(m.lines) {
		return ""
	}
	raw := m.lines[line-1]
	i := strings.Index(raw, "github.com/"+at.login)
	if i < 0 {
		i = strings.Index(raw, "@"+at.login)
	}
	if i < 0 { // the address stands elsewhere
		return ""
	}
	raw = raw[i:]
	found := italics.FindStringSubmatchIndex(raw)
	if found == nil || strings.Contains(raw[:found[0]], " ") {
		return "" // in the midst of other text
	}
	if found[2] >= 0 {
		return strings.TrimSpace(raw[found[2]:found[3]])
	}
	return strings.TrimSpace(raw[found[4]:found[5]])
}
