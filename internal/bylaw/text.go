package bylaw

import (
	"regexp"
	"strings"
	"unicode"
)

var emailAddress = regexp.MustCompile(`[\p{L}\p{N}._%+\-]+(?:@|!)([\p{L}\p{N}][\p{L}\p{N}.\-]*\.\p{L}{2,})`)

// PlainText is text from outside as one line that shows only what it says: no control characters, no
// characters that cannot be seen or that turn the direction of writing, no e-mail address but its
// domain. It is not escaped for any markup.
func PlainText(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = emailAddress.ReplaceAllString(s, "an address at $1")
	return strings.Join(strings.Fields(s), " ")
}

// plain tells the many texts that are plain already, without the cost of the others.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '@' || c == '!' || c == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			return false
		}
	}
	return true
}

func unseen(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs) }

// PlainLines is text from outside line by line as it could stand in a file, and as little to be taken for
// something else as [PlainText]: only spaces and tabs are kept, and of an e-mail address its domain.
func PlainLines(s string) []string {
	var out []string
	for line := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n") {
		line = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return r
			case unicode.IsSpace(r) || unicode.IsControl(r):
				return ' '
			case unseen(r):
				return -1
			}
			return r
		}, strings.ToValidUTF8(line, "\uFFFD"))
		out = append(out, strings.TrimRight(emailAddress.ReplaceAllString(line, "…@$1"), " \t"))
	}
	return out
}
