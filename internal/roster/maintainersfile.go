package roster

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// loginKeys are what people call the login in a file of their own making, by letters.
var loginKeys = []string{"github", "githubid", "githublogin", "githubhandle", "githubusername", "login", "username", "handle", "user"}

func isMaintainersYAML(file string, _ []byte) bool {
	format, _ := document.FormatOf(file)
	return format == document.YAML && strings.Contains(strings.ToLower(file), "maintainers")
}

// readMaintainersYAML reads a list of people with whatever keys a project gave it.
func readMaintainersYAML(r *reading) { r.structured(document.YAML, "", "maintainer") }

func isMaintainersTOML(file string, data []byte) bool {
	format, _ := document.FormatOf(file)
	return format == document.TOML || named(file, "maintainers") && bytes.Contains(data, []byte("[people."))
}

// readMaintainersTOML reads the file that Docker's projects keep: [people.NAME] with Name, Email and
// GitHub, and lists of such names under [maintainers].
func readMaintainersTOML(r *reading) { r.structured(document.TOML, "people", "") }

func isPeople(file string, _ []byte) bool { return named(file, "people.yml", "people.yaml") }

// readPeople reads OpenTelemetry's file: teams are lists of logins, and people have their logins as
// keys. Its termEnd is about a seat, not about an employer.
// https://github.com/open-telemetry/community/blob/main/people.yml
func readPeople(r *reading) { r.structured(document.YAML, "people", "") }

// structured reads a file of people. keyed is the mapping in which they stand by a key; role is theirs
// where no list gives them one.
func (r *reading) structured(format document.Format, keyed, role string) {
	doc, ok := r.document(format, document.DefaultLimits(format))
	if !ok {
		return
	}
	s := &structured{reading: r, doc: doc, loginKeys: loginKeys, keyed: keyed, bare: true}
	s.walk(doc.Value, "", role, "")
	for i, p := range s.found { // lists name people by their keys
		if login, ok := s.named[p.Login]; ok && len(p.Roles) > 0 {
			s.found[i].Login = login
		}
	}
	r.inOrder(s.found)
	r.nobody()
}

func isSecurityInsights(file string, _ []byte) bool {
	return named(file, "security-insights.yml", "security-insights.yaml")
}

// readSecurityInsights reads the people of a project as OpenSSF's file names them: in version 2 its
// administrators and core team, with an affiliation and the login in the address "social"; in version
// 1 the logins of the core maintainers.
// https://github.com/ossf/security-insights
func readSecurityInsights(r *reading) {
	doc, ok := r.document(document.YAML, document.DefaultLimits(document.YAML))
	if !ok {
		return
	}
	top, _ := doc.Value.(map[string]any)
	s := &structured{reading: r, doc: doc, loginKeys: []string{"social"}, bare: true}
	for _, place := range [][2]string{{"project", "administrators"}, {"project", "core-team"}, {"repository", "core-team"}, {"project-lifecycle", "core-maintainers"}} {
		section, _ := top[place[0]].(map[string]any)
		list, _ := section[place[1]].([]any)
		at := "/" + place[0] + "/" + place[1]
		for i, item := range list {
			person, ok := item.(map[string]any)
			if _, social := text(person, s.loginKeys); ok && !social {
				r.warn(doc.Line(at+"/"+strconv.Itoa(i)), "no-login", "add \"social: https://github.com/LOGIN\"", "the login is missing")
			}
		}
		s.walk(section[place[1]], at, singular(place[1]), "")
	}
	r.inOrder(s.found)
	r.nobody()
}
