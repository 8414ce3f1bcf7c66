# What people say for themselves in comments.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# A change that people have approved, with these commands in its comments.
commanded(commands, logins) := commanded_under({}, commands, logins)

commanded_under(params, commands, logins) := change_under(params, {
	"commands": commands,
	"reviews": [testing.approval(login) | some login in logins],
})

# What is said of commands that came to nothing.
idle(facts) := {finding.msg |
	findings := rule.findings with input as facts
	some finding in findings
	contains(finding.msg, "has no effect")
}

by(login, kind) := {"who": {"login": login, "id": 0, "kind": kind}}

# --- disclose

bob_of_acme := testing.discloses("bob", "acme")

test_who_discloses_the_authors_organization_has_a_conflict if not rule.accept with input as commanded([bob_of_acme], ["bob"])

test_who_discloses_another_organization_has_none if rule.accept with input as commanded([testing.discloses("bob", "initech")], ["bob"])

test_what_an_author_discloses_widens_the_authors_organizations if {
	not rule.accept with input as commanded([testing.discloses("alice", "globex")], ["bob"])
}

test_nobody_discloses_for_somebody_else if rule.accept with input as commanded([testing.discloses("carol", "acme")], ["bob"])

test_what_a_bot_discloses_says_nothing if {
	rule.accept with input as commanded([object.union(bob_of_acme, by("bob", "bot"))], ["bob"])
}

test_what_was_disclosed_is_shown if {
	some finding in rule.findings with input as commanded([bob_of_acme], ["bob"])
	finding.msg == "bob disclosed: works for Acme Corp."
}

test_a_disclosure_stands_when_its_comment_is_deleted if {
	not rule.accept with input as commanded([object.union(bob_of_acme, {"fate": "deleted"})], ["bob"])
}

test_a_disclosure_alone_makes_nobody_an_outsider if {
	not rule.accept with input as commanded_under(refuse_unknown, [testing.discloses("dave", "initech")], ["dave"])
}

test_who_discloses_the_authors_organization_is_not_asked if {
	rule.reviewers == ["carol"] with input as commanded([bob_of_acme], [])
}

test_a_disclosure_of_nothing_is_told_how_to_be_written if {
	idle(commanded([testing.command("bob", "disclose", "")], ["bob"])) == {"\"/bylaw disclose\" by bob has no effect: write \"/bylaw disclose\" and an organization, or \"soft\" or \"hard\" and what it is."}
}

test_an_interest_without_words_is_told_how_to_be_written if {
	count(idle(commanded([testing.command("bob", "disclose", "soft ")], ["bob"]))) == 1
}

# --- recuse and withdraw

bob_recuses := testing.command("bob", "recuse", "")

test_the_approval_of_who_recused_themselves_does_not_count if not rule.accept with input as commanded([bob_recuses], ["bob"])

test_that_somebody_recused_themselves_is_shown if why(commanded([bob_recuses], ["bob"]), "bob") == "recused themselves"

test_who_recused_themselves_is_not_asked if rule.reviewers == ["carol"] with input as commanded([bob_recuses], [])

test_nobody_recuses_somebody_else if rule.accept with input as commanded([testing.command("anna", "recuse", "bob")], ["bob"])

test_who_withdraws_is_recused_no_more if rule.accept with input as commanded([bob_recuses, testing.command("bob", "withdraw", "")], ["bob"])

test_who_withdraws_something_else_is_still_recused if {
	not rule.accept with input as commanded([bob_recuses, testing.command("bob", "withdraw", "disclose")], ["bob"])
}

test_nobody_withdraws_for_somebody_else if {
	not rule.accept with input as commanded([bob_recuses, testing.command("alice", "withdraw", "")], ["bob"])
}

test_what_is_said_again_after_withdrawing_holds if {
	not rule.accept with input as commanded([bob_recuses, testing.command("bob", "withdraw", ""), bob_recuses], ["bob"])
}

test_a_withdrawn_disclosure_widens_nothing if {
	rule.accept with input as commanded([bob_of_acme, testing.command("bob", "withdraw", "disclose")], ["bob"])
}

# --- delegate. Leads may approve; bob of Globex is one, the others are not.

led_with(people, commands, login) := change_under(only_roles(["lead"]), {
	"people": testing.people_with(array.concat(people, [p | some p in lead_of("globex"); not p.login in {o.login | some o in people}])),
	"commands": commands,
	"reviews": [testing.approval(login)],
})

bob_delegates_to(login) := testing.command("bob", "delegate", login)

test_who_lacks_the_role_may_act_for_who_has_it if rule.accept with input as led_with([], [bob_delegates_to("@carol")], "carol")

