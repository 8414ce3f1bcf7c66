package fakegithub

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEveryEndpointAnswers(t *testing.T) {
	t.Parallel()
	everyEndpoint(open(t))
}

// everyEndpoint calls every endpoint in its plain case.
func everyEndpoint(s *site) {
	t := s.t
	token, app := s.token(nil), s.jwt(nil)
	s.Hook.URL = "http://127.0.0.1:1/nobody"
	s.Ping()
	_ = s.Deliver(t.Context())
	head := s.Head("acme", "widgets", 7)
	repo := "/repos/" + testRepo
	run := s.want(s.do("POST", repo+"/check-runs", token, obj{
		"name": "bylaw", "head_sha": head, "status": "completed", "conclusion": "success",
		"output": obj{"title": "t", "summary": "s", "annotations": []obj{{"path": "README.md", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"}}},
	}), 201)
	runPath := repo + "/check-runs/" + number(run.at("id"))
	suitePath := repo + "/check-suites/" + number(run.at("check_suite", "id"))
	comment := s.want(s.do("POST", repo+"/issues/7/comments", token, obj{"body": "hello"}), 201)
	commentPath := repo + "/issues/comments/" + number(comment.at("id"))
	blob := s.do("GET", repo+"/contents/README.md", token, nil).at("sha").(string)
	delivery := number(s.do("GET", "/app/hook/deliveries", app, nil).at(0, "id"))
	for _, c := range []struct {
		method, path, token string
		body                any
		status              int
	}{
		{"GET", "/app", app, nil, 200},
		{"GET", "/app/hook/config", app, nil, 200},
		{"GET", "/app/installations", app, nil, 200},
		{"GET", "/app/installations/70", app, nil, 200},
		{"GET", "/app/installations/71", app, nil, 404},
		{"GET", "/app/hook/deliveries?status=failure&per_page=100", app, nil, 200},
		{"GET", "/app/hook/deliveries/" + delivery, app, nil, 200},
		{"POST", "/app/hook/deliveries/" + delivery + "/attempts", app, nil, 202},
		{"GET", "/orgs/acme/installation", app, nil, 200},
		{"GET", repo + "/installation", app, nil, 200},
		{"GET", "/repos/globex/open/installation", app, nil, 404},
		{"GET", "/installation/repositories", token, nil, 200},
		{"GET", "/rate_limit", token, nil, 200},
		{"GET", "/user", "ghp_dave", nil, 200},
		{"GET", "/user", token, nil, 403},
		{"GET", "/user/installations", "ghp_bob", nil, 200},
		{"GET", "/user/installations/70/repositories", "ghp_bob", nil, 200},
		{"GET", "/users/alice", token, nil, 200},
		{"GET", "/users/nobody", token, nil, 404},
		{"GET", "/orgs/acme/members/carol", token, nil, 204},
		{"GET", "/orgs/acme/members/dave", token, nil, 404},
		{"GET", "/orgs/acme/teams", token, nil, 200},
		{"GET", "/orgs/acme/teams/reviewers", token, nil, 200},
		{"GET", "/orgs/acme/teams/maintainers/members", token, nil, 200},
		{"GET", "/orgs/acme/teams/maintainers/memberships/dave", token, nil, 200},
		{"GET", repo, token, nil, 200},
		{"GET", repo + "/branches/main", token, nil, 200},
		{"GET", repo + "/branches/main/protection", token, nil, 200},
		{"GET", repo + "/branches/none/protection", token, nil, 404},
		{"GET", repo + "/rules/branches/main", token, nil, 200},
		{"GET", repo + "/rulesets/1", token, nil, 200},
		{"GET", repo + "/rulesets/1", "ghp_dave", nil, 200},
		{"GET", repo + "/rulesets/2", token, nil, 404},
		{"GET", repo + "/collaborators?permission=push&affiliation=all", token, nil, 200},
		{"GET", repo + "/collaborators/carol/permission", token, nil, 200},
		{"GET", repo + "/pulls", token, nil, 200},
		{"GET", repo + "/pulls/7", token, nil, 200},
		{"GET", repo + "/pulls/8", token, nil, 404},
		{"GET", repo + "/pulls/7/files", token, nil, 200},
		{"GET", repo + "/pulls/7/commits", token, nil, 200},
		{"GET", repo + "/pulls/7/reviews", token, nil, 200},
		{"GET", repo + "/pulls/7/requested_reviewers", token, nil, 200},
		{"POST", repo + "/pulls/7/requested_reviewers", token, obj{"reviewers": []string{"carol"}, "team_reviewers": []string{"maintainers"}}, 201},
		{"DELETE", repo + "/pulls/7/requested_reviewers", token, obj{"reviewers": []string{"carol"}}, 200},
		{"GET", repo + "/commits/main", token, nil, 200},
		{"GET", repo + "/commits/" + head, token, nil, 200},
		{"GET", repo + "/commits/" + head + "/check-runs", token, nil, 200},
		{"GET", repo + "/commits/refs/pull/7/head/check-suites", token, nil, 200},
		{"GET", runPath, token, nil, 200},
		{"GET", runPath + "/annotations", token, nil, 200},
		{"POST", runPath + "/rerequest", token, nil, 201},
		{"PATCH", runPath, token, obj{"conclusion": "failure"}, 200},
		{"GET", suitePath, token, nil, 200},
		{"GET", suitePath + "/check-runs", token, nil, 200},
		{"POST", suitePath + "/rerequest", token, nil, 201},
		{"GET", repo + "/issues/7/comments", token, nil, 200},
		{"GET", commentPath, token, nil, 200},
		{"PATCH", commentPath, token, obj{"body": "changed"}, 200},
		{"DELETE", commentPath, token, nil, 204},
		{"GET", repo + "/issues/7/labels", token, nil, 200},
		{"GET", repo + "/contents/README.md", token, nil, 200},
		{"GET", repo + "/contents/docs", token, nil, 200},
		{"GET", repo + "/contents/broken", token, nil, 200},
		{"GET", repo + "/contents/none", token, nil, 404},
		{"GET", repo + "/git/blobs/" + blob, token, nil, 200},
		{"GET", repo + "/git/trees/main?recursive=1", token, nil, 200},
		{"GET", repo + "/git/ref/heads/main", token, nil, 200},
		{"GET", repo + "/compare/main..." + head, token, nil, 200},
	} {
		if r := s.do(c.method, c.path, c.token, c.body); r.status != c.status {
			t.Errorf("%s %s: %d, want %d: %.300s", c.method, c.path, r.status, c.status, r.text)
		}
	}
}

func number(v any) string {
	f, _ := v.(float64)
	return strings.TrimSuffix(strings.TrimSpace(string(encode(int64(f)))), ".0")
}

func TestAccess(t *testing.T) {
	t.Parallel()
	s := open(t)
	expired := s.token(nil)
	s.Now = func() time.Time { return testTime.Add(61 * time.Minute) }
	later := map[string]any{"iat": testTime.Add(time.Hour).Unix(), "exp": testTime.Add(65 * time.Minute).Unix()}
	r := s.do("POST", "/app/installations/70/access_tokens", s.jwt(later), nil)
	full := r.at("token").(string)
	if len(full) < 500 || !strings.HasPrefix(full, "ghs_7_") {
		t.Errorf("token %q is not of the long, stateless form", full)
	}
	narrow := func(body any) string {
		return s.want(s.do("POST", "/app/installations/70/access_tokens", s.jwt(later), body), 201).at("token").(string)
	}
	one := narrow(obj{"repositories": []string{"widgets"}})
	reader := narrow(obj{"permissions": obj{"contents": "read"}})
	for _, c := range []struct {
		what, method, path, token string
		body                      any
		status                    int
		message                   string
	}{
		{"nobody", "GET", "/repos/acme/widgets", "", nil, 401, "Requires authentication"},
		{"wrong", "GET", "/repos/acme/widgets", "ghs_wrong", nil, 401, "Bad credentials"},
		{"expired", "GET", "/repos/acme/widgets", expired, nil, 401, "Bad credentials"},
		{"installed", "GET", "/repos/acme/secret", full, nil, 200, ""},
		{"narrowed", "GET", "/repos/acme/secret", one, nil, 404, "Not Found"},
		{"private elsewhere", "GET", "/repos/globex/hidden", full, nil, 404, "Not Found"},
		{"public elsewhere", "GET", "/repos/globex/open/contents/a", full, nil, 200, ""},
		{"write elsewhere", "POST", "/repos/globex/open/check-runs", full, obj{}, 403, "Resource not accessible by integration"},
		{"few permissions", "GET", "/repos/acme/widgets/pulls/7", reader, nil, 403, "Resource not accessible by integration"},
		{"enough permissions", "GET", "/repos/acme/widgets/contents/README.md", reader, nil, 200, ""},
		{"personal token", "GET", "/repos/acme/widgets/pulls/7", "ghp_dave", nil, 200, ""},
		{"personal token, private", "GET", "/repos/acme/secret", "ghp_dave", nil, 404, "Not Found"},
		{"personal token, check run", "POST", "/repos/acme/widgets/check-runs", "ghp_bob", obj{}, 403, "You must authenticate via a GitHub App."},
		{"token for the App", "GET", "/app", full, nil, 401, ""},
		{"App for a repository", "GET", "/repos/acme/widgets", s.jwt(later), nil, 403, ""},
		{"JWT too long", "GET", "/app", s.jwt(map[string]any{"exp": testTime.Add(3 * time.Hour).Unix()}), nil, 401, "'Expiration time' claim ('exp') is too far in the future"},
		{"JWT expired", "GET", "/app", s.jwt(nil), nil, 401, ""},
		{"JWT of another App", "GET", "/app", s.jwt(map[string]any{"iss": "8", "exp": later["exp"]}), nil, 401, ""},
		{"JWT, numeric issuer", "GET", "/app", s.jwt(map[string]any{"iss": 7, "exp": later["exp"]}), nil, 200, ""},
		{"JWT forged", "GET", "/app", s.jwt(later)[:200] + "AAAA" + s.jwt(later)[204:], nil, 401, "A JSON web token could not be decoded"},
		{"more than granted", "POST", "/app/installations/70/access_tokens", s.jwt(later), obj{"permissions": obj{"contents": "write"}}, 422, ""},
		{"foreign repository", "POST", "/app/installations/70/access_tokens", s.jwt(later), obj{"repositories": []string{"open"}}, 422, ""},
	} {
		r := s.do(c.method, c.path, c.token, c.body)
		if r.status != c.status || c.message != "" && r.at("message") != c.message {
			t.Errorf("%s: %d %s, want %d %s", c.what, r.status, r.text, c.status, c.message)
		}
	}
	if err := s.Suspend(70, true); err != nil {
		t.Fatal(err)
	}
	equal(t, "suspended", s.do("GET", "/repos/acme/widgets", full, nil).status, 403)
}

func TestPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	repo := "/repos/" + testRepo
	permission := func(login string) any {
		r := s.do("GET", repo+"/collaborators/"+login+"/permission", token, nil)
		return r.at("permission").(string) + " " + r.at("role_name").(string)
	}
	equal(t, "from the team", permission("carol"), "write maintain")
	equal(t, "from the child team", permission("bob"), "write maintain")
	equal(t, "triage is read", permission("alice"), "read triage")
	equal(t, "pending member of a public repository", permission("dave"), "read read")
	equal(t, "owner", permission("olivia"), "admin admin")

	pushers := s.do("GET", repo+"/collaborators?permission=push&affiliation=all", token, nil)
	equal(t, "pushers", []any{pushers.at(0, "login"), pushers.at(1, "login"), pushers.at(2, "login"), pushers.len()}, "[bob carol olivia 3]")

	members := s.do("GET", "/orgs/acme/teams/maintainers/members", token, nil)
	equal(t, "members with children, without pending", []any{members.len(), members.at(1, "login"), members.at(1, "inherited")}, "[2 bob true]")
	equal(t, "state", s.do("GET", "/orgs/acme/teams/maintainers/memberships/dave", token, nil).at("state"), "pending")

	blind := s.token(obj{"permissions": obj{"contents": "read"}})
	r := s.do("GET", "/orgs/acme/members/carol", blind, nil)
	equal(t, "without members:read", []any{r.status, r.header.Get("Location")}, "[302 /orgs/acme/public_members/carol]")
	equal(t, "company", s.do("GET", "/users/alice", token, nil).at("company"), "@acme")
}

func TestContents(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) {
		w.Repositories[0].Files["big.txt"] = strings.Repeat("x", maxContent+1)
	})
	token, repo := s.token(nil), "/repos/"+testRepo
	get := func(path string, header ...string) reply { return s.do("GET", repo+path, token, nil, header...) }
	link := get("/contents/LINK.md")
	equal(t, "link to a file", []any{link.at("type"), link.at("sha")}, []any{"file", hashObject("blob", "one\ntwo\nthree\n")})
	equal(t, "broken link", []any{get("/contents/broken").at("type"), get("/contents/broken").at("target")}, "[symlink nowhere]")
	equal(t, "raw", get("/contents/README.md", "Accept", "application/vnd.github.raw+json").text, "one\ntwo\nthree\n")
	equal(t, "over 1 MB", []any{get("/contents/big.txt").at("encoding"), get("/contents/big.txt").at("content")}, "[none ]")
	equal(t, "fork's head", get("/contents/docs/b.md?ref=refs/pull/7/head").at("type"), "file")
	equal(t, "fork's head by sha", get("/contents/docs/b.md?ref="+s.Head("acme", "widgets", 7)).status, 200)
	equal(t, "not on main", get("/contents/docs/b.md").status, 404)
	equal(t, "unknown ref", get("/contents/README.md?ref=nope").at("message"), "No commit found for the ref nope")
	tree := get("/git/trees/main?recursive=1")
	modes := map[any]any{}
	for i := range tree.len("tree") {
		modes[tree.at("tree", i, "path")] = tree.at("tree", i, "mode")
	}
	equal(t, "modes", []any{modes["LINK.md"], modes["docs"], modes["docs/a.md"]}, "[120000 040000 100644]")
	missing := s.do("GET", repo+"/commits/feedface00", token, nil)
	equal(t, "unknown commit", []any{missing.status, missing.at("message")}, "[422 No commit found for SHA: feedface00]")
}

