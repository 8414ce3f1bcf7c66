# Conflicts besides that of a colleague: whom a change is about, who has an interest in it.
package bylaw.conflict_of_interest_test

import data.bylaw.conflict_of_interest as rule
import data.bylaw.lib.testing

# Why an approval counts or does not.
why(facts, login) := seen.why if {
	considered := rule.considered with input as facts
	some seen in considered
	seen.who == login
}

# --- The subject

about_globex := object.union(testing.file("vendors/globex.yml", 30), {"organizations": ["globex"]})

vendor_params := {"subject": {"paths": ["vendors/**"]}}

# A change of the file about Globex by alice of Acme, approved by these people.
about(params, facts, logins) := change_under(params, object.union(
	{"files": [about_globex], "reviews": [testing.approval(login) | some login in logins]},
	facts,
))

test_who_works_for_the_company_of_the_file_has_a_conflict if not rule.accept with input as about(vendor_params, {}, ["bob"])

test_the_conflict_names_the_company_of_the_file if {
	why(about(vendor_params, {}, ["bob"]), "bob") == "works for Globex, which this change is about: a soft conflict (it comes from the employer)"
}

test_who_works_for_neither_the_author_nor_the_company_may_approve if rule.accept with input as about(vendor_params, {}, ["carol"])

test_who_works_for_the_company_of_the_file_is_not_asked if rule.reviewers == ["carol"] with input as about(vendor_params, {}, [])

test_without_such_paths_a_file_is_about_nobody if rule.accept with input as about({}, {}, ["bob"])

test_files_elsewhere_are_about_nobody if rule.accept with input as about({"subject": {"paths": ["partners/**"]}}, {}, ["bob"])

test_a_file_named_after_nobody_is_about_nobody if {
	rule.accept with input as about(vendor_params, {"files": [testing.file("vendors/globex.yml", 30)]}, ["bob"])
}

test_the_old_path_of_a_renamed_file_tells_whom_it_is_about if {
	moved := object.union(about_globex, {"status": "renamed", "previous_path": "vendors/globex.yml", "path": "attic/globex.yml"})
	not rule.accept with input as about(vendor_params, {"files": [moved]}, ["bob"])
}

test_who_works_for_a_company_merged_with_that_of_the_file_has_a_conflict if {
	not rule.accept with input as about(vendor_params, {"organizations": globex_and_initech("merged", "", "")}, ["carol"])
}

test_a_company_only_related_to_that_of_the_file_has_no_conflict if {
	rule.accept with input as about(vendor_params, {"organizations": globex_and_initech("related", "", "")}, ["carol"])
}

test_under_the_other_rules_the_subject_is_a_conflict_as_well if {
	not rule.accept with input as about(object.union(vendor_params, {"rule": "one_per_organization"}), {}, ["bob"])
}

test_the_headline_does_not_call_who_is_of_the_subject_a_colleague if {
	rule.headline == "Not enough yet: no review from outside Acme Corp" with input as about(vendor_params, {}, ["bob"])
}

test_an_author_who_wrote_of_their_own_company_needs_somebody_else if {
	own := {"files": [object.union(testing.file("vendors/acme.yml", 30), {"organizations": ["acme"]})]}
	why(about(vendor_params, own, ["anna"]), "anna") == "works for Acme Corp, which this change is about; works for the same organization as an author: together a hard conflict"
}

# --- Interests by labels

partners := {"organizations": [
	testing.organization("acme", "Acme Corp"),
	object.union(testing.organization("globex", "Globex"), {"labels": ["partner"]}),
	testing.organization("initech", "Initech"),
]}

interested(interest, logins) := change_under({"interest": interest}, object.union(partners, {"reviews": [testing.approval(login) | some login in logins]}))

test_who_works_for_a_partner_has_a_conflict if not rule.accept with input as interested({"labels": ["partner"]}, ["bob"])

