package bylaw.partners_test

import data.bylaw.lib.testing
import data.bylaw.partners

# The parameters as METADATA gives them, with fewer words and a programme of our own.
programme := {
	"paths": ["partners/*.yml", "partners/*.yaml", "partners/*.md"],
	"templates": ["partners/README.md", "partners/*template*"],
	"baseline": "changed",
	"statements": [
		{"version": "1", "text": "{partner} agrees to the rules.", "from": "2025-01-01"},
		{"version": "2", "text": "{partner} agrees to the rules of https://widgets.example/partners, and \"sues nobody\".", "from": "2026-01-01"},
		{"version": "3", "text": "{partner} agrees to everything.", "from": "2026-06-01"},
	],
	"links": ["https://widgets.example/partners"],
	"labels": [{"name": "consulting", "description": "helps to turn"}, {"name": "hosting", "description": ""}],
	"description_length": 40,
	"contributions": {"minimum": 1, "not_qualifying": ["donation"]},
	"contacts": {"minimum": 1, "kinds": ["technical"]},
	"agreement": "optional",
	"review_months": 0,
	"neutral": {"words": ["leading", "no. 1"], "addresses": ["utm_"], "does": "advise"},
	"approvals": 1,
	"approvers": {"roles": [], "teams": []},
	"partner_labels": ["partner"],
	"unknown": "accept",
}

acme := {
	"name": "Acme", "url": "https://acme.example", "description": "Turns widgets.", "labels": ["consulting"],
	"statement": {"version": "2", "date": "2026-02-01", "text": "Acme agrees to the rules of\nhttps://widgets.example/partners, and “sues nobody”."},
	"contributions": [{"kind": "code", "text": "The axle", "url": "https://widgets.example/pull/7"}],
	"contacts": [{"name": "Alice", "kinds": ["technical"], "github": "alice"}],
}

content(fields) := {"exists": true, "text": "", "data": fields, "lines": [{"pointer": concat("", ["/", key]), "line": 2} | some key in object.keys(fields)], "problems": []}

# alice of Acme changes its entry; carol of Initech, which is no partner, has approved.
change(before, after, params) := testing.with_facts({
	"files": [object.union(testing.file("partners/acme.yml", 1), {"organizations": ["acme"], "before": before, "after": after})],
	"organizations": [
		testing.organization("acme", "Acme Corp"),
		object.union(testing.organization("globex", "Globex"), {"labels": ["partner"]}),
		testing.organization("initech", "Initech"),
	],
	"reviews": [testing.approval("carol")],
	"params": object.union(programme, params),
})

# A new entry of Acme with other fields.
new(fields, params) := change(testing.no_content, content(object.union(acme, fields)), params)

without(key) := change(testing.no_content, content(object.remove(acme, [key])), {})

edited(old, fields, params) := change(content(object.union(acme, old)), content(object.union(object.union(acme, old), fields)), params)

found(request) := {f.msg | some f in all_findings} if all_findings := partners.findings with input as request

fixes(request) := {f.fix | some f in all_findings} if all_findings := partners.findings with input as request

fine(request) if {
	partners.applies with input as request
	partners.accept with input as request
	found(request) == set()
}

refused(request, msg) if {
	not partners.accept with input as request
	partners.applies with input as request
	found(request) == {msg}
}

# --- Files

test_an_entry_in_order_passes if fine(new({}, {}))

test_a_template_does_not_matter if {
	request := new({}, {})
	file := object.union(request.files[0], {"path": "partners/template.yml"})
	not partners.applies with input as object.union(request, {"files": [file]})
}

test_front_matter_is_an_entry_too if {
	page := {"exists": true, "text": "", "data": {"front_matter": object.union(acme, {"price": 1}), "sections": []}, "lines": [{"pointer": "/front_matter/price", "line": 9}], "problems": []}
	request := change(testing.no_content, page, {})
	some f in partners.findings with input as request
	f.msg == `There is no field "price".`
	f.line == 9
}

test_a_file_that_cannot_be_read if {
	problem := {"repository": "", "file": "partners/acme.yml", "line": 4, "column": 2, "msg": "a bracket is missing", "fix": "close it"}
	refused(change(testing.no_content, object.union(testing.no_content, {"exists": true, "problems": [problem]}), {}), "The file cannot be read: column 2: a bracket is missing")
}

test_a_problem_without_a_column if {
	problem := {"repository": "", "file": "partners/acme.yml", "line": 1, "column": 0, "msg": "it is too large", "fix": ""}
	refused(change(testing.no_content, object.union(testing.no_content, {"exists": true, "problems": [problem]}), {}), "The file cannot be read: it is too large")
}

test_a_file_that_is_not_there if refused(change(testing.no_content, testing.no_content, {}), "This file could not be read, so it is not judged.")

