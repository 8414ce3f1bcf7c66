package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// Limits of a check run, in characters. GitHub refuses a summary or text of more than 65,535; ours are
// shorter, because nobody reads so much.
const (
	maxTitle   = 200
	maxSummary = 60_000
	maxRows    = 60 // of a table or a list
	maxNotes   = 200
)

// render makes the report of a run. It is the only place where verdicts become words and Markdown; the
// same run always gives the same report.
func render(run bylaw.Run, l *law) bylaw.Report {
	r := renderer{run: run, law: l}
	whole := r.whole()
	report := bylaw.Report{Conclusion: whole.Conclusion, Title: whole.Title, Checks: []bylaw.Check{whole}}
	for _, v := range run.Verdicts {
		if v.Outcome != bylaw.DoesNotApply && v.Outcome != bylaw.NotAsked {
			report.Checks = append(report.Checks, r.policy(v))
		}
	}
	report.Comment = comment(run)
	return report
}

// withdrawn is the report where a verdict stands on the head and the rules by which it was made are gone.
func withdrawn(s bylaw.Snapshot) bylaw.Report {
	c := bylaw.Check{
		Name: bylaw.CheckName, Conclusion: bylaw.Success, Title: "Nothing is configured any more", DetailsURL: s.URL,
		Summary:     fmt.Sprintf("There is no %s on the default branch any more, so there is no rule for this pull request to meet.\n", code(bylaw.ConfigPath)),
		Annotations: []bylaw.Annotation{}, Actions: []bylaw.Action{},
	}
	return bylaw.Report{Conclusion: c.Conclusion, Title: c.Title, Checks: []bylaw.Check{c}, Comment: WithoutRules()}
}

type renderer struct {
	run bylaw.Run
	law *law
}

// conclusion of the whole: the strictest of all. Where the rules themselves have a fault, a pull
// request that changes nothing but the rules, leaves no fault in them and is approved for that, passes:
// otherwise nobody could mend them.
func (r *renderer) conclusion() (c bylaw.Conclusion, mends bool) {
	c = bylaw.Success
	faulty := len(r.law.faults()) > 0
	mends = faulty && r.mends()
	if faulty && !mends {
		c = bylaw.Failure
	}
	for _, v := range r.run.Verdicts {
		if v.Outcome == bylaw.Broken && mends {
			continue
		}
		if v.Conclusion.Stricter(c) {
			c = v.Conclusion
		}
	}
	return c, mends
}

func (r *renderer) mends() bool {
	g := r.run.Snapshot.Governance
	onlyRules := len(g.Files) > 0 && len(g.Files) == len(r.run.Snapshot.Files) && !slices.ContainsFunc(r.run.Snapshot.Files, func(f bylaw.File) bool {
		return f.PreviousPath != "" && !r.law.governs(f.Path) // a rule that would become something else
	})
	approved := slices.ContainsFunc(r.run.Verdicts, func(v bylaw.Verdict) bool {
		return slices.Contains(policy.AlwaysOn, v.Policy) && v.Outcome == bylaw.Accepted
	})
	return onlyRules && approved && g.Sound
}

func (r *renderer) whole() bylaw.Check {
	conclusion, mends := r.conclusion()
	c := bylaw.Check{Name: bylaw.CheckName, Conclusion: conclusion, DetailsURL: r.run.Snapshot.URL, Actions: r.actions(), Annotations: []bylaw.Annotation{}}
	var b markdownBuilder
	if faults := r.law.faults(); len(faults) > 0 {
		if mends {
			b.paragraph("The rules on the default branch have a fault, and this pull request mends them. It changes nothing else and is approved for that, so it may be merged.")
		} else {
			b.paragraph("The rules on the default branch have a fault. Until it is corrected, no pull request can be judged; one that corrects it, and changes nothing else, can be merged when it is approved as a change of the rules.")
		}
		b.problems(faults)
	}
	if r.run.Snapshot.Governance.First {
		b.paragraph("This pull request brings the first configuration. Nothing is enforced yet; here is what it would do once it is merged.")
	}
	if len(r.run.Verdicts) > 0 {
		b.line("| Rule | Verdict |")
		b.line("|---|---|")
		for _, v := range r.run.Verdicts {
			b.line("| %s<br>%s | %s |", inert(v.Title), code(v.Policy), verdictCell(v))
		}
		b.line("")
	}
	for _, v := range r.run.Verdicts {
		if v.Conclusion != bylaw.Success && len(v.Findings)+len(v.Problems) > 0 && !r.told(v) {
			b.line("### %s", inert(v.Title))
			b.line("")
			b.reasons(v)
		}
	}
	b.paragraph("%s.", r.law.origin)
	c.Title, c.Summary = r.title(conclusion, mends), b.text(r.run.Ref)
	return c
}

