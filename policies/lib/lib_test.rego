package bylaw.lib_test

import data.bylaw.lib
import data.bylaw.lib.testing

# --- Paths and lines

test_two_stars_match_any_depth if lib.path_matches("core/**", "core/a/b.go")

test_one_star_stays_in_its_folder if not lib.path_matches("core/*", "core/a/b.go")

test_leading_stars_also_match_nothing if lib.path_matches("**/*.md", "README.md")

test_leading_stars_match_folders if lib.path_matches("**/*.md", "docs/a/b.md")

test_the_case_of_a_path_matters if not lib.path_matches("Core/**", "core/a.go")

test_one_pattern_of_several_is_enough if lib.path_matches_any(["docs/**", "core/**"], "core/a.go")

test_no_pattern_matches_nothing if not lib.path_matches_any([], "core/a.go")

test_a_renamed_file_has_both_paths if {
	lib.paths(object.union(testing.file("core/new.go", 1), {"previous_path": "core/old.go"})) == {"core/new.go", "core/old.go"}
}

test_a_file_that_kept_its_name_has_one_path if lib.paths(testing.file("core/a.go", 1)) == {"core/a.go"}

content := {"lines": [
	{"pointer": "", "line": 1},
	{"pointer": "/contacts", "line": 2},
	{"pointer": "/contacts/1", "line": 5},
	{"pointer": "/contacts/10", "line": 9},
]}

test_a_value_stands_on_its_own_line if lib.line(content, "/contacts/1") == 5

test_a_value_without_a_line_stands_on_that_of_the_nearest_around_it if lib.line(content, "/contacts/1/email/0") == 5

test_a_value_around_which_nothing_stands_has_the_line_of_the_file if lib.line(content, "/owner") == 1

test_a_file_without_lines_has_line_one if lib.line({"lines": []}, "/owner") == 1

# --- People

test_logins_are_the_same_in_any_case if lib.same_login("Alice", "aLICE")

test_a_person_is_found_in_any_case if lib.person(testing.pull_request.people, "BOB").login == "bob"

test_of_somebody_else_nothing_is_known if not lib.person(testing.pull_request.people, "erin")

working(affiliations) := [testing.person("alice", affiliations)]

test_a_proposed_affiliation_is_not_merged if {
	proposed := object.union(testing.works_for("globex", "", ""), {"proposed": true})
	lib.as_merged(working([proposed, testing.independent])) == working([testing.independent])
}

on_first_of_june(from, until) := lib.employers(
	working([testing.works_for("acme", from, until)]), "alice",
	"2025-06-01T00:00:00Z", "2025-06-01T23:59:59Z",
)

test_an_affiliation_holds_on_its_first_day if on_first_of_june("2025-06-01", "") == {"acme"}

test_an_affiliation_does_not_hold_on_its_last_day if on_first_of_june("", "2025-06-01") == set()

test_an_affiliation_holds_on_the_day_before_its_last if on_first_of_june("", "2025-06-02") == {"acme"}

test_an_affiliation_does_not_hold_before_its_first_day if on_first_of_june("2025-06-02", "") == set()

test_an_affiliation_without_dates_always_holds if on_first_of_june("", "") == {"acme"}

always := ["2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z"]

employers(affiliations) := lib.employers(working(affiliations), "alice", always[0], always[1])

test_several_employers_are_all_employers if {
	employers([testing.works_for("acme", "", ""), testing.works_for("globex", "2025-03-01", "")]) == {"acme", "globex"}
}

test_an_independent_person_is_an_organization_of_their_own if employers([testing.independent]) == {"independent @alice"}

test_who_prefers_not_to_say_has_no_employer_that_is_known if employers([testing.undisclosed]) == set()

test_who_is_unknown_has_no_employer_that_is_known if lib.employers([], "erin", always[0], always[1]) == set()

elsewhere_said(organization) := object.union(testing.works_for(organization, "", ""), {"file": "OWNERS.md"})

is_disputed(affiliations) if lib.disputed(working(affiliations), "alice", always[0], always[1])

