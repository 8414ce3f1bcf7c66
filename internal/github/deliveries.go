package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"
)

// HookDelivery is one attempt of GitHub to deliver a webhook of the App.
type HookDelivery struct {
	ID           int64
	GUID         string // all attempts at one delivery share it
	DeliveredAt  time.Time
	Event        string
	Status       int // that the receiver answered; 0 or 5xx of GitHub's own when it did not answer
	Installation int64
}

// Delivered reports whether the receiver took it.
func (d HookDelivery) Delivered() bool { return d.Status >= 200 && d.Status <= 299 }

// FailedDeliveries lists attempts that failed, the newest first, up to 100 for each page; next names the
// page after this one, "" after the last. GitHub keeps them for three days. A server that does not know how
// to leave out what succeeded lists that as well, so the caller looks at [HookDelivery.Delivered]. A page whose name GitHub no
// longer knows is an [Error] of kind Invalid.
//
// https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook
func (a *App) FailedDeliveries(ctx context.Context, page string) (list []HookDelivery, next string, err error) {
	query := url.Values{"status": {"failure"}, "per_page": {"100"}} // go-github v60 does not know status
	if page != "" {
		query.Set("cursor", page)
	}
	return a.deliveries(ctx, "list failed deliveries", query)
}

// Deliveries lists attempts as FailedDeliveries does, whether they failed or not.
func (a *App) Deliveries(ctx context.Context, page string) (list []HookDelivery, next string, err error) {
	query := url.Values{"per_page": {"100"}}
	if page != "" {
		query.Set("cursor", page)
	}
	return a.deliveries(ctx, "list deliveries", query)
}

// LastDeliveries lists the newest attempts, whether they failed or not, at most 30, the newest first.
func (a *App) LastDeliveries(ctx context.Context) ([]HookDelivery, error) {
	list, _, err := a.deliveries(ctx, "list last deliveries", url.Values{"per_page": {"30"}})
	return list, err
}

func (a *App) deliveries(ctx context.Context, op string, query url.Values) (list []HookDelivery, next string, err error) {
	a.once.Do(a.start)
	req, err := a.app.github.NewRequest(http.MethodGet, restPath("app", "hook", "deliveries")+"?"+query.Encode(), nil)
	if err != nil {
		return nil, "", &Error{Op: op, Kind: Invalid, Err: err}
	}
	resp, err := a.app.github.BareDo(ctx, req)
	if err != nil {
		return nil, "", a.app.failure(op, err)
	}
	defer resp.Body.Close()
	var items []struct {
		ID             int64  `json:"id"`
		GUID           string `json:"guid"`
		DeliveredAt    moment `json:"delivered_at"`
		Event          string `json:"event"`
		StatusCode     int    `json:"status_code"`
		InstallationID int64  `json:"installation_id"` // null when it is about none
	}
	if err := a.app.decode(resp.Body, &items); err != nil {
		return nil, "", &Error{Op: op, Kind: Unavailable, Status: resp.StatusCode, Err: err}
	}
	for _, i := range items {
		list = append(list, HookDelivery{
			ID: i.ID, GUID: i.GUID, DeliveredAt: i.DeliveredAt.Time.Time, Event: i.Event, Status: i.StatusCode, Installation: i.InstallationID,
		})
	}
	return list, resp.Cursor, nil
}

// Redeliver asks GitHub for another attempt at a delivery, with the same GUID. When it returns the attempt may
// not have been made yet. An [Error] of kind NotFound says that GitHub keeps the delivery no longer.
//
// https://docs.github.com/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
func (a *App) Redeliver(ctx context.Context, id int64) error {
	a.once.Do(a.start)
	op := fmt.Sprintf("redeliver %d", id)
	path := restPath("app", "hook", "deliveries", strconv.FormatInt(id, 10), "attempts")
	req, err := a.app.github.NewRequest(http.MethodPost, path, nil)
	if err != nil {
		return &Error{Op: op, Kind: Invalid, Err: err}
	}
	resp, err := a.app.github.BareDo(ctx, req)
	if err == nil {
		return resp.Body.Close()
	}
	if _, ok := errors.AsType[*github.AcceptedError](err); ok { // 202 is an error to go-github, and what is hoped for
		return nil
	}
	return a.app.failure(op, err)
}
