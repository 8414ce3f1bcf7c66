# METADATA
# title: A vendor names people who can be reached, and changes its own file only
# description: |
#   A company that sends its customers to the community says whom to turn to: in one file, or one folder,
#   of its own. Each contact has a kind and can be reached. The people of a company change its own file by
#   themselves; a new file, a removal, a new name, and a change by anybody else need the committee.
#   A company that was removed does not come back before its date. Links are never followed.
# related_resources:
#   - ref: https://github.com/spiffe/spiffe/tree/main/community/vendor-technical-contacts
#     description: "SPIFFE, contacts of vendors: two of each, and how to reach them"
# schemas:
#   - input.params:
#       type: object
#       additionalProperties: false
#       properties:
#         paths:
#           type: array
#           items: {type: string, format: pattern}
#           minItems: 1
#           default: ["community/vendor-technical-contacts/**"]
#           description: The files of vendors. What stands before the first wildcard is the directory; below it, each company has a file or a folder.
#         templates:
#           type: array
#           items: {type: string, format: pattern}
#           default: ["**/vendor-contact-template.md"]
#           description: Files about no company, which are not judged. A README.md of the directory itself is one. A file that is named after a known organization is never one.
#         layout:
#           type: string
#           enum: [flat, folder, both]
#           default: both
#           description: "flat: one file for each company. folder: one folder for each company."
#         pages:
#           type: array
#           items: {type: string}
#           minItems: 1
#           default: [README.md, contacts.md, contacts.yml, contacts.yaml]
#           description: In the folder of a company, the names of the file with the contacts. The other files in it are the company's own business.
#         contacts:
#           type: integer
#           minimum: 1
#           default: 2
#           description: How many contacts a company names at least. Somebody who stands twice is one contact.
#         kinds:
#           type: array
#           items: {type: string}
#           default: [Technical, Community]
#           description: The kinds of contacts there are; each contact has one or several of them. Empty when kinds do not matter.
#         encouraged:
#           type: object
#           additionalProperties: false
#           description: What is worth a remark when it is missing, and never refused.
#           properties:
#             kinds: {type: array, items: {type: string}, default: [Technical, Community], description: Kinds of which there should be a contact.}
#             email: {type: boolean, default: true, description: Every contact has an e-mail address. Without one it needs the name in a chat.}
#             headings: {type: array, items: {type: string}, default: [Support, Guidelines, Guideline], description: Words one of which should stand in a heading.}
#         committee:
#           type: object
#           additionalProperties: false
#           description: Whose approval a new file, a removal, a new name and a change by others need. When nobody is named, everybody's who may write to the repository.
#           properties:
#             roles: {type: array, items: {type: string}, default: []}
#             teams: {type: array, items: {type: string, format: team}, default: []}
#             people: {type: array, items: {type: string}, default: []}
#         baseline:
#           type: string
#           enum: [changed, whole]
#           default: changed
#           description: "changed: only faults that the pull request brings count. whole: all faults of a file that it changes."
#         removed:
#           type: array
#           default: []
#           description: Companies that do not come back before a date.
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               organization: {type: string, default: "", description: "Its id in the file of organizations, its name, or the name of its file."}
#               until: {type: string, default: "", description: "A date such as 2026-01-31, from which it may come back; empty for never."}
# custom:
#   files: [{parameter: paths}]
#   conclusion: failure
#   comment: true
#   local: true
package bylaw.vendor_contacts

import data.bylaw.lib

applies if count(_changes) > 0

# It is met when every file is in order, and the committee has approved what needs it.
accept if {
	count(_wrong) == 0
	count(_waiting) == 0
}

# On somebody's own computer nobody can have approved, and only what stands in the files is judged.
_waiting := _unsettled if not input.local

_waiting := set() if input.local

# Files that are in order and wait for people ask them to act; a wrong file is a failure.
conclusion := "action_required" if count(_wrong) == 0

# A removed company may come back when its date is there.
recheck_at := min(_returns) if count(_returns) > 0

findings contains f if some f in ((_wrong | _waiting) | _advice)

_wrong := union({_faults_of_pages, _faults_of_places, _faults_of_names, _faults_of_returns})

headline := $"{_subject} in order" if accept

