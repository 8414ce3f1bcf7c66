package server

import (
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
	"github.com/bylaw-app/bylaw/internal/policy"
)

// waiting is a policy that is met from the time on that stands in the body of a pull request.
const waiting = `# METADATA
# title: The time has come
# description: Waits for the time that the body names.
package bylaw.waiting

accept if input.taken_at >= input.body

recheck_at := input.body if input.taken_at < input.body
`

// TestRecheckAt: when the time comes that a verdict named, the pull request is looked at again, once, by whatever
// process runs then; a later verdict that names none takes it back.
func TestRecheckAt(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		w := newTown(t)
		newServer := func(owner string) *Server {
			s := w.newServer(t, database, owner)
			s.BuiltIn = append(s.BuiltIn, policy.Source{
				ID: "waiting", Origin: "built into Bylaw", BuiltIn: true, Library: s.BuiltIn[0].Library,
				Modules: []policy.Module{{File: "waiting/waiting.rego", Text: waiting}},
			})
			return s
		}
		first := newServer("first")
		_, stop := w.run(t, first)
		rules := map[string]string{".github/bylaw.yml": "version: 1\npolicies:\n  waiting:\n"}
		if _, err := w.PushFiles(widgets, "main", "alice", fakegithub.Commit{Author: "alice", Files: rules}); err != nil {
			t.Fatal(err)
		}
		number := w.open(t, "one")
		say := func(body string) {
			t.Helper()
			if err := w.EditPull(widgets, number, "alice", fakegithub.Edit{Body: &body}); err != nil {
				t.Fatal(err)
			}
			w.settled(t, first.Store)
		}
		next := func(want time.Time) {
			t.Helper()
			got, some, err := first.Store.NextDue(t.Context())
			if err != nil || some == want.IsZero() || some && !got.Equal(want) {
				t.Errorf("next due %s, %v, %v; want %s", got, some, err, want)
			}
		}
		inTwoHours := func() bylaw.Time { return bylaw.At(w.now().Add(2 * time.Hour)) }

		say(inTwoHours().String())
		say("")
		next(time.Time{})
		at := inTwoHours()
		say(at.String())
		next(at.Time)
		if got := w.conclusion(number); got != string(bylaw.ActionRequired) {
			t.Errorf("before its time GitHub shows %q", got)
		}
		before, _, _ := w.gate.count()
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		w.pass(at.Sub(w.now()) + time.Second) // while nobody runs
		last := newServer("last")
		w.run(t, last)
		w.until(t, "the verdict of its time", func() bool { return w.conclusion(number) == string(bylaw.Success) })
		w.settled(t, last.Store)
		next(time.Time{})
		if after, _, _ := w.gate.count(); after != before+1 {
			t.Errorf("it was looked at %d times, want once", after-before)
		}
	})
}
