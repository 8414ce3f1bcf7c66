package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/store"
)

// queueCommand shows what the service has to do. It only reads, unless something is to be tried again.
func queueCommand(s streams) *cobra.Command {
	asJSON, limit, database := false, 0, ""
	c := &cobra.Command{
		Use:   "queue",
		Short: "Show what waits, runs, is tried again and has failed",
		Long: "Shows what the service has to do, by installation and repository. It may go on running, and\n" +
			"nothing is written. The exit code is 1 when something has failed and waits for somebody.",
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if limit < 1 {
				return usagef("--limit must be a number from 1")
			}
			kept, err := lookInto(c.Context(), s, database)
			if err != nil {
				return err
			}
			defer kept.Close()
			q := queueView{TakenAt: time.Now().UTC().Truncate(time.Second), Repositories: []queueCount{}, Jobs: []queueJob{}}
			counts, err := kept.QueueCounts(c.Context())
			if err != nil {
				return err
			}
			rows, err := kept.Queue(c.Context(), limit)
			if err != nil {
				return err
			}
			q.fill(counts, rows)
			if asJSON {
				encoder := json.NewEncoder(s.out)
				encoder.SetIndent("", "  ")
				err = encoder.Encode(q)
			} else {
				err = q.print(s)
			}
			if err == nil && q.Failed > 0 {
				return exit(exitNotAccepted)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().IntVar(&limit, "limit", 100, "jobs to show, failed ones first")
	databaseFlag(c, &database)
	c.AddCommand(queueRetryCommand(s))
	return c
}

func queueRetryCommand(s streams) *cobra.Command {
	failed, database := false, ""
	c := &cobra.Command{
		Use:   "retry KEY... | --failed",
		Short: "Have something done again at once: by its key, or all that has failed",
		Long: "Raises jobs again, by the key that `bylaw queue` shows, or all that have failed. The service, which may go on\n" +
			"running, takes them up within a second, unless GitHub has asked the installation to wait.",
		RunE: func(c *cobra.Command, keys []string) error {
			if failed == (len(keys) > 0) {
				return usagef("give either the keys of jobs or --failed; `bylaw queue` shows the keys")
			}
			name, err := databaseOf(s, database)
			if err != nil {
				return err
			}
			kept, err := store.OpenBeside(c.Context(), name, time.Now)
			if err != nil {
				return orAnother(err)
			}
			defer kept.Close()
			if failed {
				n, err := kept.RaiseFailed(c.Context())
				if err == nil {
					fmt.Fprintf(s.out, "%s raised again\n", counted(n, "failed job"))
				}
				return err
			}
			var unknown []string
			for _, key := range keys {
				known, err := kept.RaiseAgain(c.Context(), key)
				if err != nil {
					return err
				}
				if !known {
					unknown = append(unknown, fmt.Sprintf("there is no job %q; `bylaw queue` shows the keys", key))
					continue
				}
				fmt.Fprintf(s.out, "%s raised again\n", key)
			}
			if len(unknown) > 0 {
				return usagef("%s", strings.Join(unknown, "\nbylaw: "))
			}
			return nil
		},
	}
	c.Flags().BoolVar(&failed, "failed", false, "everything that has failed")
	databaseFlag(c, &database)
	return c
}

// queueView is what `bylaw queue --json` prints. Fields are added, never renamed or removed.
type queueView struct {
	TakenAt      time.Time    `json:"taken_at"`
	Waiting      int          `json:"waiting"`
	Running      int          `json:"running"`
	Retry        int          `json:"retry"`
	Failed       int          `json:"failed"`
	Repositories []queueCount `json:"repositories"` // all that have something to be done
	Jobs         []queueJob   `json:"jobs"`         // at most --limit, failed ones first, then in the order of priority and age
}

type queueCount struct {
	Installation int64  `json:"installation"`
	Repository   string `json:"repository"` // empty for what is to be done for an installation as a whole
	Waiting      int    `json:"waiting"`
	Running      int    `json:"running"`
	Retry        int    `json:"retry"`
	Failed       int    `json:"failed"`
}

type queueJob struct {
	Key          string     `json:"key"`
	Kind         string     `json:"kind"`
	Installation int64      `json:"installation"`
	Repository   string     `json:"repository"`
	State        string     `json:"state"`    // waiting, running, retry or failed
	Attempts     int        `json:"attempts"` // the running one included
	Next         *time.Time `json:"next"`     // not before; null for what runs or has failed
	Reason       string     `json:"reason"`   // of the last failure; empty when there was none
	HeldUntil    *time.Time `json:"held_until"`
}

func (q *queueView) fill(counts []store.QueueCount, rows []store.QueueRow) {
	for _, c := range counts {
		q.Repositories = append(q.Repositories, queueCount(c))
		q.Waiting, q.Running, q.Retry, q.Failed = q.Waiting+c.Waiting, q.Running+c.Running, q.Retry+c.Retry, q.Failed+c.Failed
	}
	for _, r := range rows {
		j := queueJob{
			Key: r.Key, Kind: r.Kind, Installation: r.Installation, Repository: r.Repository, State: r.State, Attempts: r.Attempts, Reason: strings.TrimSpace(plain(r.LastError)),
		}
		if r.State == store.Waiting || r.State == store.Retry {
			j.Next = &r.Due
		}
		if !r.HeldUntil.IsZero() {
			j.HeldUntil = &r.HeldUntil
		}
		q.Jobs = append(q.Jobs, j)
	}
}

func (q *queueView) print(s streams) error {
	fmt.Fprintf(s.out, "%d waiting, %d running, %d to be tried again, %d failed\n", q.Waiting, q.Running, q.Retry, q.Failed)
	for _, c := range q.Repositories {
		of := func(j queueJob) bool { return j.Installation == c.Installation && j.Repository == c.Repository }
		name := c.Repository
		if name == "" {
			name = "all repositories"
		}
		fmt.Fprintf(s.out, "\nInstallation %d, %s: %d waiting, %d running, %d to be tried again, %d failed\n",
			c.Installation, printed(name), c.Waiting, c.Running, c.Retry, c.Failed)
		if i := slices.IndexFunc(q.Jobs, func(j queueJob) bool { return of(j) && j.HeldUntil != nil }); i >= 0 {
			fmt.Fprintf(s.out, "  GitHub asks us to wait until %s\n", moment(*q.Jobs[i].HeldUntil))
		}
		shown := 0
		for _, j := range q.Jobs {
			if of(j) {
				shown++
				fmt.Fprintf(s.out, "  %s: %s\n", printed(j.Key), j.sentence(q.TakenAt))
			}
		}
		if rest := c.Waiting + c.Running + c.Retry + c.Failed - shown; rest > 0 {
			fmt.Fprintf(s.out, "  and %d more\n", rest)
		}
	}
	if q.Failed > 0 {
		fmt.Fprintf(s.out, "\nWhat failed needs somebody. When the reason is mended: bylaw queue retry --failed\n")
	}
	return nil
}

func (j queueJob) sentence(now time.Time) string {
	text := j.State
	switch {
	case j.State == store.Running && j.Attempts > 1:
		text = fmt.Sprintf("running, attempt %d", j.Attempts)
	case j.State == store.Failed:
		text = "failed after " + counted(j.Attempts, "attempt")
	case j.State == store.Retry && j.Next.After(now):
		text = fmt.Sprintf("failed %s, next at %s", times(j.Attempts), moment(*j.Next))
	case j.State == store.Retry:
		text = fmt.Sprintf("failed %s, next as soon as it is its turn", times(j.Attempts))
	case j.State == store.Waiting && j.Next.After(now):
		text = "waiting until " + moment(*j.Next)
	}
	if j.Reason != "" {
		text += ". " + printed(j.Reason)
	}
	return text
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }

// printed keeps what came from outside on its line, and from commanding the terminal.
func printed(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}
