package roster

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// employers reads what a file says of somebody's employer, without any dates. A text that names
// several organizations yields several affiliations; an empty text yields none.
func (r *reading) employers(text string, line int, source string) []Affiliation {
	name := r.visible(text, line)
	if name == "" {
		return nil
	}
	one := func(kind, name string) []Affiliation {
		return []Affiliation{{Kind: kind, Organization: name, Source: source, Line: line}}
	}
	switch kind := Classify(name); kind {
	case bylaw.AffiliationEmployer:
	case KindUnknown:
		r.warn(line, "placeholder", "write the employer, \"independent\" or \"undisclosed\"", "%q names no employer", name)
		return one(kind, "")
	default:
		return one(kind, "")
	}
	if before, remark, ok := remark(name); ok {
		if remark != "" {
			r.warn(line, "remark", "write the name alone", "%q is more than the name of an organization", name)
		}
		return r.employers(before, line, source)
	}
	if handles := orgHandle.FindAllString(name, -1); len(handles) > 0 {
		if len(handles) == 1 && handles[0] == name {
			r.warn(line, "org-handle", "write the name of the organization", "%q is the login of an organization, not its name", name)
			return one(bylaw.AffiliationEmployer, name[1:])
		}
		r.warn(line, "ambiguous", "write the name of the one employer", "%q can mean several organizations", name)
		return one(KindAmbiguous, name)
	}
	if names := twoNames(name); names != nil {
		r.warn(line, "two-names", "write one entry for each", "%q names two organizations: %s", name, strings.Join(names, ", and "))
		var out []Affiliation
		for _, n := range names {
			out = append(out, one(bylaw.AffiliationEmployer, n)...)
		}
		return out
	}
	return one(bylaw.AffiliationEmployer, name)
}

// remark divides "Acme (formerly Globex)" and "Acme | Part of Globex". What is written without a space
// belongs to the name.
func remark(name string) (before, inside string, ok bool) {
	if parent := partOf.FindStringIndex(name); parent != nil && parent[0] > 0 {
		return name[:parent[0]], "", true
	}
	at := strings.Index(name, " (")
	if at <= 0 || !strings.HasSuffix(name, ")") {
		return "", "", false
	}
	return strings.TrimSpace(name[:at]), name[at+2 : len(name)-1], true
}

var partOf = regexp.MustCompile(`(?i) \| part of `)

// orgHandle is an organization's login in the midst of words.
var orgHandle = regexp.MustCompile(`(?:^|\s)@[A-Za-z0-9][A-Za-z0-9-]*`)

// twoNames divides the name of an employer and of whom they work for, or of a company and its parent:
// "Acme via Globex", "Acme @ Globex", "Acme/Globex". It is nil for one name.
func twoNames(name string) []string {
	for _, sep := range []string{" via ", " @ ", " | ", " / ", "/"} {
		a, b, ok := strings.Cut(name, sep)
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		if ok && utf8.RuneCountInString(a) >= 3 && utf8.RuneCountInString(b) >= 3 && !strings.Contains(name, "://") {
			return []string{a, b}
		}
	}
	return nil
}

// positions are words in lists of people that are no employer but say what somebody does. They are
// compared word by word, so that a company may have them in its name.
var positions = map[string]bool{
	"admin": true, "administrator": true, "alumni": true, "alumnus": true, "approver": true, "chair": true, "cochair": true,
	"committer": true, "contributor": true, "coordinator": true, "designer": true, "dev": true, "developer": true, "docs": true,
	"emeritus": true, "founder": true, "inactive": true, "interim": true, "lead": true, "leader": true, "maintainer": true,
	"manager": true, "member": true, "mentor": true, "owner": true, "reviewer": true, "triager": true, "vice": true,
	"community": true, "tech": true, "project": true, "core": true, "senior": true, "former": true, "release": true,
}

// isPosition reports whether every word is one of those.
func isPosition(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) })
	for _, w := range words {
		if !positions[w] && !positions[strings.TrimSuffix(w, "s")] && w != "co" {
			return false
		}
	}
	return len(words) > 0
}

// looksLikeName reports whether free text in a place for employers may be read as the name of one: it
// begins as a name does, and is no sentence. Where it does not, nothing is believed.
func looksLikeName(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	if !unicode.IsUpper(first) && !unicode.IsDigit(first) && first != '@' && !(unicode.IsLetter(first) && !unicode.IsLower(first)) {
		return false
	}
	return len(strings.Fields(text)) <= 6 && !isPosition(text) && !strings.ContainsAny(text, ":;?!") && !strings.Contains(text, ". ")
}
