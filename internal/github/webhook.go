package github

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// EventKind says what a webhook means for Bylaw.
type EventKind string

// The kinds, with the fields of Event that they fill beyond the common ones.
const (
	KindIgnored        EventKind = "ignored"         // Why
	KindPing           EventKind = "ping"            //
	KindPull           EventKind = "pull"            // Pull
	KindPullClosed     EventKind = "pull closed"     // Pull
	KindHeads          EventKind = "heads"           // Check: a repeat was asked for
	KindAction         EventKind = "action"          // Check: a button was pressed by Sender
	KindComment        EventKind = "comment"         // Comment
	KindGroup          EventKind = "group"           // Group: a merge queue waits for our check
	KindGroupDestroyed EventKind = "group destroyed" // Group: merged, or taken out of the queue
	KindPush           EventKind = "push"            // Push
	KindAccess         EventKind = "access"          // Access: who may do what may be different now
	KindInstallation   EventKind = "installation"    // Installed
)

// Event is what a webhook says, as far as it matters. It is a hint to look again: order is not promised,
// and the same event can come twice.
type Event struct {
	Kind          EventKind
	Why           string // of KindIgnored: in a sentence
	Name          string // of the event, such as pull_request
	Action        string // such as opened
	Installation  int64
	Account       string // login of the organization or user where the App is installed; "" when not told
	Owner, Repo   string // "" for events of an organization
	RepositoryID  int64  // GitHub's number of it
	DefaultBranch string
	Sender        bylaw.Account // whose doing it is

	Pull      PullEvent
	Check     CheckEvent
	Comment   CommentEvent
	Group     GroupEvent
	Push      PushEvent
	Access    AccessEvent
	Installed InstalledEvent
}

// Signature reports whether header, the X-Hub-Signature-256 of a delivery, is GitHub's signature of the
// body under one of the secrets. Empty secrets never match. The comparison takes constant time.
//
// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
func Signature(body []byte, header string, secrets [][]byte) bool {
	given, err := hex.DecodeString(strings.TrimPrefix(header, "sha256="))
	if err != nil || !strings.HasPrefix(header, "sha256=") {
		return false
	}
	valid := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), given) && len(secret) > 0 {
			valid = true
		}
	}
	return valid
}

// webhook is the body of an event. It has the envelope among its fields, so that a body, which is mostly what nobody
// needs, is read once.
type webhook interface {
	common() *envelope

	// tell sets the kind of an event and what belongs to it, or leaves it ignored with a reason.
	tell(e *Event, appID int64)
}

// webhooks are the events that are understood.
var webhooks = map[string]func() webhook{
	"check_run":                 func() webhook { return new(checkRunBody) },
	"check_suite":               func() webhook { return new(checkSuiteBody) },
	"installation":              func() webhook { return new(installationBody) },
	"installation_repositories": func() webhook { return new(installationBody) },
	"installation_target":       func() webhook { return new(accessBody) },
	"issue_comment":             func() webhook { return new(commentBody) },
	"member":                    func() webhook { return new(accessBody) },
	"membership":                func() webhook { return new(accessBody) },
	"merge_group":               func() webhook { return new(groupBody) },
	"organization":              func() webhook { return new(accessBody) },
	"ping":                      func() webhook { return new(pingBody) },
	"pull_request":              func() webhook { return new(pullBody) },
	"pull_request_review":       func() webhook { return new(reviewBody) },
	"push":                      func() webhook { return new(pushBody) },
	"repository":                func() webhook { return new(accessBody) },
	"team":                      func() webhook { return new(accessBody) },
}

// Events lists the names of the events that are understood, sorted. GitHub sends installation,
// installation_repositories, installation_target and ping without being asked; check_run and check_suite come with the
// permission to write checks.
func Events() []string { return slices.Sorted(maps.Keys(webhooks)) }

// Parse reads a delivery: the X-GitHub-Event header and the body. appID tells our own checks from those
// of other Apps. What cannot matter is KindIgnored with a reason, and so is what is not known; only a
// body that is not the JSON of a webhook is an error.
func Parse(event string, body []byte, appID int64) (Event, error) {
	var in webhook = new(unknownBody)
	understood, ok := webhooks[event]
	if ok {
		in = understood()
	}
	if err := json.Unmarshal(body, in); err != nil {
		return Event{}, fmt.Errorf("parse %s: %w", event, err)
	}
	e := in.common().event(event)
	if ok && e.Installation == 0 && event != "ping" {
		e.Why = "The event does not come from an installation of the App."
		return e, nil
	}
	in.tell(&e, appID)
	if e.Kind != KindIgnored {
		e.Why = ""
	} else if e.Why == "" {
		e.Why = "This action changes nothing that Bylaw looks at."
	}
	return e, nil
}

// envelope is what the body of any event can have.
type envelope struct {
	Action       string `json:"action"`
	Installation struct {
		ID      int64 `json:"id"`
		Account login `json:"account"`
	} `json:"installation"`
	Organization login `json:"organization"`
	Repository   struct {
		ID            int64  `json:"id"`
		Name          string `json:"name"`
		Owner         login  `json:"owner"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	Sender login `json:"sender"`
}

func (v *envelope) common() *envelope { return v }

// event is what the envelope alone tells, ignored without a reason.
func (v *envelope) event(name string) Event {
	return Event{
		Kind: KindIgnored, Name: name, Action: v.Action, Installation: v.Installation.ID,
		Account: cmp.Or(v.Installation.Account.Login, v.Organization.Login, v.Repository.Owner.Login),
		Owner:   v.Repository.Owner.Login, Repo: v.Repository.Name, RepositoryID: v.Repository.ID,
		DefaultBranch: v.Repository.DefaultBranch, Sender: v.Sender.account(),
	}
}

type unknownBody struct{ envelope }

func (*unknownBody) tell(e *Event, _ int64) { e.Why = "Bylaw has no use for this event." }

type pingBody struct{ envelope }

func (*pingBody) tell(e *Event, _ int64) { e.Kind = KindPing }

// moment is a time as webhooks have it: RFC 3339, a Unix number, and older forms. One that cannot be
// read is zero, for it must not make the whole event unreadable.
type moment struct{ bylaw.Time }

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 MST", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			m.Time = bylaw.At(t)
			return nil
		}
	}
	m.Time = bylaw.Time{}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		m.Time = bylaw.At(time.Unix(seconds, 0))
	}
	return nil
}
