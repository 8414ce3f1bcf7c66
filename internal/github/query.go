package github

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed query/*.graphql
var queryFiles embed.FS

// The queries. Lines such as "# variables" mark where fields and variables are put in that depend on
// the files asked for.
var (
	readQuery      = load("read", "pull_fragments", "entry_fragment", "content_fragment")
	pageQuery      = load("page", "pull_fragments")
	filesQuery     = load("files", "entry_fragment", "content_fragment")
	blobsQuery     = load("blobs", "content_fragment")
	openQuery      = load("open")
	groupQuery     = load("group")
	teamsQuery     = load("teams")
	datesQuery     = load("dates")
	pushedQuery    = load("pushed")
	outlineQuery   = load("outline")
	elsewhereQuery = load("elsewhere", "entry_fragment")
	sweepQuery     = load("sweep")
)

// Queries returns every query that this package sends, by name, in a form that can be checked
// against GitHub's schema.
func Queries() map[string]string {
	read := newFields(readQuery)
	read.entry("law", "HEAD:OWNERS.md")
	read.entry("organization", "HEAD:people.yml")
	files := newFields(filesQuery)
	files.file("HEAD:OWNERS.md", true)
	files.modes("HEAD:docs")
	blobs := newFields(blobsQuery)
	blobs.blob("repository", "ce013625030ba8dba906f756967f9e9ca394464a")
	teams := newFields(teamsQuery)
	teams.team("core")
	pushed := newFields(pushedQuery)
	pushed.commit("ce013625030ba8dba906f756967f9e9ca394464a")
	elsewhere := newFields(elsewhereQuery)
	elsewhere.entry("files", "HEAD:OWNERS.md")
	sweep := newFields(sweepQuery)
	sweep.swept(SweepOf{Owner: "acme", Name: "widgets", Rules: []string{"OWNERS.md"}, Queues: []string{"main"}}, nil)
	return map[string]string{
		"dates": datesQuery, "outline": outlineQuery, "elsewhere": elsewhere.query(),
		"read": read.query(), "page": pageQuery, "files": files.query(), "blobs": blobs.query(),
		"sweep": sweep.query(), "open": openQuery, "group": groupQuery, "teams": teams.query(), "pushed": pushed.query(),
	}
}

// load reads a query with its fragments, without the indentation: GitHub is sent it with every request.
func load(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		data, err := queryFiles.ReadFile("query/" + name + ".graphql")
		if err != nil { // the files are embedded
			panic(err)
		}
		for line := range strings.Lines(string(data)) {
			b.WriteString(strings.TrimLeft(line, " "))
		}
	}
	return b.String()
}

// fields adds aliased fields to a query. What is asked for travels in variables, so that no path can
// be read as a part of the query.
type fields struct {
	text      string
	variables map[string]any
	lines     map[string][]string // by mark
	n         int
}

func newFields(text string) *fields {
	return &fields{text: text, variables: map[string]any{}, lines: map[string][]string{}}
}

// entry asks for the file or folder that a git expression names, and returns its alias.
func (f *fields) entry(mark, expression string) (alias string) {
	alias = f.add("String!", expression)
	f.lines[mark] = append(f.lines[mark], fmt.Sprintf("%[1]s: object(expression: $%[1]s) { ...Entry }", alias))
	return alias
}

// file is entry in the one repository of the query, with the content if it is wanted and this is a file.
func (f *fields) file(expression string, content bool) (alias string) {
	alias = f.add("String!", expression)
	f.lines["repository"] = append(f.lines["repository"],
		fmt.Sprintf("%[1]s: object(expression: $%[1]s) { ...Entry ...Content @include(if: %[2]t) }", alias, content))
	return alias
}

// modes asks what stands in the folder that a git expression names, and returns its alias.
func (f *fields) modes(expression string) (alias string) {
	alias = f.add("String!", expression)
	f.lines["repository"] = append(f.lines["repository"],
		fmt.Sprintf("%[1]s: object(expression: $%[1]s) { ... on Tree { entries { name type mode oid } } }", alias))
	return alias
}

// blob asks for content by object id, and returns its alias.
func (f *fields) blob(mark, oid string) (alias string) {
	alias = f.add("GitObjectID!", oid)
	f.lines[mark] = append(f.lines[mark], fmt.Sprintf("%[1]s: object(oid: $%[1]s) { ...Content }", alias))
	return alias
}

// commit asks for the pull requests of a commit, and returns its alias.
func (f *fields) commit(oid string) (alias string) {
	alias = f.add("GitObjectID!", oid)
	f.lines["repository"] = append(f.lines["repository"], fmt.Sprintf("%[1]s: object(oid: $%[1]s) { ...Pushed }", alias))
	return alias
}

// team asks for the members of a team, and returns its alias.
func (f *fields) team(slug string) (alias string) {
	alias = f.add("String!", slug)
	f.lines["organization"] = append(f.lines["organization"], fmt.Sprintf("%[1]s: team(slug: $%[1]s) { ...Members }", alias))
	return alias
}

func (f *fields) add(kind string, value any) (alias string) {
	alias = "x" + strconv.Itoa(f.n)
	f.n++
	f.variables[alias] = value
	f.lines["variables"] = append(f.lines["variables"], "$"+alias+": "+kind)
	return alias
}

func (f *fields) query() string {
	var b strings.Builder
	b.Grow(len(f.text) + 1<<10)
	for line := range strings.Lines(f.text) {
		mark, marked := strings.CutPrefix(line, "# ")
		if !marked {
			b.WriteString(line)
			continue
		}
		for _, field := range f.lines[strings.TrimSpace(mark)] {
			b.WriteString(field)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
