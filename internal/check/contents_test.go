package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/lack"
	"github.com/bylaw-app/bylaw/internal/policy"
	"github.com/bylaw-app/bylaw/policies"
)

// written is a GitHub on which a pull request by alice changes files, each before and after. Files of more
// than 5 MiB it refuses, as GitHub's client does.
type written struct {
	still
	before, after map[string]bylaw.Blob
}

func (w written) Files(_ context.Context, _ bylaw.Ref, _ *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	from := map[bylaw.Revision]map[string]bylaw.Blob{bylaw.RevisionBase: w.before, bylaw.RevisionHead: w.after}[revision]
	var blobs []bylaw.Blob
	for _, p := range paths {
		b, ok := from[p]
		if len(b.Data) > 5<<20 {
			return nil, &bylaw.Problem{File: p, Msg: "This file is larger than 5 MiB.", Fix: "Make it smaller."}
		}
		if b.Path = p; ok {
			blobs = append(blobs, b)
		}
	}
	return blobs, nil
}

// vendors judges files in the folder vendors by the policy vendor_contacts.
type vendors struct {
	engine  *policy.Engine
	builtIn []policy.Source
}

func newVendors(t *testing.T) vendors {
	t.Helper()
	builtIn, err := policy.BuiltIn(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return vendors{&policy.Engine{}, builtIn}
}

// findings are "file:line: text" each; what is only advice ends in "(advice)".
func (v vendors) findings(t *testing.T, parameters string, w written, status map[string]string) []string {
	t.Helper()
	config := "version: 1\npolicies: {vendor_contacts: {paths: [\"vendors/**\"], " + parameters + "}}\n"
	w.Reading = bylaw.Reading{
		Snapshot: bylaw.Snapshot{
			Number: 7, State: "open", Author: bylaw.Account{Login: "alice", Kind: bylaw.KindUser}, MergedBy: bylaw.Account{Kind: bylaw.KindDeleted},
			CreatedAt: bylaw.At(noon), Reviews: []bylaw.Review{{Author: bylaw.Account{Login: "carol", Kind: bylaw.KindUser}, State: bylaw.ReviewApproved, CanPush: true}},
		},
		Law: bylaw.Tree{Repository: "example/widgets", Visible: true, Files: []bylaw.Blob{{Path: bylaw.ConfigPath, OID: "1", Data: []byte(config)}}},
	}
	for path, status := range status {
		w.Reading.Snapshot.Files = append(w.Reading.Snapshot.Files, bylaw.File{Path: path, Status: status})
	}
	c := &Checker{GitHub: w, Engine: v.engine, BuiltIn: v.builtIn, Now: func() time.Time { return noon }}
	result, err := c.Check(t.Context(), bylaw.Ref{Owner: "example", Repo: "widgets", Number: 7}, Ask{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, verdict := range result.Run.Verdicts {
		if verdict.Policy != "vendor_contacts" {
			continue
		}
		for _, f := range verdict.Findings {
			text := fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Msg)
			if f.Advice {
				text += " (advice)"
			}
			out = append(out, text)
		}
		for _, p := range verdict.Problems {
			out = append(out, p.Error())
		}
	}
	return out
}

func page(text string) bylaw.Blob { return bylaw.Blob{Data: []byte(text)} }

const acme = "# Acme\n\n## Support\n\nWrite to us.\n\n## Contacts\n\n### Alice Adams\n\n**Type:** Technical\n\n* Email: alice@acme.example\n\n### Bob Brown\n\n**Type:** Community\n\n* Email: bob@acme.example\n"

func TestBadFilesOfVendorsGetAClearFinding(t *testing.T) {
	t.Parallel()
	judge := newVendors(t)
	const file = "vendors/acme.md"
	with := func(old, new string) bylaw.Blob { return page(strings.Replace(acme, old, new, 1)) }
	tests := map[string]struct {
		path string // file when empty
		blob bylaw.Blob
		want string // what the only finding holds; nothing is found when empty
	}{
		"in order":                 {blob: page(acme)},
		"Windows line ends":        {blob: page(strings.ReplaceAll(acme, "\n", "\r\n"))},
		"a byte order mark":        {blob: page("\uFEFF" + acme)},
		"not UTF-8":                {blob: with("Write", "Sch\xf6n"), want: ":5: The file cannot be read: the file is not UTF-8 text: byte 0xf6 cannot be read."},
		"UTF-16":                   {blob: page("\xff\xfe#\x00 \x00A\x00"), want: "the file is saved as UTF-16"},
		"binary":                   {blob: with("Write", "\x00"), want: "it contains a NUL byte"},
		"binary of another kind":   {path: "vendors/acme.png", blob: page("\x89PNG\x00\xff"), want: "the file is not UTF-8 text"},
		"a symbolic link":          {blob: bylaw.Blob{Mode: "120000", Data: []byte("../../etc/passwd.md")}, want: ":0: The file cannot be read: this is a symbolic link, which is not followed."},
		"a submodule":              {blob: bylaw.Blob{Mode: "160000"}, want: ":0: The file cannot be read: this is a link to another repository."},
		"larger than 1 MiB":        {blob: with("Write", strings.Repeat("Write to us.\n", 100_000)), want: "the file is larger than 1 MiB"},
		"larger than 5 MiB":        {blob: with("Write", strings.Repeat("Write to us.\n", 500_000)), want: "This file is larger than 5 MiB."},
		"deeply nested":            {blob: with("Write", strings.Repeat("> ", 100_000)), want: "vendors/acme.md:"},
		"deeply nested YAML":       {path: "vendors/acme.yml", blob: page("a: " + strings.Repeat("[", 500) + strings.Repeat("]", 500)), want: "the nesting is deeper than 64 levels"},
		"an alias bomb":            {path: "vendors/acme.yml", blob: page("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"), want: "alias"},
		"duplicate keys":           {path: "vendors/acme.yml", blob: page("name: Acme\nsupport: x\ncontacts: []\nname: Globex\n"), want: ":4: The file cannot be read: the key \"name\" stands twice, first on line 1."},
		"duplicate keys in front":  {blob: page("---\nname: Acme\nname: Globex\n---\n" + acme), want: ":3: The file cannot be read: the key \"name\" stands twice"},
		"script":                   {blob: with("Write to us.", "<script>alert(1)</script>"), want: ":5: HTML has no place in a page of contacts"},
		"HTML with an event":       {blob: with("Write to us.", "Write <img src=x onerror=alert(1)> to us."), want: ":5: HTML has no place in a page of contacts"},
		"a comment":                {blob: with("Write to us.", "<!-- optional -->\nWrite to <help@acme.example>.")},
		"a link that runs":         {blob: with("Write", "[Write](javascript:alert(1))"), want: ":5: This link leads neither to a page on the web nor to an address."},
		"a link upwards":           {blob: with("Write", "[Write](../../SUPPORT.md)")},
		"a hidden character":       {blob: with("Write", "Wri\u202ete"), want: ":5: This line holds a character that nobody sees."},
		"a look-alike in the name": {blob: with("# Acme", "# \u0410cme"), want: ":1: The name \"\u0410cme\" holds letters of another alphabet"},
		"a name in look-alikes":    {blob: with("# Acme", "# \u0410\u0441\u043c\u0435"), want: ":1: The name \"\u0410\u0441\u043c\u0435\" holds letters of another alphabet"},
		"a name in Cyrillic":       {blob: with("# Acme", "# \u0416\u0443\u043a")},
		"a look-alike in the path": {path: "vendors/\u0430cme.md", blob: page(acme), want: ":0: The name \"\u0430cme\" holds letters of another alphabet"},
		"a folder in its place":    {path: "vendors/acme.md/readme.md", blob: page(acme), want: ":0: This folder has the name of a file."},
		"a path upwards":           {path: "vendors/../vendors/acme.md", blob: page(acme), want: ":0: This path leads out of its folder."},
		"nothing":                  {blob: page(""), want: ":1: The file names no contact; it needs 2."},
		"no format of ours":        {path: "vendors/acme.txt", blob: page(acme), want: ":0: The file holds no contacts that can be read."},
		"a list for YAML":          {path: "vendors/acme.yml", blob: page("- Alice\n"), want: ":0: The file holds no contacts that can be read."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.path == "" {
				tt.path = file
			}
			got := judge.findings(t, "encouraged: {headings: [], kinds: []}", written{after: map[string]bylaw.Blob{tt.path: tt.blob}}, map[string]string{tt.path: "added"})
			if tt.want == "" && len(got) != 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatStandsWhereNoFileIsIsSaid(t *testing.T) {
	t.Parallel()
	judge := newVendors(t)
	got := judge.findings(t, "", written{}, map[string]string{"vendors/acme.md": "added"}) // a submodule has no content here
	want := []string{"vendors/acme.md:0: The file cannot be read: what stands at this path is not a file: it is a folder, or a link to another repository."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got = judge.findings(t, "", written{after: map[string]bylaw.Blob{"vendors/acme.md": page(acme), "vendors/Acme.md": page(acme)}}, map[string]string{"vendors/acme.md": "added", "vendors/Acme.md": "added"})
	want = []string{
		"vendors/Acme.md:0: The names Acme and acme differ by case or by letters that look alike only.",
		"vendors/acme.md:0: The names acme and Acme differ by case or by letters that look alike only.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names that differ by case (-want +got):\n%s", diff)
	}
	large := page(strings.Repeat("x", 6<<20))
	many, status := written{after: map[string]bylaw.Blob{}}, map[string]string{}
	for i := range 9 {
		path := fmt.Sprintf("vendors/acme/%d.png", i)
		many.after[path], status[path] = large, "added"
	}
	if got := judge.findings(t, "", many, status); len(got) != 1 || !strings.Contains(got[0], "The files of this pull request cannot be read whole") {
		t.Errorf("nine files of 6 MiB: %q, want one sentence", got)
	}
}

func TestContactsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	judge := newVendors(t)
	const head = "# Acme\n\n## Support\n\nHere.\n\n"
	tests := map[string]struct{ path, text string }{
		"headings, as Defakto does":   {"acme.md", acme},
		"kinds in the heading":        {"acme.md", head + "## Vendor contacts\n\n### Alice (Technical and Community)\n\n- Slack: `Alice`\n- Mail: [write](mailto:alice@acme.example)\n\n### Bob (Community)\n\n- E-mail: bob@acme.example\n"},
		"one list, as the template":   {"acme.md", head + "## Contacts\n\n* Alice Adams (Lead)\n* Type: Technical, Community\n* Email: alice@acme.example\n* Bob Brown\n* Type: community\n* Email: <bob@acme.example>\n"},
		"a list in a list":            {"acme.md", head + "## Contacts\n\n- Alice Adams\n  - Type: Technical\n  - alice@acme.example\n- Name: Bob Brown\n  - Type: Community\n  - Email: bob@acme.example\n"},
		"one line for each":           {"acme.md", head + "## Technical contacts\n\n1. Alice Adams (Technical), alice@acme.example\n2. Bob Brown (Community) <bob@acme.example>\n"},
		"a group":                     {"acme.md", head + "## Contacts\n\n* Help desk: help@acme.example (Technical)\n* Bob Brown (Community), bob@acme.example\n"},
		"a table":                     {"acme.md", head + "## Contacts\n\n| Type | Name | E-mail |\n|---|---|---|\n| Technical | Alice | alice@acme.example |\n| Community | Bob | bob@acme.example |\n"},
		"YAML":                        {"acme.yml", "name: Acme\nsupport: here\ncontacts:\n  - {name: Alice, kinds: [Technical], email: alice@acme.example}\n  - {name: Bob, type: Community, email: bob@acme.example}\n"},
		"front matter":                {"acme.md", "---\nsupport: here\ncontacts:\n  - {name: Alice, kinds: [Technical], email: alice@acme.example}\n  - {name: Bob, kinds: [Community], email: bob@acme.example}\n---\n" + head},
		"headings of kinds below it":  {"acme.md", head + "## Contacts\n\n### Technical contacts\n\n* Alice (Technical): alice@acme.example\n\n### Community contacts\n\n* Bob (Community), bob@acme.example\n"},
		"a page in a folder":          {"acme/contacts.md", acme},
		"what stands below a contact": {"acme.md", acme + "\n#### When\n\n* Mondays\n\n## Documentation\n\n* [Docs](https://acme.example/docs)\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := "vendors/" + tt.path
			if got := judge.findings(t, "", written{after: map[string]bylaw.Blob{path: page(tt.text)}}, map[string]string{path: "added"}); len(got) != 0 {
				t.Errorf("got %q, want nothing", got)
			}
			bad := strings.Replace(tt.text, "bob@acme.example", "", 1)
			got := judge.findings(t, "", written{after: map[string]bylaw.Blob{path: page(bad)}}, map[string]string{path: "added"})
			if len(got) != 1 || !strings.Contains(got[0], "cannot be reached") {
				t.Errorf("without an address of Bob: %q", got)
			}
		})
	}
}

func TestTheRealFilesOfSPIFFEAreInOrder(t *testing.T) {
	corpus := os.Getenv("BYLAW_CORPUS")
	if corpus == "" {
		lack.Skip(t, "BYLAW_CORPUS is not set: give it the folder with the files of real communities.")
	}
	files, err := filepath.Glob(filepath.Join(corpus, "communities/spiffe/community/vendor-technical-contacts/*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	want := map[string]int{"spirl.md": 0, "teleport.md": 1, "vendor-contact-template.md": 0} // remarks
	judge := newVendors(t)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		path := "vendors/" + filepath.Base(file)
		got := judge.findings(t, "", written{after: map[string]bylaw.Blob{path: {Data: data}}}, map[string]string{path: "added"})
		good := len(got) == want[filepath.Base(file)] && !slices.ContainsFunc(got, func(text string) bool {
			return !strings.HasSuffix(text, "can be reached in a chat only. (advice)")
		})
		if !good { // names of real people are not printed
			t.Errorf("%s: %d findings, want %d remarks on a contact without e-mail", filepath.Base(file), len(got), want[filepath.Base(file)])
		}
	}
}
