package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/check"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// whoOptions are the flags of `bylaw who`.
type whoOptions struct {
	at            string
	rosters       []string
	organizations string
	json          bool
}

func whoCommand(s streams) *cobra.Command {
	var o whoOptions
	c := &cobra.Command{
		Use:   "who LOGIN...",
		Short: "Say for whom somebody works, by which line of which file",
		Long: "Says what rosters say of people on a day, by which line of which file, and what disagrees. Without --roster it\n" +
			"reads those that the configuration in this folder names. Ends with 1 when it is not known of somebody.",
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, logins []string) error {
			if o.at == "" {
				o.at = time.Now().UTC().Format(time.DateOnly)
			} else if _, err := time.Parse(time.DateOnly, o.at); err != nil {
				return usagef("--at must be a date such as 2026-01-31, not %q", o.at)
			}
			book, err := bookFor(c, o)
			if err != nil {
				return err
			}
			return who(s, o, book, logins)
		},
	}
	f := c.Flags()
	f.StringVar(&o.at, "at", "", "date such as 2026-01-31 (default today)")
	f.StringArrayVar(&o.rosters, "roster", nil, "PATH[:FORMAT] of a roster; may be repeated, the first that speaks is believed")
	f.StringVar(&o.organizations, "organizations", "", "organizations file, by which spellings are one employer")
	f.BoolVar(&o.json, "json", false, "print as JSON, one person on each line")
	return c
}

func bookFor(c *cobra.Command, o whoOptions) (roster.Book, error) {
	if len(o.rosters) > 0 {
		return readBook(o.rosters, o.organizations)
	}
	engine, builtIn, err := newEngine()
	if err != nil {
		return roster.Book{}, err
	}
	defer engine.Workers.Close()
	rules, err := rulesIn(c.Context(), &check.Checker{Engine: engine, BuiltIn: builtIn, Now: time.Now}, ".", "")
	if err != nil {
		return roster.Book{}, err
	}
	if !rules.Exists || len(rules.Config.Rosters) == 0 {
		return roster.Book{}, usagef("name a roster with --roster; %s here names none", bylaw.ConfigPath)
	}
	var paths []string
	for _, r := range rules.Config.Rosters {
		path := filepath.FromSlash(r.Path)
		if r.Format != "" {
			path += ":" + r.Format
		}
		paths = append(paths, path)
	}
	if o.organizations == "" {
		o.organizations = filepath.FromSlash(rules.Config.Organizations.Value)
	}
	return readBook(paths, o.organizations)
}

// known is what is known of somebody on a day, as `bylaw who --json` prints it.
type known struct {
	Login    string      `json:"login"`
	At       string      `json:"at"`
	Believed []statement `json:"believed"` // what the first source says that speaks
	Others   []statement `json:"others"`   // what the other sources say
	Disagree bool        `json:"disagree"` // two files of the community name employers that have nothing in common
	Roles    []statement `json:"roles"`    // what they are, by any source
	Withheld bool        `json:"withheld"` // a list that others collected speaks of somebody without a role: it is not shown
}

// statement is a line of a file, in words.
type statement struct {
	Says   string `json:"says"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Source string `json:"source"`
}

func who(s streams, o whoOptions, book roster.Book, logins []string) error {
	unknown := false
	for _, login := range logins {
		k := knownOf(book, login, o.at)
		unknown = unknown || len(k.Believed) == 0
		if o.json {
			if err := json.NewEncoder(s.out).Encode(k); err != nil {
				return err
			}
			continue
		}
		k.print(s)
	}
	if unknown {
		return exit(exitNotAccepted)
	}
	return nil
}

func knownOf(book roster.Book, login, at string) known {
	k := known{Login: login, At: at, Believed: []statement{}, Others: []statement{}, Roles: []statement{}}
	roles, affiliations, organizations := book.Person(login, 0)
	for _, r := range roles {
		k.Roles = append(k.Roles, statement{Says: r.Name, File: r.File, Line: r.Line, Source: bylaw.SourceRoster})
	}
	name := func(id string) string {
		if i := slices.IndexFunc(organizations, func(o bylaw.Organization) bool { return o.ID == id }); i >= 0 {
			return organizations[i].Name
		}
		return id
	}
	var believed string
	for _, a := range affiliations {
		if a.From > at || a.Until != "" && a.Until <= at {
			continue
		}
		if strings.HasPrefix(a.Source, "gitdm") && len(k.Roles) == 0 {
			k.Withheld = true
			continue
		}
		st := statement{Says: inWords(a, name(a.Organization)), File: a.File, Line: a.Line, Source: a.Source}
		if believed == "" {
			believed = a.File
		}
		if a.File == believed {
			k.Believed = append(k.Believed, st)
		} else {
			k.Others = append(k.Others, st)
		}
	}
	k.Disagree = slices.ContainsFunc(book.Disagreements(at), func(f roster.Finding) bool {
		return strings.HasPrefix(strings.ToLower(f.Msg), strings.ToLower(login)+" ")
	})
	return k
}

func inWords(a bylaw.Affiliation, name string) string {
	words := map[string]string{
		bylaw.AffiliationEmployer:    "works for " + name,
		bylaw.AffiliationIndependent: "is independent",
		bylaw.AffiliationUndisclosed: "prefers not to say",
		bylaw.AffiliationUnknown:     "is not known to work for anybody",
		bylaw.AffiliationAmbiguous:   "stands for several people or organizations",
	}[a.Kind]
	if a.From != "" {
		words += ", from " + a.From
	}
	if a.Until != "" {
		words += ", until " + a.Until
	}
	return words
}

func (k known) print(s streams) {
	fmt.Fprintf(s.out, "%s on %s\n", k.Login, k.At)
	line := func(mark string, st statement) {
		fmt.Fprintf(s.out, "  %-10s %-50s %s:%d (%s)\n", mark, st.Says, st.File, st.Line, st.Source)
	}
	for _, st := range k.Believed {
		line("", st)
	}
	for _, st := range k.Others {
		line("also said", st)
	}
	for _, st := range k.Roles {
		line("role", st)
	}
	switch {
	case k.Withheld:
		fmt.Fprintln(s.out, "  A list that others collected speaks of this person. It is shown only for people with a role.")
	case len(k.Believed) == 0:
		fmt.Fprintln(s.out, "  No roster says for whom this person works on that day.")
	case k.Disagree:
		fmt.Fprintln(s.out, "  The rosters disagree, so this counts neither as a conflict nor as a third party.")
	}
}
