package document

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeveralDocumentsKeepTheirLines(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text  string
		parts []Part
		fault string // "line: message"
	}{
		"one":                   {"a: 1\n", []Part{{map[string]any{"a": int64(1)}, 1}}, ""},
		"none":                  {"# nothing\n", nil, ""},
		"empty ones":            {"---\n---\n\n---\na: 1\n---\n", []Part{{map[string]any{"a": int64(1)}, 5}}, ""},
		"two":                   {"---\na: 1\n--- # another\n\nb: 2\n", []Part{{map[string]any{"a": int64(1)}, 2}, {map[string]any{"b": int64(2)}, 5}}, ""},
		"a line in a text":      {"a: |\n  ---\n  x\n", []Part{{map[string]any{"a": "---\nx\n"}, 1}}, ""},
		"windows":               {"a: 1\r\n---\r\nb: 2\r\n", []Part{{map[string]any{"a": int64(1)}, 1}, {map[string]any{"b": int64(2)}, 3}}, ""},
		"a fault in the second": {"a: 1\n---\nb: 2\nb: 3\n", nil, "4: the key \"b\" stands twice, first on line 3"},
		"too many all together": {strings.Repeat("---\n["+strings.Repeat("1,", 999)+"1]\n", 250), nil, "400: the file holds more than 200000 values"},
		"far too many":          {strings.Repeat("---\n", 250_000), nil, "1002: the file holds more than 1000 YAML documents"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parts, err := ReadSeveral("deploy.yml", YAML, []byte(tt.text))
			var fault *Error
			if errors.As(err, &fault) != (tt.fault != "") || fault != nil && !strings.Contains(fault.Error(), tt.fault) {
				t.Fatalf("got the error %v, want %q", err, tt.fault)
			}
			if diff := cmp.Diff(tt.parts, parts); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}
