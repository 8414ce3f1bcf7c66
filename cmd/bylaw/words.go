package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/github"
)

// sentence says an error in words for the person at the command line.
func sentence(err error) string {
	var g *github.Error
	if errors.As(err, &g) {
		return g.Sentence()
	}
	return err.Error()
}

// printReport shows a report as people see it on GitHub: the check runs one after the other.
func printReport(w io.Writer, report bylaw.Report) {
	for i, c := range report.Checks {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printCheck(w, c)
	}
}

func printCheck(w io.Writer, c bylaw.Check) {
	fmt.Fprintf(w, "%s: %s\n%s\n\n%s", c.Name, c.Conclusion, c.Title, c.Summary)
	for _, a := range c.Annotations {
		fmt.Fprintf(w, "\n%s:%d: %s: %s\n", a.Path, a.Line, a.Level, strings.ReplaceAll(a.Message, "\n", " "))
	}
}
