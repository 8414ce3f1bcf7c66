package policy

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// keyWrittenRule is the key below a policy under which a community names its own rule. It is not "rule", which
// is a parameter of conflict_of_interest.
const keyWrittenRule = "written_rule"

// Limits of the written rules that a file names: anybody can propose a file, and every report shows them.
const (
	maxRules           = 10  // for one policy
	maxRuleRef         = 500 // characters of an address
	maxRuleDescription = 200 // characters
)

const writtenRuleFix = `write {ref: "https://...", description: "Charter, section 4"}`

var referenceKeys = []string{"ref", "description"}

// writtenRule reads where a community has written down the rule that a policy stands for: an address, an
// address with a description, or a list of these. Where there is none, or something is wrong, it is the zero Setting.
func (r *configReader) writtenRule(at string, entry map[string]any) Setting[[]bylaw.Reference] {
	value, stands := entry[keyWrittenRule]
	if !stands {
		return Setting[[]bylaw.Reference]{}
	}
	at += "/" + keyWrittenRule
	out := Setting[[]bylaw.Reference]{From: r.place(at)}
	list, several := value.([]any)
	switch {
	case !several:
		list = []any{value}
	case len(list) == 0:
		r.problem(at, keyWrittenRule+" names no rule", writtenRuleFix+", or take it out")
	case len(list) > maxRules:
		r.problem(at, fmt.Sprintf("these are more than %d written rules", maxRules), "name fewer")
		return Setting[[]bylaw.Reference]{}
	}
	for i, item := range list {
		pointer := at
		if several {
			pointer = fmt.Sprintf("%s/%d", at, i)
		}
		if ref, ok := r.reference(pointer, item); ok {
			out.Value = append(out.Value, ref)
		}
	}
	if len(out.Value) < max(len(list), 1) {
		return Setting[[]bylaw.Reference]{}
	}
	return out
}

// reference reads one link to a written rule, and reports whether nothing is wrong with it.
func (r *configReader) reference(at string, value any) (ref bylaw.Reference, ok bool) {
	before := len(r.problems)
	switch value := value.(type) {
	case string:
		ref.Ref = value
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !slices.Contains(referenceKeys, key) {
				r.problem(at+"/"+key, fmt.Sprintf("a written rule has no key %q", key), didYouMean(key, referenceKeys))
			}
		}
		ref.Ref, _ = value["ref"].(string)
		if text, stands := value["description"]; stands {
			at := at + "/description"
			words, isText := text.(string)
			ref.Description = strings.TrimSpace(words)
			switch {
			case !isText || ref.Description == "":
				r.problem(at, "description must be text", "say where the rule is written, such as \"Charter, section 4\"")
			case utf8.RuneCountInString(ref.Description) > maxRuleDescription:
				r.problem(at, fmt.Sprintf("description must be at most %d characters", maxRuleDescription), "say only where the rule is written, such as \"Charter, section 4\"")
			}
		}
		if _, stands := value["ref"]; stands {
			at += "/ref"
		}
	default:
		r.problem(at, "a written rule must be an address", writtenRuleFix)
		return ref, false
	}
	switch {
	case utf8.RuneCountInString(ref.Ref) > maxRuleRef:
		r.problem(at, fmt.Sprintf("the address of a written rule must be at most %d characters", maxRuleRef), "link to the page itself")
	case !strings.HasPrefix(ref.Ref, "https://"):
		r.problem(at, "a written rule needs a ref that begins with https://", writtenRuleFix)
	case !isAddress(ref.Ref):
		r.problem(at, "this is not the address of a page", "write it as a browser shows it, without a name or a password")
	}
	return ref, len(r.problems) == before
}

// isAddress reports whether a text that begins with https:// is an address of a page to which a link can lead as it stands.
func isAddress(text string) bool {
	odd := func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }
	u, err := url.Parse(text)
	return err == nil && u.Hostname() != "" && u.User == nil && !strings.ContainsFunc(text, odd)
}