headline := $"{_faults_in_words} in {lib.in_a_short_row(sort({f.file | some f in _wrong}), 2)}" if count(_wrong) > 0

headline := $"Waiting for an approval by {_committee_in_words}" if {
	count(_wrong) == 0
	count(_waiting) > 0
}

_subject := $"{path} is" if {
	count(_changes) == 1
	some path in {c.path | some c in _changes}
}

_subject := $"{count(_changes)} files of vendors are" if count(_changes) > 1

_faults_in_words := "One thing is wrong" if count(_wrong) == 1

_faults_in_words := $"{count(_wrong)} things are wrong" if count(_wrong) > 1

# --- What the pull request does to files of vendors

_changes contains change if {
	some file in lib.touched(input.files, input.params.paths)
	some change in _changes_by(file)
}

# A file that is moved in is new, one that is moved out is gone. A copy leaves the old file where it is.
_changes_by(file) := {change |
	some [what, path, holds] in [
		["new", file.path, _comes(file)],
		["changed", file.path, _stays(file)],
		["renamed", file.path, _moves(file)],
		["removed", _left(file), _goes(file)],
	]
	holds
	change := {
		"what": what, "path": path, "file": file, "company": _company(path),
		"page": _is_page(path), "organizations": _named_after(file),
	}
}

default _comes(_) := false

_comes(file) if {
	file.status != "removed"
	_inside(file.path, file)
	not _was_inside(file)
}

default _stays(_) := false

_stays(file) if {
	not file.status in {"removed", "added", "renamed", "copied"}
	_inside(file.path, file)
}

default _moves(_) := false

_moves(file) if {
	file.status == "renamed"
	_inside(file.path, file)
	_inside(file.previous_path, file)
}

default _goes(_) := false

_goes(file) if {
	file.status == "removed"
	_inside(file.path, file)
}

_goes(file) if {
	file.status == "renamed"
	_inside(file.previous_path, file)
	not _inside(file.path, file)
}

_was_inside(file) if not file.status in {"added", "copied", "renamed"}

_was_inside(file) if {
	file.status == "renamed"
	_inside(file.previous_path, file)
}

_left(file) := file.path if file.status != "renamed"

_left(file) := file.previous_path if file.status == "renamed"

# --- Whose file it is

_inside(path, file) if {
	path != ""
	lib.path_matches_any(input.params.paths, path)
	not _about_nobody(path, file)
}

_about_nobody(path, file) if {
	lib.path_matches_any(input.params.templates, path)
	count(_named_after(file)) == 0
}

_about_nobody(path, _) if lower(_below(path)) == "readme.md"

# The directory: what stands before the first wildcard of a pattern. The longest one holds the others.
_directory(path) := max({directory |
	some pattern in input.params.paths
	lib.path_matches(pattern, path)
	fixed := regex.replace(pattern, `(^|/)[^/]*[*?\[{].*$`, "")
	directory := {true: regex.replace(fixed, `(^|/)[^/]*$`, ""), false: fixed}[fixed == pattern]
})

_below(path) := trim_prefix(trim_prefix(path, _directory(path)), "/")

_parts(path) := split(_below(path), "/")

default _in_folder(_) := false

_in_folder(path) if count(_parts(path)) > 1

_company(path) := _parts(path)[0] if _in_folder(path)

_company(path) := regex.replace(_below(path), `\.[^.]*$`, "") if not _in_folder(path)

default _is_page(_) := false

_is_page(path) if not _in_folder(path)

_is_page(path) if {
	parts := _parts(path)
	count(parts) == 2
	lower(parts[1]) in {lower(p) | some p in input.params.pages}
}

# The organizations after which the company's file or folder is named, and those that are one with them.
# A folder around the directory may be named after an organization as well: that one does not count.
_named_after(file) := lib.with_near(input.organizations, ids, {"merged"}, input.taken_at, input.taken_at) if {
	around := {_plain(part) |
		some path in lib.paths(file)
		lib.path_matches_any(input.params.paths, path)
		some part in split(_directory(path), "/")
	}
	ids := {id |
		some id in file.organizations
		not _plain(id) in around
		not _plain(lib.organization_name(input.organizations, id)) in around
	}
}
