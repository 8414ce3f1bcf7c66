// Package internal_test holds the rules of the tree itself: which package may know which (this file),
// and what the container image is made of (image_test.go).
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/bylaw-app/bylaw"
	root   = ".."
)

// floors lists the packages from the ground up. A package may import those on lower floors and the free
// ones; packages on one floor do not know each other. Do not move a package to make a build pass: when a
// rule here is in the way, the design has a question that deserves an answer first.
var floors = [][]string{
	{"internal/bylaw", "internal/document", "internal/telemetry"},
	{"internal/roster", "internal/policy", "internal/github", "internal/store"},
	{"internal/check", "internal/audit", "internal/setup"},
	{"internal/page"},
	{"internal/server"},
	{"cmd/bylaw"},
}

// free packages import nothing of ours, and every package may import them.
var free = []string{"policies"}

// standing packages stand beside the building, for tests: they import nothing of ours but what the value
// lists, and only tests import them, and the packages named in builders.
var (
	standing = map[string][]string{
		"internal":            nil,
		"internal/browser":    {"internal/lack"},
		"internal/lack":       nil,
		"internal/fakegithub": nil,
		"internal/judge":      {"internal/lack"},
		"internal/schema":     {"internal/lack"},
	}
	builders = map[string][]string{
		"internal/fakegithub": {"cmd/bylaw"}, // bylaw demo
		"internal/lack":       {"internal/browser", "internal/judge", "internal/schema"},
	}
)

// doors names the packages that may import a library: each has one door, so that to replace it or to learn
// what it can do to us means to read one package. "anywhere" is for small ones without any I/O. An empty
// list is for tests alone, and tests may open every door.
var doors = map[string][]string{
	"github.com/open-policy-agent/opa":        {"internal/policy"},
	"github.com/google/go-github":             {"internal/github"},
	"github.com/bradleyfalzon/ghinstallation": {"internal/github"},
	"github.com/golang-jwt/jwt":               {"internal/github"},
	"github.com/prometheus":                   {"internal/telemetry"},
	"go.opentelemetry.io":                     {"internal/telemetry"},
	"golang.org/x/time":                       {"internal/github", "internal/server"},
	"modernc.org/sqlite":                      {"internal/store"},
	"github.com/jackc/pgx":                    {"internal/store", "internal/schema"},
	"database/sql":                            {"internal/store"},
	"gopkg.in/yaml.v3":                        {"internal/document"},
	"github.com/pelletier/go-toml":            {"internal/document"},
	"github.com/yuin/goldmark":                {"internal/document"},
	"encoding/csv":                            {"internal/document"},
	"github.com/spf13/cobra":                  {"cmd/bylaw"},
	"github.com/vektah/gqlparser":             {"internal/fakegithub", "internal/judge"},
	"github.com/getkin/kin-openapi":           {"internal/judge"},
	"net/http":                                {"internal/github", "internal/setup", "internal/page", "internal/server", "internal/telemetry", "cmd/bylaw", "internal/fakegithub", "internal/judge"},
	"github.com/bmatcuk/doublestar":           {"anywhere"},
	"golang.org/x/sync":                       {"anywhere"},
	"golang.org/x/text":                       {"anywhere"},
	"google.golang.org/protobuf":              {},
	"github.com/chromedp":                     {"internal/browser"},
	"github.com/google/go-cmp":                {},
	"github.com/rogpeppe/go-internal":         {},
}

// standardOnly packages import no library at all.
var standardOnly = []string{"internal/bylaw", "policies"}

// topLevel is all that may stand at the root of the repository, beside files that begin with a dot and
// what .gitignore names.
var topLevel = []string{
	"Dockerfile", "LICENSE", "README.md", "app.yml", "cmd", "go.mod", "go.sum", "internal", "policies", "testdata",
}

// goFile is one Go file of the tree: the path of its package below the module, and what its syntax says.
type goFile struct {
	path   string
	pkg    string
	test   bool
	syntax *ast.File
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		if !known(file.pkg) {
			t.Errorf("%s: package %s stands on no floor: name it in internal/floors_test.go, with a reason in the commit", file.path, file.pkg)
			continue
		}
		for _, spec := range file.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			var fault string
			if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
				fault = stairs(file, ours)
			} else {
				fault = door(file, imported)
			}
			if fault != "" {
				t.Errorf("%s imports %s: %s", file.path, imported, fault)
			}
		}
	}
}

// stairs says what is wrong with an import of one of our own packages, or "". Tests obey the floors too, so
// that a package can be understood with what is below it alone; they may use the standing packages, and
// the tests of the free packages may use everything, as they must be run by something.
func stairs(file goFile, imported string) string {
	switch {
	case imported == file.pkg: // an external test
		return ""
	case !known(imported):
		return "it stands on no floor: name it in internal/floors_test.go"
	case slices.Contains(free, imported):
		if _, ok := standing[file.pkg]; ok && !file.test {
			return "packages for tests import nothing of ours"
		}
		return ""
	case slices.Contains(free, file.pkg) && file.test:
		return ""
	case slices.Contains(free, file.pkg):
		return "a free package imports nothing of ours"
	}
	if _, ok := standing[imported]; ok {
		if file.test || slices.Contains(builders[imported], file.pkg) {
			return ""
		}
		return "it is for tests only: import it from a _test.go file"
	}
	if allowed, ok := standing[file.pkg]; ok {
		if file.test || slices.Contains(allowed, imported) {
			return ""
		}
		return "packages for tests import nothing of ours, so that they cannot agree with our mistakes"
	}
	from, to := floor(file.pkg), floor(imported)
	switch {
	case to > from:
		return "it is upstairs: hand what is needed down as an argument, or move the code up"
	case to == from:
		return "packages on one floor do not know each other: let the floor above join them through internal/bylaw"
	}
	return ""
}

