package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/store"
)

const opened = `{"action":"opened","installation":{"id":9},"sender":{"login":"alice","id":101},
	"repository":{"id":5,"name":"widgets","default_branch":"main","owner":{"login":"acme"}},
	"pull_request":{"number":7,"state":"open","created_at":"2026-01-01T00:00:00Z","head":{"sha":"1111111111111111111111111111111111111111"},"base":{"ref":"main"}}}`

func TestWhatIsNoWebhookIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"good":            {func(*http.Request) {}, http.StatusAccepted},
		"no signature":    {func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, http.StatusUnauthorized},
		"wrong signature": {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64)) }, http.StatusUnauthorized},
		"SHA-1 only": {func(r *http.Request) {
			r.Header.Set("X-Hub-Signature", "sha1="+strings.Repeat("0", 40))
			r.Header.Del("X-Hub-Signature-256")
		}, http.StatusUnauthorized},
		"other body":     {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, http.StatusUnauthorized},
		"cut off":        {func(r *http.Request) { r.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), broken{})) }, http.StatusBadRequest},
		"over 25 MiB":    {func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(make([]byte, 25<<20+1))) }, http.StatusRequestEntityTooLarge},
		"not JSON":       {func(r *http.Request) { *r = *delivery(t, "1", "pull_request", []byte("payload=%7B%7D")) }, http.StatusBadRequest},
		"no event":       {func(r *http.Request) { r.Header.Del("X-GitHub-Event") }, http.StatusBadRequest},
		"no delivery id": {func(r *http.Request) { r.Header.Del("X-GitHub-Delivery") }, http.StatusBadRequest},
	} {
		r := delivery(t, "guid "+name, "pull_request", []byte(opened))
		test.change(r)
		status, message := deliver(d.Server, r)
		if status != test.want || message == "" {
			t.Errorf("%s: answered %d %q, want %d", name, status, message, test.want)
		}
		if got := raised(t, d.Store); len(got) > 0 != (test.want == http.StatusAccepted) {
			t.Errorf("%s: raised %q", name, got)
		}
	}
	got := httptest.NewRecorder()
	d.Handler().ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/webhook", nil))
	if got.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered %d", got.Code)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestSecretsMayBeRotated(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Secrets = [][]byte{[]byte("the next one"), []byte(hookWord)}
	if status, message := deliver(d.Server, delivery(t, "guid", "pull_request", []byte(opened))); status != http.StatusAccepted {
		t.Errorf("answered %d %s", status, message)
	}
}

func TestSameDeliveryTwice(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		s := newTown(t).newServer(t, database, "test")
		again := func() (int, string) { return deliver(s, delivery(t, "guid", "pull_request", []byte(opened))) }
		for range 3 { // not worked off yet: whoever redelivers wants to see it done
			if status, message := again(); status != http.StatusAccepted {
				t.Fatalf("answered %d %s", status, message)
			}
		}
		if got := raised(t, s.Store); !slices.Equal(got, []string{"pull acme/widgets#7"}) {
			t.Errorf("raised %q", got)
		}
		if status, message := again(); status != http.StatusOK || !strings.Contains(message, "done before") {
			t.Errorf("after it was done: answered %d %s", status, message)
		}
		if got := raised(t, s.Store); len(got) > 0 {
			t.Errorf("after it was done: raised %q", got)
		}
	})
}

func TestWithoutDatabase(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		s := newTown(t).newServer(t, database, "test")
		probe := func(path string) int {
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			return w.Code
		}
		if alive, ready := probe("/healthz"), probe("/readyz"); alive != 200 || ready != 200 {
			t.Errorf("with a database: alive %d, ready %d", alive, ready)
		}
		if err := s.Store.Close(); err != nil {
			t.Fatal(err)
		}
		if alive, ready := probe("/healthz"), probe("/readyz"); alive != 200 || ready != 503 {
			t.Errorf("without: alive %d, ready %d", alive, ready)
		}
		if status, message := deliver(s, delivery(t, "guid", "pull_request", []byte(opened))); status != 503 {
			t.Errorf("a webhook that cannot be kept: answered %d %s", status, message)
		}
	})
}

