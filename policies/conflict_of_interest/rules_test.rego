# The rules that count organizations, each below, at and above its limit.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# Besides the usual people: more of Acme, Globex and Initech, two of two companies each, two who work for
# nobody, and two of whom nothing is known.
crowd := testing.people_with([
	testing.employee("amos", "acme"),
	testing.employee("ben", "globex"),
	testing.employee("bert", "globex"),
	testing.employee("cora", "initech"),
	testing.person("both", [testing.works_for("globex", "", ""), testing.works_for("initech", "", "")]),
	testing.person("brad", [testing.works_for("globex", "", ""), testing.works_for("umbra", "", "")]),
	testing.person("cleo", [testing.works_for("initech", "", ""), testing.works_for("umbra", "", "")]),
	testing.person("ida", [testing.independent]),
	testing.person("ira", [testing.independent]),
	testing.person("dora", []),
])

# A change under a rule that asks for so many approvals, approved by some of the crowd. Nobody could help is
# no way out, so that only the rule decides.
by_rule(name, needed, logins) := by_rule_with(name, needed, {}, {"reviews": [testing.approval(login) | some login in logins]})

by_rule_with(name, needed, params, facts) := change_under(
	object.union({"rule": name, "approvals": needed, "nobody": {"answer": "waiver"}}, params),
	object.union({"people": crowd}, facts),
)

refusing(name, needed, logins) := by_rule_with(name, needed, refuse_unknown, {"reviews": [testing.approval(login) | some login in logins]})

# Initech is to Globex what is said, from a date until a date.
globex_and_initech(how, from, until) := [
	testing.organization("acme", "Acme Corp"),
	object.union(testing.organization("globex", "Globex"), {"near": [{"organization": "initech", "how": how, "from": from, "until": until}]}),
	object.union(testing.organization("initech", "Initech"), {"near": [{"organization": "globex", "how": how, "from": from, "until": until}]}),
]

# The same change where the two organizations are near, under a rule that asks for two approvals.
near_by_rule(name, how, params, logins) := by_rule_with(name, 2, params, {
	"organizations": globex_and_initech(how, "", ""),
	"reviews": [testing.approval(login) | some login in logins],
})

# --- distinct_organizations

test_one_organization_is_not_two_distinct_ones if not rule.accept with input as by_rule("distinct_organizations", 2, ["bob", "ben"])

test_two_of_two_organizations_are_distinct if rule.accept with input as by_rule("distinct_organizations", 2, ["bob", "carol"])

test_three_of_two_organizations_are_two_distinct_ones if rule.accept with input as by_rule("distinct_organizations", 2, ["bob", "ben", "carol"])

test_three_of_two_organizations_are_not_three_distinct_ones if not rule.accept with input as by_rule("distinct_organizations", 3, ["bob", "ben", "carol"])

test_the_authors_own_organization_is_one_of_the_distinct_ones if rule.accept with input as by_rule("distinct_organizations", 2, ["anna", "bob"])

test_that_a_colleague_counts_is_explained if {
	some seen in rule.considered with input as by_rule("distinct_organizations", 2, ["anna", "bob"])
	seen.who == "anna"
	seen.counted
	seen.why == "counts once, together with everybody of the same organization"
}

test_who_works_for_both_organizations_is_distinct_from_neither if not rule.accept with input as by_rule("distinct_organizations", 2, ["bob", "both"])

test_who_works_for_both_is_not_counted_twice if not rule.accept with input as by_rule("distinct_organizations", 2, ["both"])

test_of_two_who_share_one_of_several_employers_one_counts if not rule.accept with input as by_rule("distinct_organizations", 2, ["both", "cleo"])

test_who_has_one_employer_is_counted_before_who_has_two if rule.accept with input as by_rule("distinct_organizations", 2, ["both", "bob", "carol"])

test_two_with_two_employers_each_can_be_distinct if {
	two := [
		testing.person("both", [testing.works_for("globex", "", ""), testing.works_for("initech", "", "")]),
		testing.person("cleo", [testing.works_for("acme", "", ""), testing.works_for("umbra", "", "")]),
	]
	rule.accept with input as by_rule_with("distinct_organizations", 2, {}, {
		"people": testing.people_with(two),
		"reviews": [testing.approval("both"), testing.approval("cleo")],
	})
}

test_two_independents_are_two_distinct_organizations if rule.accept with input as by_rule("distinct_organizations", 2, ["ida", "ira"])

