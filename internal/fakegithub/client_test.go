package fakegithub

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// The usual clients can talk to the fake, and understand its webhooks.
func TestGoGitHub(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.AuthNow = time.Now
	key := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testKey())})
	transport, err := ghinstallation.New(http.DefaultTransport, 7, 70, key)
	if err != nil {
		t.Fatal(err)
	}
	transport.BaseURL = s.url
	client := github.NewClient(&http.Client{Transport: transport})
	client.BaseURL, _ = url.Parse(s.url + "/")
	ctx := t.Context()

	pull, _, err := client.PullRequests.Get(ctx, "acme", "widgets", 7)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "head", pull.GetHead().GetSHA(), s.Head("acme", "widgets", 7))
	commits, response, err := client.PullRequests.ListCommits(ctx, "acme", "widgets", 7, &github.ListOptions{PerPage: 1})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "page", []any{len(commits), response.NextPage, response.LastPage}, "[1 2 2]")
	file, _, _, err := client.Repositories.GetContents(ctx, "acme", "widgets", "README.md", &github.RepositoryContentGetOptions{Ref: "refs/pull/7/head"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "content", must(file.GetContent()), "one\n2\nthree\n")
	run, _, err := client.Checks.CreateCheckRun(ctx, "acme", "widgets", github.CreateCheckRunOptions{
		Name: "bylaw", HeadSHA: pull.GetHead().GetSHA(), Conclusion: new("success"), CompletedAt: &github.Timestamp{Time: testTime},
		Output: &github.CheckRunOutput{Title: new("t"), Summary: new("s")},
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "run", []any{run.GetConclusion(), run.GetApp().GetSlug()}, "[success checker]")
	member, _, err := client.Organizations.IsMember(ctx, "acme", "carol")
	equal(t, "member", []any{member, err}, "[true <nil>]")
	if _, _, err := client.PullRequests.RequestReviewers(ctx, "acme", "widgets", 7, github.ReviewersRequest{Reviewers: []string{"carol"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.PullRequests.Get(ctx, "globex", "hidden", 1); err == nil {
		t.Error("a foreign private repository can be read")
	}

	must(s.PushFiles(testRepo, "main", "bob", Commit{Files: map[string]string{"x": "y"}}))
	must(s.EnqueuePull(testRepo, 7, "bob"))
	for _, d := range s.Deliveries() {
		if _, err := github.ParseWebHook(d.Event, d.Payload); err != nil {
			t.Errorf("%s.%s: %v", d.Event, d.Action, err)
		}
	}
	s.SetRateLimit(70, 5000, 0, time.Now().Add(time.Hour))
	if _, _, err := client.Repositories.Get(ctx, "acme", "widgets"); err == nil {
		t.Error("no rate limit")
	} else if _, isLimit := err.(*github.RateLimitError); !isLimit {
		t.Errorf("rate limit: %v", err)
	}
}
