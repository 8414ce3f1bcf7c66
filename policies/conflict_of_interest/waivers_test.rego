# Waivers: by whom, until when, and why one does not hold.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

bob_may_waive := {"waivers": {"ask": {"people": ["Bob"]}}}

bob_waives := testing.command("bob", "waive", "conflict_of_interest until 2026-04-01 the release cannot wait")

# A change of alice, approved by anna of Acme, with this waiver in its comments.
waived_under(params, command, facts) := change_under(params, object.union({"reviews": [testing.approval("anna")], "commands": [command]}, facts))

waived_with(command) := waived_under(bob_may_waive, command, {})

waive(login, arguments) := testing.command(login, "waive", arguments)

# Why the waiver of bob came to nothing.
fault(facts) := trim_suffix(trim_prefix(msg, "\"/bylaw waive\" by bob has no effect: "), ".") if some msg in idle(facts)

test_who_is_named_may_waive if rule.accept with input as waived_with(bob_waives)

test_a_waiver_also_holds_before_anybody_approved if rule.accept with input as waived_under(bob_may_waive, bob_waives, {"reviews": []})

test_the_headline_names_who_waived if rule.headline == "Waived by bob for this version of the change" with input as waived_with(bob_waives)

test_the_reason_of_a_waiver_is_shown if {
	some finding in rule.findings with input as waived_with(bob_waives)
	finding.msg == "bob waived this rule until 2026-04-01: the release cannot wait"
	finding.advice
}

test_of_a_waiver_that_holds_no_fault_is_told if idle(waived_with(bob_waives)) == set()

test_a_waiver_ends_with_its_date if rule.recheck_at == "2026-04-02T00:00:00Z" with input as waived_with(bob_waives)

test_the_first_waiver_that_ends_is_waited_for if {
	rule.recheck_at == "2026-03-21T00:00:00Z" with input as waived_under(bob_may_waive, bob_waives, {"commands": [
		bob_waives,
		waive("bob", "conflict_of_interest until 2026-03-20 until carol is back"),
	]})
}

test_a_waiver_holds_on_its_last_day if rule.accept with input as waived_with(waive("bob", "conflict_of_interest until 2026-03-10 today only"))

test_a_waiver_does_not_hold_after_its_last_day if not rule.accept with input as waived_with(waive("bob", "conflict_of_interest until 2026-03-09 yesterday only"))

test_that_a_waiver_is_over_is_said if fault(waived_with(waive("bob", "conflict_of_interest until 2026-03-09 yesterday only"))) == "its date has passed"

test_a_role_may_waive if {
	rule.accept with input as waived_under({"waivers": {"ask": {"roles": ["lead"]}}}, bob_waives, {"people": testing.people_with(lead_of("globex"))})
}

test_another_role_may_not_waive if not rule.accept with input as waived_under({"waivers": {"ask": {"roles": ["lead"]}}}, bob_waives, {})

test_a_team_may_waive if rule.accept with input as waived_under({"waivers": {"ask": {"teams": ["core"]}}}, bob_waives, core_team)

test_another_team_may_not_waive if not rule.accept with input as waived_under({"waivers": {"ask": {"teams": ["docs"]}}}, bob_waives, core_team)

test_by_default_nobody_may_waive if not rule.accept with input as waived_under({}, bob_waives, {})

test_that_nobody_may_waive_is_said if {
	fault(waived_under({}, bob_waives, {})) == "the configuration names nobody who may waive this rule"
}

test_that_others_may_waive_is_said if {
	fault(waived_under({"waivers": {"ask": {"people": ["carol"]}}}, bob_waives, {})) == "the configuration does not name its writer among those who may waive this rule"
}

test_an_author_may_not_waive if {
	not rule.accept with input as waived_under({"waivers": {"ask": {"people": ["alice"]}}}, waive("alice", bob_waives.arguments), {})
}

test_that_a_co_author_may_not_waive_is_said if {
	fault(waived_under(bob_may_waive, bob_waives, {"commits": [testing.commit(["alice", "bob"])]})) == "its writer made the change, or part of it"
}

test_a_colleague_of_the_author_may_not_waive if {
	not rule.accept with input as waived_under({"waivers": {"ask": {"people": ["anna"]}}}, waive("anna", bob_waives.arguments), {})
}

test_somebody_unknown_may_not_waive if {
	not rule.accept with input as waived_under({"waivers": {"ask": {"people": ["dave"]}}}, waive("dave", bob_waives.arguments), {})
}

test_that_a_colleague_may_not_waive_is_said if {
	fault(waived_under(bob_may_waive, bob_waives, {"people": testing.people_with([testing.employee("bob", "acme")])})) == "it cannot be said that its writer works outside the organizations of the authors"
}

# --- For the version that was seen

