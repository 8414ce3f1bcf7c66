package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/github"
	"github.com/bylaw-app/bylaw/internal/setup"
)

// setupOptions are the flags of `bylaw setup`.
type setupOptions struct {
	organization, url, out, listen string
	print, json                    bool
}

func setupCommand(s streams) *cobra.Command {
	var o setupOptions
	c := &cobra.Command{
		Use:   "setup --url https://bylaw.example",
		Short: "Create the GitHub App, on a page that only this machine can open",
		Long: "Shows one page on this machine that creates the GitHub App with the permissions and events of app.yml, and\n" +
			"stores its credentials in bylaw.pem and bylaw.env, which only you can read, or prints them for a secret manager.\n" +
			"The address that it prints opens the page once. Then it ends by itself.\n\n" +
			"For GitHub Enterprise Server set BYLAW_API_URL to https://HOST/api/v3.",
		Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return runSetup(c, s, o) },
	}
	f := c.Flags()
	f.StringVar(&o.organization, "organization", "", "organization that shall own the App; you, if left out")
	f.StringVar(&o.url, "url", "", "public address at which GitHub will reach the service (default: BYLAW_URL)")
	f.StringVar(&o.out, "out", ".", "folder for bylaw.pem and bylaw.env")
	f.BoolVar(&o.print, "print", false, "print the settings instead of writing files")
	f.BoolVar(&o.json, "json", false, "with --print: as one JSON object")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "address of this machine to show the page on")
	return c
}

func runSetup(c *cobra.Command, s streams, o setupOptions) error {
	if o.json && !o.print {
		return usagef("--json is for --print")
	}
	if o.print && c.Flags().Changed("out") {
		return usagef("--out and --print do not go together")
	}
	given := cmp.Or(o.url, s.getenv("BYLAW_URL"))
	if given == "" {
		return usagef("--url is missing; it must be the address at which GitHub will reach the service, such as https://bylaw.example")
	}
	service, err := setup.ServiceURL(given)
	if err != nil {
		return usagef("--url %w", err)
	}
	var api settings
	for _, v := range settingsTable() {
		if v.name == "BYLAW_API_URL" {
			if fault := api.set(v, s.getenv); fault != "" {
				return usagef("%s", fault)
			}
		}
	}
	app, err := setup.ReadApp()
	if err != nil {
		return err
	}
	page := &setup.Page{App: app, APIURL: api.apiURL, Organization: o.organization, Service: service, Secret: rand.Text, Doctor: "bylaw doctor"}
	if o.print {
		page.Destination, page.Kept = "your terminal, for your secret manager", "printed in your terminal"
		page.Start = "bylaw serve   # with the printed settings in its environment"
		page.Keep = func(got github.Credentials) error { return printCredentials(s, o, got, api.apiURL, service.String()) }
	} else {
		folder, err := filepath.Abs(o.out)
		if err != nil {
			return usagef("--out %s: there is no such folder", o.out)
		}
		if err := setup.CheckFolder(folder); err != nil {
			return usagef("%w", err)
		}
		env := filepath.Join(folder, setup.EnvFile)
		page.Destination = "the files " + setup.KeyFile + " and " + setup.EnvFile + " in " + folder
		page.Kept = "in " + setup.KeyFile + " and " + setup.EnvFile + " in " + folder
		page.Start = "set -a; . " + setup.Quote(env) + "; set +a\nbylaw serve"
		page.Keep = func(got github.Credentials) error {
			err := setup.WriteFiles(folder, got, api.apiURL, service.String())
			if err == nil {
				return nil
			}
			fmt.Fprintf(s.err, "bylaw: the credentials could not be written into %s. GitHub shows them only once: keep what follows, and clear the terminal.\n", folder)
			return errors.Join(err, printCredentials(s, o, got, api.apiURL, service.String()))
		}
	}
	listener, err := setup.Listen(c.Context(), o.listen)
	if err != nil {
		return usagef("--listen %w", err)
	}
	got, err := page.Serve(c.Context(), listener, func(address string) {
		fmt.Fprintf(s.err, "Open this address in a browser on this machine; it opens the page once:\n\n  %s\n\nNothing is created before you confirm it on GitHub. Ctrl-C stops.\n", address)
	})
	if errors.Is(err, setup.ErrStopped) {
		fmt.Fprintln(s.err, "bylaw: stopped before the App was created")
		return exit(exitUndecided)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "\nThe App %s (%d) is there, and its credentials are %s.\nNext:\n\n%s\n\nThen see whether everything is in place with `bylaw doctor`, and install the App.\n", plainLine(got.Name), got.ID, page.Kept, page.Start)
	return nil
}

// printCredentials prints the settings with the key itself among them: nothing was written to name.
func printCredentials(s streams, o setupOptions, got github.Credentials, apiURL, service string) error {
	list := setup.Environment(got, apiURL, service, "")
	if o.json {
		return setup.WriteJSON(s.out, list)
	}
	_, err := fmt.Fprint(s.out, setup.EnvText(list))
	return err
}
