package github

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// forcePushes are the force-pushes of the head, oldest first.
func forcePushes(items []timeline) []timeline {
	return slices.DeleteFunc(slices.Clone(items), func(t timeline) bool { return t.Typename != "HeadRefForcePushedEvent" })
}

// arrival says when the head became the head, and who pushed it: the later of what a webhook and a
// force-push tell, because a commit can become the head again; without them the earliest check suite
// of any App on it.
func arrival(sha string, arrivals []bylaw.Arrival, pushes []timeline, head headAnswer) (at bylaw.Time, by string) {
	for _, a := range arrivals {
		if a.SHA == sha && !a.At.Before(at.Time) {
			at, by = a.At, a.By
		}
	}
	for _, p := range pushes {
		if p.AfterCommit.oid() == sha && p.CreatedAt.After(at.Time) {
			at, by = p.CreatedAt, p.Actor.account().Login
		}
	}
	if !at.IsZero() || head.CheckSuites == nil {
		return at, by
	}
	var earliest time.Time
	for _, suite := range head.CheckSuites.Nodes {
		if t := suite.CreatedAt; !t.IsZero() && (earliest.IsZero() || t.Before(earliest)) {
			earliest = t.Time
		}
	}
	return bylaw.At(earliest), ""
}

// readyAt says since when a pull request waits for review: since it was opened, or since it was last taken
// out of draft; the zero time while it is a draft. Of a timeline that was not followed to its beginning
// it may be the oldest event instead, so that nobody is said to have waited longer than is known.
func readyAt(pull *pullAnswer) bylaw.Time {
	if pull.IsDraft {
		return bylaw.Time{}
	}
	at := pull.CreatedAt
	items := pull.TimelineItems // oldest first
	if items.PageInfo.HasPreviousPage && len(items.Nodes) > 0 && items.Nodes[0].CreatedAt.After(at.Time) {
		at = items.Nodes[0].CreatedAt
	}
	for _, item := range items.Nodes {
		if item.Typename == "ReadyForReviewEvent" {
			at = item.CreatedAt
		}
	}
	return at
}

// reviews drops drafts and marks what was given for another head. That the sha is the head's is no
// proof: after a force-push that leaves the patch as it was, GitHub re-points a review to the new
// commit. So the moment counts as well.
func reviews(nodes []review, head bylaw.Head, pushes []timeline) []bylaw.Review {
	list := []bylaw.Review{}
	for _, n := range nodes {
		if n.State == "PENDING" {
			continue
		}
		r := bylaw.Review{
			Author: n.Author.account(), State: strings.ToLower(n.State), SHA: n.Commit.oid(), SubmittedAt: n.SubmittedAt,
			Body: n.Body, CanPush: n.AuthorCanPushToRepository,
		}
		r.Stale = r.SHA != head.SHA || r.SubmittedAt.Before(head.ArrivedAt.Time)
		if head.ArrivedAt.IsZero() {
			for _, p := range pushes {
				r.Stale = r.Stale || p.CreatedAt.After(r.SubmittedAt.Time)
			}
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b bylaw.Review) int { return a.SubmittedAt.Compare(b.SubmittedAt.Time) })
	return list
}

func labels(pull *pullAnswer) []bylaw.Label {
	list := []bylaw.Label{}
	for _, n := range pull.Labels.Nodes {
		l := bylaw.Label{Name: n.Name}
		for _, item := range pull.TimelineItems.Nodes { // oldest first
			if item.Label.Name != n.Name {
				continue
			}
			l.SetBy, l.SetAt = "", bylaw.Time{}
			if item.Typename == "LabeledEvent" {
				l.SetBy, l.SetAt = item.Actor.account().Login, item.CreatedAt
			}
		}
		list = append(list, l)
	}
	return list
}

func commits(nodes []pullPart) []bylaw.Commit {
	list := []bylaw.Commit{}
	for _, n := range nodes {
		c := bylaw.Commit{SHA: n.Commit.OID, Authors: []bylaw.Author{}, Committer: n.Commit.Committer.author()}
		for _, a := range n.Commit.Authors.Nodes {
			c.Authors = append(c.Authors, a.author())
		}
		c.Verified = n.Commit.Signature != nil && n.Commit.Signature.IsValid
		list = append(list, c)
	}
	return list
}

