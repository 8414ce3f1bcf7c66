package github

import (
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// ParseCommands finds the lines of a comment that begin with /bylaw, with Name and Arguments filled in.
// What a reader of the page does not see as the writer's own words is none: fenced code, quotes
// (with the lines that Markdown counts to them) and HTML comments. See https://spec.commonmark.org.
func ParseCommands(body string) []bylaw.Command {
	list := []bylaw.Command{}
	var (
		fence       string // what closes the code block that we are in
		quote, html bool
	)
	lines := strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		switch {
		case html:
			html = !strings.Contains(line, "-->")
			continue
		case fence != "":
			if indent <= 3 && strings.HasPrefix(text, fence) && strings.Trim(text, fence[:1]+" \t") == "" {
				fence = ""
			}
			continue
		case strings.TrimSpace(line) == "":
			quote = false
			continue
		case indent <= 3 && strings.HasPrefix(text, ">"):
			quote = true
			continue
		}
		if opened := openingFence(text); opened != "" && indent <= 3 {
			fence, quote = opened, false
			continue
		}
		if rest, ok := strings.CutPrefix(line, "/bylaw"); ok && !quote {
			if c, ok := command(rest); ok {
				list = append(list, c)
			}
		}
		html = opensHTML(lines[i:])
	}
	return list
}

// openingFence is the run of ` or ~ with which a code block begins, "" if none does.
func openingFence(text string) string {
	for _, mark := range []string{"`", "~"} {
		rest := strings.TrimLeft(text, mark)
		run := text[:len(text)-len(rest)]
		if len(run) >= 3 && (mark == "~" || !strings.Contains(rest, "`")) {
			return run
		}
	}
	return ""
}

// opensHTML reports whether a comment begins on the first line that does not end there. At the
// beginning of a line it runs until it is closed, or to the end; elsewhere only within the paragraph.
func opensHTML(lines []string) bool {
	at := strings.LastIndex(lines[0], "<!--")
	if at < 0 || strings.Contains(lines[0][at:], "-->") {
		return false
	}
	if strings.TrimSpace(lines[0][:at]) == "" {
		return true
	}
	for _, line := range lines[1:] {
		if strings.TrimSpace(line) == "" {
			return false
		}
		if strings.Contains(line, "-->") {
			return true
		}
	}
	return false
}

// command reads what stands after "/bylaw".
func command(rest string) (bylaw.Command, bool) {
	if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return bylaw.Command{}, false
	}
	if before, after, ok := strings.Cut(rest, "<!--"); ok {
		_, after, _ = strings.Cut(after, "-->")
		rest = before + after
	}
	name, arguments, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return bylaw.Command{Name: strings.ToLower(name), Arguments: strings.TrimSpace(arguments), Fate: bylaw.FateStands}, true
}
