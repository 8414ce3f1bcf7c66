package github

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestAnswersAreNotMixed decodes answers one after the other, as they share a buffer.
func TestAnswersAreNotMixed(t *testing.T) {
	t.Parallel()
	type answer struct {
		Text  string          `json:"text"`
		Raw   json.RawMessage `json:"raw"`
		Bytes []byte          `json:"bytes"`
	}
	c := NewTokenClient("", "t")
	var first, second answer
	if err := c.decode(strings.NewReader(`{"text":"one","raw":[1,1,1],"bytes":"b25l"}`), &first); err != nil {
		t.Fatal(err)
	}
	if err := c.decode(strings.NewReader(`{"text":"two","raw":[2,2,2],"bytes":"dHdv"}`), &second); err != nil {
		t.Fatal(err)
	}
	if first.Text != "one" || string(first.Raw) != "[1,1,1]" || string(first.Bytes) != "one" {
		t.Errorf("the first answer became %+v", first)
	}
	if err := c.decode(strings.NewReader(`{"text":`), &second); err == nil {
		t.Error("the end of an answer before makes a cut one whole")
	}
}

func TestLongAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	c := NewTokenClient("", "t")
	var text string
	if err := c.decode(strings.NewReader(`"`+strings.Repeat("a", 2*maxReused)+`"`), &text); err != nil || len(text) != 2*maxReused {
		t.Fatal(len(text), err)
	}
	if kept, ok := c.buffers.Get().(*bytes.Buffer); ok {
		t.Errorf("a buffer of %d bytes is kept", kept.Cap())
	}
}
