package roster

import (
	"regexp"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Profile reads what somebody writes about their employer on their page on GitHub: a kind of an
// affiliation, and for an employer the name, which begins with "@" when it is the login of an
// organization. What names several is [bylaw.AffiliationAmbiguous]; the kind of what says nothing is "".
func Profile(text string) (kind, name string) {
	r := &reading{collected: true}
	var found []Affiliation
	for _, part := range profileParts(r.visible(text, 0)) {
		if orgHandle.FindString(part) == part {
			found = append(found, Affiliation{Kind: bylaw.AffiliationEmployer, Organization: part})
			continue
		}
		found = append(found, r.employers(part, 0, bylaw.SourceProfile)...)
	}
	switch {
	case len(found) == 0:
		return "", ""
	case len(found) > 1 || found[0].Kind == KindAmbiguous:
		return bylaw.AffiliationAmbiguous, ""
	}
	switch found[0].Kind {
	case bylaw.AffiliationEmployer, bylaw.AffiliationIndependent, bylaw.AffiliationUndisclosed:
		return found[0].Kind, found[0].Organization
	}
	return "", ""
}

// profileParts divides at commas, at "and", and before the login of an organization. An ending such as
// "Inc." after a comma belongs to the name before it.
func profileParts(text string) []string {
	var parts []string
	for _, part := range profileSeparator.Split(handleAfterSpace.ReplaceAllString(text, ",@"), -1) {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case len(parts) > 0 && key(parts[len(parts)-1]+" "+part) == key(parts[len(parts)-1]):
			parts[len(parts)-1] += ", " + part
		default:
			parts = append(parts, part)
		}
	}
	return parts
}

var (
	profileSeparator = regexp.MustCompile(`(?i),|\s+and\s+`)
	handleAfterSpace = regexp.MustCompile(`\s+@`)
)
