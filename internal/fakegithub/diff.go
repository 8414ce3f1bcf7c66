package fakegithub

import (
	"fmt"
	"slices"
	"strings"
)

// change is one file of a comparison, as GitHub's diff-entry.
type change struct {
	path, previous, status string
	sha                    string
	additions, deletions   int
	patch                  string // "" for binary files and for patches that GitHub leaves out
}

// Limits of a rendered diff: docs.github.com, "Repository limits".
const (
	maxPatchLines = 20_000
	maxPatchBytes = 500_000
)

// changes compares two commits, as diff does; before is nil for nothing. The result is shared and must not
// be changed.
func (o *objects) changes(before, after *commit) []change {
	var key string
	var files snapshot
	if before != nil {
		key, files = before.sha, before.files
	}
	key += " " + after.sha
	if _, known := o.diffs[key]; !known {
		o.diffs[key] = o.diff(files, after.files)
	}
	return o.diffs[key]
}

// diff compares two snapshots, in path order. A removed and an added file that share at least
// half of their lines are one renamed file.
func (o *objects) diff(before, after snapshot) []change {
	var added, removed, list []change
	for path, e := range after {
		old, existed := before[path]
		switch {
		case !existed:
			added = append(added, change{path: path, status: "added", sha: e.sha})
		case old != e:
			list = append(list, o.fill(change{path: path, status: "modified", sha: e.sha}, old.sha, e.sha))
		}
	}
	for path, e := range before {
		if _, kept := after[path]; !kept {
			removed = append(removed, change{path: path, status: "removed", sha: e.sha})
		}
	}
	byPath := func(a, b change) int { return strings.Compare(a.path, b.path) }
	slices.SortFunc(added, byPath)
	slices.SortFunc(removed, byPath)
	for _, a := range added {
		from := o.renamedFrom(a, removed)
		if from < 0 {
			list = append(list, o.fill(a, "", a.sha))
			continue
		}
		a.previous, a.status = removed[from].path, "renamed"
		list = append(list, o.fill(a, removed[from].sha, a.sha))
		removed = slices.Delete(removed, from, from+1)
	}
	for _, r := range removed {
		list = append(list, o.fill(r, r.sha, ""))
	}
	slices.SortFunc(list, byPath)
	return list
}

// renamedFrom finds the removed file that the added one most likely was, or -1.
func (o *objects) renamedFrom(a change, removed []change) int {
	best, at := 0.5, -1
	for i, r := range removed {
		if r.sha == a.sha {
			return i
		}
		if s := similarity(o.blobs[r.sha], o.blobs[a.sha]); s >= best && len(removed) <= 200 {
			best, at = s, i
		}
	}
	return at
}

func similarity(a, b string) float64 {
	if a == "" || b == "" || isBinary(a) || isBinary(b) {
		return 0
	}
	left := map[string]int{}
	for _, line := range lines(a) {
		left[line]++
	}
	common, all := 0, max(len(a), len(b))
	for _, line := range lines(b) {
		if left[line] > 0 {
			left[line]--
			common += len(line) + 1
		}
	}
	return float64(common) / float64(all)
}

// fill counts lines and writes the patch of a change between two blobs ("" for none).
func (o *objects) fill(c change, before, after string) change {
	a, b := o.blobs[before], o.blobs[after]
	if before == after || isBinary(a) || isBinary(b) {
		return c
	}
	edits := lineEdits(lines(a), lines(b))
	for _, e := range edits {
		switch e.kind {
		case '+':
			c.additions++
		case '-':
			c.deletions++
		}
	}
	c.patch = patch(edits)
	if c.additions+c.deletions > maxPatchLines || len(c.patch) > maxPatchBytes {
		c.patch = ""
	}
	return c
}

// isBinary uses git's heuristic: a NUL byte among the first 8,000.
func isBinary(s string) bool { return strings.IndexByte(s[:min(len(s), 8000)], 0) >= 0 }

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

type edit struct {
	kind byte // ' ', '-' or '+'
	text string
}

// lineEdits is a longest-common-subsequence diff. Where that would need too much memory the
// middle part counts as replaced entirely.
func lineEdits(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var edits []edit
	emit := func(kind byte, texts ...string) {
		for _, t := range texts {
			edits = append(edits, edit{kind, t})
		}
	}
	emit(' ', a[:head]...)
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(x)*len(y) > 4_000_000 {
		emit('-', x...)
		emit('+', y...)
	} else {
		i, j := 0, 0
		length := common(x, y)
		for i < len(x) && j < len(y) {
			switch {
			case x[i] == y[j]:
				emit(' ', x[i])
				i, j = i+1, j+1
			case length[i+1][j] >= length[i][j+1]:
				emit('-', x[i])
				i++
			default:
				emit('+', y[j])
				j++
			}
		}
		emit('-', x[i:]...)
		emit('+', y[j:]...)
	}
	emit(' ', a[len(a)-tail:]...)
	return edits
}

// common is the table of longest common subsequences of the suffixes of x and y.
func common(x, y []string) [][]int32 {
	table := make([][]int32, len(x)+1)
	for i := range table {
		table[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// patch renders hunks with three lines of context, without file headers, as GitHub does.
func patch(edits []edit) string {
	const context = 3
	var out strings.Builder
	oldLine, newLine := 1, 1
	for start := 0; start < len(edits); {
		next := slices.IndexFunc(edits[start:], func(e edit) bool { return e.kind != ' ' })
		if next < 0 {
			break
		}
		from := max(start, start+next-context)
		oldLine, newLine = oldLine+from-start, newLine+from-start
		to, quiet := start+next, 0
		for ; to < len(edits) && quiet <= 2*context; to++ {
			if quiet++; edits[to].kind != ' ' {
				quiet = 0
			}
		}
		to -= max(0, quiet-context)
		var body strings.Builder
		oldCount, newCount := 0, 0
		for _, e := range edits[from:to] {
			fmt.Fprintf(&body, "\n%c%s", e.kind, e.text)
			if e.kind != '+' {
				oldCount++
			}
			if e.kind != '-' {
				newCount++
			}
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		// An empty side is counted from line 0.
		fmt.Fprintf(&out, "@@ -%d,%d +%d,%d @@%s", oldLine-btoi(oldCount == 0), oldCount, newLine-btoi(newCount == 0), newCount, body.String())
		oldLine, newLine, start = oldLine+oldCount, newLine+newCount, to
	}
	return out.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
