package check

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bylaw-app/bylaw/internal/bylaw"
)

// Clone is a local git clone in place of GitHub: the facts are those that git knows. The rules are
// read from the base revision, as if it were the tip of the default branch. Nothing is fetched.
type Clone struct {
	Folder     string
	Base, Head string   // revisions
	Author     string   // login of who would open the pull request; "" when that is not told
	ApprovedBy []string // logins of people who would approve it, and who may write to the repository
	// Organization holds a checkout of <organization>/.github, which gives the defaults; "" when that is not here.
	Organization Folder
	Now          func() time.Time
}

// Ref is the pull request that the clone stands for: number 1 of a repository named after the folder.
func (c Clone) Ref() bylaw.Ref {
	return bylaw.Ref{Owner: "local", Repo: cmp.Or(path.Base(c.Folder), "clone"), Number: 1}
}

// Read returns what git knows of the change between the base and the head. Who may write to the
// repository it does not know, so Pushers is nil. A folder without a repository, a revision that git does
// not know, two that have nothing in common and a head that adds no commit are each a *bylaw.Problem; what else
// git has to say is a [GitError].
func (c Clone) Read(ctx context.Context, ref bylaw.Ref, want bylaw.Want) (bylaw.Reading, error) {
	if err := c.stands(ctx); err != nil {
		return bylaw.Reading{}, err
	}
	base, err := c.commit(ctx, c.Base)
	if err != nil {
		return bylaw.Reading{}, err
	}
	head, err := c.commit(ctx, c.Head)
	if err != nil {
		return bylaw.Reading{}, err
	}
	if err := c.related(ctx, base, head); err != nil {
		return bylaw.Reading{}, err
	}
	now := bylaw.At(c.Now())
	s := bylaw.Snapshot{
		Repository: bylaw.Repository{Owner: ref.Owner, Name: ref.Repo, DefaultBranch: c.Base}, Number: ref.Number,
		Title: fmt.Sprintf("%s onto %s", c.Head, c.Base), State: "open", CreatedAt: now, ReadyAt: now,
		Author: bylaw.Account{Login: c.Author, Kind: kindOf(c.Author)},
		Base:   bylaw.Base{Name: c.Base, SHA: base},
		Head:   bylaw.Head{Name: c.Head, SHA: head, Repository: ref.Repository(), ArrivedAt: now, PushedBy: c.Author},
	}
	if s.MergedBy.Kind = bylaw.KindDeleted; c.Author == "" {
		s.Author.Kind = bylaw.KindDeleted
	}
	for _, login := range c.ApprovedBy {
		s.Reviews = append(s.Reviews, bylaw.Review{Author: bylaw.Account{Login: login, Kind: kindOf(login)}, State: bylaw.ReviewApproved, SHA: head, SubmittedAt: now, CanPush: true})
	}
	if s.Files, err = c.changed(ctx, base, head); err != nil {
		return bylaw.Reading{}, err
	}
	if s.Commits, err = c.commits(ctx, base, head); err != nil {
		return bylaw.Reading{}, err
	}
	if len(s.Commits) == 0 {
		return bylaw.Reading{}, &bylaw.Problem{
			File: c.Folder, Msg: fmt.Sprintf("there is nothing between %s and %s: every commit of %s is in %s already", c.Base, c.Head, c.Head, c.Base),
			Fix: "commit the change first, edits without a commit are not looked at; or name other revisions with --base and --head",
		}
	}
	reading := bylaw.Reading{Snapshot: s, Law: bylaw.Tree{Repository: ref.Repository(), Commit: base, Visible: true}}
	paths := append([]string{bylaw.ConfigPath, bylaw.PoliciesPath + "/"}, want.Law...)
	if reading.Law.Files, err = c.Files(ctx, ref, &s, bylaw.RevisionLaw, paths); err != nil {
		return bylaw.Reading{}, err
	}
	reading.Organization, err = c.Organization.defaults(want.Organization)
	return reading, err
}

// Teams returns none: git knows of no teams, and nothing is fetched.
func (c Clone) Teams(context.Context, bylaw.Ref, []string) ([]bylaw.Team, error) { return nil, nil }

