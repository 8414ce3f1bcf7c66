package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// pinned are the requirements of the check `bylaw` from this App. Who merges past the check has to be exempt from
// each of them.
func pinned(gate github.Gate, app int64) []github.Required {
	return slices.DeleteFunc(slices.Clone(gate.Checks), func(c github.Required) bool { return c.Name != bylaw.CheckName || c.App != app })
}

func byRuleset(c github.Required) bool { return c.Ruleset != 0 }

// way is one list of people to whom a requirement does not apply.
type way struct {
	by   string   // such as "branch protection"
	at   string   // where it is set
	who  []string // nobody, if it is empty
	dark bool     // GitHub does not show it
}

// bypass looks at who may merge past the check: who is exempt from each requirement of it. Of branch protection alone
// [Gaps] tells.
func (d *Doctor) bypass(ctx context.Context, client *github.Client, r bylaw.Repository, gate github.Gate) {
	guards := pinned(gate, client.AppID())
	if len(guards) == 0 || gate.AdminsExempt && !slices.ContainsFunc(guards, byRuleset) {
		return
	}
	slices.SortFunc(guards, func(a, b github.Required) int { return cmp.Compare(a.Ruleset, b.Ruleset) }) // branch protection first: it needs no call
	guards = slices.CompactFunc(guards, func(a, b github.Required) bool { return a.Ruleset == b.Ruleset })
	var ways, dark []way
	for _, guard := range guards {
		w := way{by: "branch protection", at: "Settings, Branches"}
		if gate.AdminsExempt {
			w.who = []string{"administrators of the repository"}
		}
		if byRuleset(guard) {
			var err error
			if w, err = around(ctx, client, r, guard.Ruleset); err != nil {
				d.refused("branches", "Who may merge into the default branch of "+r.FullName()+" past the check", err)
				return
			}
		}
		switch {
		case w.dark:
			dark = append(dark, w)
		case len(w.who) == 0:
			d.fine("branches", "%s: nobody is exempt from the check `bylaw`.", r.FullName())
			return
		}
		ways = append(ways, w)
	}
	const past = " Who merges past the check stands in the audit log."
	switch {
	case len(dark) > 0:
		d.seen = append(d.seen, Observation{
			Area: "branches", State: Note, Fix: "See the bypass list at " + inARow(dark, func(w way) string { return w.at }) + "." + past,
			What: fmt.Sprintf("%s: GitHub does not show the App who may bypass %s, and with it the check: it shows that only to those who may change it.",
				r.FullName(), inARow(dark, func(w way) string { return w.by })),
		})
	case len(ways) == 1:
		d.amiss("branches", "Remove who need not be there, at "+ways[0].at+"."+past,
			"%s: these may merge whatever the check says, because %s exempts them: %s.", r.FullName(), ways[0].by, strings.Join(ways[0].who, ", "))
	default:
		d.amiss("branches", "Remove who need not be there, at "+inARow(ways, func(w way) string { return w.at })+"."+past,
			"%s: whoever is exempt by all of these may merge whatever the check says: %s.", r.FullName(),
			inARow(ways, func(w way) string { return w.by + " (" + strings.Join(w.who, ", ") + ")" }))
	}
}

func inARow(ways []way, of func(way) string) string {
	var texts []string
	for _, w := range ways {
		texts = append(texts, of(w))
	}
	return strings.Join(texts, " and ")
}

// around is who may bypass a ruleset. One that the App may not read at all, as of an organization, is not shown either.
func around(ctx context.Context, client *github.Client, r bylaw.Repository, id int64) (way, error) {
	set, err := client.Ruleset(ctx, r.Owner, r.Name, id)
	refused := new(github.Error)
	switch {
	case errors.As(err, &refused) && (refused.Kind == github.Forbidden || refused.Kind == github.NotFound):
		set = github.Ruleset{Name: fmt.Sprint(id), Hidden: true}
	case err != nil:
		return way{}, err
	}
	return way{by: fmt.Sprintf("the ruleset %q", set.Name), at: cmp.Or(set.WebURL, "Settings, Rules, Rulesets"), who: exempt(set.Bypass, client.AppID()), dark: set.Hidden}, nil
}

// roles are GitHub's own roles by their numbers, which it does not document: those of
// https://registry.terraform.io/providers/integrations/github/latest/docs/resources/repository_ruleset
var roles = map[int64]string{2: "people with the role Maintain", 4: "people with the role Write", 5: "administrators of the repository"}

// exempt says who is exempt from a ruleset.
func exempt(list []github.Bypass, app int64) []string {
	var out []string
	for _, b := range list {
		who := fmt.Sprintf("the %s with the number %d", strings.ToLower(b.Kind), b.ID)
		switch {
		case b.Kind == "RepositoryRole" && roles[b.ID] != "":
			who = roles[b.ID]
		case b.Kind == "RepositoryRole":
			who = fmt.Sprintf("people with the role of the number %d", b.ID)
		case b.Kind == "OrganizationAdmin":
			who = "owners of the organization"
		case b.Kind == "EnterpriseOwner":
			who = "owners of the enterprise"
		case b.Kind == "DeployKey":
			who = "deploy keys"
		case b.Kind == "Integration" && b.ID == app:
			who = "this App"
		case b.Kind == "Integration":
			who = fmt.Sprintf("the App with the number %d", b.ID)
		}
		if b.Mode == "exempt" {
			who += " (without a trace on GitHub)"
		}
		out = append(out, who)
	}
	return out
}
