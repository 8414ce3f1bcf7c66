package setup

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// States of an observation.
const (
	Fine      = "fine"
	Amiss     = "finding"   // somebody should do something about it
	Undecided = "undecided" // it could not be found out
	Note      = "note"      // GitHub never shows it to the App; somebody may want to look
)

// Observation is one thing that the doctor has looked at.
type Observation struct {
	Area  string `json:"area"`  // key, clock, permissions, ...
	State string `json:"state"` // Fine, Amiss, Undecided or Note
	What  string `json:"what"`
	Fix   string `json:"fix"` // what to do; "" where nothing is to be done
}

// Secret is a file that holds a secret, and the setting that names it.
type Secret struct{ Setting, Path string }

// Doctor examines one installation of the service. All fields but Service and Secrets are required.
type Doctor struct {
	GitHub   *github.App
	App      Registration
	Service  *url.URL // public address of the service; nil when nobody has said
	Database string
	Secrets  []Secret
	Now      func() time.Time

	seen []Observation
}

// Examine looks at everything, one thing after the other, and changes nothing. What rests on something that is amiss
// is left out.
func (d *Doctor) Examine(ctx context.Context) []Observation {
	d.seen = []Observation{}
	d.secrets()
	configured := d.database(ctx)
	about, ok := d.registered(ctx)
	if !ok {
		return d.seen
	}
	d.permissions(about)
	d.webhook(ctx)
	d.deliveries(ctx, about)
	d.installations(ctx, about, configured)
	return d.seen
}

func (d *Doctor) fine(area, format string, args ...any) {
	d.seen = append(d.seen, Observation{Area: area, State: Fine, What: fmt.Sprintf(format, args...)})
}

func (d *Doctor) amiss(area, fix, format string, args ...any) {
	d.seen = append(d.seen, Observation{Area: area, State: Amiss, What: fmt.Sprintf(format, args...), Fix: fix})
}

func (d *Doctor) undecided(area, fix, format string, args ...any) {
	d.seen = append(d.seen, Observation{Area: area, State: Undecided, What: fmt.Sprintf(format, args...), Fix: fix})
}

// refused says that GitHub did not answer a question.
func (d *Doctor) refused(area, about string, err error) {
	sentence := "GitHub could not be asked."
	if e := new(github.Error); errors.As(err, &e) {
		sentence = e.Sentence()
	}
	d.undecided(area, "Run the doctor again later.", "%s could not be found out. %s", about, sentence)
}

// secrets looks at the modes of the files that hold secrets. A group may read them, as in Kubernetes.
func (d *Doctor) secrets() {
	open := 0
	for _, s := range d.Secrets {
		info, err := os.Stat(s.Path)
		switch {
		case err != nil:
			open++
			d.amiss("secrets", "Name a file that exists in "+s.Setting+".", "%s cannot be read.", s.Path)
		case info.Mode().Perm()&0o007 != 0:
			open++
			d.amiss("secrets", "Run: chmod 600 "+s.Path, "Everybody on this machine may read or change %s (mode %04o), which %s names.", s.Path, info.Mode().Perm(), s.Setting)
		}
	}
	if open == 0 && len(d.Secrets) > 0 {
		d.fine("secrets", "Only their owner, or a group, can read the %s.", files(len(d.Secrets)))
	}
}

func files(n int) string {
	if n == 1 {
		return "file that holds a secret"
	}
	return fmt.Sprintf("%d files that hold secrets", n)
}

// Free space of an SQLite file: below enough the service will soon refuse webhooks.
const enoughSpace = 512 << 20

// database returns the repositories that the service knows to be configured.
func (d *Doctor) database(ctx context.Context) []store.Repository {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	c, err := store.Inspect(ctx, d.Database)
	if err != nil {
		d.amiss("database", "See BYLAW_DATABASE.", "The database cannot be used: %s.", strings.TrimPrefix(err.Error(), "inspect store: "))
		return nil
	}
	sound := true
	note := func(fix, format string, args ...any) { sound = false; d.amiss("database", fix, format, args...) }
	if c.Newer {
		note("Start the newer version again, or restore the back-up from before it.", "A newer version of Bylaw has written to the database, and this one would refuse it.")
	}
	if c.Volatile != "" {
		note("Set it to on in postgresql.conf.", "PostgreSQL runs with %s: a power cut would lose webhooks that GitHub was told are kept.", c.Volatile)
	}
	if c.Free > 0 && c.Free < enoughSpace {
		note("Make room on that disk.", "Only %d MiB are free for the database file %s.", c.Free>>20, c.File)
	}
	switch {
	case !sound:
	case c.Missing:
		d.fine("database", "There is no database file yet; the service will make it.")
	case len(c.Pending) > 0:
		d.fine("database", "%s opens and can be written. The service will bring its tables up to date when it starts.", c.Engine)
	default:
		d.fine("database", "%s opens, can be written, keeps what is committed, and its tables are up to date.", c.Engine)
	}
	return c.Configured
}

