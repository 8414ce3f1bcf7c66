package fakegithub

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a fake GitHub behind real HTTP, as clients see it.
type site struct {
	*GitHub
	t   *testing.T
	url string
}

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

var testTime = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const testRepo = "acme/widgets"

// testWorld is a community with one public repository, one private one and one pull request from a fork.
func testWorld() World {
	return World{
		Organizations: []Organization{{Login: "acme", Owners: []string{"olivia"}}, {Login: "globex"}},
		Users: []User{
			{Login: "olivia"},
			{Login: "alice", ID: 11, Name: "Alice", Emails: []string{"alice@acme.example"}, Company: "@acme"},
			{Login: "bob", ID: 12, Emails: []string{"bob@globex.example"}},
			{Login: "carol", ID: 13, Emails: []string{"carol@initech.example"}},
			{Login: "dave", ID: 14},
			{Login: "renovate[bot]", ID: 15, Type: "Bot"},
		},
		Teams: []Team{
			{Org: "acme", Slug: "maintainers", Members: []TeamMember{{Login: "carol", Role: "maintainer"}, {Login: "dave", State: "pending"}}},
			{Org: "acme", Slug: "reviewers", Parent: "maintainers", Members: []TeamMember{{Login: "bob"}}},
		},
		Repositories: []Repository{
			{
				Owner: "acme", Name: "widgets", ID: 1, MergeQueue: true,
				Files:          map[string]string{"README.md": "one\ntwo\nthree\n", "OWNERS.md": "carol\n", "docs/a.md": "a\n", "logo.png": "PNG\x00"},
				Symlinks:       map[string]string{"LINK.md": "README.md", "broken": "nowhere"},
				Collaborators:  map[string]string{"bob": "write", "alice": "triage"},
				Teams:          map[string]string{"maintainers": "maintain"},
				RequiredChecks: []RequiredCheck{{Context: "bylaw", AppID: 7}}, RequirePullRequests: true,
				Bypass:     []Bypass{{ActorType: "OrganizationAdmin"}, {ActorType: "RepositoryRole", ActorID: 5, Mode: "pull_request"}},
				Protection: &Protection{RequiredChecks: []RequiredCheck{{Context: "build"}}, PullRequests: true},
				Labels:     []string{"major"},
				PullRequests: []Pull{{
					Number: 7, Title: "Fix", Author: "alice", ForkOwner: "alice", Head: "fix", CreatedAt: testTime.Add(-48 * time.Hour),
					Commits: []Commit{
						{Author: "alice", CoAuthors: []string{"bob", "Zoe <zoe@nowhere.example>"}, Files: map[string]string{"README.md": "one\n2\nthree\n"}},
						{Author: "alice", Renamed: map[string]string{"docs/a.md": "docs/b.md"}, Removed: []string{"OWNERS.md"}, Files: map[string]string{"new.bin": "a\x00b"}},
					},
					Labels:   []Label{{Name: "major", SetBy: "bob"}},
					Comments: []Comment{{Author: "dave", Body: "Nice"}},
					Reviews:  []Review{{Author: "bob", State: "APPROVED", SubmittedAt: testTime.Add(-24 * time.Hour)}},
				}},
			},
			{Owner: "acme", Name: "secret", ID: 2, Private: true, Files: map[string]string{"a": "b"}},
			{Owner: "globex", Name: "open", ID: 3, Files: map[string]string{"a": "b"}},
			{Owner: "globex", Name: "hidden", ID: 4, Private: true, Files: map[string]string{"a": "b"}},
		},
		Installations: []Installation{{ID: 70, Account: "acme", Permissions: map[string]string{
			"checks": "write", "contents": "read", "pull_requests": "write", "members": "read", "merge_queues": "read", "administration": "read",
		}}},
		OtherApps: []OtherApp{{ID: 99, Slug: "builder", Name: "Builder"}},
		Tokens:    map[string]string{"ghp_bob": "bob", "ghp_dave": "dave"},
	}
}

// open starts a fake; the edits change its world first.
func open(t *testing.T, edits ...func(*World)) *site {
	t.Helper()
	w := testWorld()
	for _, edit := range edits {
		edit(&w)
	}
	g, err := New(w)
	if err != nil {
		t.Fatal(err)
	}
	g.App = App{ID: 7, Slug: "checker", Name: "Checker", Key: &testKey().PublicKey}
	g.Hook.Secret = "It's a Secret to Everybody"
	g.Now = func() time.Time { return testTime }
	s := &site{GitHub: g, t: t}
	s.serve(g)
	return s
}

// serve puts the fake, or something in front of it, behind HTTP.
func (s *site) serve(h http.Handler) {
	server := httptest.NewServer(h)
	s.url = server.URL
	s.t.Cleanup(server.Close)
	s.t.Cleanup(s.Close) // first: hanging calls would keep the server open
}

// jwt signs claims as the App would, with changes.
func (s *site) jwt(changes map[string]any) string {
	claims := map[string]any{"iat": testTime.Unix() - 30, "exp": testTime.Unix() + 300, "iss": "7"}
	maps.Copy(claims, changes)
	part := func(v any) string {
		data, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, sum[:])
	if err != nil {
		s.t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

type reply struct {
	status int
	header http.Header
	text   string
}

// at reads a value of the answer by keys and indexes.
func (r reply) at(path ...any) any {
	var v any
	_ = json.Unmarshal([]byte(r.text), &v)
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			list, _ := v.([]any)
			if s >= len(list) {
				return nil
			}
			v = list[s]
		}
	}
	return v
}

func (r reply) len(path ...any) int {
	list, _ := r.at(path...).([]any)
	return len(list)
}

func (s *site) do(method, path, token string, body any, header ...string) reply {
	s.t.Helper()
	var data []byte
	if body != nil {
		data, _ = json.Marshal(body)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// token gets an installation token through the API.
func (s *site) token(body any) string {
	s.t.Helper()
	r := s.do("POST", "/app/installations/70/access_tokens", s.jwt(nil), body)
	if r.status != http.StatusCreated {
		s.t.Fatalf("access token: %d %s", r.status, r.text)
	}
	return r.at("token").(string)
}

func (s *site) graph(text string, variables map[string]any) reply {
	s.t.Helper()
	return s.do("POST", "/graphql", s.token(nil), map[string]any{"query": text, "variables": variables})
}

func (s *site) want(r reply, status int) reply {
	s.t.Helper()
	if r.status != status {
		s.t.Fatalf("status %d, want %d: %s", r.status, status, r.text)
	}
	return r
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// events lists the queued webhooks as "event.action".
func (s *site) events() string {
	var list []string
	for _, d := range s.Deliveries() {
		list = append(list, strings.TrimSuffix(d.Event+"."+d.Action, "."))
	}
	return strings.Join(list, " ")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
