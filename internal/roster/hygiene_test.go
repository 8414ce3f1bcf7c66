package roster

import (
	"bytes"
	"strings"
	"testing"
)

// Files that are no rosters, or not what they seem, each have a finding that says so.
func TestStrangeFilesHaveAClearFinding(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nversion: 1\npeople: []\n"
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 83000000\n"
	utf16 := "\xff\xfea\x00l\x00i\x00c\x00e\x00"
	gitdm := "alice: alice!acme.example\n\tAcme\n"
	tests := map[string]struct {
		file, text string
		kind       string
		stops      bool
		line       int
		msg        string
	}{
		"a YAML alias bomb":          {"affiliations.yml", bomb, "unreadable", true, 1, "aliases"},
		"100 MB of YAML":             {"affiliations.yml", strings.Repeat("#", 100<<20), "unreadable", true, 1, "larger than"},
		"100 MB of text":             {"developers_affiliations1.txt", strings.Repeat("#", 100<<20), "unreadable", true, 1, "larger than"},
		"a binary document":          {"MAINTAINERS.md", "# M\n\x00\x01", "unreadable", true, 2, "NUL"},
		"a binary text":              {"MAINTAINERS", "alice\n\x00\x01", "unreadable", true, 2, "NUL"},
		"bytes of another encoding":  {"CODEOWNERS", "* @alice\n# \xe9\n", "unreadable", true, 2, "not UTF-8"},
		"a Git LFS pointer for JSON": {"users.json", pointer, "format", true, 0, "not recognized"},
		"a Git LFS pointer, named":   {"sigs.yaml", pointer, "unreadable", true, 1, "Git LFS pointer"},
		"a Git LFS pointer for text": {"developers_affiliations1.txt", pointer, "unreadable", true, 1, "Git LFS pointer"},
		"UTF-16 in a document":       {"people.yml", utf16, "unreadable", true, 1, "UTF-16"},
		"UTF-16 in a text":           {"CODEOWNERS", utf16, "unreadable", true, 1, "UTF-16"},
		"a byte order mark":          {"developers_affiliations1.txt", "\ufeff" + gitdm, "hidden", false, 1, "byte order mark"},
		"line ends of Windows":       {"developers_affiliations1.txt", strings.ReplaceAll(gitdm, "\n", "\r\n"), "line-ends", false, 1, "Windows"},
		"a zero-width space in YAML": {"people.yml", "people:\n  alice: {company: \"Ac\u200bme\"}\n", "hidden", false, 2, "cannot be seen"},
		"a zero-width space in CSV":  {"project-maintainers.csv", ",Project,Name,Company,Github Name\n,P,A,Acme,ali\u200bce\n", "hidden", false, 2, "cannot be seen"},
		"a zero-width space in text": {"developers_affiliations1.txt", "alice: alice!acme.example\n\tAc\u200bme\n", "hidden", false, 2, "cannot be seen"},
		"a Cyrillic letter":          {"CODEOWNERS", "* @аlice\n", "look-alike", false, 1, "letters that a login cannot have"},
		"two logins that look alike": {"CODEOWNERS", "* @alice\n/docs @a1ice\n", "look-alike", false, 2, "looks like \"alice\" on line 1"},
		"a quote that is not closed": {"project-maintainers.csv", ",Project,Name,Company,Github Name\n,\"P,A,Acme,alice\n", "unreadable", true, 2, "not closed"},
		"no format":                  {"people.txt", "hello", "format", true, 0, "not recognized"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range Lint(tt.file, "", []byte(tt.text)) {
				if f.Kind == tt.kind && f.Stops == tt.stops && f.Line == tt.line && strings.Contains(f.Msg, tt.msg) && f.File == tt.file {
					if f.Fix == "" && f.Kind != "unreadable" {
						t.Errorf("%q does not say what to write", f.Msg)
					}
					return
				}
			}
			t.Errorf("no finding %q on line %d about %q: %v", tt.kind, tt.line, tt.msg, Lint(tt.file, "", []byte(tt.text)))
		})
	}
}

func TestWindowsLinesAreReadAllTheSame(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{
		"developers_affiliations1.txt": "alice: alice!acme.example\n\tAcme\n",
		"MAINTAINERS.md":               "# M\n* Alice ([@alice](https://github.com/alice)), _Acme_ <<alice@acme.example>>\n",
		"MAINTAINERS":                  "Alice, Acme <alice@acme.example> (github: @alice)\n",
	} {
		r, stops := Read(file, "", bytes.ReplaceAll([]byte(text), []byte("\n"), []byte("\r\n")))
		p, ok := r.Person("alice", 0)
		if !ok || len(stops) > 0 || len(p.Affiliations) != 1 || p.Affiliations[0].Organization != "Acme" {
			t.Errorf("%s: %+v %v", file, p, stops)
		}
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	findings := Lint("developers_affiliations1.txt", "", []byte("alice: alice!acme.example\n\tAcme\n"+strings.Repeat("  Acme from x-1\n", maxFindings)))
	if len(findings) != maxFindings+1 || findings[len(findings)-1].Kind != "more" {
		t.Errorf("%d findings, the last %v", len(findings), findings[len(findings)-1])
	}
}
