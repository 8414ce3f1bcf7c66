//go:build linux

package main

import (
	"fmt"
	"testing"
	"time"
)

// opened opens pull requests on GitHub, without telling the service, and returns the webhooks of the openings.
func (r *rig) opened(b *testing.B, organizations, each, from int) (hooks []benchHook) {
	b.Helper()
	for i := range organizations {
		var acts []benchAct
		for n := range each {
			acts = append(acts, benchPull(i, from+n)...)
		}
		for _, h := range r.hub.do(b, acts...) {
			if h.Action == "opened" {
				hooks = append(hooks, h)
			}
		}
	}
	return hooks
}

// toggled has Bob, who is an outsider, approve, or takes that back: either changes the verdict.
func (r *rig) toggled(b *testing.B, organizations, from, to int, approve bool) []benchHook {
	b.Helper()
	var acts []benchAct
	for n := from; n < to; n++ {
		for i := range organizations {
			acts = append(acts, benchAct{Approve: approve, Dismiss: !approve, Repo: fmt.Sprintf("org%d/widgets", i), Number: n, By: "bob"})
		}
	}
	return r.hub.do(b, acts...)
}

// warmed has everything known that is read only once: one pull request of each organization is judged, twice.
func (r *rig) warmed(b *testing.B, organizations int) benchCalls {
	b.Helper()
	for range r.services { // each process has caches of its own
		r.send(b, r.opened(b, organizations, 1, 1+r.turn), 8)
		r.hub.await(b, organizations)
	}
	r.send(b, r.toggled(b, 1, r.turn-organizations+1, r.turn-organizations+2, true), 8)
	return r.hub.await(b, 1)
}

// BenchmarkWarmEvent is the time from a review's webhook to the check run on GitHub, which answers each call after 50 ms:
// 100 reviews, one after the other. Goal: p50 at most 115 ms, p99 at most 250 ms.
func BenchmarkWarmEvent(b *testing.B) {
	r := newRig(b, benchWorld(1), false, 1)
	r.warmed(b, 1)
	r.send(b, r.opened(b, 1, 1, 100), 1)
	r.hub.await(b, 1)
	r.hub.latency(b, 50*time.Millisecond)
	for b.Loop() {
		var took, floor []time.Duration
		pace := time.NewTicker(250 * time.Millisecond) // everything that follows from one is over before the next
		for i := range 100 {
			<-pace.C
			sent, _ := r.send(b, r.toggled(b, 1, 100, 101, i%2 == 0), 1)
			calls := r.hub.await(b, 1)
			took = append(took, last(calls).Sub(sent[0]))
			<-pace.C
			each, _ := r.floor(b, calls, 1, 1)
			floor = append(floor, each...)
		}
		pace.Stop()
		reportTimes(b, "check", took)
		reportTimes(b, "floor", floor)
	}
}

// BenchmarkColdEvent is the same for the first event that a process hears of: 10 processes, one after the other.
// Goal: at most 300 ms.
func BenchmarkColdEvent(b *testing.B) {
	for b.Loop() {
		var took []time.Duration
		var calls int
		for range 10 {
			r := newRig(b, benchWorld(1), false, 1)
			hooks := r.opened(b, 1, 1, 1)
			r.hub.latency(b, 50*time.Millisecond)
			r.hub.await(b, 0) // forgets how it verified its credentials
			sent, _ := r.send(b, hooks, 1)
			seen := r.hub.await(b, 1)
			took = append(took, last(seen).Sub(sent[0]))
			calls = len(seen.Calls)
		}
		reportTimes(b, "check", took)
		b.ReportMetric(float64(calls), "calls/event")
	}
}

// last is when the last check run "bylaw" stood on GitHub.
func last(calls benchCalls) (at time.Time) {
	for _, c := range calls.Calls {
		if c.Check != "" && c.Ended.After(at) {
			at = c.Ended
		}
	}
	return at
}

