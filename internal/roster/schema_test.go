package roster

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/document"
)

// TestEditorsAcceptWhatReadingAccepts holds the schema of affiliations.yml to its reader, in all that can
// be seen from one value alone.
func TestEditorsAcceptWhatReadingAccepts(t *testing.T) {
	t.Parallel()
	var schema map[string]any
	if err := json.Unmarshal(AffiliationsSchema, &schema); err != nil {
		t.Fatal(err)
	}
	person := func(text string) string { return "version: 1\npeople:\n  - github: alice\n" + text }
	row := func(text string) string { return person("    affiliations: [{organization: Acme, " + text + "}]\n") }
	for text, want := range map[string]bool{
		"version: 1\n":                                 true,
		"version: 1\npeople: []\n":                     true,
		"version: 1\npeople: {}\n":                     false,
		"version: 1\npeople:\n":                        false,
		"version: 2\n":                                 false,
		"version: \"1\"\n":                             false,
		"people: []\n":                                 false,
		"version: 1\nowner: alice\n":                   false,
		"version: 1\npeople: [alice]\n":                false,
		"version: 1\npeople: [{id: 1}]\n":              false,
		"version: 1\npeople: [{github: \"@alice\"}]\n": false,
		"version: 1\npeople: [{github: a_b}]\n":        false,
		"version: 1\npeople: [{github: alice_acme}]\n": true,
		"version: 1\npeople: [{github: a-}]\n":         true,
		"version: 1\npeople: [{github: \"a[bot]\"}]\n": true,
		"version: 1\npeople: [{github: a b}]\n":        false,
		"version: 1\npeople: [{github: 7}]\n":          false,
		"version: 1\npeople: [{github: \"007\"}]\n":    true,
		person(""):                                                  true,
		person("    id: 1\n"):                                       true,
		person("    id: one\n"):                                     false,
		person("    id: 1.5\n"):                                     false,
		person("    name: Alice\n"):                                 true,
		person("    review_after: 2027-01-31\n"):                    true,
		person("    review_after: soon\n"):                          false,
		person("    away_until: 2026-09-01\n"):                      true,
		person("    away_until: 2026-09-31\n"):                      false,
		person("    name: 1\n"):                                     false,
		person("    roles: [maintainer, lead]\n"):                   true,
		person("    roles: maintainer\n"):                           false,
		person("    roles: [1]\n"):                                  false,
		person("    employer: Acme\n"):                              false,
		person("    affiliations: Acme\n"):                          false,
		person("    affiliations: []\n"):                            true,
		person("    affiliations: [{}]\n"):                          false,
		person("    affiliations: [Acme]\n"):                        false,
		person("    affiliations: [{organization: \" \"}]\n"):       false,
		person("    affiliations: [{organization: independent}]\n"): true,
		row("from: 2020-01-01"):                                     true,
		row("from: 2020-01-01, until: 2021-01-01"):                  true,
		row("from: 2020-1-1"):                                       false,
		row("from: 2020-02-30"):                                     false,
		row("from: 2020"):                                           false,
		row("until:"):                                               false,
		row("note: hello"):                                          false,
	} {
		doc, err := document.Read("affiliations.yml", document.YAML, []byte(text))
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		if got := fits(t, schema, doc.Value); got != want {
			t.Errorf("the schema says %t, want %t, of\n%s", got, want, text)
		}
		if _, stops := Read("affiliations.yml", "", []byte(text)); (len(stops) == 0) != want {
			t.Errorf("reading says %v, want %t, of\n%s", stops, want, text)
		}
	}
}

// fits reads the part of JSON Schema that the schema uses, and fails on any other keyword.
func fits(t *testing.T, schema map[string]any, value any) bool {
	t.Helper()
	object, _ := value.(map[string]any)
	list, _ := value.([]any)
	text, isText := value.(string)
	properties, _ := schema["properties"].(map[string]any)
	for keyword, want := range schema {
		ok := true
		switch keyword {
		case "$schema", "title", "description":
		case "type":
			_, isInteger := value.(int64)
			ok = map[string]bool{"object": object != nil, "array": list != nil, "string": isText, "integer": isInteger}[want.(string)]
		case "const":
			number, isInteger := value.(int64)
			ok = isInteger && float64(number) == want
		case "required":
			ok = !slices.ContainsFunc(want.([]any), func(key any) bool { _, stands := object[key.(string)]; return !stands })
		case "additionalProperties":
			for key := range object {
				ok = ok && properties[key] != nil
			}
		case "properties":
			for key, member := range object {
				if inner, known := properties[key]; known {
					ok = ok && fits(t, inner.(map[string]any), member)
				}
			}
		case "items":
			ok = !slices.ContainsFunc(list, func(item any) bool { return !fits(t, want.(map[string]any), item) })
		case "pattern":
			ok = regexp.MustCompile(want.(string)).MatchString(text)
		case "format":
			_, err := time.Parse(time.DateOnly, text)
			ok = err == nil
		default:
			t.Fatalf("the schema uses %q, which this test does not know", keyword)
		}
		if !ok {
			return false
		}
	}
	return true
}
