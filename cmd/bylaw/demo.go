package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/fakegithub"
)

//go:embed demo/world.yml
var demoFiles embed.FS

// demoOptions are the flags of `bylaw demo`.
type demoOptions struct {
	exit  bool
	world string
}

func demoCommand(s streams) *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the service at work, on this machine alone, with an invented community",
		Long: "Runs the real service with its real database against a GitHub that lives in this process, on loopback, and\n" +
			"tells a story: a maintainer approves a colleague's change, the check asks for third-party review and names\n" +
			"who could give it, an outsider approves, and the check turns green.",
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return demo(c.Context(), s, o) },
	}
	c.Flags().BoolVar(&o.exit, "exit", false, "end after the story instead of serving until stopped")
	c.Flags().StringVar(&o.world, "world", "", "folder with another world.yml")
	return c
}

func demo(ctx context.Context, s streams, o demoOptions) error {
	data, err := demoFiles.ReadFile("demo/world.yml")
	if o.world != "" {
		data, err = os.ReadFile(filepath.Join(o.world, "world.yml"))
	}
	if err != nil {
		return usagef("--world %s has no world.yml that can be read", o.world)
	}
	told, err := readScript("world.yml", data)
	if err != nil {
		return err
	}
	stage, err := openStage(ctx, told.World, slog.DiscardHandler, nil)
	if err != nil {
		return err
	}
	defer stage.close()
	fmt.Fprintf(s.out, "The service listens on %s, its GitHub lives on %s.\nEverything below is what GitHub shows after the service has answered.\n", stage.serviceURL, stage.githubURL)
	for _, step := range told.Story {
		fmt.Fprintf(s.out, "\n%s\n* %s\n", strings.Repeat("-", 100), step.say)
		repo, number, err := stage.play(ctx, step)
		if err != nil {
			return err
		}
		owner, name, _ := bylaw.SplitRepository(repo)
		if number > 0 {
			fmt.Fprintf(s.out, "\nThe checks of %s#%d:\n\n", repo, number)
			printPosted(s.out, stage.gh, repo, stage.gh.Head(owner, name, number), false)
			if !o.exit {
				fmt.Fprintf(s.out, "\nThe page that explains this: %s/%s/pull/%d\n", stage.serviceURL, repo, number)
			}
		}
	}
	if o.exit {
		return nil
	}
	fmt.Fprintf(s.out, "\nAll that was decided stands at %s/%s\nIts database, until it is stopped: %s (try: bylaw audit verify --database FILE)\nThe service goes on until it is stopped (Ctrl-C).\n",
		stage.serviceURL, stage.firstRepo, stage.database)
	<-ctx.Done()
	return nil
}

// printPosted prints the check runs of a commit as they are read back from GitHub, of each name the one
// that counts, word for word as `bylaw check` prints a report.
func printPosted(w io.Writer, gh *fakegithub.GitHub, repo, sha string, markdown bool, only ...string) {
	owner, name, _ := bylaw.SplitRepository(repo)
	checks := map[string]bylaw.Check{}
	for _, run := range gh.CheckRuns(owner, name, sha) {
		if len(only) > 0 && !slices.Contains(only, run.Name) {
			continue
		}
		run, _ = gh.EffectiveCheck(owner, name, sha, run.Name)
		c := bylaw.Check{Name: run.Name, Conclusion: bylaw.Conclusion(run.Conclusion), Title: run.Title, Summary: run.Summary, Text: run.Text}
		for _, a := range run.Annotations {
			c.Annotations = append(c.Annotations, bylaw.Annotation{Path: a.Path, Line: a.StartLine, Level: a.Level, Title: a.Title, Message: a.Message})
		}
		checks[run.Name] = c
	}
	var report bylaw.Report
	for _, name := range slices.Sorted(maps.Keys(checks)) { // the order of a report: the whole first, then policies by name
		report.Checks = append(report.Checks, checks[name])
	}
	printReport(w, report, markdown)
}
