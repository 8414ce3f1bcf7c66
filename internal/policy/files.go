package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// FilePattern names files whose content a policy asks for: by a pattern of its METADATA, or by the
// parameter that holds the patterns, so that a community says where its files stand. One of the two is
// empty.
type FilePattern struct {
	Pattern   string `json:"pattern"`
	Parameter string `json:"parameter"` // the way to it in words joined by dots; through lists it leads by itself
}

// String is the pattern as people read it.
func (f FilePattern) String() string {
	if f.Parameter != "" {
		return "the files of " + f.Parameter
	}
	return f.Pattern
}

const filesFix = "write a pattern such as \"docs/**\", or {parameter: paths} for the patterns that a parameter holds"

// filePattern reads one entry of custom.files, after the parameters were read. msg says what is wrong
// with it, and is empty when nothing is.
func (md *Metadata) filePattern(item any) (f FilePattern, msg, fix string) {
	switch item := item.(type) {
	case string:
		if !doublestar.ValidatePattern(item) || item == "" {
			return f, fmt.Sprintf("%q is not a pattern of files", item), filesFix
		}
		return FilePattern{Pattern: item}, "", ""
	case map[string]any:
		name, _ := item["parameter"].(string)
		if name == "" || len(item) != 1 {
			return f, "an entry of custom.files is a pattern, or names one parameter", filesFix
		}
		schema := map[string]any(md.Params)
		for word := range strings.SplitSeq(name, ".") {
			properties, _ := elementOf(schema)["properties"].(map[string]any)
			sub, ok := properties[word].(map[string]any)
			if !ok {
				return f, fmt.Sprintf("custom.files names the parameter %q, and there is none", name), didYouMean(word, slices.Sorted(maps.Keys(properties)))
			}
			schema = sub
		}
		if end := elementOf(schema); end["type"] != "string" || end["format"] != formatPattern {
			return f, fmt.Sprintf("custom.files names the parameter %q, and it holds no patterns", name), "give its text \"format: pattern\""
		}
		return FilePattern{Parameter: name}, "", ""
	}
	return f, "an entry of custom.files is a pattern, or names one parameter", filesFix
}

// elementOf is the schema of what stands in a list, in however many; any other schema itself.
func elementOf(schema map[string]any) map[string]any {
	for schema["type"] == "array" {
		schema, _ = schema["items"].(map[string]any)
	}
	return schema
}

// Patterns are the patterns of the files whose content the policy asks for under these parameters.
func (md Metadata) Patterns(params map[string]any) []string {
	var patterns []string
	for _, f := range md.Files {
		if f.Parameter == "" {
			patterns = append(patterns, f.Pattern)
			continue
		}
		for _, text := range textsAt(params, strings.Split(f.Parameter, ".")) {
			if text != "" {
				patterns = append(patterns, text)
			}
		}
	}
	return patterns
}

func textsAt(value any, way []string) []string {
	switch value := value.(type) {
	case []any:
		var texts []string
		for _, item := range value {
			texts = append(texts, textsAt(item, way)...)
		}
		return texts
	case map[string]any:
		if len(way) > 0 {
			return textsAt(value[way[0]], way[1:])
		}
	case string:
		if len(way) == 0 {
			return []string{value}
		}
	}
	return nil
}
