# How much a change weighs.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# The severity under which a change is spoken of, whatever it does.
severity(facts) := class if {
	findings := rule.findings with input as object.union(facts, {"params": {
		"conflict": {"trivial": "ask", "minor": "ask", "major": "ask", "governance": "ask"},
		"unknown": {"governance": "accept"},
	}})
	some class in ["trivial", "minor", "major", "governance"]
	some finding in findings
	contains(finding.msg, $"this {class} change")
}

test_code_is_major if severity(of_files([testing.file("core/turn.go", 21)])) == "major"

test_up_to_20_lines_are_minor if severity(of_files([testing.file("core/turn.go", 20)])) == "minor"

test_removed_lines_are_counted_as_well if {
	severity(of_files([object.union(testing.file("core/turn.go", 20), {"removed": 1})])) == "major"
}

test_the_lines_of_all_files_are_counted if {
	severity(of_files([testing.file("core/a.go", 20), testing.file("core/b.go", 1)])) == "major"
}

test_documents_alone_are_minor if severity(of_files([testing.file("docs/a/b.html", 900), testing.file("README.md", 900)])) == "minor"

test_tests_alone_are_minor if severity(of_files([testing.file("core/turn_test.go", 900), testing.file("web/test/a.js", 900)])) == "minor"

test_dependencies_alone_are_minor if severity(of_files([testing.file("go.mod", 30), testing.file("tools/go.sum", 900)])) == "minor"

test_documents_with_code_are_major if severity(of_files([testing.file("README.md", 900), testing.file("core/turn.go", 1)])) == "major"

test_a_binary_file_is_never_small if severity(of_files([testing.file("core/turn.bin", 0)])) == "major"

test_a_renamed_file_without_lines_is_never_small if {
	severity(of_files([object.union(testing.file("core/b.bin", 0), {"status": "renamed", "previous_path": "core/a.bin"})])) == "major"
}

test_a_rename_out_of_the_documents_is_judged_by_both_paths if {
	severity(of_files([object.union(testing.file("core/turn.go", 30), {"status": "renamed", "previous_path": "docs/turn.go"})])) == "major"
}

test_a_rename_within_the_documents_is_minor if {
	severity(of_files([object.union(testing.file("docs/b.md", 0), {"status": "renamed", "previous_path": "docs/a.md"})])) == "minor"
}

test_a_change_without_files_is_not_trivial if severity(of_files([])) == "major"

test_the_files_of_the_rules_are_always_governance if {
	severity(object.union(of_files([testing.file("OWNERS.md", 1)]), {"governance": {"files": ["OWNERS.md"]}})) == "governance"
}

weighed(classes, facts) := severity(change_under({"severity": classes}, object.union({"reviews": [testing.approval("anna")]}, facts)))

small := [testing.file("core/turn.go", 3)]

test_a_path_raises_the_severity if {
	weighed({"major": {"paths": ["core/**"]}}, {"files": small}) == "major"
}

test_the_old_path_of_a_renamed_file_raises_the_severity if {
	moved := object.union(testing.file("docs/turn.go", 3), {"status": "renamed", "previous_path": "core/turn.go"})
	weighed({"major": {"paths": ["core/**"]}}, {"files": [moved]}) == "major"
}

test_lines_raise_the_severity if {
	weighed({"major": {"lines": 400}}, {"files": [testing.file("docs/a.md", 400)]}) == "major"
}

test_fewer_lines_do_not_raise_the_severity if {
	weighed({"major": {"lines": 400}}, {"files": [testing.file("docs/a.md", 399)]}) == "minor"
}

test_a_path_can_be_governance if {
	weighed({"governance": {"paths": ["core/**"]}}, {"files": small}) == "governance"
}

test_anybodys_label_raises_the_severity if {
	weighed({"major": {"labels": ["breaking"]}}, {"files": small, "labels": [testing.label("breaking", "alice")]}) == "major"
}

lowering := {"trivial": {"labels": ["typo"]}}

test_the_authors_own_label_does_not_lower_the_severity if {
	weighed(lowering, {"labels": [testing.label("typo", "alice")]}) == "major"
}

test_a_colleagues_label_does_not_lower_the_severity if {
	weighed(lowering, {"labels": [testing.label("typo", "anna")]}) == "major"
}

test_a_label_of_unknown_origin_does_not_lower_the_severity if {
	weighed(lowering, {"labels": [testing.label("typo", "")]}) == "major"
}

test_a_label_set_by_an_outsider_lowers_the_severity if {
	weighed(lowering, {"labels": [testing.label("typo", "bob")]}) == "trivial"
}

ignored_label(facts) := {finding.msg |
	some finding in rule.findings with input as change_under({"severity": lowering}, facts)
	startswith(finding.msg, "The label typo")
}

test_it_is_said_whose_label_is_ignored if {
	ignored_label({"labels": [testing.label("typo", "anna")]}) == {"The label typo was set by anna. It makes a change trivial only if somebody sets it who works outside the organizations of the authors."}
}

test_it_is_said_that_nobody_knows_whose_label_is_ignored if {
	some msg in ignored_label({"labels": [testing.label("typo", "")]})
	startswith(msg, "The label typo was set by somebody who is not known.")
}

test_nothing_is_said_of_a_label_that_counts if count(ignored_label({"labels": [testing.label("typo", "bob")]})) == 0

