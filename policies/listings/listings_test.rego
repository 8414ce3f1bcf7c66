package bylaw.listings_test

import data.bylaw.lib.testing
import data.bylaw.listings

# The parameters as METADATA gives them.
defaults := {
	"files": ["**/ADOPTERS.md", "**/USERS.md", "**/SPONSORS.md"],
	"sections": [],
	"baseline": "changed",
	"order": "unicode",
	"duplicates": "section",
	"links": {
		"schemes": ["https"],
		"forbidden_hosts": ["bit.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tinyurl.com"],
		"allowed_hosts": [], "international_hosts": "refuse",
	},
	"required": ["link"],
	"columns": {"name": "", "description": "Description", "required": []},
	"lengths": {"line": 0, "lines": 0, "width": 0, "description": 0},
	"not_listed": [],
	"advice": [],
}

# --- Files as Bylaw would read them: "Name" stands for a linked item, with a description after it.

text(words, line, links) := {"text": words, "line": line, "key": "", "value": "", "links": links}

link(words, url, line) := {"text": words, "url": url, "line": line, "image": false}

address := "https://widgets.example/"

entry(name) := {"raw": $"* [{name}]({address}) - turns widgets", "name": name, "url": address, "rest": " - turns widgets"}

linked(name, url) := {"raw": $"* [{name}]({url})", "name": name, "url": url, "rest": ""}

bare(words) := {"raw": $"* {words}", "name": words, "url": "", "rest": ""}

as_item(e, line) := object.union(text(concat("", [e.name, e.rest]), line, links), {"level": 1, "ordered": false}) if {
	links := [link(e.name, e.url, line) | e.url != ""]
}

section(heading, line, items, tables) := {
	"level": 1, "heading": text(heading, line, []), "within": [], "prose": [], "items": items, "tables": tables,
}

before_all := section("", 0, [], [])

# A file with one heading, and the entries from line 3 on.
list(entries) := content(
	array.concat(["# Adopters", ""], [e.raw | some e in entries]),
	[before_all, section("Adopters", 1, [as_item(e, 3 + i) | some i, e in entries], [])],
)

content(lines, sections) := {
	"exists": true, "text": concat("\n", lines), "data": {"front_matter": null, "sections": sections},
	"lines": [], "problems": [],
}

change_of(path, before, after, params) := testing.with_facts({
	"files": [object.union(testing.file(path, 1), {"before": before, "after": after})],
	"params": object.union(defaults, params),
})

change(before, after, params) := change_of("ADOPTERS.md", list(before), list(after), params)

added(after, params) := change_of("ADOPTERS.md", testing.no_content, list(after), params)

names(list_of_names) := [entry(n) | some n in list_of_names]

# What is found: line and message.
found(request) := {[object.get(f, "line", 0), f.msg] | some f in all_findings} if all_findings := listings.findings with input as request

fixes(request) := {f.fix | some f in all_findings} if all_findings := listings.findings with input as request

fine(request) if {
	listings.applies with input as request
	listings.accept with input as request
	found(request) == set()
}

# --- Which files

test_a_list_in_order_passes if fine(added(names(["Acme", "globex", "Initech"]), {}))

test_other_files_do_not_matter if {
	not listings.applies with input as change_of("README.md", testing.no_content, list(names(["B", "A"])), {})
}

test_a_removed_file_does_not_matter if {
	request := change([], [], {})
	not listings.applies with input as object.union(request, {"files": [object.union(request.files[0], {"status": "removed"})]})
}

test_a_file_that_cannot_be_read_fails_with_line_and_column if {
	problem := {"repository": "", "file": "ADOPTERS.md", "line": 4, "column": 2, "msg": "it is not UTF-8", "fix": "save it as UTF-8"}
	request := change_of("ADOPTERS.md", testing.no_content, object.union(testing.no_content, {"exists": true, "problems": [problem]}), {})
	not listings.accept with input as request
	found(request) == {[4, "The file cannot be read: column 2: it is not UTF-8"]}
}

test_a_problem_without_a_column if {
	problem := {"repository": "", "file": "ADOPTERS.md", "line": 1, "column": 0, "msg": "it is too large", "fix": ""}
	request := change_of("ADOPTERS.md", testing.no_content, object.union(testing.no_content, {"exists": true, "problems": [problem]}), {})
	found(request) == {[1, "The file cannot be read: it is too large"]}
}

