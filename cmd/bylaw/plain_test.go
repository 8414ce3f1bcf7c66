package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlainTextSaysTheSame(t *testing.T) {
	t.Parallel()
	const markdown = "### A *rule*\n\n" +
		"| Who | Why |\n|---|---|\n| alice | works for \\| Acme \\_Corp\\_ |\n| bob\\-2 | **yes**<br>`OWNERS.md:3` |\n\n" +
		"- Not &lt;b&gt; but \\*this\\*, and http:\u2060//x.example.<br>Ask \\@\u2060bob.\n" +
		"- [The written rule](https://example.org/rule)\n" +
		"- Not so.<br>Suggested:\n  ````\n  | `url`: **x** \\_ &lt;\n  ```\n  ````\n- `OWNERS.md`\n"
	const want = `A *rule*

Who     Why
alice   works for | Acme _Corp_
bob-2   yes, OWNERS.md:3

- Not <b> but *this*, and http://x.example.
  Ask @bob.
- The written rule: https://example.org/rule
- Not so.
  Suggested:
    | ` + "`url`" + `: **x** \_ &lt;
    ` + "```" + `
- OWNERS.md
`
	if diff := cmp.Diff(want, plain(markdown)); diff != "" {
		t.Errorf("plain text (-want +got):\n%s", diff)
	}
}
