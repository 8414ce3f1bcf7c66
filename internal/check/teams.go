package check

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// teams are the names of the teams that the parameters of the policies in force name.
func (l *law) teams() []string {
	var names []string
	for _, p := range l.config.Policies {
		for _, t := range l.teamsIn(p) {
			names = append(names, t.Team)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// teamsIn are the teams that the parameters of a policy name, which are looked for where the law is read.
func (l *law) teamsIn(p policy.Enabled) []policy.TeamParam {
	if teams, ready := l.named[p.ID]; ready {
		return teams
	}
	return l.metadata[p.ID].Params.Teams(p.Params)
}

// teamsOf returns the teams that the law names, in order, as far as they exist and can be seen. Those that the
// reading was asked for are not asked for again.
func (c *Checker) teamsOf(ctx context.Context, ref bylaw.Ref, l *law, asked []string, reading bylaw.Reading) ([]bylaw.Team, error) {
	names := l.teams()
	further := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(asked, name) })
	teams := teamsNamed(reading.Teams, names)
	if len(further) > 0 {
		more, err := c.GitHub.Teams(ctx, ref, further)
		if err != nil {
			return nil, fmt.Errorf("read teams of %s: %w", ref.Owner, err)
		}
		teams = append(teams, more...)
	}
	slices.SortFunc(teams, func(a, b bylaw.Team) int { return strings.Compare(a.Name, b.Name) })
	return teams, nil
}

func teamsNamed(teams []bylaw.Team, names []string) []bylaw.Team {
	return slices.DeleteFunc(slices.Clone(teams), func(t bylaw.Team) bool { return !slices.Contains(names, t.Name) })
}

// teamsUnseen says which teams the parameters of a policy name that are not among the facts. Such a
// policy is not asked: a team that nobody can see is not a team without members.
func (l *law) teamsUnseen(p policy.Enabled, s *bylaw.Snapshot) []bylaw.Problem {
	var problems []bylaw.Problem
	for _, named := range l.teamsIn(p) {
		if slices.ContainsFunc(s.Teams, func(t bylaw.Team) bool { return t.Name == named.Team }) {
			continue
		}
		from, set := p.From[named.Pointer]
		for at := named.Pointer; !set && at != "/" && at != "."; { // a list has one place
			at = path.Dir(at)
			from, set = p.From[at]
		}
		if !set {
			from = p.On
		}
		problems = append(problems, bylaw.Problem{
			Repository: from.Repository, File: from.File, Line: from.Line,
			Msg: fmt.Sprintf("%s names the team %q: there is no such team in %s, or Bylaw may not see it", parameterName(p.ID, named.Pointer), named.Team, s.Repository.Owner),
			Fix: "write the team as the address of its page does, without the organization; Bylaw needs the permission to read members",
		})
	}
	return problems
}

// parameterName is a parameter as people speak of it: conflict_of_interest.reviewers.team.
func parameterName(id, pointer string) string {
	return id + "." + strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
}
