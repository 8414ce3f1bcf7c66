package check

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
	"github.com/bylaw-app/bylaw/policies"
)

// TestMain lets the test binary be the worker process that runs policies.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "policy-worker" {
		if err := policy.Work(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// still is a GitHub on which nothing happens.
type still struct{ bylaw.Reading }

func (s still) Read(context.Context, bylaw.Ref, bylaw.Want) (bylaw.Reading, error) {
	r := s.Reading
	r.Snapshot.Files = slices.Clone(r.Snapshot.Files)
	return r, nil
}

func (s still) Files(context.Context, bylaw.Ref, *bylaw.Snapshot, bylaw.Revision, []string) ([]bylaw.Blob, error) {
	return nil, nil
}

func (s still) Teams(context.Context, bylaw.Ref, []string) ([]bylaw.Team, error) {
	return s.Reading.Teams, nil
}

func (s still) Dates(context.Context, bylaw.Ref, bylaw.Version) (bylaw.Dated, error) {
	return bylaw.Dated{}, nil
}

func (s still) Elsewhere(context.Context, bylaw.Ref, bylaw.Elsewhere) (bylaw.Tree, error) {
	return bylaw.Tree{}, nil
}

func TestAWorkerThatWasKilledIsForgottenWithTheNextLook(t *testing.T) {
	t.Parallel()
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	var started atomic.Int32
	workers := &policy.Workers{Command: func() *exec.Cmd {
		if started.Add(1) == 1 {
			return exec.Command("false") // as if the kernel had killed it
		}
		return exec.Command(os.Args[0], "policy-worker")
	}}
	t.Cleanup(workers.Close)
	facts := still{bylaw.Reading{
		Snapshot: bylaw.Snapshot{Number: 7, State: "open", Author: bylaw.Account{Login: "alice", Kind: bylaw.KindUser}, MergedBy: bylaw.Account{Kind: bylaw.KindDeleted}},
		Law: bylaw.Tree{Repository: "example/widgets", Visible: true, Files: []bylaw.Blob{
			{Path: bylaw.ConfigPath, OID: "1", Data: []byte("version: 1\npolicies: {mine: }\n")},
			{Path: bylaw.PoliciesPath + "/mine/mine.rego", OID: "2", Data: []byte("# METADATA\n# title: Mine\n# description: It is numbered.\npackage bylaw.mine\n\naccept if input.number > 0\n")},
		}},
	}}
	c := &Checker{GitHub: facts, Engine: &policy.Engine{Workers: workers}, BuiltIn: builtIn, Now: func() time.Time { return noon }}
	var got []bylaw.Conclusion
	for range 2 {
		result, err := c.Check(t.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, result.Run.Report.Conclusion)
	}
	if want := []bylaw.Conclusion{bylaw.Failure, bylaw.Success}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAPusherWithoutALoginIsNobody(t *testing.T) {
	t.Parallel()
	var s bylaw.Snapshot
	addPeople(&s, roster.Book{}, nil, bylaw.Reading{Pushers: []bylaw.Account{{Kind: bylaw.KindDeleted}, {Login: "bob", Kind: bylaw.KindUser}}})
	if len(s.People) != 1 || s.People[0].Login != "bob" || !s.People[0].CanPush {
		t.Errorf("got %v, want bob alone", s.People)
	}
}
