package fakegithub

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// receiver keeps what arrives and answers with a status.
type receiver struct {
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies []string
	each   chan struct{}
}

func receive(t *testing.T, s *site) *receiver {
	r := &receiver{status: http.StatusAccepted, each: make(chan struct{}, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, request), append(r.bodies, string(body))
		w.WriteHeader(r.status)
		r.each <- struct{}{}
	}))
	t.Cleanup(server.Close)
	s.Hook.URL = server.URL
	return r
}

func TestDeliveriesAreSignedAndKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	hook := receive(t, s)
	must(s.Comment(testRepo, 7, "dave", "Hm"))
	must(0, s.Deliver(t.Context()))
	request, body := hook.got[0], hook.bodies[0]
	mac := hmac.New(sha256.New, []byte(s.Hook.Secret))
	mac.Write([]byte(body))
	for name, want := range map[string]string{
		"X-GitHub-Event": "issue_comment", "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
		"X-GitHub-Hook-Installation-Target-ID": "7", "X-GitHub-Hook-Installation-Target-Type": "integration", "Content-Type": "application/json",
	} {
		equal(t, name, request.Header.Get(name), want)
	}
	if agent := request.UserAgent(); !strings.HasPrefix(agent, "GitHub-Hookshot/") {
		t.Errorf("user agent %s", agent)
	}
	r := reply{text: body}
	equal(t, "payload", []any{r.at("action"), r.at("installation", "id"), r.at("sender", "login"), r.at("organization", "login"), r.at("issue", "number")}, "[created 70 dave acme 7]")

	hook.status = http.StatusInternalServerError
	must(s.Comment(testRepo, 7, "dave", "Ha"))
	must(0, s.Deliver(t.Context()))
	failed := s.do("GET", "/app/hook/deliveries?status=failure", s.jwt(nil), nil)
	equal(t, "failed", []any{failed.len(), failed.at(0, "status_code"), failed.at(0, "event")}, "[1 500 issue_comment]")
	hook.status = http.StatusAccepted
	s.want(s.do("POST", "/app/hook/deliveries/"+number(failed.at(0, "id"))+"/attempts", s.jwt(nil), nil), 202)
	must(0, s.Deliver(t.Context()))
	equal(t, "GUID of the redelivery", hook.got[2].Header.Get("X-GitHub-Delivery"), hook.got[1].Header.Get("X-GitHub-Delivery"))
	equal(t, "redelivery", s.do("GET", "/app/hook/deliveries", s.jwt(nil), nil).at(0, "redelivery"), true)
	page := s.do("GET", "/app/hook/deliveries?per_page=2", s.jwt(nil), nil)
	_, cursor, _ := strings.Cut(page.header.Get("Link"), "cursor=")
	cursor, _, _ = strings.Cut(cursor, "&")
	equal(t, "next page", s.do("GET", "/app/hook/deliveries?per_page=2&cursor="+cursor, s.jwt(nil), nil).len(), 1)
}

func TestAutoDeliver(t *testing.T) {
	t.Parallel()
	s := open(t)
	hook := receive(t, s)
	s.AutoDeliver = true
	for range 3 {
		must(s.Comment(testRepo, 7, "dave", "Hm"))
	}
	for range 3 {
		<-hook.each
	}
}