// How far the clock may be off. GitHub refuses tokens that begin a minute in its future, or have ended.
const clockTolerance = 30 * time.Second

// registered asks GitHub for the App, by which it judges the key and the clock.
func (d *Doctor) registered(ctx context.Context) (github.About, bool) {
	about, clock, err := d.GitHub.About(ctx)
	off := time.Duration(0)
	if !clock.IsZero() {
		off = d.Now().Sub(clock).Round(time.Second)
	}
	direction := "ahead of"
	if off < 0 {
		direction = "behind"
	}
	switch {
	case clock.IsZero():
		d.undecided("clock", "See whether this machine reaches GitHub, and BYLAW_API_URL.", "GitHub did not answer, so its clock is not known.")
	case off.Abs() > clockTolerance:
		d.amiss("clock", "Let this machine keep time by NTP (timedatectl set-ntp true).", "The clock of this machine is %s %s GitHub's. At a minute GitHub refuses what the App signs.", off.Abs(), direction)
	default:
		d.fine("clock", "The clock agrees with GitHub's.")
	}
	refused := new(github.Error)
	switch {
	case err == nil:
		d.fine("key", "GitHub accepts the key%s: it is the App %s (%d).", d.fingerprint(), about.Name, about.ID)
		return about, true
	case errors.As(err, &refused) && (refused.Kind == github.Unauthorized || refused.Kind == github.NotFound) && off.Abs() <= clockTolerance:
		d.amiss("key", fmt.Sprintf("Make a new private key in the settings of the App on GitHub, and name it in BYLAW_PRIVATE_KEY_FILE; see that BYLAW_APP_ID=%d is the number that stands there.", d.GitHub.ID),
			"GitHub does not accept BYLAW_PRIVATE_KEY as a key of the App %d.", d.GitHub.ID)
	case errors.As(err, &refused) && refused.Kind == github.Unauthorized:
		d.undecided("key", "Set the clock first.", "GitHub refuses what the App signs; with this clock it would refuse the right key as well.")
	default:
		d.refused("key", "Whether GitHub accepts the key", err)
	}
	return about, false
}

// fingerprint names the key as the App's settings do, in brackets.
func (d *Doctor) fingerprint() string {
	print, err := github.Fingerprint(d.GitHub.Key)
	if err != nil {
		return ""
	}
	return " (" + print + ")"
}

// settingsURL is a page of the App's settings.
func (d *Doctor) settingsURL(about github.About, page string) string {
	web := github.WebURL(d.GitHub.BaseURL)
	if about.Organization {
		web += "/organizations/" + about.Owner
	}
	return web + "/settings/apps/" + about.Slug + page
}

// permissions holds what is registered against app.yml.
func (d *Doctor) permissions(about github.About) {
	fix := "Grant it at " + d.settingsURL(about, "/permissions") + "; then every owner who has installed the App must approve it."
	lacks := d.lacking(about.Permissions)
	for _, p := range lacks {
		d.amiss("permissions", fix, "The App does not ask for %s: %s, which is needed for: %s.", p.Name, p.Level, p.Reason)
	}
	if len(lacks) == 0 {
		d.fine("permissions", "The App asks for all %d permissions that it needs.", len(d.App.Permissions))
	}
	var unheard []string
	for _, e := range d.App.Events {
		if !slices.Contains(about.Events, e) {
			unheard = append(unheard, e)
		}
	}
	if len(unheard) > 0 {
		d.amiss("events", "Tick them below \"Subscribe to events\" at "+d.settingsURL(about, "/permissions")+".", "GitHub does not tell the App of: %s.", strings.Join(unheard, ", "))
		return
	}
	d.fine("events", "The App is told of all %d events that it needs.", len(d.App.Events))
}

// lacking lists the permissions that are not among those granted, or on a lower level.
func (d *Doctor) lacking(granted map[string]string) []Permission {
	levels := map[string]int{"read": 1, "write": 2, "admin": 3}
	var out []Permission
	for _, p := range d.App.Permissions {
		if levels[granted[p.Name]] < levels[p.Level] {
			out = append(out, p)
		}
	}
	return out
}

