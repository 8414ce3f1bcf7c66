package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
)

const perPage = 50 // rows of a list that is read on

// repository shows what is open, and which rules bind.
func (s *Site) repository(v visit) error {
	ctx := v.r.Context()
	beyond, _ := strconv.Atoi(v.r.URL.Query().Get("beyond")) // what is no number is the beginning
	open, err := s.Store.Proposals(ctx, v.repository.Name, max(beyond, 0), perPage+1)
	if err != nil {
		return err
	}
	page := struct {
		Home, Next  string
		First       bool
		Open        []proposal
		Policies    []policyPart
		Rosters     []string
		Meta        *store.RunMeta
		Latest      string
		Recent      []historyRow
		Configured  bool
		Limited     bool
		PublicSince string
		Config      string
	}{Home: home(v.repository), First: beyond <= 0, Configured: v.repository.Configured, Config: bylaw.ConfigPath}
	if page.Limited = !v.since.IsZero(); page.Limited {
		page.PublicSince = moment(v.since)
	}
	if len(open) > perPage {
		open = open[:perPage]
		page.Next = fmt.Sprintf("%s?beyond=%d", page.Home, open[perPage-1].Number)
	}
	for _, p := range open {
		if p.Run.ID != "" && p.Run.TakenAt.Before(v.since) || p.Run.ID == "" && !v.since.IsZero() {
			continue
		}
		page.Open = append(page.Open, proposal{p, pullPath(v.repository, p.Number)})
	}
	latest, found, err := s.Store.LatestOf(ctx, v.repository.Name, v.since)
	if err != nil {
		return err
	}
	if found {
		k, err := read(latest)
		if err != nil {
			return err
		}
		at := placesOf(k, page.Home)
		for _, verdict := range k.verdicts {
			page.Policies = append(page.Policies, at.part(verdict, 0))
		}
		page.Rosters, page.Meta, page.Latest = k.snapshot.Rosters, &k.meta, runPath(v.repository, k.meta.ID)
	}
	recent, err := s.Store.Decisions(ctx, store.Decisions{Repository: v.repository.Name, Since: v.since, Limit: 10})
	if err != nil {
		return err
	}
	for _, m := range recent {
		page.Recent = append(page.Recent, historyRow{m, runPath(v.repository, m.ID), false})
	}
	return s.show(v, http.StatusOK, "repository.html", v.repository.Name, []crumb{{v.repository.Name, ""}}, page)
}

type proposal struct {
	store.Proposal
	Link string
}

// decisions lists all decisions of a repository, or of one pull request, the newest first.
func (s *Site) decisions(v visit) error {
	query := v.r.URL.Query()
	number, _ := strconv.Atoi(query.Get("number")) // what is no number is all
	list, err := s.Store.Decisions(v.r.Context(), store.Decisions{
		Repository: v.repository.Name, Number: max(number, 0), Since: v.since, Before: markOf(query.Get("before")), Limit: perPage + 1,
	})
	if err != nil {
		return err
	}
	page := struct {
		Home, Older, Newest string
		Number              int
		List                []historyRow
	}{Home: home(v.repository), Number: max(number, 0)}
	again := url.Values{}
	if page.Number > 0 {
		again.Set("number", strconv.Itoa(page.Number))
	}
	if query.Get("before") != "" {
		page.Newest = page.Home + "/decisions?" + again.Encode()
	}
	if len(list) > perPage {
		list = list[:perPage]
		again.Set("before", markText(store.Mark{At: list[perPage-1].TakenAt, ID: list[perPage-1].ID}))
		page.Older = page.Home + "/decisions?" + again.Encode()
	}
	for _, m := range list {
		page.List = append(page.List, historyRow{m, runPath(v.repository, m.ID), false})
	}
	title := "Decisions in " + v.repository.Name
	if page.Number > 0 {
		title = fmt.Sprintf("Decisions on #%d of %s", page.Number, v.repository.Name)
	}
	return s.show(v, http.StatusOK, "decisions.html", title, append(s.trail(v), crumb{"Decisions", ""}), page)
}

// parameter is one parameter of a policy, with the value in force.
type parameter struct {
	Name, Kind, Default, Value, Help string
	Changed                          bool
}

