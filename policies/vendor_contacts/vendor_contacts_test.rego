package bylaw.vendor_contacts_test

import data.bylaw.lib.testing
import data.bylaw.vendor_contacts

# --- Pull requests of alice of Acme

defaults := {
	"paths": ["community/vendor-technical-contacts/**"],
	"templates": ["**/vendor-contact-template.md"],
	"layout": "both",
	"pages": ["README.md", "contacts.md", "contacts.yml", "contacts.yaml"],
	"contacts": 2,
	"kinds": ["Technical", "Community"],
	"encouraged": {"kinds": ["Technical", "Community"], "email": true, "headings": ["Support", "Guidelines", "Guideline"]},
	"committee": {"roles": [], "teams": [], "people": []},
	"baseline": "changed",
	"removed": [],
}

_with(params) := object.union(object.union(defaults, {"paths": ["vendors/**"]}), params)

_facts(params, files, more) := testing.with_facts(object.union({"params": _with(params), "files": files}, more))

# alice changes Acme's file, whose contacts are others before and after.
changed(before, after) := object.union(testing.file("vendors/acme.md", 2), {"organizations": ["acme"], "before": _page(before), "after": _page(after)})

_new(path, contacts) := object.union(testing.file(path, 9), {"status": "added", "after": _page(contacts)})

_removed(path) := object.union(testing.file(path, 0), {"status": "removed", "before": _page(_both)})

_renamed(from, to) := object.union(testing.file(to, 0), {"status": "renamed", "previous_path": from, "before": _page(_both), "after": _page(_both)})

_approved(logins) := {"reviews": [testing.approval(login) | some login in logins]}

# --- Pages: a heading and four lines for each contact

_both := [_carl, _dora]

_carl := {"name": "Carl Clark (Lead)", "says": {"Type": "Technical", "Email": "carl@acme.example"}}

_dora := {"name": "Dora Dean", "says": {"Type": "Community", "Email": "<dora@acme.example>"}}

_page(contacts) := {
	"exists": true, "text": "# Acme\n", "lines": [], "problems": [],
	"data": {"front_matter": null, "sections": array.concat(
		[_section(1, "Acme", 1, [], []), _section(2, "Support", 3, ["Acme"], []), _section(2, "Contacts", 5, ["Acme"], [])],
		[_section(3, c.name, 6 + (i * 5), ["Acme", "Contacts"], [[key, value] | some key, value in c.says]) | some i, c in contacts],
	)},
}

_section(level, heading, line, within, says) := {
	"level": level, "heading": _text(heading, line), "within": within, "prose": [], "tables": [],
	"items": [object.union(_says(said, (line + 1) + i), {"level": 1, "ordered": false}) | some i, said in says],
}

_text(text, line) := {"text": text, "line": line, "key": "", "value": "", "links": []}

_says([key, value], line) := {"text": $"{key}: {value}", "line": line, "key": key, "value": value, "links": []}

_list(items) := object.union(_page([]), {"data": {"front_matter": null, "sections": [
	_section(1, "Support", 1, [], []),
	object.union(_section(2, "Contacts", 3, ["Support"], []), {"items": items}),
]}})

_item(text, line) := object.union(_text(text, line), {"level": 1, "ordered": false})

_said(key, value, line) := object.union(_says([key, value], line), {"level": 1, "ordered": false})

_data(value) := {"exists": true, "text": "", "data": value, "lines": [], "problems": []}

_msgs(facts) := {f.msg | some f in vendor_contacts.findings with input as facts; not f.advice}

_remarks(facts) := {f.msg | some f in vendor_contacts.findings with input as facts; f.advice}

_own_change(after) := _facts({}, [changed(_both, after)], {})

# --- In order

test_two_contacts_who_can_be_reached_are_in_order if vendor_contacts.accept with input as _own_change(_both)

test_a_file_in_order_says_nothing if count(vendor_contacts.findings) == 0 with input as _own_change(_both)

test_the_headline_names_the_file if vendor_contacts.headline == "vendors/acme.md is in order" with input as _own_change(_both)

test_the_headline_counts_several_files if {
	facts := _facts({}, [_new("vendors/acme.md", _both), _new("vendors/globex.md", _both)], _approved(["carol"]))
	vendor_contacts.headline == "2 files of vendors are in order" with input as facts
}

