# How much a change matters, and so what a conflict of interest does in it.
package bylaw.conflict_of_interest

import data.bylaw.lib

_answer := input.params.conflict[_severity]

_unknown := input.params.unknown[_severity]

# The first that holds: what raises the severity comes before what lowers it, and the rest is major.
_severity := "governance" if {
	_is_governance
} else := "major" if {
	_raised("major")
} else := "trivial" if {
	_lowered("trivial")
} else := "minor" if {
	_lowered("minor")
} else := "major"

_is_governance if count(input.governance.files) > 0

_is_governance if _raised("governance")

_raised(class) if {
	count(input.params.severity[class].paths) > 0
	_touches(input.params.severity[class].paths)
}

_raised(class) if {
	some label in input.labels
	label.name in input.params.severity[class].labels
}

_raised("major") if {
	input.params.severity.major.lines > 0
	_changed_lines >= input.params.severity.major.lines
}

_lowered(class) if {
	count(input.params.severity[class].paths) > 0
	count(input.files) > 0
	every file in input.files {
		every path in lib.paths(file) {
			lib.path_matches_any(input.params.severity[class].paths, path)
		}
	}
}

_lowered(class) if {
	some label in input.labels
	label.name in input.params.severity[class].labels
	_set_from_outside(label)
}

_set_from_outside(label) if {
	circle := lib.circle(_who, _near, input.created_at, label.set_at)
	lib.position(_who[lower(label.set_by)], circle).standing == "outside"
}

# GitHub counts no lines in a binary file, so a file without lines may hide any change.
_lowered(class) if {
	input.params.severity[class].lines > 0
	count(input.files) > 0
	_changed_lines <= input.params.severity[class].lines
	count(lib.where(lib.where(input.files, "added", {0}), "removed", {0})) == 0
}

_changed_lines := sum(lib.column(input.files, "added")) + sum(lib.column(input.files, "removed"))

# Labels that would make the change matter less, had somebody else set them.
_idle_labels contains [class, label] if {
	some class in ["trivial", "minor"]
	not _severity in {class, "trivial", "governance"}
	some label in input.labels
	label.name in input.params.severity[class].labels
	not _set_from_outside(label)
}

# --- Why a change is of its severity, in a few words for whoever meets the word. Only texts ask for it, about what is
# missing or uncertain.

_severe := $"{_severity} change ({_because})"

default _because := "major is the default here"

_because := $"it changes the rules: {_clipped(min(input.governance.files))}" if {
	count(input.governance.files) > 0
} else := $"it touches {_clipped(path)}" if {
	path := _raising_path
} else := $"it has the label {min(_deciding_labels)}" if {
	count(_deciding_labels) > 0
} else := $"it changes {_lines}" if {
	_severity == "major"
	input.params.severity.major.lines > 0
	_changed_lines >= input.params.severity.major.lines
} else := $"it changes only {_lines}" if {
	_severity in {"trivial", "minor"}
	_changed_lines <= input.params.severity[_severity].lines
	count(_uncounted) == 0
} else := _what_it_only_touches if {
	_severity in {"trivial", "minor"}
} else := $"it touches {_clipped(path)}, of which no lines are counted" if {
	_small > 0
	_changed_lines <= _small
	path := min(lib.column(_uncounted, "path"))
} else := $"it touches {_clipped(path)}{_and_lines}" if {
	path := _unlike
} else := $"it changes {_lines}" if {
	_small > 0
	_changed_lines > _small
}

# The first path that raises the severity to what it is.
_raising_path := min({path |
	some file in raising
	file.path == first
	some path in lib.paths(file)
	lib.path_matches_any(patterns, path)
}) if {
	_severity in {"major", "governance"}
	patterns := input.params.severity[_severity].paths
	count(patterns) > 0
	raising := lib.touched(input.files, patterns)
	first := min(lib.column(raising, "path"))
}

_deciding_labels := {label.name |
	some label in input.labels
	label.name in input.params.severity[_severity].labels
	_counts_for_severity(label)
}

_counts_for_severity(_) if _severity in {"major", "governance"}

_counts_for_severity(label) if _set_from_outside(label)

# GitHub counts no lines in them.
_uncounted := lib.where(lib.where(input.files, "added", {0}), "removed", {0})

_what_it_only_touches := $"it touches only {_clipped(input.files[0].path)}" if {
	count(input.files) == 1
} else := $"it touches only such files as {_clipped(min(lib.column(input.files, "path")))}"

# Up to how many lines a change is no major one.
_small := max({input.params.severity[class].lines | some class in ["trivial", "minor"]})

_and_lines := $" and changes {_lines}" if _small > 0

else := ""

# A path that is none of those of smaller changes. Most often the first file has it, or one of the first; only
# otherwise all are looked at. A renamed file has two paths.
_unlike := path if {
	count(_lowering) > 0
	path := input.files[0].path
	not lib.path_matches_any(_lowering, path)
} else := path if {
	path := min(_others(array.slice(input.files, 0, 3)))
} else := min(lib.as_set(lib.column(input.files, "path")) - like) if {
	count(_lowering) > 0
	like := lib.as_set(lib.column(lib.touched(input.files, _lowering), "path"))
} else := min(_others([file | some file in input.files; file.previous_path != ""]))

_others(files) := {path |
	count(_lowering) > 0
	some file in files
	some path in lib.paths(file)
	not lib.path_matches_any(_lowering, path)
}

# The paths of minor changes, or of trivial ones where no paths are minor.
_lowering := input.params.severity.minor.paths if count(input.params.severity.minor.paths) > 0

else := input.params.severity.trivial.paths

_lines := "1 line" if _changed_lines == 1

else := $"{_changed_lines} lines"

_clipped(path) := path if count(path) <= 60

else := $"…{substring(path, count(path) - 59, -1)}"
