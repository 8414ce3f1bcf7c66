package check

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// previewTime bounds how long the proposed rules of a pull request are compiled and tested. They come
// from anybody, and run in worker processes only.
const previewTime = 20 * time.Second

// govern adds to the snapshot what the pull request does to the rules themselves: the proposed version
// is read, linted, compiled and tested, and compared with the law, but nothing is judged by it. It
// returns the rosters as they would be, or nil when they stay.
func (c *Checker) govern(ctx context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law, reading bylaw.Reading) (*roster.Book, error) {
	s.Governance = bylaw.Governance{Files: []string{}, Problems: []bylaw.Problem{}, Differences: []bylaw.Difference{}, Entries: []bylaw.Entry{}}
	g := &s.Governance
	g.Legible = l.legible()
	if !slices.ContainsFunc(s.Files, func(f bylaw.File) bool { return touches(f, l.governs) || touches(f, isConfig) }) {
		return nil, nil
	}
	bounded, cancel := context.WithTimeout(ctx, previewTime)
	defer cancel()
	next, err := c.proposedLaw(ctx, bounded, ref, s, l, reading)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		g.Files = append(g.Files, touched(s.Files, l.governs)...)
		g.Problems = append(g.Problems, bylaw.Problem{File: bylaw.PoliciesPath, Msg: fmt.Sprintf("the proposed rules could not be read and compiled within %s", previewTime), Fix: "propose fewer and smaller policies at once"})
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	governs := func(file string) bool { return l.governs(file) || next.governs(file) }
	g.Files = append(g.Files, touched(s.Files, governs)...)
	g.First = !l.exists && next.exists
	g.Problems = append(g.Problems, problemsOfProposal(l, next, g.Files)...)
	g.Differences = append(g.Differences, configDifferences(l, next)...)
	tested, faults, err := c.testProposal(ctx, bounded, l, next)
	if err != nil {
		return nil, err
	}
	g.Problems = append(g.Problems, faults...)
	g.Differences = append(g.Differences, tested...)
	g.Sound = len(next.faults()) == 0 && len(g.Problems) == 0
	entries, differences := roster.Compare(l.book, next.book)
	g.Entries = append(g.Entries, entries...)
	g.Differences = append(g.Differences, differences...)
	g.Differences = append(g.Differences, removalDifferences(l, next)...)
	return &next.book, nil
}

// aside reports whether a file stands among the policies and is none: nobody reads it.
func aside(file string) bool {
	return strings.HasPrefix(file, bylaw.PoliciesPath+"/") && path.Ext(file) != ".rego"
}

func isConfig(file string) bool { return file == bylaw.ConfigPath }

// touches reports whether a changed file is or was one of those meant.
func touches(f bylaw.File, meant func(string) bool) bool {
	return meant(f.Path) || f.PreviousPath != "" && meant(f.PreviousPath)
}