test_a_file_without_content_fails if {
	request := change_of("ADOPTERS.md", testing.no_content, testing.no_content, {})
	not listings.accept with input as request
	found(request) == {[0, "This file could not be read, so it is not judged."]}
}

test_a_file_in_another_format_fails if {
	request := change_of("ADOPTERS.md", testing.no_content, object.union(testing.no_content, {"exists": true, "text": "x"}), {})
	found(request) == {[0, "Only Markdown files can be judged as lists."]}
}

test_a_file_without_entries_fails if {
	found(added([], {})) == {[0, "There is neither a list nor a table here, so nothing is judged."]}
}

test_a_section_that_is_not_there_fails if {
	found(added(names(["Acme"]), {"sections": ["Users", "Sponsors"]})) == {[0, `There is no section "Users" and "Sponsors" here, so nothing is judged.`]}
}

test_sections_that_are_not_named_do_not_matter if {
	file := content(
		["* B", "* A", "# Adopters", "* [Acme](https://acme.example)"],
		[section("", 0, [as_item(bare("B"), 1), as_item(bare("A"), 2)], []), section("Adopters", 3, [as_item(linked("Acme", "https://acme.example"), 4)], [])],
	)
	fine(change_of("ADOPTERS.md", testing.no_content, file, {"sections": ["adopters"]}))
}

test_sections_within_a_named_one_count if {
	file := content(
		["# Adopters", "## Large", "* Acme"],
		[section("Adopters", 1, [], []), object.union(section("Large", 2, [as_item(bare("Acme"), 3)], []), {"within": ["Adopters"]})],
	)
	found(change_of("ADOPTERS.md", testing.no_content, file, {"sections": ["Adopters"]})) == {[3, `The entry "Acme" has no link.`]}
}

# --- Order

out_of_order(name) := $"\"{name}\" is not in alphabetical order (capital and small letters alike, accents aside)."

test_a_new_entry_out_of_order_is_told_its_place if {
	request := change(names(["Acme", "Globex", "Initech"]), names(["Acme", "Hooli", "Globex", "Initech"]), {})
	found(request) == {[4, out_of_order("Hooli")]}
	fixes(request) == {`Move it between "Globex" (line 5) and "Initech" (line 6).`}
}

test_an_entry_that_belongs_to_the_top if {
	request := change(names(["Globex", "Initech"]), names(["Globex", "Acme", "Initech"]), {})
	fixes(request) == {`Move it before "Globex" (line 3).`}
}

test_an_entry_that_belongs_to_the_end if {
	request := change(names(["Acme", "Globex"]), names(["Umbrella", "Acme", "Globex"]), {})
	found(request) == {[3, out_of_order("Umbrella")]}
	fixes(request) == {`Move it after "Globex" (line 5).`}
}

test_old_faults_are_not_those_of_the_change if {
	fine(change(names(["Initech", "Acme", "Globex"]), names(["Initech", "Acme", "Globex", "Hooli"]), {}))
}

test_a_bad_line_in_a_file_with_old_faults_is_one_finding if {
	found(change(names(["Initech", "Acme", "Globex", "Umbrella"]), names(["Initech", "Acme", "Globex", "Umbrella", "Hooli"]), {})) == {[7, out_of_order("Hooli")]}
}

test_in_a_disordered_list_there_is_still_a_place if {
	fine(change(names(["Globex", "Acme"]), names(["Globex", "Hooli", "Acme"]), {}))
}

test_new_entries_side_by_side_are_in_order_too if {
	request := change(names(["Acme", "Umbrella"]), names(["Acme", "Initech", "Globex", "Umbrella"]), {})
	found(request) == {[5, out_of_order("Globex")]}
	fixes(request) == {`Move it between "Acme" (line 3) and "Initech" (line 4).`}
}

test_an_entry_that_was_moved_is_judged if {
	request := change(names(["Acme", "Globex", "Initech", "Umbrella"]), names(["Acme", "Umbrella", "Globex", "Initech"]), {})
	found(request) == {[4, out_of_order("Umbrella")]}
}

test_an_entry_that_was_moved_down_is_judged if {
	request := change(names(["Acme", "Globex", "Initech", "Umbrella"]), names(["Globex", "Initech", "Acme", "Umbrella"]), {})
	found(request) == {[5, out_of_order("Acme")]}
}

test_taking_an_entry_out_is_no_fault if {
	fine(change(names(["Globex", "Umbrella", "Acme", "Initech"]), names(["Globex", "Acme", "Initech"]), {}))
}

