package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// readPacks takes the configured Conftest packs from the trees and compiles them.
func (l *law) readPacks(ctx context.Context, c *Checker, t trees) error {
	for _, p := range l.config.Conftest {
		tree := t.repository
		if p.From.Repository != "" {
			tree = t.organization
		}
		s, problems := p.Source(tree.Files, tree.Repository)
		for i := range problems {
			problems[i].Repository = p.From.Repository
		}
		l.problems = append(l.problems, problems...)
		if len(problems) > 0 {
			continue
		}
		in, err := c.Engine.Inspect(ctx, s)
		if err != nil {
			return err
		}
		l.sources[p.ID], l.metadata[p.ID] = s, in.Metadata
		if len(in.Problems) > 0 {
			l.broken[p.ID] = in.Problems
		}
	}
	return nil
}

// judgePack asks a Conftest pack about the changed files that its configuration names. A file of which
// nothing can be said is a finding.
func (c *Checker) judgePack(ctx context.Context, p policy.Pack, s *bylaw.Snapshot, l *law) (bylaw.Verdict, error) {
	source, md := l.sources[p.ID], l.metadata[p.ID]
	if source.ID == "" { // there is none: a fault of the law, which reasonNotToAsk tells
		source, md = policy.Source{ID: p.ID, Origin: l.repository}, policy.Metadata{Title: "Changed files pass the Conftest policies in " + p.Dir}
	}
	if problems := l.reasonNotToAsk(p.ID, s); len(problems) > 0 {
		return policy.NotJudged(source, md, problems), nil
	}
	var inputs []policy.PackInput
	var unread []bylaw.Finding
	judged := 0
	for _, f := range s.Files {
		if f.Status == "removed" || !matchesAny(p.Paths, f.Path) {
			continue
		}
		judged++
		parts, finding := packInputs(f)
		inputs = append(inputs, parts...)
		if finding != nil {
			unread = append(unread, *finding)
		}
	}
	if judged == 0 {
		return policy.DoesNotApply(source, md), nil
	}
	v, err := c.Engine.EvaluatePack(ctx, source, inputs, unread)
	if v.Outcome == bylaw.Accepted {
		v.Headline = fmt.Sprintf("%s, judged by the Conftest policies in %s", plural(judged, "changed file"), p.Dir)
	}
	return v, err
}

// packInputs are the documents of a changed file as Conftest gives them to a policy: each of several YAML
// documents by itself, and otherwise each element of a list at the top. The finding says why there are none.
func packInputs(f bylaw.File) ([]policy.PackInput, *bylaw.Finding) {
	silent := func(line int, msg, fix string) ([]policy.PackInput, *bylaw.Finding) {
		return nil, &bylaw.Finding{File: f.Path, Line: line, Msg: msg, Fix: fix, People: []string{}, Evidence: []bylaw.Evidence{}}
	}
	format, known := document.FormatOf(f.Path)
	switch {
	case !known || format == document.CSV || format == document.Markdown:
		return silent(0, "Conftest policies apply to this file, and Bylaw reads only YAML, JSON and TOML for them.", "correct \"paths\" of the pack in "+bylaw.ConfigPath)
	case !f.After.Exists:
		return silent(0, "Conftest policies apply to this file, and its content is not known.", "")
	}
	if p := f.After.Problems; len(p) > 0 && strings.ContainsRune(f.After.Text, '\uFFFD') { // the text is not as it stands there
		return silent(p[0].Line, capital(p[0].Msg)+".", p[0].Fix)
	}
	parts, err := document.ReadSeveral(f.Path, format, []byte(f.After.Text))
	if e := new(document.Error); errors.As(err, &e) {
		return silent(e.Line, capital(e.Msg)+".", e.Hint)
	}
	var inputs []policy.PackInput
	for _, part := range parts {
		values := []any{part.Value}
		if list, isList := part.Value.([]any); isList && len(parts) == 1 {
			values = list
		}
		for _, value := range values {
			switch value.(type) {
			case map[string]any, []any:
			default:
				return silent(part.Line, "Conftest policies apply to this file, and it holds something else than keys with values.", "")
			}
			inputs = append(inputs, policy.PackInput{File: f.Path, Line: part.Line, Value: value})
		}
	}
	if len(inputs) == 0 {
		return silent(0, "Conftest policies apply to this file, and it holds nothing that they could judge.", "")
	}
	return inputs, nil
}

// packDifferences says which Conftest packs would be new, changed or gone.
func packDifferences(now, next *law) []bylaw.Difference {
	describe := func(l *law) map[string]string {
		out := map[string]string{}
		for _, p := range l.config.Conftest {
			out[p.ID] = fmt.Sprintf("%s, for %s", p.Dir, strings.Join(p.Paths, ", "))
			if p.Namespace != "main" {
				out[p.ID] += ", package " + p.Namespace
			}
			if len(p.Rule.Value) > 0 {
				out[p.ID] += ", under " + referencesInWords(p.Rule.Value)
			}
		}
		return out
	}
	var out []bylaw.Difference
	was, is := describe(now), describe(next)
	for _, p := range next.config.Conftest {
		d := bylaw.Difference{File: bylaw.ConfigPath}
		if p.From.Repository == "" {
			d.File, d.Line = p.From.File, p.From.Line
		}
		switch before, stood := was[p.ID]; {
		case !stood:
			d.Msg = fmt.Sprintf("the Conftest policies in %s would apply", is[p.ID])
		case before != is[p.ID]:
			d.Msg = fmt.Sprintf("the Conftest policies would be those in %s, instead of %s", is[p.ID], before)
		case now.sources[p.ID].Digest() != next.sources[p.ID].Digest():
			d.Msg = fmt.Sprintf("the Conftest policies in %s would be others; their tests are not run", p.Dir)
		default:
			continue
		}
		out = append(out, d)
	}
	for _, p := range now.config.Conftest {
		if _, stands := is[p.ID]; !stands {
			out = append(out, bylaw.Difference{File: bylaw.ConfigPath, Msg: fmt.Sprintf("the Conftest policies in %s would not apply any more", was[p.ID])})
		}
	}
	return out
}