test_a_file_without_fields if refused(change(testing.no_content, {"exists": true, "text": "x", "data": ["x"], "lines": [], "problems": []}, {}), "There is no entry of a partner in this file.")

test_a_removed_entry_needs_only_approval if {
	request := change(content(acme), testing.no_content, {})
	fine(object.union(request, {"files": [object.union(request.files[0], {"status": "removed"})]}))
}

# --- Fields

test_required_fields if {
	refused(without("url"), "The field url is missing.")
	refused(without("contacts"), "The field contacts is missing.")
	refused(new({}, {"agreement": "required"}), "The field agreement is missing.")
}

test_labels_may_be_missing_or_none if {
	fine(without("labels"))
	fine(new({"labels": []}, {}))
}

test_labels_come_from_the_list if {
	request := new({"labels": ["consulting", "sales", 3]}, {})
	found(request) == {`There is no label "sales".`, `There is no label "3".`}
	fixes(request) == {"There are: consulting (helps to turn); hosting. A partner may also have none."}
	fixes(new({}, {"labels": []})) == {"This programme has no labels; leave it out."}
}

test_unknown_fields_are_refused if {
	refused(new({"price/list": "x"}, {}), `There is no field "price/list".`)
	refused(new({"contacts": [{"name": "Alice", "chat": "@alice", "phone": "1"}]}, {}), `There is no field "phone" in contacts.`)
}

test_fields_have_kinds if {
	refused(new({"labels": "consulting"}, {}), "labels must be a list.")
	refused(new({"contributions": [{"kind": "code", "text": 7, "url": "https://widgets.example"}]}, {}), "text must be text.")
	refused(new({"contacts": [{"name": "Alice", "chat": "alice"}, "bob"]}, {}), "Each of the contacts must be keys with values.")
}

test_a_name_is_not_empty if "name is empty." in found(new({"name": " "}, {}))

test_a_name_of_two_alphabets if `The name "Аcme" mixes letters that look alike but are of two alphabets.` in found(new({"name": "Аcme"}, {}))

test_a_description_has_a_length if {
	request := new({"description": "Turns widgets of all kinds and of all sizes."}, {})
	found(request) == {"The description has 44 characters; at most 40 are allowed."}
	fixes(request) == {"Shorten it by 4, for example to: Turns widgets of all kinds and of all si"}
	fine(new({"description": "Turns widgets of all kinds and of all sizes."}, {"description_length": 0}))
}

test_addresses_are_secure if {
	request := new({"url": "http://acme.example"}, {})
	refused(request, `"http://acme.example" is not an address that begins with https:// and the name of a host.`)
	fixes(request) == {"Write https://acme.example, if that page is there."}
	every url in ["acme", "https://аcme.example", "https://a@b.example", "javascript:alert(1)"] {
		count(found(new({"url": url}, {}))) == 1
	}
}

test_a_donation_alone_does_not_qualify if {
	donation := {"kind": "Donation", "text": "Money", "url": "https://acme.example/receipt"}
	refused(new({"contributions": [donation]}, {}), "No contribution that qualifies is shown with a link; 1 needed. By itself a donation does not qualify.")
	fine(new({"contributions": [donation, acme.contributions[0]]}, {}))
}

test_more_contributions_may_be_asked_for if {
	refused(new({}, {"contributions": {"minimum": 2, "not_qualifying": []}}), "1 contribution is shown with a link; 2 needed. ")
}

test_contacts if {
	refused(new({"contacts": []}, {}), "0 contacts are named; 1 needed.")
	refused(new({"contacts": [{"github": "alice"}]}, {}), "This contact has no name.")
	refused(new({"contacts": [{"name": "Alice"}]}, {}), "This contact cannot be reached.")
	refused(new({"contacts": [{"name": "Alice", "email": "alice at acme"}]}, {}), "This is not an e-mail address.")
	refused(new({"contacts": [{"name": "Alice", "github": "@alice"}]}, {}), `"@alice" is not a login on GitHub.`)
	refused(new({"contacts": [{"name": "Alice", "github": "alice", "kinds": ["sales"]}]}, {}), `There is no kind "sales" of contacts.`)
	refused(new({"contacts": [{"name": "Alice", "github": "alice", "kinds": "technical"}]}, {}), "kinds must be a list of texts.")
	refused(new({"contacts": [{"name": "Alice", "github": "alice", "kinds": [1]}]}, {}), "kinds must be a list of texts.")
}