// webhook looks at how GitHub sends webhooks.
func (d *Doctor) webhook(ctx context.Context) {
	hook, err := d.GitHub.HookConfig(ctx)
	if err != nil {
		d.refused("webhook", "How GitHub sends webhooks", err)
		return
	}
	const where = "Set it in the settings of the App on GitHub, below Webhook."
	sound := true
	note := func(fix, format string, args ...any) { sound = false; d.amiss("webhook", fix, format, args...) }
	switch {
	case hook.URL == "":
		note(where, "The App has no webhook address, so the service hears of nothing.")
	case d.Service != nil && hook.URL != WebhookURL(d.Service):
		note(where, "GitHub sends webhooks to %s; by BYLAW_URL it should be %s.", hook.URL, WebhookURL(d.Service))
	case !strings.HasSuffix(hook.URL, "/webhook"):
		note(where, "GitHub sends webhooks to %s; the service takes them at an address that ends in /webhook.", hook.URL)
	}
	if hook.ContentType != "json" {
		note("Choose application/json in the settings of the App on GitHub, below Webhook.", "GitHub sends webhooks as %s, which the service refuses.", hook.ContentType)
	}
	if hook.Insecure {
		note("Choose \"Enable SSL verification\" in the settings of the App on GitHub, below Webhook.", "GitHub does not check the certificate of the service, so that somebody in between could read the webhooks.")
	}
	if sound {
		d.fine("webhook", "GitHub sends webhooks to %s, as JSON, and checks its certificate.", hook.URL)
	}
}

// deliveries looks at how the last webhook arrived.
func (d *Doctor) deliveries(ctx context.Context, about github.About) {
	list, err := d.GitHub.LastDeliveries(ctx)
	advanced := d.settingsURL(about, "/advanced")
	switch {
	case err != nil:
		d.refused("deliveries", "Whether webhooks arrive", err)
		return
	case len(list) == 0:
		d.undecided("deliveries", "Install the App, or comment on a pull request; then run the doctor again.", "GitHub has sent no webhook in the last days, so whether it reaches the service is not known.")
		return
	}
	failed := 0
	for _, e := range list {
		if !e.Delivered() {
			failed++
		}
	}
	last := list[0]
	when := last.DeliveredAt.UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case last.Delivered() && failed == 0:
		d.fine("deliveries", "The last webhook (%s) arrived at %s.", last.Event, when)
	case last.Delivered():
		d.fine("deliveries", "The last webhook (%s) arrived at %s; %d of the %d before it did not.", last.Event, when, failed, len(list)-1)
	default:
		d.amiss("deliveries", deliveryFix(last.Status)+" What was sent stands at "+advanced+", with a button to send it again.",
			"The last webhook (%s, %s) did not arrive: %s.", last.Event, when, deliveryFault(last))
	}
}

func deliveryFault(d github.HookDelivery) string {
	if d.Status == 0 {
		return "GitHub could not connect"
	}
	return fmt.Sprintf("GitHub was answered %d", d.Status)
}

// deliveryFix says what to do about an answer to a webhook.
func deliveryFix(code int) string {
	switch {
	case code == 0:
		return "See that the service runs, that its address can be reached from GitHub, and that its certificate is good."
	case code == 401:
		return "The webhook secret of the App differs from BYLAW_WEBHOOK_SECRET: make them the same."
	case code == 404 || code == 405:
		return "Something else answers there: let the proxy pass POST /webhook on to the service."
	case code >= 300 && code < 400:
		return "GitHub follows no redirects: let the webhook's address be the final one."
	case code == 413:
		return "Let the proxy pass bodies of 25 MiB."
	case code == 503:
		return "The service runs and could not keep the webhook: see the observations about the database."
	case code >= 500:
		return "See the log of the proxy, and whether the service runs."
	}
	return "See the log of the service."
}

// installations looks at where the App is installed, and at what guards the repositories that use it.
func (d *Doctor) installations(ctx context.Context, about github.About, configured []store.Repository) {
	grants, err := d.GitHub.Grants(ctx)
	if err != nil {
		d.refused("installations", "Where the App is installed", err)
		return
	}
	if len(grants) == 0 {
		d.amiss("installations", "Install it at "+about.WebURL+"/installations/new.", "The App is installed nowhere.")
		return
	}
	for _, g := range grants {
		if g.Suspended {
			d.amiss("installations", "Its owners can end that at "+g.WebURL+".", "%s has suspended the App.", g.Account)
			continue
		}
		if lacks := d.lacking(g.Permissions); len(lacks) > 0 {
			var names []string
			for _, p := range lacks {
				names = append(names, p.Name+": "+p.Level)
			}
			d.amiss("installations", "An owner of "+g.Account+" approves them at "+g.WebURL+".", "%s has not granted: %s.", g.Account, strings.Join(names, ", "))
		} else {
			d.fine("installations", "%s has granted all permissions.", g.Account)
		}
		d.repositories(ctx, g, configured)
	}
}

