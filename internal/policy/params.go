package policy

import (
	"fmt"
	"iter"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Params is the JSON schema of a policy's parameters: the small part of JSON schema that a person
// who writes bylaw.yml can be told about in one sentence.
type Params map[string]any

var schemaKeywords = []string{"type", "description", "default", "enum", "properties", "additionalProperties", "items", "minimum", "maximum", "minItems", "format"}

// The formats of a text.
const (
	formatPattern = "pattern" // compared with paths of files
	formatTeam    = "team"    // names a team of the organization; empty for none
)

// teamName is a team as addresses on GitHub write it.
var teamName = regexp.MustCompile(`^[a-z0-9_][a-z0-9_-]*$`)

var schemaTypes = []string{"object", "array", "string", "integer", "number", "boolean"}

// checkSchema yields what a schema has that Params does not understand, by JSON pointer.
func checkSchema(schema map[string]any) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) { walkSchema("", schema, yield) }
}

func walkSchema(at string, schema map[string]any, yield func(string, string) bool) bool {
	for _, key := range slices.Sorted(maps.Keys(schema)) {
		if !slices.Contains(schemaKeywords, key) && !yield(at+"/"+key, fmt.Sprintf("a parameter's schema has no key %q (%s)", key, didYouMean(key, schemaKeywords))) {
			return false
		}
	}
	if name, _ := schema["type"].(string); !slices.Contains(schemaTypes, name) && !yield(at, "a parameter needs a type: "+strings.Join(schemaTypes, ", ")) {
		return false
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		sub, ok := properties[name].(map[string]any)
		if !ok {
			if !yield(at+"/properties/"+name, fmt.Sprintf("the parameter %s must be described by keys, such as {type: string, default: x}", name)) {
				return false
			}
			continue
		}
		// Without a value a rule that asks for it would be undefined, and that could be taken for "does not apply".
		if _, nested := sub["properties"]; !nested && sub["default"] == nil && !yield(at+"/properties/"+name, fmt.Sprintf("the parameter %s has no default", name)) {
			return false
		}
		if !walkSchema(at+"/properties/"+name, sub, yield) {
			return false
		}
	}
	if enum, given := schema["enum"]; given {
		if _, ok := enum.([]any); !ok && !yield(at+"/enum", "enum must be a list") {
			return false
		}
	}
	if value, given := schema["default"]; given {
		for _, f := range checkValue(at, schema, value) {
			if !yield(at+"/default", "the default is wrong: "+f.Msg) {
				return false
			}
		}
	}
	if format, given := schema["format"]; given {
		if format != formatPattern && format != formatTeam && !yield(at+"/format", fmt.Sprintf("a format is %q, a pattern for paths, or %q, a team of the organization", formatPattern, formatTeam)) {
			return false
		}
		if schema["type"] != "string" && !yield(at+"/format", "only text has a format") {
			return false
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if sub, ok := schema[key].(map[string]any); ok && !walkSchema(at+"/"+key, sub, yield) {
			return false
		}
	}
	return true
}

// Defaults returns the parameters with the values that the schema gives them, objects included.
func (p Params) Defaults() map[string]any {
	out, _ := defaultOf(p).(map[string]any)
	return out
}

func defaultOf(schema map[string]any) any {
	properties, ok := schema["properties"].(map[string]any)
	if !ok {
		return schema["default"]
	}
	out := map[string]any{}
	for name, sub := range properties {
		if sub, ok := sub.(map[string]any); ok {
			if value := defaultOf(sub); value != nil {
				out[name] = value
			}
		}
	}
	if own, ok := schema["default"].(map[string]any); ok {
		maps.Copy(out, own)
	}
	return out
}

// Merge lays the parameters of a repository over those below it. Objects are merged key by key;
// everything else, lists included, is replaced.
func Merge(below, above map[string]any) map[string]any {
	out := maps.Clone(below)
	if out == nil {
		out = map[string]any{}
	}
	for key, value := range above {
		lower, isObject := out[key].(map[string]any)
		upper, overObject := value.(map[string]any)
		if isObject && overObject {
			value = Merge(lower, upper)
		}
		out[key] = value
	}
	return out
}

// Fault is one thing that is wrong with a value, by JSON pointer.
type Fault struct {
	Pointer, Msg, Fix string
}

// Check returns what is wrong with a value under the schema, in the order of keys.
func (p Params) Check(value any) []Fault { return checkValue("", p, value) }

func checkValue(at string, schema map[string]any, value any) []Fault {
	kind, _ := schema["type"].(string)
	name := strings.ReplaceAll(strings.TrimPrefix(at, "/"), "/", ".")
	if !hasType(kind, value) {
		return []Fault{{at, fmt.Sprintf("%s must be %s, not %s", name, typeName(kind), describe(value)), ""}}
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		words := make([]string, len(enum))
		for i, e := range enum {
			words[i] = fmt.Sprint(e)
		}
		fix := didYouMean(fmt.Sprint(value), words)
		return []Fault{{at, fmt.Sprintf("%s cannot be %s", name, describe(value)), strings.Replace(fix, "it can have", "it can be", 1)}}
	}
	var faults []Fault
	if text, ok := value.(string); ok && schema["format"] == formatPattern {
		if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "./") || strings.HasSuffix(text, "/") || slices.Contains(strings.Split(text, "/"), "..") || !doublestar.ValidatePattern(text) {
			faults = append(faults, Fault{at, fmt.Sprintf("%q can never match a file", text), "write it from the top of the repository without \"/\" at either end, such as core/**"})
		}
	}
	if text, ok := value.(string); ok && schema["format"] == formatTeam && text != "" && !teamName.MatchString(text) {
		faults = append(faults, Fault{at, fmt.Sprintf("%q is not the name of a team", text), "write it as the address of the team's page does, without the organization, such as core-reviewers"})
	}
	if n, ok := number(value); ok {
		if low, ok := number(schema["minimum"]); ok && n < low {
			faults = append(faults, Fault{at, fmt.Sprintf("%s must be at least %v", name, schema["minimum"]), ""})
		}
		if high, ok := number(schema["maximum"]); ok && n > high {
			faults = append(faults, Fault{at, fmt.Sprintf("%s must be at most %v", name, schema["maximum"]), ""})
		}
	}
	switch value := value.(type) {
	case []any:
		if low, ok := number(schema["minItems"]); ok && float64(len(value)) < low {
			faults = append(faults, Fault{at, fmt.Sprintf("%s needs at least %v entries", name, schema["minItems"]), ""})
		}
		items, _ := schema["items"].(map[string]any)
		for i, item := range value {
			if items != nil {
				faults = append(faults, checkValue(at+"/"+strconv.Itoa(i), items, item)...)
			}
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		other, open := schema["additionalProperties"].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			sub, known := properties[key].(map[string]any)
			switch {
			case known:
				faults = append(faults, checkValue(at+"/"+key, sub, value[key])...)
			case open:
				faults = append(faults, checkValue(at+"/"+key, other, value[key])...)
			default:
				faults = append(faults, Fault{at + "/" + key, fmt.Sprintf("there is no parameter %q", key), didYouMean(key, slices.Sorted(maps.Keys(properties)))})
			}
		}
	}
	return faults
}

