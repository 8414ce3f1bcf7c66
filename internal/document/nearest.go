package document

import "strings"

// Nearest returns the known word that word was probably meant to be: the one
// with the fewest letters to change, add, remove or swap with a neighbour, and
// of equals the first. It is "" when nothing is near: up to one letter in
// three may be wrong. Upper and lower case, - and _ do not count.
func Nearest(word string, known []string) string {
	const longest = 64
	a := foldWord(word)
	if len(a) == 0 || len(a) > longest {
		return ""
	}
	best, least := "", (len(a)+1)/3+1
	for _, k := range known {
		b := foldWord(k)
		if len(b) > longest {
			continue
		}
		if d := distance(a, b); d < least && d < len(a) {
			best, least = k, d
		}
	}
	return best
}

func foldWord(word string) []rune {
	return []rune(strings.ReplaceAll(strings.ToLower(word), "-", "_"))
}

// distance is the optimal string alignment distance of a and b.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range b {
			changed := last[j]
			if a[i] != b[j] {
				changed++
			}
			row[j+1] = min(changed, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
