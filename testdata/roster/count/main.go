// Command count counts the people in the files of the corpus with one regular expression each, and shares
// no code with Bylaw: it confirms the numbers in corpus.json.
//
//	go run ./testdata/roster/count CORPUS
//
// It prints a line for each file: its path, the people with a login, and how many of them have an
// employer, or "-" where that takes more than an expression to see.
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// count says how a file is counted. The first group of person is the login; the second, if it is not
// empty, is an employer.
type count struct {
	file      string
	person    string
	employers bool
}

var counts = []count{
	{"affiliations/gitdm/developers_affiliations1.txt", `(?m)^([A-Za-z0-9-]+): `, false},
	{"affiliations/gitdm/developers_affiliations2.txt", `(?m)^([A-Za-z0-9-]+): `, false},
	{"affiliations/gitdm/developers_affiliations3.txt", `(?m)^([A-Za-z0-9-]+): `, false},
	{"communities/opentelemetry-go/CODEOWNERS", `\s@([\w-]+)`, true},
	{"communities/opentelemetry-go/approvers-and-maintainers.excerpt.md", `(?m)^- \[.*?\]\(https://github.com/([\w-]+)\)(?:, (?:Independent|(\w[\w ]*)))?`, true},
	{"communities/spiffe/CODEOWNERS", `@([\w-]+)[ \n]`, true},
	{"communities/spiffe/ssc/README.md", `\(@([\w-]+)\)`, true},
	{"communities/stackstorm-st2/CODEOWNERS", `@([\w-]+)[ \n]`, true},
	{"communities/stackstorm-st2/OWNERS.md", `(?m)^\* .*?\(\[@[\w-]+\]\(https://github.com/([\w-]+)/?\)\)(?:(?:,| -) _(.*?)_)?`, true},
	{"rosters/argoproj-argoproj.MAINTAINERS.excerpt.md", `(?m)^\|[^|]*\| \[.*?\]\(https://github.com/([\w-]+)\) *\|[^|]*\| (?:Independent|\[?(\w*))`, true},
	{"rosters/cilium-cilium.MAINTAINERS.excerpt.md", `(?m)^\[.*\]: https://github.com/([\w-]+)`, false},
	{"rosters/containerd-project.MAINTAINERS", `(?m)^"([\w-]+)"`, true},
	{"rosters/crossplane-crossplane.OWNERS.excerpt.md", `github.com/([\w-]+)`, true},
	{"rosters/etcd-io-etcd.MAINTAINERS", `(?m)^[^#\n].*\(@?([\w-]+)@?\)`, true},
	{"rosters/helm-community.MAINTAINERS.md", `github.com/([\w-]+)`, true},
	{"rosters/jj-vcs-jj.paid_contributors.md", `(?m)^\* ((\w[\w-]*))$`, true},
	{"rosters/kubernetes-community.OWNERS", `(?m)^      - ([\w-]+)$`, true},
	{"rosters/kubernetes-community.OWNERS_ALIASES", `(?m)^    - ([\w-]+)$`, true},
	{"rosters/kubernetes-community.sigs.yaml", `(?m)github: ([\w-]+)\n\s+name: .*(?:\n\s+company: (?:Independent\b|(\S.*)))?`, false},
	{"rosters/longhorn-longhorn.MAINTAINERS", `(?m)^\w+ \w+, <.*>, @([\w-]+)`, true},
	{"rosters/ossf-allstar.MAINTAINERS.md", `(?m)^- @([\w-]+)`, true},
	{"rosters/spiffe-spiffe.CODEOWNERS", `@([\w-]+)[ \n]`, true},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run ./testdata/roster/count CORPUS")
	}
	for _, c := range counts {
		people := map[string]bool{}
		for _, m := range regexp.MustCompile(c.person).FindAllStringSubmatch(read(c.file), -1) {
			login := strings.ToLower(m[1])
			people[login] = people[login] || len(m) > 2 && m[2] != ""
		}
		show(c.file, people, c.employers)
	}
	foundation()
}

// foundation counts the rows of the CNCF's table.
func foundation() {
	const file = "affiliations/project-maintainers.csv"
	rows, err := csv.NewReader(strings.NewReader(read(file))).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	people := map[string]bool{}
	login := regexp.MustCompile(`^\s*(?:https://github.com/)?@?([A-Za-z0-9-]+)/?\s*$`)
	nobody := regexp.MustCompile(`(?i)^[\W_]*$|^\s*(?:independent|individual|unaffiliated|self|no affiliation|student|freelance|retired|n/a|none)`)
	for _, row := range rows[1:] {
		if m := login.FindStringSubmatch(row[4]); m != nil {
			key := strings.ToLower(m[1])
			people[key] = people[key] || !nobody.MatchString(row[3])
		}
	}
	show(file, people, true)
}

func read(file string) string {
	data, err := os.ReadFile(filepath.Join(os.Args[1], filepath.FromSlash(file)))
	if err != nil {
		log.Fatal(err)
	}
	return string(data)
}

func show(file string, people map[string]bool, employers bool) {
	employed := 0
	for _, works := range people {
		if works {
			employed++
		}
	}
	if !employers {
		fmt.Println(file, len(people), "-")
		return
	}
	fmt.Println(file, len(people), employed)
}
