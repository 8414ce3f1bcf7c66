package roster

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// gitdm is where the Linux Foundation collects, for its statistics, who worked where. People correct
// their own blocks by hand:
//
//	alice: alice!acme.example, alice!users.noreply.github.com
//		Acme until 2020-03-01
//		Globex from 2020-03-01
//
// The documentation that they copy from shows an older grammar: a name in place of the login, with an
// asterisk when it stands in several blocks, no tabs, and the newest employer first with no "from".
// https://github.com/cncf/gitdm/blob/master/README.md
//
// Most blocks were never seen by the person. So what stands here is weaker than a roster, and
// "Independent" fills gaps between two employers: it says that nothing is known.

var gitdmHead = regexp.MustCompile(`(?m)^[A-Za-z0-9][\w-]*\*?: [^\s!]+![^\s!]+\.[a-z]`)

func isGitdm(file string, data []byte) bool {
	return strings.HasPrefix(strings.ToLower(path.Base(file)), "developers_affiliations") || gitdmHead.Match(data[:min(len(data), 4096)])
}

func readGitdm(r *reading) {
	text, ok := r.text(maxText)
	if !ok {
		return
	}
	r.collected = true
	// The file holds some 56,000 people: to grow step by step would take as long as to read.
	r.people = make([]Person, 0, len(text)/200)
	r.byLogin = make(map[string]int, len(text)/200)
	g := &gitdm{reading: r, words: map[string]string{}, kinds: map[string]string{}, blocks: map[string]int{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		g.line(strings.TrimSuffix(line, "\n"), n)
	}
	g.close()
	r.nobody()
}

// How much a file may say of one person. Real ones have 20 rows and 3 blocks at most.
const (
	maxRows   = 100
	maxBlocks = 10
)

// gitdm is the state between two lines.
type gitdm struct {
	*reading
	open   bool   // a block has begun
	block  Person // without a login if it cannot be used
	rows   []Affiliation
	words  map[string]string // one copy of each word, so that the text need not be kept
	kinds  map[string]string // of what stands in the place of employers
	blocks map[string]int    // by login, those after the first
}

// keep returns a copy of the text that does not hold on to the file.
func (g *gitdm) keep(text string) string {
	if w, ok := g.words[text]; ok {
		return w
	}
	w := strings.Clone(text)
	g.words[w] = w
	return w
}

// classify is Classify, asked once for each of some 50,000 names.
func (g *gitdm) classify(name string) string {
	kind, ok := g.kinds[name]
	if !ok {
		kind = Classify(name)
		g.kinds[g.keep(name)] = kind
	}
	return kind
}

func (g *gitdm) line(line string, n int) {
	switch {
	case line == "" || line[0] == '#':
		return
	case line[0] == '\t' || line[0] == ' ':
		g.indented(line, n)
	case strings.HasPrefix(line, "\uFEFF"):
		g.warn(n, "hidden", "delete the character", "the line begins with a byte order mark")
		g.line(strings.TrimLeft(line, "\uFEFF"), n)
	default:
		if h, ok := gitdmHeadOf(line); ok {
			g.close()
			g.head(h, n)
			return
		}
		if strings.TrimSpace(line) == "" {
			return
		}
		g.warn(n, "no-indent", "begin the line with one tab", "a line about an employer begins without a tab")
		g.row(line, n)
	}
}

// indented reads a line about an employer, or more addresses where somebody broke the line.
func (g *gitdm) indented(line string, n int) {
	if line[0] == '\t' && len(line) > 1 && line[1] != ' ' && line[1] != '\t' {
		g.row(line[1:], n)
		return
	}
	text := strings.TrimLeft(line, " \t")
	switch indent := line[:len(line)-len(text)]; {
	case text == "":
		g.warn(n, "white-space", "delete the line", "the line holds only white space")
		return
	case indent[0] == '\t':
		g.warn(n, "white-space", "begin the line with one tab alone", "more white space follows the tab")
	case indent != "\t":
		g.warn(n, "indent", "begin the line with one tab", "the line begins with spaces")
	}
	g.row(text, n)
}

func (g *gitdm) head(h gitdmHeadLine, n int) {
	g.open, g.rows = true, g.rows[:0]
	g.block = Person{Line: n}
	for _, f := range h.faults {
		g.warn(n, f.kind, f.fix, "%s", f.msg)
	}
	for _, d := range h.domains {
		g.block.Domains = withDomains(g.block.Domains, g.keep(d))
	}
	switch {
	case !strings.Contains(h.login, " ") && loginPattern.MatchString(h.login):
		g.block.Login = strings.Clone(h.login)
		if id, ok := h.ids[strings.ToLower(h.login)]; ok {
			g.block.ID = id
		}
	case len(h.noreply) == 1:
		g.block.Name, g.block.Login, g.block.ID = strings.Clone(h.login), strings.Clone(h.noreply[0]), h.ids[strings.ToLower(h.noreply[0])]
		g.warn(n, "name-head", "begin the block with the login on GitHub", "the block begins with a name; by the address this is %s", h.noreply[0])
	default:
		g.warn(n, "no-login", "begin the block with the login on GitHub", "the block begins with %q, which is not a login: it is not used", h.login)
	}
}

func (g *gitdm) row(text string, n int) {
	row, faults := gitdmRowOf(text)
	for _, f := range faults {
		g.warn(n, f.kind, f.fix, "%s", f.msg)
	}
	switch {
	case !g.open:
		g.warn(n, "no-block", "write \"login: address\" on the line above", "the line belongs to nobody: no block has begun")
		return
	case row.addresses != nil:
		for _, d := range domains(row.addresses...) {
			g.block.Domains = withDomains(g.block.Domains, g.keep(d))
		}
		return
	case row.employer == "":
		return
	case row.from != "" && row.until != "" && row.from >= row.until:
		g.warn(n, "interval", "\"until\" is the first day on which it is no longer so", "this ends on %s, before it begins on %s: it is not used", row.until, row.from)
		return
	}
	if len(g.rows) == maxRows {
		g.warn(n, "rows", "begin a new block", "the block has more than %d rows: this one is not used", maxRows)
		return
	}
	if g.classify(row.employer) == NameBot {
		g.block.Bot = true
	}
	source := SourceGitdmStrict
	switch {
	case row.from == "" && row.until == "":
		source = SourceGitdmUndated
	case row.until == "":
		source = SourceGitdmOpen
	}
	fuzzy := strings.HasSuffix(row.from, "-01") || strings.HasSuffix(row.until, "-01")
	g.rows = append(g.rows, Affiliation{Organization: row.employer, From: g.keep(row.from), Until: g.keep(row.until), Source: source, Fuzzy: fuzzy, Line: n})
}

// close ends a block: its rows become affiliations, and it is joined with earlier ones of the login.
func (g *gitdm) close() {
	if !g.open {
		return
	}
	g.open = false
	p := g.block
	if len(g.rows) == 0 && !p.Bot {
		g.warn(p.Line, "no-employer", "write the employer on the next line, after a tab", "no employer follows")
	}
	if p.Login == "" {
		return
	}
	g.oldOrder()
	open := 0
	p.Affiliations = make([]Affiliation, 0, len(g.rows))
	for _, row := range g.rows {
		if row.Until == "" {
			open++
		}
		p.Affiliations = g.employer(p.Affiliations, row)
	}
	if open > 1 {
		g.warn(p.Line, "two-open", "end one with \"until\", or write a name with a comma without it", "%d rows of this block have no end", open)
	}
	g.join(p)
}

// oldOrder gives the rows of the old grammar, which have no "from", the day on which the one before
// ended.
func (g *gitdm) oldOrder() {
	if len(g.rows) < 2 || slices.ContainsFunc(g.rows, func(a Affiliation) bool { return a.From != "" }) {
		return
	}
	ends := map[string]bool{}
	for _, row := range g.rows {
		if ends[row.Until] {
			return // several at once
		}
		ends[row.Until] = true
	}
	slices.SortFunc(g.rows, func(a, b Affiliation) int { return cmp.Compare(cmp.Or(a.Until, "9"), cmp.Or(b.Until, "9")) })
	for i := range g.rows[1:] {
		row, before := &g.rows[i+1], g.rows[i]
		row.From = before.Until
		row.Fuzzy = row.Fuzzy || before.Fuzzy
		if row.Source == SourceGitdmUndated {
			row.Source = SourceGitdmOpen
		}
	}
}

// employer appends a row. Rows of one employer that follow one another are one.
func (g *gitdm) employer(list []Affiliation, row Affiliation) []Affiliation {
	name := row.Organization
	if i := len(list) - 1; i >= 0 && list[i].Until != "" && list[i].Until == row.From && strings.EqualFold(list[i].Organization, name) {
		list[i].Until, list[i].Source = row.Until, row.Source
		list[i].Fuzzy = list[i].Fuzzy || row.Fuzzy
		return list
	}
	row.Kind = g.classify(name)
	switch {
	case row.Kind == NameBot:
		return list
	case row.Kind != bylaw.AffiliationEmployer:
		row.Organization = ""
	case strings.Contains(name, " via "):
		names := twoNames(name)
		if names == nil {
			break
		}
		g.warn(row.Line, "two-names", "write one row for each", "%q names two organizations", name)
		row.Organization = g.keep(names[0])
		list = append(list, row)
		name = names[1]
		fallthrough
	default:
		row.Organization = g.keep(name)
	}
	return append(list, row)
}

// join adds a block to the people. A login that stands in two blocks with different employers now is
// two people, or a bad merge: which of them is meant cannot be known.
func (g *gitdm) join(p Person) {
	i, ok := g.byLogin[strings.ToLower(p.Login)]
	if !ok {
		g.add(p)
		return
	}
	known := &g.people[i]
	if g.blocks[known.Login]++; g.blocks[known.Login] >= maxBlocks {
		g.warn(p.Line, "two-blocks", "put everything into one block", "%s has more than %d blocks: this one is not used", p.Login, maxBlocks)
		return
	}
	ambiguous := slices.ContainsFunc(known.Affiliations, func(a Affiliation) bool { return a.Kind == KindAmbiguous }) || known.now() != p.now()
	known.Domains = withDomains(known.Domains, p.Domains...)
	known.Bot = known.Bot || p.Bot
	known.ID = cmp.Or(known.ID, p.ID)
	for _, a := range p.Affiliations {
		if g.fresh(strings.ToLower(p.Login), known, a.says()) {
			known.Affiliations = append(known.Affiliations, a)
		}
	}
	if !ambiguous {
		g.warn(p.Line, "two-blocks", "put everything into one block", "%s has a block on line %d too", p.Login, known.Line)
		return
	}
	g.warn(p.Line, "ambiguous", "put everything into one block", "%s has a block on line %d too, with another employer: neither is believed", p.Login, known.Line)
	for j := range known.Affiliations {
		known.Affiliations[j].Kind = KindAmbiguous
	}
}

// now is what the rows without an end say, by letters.
func (p Person) now() string {
	var names []string
	for _, a := range p.Affiliations {
		if a.Until == "" {
			names = append(names, cmp.Or(letters(a.Organization), a.Kind))
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}
