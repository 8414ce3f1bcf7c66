package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/github"
)

// The files into which credentials are written.
const (
	KeyFile = "bylaw.pem"
	EnvFile = "bylaw.env"
)

// Variable is one setting of the service, as its environment holds it.
type Variable struct{ Name, Value string }

// Environment are the settings of a service that has these credentials. keyFile is where the private key stands; ""
// puts the key itself into BYLAW_PRIVATE_KEY. apiURL may be "" for github.com.
func Environment(c github.Credentials, apiURL, service, keyFile string) []Variable {
	key := Variable{"BYLAW_PRIVATE_KEY_FILE", keyFile}
	if keyFile == "" {
		key = Variable{"BYLAW_PRIVATE_KEY", c.PEM}
	}
	list := []Variable{
		{"BYLAW_APP_ID", strconv.FormatInt(c.ID, 10)},
		key,
		{"BYLAW_WEBHOOK_SECRET", c.WebhookSecret},
		{"BYLAW_CLIENT_ID", c.ClientID},
		{"BYLAW_CLIENT_SECRET", c.ClientSecret},
		{"BYLAW_URL", service},
	}
	if apiURL != "" && apiURL != github.APIURL {
		list = append(list, Variable{"BYLAW_API_URL", apiURL})
	}
	return list
}

var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,~-]+$`)

// EnvText writes settings so that a shell can source them, and Docker's --env-file and systemd's EnvironmentFile read
// them as far as no value needs quotes. Line breaks of a key are written as \n, which the service understands.
func EnvText(list []Variable) string {
	var b strings.Builder
	for _, v := range list {
		fmt.Fprintf(&b, "%s=%s\n", v.Name, Quote(strings.ReplaceAll(strings.TrimSpace(v.Value), "\n", `\n`)))
	}
	return b.String()
}

// Quote writes a text so that a shell takes it as one word. Plain words stay as they are.
func Quote(word string) string {
	if plainValue.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// WriteJSON writes settings as one JSON object of texts.
func WriteJSON(w io.Writer, list []Variable) error {
	values := map[string]string{}
	for _, v := range list {
		values[v.Name] = v.Value
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(values)
}

// CheckFolder reports, in a sentence, why credentials could not be written into a folder: GitHub shows them once, so
// it is asked before anything is created there.
func CheckFolder(folder string) error {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("the folder %s does not exist", folder)
	}
	for _, name := range []string{KeyFile, EnvFile} {
		if _, err := os.Lstat(filepath.Join(folder, name)); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s is there already, and credentials are never overwritten: move it away, or choose another folder", filepath.Join(folder, name))
		}
	}
	probe, err := os.CreateTemp(folder, ".bylaw-")
	if err != nil {
		return fmt.Errorf("the folder %s cannot be written", folder)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// WriteFiles writes the key and the settings into two files that only their owner can read. A file that exists is not
// overwritten: that is an error, and nothing but the other file was written then.
func WriteFiles(folder string, c github.Credentials, apiURL, service string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("find the folder: %w", err)
	}
	key := filepath.Join(folder, KeyFile)
	return errors.Join(
		writeSecret(key, c.PEM),
		writeSecret(filepath.Join(folder, EnvFile), EnvText(Environment(c, apiURL, service, key))),
	)
}

func writeSecret(name, text string) error {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = io.WriteString(file, text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
