# What else can hold a change, and who should merge it.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# A change that bob of Globex has approved, so that only a hold is in the way.
held(params, facts) := change_under(params, object.union({"reviews": [testing.approval("bob")]}, facts))

# --- The time for review. It is 12:00 on Tuesday 10 March; the version came at 9:00 on Monday.

two_days := {"review_days": {"major": 2}}

test_a_change_is_held_while_it_is_open_for_review if not rule.accept with input as held(two_days, {})

test_it_is_said_until_when_a_change_is_open_for_review if rule.headline == "Open for review until 2026-03-11 09:00 UTC" with input as held(two_days, {})

test_since_when_a_change_is_open_for_review_is_said if {
	some finding in rule.findings with input as held(two_days, {})
	finding.msg == "This major change (it touches core/turn.go and changes 30 lines) must be open for review for 2 business days; this version has been since 2026-03-09 09:00 UTC."
	finding.fix == "It may be merged from 2026-03-11 09:00 UTC on."
}

test_a_hold_is_looked_at_again_when_it_ends if rule.recheck_at == "2026-03-11T09:00:00Z" with input as held(two_days, {})

test_a_hold_waits_for_a_review_as_well if rule.headline == "Waiting for a review from outside Acme Corp" with input as held(two_days, {"reviews": []})

test_a_hold_is_told_beside_what_else_is_missing if {
	some finding in rule.findings with input as held(two_days, {"reviews": []})
	startswith(finding.msg, "This major change (it touches core/turn.go and changes 30 lines) must be open for review")
}

test_at_the_end_of_its_time_a_change_is_held_no_more if rule.accept with input as held(two_days, {"taken_at": "2026-03-11T09:00:00Z"})

test_after_its_time_nothing_is_waited_for if not rule.recheck_at with input as held(two_days, {"taken_at": "2026-03-11T09:00:00Z"})

test_one_day_is_not_called_days if {
	some finding in rule.findings with input as held({"review_days": {"major": 1}}, {"taken_at": "2026-03-10T08:00:00Z"})
	contains(finding.msg, "for 1 business day;")
}

test_a_push_begins_the_time_again if {
	rule.recheck_at == "2026-03-12T11:00:00Z" with input as held(two_days, {"head": {"arrived_at": "2026-03-10T11:00:00Z"}})
}

test_the_time_begins_when_a_draft_is_ready if {
	rule.recheck_at == "2026-03-12T10:00:00Z" with input as held(two_days, {"ready_at": "2026-03-10T10:00:00Z"})
}

drafted := held(two_days, {"draft": true, "ready_at": ""})

test_a_draft_is_held if not rule.accept with input as drafted

test_of_a_draft_the_time_has_not_begun if rule.headline == "The time for review has not begun" with input as drafted

test_that_it_is_a_draft_is_said if {
	some finding in rule.findings with input as drafted
	endswith(finding.msg, "It is a draft.")
}

test_a_version_of_unknown_age_is_held if not rule.accept with input as held(two_days, {"head": {"arrived_at": ""}})

test_that_the_age_of_a_version_is_unknown_is_said if {
	some finding in rule.findings with input as held(two_days, {"head": {"arrived_at": ""}})
	endswith(finding.msg, "It is not known since when this version has been there.")
}

test_a_change_of_another_severity_is_not_held if rule.accept with input as held({"review_days": {"governance": 2}}, {})

test_where_it_is_only_advice_a_hold_is_advice if {
	advised := object.union(two_days, {"conflict": {"major": "advise"}})
	verdict := rule with input as held(advised, {})
	verdict.accept
	{finding.advice | some finding in verdict.findings} == {true}
}

# --- Requested changes

objection := {"reviews": [testing.approval("bob"), testing.review("carol", "changes_requested")]}

ask_changes := {"changes_requested": "ask"}

test_requested_changes_hold_nothing_by_default if rule.accept with input as held({}, objection)

test_requested_changes_can_hold_a_change if not rule.accept with input as held(ask_changes, objection)

test_who_asked_for_changes_is_named if rule.headline == "carol asked for changes" with input as held(ask_changes, objection)

test_all_who_asked_for_changes_are_named if {
	rule.headline == "anna and carol asked for changes" with input as held(ask_changes, {"reviews": array.concat(objection.reviews, [testing.review("anna", "changes_requested")])})
}

test_who_may_not_write_holds_nothing if {
	rule.accept with input as held(ask_changes, {"reviews": [testing.approval("bob"), object.union(testing.review("carol", "changes_requested"), {"can_push": false})]})
}

test_a_bot_that_asks_for_changes_holds_nothing if {
	rule.accept with input as held(ask_changes, {"reviews": [testing.approval("bob"), object.union(testing.review("robot", "changes_requested"), {"author": {"kind": "bot"}})]})
}

test_authors_who_ask_for_changes_hold_nothing if {
	rule.accept with input as held(ask_changes, {"reviews": [testing.approval("bob"), testing.review("alice", "changes_requested")]})
}

