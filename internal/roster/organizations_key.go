package roster

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// endings say which form in law a company has, not which company it is; each is written as the words
// into which key cuts it. Words such as Group, Holdings or Technologies are not among them: Ant and
// Ant Group are two companies.
var endings = words(
	"inc", "incorporated", "corp", "corporation", "co", "company",
	"ltd", "limited", "private limited", "pvt", "pty", "pte", "plc", "p l c",
	"llc", "l l c", "llp", "l l p", "lp", "l p",
	"gmbh", "mbh", "ag", "a g", "kg", "se", "e v",
	"sa", "s a", "sas", "s a s", "sarl", "s a r l", "srl", "s r l", "spa", "s p a", "sl", "s l", "ltda", "lda",
	"bv", "b v", "nv", "n v", "ab", "oy", "oyj", "as", "a s", "asa", "aps",
	"s r o", "sro", "sp z o o", "kft", "zrt", "doo", "d o o",
	"kk", "k k", "sdn bhd",
)

// unspaced are the same in scripts that put no space before them, or put them first; longest first.
var unspaced = []string{"股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "株式会社", "合同会社", "주식회사"}

// words splits the phrases, and puts the longest first: "private limited" before "limited".
func words(phrases ...string) [][]string {
	split := make([][]string, len(phrases))
	for i, p := range phrases {
		split[i] = strings.Fields(p)
	}
	slices.SortStableFunc(split, func(a, b []string) int { return len(b) - len(a) })
	return split
}

// key is the form in which spellings are compared: letters, marks and digits, case-folded and in the
// compatible form of Unicode, without an address's scheme, a leading "the" and what endings lists. A name
// made of such words alone keeps one of them. It is "" only for a name without any letter or digit.
func key(name string) string { return squeeze(nameWords(name)) }

// nameWords are the words of a name, without its endings and its "the".
func nameWords(name string) []string {
	name = fold(name)
	for _, scheme := range []string{"https://", "http://"} {
		if address, ok := strings.CutPrefix(name, scheme); ok {
			name = strings.TrimPrefix(address, "www.")
		}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	words = withoutEndings(words)
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	return words
}

// squeeze joins the words, without the endings that need no space.
func squeeze(words []string) string {
	k := strings.Join(words, "")
	if !strings.ContainsFunc(k, func(r rune) bool { return !unicode.IsMark(r) }) {
		return ""
	}
	for again := true; again; {
		again = false
		for _, form := range unspaced {
			for _, rest := range []string{strings.TrimSuffix(k, form), strings.TrimPrefix(k, form)} {
				if rest != "" && len(rest) < len(k) {
					k, again = rest, true
				}
			}
		}
	}
	return k
}

func withoutEndings(words []string) []string {
	for {
		i := slices.IndexFunc(endings, func(ending []string) bool {
			rest := len(words) - len(ending)
			return rest > 0 && slices.Equal(words[rest:], ending)
		})
		if i < 0 {
			return words
		}
		words = words[:len(words)-len(endings[i])]
	}
}

// fold is Unicode's compatibility caseless form (The Unicode Standard 3.13, D146), composed again, and
// without what cannot be seen.
func fold(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(name)
	}
	lower := func(s string) string { return cases.Fold().String(s) }
	name = lower(norm.NFKD.String(lower(norm.NFD.String(name))))
	return norm.NFKC.String(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return -1
		}
		return r
	}, name))
}
