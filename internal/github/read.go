package github

import (
	"context"
	"errors"
	"maps"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Read reads one pull request, and the files that are the law for it at the live tip of the default
// branch. It fills everything of the snapshot but Event, People, Organizations, Rosters, Governance
// and the contents of changed files. No slice of it is nil. The data of files is shared and must not be
// written to.
//
// It makes one GraphQL request if the head and the tip of the base branch are known and the law is
// unchanged; one more for the changed files otherwise (and one for each 100 of them), at the same time if a
// webhook has told of the head; one more for the contents of law that changed, of which the configuration comes
// along the first time that a repository is read; and one for each further 100 reviews, commits, comments or
// events. Who may write, and who is in a team, takes requests of its own at the same time as the first.
//
// A [bylaw.Problem] names the file with which the law becomes too long: 5 MiB are read of one file, and
// 32 MiB of all.
//
// SameHead is whole if GitHub's way from the head to its pull requests finds them all, which is not
// sure for those of forks, or if they are among the 100 open ones that changed last.
//
// What GitHub does not give whole stands in Snapshot.Incomplete. An [Error] of kind Moved says that
// the pull request was pushed to meanwhile.
func (c *Client) Read(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	var (
		r      bylaw.Reading
		answer *readAnswer
		law    lawFiles
		org    lawFiles
		early  *earlyList
	)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		answer, law, org, err = c.readPull(gctx, ref, want)
		return err
	})
	g.Go(func() error {
		early = c.listEarly(gctx, ref, want.Arrivals)
		return nil // without the pull request nobody knows what its failure means
	})
	if want.Pushers {
		g.Go(func() (err error) {
			r.Pushers, err = c.Pushers(gctx, ref.Owner, ref.Repo)
			return err
		})
	}
	if len(want.Teams) > 0 {
		g.Go(func() (err error) {
			r.Teams, err = c.Teams(gctx, ref.Owner, want.Teams)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return bylaw.Reading{}, err
	}

	pull := answer.Repository.PullRequest
	s := &r.Snapshot
	c.describe(s, ref, answer, want)
	r.Posted, r.Active, r.Profiles = posted(pull.head()), active(answer.Repository.Lately), profiles(pull)
	r.Commented, r.ChangedAt = commented(pull), pull.UpdatedAt
	r.Is = bylaw.Identity{ID: answer.Repository.DatabaseID, Name: answer.Repository.NameWithOwner}

	g, gctx = errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.Files, err = c.changedFiles(gctx, ref, pull, early)
		return err
	})
	g.Go(func() error {
		sizes := sizes{}
		r.Law = law.tree(&answer.Repository.tipAnswer, sizes)
		r.Organization = org.tree(answer.Organization, sizes)
		c.configured(r.Law.Files, law.config())
		c.configured(r.Organization.Files, org.config())
		r.Organization.Repository = ref.Owner + "/" + bylaw.OrganizationRepository
		return c.contents(gctx, ref.Owner, ref.Repo, r.Law.Files, r.Organization.Files, sizes)
	})
	if err := g.Wait(); err != nil {
		return bylaw.Reading{}, err
	}
	s.Incomplete = append(s.Incomplete, missingFiles(s.Files, pull)...)
	return r, nil
}