test_who_approved_afterwards_holds_nothing if {
	rule.accept with input as held(ask_changes, {"reviews": array.concat(objection.reviews, [testing.approval("carol")])})
}

test_who_was_dismissed_afterwards_holds_nothing if {
	rule.accept with input as held(ask_changes, {"reviews": array.concat(objection.reviews, [testing.review("carol", "dismissed")])})
}

# --- A sentence in the description

boxed(body) := held({"checkbox": "I tested it on the staging network"}, {"body": body})

test_a_ticked_box_confirms_the_sentence if rule.accept with input as boxed("Turns widgets.\n\n- [x] I tested it on the staging network\n")

test_spaces_and_letters_of_the_sentence_do_not_matter if rule.accept with input as boxed("  * [X]  i tested  it on the Staging network \r\n")

test_a_box_that_is_not_ticked_confirms_nothing if not rule.accept with input as boxed("- [ ] I tested it on the staging network")

test_another_ticked_box_confirms_nothing if not rule.accept with input as boxed("- [x] I tested it")

test_the_sentence_without_a_box_confirms_nothing if not rule.accept with input as boxed("I tested it on the staging network")

test_the_sentence_that_is_missing_is_told if {
	some finding in rule.findings with input as boxed("")
	finding.msg == "The description must confirm: \"I tested it on the staging network\"."
}

test_that_a_statement_is_missing_is_the_headline if {
	rule.headline == "The statement in the description is not confirmed" with input as boxed("")
}

# --- Disclosing

disclosing := {"disclosure": "ask"}

with_anna(commands) := held(disclosing, {"reviews": [testing.approval("anna"), testing.approval("bob")], "commands": commands})

test_who_approves_with_a_conflict_should_disclose_it if not rule.accept with input as with_anna([])

test_who_should_disclose_a_conflict_is_named if rule.headline == "anna should disclose a conflict of interest" with input as with_anna([])

test_who_disclosed_a_conflict_may_approve_besides if rule.accept with input as with_anna([testing.discloses("anna", "acme")])

test_what_somebody_else_discloses_is_no_disclosure if not rule.accept with input as with_anna([testing.discloses("bob", "initech")])

test_without_a_conflict_nothing_need_be_disclosed if rule.accept with input as held(disclosing, {})

test_nobody_need_disclose_anything_by_default if rule.accept with input as held({}, {"reviews": [testing.approval("anna"), testing.approval("bob")]})

# --- Who merges

outside_merges := {"merger": {"major": "outside"}}

merged_by(params, login) := held(params, {
	"state": "merged",
	"merged_at": "2026-03-10T11:00:00Z",
	"merged_by": {"login": login, "id": 0, "kind": "user"},
})

merge_advice(facts) := {finding.fix |
	findings := rule.findings with input as facts
	some finding in findings
	finding.msg == "It should be merged by somebody from outside Acme Corp."
}

test_before_merging_it_is_advice_who_should if merge_advice(held(outside_merges, {})) == {"It could be merged by bob and carol."}

test_the_advice_who_should_merge_holds_nothing if rule.accept with input as held(outside_merges, {})

test_by_default_anybody_may_merge if merge_advice(held({}, {})) == set()

test_who_may_not_write_cannot_merge if {
	merge_advice(held(outside_merges, {"people": testing.people_with([object.union(testing.employee("carol", "initech"), {"can_push": false})])})) == {"It could be merged by bob."}
}

test_where_nobody_from_outside_could_merge_nothing_is_advised if {
	merge_advice(held(outside_merges, {"people": [testing.employee("alice", "acme"), testing.employee("anna", "acme")]})) == set()
}

test_after_merging_nothing_is_advised if merge_advice(merged_by(outside_merges, "bob")) == set()

test_a_merge_from_outside_is_right if rule.accept with input as merged_by(outside_merges, "Bob")

test_a_merge_by_a_colleague_is_a_finding if not rule.accept with input as merged_by(outside_merges, "anna")

test_who_merged_from_inside_is_named if {
	some finding in rule.findings with input as merged_by(outside_merges, "anna")
	finding.msg == "anna merged this major change (it touches core/turn.go and changes 30 lines); whoever merges it must work outside the organizations of the authors, and anna is somebody who works for the same organization as an author."
	finding.people == ["anna"]
}

test_a_merge_by_the_author_is_a_finding if not rule.accept with input as merged_by(outside_merges, "alice")

test_a_merge_by_somebody_unknown_is_a_finding if not rule.accept with input as merged_by(outside_merges, "dave")

test_a_merge_by_somebody_of_whom_nothing_is_known_is_a_finding if not rule.accept with input as merged_by(outside_merges, "robot")

test_by_default_a_merge_by_a_colleague_is_right if rule.accept with input as merged_by({}, "anna")

test_a_disclosure_of_nothing_is_none if not rule.accept with input as with_anna([testing.command("anna", "disclose", "")])
