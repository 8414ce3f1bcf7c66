package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# The parameters as METADATA gives them; a Go test holds that they are the same.
defaults := {
	"rule": "outside_author",
	"approvals": 1,
	"approvals_in_all": {"trivial": 1, "minor": 1, "major": 1, "governance": 1},
	"per_organization": 2,
	"at": "span",
	"branches": ["**"],
	"qualified": {"roles": [], "teams": [], "areas": {}, "stale": "refuse"},
	"subject": {"paths": []},
	"interest": {"paths": ["**"], "labels": []},
	"disclosure": "ignore",
	"checkbox": "",
	"changes_requested": "ignore",
	"review_days": {"trivial": 0, "minor": 0, "major": 0, "governance": 0},
	"merger": {"trivial": "anybody", "minor": "anybody", "major": "anybody", "governance": "anybody"},
	"nobody": {"answer": "advise", "business_days": 2, "reviewers": []},
	"waivers": {"ask": {"people": [], "roles": [], "teams": []}, "block": {"people": [], "roles": [], "teams": []}},
	"conflict": {"trivial": "ignore", "minor": "advise", "major": "ask", "governance": "block"},
	"unknown": {"trivial": "accept", "minor": "accept", "major": "accept", "governance": "refuse"},
	"severity": {
		"trivial": {"paths": [], "labels": [], "lines": 0},
		"minor": {"paths": minor_paths, "labels": [], "lines": 20},
		"major": {"paths": [], "labels": [], "lines": 0},
		"governance": {"paths": [], "labels": []},
	},
}

minor_paths := [
	"**/*.md",
	"**/*.rst",
	"**/*.txt",
	"**/docs/**",
	"**/test/**",
	"**/tests/**",
	"**/testdata/**",
	"**/*_test.*",
	"**/*.test.*",
	"**/*.spec.*",
	"**/go.mod",
	"**/go.sum",
	"**/package.json",
	"**/package-lock.json",
	"**/yarn.lock",
	"**/pnpm-lock.yaml",
	"**/Cargo.toml",
	"**/Cargo.lock",
	"**/Gemfile.lock",
	"**/poetry.lock",
	"**/requirements*.txt",
]

# A major change by alice of Acme, with other facts.
change(facts) := change_under({}, facts)

# The same under other parameters.
change_under(params, facts) := object.union(testing.with_facts(facts), {"params": object.union(defaults, params)})

# A change that these people have approved.
approved_by(logins) := change({"reviews": [testing.approval(login) | some login in logins]})

approved_under(params, logins) := change_under(params, {"reviews": [testing.approval(login) | some login in logins]})

# A change approved by bob, whose affiliations, or those of others, are these.
bob_among(people) := change({"reviews": [testing.approval("bob")], "people": testing.people_with(people)})

refuse_unknown := {"unknown": {"major": "refuse"}}

# A change that people have reviewed.
reviewed(reviews) := change({"reviews": reviews})

# A change of these files, approved by anna of Acme: what it is called shows in what is said of it.
of_files(files) := change({"files": files, "reviews": [testing.approval("anna")]})

# --- The rule

test_an_approval_from_another_organization_is_enough if rule.accept with input as approved_by(["bob"])

test_the_headline_names_who_approved if {
	rule.headline == "Approved by bob, from outside Acme Corp" with input as approved_by(["bob"])
}

test_a_colleagues_approval_alone_asks_for_third_party_review if not rule.accept with input as approved_by(["anna"])

test_the_headline_says_that_only_colleagues_approved if {
	rule.headline == "Only people of Acme Corp have approved; it needs a review from outside" with input as approved_by(["anna"])
}

test_a_colleagues_approval_does_no_harm_beside_one_from_outside if rule.accept with input as approved_by(["anna", "bob"])

test_the_finding_says_what_is_missing if {
	some finding in rule.findings with input as approved_by(["anna"])
	finding.msg == "anna approved this major change (it touches core/turn.go and changes 30 lines); it needs a review from outside Acme Corp, and has none."
}

test_without_an_approval_the_change_waits if not rule.accept with input as change({})

test_the_headline_says_what_is_waited_for if {
	rule.headline == "Waiting for a review from outside Acme Corp" with input as change({})
}

test_a_change_that_waits_is_no_failure if {
	not rule.conclusion with input as change_under({"conflict": {"major": "block"}}, {})
}

test_a_blocked_change_is_a_failure_once_only_colleagues_approved if {
	rule.conclusion == "failure" with input as approved_under({"conflict": {"major": "block"}}, ["anna"])
}

test_where_conflicts_are_ignored_the_rule_does_not_apply if {
	not rule.applies with input as approved_under({"conflict": {"major": "ignore"}}, ["anna"])
}

test_where_a_parameter_is_missing_the_rule_applies_and_is_not_met if {
	verdict := rule with input as object.union(approved_by(["anna"]), {"params": {"conflict": {"major": "none"}}})
	verdict.applies
	not verdict.accept
}

test_advice_names_the_missing_review if {
	rule.headline == "Only advice, because the change is major (it touches core/turn.go and changes 30 lines): no review from outside Acme Corp" with input as approved_under({"conflict": {"major": "advise"}}, ["anna"])
}

test_where_conflicts_are_only_remarked_on_it_waits_for_anybody if {
	startswith(rule.headline, "Waiting for a review; the change is major (it touches core/turn.go and changes 30 lines), so") with input as change_under({"conflict": {"major": "advise"}}, {})
}

# --- Two approvals

test_one_of_two_approvals_is_not_enough if not rule.accept with input as approved_under({"approvals": 2}, ["bob"])

test_two_of_two_approvals_are_enough if rule.accept with input as approved_under({"approvals": 2}, ["bob", "carol"])

test_a_colleagues_approval_is_not_the_second if not rule.accept with input as approved_under({"approvals": 2}, ["bob", "anna"])

test_an_unknown_second_is_accepted_by_default if rule.accept with input as approved_under({"approvals": 2}, ["bob", "dave"])

test_an_unknown_second_can_be_refused if {
	not rule.accept with input as approved_under(object.union(refuse_unknown, {"approvals": 2}), ["bob", "dave"])
}

test_the_headline_counts_the_approvals if {
	rule.headline == "Not enough yet: 1 of 2 reviews from outside Acme Corp" with input as approved_under({"approvals": 2}, ["bob"])
}

test_the_finding_counts_the_approvals if {
	some finding in rule.findings with input as approved_under({"approvals": 2}, ["bob"])
	finding.msg == "bob approved this major change (it touches core/turn.go and changes 30 lines); it needs 2 reviews from outside Acme Corp, and has 1."
}
