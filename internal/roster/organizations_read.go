package roster

import (
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// OrganizationsSchema is the JSON Schema (draft 7) of an organizations.yml, for editors. It describes the
// shape; what one line must not say because another says it, only reading finds.
//
//go:embed organizations.schema.json
var OrganizationsSchema []byte

type organizationsFile struct {
	Version       int            `json:"version"`
	Extends       string         `json:"extends"` // starterName or nothing
	Organizations []Organization `json:"organizations"`
}

// maxRelations bounds what a stranger's file may cost: cycles are looked for on each day of a relation.
const maxRelations = 2000

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// ReadOrganizations reads an organizations.yml. A name, alias, GitHub organization or domain that stands
// twice is a problem, because it would be left to chance which organization is meant; so is a relation
// that cannot be. A file that says "extends: starter" is laid over [Starter].
func ReadOrganizations(file string, data []byte) (Organizations, []bylaw.Problem) {
	return Organizations{}.Extend(file, data)
}

// Extend lays an organizations.yml over o: an entry of the file replaces the one of o that has the same
// id, and takes every spelling, GitHub organization and domain that it claims from whatever has it in o.
func (o Organizations) Extend(file string, data []byte) (Organizations, []bylaw.Problem) {
	doc, faults := readYAML(file, data)
	if faults != nil {
		return o, faults
	}
	var f organizationsFile
	r := organizationsReader{file: file, doc: doc, faults: problems(doc.Decode(&f)...)}
	if f.Version != 1 {
		r.fault("/version", "begin with \"version: 1\"", "the version of this file must be 1")
	}
	switch {
	case f.Extends == starterName && len(o.list) == 0:
		var more []bylaw.Problem
		o, more = Starter()
		r.faults = append(r.faults, more...)
	case f.Extends != "" && f.Extends != starterName:
		r.fault("/extends", "write \"extends: starter\" or remove it", "there is no list %q to extend", f.Extends)
	}
	r.read(o, f.Organizations)
	return r.out, r.faults
}

type organizationsReader struct {
	file   string
	doc    *document.Document
	out    Organizations
	faults []bylaw.Problem
}

func (r *organizationsReader) fault(pointer, fix, format string, args ...any) {
	r.faults = append(r.faults, bylaw.Problem{File: r.file, Line: r.doc.Line(pointer), Msg: fmt.Sprintf(format, args...), Fix: fix})
}

// read puts what stays of the base and then the entries into out; the entries claim first.
func (r *organizationsReader) read(base Organizations, entries []Organization) {
	own := map[string]int{} // id -> index in entries
	for i := range entries {
		entries[i].File, entries[i].Line = r.file, r.doc.Line(entryPointer(i))
		if r.sound(entries[i], i, own) {
			own[entries[i].ID] = i
		}
	}
	r.out = Organizations{byID: map[string]int{}, byName: map[string]string{}, byGitHub: map[string]string{}, byDomain: map[string]string{}}
	for _, org := range base.list {
		if _, replaced := own[org.ID]; !replaced {
			r.out.add(org)
		}
	}
	r.out.inherits = len(r.out.list)
	for i := range entries {
		if j, ok := own[entries[i].ID]; ok && i == j {
			r.claimAll(&entries[i], i)
			r.out.add(entries[i])
		}
	}
	inherit(r.out.byName, base.byName, own)
	inherit(r.out.byGitHub, base.byGitHub, own)
	inherit(r.out.byDomain, base.byDomain, own)
	r.out.connect()
	r.relations(entries, own)
}

func entryPointer(i int) string { return fmt.Sprintf("/organizations/%d", i) }

// sound reports whether the entry has an id of its own.
func (r *organizationsReader) sound(org Organization, i int, own map[string]int) bool {
	at := entryPointer(i)
	_, twice := own[org.ID]
	switch {
	case !idPattern.MatchString(org.ID):
		r.fault(at, "use lower-case letters, digits and hyphens", "%q cannot be the id of an organization", org.ID)
	case twice:
		r.fault(at, "put everything into one entry", "the organization %q stands here a second time", org.ID)
	default:
		return true
	}
	return false
}

func (o *Organizations) add(org Organization) {
	o.byID[org.ID] = len(o.list)
	o.list = append(o.list, org)
}

// inherit copies what the base claims, but for ids that are replaced and what the file claims itself.
func inherit(to, base map[string]string, own map[string]int) {
	for spelling, id := range maps.All(base) {
		_, replaced := own[id]
		if _, taken := to[spelling]; !replaced && !taken {
			to[spelling] = id
		}
	}
}

func (r *organizationsReader) claimAll(org *Organization, i int) {
	at := entryPointer(i)
	org.Name = cmp.Or(org.Name, org.ID)
	r.claimName(at, org.ID, org.ID)
	if org.Name != org.ID {
		r.claimName(at+"/name", org.ID, org.Name)
	}
	for j, alias := range org.Aliases {
		r.claimName(fmt.Sprintf("%s/aliases/%d", at, j), org.ID, alias)
	}
	for j, login := range org.GitHubOrgs {
		pointer := fmt.Sprintf("%s/github_orgs/%d", at, j)
		if !githubOrgPattern.MatchString(login) {
			r.fault(pointer, "write it as in github.com/acme: acme", "%q is not the name of an organization on GitHub", login)
			continue
		}
		r.claim(r.out.byGitHub, pointer, strings.ToLower(login), org.ID, login)
	}
	for j, domain := range org.Domains {
		pointer := fmt.Sprintf("%s/domains/%d", at, j)
		switch lower := strings.ToLower(domain); {
		case !domainPattern.MatchString(domain):
			r.fault(pointer, "write it as in acme.example", "%q is not the domain of an e-mail address", domain)
		case anybodys[lower]:
			r.fault(pointer, "remove it", "anybody can have an address at %s", lower)
		default:
			r.claim(r.out.byDomain, pointer, lower, org.ID, domain)
		}
	}
	for j, label := range org.Labels {
		if !labelPattern.MatchString(label) {
			r.fault(fmt.Sprintf("%s/labels/%d", at, j), "use lower-case letters, digits and hyphens, as in partner", "%q cannot be a label", label)
		}
	}
}

var (
	githubOrgPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}$`)
	domainPattern    = regexp.MustCompile(`^[^@/\s.]+(\.[^@/\s.]+)+$`)
	labelPattern     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
)

func (r *organizationsReader) claimName(pointer, id, word string) {
	k := key(word)
	switch {
	case k == "":
		r.fault(pointer, "", "%q has no letter or digit", word)
	case Classify(word) != bylaw.AffiliationEmployer:
		r.fault(pointer, "remove it; rosters may use the word as it is", "%q says that somebody is %s, so it cannot name an organization", word, Classify(word))
	default:
		r.claim(r.out.byName, pointer, k, id, word)
	}
}

func (r *organizationsReader) claim(names map[string]string, pointer, spelling, id, word string) {
	if owner, taken := names[spelling]; taken && owner != id {
		r.fault(pointer, "one spelling can only mean one organization", "%q already means %s", word, owner)
		return
	}
	names[spelling] = id
}