// maxAsked is the largest installation in which every repository is asked for its configuration. In a larger one
// those count that the service has seen.
const maxAsked = 50

// repositories looks at the default branch of each configured repository.
func (d *Doctor) repositories(ctx context.Context, g github.Grant, configured []store.Repository) {
	client := d.GitHub.Client(g.ID)
	all, err := client.InstallationRepositories(ctx)
	if err != nil {
		d.refused("branches", "The repositories of "+g.Account, err)
		return
	}
	known := map[string]bool{}
	for _, c := range configured {
		known[strings.ToLower(c.Name)] = true
	}
	var unknown []github.SweepOf
	for _, r := range all {
		if !known[strings.ToLower(r.FullName())] && len(all) <= maxAsked {
			unknown = append(unknown, github.SweepOf{Owner: r.Owner, Name: r.Name})
		}
	}
	if len(all) > maxAsked && len(configured) == 0 {
		d.undecided("branches", "Run the doctor again beside the database of a service that has seen webhooks.",
			"%s has %d repositories, and the database names none that is configured: what guards their default branches was not looked at.", g.Account, len(all))
		return
	}
	swept, err := client.Sweep(ctx, unknown)
	if err != nil {
		d.refused("branches", "Which repositories of "+g.Account+" have a configuration", err)
		return
	}
	for _, seen := range swept {
		if seen.Err != nil {
			d.refused("branches", "Whether "+seen.Of.FullName()+" has a configuration", seen.Err)
		}
		known[strings.ToLower(seen.Of.FullName())] = seen.Configured
	}
	for _, r := range all {
		if known[strings.ToLower(r.FullName())] {
			d.branch(ctx, client, r)
		}
	}
}

func (d *Doctor) branch(ctx context.Context, client *github.Client, r bylaw.Repository) {
	gate, err := client.Gate(ctx, r.Owner, r.Name, r.DefaultBranch)
	if err != nil {
		d.refused("branches", "What guards the default branch of "+r.FullName(), err)
		return
	}
	gaps := Gaps(gate, client.AppID())
	for _, gap := range gaps {
		state := Amiss
		if gate.Unread != "" {
			state = Undecided
			gap.What += " " + gate.Unread + ", so this may be otherwise."
		}
		d.seen = append(d.seen, Observation{Area: "branches", State: state, What: r.FullName() + ": " + gap.What, Fix: gap.Fix})
	}
	if len(gaps) == 0 {
		d.fine("branches", "%s: its default branch requires `bylaw` from this App, and takes changes by pull request only.", r.FullName())
	}
	d.bypass(ctx, client, r, gate)
}

// Gap is a way around the check, and what to do about it.
type Gap struct{ What, Fix string }

// Gaps lists the ways around the check `bylaw` that what guards a default branch leaves open; app is the number of
// the App from which the check must come.
func Gaps(gate github.Gate, app int64) []Gap {
	const rules = "In Settings, Rules, Rulesets, "
	var out []Gap
	switch required, pinned := gate.Requires(bylaw.CheckName, app); {
	case !required:
		out = append(out, Gap{
			"No rule requires the check `bylaw` on the default branch, so a pull request can be merged whatever the check says.",
			rules + "require the status check `bylaw`, with this App as its source.",
		})
	case !pinned:
		out = append(out, Gap{
			"The check `bylaw` is required from any source, so everybody who may write checks or statuses can pass it.",
			rules + "choose this App as the source of the check `bylaw`.",
		})
	}
	if guards := pinned(gate, app); len(guards) > 0 && gate.AdminsExempt && !slices.ContainsFunc(guards, byRuleset) {
		out = append(out, Gap{
			"Branch protection requires the check `bylaw`, and not of administrators of the repository: they may merge whatever the check says.",
			"In Settings, Branches, tick \"Do not allow bypassing the above settings\" of the rule for the default branch.",
		})
	}
	if !gate.PullRequests {
		out = append(out, Gap{
			"No rule asks for a pull request on the default branch, so whoever may write can push to it directly.",
			rules + "tick \"Require a pull request before merging\".",
		})
	}
	return out
}

// Sum counts the observations that are not fine.
func Sum(list []Observation) (amiss, undecided int) {
	for _, o := range list {
		switch o.State {
		case Amiss:
			amiss++
		case Undecided:
			undecided++
		}
	}
	return amiss, undecided
}
