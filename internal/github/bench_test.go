package github_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
)

// These benchmarks measure what this package costs for the review of a pull request with ten files and three reviews,
// in a repository with 100 open ones: the answers are fakegithub's, but they come from memory.

// BenchmarkRead reads a pull request of which the changed files and the rules are known.
func BenchmarkRead(b *testing.B) {
	c, ref, _ := reviewed(b)
	want := bylaw.Want{Law: []string{"OWNERS.md"}, Organization: []string{"people.yml"}}
	for range 2 {
		if _, err := c.Read(b.Context(), ref, want); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Read(b.Context(), ref, want); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublish changes a check run.
func BenchmarkPublish(b *testing.B) {
	c, _, w := reviewed(b)
	head := w.Head("acme", "widgets", 1)
	check := bylaw.Check{
		Name: "bylaw", Conclusion: bylaw.Success, Title: "Two people of other organizations approved",
		Summary: strings.Repeat("| anna | approved | Acme | <counts> |\n", 100), Text: strings.Repeat("A word & another. ", 100),
		Actions: []bylaw.Action{{Label: "Check again", Description: "Look at it once more", Identifier: "recheck"}},
	}
	known, err := c.Publish(b.Context(), "acme", "widgets", head, check, github.Known{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		known.Digest = "another"
		if _, err := c.Publish(b.Context(), "acme", "widgets", head, check, known); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse reads the webhook of a review.
func BenchmarkParse(b *testing.B) {
	_, _, w := reviewed(b)
	deliveries := w.Deliveries()
	last := deliveries[len(deliveries)-1]
	b.ReportAllocs()
	b.SetBytes(int64(len(last.Payload)))
	for b.Loop() {
		if e, err := github.Parse(last.Event, last.Payload, appID); err != nil || e.Kind != github.KindPull {
			b.Fatal(e, err)
		}
	}
}

// reviewed is a client to which every answer is given anew that it was given once.
func reviewed(b *testing.B) (*github.Client, bylaw.Ref, *fakegithub.GitHub) {
	b.Helper()
	world := startingWorld()
	pull := &world.Repositories[0].PullRequests[0]
	for i := range 9 {
		pull.Commits[0].Files[fmt.Sprint("wheel/", i, ".go")] = "package wheel\n"
	}
	fake, err := fakegithub.New(world)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(fake)
	b.Cleanup(server.Close)
	b.Cleanup(fake.Close)
	now := world.Time.Add(time.Hour)
	fake.Now, fake.AuthNow = func() time.Time { return now }, time.Now
	fake.App = fakegithub.App{ID: appID, Slug: "bylaw-app", Name: "Bylaw", Key: &appKey().PublicKey}
	for number := 2; number <= 100; number++ {
		change := fakegithub.Commit{Message: "Change", Files: map[string]string{fmt.Sprint(number): "changed\n"}}
		if _, err := fake.OpenPull("acme/widgets", fakegithub.Pull{Number: number, Title: "Change", Author: "bob", Head: fmt.Sprint("change-", number), Commits: []fakegithub.Commit{change}}); err != nil {
			b.Fatal(err)
		}
		if _, err := fake.PushFiles("acme/widgets", "main", "alice", fakegithub.Commit{Message: "More", Files: map[string]string{"README.md": fmt.Sprint(number)}}); err != nil {
			b.Fatal(err)
		}
	}
	for _, login := range []string{"alice", "dave", "carol"} {
		if _, err := fake.SubmitReview("acme/widgets", 1, fakegithub.Review{Author: login, State: "APPROVED", Body: "Fine."}); err != nil {
			b.Fatal(err)
		}
	}
	app := &github.App{ID: appID, Key: appKey(), BaseURL: server.URL, HTTP: &replay{answers: map[string]recorded{}}, Now: func() time.Time { return now }}
	return app.Client(9), bylaw.Ref{Installation: 9, Owner: "acme", Repo: "widgets", Number: 1}, fake
}

// replay gives each answer but the first from memory.
type replay struct {
	mu      sync.Mutex
	answers map[string]recorded
}

type recorded struct {
	head http.Response
	body []byte
}

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := req.Method + req.URL.String()
	if strings.HasSuffix(key, "/graphql") { // what tells the queries from each other is how they begin
		start := make([]byte, 64)
		if _, err := io.ReadFull(req.Body, start); err != nil {
			return nil, err
		}
		key, req.Body = key+string(start), io.NopCloser(io.MultiReader(bytes.NewReader(start), req.Body))
	}
	known, ok := r.answers[key]
	if !ok {
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		if known.body, err = io.ReadAll(resp.Body); err != nil {
			return nil, err
		}
		known.head = *resp
		r.answers[key] = known
	}
	resp := known.head
	resp.Body, resp.Request = io.NopCloser(bytes.NewReader(known.body)), req
	return &resp, nil
}
