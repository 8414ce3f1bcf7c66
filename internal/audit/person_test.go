package audit

import "testing"

func TestNamesAreReplacedAsWords(t *testing.T) {
	t.Parallel()
	const in = `{"author":{"id":7,"kind":"user","login":"Carol"},"body":"mail me","msg":"carol and carolin, carol-ann; @carol, CAROL.","state":"carol","who":{"login":"bob"}}`
	const want = `{"author":{"id":0,"kind":"user","login":"xy"},"body":"","msg":"xy and carolin, carol-ann; @xy, xy.","state":"carol","who":{"login":"bob"}}`
	r := redactor{login: "carol", standIn: "xy"}
	if got := string(r.rewrite([]byte(in))); got != want || !r.changed || r.err != nil {
		t.Errorf("want %s\ngot  %s (%v)", want, got, r.err)
	}
	if names([]byte(`{"msg":"carolin"}`), "carol") {
		t.Error("a part of a longer word is taken for a name")
	}
	if !names([]byte(`carol`), "carol") {
		t.Error("what cannot be read is taken to name nobody")
	}
}
