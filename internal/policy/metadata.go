package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Metadata is the METADATA of a policy's package. It is the only description of a policy: its help
// text, its parameters with their defaults, and the check of bylaw.yml come from it.
type Metadata struct {
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Rule        []bylaw.Reference `json:"rule"`       // related_resources: the written rule of a community's own policy, and whose pattern a built-in one follows
	Params      Params            `json:"params"`     // schema of the parameters
	Files       []FilePattern     `json:"files"`      // the files whose content it asks for
	Conclusion  bylaw.Conclusion  `json:"conclusion"` // when not accepted
	Local       bool              `json:"local"`      // whether it can be asked where nobody is known
	Comment     bool              `json:"comment"`    // whether it wants a comment on the pull request
}

// The keys that METADATA of a package can have. OPA ignores others, so that a misspelt key would be
// ignored silently.
var (
	metadataKeys = []string{"title", "description", "related_resources", "schemas", "custom", "scope", "authors", "organizations"}
	customKeys   = []string{"files", "conclusion", "comment", "local"}
)

// readMetadata reads the METADATA block above the package clause of a module. A module without one
// gives found == false.
func readMetadata(m Module) (md Metadata, found bool, problems []bylaw.Problem) {
	block, first, found := metadataBlock(m.Text)
	if !found {
		return md, false, nil
	}
	problem := func(pointer string, doc *document.Document, msg, fix string) {
		line := first
		if doc != nil {
			line += doc.Line(pointer) - 1
		}
		problems = append(problems, bylaw.Problem{File: m.File, Line: line, Msg: msg, Fix: fix})
	}
	doc, err := document.Read(m.File, document.YAML, []byte(block))
	if err != nil {
		var e *document.Error
		if errors.As(err, &e) {
			return md, true, []bylaw.Problem{{File: m.File, Line: first + max(e.Line, 1) - 1, Msg: "METADATA: " + e.Msg, Fix: e.Hint}}
		}
		return md, true, []bylaw.Problem{{File: m.File, Line: first, Msg: "METADATA cannot be read"}}
	}
	fields, ok := doc.Value.(map[string]any)
	if !ok {
		problem("", doc, "METADATA must be a list of keys with values, such as \"# title: ...\"", "")
		return md, true, problems
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(metadataKeys, key) {
			problem("/"+key, doc, fmt.Sprintf("METADATA has no key %q", key), didYouMean(key, metadataKeys))
		}
	}
	text := func(pointer string, value any) string {
		s, ok := value.(string)
		if value != nil && !ok {
			problem(pointer, doc, fmt.Sprintf("%s must be text", strings.TrimPrefix(pointer, "/")), "")
		}
		return strings.TrimSpace(s)
	}
	md.Title = text("/title", fields["title"])
	md.Description = text("/description", fields["description"])
	if md.Title == "" {
		problem("/title", doc, "METADATA has no title", "say the rule in one sentence, such as \"# title: Two maintainers have approved\"")
	}
	if md.Description == "" {
		problem("/description", doc, "METADATA has no description", "say what the rule asks for, and why")
	}
	md.readResources(fields["related_resources"], doc, problem)
	md.readSchemas(fields["schemas"], doc, problem)
	md.readCustom(fields["custom"], doc, problem)
	return md, true, problems
}

type report func(pointer string, doc *document.Document, msg, fix string)

func (md *Metadata) readResources(value any, doc *document.Document, problem report) {
	list, ok := value.([]any)
	if value != nil && !ok {
		problem("/related_resources", doc, "related_resources must be a list", "")
	}
	for i, item := range list {
		at := fmt.Sprintf("/related_resources/%d", i)
		var r bylaw.Reference
		switch item := item.(type) {
		case string:
			r.Ref = item
		case map[string]any:
			r.Ref, _ = item["ref"].(string)
			r.Description, _ = item["description"].(string)
		}
		if !strings.HasPrefix(r.Ref, "https://") {
			problem(at, doc, "a related resource needs a ref that begins with https://", "give the address of the written rule")
			continue
		}
		md.Rule = append(md.Rule, r)
	}
}

func (md *Metadata) readSchemas(value any, doc *document.Document, problem report) {
	list, ok := value.([]any)
	if value != nil && !ok {
		problem("/schemas", doc, "schemas must be a list", "")
	}
	for i, item := range list {
		at := fmt.Sprintf("/schemas/%d", i)
		schemas, _ := item.(map[string]any)
		params, ok := schemas["input.params"].(map[string]any)
		if !ok || len(schemas) != 1 {
			problem(at, doc, "the only schema that a policy gives is that of input.params", "write \"schemas: [{input.params: {type: object, properties: {...}}}]\"")
			continue
		}
		for pointer, msg := range checkSchema(params) {
			problem(at+"/input.params"+pointer, doc, msg, "")
		}
		properties, _ := params["properties"].(map[string]any)
		for _, key := range ownKeys {
			if properties[key] != nil {
				problem(at+"/input.params/properties/"+key, doc, fmt.Sprintf("a parameter cannot be named %s: the key means the same for every policy", key), "give it another name")
			}
		}
		md.Params = params
	}
	if md.Params == nil {
		md.Params = Params{"type": "object", "properties": map[string]any{}, "additionalProperties": false}
	}
}

func (md *Metadata) readCustom(value any, doc *document.Document, problem report) {
	md.Conclusion = bylaw.ActionRequired
	fields, ok := value.(map[string]any)
	if value != nil && !ok {
		problem("/custom", doc, "custom must have keys", "it can have "+strings.Join(customKeys, ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		at := "/custom/" + key
		switch key {
		case "files":
			list, ok := fields[key].([]any)
			for i, item := range list {
				pattern, msg, fix := md.filePattern(item)
				if msg != "" {
					problem(fmt.Sprintf("%s/%d", at, i), doc, msg, fix)
					continue
				}
				md.Files = append(md.Files, pattern)
			}
			if !ok {
				problem(at, doc, "custom.files must be a list of file patterns", filesFix)
			}
		case "conclusion":
			name, _ := fields[key].(string)
			md.Conclusion = bylaw.Conclusion(name)
			if md.Conclusion != bylaw.ActionRequired && md.Conclusion != bylaw.Failure {
				problem(at, doc, fmt.Sprintf("custom.conclusion cannot be %q", name), "use action_required or failure")
			}
		case "comment":
			if md.Comment, ok = fields[key].(bool); !ok {
				problem(at, doc, "custom.comment must be true or false", "")
			}
		case "local":
			if md.Local, ok = fields[key].(bool); !ok {
				problem(at, doc, "custom.local must be true or false", "")
			}
		default:
			problem(at, doc, fmt.Sprintf("custom has no key %q", key), didYouMean(key, customKeys))
		}
	}
}

// metadataBlock finds the METADATA comment above the package clause and returns its YAML and the
// number of its first line.
func metadataBlock(text string) (block string, first int, found bool) {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		switch {
		case found && strings.HasPrefix(line, "#"):
			b.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " ") + "\n")
		case found:
			return b.String(), first, true
		case strings.TrimSpace(strings.TrimPrefix(line, "#")) == "METADATA" && strings.HasPrefix(line, "#"):
			first, found = i+2, true
		case strings.HasPrefix(line, "package "):
			return "", 0, false
		}
	}
	return b.String(), first, found
}

func didYouMean(word string, known []string) string {
	if near := document.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "it can have " + strings.Join(known, ", ")
}