test_code_is_not_judged if not vendor_contacts.applies with input as _facts({}, [testing.file("core/turn.go", 3)], {})

test_the_template_is_not_judged if {
	not vendor_contacts.applies with input as _facts({}, [_new("vendors/vendor-contact-template.md", [])], {})
}

test_the_readme_of_the_directory_is_not_judged if not vendor_contacts.applies with input as _facts({}, [_new("vendors/README.md", [])], {})

test_a_file_named_after_a_company_is_no_template if {
	file := object.union(_new("vendors/acme.md", []), {"organizations": ["acme"]})
	vendor_contacts.applies with input as _facts({"templates": ["**/*.md"]}, [file], {})
}

# --- Contacts

test_one_contact_is_too_few if {
	_msgs(_own_change([_carl])) == {"The file names only one contact; it needs 2."}
	not vendor_contacts.accept with input as _own_change([_carl])
}

test_two_are_too_few_for_three if {
	_msgs(_facts({"contacts": 3}, [changed([], _both)], {})) == {"The file names only 2 contacts; it needs 3."}
}

test_no_contact_is_said_so if _msgs(_own_change([])) == {"The file names no contact; it needs 2."}

test_the_example_is_made_of_what_the_vendor_wrote if {
	some f in vendor_contacts.findings with input as _own_change([_carl])
	f.fix == `Write another one as Carl Clark is written: with a name, and below it the lines "Type: Technical or Community" and "Email:" with the address.`
	f.line == 6
}

test_without_kinds_the_example_has_none if {
	some f in vendor_contacts.findings with input as _facts({"kinds": [], "encouraged": {"kinds": []}}, [changed(_both, [_carl])], {})
	contains(f.fix, `and below it the line "Email:" with the address.`)
}

test_one_person_of_both_kinds_is_one_contact if {
	both := object.union(_carl, {"says": {"Type": "Technical and Community"}})
	_msgs(_own_change([both])) == {"The file names only one contact; it needs 2."}
	count(_remarks(_own_change([both]))) == 0
}

test_somebody_who_stands_twice_is_one_contact if {
	again := object.union(_carl, {"name": "carl  clark", "says": {"Type": "Community"}})
	_msgs(_own_change([_carl, again])) == {"The file names only one contact; it needs 2."}
	"carl  clark stands here twice, and counts as one contact." in _remarks(_own_change([_carl, again]))
}

test_a_login_that_stands_twice_is_one_contact if {
	one := object.union(_carl, {"says": {"GitHub": "@carl"}})
	two := object.union(_dora, {"says": {"GitHub": "https://github.com/Carl/"}})
	_msgs(_own_change([one, two])) == {"The file names only one contact; it needs 2."}
}

test_no_technical_contact_is_a_remark if {
	facts := _own_change([object.union(_carl, {"says": {"Type": "community"}}), _dora])
	_remarks(facts) == {"No contact is of the kind Technical."}
	vendor_contacts.accept with input as facts
}

test_the_kind_may_stand_in_brackets if {
	in_brackets := {"name": "Carl Clark (Technical and Community)", "says": {"Email": "carl@acme.example"}}
	count(vendor_contacts.findings) == 0 with input as _own_change([in_brackets, _dora])
}

test_another_kind_is_wrong if {
	facts := _own_change([object.union(_carl, {"says": {"Type": "Technical, Boss"}}), _dora])
	_msgs(facts) == {`"Boss" is no kind of contact.`}
	some f in vendor_contacts.findings with input as facts
	f.line == 8
}

test_a_contact_needs_a_kind if _msgs(_own_change([object.union(_carl, {"says": {"Type": ""}}), _dora])) == {"Carl Clark has no kind."}

test_where_kinds_do_not_matter_none_is_asked if {
	facts := _facts({"kinds": [], "encouraged": {"kinds": []}}, [changed(_both, [object.union(_carl, {"says": {"Type": "Boss"}}), _dora])], {})
	count(vendor_contacts.findings) == 0 with input as facts
}

