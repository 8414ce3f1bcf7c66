# Which approvals count, before anybody's employer is looked at.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

test_a_stale_approval_does_not_count if {
	not rule.accept with input as reviewed([object.union(testing.approval("bob"), {"stale": true})])
}

test_an_approval_without_write_access_does_not_count if {
	not rule.accept with input as reviewed([object.union(testing.approval("bob"), {"can_push": false})])
}

test_a_bots_approval_does_not_count if {
	not rule.accept with input as reviewed([object.union(testing.approval("bob"), {"author": {"kind": "bot"}})])
}

test_the_approval_of_a_deleted_account_does_not_count if {
	not rule.accept with input as reviewed([object.union(testing.approval(""), {"author": {"kind": "deleted"}})])
}

test_a_co_author_cannot_approve if {
	not rule.accept with input as change({"commits": [testing.commit(["alice", "bob"])], "reviews": [testing.approval("bob")]})
}

test_who_pushed_cannot_approve if {
	not rule.accept with input as change({"head": {"pushed_by": "bob"}, "reviews": [testing.approval("bob")]})
}

test_authors_cannot_approve_their_own_change if not rule.accept with input as approved_by(["alice"])

test_a_co_author_in_other_letters_cannot_approve if {
	not rule.accept with input as change({"commits": [testing.commit(["alice", "BOB"])], "reviews": [testing.approval("Bob")]})
}

test_the_case_of_a_login_does_not_matter if rule.accept with input as approved_by(["BOB"])

test_a_colleague_in_other_letters_is_a_colleague if not rule.accept with input as approved_by(["ANNA"])

test_a_dismissed_approval_does_not_count if not rule.accept with input as reviewed([testing.review("bob", "dismissed")])

test_changes_requested_after_an_approval_take_it_back if {
	not rule.accept with input as reviewed([testing.approval("bob"), testing.review("bob", "changes_requested")])
}

test_an_approval_after_requested_changes_counts if {
	rule.accept with input as reviewed([testing.review("bob", "changes_requested"), testing.approval("bob")])
}

test_a_comment_after_an_approval_keeps_it if {
	rule.accept with input as reviewed([testing.approval("bob"), testing.review("bob", "commented")])
}

test_two_approvals_by_one_person_are_one if not rule.accept with input as approved_under({"approvals": 2}, ["bob", "Bob"])

test_an_approval_of_an_earlier_version_can_be_accepted if {
	rule.accept with input as change_under({"qualified": {"stale": "accept"}}, {"reviews": [object.union(testing.approval("bob"), {"stale": true})]})
}

# --- On which branches

on_branch(name, branches) := change_under({"branches": branches}, {"base": {"name": name}})

test_the_rule_applies_to_every_branch_by_default if rule.applies with input as change({"base": {"name": "release/1.2"}})

test_the_rule_applies_to_the_branches_that_are_named if rule.applies with input as on_branch("release/1.2", ["main", "release/*"])

test_the_rule_does_not_apply_to_other_branches if not rule.applies with input as on_branch("release/1.2", ["main", "stable/*"])

# --- Roles

only_roles(roles) := {"qualified": {"roles": roles}}

# Of these people, bob has the role of a lead, and the others that of a maintainer.
led(params, facts) := change_under(params, object.union(
	{"people": testing.people_with([testing.with_role(testing.employee("bob", "globex"), "lead")])},
	facts,
))

approved_by_role(roles, login) := led(only_roles(roles), {"reviews": [testing.approval(login)]})

test_the_approval_of_who_has_the_role_counts if rule.accept with input as approved_by_role(["lead"], "bob")

test_the_approval_of_who_lacks_the_role_does_not_count if not rule.accept with input as approved_by_role(["lead"], "carol")

test_one_of_several_roles_is_enough if rule.accept with input as approved_by_role(["lead", "maintainer"], "carol")

test_which_role_is_missing_is_shown if {
	some seen in rule.considered with input as approved_by_role(["lead", "chair"], "carol")
	seen.who == "carol"
	seen.why == "does not have the role lead or chair"
}

test_only_those_with_the_role_are_asked if rule.reviewers == ["bob"] with input as led(only_roles(["lead"]), {})

# --- Teams

core_team := {"teams": [{"name": "core", "members": ["Bob"]}, {"name": "docs", "members": ["carol"]}]}

approved_by_team(teams, login) := change_under({"qualified": {"teams": teams}}, object.union(core_team, {"reviews": [testing.approval(login)]}))

test_the_approval_of_a_member_of_the_team_counts if rule.accept with input as approved_by_team(["core"], "bob")

test_the_approval_of_a_member_of_another_team_does_not_count if not rule.accept with input as approved_by_team(["core"], "carol")

test_nobody_is_in_a_team_of_which_nothing_is_known if not rule.accept with input as approved_by_team(["absent"], "bob")

test_which_team_is_missing_is_shown if {
	some seen in rule.considered with input as approved_by_team(["core"], "carol")
	seen.who == "carol"
	seen.why == "is not in the team core"
}

test_a_role_or_a_team_is_enough if {
	rule.accept with input as led({"qualified": {"roles": ["lead"], "teams": ["docs"]}}, object.union(core_team, {"reviews": [testing.approval("carol")]}))
}

# --- Areas

areas := {"qualified": {"areas": {
	"core": {"paths": ["core/**"], "people": ["Bob"], "roles": [], "teams": []},
	"docs": {"paths": ["docs/**"], "people": [], "roles": ["lead"], "teams": ["docs"]},
}}}

in_area(path, login) := change_under(areas, object.union(core_team, {"files": [testing.file(path, 30)], "reviews": [testing.approval(login)]}))

# Documents are minor changes, in which a conflict is only remarked on.
counted(facts) := {seen.who | some seen in considered; seen.counted} if {
	considered := rule.considered with input as facts
}

test_the_approval_of_who_is_responsible_counts if counted(in_area("core/turn.go", "bob")) == {"bob"}

test_the_approval_of_who_is_responsible_for_other_files_does_not_count if counted(in_area("docs/turn.go", "bob")) == set()

test_the_approval_of_a_team_that_is_responsible_counts if counted(in_area("docs/turn.go", "carol")) == {"carol"}

test_the_approval_of_a_role_that_is_responsible_counts if {
	counted(led(areas, {"files": [testing.file("docs/turn.go", 30)], "reviews": [testing.approval("bob")]})) == {"bob"}
}

test_for_files_of_no_area_everybody_is_responsible if counted(in_area("web/turn.go", "carol")) == {"carol"}

test_who_is_responsible_for_one_of_the_files_counts if {
	counted(object.union(in_area("core/turn.go", "carol"), {"files": [testing.file("core/turn.go", 30), testing.file("docs/turn.go", 1)]})) == {"carol"}
}

test_a_file_belongs_to_the_area_from_which_it_was_moved if {
	moved := object.union(testing.file("web/turn.go", 30), {"status": "renamed", "previous_path": "core/turn.go"})
	counted(object.union(in_area("web/turn.go", "carol"), {"files": [moved]})) == set()
}

test_that_somebody_is_not_responsible_is_shown if {
	some seen in rule.considered with input as in_area("core/turn.go", "carol")
	seen.who == "carol"
	seen.why == "is not responsible for any of the changed files"
}

test_only_those_who_are_responsible_are_asked if rule.reviewers == ["bob"] with input as change_under(areas, {})
