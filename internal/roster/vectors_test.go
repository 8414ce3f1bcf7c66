package roster

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// believed is what a file says of somebody on a day: kinds and names.
func believed(r Roster, login, date string) []string {
	p, _ := r.Person(login, 0)
	out := []string{}
	for _, a := range p.At(date) {
		out = append(out, strings.TrimSpace(a.Kind+" "+a.Organization))
	}
	return out
}

func kindsOf(r Roster) []string {
	kinds := []string{}
	for _, f := range r.Findings {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// TestVectors are cases that other readers of such files got wrong: lines of real files, about people and
// companies that do not exist.
func TestVectors(t *testing.T) {
	t.Parallel()
	const gitdm = "developers_affiliations1.txt"
	csv := func(company, login string) string {
		return ",Project,Maintainer Name,Company,Github Name,OWNERS/MAINTAINERS\nGraduated,Umbrella,Alice," + company + "," + login + ",\n"
	}
	tests := map[string]struct {
		file, text  string
		login, date string
		want        []string
		finding     string // one of them, or "" for none at all
	}{
		"1 an employer called from":    {gitdm, "alice: a!b.example\n\tAcme Networks from Globex from 2014-12-01 until 2018-04-01\n", "alice", "2015-01-01", []string{"employer Acme Networks from Globex"}, ""},
		"2 an employer of one letter":  {gitdm, "alice: a!b.example\n\tX\n", "alice", "2015-01-01", []string{"employer X"}, ""},
		"3 an employer that shouts":    {gitdm, "alice: a!b.example\n\tUmbra! Inc.\n", "alice", "2015-01-01", []string{"employer Umbra! Inc."}, ""},
		"4 an address with a plus":     {gitdm, "alice: a+b!x.example\n\tAcme\n", "alice", "2015-01-01", []string{"employer Acme"}, ""},
		"4 an address in words":        {gitdm, "alice: AliCE.hu at mail.example\n\tAcme\n", "alice", "2015-01-01", []string{"employer Acme"}, "address"},
		"5 the day of a change":        {gitdm, "alice: a!b.example\n\tAcme until 2025-09-01\n\tGlobex from 2025-09-01\n", "alice", "2025-09-01", []string{"employer Globex"}, ""},
		"6 a login twice":              {gitdm, "alice: a!b.example\n\tAcme\nalice: c!d.example\n\tGlobex\n", "alice", "2025-09-01", []string{"ambiguous Acme", "ambiguous Globex"}, "ambiguous"},
		"11 a cell with white space":   {"project-maintainers.csv", csv("Acme", `"alice  "`), "alice", "2025-09-01", []string{"employer Acme"}, "white-space"},
		"11 a login with @":            {"project-maintainers.csv", csv("Acme", "@ali-ce"), "ali-ce", "2025-09-01", []string{"employer Acme"}, "at-sign"},
		"12 the text of a link":        {"MAINTAINERS.md", "# M\n\n| Name | GitHub | Company |\n|---|---|---|\n| Alice | [Alice Archer](https://github.com/alice) | [Acme](https://acme.example) |\n", "alice", "2025-09-01", []string{"employer Acme"}, ""},
		"13 reference links":           {"MAINTAINERS.md", "# M\n\n * [Alice Archer] (Acme)\n\n[Alice Archer]: https://github.com/alice\n", "alice", "2025-09-01", []string{"employer Acme"}, ""},
		"14 the login of an employer":  {"project-maintainers.csv", csv("@acme", "alice"), "alice", "2025-09-01", []string{"employer acme"}, "org-handle"},
		"14 two in one":                {"project-maintainers.csv", csv("acme and @globex-club", "alice"), "alice", "2025-09-01", []string{"ambiguous acme and @globex-club"}, "ambiguous"},
		"15 somebody who is lent out":  {"project-maintainers.csv", csv("Acme via Globex", "alice"), "alice", "2025-09-01", []string{"employer Acme", "employer Globex"}, "two-names"},
		"17 the term of a seat":        {"MAINTAINERS.md", "# M\n- [Alice](https://github.com/alice), Acme, until October 2026\n", "alice", "2030-01-01", []string{"employer Acme"}, ""},
		"18 rows that are not ordered": {"data.json", `{"users": [{"github_id": "alice", "companies": [{"company_name": "*independent", "end_date": null}, {"company_name": "Acme", "end_date": "2014-Jun-27"}]}]}`, "alice", "2014-06-26", []string{"employer Acme"}, "order"},
		"18 the end of an open row":    {"data.json", `{"users": [{"github_id": "alice", "companies": [{"company_name": "*independent", "end_date": null}, {"company_name": "Acme", "end_date": "2014-Jun-27"}]}]}`, "alice", "2014-06-27", []string{"independent"}, "order"},
		"19 a year of five digits":     {gitdm, "alice: a!b.example\n\tAcme from 20125-03-10\n", "alice", "2025-09-01", []string{}, "date"},
		"D-3 a parenthesis in a name":  {"project-maintainers.csv", csv("JiHu(GitLab)", "alice"), "alice", "2025-09-01", []string{"employer JiHu(GitLab)"}, ""},
		"D-3 a dash":                   {"project-maintainers.csv", csv("-", "alice"), "alice", "2025-09-01", []string{"unknown"}, "placeholder"},
		"D-7 formerly":                 {"project-maintainers.csv", csv("Acme (formerly Globex)", "alice"), "alice", "2025-09-01", []string{"employer Acme"}, "remark"},
		"D-7 not told":                 {"project-maintainers.csv", csv("N/A (unable to use current affiliation name)", "alice"), "alice", "2025-09-01", []string{"undisclosed"}, ""},
		"D-7 independent":              {"project-maintainers.csv", csv("Independent consulting", "alice"), "alice", "2025-09-01", []string{"independent"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := mustRead(t, tt.file, tt.text)
			if diff := cmp.Diff(tt.want, believed(r, tt.login, tt.date)); diff != "" {
				t.Errorf("believed (-want +got):\n%s", diff)
			}
			if kinds := kindsOf(r); tt.finding == "" && len(kinds) > 0 || tt.finding != "" && !slices.Contains(kinds, tt.finding) {
				t.Errorf("findings %v, want %q", kinds, tt.finding)
			}
		})
	}
}

// Vectors 7 to 10: what a file says becomes organizations, which are one or are not.
func TestVectorsOfOrganizations(t *testing.T) {
	t.Parallel()
	o := readEntries(t, `
  - id: acme
    aliases: [AWS, Acme Web Services]
  - id: globex
    relations: [{to: acme, relation: acquired, from: 2018-12-01}]
`)
	b := Book{Organizations: o, Rosters: []Roster{mustRead(t, "OWNERS.md", `# Owners
- [Alice](https://github.com/alice), Independent
- [Bob](https://github.com/bob), Independent
- [Carol](https://github.com/carol), AWS
- [Dave](https://github.com/dave), Acme
- [Erin](https://github.com/erin), Globex
`)}}
	id := func(login string) string {
		_, affiliations, _ := b.Person(login, 0, noon)
		if len(affiliations) != 1 {
			t.Fatalf("%s: %v", login, affiliations)
		}
		return affiliations[0].Organization
	}
	if a, b := id("alice"), id("bob"); a != "" || b != "" {
		t.Errorf("7: two independents are of the organizations %q and %q", a, b)
	}
	if a, b := id("carol"), id("dave"); a != b {
		t.Errorf("8: an alias is another organization: %q and %q", a, b)
	}
	for date, want := range map[string]Sameness{"2018-10-01": Separate, "2019-02-01": Merged} {
		if got := o.Between(id("erin"), id("dave"), date, date, Same{Acquired: Merged}); got != want {
			t.Errorf("9, 10: on %s they are %s, want %s", date, got, want)
		}
		if got := o.Between(id("erin"), id("dave"), date, date, Same{Acquired: Separate}); got != Separate {
			t.Errorf("9: where acquisitions do not count, on %s they are %s", date, got)
		}
	}
}

// Vectors 16 and 20, and the facts on carried cells and votes.
func TestVectorsOfWholeFiles(t *testing.T) {
	t.Parallel()
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 83000000\n"
	if _, stops := Read("github_users.json", "sortinghat", []byte(pointer)); len(stops) != 1 || !strings.Contains(stops[0].Msg, "Git LFS pointer") {
		t.Errorf("16: a pointer in place of a file: %v", stops)
	}
	r := mustRead(t, "OWNERS.md", "# O\n- [Alice](https://github.com/alice), Acme\n")
	removed := Removed{sha256.Sum256([]byte("alice")): true}
	if roles, affiliations, _ := (Book{Rosters: []Roster{r}, Removed: removed}).Person("Alice", 0, noon); len(roles)+len(affiliations) > 0 {
		t.Errorf("20: who asked to be removed has %v %v", roles, affiliations)
	}
	r = mustRead(t, "project-maintainers.csv", ",Project,Maintainer Name,Company,Github Name\nGraduated,Umbrella,Alice,Acme,alice\n,,Bob,Globex,bob\n,Parasol,Carol,Umbra,carol\n,,Alice,Initech,Alice\n")
	roles := map[string][]string{}
	for _, p := range r.People {
		roles[p.Login] = p.Roles
	}
	want := map[string][]string{"alice": {"maintainer of Umbrella", "maintainer of Parasol"}, "bob": {"maintainer of Umbrella"}, "carol": {"maintainer of Parasol"}}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Errorf("D-20: roles (-want +got):\n%s", diff)
	}
	if kinds := kindsOf(r); !slices.Contains(kinds, "disagrees") {
		t.Errorf("D-2: two employers in two projects are not reported: %v", kinds)
	}
	r = mustRead(t, "OWNERS.md", "# Leaders ***\n###### 3 vote points\n* A ([@alice](https://github.com/alice)) <<a@acme.example>>\n# Maintainers *\n###### 1 vote points\n"+
		"* B ([@bob](https://github.com/bob)), _Acme_ <<b@acme.example>>\n* C ([@carol](https://github.com/carol)) - _Globex_ - Docs.\n")
	points, unknown := 0, 0
	for _, p := range r.People {
		points += p.Votes
		if len(p.Affiliations) == 0 {
			unknown += p.Votes
		}
	}
	if points != 5 || unknown != 3 {
		t.Errorf("D-16: %d points, %d of them of people without an employer", points, unknown)
	}
}
