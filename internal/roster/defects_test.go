package roster

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// defectKinds are the findings that a malformed line of each class must have one of. The classes are
// those of the corpus; a line can have several defects.
var defectKinds = map[string][]string{
	"aff: spaces instead of tab":     {"indent"},
	"head: @ instead of !":           {"at-sign"},
	"aff: trailing whitespace":       {"white-space"},
	"head: trailing whitespace":      {"white-space"},
	"aff: extra indentation":         {"white-space"},
	"head: other malformed":          {"head", "white-space", "no-indent", "address", "hidden"},
	"aff: comma in company":          {"comma", "head"}, // "head" where the line is addresses
	"aff: dates in another form":     {"date", "white-space"},
	"aff: partial/other date format": {"date", "white-space"},
}

// rightClasses are those that must be read as the writer meant them.
var rightClasses = map[string]bool{
	"aff: spaces instead of tab": true, "head: @ instead of !": true,
	"aff: trailing whitespace": true, "head: trailing whitespace": true, "aff: extra indentation": true,
}

var (
	meantRow   = regexp.MustCompile(`^\s*(.*?)\s*(?:\sfrom\s+(\d{4}-\d\d-\d\d))?\s*(?:\suntil\s+(\d{4}-\d\d-\d\d))?\s*$`)
	meantLogin = regexp.MustCompile(`^[\w-]+`)
)

// TestMalformedLinesOfRealPeople reads each of the lines that people really wrote, in a block with a sound
// line before or after it.
func TestMalformedLinesOfRealPeople(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(corpus(t), "affiliations", "gitdm_community_defects.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	got := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var d struct{ Defect, Line string }
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		got[d.Defect]++
		head := strings.HasPrefix(d.Defect, "head:")
		text := "alice: alice!acme.example\n" + d.Line + "\n"
		if head {
			text = d.Line + "\n\tAcme\n"
		}
		r := read("defect.txt", "gitdm", []byte(text))
		if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return slices.Contains(defectKinds[d.Defect], f.Kind) }) {
			t.Errorf("%s: %q is not reported: %v", d.Defect, d.Line, r.Findings)
		}
		if !rightClasses[d.Defect] {
			continue
		}
		if len(r.People) != 1 {
			t.Errorf("%s: %q is not read", d.Defect, d.Line)
			continue
		}
		p := r.People[0]
		if head {
			if want := meantLogin.FindString(d.Line); p.Login != want || len(p.Affiliations) != 1 || p.Affiliations[0].Organization != "Acme" {
				t.Errorf("%q: got %+v", d.Line, p)
			}
			if addresses := strings.Count(d.Line, "@"); addresses > 0 && len(p.Domains) == 0 && !strings.Contains(d.Line, "@users.noreply") {
				t.Errorf("%q: the domains are lost", d.Line)
			}
			continue
		}
		if allAddresses(d.Line) { // addresses on a line of their own
			if len(p.Domains) < 2 {
				t.Errorf("%q: the domains are lost", d.Line)
			}
			continue
		}
		want := meantRow.FindStringSubmatch(d.Line)
		if Classify(want[1]) != "employer" {
			want[1] = ""
		}
		if len(p.Affiliations) != 1 {
			t.Errorf("%q: got %+v", d.Line, p)
			continue
		}
		if a := p.Affiliations[0]; a.Organization != want[1] || a.From != want[2] || a.Until != want[3] {
			t.Errorf("%q: got %+v", d.Line, a)
		}
	}
	want := map[string]int{
		"aff: spaces instead of tab": 219, "head: @ instead of !": 89, "head: other malformed": 64,
		"aff: trailing whitespace": 11, "head: trailing whitespace": 5, "aff: extra indentation": 3,
		"aff: comma in company": 7, "aff: dates in another form": 14, "aff: partial/other date format": 6,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
}
