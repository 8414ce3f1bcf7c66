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