test_an_unknown_may_be_of_another_organization if {
	startswith(rule.headline, "Approved by bob and dave; it cannot be said") with input as by_rule("distinct_organizations", 2, ["bob", "dave"])
}

test_two_unknowns_may_be_of_two_organizations if rule.accept with input as by_rule("distinct_organizations", 2, ["dora", "dave"])

test_an_unknown_is_no_distinct_organization_where_that_is_refused if not rule.accept with input as refusing("distinct_organizations", 2, ["bob", "dave"])

test_merged_organizations_are_not_distinct if {
	not rule.accept with input as near_by_rule("distinct_organizations", "merged", {}, ["bob", "carol"])
}

test_related_organizations_may_be_distinct if {
	rule.headline == "Approved by bob and carol; some of their organizations are related" with input as near_by_rule("distinct_organizations", "related", {}, ["bob", "carol"])
}

test_related_organizations_are_not_distinct_where_what_is_unknown_is_refused if {
	not rule.accept with input as near_by_rule("distinct_organizations", "related", refuse_unknown, ["bob", "carol"])
}

test_organizations_that_merge_only_later_are_distinct if {
	rule.accept with input as by_rule_with("distinct_organizations", 2, {}, {
		"organizations": globex_and_initech("merged", "2026-03-11", ""),
		"reviews": [testing.approval("bob"), testing.approval("carol")],
	})
}

test_organizations_that_parted_before_are_distinct if {
	rule.accept with input as by_rule_with("distinct_organizations", 2, {}, {
		"organizations": globex_and_initech("merged", "", "2026-03-09"),
		"reviews": [testing.approval("bob"), testing.approval("carol")],
	})
}

test_an_organization_without_a_name_is_as_distinct_as_another if rule.accept with input as by_rule("distinct_organizations", 2, ["brad", "carol"])

test_it_is_said_how_many_distinct_organizations_are_there if {
	rule.headline == "Not enough yet: 1 of 2 reviews of different organizations" with input as by_rule("distinct_organizations", 2, ["bob", "ben"])
}

test_the_distinct_rule_says_what_it_waits_for if {
	rule.headline == "Waiting for 2 reviews of different organizations" with input as by_rule("distinct_organizations", 2, [])
}

test_with_distinct_organizations_one_approval_needs_an_employer if {
	rule.headline == "Waiting for a review by somebody whose employer is known" with input as by_rule("distinct_organizations", 1, [])
}

test_with_distinct_organizations_a_new_one_is_asked_for if {
	rule.reviewers == ["anna", "carol"] with input as approved_under({"rule": "distinct_organizations", "approvals": 2}, ["bob"])
}

test_the_headline_of_the_distinct_rule_names_no_organization_of_the_authors if {
	rule.headline == "Approved by bob and carol" with input as by_rule("distinct_organizations", 2, ["bob", "carol"])
}

# --- one_per_organization

test_of_one_organization_one_approval_counts if not rule.accept with input as by_rule("one_per_organization", 2, ["bob", "ben", "bert"])

test_one_approval_of_each_organization_counts if rule.accept with input as by_rule("one_per_organization", 2, ["bob", "ben", "carol"])

test_three_organizations_are_more_than_the_two_asked_for if rule.accept with input as by_rule("one_per_organization", 2, ["anna", "bob", "carol"])

test_each_independent_is_one_of_an_organization if rule.accept with input as by_rule("one_per_organization", 3, ["ida", "ira", "bob"])

# --- at_most_per_organization

test_three_of_one_organization_count_as_two if not rule.accept with input as by_rule("at_most_per_organization", 3, ["bob", "ben", "bert"])

test_two_of_one_organization_count_as_two if rule.accept with input as by_rule("at_most_per_organization", 2, ["bob", "ben"])

test_two_of_one_organization_and_one_of_another_are_three if rule.accept with input as by_rule("at_most_per_organization", 3, ["bob", "ben", "carol"])

test_three_of_one_organization_and_one_of_another_are_three if rule.accept with input as by_rule("at_most_per_organization", 3, ["bob", "ben", "bert", "carol"])

test_three_of_one_organization_and_one_of_another_are_not_four if not rule.accept with input as by_rule("at_most_per_organization", 4, ["bob", "ben", "bert", "carol"])

