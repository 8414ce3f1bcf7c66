package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Spelling is a name of an organization and where somebody wrote it.
type Spelling struct {
	Name string
	File string
	Line int
}

// Warnings are what a person should look at in the file that was read last, although it is no problem:
// names of two entries that are nearly the same, and entries that take a name away from the list below.
func (o Organizations) Warnings() []bylaw.Problem {
	var spellings []Spelling
	var warnings []bylaw.Problem
	for i, org := range o.list {
		names := slices.Concat([]string{org.ID, org.Name}, org.Aliases)
		if key(org.ID) == key(org.Name) {
			names = names[1:]
		}
		for _, name := range names {
			owner := o.byName[key(name)]
			if i >= o.inherits {
				spellings = append(spellings, Spelling{name, org.File, org.Line})
			} else if owner != org.ID && owner != "" {
				by := o.list[o.byID[owner]]
				warnings = append(warnings, bylaw.Problem{
					File: by.File, Line: by.Line, Msg: fmt.Sprintf("%q was a name of %s until %s took it", name, org.ID, owner),
					Fix: fmt.Sprintf("if they are the same, write \"id: %s\", which replaces that entry", org.ID),
				})
			}
		}
	}
	return append(warnings, o.similar(spellings, o.list[:o.inherits])...)
}

// Similar reports names, such as those in a roster, that probably mean one organization but count as two
// (Acme and Acme Group, Globex and Glboex), each pair once, in the order in which they were given: where one
// is nearly another or a name in the organizations file; and names of which nothing is written in that file
// when they stand in several spellings (Initech, InItech Inc.), although these count as one. Words that are
// no name do not count.
func (o Organizations) Similar(spellings []Spelling) []bylaw.Problem {
	unlisted := slices.DeleteFunc(slices.Clone(spellings), func(s Spelling) bool {
		_, listed := o.byID[o.Of(s.Name).ID]
		return listed
	})
	return o.similar(unlisted, o.list)
}

// similar compares the spellings with each other and with the names of a list.
func (o Organizations) similar(spellings []Spelling, list []Organization) []bylaw.Problem {
	var found []bylaw.Problem
	first := map[string]Spelling{}     // by id
	near := map[string][]similarName{} // by hash
	reported := map[[2]string]bool{}   // pairs of ids
	seen := map[string]bool{}          // exact names
	for _, org := range list {
		for _, name := range append([]string{org.Name}, org.Aliases...) {
			if o.byName[key(name)] == org.ID {
				remember(near, similarName{Spelling{name, org.File, org.Line}, org.ID})
			}
		}
	}
	for _, s := range spellings {
		s.Name = strings.TrimSpace(s.Name)
		if seen[s.Name] || Classify(s.Name) != bylaw.AffiliationEmployer {
			continue
		}
		seen[s.Name] = true
		id := o.Of(s.Name).ID
		if before, again := first[id]; !again {
			first[id] = s
		} else if strings.HasPrefix(id, "~") {
			found = append(found, similar(s, before, "write it as there, or give it an entry in the organizations file"))
		}
		for _, other := range confusable(near, s.Name) {
			pair := [2]string{min(id, other.id), max(id, other.id)}
			if other.id != id && !reported[pair] && !o.tied(id, other.id) {
				reported[pair] = true
				found = append(found, similar(s, other.Spelling, "if they are one organization, make one an alias of the other in the organizations file"))
			}
		}
		remember(near, similarName{s, id})
	}
	return found
}

// tied reports whether a relation of one names the other, so that somebody has thought of both.
func (o Organizations) tied(a, b string) bool {
	return slices.ContainsFunc(o.edges[a], func(e edge) bool { return e.child == b || e.parent == b })
}

func similar(s, other Spelling, fix string) bylaw.Problem {
	place := fmt.Sprintf("line %d", other.Line)
	if other.File != s.File {
		place = (&bylaw.Problem{File: other.File, Line: other.Line}).Place()
	}
	return bylaw.Problem{File: s.File, Line: s.Line, Msg: fmt.Sprintf("%q is nearly %q (%s)", s.Name, other.Name, place), Fix: fix}
}

type similarName struct {
	Spelling
	id string
}

// leastSimilar is the length from which one letter more, less, other or swapped makes no other name.
const leastSimilar = 6

// hashes are texts of which two names that may be confused share one: the name without the words that
// companies add, and it with each letter in turn left out.
func hashes(name string) []string {
	k := core(name)
	all := []string{k}
	letters := []rune(k)
	if len(letters) < leastSimilar || len(letters) > 64 {
		return all
	}
	for i := range letters {
		all = append(all, string(letters[:i])+string(letters[i+1:]))
	}
	return all
}

// added are words that make Acme Group of Acme.
var added = []string{"group", "holding", "holdings", "technologies", "technology", "software", "systems", "system", "labs", "lab", "solutions", "international", "global"}

// core is the key of a name without the words at its end that companies add.
func core(name string) string {
	words := nameWords(name)
	for len(words) > 1 && slices.Contains(added, words[len(words)-1]) {
		words = withoutEndings(words[:len(words)-1])
	}
	return squeeze(words)
}

// mostConfusable bounds with how many earlier names one is compared for each of its hashes.
const mostConfusable = 20

func remember(near map[string][]similarName, s similarName) {
	for _, hash := range hashes(s.Name) {
		if len(near[hash]) < mostConfusable {
			near[hash] = append(near[hash], s)
		}
	}
}

func confusable(near map[string][]similarName, name string) []similarName {
	var found []similarName
	k := core(name)
	for _, hash := range hashes(name) {
		for _, other := range near[hash] {
			if oneSlip(k, core(other.Name)) {
				found = append(found, other)
			}
		}
	}
	return found
}

// oneSlip reports whether b is a with at most one letter added, left out, replaced, or swapped with the next.
func oneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	swapped := len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
	return len(x) <= 1 && len(y) <= 1 || swapped
}

// Nearest returns the known name that a name was probably meant to be. It is "" when the name is known
// itself, or nothing is near.
func (o Organizations) Nearest(name string) string {
	if _, known := o.byName[key(name)]; known {
		return ""
	}
	var names []string
	for _, org := range o.list {
		names = append(append(names, org.Name), org.Aliases...)
	}
	return document.Nearest(name, names)
}
