package roster

import (
	"regexp"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

func isColumns(file string, _ []byte) bool {
	return named(file, "maintainers", "owners", "reviewers", "committers", "approvers", "core-maintainers", "emeritus",
		"maintainers.txt", "owners.txt", "reviewers.txt", "authors", "contributors", ".cncf-maintainers", "cncf-maintainers")
}

// readColumns reads plain text with one person on a line, in the ways that projects write it:
//
//	Alice <alice@acme.example> (@alice) pkg:*
//	Alice, <alice@acme.example>, @alice, Developer
//	Alice, Acme <alice@acme.example> (github: @alice, slack: al)
//	"alice","Alice","alice@acme.example",""
//	@alice
//
// A comment of a few words, such as "# REVIEWERS", is the role of the people under it.
func readColumns(r *reading) {
	text, ok := r.text(document.MaxBytes)
	if !ok {
		return
	}
	role, n := "", 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case line == "":
		case isComment:
			if heading := strings.Trim(comment, "#:=- "); isPosition(heading) {
				role = heading
			}
		case strings.HasSuffix(line, ":") && !strings.Contains(line, "@"):
			if heading := strings.TrimSuffix(line, ":"); isPosition(heading) {
				role = heading
			}
		default:
			r.columns(line, n, role)
		}
	}
	r.nobody()
}

var (
	githubWord = regexp.MustCompile(`(?i)github(?:\.com/|:\s*@?|\s+@)([A-Za-z0-9][A-Za-z0-9-]*)`)
	handle     = regexp.MustCompile(`(?:^|[\s(,\[])@([A-Za-z0-9][A-Za-z0-9-]*)`)
	handleLast = regexp.MustCompile(`\(([A-Za-z0-9][A-Za-z0-9-]*)@\)`)
	bareWord   = regexp.MustCompile(`^[-*]?\s*([A-Za-z0-9][A-Za-z0-9-]*)$`)
	pkg        = regexp.MustCompile(`\bpkg:(\S+)`)
)

func (r *reading) columns(line string, n int, role string) {
	if strings.HasPrefix(line, `"`) {
		r.quoted(line, n, role)
		return
	}
	if strings.Contains(line, "<Email>") || strings.Contains(line, "@GitHubHandle") { // names the columns
		return
	}
	var found []int // of the login
	for _, pattern := range []*regexp.Regexp{githubWord, handle, handleLast, bareWord} {
		if found = pattern.FindStringSubmatchIndex(line); found != nil {
			if pattern == handleLast {
				r.warn(n, "at-sign", "write \"@\" before the login", "the \"@\" stands behind the login")
			}
			break
		}
	}
	if found == nil {
		r.warn(n, "no-login", "write the login on GitHub: nobody is found by a name", "the line gives no login")
		return
	}
	p := Person{Login: r.login(line[found[2]:found[3]], n), Line: n}
	for _, address := range mailText.FindAllString(line, -1) {
		p.Domains = withDomains(p.Domains, domain(address))
	}
	of := ""
	if m := pkg.FindStringSubmatch(line); m != nil && m[1] != "*" {
		of = m[1]
	}
	p.Roles = roleOf(role, of)
	head := line[:found[0]]
	if i := strings.IndexAny(head, "<("); i >= 0 {
		head = head[:i]
	}
	name, company, _ := strings.Cut(strings.Trim(head, " ,-*"), ",")
	p.Name = strings.TrimSpace(name)
	if company = strings.Trim(company, " ,"); company != "" {
		if isPosition(company) {
			p.Roles = union(p.Roles, []string{company})
		} else {
			p.Affiliations = r.employers(company, n, SourceRoster)
		}
	}
	if tail := strings.Trim(line[found[1]:], " ,)"); isPosition(tail) {
		p.Roles = union(p.Roles, []string{tail})
	}
	r.add(p)
}

// quoted reads a line of cells in quotes, of which the first is the login.
func (r *reading) quoted(line string, n int, role string) {
	cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, `"`), `"`), `","`)
	p := Person{Login: r.login(cells[0], n), Line: n, Roles: roleOf(role, "")}
	if len(cells) > 1 {
		p.Name = cells[1]
	}
	if len(cells) > 2 {
		p.Domains = domains(cells[2])
	}
	r.add(p)
}