test_how_many_of_one_organization_count_can_be_set if {
	rule.accept with input as by_rule_with("at_most_per_organization", 3, {"per_organization": 3}, {"reviews": [testing.approval(login) | some login in ["bob", "ben", "bert"]]})
}

test_independents_have_no_organization_of_which_too_many_could_approve if rule.accept with input as by_rule_with("at_most_per_organization", 2, {"per_organization": 1}, {"reviews": [testing.approval("ida"), testing.approval("ira")]})

test_unknowns_may_be_of_organizations_of_their_own if {
	rule.accept with input as by_rule_with("at_most_per_organization", 2, {"per_organization": 1}, {"reviews": [testing.approval("dora"), testing.approval("dave")]})
}

test_unknowns_do_not_count_where_that_is_refused if not rule.accept with input as refusing("at_most_per_organization", 2, ["bob", "dave"])

test_who_works_for_two_organizations_is_counted_with_one_of_another if {
	rule.accept with input as by_rule("at_most_per_organization", 2, ["cleo", "bob"])
}

test_merged_organizations_have_one_limit if {
	not rule.accept with input as near_by_rule("at_most_per_organization", "merged", {"per_organization": 1}, ["bob", "carol"])
}

test_the_rule_says_how_many_of_one_organization_count if {
	rule.headline == "Not enough yet: 2 of 3 reviews with at most 2 from one organization" with input as by_rule("at_most_per_organization", 3, ["bob", "ben", "bert"])
}

# --- span_two_organizations

test_colleagues_of_the_author_alone_do_not_span_two_organizations if not rule.accept with input as by_rule("span_two_organizations", 2, ["anna", "amos"])

test_one_from_elsewhere_spans_two_organizations if rule.accept with input as by_rule("span_two_organizations", 2, ["anna", "bob"])

test_one_from_elsewhere_alone_is_too_few_of_two if not rule.accept with input as by_rule("span_two_organizations", 2, ["bob"])

test_two_of_one_other_organization_span_two_with_the_author if rule.accept with input as by_rule("span_two_organizations", 2, ["bob", "ben"])

test_an_independent_spans_two_organizations_with_the_author if rule.accept with input as by_rule("span_two_organizations", 1, ["ida"])

test_an_unknown_may_span_two_organizations if rule.accept with input as by_rule("span_two_organizations", 2, ["anna", "dave"])

test_an_unknown_does_not_span_two_organizations_where_that_is_refused if not rule.accept with input as refusing("span_two_organizations", 2, ["anna", "dave"])

test_an_organization_merged_with_the_authors_is_no_second_one if {
	not rule.accept with input as by_rule_with("span_two_organizations", 1, {}, {
		"people": testing.people_with([testing.employee("alice", "initech")]),
		"organizations": globex_and_initech("merged", "", ""),
		"reviews": [testing.approval("bob")],
	})
}

two_companies := [testing.person("alice", [testing.works_for("acme", "", ""), testing.works_for("globex", "", "")])]

test_an_author_of_two_companies_and_a_colleague_do_not_span_two if {
	not rule.accept with input as by_rule_with("span_two_organizations", 1, {}, {"people": testing.people_with(two_companies), "reviews": [testing.approval("bob")]})
}

test_two_colleagues_of_an_author_of_two_companies_span_two if {
	rule.accept with input as by_rule_with("span_two_organizations", 2, {}, {"people": testing.people_with(two_companies), "reviews": [testing.approval("anna"), testing.approval("bob")]})
}

test_the_spanning_rule_says_what_is_missing if {
	rule.headline == "Not enough yet: everybody who made or approved it works for Acme Corp, and somebody of another organization must approve" with input as by_rule("span_two_organizations", 1, ["anna"])
}

test_the_spanning_rule_asks_whoever_is_of_neither_organization if {
	rule.reviewers == ["bob", "carol"] with input as change_under({"rule": "span_two_organizations"}, {"reviews": [testing.approval("anna")]})
}

# --- outside_author, with organizations that are near

author_of_initech(how, params) := change_under(params, {
	"people": testing.people_with([testing.employee("alice", "initech")]),
	"organizations": globex_and_initech(how, "", ""),
	"reviews": [testing.approval("bob")],
})

test_somebody_of_a_merged_organization_is_a_colleague if not rule.accept with input as author_of_initech("merged", {})

test_somebody_of_a_related_organization_is_neither_colleague_nor_outsider if {
	some seen in rule.considered with input as author_of_initech("related", {})
	seen.who == "bob"
	seen.why == "their organization is related to that of an author"
}

