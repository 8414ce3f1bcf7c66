package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Limits on what one policy may answer, so that a report stays small enough to post and to read.
const (
	maxItems = 2000 // findings, and people considered
	maxText  = 4000 // bytes of one text
)

// reader reads the answers of a policy and keeps the first thing that is wrong with them. What a
// policy says is never guessed: an answer of the wrong shape breaks the verdict.
type reader struct {
	answers map[string]*ast.Array // each rule's value in a list; the list is empty when undefined
	fault   string
}

// verdictOf makes a verdict of what the query of queryFor gave.
func verdictOf(answers ast.Value, in Inspection, s Source) bylaw.Verdict {
	v := newVerdict(in, s)
	r := reader{}
	if !r.open(answers) {
		return broken(v, bylaw.Problem{File: s.file(), Msg: noAnswers})
	}
	applies := true
	if r.answers["applies"] != nil {
		applies = answerOf[bool](&r, "applies")
	}
	if r.fault == "" && !applies {
		v.Outcome, v.Conclusion = bylaw.DoesNotApply, bylaw.Success
		return v
	}
	if r.answers["accept"] == nil {
		return broken(v, bylaw.Problem{File: s.file(), Msg: noAnswers})
	}
	accept := answerOf[bool](&r, "accept")
	v.Headline = answerOf[string](&r, "headline")
	for _, item := range answerOf[[]*ast.Term](&r, "findings") {
		v.Findings = append(v.Findings, r.finding(item))
	}
	for _, item := range answerOf[[]*ast.Term](&r, "considered") {
		v.Considered = append(v.Considered, itemOf[bylaw.Considered](&r, "considered", item))
	}
	v.Reviewers = append(v.Reviewers, answerOf[[]string](&r, "reviewers")...)
	v.RecheckAt = r.moment("recheck_at")
	v.Marks = r.marks()

	v.Outcome, v.Conclusion = bylaw.Accepted, bylaw.Success
	if conclusion := r.conclusion(in.Metadata.Conclusion); !accept {
		v.Outcome, v.Conclusion = bylaw.NotAccepted, conclusion
	}
	if len(v.Findings) > maxItems || len(v.Considered) > maxItems || len(v.Reviewers) > maxItems {
		r.fail("it answers with more than %d findings or people", maxItems)
	}
	if r.fault != "" {
		return broken(newVerdict(in, s), bylaw.Problem{File: s.file(), Msg: "the policy's answer cannot be used: " + r.fault})
	}
	order(&v)
	return v
}

// newVerdict is a verdict without an answer. What a built-in policy links to is the rule of whoever asked for it first,
// and no other community's: its written rule is the one that a configuration names.
func newVerdict(in Inspection, s Source) bylaw.Verdict {
	v := bylaw.Verdict{
		Policy: s.ID, Title: cmp.Or(in.Metadata.Title, s.ID), Source: s.Origin, Rule: []bylaw.Reference{},
		Findings: []bylaw.Finding{}, Considered: []bylaw.Considered{}, Reviewers: []string{}, Marks: []string{}, Problems: []bylaw.Problem{},
	}
	if !s.BuiltIn {
		v.Rule = append(v.Rule, in.Metadata.Rule...)
	}
	return v
}

// broken makes a verdict of a policy that could not be run. It is a failure, never a pass.
func broken(v bylaw.Verdict, problems ...bylaw.Problem) bylaw.Verdict {
	v.Outcome, v.Conclusion, v.Problems = bylaw.Broken, bylaw.Failure, problems
	return v
}

func (r *reader) fail(format string, args ...any) {
	if r.fault == "" {
		r.fault = fmt.Sprintf(format, args...)
	}
}

// open reports whether these are answers: lists by the names of rules. The further answers are among them.
func (r *reader) open(answers ast.Value) bool {
	object, ok := answers.(ast.Object)
	if !ok {
		return false
	}
	if r.answers == nil {
		r.answers = map[string]*ast.Array{}
	}
	object.Foreach(func(rule, answer *ast.Term) {
		name, named := rule.Value.(ast.String)
		list, listed := answer.Value.(*ast.Array)
		ok = ok && named && listed
		r.answers[string(name)] = list
	})
	further := r.answers[furtherAnswers]
	delete(r.answers, furtherAnswers)
	if further != nil && further.Len() > 0 {
		return r.open(further.Elem(0).Value) && ok
	}
	return ok
}

// answerOf reads the value of a rule; the zero value when the rule is undefined or does not exist.
func answerOf[T any](r *reader, rule string) T {
	var value T
	if given := r.answers[rule]; given != nil && given.Len() > 0 {
		value = itemOf[T](r, rule, given.Elem(0))
	}
	return value
}

// itemOf reads a value. What is not exactly as it should be is read as JSON, which tells what is wrong.
func itemOf[T any](r *reader, rule string, term *ast.Term) T {
	var value T
	if take(term, reflect.ValueOf(&value).Elem()) {
		return value
	}
	var decoded T
	data := jsonOf(term)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&decoded); err != nil {
		if _, field, odd := strings.Cut(err.Error(), "unknown field "); odd {
			r.fail("the rule %q gives %s, and there is no field %s", rule, short(data), field)
		} else {
			r.fail("the rule %q gives %s, which is not of the right kind; see https://github.com/bylaw-app/bylaw/blob/main/policies/README.md", rule, short(data))
		}
	}
	return decoded
}

