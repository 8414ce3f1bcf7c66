package roster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bylaw-app/bylaw/internal/document"
)

// ofOneProject notes why the people of the project that was asked for cannot be told.
func (r *reading) ofOneProject() {
	if r.project == "" || slices.ContainsFunc(r.projects, func(p string) bool { return strings.EqualFold(p, r.project) }) {
		return
	}
	r.people = nil
	if slices.ContainsFunc(r.findings, func(f Finding) bool { return f.Stops && f.Kind != "nobody" }) {
		return // it says already why nothing could be read
	}
	r.findings = slices.DeleteFunc(r.findings, func(f Finding) bool { return f.Kind == "nobody" })
	if len(r.projects) == 0 {
		r.stop(0, "project", "take \"project:\" out", "this roster does not say of which project people are")
		return
	}
	fix := "write it as the file does"
	if near := document.Nearest(r.project, r.projects); near != "" {
		fix = fmt.Sprintf("did you mean %q?", near)
	}
	r.stop(0, "project", fix, "there is no project %q in this roster", r.project)
}

// Collected reports whether others collected what the roster says, of people who need not know of it.
func (r Roster) Collected() bool { return r.collected }
