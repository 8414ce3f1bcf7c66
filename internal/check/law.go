package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/internal/roster"
)

// law is what binds a repository at one moment: configuration, policies, rosters, all read from the
// default branch, and what is wrong with them.
type law struct {
	key          string // digest of every file that it was made of
	digest       string // of its policies, see digestPolicies
	config       policy.Config
	sources      map[string]policy.Source // every policy there is, by id: built in, the organization's, the repository's
	metadata     map[string]policy.Metadata
	facts        map[string][]string           // facts that a policy looks at, by id
	given        map[string]policy.Given       // parameters of the policies that are switched on, by id
	named        map[string][]policy.TeamParam // the teams that these name, by id
	broken       map[string][]bylaw.Problem    // policies that cannot be used, by id
	book         roster.Book
	rosterFaults []bylaw.Problem // what is wrong with rosters and organizations, also in problems
	problems     []bylaw.Problem // with configuration, rosters and organizations: no policy can be relied on
	lasting      bool            // it follows from its files alone, see readLaw
	exists       bool            // whether anything is configured at all
	origin       string          // where the configuration comes from, as Markdown

	repository string                   // "owner/name" of the governed repository
	versions   map[string]bylaw.Version // of the rosters, by the names that evidence gives them
	notLooked  []bylaw.Problem          // rosters of other repositories, where these cannot be looked at
}

// trees are the files of which a law is made.
type trees struct {
	repository, organization bylaw.Tree
	others                   []bylaw.Tree // with rosters that the configuration names; readLaw fills it

	standing  *law                                                             // what binds until a proposal is law; nil otherwise
	elsewhere func(ctx context.Context, e bylaw.Elsewhere) (bylaw.Tree, error) // nil: other repositories cannot be looked at
}

// fetch reads files that a tree does not hold yet.
type fetch func(revision bylaw.Revision, paths []string) ([]bylaw.Blob, error)

// readLaw makes the law of the files of two trees, and fetches the files that the configuration names
// and the trees lack. known gives the law that was made of files with this key, or nil: its rosters are
// not read a second time, and nothing is if it follows from these files alone. A law does not where a worker process has
// compiled a policy, which may have failed then, where it has files of other repositories, or lacks some.
func (c *Checker) readLaw(ctx context.Context, t trees, fetch fetch, known func(key string) *law) (*law, error) {
	if same := known(keyOf(t)); same != nil && same.lasting {
		again := *same
		again.versions = again.versionsIn(t)
		return &again, nil
	}
	sources, problems := c.sourcesOf(t)
	l := &law{repository: t.repository.Repository, sources: map[string]policy.Source{}, metadata: map[string]policy.Metadata{}, facts: map[string][]string{}, broken: map[string][]bylaw.Problem{}}
	for _, s := range sources {
		l.sources[s.ID] = s
		if s.BuiltIn { // its text is tested: it is compiled when it is switched on
			l.metadata[s.ID] = c.describe(s)
			continue
		}
		if err := l.inspect(ctx, c.Engine, s); err != nil {
			return nil, err
		}
	}
	l.problems = problems

	repository, organization := configOf(t.repository, ""), configOf(t.organization, t.organization.Repository)
	l.exists = repository != nil || organization != nil
	l.origin = originOf(t, repository, organization)
	var more []bylaw.Problem
	l.config, more = policy.ReadConfig(repository, organization, l.metadata)
	l.problems = append(l.problems, more...)
	for _, p := range l.config.Policies {
		if source := l.sources[p.ID]; source.BuiltIn {
			if err := l.inspect(ctx, c.Engine, source); err != nil {
				return nil, err
			}
		}
	}

	missing, missingInOrganization := l.missing(t)
	l.lasting = len(missing)+len(missingInOrganization)+len(l.config.Conftest) == 0 &&
		!slices.ContainsFunc(sources, func(s policy.Source) bool { return !s.BuiltIn }) && !slices.ContainsFunc(l.config.Rosters, l.isElsewhere)
	for revision, paths := range map[bylaw.Revision][]string{bylaw.RevisionLaw: missing, bylaw.RevisionOrganization: missingInOrganization} {
		if len(paths) == 0 {
			continue
		}
		blobs, err := fetch(revision, paths)
		if fault := new(bylaw.Problem); errors.As(err, &fault) { // such as a roster that is far too large
			l.problems = append(l.problems, *fault)
			continue
		}
		if err != nil {
			return nil, err
		}
		if revision == bylaw.RevisionLaw {
			t.repository.Files = append(slices.Clip(t.repository.Files), blobs...)
		} else {
			t.organization.Files = append(slices.Clip(t.organization.Files), blobs...)
		}
	}
	if err := l.readElsewhere(ctx, &t); err != nil {
		return nil, err
	}
	l.versions = l.versionsIn(t)
	l.key = keyOf(t)
	if same := known(l.key); same != nil { // policies are not taken over: a worker may have failed then
		l.book, l.rosterFaults = same.book, same.rosterFaults
	} else {
		l.readRosters(t)
	}
	l.problems = append(l.problems, l.rosterFaults...)
	if err := l.readPacks(ctx, c, t); err != nil {
		return nil, err
	}
	l.given, l.named = map[string]policy.Given{}, map[string][]policy.TeamParam{}
	for _, p := range l.config.Policies {
		l.given[p.ID], l.named[p.ID] = policy.Give(p.Params), l.metadata[p.ID].Params.Teams(p.Params)
	}
	return l, nil
}