// touched are the paths of the changed files that are or were among those meant.
func touched(files []bylaw.File, meant func(string) bool) []string {
	var paths []string
	for _, f := range files {
		if touches(f, meant) {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// proposedLaw reads the law as it would be if the pull request were merged: its version of the files
// that it changes, and the default branch's of all others. Files are read under ctx; what they hold is
// compiled under bounded, because anybody may have written it.
func (c *Checker) proposedLaw(ctx, bounded context.Context, ref bylaw.Ref, s *bylaw.Snapshot, l *law, reading bylaw.Reading) (*law, error) {
	changed := map[string]bool{}
	var paths []string
	for _, f := range s.Files {
		changed[f.Path] = true
		if f.PreviousPath != "" {
			changed[f.PreviousPath] = true
		}
		if f.Status != "removed" && l.governs(f.Path) && !aside(f.Path) {
			paths = append(paths, f.Path)
		}
	}
	blobs, err := c.filesAt(ctx, ref, s, bylaw.RevisionHead, paths)
	if err != nil {
		return nil, err
	}
	tree := bylaw.Tree{Repository: reading.Law.Repository, Commit: s.Head.SHA, Visible: true, Files: slices.Clone(blobs)}
	for _, f := range reading.Law.Files {
		if !changed[f.Path] {
			tree.Files = append(tree.Files, f)
		}
	}
	proposal := trees{repository: tree, organization: reading.Organization, standing: l, elsewhere: c.lookElsewhere(ref)}
	return c.readLaw(bounded, proposal, func(revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
		if revision != bylaw.RevisionLaw {
			return c.GitHub.Files(ctx, ref, s, revision, paths)
		}
		// A file that the proposed configuration names: as the pull request has it, or as it stands.
		var mine, standing []string
		for _, p := range paths {
			if strings.HasSuffix(p, "/") {
				mine = append(mine, proposedBelow(s.Files, p)...)
			}
			if changed[p] {
				mine = append(mine, p)
			} else {
				standing = append(standing, p)
			}
		}
		out, err := c.filesAt(ctx, ref, s, bylaw.RevisionHead, mine)
		if err != nil || len(standing) == 0 {
			return out, err
		}
		rest, err := c.GitHub.Files(ctx, ref, s, bylaw.RevisionLaw, standing)
		rest = slices.DeleteFunc(rest, func(b bylaw.Blob) bool { return changed[b.Path] })
		return slices.Concat(out, rest), err
	}, func(string) *law { return nil })
}

// proposedBelow are the paths of the changed files that would stand below a folder.
func proposedBelow(files []bylaw.File, folder string) []string {
	var paths []string
	for _, f := range files {
		if f.Status != "removed" && strings.HasPrefix(f.Path, folder) {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// problemsOfProposal are the faults of the proposed rules that this pull request brings or leaves in
// the files that it touches. Faults elsewhere that stand already are not its business.
func problemsOfProposal(now, next *law, touched []string) []bylaw.Problem {
	standing := now.allFaults()
	var out []bylaw.Problem
	for _, p := range next.allFaults() {
		if p.Repository == "" && slices.Contains(touched, p.File) || !slices.Contains(standing, p) {
			out = append(out, p)
		}
	}
	return out
}

// faults are what is wrong with a law and with the policies that it switches on, in a fixed order.
func (l *law) faults() []bylaw.Problem {
	out := slices.Clone(l.problems)
	for _, p := range l.config.Policies {
		out = append(out, l.broken[p.ID]...)
	}
	for _, p := range l.config.Conftest {
		out = append(out, l.broken[p.ID]...)
	}
	return out
}

// allFaults are those of policies that are not switched on as well. They stop nothing, but nobody should
// propose them.
func (l *law) allFaults() []bylaw.Problem {
	out := slices.Clone(l.problems)
	for _, id := range slices.Sorted(maps.Keys(l.broken)) {
		out = append(out, l.broken[id]...)
	}
	return out
}

// testProposal runs the tests of the policies that the pull request adds or changes.
func (c *Checker) testProposal(ctx, bounded context.Context, now, next *law) ([]bylaw.Difference, []bylaw.Problem, error) {
	var differences []bylaw.Difference
	var problems []bylaw.Problem
	for _, id := range slices.Sorted(maps.Keys(next.sources)) {
		s := next.sources[id]
		if s.BuiltIn || s.Namespace != "" || next.broken[id] != nil || now.sources[id].Digest() == s.Digest() {
			continue
		}
		report, err := c.test(bounded, s)
		switch {
		case err != nil && ctx.Err() == nil && bounded.Err() != nil:
			problems = append(problems, bylaw.Problem{File: s.Modules[0].File, Msg: fmt.Sprintf("the tests of all proposed policies together took longer than %s", previewTime), Fix: "propose fewer policies at once, or make their tests quicker"})
			return differences, problems, nil
		case err != nil:
			return nil, nil, err
		}
		problems = append(problems, report.Problems...)
		problems = append(problems, report.Failed...)
		what := "changed"
		if _, stands := now.sources[id]; !stands {
			what = "new"
		}
		differences = append(differences, bylaw.Difference{
			File: s.Modules[0].File, Line: 1,
			Msg: fmt.Sprintf("policy %s is %s: %d of %d tests hold and reach %.0f %% of its lines", id, what, report.Passed, report.Passed+len(report.Failed), report.Coverage),
		})
		if report.Passed+len(report.Failed) == 0 && len(report.Problems) == 0 {
			problems = append(problems, bylaw.Problem{File: s.Modules[0].File, Msg: fmt.Sprintf("policy %s has no test", id), Fix: "add a file " + id + "_test.rego with at least one test"})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now.sources)) {
		if _, stands := next.sources[id]; !stands && now.sources[id].Namespace == "" {
			differences = append(differences, bylaw.Difference{File: now.sources[id].Modules[0].File, Msg: fmt.Sprintf("policy %s is removed", id)})
		}
	}
	return differences, problems, nil
}

// test runs the tests of one version of a policy once; later events about the same version are
// answered from memory.
func (c *Checker) test(ctx context.Context, s policy.Source) (policy.TestReport, error) {
	key := s.Digest()
	c.mu.Lock()
	report, known := c.tests[key]
	c.mu.Unlock()
	if known {
		return report, nil
	}
	report, err := c.Engine.Test(ctx, s)
	if err != nil {
		return report, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tests == nil || len(c.tests) >= keptLaws {
		c.tests = map[string]policy.TestReport{}
	}
	c.tests[key] = report
	return report, nil
}

// configDifferences says which policies would be switched on or off, and which parameters would have
// another value.
func configDifferences(now, next *law) []bylaw.Difference {
	var out []bylaw.Difference
	add := func(from policy.Place, format string, args ...any) {
		d := bylaw.Difference{File: bylaw.ConfigPath, Msg: fmt.Sprintf(format, args...)}
		if from.Repository == "" && from.File != "" {
			d.File, d.Line = from.File, from.Line
		}
		out = append(out, d)
	}
	before, after := enabledByID(now), enabledByID(next)
	for _, id := range slices.Sorted(maps.Keys(after)) {
		e := after[id]
		was, stood := before[id]
		switch {
		case !stood && slices.Contains(policy.AlwaysOn, id):
			continue // it was on before there was a configuration
		case !stood:
			add(e.On, "policy %s would be switched on", id)
			continue
		}
		if e.Comment.Value != was.Comment.Value {
			add(e.Comment.From, "%s.comment would be %t instead of %t", id, e.Comment.Value, was.Comment.Value)
		}
		if is, been := referencesInWords(e.Rule.Value), referencesInWords(was.Rule.Value); is != been {
			add(e.Rule.From, "%s.written_rule would be %s instead of %s", id, orNone(is), orNone(been))
		}
		values, old := e.Leaves(), was.Leaves()
		for _, pointer := range slices.Sorted(maps.Keys(values)) {
			name := id + "." + strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
			if is, been := fmt.Sprint(values[pointer]), fmt.Sprint(old[pointer]); is != been {
				add(e.From[pointer], "%s would be %s instead of %s", name, is, been)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, stands := after[id]; !stands {
			add(policy.Place{}, "policy %s would be switched off", id)
		}
	}
	if was, is := now.config.Threshold.Value, next.config.Threshold; was != is.Value {
		word := func(n int) string { return orNone(strings.TrimPrefix(strconv.Itoa(n), "0")) }
		add(is.From, "report.threshold would be %s instead of %s", word(is.Value), word(was))
	}
	out = append(out, relationDifferences(now, next)...)
	out = append(out, packDifferences(now, next)...)
	if was, is := rosterNames(now), rosterNames(next); was != is {
		add(policy.Place{}, "the rosters would be %s instead of %s", orNone(is), orNone(was))
	}
	if was, is := now.config.Organizations.Value, next.config.Organizations; was != is.Value {
		add(is.From, "the organizations file would be %s instead of %s", orNone(is.Value), orNone(was))
	}
	if was, is := now.config.Removed.Value, next.config.Removed; was != is.Value {
		add(is.From, "the list of people of whom nothing is told would be %s instead of %s", orNone(is.Value), orNone(was))
	}
	if was, is := sharedNames(now), sharedNames(next); was != is {
		add(policy.Place{}, "the private repositories whose rosters all others may name would be %s instead of %s", orNone(is), orNone(was))
	}
	return out
}

// relationDifferences says which relations would bring two organizations nearer, or less near.
func relationDifferences(now, next *law) []bylaw.Difference {
	was, is := sameOf(now.config.Relations), sameOf(next.config.Relations)
	var out []bylaw.Difference
	for _, kind := range []string{roster.Acquired, roster.Subsidiary, roster.Division, roster.PaysFor} {
		if before, after := was.Of(kind), is.Of(kind); before != after {
			d := bylaw.Difference{File: bylaw.ConfigPath, Msg: fmt.Sprintf("relations.%s would be %s instead of %s", kind, after, before)}
			if from := next.config.Relations[kind].From; from.Repository == "" && from.File != "" {
				d.File, d.Line = from.File, from.Line
			}
			out = append(out, d)
		}
	}
	return out
}

// removalDifferences counts of how many more and how many fewer people nothing would be told. Who they
// are is not said.
func removalDifferences(now, next *law) []bylaw.Difference {
	count := func(in, notIn roster.Removed) int {
		n := 0
		for hash := range in {
			if !notIn[hash] {
				n++
			}
		}
		return n
	}
	more, fewer := count(next.book.Removed, now.book.Removed), count(now.book.Removed, next.book.Removed)
	if more+fewer == 0 {
		return nil
	}
	d := bylaw.Difference{File: bylaw.ConfigPath, Msg: fmt.Sprintf("people of whom nothing is told: %d more, %d fewer", more, fewer)}
	for _, l := range []*law{now, next} {
		if r := l.config.Removed; r.Value != "" && r.From.Repository == "" {
			d.File = r.Value
		}
	}
	return []bylaw.Difference{d}
}

func enabledByID(l *law) map[string]policy.Enabled {
	out := map[string]policy.Enabled{}
	if !l.exists {
		return out
	}
	for _, e := range l.config.Policies {
		out[e.ID] = e
	}
	return out
}

func rosterNames(l *law) string {
	var names []string
	for _, r := range l.config.Rosters {
		names = append(names, r.String())
	}
	return strings.Join(names, ", ")
}

func referencesInWords(all []bylaw.Reference) string {
	words := make([]string, len(all))
	for i, r := range all {
		words[i] = r.Ref
		if r.Description != "" {
			words[i] = fmt.Sprintf("%s (%s)", r.Description, r.Ref)
		}
	}
	return inARow(words)
}

func orNone(words string) string {
	if words == "" {
		return "none"
	}
	return words
}
