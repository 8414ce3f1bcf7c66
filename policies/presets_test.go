package policies_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// A preset is a whole bylaw.yml without a fault, and says in its comment which rule it is, where that is
// written, and what of it is not enforced.
func TestEveryPresetIsABylawYmlThatExplainsItself(t *testing.T) {
	known := map[string]policy.Metadata{}
	all := sources(t)
	for _, s := range all[:len(all)-1] { // the last one is the library
		known[s.ID] = inspect(t, s)
	}
	for name, text := range presets(t) {
		config, problems := policy.ReadConfig(&policy.File{Path: name, Data: []byte(text)}, nil, known)
		for _, p := range problems {
			t.Error(p.Error())
		}
		folder, _, _ := strings.Cut(name, "/")
		on := false
		for _, enabled := range config.Policies {
			on = on || enabled.ID == folder
		}
		if !on {
			t.Errorf("%s: does not switch %s on", name, folder)
		}
		if (folder == "conflict_of_interest" || folder == "partners") && len(config.Rosters) == 0 {
			t.Errorf("%s: no roster, and %s asks for whom people work", name, folder)
		}
		comment, _, _ := strings.Cut(text, "\nversion: 1\n")
		for _, want := range []string{`^# \S.*: .*\n#\n`, `(?m)^# .*https?://\S+$`, `(?m)^# Not enforced: `} {
			if !regexp.MustCompile(want).MatchString(comment) {
				t.Errorf("%s: the comment has nothing like %s", name, want)
			}
		}
	}
}

// A preset is asked for by the name of its file alone.
func TestNoTwoPresetsHaveOneName(t *testing.T) {
	taken := map[string]string{}
	for name := range presets(t) {
		base := path.Base(name)
		if other, ok := taken[base]; ok {
			t.Errorf("%s and %s have one name", name, other)
		}
		taken[base] = name
	}
}

func TestTheReadmeNamesEveryPreset(t *testing.T) {
	text := readme(t)
	for name := range presets(t) {
		if link := "](" + name + ")"; !strings.Contains(text, link) {
			t.Errorf("README.md has no link to %s", name)
		}
	}
}

func TestEveryPresetHasAScenario(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "scenario", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var scenarios strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios.Write(data)
	}
	for name := range presets(t) {
		line := "exec bylaw config preset " + strings.TrimSuffix(path.Base(name), ".yml") + "\n"
		if !strings.Contains(scenarios.String(), line) {
			t.Errorf("no scenario has the line %q", line)
		}
	}
}

func presets(t *testing.T) map[string]string {
	t.Helper()
	names, err := fs.Glob(policies.Presets, "*/presets/*.yml")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d presets, %v", len(names), err)
	}
	out := map[string]string{}
	for _, name := range names {
		text, err := policies.Presets.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	return out
}
