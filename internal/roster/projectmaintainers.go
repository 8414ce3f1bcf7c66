package roster

import (
	"bytes"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// A column is known by what stands above it, by its letters.
var (
	loginColumns   = []string{"githubname", "github", "githubid", "githublogin", "githubhandle", "githubusername", "githubuser", "githubaccount", "githubprofile", "login", "handle", "username", "profile", "account", "user", "id"}
	companyColumns = []string{"company", "affiliation", "affiliations", "organization", "organisation", "employer", "org", "currentaffiliation"}
	nameColumns    = []string{"maintainername", "name", "fullname", "maintainer", "member", "person"}
	roleColumns    = []string{"role", "roles", "projectrole", "projectroles", "title", "position", "responsibility", "responsibilities", "areas", "area"}
	projectColumns = []string{"project", "repository", "repo", "subproject"}
	mailColumns    = []string{"email", "emailaddress", "mail"}
	voteColumns    = []string{"votes", "vote", "weight", "votepoints", "votingpoints", "points"}
)

// column finds the first column of one of the names; -1 when there is none.
func column(header []string, names []string) int {
	for _, name := range names {
		if i := slices.IndexFunc(header, func(h string) bool { return letters(h) == name }); i >= 0 {
			return i
		}
	}
	return -1
}

func isProjectMaintainers(file string, data []byte) bool {
	if named(file, "project-maintainers.csv") {
		return true
	}
	format, _ := document.FormatOf(file)
	first, _, _ := bytes.Cut(data, []byte("\n"))
	return format == document.CSV && column(strings.Split(string(first), ","), loginColumns) >= 0
}

// readProjectMaintainers reads the list of the maintainers of all CNCF projects, and tables with like
// columns. The cell of a project is filled in the first row of its people only and holds for those
// below it, too.
// https://github.com/cncf/foundation/blob/main/project-maintainers.csv
func readProjectMaintainers(r *reading) {
	doc, ok := r.document(document.CSV, document.DefaultLimits(document.CSV))
	if !ok {
		return
	}
	header := doc.Records.Header
	login, company, name := column(header, loginColumns), column(header, companyColumns), column(header, nameColumns)
	project, role, mail := column(header, projectColumns), column(header, roleColumns), column(header, mailColumns)
	if login < 0 {
		r.stop(1, "columns", "name the column of the logins \"Github Name\"", "no column holds GitHub logins")
		return
	}
	seen := map[[2]string]int{}
	carried := ""
	for _, row := range doc.Records.Rows {
		cell := func(i int) string {
			if i < 0 || i >= len(row.Cells) {
				return ""
			}
			return row.Cells[i]
		}
		if !slices.ContainsFunc(row.Cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			r.warn(row.Line, "empty", "delete the row", "the row is empty")
			continue
		}
		if p := strings.TrimSpace(cell(project)); p != "" {
			carried = p
			r.projects = append(r.projects, p)
		}
		if r.project != "" && !strings.EqualFold(carried, r.project) {
			continue
		}
		p := Person{Login: r.login(cell(login), row.Line), Line: row.Line, Domains: domains(cell(mail))}
		if p.Login == "" {
			continue
		}
		if name >= 0 {
			if p.Name = r.visible(cell(name), row.Line); p.Name == "" {
				r.warn(row.Line, "no-name", "write the name", "%s has no name", p.Login)
			}
		}
		if strings.HasPrefix(strings.TrimSpace(cell(login)), "@") {
			r.warn(row.Line, "at-sign", "write the login without \"@\"", "the login is written with \"@\"")
		}
		if role >= 0 {
			p.Roles = roleOf(r.visible(cell(role), row.Line), carried)
		} else {
			p.Roles = roleOf("maintainer", carried)
		}
		key := [2]string{strings.ToLower(p.Login), carried}
		if first, ok := seen[key]; ok {
			r.warn(row.Line, "twice", "delete one of the rows", "%s stands a second time in %q, first on line %d", p.Login, carried, first)
		} else {
			seen[key] = row.Line
		}
		if company >= 0 {
			if strings.TrimSpace(cell(company)) == "" {
				r.warn(row.Line, "no-company", "write the employer, \"independent\" or \"undisclosed\"", "the cell of the company is empty")
			}
			p.Affiliations = r.employers(cell(company), row.Line, SourceRoster)
		}
		r.add(p)
	}
	r.nobody()
}