// give gives a policy its parameters, which are made ready where the law is read.
func (l *law) give(p policy.Enabled) policy.Given {
	if given, ready := l.given[p.ID]; ready {
		return given
	}
	return policy.Give(p.Params)
}

// describe reads the METADATA of a built-in policy once: it is the same in the law of every repository.
func (c *Checker) describe(s policy.Source) policy.Metadata {
	c.mu.Lock()
	defer c.mu.Unlock()
	metadata, known := c.described[s.ID]
	if !known {
		if c.described == nil {
			c.described = map[string]policy.Metadata{}
		}
		metadata = policy.Describe(s)
		c.described[s.ID] = metadata
	}
	return metadata
}

// threshold is the one that the community sets for the transparency report, and -1 when that cannot be relied on.
func (l *law) threshold() int {
	if len(l.problems) > 0 {
		return -1
	}
	return l.config.Threshold.Value
}

// inspect compiles a policy and keeps what there is to know of it.
func (l *law) inspect(ctx context.Context, engine *policy.Engine, s policy.Source) error {
	in, err := engine.Inspect(ctx, s)
	if err != nil {
		return err
	}
	l.metadata[s.ID], l.facts[s.ID] = in.Metadata, in.Facts
	if len(in.Problems) > 0 {
		l.broken[s.ID] = in.Problems
	}
	return nil
}

func (c *Checker) sourcesOf(t trees) ([]policy.Source, []bylaw.Problem) {
	sources := slices.Clone(c.BuiltIn)
	var problems []bylaw.Problem
	for _, tree := range []bylaw.Tree{t.organization, t.repository} {
		var files []bylaw.Blob
		for _, f := range tree.Files {
			if strings.HasPrefix(f.Path, bylaw.PoliciesPath+"/") {
				files = append(files, f)
			}
		}
		own, faults := policy.Community(files, tree.Repository, c.BuiltIn)
		if tree.Repository != t.repository.Repository {
			for i := range faults {
				faults[i].Repository = tree.Repository
			}
		}
		problems = append(problems, faults...)
		for _, s := range own {
			i := slices.IndexFunc(sources, func(other policy.Source) bool { return other.ID == s.ID })
			if i < 0 {
				sources = append(sources, s)
				continue
			}
			problems = append(problems, bylaw.Problem{
				File: s.Modules[0].File, Msg: fmt.Sprintf("the organization already has a policy %q (in %s)", s.ID, sources[i].Origin),
				Fix: "give the folder and the package another name",
			})
		}
	}
	return sources, problems
}

