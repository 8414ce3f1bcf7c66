package setup

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// rosterNames are the names, in lower case, that files have in which communities say who is who, and which Bylaw
// reads without being told their format.
var rosterNames = []string{
	"affiliations.yml", "affiliations.yaml", "codeowners", "maintainers", "maintainers.md", "maintainers.toml", "maintainers.yaml",
	"maintainers.yml", "owners", "owners.md", "owners_aliases", "people.yaml", "people.yml", "project-maintainers.csv",
	"security-insights.yml", "sigs.yaml", "sigs.yml",
}

// exampleRoster stands in the example where a repository has no file that says who works for whom.
const exampleRoster = "governance/affiliations.yml"

// plainPath are the paths that may stand in Markdown and YAML as they are.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_./-]+$`)

// Rosters are those of the files that look like a roster, in the order given. Two that differ only in where they
// stand are both there: people may mean either.
func Rosters(paths []string) []string {
	var out []string
	for _, p := range paths {
		if plainPath.MatchString(p) && slices.Contains(rosterNames, strings.ToLower(path.Base(p))) {
			out = append(out, p)
		}
	}
	return out
}

// Example is a smallest useful bylaw.yml for a repository with these rosters.
func Example(rosters []string) string {
	if !slices.Contains(rosters, exampleRoster) {
		rosters = append(slices.Clone(rosters), exampleRoster)
	}
	var b strings.Builder
	b.WriteString("version: 1\nrosters:\n")
	for _, r := range rosters {
		fmt.Fprintf(&b, "  - path: %s\n", r)
	}
	b.WriteString("policies:\n  conflict_of_interest:\n")
	return b.String()
}

// Welcome is the check run on the head of the default branch of a repository that is new to Bylaw, and that has no
// configuration yet: GitHub offers a name to be required only after it has passed there within the last week, so it is
// a success, and its text says that nothing is enforced. Where a rule requires it from this App already, a success would help
// nobody and would open the gate to a pull request that proposes this very commit to another branch: there it is none.
func Welcome(o github.Outline, gate github.Gate, app int64) bylaw.Check {
	rosters := Rosters(o.Files)
	var b strings.Builder
	b.WriteString("**Nothing is enforced yet.** Bylaw is installed here, and does nothing on pull requests until the file " +
		"`.github/bylaw.yml` stands on the default branch. This check says no more than that: it judges no change.\n\n" +
		"## 1. Say which rules hold\n\nPropose this file as `.github/bylaw.yml` in a pull request. Bylaw previews it there, and enforces it once it is merged:\n\n")
	fmt.Fprintf(&b, "```yaml\n%s```\n\n", Example(rosters))
	if slices.Contains(rosters, exampleRoster) {
		fmt.Fprintf(&b, "`%s` is here already.\n", exampleRoster)
	} else {
		fmt.Fprintf(&b, "`%s` says who works for whom, and has to be written:\n\n", exampleRoster)
		b.WriteString("```yaml\nversion: 1\npeople:\n  - github: LOGIN\n    affiliations:\n      - {organization: EMPLOYER, from: 2024-01-01}\n```\n")
	}
	if others := slices.DeleteFunc(slices.Clone(rosters), func(r string) bool { return r == exampleRoster }); len(others) > 0 {
		fmt.Fprintf(&b, "\nThese files that were found here can be read as rosters, too; leave out what says nothing about people: `%s`.\n", strings.Join(others, "`, `"))
	}
	b.WriteString("\n## 2. Then require the check `bylaw`\n\n")
	gaps := Gaps(gate, app)
	for _, gap := range gaps {
		fmt.Fprintf(&b, "- %s %s\n", gap.What, gap.Fix)
	}
	if len(gaps) == 0 {
		b.WriteString("The default branch requires `bylaw` from this App already, and takes changes by pull request only.\n")
	}
	if gate.Unread != "" && len(gaps) > 0 {
		fmt.Fprintf(&b, "\n%s, so some of this may be set there.\n", gate.Unread)
	}
	conclusion := bylaw.Success
	required, pinned := gate.Requires(bylaw.CheckName, app)
	if pinned {
		conclusion = bylaw.ActionRequired
	}
	if required {
		b.WriteString("\nUntil the configuration is merged, pull requests wait for a check that nobody posts.\n")
	} else {
		b.WriteString("\nDo that after the first step: until then pull requests would wait for a check that nobody posts. " +
			"GitHub offers the name for one week after this check; afterwards any pull request brings it back.\n")
	}
	return bylaw.Check{
		Name: bylaw.CheckName, Conclusion: conclusion, Title: "Welcome: nothing is enforced before .github/bylaw.yml is merged",
		Summary: b.String(), Annotations: []bylaw.Annotation{}, Actions: []bylaw.Action{},
	}
}
