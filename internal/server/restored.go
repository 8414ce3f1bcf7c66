package server

import (
	"context"
	"net/http"
	"time"

	"github.com/bylaw-app/bylaw/internal/store"
)

// mostListed bounds how many pages of deliveries are looked through for one that is not known, 100 each.
const mostListed = 10

// restored reports whether the database is an older one than that which was last worked with: GitHub lists a delivery
// that was accepted, after the time of which the database knows, and it is not in it. A pull request that has not changed
// since then may show what only the other database knew.
func (w *worker) restored(ctx context.Context, since time.Time) (bool, error) {
	page := ""
	for range mostListed {
		list, next, err := w.App.Deliveries(ctx, page)
		if err != nil {
			return false, err
		}
		for _, d := range list {
			if d.DeliveredAt.Before(since) {
				return false, nil
			}
			if d.Status != http.StatusAccepted { // of the others nothing is kept
				continue
			}
			known, err := w.Store.Delivered(ctx, d.GUID)
			if err != nil || !known {
				return !known && err == nil, err
			}
		}
		if next == "" {
			return false, nil
		}
		page = next
	}
	return false, nil
}

// lookAtAll looks at every open pull request that is known, spread as what follows for everybody is.
func (w *worker) lookAtAll(ctx context.Context) error {
	w.Log.Warn("the database is older than what GitHub shows, as after a backup was restored: every open pull request is looked at again")
	installations, err := w.App.Installations(ctx)
	if err != nil {
		return err
	}
	var jobs []store.Job
	for i, installation := range installations {
		if installation.Suspended {
			continue
		}
		j := installationJob(installation.ID, installation.Account, fanOutConfigured)
		j.DueAt = w.inTurn(i, repositoryPace)
		jobs = append(jobs, j)
	}
	if len(jobs) == 0 {
		return nil
	}
	return w.Store.Raise(ctx, jobs...)
}
