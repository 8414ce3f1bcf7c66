package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// InputSchema is the JSON schema of a policy's input, made from the Go types of a snapshot. Every
// fact is required and nothing else is allowed, so that a misspelt fact does not compile. The shipped
// policies/input.schema.json is this text.
func InputSchema() []byte {
	root := schemaOf(reflect.TypeFor[bylaw.Snapshot]())
	properties := root["properties"].(object)
	properties["params"] = object{"description": "The policy's parameters, as METADATA describes them."}
	root["required"] = append(root["required"].([]string), "params")
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Input of a Bylaw policy"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(fmt.Sprintf("the schema of our own types does not marshal: %v", err))
	}
	return b.Bytes()
}

type object = map[string]any

func schemaOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[bylaw.Time]():
		return object{"type": "string"}
	case t.Kind() == reflect.Struct:
		properties := object{}
		required := []string{}
		for f := range t.Fields() {
			name := f.Tag.Get("json")
			s := schemaOf(f.Type)
			if doc := f.Tag.Get("doc"); doc != "" {
				s["description"] = doc
			}
			if enum := f.Tag.Get("enum"); enum != "" {
				s["enum"] = strings.Split(enum, ",")
			}
			properties[name] = s
			required = append(required, name)
		}
		return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return object{"type": "integer"}
	case t.Kind() == reflect.Interface:
		return object{}
	}
	panic(fmt.Sprintf("no JSON schema for %v", t)) // a fact of a new kind: say here what it is in JSON
}