test_a_chat_is_enough_and_an_address_better if {
	facts := _own_change([{"name": "Carl Clark", "says": {"Type": "Technical", "Community Slack": "Carl"}}, _dora])
	vendor_contacts.accept with input as facts
	_remarks(facts) == {"Carl Clark can be reached in a chat only."}
}

test_a_contact_who_cannot_be_reached_is_wrong if {
	_msgs(_own_change([{"name": "Carl Clark", "says": {"Type": "Technical", "Email": "none", "Slack": "[name]"}}, _dora])) == {"Carl Clark cannot be reached."}
}

test_half_an_address_is_wrong if {
	facts := _own_change([object.union(_carl, {"says": {"Email": "carl at acme"}}), _dora])
	"What stands here as the e-mail address of Carl Clark is none." in _msgs(facts)
}

test_an_address_is_never_printed if {
	facts := _own_change([{"name": "carl@acme.example", "says": {"Type": "Technical"}}, {"name": "dora@acme.example", "says": {"Type": "x@acme.example", "Slack": "Dora"}}])
	_msgs(facts) == {`"…@acme.example" is no kind of contact.`}
	some f in vendor_contacts.findings with input as facts
	startswith(f.fix, "For …@acme.example, write")
}

test_what_stands_in_the_template_is_nobody if {
	template := {"name": "[Contact Name]", "says": {"Type": "Technical", "Email": "contact@example.com"}}
	_msgs(_own_change([_carl, _dora, template])) == {
		`"[Contact Name]" stands in the template, and is nobody's name.`,
		"[Contact Name] cannot be reached.",
		"What stands here as the e-mail address of [Contact Name] is none.",
	}
}

test_a_contact_without_a_name_is_wrong if {
	"A contact here has no name." in _msgs(_own_change([object.union(_carl, {"name": "-"}), _dora]))
}

# --- Other ways to write them

_as(content) := _facts({}, [object.union(changed(_both, []), {"after": content})], {})

test_a_list_with_more_items_after_each_name if {
	count(vendor_contacts.findings) == 0 with input as _as(_list([
		_item("Carl Clark (Lead)", 5), _said("Type", "Technical", 6), _item("carl@acme.example", 7),
		_said("Name", "Dora Dean", 8), _said("Type", "Community", 9), _said("Email", "dora@acme.example", 10),
	]))
}

test_a_desk_with_an_address_is_a_contact if {
	content := _list([_said("Help desk", "help@acme.example (Technical)", 5), _item("Dora Dean (Community), dora@acme.example", 6)])
	count(vendor_contacts.findings) == 0 with input as _as(content)
}

test_a_list_that_begins_with_an_address if {
	"…@acme.example has no kind." in _msgs(_as(_list([_item("carl@acme.example", 5)])))
}

test_a_table if {
	cells := _cells(["Who", "Kind", "E-mail"])
	rows := [
		{"line": 7, "cells": _cells(["Carl", "Technical", "carl@acme.example"])},
		{"line": 8, "cells": _cells(["Dora", "Community", ""])},
	]
	sections := [_section(1, "Support", 1, [], []), object.union(_section(2, "Contacts", 3, ["Support"], []), {"tables": [{"line": 5, "header": cells, "rows": rows}]})]
	facts := _as(_data({"front_matter": null, "sections": sections}))
	_msgs(facts) == {"Dora cannot be reached."}
	named := [_section(1, "Support", 1, [], []), object.union(_section(2, "Contacts", 3, ["Support"], []), {"tables": [{"line": 5, "header": _cells(["Kind", "Name"]), "rows": [{"line": 7, "cells": _cells(["Technical", "Eve"])}]}]})]
	"Eve cannot be reached." in _msgs(_as(_data({"front_matter": null, "sections": named})))
}

_cells(texts) := [_text(text, 7) | some text in texts]

test_yaml if {
	contacts := [{"name": "Carl", "kinds": ["Technical"], "email": "carl@acme.example"}, {"name": 7, "type": "Community", "slack": "Dora", "github": {}}]
	content := object.union(_data({"guidelines": "", "contacts": contacts}), {"lines": [{"pointer": "/contacts/1", "line": 4}]})
	facts := _as(content)
	_msgs(facts) == {"A contact here has no name."}
	some f in vendor_contacts.findings with input as facts
	f.line == 4
	"The contact on line 4 can be reached in a chat only." in _remarks(facts)
}

