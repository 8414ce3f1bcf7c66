package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Removed are people who asked not to be in any list: hashes of their logins, so that the list does not
// name them again. The nil Removed holds nobody.
type Removed map[[sha256.Size]byte]bool

// ReadRemoved reads a list of SHA-256 hashes in hexadecimal digits, one on each line, of logins in lower
// case or of GitHub's numbers of accounts. Lines that begin with "#" are comments; what follows a comma
// is not read, as in gitdm's forbidden-sha256.csv.
func ReadRemoved(file string, data []byte) (Removed, []bylaw.Problem) {
	r := &reading{file: file, data: data}
	text, ok := r.text(1 << 20)
	removed := Removed{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		word, _, _ := strings.Cut(strings.TrimSpace(line), ",")
		if word == "" || word[0] == '#' {
			continue
		}
		var hash [sha256.Size]byte
		if digits, err := hex.DecodeString(word); err != nil || copy(hash[:], digits) != sha256.Size || len(digits) != sha256.Size {
			r.stop(n, "hash", "write the 64 digits that \"printf login | sha256sum\" prints", "this is not a SHA-256 hash")
			continue
		}
		removed[hash] = true
	}
	var stops []bylaw.Problem
	for _, f := range r.findings {
		if f.Stops {
			stops = append(stops, f.Problem)
		}
	}
	if !ok {
		return nil, stops
	}
	return removed, stops
}

// Told are the findings of a roster without those about people who asked not to be in any list.
func (b Book) Told(r Roster) []Finding {
	if len(b.Removed) == 0 {
		return r.Findings
	}
	var logins []string
	lines := map[int]bool{}
	for _, p := range r.People {
		if !b.Removed.Has(p.Login, p.ID) {
			continue
		}
		logins = append(logins, p.Login)
		lines[p.Line] = true
		for _, a := range p.Affiliations {
			lines[a.Line] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool {
		return lines[f.Line] || slices.ContainsFunc(logins, func(login string) bool { return names(f.Msg, login) })
	})
}

// names reports whether a login is one of the words of a text.
func names(text, login string) bool {
	words := strings.FieldsFunc(text, func(c rune) bool {
		return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	return slices.ContainsFunc(words, func(word string) bool { return sameLogin(word, login) })
}

// Has reports whether an account is to be treated as unknown, and not to be named.
func (r Removed) Has(login string, id int64) bool {
	if len(r) == 0 {
		return false
	}
	return r[sha256.Sum256([]byte(strings.ToLower(login)))] || id != 0 && r[sha256.Sum256([]byte(strconv.FormatInt(id, 10)))]
}