test_two_files_that_name_different_employers_disagree if is_disputed([testing.works_for("acme", "", ""), elsewhere_said("globex")])

test_two_files_that_name_the_same_employer_agree if not is_disputed([testing.works_for("acme", "", ""), elsewhere_said("acme")])

test_two_files_that_share_one_employer_agree if {
	not is_disputed([testing.works_for("acme", "", ""), testing.works_for("globex", "", ""), elsewhere_said("globex")])
}

test_one_file_does_not_disagree_with_itself if not is_disputed([testing.works_for("acme", "", ""), testing.works_for("globex", "", "")])

test_a_file_that_names_no_employer_does_not_disagree if {
	not is_disputed([testing.works_for("acme", "", ""), object.union(testing.undisclosed, {"file": "OWNERS.md"})])
}

test_an_e_mail_address_does_not_dispute_a_file if not is_disputed([testing.works_for("acme", "", ""), testing.writes_from("globex")])

test_independent_in_one_file_and_employed_in_another_is_disputed if is_disputed([testing.independent, elsewhere_said("globex")])

# --- Words

organizations := testing.pull_request.organizations

test_an_organization_has_the_name_that_people_write if lib.organization_name(organizations, "acme") == "Acme Corp"

test_an_organization_without_a_name_is_called_by_its_id if lib.organization_name(organizations, "umbra") == "umbra"

test_employers_are_named_in_order if lib.employers_in_words(organizations, {"globex", "acme"}) == "Acme Corp and Globex"

test_no_employer_is_an_unknown_organization if lib.employers_in_words(organizations, set()) == "an unknown organization"

test_an_organization_of_one_is_nobody if {
	lib.employers_in_words(organizations, {"independent @alice", "independent @bob"}) == "nobody (independent)"
}

test_evidence_is_a_line_of_a_file if {
	lib.evidence([testing.works_for("acme", "", "")]) == {{"file": "affiliations.yml", "line": 3, "text": ""}}
}

test_evidence_that_is_only_proposed_says_so if {
	some e in lib.evidence([object.union(testing.works_for("acme", "", ""), {"proposed": true})])
	e.text == "proposed in this pull request"
}

test_other_evidence_is_in_words if {
	some e in lib.evidence([testing.writes_from("acme")])
	e.text == "commit e-mail"
}

test_nobody_is_an_empty_row if lib.in_a_row([]) == ""

test_one_name_is_a_row if lib.in_a_row(["alice"]) == "alice"

test_two_names_are_a_row if lib.in_a_row(["alice", "bob"]) == "alice and bob"

test_three_names_are_a_row if lib.in_a_row(["alice", "bob", "carol"]) == "alice, bob and carol"

test_a_short_row_names_as_many_as_it_may if lib.in_a_short_row(["alice", "bob"], 2) == "alice and bob"

test_a_short_row_counts_the_rest if lib.in_a_short_row(["alice", "bob", "carol", "dave"], 2) == "alice, bob and 2 more"

test_elsewhere_is_outside_all_organizations if {
	lib.from_elsewhere(organizations, {"acme", "globex"}) == "from outside Acme Corp and Globex"
}

test_elsewhere_does_not_name_an_organization_of_one if {
	lib.from_elsewhere(organizations, {"acme", "independent @bob"}) == "from outside Acme Corp"
}

test_elsewhere_of_an_independent_person_is_anybody_else if lib.from_elsewhere(organizations, {"independent @bob"}) == "by another person"

test_elsewhere_of_nobody_known_is_somebody_known if lib.from_elsewhere(organizations, set()) == "by somebody whose employer is known"

# --- Authors

robot := object.union(testing.person("robot", []), {"kind": "bot"})

people := testing.people_with([robot])

test_everybody_with_a_part_in_it_is_an_author if {
	lib.authors({"login": "Alice", "kind": "user"}, [testing.commit(["bob", "carol"])], "dave", people) == {"alice", "bob", "carol", "dave"}
}

