package roster

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/document"
)

// TestSchemaAcceptsWhatReadingAccepts holds the schema for editors to the reader, in all that can be seen
// from one value alone.
func TestSchemaAcceptsWhatReadingAccepts(t *testing.T) {
	t.Parallel()
	var schema map[string]any
	if err := json.Unmarshal(OrganizationsSchema, &schema); err != nil {
		t.Fatal(err)
	}
	entry := func(text string) string {
		return "version: 1\norganizations:\n  - id: globex\n  - id: acme\n" + text
	}
	relation := func(text string) string { return entry("    relations: [{to: globex, " + text + "}]\n") }
	for text, want := range map[string]bool{
		string(starter):                                       true,
		"version: 1\n":                                        true,
		"version: 1\nextends: starter\n":                      true,
		"version: 1\nextends: all\n":                          false,
		"version: 1\nextends: 1\n":                            false,
		"version: 2\n":                                        false,
		"version: \"1\"\n":                                    false,
		"organizations: []\n":                                 false,
		"version: 1\norganizations: {}\n":                     false,
		"version: 1\norganizations:\n":                        false,
		"version: 1\nowner: alice\n":                          false,
		"version: 1\norganizations: [{name: Acme}]\n":         false,
		"version: 1\norganizations: [{id: Acme}]\n":           false,
		"version: 1\norganizations: [{id: a b}]\n":            false,
		"version: 1\norganizations: [{id: 3}]\n":              false,
		entry("    name: Acme, Inc.\n"):                       true,
		entry("    name: 阿里云\n"):                              true,
		entry("    aliases: Acme Inc\n"):                      false,
		entry("    aliases: [Acme Inc, AC]\n"):                true,
		entry("    aliases: [\"\"]\n"):                        false,
		entry("    aliases:\n"):                               false,
		entry("    aliases: []\n"):                            true,
		entry("    github_orgs: [acme, Acme-Labs]\n"):         true,
		entry("    github_orgs: [\"@acme\"]\n"):               false,
		entry("    github_orgs: [github.com/acme]\n"):         false,
		entry("    domains: [acme.example, a.b.c.example]\n"): true,
		entry("    domains: [acme]\n"):                        false,
		entry("    domains: [bob@acme.example]\n"):            false,
		entry("    domains: [\"*.acme.example/\"]\n"):         false,
		entry("    parents: []\n"):                            false,
		relation("relation: acquired"):                        true,
		relation("relation: renamed, from: 2020-01-01"):       true,
		relation("relation: renamed, until: 2020-01-01"):      false,
		relation("relation: subsidiary, until: 2020-01-01"):   true,
		relation("relation: division, from: 2020-02-30"):      false,
		relation("relation: pays-for, from: 2020-1-1"):        false,
		relation("relation: pays-for, from: January"):         false,
		relation("relation: pays-for, from:"):                 false,
		relation("relation: owns"):                            false,
		relation("from: 2020-01-01"):                          false,
		relation("relation: acquired, note: hello"):           false,
		entry("    relations: [{relation: acquired}]\n"):      false,
		entry("    relations: [globex]\n"):                    false,
		entry("    labels: [partner, top-10]\n"):              true,
		entry("    labels: partner\n"):                        false,
		entry("    labels: [Partner]\n"):                      false,
		entry("    labels: [a partner]\n"):                    false,
	} {
		doc, problem := document.Read("organizations.yml", document.YAML, []byte(text))
		if problem != nil {
			t.Fatalf("%v:\n%s", problem, text)
		}
		if got := (judge{t, schema}).accepts(schema, doc.Value); got != want {
			t.Errorf("the schema says %t, want %t, of\n%s", got, want, text)
		}
		if _, faults := ReadOrganizations("organizations.yml", []byte(text)); (len(faults) == 0) != want {
			t.Errorf("reading says %v, want %t, of\n%s", faults, want, text)
		}
	}
}

// judge reads the part of JSON Schema that the schema uses, and fails on any other keyword. A library
// would do, but each weighs on every fuzz test of this package, whose coverage it becomes part of.
type judge struct {
	t    *testing.T
	root map[string]any
}

func (j judge) accepts(schema map[string]any, value any) bool {
	for keyword, want := range schema {
		if !j.keyword(schema, keyword, want, value) {
			return false
		}
	}
	return true
}

func (j judge) keyword(schema map[string]any, keyword string, want, value any) bool {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	text, isText := value.(string)
	switch keyword {
	case "$schema", "title", "description", "definitions", "then":
		return true
	case "$ref":
		name := strings.TrimPrefix(want.(string), "#/definitions/")
		return j.accepts(j.root["definitions"].(map[string]any)[name].(map[string]any), value)
	case "type":
		return map[string]bool{"object": isObject, "array": isList, "string": isText}[want.(string)]
	case "const":
		return equal(want, value)
	case "enum":
		return slices.ContainsFunc(want.([]any), func(one any) bool { return equal(one, value) })
	case "required":
		return !isObject || !slices.ContainsFunc(want.([]any), func(key any) bool { _, ok := object[key.(string)]; return !ok })
	case "additionalProperties":
		for key := range object {
			if _, ok := schema["properties"].(map[string]any)[key]; !ok && want == false {
				return false
			}
		}
		return true
	case "properties":
		for key, inner := range want.(map[string]any) {
			if member, ok := object[key]; ok && !j.accepts(inner.(map[string]any), member) {
				return false
			}
		}
		return true
	case "items":
		return !slices.ContainsFunc(list, func(item any) bool { return !j.accepts(want.(map[string]any), item) })
	case "minLength":
		return !isText || float64(utf8.RuneCountInString(text)) >= want.(float64)
	case "pattern":
		return !isText || regexp.MustCompile(want.(string)).MatchString(text)
	case "format":
		_, err := time.Parse(time.DateOnly, text)
		return want == "date" && (!isText || err == nil)
	case "if":
		return !j.accepts(want.(map[string]any), value) || j.accepts(schema["then"].(map[string]any), value)
	case "not":
		return !j.accepts(want.(map[string]any), value)
	}
	j.t.Fatalf("the schema has a keyword that this test does not know: %s", keyword)
	return false
}

// equal compares as JSON does, to which 1 and 1.0 are the same.
func equal(want, value any) bool {
	if n, ok := value.(int64); ok {
		value = float64(n)
	}
	return reflect.DeepEqual(want, value)
}
