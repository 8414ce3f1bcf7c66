package bylaw.conflict_of_interest_test

# By what the transparency report counts.

import data.bylaw.conflict_of_interest as rule

test_a_review_from_outside_is_marked if rule.marks == {"outside_review"} with input as approved_by(["bob"])

test_the_approval_of_a_colleague_alone_is_a_conflict if rule.marks == {"conflict"} with input as approved_by(["anna"])

test_a_colleague_beside_somebody_from_outside_is_no_conflict if {
	rule.marks == {"outside_review"} with input as approved_by(["anna", "bob"])
}

test_nothing_is_marked_before_anybody_has_approved if rule.marks == set() with input as approved_by([])
