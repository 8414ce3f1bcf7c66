package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

var (
	packKeys         = []string{"dir", "paths", "namespace", keyWrittenRule}
	namespacePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)
)

const (
	maxPacks    = 20  // of one file: anybody can propose a file
	maxPackName = 100 // characters of a pack's name
)

// conftest reads which folders hold policies that were written for Conftest.
func (r *configReader) conftest(fields map[string]any, out *configFile) {
	value, stands := fields["conftest"]
	if !stands {
		return
	}
	list, ok := value.([]any)
	if !ok {
		r.problem("/conftest", "conftest must be a list", "write \"- {dir: policy, paths: [\"deploy/**/*.yaml\"]}\" below it")
		return
	}
	out.Conftest = []Pack{}
	for i, item := range list {
		at := fmt.Sprintf("/conftest/%d", i)
		entry, ok := item.(map[string]any)
		switch {
		case i == maxPacks:
			r.problem(at, fmt.Sprintf("these are more than %d Conftest packs", maxPacks), "name fewer")
			return
		case !ok:
			r.problem(at, "a Conftest pack must say where it is and which files it is about", "write \"{dir: policy, paths: [\"deploy/**/*.yaml\"]}\"")
			continue
		}
		if p, ok := r.pack(at, entry); ok {
			if slices.ContainsFunc(out.Conftest, func(other Pack) bool { return other.ID == p.ID }) {
				r.problem(at, fmt.Sprintf("a second Conftest pack would be named %q", p.ID), "write the paths of both into one, or give the folder another name")
				continue
			}
			out.Conftest = append(out.Conftest, p)
		}
	}
}

func (r *configReader) pack(at string, entry map[string]any) (p Pack, ok bool) {
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		if !slices.Contains(packKeys, key) {
			r.problem(at+"/"+key, fmt.Sprintf("a Conftest pack has no key %q", key), didYouMean(key, packKeys))
		}
	}
	dir, isText := entry["dir"].(string)
	if isText {
		entry["dir"] = strings.TrimSuffix(dir, "/")
	}
	if p.Dir, ok = r.path(at+"/dir", entry["dir"]); !ok {
		return p, false
	}
	if p.Dir == bylaw.PoliciesPath || strings.HasPrefix(p.Dir, bylaw.PoliciesPath+"/") {
		r.problem(at+"/dir", "Conftest policies cannot stand among those of Bylaw", "move them to a folder outside of "+bylaw.PoliciesPath)
		return p, false
	}
	p.Namespace, p.From = defaultNamespace, r.place(at)
	if value, stands := entry["namespace"]; stands {
		if p.Namespace, _ = value.(string); !namespacePattern.MatchString(p.Namespace) {
			r.problem(at+"/namespace", "namespace must be the name of a package", "write it as after \"package\", such as main")
			return p, false
		}
	}
	paths, isList := entry["paths"].([]any)
	if !isList || len(paths) == 0 {
		r.problem(at+"/paths", "paths must be a list of patterns: the files to which the policies apply", "write [\"deploy/**/*.yaml\"]")
		return p, false
	}
	for i, value := range paths {
		pattern, _ := value.(string)
		if pattern == "" || !doublestar.ValidatePattern(pattern) {
			r.problem(fmt.Sprintf("%s/paths/%d", at, i), "this is not a pattern of paths", "write it as in deploy/**/*.yaml")
			return p, false
		}
		p.Paths = append(p.Paths, pattern)
	}
	p.Rule = r.writtenRule(at, entry)
	if p.ID = packID(p.Dir, p.Namespace); len(p.ID) > maxPackName {
		r.problem(at+"/dir", "the name of the folder is too long for the name of a check", "move the policies nearer to the top")
		return p, false
	}
	return p, true
}
