package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// The pull request of these tests was opened on 9 March 2026 and approved on the 10th, after which it is judged.

// classes are sorts of people, by what affiliations.yml says of them.
var classes = []struct{ name, affiliations string }{
	{"acme", "{organization: Acme, from: 2020-01-01}"},
	{"globex", "{organization: Globex, from: 2020-01-01}"},
	{"both", "{organization: Acme, from: 2020-01-01}, {organization: Globex, from: 2020-01-01}"},
	{"renamed", "{organization: Old Acme, from: 2020-01-01}"},
	{"owned", "{organization: Acme Labs, from: 2020-01-01}"},
	{"alone", "{organization: independent, from: 2020-01-01}"},
	{"unsaid", "{organization: undisclosed, from: 2020-01-01}"},
	{"unknown", ""},
	{"disputed", "{organization: Globex, from: 2020-01-01}"}, // and OWNERS.md says Initech
	{"left", "{organization: Acme, until: 2026-03-09}, {organization: Globex, from: 2026-03-09}"},
	{"leaves", "{organization: Acme, until: 2026-03-10}, {organization: Globex, from: 2026-03-10}"},
	{"joins", "{organization: Globex, until: 2026-03-10}, {organization: Acme, from: 2026-03-10}"},
}

const (
	productOrganizations = `version: 1
organizations:
  - id: acme
    name: Acme
  - id: old-acme
    name: Old Acme
    relations: [{to: acme, relation: renamed, from: 2025-06-01}]
  - id: acme-labs
    name: Acme Labs
    relations: [{to: acme, relation: acquired, from: 2025-06-01}]
`
	productOwners = "# Maintainers\n* [A](https://github.com/a-disputed), Initech\n* [B](https://github.com/b-disputed), Initech\n"
)

// standings says, for each class of author, how each class of approver stands, in the order of classes: inside,
// outside or open. Written down by hand.
var standings = map[string]string{
	//          acme   globex both   renamed owned alone  unsaid unknown disputed left leaves joins
	"acme":     "in     out    in     in      open  out    open   open    open     out  in     in",
	"globex":   "out    in     in     out     out   out    open   open    in       in   in     in",
	"both":     "in     in     in     in      open  out    open   open    in       in   in     in",
	"renamed":  "in     out    in     in      open  out    open   open    open     out  in     in",
	"owned":    "open   out    open   open    in    out    open   open    open     out  open   open",
	"alone":    "out    out    out    out     out   out    open   open    open     out  out    out",
	"unsaid":   "out    out    out    out     out   out    open   open    open     out  out    out",
	"unknown":  "out    out    out    out     out   out    open   open    open     out  out    out",
	"disputed": "out    in     in     out     out   out    open   open    in       in   in     in",
	"left":     "out    in     in     out     out   out    open   open    in       in   in     in",
	"leaves":   "in     in     in     in      open  out    open   open    in       in   in     in",
	"joins":    "in     in     in     in      open  out    open   open    in       in   in     in",
}

// outcomes says what comes of one approval, by how its giver stands, in a change of each severity under the
// defaults: success, ask (action required) or block (failure); the outcome table of the design.
var outcomes = map[string]string{
	//      trivial minor   major    governance
	"out":  "success success success success",
	"open": "success success success block",
	"in":   "success success ask     block",
}

var severities = []struct{ name, paths string }{
	{"trivial", "{trivial: {paths: [core/**]}, minor: {lines: 0}}"},
	{"minor", "{minor: {paths: [core/**]}}"},
	{"major", "{}"},
	{"governance", "{governance: {paths: [core/**]}}"},
}

func TestWhoMayApproveWhom(t *testing.T) {
	t.Parallel()
	var affiliations strings.Builder
	affiliations.WriteString("version: 1\npeople:\n")
	for _, side := range []string{"a", "b"} {
		for _, c := range classes {
			fmt.Fprintf(&affiliations, "  - {github: %s-%s, affiliations: [%s]}\n", side, c.name, c.affiliations)
		}
	}
	// Somebody from outside everything, so that nobody can say that nobody could review.
	affiliations.WriteString("  - {github: somebody, affiliations: [{organization: Umbra, from: 2020-01-01}]}\n")
	checker := productChecker(t)
	for _, author := range classes {
		want := strings.Fields(standings[author.name])
		for i, approver := range classes {
			for j, severity := range severities {
				config := fmt.Sprintf("version: 1\nrosters: [{path: affiliations.yml}, {path: OWNERS.md}]\norganizations: organizations.yml\npolicies: {conflict_of_interest: {severity: %s}}\n", severity.paths)
				checker.GitHub = productFacts("a-"+author.name, "b-"+approver.name, map[string]string{
					bylaw.ConfigPath: config, "affiliations.yml": affiliations.String(), "OWNERS.md": productOwners, "organizations.yml": productOrganizations,
				})
				result, err := checker.Check(t.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{})
				if err != nil {
					t.Fatal(err)
				}
				expected := strings.Fields(outcomes[want[i]])[j]
				if got := outcomeOf(result.Run.Report); got != expected {
					t.Errorf("author %s, approver %s, %s change: %s (%s), want %s because the approver is %s", author.name, approver.name, severity.name, got, result.Run.Report.Title, expected, want[i])
				}
			}
		}
	}
}

