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
