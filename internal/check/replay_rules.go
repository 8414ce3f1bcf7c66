package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// OtherRules are rules under which recorded pull requests are judged again. They hold policies and their
// parameters only: people, organizations and how near these are stay as they were recorded.
type OtherRules struct {
	Relations bool // the configuration says how near relations bring organizations, which is not looked at

	law      *law
	recorded bool // what was judged is judged again by the parameters of then
	changes  []change
}

// change is one parameter that is to have another value, as a layer over whatever is configured.
type change struct {
	policy  string
	params  map[string]any
	enabled *bool
}

// ReadOtherRules reads the configuration and the policies in the files of a default branch. Without one
// (nil) the rules are the built-in policies: with the parameters of each record, and for a record
// that was never judged with their defaults. Rules with a fault cannot be had: the problems say what to correct.
func (c *Checker) ReadOtherRules(ctx context.Context, repository *bylaw.Tree) (OtherRules, []bylaw.Problem, error) {
	o := OtherRules{recorded: repository == nil}
	t := trees{}
	if repository != nil {
		t.repository = *repository
	}
	none := func(bylaw.Revision, []string) ([]bylaw.Blob, error) { return nil, nil }
	noRosters := func(string) *law { return &law{} }
	var err error
	if o.law, err = c.readLaw(ctx, t, none, noRosters); err != nil {
		return o, nil, fmt.Errorf("read rules to replay under: %w", err)
	}
	o.Relations = len(o.law.config.Relations) > 0
	if o.recorded {
		o.law.config.Policies = nil
		for _, id := range slices.Sorted(maps.Keys(o.law.sources)) {
			o.law.config.Policies = append(o.law.config.Policies, o.law.byDefault(id))
		}
	}
	return o, o.law.faults(), nil
}

func (l *law) byDefault(id string) policy.Enabled {
	params := l.metadata[id].Params.Defaults()
	if params == nil {
		params = map[string]any{}
	}
	return policy.Enabled{ID: id, Params: params}
}

// Set changes one parameter, as in "conflict_of_interest.conflict.major=block". The value is written as in
// bylaw.yml. "POLICY.enabled=true" and "=false" switch a policy on and off; a parameter alone does not. An
// error says in one sentence what is wrong with the text.
func (o *OtherRules) Set(text string) error {
	name, written, ok := strings.Cut(text, "=")
	path := strings.Split(strings.TrimSpace(name), ".")
	if !ok || len(path) < 2 || slices.Contains(path, "") {
		return fmt.Errorf("%q is not a change of a parameter; write POLICY.PARAMETER=VALUE", text)
	}
	ch := change{policy: path[0]}
	md, known := o.law.metadata[ch.policy]
	if !known {
		ids := slices.Sorted(maps.Keys(o.law.metadata))
		if near := document.Nearest(ch.policy, ids); near != "" {
			return fmt.Errorf("there is no policy %q; did you mean %q?", ch.policy, near)
		}
		further := ""
		if o.recorded {
			further = "; the community's own are known with --rules FOLDER, a checkout of its default branch"
		}
		return fmt.Errorf("there is no policy %q; there are %s%s", ch.policy, inARow(ids), further)
	}
	doc, err := document.Read("value", document.YAML, []byte(written))
	if e := new(document.Error); errors.As(err, &e) {
		return fmt.Errorf("the value of %s cannot be read: %s", name, e.Msg)
	} else if err != nil {
		return err
	}
	if len(path) == 2 && path[1] == "enabled" {
		on, isBool := doc.Value.(bool)
		switch {
		case !isBool:
			return fmt.Errorf("%s must be true or false", name)
		case !on && slices.Contains(policy.AlwaysOn, ch.policy):
			return fmt.Errorf("%s is always on", ch.policy)
		}
		ch.enabled = &on
	} else {
		value := doc.Value
		for _, key := range slices.Backward(path[1:]) {
			value = map[string]any{key: value}
		}
		ch.params, _ = value.(map[string]any)
		if faults := md.Params.Check(ch.params); len(faults) > 0 {
			return fmt.Errorf("%s: %s", ch.policy, strings.TrimSuffix(faults[0].Msg+"; "+faults[0].Fix, "; "))
		}
	}
	o.changes = append(o.changes, ch)
	return nil
}

