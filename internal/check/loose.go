package check

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Loose are files in place of a pull request: as if somebody proposed to add each of them as it is.
// Nothing else is known, neither people nor commits nor what stood there before; whoever asks about them
// sets Ask.FilesOnly. There is no network and no git.
type Loose struct {
	Folder Folder   // against which paths are written: the repository in which they stand
	Rules  Folder   // whose configuration and policies are the law
	Paths  []string // with "/", in order
	// Organization holds a checkout of <organization>/.github, which gives the defaults; "" when that is not here.
	Organization Folder
	Now          func() time.Time
}

// maxLoose is how many files can be looked at, as many as GitHub lists of a pull request.
const maxLoose = 3000

// FindLoose makes Loose of the names of files and folders, the latter for every file below them. All
// must stand in one repository: the nearest folder above with a ".git" or a configuration of Bylaw,
// otherwise the working directory. rules is the folder of the law, "" for that repository itself. What
// is wrong with the names is a *bylaw.Problem.
func FindLoose(names []string, rules string, now func() time.Time) (Loose, error) {
	l := Loose{Rules: Folder(rules), Now: now}
	for _, name := range names {
		info, err := os.Lstat(name)
		if err != nil {
			return l, &bylaw.Problem{File: name, Msg: "there is no such file", Fix: "name files that exist"}
		}
		full, err := filepath.Abs(name)
		if err != nil {
			return l, fmt.Errorf("find %s: %w", name, err)
		}
		root, err := rootOf(full, info.IsDir())
		if err != nil {
			return l, err
		}
		if l.Folder == "" {
			l.Folder = Folder(root)
		}
		path, err := filepath.Rel(root, full)
		switch {
		case err != nil || path == ".." || strings.HasPrefix(path, ".."+string(filepath.Separator)):
			return l, &bylaw.Problem{File: name, Msg: "this stands neither in a repository nor below the working directory", Fix: "change to the folder against which its path is to be read"}
		case root != string(l.Folder):
			return l, &bylaw.Problem{File: name, Msg: "this stands in another repository than " + names[0], Fix: "look at one repository at a time"}
		}
		path = filepath.ToSlash(path)
		if !info.IsDir() {
			l.Paths = append(l.Paths, path)
			continue
		}
		files, err := l.Folder.below(path + "/")
		if err != nil {
			return l, err
		}
		if len(files) == 0 {
			return l, &bylaw.Problem{File: name, Msg: "there is no file below this folder"}
		}
		l.Paths = append(l.Paths, files...)
	}
	slices.Sort(l.Paths)
	if l.Paths = slices.Compact(l.Paths); len(l.Paths) > maxLoose {
		return l, &bylaw.Problem{File: names[0], Msg: fmt.Sprintf("these are %d files, more than %d", len(l.Paths), maxLoose), Fix: "name fewer"}
	}
	if l.Rules == "" {
		l.Rules = l.Folder
	}
	return l, nil
}

// rootOf is the folder against which a path is written.
func rootOf(full string, isFolder bool) (string, error) {
	at := full
	if !isFolder {
		at = filepath.Dir(full)
	}
	for {
		for _, sign := range []string{".git", bylaw.ConfigPath} {
			if _, err := os.Stat(filepath.Join(at, filepath.FromSlash(sign))); err == nil {
				return at, nil
			}
		}
		above := filepath.Dir(at)
		if above == at {
			break
		}
		at = above
	}
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working directory: %w", err)
	}
	return here, nil
}

// Ref is the pull request for which the files stand: number 1 of a repository named after the folder.
func (l Loose) Ref() bylaw.Ref {
	return bylaw.Ref{Owner: "local", Repo: filepath.Base(string(l.Folder)), Number: 1}
}

// Read returns the files as if each was added, and the law.
func (l Loose) Read(_ context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	now := bylaw.At(l.Now())
	nobody, nothing := bylaw.Account{Kind: bylaw.KindDeleted}, strings.Repeat("0", 40) // git's name for no commit
	s := bylaw.Snapshot{
		Repository: bylaw.Repository{Owner: ref.Owner, Name: ref.Repo}, Number: ref.Number, State: "open", CreatedAt: now, ReadyAt: now,
		Author: nobody, MergedBy: nobody, Base: bylaw.Base{SHA: nothing}, Head: bylaw.Head{SHA: nothing, ArrivedAt: now},
	}
	for _, path := range l.Paths {
		blob, err := l.Folder.read(path)
		if err != nil {
			return bylaw.Reading{}, err
		}
		s.Files = append(s.Files, bylaw.File{Path: path, Status: "added", Added: lines(blob.Data)})
	}
	law, err := l.Rules.Rules(ref.Repository())
	if err != nil {
		return bylaw.Reading{}, err
	}
	more, err := l.Rules.Files(want.Law)
	if err != nil {
		return bylaw.Reading{}, err
	}
	law.Files = append(law.Files, more...)
	organization, err := l.Organization.defaults(want.Organization)
	return bylaw.Reading{Snapshot: s, Law: law, Organization: organization}, err
}

// lines counts lines as git does: a file with a zero byte near its beginning has none.
func lines(data []byte) int {
	if bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 || len(data) == 0 {
		return 0
	}
	n := bytes.Count(data, []byte("\n"))
	if !bytes.HasSuffix(data, []byte("\n")) {
		n++
	}
	return n
}

// Files returns files as they are, or those of the law; before that there was nothing.
func (l Loose) Files(_ context.Context, _ bylaw.Ref, _ *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	switch revision {
	case bylaw.RevisionHead:
		return l.Folder.Files(paths)
	case bylaw.RevisionLaw:
		return l.Rules.Files(paths)
	case bylaw.RevisionOrganization:
		if l.Organization != "" {
			return l.Organization.Files(paths)
		}
	}
	return nil, nil
}

// Teams returns none: nothing is known of people.
func (Loose) Teams(context.Context, bylaw.Ref, []string) ([]bylaw.Team, error) { return nil, nil }

// Dates are not known: there is no history.
func (Loose) Dates(context.Context, bylaw.Ref, bylaw.Version) (bylaw.Dated, error) {
	return bylaw.Dated{}, nil
}

// Elsewhere knows no other repository: nothing is fetched.
func (Loose) Elsewhere(_ context.Context, _ bylaw.Ref, want bylaw.Elsewhere) (bylaw.Tree, error) {
	return bylaw.Tree{Repository: want.Repository}, nil
}
