package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/setup"
)

func doctorCommand(s streams) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Examine the settings, the App on GitHub, the database and the branches that it guards",
		Long: "Looks at everything that the service needs, with the settings of `bylaw serve`, and says what to do about what\n" +
			"is amiss. It changes nothing, and may be run beside the service. A note is about what GitHub never shows the App.\n\n" +
			"Exit codes: 0 fine, 1 findings, 2 the settings are wrong, 3 something could not be found out.",
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return doctor(c, s, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func doctor(c *cobra.Command, s streams, asJSON bool) error {
	set, err := readSettings(s.getenv)
	if err != nil {
		return err
	}
	app, err := setup.ReadApp()
	if err != nil {
		return err
	}
	d := setup.Doctor{
		GitHub: &github.App{ID: set.appID, Key: set.key, BaseURL: set.apiURL, UserAgent: "bylaw/" + version()},
		App:    app, Service: set.url, Database: set.database, Now: time.Now,
	}
	for _, v := range settingsTable() {
		if file := s.getenv(v.name + "_FILE"); v.secret && file != "" {
			d.Secrets = append(d.Secrets, setup.Secret{Setting: v.name + "_FILE", Path: file})
		}
	}
	seen := d.Examine(c.Context())
	amiss, undecided := setup.Sum(seen)
	if asJSON {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(map[string]any{"observations": seen, "findings": amiss, "undecided": undecided}); err != nil {
			return err
		}
	} else {
		for _, o := range seen {
			fmt.Fprintf(s.out, "%-10s %-14s %s\n", o.State, o.Area, plainLine(o.What))
			if o.Fix != "" {
				fmt.Fprintf(s.out, "%25s What to do: %s\n", "", plainLine(o.Fix))
			}
		}
	}
	switch {
	case amiss > 0:
		return exit(exitNotAccepted)
	case undecided > 0:
		return exit(exitUndecided)
	}
	return nil
}

// plainLine is a text, part of which came from outside, as one line that moves no cursor.
func plainLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}