// lawFor is the law by which a record is judged again, with or without the changes of Set.
func (o *OtherRules) lawFor(r Record, changed bool) *law {
	l := *o.law
	l.config.Policies = slices.Clone(l.config.Policies)
	l.broken, l.sources, l.given = maps.Clone(l.broken), maps.Clone(l.sources), nil
	if o.recorded && len(r.Verdicts) > 0 {
		l.config.Policies = nil
		for _, v := range r.Verdicts {
			l.config.Policies = append(l.config.Policies, l.asRecorded(v))
		}
		for _, id := range policy.AlwaysOn {
			if !switchedOn(l.config.Policies, id) {
				l.config.Policies = append(l.config.Policies, l.byDefault(id))
			}
		}
	}
	if changed {
		for _, ch := range o.changes {
			l.change(ch)
		}
	}
	slices.SortFunc(l.config.Policies, func(a, b policy.Enabled) int { return cmp.Compare(a.ID, b.ID) })
	for _, p := range l.config.Policies {
		if len(l.broken[p.ID]) == 0 {
			l.broken[p.ID] = contentsUnseen(l.metadata[p.ID].Patterns(p.Params), &r.Snapshot)
		}
	}
	return &l
}

// asRecorded is a policy with the parameters by which it was judged. One that does not exist here, or
// whose parameters have changed since, cannot be relied on.
func (l *law) asRecorded(v bylaw.Verdict) policy.Enabled {
	md, known := l.metadata[v.Policy]
	if !known {
		l.sources[v.Policy] = policy.Source{ID: v.Policy, Origin: v.Source}
		l.broken[v.Policy] = []bylaw.Problem{{Msg: fmt.Sprintf("The policy %s is not built in, so its text is not known here.", v.Policy), Fix: "name the folder with the community's rules: --rules FOLDER"}}
		return policy.Enabled{ID: v.Policy, Params: v.Params}
	}
	e := l.byDefault(v.Policy)
	if v.Params == nil {
		return e
	}
	if faults := md.Params.Check(v.Params); len(faults) > 0 {
		l.broken[v.Policy] = []bylaw.Problem{{Msg: "It was judged by parameters that the policy no longer has: " + faults[0].Msg, Fix: "name a folder with rules: --rules FOLDER"}}
	}
	e.Params = policy.Merge(e.Params, v.Params)
	return e
}

func (l *law) change(ch change) {
	i := slices.IndexFunc(l.config.Policies, func(e policy.Enabled) bool { return e.ID == ch.policy })
	switch {
	case i < 0 && ch.enabled != nil && *ch.enabled:
		l.config.Policies = append(l.config.Policies, l.byDefault(ch.policy))
	case i >= 0 && ch.enabled != nil && !*ch.enabled:
		l.config.Policies = slices.Delete(l.config.Policies, i, i+1)
	case i >= 0:
		l.config.Policies[i].Params = policy.Merge(l.config.Policies[i].Params, ch.params)
	}
}

func switchedOn(all []policy.Enabled, id string) bool {
	return slices.ContainsFunc(all, func(e policy.Enabled) bool { return e.ID == id })
}

// contentsUnseen says which changed files a policy asks for whose content was not recorded: it is kept
// only of files that a policy asked for then, and a file that nobody read is not one that is not there.
func contentsUnseen(patterns []string, s *bylaw.Snapshot) []bylaw.Problem {
	if len(patterns) == 0 {
		return nil
	}
	for _, f := range s.Files {
		asked := touches(f, func(path string) bool { return matchesAny(patterns, path) })
		if asked && (f.Status != "removed" && !f.After.Exists || f.Status != "added" && !f.Before.Exists) {
			return []bylaw.Problem{{File: f.Path, Msg: "The content of this file was not recorded, because no policy asked for it then."}}
		}
	}
	return nil
}
