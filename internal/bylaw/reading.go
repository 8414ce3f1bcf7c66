package bylaw

import "strings"

// Paths of the governance files, in the governed repository and in "<organization>/.github" alike.
const (
	ConfigPath   = ".github/bylaw.yml"
	PoliciesPath = ".github/bylaw" // one folder for each of the community's own policies
)

// OrganizationRepository is the name of the repository in which an organization keeps its defaults.
const OrganizationRepository = ".github"

// Reading is what was read of one pull request in one go: the facts, and the files that are the law
// for it. It is not judged yet: people, governance and file contents are added by the reader's caller.
type Reading struct {
	Is           Identity // the repository, as GitHub knows it
	Snapshot     Snapshot
	Law          Tree      // files of the governed repository at the live tip of its default branch
	Organization Tree      // files of <organization>/.github at the live tip of its default branch
	Pushers      []Account // everybody who may write to the repository; nil when that is not known
	Posted       []Posted  // our check runs that stand on the head
	Teams        []Team    // those of the wanted teams that exist and can be seen
	Commented    bool      // a program has written a comment with StickyMark: it may be ours
	ChangedAt    Time      // GitHub's time of the last change of the pull request; check runs do not count

	Active   map[string]Time   // when people last committed to the default branch, by login in lower case
	Profiles map[string]string // what people write of their employer on their page, word for word, by login in lower case
}

// Identity is which repository GitHub has answered for: one that was renamed or transferred since somebody wrote its
// name down is found by that as well.
type Identity struct {
	ID   int64  // GitHub's number of it, which stays; 0 where GitHub was not asked
	Name string // "owner/name" as it is called now
}

// Tree is a selection of the files of one commit.
type Tree struct {
	Repository string // "owner/name"; "" when nobody has looked
	Commit     string // full sha; "" when the repository cannot be seen or is empty
	Visible    bool   // whether the repository can be read at all
	Files      []Blob // those of the wanted files that exist, in no particular order

	Folders []string // those of the wanted folders, each with a "/" at its end, of which all files are among Files
}

// File returns the file at a path, and whether it exists.
func (t Tree) File(path string) (Blob, bool) {
	for _, f := range t.Files {
		if f.Path == path {
			return f, true
		}
	}
	return Blob{}, false
}

// Blob is a file's content as git stores it.
type Blob struct {
	Path string
	OID  string // git object id of the content
	Mode string // git file mode: 100644, 100755, 120000 for a symbolic link, 160000 for a submodule; "" when not known
	Data []byte
}

// ModeFolder is the mode of a folder that was not read, because it stands deeper than folders are read. Its
// path ends in "/".
const ModeFolder = "040000"

// Posted is a check run of ours that stands on a commit.
type Posted struct {
	ID         int64
	Name       string
	Conclusion Conclusion
	Digest     string // of the content that was posted (Check.Digest), "" when not known
}

// Revision names a commit of the pull request's world from which files can be read.
type Revision string

// The revisions.
const (
	RevisionLaw          Revision = "law"          // live tip of the default branch of the governed repository
	RevisionOrganization Revision = "organization" // live tip of the default branch of <organization>/.github
	RevisionBase         Revision = "base"         // Snapshot.Base.SHA: tip of the branch to be changed
	RevisionHead         Revision = "head"         // the proposed commit
)

// At is an older commit of the default branch of which r names the tip.
func (r Revision) At(commit string) Revision { return r + "@" + Revision(commit) }

// Split takes apart what At put together; commit is "" for the tip.
func (r Revision) Split() (tip Revision, commit string) {
	name, commit, _ := strings.Cut(string(r), "@")
	return Revision(name), commit
}

// Want says what a reading shall hold besides the facts of the pull request.
type Want struct {
	Law          []string  // files of the governed repository, besides ConfigPath and everything below PoliciesPath
	Organization []string  // the same for <organization>/.github
	Pushers      bool      // whether to list who may write to the repository
	Teams        []string  // teams of the organization whose members to list, by the names that addresses use
	Arrivals     []Arrival // what webhooks told of this pull request's heads
	Comments     []Comment // what webhooks told of its comments with commands
}

// Arrival is when a commit became the head of a pull request, and by whom, as a webhook told it.
type Arrival struct {
	SHA string
	At  Time
	By  string // login
}

// Comment is a comment in which a command stands, or once stood, as webhooks told of it.
type Comment struct {
	ID       int64
	Author   Account
	Texts    []Text // what its author wrote in it, oldest first
	EditedAt Time   // the latest edit, by whomever; zero when never edited
	EditedBy string // login
	Deleted  bool
}

// Text is what an author wrote in a comment.
type Text struct {
	Body string // empty if it held no command
	At   Time
}