// burst has 500 pull requests opened at once, 50 in each of 10 organizations, while GitHub answers each call after
// 20 ms, and reports how many were judged in a second. 16 webhooks are under way at a time.
func burst(b *testing.B, r *rig, number int) {
	b.Helper()
	const organizations, each = 10, 50
	warm := r.warmed(b, organizations)
	hooks := r.opened(b, organizations, each, number)
	r.hub.latency(b, 20*time.Millisecond)
	before := r.processor(b)
	sent, acknowledged := r.send(b, hooks, 16)
	calls := r.hub.await(b, len(hooks))
	took := last(calls).Sub(sent[0])
	used := r.processor(b) - before
	_, floor := r.floor(b, warm, len(hooks), 64)
	r.hub.latency(b, 0)
	b.ReportMetric(float64(len(hooks))/took.Seconds(), "results/s")
	b.ReportMetric(float64(len(hooks))/floor.Seconds(), "floor/s")
	b.ReportMetric(used.Seconds()*1000/float64(len(hooks)), "cpu-ms/event")
	b.ReportMetric(used.Seconds()/took.Seconds(), "cores")
	b.ReportMetric(float64(len(calls.Calls))/float64(len(hooks)), "calls/event")
	reportTimes(b, "ack", acknowledged)
}

// BenchmarkBurst is 500 pull requests at once. Goal: at least 300 results/s on each engine, ack-p99 at most 50 ms.
func BenchmarkBurst(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run("db="+engine, func(b *testing.B) {
			r := newRig(b, benchWorld(10), engine == "postgres", 1)
			for i := 0; b.Loop(); i++ {
				burst(b, r, 100_000*(i+1))
			}
		})
	}
}

// BenchmarkProcesses is the burst before several processes on PostgreSQL. With many workers the processors of the
// machine are the limit; with two in each process their number is, and it shows what sharing the work costs.
// Goal: 1.8 times the results/s when the processes double.
func BenchmarkProcesses(b *testing.B) {
	for _, workers := range []string{"2", "default"} {
		for _, processes := range []int{1, 2, 4} {
			b.Run(fmt.Sprintf("workers=%s/processes=%d", workers, processes), func(b *testing.B) {
				var settings []string
				if workers != "default" {
					settings = append(settings, "BYLAW_WORKERS="+workers)
				}
				r := newRig(b, benchWorld(10), true, processes, settings...)
				for i := 0; b.Loop(); i++ {
					burst(b, r, 100_000*(i+1))
				}
			})
		}
	}
}

// BenchmarkCost is what the service's process uses of the processors for a review of a pull request with ten files
// and three reviews under three policies: from the webhook to the check runs, everything included. Goal: 3 ms.
func BenchmarkCost(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run("db="+engine, func(b *testing.B) {
			const pulls, rounds = 50, 10
			r := newRig(b, benchWorld(1), engine == "postgres", 1)
			r.warmed(b, 1)
			r.send(b, r.opened(b, 1, pulls, 100), 8)
			r.hub.await(b, pulls)
			for b.Loop() {
				before := r.processor(b)
				for round := range rounds {
					r.send(b, r.toggled(b, 1, 100, 100+pulls, round%2 == 0), 8)
					r.hub.await(b, pulls)
				}
				b.ReportMetric((r.processor(b)-before).Seconds()*1000/(pulls*rounds), "cpu-ms/event")
			}
		})
	}
}

// BenchmarkRotation has one review in each of 1,000 installations, round by round, once the service knows them. Goal: the same calls per event as
// for one installation, and less than 256 MB.
func BenchmarkRotation(b *testing.B) {
	for _, installations := range []int{1, 1000} {
		b.Run(fmt.Sprint("installations=", installations), func(b *testing.B) {
			r := newRig(b, benchWorld(installations), false, 1)
			r.send(b, r.opened(b, installations, 1, 1), 8)
			r.hub.await(b, installations)
			r.send(b, r.toggled(b, installations, 1, 2, true), 8)
			r.hub.await(b, installations)
			for b.Loop() {
				calls := 0
				for round := range 2 {
					r.send(b, r.toggled(b, installations, 1, 2, round == 1), 8)
					calls += len(r.hub.await(b, installations).Calls)
				}
				b.ReportMetric(float64(calls)/float64(2*installations), "calls/event")
				b.ReportMetric(float64(r.memory(b))/(1<<20), "rss-MB")
			}
		})
	}
}