test_the_conflict_names_the_partner if {
	why(interested({"labels": ["partner"]}, ["bob"]), "bob") == "works for Globex, which has an interest in this change: a soft conflict (it comes from the employer)"
}

test_who_works_for_no_partner_may_approve if rule.accept with input as interested({"labels": ["partner"]}, ["carol"])

test_by_default_a_label_is_no_interest if rule.accept with input as interested({}, ["bob"])

test_another_label_is_no_interest if rule.accept with input as interested({"labels": ["sponsor"]}, ["bob"])

test_a_partner_has_no_interest_in_other_files if {
	rule.accept with input as interested({"labels": ["partner"], "paths": ["web/**"]}, ["bob"])
}

test_who_works_for_a_partner_is_not_asked if rule.reviewers == ["carol"] with input as interested({"labels": ["partner"]}, [])

# --- Soft and hard

test_two_soft_conflicts_are_a_hard_one if {
	both := object.union(about(object.union(vendor_params, {"interest": {"labels": ["partner"]}}), {}, ["bob"]), partners)
	why(both, "bob") == "works for Globex, which has an interest in this change; works for Globex, which this change is about: together a hard conflict"
}

test_one_soft_conflict_is_no_hard_one if endswith(why(approved_by(["anna"]), "anna"), ": a soft conflict (it comes from the employer)")

# --- How certain it is

test_a_conflict_by_an_e_mail_address_says_on_what_it_rests if {
	facts := change({
		"reviews": [testing.approval("dave")],
		"people": testing.people_with([testing.person("dave", [testing.writes_from("acme")])]),
	})
	why(facts, "dave") == "works for the same organization as an author: a soft conflict (it comes from the employer); it rests on an address in a commit, or a disclosure"
}

# --- Disclosed interests

# What bob of Globex wrote, and approved.
bob_wrote(name, arguments) := change({"reviews": [testing.approval("bob")], "commands": [testing.command("bob", name, arguments)]})

test_a_soft_interest_is_a_conflict if {
	why(bob_wrote("disclose", "soft I maintain a fork"), "bob") == "disclosed a soft conflict: I maintain a fork"
}

test_a_hard_interest_is_a_hard_conflict if {
	why(bob_wrote("disclose", "Hard my pay depends on it"), "bob") == "disclosed a hard conflict: my pay depends on it"
}

test_an_approval_with_a_disclosed_interest_does_not_count if not rule.accept with input as bob_wrote("disclose", "soft I maintain a fork")

test_who_discloses_what_is_known_is_not_worse_off if {
	facts := change({"reviews": [testing.approval("anna")], "commands": [testing.command("anna", "disclose", "soft I maintain a fork")]})
	why(facts, "anna") == "disclosed a soft conflict: I maintain a fork; works for the same organization as an author: a soft conflict (it comes from the employer)"
}

test_several_interests_are_told_in_a_row if {
	facts := change({"reviews": [testing.approval("bob")], "commands": [
		testing.command("bob", "disclose", "soft a fork"),
		testing.command("bob", "disclose", "soft a book"),
	]})
	why(facts, "bob") == "disclosed a soft conflict: a book and a fork"
}

test_who_has_disclosed_an_interest_is_not_asked if {
	rule.reviewers == ["carol"] with input as change({"commands": [testing.command("bob", "disclose", "soft a fork")]})
}

test_a_disclosed_interest_is_shown if {
	some finding in rule.findings with input as bob_wrote("disclose", "soft I maintain a fork")
	finding.msg == "bob disclosed: a soft conflict of interest, I maintain a fork."
}

test_who_works_for_a_company_merged_with_a_partner_has_a_conflict if {
	labelled := [object.union(o, {"labels": [label | o.id == "globex"; label := "partner"]}) | some o in globex_and_initech("merged", "", "")]
	why(object.union(interested({"labels": ["partner"]}, ["carol"]), {"organizations": labelled}), "carol") == "works for Initech, which has an interest in this change: a soft conflict (it comes from the employer)"
}