test_a_push_ends_a_waiver if {
	not rule.accept with input as waived_under(bob_may_waive, bob_waives, {"head": {"arrived_at": "2026-03-10T11:00:00Z"}})
}

test_that_a_push_ended_a_waiver_is_said if {
	fault(waived_under(bob_may_waive, bob_waives, {"head": {"arrived_at": "2026-03-10T11:00:00Z"}})) == "it was given for an earlier version of the change"
}

test_a_waiver_holds_that_came_with_the_head if {
	rule.accept with input as waived_under(bob_may_waive, bob_waives, {"head": {"arrived_at": bob_waives.at}})
}

test_no_waiver_holds_for_a_head_of_unknown_age if not rule.accept with input as waived_under(bob_may_waive, bob_waives, {"head": {"arrived_at": ""}})

# --- As it is written

how_to_write := "write it as \"/bylaw waive conflict_of_interest until 2026-04-01 and the reason\""

test_a_waiver_without_a_reason_does_not_hold if not rule.accept with input as waived_with(waive("bob", "conflict_of_interest until 2026-04-01"))

test_a_waiver_without_a_reason_is_told_how_to_be_written if fault(waived_with(waive("bob", "conflict_of_interest until 2026-04-01"))) == how_to_write

test_a_waiver_without_until_is_told_how_to_be_written if fault(waived_with(waive("bob", "conflict_of_interest 2026-04-01 the release"))) == how_to_write

test_a_waiver_without_a_date_is_told_how_to_be_written if fault(waived_with(waive("bob", "conflict_of_interest until tomorrow it is late"))) == how_to_write

test_a_waiver_of_nothing_more_is_told_how_to_be_written if fault(waived_with(waive("bob", "conflict_of_interest"))) == how_to_write

test_a_waiver_of_another_rule_does_not_hold if not rule.accept with input as waived_with(waive("bob", "two_maintainers until 2026-04-01 the release cannot wait"))

test_of_a_waiver_of_another_rule_nothing_is_said if idle(waived_with(waive("bob", "two_maintainers until 2026-04-01 the release cannot wait"))) == set()

test_a_waiver_that_somebody_else_edited_falls if not rule.accept with input as waived_with(object.union(bob_waives, {"edited_by": "alice"}))

test_that_a_waiver_fell_is_said if {
	fault(waived_with(object.union(bob_waives, {"edited_by": "alice"}))) == "its comment was deleted, or edited by somebody else"
}

test_a_waiver_that_its_writer_edited_holds if rule.accept with input as waived_with(object.union(bob_waives, {"edited_by": "Bob"}))

test_a_withdrawn_waiver_does_not_hold if {
	not rule.accept with input as waived_under(bob_may_waive, bob_waives, {"commands": [bob_waives, testing.command("bob", "withdraw", "waive")]})
}

# --- Under ask and block

blocked := {"conflict": {"major": "block"}}

test_who_may_waive_under_ask_may_not_under_block if not rule.accept with input as waived_under(object.union(bob_may_waive, blocked), bob_waives, {})

test_that_nobody_may_waive_under_block_is_said if {
	fault(waived_under(object.union(bob_may_waive, blocked), bob_waives, {})) == "the configuration names nobody who may waive this rule"
}

test_a_block_is_lifted_by_whom_the_configuration_names_for_it if {
	rule.accept with input as waived_under(object.union({"waivers": {"block": {"people": ["bob"]}}}, blocked), bob_waives, {})
}

test_who_may_waive_under_block_may_not_under_ask if not rule.accept with input as waived_under({"waivers": {"block": {"people": ["bob"]}}}, bob_waives, {})

test_two_who_waived_are_both_named if {
	both := {"waivers": {"ask": {"people": ["bob", "carol"]}}}
	rule.headline == "Waived by bob and carol for this version of the change" with input as waived_under(both, bob_waives, {"commands": [bob_waives, waive("carol", bob_waives.arguments)]})
}

test_a_waiver_of_no_rule_is_told_how_to_be_written if {
	fault(waived_with(waive("bob", "until 2026-04-01 the release cannot wait"))) == "it does not say which rule: write \"/bylaw waive conflict_of_interest until 2026-04-01 and the reason\""
}

test_that_a_waiver_of_another_rule_fell_is_not_said_here if {
	idle(waived_with(object.union(waive("bob", "two_maintainers until 2026-04-01 it is late"), {"edited_by": "alice"}))) == set()
}

test_a_waiver_until_a_day_that_does_not_exist_does_not_hold if {
	not rule.accept with input as waived_with(waive("bob", "conflict_of_interest until 2026-06-31 the release cannot wait"))
}

test_a_waiver_for_ever_is_told_how_to_be_written if fault(waived_with(waive("bob", "conflict_of_interest until 9999-12-31 for ever"))) == how_to_write
