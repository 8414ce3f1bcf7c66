package bylaw

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Run is one finished evaluation.
type Run struct {
	Ref      Ref       `json:"ref"`
	Snapshot Snapshot  `json:"snapshot"`
	Verdicts []Verdict `json:"verdicts"`
	Report   Report    `json:"report"`
}

// Report is what people read of a run: one check run for the whole, and one for each policy that
// applies.
type Report struct {
	Conclusion Conclusion `json:"conclusion"`
	Title      string     `json:"title"`
	Checks     []Check    `json:"checks"` // the first is the whole, named CheckName
	Comment    Sticky     `json:"comment"`
}

// CheckName is the name of the check run that stands for the whole, the one to require in branch
// protection. The check run of a policy is CheckName + "/" + the policy's folder.
const CheckName = "bylaw"

// Check is a completed check run, as it is posted.
//
// Limits: https://docs.github.com/rest/checks/runs (65,535 characters of summary and of text, 50
// annotations in a request, 3 actions of 20, 40 and 20 characters).
type Check struct {
	Name        string       `json:"name"`
	Conclusion  Conclusion   `json:"conclusion"`
	Title       string       `json:"title"`   // plain text
	Summary     string       `json:"summary"` // Markdown
	Text        string       `json:"text"`    // Markdown
	Annotations []Annotation `json:"annotations"`
	Actions     []Action     `json:"actions"`
	DetailsURL  string       `json:"details_url"`
}

// Digest tells one content of a check run from another: equal content has an equal digest, and then
// nothing is sent.
func (c Check) Digest() string {
	data, err := json.Marshal(c)
	if err != nil { // plain strings and numbers always marshal
		panic(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Annotation is a remark on a line of a file.
type Annotation struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`  // from 1
	Level   string `json:"level"` // notice, warning, failure
	Title   string `json:"title"`
	Message string `json:"message"`
}

// Identifiers of the buttons on a check run.
const (
	ActionRecheck = "recheck"
	ActionAsk     = "ask"
)

// Action is a button on a check run.
type Action struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}