test_the_whole_file_is_judged_where_that_is_asked if {
	request := change(names(["Initech", "Acme"]), names(["Initech", "Acme", "Umbrella"]), {"baseline": "whole"})
	found(request) == {[4, out_of_order("Acme")]}
}

test_byte_order_has_capitals_first if {
	fine(added(names(["ABC", "Acme"]), {"order": "byte"}))
	not fine(added(names(["Abc", "ABD"]), {"order": "byte"}))
}

test_case_can_be_ignored_and_accents_not if {
	fine(added(names(["Zeta", "Émile"]), {"order": "ignore-case"}))
	not fine(added(names(["abd", "ABC"]), {"order": "ignore-case"}))
}

test_accents_can_be_ignored if {
	fine(added(names(["Émile", "Zeta"]), {}))
	not fine(added(names(["Zeta", "Émile"]), {}))
}

test_order_can_be_left_alone if fine(added(names(["B", "A"]), {"order": "none"}))

# --- Duplicates

test_a_name_stands_once if {
	request := change(names(["Acme", "Globex"]), names(["Acme", "ACME, Inc.", "Globex"]), {"required": []})
	found(request) == {[4, `"ACME, Inc." is listed already, in line 3 as "Acme".`]}
}

test_the_new_one_of_two_is_meant if {
	request := change(names(["Acme GmbH", "Globex"]), names(["Acme", "Acme GmbH", "Globex"]), {})
	found(request) == {[3, `"Acme" is listed already, in line 4 as "Acme GmbH".`]}
}

test_old_duplicates_are_not_those_of_the_change if {
	fine(change(names(["Acme", "Acme"]), names(["Acme", "Acme", "Globex"]), {}))
}

test_a_copied_line_is_a_duplicate if {
	found(change(names(["Acme", "Globex"]), names(["Acme", "Acme", "Globex"]), {})) == {[4, `"Acme" is listed already, in line 3.`]}
}

two_sections := content(
	["# One", "* [Acme](https://acme.example)", "# Two", "* [Acme](https://acme.example)"],
	[before_all, section("One", 1, [as_item(linked("Acme", "https://acme.example"), 2)], []), section("Two", 3, [as_item(linked("Acme", "https://acme.example"), 4)], [])],
)

test_a_name_may_stand_in_two_sections if fine(change_of("ADOPTERS.md", testing.no_content, two_sections, {}))

test_or_only_once_in_the_file if {
	found(change_of("ADOPTERS.md", testing.no_content, two_sections, {"duplicates": "file"})) == {[4, `"Acme" is listed already, in line 2.`]}
}

test_duplicates_can_be_allowed if fine(added(names(["Acme", "Acme"]), {"duplicates": "allow"}))

# --- Links

link_faults(url) := {msg | some [_, msg] in found(added([linked("Acme", url)], {}))}

test_links_that_are_fine if {
	every url in ["https://acme.example", "https://acme.example/a?b#c", "docs/acme.md", "#acme", "./a%20b.md", "https://acme.example:8443/x"] {
		link_faults(url) == set()
	}
}

test_http_is_mended_with_the_same_address if {
	request := added([linked("Acme", "http://acme.example/x")], {})
	found(request) == {[3, `The link "http://acme.example/x" does not begin with https:.`]}
	fixes(request) == {"Write https://acme.example/x, if that page is there."}
}

test_other_schemes_are_refused if {
	every url in ["javascript:alert(1)", "ftp://acme.example", "mailto:alice@acme.example", "//acme.example/x"] {
		link_faults(url) == {sprintf("The link \"%s\" does not begin with https:.", [url])}
	}
}

test_letters_that_look_like_others_are_refused if {
	every url in ["https://аcme.example/", "https://xn--cme-5cd.example/"] {
		link_faults(url) == {sprintf("The link \"%s\" leads to a host with unusual letters, which can look like another one.", [url])}
	}
	fine(added([linked("Acme", "https://acmé.example/")], {"links": {"international_hosts": "allow"}}))
}

test_links_that_hide_where_they_lead if {
	every url in ["https://acme.example@globex.example/", `https://globex.example\@acme.example`, "https://192.0.2.7/", "https://[::1]/", "https:/globex.example"] {
		link_faults(url) == {sprintf("The link \"%s\" hides where it leads.", [url])}
	}
}

