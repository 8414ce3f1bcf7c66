package policy

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// AlwaysOn are the built-in policies that no configuration switches on or off.
var AlwaysOn = []string{"governance_files"}

// Config is the effective configuration of a repository: its bylaw.yml laid over the one of its
// organization.
type Config struct {
	Rosters       []RosterFile
	SharedRosters []Setting[string]          // "owner/name" of private repositories whose rosters the organization shares
	Organizations Setting[string]            // path of the organizations file, "" for none
	Relations     map[string]Setting[string] // how near a relation brings two organizations, by its kind; what is not in it is a default
	Removed       Setting[string]            // path of the list of those of whom nothing is told, "" for none
	Threshold     Setting[int]               // below which the transparency report tells no number, 0 when nobody has said
	Policies      []Enabled                  // switched on, in order of their names
	Conftest      []Pack                     // folders of policies that were written for Conftest
}

// Setting is a value with the file and line that set it.
type Setting[T any] struct {
	Value T
	From  Place
}

// Place is where a value of the configuration stands. The zero Place is the default of a policy.
type Place struct {
	Repository string // "owner/name" when it is another one than the governed repository
	File       string
	Line       int
}

// String is the place in words.
func (p Place) String() string {
	if p.File == "" {
		return "default"
	}
	return (&bylaw.Problem{Repository: p.Repository, File: p.File, Line: p.Line}).Place()
}

// RosterFile is a file that says who is who.
type RosterFile struct {
	Path       string
	Format     string // "" to recognize it
	Repository string // "owner/name" of another repository, "" for the one in which the configuration stands
	Project    string // only the people of this project, "" for all
	From       Place
}

// Enabled is a policy that is switched on, with its effective parameters.
type Enabled struct {
	ID     string
	Params map[string]any
	From   map[string]Place // by JSON pointer of a parameter; what is not in it is a default
	On     Place            // what switched it on

	Comment Setting[bool]              // whether what it finds is told in the comment on the pull request as well
	Rule    Setting[[]bylaw.Reference] // where the community has written it down; empty when the configuration names nothing
}

// File is a configuration file, where it is there.
type File struct {
	Repository   string // "owner/name", "" for the governed repository
	Organization bool   // it is the organization's, also where that repository is itself governed
	Path         string
	Data         []byte
}

var (
	topKeys    = []string{"version", "rosters", "shared_rosters", "organizations", "relations", "removed", "report", "policies", "conftest"}
	rosterKeys = []string{"path", "format", "repo", "project"}

	relationKinds = []string{"acquired", "subsidiary", "division", "pays-for"}
	nearnessWords = []string{"separate", "related", "merged"}

	ownKeys = []string{"enabled", "locked", "comment", keyWrittenRule} // keys of a policy that are not its parameters
)

