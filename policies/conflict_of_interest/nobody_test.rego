# Nobody could give what is missing: what is answered then.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

acme_alone := [testing.employee("alice", "acme"), testing.employee("anna", "acme"), testing.employee("amos", "acme")]

# A change of a project in which these people may review, approved by some, who are all of Acme in most tests.
project(params, people, logins) := change_under(params, {"people": people, "reviews": [testing.approval(login) | some login in logins]})

alone(params) := project(params, acme_alone, ["anna"])

answered(answer) := {"nobody": {"answer": answer}}

# --- What the author alone can write brings it not about

# alice and anna are of Acme, and bob of Globex is the only outsider; anna has approved.
bob_outside := array.concat(acme_alone, [testing.employee("bob", "globex")])

by_trick(facts) := change(object.union({"people": bob_outside, "reviews": [testing.approval("anna")]}, facts))

test_naming_the_only_outsider_as_co_author_does_not_help if {
	not rule.accept with input as by_trick({"commits": [testing.commit(["alice", "bob"])]})
}

test_disclosing_the_outsiders_employer_does_not_help if {
	not rule.accept with input as by_trick({"commands": [testing.discloses("alice", "globex")]})
}

test_writing_from_the_outsiders_employer_does_not_help if {
	people := array.concat(
		[p | some p in bob_outside; p.login != "alice"],
		[testing.person("alice", [testing.works_for("acme", "", ""), testing.writes_from("globex")])],
	)
	not rule.accept with input as by_trick({"people": people})
}

test_naming_the_only_outsider_does_not_help_under_other_rules if {
	every name in ["distinct_organizations", "span_two_organizations", "one_per_organization"] {
		facts := object.union(by_trick({"commits": [testing.commit(["alice", "bob"])]}), {"params": object.union(defaults, {"rule": name, "approvals": 2})})
		not rule.accept with input as object.union(facts, {"reviews": [testing.approval("anna"), testing.approval("amos")]})
	}
}

test_naming_who_asks_for_changes_does_not_silence_them if {
	params := {"nobody": {"answer": "wait", "business_days": 1}, "changes_requested": "ask"}
	not rule.accept with input as change_under(params, {
		"people": bob_outside, "commits": [testing.commit(["alice", "bob"])],
		"reviews": [testing.approval("anna"), testing.review("bob", "changes_requested")],
	})
}

test_that_the_outsider_recuses_themselves_is_their_own_word if {
	rule.accept with input as by_trick({"commands": [testing.command("bob", "recuse", "")]})
}

# --- advise

test_where_nobody_could_it_is_accepted_by_default if rule.accept with input as alone({})

test_that_nobody_could_is_the_headline if rule.headline == "Approved by anna; nobody could give a review from outside Acme Corp" with input as alone({})

test_that_nobody_could_is_advice_to_find_somebody if {
	some finding in rule.findings with input as alone({})
	finding.advice
	startswith(finding.msg, "Nobody could give a review from outside Acme Corp: nobody who may review this change is known to work elsewhere.")
}

test_where_nobody_could_an_approval_is_needed_all_the_same if not rule.accept with input as project({}, acme_alone, [])

test_where_nobody_could_as_many_are_needed_as_the_rule_says if not rule.accept with input as project({"approvals": 2}, acme_alone, ["anna"])

test_where_nobody_could_enough_colleagues_are_enough if rule.accept with input as project({"approvals": 2}, acme_alone, ["anna", "amos"])

test_where_nobody_could_as_many_are_needed_as_in_all if not rule.accept with input as alone({"approvals_in_all": {"major": 2}})

test_nobody_else_could_when_the_only_outsider_approved if {
	people := array.concat(acme_alone, [testing.employee("bob", "globex")])
	rule.headline == "Approved by anna and bob; nobody else could give a review from outside Acme Corp" with input as project({"approvals": 2}, people, ["anna", "bob"])
}

test_a_block_is_not_lifted_because_nobody_could if not rule.accept with input as alone(blocked)

test_a_block_where_nobody_could_is_a_failure if rule.conclusion == "failure" with input as alone(blocked)

# --- Somebody could

with_one(someone) := array.concat(acme_alone, [someone])

test_somebody_outside_who_has_not_approved_could if not rule.accept with input as project({}, with_one(testing.employee("bob", "globex")), ["anna"])

test_who_may_not_write_could_not if {
	rule.accept with input as project({}, with_one(object.union(testing.employee("bob", "globex"), {"can_push": false})), ["anna"])
}

