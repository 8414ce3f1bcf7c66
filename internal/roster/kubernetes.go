package roster

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// Kubernetes' files: OWNERS in every folder, OWNERS_ALIASES at the top, and sigs.yaml.
// https://www.kubernetes.dev/docs/guide/owners/

var ownersKeys = regexp.MustCompile(`(?m)^(?:approvers|reviewers|filters|labels|options|emeritus_approvers)\s*:`)

func isOwners(file string, data []byte) bool { return named(file, "owners") && ownersKeys.Match(data) }

func isOwnersAliases(file string, _ []byte) bool { return named(file, "owners_aliases") }

func isSigs(file string, _ []byte) bool { return named(file, "sigs.yaml", "sigs.yml") }

// ownersRoles are the lists of an OWNERS file.
var ownersRoles = map[string]string{
	"approvers": "approver", "reviewers": "reviewer", "required_reviewers": "required reviewer",
	"emeritus_approvers": "emeritus approver", "emeritus_reviewers": "emeritus reviewer",
}

// groupName is how aliases are called in practice. An OWNERS file does not tell them from logins, and
// whoever took the login "sig-docs-leads" must not own anything by it.
var groupName = regexp.MustCompile(`(?i)^(?:sig|wg|ug|committee|team)-|-(?:leads|approvers|reviewers|maintainers|owners|admins|team|committers)$`)

func readOwners(r *reading) {
	doc, ok := r.document(document.YAML, document.DefaultLimits(document.YAML))
	if !ok {
		return
	}
	top, ok := doc.Value.(map[string]any)
	if !ok {
		r.stop(1, "owners", "begin with \"approvers:\"", "this is not an OWNERS file")
		return
	}
	o := owners{reading: r, doc: doc}
	o.lists(top, "", "")
	if filters, ok := top["filters"].(map[string]any); ok {
		for _, pattern := range slices.Sorted(maps.Keys(filters)) {
			if m, ok := filters[pattern].(map[string]any); ok {
				o.lists(m, "/filters/"+escape(pattern), pattern)
			}
		}
	}
	r.inOrder(o.found)
}

type owners struct {
	*reading
	doc   *document.Document
	found []Person
}

func (o *owners) lists(m map[string]any, at, of string) {
	for _, key := range slices.Sorted(maps.Keys(ownersRoles)) {
		role := ownersRoles[key]
		list, _ := m[key].([]any)
		for i, item := range list {
			line := o.doc.Line(fmt.Sprintf("%s/%s/%d", at, key, i))
			word, ok := item.(string)
			if !ok {
				o.warn(line, "login", "write the login in quotes", "an owner is no text")
				continue
			}
			if strings.Contains(word, "/") { // a team
				continue
			}
			p := Person{Login: o.login(word, line), Line: line, Roles: roleOf(role, of)}
			if groupName.MatchString(p.Login) {
				p.Group = true
				o.warn(line, "group", "read OWNERS_ALIASES, too", "%q is taken for the name of a group, not for a login", p.Login)
			}
			o.found = append(o.found, p)
		}
	}
}

// inOrder adds people in the order of the file.
func (r *reading) inOrder(people []Person) {
	slices.SortStableFunc(people, func(a, b Person) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(strings.Join(a.Roles, " "), strings.Join(b.Roles, " "))
	})
	for _, p := range people {
		r.add(p)
	}
}

// escape writes a key in an RFC 6901 pointer.
func escape(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

func readOwnersAliases(r *reading) {
	doc, ok := r.document(document.YAML, document.DefaultLimits(document.YAML))
	if !ok {
		return
	}
	top, _ := doc.Value.(map[string]any)
	aliases, ok := top["aliases"].(map[string]any)
	if !ok {
		r.stop(doc.Line("/aliases"), "aliases", "begin with \"aliases:\" and put the groups under it", "the file has no aliases")
		return
	}
	r.groups = map[string][]string{}
	var found []Person
	for _, group := range slices.Sorted(maps.Keys(aliases)) {
		at := "/aliases/" + escape(group)
		list, ok := aliases[group].([]any)
		if !ok {
			r.warn(doc.Line(at), "empty", "list the logins under it", "the group %q has no members", group)
		}
		members := []string{}
		for i, item := range list {
			line := doc.Line(fmt.Sprintf("%s/%d", at, i))
			word, _ := item.(string)
			if login := r.login(word, line); login != "" {
				members = append(members, login)
				found = append(found, Person{Login: login, Line: line, Roles: []string{group}})
			}
		}
		r.groups[strings.ToLower(group)] = members
	}
	r.inOrder(found)
}

// readSigs reads the groups of Kubernetes with their leaders and, of these, the employers.
// https://github.com/kubernetes/community/blob/main/sigs.yaml
func readSigs(r *reading) {
	doc, ok := r.document(document.YAML, document.DefaultLimits(document.YAML))
	if !ok {
		return
	}
	s := &structured{reading: r, doc: doc, loginKeys: []string{"github"}}
	s.walk(doc.Value, "", "", "")
	r.inOrder(s.found)
	r.nobody()
}
