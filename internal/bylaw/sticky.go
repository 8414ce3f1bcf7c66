package bylaw

import (
	"crypto/sha256"
	"encoding/hex"
)

// Sticky is the one comment of ours on a pull request, as it is to stand now. Its zero value says
// nothing of it.
type Sticky struct {
	State StickyState `json:"state"`
	Body  string      `json:"body"` // Markdown
}

// StickyState says what a comment is for.
type StickyState string

// The states. Only StickyMissing is worth a comment where none stands; the others are for one that does.
const (
	StickyMissing   StickyState = "missing"    // something is missing
	StickyInOrder   StickyState = "in order"   // all that was asked for is there
	StickyNotJudged StickyState = "not judged" // a rule could not be judged
	StickyOver      StickyState = "over"       // no rule that wants a comment applies (any more)
)

// StickyMark stands in every comment of ours and cannot be seen. Others can write it as well, so a
// comment is ours only if the App has written it.
const StickyMark = "<!-- bylaw: the comment on this pull request -->"

// First reports whether the comment is to be posted where none stands yet.
func (s Sticky) First() bool { return s.State == StickyMissing }

// Digest tells one content from another: equal content has an equal digest, and then nothing is sent.
func (s Sticky) Digest() string {
	sum := sha256.Sum256([]byte(s.Body))
	return hex.EncodeToString(sum[:])
}
