package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/bylaw-app/bylaw/internal/bylaw"
	"github.com/bylaw-app/bylaw/internal/document"
)

// Recorded is a folder of recorded facts in place of GitHub:
//
//	snapshot.yml    the facts of the pull request, by the names of input.schema.json; what is left out is empty
//	law/            files of the default branch: .github/bylaw.yml, rosters, .github/bylaw/...
//	organization/   files of <organization>/.github, if that can be seen
//	head/, base/    files of the proposed commit and of the base branch, where a policy asks for them
//	elsewhere/      owner/name/...: rosters of other repositories that may be read
//	dates.yml       when lines and files changed, a list: {file, lines: [{first, last, at}], changes: [{commit, at}]};
//	                files of an older commit stand in law@COMMIT/, those of other repositories after elsewhere/owner/name
//	pushers         logins of those who may write to the repository, one on each line
type Recorded struct {
	Folder string
}

// Ref is the pull request that the folder is about. An unreadable folder is a *bylaw.Problem or an
// error of the file system.
func (r Recorded) Ref() (bylaw.Ref, error) {
	s, err := r.snapshot()
	if err != nil {
		return bylaw.Ref{}, err
	}
	return bylaw.Ref{Owner: s.Repository.Owner, Repo: s.Repository.Name, Number: s.Number}, nil
}

// TakenAt is when the facts were recorded.
func (r Recorded) TakenAt() (bylaw.Time, error) {
	s, err := r.snapshot()
	return s.TakenAt, err
}

// Read returns the recorded facts.
func (r Recorded) Read(_ context.Context, _ bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	s, err := r.snapshot()
	if err != nil {
		return bylaw.Reading{}, err
	}
	reading := bylaw.Reading{Snapshot: s, Teams: teamsNamed(s.Teams, want.Teams), Active: map[string]bylaw.Time{}}
	for _, p := range s.People {
		if !p.ActiveAt.IsZero() {
			reading.Active[strings.ToLower(p.Login)] = p.ActiveAt
		}
	}
	if reading.Law, err = r.tree("law", s.Repository.FullName()); err != nil {
		return bylaw.Reading{}, err
	}
	if reading.Organization, err = r.tree("organization", s.Repository.Owner+"/"+bylaw.OrganizationRepository); err != nil {
		return bylaw.Reading{}, err
	}
	pushers, err := os.ReadFile(filepath.Join(r.Folder, "pushers"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return bylaw.Reading{}, fmt.Errorf("read pushers: %w", err)
	}
	reading.Pushers = []bylaw.Account{}
	for login := range strings.FieldsSeq(string(pushers)) {
		reading.Pushers = append(reading.Pushers, bylaw.Account{Login: login, Kind: kindOf(login)})
	}
	return reading, nil
}

// Teams returns recorded teams.
func (r Recorded) Teams(_ context.Context, _ bylaw.Ref, names []string) ([]bylaw.Team, error) {
	s, err := r.snapshot()
	return teamsNamed(s.Teams, names), err
}

// Files returns recorded files. A path that ends in "/" is a folder, and stands for all files below it.
func (r Recorded) Files(_ context.Context, _ bylaw.Ref, _ *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	return Folder(filepath.Join(r.Folder, filepath.FromSlash(string(revision)))).Files(paths)
}

// Dates returns what dates.yml says of a file; nothing when it says nothing.
func (r Recorded) Dates(_ context.Context, ref bylaw.Ref, v bylaw.Version) (bylaw.Dated, error) {
	name := filepath.Join(r.Folder, "dates.yml")
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return bylaw.Dated{}, nil
	}
	if err != nil {
		return bylaw.Dated{}, fmt.Errorf("read recorded dates: %w", err)
	}
	doc, err := document.Read(name, document.YAML, data)
	if e, ok := errors.AsType[*document.Error](err); ok {
		return bylaw.Dated{}, problemOf(e)
	} else if err != nil {
		return bylaw.Dated{}, err
	}
	var files []struct {
		File    string             `json:"file"`
		Lines   []bylaw.DatedLines `json:"lines"`
		Changes []bylaw.Change     `json:"changes"`
	}
	if errs := doc.Decode(&files); len(errs) > 0 {
		return bylaw.Dated{}, problemOf(errs[0])
	}
	path := v.Path
	if v.Repository != ref.Repository() {
		path = v.Repository + " " + v.Path
	}
	for _, f := range files {
		if f.File == path {
			return bylaw.Dated{Lines: f.Lines, Changes: f.Changes, Whole: true}, nil
		}
	}
	return bylaw.Dated{}, nil
}

