package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Module is one file of Rego.
type Module struct {
	File string `json:"file"` // path as people see it
	Text string `json:"text"`
}

// Source is a policy as it stands in its folder, not compiled yet.
type Source struct {
	ID      string   `json:"id"`      // name of the folder
	Origin  string   `json:"origin"`  // where it comes from, in words for people
	BuiltIn bool     `json:"builtin"` // ships with Bylaw, and therefore runs in this process
	Modules []Module `json:"modules"` // rules and tests, ordered by file name
	Library []Module `json:"library"` // package bylaw.lib, ordered by file name

	Namespace string `json:"namespace,omitempty"` // of a Conftest pack: the package whose rules are asked; "" for a policy
}

// Digest tells one version of a policy, with its library, from another.
func (s Source) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", s.Namespace)
	for _, m := range slices.Concat(s.Modules, s.Library) {
		fmt.Fprintf(h, "%d %s %d %s", len(m.File), m.File, len(m.Text), m.Text)
	}
	return s.ID + "@" + hex.EncodeToString(h.Sum(nil))
}

// file is the file to name when a problem has no better place: the policy's first rules.
func (s Source) file() string {
	for _, m := range s.Modules {
		if !isTest(m.File) {
			return m.File
		}
	}
	return s.ID
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.rego") }

// libraryFolder is the folder of the helper library; no policy can have its name.
const libraryFolder = "lib"

// namePattern is what the folder of a policy may be called: it is a package name in Rego, a key in
// bylaw.yml, and part of the name of a check run.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// BuiltInOrigin is the origin of the policies that ship with Bylaw.
const BuiltInOrigin = "built into Bylaw"

// BuiltIn reads the policies that ship with Bylaw, and the library, from the file system that package
// policies embeds. They are in order of their names.
func BuiltIn(files fs.FS) ([]Source, error) {
	modules, err := readModules(files)
	if err != nil {
		return nil, err
	}
	library := slices.DeleteFunc(slices.Clone(modules), func(m Module) bool {
		return path.Dir(m.File) != libraryFolder || isTest(m.File)
	})
	var sources []Source
	for _, folder := range folders("", modules) {
		s := Source{ID: folder.name, Origin: BuiltInOrigin, BuiltIn: true, Modules: folder.modules, Library: library}
		sources = append(sources, s)
	}
	return sources, nil
}

// Community makes policies of the files below ".github/bylaw" of a repository, which are given with
// their full paths. Names that are taken, files that are in no folder, links and folders with an
// impossible name are problems, and make no policy.
func Community(files []bylaw.Blob, repository string, builtIn []Source) ([]Source, []bylaw.Problem) {
	var problems []bylaw.Problem
	var modules []Module
	for _, f := range files {
		switch {
		case path.Ext(f.Path) != ".rego":
		case f.Mode == "120000":
			problems = append(problems, bylaw.Problem{File: f.Path, Msg: "this is a symbolic link, and policies are not read through links", Fix: "put the policy's text here"})
		default:
			modules = append(modules, Module{File: f.Path, Text: string(f.Data)})
		}
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.File, b.File) })

	var library []Module
	taken := []string{libraryFolder}
	for _, s := range builtIn {
		library = s.Library
		taken = append(taken, s.ID)
	}
	var sources []Source
	for _, folder := range folders(bylaw.PoliciesPath, modules) {
		switch {
		case folder.name == "":
			problems = append(problems, bylaw.Problem{File: folder.modules[0].File, Msg: "a policy stands in a folder of its own", Fix: "move the file to " + bylaw.PoliciesPath + "/<name>/<name>.rego"})
		case !namePattern.MatchString(folder.name):
			problems = append(problems, bylaw.Problem{File: folder.modules[0].File, Msg: fmt.Sprintf("%q cannot be the name of a policy", folder.name), Fix: "use lower-case letters, digits and underscores, beginning with a letter"})
		case strings.HasSuffix(folder.name, "_test"): // its rules would be taken for tests
			problems = append(problems, bylaw.Problem{File: folder.modules[0].File, Msg: "the name of a policy cannot end in \"_test\"", Fix: "give the folder and the package another name"})
		case slices.Contains(taken, folder.name):
			problems = append(problems, bylaw.Problem{File: folder.modules[0].File, Msg: fmt.Sprintf("the name %q is taken by Bylaw itself", folder.name), Fix: "give the folder and the package another name"})
		default:
			sources = append(sources, Source{ID: folder.name, Origin: repository, Modules: folder.modules, Library: library})
		}
	}
	return sources, problems
}

// Library makes a source of the helper library itself, with its tests, so that it can be tested like a
// policy.
func Library(files fs.FS) (Source, error) {
	modules, err := readModules(files)
	if err != nil {
		return Source{}, err
	}
	modules = slices.DeleteFunc(modules, func(m Module) bool { return path.Dir(m.File) != libraryFolder })
	return Source{ID: libraryFolder, Origin: BuiltInOrigin, BuiltIn: true, Modules: modules}, nil
}

func readModules(files fs.FS) ([]Module, error) {
	var modules []Module
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".rego" {
			return err
		}
		text, err := fs.ReadFile(files, name)
		modules = append(modules, Module{File: name, Text: string(text)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read built-in policies: %w", err)
	}
	return modules, nil
}

type folder struct {
	name    string
	modules []Module
}

// folders groups modules by the folder right below root, in order of names. Modules that stand in
// root itself are in a folder with an empty name; the library is left out of the built-in ones.
func folders(root string, modules []Module) []folder {
	var out []folder
	for _, m := range modules {
		rest := strings.TrimPrefix(strings.TrimPrefix(m.File, root), "/")
		name, _, nested := strings.Cut(rest, "/")
		if !nested {
			name = ""
		}
		if root == "" && (name == libraryFolder || name == "") {
			continue
		}
		i := slices.IndexFunc(out, func(f folder) bool { return f.name == name })
		if i < 0 {
			out = append(out, folder{name: name})
			i = len(out) - 1
		}
		out[i].modules = append(out[i].modules, m)
	}
	slices.SortFunc(out, func(a, b folder) int { return strings.Compare(a.name, b.name) })
	return out
}
