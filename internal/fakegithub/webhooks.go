package fakegithub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Delivery is one webhook, sent or waiting.
type Delivery struct {
	ID             int64
	GUID           string // of a redelivery: that of the first
	Event, Action  string
	InstallationID int64
	RepositoryID   int64
	Payload        []byte
	Redelivery     bool
	Sent           bool
	SentAt         time.Time
	StatusCode     int    // 0 when nobody answered
	Error          string // why nobody answered
	Duration       time.Duration
}

// Lose forgets everything that waits to be sent, as if GitHub had never made the deliveries.
func (g *GitHub) Lose() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deliveries = slices.DeleteFunc(g.deliveries, func(d *delivery) bool { return !d.Sent })
}

// OK says whether the receiver answered 2xx.
func (d Delivery) OK() bool { return d.StatusCode >= 200 && d.StatusCode <= 299 }

type delivery struct {
	Delivery
	header   http.Header // of the request
	response string
	answered http.Header
}

// Deliveries are all webhooks so far, oldest first.
func (g *GitHub) Deliveries() []Delivery {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]Delivery, len(g.deliveries))
	for i, d := range g.deliveries {
		list[i] = d.Delivery
	}
	return list
}

// Deliver sends everything that waits, in order, including what arises meanwhile. Like GitHub it
// does not retry: how each delivery went is in [GitHub.Deliveries]. The error is the context's.
func (g *GitHub) Deliver(ctx context.Context) error {
	g.delivering.Lock()
	defer g.delivering.Unlock()
	for {
		d := g.waiting()
		if d == nil {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		g.send(ctx, d)
	}
}

func (g *GitHub) waiting() *delivery {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Hook.URL != "" {
		for _, d := range g.deliveries {
			if !d.Sent {
				return d
			}
		}
	}
	g.running = false
	return nil
}

func (g *GitHub) send(ctx context.Context, d *delivery) {
	begun := time.Now()
	status, response, header, err := g.post(ctx, d)
	g.mu.Lock()
	defer g.mu.Unlock()
	d.Sent, d.SentAt, d.Duration = true, g.now(), time.Since(begun)
	d.StatusCode, d.response, d.answered = status, response, header
	if err != nil {
		d.Error = err.Error()
	}
}

func (g *GitHub) post(ctx context.Context, d *delivery) (int, string, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.Hook.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, "", nil, err
	}
	request.Header = d.header.Clone()
	response, err := g.Client.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, string(body), response.Header, nil
}

// SetHookSecret has webhooks signed with another secret from now on; those that wait were signed with the one before.
func (g *GitHub) SetHookSecret(secret string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Hook.Secret = secret
}

// enqueue signs an event for one installation (nil for none) and queues it.
func (g *GitHub) enqueue(event string, payload obj, i *installation, r *repository) *delivery {
	if g.loading {
		return nil
	}
	body, err := json.Marshal(payload)
	if err != nil {
		panic(fmt.Sprintf("fakegithub: webhook payload cannot be encoded: %v", err)) // a bug of the fake
	}
	id := g.nextID()
	sum := sha256.Sum256(fmt.Append(nil, "delivery ", id))
	d := &delivery{Delivery: Delivery{ID: id, GUID: guid(sum[:]), Event: event, Payload: body}}
	d.Action, _ = payload["action"].(string)
	if i != nil {
		d.InstallationID = i.id
	}
	if r != nil {
		d.RepositoryID = r.id
	}
	mac := hmac.New(sha256.New, []byte(g.Hook.Secret))
	mac.Write(body)
	d.header = http.Header{
		"Accept":                                 {"*/*"},
		"Content-Type":                           {"application/json"},
		"User-Agent":                             {"GitHub-Hookshot/fa4e0a1"},
		"X-Github-Event":                         {event},
		"X-Github-Delivery":                      {d.GUID},
		"X-Github-Hook-Id":                       {"1"},
		"X-Hub-Signature-256":                    {"sha256=" + hex.EncodeToString(mac.Sum(nil))},
		"X-Github-Hook-Installation-Target-Id":   {strconv.FormatInt(g.App.ID, 10)},
		"X-Github-Hook-Installation-Target-Type": {"integration"},
	}
	g.queueDelivery(d)
	return d
}

func (g *GitHub) queueDelivery(d *delivery) {
	g.deliveries = append(g.deliveries, d)
	if !g.AutoDeliver || g.running || g.Hook.URL == "" {
		return
	}
	g.running = true
	go func() {
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		go func() {
			select {
			case <-g.done:
				stop()
			case <-ctx.Done():
			}
		}()
		_ = g.Deliver(ctx) // ends with an error only after Close
	}()
}

// redeliver queues a delivery once more, with the same GUID.
func (g *GitHub) redeliver(d *delivery) {
	again := &delivery{Delivery: Delivery{
		ID: g.nextID(), GUID: d.GUID, Event: d.Event, Action: d.Action, Payload: d.Payload,
		InstallationID: d.InstallationID, RepositoryID: d.RepositoryID, Redelivery: true,
	}, header: d.header}
	g.queueDelivery(again)
}

func guid(b []byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// eventNeeds are the permissions of which one is needed to receive an event: docs.github.com,
// "Webhook events and payloads". Events that are not here go to every installation.
var eventNeeds = map[string][]string{
	"check_run": {"checks"}, "check_suite": {"checks"}, "push": {"contents"},
	"pull_request": {"pull_requests"}, "pull_request_review": {"pull_requests"},
	"issue_comment": {"issues", "pull_requests"}, "merge_group": {"merge_queues"},
	"membership": {"members"}, "member": {"members", "metadata"},
	"organization": {"members"}, "team": {"members"}, "repository": {"metadata"},
}

func (i *installation) hears(event string) bool {
	needs := eventNeeds[event]
	for _, permission := range needs {
		if i.may(permission, "read") {
			return !i.suspended
		}
	}
	return len(needs) == 0 && !i.suspended
}