// told reports whether all that is to be said of a verdict stands among the faults of the law.
func (r *renderer) told(v bylaw.Verdict) bool {
	blocked := len(r.law.problems) > 0 && !slices.Contains(policy.AlwaysOn, v.Policy)
	return v.Outcome == bylaw.Broken && (blocked || len(r.law.broken[v.Policy]) > 0) && len(r.run.Snapshot.Incomplete) == 0
}

func (r *renderer) title(conclusion bylaw.Conclusion, mends bool) string {
	var stopping []bylaw.Verdict
	applying, notAsked, need := 0, 0, ""
	for _, v := range r.run.Verdicts {
		if v.Outcome == bylaw.NotAsked {
			notAsked++
			need = needed(v)
		}
		if v.Outcome != bylaw.DoesNotApply && v.Outcome != bylaw.NotAsked {
			applying++
		}
		if v.Conclusion != bylaw.Success {
			stopping = append(stopping, v)
		}
	}
	faults := r.law.faults()
	switch {
	case mends:
		return "This change of the rules mends them and is approved"
	case len(r.law.problems) > 0:
		return clip(plainText("The rules have a fault: "+briefly(r.law.problems[0])), maxTitle)
	case len(stopping) == 1:
		return headline(stopping[0])
	case len(stopping) > 1:
		slices.SortStableFunc(stopping, func(a, b bylaw.Verdict) int { return cmp.Compare(strictness(b), strictness(a)) })
		return clip(fmt.Sprintf("%s are not met. First: %s", plural(len(stopping), "rule"), headline(stopping[0])), maxTitle)
	case len(faults) > 0:
		return clip(plainText("The rules have a fault: "+briefly(faults[0])), maxTitle)
	case notAsked > 0 && applying == 0:
		return clip(fmt.Sprintf("Not decided: %s could not be asked: %s", plural(notAsked, "rule"), need), maxTitle)
	case conclusion == bylaw.Success && applying == 0:
		return "No rule applies to this pull request"
	case applying == 1:
		return headline(r.only())
	default:
		return fmt.Sprintf("All %d rules that apply are met", applying)
	}
}

// only is the single verdict that applies.
func (r *renderer) only() bylaw.Verdict {
	i := slices.IndexFunc(r.run.Verdicts, func(v bylaw.Verdict) bool { return v.Outcome != bylaw.DoesNotApply && v.Outcome != bylaw.NotAsked })
	return r.run.Verdicts[i]
}

func strictness(v bylaw.Verdict) int {
	if v.Conclusion.Stricter(bylaw.ActionRequired) {
		return 2
	}
	if v.Conclusion.Stricter(bylaw.Success) {
		return 1
	}
	return 0
}

// headline is the verdict in one sentence of plain text.
func headline(v bylaw.Verdict) string {
	text := v.Headline
	switch {
	case v.Outcome == bylaw.Broken && len(v.Problems) > 0:
		text = fmt.Sprintf("%s could not be judged: %s", v.Policy, briefly(v.Problems[0]))
	case v.Outcome == bylaw.NotAsked:
		text = "Not asked: " + needed(v)
	case text == "" && v.Outcome == bylaw.Accepted:
		text = "Met: " + v.Title
	case text == "" && len(v.Findings) > 0:
		text = v.Findings[0].Msg
	case text == "":
		text = "Not met: " + v.Title
	}
	return clip(plainText(text), maxTitle)
}

