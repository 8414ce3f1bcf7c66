# Who works for whom, and when.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# --- Who works for whom

test_independents_are_not_colleagues if {
	rule.accept with input as bob_among([
		testing.person("alice", [testing.independent]),
		testing.person("bob", [testing.independent]),
	])
}

test_the_headline_over_an_independent_author_names_no_organization if {
	rule.headline == "Approved by bob" with input as bob_among([testing.person("alice", [testing.independent])])
}

test_a_change_of_an_independent_waits_for_another_person if {
	rule.headline == "Waiting for a review by another person" with input as change({"people": testing.people_with([testing.person("alice", [testing.independent])])})
}

test_an_unknown_approver_is_neither_colleague_nor_outsider if {
	some seen in rule.considered with input as approved_by(["dave"])
	seen.who == "dave"
	seen.why == "their employer is not known"
}

test_an_unknown_approver_is_accepted_by_default if rule.accept with input as approved_by(["dave"])

test_the_headline_says_that_something_is_not_known if {
	rule.headline == "Approved by dave; it cannot be said whether dave works elsewhere" with input as approved_by(["dave"])
}

test_that_an_approver_is_unknown_is_said if {
	some finding in rule.findings with input as approved_by(["dave"])
	finding.fix == "Add dave to affiliations.yml, if they agree."
}

test_why_an_unknown_approver_counts_is_said if {
	some finding in rule.findings with input as approved_by(["dave"])
	finding.msg == "dave approved, but their employer is not known: the approval counts, because that is accepted for a major change (it touches core/turn.go and changes 30 lines)."
}

test_an_unknown_approver_can_be_refused if not rule.accept with input as approved_under(refuse_unknown, ["dave"])

test_who_was_accepted_though_unknown_is_shown_as_counted if {
	some seen in rule.considered with input as approved_by(["dave"])
	seen.who == "dave"
	seen.counted
}

test_who_was_refused_as_unknown_is_shown_as_not_counted if {
	some seen in rule.considered with input as approved_under(refuse_unknown, ["dave"])
	seen.who == "dave"
	not seen.counted
}

refused_with(person) := change_under(refuse_unknown, {
	"reviews": [testing.approval(person.login)],
	"people": testing.people_with([person]),
})

test_who_prefers_not_to_say_is_not_outside if not rule.accept with input as refused_with(testing.person("bob", [testing.undisclosed]))

test_that_somebody_prefers_not_to_say_is_respected if {
	some finding in rule.findings with input as refused_with(testing.person("bob", [testing.undisclosed]))
	finding.msg == "bob approved, but they prefer not to say whom they work for: this was counted neither as a conflict nor as a third-party review."
	finding.fix == ""
}

disputed_bob := testing.person("bob", [
	testing.works_for("globex", "", ""),
	object.union(testing.works_for("initech", "", ""), {"file": "OWNERS.md"}),
])

test_an_employer_on_which_two_rosters_disagree_is_not_outside if not rule.accept with input as refused_with(disputed_bob)

test_that_two_rosters_disagree_is_said if {
	some finding in rule.findings with input as refused_with(disputed_bob)
	contains(finding.msg, "the rosters disagree")
}

test_a_disputed_employer_that_is_the_authors_is_a_conflict if {
	not rule.accept with input as bob_among([testing.person("bob", [
		testing.works_for("globex", "", ""),
		object.union(testing.works_for("acme", "", ""), {"file": "OWNERS.md"}),
	])])
}

test_one_common_employer_of_several_is_a_conflict if {
	not rule.accept with input as bob_among([
		testing.person("alice", [testing.works_for("acme", "", ""), testing.works_for("initech", "", "")]),
		testing.person("bob", [testing.works_for("globex", "", ""), testing.works_for("initech", "", "")]),
	])
}

test_several_employers_without_a_common_one_are_no_conflict if {
	rule.accept with input as bob_among([
		testing.person("alice", [testing.works_for("acme", "", ""), testing.works_for("initech", "", "")]),
		testing.person("bob", [testing.works_for("globex", "", ""), testing.works_for("umbra", "", "")]),
	])
}

test_a_forged_e_mail_address_of_the_authors_adds_a_conflict if {
	not rule.accept with input as bob_among([testing.person("alice", [testing.works_for("acme", "", ""), testing.writes_from("globex")])])
}

test_a_forged_e_mail_address_does_not_take_a_conflict_away if {
	not rule.accept with input as change({
		"reviews": [testing.approval("anna")],
		"people": testing.people_with([testing.person("anna", [testing.works_for("acme", "", ""), testing.writes_from("globex")])]),
	})
}

test_an_e_mail_address_alone_makes_nobody_an_outsider if not rule.accept with input as refused_with(testing.person("dave", [testing.writes_from("globex")]))