// Files returns files of the base or the head revision, or of the organization's folder.
func (c Clone) Files(ctx context.Context, _ bylaw.Ref, s *bylaw.Snapshot, revision bylaw.Revision, paths []string) ([]bylaw.Blob, error) {
	tip, older := revision.Split()
	commit := cmp.Or(older, s.Base.SHA)
	switch tip {
	case bylaw.RevisionHead:
		commit = s.Head.SHA
	case bylaw.RevisionOrganization:
		if c.Organization == "" || older != "" {
			return nil, nil // another repository, or its history, which is not here
		}
		return c.Organization.Files(paths)
	}
	listing, err := c.git(ctx, "list the files of "+commit, append([]string{"ls-tree", "-r", "-z", "--full-tree", commit, "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	var out []bylaw.Blob
	for entry := range strings.SplitSeq(string(listing), "\x00") {
		meta, name, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 || fields[1] != "blob" {
			continue
		}
		data, err := c.git(ctx, "read "+name, "cat-file", "blob", fields[2])
		if err != nil {
			return nil, err
		}
		out = append(out, bylaw.Blob{Path: name, OID: fields[2], Mode: fields[0], Data: data})
	}
	return out, nil
}

// Dates tells since when the lines of a file are as they are, as far as this clone has the history. Of the
// organization's files nothing is known: they are taken as they stand in a folder.
func (c Clone) Dates(ctx context.Context, ref bylaw.Ref, v bylaw.Version) (bylaw.Dated, error) {
	if v.Repository != ref.Repository() {
		return bylaw.Dated{}, nil
	}
	log, err := c.git(ctx, "read the history of "+v.Path, "log", "--first-parent", "-m", "--format=%H %cI", v.Commit, "--", v.Path)
	if err != nil {
		return bylaw.Dated{}, err
	}
	dates := bylaw.Dated{Whole: true}
	for line := range strings.Lines(string(log)) {
		commit, date, _ := strings.Cut(strings.TrimSpace(line), " ")
		at, err := time.Parse(time.RFC3339, date)
		if err != nil {
			return bylaw.Dated{}, c.unexpected("read the history of " + v.Path)
		}
		dates.Changes = append(dates.Changes, bylaw.Change{Commit: commit, At: bylaw.At(at)})
	}
	blame, err := c.git(ctx, "find out since when the lines of "+v.Path+" are as they are", "blame", "--first-parent", "--line-porcelain", v.Commit, "--", v.Path)
	if err != nil {
		return bylaw.Dated{}, err
	}
	number := 0
	for line := range strings.Lines(string(blame)) {
		seconds, dated := strings.CutPrefix(strings.TrimSpace(line), "committer-time ")
		if !dated || strings.HasPrefix(line, "\t") { // after a tab stands the line of the file itself
			continue
		}
		at, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil {
			return bylaw.Dated{}, c.unexpected("find out since when the lines of " + v.Path + " are as they are")
		}
		number++
		dates.Lines = append(dates.Lines, bylaw.DatedLines{First: number, Last: number, At: bylaw.At(time.Unix(at, 0))})
	}
	return dates, nil
}

// Elsewhere knows no other repository: nothing is fetched.
func (c Clone) Elsewhere(_ context.Context, _ bylaw.Ref, want bylaw.Elsewhere) (bylaw.Tree, error) {
	return bylaw.Tree{Repository: want.Repository}, nil
}

// statuses are git's letters for what happened to a file, in GitHub's words.
var statuses = map[byte]string{'A': "added", 'D': "removed", 'M': "modified", 'R': "renamed", 'C': "copied", 'T': "changed"}

// changed lists the files that differ between the head and where it left the base, with the lines that
// git counts.
func (c Clone) changed(ctx context.Context, base, head string) ([]bylaw.File, error) {
	names, err := c.git(ctx, c.comparing(), "diff", "--name-status", "-z", "-M", base+"..."+head)
	if err != nil {
		return nil, err
	}
	fields := strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00")
	files := []bylaw.File{}
	for i := 0; i+1 < len(fields); i += 2 {
		f := bylaw.File{Path: fields[i+1], Status: cmp.Or(statuses[fields[i][0]], "changed")}
		if (f.Status == "renamed" || f.Status == "copied") && i+2 < len(fields) {
			f.PreviousPath, f.Path = fields[i+1], fields[i+2]
			i++
		}
		files = append(files, f)
	}
	numbers, err := c.git(ctx, c.comparing(), "diff", "--numstat", "-z", "-M", base+"..."+head)
	if err != nil {
		return nil, err
	}
	// "added TAB removed TAB path NUL", and for renames "added TAB removed TAB NUL old NUL new NUL".
	rest := strings.Split(string(numbers), "\x00")
	for i := 0; i < len(rest); i++ {
		added, tail, _ := strings.Cut(rest[i], "\t")
		removed, name, ok := strings.Cut(tail, "\t")
		if !ok {
			continue
		}
		if name == "" && i+2 < len(rest) {
			name = rest[i+2]
			i += 2
		}
		if j := slices.IndexFunc(files, func(f bylaw.File) bool { return f.Path == name }); j >= 0 {
			files[j].Added, _ = strconv.Atoi(added) // "-" for binary files: GitHub counts none either
			files[j].Removed, _ = strconv.Atoi(removed)
		}
	}
	return files, nil
}

// commits lists the commits that the head has and the base has not, oldest first.
func (c Clone) commits(ctx context.Context, base, head string) ([]bylaw.Commit, error) {
	out, err := c.git(ctx, c.comparing(), "log", "--reverse", "-z", "--format=%H%n%ae%n%ce%n%(trailers:key=Co-authored-by,valueonly)", base+".."+head)
	if err != nil {
		return nil, err
	}
	commits := []bylaw.Commit{}
	for record := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		lines := strings.Split(record, "\n")
		if len(lines) < 3 {
			continue
		}
		commit := bylaw.Commit{SHA: lines[0], Authors: []bylaw.Author{{Domain: domainOf(lines[1])}}, Committer: bylaw.Author{Domain: domainOf(lines[2])}}
		for _, trailer := range lines[3:] {
			if _, mail, ok := strings.Cut(trailer, "<"); ok {
				commit.Authors = append(commit.Authors, bylaw.Author{Domain: domainOf(strings.TrimSuffix(mail, ">"))})
			}
		}
		commits = append(commits, commit)
	}
	return commits, nil
}

// domainOf is the domain of an e-mail address; the address itself is never kept.
func domainOf(mail string) string {
	_, domain, _ := strings.Cut(mail, "@")
	return strings.ToLower(domain)
}