test_before_a_page if {
	contacts := [{"name": "Carl", "kinds": ["Technical"], "email": "carl@acme.example"}, {"name": "Dora", "kind": "Community", "email": "dora@acme.example"}]
	content := _data({"sections": [_section(1, "Guidelines", 1, [], [])], "front_matter": {"contacts": contacts}})
	count(vendor_contacts.findings) == 0 with input as _as(content)
}

# --- What cannot be read, and what hides

test_a_file_that_cannot_be_read_is_wrong if {
	broken := object.union(testing.no_content, {"exists": true, "problems": [{"repository": "", "file": "", "line": 3, "column": 1, "msg": "it is not UTF-8", "fix": "save it"}]})
	facts := _as(broken)
	_msgs(facts) == {"The file cannot be read: it is not UTF-8."}
	not vendor_contacts.accept with input as facts
}

test_text_that_is_no_page_is_wrong if _msgs(_as(_data(null))) == {"The file holds no contacts that can be read."}

test_a_page_that_never_ends_is_wrong if {
	_msgs(_as(_list([_item("x", i) | some i in _ten; some _ in _ten; some _ in _ten]))) == {"The file has more than 500 headings, lines of lists and contacts."}
}

_ten := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

test_html_and_hidden_letters_and_odd_links_are_wrong if {
	page := _page(_both)
	text := object.union(page, {"text": "\ufeff# Acme\r\n<script>\nA\u202eb\n<help@acme.example>"})
	_msgs(_as(text)) == {"HTML has no place in a page of contacts, and is not read.", "This line holds a character that nobody sees."}
	link := object.union(_text("x", 9), {"links": [{"text": "x", "url": "javascript:alert(1)", "line": 9, "image": false}]})
	linked := object.union(page, {"data": {"sections": [object.union(_section(1, "Support", 1, [], []), {"prose": [link]})]}})
	"This link leads neither to a page on the web nor to an address." in _msgs(_as(linked))
}

test_support_is_encouraged if {
	mute := object.union(_page(_both), {"data": {"sections": [s | some s in _page(_both).data.sections; s.heading.text != "Support"]}})
	_remarks(_as(mute)) == {"Nothing says how customers get support, or which guidelines hold."}
	in_folder := object.union(_new("vendors/acme/contacts.md", []), {"after": mute})
	count(_remarks(_facts({}, [in_folder], {}))) == 1
	count(_remarks(_facts({}, [in_folder, _new("vendors/acme/Support.pdf", [])], {}))) == 0
	again := object.union(in_folder, {"status": "modified"})
	count(_remarks(_facts({}, [again], {}))) == 0
}

# --- Only what the pull request brings

test_an_old_fault_does_not_count if {
	vendor_contacts.accept with input as _facts({}, [changed([_carl], [object.union(_carl, {"says": {"Email": "help@acme.example"}})])], {})
}

test_an_old_fault_counts_where_the_whole_file_does if {
	facts := _facts({"baseline": "whole", "layout": "folder"}, [changed([_carl], [_carl])], {})
	_msgs(facts) == {"The file names only one contact; it needs 2.", "Each company has a folder of its own here, and this is a single file."}
}

test_one_bad_line_in_a_file_with_old_faults_is_one_finding if {
	bad := {"name": "Eve", "says": {"Type": "Boss", "Slack": "Eve", "Email": "eve@acme.example"}}
	_msgs(_facts({"contacts": 5}, [changed([bad], [object.union(_dora, {"says": {"Type": "Chief"}}), bad])], {})) == {
		`"Chief" is no kind of contact.`, "The file names only 2 contacts; it needs 5.",
	}
	_msgs(_facts({"contacts": 1}, [changed([bad], [object.union(_dora, {"says": {"Type": "Chief"}}), bad])], {})) == {`"Chief" is no kind of contact.`}
}

# --- Where files stand, and what they are called

_placed(layout, path) := _msgs(_facts({"layout": layout}, [_new(path, _both)], _approved(["carol"])))

test_flat_means_one_file if {
	_placed("flat", "vendors/acme.md") == set()
	_placed("flat", "vendors/acme/contacts.md") == {"Each company has a single file here, and this is a folder."}
}

