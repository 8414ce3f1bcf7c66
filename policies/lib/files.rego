# Paths of files, and what stands in them.
package bylaw.lib

# Whether a path matches a pattern: "*" stands for anything but "/", "**" for anything, and "**/" at
# the beginning also for nothing. Upper and lower case differ.
path_matches(pattern, path) if glob.match(pattern, ["/"], path)

path_matches(pattern, path) if glob.match(trim_prefix(pattern, "**/"), ["/"], path)

path_matches_any(patterns, path) if {
	some pattern in patterns
	path_matches(pattern, path)
}

# The paths that a changed file touches: its own, and its old one when it was renamed.
paths(file) := {p | some p in [file.path, file.previous_path]; p != ""}

# The line of a value in a file's content, by JSON pointer: its own line, or that of the nearest value
# around it; 1 when there is none.
line(content, pointer) := max({1} | {l.line |
	nearest := _nearest(content, pointer)
	some l in content.lines
	l.pointer == nearest
})

# Each of the pointers around a value begins with the ones around it, so the nearest sorts last.
_nearest(content, pointer) := max({l.pointer |
	some l in content.lines
	startswith(concat("", [pointer, "/"]), concat("", [l.pointer, "/"]))
})
