// Command bylaw enforces a community's governance on its pull requests: as a GitHub App (`serve`), and
// on the command line. Each sub-command has a file of its own; this package holds flags, environment
// and wiring, and decides nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

func main() {
	info, err := os.Stderr.Stat()
	terminal := err == nil && info.Mode()&os.ModeCharDevice != 0
	os.Exit(run(os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: terminal, getenv: os.Getenv}))
}

// Exit codes of every sub-command.
const (
	exitFine        = 0
	exitNotAccepted = 1 // a rule is not met, or something was found
	exitUsage       = 2 // the command line or the settings are wrong
	exitUndecided   = 3 // it could not be decided: a fact or a service is missing
)

// streams are what a command reads and writes, so that nothing writes to the process's own.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // whether somebody watches err
	getenv   func(string) string
}

// progress tells who watches how far a long job is, on one line that the next call replaces. An empty
// text clears it.
func (s streams) progress(format string, args ...any) {
	if s.terminal {
		fmt.Fprintf(s.err, "\r\x1b[K"+format, args...)
	}
}

// exit ends a command with a code other than fine, after everything has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usage is an error that the person at the command line can put right.
type usage struct{ error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// run runs one command line and returns its exit code.
func run(args []string, s streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var code exit
	var problem *bylaw.Problem
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage{}):
		fmt.Fprintf(s.err, "bylaw: %v\n", err)
		return exitUsage
	case errors.As(err, &problem):
		fmt.Fprintf(s.err, "bylaw: %v\n", problem)
		return exitUndecided
	default:
		fmt.Fprintf(s.err, "bylaw: %v\n", sentence(err))
		return exitUndecided
	}
}

func rootCommand(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "bylaw",
		Short: "Enforce a community's governance on its pull requests",
		Long: "Bylaw evaluates the rules that a community has written down as policies on its pull requests, and says who\n" +
			"has to act, and why. `bylaw demo` shows it at work; `bylaw serve` runs the GitHub App.\n\n" +
			"Exit codes: 0 fine, 1 not accepted or findings, 2 wrong usage, 3 it could not be decided.",
		Version: version(),
		Args: func(c *cobra.Command, given []string) error {
			if len(given) == 0 {
				return nil
			}
			hint := "see `bylaw --help`"
			if near := c.SuggestionsFor(given[0]); len(near) > 0 {
				hint = fmt.Sprintf("did you mean %q?", near[0])
			}
			return usagef("there is no command %q; %s", given[0], hint)
		},
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usagef("%w; see `%s --help`", err, c.CommandPath()) })
	root.AddCommand(
		serveCommand(s), setupCommand(s), doctorCommand(s), demoCommand(s), healthCommand(s), queueCommand(s), backupCommand(s),
		checkCommand(s), replayCommand(s), testCommand(s), explainCommand(s), configCommand(s), whoCommand(s), rosterCommand(s),
		auditCommand(s), reportCommand(s), versionCommand(s), policyWorkerCommand(s),
	)
	return root
}

// args says in words of its own what cobra finds wrong with arguments.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if check(c, given) == nil {
			return nil
		}
		name := c.CommandPath()
		_, takes, _ := strings.Cut(c.Use, " ")
		switch {
		case c.HasAvailableSubCommands():
			return usagef("there is no command \"%s %s\"; see `%s --help`", name, given[0], name)
		case takes == "":
			return usagef("`%s` takes no arguments, and %q was given; see `%s --help`", name, given[0], name)
		case len(given) == 0:
			return usagef("something is missing; write: %s %s", name, takes)
		default:
			return usagef("these are too many or too few arguments; write: %s %s", name, takes)
		}
	}
}
