package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// maxElsewhere bounds the rosters of other repositories that one file names: anybody can propose a file.
const maxElsewhere = 20

// repositoryPattern is the name of a repository with its owner.
var repositoryPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)

// String is a roster in words: its repository where that is another one, its path, and its project.
func (r RosterFile) String() string {
	words := strings.TrimSpace(r.Repository + " " + r.Path)
	if r.Project != "" {
		words += ", project " + r.Project
	}
	return words
}

// elsewhere reads the keys of a roster that say in which repository it stands, and whom it is about. It
// reports whether that could be read.
func (r *configReader) elsewhere(at string, entry map[string]any, roster *RosterFile) (ok bool) {
	if value, stands := entry["repo"]; stands {
		if roster.Repository, ok = r.repository(at+"/repo", value); !ok {
			return false
		}
	}
	if value, stands := entry["project"]; stands {
		name, ok := value.(string)
		if roster.Project = strings.TrimSpace(name); !ok || roster.Project == "" {
			r.problem(at+"/project", "project must be the name of a project", "write it as the roster does")
			return false
		}
	}
	return true
}

// sharedRosters reads which private repositories have rosters for all repositories of the organization.
func (r *configReader) sharedRosters(fields map[string]any, out *configFile) {
	n := 0
	for i, roster := range out.Rosters {
		if roster.Repository == "" {
			continue
		}
		if n++; n > maxElsewhere {
			r.problem(fmt.Sprintf("/rosters/%d", i), fmt.Sprintf("these are more than %d rosters of other repositories", maxElsewhere), "name fewer")
			out.Rosters = out.Rosters[:i]
			break
		}
	}
	value, stands := fields["shared_rosters"]
	if !stands {
		return
	}
	if !r.file.Organization {
		r.problem("/shared_rosters", "only the organization's file can share rosters", "take it out")
		return
	}
	list, ok := value.([]any)
	if !ok {
		r.problem("/shared_rosters", "shared_rosters must be a list", "write \"- OWNER/NAME\" below it")
		return
	}
	for i, item := range list {
		pointer := fmt.Sprintf("/shared_rosters/%d", i)
		if name, ok := r.repository(pointer, item); ok {
			out.SharedRosters = append(out.SharedRosters, Setting[string]{name, r.place(pointer)})
		}
	}
}

func (r *configReader) repository(pointer string, value any) (string, bool) {
	name, _ := value.(string)
	if !repositoryPattern.MatchString(name) || strings.HasSuffix(name, "/.") || strings.HasSuffix(name, "/..") {
		r.problem(pointer, "this must be the name of a repository", "write OWNER/NAME")
		return "", false
	}
	return name, true
}