// operations are what people can do, with the events that GitHub sends for it, in its order.
var operations = []struct {
	what, events string
	do           func(s *site) error
}{
	{"open from a fork", "pull_request.opened", func(s *site) error {
		_, err := s.OpenPull(testRepo, Pull{Author: "dave", ForkOwner: "dave", Commits: []Commit{{Files: map[string]string{"x": "y"}}}})
		return err
	}},
	{"open from a branch", "push check_suite.requested pull_request.opened", func(s *site) error {
		_, err := s.OpenPull(testRepo, Pull{Author: "bob", Commits: []Commit{{Files: map[string]string{"x": "y"}}}})
		return err
	}},
	{"push to the fork", "pull_request.synchronize", func(s *site) error {
		_, err := s.Push(testRepo, 7, "alice", Commit{Files: map[string]string{"x": "y"}})
		return err
	}},
	{"edit", "pull_request.edited", func(s *site) error {
		return s.EditPull(testRepo, 7, "alice", Edit{Title: new("New"), Base: new("main")})
	}},
	{"close, reopen", "pull_request.closed pull_request.reopened", func(s *site) error {
		return firstOf(s.ClosePull(testRepo, 7, "bob"), s.ReopenPull(testRepo, 7, "bob"))
	}},
	{"merge", "push check_suite.requested pull_request.closed", func(s *site) error { return s.MergePull(testRepo, 7, "bob") }},
	{"draft and back", "pull_request.converted_to_draft pull_request.ready_for_review", func(s *site) error {
		return firstOf(s.SetDraft(testRepo, 7, "alice", true), s.SetDraft(testRepo, 7, "alice", false))
	}},
	{"labels", "pull_request.labeled pull_request.unlabeled", func(s *site) error {
		return firstOf(s.SetLabel(testRepo, 7, "bob", "docs"), s.RemoveLabel(testRepo, 7, "bob", "docs"))
	}},
	{"request", "pull_request.review_requested", func(s *site) error { return s.RequestReviewer(testRepo, 7, "alice", "acme/maintainers") }},
	{"review and dismissal", "pull_request_review.submitted pull_request_review.dismissed", func(s *site) error {
		id, err := s.SubmitReview(testRepo, 7, Review{Author: "carol", State: "APPROVED"})
		return firstOf(err, s.DismissReview(testRepo, 7, id, "olivia", "no"))
	}},
	{"pending review", "", func(s *site) error {
		_, err := s.SubmitReview(testRepo, 7, Review{Author: "carol", State: "PENDING"})
		return err
	}},
	{"comment", "issue_comment.created issue_comment.edited issue_comment.deleted", func(s *site) error {
		id, err := s.Comment(testRepo, 7, "dave", "x")
		return firstOf(err, s.EditComment(testRepo, id, "bob", "y"), s.DeleteComment(testRepo, id, "bob"))
	}},
	{"push to main", "push check_suite.requested", func(s *site) error {
		_, err := s.PushFiles(testRepo, "main", "bob", Commit{Removed: []string{"README.md"}})
		return err
	}},
	{"collaborators", "member.added member.edited member.removed", func(s *site) error {
		return firstOf(s.SetPermission(testRepo, "dave", "write", "olivia"), s.SetPermission(testRepo, "dave", "admin", "olivia"), s.RemoveCollaborator(testRepo, "dave", "olivia"))
	}},
	{"teams", "membership.added membership.removed", func(s *site) error {
		return firstOf(s.AddTeamMember("acme", "reviewers", "dave", "olivia"), s.RemoveTeamMember("acme", "reviewers", "dave", "olivia"))
	}},
	{"queue", "pull_request.enqueued push check_suite.requested merge_group.checks_requested merge_group.destroyed pull_request.dequeued", func(s *site) error {
		_, err := s.EnqueuePull(testRepo, 7, "bob")
		return firstOf(err, s.DequeuePull(testRepo, 7, "bob", "invalidated"))
	}},
	{"installation", "installation.created installation.suspend installation.unsuspend installation.new_permissions_accepted installation.deleted", func(s *site) error {
		id, err := s.Install(Installation{Account: "globex", Repositories: []string{"open"}})
		return firstOf(err, s.Suspend(id, true), s.Suspend(id, false), s.SetPermissions(id, map[string]string{"checks": "write"}), s.Uninstall(id))
	}},
	{"repositories", "installation_repositories.added installation_repositories.removed", func(s *site) error {
		return firstOf(s.AddRepositories(70, "secret"), s.RemoveRepositories(70, "secret"))
	}},
	{"not installed", "", func(s *site) error {
		_, err := s.PushFiles("globex/open", "main", "bob", Commit{Files: map[string]string{"x": "y"}})
		return err
	}},
	{"buttons", "check_run.created check_run.completed check_suite.completed check_run.requested_action check_run.rerequested check_suite.rerequested", func(s *site) error {
		head := s.Head("acme", "widgets", 7)
		id := must64(s.do("POST", "/repos/acme/widgets/check-runs", s.token(nil), obj{
			"name": "bylaw", "head_sha": head, "conclusion": "failure", "actions": []obj{{"label": "Ask", "description": "d", "identifier": "ask"}},
		}).at("id"))
		return firstOf(s.RequestAction(testRepo, id, "ask", "alice"), s.RerequestCheckRun(testRepo, id, "alice"), s.RerequestCheckSuite(testRepo, head, "alice"))
	}},
	{"visibility", "repository.privatized repository.publicized", func(s *site) error {
		return firstOf(s.SetPrivate(testRepo, true, "olivia"), s.SetPrivate(testRepo, false, "olivia"))
	}},
	{"ping", "ping", func(s *site) error { s.Ping(); return nil }},
}

