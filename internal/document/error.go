package document

import (
	"fmt"
	"strings"
)

// Error is something wrong in a file, in words for the person who edits it.
type Error struct {
	Path    string
	Line    int    // counted from 1
	Column  int    // counted from 1, in characters; 0 if it would not help
	Pointer string // the value that is wrong, where one is known
	Msg     string // what is wrong
	Hint    string // what would help, or ""
}

// Error gives the whole on one line: path:line: what is wrong (what would help).
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", e.Path, e.Line)
	b.WriteString(e.Msg)
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

// shown is text of the file as it may stand in a message: quoted, so that
// nothing invisible stays invisible, and short.
func shown(text string) string {
	const most = 60
	runes := []rune(text)
	if len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