// readPull asks the one query, and for further pages of its lists.
func (c *Client) readPull(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (*readAnswer, lawFiles, lawFiles, error) {
	op := "read " + ref.String()
	q := newFields(readQuery)
	law := newLawFiles(q, "law", want.Law)
	var org lawFiles
	withOrganization := !strings.EqualFold(ref.Repo, bylaw.OrganizationRepository)
	if withOrganization {
		org = newLawFiles(q, "organization", want.Organization)
	}
	maps.Copy(q.variables, map[string]any{
		"owner": ref.Owner, "name": ref.Repo, "number": ref.Number, "app": c.app, "ours": c.app != 0,
		"organization": withOrganization, "organizationName": bylaw.OrganizationRepository,
		"config": "HEAD:" + bylaw.ConfigPath, "policies": "HEAD:" + bylaw.PoliciesPath, "parent": "HEAD:.github",
		"unknown": len(c.caches.tips(c.repositoryKey(ref))) == 0,
	})
	answer, err := ask[readAnswer](ctx, c, op, q.query(), q.variables, "organization", "organizationLaw")
	if err != nil {
		return nil, law, org, err
	}
	if answer.Repository == nil || answer.Repository.PullRequest == nil {
		return nil, law, org, &Error{Op: op, Kind: NotFound, Err: errors.New("no such pull request")}
	}
	err = law.resolve(answer.Law)
	if err == nil && answer.Organization != nil { // it is visible
		err = org.resolve(answer.OrganizationLaw)
	}
	if err != nil {
		return nil, law, org, &Error{Op: op, Kind: Unavailable, Err: err}
	}
	if err := c.furtherPages(ctx, ref, &answer.Repository.PullRequest.connections); err != nil {
		return nil, law, org, err
	}
	return answer, law, org, nil
}

// describe fills the snapshot from the answer.
func (c *Client) describe(s *bylaw.Snapshot, ref bylaw.Ref, answer *readAnswer, want bylaw.Want) {
	repository, pull := answer.Repository, answer.Repository.PullRequest
	owner, name, _ := bylaw.SplitRepository(repository.NameWithOwner)
	*s = bylaw.Snapshot{
		Format:             bylaw.SnapshotFormat,
		TakenAt:            bylaw.At(c.now()),
		Repository:         bylaw.Repository{Owner: owner, Name: name, Private: repository.IsPrivate},
		Number:             ref.Number,
		Title:              pull.Title,
		URL:                pull.URL,
		Body:               pull.Body,
		Author:             pull.Author.account(),
		State:              strings.ToLower(pull.State),
		Draft:              pull.IsDraft,
		CreatedAt:          pull.CreatedAt,
		ReadyAt:            readyAt(pull),
		MergedAt:           pull.MergedAt,
		MergedBy:           bylaw.Account{Kind: bylaw.KindUser},
		Base:               bylaw.Base{Name: pull.BaseRefName, SHA: pull.baseTip()},
		Head:               bylaw.Head{Name: pull.HeadRefName, SHA: pull.HeadRefOID, Fork: pull.IsCrossRepository},
		RequestedReviewers: []string{},
		People:             []bylaw.Person{},
		Organizations:      []bylaw.Organization{},
		Teams:              []bylaw.Team{},
		Rosters:            []string{},
		Governance: bylaw.Governance{
			Files: []string{}, Problems: []bylaw.Problem{},
			Differences: []bylaw.Difference{}, Entries: []bylaw.Entry{},
		},
		SameHead: []int{},
	}
	if repository.DefaultBranchRef != nil {
		s.Repository.DefaultBranch = repository.DefaultBranchRef.Name
	}
	if !pull.MergedAt.IsZero() {
		s.MergedBy = pull.MergedBy.account()
	}
	if pull.HeadRepository != nil {
		s.Head.Repository = pull.HeadRepository.NameWithOwner
	}
	head := pull.head()
	pushes := forcePushes(pull.TimelineItems.Nodes)
	s.Head.ArrivedAt, s.Head.PushedBy = arrival(pull.HeadRefOID, want.Arrivals, pushes, head)
	s.Labels = labels(pull)
	s.Commits = commits(pull.Commits.Nodes)
	s.Reviews = reviews(pull.Reviews.Nodes, s.Head, pushes)
	s.Commands = commands(pull, want.Comments, c.now())
	for _, request := range pull.ReviewRequests.Nodes {
		if a := request.RequestedReviewer; a != nil && a.Login != "" { // teams and mannequins have none
			s.RequestedReviewers = append(s.RequestedReviewers, a.account().Login)
		}
	}
	s.SameHead = sameHead(answer, ref.Number)
	s.Incomplete = incomplete(pull, head)
}