test_folder_means_one_folder if {
	_placed("folder", "vendors/acme/contacts.md") == set()
	_placed("folder", "vendors/acme.md") == {"Each company has a folder of its own here, and this is a single file."}
}

test_both_is_both if {
_placed("both", "vendors/acme.md") |
	_placed("both", "vendors/acme/README.md") == set()
	_placed("both", "vendors/acme.md/readme.md") == {"This folder has the name of a file."}
	_placed("both", "vendors/../x.md") == {"This path leads out of its folder."}
}

test_other_files_in_a_folder_are_the_company_s_business if _placed("folder", "vendors/acme/how/to.md") == set()

test_names_that_look_alike_are_wrong if {
	count(_placed("both", "vendors/аcme.md")) == 1
	count(_placed("both", "vendors/асме.md")) == 1
	count(_placed("both", "vendors/ａcme.md")) == 1
	count(_placed("both", "vendors/жук.md")) == 0
	titled := object.union(_page(_both), {"data": {"sections": array.concat([_section(1, "Аcme", 1, [], [])], _page(_both).data.sections)}})
	_msgs(_as(titled)) == {`The name "Аcme" holds letters of another alphabet that look like Latin ones.`}
}

test_names_that_differ_by_case_are_wrong if {
	facts := _facts({}, [_new("vendors/acme.md", _both), _new("vendors/Acme.md", _both)], _approved(["carol"]))
	count(_msgs(facts)) == 2
}

test_the_directory_is_what_no_wildcard_stands_for if {
	facts := _facts({"paths": ["a/vendors/*.md", "a/vendors/acme.md"], "layout": "folder"}, [_new("a/vendors/acme.md", _both)], _approved(["carol"]))
	some f in vendor_contacts.findings with input as facts
	f.fix == "Move it to a/vendors/acme/README.md."
}

# --- Whose file it is

_changed_by(login) := {"author": {"login": login, "id": 0, "kind": "user"}, "head": object.union(testing.pull_request.head, {"pushed_by": login})}

test_people_of_the_company_change_its_file if vendor_contacts.accept with input as _own_change(_both)

test_others_need_an_approval if {
	facts := _facts({}, [changed(_both, _both)], _changed_by("bob"))
	_msgs(facts) == {"bob is no contact in this file, and no roster says that they work for the company: somebody who may write to this repository must approve this."}
	not vendor_contacts.accept with input as facts
	vendor_contacts.conclusion == "action_required" with input as facts
	vendor_contacts.headline == "Waiting for an approval by somebody who may write to this repository" with input as facts
	vendor_contacts.reviewers == ["alice", "anna", "carol", "dave"] with input as facts
	vendor_contacts.accept with input as object.union(facts, _approved(["carol"]))
}

test_a_wrong_file_is_a_failure_even_while_it_waits if {
	facts := _facts({}, [changed(_both, [_carl])], _changed_by("bob"))
	not vendor_contacts.conclusion with input as facts
	vendor_contacts.headline == "One thing is wrong in vendors/acme.md" with input as facts
	more := _facts({}, [changed(_both, [object.union(_carl, {"says": {"Type": "Boss"}})])], {})
	vendor_contacts.headline == "2 things are wrong in vendors/acme.md" with input as more
}

_dave_is_contact := [_carl, object.union(_dora, {"says": {"GitHub": "https://github.com/Dave"}})]

test_a_contact_changes_the_file_that_names_them if {
	facts := _facts({}, [changed(_dave_is_contact, _both)], _changed_by("dave"))
	vendor_contacts.accept with input as facts
}

test_nobody_names_themselves if {
	facts := _facts({}, [changed(_both, _dave_is_contact)], _changed_by("dave"))
	not vendor_contacts.accept with input as facts
}

test_a_contact_changes_everything_in_the_folder if {
	page := object.union(changed(_dave_is_contact, _both), {"path": "vendors/acme/contacts.md"})
	other := object.union(testing.file("vendors/acme/logo.svg", 3), {"organizations": []})
	vendor_contacts.accept with input as _facts({}, [page, other], _changed_by("dave"))
	not vendor_contacts.accept with input as _facts({}, [other], _changed_by("dave"))
	elsewhere := object.union(other, {"path": "vendors/globex/logo.svg"})
	not vendor_contacts.accept with input as _facts({}, [page, elsewhere], _changed_by("dave"))
}