func TestOperationsSendEvents(t *testing.T) {
	t.Parallel()
	for _, c := range operations {
		t.Run(c.what, func(t *testing.T) {
			s := open(t)
			if err := c.do(s); err != nil {
				t.Fatal(err)
			}
			equal(t, "events", s.events(), c.events)
		})
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestPayloads(t *testing.T) {
	t.Parallel()
	s := open(t)
	last := func(event string) reply {
		for _, d := range slices.Backward(s.Deliveries()) {
			if d.Event == event {
				return reply{text: string(d.Payload)}
			}
		}
		t.Fatalf("no %s", event)
		return reply{}
	}
	base := s.Branch("acme", "widgets", "main")
	sha := must(s.PushFiles(testRepo, "main", "bob", Commit{
		Files: map[string]string{"README.md": "changed\n", "new": "x"}, Removed: []string{"OWNERS.md"},
	}))
	push := last("push")
	equal(t, "push", []any{
		push.at("ref"), push.at("before"), push.at("after"), push.at("forced"), push.at("commits", 0, "added"), push.at("commits", 0, "removed"),
		push.at("commits", 0, "modified"), push.at("pusher", "name"), push.at("repository", "default_branch"),
	},
		fmt.Sprintf("[refs/heads/main %s %s false [new] [OWNERS.md] [README.md] bob main]", base, sha))

	branch := "main"
	must(0, s.EditPull(testRepo, 7, "alice", Edit{Base: &branch}))
	equal(t, "edited base", last("pull_request").at("changes", "base", "ref", "from"), "main")

	group := must(s.EnqueuePull(testRepo, 7, "bob"))
	merge := last("merge_group")
	equal(t, "merge group", []any{merge.at("merge_group", "head_sha"), merge.at("merge_group", "base_sha"), merge.at("merge_group", "head_ref")},
		fmt.Sprintf("[%s %s refs/heads/gh-readonly-queue/main/pr-7-%s]", group, sha, sha))

	id := must(s.SubmitReview(testRepo, 7, Review{Author: "carol", State: "APPROVED"}))
	review := last("pull_request_review")
	equal(t, "review", []any{review.at("review", "state"), must64(review.at("review", "id"))}, []any{"approved", id})

	must(0, s.MergePull(testRepo, 7, "bob"))
	closed := last("pull_request")
	equal(t, "merged", []any{closed.at("action"), closed.at("pull_request", "merged"), closed.at("pull_request", "merged_by", "login"), closed.at("pull_request", "changed_files")}, "[closed true bob 4]")
}

func TestEventsNeedPermissions(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) { w.Installations[0].Permissions = map[string]string{"contents": "read"} })
	must(s.EnqueuePull(testRepo, 7, "bob"))
	equal(t, "events", s.events(), "push")
}

func TestForcePush(t *testing.T) {
	t.Parallel()
	for _, identical := range []bool{true, false} {
		s := open(t)
		old := s.Head("acme", "widgets", 7)
		var changes []Commit
		if !identical {
			changes = []Commit{{Files: map[string]string{"README.md": "other\n"}}}
		}
		head := must(s.ForcePush(testRepo, 7, "alice", identical, changes...))
		if head == old {
			t.Fatal("head did not move")
		}
		r := s.do("GET", "/repos/acme/widgets/pulls/7/reviews", s.token(nil), nil)
		want := map[bool]string{true: head, false: old}[identical]
		equal(t, "review's commit", []any{r.at(0, "commit_id"), r.at(0, "state")}, []any{want, "APPROVED"})
	}
}

func TestPayloadsAreDeterministic(t *testing.T) {
	t.Parallel()
	run := func() string {
		s := open(t)
		must(s.Comment(testRepo, 7, "dave", "Hm"))
		must(s.Push(testRepo, 7, "alice", Commit{Files: map[string]string{"x": "y"}}))
		data, _ := json.Marshal(s.Deliveries())
		return string(data)
	}
	if one, two := run(), run(); one != two {
		t.Error("two equal worlds differ")
	}
}
