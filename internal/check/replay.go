package check

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// How a verdict changes under other rules.
const (
	Same     = "same"
	Stricter = "stricter"
	Milder   = "milder"
	Broke    = "broken" // it cannot be judged under the other rules, and could be before
)

// Replayed is a recorded pull request under other rules, with what was recorded. Text in it is plain, on one line.
type Replayed struct {
	Ref           string           `json:"ref"` // owner/name#7
	Head          string           `json:"head"`
	TakenAt       bylaw.Time       `json:"taken_at"`
	Change        string           `json:"change"` // same, stricter, milder, broken
	From          bylaw.Conclusion `json:"from"`   // "" when it was not judged
	To            bylaw.Conclusion `json:"to"`
	Headline      string           `json:"headline"`      // of the verdict under the other rules
	Organizations []string         `json:"organizations"` // the author's when it was opened, as far as a check shows them
	Defaults      bool             `json:"defaults"`      // the parameters of a policy were not recorded yet, and its defaults taken
	Policies      []ReplayedPolicy `json:"policies"`
}

// ReplayedPolicy is what becomes of the verdict of one policy.
type ReplayedPolicy struct {
	Policy         string           `json:"policy"`
	Change         string           `json:"change"`
	From           bylaw.Outcome    `json:"from"` // "" when the policy was not asked for
	To             bylaw.Outcome    `json:"to"`   // "" when the policy is not switched on
	FromConclusion bylaw.Conclusion `json:"from_conclusion"`
	ToConclusion   bylaw.Conclusion `json:"to_conclusion"`
	Headline       string           `json:"headline"`
}

// Unread reads one record, on whichever goroutine has time for it. A record that cannot be read is a
// *bylaw.Problem.
type Unread func() (Record, error)

// Replay is one pass over recorded pull requests.
type Replay struct {
	Rules      OtherRules
	Keep       func(*bylaw.Snapshot) bool // nil: all
	Result     func(Replayed) error       // called for each record that is kept, in their order
	Unreadable func(bylaw.Problem) error  // called for each that cannot be read, in the same order
}