// needed is what it would take to ask a policy that was not asked. Runs that older versions recorded do not say.
func needed(v bylaw.Verdict) string {
	return cmp.Or(plainText(v.Headline), "it needs facts that only GitHub has")
}

func verdictCell(v bylaw.Verdict) string {
	switch v.Outcome {
	case bylaw.DoesNotApply:
		return "does not apply"
	case bylaw.NotAsked:
		return "not asked: " + inert(needed(v))
	case bylaw.Broken:
		return "**could not be judged**"
	case bylaw.Accepted:
		if v.Headline == "" {
			return "met"
		}
		return "met: " + inert(headline(v))
	default:
		if v.Headline == "" && len(v.Findings) == 0 {
			return "**not met**"
		}
		return "**not met**: " + inert(headline(v))
	}
}

// policy renders the check run of one policy.
func (r *renderer) policy(v bylaw.Verdict) bylaw.Check {
	notes, more := annotations(v, r.run.Snapshot.Files)
	c := bylaw.Check{
		Name: bylaw.CheckName + "/" + v.Policy, Conclusion: v.Conclusion, Title: headline(v),
		DetailsURL: r.run.Snapshot.URL, Actions: r.actions(), Annotations: notes,
	}
	var b markdownBuilder
	b.reasons(v)
	if more > 0 {
		b.paragraph("%s are shown on their lines in the files, and %d more are not.", plural(len(notes), "finding"), more)
	}
	b.considered(v.Considered)
	b.line("### The rule")
	b.line("")
	b.paragraph("%s (%s, %s)", inert(v.Title), code(v.Policy), inert(v.Source))
	b.writtenRule(v)
	if rosters := r.run.Snapshot.Rosters; len(v.Considered) > 0 && len(rosters) > 0 {
		names := make([]string, len(rosters))
		for i, name := range rosters {
			names[i] = code(name)
		}
		b.paragraph("Is an affiliation wrong? Correct it in %s with a pull request of its own.", inARow(names))
	}
	c.Summary = b.text(r.run.Ref)
	return c
}

// actions are the buttons. GitHub shows them on completed check runs.
func (r *renderer) actions() []bylaw.Action {
	actions := []bylaw.Action{{Label: "Check again", Description: "Read everything anew and judge again", Identifier: bylaw.ActionRecheck}}
	for _, v := range r.run.Verdicts {
		if v.Conclusion != bylaw.Success && len(v.Reviewers) > 0 {
			return append([]bylaw.Action{{Label: "Ask a reviewer", Description: "Request the review that is missing", Identifier: bylaw.ActionAsk}}, actions...)
		}
	}
	return actions
}

// annotations are the findings that stand in a file of the pull request, and how many more there are than
// a check run should have.
func annotations(v bylaw.Verdict, files []bylaw.File) (out []bylaw.Annotation, more int) {
	out = []bylaw.Annotation{}
	for _, f := range v.Findings {
		stands := slices.ContainsFunc(files, func(file bylaw.File) bool { return file.Path == f.File && file.Status != "removed" })
		if f.File == "" || !stands {
			continue
		}
		if len(out) == maxNotes {
			more++
			continue
		}
		level := "failure"
		if f.Advice || v.Conclusion == bylaw.Success {
			level = "notice"
		}
		message := plainText(f.Msg)
		if f.Fix != "" {
			message += "\n" + plainText(capital(f.Fix))
		}
		if f.Suggestion != "" {
			message += "\nSuggested:\n" + strings.Join(verbatim(f.Suggestion), "\n")
		}
		out = append(out, bylaw.Annotation{Path: f.File, Line: max(f.Line, 1), Level: level, Title: clip(plainText(v.Title), 255), Message: message})
	}
	return out, more
}

// link is an https address that cannot end the Markdown link around it.
func link(address string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E", `\`, "%5C", "\n", "").Replace(plainText(address))
}

// briefly is a problem without what to do about it, as it fits into a title.
func briefly(p bylaw.Problem) string {
	if p.File == "" {
		return p.Msg
	}
	return p.Place() + ": " + p.Msg
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
