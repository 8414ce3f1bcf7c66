package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionSaysFromWhichCommit(t *testing.T) {
	t.Parallel()
	const commit = "142c9fb0a1b2c3d4e5f60718293a4b5c6d7e8f90"
	stamped := func(modified string) *debug.BuildInfo {
		return &debug.BuildInfo{Settings: []debug.BuildSetting{
			{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit}, {Key: "vcs.time", Value: "2026-11-22T08:00:00Z"}, {Key: "vcs.modified", Value: modified},
		}}
	}
	for name, test := range map[string]struct {
		info *debug.BuildInfo
		want string
	}{
		"clean":            {stamped("false"), "commit " + commit + " of 2026-11-22T08:00:00Z, not modified"},
		"modified":         {stamped("true"), "commit " + commit + " of 2026-11-22T08:00:00Z, modified: built with changes that were not committed"},
		"-buildvcs=false":  {&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "commit unknown (built without version control)"},
		"go install @v1":   {&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3", Sum: "h1:abc="}}, "commit unknown (built from the module of this version, h1:abc=)"},
		"not by go at all": {nil, "commit unknown (built without version control)"},
	} {
		if got := origin(test.info); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
