# Paths of files, and what stands in them.
package bylaw.lib

# Whether a path matches a pattern: "*" stands for anything but "/", "**" for anything, and "**/" also
# for nothing. Upper and lower case differ.
path_matches(pattern, path) if path_matches_any([pattern], path)

# Whether a path matches one of several patterns. Those without brackets are made into one regular
# expression, because a large change has thousands of paths.
path_matches_any(patterns, path) if {
	plain := [p | some p in patterns; not _has_brackets(p)]
	count(plain) > 0
	regex.match(_expression(plain), path)
}

path_matches_any(patterns, path) if {
	some p in patterns
	_has_brackets(p)
	some pattern in {p, trim_prefix(p, "**/")}
	glob.match(pattern, ["/"], path)
}

_has_brackets(pattern) if regex.match(`[{\[\\]`, pattern)

_expression(patterns) := concat("", ["^(?:", concat("|", [_one_expression(p) | some p in patterns]), ")$"])

# "**/" and "**" are put aside first, lest they be taken for "*".
_one_expression(pattern) := strings.replace_n(
	{
		"\u0001": `(?:.*/)?`, "\u0002": `.*`, "*": `[^/]*`, "?": `[^/]`,
		".": `\.`, "+": `\+`, "(": `\(`, ")": `\)`, "|": `\|`, "^": `\^`, "$": `\$`,
	},
	replace(replace(pattern, "**/", "\u0001"), "**", "\u0002"),
)

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
