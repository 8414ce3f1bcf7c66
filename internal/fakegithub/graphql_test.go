package fakegithub

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const snapshotQuery = `query snapshot($owner: String!, $name: String!, $number: Int!, $app: Int, $withFiles: Boolean = true) {
  rateLimit { cost remaining limit resetAt }
  viewer { login }
  repository(owner: $owner, name: $name) {
    id databaseId nameWithOwner isPrivate visibility owner { __typename login }
    defaultBranchRef { name target { oid ... on Commit { committedDate } } }
    config: object(expression: "HEAD:README.md") { __typename ... on Blob { oid text byteSize isBinary isTruncated } }
    folder: object(expression: "HEAD:docs") { ... on Tree { oid entries { name type mode oid path object { ... on Blob { text } } } } }
    absent: object(expression: "HEAD:nothing") { oid }
    head: object(expression: "refs/pull/7/head:docs/b.md") { ... on Blob { text } }
    mergeQueue(branch: "main") { entries(first: 10) { totalCount nodes { position state headCommit { oid } baseCommit { oid } pullRequest { number } } } }
    pullRequest(number: $number) {
      ...facts
      files(first: 100) @include(if: $withFiles) { totalCount nodes { path changeType additions deletions } }
      hidden: files(first: 1) @skip(if: $withFiles) { totalCount }
    }
  }
}
fragment facts on PullRequest {
  id databaseId number title body url state isDraft createdAt updatedAt mergedAt closedAt mergedBy { login }
  author { __typename login ... on User { databaseId company } ... on Bot { databaseId } }
  authorAssociation baseRefName baseRefOid headRefName headRefOid isCrossRepository
  headRepository { nameWithOwner } headRepositoryOwner { login } additions deletions changedFiles mergeable
  labels(first: 100) { nodes { name } }
  reviews(first: 50) { totalCount nodes { databaseId state body submittedAt commit { oid } author { login } authorAssociation authorCanPushToRepository lastEditedAt } pageInfo { hasNextPage endCursor } }
  latestOpinionatedReviews(first: 50, writersOnly: true) { nodes { state author { login } } }
  reviewRequests(first: 50) { nodes { requestedReviewer { __typename ... on User { login } ... on Team { slug } } } }
  comments(last: 50) { totalCount nodes { fullDatabaseId databaseId author { login } body createdAt lastEditedAt editor { login } isMinimized viewerDidAuthor } }
  commits(last: 1) { totalCount nodes { commit { oid message messageHeadline authoredDate committedDate
    author { name email date user { login databaseId } } committer { name }
    authors(first: 10) { totalCount nodes { name email user { login } } }
    signature { isValid state signer { login } }
    checkSuites(first: 10, filterBy: {appId: $app}) { nodes { createdAt app { databaseId }
      checkRuns(first: 10, filterBy: {checkType: ALL}) { totalCount nodes { databaseId name status conclusion externalId completedAt title summary } } } }
    associatedPullRequests(first: 10) { totalCount nodes { number state headRefOid baseRefName repository { nameWithOwner } } } } } }
  timelineItems(first: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, REVIEW_DISMISSED_EVENT, MERGED_EVENT]) {
    nodes { __typename
      ... on LabeledEvent { createdAt actor { login } label { name } }
      ... on HeadRefForcePushedEvent { createdAt actor { login } beforeCommit { oid } afterCommit { oid } } } }
  mergeQueueEntry { position }
}`

func snapshotVariables() map[string]any {
	return obj{"owner": "acme", "name": "widgets", "number": 7, "app": 7}
}

func TestGraphQLSnapshot(t *testing.T) {
	t.Parallel()
	wholeSnapshot(open(t))
}

