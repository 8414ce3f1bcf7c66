package roster

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// fuzzFormat feeds a reader with whatever, beginning with the archives of its format. Whatever it reads,
// people have logins and stand on lines of the file, and so do findings, which say something.
func fuzzFormat(f *testing.F, format string) {
	names, err := filepath.Glob("../../testdata/roster/" + format + "_*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatalf("no archives of %s: %v", format, err)
	}
	file := ""
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		file = archive.Files[0].Name
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.Count(strings.ReplaceAll(string(data), "\r", "\n"), "\n") + 2
		r := read(file, format, data)
		for _, finding := range r.Findings {
			if finding.Line < 0 || finding.Line > lines || finding.Msg == "" || finding.Kind == "" {
				t.Errorf("finding %+v in a text of %d lines", finding, lines)
			}
		}
		for _, p := range r.People {
			if !loginPattern.MatchString(p.Login) || p.Line < 1 || p.Line > lines {
				t.Errorf("person %+v in a text of %d lines", p, lines)
			}
			if found, ok := r.Person(p.Login, 0); !p.Group && (!ok || !sameLogin(found.Login, p.Login)) {
				t.Errorf("%s is not found", p.Login)
			}
			for _, d := range p.Domains {
				if strings.ContainsAny(d, "@! ") {
					t.Errorf("an address is kept: %q", d)
				}
			}
			for _, a := range p.Affiliations {
				if a.Kind == "" || a.Source == "" || a.Line < 1 || a.Line > lines || a.From != "" && a.Until != "" && a.From >= a.Until {
					t.Errorf("affiliation %+v", a)
				}
			}
		}
		b := Book{Rosters: []Roster{r}}
		for _, login := range b.Logins() {
			b.Person(login, 0, noon)
		}
		b.Disagreements("2026-01-01")
	})
}

func FuzzAffiliations(f *testing.F)       { fuzzFormat(f, "affiliations") }
func FuzzGitdm(f *testing.F)              { fuzzFormat(f, "gitdm") }
func FuzzProjectMaintainers(f *testing.F) { fuzzFormat(f, "project-maintainers") }
func FuzzCodeowners(f *testing.F)         { fuzzFormat(f, "codeowners") }
func FuzzOwners(f *testing.F)             { fuzzFormat(f, "owners") }
func FuzzOwnersAliases(f *testing.F)      { fuzzFormat(f, "owners-aliases") }
func FuzzSigs(f *testing.F)               { fuzzFormat(f, "sigs") }
func FuzzPeople(f *testing.F)             { fuzzFormat(f, "people") }
func FuzzSecurityInsights(f *testing.F)   { fuzzFormat(f, "security-insights") }
func FuzzSortinghat(f *testing.F)         { fuzzFormat(f, "sortinghat") }
func FuzzStackalytics(f *testing.F)       { fuzzFormat(f, "stackalytics") }
func FuzzMaintainersTOML(f *testing.F)    { fuzzFormat(f, "maintainers-toml") }
func FuzzMaintainersYAML(f *testing.F)    { fuzzFormat(f, "maintainers-yaml") }
func FuzzPaidContributors(f *testing.F)   { fuzzFormat(f, "paid-contributors") }
func FuzzMarkdown(f *testing.F)           { fuzzFormat(f, "markdown") }
func FuzzColumns(f *testing.F)            { fuzzFormat(f, "columns") }
