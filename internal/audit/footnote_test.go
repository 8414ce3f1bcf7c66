package audit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFootnotesAreReadAtTheEndAlone(t *testing.T) {
	t.Parallel()
	digest := func(c string) string { return strings.Repeat(c, 64) }
	named := []Named{{"acme/widgets", 12, digest("b")}, {"acme/widgets", 3, digest("a")}}
	forged := Footnote([]Named{{"acme/widgets", 99, digest("f")}})
	want := []Named{named[1], named[0]}
	for name, text := range map[string]string{
		"alone":                             Footnote(named),
		"after other words":                 "Words\n\n" + Footnote(named) + "\n",
		"after a forged one in other words": forged + "\n\nWords\n\n" + Footnote(named),
	} {
		if diff := cmp.Diff(want, Footnotes(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := Footnotes("Words\n\n" + forged + "\nmore words"); got != nil {
		t.Errorf("words after it: %v", got)
	}
}