// wholeSnapshot asks for nearly everything at once.
func wholeSnapshot(s *site) {
	t := s.t
	group := must(s.EnqueuePull(testRepo, 7, "bob"))
	must(0, s.RequestReviewer(testRepo, 7, "alice", "acme/maintainers"))
	old := s.Head("acme", "widgets", 7)
	head := must(s.ForcePush(testRepo, 7, "alice", false))
	s.want(s.do("POST", "/repos/acme/widgets/check-runs", s.token(nil), obj{"name": "bylaw", "head_sha": head, "conclusion": "success", "external_id": "x"}), 201)
	r := s.want(s.graph(snapshotQuery, snapshotVariables()), 200)
	if r.at("errors") != nil {
		t.Fatalf("errors: %v", r.at("errors"))
	}
	repo := []any{"data", "repository"}
	under := func(path []any, more ...any) []any { return slices.Concat(path, more) }
	pull := under(repo, "pullRequest")
	commit := under(pull, "commits", "nodes", 0, "commit")
	for _, c := range []struct {
		path []any
		want any
	}{
		{[]any{"data", "viewer", "login"}, "checker[bot]"},
		{under(repo, "defaultBranchRef", "target", "oid"), s.Branch("acme", "widgets", "main")},
		{under(repo, "config", "text"), "one\ntwo\nthree\n"},
		{under(repo, "config", "oid"), hashObject("blob", "one\ntwo\nthree\n")},
		{under(repo, "folder", "entries", 0, "path"), "docs/a.md"},
		{under(repo, "folder", "entries", 0, "mode"), 0o100644},
		{under(repo, "absent"), nil},
		{under(repo, "head", "text"), "a\n"},
		{under(repo, "mergeQueue", "entries", "nodes", 0, "headCommit", "oid"), group},
		{under(pull, "author"), map[string]any{"__typename": "User", "login": "alice", "databaseId": 11, "company": "@acme"}},
		{under(pull, "headRefOid"), head},
		{under(pull, "headRepository", "nameWithOwner"), "alice/widgets"},
		{under(pull, "reviews", "nodes", 0, "commit", "oid"), old},
		{under(pull, "reviews", "nodes", 0, "authorCanPushToRepository"), true},
		{under(pull, "latestOpinionatedReviews", "nodes", 0, "author", "login"), "bob"},
		{under(pull, "reviewRequests", "nodes", 0, "requestedReviewer", "slug"), "maintainers"},
		{under(pull, "comments", "nodes", 0, "author", "login"), "dave"},
		{under(pull, "commits", "totalCount"), 2},
		{under(pull, "files", "totalCount"), 4},
		{under(pull, "hidden"), nil},
		{under(commit, "checkSuites", "nodes", 0, "checkRuns", "nodes", 0, "conclusion"), "SUCCESS"},
		{under(commit, "associatedPullRequests", "nodes", 0, "number"), 7},
		{under(pull, "timelineItems", "nodes", 0, "label", "name"), "major"},
		{under(pull, "timelineItems", "nodes", 1, "beforeCommit", "oid"), old},
		{under(pull, "mergeQueueEntry", "position"), 1},
	} {
		equal(t, strings.TrimSpace(string(encode(c.path))), r.at(c.path...), c.want)
	}
	equal(t, "operation", s.Count(func(c Call) bool { return c.Operation == "snapshot" && c.Route == "/graphql" }), 1)
}

func TestGraphQLCoAuthors(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := s.graph(`{repository(owner: "acme", name: "widgets") {pullRequest(number: 7) {commits(first: 1) {nodes {commit {authors(first: 5) {nodes {email user {login}}}}}}}}}`, nil)
	authors := r.at("data", "repository", "pullRequest", "commits", "nodes", 0, "commit", "authors", "nodes")
	equal(t, "authors", authors, "[map[email:alice@acme.example user:map[login:alice]] map[email:bob@globex.example user:map[login:bob]] map[email:zoe@nowhere.example user:<nil>]]")
}

func TestGraphQLErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	blind := s.token(obj{"permissions": obj{"contents": "read", "pull_requests": "read"}})
	for _, c := range []struct {
		what, query, token, kind, message string
	}{
		{"private elsewhere", `{repository(owner: "globex", name: "hidden") {id}}`, "", "NOT_FOUND", "Could not resolve to a Repository with the name 'globex/hidden'."},
		{"no such pull request", `{repository(owner: "acme", name: "widgets") {pullRequest(number: 99) {id}}}`, "", "NOT_FOUND", "Could not resolve to a PullRequest with the number of 99."},
		{"no bounds", `{repository(owner: "acme", name: "widgets") {labels {nodes {name}}}}`, "", "MISSING_PAGINATION_BOUNDARIES", ""},
		{"101", `{repository(owner: "acme", name: "widgets") {labels(first: 101) {nodes {name}}}}`, "", "EXCESSIVE_PAGINATION", ""},
		{"unknown field", `{repository(owner: "acme", name: "widgets") {colour}}`, "", "", ""},
		{"syntax", `{repository(`, "", "", ""},
		{"no permission", `{repository(owner: "acme", name: "widgets") {object(expression: "HEAD") {... on Commit {checkSuites(first: 1) {totalCount}}}}}`, blind, "FORBIDDEN", "Resource not accessible by integration"},
	} {
		token := c.token
		if token == "" {
			token = s.token(nil)
		}
		r := s.want(s.do("POST", "/graphql", token, obj{"query": c.query}), 200)
		if r.len("errors") != 1 || c.kind != "" && r.at("errors", 0, "type") != c.kind || c.message != "" && r.at("errors", 0, "message") != c.message {
			t.Errorf("%s: %s", c.what, r.text)
		}
	}
	partial := s.graph(`{a: repository(owner: "acme", name: "widgets") {name} b: repository(owner: "globex", name: "hidden") {name}}`, nil)
	equal(t, "partial", []any{partial.at("data", "a", "name"), partial.at("data", "b"), partial.at("errors", 0, "path")}, "[widgets <nil> [b]]")
}

func TestGraphQLPaging(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) {
		w.Repositories[0].PullRequests[0].Labels = []Label{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	})
	page := func(bounds string) string {
		r := s.graph(`{repository(owner: "acme", name: "widgets") {pullRequest(number: 7) {labels(`+bounds+`) {totalCount nodes {name} edges {cursor node {name}} pageInfo {hasNextPage hasPreviousPage endCursor startCursor}}}}}`, nil)
		at := []any{"data", "repository", "pullRequest", "labels"}
		var names []string
		for i := range r.len(append(at, "nodes")...) {
			names = append(names, r.at(append(at, "nodes", i, "name")...).(string))
		}
		if r.at(append(at, "pageInfo", "hasNextPage")...) == true {
			names = append(names, "more")
		}
		return strings.Join(names, " ")
	}
	equal(t, "first", page(`first: 2`), "a b more")
	equal(t, "after", page(`first: 2, after: "`+encodeCursor(1)+`"`), "c")
	equal(t, "last", page(`last: 2`), "b c")
	equal(t, "before", page(`last: 1, before: "`+encodeCursor(2)+`"`), "b more")
}

func TestGraphQLOfGhostsBotsAndBlobs(t *testing.T) {
	t.Parallel()
	s := open(t, func(w *World) {
		w.Repositories[0].Files["big"] = strings.Repeat("x", maxBlobText+1)
		w.Repositories[0].PullRequests = append(w.Repositories[0].PullRequests, Pull{
			Number: 8, Author: "renovate[bot]", CreatedAt: testTime.Add(-time.Hour), Commits: []Commit{{Files: map[string]string{"x": "y"}}},
		})
	})
	must(0, s.DeleteUser("alice"))
	must(0, s.DeleteUser("bob"))
	r := s.graph(`{repository(owner: "acme", name: "widgets") {
		ghost: pullRequest(number: 7) {author {login} headRepository {name} reviews(first: 1) {nodes {author {login} state}}}
		bot: pullRequest(number: 8) {author {__typename login}}
		big: object(expression: "main:big") {... on Blob {byteSize isTruncated}}
		binary: object(expression: "HEAD:logo.png") {... on Blob {isBinary text}}}}`, nil)
	repo := func(path ...any) any { return r.at(append([]any{"data", "repository"}, path...)...) }
	equal(t, "ghost", []any{repo("ghost", "author"), repo("ghost", "headRepository"), repo("ghost", "reviews", "nodes", 0, "author")}, "[<nil> <nil> <nil>]")
	equal(t, "bot", repo("bot", "author"), "map[__typename:Bot login:renovate]")
	equal(t, "big", repo("big", "isTruncated"), true)
	equal(t, "binary", repo("binary"), "map[isBinary:true text:<nil>]")
	equal(t, "REST shows the ghost", s.do("GET", "/repos/acme/widgets/pulls/7/commits", s.token(nil), nil).at(0, "author"), nil)
}
