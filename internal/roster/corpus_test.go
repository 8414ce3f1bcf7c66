package roster

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/lack"
)

var update = flag.Bool("update", false, "write what the tests see into testdata")

// corpus is the folder of files that real communities keep. They name real people, so that nothing of
// them stands in this repository but numbers.
func corpus(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("BYLAW_CORPUS")
	if dir == "" {
		lack.Skip(t, "the corpus of real rosters is not here: name its folder in BYLAW_CORPUS")
	}
	return dir
}

// counts is what a test of the corpus keeps of a file.
type counts struct {
	Format    string         `json:"format"`
	People    int            `json:"people"`    // with a login
	Employed  int            `json:"employed"`  // people with an employer
	Employers int            `json:"employers"` // different names, by their letters
	Unread    bool           `json:"unread,omitempty"`
	Findings  map[string]int `json:"findings"` // by kind
}

func countsOf(file, format string, data []byte) counts {
	r, stops := Read(file, format, data)
	c := counts{Format: r.Format, People: len(r.People), Unread: len(stops) > 0, Findings: map[string]int{}}
	employers := map[string]bool{}
	for _, p := range r.People {
		employed := false
		for _, a := range p.Affiliations {
			if a.Organization != "" {
				employed = true
				employers[letters(a.Organization)] = true
			}
		}
		if employed {
			c.Employed++
		}
	}
	c.Employers = len(employers)
	for _, f := range r.Findings {
		c.Findings[f.Kind]++
	}
	return c
}

const corpusGolden = "../../testdata/roster/corpus.json"

func TestEveryFileOfTheCorpusIsRead(t *testing.T) {
	t.Parallel()
	dir := corpus(t)
	got := map[string]counts{}
	err := filepath.WalkDir(dir, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		got[filepath.ToSlash(name)] = countsOf(name, "", data)
		for _, f := range Formats() { // no format may fall over a file of another
			if len(data) > 256<<10 {
				break // but that takes long, with the race detector
			}
			Lint(name, f, data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		data, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(corpusGolden, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(goldenCounts(t), got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func goldenCounts(t *testing.T) map[string]counts {
	t.Helper()
	data, err := os.ReadFile(corpusGolden)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]counts{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestAnIndependentScriptCountsTheSame holds the golden counts to a script that shares no code with the
// readers.
func TestAnIndependentScriptCountsTheSame(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "run", "../../testdata/roster/count", corpus(t)).Output()
	if err != nil {
		t.Fatal(err)
	}
	want, checked := goldenCounts(t), map[string]bool{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		c := want[f[0]]
		if f[1] != strconv.Itoa(c.People) || f[2] != "-" && f[2] != strconv.Itoa(c.Employed) {
			t.Errorf("%s: the script counts %s people, %s of them employed; the golden file %d and %d", f[0], f[1], f[2], c.People, c.Employed)
		}
		checked[f[0]] = true
	}
	for file, c := range want {
		if c.People > 0 && !checked[file] {
			t.Errorf("the script does not count %s", file)
		}
	}
}
