package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// goldenPerson is a person as the golden files show them.
type goldenPerson struct {
	Login        string   `json:"login"`
	ID           int64    `json:"id,omitempty"`
	Name         string   `json:"name,omitempty"`
	Line         int      `json:"line"`
	Roles        []string `json:"roles,omitempty"`
	Votes        int      `json:"votes,omitempty"`
	Bot          bool     `json:"bot,omitempty"`
	Group        bool     `json:"group,omitempty"`
	Domains      []string `json:"domains,omitempty"`
	Affiliations []string `json:"affiliations,omitempty"`
}

type golden struct {
	People   []goldenPerson `json:"people"`
	Findings []string       `json:"findings,omitempty"`
}

func goldenOf(r Roster) golden {
	g := golden{People: []goldenPerson{}}
	for _, p := range r.People {
		out := goldenPerson{Login: p.Login, ID: p.ID, Name: p.Name, Line: p.Line, Roles: p.Roles, Votes: p.Votes, Bot: p.Bot, Group: p.Group, Domains: p.Domains}
		for _, a := range p.Affiliations {
			words := []string{fmt.Sprintf("%d:", a.Line), a.Source, a.Kind}
			for _, w := range []string{a.Organization, a.From, a.Until} {
				if w == "" {
					w = "-"
				}
				words = append(words, w)
			}
			if a.Fuzzy {
				words = append(words, "fuzzy")
			}
			out.Affiliations = append(out.Affiliations, strings.Join(words, " "))
		}
		g.People = append(g.People, out)
	}
	for _, f := range r.Findings {
		word := "warns"
		if f.Stops {
			word = "stops"
		}
		g.Findings = append(g.Findings, fmt.Sprintf("%d: %s %s: %s (%s)", f.Line, word, f.Kind, f.Msg, f.Fix))
	}
	return g
}

// Each archive of testdata/roster holds a roster under its own name and what is read from it. The name
// of the archive begins with that of the format, by which the file has to be recognized.
func TestRostersAreReadAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("../../testdata/roster/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	seen := map[string]bool{}
	for _, name := range archives {
		format, what, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".txtar"), "_")
		seen[format] = true
		t.Run(format+"/"+what, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file := archive.Files[0]
			r := read(file.Name, "", file.Data)
			if r.Format != format {
				t.Errorf("%s was taken for %q", file.Name, r.Format)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetEscapeHTML(false)
			e.SetIndent("", "\t")
			if err := e.Encode(goldenOf(r)); err != nil {
				t.Fatal(err)
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "golden.json", Data: got.Bytes()})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var want string
			if len(archive.Files) > 1 {
				want = string(archive.Files[1].Data)
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("golden.json (-want +got):\n%s", diff)
			}
			if named := read(file.Name, format, file.Data); !cmp.Equal(goldenOf(r), goldenOf(named)) {
				t.Error("the named format reads something else than the recognized one")
			}
		})
	}
	for _, format := range Formats() {
		if !seen[format] {
			t.Errorf("there is no archive %s_*.txtar", format)
		}
	}
}