func TestPullRequestLists(t *testing.T) {
	t.Parallel()
	s := open(t)
	token, repo := s.token(nil), "/repos/"+testRepo
	p := s.do("GET", repo+"/pulls/7", token, nil)
	equal(t, "counts", []any{p.at("commits"), p.at("changed_files"), p.at("additions"), p.at("deletions")}, "[2 4 1 2]")
	equal(t, "head", []any{p.at("head", "label"), p.at("head", "repo", "full_name"), p.at("head", "repo", "fork")}, "[alice:fix alice/widgets true]")
	files := s.do("GET", repo+"/pulls/7/files", token, nil)
	var got []any
	for i := range files.len() {
		got = append(got, files.at(i, "filename"), files.at(i, "status"), files.at(i, "previous_filename"), files.at(i, "patch") != nil)
	}
	equal(t, "files", got, "[OWNERS.md removed <nil> true README.md modified <nil> true docs/b.md renamed docs/a.md false new.bin added <nil> false]")
	equal(t, "patch", files.at(1, "patch"), "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three")
	equal(t, "of the head", s.do("GET", repo+"/commits/"+s.Head("acme", "widgets", 7)+"/pulls", token, nil).at(0, "number"), 7)
	for query, n := range map[string]int{"": 1, "?state=closed": 0, "?head=alice:fix": 1, "?head=acme:fix": 0, "?base=main": 1, "?base=x": 0} {
		equal(t, query, s.do("GET", repo+"/pulls"+query, token, nil).len(), n)
	}
	commits := s.do("GET", repo+"/pulls/7/commits?per_page=1", token, nil)
	equal(t, "page", commits.len(), 1)
	if link := commits.header.Get("Link"); !strings.Contains(link, `page=2`) || !strings.Contains(link, `rel="next"`) || !strings.Contains(link, `rel="last"`) {
		t.Errorf("Link: %s", link)
	}
	r := s.do("POST", repo+"/pulls/7/requested_reviewers", token, obj{"reviewers": []string{"dave"}})
	equal(t, "not a collaborator", r.status, 422)
	must(0, s.RequestReviewer(testRepo, 7, "alice", "carol"))
	must(s.SubmitReview(testRepo, 7, Review{Author: "carol", State: "COMMENTED"}))
	equal(t, "requested, after the review", s.RequestedReviewers("acme", "widgets", 7), "[]")
	must(s.SubmitReview(testRepo, 7, Review{Author: "dave", State: "PENDING"}))
	equal(t, "others do not see pending reviews", s.do("GET", repo+"/pulls/7/reviews", token, nil).len(), 2)
	equal(t, "their authors do", s.do("GET", repo+"/pulls/7/reviews", "ghp_dave", nil).len(), 3)
}