test_a_date_of_review if {
	fine(new({"review_by": "2026-09-10"}, {"review_months": 6}))
	refused(new({}, {"review_months": 6}), "The field review_by is missing.")
	refused(new({"review_by": "2026-09-11"}, {"review_months": 6}), "2026-09-11 is more than 6 months away.")
	refused(new({"review_by": "2026-03-10"}, {"review_months": 6}), "2026-03-10 is over.")
	refused(new({"review_by": "soon"}, {"review_months": 6}), `"soon" is not a date such as 2026-01-31.`)
}

# --- Only what changes

test_old_faults_are_not_those_of_the_change if {
	fine(edited({"url": "http://acme.example", "price": 1}, {"description": "Turns all."}, {}))
	refused(edited({"url": "http://acme.example", "price": 1}, {"url": "http://acme.example/x"}, {}), `"http://acme.example/x" is not an address that begins with https:// and the name of a host.`)
}

test_old_contacts_are_not_judged_again if {
	fine(edited({"contacts": [{"name": "Alice"}]}, {"contacts": [{"name": "Alice"}, {"name": "Anna", "chat": "anna"}]}, {}))
}

test_the_whole_entry_may_be_judged if {
	refused(edited({"price": 1}, {"description": "Turns all."}, {"baseline": "whole"}), `There is no field "price".`)
}

test_a_field_that_is_taken_away_is_missing if {
	refused(change(content(acme), content(object.remove(acme, ["url"])), {}), "The field url is missing.")
}

# --- The statement

stating(text) := new({"statement": {"version": "2", "date": "2026-02-01", "text": text}}, {"links": []})

wanted := `Acme agrees to the rules of https://widgets.example/partners, and "sues nobody".`

test_the_statement_is_asked_for if {
	refused(without("statement"), "The statement of the partner is missing.")
	fixes(without("statement")) == {sprintf("Add statement: with version: \"2\", the date, and text: %s", [wanted])}
}

test_every_word_of_it_counts if {
	refused(stating("Acme agrees to some rules."), `The statement is not word for word that of version 2; it differs from the word "some" on.`)
	fixes(stating("Acme agrees")) == {sprintf("Write: %s", [wanted])}
	refused(stating("Acme agrees"), `The statement is not word for word that of version 2; it differs from the word "(its end)" on.`)
}

test_it_names_the_partner if refused(stating(replace(wanted, "Acme", "Globex")), `The statement is not word for word that of version 2; it differs from the word "Globex" on.`)

test_an_older_statement_is_renewed_when_the_file_changes if {
	old := {"statement": {"version": "1", "date": "2025-02-01", "text": "Acme agrees to the rules."}}
	refused(edited(old, {"description": "Turns all."}, {"links": []}), "The statement is that of version 1; since 2026-01-01 version 2 is asked for.")
}

test_version_and_date_are_right if {
	refused(new({"statement": {"version": 1}}, {}), `The version is "1", and the statement in force is version 2.`)
	refused(new({"statement": {"date": "soon"}}, {}), `The date of the statement, "soon", is not a date such as 2026-01-31.`)
	refused(new({"statement": {"date": "2026-03-11"}}, {}), `The date of the statement, "2026-03-11", is in the future.`)
	refused(new({"statement": {"date": "2025-12-31"}}, {}), `The date of the statement, "2025-12-31", is before this version was in force.`)
}

test_version_and_date_are_there if {
	request := change(testing.no_content, content(object.union(object.remove(acme, ["statement"]), {"statement": {"text": wanted}})), {})
	found(request) == {"The statement does not say its version.", "The statement does not say its date."}
}

test_links_stand_in_the_statement if {
	refused(new({}, {"links": ["https://lf.example/policies"]}), `The statement does not name "https://lf.example/policies".`)
}

test_a_programme_without_a_statement_asks_for_none if {
	fine(change(testing.no_content, content(object.remove(acme, ["statement"])), {"statements": []}))
}

test_a_coming_statement_is_looked_at_again if {
	partners.recheck_at == "2026-06-01T00:00:00Z" with input as new({}, {})
}

# --- Neutral words

test_words_that_praise_are_advised_against if {
	request := new({"description": "Leading, the No. 1 of widgets."}, {})
	partners.accept with input as request
	found(request) == {`"leading" praises, ranks or sells; entries are neutral.`, `"no. 1" praises, ranks or sells; entries are neutral.`}
	"Say it without that, for example: , the No. 1 of widgets." in fixes(request)
}

test_or_refused if {
	request := new({"contributions": [{"kind": "code", "text": "A leading axle", "url": "https://widgets.example/pull/7"}]}, {"neutral": {"does": "refuse"}})
	refused(request, `"leading" praises, ranks or sells; entries are neutral.`)
}

test_parts_of_words_do_not_matter if fine(new({"description": "Misleading names."}, {}))

test_addresses_that_count_visits if {
	request := new({"url": "https://acme.example/?utm_source=x"}, {})
	partners.accept with input as request
	found(request) == {`The address "https://acme.example/?utm_source=x" leads to an offer or is counted (utm_); entries are neutral.`}
}