test_bots_are_no_authors if {
	lib.authors({"login": "robot", "kind": "bot"}, [testing.commit(["robot", "bob"])], "robot", people) == {"bob"}
}

test_a_deleted_account_is_no_author if lib.authors({"login": "", "kind": "deleted"}, [], "", people) == set()

test_an_address_without_an_account_is_no_author if lib.authors({"login": "alice", "kind": "user"}, [testing.commit([""])], "", people) == {"alice"}

# --- Reviews

states(reviews) := {r.state | some r in lib.stances(reviews)}

test_the_last_review_is_the_stance if states([testing.approval("bob"), testing.review("bob", "changes_requested")]) == {"changes_requested"}

test_a_comment_is_no_stance if states([testing.review("bob", "commented")]) == set()

test_a_comment_leaves_the_stance_alone if states([testing.approval("bob"), testing.review("bob", "commented")]) == {"approved"}

test_two_people_have_two_stances if states([testing.approval("bob"), testing.review("carol", "dismissed")]) == {"approved", "dismissed"}

test_one_person_in_two_spellings_has_one_stance if states([testing.review("bob", "dismissed"), testing.approval("BOB")]) == {"approved"}

# Every combination of what can be wrong with an approval.
approvals := [object.union(testing.approval(login), {"author": {"kind": kind}, "stale": stale, "can_push": can_push}) |
	some login in ["alice", "bob"]
	some kind in ["user", "bot", "deleted"]
	some stale in [true, false]
	some can_push in [true, false]
]

test_an_approval_counts_or_it_is_said_why_not if {
	every approval in approvals {
		reasons := {reason | reason := lib.unqualified(approval, {"alice"})}
		count(reasons) + count(lib.qualified([approval], {"alice"})) == 1
	}
}

test_one_of_all_these_approvals_counts if {
	[approval | some approval in approvals; some _ in lib.qualified([approval], {"alice"})] == [testing.approval("bob")]
}

test_all_reasons_are_given if {
	approval := object.union(testing.approval("alice"), {"stale": true, "can_push": false})
	lib.unqualified(approval, {"alice"}) == "approved an earlier version of the change, made the change, or part of it and may not write to this repository"
}

# --- Standing

standing(login, others) := lib.standing(testing.people_with(others), login, {"alice"}, always[0], always[1])

test_a_colleague_is_inside if standing("anna", []) == "inside"

test_somebody_of_another_organization_is_outside if standing("bob", []) == "outside"

test_somebody_without_a_known_employer_is_open if standing("dave", []) == "open"

test_somebody_of_whom_nothing_is_known_is_open if standing("erin", []) == "open"

test_whose_e_mail_address_alone_is_known_is_open if standing("erin", [testing.person("erin", [testing.writes_from("globex")])]) == "open"

test_whose_e_mail_address_is_the_authors_is_inside if standing("erin", [testing.person("erin", [testing.writes_from("acme")])]) == "inside"

test_who_is_disputed_is_open if {
	standing("erin", [testing.person("erin", [testing.works_for("globex", "", ""), elsewhere_said("umbra")])]) == "open"
}

collected(organization, source) := object.union(testing.works_for(organization, "", ""), {"source": source, "file": "gitdm.txt"})

of_a_list(source) := standing("erin", [testing.person("erin", [testing.works_for("globex", "", ""), collected("acme", source)])])

test_a_dated_list_of_others_keeps_somebody_from_being_an_outsider if of_a_list("gitdm-strict") == "open"

test_an_open_ended_list_of_others_does_so_too if of_a_list("gitdm-open") == "open"

test_an_undated_list_of_others_is_worth_nothing if of_a_list("gitdm-undated") == "outside"

test_a_list_of_others_alone_never_makes_a_conflict if {
	standing("erin", [testing.person("erin", [collected("acme", "gitdm-strict")])]) == "open"
}

test_a_list_of_members_is_the_communitys_own_word if {
	standing("erin", [testing.person("erin", [object.union(testing.works_for("acme", "", ""), {"source": "roster"})])]) == "inside"
}