func TestLongListsAreCutSilently(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) {
		files := map[string]string{}
		for i := range maxPullFiles + 10 {
			files["many/"+number(float64(i))] = "x\n"
		}
		w.Repositories[0].PullRequests[0].Commits[0].Files = files
	})
	token := s.token(nil)
	last := s.do("GET", "/repos/acme/widgets/pulls/7/files?per_page=100&page=30", token, nil)
	beyond := s.do("GET", "/repos/acme/widgets/pulls/7/files?per_page=100&page=31", token, nil)
	equal(t, "page 30 and 31", []any{last.len(), beyond.len()}, "[100 0]")
	if n := s.do("GET", "/repos/acme/widgets/pulls/7", token, nil).at("changed_files").(float64); n <= maxPullFiles {
		t.Errorf("changed_files %v does not tell", n)
	}
}

func TestConditionalRequestsAreFree(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.token(nil)
	first := s.do("GET", "/repos/acme/widgets/pulls/7", token, nil)
	again := s.do("GET", "/repos/acme/widgets/pulls/7", token, nil, "If-None-Match", first.header.Get("ETag"))
	equal(t, "status and remaining", []any{again.status, again.header.Get("X-RateLimit-Remaining"), again.text},
		[]any{http.StatusNotModified, first.header.Get("X-RateLimit-Remaining"), ""})
	must(0, s.SetDraft(testRepo, 7, "alice", true))
	changed := s.do("GET", "/repos/acme/widgets/pulls/7", token, nil, "If-None-Match", first.header.Get("ETag"))
	equal(t, "after a change", changed.status, 200)
}