// sameHead lists the other open pull requests of the repository with the same head.
func sameHead(answer *readAnswer, number int) []int {
	list := []int{}
	sha := answer.Repository.PullRequest.HeadRefOID
	add := func(p openPull) {
		if p.Number != number && p.HeadRefOID == sha {
			list = append(list, p.Number)
		}
	}
	for _, p := range answer.Repository.Open.Nodes {
		add(p)
	}
	if pulls := answer.Repository.PullRequest.head().AssociatedPullRequests; pulls != nil {
		for _, p := range pulls.Nodes {
			here := p.BaseRepository != nil && strings.EqualFold(p.BaseRepository.NameWithOwner, answer.Repository.NameWithOwner)
			if here && p.State == "OPEN" {
				add(p.openPull)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// posted lists our check runs on the head, of each name only the newest, which is the one that GitHub
// counts. An unfinished one has no conclusion.
func posted(head headAnswer) []bylaw.Posted {
	if head.Ours == nil {
		return nil
	}
	newest := map[string]bylaw.Posted{}
	for _, suite := range head.Ours.Nodes {
		if suite.CheckRuns == nil {
			continue
		}
		for _, run := range suite.CheckRuns.Nodes {
			if run.DatabaseID > newest[run.Name].ID {
				conclusion := bylaw.Conclusion(strings.ToLower(run.Conclusion))
				newest[run.Name] = bylaw.Posted{ID: run.DatabaseID, Name: run.Name, Conclusion: conclusion, Digest: run.ExternalID}
			}
		}
	}
	return sortedPosted(newest)
}

// active says when people last committed to the default branch, by their logins in lower case, as far as
// the latest commits on it tell.
func active(branch *history) map[string]bylaw.Time {
	latest := map[string]bylaw.Time{}
	if branch == nil || branch.Target == nil {
		return latest
	}
	for _, n := range branch.Target.History.Nodes {
		login := strings.ToLower(n.Author.author().Login)
		if login != "" && n.CommittedDate.After(latest[login].Time) {
			latest[login] = n.CommittedDate
		}
	}
	return latest
}

// profiles are what the author, reviewers and authors of commits write about their employer on their
// pages, by their logins in lower case.
func profiles(pull *pullAnswer) map[string]string {
	told := map[string]string{}
	note := func(login, company string) {
		if login != "" && strings.TrimSpace(company) != "" {
			told[strings.ToLower(login)] = company
		}
	}
	noteActor := func(a *actor) {
		if a != nil {
			note(a.account().Login, a.Company)
		}
	}
	noteActor(pull.Author)
	for _, n := range pull.Reviews.Nodes {
		noteActor(n.Author)
	}
	for _, n := range pull.Commits.Nodes {
		for _, a := range n.Commit.Authors.Nodes {
			if a.User != nil {
				note(a.User.Login, a.User.Company)
			}
		}
	}
	return told
}

// maxCommits is how many commits of a pull request GitHub lists:
// https://docs.github.com/rest/pulls/pulls#list-commits-on-a-pull-request
const maxCommits = 250

// incomplete names what GitHub did not give whole.
func incomplete(pull *pullAnswer, head headAnswer) []bylaw.Incomplete {
	list := []bylaw.Incomplete{}
	short := func(fact string, have, all int) {
		if have < all {
			list = append(list, bylaw.Incomplete{Fact: fact, Msg: fmt.Sprintf("GitHub gave %d of %d.", have, all)})
		}
	}
	if pull.Commits.TotalCount >= maxCommits {
		list = append(list, bylaw.Incomplete{
			Fact: "commits",
			Msg:  fmt.Sprintf("GitHub lists at most %d commits of a pull request.", maxCommits),
		})
	} else {
		short("commits", len(pull.Commits.Nodes), pull.Commits.TotalCount)
	}
	for _, n := range pull.Commits.Nodes {
		if a := n.Commit.Authors; len(a.Nodes) < a.TotalCount {
			list = append(list, bylaw.Incomplete{
				Fact: "commits",
				Msg:  fmt.Sprintf("Commit %.7s has %d authors, and only %d were read.", n.Commit.OID, a.TotalCount, len(a.Nodes)),
			})
			break
		}
	}
	short("reviews", len(pull.Reviews.Nodes), pull.Reviews.TotalCount)
	short("commands", len(pull.Comments.Nodes), pull.Comments.TotalCount)
	short("labels", len(pull.Labels.Nodes), pull.Labels.TotalCount)
	short("requested_reviewers", len(pull.ReviewRequests.Nodes), pull.ReviewRequests.TotalCount)
	if head.OID == "" && len(pull.Head.Nodes) > 0 {
		list = append(list, bylaw.Incomplete{Fact: "same_head", Msg: "GitHub did not give the head among the commits."})
	}
	if pulls := head.AssociatedPullRequests; pulls != nil {
		short("same_head", len(pulls.Nodes), pulls.TotalCount)
	}
	return list
}