test_nothing_is_said_of_a_label_that_does_not_matter_any_more if {
	count(ignored_label({"labels": [testing.label("typo", "anna")], "reviews": [testing.approval("bob")]})) == 0
}

test_another_label_does_not_lower_the_severity if {
	weighed(lowering, {"labels": [testing.label("urgent", "bob")]}) == "major"
}

test_raising_wins_over_lowering if {
	weighed(object.union(lowering, {"major": {"paths": ["core/**"]}}), {"labels": [testing.label("typo", "bob")]}) == "major"
}

test_a_label_does_not_lower_a_change_of_the_rules if {
	weighed(lowering, {"labels": [testing.label("typo", "bob")], "governance": {"files": ["OWNERS.md"]}}) == "governance"
}

test_a_trivial_change_is_not_judged_by_default if {
	not rule.applies with input as change_under({"severity": lowering}, {"labels": [testing.label("typo", "bob")]})
}

# --- Why it is so

# What stands in brackets behind the word.
because(classes, facts) := reason if {
	findings := rule.findings with input as object.union(change_under({"severity": classes}, object.union({"reviews": [testing.approval("anna")]}, facts)), {"params": {"conflict": {"trivial": "ask", "minor": "ask"}}})
	some finding in findings
	[_, rest] := split(finding.msg, " change (")
	reason := split(rest, "); it needs")[0]
}

test_a_change_of_the_rules_says_which_file if because({}, {"governance": {"files": ["OWNERS.md", "CODEOWNERS"]}}) == "it changes the rules: CODEOWNERS"

test_a_path_that_raises_is_named if {
	because({"major": {"paths": ["core/**"]}}, {"files": [testing.file("a.go", 900), testing.file("core/turn.go", 3)]}) == "it touches core/turn.go"
}

test_of_a_renamed_file_the_path_that_raises_is_named if {
	moved := object.union(testing.file("a/turn.go", 3), {"status": "renamed", "previous_path": "core/turn.go"})
	because({"governance": {"paths": ["core/**"]}}, {"files": [moved]}) == "it touches core/turn.go"
}

test_a_label_that_raises_is_named if because({"major": {"labels": ["breaking"]}}, {"files": small, "labels": [testing.label("breaking", "alice")]}) == "it has the label breaking"

test_lines_that_raise_are_counted if because({"major": {"lines": 400}}, {"files": [testing.file("docs/a.md", 401)]}) == "it changes 401 lines"

test_a_label_that_lowers_is_named if because(lowering, {"labels": [testing.label("typo", "bob")]}) == "it has the label typo"

test_few_lines_are_counted if because({}, {"files": small}) == "it changes only 3 lines"

test_one_line_is_one if because({}, {"files": [testing.file("core/turn.go", 1)]}) == "it changes only 1 line"

test_the_only_file_is_named if because({}, {"files": [testing.file("docs/a.md", 900)]}) == "it touches only docs/a.md"

test_one_of_several_files_is_named if {
	because({}, {"files": [testing.file("docs/b.md", 900), testing.file("docs/a.md", 900)]}) == "it touches only such files as docs/a.md"
}

test_a_file_that_keeps_a_change_from_being_minor_is_named if {
	because({}, {"files": [testing.file("README.md", 20), testing.file("core/turn.go", 1)]}) == "it touches core/turn.go and changes 21 lines"
}

test_a_file_moved_out_of_the_documents_is_named_as_it_is_now if {
	moved := object.union(testing.file("core/turn.go", 30), {"status": "renamed", "previous_path": "docs/turn.go"})
	because({}, {"files": [moved]}) == "it touches core/turn.go and changes 30 lines"
}

test_a_file_behind_many_documents_is_named if {
	documents := [testing.file($"docs/{c}.md", 9) | some c in split("abcdefghijkl", "")]
	because({}, {"files": array.concat(documents, [testing.file("core/turn.go", 1)])}) == "it touches core/turn.go and changes 109 lines"
}

test_a_file_moved_behind_many_documents_is_named if {
	documents := [testing.file($"docs/{c}.md", 9) | some c in split("abcdefghijkl", "")]
	moved := object.union(testing.file("docs/turn.md", 1), {"status": "renamed", "previous_path": "core/turn.go"})
	because({}, {"files": array.concat(documents, [moved])}) == "it touches core/turn.go and changes 109 lines"
}

test_a_file_without_lines_is_named if {
	because({}, {"files": [testing.file("a.go", 3), testing.file("core/turn.bin", 0)]}) == "it touches core/turn.bin, of which no lines are counted"
}

test_lines_are_not_counted_where_they_lower_nothing if {
	because({"minor": {"lines": 0}}, {"files": small}) == "it touches core/turn.go"
}

test_where_only_lines_lower_only_lines_are_told if {
	because({"minor": {"paths": []}}, {"files": [testing.file("docs/a.md", 21)]}) == "it changes 21 lines"
}

test_where_nothing_lowers_the_default_is_named if {
	because({"minor": {"paths": [], "lines": 0}}, {"files": small}) == "major is the default here"
}

test_of_a_long_path_the_end_is_told if {
	long := "core/a-folder-with-a-long-name/another-folder-with-a-long-name/turn-both-ways.go"
	told := "it touches …long-name/another-folder-with-a-long-name/turn-both-ways.go"
	because({"major": {"paths": ["core/**"]}}, {"files": [testing.file(long, 3)]}) == told
}