test_forbidden_hosts if {
	link_faults("https://bit.ly/x") == {`Links to "bit.ly" are not allowed here.`}
	link_faults("https://www.bit.ly/x") == {`Links to "www.bit.ly" are not allowed here.`}
	link_faults("https://orbit.lyon.example/x") == set()
}

test_allowed_hosts if {
	fine(added([linked("Acme", "https://www.acme.example/")], {"links": {"allowed_hosts": ["acme.example"]}}))
	found(added([linked("Acme", "https://globex.example/")], {"links": {"allowed_hosts": ["acme.example"]}})) == {[3, `The link "https://globex.example/" leads elsewhere than to acme.example.`]}
}

test_old_links_are_not_those_of_the_change if {
	fine(change([linked("Acme", "http://acme.example")], [linked("Acme", "http://acme.example"), entry("Globex")], {}))
}

# --- What an entry must have

test_an_entry_needs_a_link if {
	request := added([bare("Acme")], {})
	found(request) == {[3, `The entry "Acme" has no link.`]}
	fixes(request) == {"Link the name, such as [Acme](https://...)."}
}

test_an_entry_may_need_a_description if {
	found(added([linked("Acme", "https://acme.example")], {"required": ["description"]})) == {[3, `The entry "Acme" has no description.`]}
	fine(added(names(["Acme"]), {"required": ["description"]}))
}

test_an_entry_needs_a_name if {
	found(added([bare("")], {"required": []})) == {[3, "This entry has no name."]}
}

test_a_name_ends_where_the_description_begins if {
	every words in ["Acme - widgets", "Acme: widgets", "Acme (widgets)", "Acme – widgets", "Acme, widgets"] {
		found(added([bare(words)], {})) == {[3, `The entry "Acme" has no link.`]}
	}
}

# An item of three lines: one item below it, and text after it that does not belong to it.
long_entry := content(
	["# Adopters", "* [Acme](https://acme.example) - turns widgets", "  * every day", "  and night", "", "Thank you!", ""],
	[before_all, section(
		"Adopters", 1, [
			object.union(text("Acme - turns widgets", 2, [link("Acme", "https://acme.example", 2)]), {"level": 1, "ordered": false}),
			object.union(text("every day and night", 3, []), {"level": 2, "ordered": false}),
		],
		[],
	)],
)

test_an_entry_may_be_too_long if {
	found(change_of("ADOPTERS.md", testing.no_content, long_entry, {"lengths": {"lines": 2}})) == {[2, `The entry "Acme" takes 3 lines; at most 2 are allowed.`]}
	fine(change_of("ADOPTERS.md", testing.no_content, long_entry, {"lengths": {"lines": 3}}))
}

test_lines_can_be_those_of_the_page if {
	found(change_of("ADOPTERS.md", testing.no_content, long_entry, {"lengths": {"lines": 3, "width": 10}})) == {[2, `The entry "Acme" takes 4 lines; at most 3 are allowed.`]}
}

test_a_line_may_be_too_long if {
	request := change(names(["Acme"]), names(["Acme", "Globex"]), {"lengths": {"line": 30}})
	found(request) == {[4, "This line has 52 characters; at most 30 are allowed."]}
	fixes(request) == {"Shorten it by 22, or divide it."}
}

test_a_description_may_be_too_long if {
	request := added(names(["Acme"]), {"lengths": {"description": 5}})
	found(request) == {[3, `The description of "Acme" has 13 characters; at most 5 are allowed.`]}
	fixes(request) == {"Shorten it by 8, for example to: turns"}
}

test_a_change_below_an_entry_is_a_change_of_it if {
	old := object.union(long_entry, {"text": replace(long_entry.text, "  and night\n", "")})
	found(change_of("ADOPTERS.md", old, long_entry, {"lengths": {"lines": 2}})) == {[2, `The entry "Acme" takes 3 lines; at most 2 are allowed.`]}
}

# --- Tables

table(line, header, rows) := {
	"line": line, "header": [text(h, line, []) | some h in header],
	"rows": [{"line": (line + 2) + i, "cells": [text(c, (line + 2) + i, cell_links(c, (line + 2) + i)) | some c in row]} | some i, row in rows],
}

cell_links(words, line) := [link(words, address, line) | words in {"Acme", "Globex", "Initech"}]

tabled(header, rows) := content(
	array.concat(["# Adopters", concat("|", header), "-|-"], [concat("|", row) | some row in rows]),
	[before_all, section("Adopters", 1, [], [table(2, header, rows)])],
)

