package bylaw.lib_test

import data.bylaw.lib
import data.bylaw.lib.testing

# --- Paths and lines

test_two_stars_in_the_middle_match_folders_or_none if {
	[path | some path in ["a/b", "a/x/y/b", "ab"]; lib.path_matches("a/**/b", path)] == ["a/b", "a/x/y/b"]
}

test_brackets_stand_for_one_of_several if {
	[path | some path in ["a.yml", "a.yaml", "a.toml"]; lib.path_matches("**/a.{yml,yaml}", path)] == ["a.yml", "a.yaml"]
}

test_signs_of_regular_expressions_mean_themselves if {
	[path | some path in ["c++/a.c", "cc/a.c", "c++/aXc"]; lib.path_matches("c++/?.c", path)] == ["c++/a.c"]
}

test_two_stars_match_any_depth if lib.path_matches("core/**", "core/a/b.go")

test_one_star_stays_in_its_folder if not lib.path_matches("core/*", "core/a/b.go")

test_leading_stars_also_match_nothing if lib.path_matches("**/*.md", "README.md")

test_leading_stars_match_folders if lib.path_matches("**/*.md", "docs/a/b.md")

test_the_case_of_a_path_matters if not lib.path_matches("Core/**", "core/a.go")

test_one_pattern_of_several_is_enough if lib.path_matches_any(["docs/**", "core/**"], "core/a.go")

test_no_pattern_matches_nothing if not lib.path_matches_any([], "core/a.go")

_renamed := [
	{"path": "core/a.go", "previous_path": ""}, {"path": "docs/b.md", "previous_path": "core/b.md"},
	{"path": "docs/c.md", "previous_path": ""},
]

test_a_file_is_touched_at_its_own_path_and_at_its_old_one if {
	{f.path | some f in lib.touched(_renamed, ["core/**"])} == {"core/a.go", "docs/b.md"}
}

test_a_file_is_touched_by_a_pattern_with_brackets_as_well if {
	{f.path | some f in lib.touched(_renamed, ["x/**", "**/{b,c}.md"])} == {"docs/b.md", "docs/c.md"}
}

test_a_file_that_was_not_renamed_has_no_old_path if count(lib.touched(_renamed, ["*"])) == 0

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

test_whom_a_configuration_means_is_found_by_role_team_and_name if {
	carol := testing.with_role(testing.person("Carol", []), "lead")
	teams := [{"name": "core", "members": ["Dave"]}, {"name": "docs", "members": ["erin"]}]
	lib.holders([carol, testing.person("bob", [])], teams, {"roles": ["lead"], "teams": ["core"], "people": ["Frank"]}) == {"carol", "dave", "frank"}
}

test_a_configuration_that_names_nobody_means_nobody if lib.holders(testing.pull_request.people, [], {}) == set()

working(affiliations) := [testing.person("alice", affiliations)]

alice_with(affiliations) := testing.person("alice", affiliations)

test_a_proposed_affiliation_is_not_merged if {
	proposed := object.union(testing.works_for("globex", "", ""), {"proposed": true})
	lib.as_merged(working([proposed, testing.independent])) == working([testing.independent])
}

on_first_of_june(from, until) := lib.employers(
	alice_with([testing.works_for("acme", from, until)]),
	"2025-06-01T00:00:00Z", "2025-06-01T23:59:59Z",
)

test_an_affiliation_holds_on_its_first_day if on_first_of_june("2025-06-01", "") == {"acme"}

test_an_affiliation_does_not_hold_on_its_last_day if on_first_of_june("", "2025-06-01") == set()

test_an_affiliation_holds_on_the_day_before_its_last if on_first_of_june("", "2025-06-02") == {"acme"}

test_an_affiliation_does_not_hold_before_its_first_day if on_first_of_june("2025-06-02", "") == set()

test_an_affiliation_without_dates_always_holds if on_first_of_june("", "") == {"acme"}

always := ["2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z"]

employers(affiliations) := lib.employers(alice_with(affiliations), always[0], always[1])

test_several_employers_are_all_employers if {
	employers([testing.works_for("acme", "", ""), testing.works_for("globex", "2025-03-01", "")]) == {"acme", "globex"}
}

test_an_independent_person_is_an_organization_of_their_own if employers([testing.independent]) == {"independent @alice"}

test_who_prefers_not_to_say_has_no_employer_that_is_known if employers([testing.undisclosed]) == set()

test_who_is_unknown_has_no_employer_that_is_known if employers([]) == set()

elsewhere_said(organization) := object.union(testing.works_for(organization, "", ""), {"file": "OWNERS.md"})