test_for_whom_a_delegate_approved_is_shown if {
	some seen in rule.considered with input as led_with([], [bob_delegates_to("carol")], "carol")
	seen.who == "carol"
	seen.did == "approved, for bob"
}

test_that_somebody_delegated_is_said if {
	some finding in rule.findings with input as led_with([], [bob_delegates_to("Carol")], "carol")
	finding.msg == "bob let carol review in their place; the organizations of both are judged."
}

test_the_organization_of_the_delegate_is_judged if not rule.accept with input as led_with([], [bob_delegates_to("anna")], "anna")

lead_of(organization) := [testing.with_role(testing.employee("bob", organization), "lead")]

test_the_organization_of_who_delegates_is_judged if {
	startswith(why(led_with(lead_of("acme"), [bob_delegates_to("carol")], "carol"), "carol"), "works for the same organization as an author")
}

test_who_lacks_the_role_can_delegate_nothing if {
	not rule.accept with input as led_with([], [testing.command("dave", "delegate", "carol")], "carol")
}

test_who_is_not_known_cannot_be_a_delegate if not rule.accept with input as led_with([], [bob_delegates_to("nobody-known")], "nobody-known")

test_who_recused_themselves_delegates_nothing if {
	not rule.accept with input as led_with([], [bob_delegates_to("carol"), bob_recuses], "carol")
}

test_an_author_delegates_nothing if {
	lead := [testing.with_role(testing.employee("alice", "acme"), "lead")]
	not rule.accept with input as led_with(lead, [testing.command("alice", "delegate", "carol")], "carol")
}

test_who_withdraws_delegates_nothing if {
	not rule.accept with input as led_with([], [bob_delegates_to("carol"), testing.command("bob", "withdraw", "delegate")], "carol")
}

test_a_delegation_whose_comment_was_deleted_falls if {
	not rule.accept with input as led_with([], [object.union(bob_delegates_to("carol"), {"fate": "deleted"})], "carol")
}

test_that_a_delegation_fell_is_said if {
	idle(led_with([], [object.union(bob_delegates_to("carol"), {"fate": "deleted"})], "carol")) == {"\"/bylaw delegate\" by bob has no effect: its comment was deleted, or edited by somebody else."}
}

test_a_delegation_to_nobody_is_told_how_to_be_written if {
	idle(led_with([], [bob_delegates_to("")], "carol")) == {"\"/bylaw delegate\" by bob has no effect: nobody is named: write \"/bylaw delegate LOGIN\"."}
}

test_no_delegation_makes_who_has_the_role_a_colleague if {
	two_leads := [testing.with_role(testing.employee("anna", "acme"), "lead")]
	rule.accept with input as led_with(two_leads, [testing.command("anna", "delegate", "bob")], "bob")
}

test_where_everybody_may_approve_nobody_becomes_a_colleague_by_delegation if {
	rule.accept with input as commanded([testing.command("anna", "delegate", "bob")], ["bob"])
}

test_who_is_responsible_for_an_area_can_delegate if {
	rule.accept with input as change_under(areas, {"commands": [bob_delegates_to("carol")], "reviews": [testing.approval("carol")]})
}

test_who_is_not_responsible_for_the_area_can_delegate_nothing if {
	not rule.accept with input as change_under(areas, {"commands": [testing.command("dave", "delegate", "carol")], "reviews": [testing.approval("carol")]})
}

# --- Commands that do not exist

test_an_unknown_command_is_said_to_be_one if {
	idle(commanded([testing.command("bob", "approve", "")], [])) == {"\"/bylaw approve\" by bob has no effect: there is no such command; there are ask, delegate, disclose, recheck, recuse, waive and withdraw."}
}

test_of_an_unknown_command_that_is_gone_nothing_is_said if {
	idle(commanded([object.union(testing.command("bob", "approve", ""), {"fate": "deleted"})], [])) == set()
}

test_of_commands_for_others_nothing_is_said if {
	idle(commanded([testing.command("bob", name, "") | some name in ["ask", "recheck", "recuse", "withdraw"]], [])) == set()
}

# --- What a delegate is judged by

test_a_delegate_of_whom_nothing_is_known_is_not_outside if {
	why(led_with([], [bob_delegates_to("dave")], "dave"), "dave") == "their employer is not known"
}

test_two_rosters_do_not_disagree_over_a_delegate if {
	elsewhere := [testing.with_role(testing.person("bob", [object.union(testing.works_for("globex", "", ""), {"file": "OWNERS.md"})]), "lead")]
	why(led_with(elsewhere, [bob_delegates_to("carol")], "carol"), "carol") == "works outside the organizations of the authors"
}

test_what_who_delegates_disclosed_is_judged_as_well if {
	startswith(why(led_with([], [bob_of_acme, bob_delegates_to("carol")], "carol"), "carol"), "works for the same organization as an author")
}
