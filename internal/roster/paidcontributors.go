package roster

import (
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

func isPaidContributors(file string, _ []byte) bool {
	return named(file, "paid_contributors.md", "paid-contributors.md")
}

// readPaidContributors reads a page whose headings are employers, with the logins of their people in a
// list below. It makes nobody a member.
// https://github.com/jj-vcs/jj/blob/main/docs/paid_contributors.md
func readPaidContributors(r *reading) {
	doc, ok := r.document(document.Markdown, document.DefaultLimits(document.Markdown))
	if !ok {
		return
	}
	for _, s := range doc.Page.Sections {
		if len(s.Items) == 0 || s.Level == 0 {
			continue
		}
		employers := r.employers(s.Heading.Text, s.Heading.Line, SourceRoster)
		for _, item := range s.Items {
			login := item.Text.Text
			if found := mentions(item.Text); len(found) > 0 {
				login = found[0].login
			}
			if strings.Contains(login, " ") {
				r.warn(item.Line, "no-login", "write the login alone", "%q is not a GitHub login", login)
				continue
			}
			p := Person{Login: r.login(login, item.Line), Line: item.Line}
			for _, a := range employers {
				a.Line = item.Line
				p.Affiliations = append(p.Affiliations, a)
			}
			r.add(p)
		}
	}
	r.nobody()
}