test_a_forged_co_author_adds_a_conflict if {
	not rule.accept with input as change({
		"commits": [testing.commit(["alice", "ben"])],
		"people": testing.people_with([testing.employee("ben", "globex")]),
		"reviews": [testing.approval("bob")],
	})
}

test_a_forged_co_author_does_not_take_a_conflict_away if {
	not rule.accept with input as change({"commits": [testing.commit(["carol"])], "reviews": [testing.approval("anna")]})
}

test_what_this_change_would_write_into_a_roster_does_not_count if {
	not rule.accept with input as change({
		"reviews": [testing.approval("anna")],
		"people": testing.people_with([testing.person("alice", [object.union(testing.works_for("globex", "", ""), {"proposed": true}), testing.works_for("acme", "", "")])]),
	})
}

test_over_an_unknown_author_somebody_with_an_employer_is_outside if {
	rule.headline == "Approved by bob" with input as bob_among([testing.person("alice", [])])
}

test_a_change_of_an_unknown_author_waits_for_somebody_known if {
	rule.headline == "Waiting for a review by somebody whose employer is known" with input as change({"people": testing.people_with([testing.person("alice", [])])})
}

# --- Bots as authors

by_a_bot(commits, pusher) := change_under(refuse_unknown, {
	"author": {"login": "robot", "kind": "bot"},
	"commits": commits,
	"head": {"pushed_by": pusher},
	"people": testing.people_with([object.union(testing.person("robot", []), {"kind": "bot"})]),
	"reviews": [testing.approval("anna"), testing.approval("bob")],
})

test_whom_a_bot_merely_names_is_not_known_to_be_the_author if {
	not rule.accept with input as by_a_bot([testing.commit(["robot", "alice"])], "robot")
}

test_behind_a_bot_the_human_who_pushed_is_the_author if {
	rule.headline == "Approved by bob, from outside Acme Corp" with input as by_a_bot([testing.commit(["robot"])], "alice")
}

test_nobody_is_outside_of_a_bot_without_a_human if not rule.accept with input as by_a_bot([testing.commit(["robot"])], "robot")

test_nobody_can_be_asked_about_a_bot_without_a_human if count(rule.reviewers) == 0 with input as by_a_bot([], "robot")

test_that_nobody_known_made_the_change_is_said if {
	some finding in rule.findings with input as by_a_bot([], "robot")
	startswith(finding.fix, "Nobody could give this review: a bot proposed the change, so it is not certain who made it.")
}

test_a_review_of_a_bots_change_comes_from_outside_whoever_made_it if {
	rule.headline == "Not enough yet: no review from outside the organization of whoever made it" with input as by_a_bot([], "robot")
}

test_that_anybody_may_approve_the_change_of_a_bot_is_said if {
	waiting := object.union(by_a_bot([], "robot"), {"params": defaults, "reviews": []})
	rule.headline == "Waiting for a review by another person" with input as waiting
	some finding in rule.findings with input as waiting
	endswith(finding.fix, "an approval by anybody who may write to this repository is enough.")
}

test_over_a_bot_without_a_human_unknown_is_accepted_by_default if {
	rule.accept with input as object.union(by_a_bot([], "robot"), {"params": defaults})
}

test_a_login_of_which_nothing_is_known_is_no_human_behind_a_bot if {
	not rule.accept with input as by_a_bot([testing.commit(["other-robot"])], "")
}

# --- When somebody changes jobs. The pull request was opened on 9 March, and approved on 10 March.

bob_left_acme(day) := [testing.person("bob", [testing.works_for("acme", "", day), testing.works_for("globex", day, "")])]

test_who_left_before_the_opening_is_outside if rule.accept with input as bob_among(bob_left_acme("2026-03-09"))

test_who_left_on_the_day_after_the_opening_is_inside if not rule.accept with input as bob_among(bob_left_acme("2026-03-10"))

at_review(facts) := change_under({"at": "review"}, facts)

test_who_left_between_opening_and_review_is_outside_on_the_day_of_the_review if {
	rule.accept with input as at_review({"reviews": [testing.approval("bob")], "people": testing.people_with(bob_left_acme("2026-03-10"))})
}

test_who_leaves_the_day_after_the_review_is_inside if {
	not rule.accept with input as at_review({"reviews": [testing.approval("bob")], "people": testing.people_with(bob_left_acme("2026-03-11"))})
}

test_who_joined_after_the_review_was_outside if {
	rule.accept with input as bob_among([testing.person("bob", [testing.works_for("globex", "", ""), testing.works_for("acme", "2026-03-11", "")])])
}

test_who_joined_on_the_day_of_the_review_is_inside if {
	not rule.accept with input as bob_among([testing.person("bob", [testing.works_for("globex", "", ""), testing.works_for("acme", "2026-03-10", "")])])
}