is_disputed(affiliations) if lib.disputed(alice_with(affiliations), always[0], always[1])

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

authors_of(facts) := lib.authors(testing.with_facts(object.union({"people": testing.people_with([robot])}, facts)).people)

test_everybody_with_a_part_in_it_is_an_author if {
	authors_of({"author": {"login": "Alice"}, "commits": [testing.commit(["bob", "carol"])], "head": {"pushed_by": "dave"}}) == {"alice", "bob", "carol", "dave"}
}

test_bots_are_no_authors if {
	authors_of({"author": {"login": "robot", "kind": "bot"}, "commits": [testing.commit(["robot", "bob"])], "head": {"pushed_by": "robot"}}) == {"bob"}
}

test_a_deleted_account_is_no_author if authors_of({"author": {"login": "", "kind": "deleted"}, "head": {"pushed_by": ""}}) == set()

# --- Reviews

states(reviews) := {r.state | some r in lib.stances(reviews)}

test_the_last_review_is_the_stance if states([testing.approval("bob"), testing.review("bob", "changes_requested")]) == {"changes_requested"}

test_a_comment_is_no_stance if states([testing.review("bob", "commented")]) == set()

test_a_comment_leaves_the_stance_alone if states([testing.approval("bob"), testing.review("bob", "commented")]) == {"approved"}

test_two_people_have_two_stances if states([testing.approval("bob"), testing.review("carol", "dismissed")]) == {"approved", "dismissed"}

test_one_person_in_two_spellings_has_one_stance if states([testing.review("bob", "dismissed"), testing.approval("BOB")]) == {"approved"}

test_stances_are_found_by_state_and_login if {
	by_state := lib.stances_by_state([testing.review("bob", "dismissed"), testing.approval("BOB"), testing.approval("carol"), testing.review("dave", "changes_requested")])
	{state: object.keys(reviews) | some state, reviews in by_state} == {"approved": {"bob", "carol"}, "changes_requested": {"dave"}}
	by_state.approved.bob.state == "approved"
}

test_a_span_begins_with_an_earlier_approval if {
	approvals_by_login := {"bob": {"submitted_at": "2026-03-09T00:00:00Z"}, "carol": {"submitted_at": "2026-03-11T00:00:00Z"}}
	lib.spans(approvals_by_login, "2026-03-10T00:00:00Z") == {
		"bob": ["2026-03-09T00:00:00Z", "2026-03-09T00:00:00Z"],
		"carol": ["2026-03-10T00:00:00Z", "2026-03-11T00:00:00Z"],
	}
}

test_a_span_without_a_beginning_is_everything_before if {
	lib.spans({"bob": {"submitted_at": "2026-03-09T00:00:00Z"}}, "").bob == ["", "2026-03-09T00:00:00Z"]
}

test_records_are_grouped_by_what_stands_in_them if {
	records := {"alice": {"author": {"kind": "user"}}, "bob": {"author": {"kind": "user"}}, "robot": {"author": {"kind": "bot"}}}
	lib.grouped(records, ["author", "kind"]) == {"user": {"alice", "bob"}, "bot": {"robot"}}
}

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

circle := lib.circle(testing.pull_request.people, organizations, always[0], always[1])

position(login, others) := lib.position(lib.person(testing.people_with(others), login), circle)

standing(login, others) := position(login, others).standing

test_a_colleague_is_inside if standing("anna", []) == "inside"

test_somebody_of_another_organization_is_outside if standing("bob", []) == "outside"

test_somebody_without_a_known_employer_is_open if standing("dave", []) == "open"

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

of_nobody(people) := lib.circle(people, organizations, always[0], always[1])

standing_to(people) := lib.position(testing.employee("bob", "globex"), of_nobody(people)).standing

test_an_undated_entry_is_worth_what_a_list_of_members_is if {
	stale := {"source": "declared-stale", "rank": 1}
	standing("erin", [testing.person("erin", [object.union(testing.works_for("acme", "", ""), stale)])]) == "inside"
	standing("erin", [testing.person("erin", [object.union(testing.works_for("globex", "", ""), stale)])]) == "outside"
}

test_an_undated_entry_can_be_disputed if {
	is_disputed([object.union(testing.works_for("acme", "", ""), {"source": "declared-stale", "rank": 1}), elsewhere_said("globex")])
}

