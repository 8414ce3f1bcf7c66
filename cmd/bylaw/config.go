package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
)

func configCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Check or show the configuration of a repository",
		Args:  args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return usagef("say what: `bylaw config check`, `bylaw config show` or `bylaw config preset`")
		},
	}
	c.AddCommand(
		configSubcommand(s, "check", "Say what is wrong with bylaw.yml, the rosters and the policies", checkConfig),
		configSubcommand(s, "show", "Print every effective value and the file that sets it", showConfig),
		presetCommand(s),
	)
	return c
}

// configOptions are the flags of both sub-commands.
type configOptions struct {
	organization string
	json         bool
}

func configSubcommand(s streams, name, short string, do func(streams, configOptions, check.Rules) error) *cobra.Command {
	var o configOptions
	c := &cobra.Command{
		Use:   name + " [FOLDER]",
		Short: short,
		Long:  short + ".\nFOLDER is a checkout of the repository (default: this folder).",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, given []string) error {
			folder := "."
			if len(given) == 1 {
				folder = given[0]
			}
			engine, builtIn, err := newEngine()
			if err != nil {
				return err
			}
			defer engine.Workers.Close()
			rules, err := rulesIn(c.Context(), &check.Checker{Engine: engine, BuiltIn: builtIn, Now: time.Now}, folder, o.organization)
			if err != nil {
				return err
			}
			if !rules.Exists {
				return usagef("there is no %s in %s", bylaw.ConfigPath, folder)
			}
			return do(s, o, rules)
		},
	}
	c.Flags().StringVar(&o.organization, "organization", "", "folder with a checkout of <organization>/.github, whose configuration gives the defaults")
	c.Flags().BoolVar(&o.json, "json", false, "print as JSON")
	return c
}

func checkConfig(s streams, o configOptions, rules check.Rules) error {
	if o.json {
		if err := json.NewEncoder(s.out).Encode(append([]bylaw.Problem{}, rules.Problems...)); err != nil {
			return err
		}
	} else {
		for _, p := range rules.Problems {
			fmt.Fprintln(s.out, p.Error())
		}
		for _, p := range rules.Warnings {
			fmt.Fprintf(s.out, "warning: %s\n", p.Error())
		}
		var enabled []string
		for _, e := range rules.Config.Policies {
			enabled = append(enabled, e.ID)
		}
		for _, p := range rules.Config.Conftest {
			enabled = append(enabled, p.ID)
		}
		if len(rules.Problems) == 0 {
			fmt.Fprintf(s.out, "%s is fine; switched on: %s\n", bylaw.ConfigPath, strings.Join(enabled, ", "))
		}
	}
	if len(rules.Problems) > 0 {
		return exit(exitNotAccepted)
	}
	return nil
}

// shown is one effective value, as `config show --json` prints it.
type shown struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
	From  string `json:"from"`
}

func showConfig(s streams, o configOptions, rules check.Rules) error {
	var all []shown
	for _, r := range rules.Config.Rosters {
		all = append(all, shown{"rosters", r.String(), r.From.String()})
	}
	for _, shared := range rules.Config.SharedRosters {
		all = append(all, shown{"shared_rosters", shared.Value, shared.From.String()})
	}
	if org := rules.Config.Organizations; org.Value != "" {
		all = append(all, shown{"organizations", org.Value, org.From.String()})
	}
	for _, kind := range slices.Sorted(maps.Keys(rules.Config.Relations)) {
		how := rules.Config.Relations[kind]
		all = append(all, shown{"relations." + kind, how.Value, how.From.String()})
	}
	if removed := rules.Config.Removed; removed.Value != "" {
		all = append(all, shown{"removed", removed.Value, removed.From.String()})
	}
	if threshold := rules.Config.Threshold; threshold.Value != 0 {
		all = append(all, shown{"report.threshold", threshold.Value, threshold.From.String()})
	}
	for _, p := range rules.Config.Policies {
		from := p.On.String()
		if p.On.File == "" {
			from = "always on"
		}
		all = append(all, shown{"policies." + p.ID, "on", from})
		if p.Comment.Value || p.Comment.From.File != "" {
			all = append(all, shown{"policies." + p.ID + ".comment", p.Comment.Value, p.Comment.From.String()})
		}
		if len(p.Rule.Value) > 0 {
			all = append(all, shown{"policies." + p.ID + ".written_rule", p.Rule.Value, p.Rule.From.String()})
		}
		values := p.Leaves()
		for _, pointer := range slices.Sorted(maps.Keys(values)) {
			name := "policies." + p.ID + strings.ReplaceAll(pointer, "/", ".")
			all = append(all, shown{name, values[pointer], p.From[pointer].String()})
		}
	}
	for _, p := range rules.Config.Conftest {
		all = append(all, shown{"conftest." + p.ID, map[string]any{"dir": p.Dir, "paths": p.Paths, "namespace": p.Namespace}, p.From.String()})
		if len(p.Rule.Value) > 0 {
			all = append(all, shown{"conftest." + p.ID + ".written_rule", p.Rule.Value, p.Rule.From.String()})
		}
	}
	if o.json {
		return json.NewEncoder(s.out).Encode(all)
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, v := range all {
		text, err := json.Marshal(v.Value)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Name, v.From, text) // the value last: lists are long
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, p := range rules.Problems {
		fmt.Fprintln(s.err, p.Error())
	}
	if len(rules.Problems) > 0 {
		return exit(exitNotAccepted)
	}
	return nil
}
