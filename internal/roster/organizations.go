package roster

import (
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Organizations are the employers that a community has written down, with their spellings and what
// became of them. The zero value knows none, and then every spelling is an organization of its own. It is
// not changed after it was read, so it may be shared.
type Organizations struct {
	list     []Organization
	inherits int               // how many of the list, from its beginning, another file gave
	byID     map[string]int    // index in list
	byName   map[string]string // normalized id, name or alias -> id
	byGitHub map[string]string // GitHub organization in lower case -> id
	byDomain map[string]string
	edges    map[string][]edge // by the id at either end
}

// Organization is one employer.
type Organization struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Aliases    []string   `json:"aliases"`
	GitHubOrgs []string   `json:"github_orgs"`
	Domains    []string   `json:"domains"` // of e-mail addresses
	Labels     []string   `json:"labels"`  // words of the community, such as partner
	Relations  []Relation `json:"relations"`

	File string `json:"-"`
	Line int    `json:"-"`
}

// Relation is a line about what ties an organization to another, half open: on the day Until it is
// over. The organization that has the line was renamed to, was acquired by, is a subsidiary or a division
// of, or pays for people of, the one that To names.
type Relation struct {
	To    string `json:"to"`
	Kind  string `json:"relation"`
	From  date   `json:"from"`  // "" for always
	Until date   `json:"until"` // "" for still

	Line int `json:"-"`
}

// Kinds of a relation.
const (
	Renamed    = "renamed"
	Acquired   = "acquired"
	Subsidiary = "subsidiary"
	Division   = "division"
	PaysFor    = "pays-for"
)

// Of returns the organization that a name means: the one that claims the spelling, or else an
// organization of its own, known by that spelling alone. Spellings are compared by their letters and
// digits without regard to case, and without endings such as "Inc."; never by a part of them. "@acme" is
// first the GitHub organization acme. Ask [Classify] before, whether the text is a name at all.
func (o Organizations) Of(name string) bylaw.Organization {
	if login, ok := strings.CutPrefix(name, "@"); ok {
		if org, ok := o.OfGitHub(login); ok {
			return org
		}
	}
	k := key(name)
	if id, ok := o.byName[k]; ok {
		return o.named(id)
	}
	return bylaw.Organization{ID: "~" + k, Name: name} // "~" keeps it apart from every id
}

// OfGitHub returns the organization that owns an organization on GitHub.
func (o Organizations) OfGitHub(login string) (bylaw.Organization, bool) {
	id, ok := o.byGitHub[strings.ToLower(strings.TrimSpace(login))]
	if !ok {
		return bylaw.Organization{}, false
	}
	return o.named(id), true
}

// OfDomain returns the organization that owns an e-mail domain, or a domain above it. Addresses that
// anybody can have, such as those by which GitHub hides an address, say nothing about an employer.
func (o Organizations) OfDomain(domain string) (bylaw.Organization, bool) {
	for domain = strings.ToLower(domain); domain != "" && !anybodys[domain]; {
		if id, ok := o.byDomain[domain]; ok {
			return o.named(id), true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return bylaw.Organization{}, false
}

// Known returns the organization that has an id of its own in the file.
func (o Organizations) Known(id string) (bylaw.Organization, bool) {
	if _, ok := o.byID[id]; !ok {
		return bylaw.Organization{}, false
	}
	return o.named(id), true
}

func (o Organizations) named(id string) bylaw.Organization {
	org := o.list[o.byID[id]]
	return bylaw.Organization{ID: id, Name: org.Name, Labels: org.Labels}
}

// anybodys are e-mail domains that say nothing about an employer, whoever owns them.
var anybodys = map[string]bool{
	"users.noreply.github.com": true, "users.noreply.gitlab.com": true, "noreply.codeberg.org": true,
	"gmail.com": true, "googlemail.com": true, "outlook.com": true, "hotmail.com": true, "live.com": true, "msn.com": true,
	"yahoo.com": true, "icloud.com": true, "me.com": true, "mac.com": true, "aol.com": true, "gmx.de": true, "gmx.net": true,
	"web.de": true, "proton.me": true, "protonmail.com": true, "fastmail.com": true, "fastmail.fm": true, "hey.com": true,
	"qq.com": true, "foxmail.com": true, "163.com": true, "126.com": true, "sina.com": true, "naver.com": true,
	"yandex.ru": true, "mail.ru": true, "zoho.com": true,
}