test_somebody_unknown_could_once_they_are_known if not rule.accept with input as project({}, with_one(testing.person("dave", [])), ["anna"])

test_whose_unknown_approval_is_refused_could_once_they_are_known if {
	not rule.accept with input as project(refuse_unknown, with_one(testing.person("dave", [])), ["anna", "dave"])
}

test_who_recused_themselves_could_not if {
	facts := project({}, with_one(testing.employee("bob", "globex")), ["anna"])
	rule.accept with input as object.union(facts, {"commands": [bob_recuses]})
}

test_who_has_a_conflict_of_another_kind_could_not if {
	facts := project(vendor_params, with_one(testing.employee("bob", "globex")), ["anna"])
	rule.accept with input as object.union(facts, {"files": [about_globex]})
}

test_of_a_bots_change_it_is_never_said_that_nobody_could if {
	not rule.accept with input as object.union(by_a_bot([], "robot"), {"people": [testing.employee("anna", "acme")]})
}

# --- wait. It is 12:00 on Tuesday 10 March; the version came at 9:00 on Monday.

test_where_nobody_could_it_can_wait_in_public if not rule.accept with input as alone(answered("wait"))

test_until_when_it_waits_in_public_is_said if {
	rule.headline == "Nobody could give a review from outside Acme Corp; accepted on 2026-03-11 09:00 UTC if nobody objects" with input as alone(answered("wait"))
}

test_how_long_it_waits_in_public_is_said if {
	some finding in rule.findings with input as alone(answered("wait"))
	finding.msg == "Nobody could give a review from outside Acme Corp. In such a case the change waits in public for 2 business days."
}

test_what_waits_in_public_is_looked_at_again if rule.recheck_at == "2026-03-11T09:00:00Z" with input as alone(answered("wait"))

test_what_waits_in_public_is_no_failure if not rule.conclusion with input as alone(answered("wait"))

waited(moment) := object.union(alone(answered("wait")), {"taken_at": moment})

test_just_before_the_time_it_still_waits if not rule.accept with input as waited("2026-03-11T08:59:59Z")

test_after_the_time_it_is_accepted if rule.accept with input as waited("2026-03-11T09:00:00Z")

test_after_the_time_the_headline_says_that_nobody_could if {
	rule.headline == "Approved by anna; nobody could give a review from outside Acme Corp" with input as waited("2026-03-11T09:00:00Z")
}

test_a_push_begins_the_wait_again if {
	rule.recheck_at == "2026-03-12T11:00:00Z" with input as object.union(alone(answered("wait")), {"head": {"arrived_at": "2026-03-10T11:00:00Z"}})
}

test_a_version_of_unknown_age_is_never_waited_out if {
	not rule.accept with input as object.union(waited("2026-05-01T00:00:00Z"), {"head": {"arrived_at": ""}})
}

test_without_an_approval_nothing_waits_in_public if not rule.recheck_at with input as project(answered("wait"), acme_alone, [])

test_that_it_will_wait_in_public_is_said_before_anybody_approved if {
	some finding in rule.findings with input as project(answered("wait"), acme_alone, [])
	endswith(finding.fix, "When enough others have approved, the change waits in public for 2 business days and is then accepted.")
}

test_a_block_does_not_wait_in_public if {
	blocked_alone := alone(object.union(answered("wait"), blocked))
	not rule.recheck_at with input as blocked_alone
	some finding in rule.findings with input as blocked_alone
	endswith(finding.fix, "Add people to affiliations.yml, or let the committee decide.")
}

test_review_days_and_waiting_end_with_the_first_of_them if {
	rule.recheck_at == "2026-03-11T09:00:00Z" with input as alone(object.union(answered("wait"), {"review_days": {"major": 3}}))
}

# --- reviewers

named := {"nobody": {"answer": "reviewers", "reviewers": ["Zoe"]}}

zoe := object.union(testing.employee("zoe", "umbra"), {"can_push": false, "roles": []})

zoe_approves := object.union(testing.approval("zoe"), {"can_push": false})

by_zoe(params) := change_under(params, {"people": with_one(zoe), "reviews": [zoe_approves]})

test_a_named_outsider_need_not_be_able_to_write if rule.accept with input as by_zoe(named)

test_a_named_outsider_need_have_no_role if rule.accept with input as by_zoe(object.union(named, only_roles(["lead"])))

test_a_named_outsider_need_not_be_responsible_for_the_area if rule.accept with input as by_zoe(object.union(named, areas))