// TestStopFinishesWhatHasBegun stops a server while it reads a webhook and evaluates a pull request.
func TestStopFinishesWhatHasBegun(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "first")
		address, stop := w.run(t, s)
		reopen := w.gate.shut()
		defer reopen()
		number := w.open(t, "one")
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(t, "an evaluation", func() bool { _, waiting, _ := w.gate.count(); return waiting == 1 })

		second := strings.NewReplacer(`"number":7`, `"number":8`).Replace(opened)
		signed := delivery(t, "in flight", "pull_request", []byte(second))
		body, typing := io.Pipe()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/webhook", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header, request.ContentLength = signed.Header, int64(len(second))
		request.Header.Set("Expect", "100-continue") // no body before the server reads it
		client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: patience}}
		answered := make(chan string, 1)
		go func() {
			answer, err := client.Do(request)
			if err != nil {
				answered <- err.Error()
				return
			}
			defer answer.Body.Close()
			answered <- answer.Status
		}()
		if _, err := io.WriteString(typing, second[:100]); err != nil {
			t.Fatal(err)
		}

		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		w.until(t, "the door to close", func() bool {
			answer, err := http.Get(address + "/healthz")
			if err == nil {
				answer.Body.Close()
			}
			return err != nil
		})
		if _, err := io.WriteString(typing, second[100:]); err != nil {
			t.Fatal(err)
		}
		typing.Close()
		if got := <-answered; got != "202 Accepted" {
			t.Errorf("the request in flight got %q", got)
		}
		select {
		case err := <-stopped:
			t.Fatalf("stopped before the evaluation had ended: %v", err)
		default:
		}
		reopen()
		if err := <-stopped; err != nil {
			t.Errorf("stop: %v", err)
		}
		// The evaluation is kept and published; the last webhook waits for the next process.
		if _, found, err := s.Store.LatestRun(t.Context(), widgets, number); err != nil || !found {
			t.Errorf("the evaluation is kept: %v, %v", found, err)
		}
		var left []string
		for _, row := range queue(t, s.Store) {
			left = append(left, strings.Fields(row.Key)[0]+" "+row.State)
		}
		slices.Sort(left)
		if !slices.Equal(left, []string{"pull waiting"}) {
			t.Errorf("left to do: %q", left)
		}
		next := w.newServer(t, database, "second")
		w.run(t, next)
		w.ended(t, next.Store) // GitHub does not show the last one, and is asked often enough
		if got := w.conclusion(number); got != "action_required" {
			t.Errorf("in the end GitHub shows %q", got)
		}
	})
}

// TestWorkOfAKilledProcess has the only claim of a pull request held by somebody who is gone.
func TestWorkOfAKilledProcess(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "alive")
		number := w.open(t, "one")
		if err := s.Store.Raise(t.Context(), pullJob(9, widgets, number, "test")); err != nil {
			t.Fatal(err)
		}
		claims, err := s.Store.Claim(t.Context(), "dead", lease, 1)
		if err != nil || len(claims) != 1 {
			t.Fatalf("claims %v, %v", claims, err)
		}
		w.run(t, s)
		if err := s.Store.Raise(t.Context(), repositoryJob(9, widgets+"-not")); err != nil {
			t.Fatal(err)
		}
		// No webhook is delivered: nobody tells of the pull request but the claim.
		w.until(t, "the worker to be at work", func() bool { return len(queue(t, s.Store)) == 1 })
		if rows := queue(t, s.Store); rows[0].State != store.Running || w.conclusion(number) != "" {
			t.Errorf("the claim was taken while its lease ran: %v", rows)
		}
		w.pass(lease + time.Second)
		w.until(t, "the claim to be taken", func() bool { return len(queue(t, s.Store)) == 0 })
		if got := w.conclusion(number); got != "action_required" {
			t.Errorf("GitHub shows %q", got)
		}
		if standing, err := s.Store.Finish(t.Context(), claims[0], store.Finished{}); err != nil || standing.Ours {
			t.Errorf("the dead could finish: %v, %v", standing, err)
		}
	})
}

// TestEventsDuringARun: one run at a time for each pull request, and one more for all that came meanwhile.
func TestEventsDuringARun(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		s := w.newServer(t, database, "test")
		w.run(t, s)
		reopen := w.gate.shut()
		defer reopen()
		number := w.open(t, "one")
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(t, "an evaluation", func() bool { _, waiting, _ := w.gate.count(); return waiting == 1 })
		for i := range 5 {
			if err := w.SetLabel(widgets, number, "alice", fmt.Sprint("label-", i)); err != nil {
				t.Fatal(err)
			}
		}
		w.approve(t, number, "bob")
		if err := w.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if reads, _, _ := w.gate.count(); reads != 1 {
			t.Errorf("%d readings while the first goes on", reads)
		}
		reopen()
		w.settled(t, s.Store)
		if reads, _, most := w.gate.count(); reads != 2 || most != 1 {
			t.Errorf("%d readings, %d at the same time; want 2, one after the other", reads, most)
		}
		if got := w.conclusion(number); got != "success" {
			t.Errorf("GitHub shows %q", got)
		}
	})
}