# A line of a roster that says that nothing is known.
test_a_line_that_says_nothing_is_as_good_as_none if {
	nothing := object.union(testing.works_for("", "", ""), {"kind": "unknown", "source": "roster", "rank": 8})
	why("erin", [testing.person("erin", [nothing])]) == "their employer is not known"
	lib.affiliations(testing.person("erin", [nothing]), always[0], always[1]) == []
}

test_without_an_author_everybody_is_open if standing_to([]) == "open"

test_over_a_bot_everybody_is_open if standing_to([object.union(robot, {"part": "opened"})]) == "open"

test_over_an_author_who_is_merely_named_everybody_is_open if standing_to([object.union(testing.employee("alice", "acme"), {"part": "named"})]) == "open"

test_over_an_author_without_an_employer_somebody_with_one_is_outside if {
	standing_to([object.union(testing.person("erin", []), {"part": "opened"})]) == "outside"
}

test_what_is_shared_is_named if position("anna", []).shared == {"acme"}

why(login, others) := position(login, others).why

test_of_who_is_outside_there_is_nothing_open if why("bob", []) == ""

test_an_unknown_employer_is_why if why("dave", []) == "their employer is not known"

test_preferring_not_to_say_is_why if why("erin", [testing.person("erin", [testing.undisclosed])]) == "they prefer not to say whom they work for"

test_an_ambiguous_line_is_why if {
	why("erin", [testing.person("erin", [object.union(testing.undisclosed, {"kind": "ambiguous"})])]) == "what is written of them can mean several people or organizations"
}

test_a_dispute_is_why if {
	why("erin", [testing.person("erin", [testing.works_for("globex", "", ""), elsewhere_said("umbra")])]) == "the rosters disagree about their employer"
}

test_an_e_mail_address_is_not_a_refusal_to_say if {
	why("erin", [testing.person("erin", [testing.writes_from("globex")])]) == "their employer is not known"
}

test_a_declared_employer_stands_beside_a_refusal_to_say if {
	why("erin", [testing.person("erin", [testing.works_for("globex", "", ""), testing.undisclosed])]) == ""
}

test_of_a_colleague_it_is_clear_how_they_stand if {
	why("erin", [testing.person("erin", [testing.works_for("acme", "", ""), elsewhere_said("umbra")])]) == ""
	position("erin", [testing.person("erin", [testing.works_for("acme", "", ""), elsewhere_said("umbra")])]).unclear == "the rosters disagree about their employer"
}

# --- What a roster said when the pull request was opened, and says no more

formerly(organization) := object.union(testing.works_for(organization, "", ""), {"former": true})

test_who_was_a_colleague_at_the_opening_is_one if {
	standing("erin", [testing.person("erin", [testing.works_for("globex", "", ""), formerly("acme")])]) == "inside"
}

test_who_only_was_somewhere_else_is_no_outsider if standing("erin", [testing.person("erin", [formerly("globex")])]) == "open"

test_what_was_said_before_disputes_nothing if {
	standing("erin", [testing.person("erin", [testing.works_for("globex", "", ""), object.union(formerly("initech"), {"file": "OWNERS.md"})])]) == "outside"
}

# --- Organizations that are one, or related

near(how, from, until) := array.concat(
	[testing.organization("acme", "Acme Corp"), testing.organization("globex", "Globex")],
	[
		object.union(testing.organization("acme-labs", "Acme Labs"), {"near": [{"organization": "acme", "how": how, "from": from, "until": until}]}),
		object.union(testing.organization("acme", "Acme Corp"), {"near": [{"organization": "acme-labs", "how": how, "from": from, "until": until}]}),
	],
)

at_labs(how, from, until) := lib.position(
	testing.employee("erin", "acme-labs"),
	lib.circle(testing.pull_request.people, near(how, from, until), "2025-06-01T00:00:00Z", "2025-06-02T00:00:00Z"),
)

test_who_works_for_the_same_organization_under_another_name_is_inside if at_labs("merged", "", "").standing == "inside"

test_who_works_for_a_related_organization_is_open if at_labs("related", "", "").standing == "open"

test_that_organizations_are_related_is_why if at_labs("related", "", "").why == "their organization is related to that of an author"

test_before_an_acquisition_two_organizations_are_two if at_labs("merged", "2025-06-03", "").standing == "outside"

test_on_the_day_of_an_acquisition_they_are_one if at_labs("merged", "2025-06-02", "").standing == "inside"

test_after_a_parting_they_are_two if at_labs("merged", "", "2025-06-01").standing == "outside"

# --- Commands

said(commands) := [c | some c in commands]

by(commands, name) := [c.who.login | some c in lib.restrictions(commands, name)]

granted(commands, name) := [c.who.login | some c in lib.grants(commands, name)]

