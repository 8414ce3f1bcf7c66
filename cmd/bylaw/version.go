package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program, and the commit from which it was built",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			info, _ := debug.ReadBuildInfo()
			fmt.Fprintf(s.out, "bylaw %s\n%s\n", version(), origin(info))
			return nil
		},
	}
}

// origin says from which commit a program was built, as far as the Go command has recorded it; info may be nil.
func origin(info *debug.BuildInfo) string {
	recorded := map[string]string{}
	if info != nil {
		for _, s := range info.Settings {
			recorded[s.Key] = s.Value
		}
	}
	switch commit := recorded["vcs.revision"]; {
	case commit != "" && recorded["vcs.modified"] == "true":
		return fmt.Sprintf("commit %s of %s, modified: built with changes that were not committed", commit, recorded["vcs.time"])
	case commit != "":
		return fmt.Sprintf("commit %s of %s, not modified", commit, recorded["vcs.time"])
	case info != nil && info.Main.Sum != "":
		return "commit unknown (built from the module of this version, " + info.Main.Sum + ")"
	}
	return "commit unknown (built without version control)"
}

// version is the module's version, or the commit that was built, as the Go command records them.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return "commit " + setting.Value
		}
	}
	return "(built from source)"
}