// policy shows one policy of a repository: what it says, its text and tests, and what came of it.
func (s *Site) policy(v visit) error {
	ctx, name := v.r.Context(), v.r.PathValue("policy")
	text, found, err := s.source(v, name)
	if err != nil {
		return err
	}
	counts, err := s.Store.Outcomes(ctx, v.repository.Name, name, v.since)
	if err != nil {
		return err
	}
	latest, judged, err := s.Store.LatestOf(ctx, v.repository.Name, v.since)
	if err != nil {
		return err
	}
	var verdict *bylaw.Verdict
	var on source
	if judged {
		k, err := read(latest)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(k.verdicts, func(v bylaw.Verdict) bool { return v.Policy == name }); i >= 0 {
			verdict = &k.verdicts[i]
			on = placesOf(k, home(v.repository)).switchedOn(*verdict)
		}
	}
	if !found && verdict == nil {
		return errNotFound
	}
	md := policy.Describe(text)
	page := struct {
		ID, Title, Origin string
		InForce           bool
		Paragraphs        []string
		Rules             []bylaw.Reference // the community's own
		Pattern           []bylaw.Reference // whose rule a built-in policy was made after
		On                source
		AlwaysOn          bool
		NotMet            mood
		Params            []parameter
		Counts            []countRow
		Total             int
		Rego, Tests       []policy.Module
		Home              string
	}{ID: name, Title: md.Title, Origin: text.Origin, On: on, AlwaysOn: slices.Contains(policy.AlwaysOn, name), InForce: verdict != nil, NotMet: conclusionOf(string(md.Conclusion)), Home: home(v.repository)}
	values := map[string]any{}
	if verdict != nil {
		values = verdict.Params
		if page.Title == "" {
			page.Title = verdict.Title
		}
		page.Origin = verdict.Source
	}
	for paragraph := range strings.SplitSeq(md.Description, "\n\n") {
		page.Paragraphs = append(page.Paragraphs, paragraph)
	}
	described := links(md.Rule)
	switch {
	case text.BuiltIn:
		page.Pattern = described
	case verdict == nil:
		page.Rules = described
	}
	if verdict != nil {
		page.Rules = writtenRules(*verdict)
	}
	properties, _ := md.Params["properties"].(map[string]any)
	page.Params = parameters("", properties, values)
	for _, o := range []bylaw.Outcome{bylaw.Accepted, bylaw.NotAccepted, bylaw.DoesNotApply, bylaw.Broken, bylaw.NotAsked} {
		if n := counts[string(o)]; n > 0 {
			page.Counts = append(page.Counts, countRow{outcomeOf(bylaw.Verdict{Outcome: o}), n})
			page.Total += n
		}
	}
	for _, m := range text.Modules {
		if strings.HasSuffix(m.File, "_test.rego") {
			page.Tests = append(page.Tests, m)
		} else {
			page.Rego = append(page.Rego, m)
		}
	}
	return s.show(v, http.StatusOK, "policy.html", fmt.Sprintf("Policy %s in %s", name, v.repository.Name), append(s.trail(v), crumb{"Policy " + name, ""}), page)
}

type countRow struct {
	Mood mood
	N    int
}

// source finds the text of a policy: a community's own as the latest run had it, or one that ships with Bylaw.
func (s *Site) source(v visit, name string) (policy.Source, bool, error) {
	for _, source := range s.BuiltIn {
		if source.ID == name {
			return source, true, nil
		}
	}
	own, found, err := s.Store.OwnPolicy(v.r.Context(), v.repository.Name, name)
	if err != nil || !found {
		return policy.Source{}, false, err
	}
	var source policy.Source
	if err := json.Unmarshal(own.Source, &source); err != nil {
		return policy.Source{}, false, fmt.Errorf("read policy %s: %w", name, err)
	}
	if source.Origin != v.repository.Name { // its organization's: who may read one repository may not read every other
		_, _, err := s.sees(v.r.Context(), v.viewer, source.Origin)
		if errors.Is(err, errNotFound) {
			return policy.Source{}, false, nil
		}
		if err != nil {
			return policy.Source{}, false, err
		}
	}
	return source, true, nil
}

// parameters lists a schema with its defaults and the values in force, those below others with a dot.
func parameters(above string, schema, values map[string]any) (out []parameter) {
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		one, _ := schema[name].(map[string]any)
		if below, ok := one["properties"].(map[string]any); ok {
			inner, _ := values[name].(map[string]any)
			out = append(out, parameters(above+name+".", below, inner)...)
			continue
		}
		p := parameter{Name: above + name, Default: literal(one["default"])}
		p.Kind, _ = one["type"].(string)
		p.Help, _ = one["description"].(string)
		if choices, ok := one["enum"].([]any); ok {
			p.Kind = "one of " + strings.Join(names(choices, literal), ", ")
		}
		if value, set := values[name]; set {
			p.Value = literal(value)
			p.Changed = p.Value != p.Default
		}
		out = append(out, p)
	}
	return out
}

func literal(value any) string {
	if text, ok := value.(string); ok && text != "" {
		return text
	}
	data, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(data)
}
