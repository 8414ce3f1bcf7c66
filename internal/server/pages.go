package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/store"
)

// noteForPages keeps what pages show beside runs: whether everybody may see them, and the text of the
// community's own policies. known is what the store has of the repository.
func (w *worker) noteForPages(ctx context.Context, repository string, known store.Repository, result check.Result) error {
	s := result.Run.Snapshot
	if public, was := !s.Repository.Private, !known.PublicSince.IsZero(); !s.TakenAt.IsZero() && public != was {
		if err := w.Store.NoteVisibility(ctx, repository, public, s.TakenAt.Time); err != nil {
			return err
		}
	}
	var own []store.OwnPolicy
	for _, source := range result.Own {
		text := source
		text.Library = nil // it ships with Bylaw
		data, err := json.Marshal(text)
		if err != nil {
			return fmt.Errorf("write policy %s down: %w", source.ID, err)
		}
		own = append(own, store.OwnPolicy{Policy: source.ID, Digest: source.Digest(), Source: data})
	}
	return w.Store.SaveOwnPolicies(ctx, repository, own)
}

// explained makes the check runs of a run lead to the page of its pull request. The address is the same for
// every run, so that a verdict that stays the same is not written again. Where pull requests share a commit,
// each check run keeps the address of the one whose verdict counts.
func (s *Server) explained(run *bylaw.Run) {
	if s.URL == nil {
		return
	}
	for i := range run.Report.Checks {
		run.Report.Checks[i].DetailsURL = PullPage(s.URL, run.Ref)
	}
}

// PullPage is the address of the page of a pull request, on the service that base is the address of.
func PullPage(base *url.URL, ref bylaw.Ref) string {
	return base.JoinPath(url.PathEscape(ref.Owner), url.PathEscape(ref.Repo), "pull", fmt.Sprint(ref.Number)).String()
}

// Outstanding returns how a pull request stands that is about to be judged, and false when none is.
func (s *Server) Outstanding(ctx context.Context, repository string, number int) (store.QueueRow, bool, error) {
	return s.Store.Outstanding(ctx, pullJob(0, repository, number, "").Key)
}