test_two_logins_in_one_place_are_none if {
	some_people := [_carl, object.union(_dora, {"says": {"GitHub": "not dave"}})]
	not vendor_contacts.accept with input as _facts({}, [changed(some_people, _both)], _changed_by("dave"))
}

_dave(affiliation) := {"people": testing.people_with([testing.person("dave", [affiliation])])}

_by_dave(affiliation) := _facts({}, [changed(_both, _both)], object.union(_changed_by("dave"), _dave(affiliation)))

test_only_the_community_says_who_works_there if {
	vendor_contacts.accept with input as _by_dave(testing.works_for("acme", "", ""))
	not vendor_contacts.accept with input as _by_dave(testing.writes_from("acme"))
	not vendor_contacts.accept with input as _by_dave(testing.formerly("acme"))
	not vendor_contacts.accept with input as _by_dave(testing.works_for("acme", "", "2026-01-01"))
	not vendor_contacts.accept with input as _by_dave(object.union(testing.works_for("acme", "", ""), {"proposed": true}))
}

test_a_company_that_was_renamed_is_the_same if {
	near := {"organizations": [{"id": "acme", "name": "Acme", "labels": [], "near": [{"organization": "newco", "how": "merged", "from": "", "until": "", "evidence": []}]}]}
	vendor_contacts.accept with input as object.union(_by_dave(testing.works_for("newco", "", "")), near)
}

test_a_folder_around_the_directory_names_nobody if {
	file := object.union(changed(_both, _both), {"path": "acme/vendors/x.md", "organizations": ["acme"]})
	not vendor_contacts.accept with input as _facts({"paths": ["acme/vendors/**"]}, [file], {})
}

test_the_commit_s_address_is_shown_and_decides_nothing if {
	commit := object.union(testing.commit(["bob"]), {"authors": [{"login": "bob", "id": 0, "domain": "acme.example"}]})
	facts := _facts({}, [changed(_both, _both)], object.union(_changed_by("bob"), {"commits": [commit]}))
	not vendor_contacts.accept with input as facts
	some f in vendor_contacts.findings with input as facts
	f.evidence[0].text == "commit e-mail at acme.example, which anybody can write and which decides nothing"
}

test_a_deleted_account_owns_nothing if {
	facts := _facts({}, [changed(_both, _both)], {"author": {"login": "", "id": 0, "kind": "deleted"}})
	some msg in _msgs(facts)
	startswith(msg, "The author is no contact in this file")
}

# --- What needs the committee

test_a_new_file_needs_an_approval if {
	facts := _facts({}, [object.union(_new("vendors/acme.md", _both), {"organizations": ["acme"]})], {})
	_msgs(facts) == {"This file is new, so somebody who may write to this repository must approve it."}
	vendor_contacts.accept with input as object.union(facts, _approved(["anna"]))
}

test_a_copy_is_new if {
	copy := object.union(_renamed("vendors/acme.md", "vendors/globex.md"), {"status": "copied"})
	some msg in _msgs(_facts({}, [copy], {}))
	startswith(msg, "This file is new")
}

test_a_removal_needs_an_approval if {
	_msgs(_facts({}, [_removed("vendors/acme.md")], {})) == {"This file goes away, so somebody who may write to this repository must approve that."}
}

test_a_file_moved_away_is_removed if {
	facts := _facts({}, [_renamed("vendors/acme.md", "docs/acme.md")], {})
	some f in vendor_contacts.findings with input as facts
	startswith(f.msg, "This file goes away")
	f.file == "vendors/acme.md"
}

test_a_file_moved_in_is_new if {
	some msg in _msgs(_facts({}, [_renamed("docs/acme.md", "vendors/acme.md")], {}))
	startswith(msg, "This file is new")
}

test_another_name_needs_an_approval if {
	some msg in _msgs(_facts({}, [_renamed("vendors/acme.md", "vendors/newco.md")], {}))
	startswith(msg, "This file gets another name")
}