of_table(header, rows, params) := change_of("ADOPTERS.md", testing.no_content, tabled(header, rows), params)

test_a_table_in_order_passes if fine(of_table(["Name", "Use"], [["Acme", "turns"], ["Globex", "turns"]], {}))

test_rows_have_an_order_too if {
	request := change_of("ADOPTERS.md", tabled(["Name", "Use"], [["Acme", "x"], ["Initech", "x"]]), tabled(["Name", "Use"], [["Acme", "x"], ["Initech", "x"], ["Globex", "x"]]), {})
	found(request) == {[6, out_of_order("Globex")]}
	fixes(request) == {`Move it between "Acme" (line 4) and "Initech" (line 5).`}
}

test_the_name_may_stand_in_another_column if {
	fine(of_table(["Year", "Name"], [["2025", "Acme"], ["2024", "Globex"]], {"columns": {"name": "name"}}))
}

test_columns_that_are_required if {
	request := of_table(["Name", "Use"], [["Acme", ""], ["Globex", "turns"]], {"columns": {"required": ["Use", "Since"]}})
	found(request) == {
		[2, `The table below "Adopters" has no column "Since".`],
		[4, `The entry "Acme" has nothing in the column "Use".`],
	}
}

test_a_column_of_names_that_is_not_there if {
	found(of_table(["Who"], [["Acme"]], {"columns": {"name": "Company"}})) == {[2, `The table below "Adopters" has no column "Company".`]}
}

test_a_description_in_a_column if {
	found(of_table(["Name", "Description"], [["Acme", ""]], {"required": ["description"]})) == {[4, `The entry "Acme" has no description.`]}
	fine(of_table(["Name", "Description"], [["Acme", "widgets"]], {"required": ["description"]}))
}

test_a_table_before_any_heading_is_named_by_its_file if {
	file := content(["Name", "-", "Acme"], [section("", 0, [], [table(1, ["Name"], [["Acme"]])])])
	found(change_of("ADOPTERS.md", testing.no_content, file, {"columns": {"required": ["Use"]}})) == {[1, `The table below ADOPTERS.md has no column "Use".`]}
}

# --- Letters, HTML, and who may not be listed

test_names_that_mix_alphabets if {
	found(added([linked("Аcme", "https://acme.example")], {})) == {[3, `The name "Аcme" mixes letters that look alike but are of two alphabets.`]}
	fine(added([linked("Акме", "https://acme.example")], {}))
}

test_signs_that_nobody_can_see if {
	found(added([object.union(entry("Acme"), {"raw": "* Ac\u200bme"})], {})) == {[3, "This line has a sign that nobody can see."]}
}

test_html_is_not_read if {
	found(added([object.union(entry("Acme"), {"raw": "* Acme <A href=x>y</A>"})], {})) == {[3, "HTML is not read as an entry, so it cannot be judged."]}
}

test_who_may_not_be_listed if {
	request := added([entry("Umbrella Ltd")], {"not_listed": [{"name": "umbrella", "reason": "it is under sanctions."}]})
	found(request) == {[3, `"Umbrella Ltd" may not be listed: it is under sanctions.`]}
	fine(added(names(["Acme"]), {"not_listed": [{"name": "umbrella", "reason": "it is under sanctions."}]}))
}

# --- What people read

test_a_rule_can_be_advice if {
	request := added(names(["B", "A"]), {"advice": ["order"]})
	listings.accept with input as request
	listings.headline == "2 entries judged; 1 remark" with input as request
}

test_the_headline_counts_what_is_judged if {
	listings.headline == "1 entry judged, and all are in order" with input as change(names(["Acme"]), names(["Acme", "Globex"]), {})
}

test_the_headline_names_the_file if {
	listings.headline == "1 thing to correct in ADOPTERS.md" with input as added([bare("Acme")], {})
}

test_long_names_are_shortened if {
	some [_, msg] in found(added([bare(concat("", ["x" | some _ in split(sprintf("%200d", [1]), "")]))], {}))
	count(msg) < 150
}

test_of_very_many_findings_some_are_shown if {
	many := [bare(sprintf("n%04d", [i])) | some i, _ in split(sprintf("%510d", [1]), "")]
	messages := {msg | some [_, msg] in found(added(many, {}))}
	"10 more of the same kinds are not shown." in messages
	count(messages) == 501
}
