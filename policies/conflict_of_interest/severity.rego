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