// Elsewhere returns files that were recorded of another repository. It is not visible if none were.
func (r Recorded) Elsewhere(ctx context.Context, ref bylaw.Ref, want bylaw.Elsewhere) (bylaw.Tree, error) {
	folder := bylaw.Revision("elsewhere/" + want.Repository)
	tree := bylaw.Tree{Repository: want.Repository}
	if _, err := os.Stat(filepath.Join(r.Folder, filepath.FromSlash(string(folder)))); errors.Is(err, fs.ErrNotExist) {
		return tree, nil
	}
	tree.Visible = true
	if want.Commit != "" {
		folder = folder.At(want.Commit)
	}
	var err error
	tree.Files, err = r.Files(ctx, ref, nil, folder, want.Paths)
	return tree, err
}

func (r Recorded) tree(folder, repository string) (bylaw.Tree, error) {
	root := filepath.Join(r.Folder, folder)
	t := bylaw.Tree{Repository: repository}
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	t.Visible = true
	return t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read recorded file: %w", err)
		}
		path, err := filepath.Rel(root, name)
		t.Files = append(t.Files, bylaw.Blob{Path: filepath.ToSlash(path), Data: data})
		return err
	})
}

// snapshotFiles are the names that the facts can have in a folder, in the order in which they are tried.
var snapshotFiles = []string{"snapshot.yml", "snapshot.yaml", "snapshot.json"}

func (r Recorded) snapshot() (bylaw.Snapshot, error) {
	for _, name := range snapshotFiles {
		data, err := os.ReadFile(filepath.Join(r.Folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return bylaw.Snapshot{}, fmt.Errorf("read recorded facts: %w", err)
		}
		format, _ := document.FormatOf(name)
		return ReadSnapshot(name, format, data)
	}
	return bylaw.Snapshot{}, &bylaw.Problem{File: r.Folder, Msg: "there are no recorded facts here", Fix: "the folder needs a file " + snapshotFiles[0]}
}

// ReadSnapshot reads facts that were written down by hand or by Bylaw. Facts that are left out are
// empty; a fact that does not exist, or is of another kind, is a *bylaw.Problem.
func ReadSnapshot(file string, format document.Format, data []byte) (bylaw.Snapshot, error) {
	doc, err := document.ReadWithin(file, format, data, recordedLimits(format))
	if err != nil {
		var e *document.Error
		if errors.As(err, &e) {
			return bylaw.Snapshot{}, problemOf(e)
		}
		return bylaw.Snapshot{}, err
	}
	var s bylaw.Snapshot
	if errs := doc.Decode(&s); len(errs) > 0 {
		return s, problemOf(errs[0])
	}
	return s, whole(file, &s)
}

// whole makes facts that were written down whole: what can be left out is empty, or what it was before
// there was this fact. What cannot be left out and is missing is a *bylaw.Problem.
func whole(file string, s *bylaw.Snapshot) error {
	for what, missing := range map[string]bool{
		"repository": s.Repository.Owner == "" || s.Repository.Name == "",
		"number":     s.Number == 0, "author": s.Author.Kind == "", "head": s.Head.SHA == "", "taken_at": s.TakenAt.IsZero(),
	} {
		if missing {
			return &bylaw.Problem{File: file, Msg: fmt.Sprintf("the fact %q is missing or not whole", what), Fix: "see policies/input.schema.json"}
		}
	}
	for i := range s.Commands {
		s.Commands[i].Fate = cmp.Or(s.Commands[i].Fate, bylaw.FateStands) // written down by hand, or before there were fates
	}
	if s.ReadyAt.IsZero() && !s.Draft { // recorded before there was this fact
		s.ReadyAt = s.CreatedAt
	}
	complete(reflect.ValueOf(s).Elem())
	return nil
}

func recordedLimits(format document.Format) document.Limits {
	limits := document.DefaultLimits(format)
	limits.Bytes *= 32 // snapshots hold whole files
	limits.Values *= 32
	return limits
}

func problemOf(e *document.Error) *bylaw.Problem {
	return &bylaw.Problem{File: e.Path, Line: e.Line, Column: e.Column, Msg: e.Msg, Fix: e.Hint}
}

// complete makes every list of a snapshot an empty one rather than none: a policy asks how many there
// are, and must not get "undefined" for an answer.
func complete(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				complete(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			complete(v.Index(i))
		}
	}
}
