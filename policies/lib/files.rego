# Paths of files, and what stands in them.
package bylaw.lib

# Whether a path matches a pattern: "*" stands for anything but "/", "**" for anything, and "**/" also
# for nothing. Upper and lower case differ.
path_matches(pattern, path) if path_matches_any([pattern], path)

# Whether a path matches one of several patterns. Those without brackets are made into one regular
# expression, because a large change has thousands of paths.
path_matches_any(patterns, path) if regex.match(_expression(patterns), path)

path_matches_any(patterns, path) if {
	some p in _with_brackets(patterns)
	some pattern in {p, trim_prefix(p, "**/")}
	glob.match(pattern, ["/"], path)
}

_expression(patterns) := bylaw.path_expression(patterns)

_with_brackets(patterns) := bylaw.with_brackets(patterns)

# The paths that a changed file touches: its own, and its old one when it was renamed.
paths(file) := {p | some p in [file.path, file.previous_path]; p != ""}

# The files of which one of these paths matches one of several patterns. All files are looked at at once: most
# changes touch nothing of what a rule is about, and should cost nothing.
touched(files, patterns) := bylaw.touched(files, patterns) | {file |
	some pattern in _with_brackets(patterns)
	some file in files
	some path in paths(file)
	path_matches(pattern, path)
}

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