test_an_undated_entry_is_worth_what_a_list_of_members_is if {
	stale := {"source": "declared-stale", "rank": 1}
	standing("erin", [testing.person("erin", [object.union(testing.works_for("acme", "", ""), stale)])]) == "inside"
	standing("erin", [testing.person("erin", [object.union(testing.works_for("globex", "", ""), stale)])]) == "outside"
}

test_an_undated_entry_can_be_disputed if {
	is_disputed([object.union(testing.works_for("acme", "", ""), {"source": "declared-stale", "rank": 1}), elsewhere_said("globex")])
}

# A line of a roster that says that nothing is known.
says_nothing(kind) := object.union(testing.works_for("", "", ""), {"kind": kind, "source": "roster", "rank": 8})

test_a_line_that_says_nothing_is_as_good_as_none if {
	every kind in ["unknown", "ambiguous"] {
		why("erin", [testing.person("erin", [says_nothing(kind)])]) == "their employer is not known"
		lib.affiliations([testing.person("erin", [says_nothing(kind)])], "erin", always[0], always[1]) == []
	}
}

test_without_an_author_everybody_is_open if lib.standing(people, "bob", set(), always[0], always[1]) == "open"

test_over_an_author_nobody_has_heard_of_everybody_is_open if lib.standing(people, "bob", {"erin"}, always[0], always[1]) == "open"

test_what_is_shared_is_named if lib.shared(people, "anna", {"alice"}, always[0], always[1]) == {"acme"}

why(login, others) := lib.why_open(testing.people_with(others), login, {"alice"}, always[0], always[1])

test_of_who_is_outside_there_is_nothing_open if not why("bob", [])

test_an_unknown_employer_is_why if why("dave", []) == "their employer is not known"

test_preferring_not_to_say_is_why if why("erin", [testing.person("erin", [testing.undisclosed])]) == "they prefer not to say whom they work for"

test_a_dispute_is_why if {
	why("erin", [testing.person("erin", [testing.works_for("globex", "", ""), elsewhere_said("umbra")])]) == "the rosters disagree about their employer"
}

test_an_e_mail_address_is_not_a_refusal_to_say if {
	why("erin", [testing.person("erin", [testing.writes_from("globex")])]) == "their employer is not known"
}

test_a_declared_employer_stands_beside_a_refusal_to_say if {
	not why("erin", [testing.person("erin", [testing.works_for("globex", "", ""), testing.undisclosed])])
}

# Of every combination at most one thing is said; two would be a contradiction, and stop the policy.
test_never_more_than_one_reason_is_given if {
	every authors in [{"alice"}, {"robot"}, set()] {
		every affiliations in [[], declared, unsaid, by_email, contested, array.concat(declared, unsaid), array.concat(contested, unsaid)] {
			everybody := testing.people_with([robot, testing.person("erin", affiliations)])
			lib.standing(everybody, "erin", authors, always[0], always[1]) in {"outside", "open"}
		}
	}
}

declared := [testing.works_for("globex", "", "")]

unsaid := [testing.undisclosed]

by_email := [testing.writes_from("globex")]

contested := [testing.works_for("globex", "", ""), elsewhere_said("umbra")]

# --- Inputs for tests

test_other_people_replace_those_of_the_same_login if {
	[p.login | some p in testing.people_with([testing.person("bob", [])])] == ["alice", "anna", "carol", "dave", "bob"]
}

test_a_label_says_who_set_it if testing.label("typo", "bob").set_by == "bob"

test_facts_are_laid_over_the_pull_request if testing.with_facts({"number": 8}).number == 8

test_a_role_takes_the_place_of_others if {
	[role.name | some role in testing.with_role(testing.person("bob", []), "translator").roles] == ["translator"]
}

test_a_role_changes_nothing_else_of_a_person if {
	bob := testing.employee("bob", "globex")
	object.remove(testing.with_role(bob, "translator"), ["roles"]) == object.remove(bob, ["roles"])
}
