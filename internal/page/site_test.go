package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/audit"
	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/policies"
)

var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// town is a service with its pages and a GitHub: acme/widgets is public, acme/secret is not. Olivia owns both,
// Bob can read both, and Dave neither more than everybody.
type town struct {
	*Site
	gh       *fakegithub.GitHub
	log      *bytes.Buffer
	database string

	mu    sync.Mutex
	ahead time.Duration
}

func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.ahead)
}

func (w *town) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += d
}

// safe is a log that several requests write to.
type safe struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func newTown(t testing.TB, change ...func(*Site)) *town {
	t.Helper()
	gh, err := fakegithub.New(fakegithub.World{
		Organizations: []fakegithub.Organization{{Login: "acme", Owners: []string{"olivia"}}},
		Users:         []fakegithub.User{{Login: "olivia", ID: 101}, {Login: "bob", ID: 103}, {Login: "dave", ID: 105}},
		Repositories: []fakegithub.Repository{
			{Owner: "acme", Name: "widgets", Collaborators: map[string]string{"bob": "read"}, Files: map[string]string{"a": "b"}},
			{Owner: "acme", Name: "secret", Private: true, Collaborators: map[string]string{"bob": "read"}, Files: map[string]string{"a": "b"}},
		},
		Installations: []fakegithub.Installation{{ID: 9, Account: "acme"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gh.Close)
	hub := httptest.NewServer(gh)
	t.Cleanup(hub.Close)
	w := &town{gh: gh, log: &bytes.Buffer{}, database: filepath.Join(t.TempDir(), "bylaw.db")}
	gh.App = fakegithub.App{ID: 42, Slug: "bylaw", Name: "Bylaw", Key: &appKey().PublicKey}
	kept, err := store.Open(t.Context(), w.database, w.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(web.Close)
	address, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.Site = &Site{
		Store: kept, App: &github.App{ID: 42, Key: appKey(), BaseURL: hub.URL, Now: time.Now}, BuiltIn: builtIn,
		Log: slog.New(slog.NewTextHandler(&safe{w: w.log}, nil)), Now: w.now, URL: address,
		SignIn: &github.SignIn{ClientID: gh.ClientID(), ClientSecret: gh.ClientSecret(), BaseURL: hub.URL},
		Outstanding: func(ctx context.Context, repository string, number int) (store.QueueRow, bool, error) {
			return kept.Outstanding(ctx, fmt.Sprintf("pull %s#%d", repository, number))
		},
	}
	for _, do := range change {
		do(w.Site)
	}
	handler = w.Handler()
	for name, private := range map[string]bool{"acme/widgets": false, "acme/secret": true} {
		must(t, kept.SaveRepository(t.Context(), store.Repository{Name: name, Installation: 9, Configured: true}))
		s := snapshot(name, 7)
		s.Repository.Private = private
		w.keep(t, "r-"+strings.TrimPrefix(name, "acme/"), s, verdict())
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot is a small pull request.
func snapshot(repository string, number int) bylaw.Snapshot {
	owner, name, _ := bylaw.SplitRepository(repository)
	return bylaw.Snapshot{
		Format: 1, Repository: bylaw.Repository{Owner: owner, Name: name}, Number: number, Event: "pull_request.opened",
		URL: fmt.Sprintf("https://github.com/%s/pull/%d", repository, number), Title: "Turn widgets both ways",
		Author: bylaw.Account{Login: "alice", ID: 1, Kind: bylaw.KindUser}, State: "open",
		Base: bylaw.Base{Name: "main", SHA: strings.Repeat("b", 40)}, Head: bylaw.Head{Name: "patch", SHA: strings.Repeat("a", 40)},
		Files: []bylaw.File{{Path: "core/turn.go", Status: "modified", Added: 3}}, Rosters: []string{"OWNERS.md"},
	}
}

func verdict() bylaw.Verdict {
	return bylaw.Verdict{
		Policy: "conflict_of_interest", Title: "The change was reviewed without a conflict of interest", Source: "built into Bylaw",
		Params: map[string]any{"approvals": 2}, Outcome: bylaw.NotAccepted, Conclusion: bylaw.ActionRequired, Headline: "Waiting for a review from outside Acme",
		Findings:   []bylaw.Finding{{Msg: "Nobody from outside has approved", Fix: "ask bob", People: []string{"bob", "carol"}, File: "core/turn.go", Line: 3, Evidence: []bylaw.Evidence{{File: "OWNERS.md", Line: 4}}}},
		Considered: []bylaw.Considered{{Who: "anna", Did: "approved", Is: "Acme", Why: "works for the same organization", Evidence: []bylaw.Evidence{{File: "OWNERS.md", Line: 5}}}},
		Reviewers:  []string{"bob"}, Rule: []bylaw.Reference{{Ref: "https://rules.example/third-party", Description: "Third-party review"}},
		SwitchedOn: bylaw.Evidence{File: bylaw.ConfigPath, Line: 4},
	}
}

// keep keeps a run as the worker does. It takes place now, and a second passes.
func (w *town) keep(t testing.TB, id string, s bylaw.Snapshot, verdicts ...bylaw.Verdict) {
	t.Helper()
	ctx := t.Context()
	if s.TakenAt.IsZero() {
		s.TakenAt = bylaw.At(w.now())
	}
	report := bylaw.Report{Conclusion: bylaw.Success, Title: "All rules are met", Checks: []bylaw.Check{{Name: bylaw.CheckName}}}
	outcomes := map[string]string{}
	for _, v := range verdicts {
		outcomes[v.Policy] = string(v.Outcome)
		report.Checks = append(report.Checks, bylaw.Check{Name: "bylaw/" + v.Policy, Title: v.Headline})
		if v.Conclusion.Stricter(report.Conclusion) {
			report.Conclusion, report.Title = v.Conclusion, v.Headline
		}
	}
	repository := s.Repository.FullName()
	must(t, w.Store.Raise(ctx, store.Job{Key: "pull " + fmt.Sprint(repository, "#", s.Number), Kind: "pull", Installation: 9, Repository: repository}))
	claims, err := w.Store.Claim(ctx, "test", time.Minute, 1)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claim: %v, %v", claims, err)
	}
	must(t, w.Store.NoteVisibility(ctx, repository, !s.Repository.Private, s.TakenAt.Time))
	run := store.Run{
		RunMeta: store.RunMeta{
			ID: id, Repository: repository, Number: s.Number, HeadSHA: s.Head.SHA, TakenAt: s.TakenAt.Time, Conclusion: string(report.Conclusion), Title: report.Title, Digest: id,
		},
		Snapshot: jsonOf(t, s), Verdicts: jsonOf(t, verdicts), Report: jsonOf(t, report), Outcomes: outcomes,
	}
	private, err := audit.Private(
		audit.Piece{Field: audit.FieldTitle, Text: report.Title}, audit.Piece{Field: audit.FieldMergedBy, Login: s.MergedBy.Login},
		audit.Piece{Field: audit.FieldAskedBy, Login: s.Author.Login})
	must(t, err)
	_, err = w.Store.Finish(ctx, claims[0], store.Finished{
		Pull: &store.Pull{Repository: repository, Number: s.Number, Installation: 9, HeadSHA: s.Head.SHA, Author: s.Author.Login, Title: s.Title, State: store.PullOpen},
		Run:  &run,
		Audit: []store.AuditEntry{{
			Repository: repository, Kind: audit.KindDecision, Number: s.Number, HeadSHA: s.Head.SHA, At: s.TakenAt.Time, Private: private,
			Detail: jsonOf(t, audit.Decision{Run: id, Event: s.Event, State: s.State, Conclusion: report.Conclusion, Facts: digestOf(run.Snapshot), Report: digestOf(run.Report)}),
		}},
	})
	must(t, err)
	w.pass(2 * time.Second)
}

func jsonOf(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return data
}

// browser is somebody who looks at pages, with their cookies.
type browser struct {
	t      testing.TB
	town   *town
	client *http.Client
}

func (w *town) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t, w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seen is an answer.
type seen struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) seen {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.town.URL.String() + path
	}
	return b.do(http.MethodGet, path, nil)
}

func (b *browser) post(path string, form url.Values) seen {
	b.t.Helper()
	return b.do(http.MethodPost, b.town.URL.String()+path, strings.NewReader(form.Encode()))
}

func (b *browser) do(method, address string, body io.Reader) seen {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	must(b.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	must(b.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(b.t, err)
	return seen{answer.StatusCode, answer.Header, string(data)}
}

// signIn goes the whole way, and returns where it ends.
func (b *browser) signIn(login, to string) seen {
	b.t.Helper()
	must(b.t, b.town.gh.Browse(login))
	next := "/sign-in/start?to=" + url.QueryEscape(to)
	for range 3 {
		answer := b.get(next)
		if next = answer.header.Get("Location"); next == "" {
			b.t.Fatalf("sign in as %s: answered %d %s", login, answer.status, answer.body)
		}
	}
	return b.get(next)
}

// everyPage is one of each kind of page about a repository.
func everyPage(repository string) []string {
	at := "/" + repository
	run := "r-" + repository[strings.Index(repository, "/")+1:]
	return []string{at, at + "/pull/7", at + "/decision/" + run, at + "/decisions", at + "/policy/conflict_of_interest", at + "/audit", at + "/audit?kind=decision&number=7&from=2020-01-01", at + "/report", at + "/report?from=2020-01-01&to=2020-12-31"}
}
