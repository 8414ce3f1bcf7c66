package roster

import (
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// table reads a table of people. It is one if a column has the name of one of logins, or if a cell of
// the first row is a link to a profile.
func (m *markdown) table(t document.Table) {
	header := make([]string, len(t.Header))
	for i, h := range t.Header {
		header[i] = h.Text
	}
	c := columns{
		login: column(header, loginColumns), company: column(header, companyColumns), name: column(header, nameColumns),
		role: column(header, roleColumns), votes: column(header, voteColumns),
	}
	if c.name == -1 && c.login != 0 && len(header) > 0 && c.company != 0 {
		c.name = 0
	}
	if len(t.Rows) == 0 {
		return
	}
	if c.login < 0 {
		for i, cell := range t.Rows[0].Cells {
			if found := mentions(cell); len(found) > 0 && i != c.company && c.login < 0 {
				c.login = i
			}
		}
	}
	if c.login < 0 {
		if c.company >= 0 && c.name >= 0 {
			m.warn(t.Line, "no-login", "add a column \"GitHub\" with the logins", "the table gives no logins")
		}
		return
	}
	for _, row := range t.Rows {
		m.row(row, c)
	}
}

// columns says which cells of a row hold what; -1 for none.
type columns struct{ login, company, name, role, votes int }

func (m *markdown) row(row document.Row, c columns) {
	cell := func(i int) document.Text {
		if i < 0 || i >= len(row.Cells) {
			return document.Text{}
		}
		return row.Cells[i]
	}
	p := Person{Line: row.Line, Name: strings.Trim(cell(c.name).Text, " *"), Roles: roleOf(m.role, ""), Votes: m.votes}
	p.Login = m.loginCell(row, c)
	if p.Login == "" {
		return
	}
	if c.role >= 0 {
		for role := range strings.Lines(cell(c.role).Text) {
			p.Roles = union(p.Roles, []string{strings.TrimSpace(role)})
		}
	}
	if votes, err := strconv.Atoi(strings.TrimSpace(cell(c.votes).Text)); err == nil && c.votes >= 0 {
		p.Votes = votes
	}
	for i, t := range row.Cells {
		if i == c.company {
			continue
		}
		for _, address := range mailText.FindAllString(t.Text, -1) {
			p.Domains = withDomains(p.Domains, domain(address))
		}
	}
	if c.company >= 0 {
		p.Affiliations = m.employers(cell(c.company).Text, row.Line, SourceRoster)
	}
	m.add(p)
}

// loginCell finds the login of a row: in its column, or else in the name's.
func (m *markdown) loginCell(row document.Row, c columns) string {
	for _, i := range []int{c.login, c.name} {
		if i < 0 || i >= len(row.Cells) {
			continue
		}
		if found := mentions(row.Cells[i]); len(found) > 0 {
			m.sameShown(found[0], row.Line)
			return m.login(found[0].login, row.Line)
		}
	}
	t := row.Cells[c.login]
	if t.Text == "" && len(t.Links) == 0 {
		m.warn(row.Line, "no-login", "write the login on GitHub: nobody is found by a name", "the row gives no login")
		return ""
	}
	return m.login(t.Text, row.Line)
}
