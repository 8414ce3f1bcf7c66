package github

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func TestSignatureMatchesGitHubsOwnExample(t *testing.T) {
	t.Parallel()
	body := []byte("Hello, World!")
	secret := []byte("It's a Secret to Everybody")
	header := "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	for _, test := range []struct {
		name    string
		header  string
		secrets [][]byte
		want    bool
	}{
		{"one secret", header, [][]byte{secret}, true},
		{"second secret", header, [][]byte{[]byte("new"), secret}, true},
		{"wrong secret", header, [][]byte{[]byte("new")}, false},
		{"no secret", header, nil, false},
		{"no header", "", [][]byte{secret}, false},
		{"no prefix", header[len("sha256="):], [][]byte{secret}, false},
		{"sha1", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d", [][]byte{secret}, false},
		{"cut", header[:len(header)-2], [][]byte{secret}, false},
		{"empty secret", "sha256=" + "4c0c4d7ca6a4cb1a0b6bb1a8ed8ff2ad9fb9fdc4d1bc5a3aa0fbe8f32d2a4f26", [][]byte{nil}, false},
	} {
		if got := Signature(body, test.header, test.secrets); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

const webhookCommon = `"installation":{"id":9},"sender":{"login":"alice","id":1,"type":"User"},
	"repository":{"id":5,"name":"widgets","default_branch":"main","owner":{"login":"acme"},"custom_properties":{"tiers":["a","b"]}}`

const webhookPull = `"pull_request":{"number":7,"state":"open","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z",
	"head":{"sha":"h"},"base":{"ref":"main"}}`

func TestParse(t *testing.T) {
	t.Parallel()
	alice := bylaw.Account{Login: "alice", ID: 1, Kind: bylaw.KindUser}
	opened := bylaw.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	updated := bylaw.At(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
	open := PullEvent{Number: 7, HeadSHA: "h"}
	arrived := func(at bylaw.Time) PullEvent {
		p := open
		p.ArrivedAt, p.PushedBy = at, "alice"
		return p
	}
	for _, test := range []struct {
		event, body string
		want        Event // without the common fields
	}{
		{"pull_request", `"action":"opened",` + webhookPull, Event{Kind: KindPull, Pull: arrived(opened)}},
		{"pull_request", `"action":"synchronize",` + webhookPull, Event{Kind: KindPull, Pull: arrived(updated)}},
		{"pull_request", `"action":"edited",` + webhookPull, Event{Kind: KindPull, Pull: open}},
		{"pull_request", `"action":"stacked",` + webhookPull, Event{Kind: KindPull, Pull: open}},
		{"pull_request", `"action":"enqueued",` + webhookPull, Event{Kind: KindIgnored}},
		{"pull_request", `"action":"assigned",` + webhookPull, Event{Kind: KindIgnored}},
		{
			"pull_request", `"action":"closed","pull_request":{"number":7,"state":"closed","merged":true,"merged_by":{"login":"bob","id":2}}`,
			Event{Kind: KindPullClosed, Pull: PullEvent{Number: 7}},
		},
		{"pull_request_review", `"action":"submitted",` + webhookPull, Event{Kind: KindPull, Pull: open}},
		{
			"check_run", `"action":"rerequested","check_run":{"id":3,"name":"bylaw","head_sha":"h","app":{"id":42},
				"pull_requests":[{"number":7,"base":{"repo":{"id":5}}},{"number":8,"base":{"repo":{"id":6}}}]}`,
			Event{Kind: KindHeads, Check: CheckEvent{HeadSHA: "h", Pulls: []int{7}}},
		},
		{
			"check_run", `"action":"requested_action","requested_action":{"identifier":"ask"},"check_run":{"id":3,"name":"bylaw","head_sha":"h",
				"started_at":"2018-04-25 20:42:10","app":{"id":42},"pull_requests":[]}`,
			Event{Kind: KindAction, Check: CheckEvent{HeadSHA: "h", Identifier: "ask"}},
		},
		{"check_run", `"action":"rerequested","check_run":{"id":3,"app":{"id":43}}`, Event{Kind: KindIgnored}},
		{"check_suite", `"action":"rerequested","check_suite":{"head_sha":"h","app":{"id":42}}`, Event{Kind: KindHeads, Check: CheckEvent{HeadSHA: "h"}}},
		{"check_suite", `"action":"requested","check_suite":{"head_sha":"h","app":{"id":42}}`, Event{Kind: KindIgnored}},
		{
			"issue_comment", `"action":"edited","issue":{"number":7,"pull_request":{}},"changes":{"body":{"from":"/bylaw recuse"}},
				"comment":{"id":4,"user":{"login":"bob","id":2},"body":"no","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z"}`,
			Event{Kind: KindComment, Comment: CommentEvent{
				Number: 7, ID: 4, Author: bylaw.Account{Login: "bob", ID: 2, Kind: bylaw.KindUser},
				Body: "no", Before: "/bylaw recuse", Editor: alice, At: bylaw.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), Edited: updated,
			}},
		},
		{"issue_comment", `"action":"created","issue":{"number":7},"comment":{"id":4}`, Event{Kind: KindIgnored}},
		{
			"merge_group", `"action":"checks_requested","merge_group":{"head_sha":"g","head_ref":"refs/heads/gh-readonly-queue/main/pr-7-abc","base_ref":"refs/heads/main"}`,
			Event{Kind: KindGroup, Group: GroupEvent{HeadSHA: "g", HeadRef: "refs/heads/gh-readonly-queue/main/pr-7-abc", Base: "main"}},
		},
		{
			"merge_group", `"action":"destroyed","reason":"merged","merge_group":{"head_sha":"g"}`,
			Event{Kind: KindGroupDestroyed, Group: GroupEvent{HeadSHA: "g"}},
		},
		{
			"push", `"ref":"refs/heads/main","after":"a","commits":[{"added":["b"],"modified":["a"]},{"removed":["a"]}]`,
			Event{Kind: KindPush, Push: PushEvent{Branch: "main", SHA: "a", Default: true, Paths: []string{"a", "b"}}},
		},
		{
			"push", `"ref":"refs/heads/next/one","after":"a","forced":true,"commits":[{"added":["b"]}]`,
			Event{Kind: KindPush, Push: PushEvent{Branch: "next/one", SHA: "a", Paths: []string{"b"}, Forced: true, Truncated: true}},
		},
		{"push", `"ref":"refs/tags/v1"`, Event{Kind: KindIgnored}},
		{"member", `"action":"removed","member":{"login":"bob"}`, Event{Kind: KindAccess, Access: AccessEvent{What: "member"}}},
		{
			"membership", `"action":"added","member":{"login":"bob"},"team":{"slug":"core"}`,
			Event{Kind: KindAccess, Access: AccessEvent{What: "membership"}},
		},
		{
			"organization", `"action":"member_removed","membership":{"user":{"login":"bob"}}`,
			Event{Kind: KindAccess, Access: AccessEvent{What: "organization"}},
		},
		{"installation_target", `"action":"renamed"`, Event{Kind: KindAccess, Access: AccessEvent{What: "installation_target"}}},
		{"repository", `"action":"renamed"`, Event{Kind: KindAccess, Access: AccessEvent{What: "repository"}}},
		{
			"installation_repositories", `"action":"added","repositories_added":[{"full_name":"acme/gears"}]`,
			Event{Kind: KindInstallation, Installed: InstalledEvent{Added: []string{"acme/gears"}}},
		},
		{
			"installation", `"action":"deleted","repositories":[{"full_name":"acme/gears"}]`,
			Event{Kind: KindInstallation, Installed: InstalledEvent{Removed: []string{"acme/gears"}}},
		},
		{"ping", `"zen":"Keep it logically awesome."`, Event{Kind: KindPing}},
		{"sub_issues", `"action":"added"`, Event{Kind: KindIgnored}},
	} {
		got, err := Parse(test.event, fmt.Appendf(nil, "{%s,%s}", test.body, webhookCommon), 42)
		if err != nil {
			t.Errorf("%s %s: %v", test.event, test.body, err)
			continue
		}
		if (got.Kind == KindIgnored) != (got.Why != "") {
			t.Errorf("%s %s: kind %s with reason %q", test.event, test.body, got.Kind, got.Why)
		}
		want := test.want
		want.Why, want.Name, want.Action = got.Why, test.event, got.Action
		want.Installation, want.Account, want.Owner, want.Repo = 9, "acme", "acme", "widgets"
		want.RepositoryID = 5
		want.DefaultBranch, want.Sender = "main", alice
		if want.Kind == KindIgnored { // what is ignored has no details that matter
			want.Check = got.Check
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.event, test.body, diff)
		}
	}
}

func TestParseIgnoresWhatComesFromNoInstallation(t *testing.T) {
	t.Parallel()
	e, err := Parse("pull_request", []byte(`{"action":"opened",`+webhookPull+`}`), 42)
	if err != nil || e.Kind != KindIgnored || e.Why == "" {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestParseRefusesBrokenJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `{`, `[]`, `{"action":7}`} {
		if _, err := Parse("push", []byte(body), 42); err == nil {
			t.Errorf("%q is accepted", body)
		}
	}
}

func TestMomentNeverFails(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"2026-01-31T12:00:00Z"`:      "2026-01-31T12:00:00Z",
		`"2026-01-31T12:00:00+02:00"`: "2026-01-31T10:00:00Z",
		`"2018-04-25 20:42:10"`:       "2018-04-25T20:42:10Z",
		`"2018-04-25 20:42:10 UTC"`:   "2018-04-25T20:42:10Z",
		`1524688930`:                  "2018-04-25T20:42:10Z",
		`"soon"`:                      "",
		`null`:                        "",
	} {
		var m moment
		if err := m.UnmarshalJSON([]byte(text)); err != nil || m.String() != want {
			t.Errorf("%s: got %q, %v; want %q", text, m.String(), err, want)
		}
	}
}
