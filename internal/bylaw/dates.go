package bylaw

// Version is a file as it stands at a commit of the default branch of a repository: the governed one, its
// organization's, or another one.
type Version struct {
	Repository string // "owner/name"
	Shared     bool   // of another repository: it may be private, because the organization shares its rosters
	Commit     string // full sha
	Path       string
	OID        string // of the content
	Since      Time   // how far back the changes of the file are of interest
}

// Dated says when the lines of a file came to the default branch, and when the file was changed.
type Dated struct {
	Lines   []DatedLines `json:"lines"`   // none when that is not known
	Changes []Change     `json:"changes"` // as far back as they were asked for
	Whole   bool         `json:"whole"`   // Changes reach back to the first one
}

// DatedLines are lines of a file that came together, from 1, both included.
type DatedLines struct {
	First int  `json:"first"`
	Last  int  `json:"last"`
	At    Time `json:"at"`
}

// Change is a commit that changed a file. At is when it came to the default branch: when its pull request
// was merged into it, and otherwise when it was committed.
type Change struct {
	Commit string `json:"commit"`
	At     Time   `json:"at"`
}

// Line is when a line came to the default branch; zero when that is not known.
func (d Dated) Line(number int) Time {
	for _, l := range d.Lines {
		if l.First <= number && number <= l.Last {
			return l.At
		}
	}
	return Time{}
}

// ChangedAfter reports whether the file was changed after a moment.
func (d Dated) ChangedAfter(moment Time) bool {
	for _, c := range d.Changes {
		if c.At.After(moment.Time) {
			return true
		}
	}
	return false
}

// LastBefore is the last change that had come by a moment; none when the file did not exist yet, or when
// the changes do not reach back so far.
func (d Dated) LastBefore(moment Time) (last Change, ok bool) {
	for _, c := range d.Changes {
		if !c.At.After(moment.Time) && (!ok || c.At.After(last.At.Time)) {
			last, ok = c, true
		}
	}
	return last, ok
}

// Reaches reports whether the changes tell how the file stood at a moment.
func (d Dated) Reaches(moment Time) bool {
	_, ok := d.LastBefore(moment)
	return ok || d.Whole
}

// Elsewhere asks for files of a repository that is neither the governed one nor its organization's.
type Elsewhere struct {
	Repository string // "owner/name"
	Shared     bool   // it may be private, because the organization shares its rosters
	Commit     string // "" is the live tip of its default branch
	Paths      []string
}