test_that_relations_can_be_configured_is_said if {
	some finding in rule.findings with input as author_of_initech("related", {})
	finding.fix == "What relations count for is set under \"relations\" in .github/bylaw.yml."
}

test_somebody_of_a_related_organization_can_be_refused if not rule.accept with input as author_of_initech("related", refuse_unknown)

merged_on(day) := change({
	"people": testing.people_with([testing.employee("alice", "initech")]),
	"organizations": globex_and_initech("merged", day, ""),
	"reviews": [testing.approval("bob")],
	"taken_at": "2026-03-20T12:00:00Z",
})

test_whose_organization_merged_before_the_review_is_a_colleague if not rule.accept with input as merged_on("2026-03-10")

test_whose_organization_merged_after_the_review_was_outside if rule.accept with input as merged_on("2026-03-11")

# --- How many in all

in_all(n, logins) := by_rule_with("outside_author", 1, {"approvals_in_all": {"major": n}}, {"reviews": [testing.approval(login) | some login in logins]})

test_fewer_than_all_approvals_are_not_enough if not rule.accept with input as in_all(2, ["bob"])

test_a_colleague_is_one_of_all if rule.accept with input as in_all(2, ["anna", "bob"])

test_more_than_all_approvals_are_enough if rule.accept with input as in_all(2, ["anna", "bob", "carol"])

test_colleagues_alone_are_not_enough_whatever_their_number if not rule.accept with input as in_all(2, ["anna", "amos"])

test_an_unknown_is_one_of_all if rule.accept with input as in_all(2, ["anna", "dave"])

test_it_is_said_that_only_the_number_is_missing if {
	rule.headline == "Not enough yet: 1 of 2 approvals" with input as in_all(2, ["bob"])
}

test_the_finding_says_how_many_are_missing if {
	some finding in rule.findings with input as in_all(2, ["bob"])
	finding.msg == "This major change (it touches core/turn.go and changes 30 lines) needs 2 approvals in all, and has 1."
}

test_that_anybody_can_make_up_the_number_is_said if {
	some finding in rule.findings with input as object.union(in_all(2, ["bob"]), {"people": [testing.employee("alice", "acme"), testing.employee("anna", "acme"), testing.employee("bob", "globex")]})
	finding.fix == "An approval by anybody else who may write to this repository is enough."
}

test_never_fewer_in_all_than_the_rule_asks_for if not rule.accept with input as by_rule_with("outside_author", 2, {"approvals_in_all": {"major": 1}}, {"reviews": [testing.approval("bob")]})

test_where_no_approval_must_be_from_outside_a_colleague_is_enough if rule.accept with input as by_rule("outside_author", 0, ["anna"])

test_where_no_approval_must_be_from_outside_one_is_needed_all_the_same if not rule.accept with input as by_rule("outside_author", 0, [])

# --- No approval need be from outside, only a number of them

number_only(n, logins) := by_rule_with("outside_author", 0, {"approvals_in_all": {"major": n}}, {"reviews": [testing.approval(login) | some login in logins]})

test_where_only_the_number_counts_the_headline_names_who_approved if rule.headline == "Approved by anna" with input as number_only(1, ["anna"])

test_where_only_the_number_counts_anybody_is_waited_for if rule.headline == "Waiting for an approval by another person" with input as number_only(1, [])

test_where_only_the_number_counts_colleagues_are_not_in_the_way if rule.headline == "Not enough yet: 1 of 2 approvals" with input as number_only(2, ["anna"])

test_under_every_rule_the_number_alone_can_count if {
	every name in ["distinct_organizations", "one_per_organization", "at_most_per_organization", "span_two_organizations"] {
		rule.headline == "Waiting for an approval by another person" with input as by_rule(name, 0, [])
	}
}

test_where_unknown_is_refused_not_only_the_number_is_missing if {
	rule.headline == "Not enough yet: no review from outside Acme Corp" with input as object.union(
		refusing("outside_author", 1, ["dave"]),
		{"params": {"approvals_in_all": {"major": 2}}},
	)
}

test_who_counts_by_their_organization_alone_is_shown if {
	by_robot := object.union(by_a_bot([], "robot"), {"params": object.union(defaults, {"rule": "distinct_organizations", "approvals": 2})})
	why(by_robot, "bob") == "counts once, together with everybody of the same organization"
}
