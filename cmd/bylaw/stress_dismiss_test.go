//go:build unix

package main

import (
	dice "math/rand/v2"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

// TestStressDismissed has an approval taken back while it is being looked at, at GitHub's own varying pace: 2,000
// times on both engines together.
func TestStressDismissed(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			slow := func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					<-time.After(dice.N(20 * time.Millisecond))
					next.ServeHTTP(w, r)
				})
			}
			s := newStrain(t, stressDatabase(t, engine), slow)
			s.propose(inCI(100))
			s.pulls = s.pulls[:inCI(100)]
			s.start(s.open())
			if err := s.work(1); err != nil {
				t.Fatal(err)
			}
			s.settled()
			stale := 0
			const waves = 10
			for range waves {
				var people errgroup.Group
				for _, p := range s.pulls {
					people.Go(func() error {
						review, err := s.gh.SubmitReview(p.name(), p.number, fakegithub.Review{Author: "bob", State: "APPROVED"})
						if err != nil {
							return err
						}
						<-time.After(dice.N(60 * time.Millisecond))
						return s.gh.DismissReview(p.name(), p.number, review, "carol", "look again")
					})
				}
				if err := people.Wait(); err != nil {
					t.Fatal(err)
				}
				s.settled()
				for _, p := range s.pulls {
					if run, _ := s.gh.EffectiveCheck(p.owner, p.repo, s.gh.Head(p.owner, p.repo, p.number), bylaw.CheckName); run.Conclusion != p.want() {
						stale++
					}
				}
			}
			if stale > 0 {
				t.Errorf("%d of %d results are stale", stale, waves*len(s.pulls))
			}
			s.judge()
		})
	}
}