// TeamParam is a value of a parameter that names a team.
type TeamParam struct {
	Pointer, Team string
}

// Teams returns the teams that a value of the parameters names, in the order of keys.
func (p Params) Teams(value any) []TeamParam {
	return teamsIn("", p, value)
}

// schemaUnder is the schema of what stands under a key; nil when there is none.
func schemaUnder(schema map[string]any, key string) map[string]any {
	properties, _ := schema["properties"].(map[string]any)
	if sub, known := properties[key].(map[string]any); known {
		return sub
	}
	other, _ := schema["additionalProperties"].(map[string]any)
	return other
}

func teamsIn(at string, schema map[string]any, value any) []TeamParam {
	var teams []TeamParam
	switch value := value.(type) {
	case string:
		if schema["format"] == formatTeam && value != "" {
			teams = append(teams, TeamParam{at, value})
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, item := range value {
			teams = append(teams, teamsIn(at+"/"+strconv.Itoa(i), items, item)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			teams = append(teams, teamsIn(at+"/"+key, schemaUnder(schema, key), value[key])...)
		}
	}
	return teams
}

func hasType(kind string, value any) bool {
	switch value := value.(type) {
	case nil:
		return false
	case map[string]any:
		return kind == "object"
	case []any:
		return kind == "array"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && value == math.Trunc(value)
	default:
		_, ok := number(value)
		return ok && (kind == "number" || kind == "integer")
	}
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case int:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func typeName(kind string) string {
	return map[string]string{
		"object": "keys with values", "array": "a list", "string": "text",
		"integer": "a whole number", "number": "a number", "boolean": "true or false",
	}[kind]
}

func describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "keys with values"
	case []any:
		return "a list"
	case string:
		return strconv.Quote(value)
	default:
		return fmt.Sprint(value)
	}
}