test_a_command_stands if by(said([testing.command("bob", "recuse", "")]), "recuse") == ["bob"]

test_another_command_is_another if by(said([testing.command("bob", "recuse", "")]), "disclose") == []

test_withdrawing_takes_it_back if by(said([testing.command("bob", "recuse", ""), testing.command("Bob", "withdraw", "")]), "recuse") == []

test_withdrawing_something_else_does_not if {
	by(said([testing.command("bob", "recuse", ""), testing.command("bob", "withdraw", "disclose")]), "recuse") == ["bob"]
}

test_nobody_withdraws_for_others if by(said([testing.command("bob", "recuse", ""), testing.command("carol", "withdraw", "")]), "recuse") == ["bob"]

test_saying_it_again_after_withdrawing_counts if {
	by(said([testing.command("bob", "recuse", ""), testing.command("bob", "withdraw", ""), testing.command("bob", "recuse", "")]), "recuse") == ["bob"]
}

test_bots_say_nothing if by([object.union(testing.command("bob", "recuse", ""), {"who": {"kind": "bot"}})], "recuse") == []

lost(command, how) := object.union(command, how)

test_a_restriction_outlives_its_comment if {
	by([lost(testing.command("bob", "recuse", ""), {"fate": "deleted"})], "recuse") == ["bob"]
}

test_nobody_recuses_somebody_else_by_editing_their_comment if {
	by([lost(testing.command("bob", "recuse", ""), {"edited_by": "carol"})], "recuse") == []
}

test_what_somebody_said_before_another_edited_it_stands if {
	by([lost(testing.command("bob", "recuse", ""), {"edited_by": "carol", "fate": "edited"})], "recuse") == ["bob"]
}

test_a_withdrawal_falls_with_its_comment if {
	by([testing.command("bob", "recuse", ""), lost(testing.command("bob", "withdraw", ""), {"fate": "deleted"})], "recuse") == ["bob"]
}

test_a_grant_does_not_come_back_with_the_comment_that_withdrew_it if {
	granted([testing.command("bob", "waive", ""), lost(testing.command("bob", "withdraw", "Waive"), {"fate": "deleted"})], "waive") == []
}

test_a_grant_falls_with_its_comment if {
	granted([lost(testing.command("bob", "waive", ""), {"fate": "deleted"})], "waive") == []
}

test_a_grant_that_another_edited_falls if {
	granted([lost(testing.command("bob", "waive", ""), {"edited_by": "carol"})], "waive") == []
}

test_a_grant_that_its_writer_edited_stands if granted([lost(testing.command("bob", "waive", ""), {"edited_by": "BOB"})], "waive") == ["bob"]

test_grants_that_have_fallen_are_known if {
	count(lib.fallen_grants([lost(testing.command("bob", "waive", ""), {"fate": "edited"})], "waive")) == 1
}

test_words_of_a_text_are_found if {
	[lib.word("until  2026-04-01 now", n) | some n in [0, 1, 2, 3]] == ["until", "2026-04-01", "now", ""]
}

test_what_follows_some_words_is_kept if lib.after_words("until 2026-04-01  we cannot wait", 2) == "we cannot wait"

# --- Business days. 9 March 2026 is a Monday.

test_business_days_are_counted if lib.after_business_days("2026-03-09T09:30:00Z", 2) == "2026-03-11T09:30:00Z"

test_a_weekend_is_not_counted if lib.after_business_days("2026-03-12T09:30:00Z", 2) == "2026-03-16T09:30:00Z"

test_what_comes_on_a_weekend_counts_from_monday if lib.after_business_days("2026-03-14T09:30:00Z", 1) == "2026-03-17T00:00:00Z"

test_a_friday_and_one_day_is_monday if lib.after_business_days("2026-03-13T09:30:00Z", 1) == "2026-03-16T09:30:00Z"

test_ten_business_days_are_two_weeks if lib.after_business_days("2026-03-11T09:30:00Z", 10) == "2026-03-25T09:30:00Z"

test_no_business_days_are_no_time if lib.after_business_days("2026-03-11T09:30:00Z", 0) == "2026-03-11T09:30:00Z"

test_days_before_are_counted if lib.days_before("2026-03-11T09:30:00Z", 11) == "2026-02-28T09:30:00Z"

test_the_day_after_begins_at_midnight if lib.day_after("2026-02-28") == "2026-03-01T00:00:00Z"

