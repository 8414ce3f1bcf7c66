package bylaw

// Outcome is what a policy says of a snapshot.
type Outcome string

// The outcomes. Only Accepted and DoesNotApply let a pull request pass.
const (
	Accepted     Outcome = "accepted"
	NotAccepted  Outcome = "not accepted"
	DoesNotApply Outcome = "does not apply"
	Broken       Outcome = "broken"    // the policy could not be run; never a silent pass
	NotAsked     Outcome = "not asked" // a local check without the facts that the policy needs
)

// Conclusion is the conclusion of a check run. GitHub knows more; those that open a gate and say
// nothing (neutral, skipped) are never used.
type Conclusion string

// The conclusions, from the mildest to the strictest.
const (
	Success        Conclusion = "success"
	ActionRequired Conclusion = "action_required" // a person has to act: review, ask, decide
	Failure        Conclusion = "failure"         // the content is wrong, the rule blocks, or it could not be judged
)

// Stricter reports whether c stops more than other does.
func (c Conclusion) Stricter(other Conclusion) bool { return c.rank() > other.rank() }

func (c Conclusion) rank() int {
	switch c {
	case Success:
		return 0
	case ActionRequired:
		return 1
	default: // Failure, and whatever is not known: fail closed
		return 2
	}
}

// Verdict is what one policy says of one snapshot.
type Verdict struct {
	Policy     string         `json:"policy"` // folder name of the policy
	Title      string         `json:"title"`  // the rule as a sentence, from METADATA
	Source     string         `json:"source"` // where the policy comes from, in words
	Params     map[string]any `json:"params"` // the parameters that it was judged by; null where they were not recorded yet
	Outcome    Outcome        `json:"outcome"`
	Conclusion Conclusion     `json:"conclusion"`
	Headline   string         `json:"headline"` // the verdict in one sentence
	Findings   []Finding      `json:"findings"`
	Considered []Considered   `json:"considered"`
	Reviewers  []string       `json:"reviewers"` // logins who could give what is missing, best first
	RecheckAt  Time           `json:"recheck_at"`
	Marks      []string       `json:"marks"`       // words to count this verdict by, such as MarkConflict; sorted, never a name
	Rule       []Reference    `json:"rule"`        // the community's written rule, as its configuration or its own policy names it; empty when neither does
	SwitchedOn Evidence       `json:"switched_on"` // the line of the configuration that does; no file when it is always on
	Problems   []Problem      `json:"problems"`
	Comment    bool           `json:"comment"` // whether it is told in the comment on the pull request as well
}

// The marks that the transparency report counts. A policy of a community's own may give them as well.
const (
	MarkConflict      = "conflict"       // whoever has approved so far has a conflict of interest
	MarkOutsideReview = "outside_review" // enough people without one have approved
	MarkUnknown       = "unknown"        // enough have approved, of some of whom that is not known
	MarkWaiver        = "waiver"         // the rule was waived
	MarkNobody        = "nobody"         // nobody could give what is missing, and the rule lets that pass
)

// Finding is one reason inside a verdict.
type Finding struct {
	Msg        string     `json:"msg"`        // what is wrong, in one sentence
	Fix        string     `json:"fix"`        // what would make it right
	Suggestion string     `json:"suggestion"` // text that could replace the line, without its end; "" when nobody can know it
	File       string     `json:"file"`       // where, if it stands in a file of the pull request
	Line       int        `json:"line"`       // from 1; 0 for the file as a whole
	People     []string   `json:"people"`     // logins concerned
	Evidence   []Evidence `json:"evidence"`   // why we believe so
	Ref        string     `json:"ref"`        // https link to the written rule
	Advice     bool       `json:"advice"`     // worth knowing, but not a reason to refuse
}

// Evidence is where a fact comes from: a line of a file of the default branch, or words.
type Evidence struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Considered is somebody whose review or role was looked at, and what came of it.
type Considered struct {
	Who      string     `json:"who"`     // login
	Did      string     `json:"did"`     // "opened the pull request", "approved"
	Is       string     `json:"is"`      // organizations on that day, in words
	Counted  bool       `json:"counted"` // whether it counted towards the rule
	Why      string     `json:"why"`     // one sentence
	Evidence []Evidence `json:"evidence"`
}

// Reference is a link to a written rule.
type Reference struct {
	Ref         string `json:"ref"`
	Description string `json:"description"`
}
