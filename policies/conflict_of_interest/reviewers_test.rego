# Who could review, and who was looked at.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

test_those_who_could_review_work_elsewhere if rule.reviewers == ["bob", "carol"] with input as change({})

test_those_with_a_role_are_named_first if {
	rule.reviewers == ["carol", "bob"] with input as change({"people": testing.people_with([object.union(testing.employee("bob", "globex"), {"roles": []})])})
}

test_who_has_approved_is_not_asked_again if {
	rule.reviewers == ["carol"] with input as approved_under({"approvals": 2}, ["BOB"])
}

test_bots_are_not_asked if {
	rule.reviewers == ["carol"] with input as change({"people": testing.people_with([object.union(testing.employee("bob", "globex"), {"kind": "bot"})])})
}

test_those_without_write_access_are_not_asked if {
	rule.reviewers == ["carol"] with input as change({"people": testing.people_with([object.union(testing.employee("bob", "globex"), {"can_push": false})])})
}

test_authors_are_not_asked if {
	rule.reviewers == ["carol"] with input as change({"commits": [testing.commit(["alice", "bob"])]})
}

test_nobody_could_review if {
	some finding in rule.findings with input as change({"people": [testing.employee("alice", "acme"), testing.employee("anna", "acme")]})
	finding.fix == "Nobody could give this review: nobody known to work elsewhere may write to this repository. Add people to affiliations.yml, or let the committee decide."
}

test_who_has_approved_already_is_not_among_those_who_could if {
	some finding in rule.findings with input as change_under({"approvals": 2}, {
		"reviews": [testing.approval("bob")],
		"people": [testing.employee("alice", "acme"), testing.employee("bob", "globex")],
	})
	startswith(finding.fix, "Nobody else could give this review: nobody else known to work elsewhere")
}

test_not_more_than_ten_people_are_named if {
	many := [testing.employee($"erin{i}", "globex") | some i in [1, 2, 3, 4, 5, 6, 7, 8, 9]]
	some finding in rule.findings with input as change({"people": testing.people_with(many)})
	endswith(finding.fix, "erin8 and 1 more.")
}

test_without_a_roster_it_is_said_that_nobody_is_known if {
	some finding in rule.findings with input as change({"rosters": [], "people": []})
	finding.msg == "No roster is configured, so nobody's employer is known."
}

test_without_a_roster_the_help_names_none if {
	some finding in rule.findings with input as change({"rosters": [], "people": [testing.person("alice", [])]})
	contains(finding.fix, "Add people to a roster")
}

test_authors_are_shown_with_where_their_employer_stands if {
	some seen in rule.considered with input as change({})
	seen == {
		"who": "alice",
		"did": "made the change",
		"is": "Acme Corp",
		"counted": false,
		"why": "an approval must come from somebody else",
		"evidence": {{"file": "affiliations.yml", "line": 3, "text": ""}},
	}
}

test_why_an_approval_does_not_count_is_shown if {
	some seen in rule.considered with input as reviewed([object.union(testing.approval("bob"), {"stale": true, "can_push": false})])
	seen.why == "approved an earlier version of the change and may not write to this repository"
}

test_who_asked_for_changes_is_shown if {
	some seen in rule.considered with input as reviewed([testing.review("bob", "changes_requested")])
	seen.did == "asked for changes"
}

test_only_those_with_a_part_in_it_are_shown if {
	{seen.who | some seen in rule.considered} == {"alice", "anna"} with input as approved_by(["anna"])
}

test_requested_changes_are_not_shown_as_an_approval if {
	stale := object.union(testing.review("bob", "changes_requested"), {"stale": true})
	{seen.did | some seen in rule.considered} == {"made the change", "asked for changes"} with input as reviewed([stale])
}

test_an_outsider_is_shown_as_counted if {
	{seen.who | some seen in rule.considered; seen.counted} == {"bob"} with input as approved_by(["anna", "bob"])
}

test_a_colleague_is_not_shown_as_counted if {
	{seen.counted | some seen in rule.considered} == {false} with input as approved_by(["anna"])
}

test_of_a_colleague_by_e_mail_address_nothing_is_open if {
	{f.advice | some f in rule.findings} == {false} with input as change({
		"reviews": [testing.approval("dave")],
		"people": testing.people_with([testing.person("dave", [testing.writes_from("acme")])]),
	})
}

test_a_colleague_is_shown_as_one if {
	some seen in rule.considered with input as approved_by(["anna"])
	seen.why == "works for the same organization as an author: a soft conflict (it comes from the employer)"
}

# --- In which order people are named

ranked(facts, changed) := logins if {
	logins := rule.reviewers with input as object.union(facts, {"people": testing.people_with(changed)})
}

# They are named in the order of their logins when nothing else tells them apart.
known_as(login, more) := object.union(testing.employee(login, "globex"), more)

test_who_was_active_lately_is_named_first if {
	ranked(change({}), [known_as("carol", {"active_at": "2026-02-01T09:00:00Z"})]) == ["carol", "bob"]
}

test_who_was_active_long_ago_is_not_named_first if {
	ranked(change({}), [known_as("carol", {"active_at": "2025-11-01T09:00:00Z"})]) == ["bob", "carol"]
}

test_a_role_comes_before_activity if {
	ranked(change({}), [known_as("bob", {"roles": [], "active_at": "2026-03-01T09:00:00Z"})]) == ["carol", "bob"]
}

test_who_was_asked_already_is_named_last if {
	ranked(change({"requested_reviewers": ["Bob"]}), [known_as("carol", {"roles": []})]) == ["carol", "bob"]
}

test_who_is_away_is_not_named if ranked(change({}), [known_as("bob", {"away_until": "2026-03-11"})]) == ["carol"]

test_who_is_back_today_is_named if ranked(change({}), [known_as("bob", {"away_until": "2026-03-10"})]) == ["bob", "carol"]

test_who_is_unknown_is_not_named if ranked(change({}), [testing.person("bob", [])]) == ["carol"]
