package bylaw.governance_files_test

import data.bylaw.governance_files as rule
import data.bylaw.lib.testing

# A change of a roster by alice of Acme, with other facts.
change(facts) := change_under({}, facts)

change_under(params, facts) := testing.with_facts(object.union(
	{"governance": {"files": ["affiliations.yml"]}, "params": object.union({"approvals": 1}, params)},
	facts,
))

# A change that these people have approved.
approved_by(logins) := {"reviews": [testing.approval(login) | some login in logins]}

together(facts, more) := object.union(facts, more)

# A change of these people's entries in the roster, approved by others.
entries(subjects, logins) := change(together(approved_by(logins), {"governance": {"entries": [entry(login) | some login in subjects]}}))

entry(login) := {"login": login, "file": "affiliations.yml", "line": 4}

would_work_for(organization) := object.union(testing.works_for(organization, "", ""), {"proposed": true})

# --- When it applies

test_a_change_of_the_rules_is_judged if rule.applies with input as change({})

test_another_change_is_not_judged if not rule.applies with input as object.union(testing.pull_request, {"params": {"approvals": 1}})

# --- Approvals

test_an_approval_from_outside_is_enough if rule.accept with input as change(approved_by(["bob"]))

test_the_headline_names_who_approved if {
	rule.headline == "The change of the rules is approved by bob" with input as change(approved_by(["bob"]))
}

test_a_colleagues_approval_is_not_enough if not rule.accept with input as change(approved_by(["anna"]))

test_an_unknown_approver_is_not_enough if not rule.accept with input as change(approved_by(["dave"]))

test_without_an_approval_it_waits if not rule.accept with input as change({})

test_waiting_asks_people_to_act if rule.conclusion == "action_required" with input as change({})

test_once_only_colleagues_approved_it_is_a_failure if not rule.conclusion with input as change(approved_by(["anna"]))

test_the_headline_says_what_is_waited_for if {
	rule.headline == "A change of the rules waits for an approval from outside Acme Corp" with input as change({})
}

test_the_finding_names_the_files if {
	some finding in rule.findings with input as change({})
	finding.msg == "This changes the rules (affiliations.yml); it needs an approval from outside Acme Corp, and has none yet."
}

test_a_stale_approval_does_not_count if {
	not rule.accept with input as change({"reviews": [object.union(testing.approval("bob"), {"stale": true})]})
}

test_one_of_two_approvals_is_not_enough if not rule.accept with input as change_under({"approvals": 2}, approved_by(["bob"]))

test_two_of_two_approvals_are_enough if rule.accept with input as change_under({"approvals": 2}, approved_by(["bob", "carol"]))

test_the_headline_counts_the_approvals_needed if {
	rule.headline == "A change of the rules waits for 2 approvals from outside Acme Corp" with input as change_under({"approvals": 2}, approved_by(["bob"]))
}

test_the_finding_counts_the_approvals if {
	some finding in rule.findings with input as change_under({"approvals": 2}, approved_by(["bob"]))
	endswith(finding.msg, "it needs 2 approvals from outside Acme Corp, and has 1.")
}

# --- Nobody writes themselves free

alice_moves := {"people": testing.people_with([testing.person("alice", [testing.works_for("acme", "", ""), would_work_for("globex")])])}

move(facts) := change(together(alice_moves, together({"governance": {"entries": [entry("alice")]}}, facts)))

test_who_moves_themselves_in_the_roster_is_still_a_colleague if not rule.accept with input as move(approved_by(["anna"]))

test_who_moves_themselves_in_the_roster_is_already_a_colleague_of_the_new_ones if {
	not rule.accept with input as move(approved_by(["bob"]))
}

test_a_third_organization_can_approve_a_move if rule.accept with input as move(approved_by(["carol"]))

test_only_a_third_organization_is_asked_about_a_move if rule.reviewers == ["carol"] with input as move({})

test_an_approver_whose_entry_is_moved_here_is_still_a_colleague if {
	not rule.accept with input as change(together(approved_by(["anna"]), {
		"governance": {"entries": [entry("anna")]},
		"people": testing.people_with([testing.person("anna", [testing.works_for("acme", "", ""), would_work_for("globex")])]),
	}))
}

known_by_proposal := {
	"governance": {"entries": [entry("dave"), entry("erin")]},
	"people": testing.people_with([
		testing.person("dave", [would_work_for("globex")]),
		testing.person("erin", [would_work_for("umbra")]),
	]),
}

test_two_people_do_not_become_outsiders_by_each_others_proposed_entry if {
	not rule.accept with input as change(together(known_by_proposal, approved_by(["dave", "erin"])))
}

test_nobody_is_asked_who_is_an_outsider_only_by_the_proposal if {
	rule.reviewers == ["bob", "carol"] with input as change(known_by_proposal)
}

test_a_proposal_that_makes_an_outsider_disputed_makes_them_open if {
	contested := object.union(would_work_for("umbra"), {"file": "OWNERS.md"})
	not rule.accept with input as change(together(approved_by(["bob"]), {"people": testing.people_with([testing.person("bob", [testing.works_for("globex", "", ""), contested])])}))
}