# --- People

by(logins) := object.union(new({}, {}), {"reviews": [testing.approval(login) | some login in logins]})

needs(n) := sprintf("The entry of Acme needs 1 approval by somebody who works neither for it nor for another partner, and has %d.", [n])

test_nobody_has_approved if {
	refused(by([]), needs(0))
	partners.conclusion == "action_required" with input as by([])
	partners.reviewers == ["carol"] with input as by([])
	partners.headline == "In order; it waits for an approval by somebody who works neither for Acme nor for another partner" with input as by([])
}

test_an_employee_of_the_partner_does_not_count if {
	refused(by(["anna"]), needs(0))
	some c in partners.considered with input as by(["anna"])
	c.why == "works for the partner"
}

test_an_employee_of_another_partner_does_not_count if {
	refused(by(["bob"]), needs(0))
	some c in partners.considered with input as by(["bob"])
	c.why == "works for another partner"
}

test_somebody_unknown_counts_and_that_is_said if {
	partners.accept with input as by(["dave"])
	found(by(["dave"])) == {"It is not known whether dave works for a partner; the approval counts nevertheless."}
}

test_or_does_not_count if refused(object.union(by(["dave"]), {"params": {"unknown": "refuse"}}), needs(0))

test_somebody_of_whom_nothing_is_known if {
	partners.accept with input as by(["erin"])
}

test_only_some_may_approve if {
	refused(object.union(by(["carol"]), {"params": {"approvers": {"roles": ["tsc"]}}}), needs(0))
	fine(object.union(by(["carol"]), {"params": {"approvers": {"roles": ["maintainer"]}}}))
	fine(object.union(by(["carol"]), {"params": {"approvers": {"teams": ["tsc"]}}, "teams": [{"name": "tsc", "members": ["Carol"]}]}))
	some c in partners.considered with input as object.union(by(["carol"]), {"params": {"approvers": {"roles": ["tsc"]}}})
	c.why == "is not among those who approve entries of partners"
}

test_nobody_could_approve if {
	request := object.union(by([]), {"params": {"approvers": {"roles": ["tsc"]}}})
	fixes(request) == {"Nobody who may write here is known to work for no partner; give somebody of the community write access, or let an administrator decide."}
}

test_approvals_may_not_be_needed if {
	request := object.union(by([]), {"params": {"approvals": 0}})
	fine(request)
	partners.headline == "In order" with input as request
}

test_a_name_makes_the_partner_as_well_as_the_path if {
	request := by(["anna"])
	file := object.union(request.files[0], {"path": "partners/a.yml", "organizations": []})
	not partners.accept with input as object.union(request, {"files": [file], "organizations": [testing.organization("acme", "ACME"), request.organizations[1], request.organizations[2]]})
}

# bob of Globex, another partner, changes the entry of Acme.
foreign(logins) := object.union(edited({}, {"description": "Turns."}, {}), {
	"author": {"login": "bob", "id": 0, "kind": "user"}, "head": {"pushed_by": "bob"},
	"people": [object.union(p, {"part": part}) |
		some p in testing.pull_request.people
		part := {true: "opened", false: "none"}[p.login == "bob"]
	],
	"reviews": [testing.approval(login) | some login in logins],
})

test_partners_do_not_write_each_others_entries if {
	refused(foreign(["carol"]), "bob works for another partner, and this is the entry of Acme.")
}

test_unless_the_partner_agrees if fine(foreign(["carol", "anna"]))

test_a_contact_owns_the_entry if {
	request := foreign(["carol"])
	old := content(object.union(acme, {"contacts": [{"name": "Bob", "github": "Bob"}]}))
	fine(object.union(request, {"files": [object.union(request.files[0], {"before": old})]}))
}

# --- What people read

test_the_headlines if {
	partners.headline == "In order, and approved by carol" with input as new({}, {})
	partners.headline == "1 thing to correct in partners/acme.yml" with input as without("url")
	partners.headline == "2 things to correct in partners/acme.yml" with input as new({"x": 1, "y": 2}, {})
}

test_long_texts_are_shortened if {
	long := sprintf("%0300d", [1])
	`There is no field "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000…".` in found(new({long: 1}, {}))
}

test_a_name_that_is_missing_does_not_hide_the_rest if {
	found(without("name")) & {"The field name is missing."} == {"The field name is missing."}
	partners.headline == "2 things to correct in partners/acme.yml" with input as without("name")
}

test_odd_fields_are_no_entry if {
	refused(change(testing.no_content, {"exists": true, "text": "x", "data": {"sections": "x"}, "lines": [], "problems": []}, {}), "There is no entry of a partner in this file.")
}
