package bylaw

import "fmt"

// Problem is something that the people of a repository can put right: a line of a configuration, a
// policy or a roster that cannot be read or does not hold. It is written for them, in plain words.
//
// A Problem is also an error. It is never retried, and it never carries text of another program.
type Problem struct {
	Repository string `json:"repository"` // "owner/name" where the file stands, "" for the governed repository
	File       string `json:"file"`
	Line       int    `json:"line"` // from 1; 0 when the whole file is meant
	Column     int    `json:"column"`
	Msg        string `json:"msg"` // what is wrong
	Fix        string `json:"fix"` // what to write instead; "" when Msg says it
}

// Error is the problem on one line: "file:line: what is wrong (what to do)".
func (p *Problem) Error() string {
	s := p.Msg
	if p.Fix != "" {
		s += " (" + p.Fix + ")"
	}
	if p.File == "" {
		return s
	}
	return p.Place() + ": " + s
}

// Place is "file:line", or the file alone when no line is known.
func (p *Problem) Place() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, p.Line)
	}
	if p.Repository != "" {
		place = p.Repository + " " + place
	}
	return place
}