# --- Nobody's entry rests on their own word or that of their organization

test_an_entry_does_not_rest_on_the_persons_own_approval if not rule.accept with input as entries(["bob"], ["bob"])

test_an_entry_does_not_rest_on_the_persons_own_approval_in_other_letters if not rule.accept with input as entries(["BOB"], ["bob"])

test_an_entry_does_not_rest_on_the_persons_own_organization if {
	not rule.accept with input as object.union(
		entries(["bob"], ["ben"]),
		{"people": testing.people_with([testing.employee("ben", "globex")])},
	)
}

test_an_entry_does_not_rest_on_the_organization_it_would_join if {
	not rule.accept with input as object.union(
		entries(["dave"], ["bob"]),
		{"people": testing.people_with([testing.person("dave", [would_work_for("globex")])])},
	)
}

test_the_entry_of_a_third_person_can_be_approved if rule.accept with input as entries(["bob"], ["carol"])

test_the_entry_of_somebody_without_an_employer_can_be_approved if rule.accept with input as entries(["dave"], ["bob"])

test_an_entry_of_somebody_of_whom_nothing_was_read_is_refused if not rule.accept with input as entries(["erin"], ["bob"])

test_two_entries_can_rest_on_two_approvals if rule.accept with input as entries(["bob", "carol"], ["bob", "carol"])

test_every_entry_needs_support if not rule.accept with input as entries(["bob", "carol"], ["bob"])

test_the_headline_over_an_entry_without_support if {
	rule.headline == "A change of the rules waits for an approval by somebody whom it does not concern" with input as entries(["bob"], ["bob"])
}

test_the_finding_names_the_line_of_the_entry if {
	some finding in rule.findings with input as entries(["bob"], ["bob"])
	finding.msg == "The entry of bob rests on the approval of nobody but themselves or their own organization."
	finding.line == 4
}

test_those_who_could_support_an_entry_are_asked if rule.reviewers == ["carol"] with input as entries(["bob"], [])

test_an_approved_change_has_no_findings if rule.findings == set() with input as entries(["dave"], ["bob"])

test_before_an_approval_entries_are_not_spoken_of if count(rule.findings) == 1 with input as entries(["bob"], [])

test_who_has_approved_is_not_asked_again if {
	rule.reviewers == ["carol"] with input as change_under({"approvals": 2}, approved_by(["BOB"]))
}

test_bots_are_not_asked if {
	rule.reviewers == ["carol"] with input as change({"people": testing.people_with([object.union(testing.employee("bob", "globex"), {"kind": "bot"})])})
}

test_those_without_write_access_are_not_asked if {
	rule.reviewers == ["carol"] with input as change({"people": testing.people_with([object.union(testing.employee("bob", "globex"), {"can_push": false})])})
}

# --- The proposed version

problem := {"msg": "there is no key \"polices\"", "fix": "did you mean \"policies\"?", "file": ".github/bylaw.yml", "line": 5}

broken(facts) := change(together({"governance": {"problems": [problem]}}, facts))

test_a_broken_version_is_refused if not rule.accept with input as broken(approved_by(["bob"]))

test_a_broken_version_is_a_failure_even_before_an_approval if not rule.conclusion with input as broken({})

test_the_headline_counts_the_problems if rule.headline == "The proposed rules have 1 problem" with input as broken({})

test_several_problems_are_counted if {
	rule.headline == "The proposed rules have 2 problems" with input as broken({"governance": {"problems": [problem, problem]}})
}

test_problems_are_shown_where_they_stand if {
	some finding in rule.findings with input as broken({})
	finding == problem
}

test_differences_are_advice if {
	some finding in rule.findings with input as change({"governance": {"differences": [{"file": "affiliations.yml", "line": 4, "msg": "alice works for Globex"}]}})
	finding == {"file": "affiliations.yml", "line": 4, "msg": "alice works for Globex", "advice": true}
}

# --- The first configuration

first(facts) := change(together({"rosters": []}, object.union({"governance": {"first": true}}, facts)))

test_the_first_configuration_is_only_previewed if rule.accept with input as first({})

test_the_headline_says_that_nothing_is_in_force if {
	rule.headline == "The first configuration is shown here and is not in force yet" with input as first({})
}

test_the_first_configuration_asks_for_nothing if rule.findings == set() with input as first({})

test_the_first_roster_asks_nobody_to_support_its_entries if {
	rule.findings == set() with input as first(together(approved_by(["bob"]), {"governance": {"entries": [entry("bob")]}}))
}

test_a_broken_first_configuration_is_refused if not rule.accept with input as first({"governance": {"problems": [problem]}})

test_a_broken_first_configuration_has_one_headline if {
	rule.headline == "The proposed rules have 1 problem" with input as first({"governance": {"problems": [problem]}})
}

# --- Without a roster

no_roster(facts) := change(together({"rosters": [], "people": [testing.person("alice", []), testing.person("bob", [])]}, facts))