func configOf(t bylaw.Tree, repository string) *policy.File {
	f, ok := t.File(bylaw.ConfigPath)
	if !ok {
		return nil
	}
	return &policy.File{Repository: repository, Organization: repository != "" || path.Base(t.Repository) == bylaw.OrganizationRepository, Path: f.Path, Data: f.Data}
}

func originOf(t trees, repository, organization *policy.File) string {
	own, defaults := "No configuration of its own", "organization defaults: none visible"
	if repository != nil {
		own = "Configured in " + code(bylaw.ConfigPath)
	}
	switch {
	case organization == nil && t.organization.Repository == "": // nobody has looked for them
		defaults = "organization defaults: not looked at (they stand in the organization's repository " + code(bylaw.OrganizationRepository) +
			"; name a checkout of it with " + code("--organization FOLDER") + ")"
	case organization != nil:
		defaults = fmt.Sprintf("organization defaults: %s of %s", code(bylaw.ConfigPath), code(t.organization.Repository))
		if f, _ := t.organization.File(bylaw.ConfigPath); len(f.OID) >= 7 { // the file's, not the commit's: it changes when the defaults do
			defaults += " at " + code(f.OID[:7])
		}
	}
	return own + "; " + defaults
}

// wanted are the files that the configuration names, and the folders, with a "/" at their end, in the governed repository and in the
// organization's.
func (l *law) wanted() (repository, organization []string) {
	add := func(from policy.Place, file string) {
		if from.Repository == "" {
			repository = append(repository, file)
		} else {
			organization = append(organization, file)
		}
	}
	for _, r := range l.config.Rosters {
		if !l.isElsewhere(r) {
			add(l.home(r), r.Path)
		}
	}
	for _, file := range []policy.Setting[string]{l.config.Organizations, l.config.Removed} {
		if file.Value != "" {
			add(file.From, file.Value)
		}
	}
	for _, p := range l.config.Conftest {
		add(p.From, p.Dir+"/")
	}
	return repository, organization
}

// rosters are the configured rosters, as evidence names them.
func (l *law) rosters() []string {
	names := []string{}
	for _, r := range l.config.Rosters {
		names = append(names, named(l.home(r), r.Path))
	}
	return names
}

// named is a file that the configuration names, together with its repository when that is another one.
func named(from policy.Place, file string) string {
	return strings.TrimSpace(from.Repository + " " + file)
}

// missing are the wanted files that the trees do not hold.
func (l *law) missing(t trees) (repository, organization []string) {
	absent := func(tree bylaw.Tree) func(string) bool {
		return func(file string) bool {
			_, ok := tree.File(file)
			return ok || slices.Contains(tree.Folders, file)
		}
	}
	repository, organization = l.wanted()
	return slices.DeleteFunc(repository, absent(t.repository)), slices.DeleteFunc(organization, absent(t.organization))
}

