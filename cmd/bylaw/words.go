package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/store"
)

// sentence says an error in words for the person at the command line.
func sentence(err error) string {
	var g *github.Error
	if errors.As(err, &g) {
		return g.Sentence()
	}
	if g := new(check.GitError); errors.As(err, &g) {
		return g.Error()
	}
	if u := new(store.Unusable); errors.As(err, &u) {
		return u.Error()
	}
	return err.Error()
}

// loginArg is a login as somebody gives it at the command line, who may write @alice as on GitHub.
func loginArg(given string) string { return strings.TrimPrefix(given, "@") }

// printReport shows a report: the check runs one after the other, as Markdown for GitHub or as plain text
// for a terminal.
func printReport(w io.Writer, report bylaw.Report, markdown bool) {
	for i, c := range report.Checks {
		if i > 0 {
			fmt.Fprintln(w)
		}
		summary := c.Summary
		if !markdown {
			summary = plain(summary)
		}
		fmt.Fprintf(w, "%s: %s\n%s\n\n%s", c.Name, c.Conclusion, c.Title, summary)
		for _, a := range c.Annotations {
			fmt.Fprintf(w, "\n%s:%d: %s: %s\n", a.Path, a.Line, a.Level, strings.ReplaceAll(a.Message, "\n", " "))
		}
	}
	if !markdown {
		return // a terminal has said all of it already
	}
	switch c := report.Comment; c.State {
	case bylaw.StickyMissing:
		fmt.Fprintf(w, "\nThe comment on the pull request:\n\n%s", c.Body)
	case bylaw.StickyInOrder, bylaw.StickyNotJudged:
		fmt.Fprintf(w, "\nThe comment on the pull request, if one stands there already:\n\n%s", c.Body)
	}
}
