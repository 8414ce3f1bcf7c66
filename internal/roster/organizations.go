package roster

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Organizations are the employers that a community has written down, with their spellings. The zero
// value knows none, and then every spelling is an organization of its own.
type Organizations struct {
	list     []Organization
	byName   map[string]string // normalized id, name or alias -> id
	byDomain map[string]string
}

// Organization is one employer.
type Organization struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
	Domains []string `json:"domains"` // of e-mail addresses
}

type organizationsFile struct {
	Version       int            `json:"version"`
	Organizations []Organization `json:"organizations"`
}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// ReadOrganizations reads an organizations.yml. A name, alias or domain that stands twice is a
// problem, because it would be left to chance which organization is meant.
func ReadOrganizations(file string, data []byte) (Organizations, []bylaw.Problem) {
	o := Organizations{byName: map[string]string{}, byDomain: map[string]string{}}
	doc, faults := readYAML(file, data)
	if faults != nil {
		return o, faults
	}
	var f organizationsFile
	faults = problems(doc.Decode(&f)...)
	fault := func(pointer, fix, format string, args ...any) {
		faults = append(faults, bylaw.Problem{File: file, Line: doc.Line(pointer), Msg: fmt.Sprintf(format, args...), Fix: fix})
	}
	if f.Version != 1 {
		fault("/version", "begin with \"version: 1\"", "the version of this file must be 1")
	}
	claim := func(names map[string]string, pointer, key, id, word string) {
		switch owner, taken := names[key]; {
		case key == "":
			fault(pointer, "", "%q has no letter or digit", word)
		case taken && owner != id:
			fault(pointer, "one spelling can only mean one organization", "%q already means %s", word, owner)
		default:
			names[key] = id
		}
	}
	for i, org := range f.Organizations {
		at := fmt.Sprintf("/organizations/%d", i)
		if !idPattern.MatchString(org.ID) {
			fault(at, "use lower-case letters, digits and hyphens", "%q cannot be the id of an organization", org.ID)
			continue
		}
		if slices.ContainsFunc(o.list, func(other Organization) bool { return other.ID == org.ID }) {
			fault(at, "put everything into one entry", "the organization %q stands here a second time", org.ID)
			continue
		}
		org.Name = cmp.Or(org.Name, org.ID)
		o.list = append(o.list, org)
		claim(o.byName, at, key(org.ID), org.ID, org.ID)
		claim(o.byName, at+"/name", key(org.Name), org.ID, org.Name)
		for j, alias := range org.Aliases {
			claim(o.byName, fmt.Sprintf("%s/aliases/%d", at, j), key(alias), org.ID, alias)
		}
		for j, domain := range org.Domains {
			pointer := fmt.Sprintf("%s/domains/%d", at, j)
			if strings.ContainsAny(domain, "@/ ") || !strings.Contains(domain, ".") {
				fault(pointer, "write it as in acme.example", "%q is not the domain of an e-mail address", domain)
				continue
			}
			claim(o.byDomain, pointer, strings.ToLower(domain), org.ID, domain)
		}
	}
	return o, faults
}

// Of returns the organization that a name means: the one that claims the spelling, or else an
// organization of its own, known by that spelling alone. Spellings are compared by their letters and
// digits without regard to case, and without endings such as "Inc."; never by a part of them.
func (o Organizations) Of(name string) bylaw.Organization {
	k := key(name)
	if id, ok := o.byName[k]; ok {
		return o.named(id)
	}
	return bylaw.Organization{ID: "~" + k, Name: name} // "~" keeps it apart from every id
}

// OfDomain returns the organization that owns an e-mail domain, or a domain above it.
func (o Organizations) OfDomain(domain string) (bylaw.Organization, bool) {
	for domain = strings.ToLower(domain); domain != ""; {
		if id, ok := o.byDomain[domain]; ok {
			return o.named(id), true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return bylaw.Organization{}, false
}

func (o Organizations) named(id string) bylaw.Organization {
	i := slices.IndexFunc(o.list, func(org Organization) bool { return org.ID == id })
	return bylaw.Organization{ID: id, Name: o.list[i].Name}
}

// suffixes are endings of company names that say nothing about which company it is.
var suffixes = []string{"inc", "incorporated", "ltd", "limited", "llc", "gmbh", "corp", "corporation", "co", "company", "sa", "ag", "bv", "plc", "srl", "oy", "ab"}

// key is the form in which spellings are compared.
func key(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for len(words) > 1 && slices.Contains(suffixes, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, "")
}
