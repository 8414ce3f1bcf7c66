package audit

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Named is an entry as the text of a check run names it.
type Named struct {
	Repository string // the name of its log
	Seq        int64
	Digest     string
}

// Footnote is the end of a check run's text, which names entries with their digests. It is empty where there
// are none. It depends on the entries alone, so that publishing a run again sends nothing.
func Footnote(entries []Named) string {
	entries = slices.DeleteFunc(slices.Clone(entries), func(n Named) bool { return n.Seq == 0 })
	slices.SortFunc(entries, func(a, b Named) int { return cmp.Compare(a.Seq, b.Seq) })
	var lines strings.Builder
	for i, n := range entries {
		if i > 0 {
			lines.WriteString("<br>\n")
		}
		fmt.Fprintf(&lines, "Audit entry %d of %s: sha256 %s", n.Seq, n.Repository, n.Digest)
	}
	return lines.String()
}

var footnotePattern = regexp.MustCompile(`^Audit entry ([1-9][0-9]{0,17}) of ([\w.-]+/[\w.-]+(?:@[0-9.]+)?): sha256 ([0-9a-f]{64})(<br>)?$`)

// Footnotes reads what Footnote wrote at the end of a text. What stands before other words was written by
// somebody else, and is not looked at.
func Footnotes(text string) []Named {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n "), "\n")
	var out []Named
	for _, line := range slices.Backward(lines) {
		m := footnotePattern.FindStringSubmatch(line)
		if m == nil {
			break
		}
		seq, err := strconv.ParseInt(m[1], 10, 64)
		if err != nil {
			break
		}
		out = append(out, Named{Repository: m[2], Seq: seq, Digest: m[3]})
	}
	slices.Reverse(out)
	return out
}
