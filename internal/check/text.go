package check

import (
	"fmt"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// joiner keeps two characters together that would otherwise mean something: it is not visible.
const joiner = "\u2060"

var (
	autolinks = strings.NewReplacer(
		"://", ":"+joiner+"//", "www.", "www"+joiner+".", "WWW.", "WWW"+joiner+".",
		"mailto:", "mailto"+joiner+":", "xmpp:", "xmpp"+joiner+":",
		"@", "@"+joiner, "GH-", "GH"+joiner+"-", "gh-", "gh"+joiner+"-",
	)
	markdown = strings.NewReplacer(
		`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;",
		"|", `\|`, "~", `\~`, "#", `\#`+joiner, "$", `\$`, "!", `\!`,
	)
)

// plainText is text from outside as one line that shows only what it says.
func plainText(s string) string { return bylaw.PlainText(s) }

// inert is text from outside as Markdown in which nothing is a mention, a link, an image, a reference
// to an issue, a table cell's end or any other markup.
func inert(s string) string {
	s = autolinks.Replace(markdown.Replace(plainText(s)))
	if s != "" && strings.ContainsAny(s[:1], "-+=:.") {
		s = `\` + s // would begin a list or a rule where a line begins
	}
	if i := strings.IndexAny(s, ".)"); i > 0 && strings.Trim(s[:i], "0123456789") == "" {
		s = s[:i] + `\` + s[i:]
	}
	return s
}

// verbatim is text from outside line by line as it could stand in a file.
func verbatim(s string) []string { return bylaw.PlainLines(s) }

// fence is longer than any row of backticks in the lines.
func fence(lines []string) string {
	longest := 2
	for _, line := range lines {
		for row := range strings.FieldsFuncSeq(line, func(r rune) bool { return r != '`' }) {
			longest = max(longest, len(row))
		}
	}
	return strings.Repeat("`", longest+1)
}

// code is text from outside as a code span: a path, a policy's name.
func code(s string) string {
	return "`" + strings.ReplaceAll(strings.ReplaceAll(plainText(s), "`", "'"), "|", "¦") + "`"
}

// place is a file and line as a code span.
func place(file string, line int) string {
	if line > 0 {
		file = fmt.Sprintf("%s:%d", file, line)
	}
	return code(file)
}

// clip shortens a text to a number of characters, and says so.
func clip(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimSpace(string(runes[:most-1])) + "…"
}

// inARow joins words as in "a, b and c".
func inARow(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Sentence is a problem as one line of Markdown.
func Sentence(p *bylaw.Problem) string { return inert(p.Error()) }
