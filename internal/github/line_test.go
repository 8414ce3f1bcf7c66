package github

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestRequestsInFlightAreBounded: of one installation, with whatever client, no more than inFlight are under way.
func TestRequestsInFlightAreBounded(t *testing.T) {
	t.Parallel()
	arrived, answer := make(chan struct{}), make(chan struct{})
	app := &App{HTTP: roundTrip(func(*http.Request) (*http.Response, error) {
		arrived <- struct{}{}
		<-answer
		return nil, errors.New("no network in this test")
	})}
	app.once.Do(app.start)
	ask := func(ctx context.Context, installation int64) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.github.example/", nil)
		if err != nil {
			t.Error(err)
			return nil
		}
		app.mu.Lock()
		line := app.lineOf(installation)
		app.mu.Unlock()
		resp, err := line.RoundTrip(req)
		if resp != nil {
			resp.Body.Close()
		}
		return err
	}
	done := make(chan error)
	for range inFlight {
		go func() { done <- ask(t.Context(), 9) }()
		<-arrived
	}
	tired, tire := context.WithCancel(t.Context())
	tire()
	if err := ask(tired, 9); !errors.Is(err, context.Canceled) {
		t.Errorf("one more was not kept waiting: %v", err)
	}
	go func() { done <- ask(t.Context(), 10) }()
	<-arrived // another installation has a line of its own
	go func() { done <- ask(t.Context(), 9) }()
	answer <- struct{}{}
	<-done
	for range inFlight { // the one that waited may be first or last
		select {
		case <-arrived:
			answer <- struct{}{}
		case answer <- struct{}{}:
		}
		<-done
	}
	select {
	case <-arrived:
		answer <- struct{}{}
	case answer <- struct{}{}:
	}
	<-done
	if used := len(app.lineOf(9).slots) + len(app.lineOf(10).slots); used != 0 {
		t.Errorf("%d slots are still taken", used)
	}
}