_team := {"teams": [{"name": "ssc", "members": ["Carol"]}]}

_committee(committee, approvers) := _facts({"committee": committee}, [_new("vendors/acme.md", _both)], object.union(_team, _approved(approvers)))

test_only_the_committee_counts_where_one_is_named if {
	vendor_contacts.accept with input as _committee({"teams": ["ssc"]}, ["carol"])
	not vendor_contacts.accept with input as _committee({"teams": ["ssc"]}, ["bob"])
	vendor_contacts.accept with input as _committee({"people": ["Bob"]}, ["bob"])
	vendor_contacts.accept with input as _committee({"roles": ["maintainer"]}, ["bob"])
	not vendor_contacts.accept with input as _committee({"roles": ["chair"], "people": ["dave"]}, ["bob"])
}

test_the_committee_is_named if {
	some msg in _msgs(_committee({"teams": ["ssc"], "roles": ["chair"], "people": ["dave", "bob"]}, []))
	msg == "This file is new, so a chair, somebody of the team ssc and one of dave and bob must approve it."
	some other in _msgs(_committee({"people": ["dave"]}, []))
	other == "This file is new, so dave must approve it."
}

test_who_may_not_write_does_not_count_where_nobody_is_named if {
	stranger := object.union(testing.approval("erin"), {"can_push": false})
	facts := _facts({}, [_new("vendors/acme.md", _both)], {"reviews": [stranger]})
	not vendor_contacts.accept with input as facts
	some c in vendor_contacts.considered with input as facts
	c.why == "does not belong to somebody who may write to this repository"
}

test_an_earlier_version_a_bot_and_the_author_do_not_count if {
	reviews := [
		object.union(testing.approval("bob"), {"stale": true}),
		object.union(testing.approval("robot"), {"author": {"login": "robot", "id": 0, "kind": "bot"}}),
		testing.approval("alice"),
		testing.review("carol", "changes_requested"),
	]
	facts := _facts({}, [_new("vendors/acme.md", _both)], {"reviews": reviews})
	not vendor_contacts.accept with input as facts
	count(vendor_contacts.considered) == 3 with input as facts
}

# --- Companies that were removed

_back(until, file) := _facts({"removed": [{"organization": "Globex", "until": until}]}, [file], _approved(["carol"]))

test_a_removed_company_does_not_come_back_before_its_date if {
	facts := _back("2026-03-11", _new("vendors/globex.md", _both))
	_msgs(facts) == {"Globex was removed, and may come back from 2026-03-11 on."}
	not vendor_contacts.accept with input as facts
	vendor_contacts.recheck_at == "2026-03-11T00:00:00Z" with input as facts
}

test_on_its_date_it_may if vendor_contacts.accept with input as _back("2026-03-10", _new("vendors/globex.md", _both))

test_without_a_date_it_never_does if _msgs(_back("", _new("vendors/globex.md", _both))) == {"Globex was removed, and does not come back."}

test_a_date_that_cannot_be_read_has_not_come if {
	some msg in _msgs(_back("next year", _new("vendors/globex.md", _both)))
	contains(msg, "cannot be read")
}

test_nor_under_another_name if {
	named := object.union(_new("vendors/gx.md", _both), {"organizations": ["globex"]})
	count(_msgs(_back("2027-01-01", named))) == 1
	content := object.union(_page(_both), {"data": {"sections": array.concat([_section(1, "GLOBEX", 1, [], [])], _page(_both).data.sections)}})
	titled := object.union(changed(_both, []), {"after": content})
	count(_msgs(_back("2027-01-01", titled))) == 1
	moved := _renamed("vendors/acme.md", "vendors/glo-bex.md")
	count(_msgs(_back("2027-01-01", moved))) == 1
}

test_what_stood_there_before_may_be_changed if {
	file := object.union(changed(_both, _both), {"path": "vendors/globex.md", "organizations": ["globex"]})
	vendor_contacts.accept with input as _back("2027-01-01", file)
	vendor_contacts.accept with input as _back("2027-01-01", _renamed("vendors/globex.md", "vendors/globex/contacts.md"))
}

test_a_removal_is_no_return if vendor_contacts.accept with input as _back("2027-01-01", _removed("vendors/globex.md"))
