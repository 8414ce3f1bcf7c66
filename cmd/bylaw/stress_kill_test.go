//go:build unix

package main

import (
	"fmt"
	dice "math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestStressKilled kills the only process at 20 random moments of 5,000 webhooks about 500 pull requests, and
// starts it again each time.
func TestStressKilled(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			s := newStrain(t, stressDatabase(t, engine), nil)
			s.propose(inCI(500))
			const steps = 10
			only := s.open()
			s.start(only)
			began := time.Now()
			worked := make(chan error, 1)
			go func() { worked <- s.work(steps) }()
			for _, moment := range s.moments(inCI(20), len(s.pulls)*steps) {
				s.until("the moment to kill", time.Minute, func() bool { taken, _ := s.wire.count(); return taken >= moment })
				only.kill()
				s.start(only)
			}
			if err := <-worked; err != nil {
				t.Fatal(err)
			}
			s.settled()
			t.Logf("%d steps and %d kills in %s", len(s.pulls)*steps, inCI(20), time.Since(began).Round(time.Millisecond))
			s.judge()
		})
	}
}

// moments are n random moments, counted in webhooks that were taken: not the last ones, for some are taken whose
// answer is lost, and count as duplicates.
func (s *strain) moments(n, webhooks int) []int {
	luck := dice.New(dice.NewPCG(s.seed, 99))
	var all []int
	for range n {
		all = append(all, luck.IntN(webhooks*9/10))
	}
	slices.Sort(all)
	return all
}

// TestStressProcesses has several processes share a PostgreSQL. At random moments one is killed and started again,
// or paused for longer than its lease: what it had begun is taken over, and what it then still does must not stand.
func TestStressProcesses(t *testing.T) {
	for _, processes := range []int{2, 4} {
		t.Run(fmt.Sprint(processes), func(t *testing.T) {
			s := newStrain(t, stressDatabase(t, "postgres"), nil)
			s.propose(inCI(250))
			const steps = 10
			var all []*service
			for range processes {
				p := s.open()
				s.start(p)
				all = append(all, p)
			}
			began := time.Now()
			worked := make(chan error, 1)
			go func() { worked <- s.work(steps) }()
			luck := dice.New(dice.NewPCG(s.seed, 98))
			moments := s.moments(inCI(20), len(s.pulls)*steps)
			var pauses sync.WaitGroup
			for i, moment := range moments {
				s.until("the moment to disturb", time.Minute, func() bool { taken, _ := s.wire.count(); return taken >= moment })
				one := luck.IntN(len(all))
				if i%2 == 0 {
					all[one].kill()
					s.start(all[one])
					continue
				}
				pauses.Wait() // one at a time
				cmd := all[one].cmd
				_ = cmd.Process.Signal(syscall.SIGSTOP) // it may have been killed
				pauses.Go(func() {
					<-time.After(stressLease * 3 / 2)
					_ = cmd.Process.Signal(syscall.SIGCONT)
				})
			}
			if err := <-worked; err != nil {
				t.Fatal(err)
			}
			pauses.Wait()
			s.settled()
			t.Logf("%d steps and %d disturbances in %s", len(s.pulls)*steps, len(moments), time.Since(began).Round(time.Millisecond))
			s.judge()
		})
	}
}