test_a_date_is_one_of_the_calendar if {
	dates := ["2026-02-28", "2028-02-29", "2026-12-31", "2199-11-30"]
	none := ["2026-13-01", "tomorrow", "2026-1-1", "2026-02-29", "2100-02-29", "2026-06-31", "9999-12-31"]
	[text | some text in array.concat(dates, none); lib.is_date(text)] == dates
}

test_a_moment_is_read_by_people if lib.in_words("2026-03-11T09:30:00Z") == "2026-03-11 09:30 UTC"

# --- Evidence

test_evidence_is_as_certain_as_the_weakest if {
	lib.certainty([testing.works_for("acme", "", ""), testing.writes_from("acme")]) == "an address in a commit, or a disclosure"
}

test_what_is_worth_most_is_that_of_the_same_organizations if {
	affiliated := [testing.works_for("globex", "", ""), testing.writes_from("acme")]
	lib.certainty_of_rank(lib.best_rank(affiliated, {"acme"})) == "an address in a commit, or a disclosure"
	lib.best_rank(affiliated, {"acme", "globex"}) == testing.works_for("globex", "", "").rank
	lib.best_rank(affiliated, {"initech"}) == 0
}

test_a_row_says_what_came_of_an_approval if {
	position := {"employers": {"globex"}, "affiliations": []}
	approvals_by_login := {"bob": testing.approval("Bob"), "carol": testing.approval("carol")}
	why := {"bob": "works elsewhere", "carol": "has no position"}
	lib.considered([], approvals_by_login, {"bob": position}, why, {"bob"}, {}) == {{
		"who": "Bob", "did": "approved", "is": "globex", "counted": true, "why": "works elsewhere", "evidence": set(),
	}}
}

test_evidence_says_what_it_is_worth if {
	lib.evidence([object.union(testing.works_for("acme", "", ""), {"source": "declared-stale"})]) == {{"file": "affiliations.yml", "line": 3, "text": "without date or review"}}
}

test_a_disclosure_can_only_add_a_conflict if {
	standing("dave", [testing.person("dave", [lib.disclosed("globex")])]) == "open"
	standing("dave", [testing.person("dave", [lib.disclosed("acme")])]) == "inside"
}

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

# --- Long lists

records := [{"line": 3, "name": "b"}, {"line": 5, "name": "a"}, {"line": 7, "name": "b"}]

test_a_column_is_in_the_order_of_the_list if lib.column(records, "name") == ["b", "a", "b"]

test_records_are_found_by_what_stands_in_them if lib.where(records, "name", {"b", "c"}) == [records[0], records[2]]

test_places_begin_with_zero if lib.places(["b", "a", "b"], {"b"}) == {0, 2}

test_elements_are_in_the_order_of_their_places if lib.elements(["b", "a", "c"], [2, 0]) == ["c", "b"]

test_a_set_has_each_element_once if lib.as_set(["b", "a", "b"]) == {"a", "b"}

test_all_have_the_same_value if lib.all_with({"a", "b"}, 1) == {"a": 1, "b": 1}

test_matching_finds_texts_by_a_part_of_them if lib.matching(`[0-9]$`, ["a1", "1a", "b2"]) == {"a1", "b2"}

test_new_lines_are_neither_old_nor_empty if lib.new_lines(["a", "", "b", "c", "b"], ["c"]) == {1, 3, 5}

link(text) := {"text": text, "url": "https://acme.example", "line": 1, "image": false}

image := object.union(link("Acme"), {"image": true})

test_an_image_is_no_link if lib.linked([{"links": []}, {"links": [image]}, {"links": [image, link("Acme")]}]) == {2}

test_a_leading_link_is_at_the_beginning if {
	texts := [
		{"text": "Acme - widgets", "links": [link("Acme")]}, {"text": "See Acme", "links": [link("Acme")]},
		{"text": "Acme", "links": []}, {"text": "Acme", "links": [link("")]}, {"text": " Acme", "links": [link(" Acme")]},
	]
	lib.leading_links(texts) == ["Acme", null, null, null, "Acme"]
}

says(rank, organization) := {"rank": rank, "organization": organization}

test_the_weaker_side_says_what_a_shared_organization_rests_on if {
	positions := {
		"bob": {"shared": {"acme"}, "affiliations": [says(3, "acme"), says(0, "globex"), says(2, "acme")]},
		"carol": {"shared": {"acme"}, "affiliations": [says(0, "acme")]},
		"dave": {"shared": set(), "affiliations": [says(5, "acme")]},
	}
	lib.weakest_ranks(positions, [says(1, "acme"), says(4, "globex")]) == {"bob": 2, "carol": 1, "dave": 0}
}