func keyOf(t trees) string {
	h := sha256.New()
	for _, tree := range append([]bylaw.Tree{t.repository, t.organization}, t.others...) {
		files := slices.Clone(tree.Files)
		slices.SortFunc(files, func(a, b bylaw.Blob) int { return strings.Compare(a.Path, b.Path) })
		fmt.Fprintf(h, "%s %v %d\n", tree.Repository, tree.Visible, len(files))
		for _, f := range files {
			fmt.Fprintf(h, "%s %s %s\n", f.Path, f.Mode, f.OID)
			if f.OID == "" {
				h.Write(f.Data)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// digestPolicies tells one set of policies from another: their text, the library's, and their parameters.
func (l *law) digestPolicies() string {
	h := sha256.New()
	for _, p := range l.config.Policies {
		params, err := json.Marshal(p.Params)
		if err != nil { // read from YAML, it always marshals
			panic(err)
		}
		fmt.Fprintf(h, "%s %d %s\n", l.sources[p.ID].Digest(), len(params), params)
	}
	for _, p := range l.config.Conftest {
		fmt.Fprintf(h, "%q %s\n", p, l.sources[p.ID].Digest())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (l *law) readRosters(t trees) {
	open := func(from policy.Place, file string) (bylaw.Blob, bool) {
		tree := t.repository
		if from.Repository != "" {
			tree = t.organization
		}
		blob, ok := tree.File(file)
		if !ok {
			l.rosterFaults = append(l.rosterFaults, bylaw.Problem{
				Repository: from.Repository, File: from.File, Line: from.Line,
				Msg: fmt.Sprintf("there is no file %s", file), Fix: "correct the path, or add the file",
			})
		}
		return blob, ok
	}
	note := func(from policy.Place, faults []bylaw.Problem) {
		for _, p := range faults {
			p.Repository = from.Repository
			l.rosterFaults = append(l.rosterFaults, p)
		}
	}
	if o := l.config.Organizations; o.Value != "" {
		if blob, ok := open(o.From, o.Value); ok {
			organizations, faults := roster.ReadOrganizations(o.Value, blob.Data)
			l.book.Organizations = organizations
			note(o.From, faults)
		}
	}
	if r := l.config.Removed; r.Value != "" {
		if blob, ok := open(r.From, r.Value); ok {
			removed, faults := roster.ReadRemoved(r.Value, blob.Data)
			l.book.Removed = removed
			note(r.From, faults)
		}
	}
	for _, file := range l.config.Rosters {
		if l.isElsewhere(file) {
			l.readRosterElsewhere(t, file)
			continue
		}
		home := l.home(file)
		if blob, ok := open(home, file.Path); ok {
			r, faults := roster.ReadProject(file.Path, file.Format, file.Project, blob.Data)
			r.File = named(home, r.File)
			l.book.Rosters = append(l.book.Rosters, r)
			note(home, faults)
		}
	}
}

// codeowners are the places where GitHub looks for a CODEOWNERS file.
var codeowners = []string{"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"}

// governs reports whether a file of the governed repository belongs to the rules.
func (l *law) governs(file string) bool {
	if file == bylaw.ConfigPath || file == bylaw.PoliciesPath || strings.HasPrefix(file, bylaw.PoliciesPath+"/") || slices.Contains(codeowners, file) {
		return true
	}
	repository, _ := l.wanted()
	return slices.ContainsFunc(repository, func(name string) bool {
		return name == path.Clean(file) || strings.HasSuffix(name, "/") && strings.HasPrefix(file, name)
	})
}

// warnings are what is odd in rosters and organizations and was read all the same: lines that do not say
// what their author meant, and names of employers that look like others.
func (l *law) warnings() []bylaw.Problem {
	out := append(l.notLooked, l.book.Organizations.Warnings()...)
	var spellings []roster.Spelling
	for _, r := range l.book.Rosters {
		if r.Elsewhere {
			continue
		}
		for _, f := range l.book.Told(r) {
			if !f.Stops {
				out = append(out, f.Problem)
			}
		}
		for _, p := range r.People {
			if l.book.Removed.Has(p.Login, p.ID) {
				continue
			}
			for _, a := range p.Affiliations {
				if near := l.book.Organizations.Nearest(a.Organization); near != "" {
					out = append(out, bylaw.Problem{File: r.File, Line: a.Line, Msg: fmt.Sprintf("%q is an organization of its own, because %s does not know it", a.Organization, l.config.Organizations.Value), Fix: fmt.Sprintf("did you mean %q? Otherwise add it there", near)})
				}
				if a.Kind == bylaw.AffiliationEmployer {
					spellings = append(spellings, roster.Spelling{Name: a.Organization, File: r.File, Line: a.Line})
				}
			}
		}
	}
	return append(out, l.book.Organizations.Similar(spellings)...)
}

// legible reports whether the configuration could be read far enough to know its rosters: one that
// cannot be read names none, which is not the same as having none.
func (l *law) legible() bool {
	return len(l.config.Rosters) > 0 || !slices.ContainsFunc(l.problems, func(p bylaw.Problem) bool { return p.File == bylaw.ConfigPath })
}

// own are the policies that are switched on and do not ship with Bylaw.
func (l *law) own() []policy.Source {
	var out []policy.Source
	for _, p := range l.config.Policies {
		if source, found := l.sources[p.ID]; found && !source.BuiltIn {
			out = append(out, source)
		}
	}
	return out
}