// Replay judges records again, on all processors, and holds only a few of them at a time.
func (c *Checker) Replay(ctx context.Context, r Replay, records iter.Seq2[Unread, error]) error {
	type task struct {
		read    Unread
		done    chan struct{}
		result  *Replayed
		problem *bylaw.Problem
	}
	workers := runtime.GOMAXPROCS(0)
	tasks, order := make(chan *task), make(chan *task, 4*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(tasks)
		defer close(order)
		for read, err := range records {
			if err != nil {
				return err
			}
			t := &task{read: read, done: make(chan struct{})}
			for _, to := range []chan *task{order, tasks} {
				select {
				case to <- t:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			for t := range tasks {
				record, err := t.read()
				switch {
				case errors.As(err, &t.problem):
				case err != nil:
					return err
				case r.Keep == nil || r.Keep(&record.Snapshot):
					if t.result, err = c.replay(ctx, r.Rules, record); err != nil {
						return err
					}
				}
				close(t.done)
			}
			return nil
		})
	}
	group.Go(func() error {
		for t := range order {
			select {
			case <-t.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			var err error
			if t.problem != nil {
				err = r.Unreadable(*t.problem)
			} else if t.result != nil {
				err = r.Result(*t.result)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

func (c *Checker) replay(ctx context.Context, o OtherRules, r Record) (*Replayed, error) {
	if len(r.Verdicts) == 0 && len(o.changes) > 0 { // what would have been without the changes
		run, conclusion, _, err := c.judgeRecord(ctx, o.lawFor(r, false), r)
		if err != nil {
			return nil, err
		}
		return c.compare(ctx, o, r, run.Verdicts, conclusion)
	}
	return c.compare(ctx, o, r, r.Verdicts, r.Conclusion)
}

func (c *Checker) compare(ctx context.Context, o OtherRules, r Record, before []bylaw.Verdict, from bylaw.Conclusion) (*Replayed, error) {
	run, to, title, err := c.judgeRecord(ctx, o.lawFor(r, true), r)
	if err != nil {
		return nil, err
	}
	out := &Replayed{
		Ref: plainText(run.Ref.String()), Head: plainText(r.Snapshot.Head.SHA), TakenAt: r.Snapshot.TakenAt,
		From: from, To: to, Change: changeOf(from, to), Headline: title,
		Organizations: organizationsOfAuthor(&r.Snapshot), Policies: []ReplayedPolicy{},
		Defaults: o.recorded && slices.ContainsFunc(r.Verdicts, func(v bylaw.Verdict) bool { return v.Params == nil }),
	}
	both := map[string][2]*bylaw.Verdict{}
	for i, verdicts := range [][]bylaw.Verdict{before, run.Verdicts} {
		for j := range verdicts {
			pair := both[verdicts[j].Policy]
			pair[i] = &verdicts[j]
			both[verdicts[j].Policy] = pair
		}
	}
	for _, id := range slices.Sorted(maps.Keys(both)) {
		p := ReplayedPolicy{Policy: plainText(id)}
		if v := both[id][0]; v != nil {
			p.From, p.FromConclusion = v.Outcome, v.Conclusion
		}
		if v := both[id][1]; v != nil {
			p.To, p.ToConclusion = v.Outcome, v.Conclusion
			if v.Outcome != bylaw.DoesNotApply {
				p.Headline = headline(*v)
			}
		}
		p.Change = changeOf(p.FromConclusion, p.ToConclusion)
		if p.To == bylaw.Broken && p.From != bylaw.Broken {
			p.Change, out.Change = Broke, Broke
		}
		out.Policies = append(out.Policies, p)
	}
	return out, nil
}

// ReplayGCPercent is how seldom whoever replays many records should collect garbage (debug.SetGCPercent).
const ReplayGCPercent = 400

// changeOf compares two conclusions; what was not judged stopped nothing.
func changeOf(from, to bylaw.Conclusion) string {
	if from == "" {
		from = bylaw.Success
	}
	if to == "" {
		to = bylaw.Success
	}
	switch {
	case to.Stricter(from):
		return Stricter
	case from.Stricter(to):
		return Milder
	}
	return Same
}

func (c *Checker) judgeRecord(ctx context.Context, l *law, r Record) (run bylaw.Run, conclusion bylaw.Conclusion, title string, err error) {
	s := r.Snapshot
	run.Ref = bylaw.Ref{Owner: s.Repository.Owner, Repo: s.Repository.Name, Number: s.Number}
	anonymous := slices.ContainsFunc(r.Verdicts, func(v bylaw.Verdict) bool { return v.Outcome == bylaw.NotAsked })
	run.Snapshot = s
	if run.Verdicts, err = c.judge(ctx, &s, l, Ask{Anonymous: anonymous}); err != nil {
		return run, "", "", fmt.Errorf("evaluate %s: %w", run.Ref, err)
	}
	words := renderer{run: run, law: l}
	conclusion, mends := words.conclusion()
	return run, conclusion, words.title(conclusion, mends), nil
}

// organizationsOfAuthor are those whom the opener worked for on the day of opening, by the best source that
// a check would show: what others collected, and what somebody says of themselves elsewhere, is never shown.
func organizationsOfAuthor(s *bylaw.Snapshot) []string {
	switch s.Author.Kind {
	case bylaw.KindBot:
		return []string{"a bot"}
	case bylaw.KindDeleted:
		return []string{"a deleted account"}
	}
	day := s.CreatedAt.Format("2006-01-02")
	best, names := bylaw.Rank(bylaw.SourceEmail), []string{}
	for _, p := range s.People {
		if !s.Author.Same(bylaw.Account{Login: p.Login, ID: p.ID}) {
			continue
		}
		for _, a := range p.Affiliations {
			if a.Proposed || a.From > day || a.Until != "" && a.Until <= day || a.Rank > best {
				continue
			}
			name := a.Kind
			if a.Kind == bylaw.AffiliationEmployer {
				name = organizationName(s, a.Organization)
			}
			if a.Rank < best {
				best, names = a.Rank, nil
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return []string{bylaw.AffiliationUnknown}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func organizationName(s *bylaw.Snapshot, id string) string {
	for _, o := range s.Organizations {
		if o.ID == id && o.Name != "" {
			return plainText(o.Name)
		}
	}
	return plainText(id)
}

// Lines yields what stands on the lines of a file of records; empty lines are left out.
func Lines(file string, from io.Reader) iter.Seq2[Unread, error] {
	return func(yield func(Unread, error) bool) {
		in := bufio.NewReaderSize(from, 1<<16)
		for number := 1; ; number++ {
			line, tooLong, err := readLine(in)
			if err != nil && err != io.EOF {
				yield(nil, fmt.Errorf("read %s: %w", file, err))
				return
			}
			read := func() (Record, error) { return ReadRecord(file, number, line) }
			if tooLong {
				read = func() (Record, error) {
					return Record{}, &bylaw.Problem{File: file, Line: number, Msg: fmt.Sprintf("the line is longer than %d bytes", MaxRecord)}
				}
			}
			if (tooLong || len(bytes.TrimSpace(line)) > 0) && !yield(read, nil) || err == io.EOF {
				return
			}
		}
	}
}

// readLine reads to the end of a line, and keeps it unless it is longer than a record can be.
func readLine(in *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if tooLong = tooLong || len(line)+len(part) > MaxRecord; tooLong {
			line = nil
		} else {
			line = append(line, part...)
		}
		if err != bufio.ErrBufferFull {
			return line, tooLong, err
		}
	}
}