// door says what is wrong with an import of a library or of the standard library, or "".
func door(file goFile, imported string) string {
	library := ""
	for name := range doors {
		if (imported == name || strings.HasPrefix(imported, name+"/")) && len(name) > len(library) {
			library = name
		}
	}
	outside := strings.Contains(strings.Split(imported, "/")[0], ".")
	switch {
	case library == "" && outside:
		return "the library has no door: add it to doors in internal/floors_test.go, with a reason in the commit"
	case file.test, library == "":
		return ""
	case outside && slices.Contains(standardOnly, file.pkg):
		return "the package imports the standard library only"
	case slices.Contains(doors[library], "anywhere"), slices.Contains(doors[library], file.pkg):
		return ""
	case len(doors[library]) == 0:
		return "the library is for tests only"
	}
	return "only " + strings.Join(doors[library], " and ") + " may import it: call that package"
}

func known(pkg string) bool {
	_, ok := standing[pkg]
	return ok || floor(pkg) >= 0 || slices.Contains(free, pkg)
}

func floor(pkg string) int {
	return slices.IndexFunc(floors, func(packages []string) bool { return slices.Contains(packages, pkg) })
}

// TestNothingRunsUnseen: what a program does is written in main, not in the act of importing something.
func TestNothingRunsUnseen(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t) {
		for _, declaration := range file.syntax.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
				t.Errorf("%s has a func init: do the work in a function that somebody calls, or in a table", file.path)
			}
		}
		for _, spec := range file.syntax.Imports {
			blank := spec.Name != nil && spec.Name.Name == "_"
			if blank && spec.Path.Value != `"embed"` && file.pkg != "internal/store" {
				t.Errorf("%s imports %s for its side effects: only internal/store may, for the SQL drivers", file.path, spec.Path.Value)
			}
		}
	}
}

// TestFloorsAreInhabited keeps the tables true when packages leave.
func TestFloorsAreInhabited(t *testing.T) {
	t.Parallel()
	inhabited := map[string]bool{}
	for _, file := range goFiles(t) {
		inhabited[file.pkg] = true
	}
	for _, pkg := range slices.Concat(slices.Concat(floors...), free, slices.Collect(maps.Keys(standing))) {
		if !inhabited[pkg] {
			t.Errorf("%s has no Go file: take it out of internal/floors_test.go", pkg)
		}
	}
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		listed := slices.Contains(strings.Fields(string(ignored)), "/"+name)
		if !strings.HasPrefix(name, ".") && !listed && !slices.Contains(topLevel, name) {
			t.Errorf("%s stands at the top level: move it to where it belongs, or add it to topLevel in internal/floors_test.go", name)
		}
	}
}

// goFiles parses the imports and declarations of every Go file that the go command would look at.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && name != root && (base == "testdata" || base[0] == '.' || base[0] == '_') {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(base, ".go") || base[0] == '.' || base[0] == '_' {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		files = append(files, goFile{
			path: relative, pkg: path.Dir(relative), test: strings.HasSuffix(base, "_test.go"), syntax: syntax,
		})
		return nil
	})
	if err != nil {
		t.Fatalf("read the tree: %v", err)
	}
	if len(files) == 0 {
		t.Fatal("read the tree: no Go file found")
	}
	return files
}

// TestFloorsTestCanFail tries the rules on imports that must not be, and on some that may.
func TestFloorsTestCanFail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pkg      string
		test     bool
		imported string
		want     string // part of the fault; "" for none
	}{
		{"internal/check", false, "internal/store", ""},
		{"internal/store", false, "internal/check", "upstairs"},
		{"internal/store", true, "internal/check", "upstairs"},
		{"internal/store", false, "internal/policy", "one floor"},
		{"internal/document", false, "internal/bylaw", "one floor"},
		{"internal/policy", false, "internal/fakegithub", "tests only"},
		{"internal/github", true, "internal/fakegithub", ""},
		{"cmd/bylaw", false, "internal/fakegithub", ""},
		{"cmd/bylaw", false, "internal/judge", "tests only"},
		{"internal/fakegithub", false, "internal/bylaw", "import nothing of ours"},
		{"internal/fakegithub", true, "internal/judge", ""},
		{"policies", false, "internal/policy", "a free package"},
		{"policies", true, "internal/policy", ""},
		{"internal/policy", false, "policies", ""},
		{"internal/fakegithub", false, "policies", "import nothing of ours"},
		{"internal/check", false, "internal/util", "no floor"},
	} {
		got := stairs(goFile{pkg: test.pkg, test: test.test}, test.imported)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s (test: %t) imports %s: got %q, want %q", test.pkg, test.test, test.imported, got, test.want)
		}
	}
	for _, test := range []struct {
		pkg      string
		test     bool
		imported string
		want     string
	}{
		{"internal/policy", false, "github.com/open-policy-agent/opa/v1/rego", ""},
		{"internal/check", false, "github.com/open-policy-agent/opa/v1/rego", "only internal/policy"},
		{"internal/check", true, "github.com/open-policy-agent/opa/v1/rego", ""},
		{"internal/roster", false, "encoding/csv", "only internal/document"},
		{"internal/roster", false, "encoding/json", ""},
		{"internal/check", false, "net/http", "only internal/github"},
		{"internal/check", false, "github.com/google/go-cmp/cmp", "for tests only"},
		{"internal/check", true, "example.com/new/library", "no door"},
		{"internal/bylaw", false, "golang.org/x/text/width", "standard library only"},
	} {
		got := door(goFile{pkg: test.pkg, test: test.test}, test.imported)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s (test: %t) imports %s: got %q, want %q", test.pkg, test.test, test.imported, got, test.want)
		}
	}
}
