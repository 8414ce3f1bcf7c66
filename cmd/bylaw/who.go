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
			book, same, err := bookFor(c, o)
			if err != nil {
				return err
			}
			for i, login := range logins {
				logins[i] = loginArg(login)
			}
			return who(s, o, book, same, logins)
		},
	}
	f := c.Flags()
	f.StringVar(&o.at, "at", "", "date such as 2026-01-31 (default today)")
	f.StringArrayVar(&o.rosters, "roster", nil, "PATH[:FORMAT] of a roster; may be repeated, the first that speaks is believed")
	f.StringVar(&o.organizations, "organizations", "", "organizations file, by which spellings are one employer")
	f.BoolVar(&o.json, "json", false, "print as JSON, one person on each line")
	return c
}

// bookFor reads the rosters that the flags name, or else those of the configuration in this folder, and
// how near relations bring two organizations.
func bookFor(c *cobra.Command, o whoOptions) (roster.Book, roster.Same, error) {
	if len(o.rosters) > 0 {
		book, err := readBook(o.rosters, o.organizations)
		return book, roster.Same{}, err
	}
	engine, builtIn, err := newEngine()
	if err != nil {
		return roster.Book{}, roster.Same{}, err
	}
	defer engine.Workers.Close()
	rules, err := rulesIn(c.Context(), &check.Checker{Engine: engine, BuiltIn: builtIn, Now: time.Now}, ".", "")
	if err != nil {
		return roster.Book{}, roster.Same{}, err
	}
	if !rules.Exists || len(rules.Config.Rosters) == 0 {
		return roster.Book{}, roster.Same{}, usagef("name a roster with --roster; %s here names none", bylaw.ConfigPath)
	}
	var paths []string
	for _, r := range rules.Config.Rosters {
		if r.Repository != "" {
			return roster.Book{}, roster.Same{}, usagef("the roster %s of %s stands in another repository; name the rosters with --roster, that one in a checkout", r.Path, r.Repository)
		}
		path := filepath.FromSlash(r.Path)
		if r.Format != "" {
			path += ":" + r.Format
		}
		paths = append(paths, path)
	}
	if o.organizations == "" {
		o.organizations = filepath.FromSlash(rules.Config.Organizations.Value)
	}
	book, err := readBook(paths, o.organizations)
	if removed := rules.Config.Removed.Value; removed != "" && err == nil {
		book.Removed, err = readRemoved(filepath.FromSlash(removed))
	}
	return book, rules.Same(), err
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

	AwayUntil string     `json:"away_until"` // "" when they are not away on that day
	Relations []relation `json:"relations"`  // of the organizations that are named above, on that day
}

// statement is a line of a file, in words.
type statement struct {
	Says   string `json:"says"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Source string `json:"source"`
	Rank   int    `json:"rank"`
}

// relation is what ties two organizations together on a day.
type relation struct {
	Organization string `json:"organization"`
	How          string `json:"how"` // merged, related
	Other        string `json:"other"`
}

// worth says in words what each source is.
var worth = map[string]string{
	bylaw.SourceDeclared:      "declared",
	bylaw.SourceDeclaredStale: "declared, but not dated or not reviewed in time",
	bylaw.SourceRoster:        "a list of members",
	bylaw.SourceGitdmStrict:   "collected by others",
	bylaw.SourceGitdmOpen:     "collected by others, without an end",
	bylaw.SourceGitdmUndated:  "collected by others, without dates or long ago",
}

func who(s streams, o whoOptions, book roster.Book, same roster.Same, logins []string) error {
	unknown := false
	for _, login := range logins {
		k := knownOf(book, same, login, o.at)
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

func knownOf(book roster.Book, same roster.Same, login, at string) known {
	k := known{Login: login, At: at, Believed: []statement{}, Others: []statement{}, Roles: []statement{}, Relations: []relation{}}
	day, _ := time.Parse(time.DateOnly, at) // the flag has been looked at
	roles, affiliations, organizations := book.Person(login, 0, day)
	for _, r := range roles {
		k.Roles = append(k.Roles, statement{Says: r.Name, File: r.File, Line: r.Line, Source: bylaw.SourceRoster, Rank: bylaw.Rank(bylaw.SourceRoster)})
	}
	if away := book.AwayUntil(login, 0); at < away {
		k.AwayUntil = away
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
		st := statement{Says: inWords(a, name(a.Organization)), File: a.File, Line: a.Line, Source: a.Source, Rank: a.Rank}
		if believed == "" && a.Rank != bylaw.RankUnknown {
			believed = a.File
		}
		if a.File == believed {
			k.Believed = append(k.Believed, st)
		} else {
			k.Others = append(k.Others, st)
		}
		k.relate(book.Organizations, same, a.Organization)
	}
	k.Disagree = slices.ContainsFunc(book.Disagreements(at), func(f roster.Finding) bool {
		return strings.HasPrefix(strings.ToLower(f.Msg), strings.ToLower(login)+" ")
	})
	return k
}

// relate adds what ties an organization to others on the day.
func (k *known) relate(organizations roster.Organizations, same roster.Same, id string) {
	org, ok := organizations.Known(id)
	if !ok || slices.ContainsFunc(k.Relations, func(r relation) bool { return r.Organization == org.Name }) {
		return
	}
	for _, other := range organizations.Connected(id, k.At, k.At, roster.Related, same) {
		if other == id {
			continue
		}
		how := organizations.Between(id, other, k.At, k.At, same).String()
		named, _ := organizations.Known(other)
		k.Relations = append(k.Relations, relation{Organization: org.Name, How: how, Other: named.Name})
	}
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
	if a.Fuzzy {
		words += " (give or take a month)"
	}
	return words
}

func (k known) print(s streams) {
	fmt.Fprintf(s.out, "%s on %s\n", k.Login, k.At)
	line := func(mark string, st statement) {
		fmt.Fprintf(s.out, "  %-10s %-50s %s:%d (%s)\n", mark, st.Says, st.File, st.Line, worth[st.Source])
	}
	for _, st := range k.Believed {
		line("", st)
	}
	for _, st := range k.Others {
		line("also said", st)
	}
	for _, st := range k.Roles {
		fmt.Fprintf(s.out, "  %-10s %-50s %s:%d\n", "role", st.Says, st.File, st.Line)
	}
	if k.AwayUntil != "" {
		fmt.Fprintf(s.out, "  %-10s until %s\n", "away", k.AwayUntil)
	}
	for _, r := range k.Relations {
		if r.How == bylaw.NearMerged {
			fmt.Fprintf(s.out, "  %s and %s count as one organization on that day.\n", r.Organization, r.Other)
		} else {
			fmt.Fprintf(s.out, "  %s and %s are related on that day: their people are neither colleagues nor third parties to each other.\n", r.Organization, r.Other)
		}
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
