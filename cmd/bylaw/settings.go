package main

import (
	"crypto/rsa"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/setup"
)

// settings are what an operator sets, in the environment and nowhere else.
type settings struct {
	appID    int64
	key      *rsa.PrivateKey
	secrets  [][]byte
	apiURL   string
	url      *url.URL // where GitHub and people reach the service; nil when nobody has said
	listen   string
	database string
	level    slog.Level
	workers  int
	metrics  string
	keep     time.Duration
	checks   int // written for an installation in a minute

	clientID     string
	clientSecret string
	publicPages  bool
	operators    []string
}

// setting is one variable of the environment. The table is the help text, the print-out and the
// reader in one.
type setting struct {
	name     string
	help     string
	fallback string
	secret   bool // can also be given as a file, in NAME_FILE; printed without what must not be seen
	read     func(s *settings, value string) error
}

func settingsTable() []setting {
	return []setting{
		{"BYLAW_APP_ID", "number of the GitHub App, from its settings page", "", false, func(s *settings, v string) (err error) {
			if s.appID, err = strconv.ParseInt(v, 10, 64); err != nil || s.appID <= 0 {
				return fmt.Errorf("must be the number of the GitHub App, not %q", v)
			}
			return nil
		}},
		{"BYLAW_PRIVATE_KEY", "private key of the App, as PEM text", "", true, func(s *settings, v string) (err error) {
			// Environments that cannot hold line breaks write them as \n.
			if s.key, err = github.ParsePrivateKey([]byte(strings.ReplaceAll(v, `\n`, "\n"))); err != nil {
				return fmt.Errorf("must be the whole private key of the App in PEM form, from \"-----BEGIN\" to \"-----END ...-----\"")
			}
			return nil
		}},
		{"BYLAW_WEBHOOK_SECRET", "secret of the App's webhook", "", true, func(s *settings, v string) error {
			if strings.TrimSpace(v) == "" {
				return fmt.Errorf("must not be empty: without it anybody could send webhooks")
			}
			s.secrets = append(s.secrets, []byte(v))
			return nil
		}},
		{"BYLAW_WEBHOOK_SECRET_PREVIOUS", "secret that is being replaced, accepted as well; may be left out", "", true, func(s *settings, v string) error {
			if v != "" {
				s.secrets = append(s.secrets, []byte(v))
			}
			return nil
		}},
		{"BYLAW_API_URL", "base address of GitHub's API, taken as it is", github.APIURL, false, func(s *settings, v string) error {
			u, err := url.Parse(v)
			if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
				return fmt.Errorf("must be an address such as https://api.github.com, not %q", v)
			}
			s.apiURL = strings.TrimSuffix(v, "/")
			return nil
		}},
		{"BYLAW_URL", "public address of this service, such as https://bylaw.example, where check runs lead; may be left out", "", false, func(s *settings, v string) (err error) {
			s.url, err = setup.ServiceURL(v)
			return err
		}},
		{"BYLAW_LISTEN", "address to listen on", ":8080", false, func(s *settings, v string) error {
			if !strings.Contains(v, ":") {
				return fmt.Errorf("must be an address such as :8080, not %q", v)
			}
			s.listen = v
			return nil
		}},
		{"BYLAW_METRICS_LISTEN", "address that answers /metrics; BYLAW_LISTEN answers it if this is left out", "", false, func(s *settings, v string) error {
			if v != "" && !strings.Contains(v, ":") {
				return fmt.Errorf("must be an address such as :9090, not %q", v)
			}
			s.metrics = v
			return nil
		}},
		{"BYLAW_DATABASE", "path of a SQLite file, or the postgres:// address of a PostgreSQL database", "bylaw.db", true, func(s *settings, v string) error {
			s.database = v
			return nil
		}},
		{"BYLAW_LOG_LEVEL", "debug, info, warn or error", "info", false, func(s *settings, v string) error {
			if err := s.level.UnmarshalText([]byte(v)); err != nil {
				return fmt.Errorf("must be debug, info, warn or error, not %q", v)
			}
			return nil
		}},
		{"BYLAW_WORKERS", "evaluations at a time; most of the time they wait for GitHub", "48", false, func(s *settings, v string) (err error) {
			if s.workers, err = strconv.Atoi(v); err != nil || s.workers < 1 || s.workers > 256 {
				return fmt.Errorf("must be a number from 1 to 256, not %q", v)
			}
			return nil
		}},
		{"BYLAW_CHECKS_PER_MINUTE", "check runs written for one installation in a minute, by all processes; github.com allows 180; 0 is no limit", "160", false, func(s *settings, v string) (err error) {
			if s.checks, err = strconv.Atoi(v); err != nil || s.checks < 0 {
				return fmt.Errorf("must be a number, 0 for no limit, not %q", v)
			}
			return nil
		}},
		{"BYLAW_KEEP", "days that superseded runs, closed pull requests and the names in the audit log are kept", "400", false, func(s *settings, v string) error {
			days, err := strconv.Atoi(v)
			if err != nil || days < 1 || days > 36500 {
				return fmt.Errorf("must be a number of days from 1 to 36500, not %q", v)
			}
			s.keep = time.Duration(days) * 24 * time.Hour
			return nil
		}},
		{"BYLAW_CLIENT_ID", "client id of the App, for signing in to the pages; may be left out", "", false, func(s *settings, v string) error {
			s.clientID = v
			return nil
		}},
		{"BYLAW_CLIENT_SECRET", "client secret of the App, for signing in to the pages; may be left out", "", true, func(s *settings, v string) error {
			s.clientSecret = v
			return nil
		}},
		{"BYLAW_PUBLIC_PAGES", "whether everybody may look at the decisions of public repositories: true or false", "false", false, func(s *settings, v string) (err error) {
			if v != "true" && v != "false" {
				return fmt.Errorf("must be true or false, not %q", v)
			}
			s.publicPages = v == "true"
			return nil
		}},
		{"BYLAW_OPERATORS", "logins of those who may see the queue, separated by commas; may be left out", "", false, func(s *settings, v string) error {
			for login := range strings.SplitSeq(v, ",") {
				if login = strings.TrimPrefix(strings.TrimSpace(login), "@"); login != "" {
					s.operators = append(s.operators, login)
				}
			}
			return nil
		}},
	}
}