test_without_a_roster_any_other_person_can_approve if rule.accept with input as no_roster(approved_by(["bob"]))

test_without_a_roster_authors_cannot_approve if not rule.accept with input as no_roster(approved_by(["alice"]))

test_without_a_roster_an_entry_does_not_rest_on_the_persons_own_approval if {
	not rule.accept with input as no_roster(together(approved_by(["bob"]), {"governance": {"entries": [entry("bob")]}}))
}

test_without_a_roster_that_is_said if {
	some finding in rule.findings with input as no_roster({})
	startswith(finding.msg, "No roster is configured")
}

test_without_a_roster_another_person_is_asked_for if {
	rule.headline == "A change of the rules waits for an approval by another person" with input as no_roster({})
}

test_without_a_roster_others_are_asked if rule.reviewers == ["bob"] with input as no_roster({})

test_without_a_roster_the_approver_is_shown_as_another_person if {
	some seen in rule.considered with input as no_roster(approved_by(["bob"]))
	seen.why == "is another person than the authors; organizations are not known here"
}

# --- Bots

test_a_bots_approval_does_not_count if {
	not rule.accept with input as change({"reviews": [object.union(testing.approval("bob"), {"author": {"kind": "bot"}})]})
}

by_a_bot(pusher) := change(together(approved_by(["anna", "bob"]), {
	"author": {"login": "robot", "kind": "bot"},
	"head": {"pushed_by": pusher},
	"people": testing.people_with([object.union(testing.person("robot", []), {"kind": "bot"})]),
}))

test_a_bot_without_a_human_cannot_change_the_rules if not rule.accept with input as by_a_bot("robot")

test_behind_a_bot_the_human_who_pushed_is_the_author if {
	rule.headline == "The change of the rules is approved by bob" with input as by_a_bot("alice")
}

# --- Who was looked at

considered(facts) := {seen.who: seen.why | some seen in all_considered(facts)}

all_considered(facts) := seen if {
	seen := rule.considered with input as change(facts)
}

test_everybody_is_shown_with_a_reason if {
	considered(approved_by(["anna", "bob", "dave"])) == {
		"alice": "an approval must come from somebody else",
		"anna": "works for the same organization as an author, before or after this change",
		"bob": "works outside the organizations of the authors, before and after this change",
		"dave": "it cannot be said whether they work for the same organization",
	}
}

test_why_an_approval_does_not_count_is_shown if {
	considered({"reviews": [object.union(testing.approval("bob"), {"stale": true})]}).bob == "approved an earlier version of the change"
}

test_requested_changes_are_not_shown_as_an_approval if {
	considered({"reviews": [object.union(testing.review("bob", "changes_requested"), {"stale": true})]}) == {"alice": "an approval must come from somebody else"}
}

test_nobody_could_approve if {
	some finding in rule.findings with input as change({"people": [testing.employee("alice", "acme"), testing.employee("anna", "acme")]})
	startswith(finding.fix, "Nobody could give this approval")
}

# --- All combinations: the policy never contradicts itself and always has one headline.

combinations(rosters, logins) := [change_under({"approvals": needed}, {
	"rosters": rosters,
	"reviews": [testing.approval(login) | some login in logins],
	"governance": {"first": is_first, "problems": problems, "entries": [entry(login) | some login in subjects]},
}) |
	some needed in [1, 2]
	some is_first in [true, false]
	some problems in [[], [problem]]
	some subjects in [[], ["bob"]]
]

# Those without a headline, or with problems and yet accepted. They are asked for in portions, because a
# test has little time.
wrong(rosters, logins) := [facts |
	some facts in combinations(rosters, logins)
	not sound(facts)
]

sound(facts) if {
	verdict := rule with input as facts
	is_string(verdict.headline)
	not accepted_with_problems(verdict, facts)
}

accepted_with_problems(verdict, facts) if {
	verdict.accept
	count(facts.governance.problems) > 0
}

one_roster := ["affiliations.yml"]

test_nobody_approved if wrong(one_roster, []) == []

test_a_colleague_approved if wrong(one_roster, ["anna"]) == []

test_an_outsider_approved if wrong(one_roster, ["bob"]) == []

test_somebody_unknown_approved if wrong(one_roster, ["dave"]) == []

test_two_outsiders_approved if wrong(one_roster, ["bob", "carol"]) == []

test_nobody_approved_without_a_roster if wrong([], []) == []

test_somebody_approved_without_a_roster if wrong([], ["bob"]) == []

test_two_people_approved_without_a_roster if wrong([], ["bob", "carol"]) == []

test_rules_that_cannot_be_read_let_nobody_approve_as_if_there_were_no_roster if {
	not rule.accept with input as change({
		"rosters": [],
		"governance": object.union(testing.pull_request.governance, {"files": [".github/bylaw.yml"], "legible": false}),
		"reviews": [testing.approval("anna")],
		"people": [testing.person("alice", []), testing.person("anna", [])],
	})
}
