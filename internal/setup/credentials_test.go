package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bylaw-app/bylaw/internal/github"
)

func TestFilesAreForTheirOwnerAndNeverOverwritten(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "it's a folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := CheckFolder(folder); err != nil {
		t.Fatal(err)
	}
	c := github.Credentials{ID: 7, ClientID: "Iv23", ClientSecret: "c", WebhookSecret: "w$(id)'", PEM: "-----BEGIN\nKEY\n"}
	if err := WriteFiles(folder, c, "https://ghes.example/api/v3", "https://rules.example"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{KeyFile, EnvFile} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	// The README's words: set -a; . ./bylaw.env; set +a
	sh := exec.CommandContext(t.Context(), "sh", "-c", `set -a; . ./bylaw.env; set +a; env -0 | tr '\0' '\n' | grep ^BYLAW_ | sort; cat "$BYLAW_PRIVATE_KEY_FILE"`)
	sh.Dir, sh.Env = folder, []string{"PATH=" + os.Getenv("PATH")}
	got, err := sh.CombinedOutput()
	want := "BYLAW_API_URL=https://ghes.example/api/v3\nBYLAW_APP_ID=7\nBYLAW_CLIENT_ID=Iv23\nBYLAW_CLIENT_SECRET=c\nBYLAW_PRIVATE_KEY_FILE=" +
		filepath.Join(folder, KeyFile) + "\nBYLAW_URL=https://rules.example\nBYLAW_WEBHOOK_SECRET=w$(id)'\n-----BEGIN\nKEY\n"
	if err != nil || string(got) != want {
		t.Errorf("sourced: %v\n%s\nwant\n%s", err, got, want)
	}
	if err := CheckFolder(folder); err == nil || !strings.Contains(err.Error(), "never overwritten") {
		t.Errorf("a folder that has credentials: %v", err)
	}
	if err := WriteFiles(folder, github.Credentials{PEM: "another"}, "", ""); err == nil {
		t.Error("the files were overwritten")
	}
	if key, err := os.ReadFile(filepath.Join(folder, KeyFile)); err != nil || string(key) != c.PEM {
		t.Errorf("the key is now %q, %v", key, err)
	}
}

func TestKeyStandsInTheEnvironmentOnOneLine(t *testing.T) {
	t.Parallel()
	text := EnvText(Environment(github.Credentials{PEM: "-----BEGIN KEY\nabc\n-----END KEY\n"}, github.APIURL, "https://rules.example", ""))
	if !strings.Contains(text, `BYLAW_PRIVATE_KEY='-----BEGIN KEY\nabc\n-----END KEY'`+"\n") || strings.Contains(text, "BYLAW_API_URL") {
		t.Error(text)
	}
}
