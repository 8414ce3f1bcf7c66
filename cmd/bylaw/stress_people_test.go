//go:build unix

package main

import (
	"fmt"
	dice "math/rand/v2"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// proposal is a pull request, and what people have done with it.
type proposal struct {
	owner, repo string
	branch      string
	number      int
	heads       []string // all that it has had
	approval    int64    // Bob's, if it stands and is of the present head
	labelled    bool
}

func (p *proposal) name() string { return p.owner + "/" + p.repo }

// want is what the facts say of it.
func (p *proposal) want() string {
	if p.approval != 0 {
		return "success"
	}
	return "action_required"
}

// propose plans pull requests, spread over the repositories; one in fifty gets a comment.
func (s *strain) propose(n int) {
	for i := range n {
		p := &proposal{owner: fmt.Sprintf("town%d", i%5), repo: []string{"widgets", "gadgets"}[i/5%2], branch: fmt.Sprintf("branch-%d", i)}
		if i%50 == 7 {
			p.owner = talking
		}
		s.pulls = append(s.pulls, p)
	}
}

// work has four people's worth of hands take each pull request through so many steps, of which each sends a
// webhook. They wait while many webhooks are on their way, so that a service that is down does not miss all of it.
func (s *strain) work(steps int) error {
	const hands = 4
	var people errgroup.Group
	for hand := range hands {
		luck := dice.New(dice.NewPCG(s.seed, uint64(hand)))
		people.Go(func() error {
			look := time.NewTicker(2 * time.Millisecond)
			defer look.Stop()
			for step := range steps {
				for i := hand; i < len(s.pulls); i += hands {
					for _, waiting := s.wire.count(); waiting > 64; _, waiting = s.wire.count() {
						select {
						case <-look.C:
						case <-s.Context().Done():
							return s.Context().Err()
						}
					}
					if err := s.step(s.pulls[i], step, luck); err != nil {
						return fmt.Errorf("step %d of %s#%d: %w", step, s.pulls[i].name(), s.pulls[i].number, err)
					}
				}
			}
			return nil
		})
	}
	return people.Wait()
}

// step does one thing to a pull request. Every second one is Bob giving or taking his approval.
func (s *strain) step(p *proposal, step int, luck *dice.Rand) (err error) {
	file := func(text string) fakegithub.Commit {
		return fakegithub.Commit{Files: map[string]string{"core/" + p.branch + ".go": text}}
	}
	does := luck.IntN(8)
	switch {
	case step == 0:
		p.number, err = s.gh.OpenPull(p.name(), fakegithub.Pull{
			Author: "alice", Title: "Change " + p.branch, Head: p.branch, Commits: []fakegithub.Commit{file("package core\n")},
		})
		p.heads = append(p.heads, s.gh.Head(p.owner, p.repo, p.number))
	case does < 4 && p.approval == 0:
		p.approval, err = s.gh.SubmitReview(p.name(), p.number, fakegithub.Review{Author: "bob", State: "APPROVED"})
	case does < 4:
		err = s.gh.DismissReview(p.name(), p.number, p.approval, "carol", "look again")
		p.approval = 0
	case does == 4:
		_, err = s.gh.SubmitReview(p.name(), p.number, fakegithub.Review{Author: "anna", State: "APPROVED"})
	case does == 5:
		var head string
		head, err = s.gh.Push(p.name(), p.number, "alice", file(fmt.Sprintf("package core\n\n// %d\n", step)))
		p.heads, p.approval = append(p.heads, head), 0
	case p.labelled:
		err = s.gh.RemoveLabel(p.name(), p.number, "alice", "core")
		p.labelled = false
	default:
		err = s.gh.SetLabel(p.name(), p.number, "alice", "core")
		p.labelled = true
	}
	return err
}

// judge compares what GitHub shows with what people have done: the right result on every head, no check run
// twice on a commit, and at most one comment.
func (s *strain) judge() {
	s.Helper()
	var accepted, wrong int
	fail := func(format string, args ...any) {
		if wrong++; wrong <= 20 {
			s.Errorf(format, args...)
		}
	}
	for _, p := range s.pulls {
		head := s.gh.Head(p.owner, p.repo, p.number)
		run, _ := s.gh.EffectiveCheck(p.owner, p.repo, head, bylaw.CheckName)
		if run.Conclusion != p.want() {
			fail("%s#%d: GitHub shows %q (%s), want %q", p.name(), p.number, run.Conclusion, run.Title, p.want())
		}
		if p.want() == "success" {
			accepted++
		}
		for _, sha := range p.heads {
			times := map[string]int{}
			for _, run := range s.gh.CheckRuns(p.owner, p.repo, sha) {
				times[run.Name]++
			}
			for name, n := range times {
				if n > 1 {
					fail("%s#%d: %s stands %d times on %s", p.name(), p.number, name, n, sha)
				}
			}
		}
		ours := 0
		for _, c := range s.gh.Comments(p.owner, p.repo, p.number) {
			if strings.HasPrefix(c.Author, "bylaw") {
				ours++
			}
		}
		// Who is accepted before anything was missing is told nothing.
		if p.owner == talking && (ours > 1 || ours == 0 && p.approval == 0) || p.owner != talking && ours != 0 {
			fail("%s#%d has %d comments of ours", p.name(), p.number, ours)
		}
	}
	s.Logf("%d pull requests, %d of them accepted, %d wrong; %s", len(s.pulls), accepted, wrong, s.wire)
}
