package roster

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// structured finds people in YAML, TOML or JSON: mappings that give a login, wherever they stand. The
// list that they stand in is their role; what holds that list, and has a name, is what the role is for.
type structured struct {
	*reading
	doc       *document.Document
	loginKeys []string // by letters

	keyed string // the mapping of this name has logins, or names of people, as its keys
	bare  bool   // lists may hold logins, without more
	found []Person
	named map[string]string // login by the key of a person in the mapping keyed
}

// generalKeys are names of lists and mappings that are no role.
var generalKeys = map[string]bool{"people": true, "leadership": true, "teams": true, "members": true, "subprojects": true, "project": true, "repository": true, "": true}

var (
	companyKeys = []string{"company", "affiliation", "organization", "organisation", "employer", "org"}
	nameKeys    = []string{"name", "fullname"}
	mailKeys    = []string{"email", "mail"}
	rolesKeys   = []string{"role", "roles", "title", "position"}
)

// walk looks for people in a value at a pointer. role and of are of the lists around it.
func (s *structured) walk(value any, at, role, of string) {
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			at := fmt.Sprintf("%s/%d", at, i)
			if text, ok := item.(string); ok {
				s.listed(text, at, role, of)
				continue
			}
			s.walk(item, at, role, of)
		}
	case map[string]any:
		if login, ok := text(v, s.loginKeys); ok && login != "" {
			s.person(v, login, at, role, of)
			return
		}
		if dir, ok := text(v, []string{"dir", "name"}); ok && at != "" {
			if of != "" {
				dir = of + "/" + dir
			}
			of = dir
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at, role := at+"/"+escape(key), role
			if s.keyed != "" && letters(key) == s.keyed {
				s.mapping(v[key], at, role, of)
				continue
			}
			if !generalKeys[letters(key)] {
				role = singular(key)
			}
			s.walk(v[key], at, role, of)
		}
	}
}

// mapping reads people who stand by a key of their own.
func (s *structured) mapping(value any, at, role, of string) {
	people, ok := value.(map[string]any)
	if !ok {
		s.walk(value, at, role, of)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(people)) {
		at := at + "/" + escape(key)
		v, _ := people[key].(map[string]any)
		login, ok := text(v, s.loginKeys)
		if !ok {
			login = key
		}
		if s.named == nil {
			s.named = map[string]string{}
		}
		if login = s.person(v, login, at, "", ""); login != "" {
			s.named[key] = login
		}
	}
}

// peopleKey is a key above a list of logins, as projects call them.
var peopleKey = regexp.MustCompile(`(?i)maintainer|owner|reviewer|approver|committer|lead|chair|member|emerit|team|people|admin|triager|alumni|contributor`)

// listed reads a login in a list.
func (s *structured) listed(word, at, role, of string) {
	line := s.doc.Line(at)
	if !s.bare || role == "" || !peopleKey.MatchString(at) {
		return
	}
	if login := s.login(strings.TrimPrefix(word, "github:"), line); login != "" {
		s.found = append(s.found, Person{Login: login, Line: line, Roles: roleOf(role, of)})
	}
}

// person reads somebody, and returns the login, or "" if there is none.
func (s *structured) person(v map[string]any, login, at, role, of string) string {
	line := s.doc.Line(at)
	p := Person{Login: s.login(login, line), Line: line}
	if p.Login == "" {
		return ""
	}
	if projects := list(v, []string{"projects", "project"}); len(projects) > 0 && of == "" {
		for _, project := range projects {
			p.Roles = append(p.Roles, roleOf(role, project)...)
		}
	} else {
		p.Roles = roleOf(role, of)
	}
	for _, more := range list(v, rolesKeys) {
		p.Roles = union(p.Roles, roleOf(more, of))
	}
	if name, ok := text(v, nameKeys); ok {
		p.Name = s.visible(name, line)
	}
	if mail, ok := text(v, mailKeys); ok {
		p.Domains = domains(mail)
	}
	if company, ok := text(v, companyKeys); ok {
		p.Affiliations = s.employers(company, line, SourceRoster)
	}
	s.found = append(s.found, p)
	return p.Login
}

// text returns the text at the first of the keys, which are compared by their letters.
func text(m map[string]any, keys []string) (string, bool) {
	value, _ := member(m, keys).(string)
	return value, value != ""
}

// list returns the texts at the first of the keys: one, or several.
func list(m map[string]any, keys []string) []string {
	value := member(m, keys)
	if one, ok := value.(string); ok {
		return []string{one}
	}
	items, _ := value.([]any)
	var out []string
	for _, item := range items {
		if t, ok := item.(string); ok {
			out = append(out, t)
		}
	}
	return out
}

// member returns what stands at the first of the keys, and of keys with the same letters at the first in
// order of the alphabet; nil if there is none.
func member(m map[string]any, keys []string) any {
	byLetters := make(map[string]string, len(m))
	for key := range m {
		l := letters(key)
		if first, ok := byLetters[l]; !ok || key < first {
			byLetters[l] = key
		}
	}
	for _, want := range keys {
		if key, ok := byLetters[want]; ok {
			return m[key]
		}
	}
	return nil
}

// singular is the role of one of a list: "tech_leads" makes "tech lead".
func singular(key string) string {
	words := strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(key))
	if strings.HasSuffix(words, "ss") || strings.HasSuffix(words, "us") {
		return words
	}
	return strings.TrimSuffix(words, "s")
}