test_who_is_not_named_must_be_able_to_write if not rule.accept with input as by_zoe({"nobody": {"answer": "reviewers", "reviewers": ["yan"]}})

test_under_another_answer_nobody_is_named if not rule.accept with input as by_zoe({"nobody": {"answer": "waiver", "reviewers": ["zoe"]}})

test_a_named_colleague_of_the_author_is_still_one if {
	not rule.accept with input as object.union(by_zoe(named), {"people": array.concat(acme_alone, [object.union(zoe, {"affiliations": [testing.works_for("acme", "", "")]})])})
}

test_whom_the_configuration_names_is_said if {
	some finding in rule.findings with input as alone(named)
	endswith(finding.fix, "In such a case the configuration names Zoe, whose approval would count.")
}

test_colleagues_do_not_do_where_others_are_named if not rule.accept with input as alone(named)

# --- waiver

test_where_only_a_waiver_helps_colleagues_do_not_do if not rule.accept with input as alone(answered("waiver"))

test_that_only_a_waiver_helps_is_said if {
	some finding in rule.findings with input as alone(answered("waiver"))
	endswith(finding.fix, "In such a case it needs a waiver: \"/bylaw waive conflict_of_interest until DATE REASON\" by somebody whom the configuration would have to name.")
}

test_a_waiver_helps_where_nobody_could if {
	facts := project(object.union(answered("waiver"), bob_may_waive), with_one(object.union(testing.employee("bob", "globex"), {"can_push": false})), ["anna"])
	rule.accept with input as object.union(facts, {"commands": [bob_waives]})
}

test_where_the_configuration_names_nobody_that_is_no_way_out if {
	some finding in rule.findings with input as alone(answered("reviewers"))
	endswith(finding.fix, "Add people to affiliations.yml, or let the committee decide.")
}

# --- Nobody could, under the rules that count organizations

spanning(people, logins) := project({"rule": "span_two_organizations", "approvals": 2}, people, logins)

test_one_from_elsewhere_could_make_all_approvals_span_two_organizations if {
	not rule.accept with input as spanning(with_one(testing.employee("bob", "globex")), ["anna", "amos"])
}

test_in_one_company_alone_nobody_could_span_two_organizations if rule.accept with input as spanning(acme_alone, ["anna", "amos"])

test_once_two_organizations_are_spanned_anybody_is_asked if {
	rule.reviewers == ["amos", "anna"] with input as spanning(with_one(testing.employee("bob", "globex")), ["bob"])
}

globex_of_three := [testing.employee("bob", "globex"), testing.employee("ben", "globex"), testing.employee("bert", "globex")]

at_most_two(people, logins) := project({"rule": "at_most_per_organization", "approvals": 4}, array.concat([testing.employee("alice", "acme")], people), logins)

initech_of_two := array.concat(globex_of_three, [testing.employee("carol", "initech"), testing.employee("cora", "initech")])

by_globex_and_carol := ["bob", "ben", "bert", "carol"]

test_a_second_of_an_organization_of_which_two_count_could if not rule.accept with input as at_most_two(initech_of_two, by_globex_and_carol)

test_a_second_of_an_organization_of_which_two_count_is_asked if rule.reviewers == ["cora"] with input as at_most_two(initech_of_two, by_globex_and_carol)

test_a_third_of_an_organization_of_which_two_count_could_not if {
	people := array.concat(globex_of_three, [testing.employee("brad", "globex"), testing.employee("carol", "initech")])
	rule.accept with input as at_most_two(people, by_globex_and_carol)
}

distinct(people, logins) := project({"rule": "distinct_organizations", "approvals": 2}, array.concat([testing.employee("alice", "acme")], people), logins)

test_where_all_are_of_one_organization_nobody_could_be_distinct if rule.accept with input as distinct(globex_of_three, ["bob", "ben"])

test_somebody_of_another_organization_could_be_distinct if {
	not rule.accept with input as distinct(array.concat(globex_of_three, [testing.employee("carol", "initech")]), ["bob", "ben"])
}

test_who_shares_one_of_several_employers_could_still_be_distinct_of_another if {
	people := [
		testing.person("both", [testing.works_for("globex", "", ""), testing.works_for("initech", "", "")]),
		testing.person("brad", [testing.works_for("globex", "", ""), testing.works_for("umbra", "", "")]),
		testing.employee("carol", "initech"),
	]
	not rule.accept with input as distinct(people, ["both", "brad"])
}