// together says in sentences what is wrong with settings that are fine each by itself.
func (s *settings) together() (faults []string) {
	if (s.clientID == "") != (s.clientSecret == "") {
		faults = append(faults, "BYLAW_CLIENT_ID and BYLAW_CLIENT_SECRET belong together; one of them is not set")
	}
	if s.clientID != "" && s.url == nil {
		faults = append(faults, "BYLAW_CLIENT_ID is set, and BYLAW_URL is not, or is wrong: without it GitHub cannot send people back who sign in")
	}
	if len(s.operators) > 0 && s.clientID == "" {
		faults = append(faults, "BYLAW_OPERATORS is set, but nobody can sign in: BYLAW_CLIENT_ID is not set")
	}
	return faults
}

// optional are the settings that may be missing without a fallback.
var optional = []string{
	"BYLAW_WEBHOOK_SECRET_PREVIOUS", "BYLAW_URL", "BYLAW_METRICS_LISTEN", "BYLAW_CLIENT_ID", "BYLAW_CLIENT_SECRET", "BYLAW_OPERATORS",
}

// readSettings reads the environment. Everything that is missing or wrong is one sentence.
func readSettings(getenv func(string) string) (settings, error) {
	var s settings
	var faults []string
	for _, v := range settingsTable() {
		if fault := s.set(v, getenv); fault != "" {
			faults = append(faults, fault)
		}
	}
	if faults = append(faults, s.together()...); len(faults) > 0 {
		if slices.ContainsFunc(faults, func(fault string) bool { return strings.Contains(fault, notSet) }) {
			faults = append(faults, "`bylaw setup` makes the App and writes these settings to bylaw.env; then read them with: set -a; . ./bylaw.env; set +a")
		}
		return s, usagef("%s", strings.Join(faults, "\nbylaw: "))
	}
	return s, nil
}

// notSet is how each complaint about a setting that is missing goes on after its name.
const notSet = " is not set; it must be the "

// set reads one variable, and says in a sentence what is wrong with it.
func (s *settings) set(v setting, getenv func(string) string) string {
	value, err := valueOf(v, getenv)
	switch {
	case err != nil:
		return err.Error()
	case value == "" && slices.Contains(optional, v.name):
		return ""
	case value == "" && v.secret:
		return fmt.Sprintf("%s"+notSet+"%s (or name a file that holds it in %s_FILE)", v.name, v.help, v.name)
	case value == "":
		return v.name + notSet + v.help
	}
	if err := v.read(s, value); err != nil {
		return fmt.Sprintf("%s %v", v.name, err)
	}
	return ""
}

func valueOf(v setting, getenv func(string) string) (string, error) {
	value := getenv(v.name)
	if v.secret {
		if file := getenv(v.name + "_FILE"); file != "" && value == "" {
			data, err := os.ReadFile(file)
			if err != nil {
				return "", usagef("%s_FILE names %s, which cannot be read", v.name, file)
			}
			value = strings.TrimSpace(string(data))
		} else if file != "" {
			return "", usagef("%s and %s_FILE are both set; set one of them", v.name, v.name)
		}
	}
	if value == "" {
		value = v.fallback
	}
	return value, nil
}

// databaseOf is where the service keeps what it does: what a flag says or, if it is empty, what the settings say.
func databaseOf(s streams, flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	for _, v := range settingsTable() {
		if v.name == "BYLAW_DATABASE" {
			return valueOf(v, s.getenv)
		}
	}
	panic("no setting BYLAW_DATABASE")
}

// printSettings shows the settings with their meaning, and secrets as set or not set. It reports whether
// a service could start with them.
func printSettings(st streams) (ok bool) {
	ok = true
	var all settings
	for _, v := range settingsTable() {
		value, err := valueOf(v, st.getenv)
		switch {
		case err != nil:
			value = "(wrong: " + err.Error() + ")"
		case value == "":
			value = "(not set)"
		case v.name == "BYLAW_DATABASE":
			value = withoutPassword(value)
		case v.secret:
			value = "(set, not shown)"
		}
		fmt.Fprintf(st.out, "%-30s %s\n%30s %s\n", v.name, value, "", v.help)
		if fault := all.set(v, st.getenv); fault != "" {
			fmt.Fprintf(st.out, "%30s WRONG: %s\n", "", fault)
			ok = false
		}
	}
	for _, fault := range all.together() {
		fmt.Fprintf(st.out, "%30s WRONG: %s\n", "", fault)
		ok = false
	}
	return ok
}

// withoutPassword is the address of a database as it may be shown.
func withoutPassword(address string) string {
	if u, err := url.Parse(address); err == nil {
		if q := u.Query(); q.Has("password") {
			q.Set("password", "xxxxx")
			u.RawQuery = q.Encode()
		}
		return u.Redacted()
	}
	return "(set, not shown)"
}
