package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"unicode"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// GitError says that git failed to read a [Clone], where we have no words for the reason. It is one sentence for
// the person at the command line.
type GitError struct {
	Folder string
	Doing  string // what it was to do, such as "compare main with HEAD"
	Said   string // the last line that git wrote about it; "" when it wrote none

	no bool // it only answered no to a question, by exit code 1 and no word
}

func (e *GitError) Error() string {
	said := "it says nothing about it"
	if e.Said != "" {
		said = "it says: " + e.Said
	}
	return fmt.Sprintf("%s: git could not %s; %s (`git -C %s fsck` tells whether the clone is sound)", e.Folder, e.Doing, said, e.Folder)
}

// comparing says what most questions to git are for.
func (c Clone) comparing() string { return fmt.Sprintf("compare %s with %s", c.Base, c.Head) }

// stands returns what is wrong with the folder as a place to ask git about.
func (c Clone) stands(ctx context.Context) error {
	if info, err := os.Stat(c.Folder); err != nil || !info.IsDir() {
		return &bylaw.Problem{File: c.Folder, Msg: "there is no such folder", Fix: "name the folder of a git repository with --git"}
	}
	_, err := c.git(ctx, "find its repository", "rev-parse", "--git-dir")
	refused := new(GitError)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return &bylaw.Problem{File: c.Folder, Msg: "git is not installed here", Fix: "install git, which reads the repository"}
	case errors.As(err, &refused) && strings.Contains(refused.Said, "dubious ownership"):
		return &bylaw.Problem{File: c.Folder, Msg: "git does not read this folder, because somebody else owns it", Fix: "if you trust it: git config --global --add safe.directory " + c.Folder}
	case errors.As(err, &refused) && strings.Contains(refused.Said, "not a git repository"):
		return &bylaw.Problem{File: c.Folder, Msg: "this is no git repository", Fix: "name the folder of one with --git"}
	}
	return err
}

// commit is the full name of the commit that a revision stands for.
func (c Clone) commit(ctx context.Context, revision string) (string, error) {
	out, err := c.git(ctx, "find "+revision, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if refused := new(GitError); errors.As(err, &refused) && refused.no {
		fix := "name a branch, a tag or a commit, and fetch it first"
		if c.shallow(ctx) {
			fix += "; this clone is shallow, so much is not here: git -C " + c.Folder + " fetch --unshallow"
		}
		return "", &bylaw.Problem{File: c.Folder, Msg: fmt.Sprintf("git knows no commit %q here", revision), Fix: fix}
	}
	return strings.TrimSpace(string(out)), err
}

// related returns what is wrong where the clone does not know from where the head left the base.
func (c Clone) related(ctx context.Context, base, head string) error {
	_, err := c.git(ctx, c.comparing(), "merge-base", base, head)
	refused := new(GitError)
	switch {
	case !errors.As(err, &refused) || !refused.no:
		return err
	case c.shallow(ctx):
		return &bylaw.Problem{
			File: c.Folder, Msg: fmt.Sprintf("this clone is shallow: it does not have the commits back to where %s left %s", c.Head, c.Base),
			Fix: "fetch them: git -C " + c.Folder + " fetch --unshallow",
		}
	}
	return &bylaw.Problem{
		File: c.Folder, Msg: fmt.Sprintf("%s and %s have no commit in common, so nobody can say what would be merged", c.Base, c.Head),
		Fix: "name other revisions with --base and --head",
	}
}

// shallow reports whether git left commits out when it made the clone.
// https://git-scm.com/docs/git-rev-parse#Documentation/git-rev-parse.txt---is-shallow-repository
func (c Clone) shallow(ctx context.Context) bool {
	out, err := c.git(ctx, "tell whether this clone is shallow", "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(string(out)) == "true"
}

// git runs one command in the folder, and returns what it printed. That it refused is a [GitError]; doing completes
// the sentence "git could not ...".
func (c Clone) git(ctx context.Context, doing string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", c.Folder}, args...)...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), choosesRepository), "LC_ALL=C")
	out, err := cmd.Output()
	refused := new(exec.ExitError)
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &refused):
		said := lastLine(refused.Stderr)
		return nil, &GitError{Folder: c.Folder, Doing: doing, Said: said, no: said == "" && refused.ExitCode() == 1}
	case errors.Is(err, exec.ErrNotFound):
		return nil, err
	}
	return nil, c.unexpected(doing)
}

// choosesRepository reports whether a variable of the environment would have git look at another repository than that of
// the folder: git sets them for its hooks. https://git-scm.com/docs/githooks
func choosesRepository(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"}, name)
}

func (c Clone) unexpected(doing string) error { return &GitError{Folder: c.Folder, Doing: doing} }

// lastLine is the last line of what a program wrote that is not empty, as a terminal may show it.
func lastLine(text []byte) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.TrimSpace(string(lines[len(lines)-1])))
}
