package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/document"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// operations is the part of the README that operators read.
func operations(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, part, found := strings.Cut(string(data), "\n## Run it\n")
	part, _, ended := strings.Cut(part, "\n## ")
	if !found || !ended {
		t.Fatal("README.md has no section \"Run it\"")
	}
	return part
}

// TestOperatorsAreToldOfSettingsThatExist: every setting in the README is one, and every one is there.
func TestOperatorsAreToldOfSettingsThatExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	text := operations(t)
	for _, v := range settingsTable() {
		known[v.name] = true
		known[v.name+"_FILE"] = v.secret
		if !strings.Contains(text, "| `"+v.name+"`") {
			t.Errorf("the table of settings in README.md lacks %s", v.name)
		}
	}
	names := regexp.MustCompile(`BYLAW_[A-Z_]+`).FindAllString(text, -1)
	for _, name := range names {
		if !known[name] {
			t.Errorf("README.md names %s, which is no setting", name)
		}
	}
}

// TestManifestsOfOperators reads the Compose file and the Kubernetes manifest of the README, and holds them against
// the service: its settings, its port, and the paths on which it answers probes.
func TestManifestsOfOperators(t *testing.T) {
	t.Parallel()
	var kinds, paths, ports []string
	env := map[string][]string{} // by where it stands
	for _, block := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllStringSubmatch(operations(t), -1) {
		parts, err := document.ReadSeveral("README.md", document.YAML, []byte(block[1]))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			fields, _ := part.Value.(map[string]any)
			kind, _ := fields["kind"].(string)
			if fields["services"] != nil {
				kind = "Compose"
			}
			kinds = append(kinds, kind)
			walk(fields, func(key string, value any) {
				text := fmt.Sprint(value)
				switch {
				case strings.HasPrefix(key, "BYLAW_"):
					env[kind] = append(env[kind], key)
				case key == "name" && strings.HasPrefix(text, "BYLAW_"):
					env[kind] = append(env[kind], text)
				case key == "path":
					paths = append(paths, text)
				case key == "containerPort":
					ports = append(ports, text)
				}
			})
		}
	}
	if want := []string{"Compose", "Secret", "Deployment", "Service"}; !slices.Equal(kinds, want) {
		t.Errorf("README.md has %q, want %q", kinds, want)
	}
	if want := []string{"8080"}; !slices.Equal(ports, want) {
		t.Errorf("the Deployment has the ports %q, BYLAW_LISTEN is :8080", ports)
	}
	for _, kind := range []string{"Compose", "Deployment"} {
		for _, v := range settingsTable() {
			needed := v.fallback == "" && !slices.Contains(optional, v.name)
			if needed && !slices.Contains(env[kind], v.name) && !slices.Contains(env[kind], v.name+"_FILE") {
				t.Errorf("the %s lacks %s", kind, v.name)
			}
		}
	}

	st, err := openStage(t.Context(), fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme"}},
		Repositories:  []fakegithub.Repository{{Owner: "acme", Name: "widgets", Files: map[string]string{"README.md": "widgets\n"}}},
	}, slog.DiscardHandler, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	slices.Sort(paths)
	if want := []string{"/healthz", "/readyz"}; !slices.Equal(paths, want) {
		t.Errorf("the probes ask for %q, want %q", paths, want)
	}
	for _, path := range paths {
		resp, err := http.Get(st.serviceURL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("a probe of %s is answered %d", path, resp.StatusCode)
		}
	}
}

// walk visits every key with a value, at any depth.
func walk(value any, visit func(key string, value any)) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			visit(key, inner)
			walk(inner, visit)
		}
	case []any:
		for _, inner := range value {
			walk(inner, visit)
		}
	}
}
