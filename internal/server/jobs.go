package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/store"
	"github.com/bylaw-app/bylaw/internal/telemetry"
)

// Kinds of jobs. The key of a job begins with its kind, so that at most one of a kind is at work on
// the same thing.
const (
	kindPull         = "pull"         // evaluate a pull request
	kindPublish      = "publish"      // post what was judged about a commit
	kindHead         = "head"         // find the pull requests of a commit
	kindGroup        = "group"        // find the pull requests of a merge group
	kindRepository   = "repository"   // look at every open pull request of a repository
	kindInstallation = "installation" // look at every repository of an installation
	kindAsk          = "ask"          // ask somebody to review
	kindPushed       = "pushed"       // look whether commits came to the default branch without a pull request
	kindComment      = "comment"      // bring the one comment on a pull request up to date
	kindRecovery     = "recovery"     // have failed deliveries made again
	kindSweeps       = "sweeps"       // have every installation swept
	kindSweep        = "sweep"        // look for what changed unseen in an installation
)

// Priorities: what a person has just done comes before what follows for everybody.
const (
	priorityFresh  = 0
	priorityFanOut = 1
)

// payload is what a job says beside its key. The newest payload of a key counts.
type payload struct {
	Number int    `json:"number,omitempty"`
	SHA    string `json:"sha,omitempty"`
	Event  string `json:"event,omitempty"`  // what asked
	Who    string `json:"who,omitempty"`    // login of who asked
	FanOut string `json:"fanOut,omitempty"` // of kindInstallation
	Origin string `json:"origin,omitempty"` // the trace that it belongs to, see [telemetry.Origin]
	Push   *push  `json:"push,omitempty"`   // of kindPushed

	// judged is what a job of kindPull has come to, for the job of kindPublish that its worker goes on with; nil for
	// all others. It is not written down.
	judged *judged
}

// What a job of kindInstallation looks at.
const (
	fanOutAll        = "all"        // every repository that GitHub lists
	fanOutConfigured = "configured" // those that are known to be configured
)

// following are jobs that belong to the trace of ctx, if it is followed.
func following(ctx context.Context, jobs []store.Job) []store.Job {
	origin := telemetry.Origin(ctx)
	if origin == "" {
		return jobs
	}
	out := slices.Clone(jobs)
	for i := range out {
		var p payload
		if json.Unmarshal([]byte(out[i].Payload), &p) == nil {
			p.Origin = origin
			out[i] = withPayload(out[i], p)
		}
	}
	return out
}

func job(kind, name string, installation int64, repository string, p payload) store.Job {
	return withPayload(store.Job{Key: kind + " " + strings.ToLower(name), Kind: kind, Installation: installation, Repository: repository}, p)
}

func withPayload(j store.Job, p payload) store.Job {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain strings and numbers always marshal
	}
	j.Payload = string(text)
	return j
}

func pullJob(installation int64, repository string, number int, event string) store.Job {
	return job(kindPull, fmt.Sprintf("%s#%d", repository, number), installation, repository, payload{Number: number, Event: event})
}

// sameHead is the event of a pull request that another one's reading has told of.
const sameHead = "same head"

// sameHeadJob looks at a pull request that is said to share the head sha with another one.
func sameHeadJob(installation int64, repository string, number int, sha string) store.Job {
	return job(kindPull, fmt.Sprintf("%s#%d", repository, number), installation, repository, payload{Number: number, SHA: sha, Event: sameHead})
}

func publishJob(installation int64, repository, sha string) store.Job {
	return job(kindPublish, repository+" "+sha, installation, repository, payload{SHA: sha})
}

// queuedJob looks at a pull request of a merge group, not before that counts for the group.
func queuedJob(installation int64, repository string, number int, g store.Group) store.Job {
	j := pullJob(installation, repository, number, "merge_group.checks_requested")
	j.DueAt = firstFor(g)
	return j
}

func headJob(installation int64, repository, sha string) store.Job {
	return job(kindHead, repository+" "+sha, installation, repository, payload{SHA: sha})
}

func groupJob(installation int64, repository, sha string) store.Job {
	return job(kindGroup, repository+" "+sha, installation, repository, payload{SHA: sha})
}

func repositoryJob(installation int64, repository string) store.Job {
	j := job(kindRepository, repository, installation, repository, payload{})
	j.Priority = priorityFanOut
	return j
}

func installationJob(installation int64, account, fanOut string) store.Job {
	j := job(kindInstallation, fmt.Sprintf("%d %s %s", installation, account, fanOut), installation, "", payload{FanOut: fanOut})
	j.Priority = priorityFanOut
	return j
}

// askJob is of one person: who asks meanwhile must not take the place of somebody who may ask.
func askJob(installation int64, repository string, number int, who string) store.Job {
	return job(kindAsk, fmt.Sprintf("%s#%d %s", repository, number, who), installation, repository, payload{Number: number, Who: who})
}

// commentJob is of one pull request, so that nobody else writes its comment at the same time. What follows
// for everybody waits behind what a person has just done.
func commentJob(c store.Claim, number int) store.Job {
	j := job(kindComment, fmt.Sprintf("%s#%d", c.Repository, number), c.Installation, c.Repository, payload{Number: number})
	j.Priority = c.Priority
	return j
}

// recoveryJob and sweepsJob are one each for all processes that share a store.
func recoveryJob() store.Job { return job(kindRecovery, "all", 0, "", payload{}) }

func sweepsJob() store.Job {
	j := job(kindSweeps, "all", 0, "", payload{})
	j.Priority = priorityFanOut
	return j
}

func sweepJob(installation int64) store.Job {
	j := job(kindSweep, strconv.FormatInt(installation, 10), installation, "", payload{})
	j.Priority = priorityFanOut
	return j
}

// unseen is the event of a pull request of whose change no webhook has told.
const unseen = "changed unseen"

// unseenJob looks at a pull request that a sweep has found.
func unseenJob(installation int64, repository string, number int) store.Job {
	j := pullJob(installation, repository, number, unseen)
	j.Priority = priorityFanOut
	return j
}

// refOf is the pull request that a job is about.
func refOf(j store.Job, number int) bylaw.Ref {
	owner, repo, _ := bylaw.SplitRepository(j.Repository)
	return bylaw.Ref{Installation: j.Installation, Owner: owner, Repo: repo, Number: number}
}