// ReadConfig reads the configuration of a repository. Each file may be nil; with both nil nothing is
// configured. Everything that is wrong is a problem with file and line, and then the configuration is
// not to be relied on, but it holds what could be read.
func ReadConfig(repository, organization *File, known map[string]Metadata) (Config, []bylaw.Problem) {
	var c Config
	var problems []bylaw.Problem
	layers := map[string][]layer{}
	for _, file := range []*File{organization, repository} {
		if file == nil {
			continue
		}
		r := configReader{file: file, known: known}
		own := r.read()
		slices.SortStableFunc(r.problems, func(a, b bylaw.Problem) int { return a.Line - b.Line })
		problems = append(problems, r.problems...)
		if own.Conftest != nil {
			c.Conftest = own.Conftest
		}
		if own.Rosters != nil {
			c.Rosters = own.Rosters
		}
		c.SharedRosters = append(c.SharedRosters, own.SharedRosters...)
		if own.Organizations.Value != "" {
			c.Organizations = own.Organizations
		}
		if own.Removed.Value != "" {
			c.Removed = own.Removed
		}
		if own.Threshold.Value != 0 {
			c.Threshold = own.Threshold
		}
		if c.Relations == nil {
			c.Relations = map[string]Setting[string]{}
		}
		maps.Copy(c.Relations, own.Relations)
		for id, l := range own.layers {
			layers[id] = append(layers[id], l)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(layers)) {
		enabled, on, more := combine(id, layers[id], known[id])
		problems = append(problems, more...)
		if on {
			c.Policies = append(c.Policies, enabled)
		}
	}
	for _, id := range AlwaysOn {
		if !slices.ContainsFunc(c.Policies, func(e Enabled) bool { return e.ID == id }) {
			c.Policies = append(c.Policies, Enabled{ID: id, Params: known[id].Params.Defaults(), Comment: Setting[bool]{Value: known[id].Comment}})
		}
	}
	slices.SortFunc(c.Policies, func(a, b Enabled) int { return strings.Compare(a.ID, b.ID) })
	return c, problems
}

// layer is what one file says of one policy.
type layer struct {
	params  map[string]any
	enabled *bool
	comment *bool
	rule    Setting[[]bylaw.Reference]
	locked  bool
	at      Place
	line    func(pointer string) int
}

// combine lays the layers of one policy over its defaults.
func combine(id string, layers []layer, md Metadata) (Enabled, bool, []bylaw.Problem) {
	e := Enabled{ID: id, Params: md.Params.Defaults(), From: map[string]Place{}, Comment: Setting[bool]{Value: md.Comment}}
	var problems []bylaw.Problem
	on := true
	var locked *layer
	for _, l := range layers {
		if locked != nil {
			problems = append(problems, bylaw.Problem{
				File: l.at.File, Line: l.at.Line,
				Msg: fmt.Sprintf("%s is locked by the organization (%s) and cannot be set here", id, locked.at),
				Fix: "take it out of this file, or ask the organization to unlock it",
			})
			continue
		}
		e.Params = Merge(e.Params, l.params)
		e.On = l.at
		for pointer := range leaves("", l.params) {
			place := l.at
			place.Line = l.line(pointer)
			e.From[pointer] = place
		}
		if l.enabled != nil {
			on = *l.enabled
		}
		if l.comment != nil {
			e.Comment = Setting[bool]{*l.comment, l.at}
			e.Comment.From.Line = l.line("/comment")
		}
		if len(l.rule.Value) > 0 {
			e.Rule = l.rule
		}
		if l.locked {
			locked = &l
		}
	}
	return e, on, problems
}

// leaves yields the JSON pointers of the values of an object that are not objects themselves.
func leaves(at string, value map[string]any) map[string]any {
	out := map[string]any{}
	for key, v := range value {
		if sub, ok := v.(map[string]any); ok {
			maps.Copy(out, leaves(at+"/"+key, sub))
		} else {
			out[at+"/"+key] = v
		}
	}
	return out
}

// Leaves returns the parameters of a policy one by one, by JSON pointer.
func (e Enabled) Leaves() map[string]any { return leaves("", e.Params) }

type configReader struct {
	file     *File
	known    map[string]Metadata
	doc      *document.Document
	problems []bylaw.Problem
}

type configFile struct {
	Config
	layers map[string]layer
}

func (r *configReader) problem(pointer, msg, fix string) {
	line := 0
	if r.doc != nil {
		line = r.doc.Line(pointer)
	}
	r.problems = append(r.problems, bylaw.Problem{Repository: r.file.Repository, File: r.file.Path, Line: line, Msg: msg, Fix: fix})
}

func (r *configReader) place(pointer string) Place {
	return Place{Repository: r.file.Repository, File: r.file.Path, Line: r.doc.Line(pointer)}
}

func (r *configReader) read() configFile {
	out := configFile{layers: map[string]layer{}}
	doc, err := document.Read(r.file.Path, document.YAML, r.file.Data)
	if err != nil {
		p := bylaw.Problem{Repository: r.file.Repository, File: r.file.Path, Msg: "the file cannot be read"}
		var e *document.Error
		if errors.As(err, &e) {
			p.Line, p.Column, p.Msg, p.Fix = e.Line, e.Column, e.Msg, e.Hint
		}
		r.problems = append(r.problems, p)
		return out
	}
	r.doc = doc
	if doc.Value == nil {
		doc.Value = map[string]any{}
	}
	fields, ok := doc.Value.(map[string]any)
	if !ok {
		r.problem("", "the file must consist of keys with values", "begin with \"version: 1\"")
		return out
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(topKeys, key) {
			r.problem("/"+key, fmt.Sprintf("there is no key %q", key), didYouMean(key, topKeys))
		}
	}
	switch version, stands := fields["version"]; {
	case !stands:
		r.problem("", "the key \"version\" is missing", "begin with \"version: 1\"")
	case version != int64(1):
		r.problem("/version", fmt.Sprintf("version must be 1, not %s", describe(version)), "")
	}
	r.rosters(fields, &out)
	r.sharedRosters(fields, &out)
	if value, stands := fields["organizations"]; stands {
		if name, ok := r.path("/organizations", value); ok {
			out.Organizations = Setting[string]{name, r.place("/organizations")}
		}
	}
	if value, stands := fields["removed"]; stands {
		if name, ok := r.path("/removed", value); ok {
			out.Removed = Setting[string]{name, r.place("/removed")}
		}
	}
	r.relations(fields, &out)
	r.report(fields, &out)
	r.policies(fields, &out)
	r.conftest(fields, &out)
	return out
}

func (r *configReader) rosters(fields map[string]any, out *configFile) {
	value, stands := fields["rosters"]
	if !stands {
		return
	}
	list, ok := value.([]any)
	if !ok {
		r.problem("/rosters", "rosters must be a list", "write \"- path: FILE\" below it")
	}
	out.Rosters = []RosterFile{}
	for i, item := range list {
		at := fmt.Sprintf("/rosters/%d", i)
		entry, ok := item.(map[string]any)
		if !ok {
			r.problem(at, "a roster must say where it is", "write \"- path: FILE\"")
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(entry)) {
			if !slices.Contains(rosterKeys, key) {
				r.problem(at+"/"+key, fmt.Sprintf("a roster has no key %q", key), didYouMean(key, rosterKeys))
			}
		}
		name, ok := r.path(at+"/path", entry["path"])
		if !ok {
			continue
		}
		roster := RosterFile{Path: name, From: r.place(at)}
		if format, stands := entry["format"]; stands {
			if roster.Format, ok = format.(string); !ok {
				r.problem(at+"/format", "format must be text", "")
			}
		}
		if r.elsewhere(at, entry, &roster) {
			out.Rosters = append(out.Rosters, roster)
		}
	}
}

// relations reads how near each relation brings two organizations.
func (r *configReader) relations(fields map[string]any, out *configFile) {
	value, stands := fields["relations"]
	if !stands {
		return
	}
	list, ok := value.(map[string]any)
	if !ok {
		r.problem("/relations", "relations must be keys with values", "write below it, for example, \"acquired: merged\"")
		return
	}
	out.Relations = map[string]Setting[string]{}
	for _, kind := range slices.Sorted(maps.Keys(list)) {
		at := "/relations/" + kind
		how, _ := list[kind].(string)
		switch {
		case kind == "renamed":
			r.problem(at, "a renamed organization is always one with itself", "take it out")
		case !slices.Contains(relationKinds, kind):
			r.problem(at, fmt.Sprintf("there is no relation %q", kind), didYouMean(kind, relationKinds))
		case !slices.Contains(nearnessWords, how):
			r.problem(at, fmt.Sprintf("%s must be separate, related or merged, not %s", kind, describe(list[kind])), "")
		default:
			out.Relations[kind] = Setting[string]{how, r.place(at)}
		}
	}
}

// path reads the path of a file in the repository.
func (r *configReader) path(pointer string, value any) (string, bool) {
	name, ok := value.(string)
	switch {
	case !ok || name == "":
		r.problem(pointer, fmt.Sprintf("%s must be the path of a file", path.Base(pointer)), "")
		return "", false
	case path.Clean("/"+name) != "/"+name:
		r.problem(pointer, fmt.Sprintf("%q is not a path from the top of the repository", name), "write it without \"./\", \"..\" and a leading \"/\"")
		return "", false
	}
	return name, true
}

func (r *configReader) policies(fields map[string]any, out *configFile) {
	value, stands := fields["policies"]
	if !stands || value == nil {
		return
	}
	list, ok := value.(map[string]any)
	if !ok {
		r.problem("/policies", "policies must be keys with values", "write \"policies:\", and below it the name of a policy and a colon")
		return
	}
	for _, id := range slices.Sorted(maps.Keys(list)) {
		at := "/policies/" + id
		md, known := r.known[id]
		if !known {
			r.problem(at, fmt.Sprintf("there is no policy %q", id), strings.Replace(didYouMean(id, slices.Sorted(maps.Keys(r.known))), "it can have", "there are", 1))
			continue
		}
		params, ok := list[id].(map[string]any)
		if list[id] != nil && !ok {
			r.problem(at, fmt.Sprintf("%s must be followed by its parameters, or by nothing", id), "write \"enabled: false\" below it to switch it off")
			continue
		}
		out.layers[id] = r.layer(id, at, params, md)
	}
}

func (r *configReader) layer(id, at string, params map[string]any, md Metadata) layer {
	l := layer{params: maps.Clone(params), at: r.place(at), line: func(pointer string) int { return r.doc.Line(at + pointer) }}
	for _, key := range ownKeys {
		value, stands := params[key]
		if !stands {
			continue
		}
		delete(l.params, key)
		on, ok := value.(bool)
		switch {
		case key == keyWrittenRule:
			l.rule = r.writtenRule(at, params)
		case !ok:
			r.problem(at+"/"+key, fmt.Sprintf("%s must be true or false", key), "")
		case key == "locked":
			l.locked = on
			if !r.file.Organization {
				r.problem(at+"/locked", "only the organization's file can lock a policy", "take it out")
			}
		case key == "comment":
			l.comment = &on
		case slices.Contains(AlwaysOn, id) && !on:
			r.problem(at+"/enabled", fmt.Sprintf("%s is always on", id), "take it out")
		default:
			l.enabled = &on
		}
	}
	for _, f := range md.Params.Check(map[string]any(l.params)) {
		if l.params != nil {
			r.problem(at+f.Pointer, f.Msg, f.Fix)
		}
	}
	return l
}
