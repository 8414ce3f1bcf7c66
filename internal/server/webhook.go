package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// maxBody is the most that GitHub sends.
// https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap
const maxBody = 25 << 20

// maxAhead is for how much of a body there is room before it has come: nobody knows yet whether it does.
const maxAhead = 64 << 10

// keepTime is how long keeping a delivery may take: GitHub waits for 10 seconds, and is to hear that the database
// does not answer rather than nothing.
const keepTime = 5 * time.Second

// webhook takes one delivery. It answers 202 only after everything that follows from it is kept; with
// 503 GitHub marks the delivery as failed, and it can be delivered again.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	began := s.Now()
	ctx, span := s.Tracer.Begin(r.Context(), "webhook", "")
	answered := &answered{ResponseWriter: w}
	event := s.take(answered, r.WithContext(ctx), began)
	span.Note(slog.String("event", event), slog.String("delivery", r.Header.Get("X-GitHub-Delivery")), slog.Int("http.response.status_code", answered.status))
	span.End(nil)
	s.Metrics.Webhook(event, answered.status, s.Now().Sub(began))
}

// answered remembers what was answered.
type answered struct {
	http.ResponseWriter
	status int
}

func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// unsigned is the event of deliveries that may be anybody's: what they say they are is not counted.
const unsigned = "unsigned"

// take returns the event of the delivery.
func (s *Server) take(w http.ResponseWriter, r *http.Request, began time.Time) string {
	event, guid := r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")
	line := s.Log.With("event", event, "delivery", guid)
	var read bytes.Buffer
	read.Grow(int(min(max(r.ContentLength, 0), maxAhead)) + bytes.MinRead)
	if _, err := read.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		line.Warn("webhook refused", "status", status, "err", err)
		answer(w, status, "the body is cut off or larger than 25 MiB")
		return unsigned
	}
	body := read.Bytes()
	if !github.Signature(body, r.Header.Get("X-Hub-Signature-256"), s.Secrets) {
		line.Warn("webhook refused", "status", http.StatusUnauthorized)
		answer(w, http.StatusUnauthorized, "the signature in X-Hub-Signature-256 is missing or wrong")
		return unsigned
	}
	if event == "" || guid == "" {
		answer(w, http.StatusBadRequest, "X-GitHub-Event or X-GitHub-Delivery is missing")
		return event
	}
	leave := s.door.enter()
	defer leave()
	e, err := github.Parse(event, body, s.App.ID)
	if err != nil {
		line.Warn("webhook refused", "status", http.StatusBadRequest, "err", err)
		answer(w, http.StatusBadRequest, "the body is not the JSON of a webhook")
		return event
	}
	keeping, cancel := context.WithTimeout(r.Context(), keepTime)
	defer cancel()
	in, why, err := s.intake(keeping, e)
	if err == nil && why == "" {
		in.Jobs = following(r.Context(), in.Jobs)
		in.Delivery = store.Delivery{GUID: guid, Event: event, Action: e.Action, Repository: repositoryOf(e), Installation: e.Installation}
		var accepted store.Accepted
		if accepted, err = s.Store.Accept(keeping, in); accepted.Duplicate {
			why = "it was delivered and done before"
		}
	}
	if err != nil {
		line.Error("webhook not kept", "status", http.StatusServiceUnavailable, "err", err)
		answer(w, http.StatusServiceUnavailable, "the delivery could not be kept; please deliver it again")
		return event
	}
	line.Info("webhook", "ref", repositoryOf(e), "action", e.Action, "jobs", len(in.Jobs), "ignored", why, "took", s.Now().Sub(began).Round(time.Microsecond))
	if why != "" {
		answer(w, http.StatusOK, "ignored: "+why)
		return event
	}
	answer(w, http.StatusAccepted, "accepted")
	return event
}

func answer(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message}) // the caller may be gone
}

func repositoryOf(e github.Event) string {
	if e.Owner == "" {
		return ""
	}
	return e.Owner + "/" + e.Repo
}
