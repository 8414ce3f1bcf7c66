package bylaw

import (
	"fmt"
	"strings"
)

// Ref names one pull request, and the installation of the App through which it can be reached.
type Ref struct {
	Installation int64  `json:"installation"` // 0 where no App is involved: recorded facts, a personal token
	Owner        string `json:"owner"`
	Repo         string `json:"repo"`
	Number       int    `json:"number"`
}

// Repository is the repository's full name, "owner/name".
func (r Ref) Repository() string { return r.Owner + "/" + r.Repo }

// String is the form that GitHub links: "owner/name#7".
func (r Ref) String() string { return fmt.Sprintf("%s#%d", r.Repository(), r.Number) }

// SplitRepository splits "owner/name". It reports false if name is not of that form.
func SplitRepository(name string) (owner, repo string, ok bool) {
	owner, repo, ok = strings.Cut(name, "/")
	return owner, repo, ok && owner != "" && repo != "" && !strings.Contains(repo, "/")
}