// TestWhatEvidenceIsWorth holds what each source says of an approver, of the author's organization and of another,
// does to a major change under "unknown: refuse".
func TestWhatEvidenceIsWorth(t *testing.T) {
	t.Parallel()
	const declared = "version: 1\npeople:\n  - {github: alice, affiliations: [{organization: Acme, from: 2020-01-01}]}\n  - {github: somebody, affiliations: [{organization: Umbra, from: 2020-01-01}]}\n"
	for _, row := range []struct{ source, file, text, same, other string }{
		{"declared", "affiliations.yml", "  - {github: bob, affiliations: [{organization: %s, from: 2020-01-01}]}\n", "in", "out"},
		{"declared without a date", "affiliations.yml", "  - {github: bob, affiliations: [{organization: %s}]}\n", "in", "out"},
		{"declared, its review overdue", "affiliations.yml", "  - {github: bob, review_after: 2026-01-01, affiliations: [{organization: %s, from: 2020-01-01}]}\n", "in", "out"},
		{"a list of members", "MAINTAINERS.md", "# Maintainers\n* [Bob](https://github.com/bob), %s\n", "in", "out"},
		{"gitdm, inside an interval", "developers_affiliations1.txt", "bob: bob!mail.example\n\t%s from 2020-01-01 until 2027-01-01\n", "open", "open"},
		{"gitdm, begun lately", "developers_affiliations1.txt", "bob: bob!mail.example\n\t%s from 2025-01-01\n", "open", "open"},
		{"gitdm, begun long ago", "developers_affiliations1.txt", "bob: bob!mail.example\n\t%s from 2015-01-01\n", "open", "open"},
		{"gitdm, without a date", "developers_affiliations1.txt", "bob: bob!mail.example\n\t%s\n", "open", "open"},
	} {
		for organization, want := range map[string]string{"Acme": row.same, "Globex": row.other} {
			files := map[string]string{
				bylaw.ConfigPath:   "version: 1\nrosters: [{path: affiliations.yml}, {path: " + row.file + "}]\npolicies: {conflict_of_interest: {unknown: {major: refuse}}}\n",
				"affiliations.yml": declared,
			}
			if row.file == "affiliations.yml" {
				files[bylaw.ConfigPath] = strings.Replace(files[bylaw.ConfigPath], ", {path: affiliations.yml}", "", 1)
			}
			files[row.file] += fmt.Sprintf(row.text, organization)
			checker := productChecker(t)
			checker.GitHub = productFacts("alice", "bob", files)
			result, err := checker.Check(t.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{})
			if err != nil {
				t.Fatal(err)
			}
			seen := ""
			for _, p := range result.Run.Verdicts[0].Considered {
				if p.Who == "bob" {
					seen = p.Why
				}
			}
			standing := "open"
			switch {
			case strings.HasPrefix(seen, "works for the same organization"):
				standing = "in"
			case seen == "works outside the organizations of the authors":
				standing = "out"
			}
			accepted := result.Run.Report.Conclusion == bylaw.Success
			if standing != want || accepted != (want == "out") {
				t.Errorf("%s, %s: %s (%s), accepted %t; want %s", row.source, organization, standing, seen, accepted, want)
			}
		}
	}
}

func productChecker(t *testing.T) *Checker {
	t.Helper()
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Engine: &policy.Engine{}, BuiltIn: builtIn, Now: func() time.Time { return noon }}
}

// productFacts are those of a change by one person that another one has approved.
func productFacts(author, approver string, files map[string]string) GitHub {
	r := bylaw.Reading{
		Snapshot: bylaw.Snapshot{
			Repository: bylaw.Repository{Owner: "example", Name: "widgets"}, Number: 7, State: "open", CreatedAt: bylaw.At(noon.AddDate(0, 0, -1)),
			Author: bylaw.Account{Login: author, Kind: bylaw.KindUser}, MergedBy: bylaw.Account{Kind: bylaw.KindDeleted},
			Head:  bylaw.Head{SHA: "a", PushedBy: author},
			Files: []bylaw.File{{Path: "core/turn.go", Status: "modified", Added: 100}},
			Reviews: []bylaw.Review{{
				Author: bylaw.Account{Login: approver, Kind: bylaw.KindUser}, State: bylaw.ReviewApproved, SHA: "a",
				SubmittedAt: bylaw.At(noon.Add(-time.Hour)), CanPush: true,
			}},
		},
		Law: bylaw.Tree{Repository: "example/widgets", Visible: true},
	}
	for _, login := range []string{author, approver, "somebody"} {
		r.Pushers = append(r.Pushers, bylaw.Account{Login: login, Kind: bylaw.KindUser})
	}
	for path, text := range files {
		r.Law.Files = append(r.Law.Files, bylaw.Blob{Path: path, Data: []byte(text)})
	}
	return still{r}
}

func outcomeOf(r bylaw.Report) string {
	switch r.Conclusion {
	case bylaw.Success:
		return "success"
	case bylaw.ActionRequired:
		return "ask"
	default:
		return "block"
	}
}