// jsonOf is a value as JSON, and empty when it has none.
func jsonOf(term *ast.Term) []byte {
	value, err := ast.JSON(term.Value)
	if err != nil {
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return data
}

// finding reads one finding. A text alone is a finding with nothing but a message.
func (r *reader) finding(term *ast.Term) bylaw.Finding {
	if _, alone := term.Value.(ast.String); alone {
		return bylaw.Finding{Msg: itemOf[string](r, "findings", term), People: []string{}, Evidence: []bylaw.Evidence{}}
	}
	f := itemOf[bylaw.Finding](r, "findings", term)
	switch {
	case f.Msg == "":
		r.fail("the rule \"findings\" gives %s, which has no msg", short(jsonOf(term)))
	case len(f.Msg) > maxText || len(f.Fix) > maxText || len(f.Suggestion) > maxText:
		r.fail("the rule \"findings\" gives a text of more than %d bytes", maxText)
	case f.Suggestion != "" && (f.File == "" || f.Line < 1):
		r.fail("the rule \"findings\" gives the suggestion %q, and not the file and line that it replaces", short([]byte(f.Suggestion)))
	case f.Ref != "" && !strings.HasPrefix(f.Ref, "https://"):
		r.fail("the rule \"findings\" gives the ref %q, which does not begin with https://", short([]byte(f.Ref)))
	}
	return f
}

func (r *reader) conclusion(byDefault bylaw.Conclusion) bylaw.Conclusion {
	switch c := bylaw.Conclusion(answerOf[string](r, "conclusion")); c {
	case "":
		return byDefault
	case bylaw.ActionRequired, bylaw.Failure:
		return c
	default:
		r.fail("the rule \"conclusion\" gives %q; it can be action_required or failure", short([]byte(string(c))))
		return bylaw.Failure
	}
}

func (r *reader) moment(rule string) bylaw.Time {
	text := answerOf[string](r, rule)
	if text == "" {
		return bylaw.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.fail("the rule %q gives %q, which is not a time such as 2026-01-31T12:00:00Z", rule, short([]byte(text)))
	}
	return bylaw.At(t)
}

// markPattern is what a mark may be: a word to count by, never a name of anybody.
var markPattern = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// maxMarks bounds the marks of one verdict.
const maxMarks = 20

func (r *reader) marks() []string {
	marks := append([]string{}, answerOf[[]string](r, "marks")...)
	if len(marks) > maxMarks {
		r.fail("the rule \"marks\" gives more than %d words", maxMarks)
	}
	for _, m := range marks {
		if !markPattern.MatchString(m) {
			r.fail("the rule \"marks\" gives %q; a mark is a word of lower-case letters", short([]byte(m)))
		}
	}
	slices.Sort(marks)
	return marks
}

// order puts what must be done before advice, both in the order of files and lines, and who counted
// before who did not.
func order(v *bylaw.Verdict) {
	for i := range v.Findings {
		f := &v.Findings[i]
		f.People = append([]string{}, f.People...)
		f.Evidence = append([]bylaw.Evidence{}, f.Evidence...)
	}
	for i := range v.Considered {
		v.Considered[i].Evidence = append([]bylaw.Evidence{}, v.Considered[i].Evidence...)
	}
	slices.SortStableFunc(v.Considered, func(a, b bylaw.Considered) int {
		return cmp.Or(cmp.Compare(btoi(b.Counted), btoi(a.Counted)), cmp.Compare(a.Did, b.Did), cmp.Compare(a.Who, b.Who))
	})
	slices.SortStableFunc(v.Findings, func(a, b bylaw.Finding) int {
		return cmp.Or(
			cmp.Compare(btoi(a.Advice), btoi(b.Advice)),
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Msg, b.Msg),
		)
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// short is the beginning of a value, to be shown.
func short(data []byte) string {
	const most = 60
	if len(data) <= most {
		return string(data)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(data[cut]) {
		cut--
	}
	return string(data[:cut]) + "…"
}

// NotJudged is the verdict of a policy that was not asked, because something else makes its answer
// worthless. It is a failure that says why.
func NotJudged(s Source, md Metadata, why []bylaw.Problem) bylaw.Verdict {
	return broken(newVerdict(Inspection{Metadata: md}, s), why...)
}

// DoesNotApply is the verdict of a policy that has nothing to say.
func DoesNotApply(s Source, md Metadata) bylaw.Verdict {
	v := newVerdict(Inspection{Metadata: md}, s)
	v.Outcome, v.Conclusion = bylaw.DoesNotApply, bylaw.Success
	return v
}

// NotAsked is the verdict of a policy that needs facts which a local check does not have. It stops
// nothing, and nothing is ever posted of it. need says what it would take to ask it.
func NotAsked(s Source, md Metadata, need string) bylaw.Verdict {
	v := newVerdict(Inspection{Metadata: md}, s)
	v.Outcome, v.Conclusion, v.Headline = bylaw.NotAsked, bylaw.Success, need
	return v
}
