package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// changes are the differences between two decisions on one pull request, in sentences without a full stop.
type changes struct {
	Verdicts []string // policies that say something else
	People   []string // whose approval came, went, counts or does not
	Facts    []string
}

// None reports whether nothing of what is compared has changed.
func (c changes) None() bool { return len(c.Verdicts)+len(c.People)+len(c.Facts) == 0 }

// maxChanges bounds each list of sentences.
const maxChanges = 40

func compare(then, now kept) changes {
	c := changes{Verdicts: verdictChanges(then, now), People: approvalChanges(then.verdicts, now.verdicts), Facts: append(factChanges(&then.snapshot, &now.snapshot), affiliationChanges(then, now)...)}
	for _, list := range []*[]string{&c.Verdicts, &c.People, &c.Facts} {
		if more := len(*list) - maxChanges; more > 0 {
			*list = append((*list)[:maxChanges:maxChanges], fmt.Sprintf("and %d more", more))
		}
	}
	return c
}

func verdictChanges(then, now kept) (out []string) {
	find := func(list []bylaw.Verdict, policy string) (bylaw.Verdict, bool) {
		i := slices.IndexFunc(list, func(v bylaw.Verdict) bool { return v.Policy == policy })
		if i < 0 {
			return bylaw.Verdict{}, false
		}
		return list[i], true
	}
	lower := func(v bylaw.Verdict) string { return strings.ToLower(outcomeOf(v).Word) }
	for _, v := range now.verdicts {
		before, was := find(then.verdicts, v.Policy)
		switch {
		case !was:
			out = append(out, fmt.Sprintf("%s is asked now: %s", v.Policy, lower(v)))
		case before.Outcome != v.Outcome || before.Conclusion != v.Conclusion:
			out = append(out, fmt.Sprintf("%s: %s, before that %s", v.Policy, lower(v), lower(before)))
		case then.headline(before) != now.headline(v):
			out = append(out, fmt.Sprintf("%s says now: %s", v.Policy, now.headline(v)))
		}
	}
	for _, v := range then.verdicts {
		if _, is := find(now.verdicts, v.Policy); !is {
			out = append(out, v.Policy+" is not asked any more")
		}
	}
	return out
}

// approvalChanges tells for each policy who was looked at anew, who no longer, and who counts otherwise.
func approvalChanges(then, now []bylaw.Verdict) (out []string) {
	type key struct{ policy, who, did string }
	gather := func(verdicts []bylaw.Verdict) (map[key]bylaw.Considered, []key) {
		all := map[key]bylaw.Considered{}
		var order []key
		for _, v := range verdicts {
			for _, c := range v.Considered {
				k := key{v.Policy, orGhost(c.Who), c.Did}
				if _, known := all[k]; !known {
					order = append(order, k)
				}
				all[k] = c
			}
		}
		return all, order
	}
	before, old := gather(then)
	after, order := gather(now)
	counts := map[bool]string{true: "counts", false: "does not count"}
	for _, k := range order {
		c := after[k]
		was, known := before[k]
		switch {
		case !known:
			out = append(out, fmt.Sprintf("%s %s: %s for %s", k.who, k.did, counts[c.Counted], k.policy))
		case was.Counted != c.Counted:
			out = append(out, fmt.Sprintf("%s now %s for %s (%s)", k.who, counts[c.Counted], k.policy, c.Why))
		}
	}
	for _, k := range old {
		if _, is := after[k]; !is {
			out = append(out, fmt.Sprintf("%s, who %s, is not looked at by %s any more", k.who, k.did, k.policy))
		}
	}
	return out
}

func factChanges(then, now *bylaw.Snapshot) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if then.Head.SHA != now.Head.SHA {
		say("the head is %s, it was %s", short(now.Head.SHA), short(then.Head.SHA))
	}
	if then.Base.Name != now.Base.Name {
		say("it is to change %s, it was %s", now.Base.Name, then.Base.Name)
	}
	if then.Title != now.Title {
		say("the title was “%s”", then.Title)
	}
	if then.State != now.State {
		say("it is %s, it was %s", now.State, then.State)
	}
	if then.Draft != now.Draft {
		say("%s", map[bool]string{true: "it is a draft now", false: "it is no draft any more"}[now.Draft])
	}
	differ := func(what string, before, after []string) {
		for _, name := range without(after, before) {
			say("%s %s is new", what, name)
		}
		for _, name := range without(before, after) {
			say("%s %s is gone", what, name)
		}
	}
	differ("label", names(then.Labels, func(l bylaw.Label) string { return l.Name }), names(now.Labels, func(l bylaw.Label) string { return l.Name }))
	differ("request for a review by", then.RequestedReviewers, now.RequestedReviewers)
	came, went := reviewChanges(then.Reviews, now.Reviews)
	differ("review", went, came)
	command := func(c bylaw.Command) string {
		return fmt.Sprintf("/bylaw %s of %s (%s)", c.Name, orGhost(c.Who.Login), c.Fate)
	}
	differ("command", names(then.Commands, command), names(now.Commands, command))
	file := func(f bylaw.File) string { return f.Path }
	differ("file", names(then.Files, file), names(now.Files, file))
	if len(then.Commits) != len(now.Commits) {
		say("it has %s, it had %d", count(len(now.Commits), "commit"), len(then.Commits))
	}
	return out
}

// reviewChanges are the reviews that only one of two lists has. There can be hundreds, so that only those that differ
// are put into words.
func reviewChanges(then, now []bylaw.Review) (came, went []string) {
	type key struct {
		who, state string
		at         int64
	}
	keyOf := func(r bylaw.Review) key { return key{r.Author.Login, r.State, r.SubmittedAt.UnixMilli()} }
	only := func(list, other []bylaw.Review) (out []string) {
		has := map[key]bool{}
		for _, r := range other {
			has[keyOf(r)] = true
		}
		for _, r := range list {
			if !has[keyOf(r)] {
				out = append(out, fmt.Sprintf("of %s (%s on %s)", orGhost(r.Author.Login), strings.ReplaceAll(r.State, "_", " "), moment(r.SubmittedAt.Time)))
			}
		}
		return out
	}
	return only(now, then), only(then, now)
}

// affiliationChanges names of whom it is known otherwise whom they work for.
func affiliationChanges(then, now kept) (out []string) {
	before := map[string]string{}
	for _, p := range then.people {
		before[p.Login] = string(p.Affiliations)
	}
	for _, p := range now.people {
		if was, known := before[p.Login]; known && was != string(p.Affiliations) {
			out = append(out, fmt.Sprintf("what is known of whom %s works for is different", orGhost(p.Login)))
		}
	}
	return out
}

func names[T, N any](list []T, name func(T) N) []N {
	var out []N
	for _, one := range list {
		out = append(out, name(one))
	}
	return out
}

// without lists those that another list does not have.
func without(list, other []string) (out []string) {
	has := map[string]bool{}
	for _, name := range other {
		has[name] = true
	}
	for _, name := range list {
		if !has[name] {
			out = append(out, name)
		}
	}
	return out
}
