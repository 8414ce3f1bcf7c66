package main

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/setup"
)

// TestSetupEndsInSettingsThatServeTakes goes from `bylaw setup` to the settings of a service whose key GitHub accepts,
// by files and by what is printed.
func TestSetupEndsInSettingsThatServeTakes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, flags := range map[string][]string{
		"files": {"--out", folder, "--organization", "acme"},
		"print": {"--print"},
		"json":  {"--print", "--json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, err := fakegithub.New(fakegithub.World{
				Organizations: []fakegithub.Organization{{Login: "acme"}},
				Repositories:  []fakegithub.Repository{{Owner: "acme", Name: "widgets", Files: map[string]string{"a": "b"}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			hub := httptest.NewServer(fake)
			t.Cleanup(hub.Close)
			fake.WebURL = hub.URL
			getenv := func(name string) string { return map[string]string{"BYLAW_API_URL": hub.URL}[name] }
			terminal, out := &screen{shown: make(chan struct{})}, new(bytes.Buffer)
			code := make(chan int, 1)
			go func() {
				code <- run(append([]string{"setup", "--url", "https://rules.example/"}, flags...), streams{in: strings.NewReader(""), out: out, err: terminal, getenv: getenv})
			}()
			<-terminal.shown
			create(t, hub.URL, regexp.MustCompile(`http://127\S+`).FindString(terminal.text()))
			if got := <-code; got != exitFine {
				t.Fatalf("exit code %d: %s", got, terminal.text())
			}

			values := map[string]string{}
			switch name {
			case "json":
				if err := json.Unmarshal(out.Bytes(), &values); err != nil {
					t.Fatal(err)
				}
			case "files":
				text, err := os.ReadFile(filepath.Join(folder, setup.EnvFile))
				if err != nil || out.Len() > 0 {
					t.Fatal(err, out)
				}
				values = environment(string(text))
			default:
				values = environment(out.String())
			}
			set, err := readSettings(func(name string) string { return values[name] })
			if err != nil {
				t.Fatal(err)
			}
			if set.appID != fake.App.ID || !set.key.PublicKey.Equal(fake.App.Key) || string(set.secrets[0]) != fake.Hook.Secret || set.url.String() != "https://rules.example" || set.apiURL != hub.URL {
				t.Errorf("the settings are not those of the App: %d, %s, %s", set.appID, set.url, set.apiURL)
			}
			if strings.Contains(terminal.text(), fake.Hook.Secret) {
				t.Error("the terminal shows a secret")
			}
		})
	}
}

func environment(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		name, value, _ := strings.Cut(line, "=")
		out[name] = strings.Trim(value, "'")
	}
	return out
}

// create does what a person does in a browser: opens the page, goes on to GitHub, confirms.
func create(t *testing.T, hub, address string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	body := func(resp *http.Response, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s %v: %s", resp.Status, err, data)
		}
		return string(data)
	}
	find := func(page, pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no %s in %s", pattern, page)
		}
		return html.UnescapeString(m[1])
	}
	page := body(c.Get(address))
	confirm := body(c.PostForm(find(page, `action="([^"]+)"`), url.Values{"manifest": {find(page, `name="manifest" value="([^"]*)"`)}}))
	form := url.Values{}
	for _, name := range []string{"name", "manifest", "state", "org"} {
		form.Set(name, find(confirm, `name="`+name+`" value="([^"]*)"`))
	}
	body(c.PostForm(hub+"/settings/apps/manifest", form))
}

// screen is what a terminal shows; shown is closed with the first text.
type screen struct {
	mu    sync.Mutex
	out   strings.Builder
	shown chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out.Len() == 0 {
		close(s.shown)
	}
	return s.out.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}
